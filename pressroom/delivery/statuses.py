"""How what became of a message is called and shown."""

from typing import NamedTuple

from pressroom.delivery.models import State
from pressroom.i18n import lazy as _l


class Tag(NamedTuple):
    """A status as pages show it: tone, icon, words; never colour alone."""

    tone: str
    icon: str
    label: object


STATES = {
    State.HELD: Tag("mute", "clock", _l("Held: can still be undone")),
    State.QUEUED: Tag("info", "tray", _l("Queued")),
    State.SENDING: Tag("info", "arrow", _l("Being sent")),
    State.ACCEPTED: Tag("ok", "tick", _l("Accepted by the server")),
    State.REFUSED: Tag("err", "cross", _l("Refused by the server")),
    State.IN_DOUBT: Tag("warn", "bubble", _l("In doubt: may have left")),
    State.BOUNCED: Tag("err", "cross", _l("Came back")),
    State.SUPPRESSED: Tag("mute", "bar", _l("Suppressed: not sent")),
    State.EXPIRED: Tag("err", "clock", _l("Given up: too late")),
    State.CANCELLED: Tag("mute", "minus", _l("Cancelled")),
    State.KEPT: Tag("wait", "box", _l("Kept: test mode")),
}
GROUPS = {
    "waiting": _l("Waiting"),
    "in_doubt": _l("In doubt"),
    "failed": _l("Failed"),
    "bounced": _l("Came back"),
    "suppressed": _l("Suppressed"),
    "accepted": _l("Accepted by the server"),
    "cancelled": _l("Cancelled"),
    "kept": _l("Kept: test mode"),
}
