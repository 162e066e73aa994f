"""The headers that depend on what a message is: an answer, sent by itself, one of many that a person may end."""

from pressroom import links
from pressroom.delivery.mime import checked_id
from pressroom.delivery.models import Message

# Notices that a person of the press office writes to somebody by name.
BY_HAND = frozenset({"accreditation_message", "accreditation_needs", "release_preview"})

# What Exchange is to answer with nothing: reports of delivery and of reading, out-of-office, other replies. Not "All",
# which asks for no word of a failure either ([MS-OXCMAIL] section 2.1.3.2.20).
UNWANTED = "DR, RN, NRN, OOF, AutoReply"


def of(message: Message) -> list[tuple[str, str]]:
    """Name and value of each, in the order in which they stand; the same for the same row."""
    return [*_thread(message), *_automatic(message), *_list(message)]


def is_automatic(message: Message) -> bool:
    """Whether the system wrote it, and no person at this moment to this one (RFC 3834 section 5).

    A dispatch is sent by somebody: that its reader is away is worth knowing. An alert is not.
    """
    if message.dispatch_id:
        return message.scope == "alerts"
    return message.notice not in BY_HAND


def _thread(message: Message) -> list[tuple[str, str]]:
    if not message.in_reply_to:
        return []
    first = checked_id(message.in_reply_to)
    return [("In-Reply-To", first), ("References", first)]


def _automatic(message: Message) -> list[tuple[str, str]]:
    if not is_automatic(message):
        return []
    return [("Auto-Submitted", "auto-generated"), ("X-Auto-Response-Suppress", UNWANTED)]


def _list(message: Message) -> list[tuple[str, str]]:
    """How to end such mail with one click (RFC 8058, RFC 2369) and which mail that is (RFC 2919), where one may.

    The address is as short as it can be, and stands on one line: folded or encoded, mail programs no longer read it.
    """
    if not message.link_digest:
        return []
    kind = (message.scope or "mail").replace(":", "-")
    domain = message.message_id.rpartition("@")[2].rstrip(">")
    said = (message.personal or {}).get("leave")  # as its words have it
    leave = said or links.absolute("alerts.leave", token=links.mint("leave", message.id))
    return [
        ("List-Id", f"<{kind}.{domain}>"),
        ("List-Unsubscribe", f"<{leave}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("List-Archive", f"<{links.absolute('newsroom.releases', language=message.language)}>"),
    ]
