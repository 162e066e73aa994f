"""What an applicant is told of where the request stands: one or two sentences for each state, honest when we are late.

A decision that can still be undone is not known here: the state is the one that the applicant sees.
"""

from datetime import datetime

from pressroom.accreditation.models import DECISIONS, Application, State, Step
from pressroom.accreditation.reasons import ITEMS, named
from pressroom.dates import day, moment, zone_name
from pressroom.events import queries as events
from pressroom.events.models import ChangeKind, Event, EventChange
from pressroom.events.models import State as EventState
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.i18n import ngettext

WAITING = (State.RECEIVED, State.IN_REVIEW, State.INFO_REQUESTED, State.WAITLISTED, State.OFFERED)
# The note with these may say why it is one more than the quota: for the desk only.
FOR_THE_DESK = ("approve", "offer")
# What the applicant did last, or was told, while the request waits for a decision.
NEWS = {
    "submit": _l("We have your request."),
    "reopen": _l("We have your request."),
    "answer": _l("The press office is reviewing your request."),
    "ask_review": _l("You asked for a second look: somebody else decides on your request."),
    "reconsider": _l("The press office has taken up your request again."),
}


def decision(application: Application, now: datetime) -> Step | None:
    """The last decision that the applicant knows of."""
    return next((step for step in reversed(application.told(now)) if step.action in DECISIONS), None)


def note(step: Step | None) -> str:
    """What the desk wrote to the applicant with a decision."""
    return step.note if step and step.action not in FOR_THE_DESK else ""


def asked(application: Application, now: datetime) -> list[str]:
    """The codes of what is missing, while the desk waits for it."""
    last = decision(application, now)
    waits = last is not None and application.seen(now) is State.INFO_REQUESTED
    return [code for code in last.asked if code in ITEMS] if waits else []


def sentences(application: Application, now: datetime) -> list[str]:
    """Where the request stands."""
    state, event = application.seen(now), application.event
    if state in (*WAITING, State.APPROVED) and event.state is EventState.CANCELLED:
        return [_("This event is cancelled: there is nothing left that you need to do.")]
    return [sentence for sentence in SENTENCES[state](application, now) if sentence]


def promise(application: Application, now: datetime) -> str:
    """By when we answer, or why we cannot say."""
    event, by = application.event, _day(application.event, application.event.answer_by)
    if event.state is EventState.POSTPONED:
        return _("The event is postponed: we will answer once its new date is known.")
    if application.is_late:
        return _("It came after closing: we answer it if we can, and cannot promise by when.")
    if now <= event.answer_by:
        return _("You will have an answer by %(date)s.", date=by)
    return _("We are late: we promised an answer by %(date)s. Your request has not been forgotten.", date=by)


def change(application: Application, now: datetime) -> EventChange | None:
    """What became of the event since the request was sent, when those concerned still need to know."""
    since = [one for one in application.event.changes if one.at >= application.submitted_at]
    to_come = now < application.event.ends_at or application.event.state is EventState.POSTPONED
    return since[-1] if since and to_come else None


def change_sentences(told: EventChange, language: str) -> list[str]:
    """The news of the event, and what the office says of it."""
    event = told.event
    before = moment(told.starts_at, event.zone)
    news = {
        ChangeKind.CANCELLED: _("This event is cancelled."),
        ChangeKind.POSTPONED: _("This event is postponed: it does not take place on %(date)s.", date=before),
        ChangeKind.MOVED: _(
            "This event has moved: it was to take place on %(before)s, it now does on %(date)s, %(zone)s.",
            before=before, date=moment(event.starts_at, event.zone), zone=zone_name(event.zone, event.starts_at),
        ),
    }[told.kind]  # fmt: skip
    place, text = told.places.get(language), event.texts.get(language)
    if told.kind is ChangeKind.MOVED and told.starts_at == event.starts_at:
        news = _("This event has moved: the place has changed.")
    moved = place and text and place != text.place
    said = [news, told.notes.get(language, "")]
    if moved:
        said.insert(
            1, _("It was to be in %(before)s, it now is in %(place)s.", before=place, place=text.place)
        )
    return [sentence for sentence in said if sentence]


def _received(application: Application, now: datetime) -> list[str]:
    last = next((step.action for step in reversed(application.told(now)) if step.action in NEWS), "submit")
    if application.seen(now) is State.IN_REVIEW and last in ("submit", "reopen"):
        last = "answer"
    return [str(NEWS[last]), promise(application, now)]


def _info_requested(application: Application, now: datetime) -> list[str]:
    number, due = len(asked(application, now)), application.answer_due
    reply = _("Please reply by %(date)s.", date=_day(application.event, due)) if due else ""
    passed = _("The date has passed: you can still reply.") if due and now > due else ""
    return [ngettext("We need %(num)s more item.", "We need %(num)s more items.", number), reply, passed]


def _offered(application: Application, now: datetime) -> list[str]:
    until, zone = application.offer_until, application.event.zone
    if until is None or now >= until:
        return [_("A place was kept for you. The time to confirm it has passed.")]
    return [
        _("A place has become free for you."),
        _("Confirm it by %(date)s, %(zone)s: after that it goes to the next person.",
          date=moment(until, zone), zone=zone_name(zone, until)),
    ]  # fmt: skip


def _approved(application: Application, now: datetime) -> list[str]:
    event, more = application.event, ""
    if event.state is EventState.POSTPONED:
        more = _(
            "The event is postponed: your accreditation stands, and we write to you once its new date is known."
        )
    elif now >= event.ends_at:
        more = _("The event is over.")
    return [_("Your request is accepted."), more]


def _declined(application: Application, now: datetime) -> list[str]:
    again = any(step.action == "ask_review" for step in application.told(now))
    return [
        _("We cannot offer you a place. Reason: %(reason)s.", reason=_reason(application, now)),
        _("We have looked at it a second time, and this decision stands.") if again else "",
    ]


def _withdrawn(application: Application, now: datetime) -> list[str]:
    step = next((step for step in reversed(application.told(now)) if step.action == "withdraw"), None)
    at = step.at if step else application.decided_at or application.submitted_at
    date = _day(application.event, at)
    if step and step.actor_role != "applicant":
        return [_("The press office withdrew this request for you on %(date)s.", date=date)]
    return [_("You withdrew this request on %(date)s.", date=date)]


def _revoked(application: Application, now: datetime) -> list[str]:
    contact = events.contact(application.event)
    reason = _reason(application, now)
    said = [_("The press office has cancelled this accreditation. Reason: %(reason)s.", reason=reason)]
    if contact and contact.phone:
        said.append(_("Call %(name)s: %(phone)s.", name=contact.name, phone=contact.phone))
    return said


SENTENCES = {
    State.RECEIVED: _received,
    State.IN_REVIEW: _received,
    State.INFO_REQUESTED: _info_requested,
    State.WAITLISTED: lambda *_at: [_("All places are taken. We will write as soon as one is free.")],
    State.OFFERED: _offered,
    State.APPROVED: _approved,
    State.DECLINED: _declined,
    State.WITHDRAWN: _withdrawn,
    State.REVOKED: _revoked,
    State.CLOSED: lambda application, now: [
        _("Your request is closed without a decision. Reason: %(reason)s.", reason=_reason(application, now))
    ],
}


def _reason(application: Application, now: datetime) -> str:
    last = decision(application, now)
    return str(named(last.reason if last else application.reason) or _("not given"))


def _day(event: Event, at: datetime) -> str:
    return day(at.astimezone(event.zone).date())
