"""How states and steps are called: one set of names for the desk, one for the applicant."""

from datetime import datetime

from pressroom.accreditation.models import DECISIONS, Application, State, Step
from pressroom.delivery.statuses import Tag
from pressroom.i18n import lazy as _l

DESK = {
    State.RECEIVED: Tag("mute", "tray", _l("Received")),
    State.IN_REVIEW: Tag("info", "eye", _l("Under review")),
    State.INFO_REQUESTED: Tag("warn", "bubble", _l("More information needed")),
    State.WAITLISTED: Tag("wait", "clock", _l("Waiting list")),
    State.OFFERED: Tag("wait", "clock", _l("Place offered")),
    State.APPROVED: Tag("ok", "tick", _l("Accepted")),
    State.DECLINED: Tag("err", "cross", _l("Declined")),
    State.WITHDRAWN: Tag("mute", "minus", _l("Withdrawn by the applicant")),
    State.REVOKED: Tag("err", "bar", _l("Revoked")),
    State.CLOSED: Tag("mute", "box", _l("Closed without a decision")),
}
TO_VERIFY = Tag("mute", "envelope", _l("Email to verify"))
ANSWERED = Tag("info", "bubble", _l("Information received"))
APPLICANT = {
    **DESK,
    State.WITHDRAWN: Tag("mute", "minus", _l("Withdrawn by you")),
    State.DECLINED: Tag("err", "cross", _l("Not accepted")),
    State.REVOKED: Tag("err", "bar", _l("Cancelled by the press office")),
}
TO_CONFIRM = Tag("mute", "envelope", _l("To verify"))
UNDER_REVIEW = Tag("info", "eye", _l("Under review"))

STEPS = {
    "submit": _l("Request sent"),
    "take": _l("Review begun"),
    "release": _l("Review put back"),
    "verify": _l("Email address confirmed"),
    "ask": _l("Information asked for"),
    "answer": _l("Answer sent"),
    "change": _l("Details changed by the applicant"),
    "amend": _l("Details corrected by the press office"),
    "approve": _l("Accepted"),
    "waitlist": _l("Placed on the waiting list"),
    "offer": _l("A place was offered"),
    "accept_offer": _l("The place offered was taken"),
    "decline": _l("Declined"),
    "ask_review": _l("A second look was asked for"),
    "reconsider": _l("Taken up again"),
    "close": _l("Closed without a decision"),
    "revoke": _l("Revoked"),
    "reinstate": _l("Accreditation restored"),
    "undo": _l("Decision undone"),
    "withdraw": _l("Request withdrawn"),
    "reopen": _l("Taken up again by the applicant"),
}
APPLICANT_STEPS = {
    **STEPS,
    "change": _l("Details changed by you"),
    "reopen": _l("Taken up again by you"),
    "decline": _l("Not accepted"),
    "revoke": _l("Cancelled by the press office"),
    "withdraw": _l("Withdrawn by you"),
}
# What the desk's buttons say.
BUTTONS = {
    "take": _l("Begin the review"),
    "release": _l("Put the review back"),
    "offer": _l("Offer a place"),
    "reconsider": _l("Take it up again"),
    "reinstate": _l("Restore the accreditation"),
    "amend": _l("Correct the details"),
    "close": _l("Close without a decision"),
    "withdraw": _l("Withdraw for the applicant"),
    "revoke": _l("Cancel the accreditation"),
}
# What the desk reads right after its decision; the sentence about the message follows.
DECIDED = {
    "approve": _l("%(name)s: accepted."),
    "ask": _l("%(name)s: more information asked for."),
    "waitlist": _l("%(name)s: put on the waiting list."),
    "offer": _l("%(name)s: a place is offered."),
    "reconsider": _l("%(name)s: taken up again."),
    "reinstate": _l("%(name)s: accreditation restored."),
    "close": _l("%(name)s: closed."),
    "decline": _l("%(name)s: declined."),
    "revoke": _l("%(name)s: accreditation cancelled."),
}


def for_desk(application: Application) -> list[Tag]:
    """The state, then what else the desk has to know about it."""
    tags = [DESK[application.state]]
    if application.state is State.RECEIVED and has_answered(application.standing()):
        tags.append(ANSWERED)
    if application.verified_at is None:
        tags.append(TO_VERIFY)
    return tags


def for_applicant(application: Application, now: datetime) -> list[Tag]:
    """The state as the applicant knows it, then whether the address is still to be confirmed."""
    state = application.seen(now)
    if state is State.RECEIVED and has_answered(application.told(now)):
        tags = [UNDER_REVIEW]
    else:
        tags = [APPLICANT[state]]
    if application.verified_at is None and state in (State.RECEIVED, State.INFO_REQUESTED):
        tags.append(TO_CONFIRM)
    return tags


def has_answered(steps: list[Step]) -> bool:
    """Whether information that was asked for has come, and nothing was decided since."""
    last = next((step for step in reversed(steps) if step.action in ("answer", *DECISIONS)), None)
    return last is not None and last.action == "answer"
