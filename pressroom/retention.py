"""How long personal data is kept: one table, which the purge follows, the privacy page shows and the tests walk through.

What deletes is in each capability (`purge` in its `tasks.py`, applications in `accreditation/retention.py`);
`pressroom/tasks.py` calls them all.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from babel.support import LazyProxy
from babel.units import format_unit

from pressroom.i18n import lazy as _l
from pressroom.i18n import locale

# What applicants are told, as the privacy page says it: a change of what is collected, why or for how long is a new one.
EDITION = "2026-11-23"
DAY = timedelta(days=1)
YEAR = 365 * DAY


class Row(NamedTuple):
    """One kind of data: what it is, why it is there, and how long after which moment it goes."""

    key: str
    lasts: timedelta
    data: LazyProxy
    why: LazyProxy
    until: LazyProxy | str  # "%(time)s" stands for `lasts`

    @property
    def how_long(self) -> str:
        """« 7 jours après la décision », “7 days after the decision”."""
        return str(self.until) % {"time": duration(self.lasts)}


# What the press office holds of journalists.
OF_JOURNALISTS = (
    Row(
        "unsent", 2 * DAY,
        _l("What you type in a request that you do not send, with its files"),
        _l("To let you go back and correct it"),
        "%(time)s",
    ),
    Row(
        "unconfirmed", 2 * DAY,
        _l("A request whose email address is not confirmed, with its files"),
        _l("To let you confirm the address"),
        "%(time)s",
    ),
    Row(
        "proofs", 7 * DAY,
        _l("The files that you send with a request: press card, letter of assignment"),
        _l("To check that you work for the media; once they are deleted, the request only says which file was there"),
        _l("%(time)s after the decision, and at the latest %(time)s after the event"),
    ),
    Row(
        "needs", 0 * DAY,
        _l("What you need on site, access needs included, and the answer to it"),
        _l("To prepare your visit"),
        _l("Until the end of the event"),
    ),
    Row(
        "ended", 90 * DAY,
        _l("A request that was declined, withdrawn, revoked or closed, with its history and messages"),
        _l("To answer your questions about the decision"),
        _l("%(time)s after the decision or the withdrawal"),
    ),
    Row(
        "accredited", YEAR,
        _l("A request that was accepted: name, email, telephone, outlet, category, decision, messages"),
        _l("To receive you at the event, and to know you at the next one"),
        _l("%(time)s after the event"),
    ),
    Row(
        "contacts", 3 * YEAR,
        _l("Your name, email, telephone, outlet, country and language, our lists and notes, what interests you and what "
           "you agreed to: once your address is confirmed, or somebody gave it to us"),
        _l("To know whom we write to, about what, and why"),
        _l("%(time)s after the last thing that you did here"),
    ),
    Row(
        "subscriptions", 2 * DAY,
        _l("Your email, language and topics, when you subscribe to our press releases"),
        _l("To send them to you, and their corrections"),
        _l("Until you unsubscribe, then %(time)s in case it was a mistake; %(time)s when you do not confirm the address"),
    ),
    Row(
        "imports", 7 * DAY,
        _l("A file of contacts that the press office has imported, row by row"),
        _l("To be able to undo the import"),
        "%(time)s",
    ),
    Row(
        "words", 7 * DAY,
        _l("The text of a message that we sent you"),
        _l("To be able to send it again, and to answer your questions about it"),
        _l("%(time)s after it left"),
    ),
    Row(
        "failed", 30 * DAY,
        _l("The text of a message that could not be sent"),
        _l("To find out why, and to reach you otherwise"),
        _l("%(time)s after the last attempt"),
    ),
    Row(
        "messages", YEAR,
        _l("That a message was sent to you: address, date, what became of it"),
        _l("To be sure that you were informed"),
        "%(time)s",
    ),
    Row(
        "copies", YEAR,
        _l("Which version of a press release you received"),
        _l("To tell you when it is corrected"),
        "%(time)s",
    ),
    Row(
        "suppressions", 3 * YEAR,
        _l("Your email address, when you asked not to be written to, or when our messages come back from it"),
        _l("To write to you no longer; only the address, the kind of messages and the reason are kept"),
        "%(time)s",
    ),
    Row(
        "kits", timedelta(weeks=26),
        _l("Your link to a press kit, that you accepted its embargo, which files were downloaded through it, and when"),
        _l("To know that the kit reached you; neither your browser nor your network address is noted"),
        _l("%(time)s after the event"),
    ),
    Row(
        "previews", YEAR,
        _l("Your name and email on a link to a press release under embargo, and when it was opened"),
        _l("To know who has read it before the hour"),
        _l("%(time)s after the link expires"),
    ),
)  # fmt: skip
# What it holds of its own people.
OF_STAFF = (
    Row(
        "drafts", 30 * DAY,
        _l("The unsaved words of a press release, and who was writing them"),
        _l("To give them back after a closed window"),
        "%(time)s",
    ),
    Row(
        "sessions", 30 * DAY,
        _l("Since when a browser has been signed in"),
        _l("To keep you signed in for twelve hours"),
        _l("%(time)s after the session ends"),
    ),
    Row(
        "attempts", 2 * DAY,
        _l("A failed sign-in, as a code from which neither the address nor the browser can be read"),
        _l("To stop the guessing of passwords"),
        "%(time)s",
    ),
    Row(
        "journal", YEAR,
        _l("The journal: who in the press office did what, and when"),
        _l("To account for decisions and for who has seen files"),
        "%(time)s",
    ),
)  # fmt: skip
# What ends by itself, in the reader's browser or in the memory of the web server.
OF_VISITORS = (
    Row(
        "cookie", 2 * DAY,
        _l("A cookie in your browser, when you fill in a form or sign in"),
        _l("To protect forms, to keep what you type and to keep the press office signed in; it follows nobody"),
        _l("Until you close the browser; %(time)s for a request that you have begun; twelve hours for the press office"),
    ),
    Row(
        "address", DAY,
        _l("Your network address, when you send a form"),
        _l("To stop the automated sending of forms"),
        _l("One day at most"),
    ),
)  # fmt: skip
TABLE = {row.key: row for row in (*OF_JOURNALISTS, *OF_STAFF)}


def before(key: str, now: datetime) -> datetime:
    """Data of this kind goes when its moment is not after this one."""
    return now - TABLE[key].lasts


def ends(key: str, moment: datetime) -> datetime:
    """When data of this kind goes whose moment this is."""
    return moment + TABLE[key].lasts


def duration(lasts: timedelta) -> str:
    """« 48 heures », « 26 semaines », « 3 ans »: in the unit that people would use."""
    days = lasts.days
    if days < 3:
        number, unit = days * 24, "hour"
    elif days % YEAR.days == 0:
        number, unit = days // YEAR.days, "year"
    elif days > 100 and days % 7 == 0:
        number, unit = days // 7, "week"
    else:
        number, unit = days, "day"
    return format_unit(number, f"duration-{unit}", locale=locale())
