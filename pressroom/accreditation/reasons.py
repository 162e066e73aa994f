"""The fixed lists behind a decision: public reasons, and what an applicant can be asked for."""

from pressroom.i18n import lazy as _l

REASONS = {
    "capacity": _l("Capacity reached"),
    "represented": _l("Outlet already represented"),
    "proof": _l("Proof missing or unreadable"),
    "reserved": _l("Event reserved for other media"),
    "late": _l("Request received after closing"),
    "conflicting": _l("Conflicting details"),
}
ITEMS = {
    "proof": _l("A press card or a letter of assignment"),
    "work": _l("A link to your work"),
    "outlet": _l("The outlet you work for"),
    "identity": _l("Your name as on your ID"),
}
