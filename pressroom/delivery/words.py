"""The words of a message: its own, or those that it shares with a whole dispatch, its gaps filled.

What a dispatch says is written once for each language. Where a person's own value goes stands a gap: a name
between two code points that Unicode keeps for a program's own use, so that nothing that people type is one.
"""

import re
from html import escape
from typing import NamedTuple

from pressroom.delivery.models import Message

OPENS, CLOSES = "\ufdd0", "\ufdd1"
GAP = re.compile(f"{OPENS}([a-z_]*){CLOSES}?")  # also what is left of one that somebody cut


class Words(NamedTuple):
    subject: str
    text: str
    html: str


def gap(name: str) -> str:
    """The mark that stands in shared words where a person's own value goes; `name` is lower-case letters and _."""
    return f"{OPENS}{name}{CLOSES}"


def fill(words: str, personal: dict[str, str] | None, html: bool) -> str:
    """`words` with every gap replaced by its value, escaped when they are HTML.

    A value is words like any other: what looks like a gap in it is none. Raises ValueError for a gap that has no value.
    """
    if OPENS not in words:
        return words

    def value(found: re.Match) -> str:
        name = found[1]
        if personal is None or name not in personal:
            raise ValueError(f"Nothing is known to fill the gap “{name}” of this message.")
        return escape(personal[name]) if html else personal[name]

    return GAP.sub(value, words)


def of(message: Message) -> Words:
    """Subject, plain text and HTML of a message as its reader gets them; all empty once they have been deleted.

    Raises ValueError for a gap that has no value.
    """
    body = message.body
    if message.is_emptied or body is None:
        return Words(message.subject, message.text, message.html)
    return Words(
        message.subject,
        fill(body.text, message.personal, html=False),
        fill(body.html, message.personal, html=True),
    )
