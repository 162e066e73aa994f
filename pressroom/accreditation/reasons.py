"""The lists behind a decision: public reasons, why a request is closed, and what an applicant can be asked for."""

from pressroom.accreditation.models import Reason
from pressroom.database import db
from pressroom.i18n import lazy as _l

REASONS = {
    "capacity": _l("Capacity reached"),
    "represented": _l("Outlet already represented"),
    "proof": _l("Proof missing or unreadable"),
    "reserved": _l("Event reserved for other media"),
    "late": _l("Request received after closing"),
    "conflicting": _l("Conflicting details"),
}
CLOSINGS = {
    "unanswered": _l("The information that we asked for did not come in time"),
    "list": _l("No place became free before the event"),
    "over": _l("The event is over, and we had not decided"),
    "lapsed": _l("The place that we kept was not confirmed in time"),
    "duplicate": _l("You sent another request for the same event"),
    "other": _l("The request does not concern this event"),
}
ITEMS = {
    "proof": _l("A press card or a letter of assignment"),
    "work": _l("A link to your work"),
    "outlet": _l("The outlet you work for"),
    "identity": _l("Your name as on your ID"),
}


def named(code: str | None):
    """What a reason or a closing says, in whichever language is spoken when it is shown; None for no such code."""
    known = REASONS.get(code) or CLOSINGS.get(code)
    return known or (db.session.get(Reason, code) if code else None)
