"""The mails about an application: what each may say, to whom, how often, and until when it is worth sending.

An address that nobody has confirmed gets no word that an applicant typed: it may belong to somebody else.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from pressroom import dates, links
from pressroom.access import SYSTEM
from pressroom.accreditation import queries
from pressroom.accreditation.models import LIVE, Application, State
from pressroom.database import db
from pressroom.delivery import outbox, strangers
from pressroom.delivery import queries as messages
from pressroom.events import queries as events
from pressroom.events.categories import name_of
from pressroom.events.models import ChangeKind, Event, EventChange
from pressroom.events.queries import Window
from pressroom.i18n import lazy as _l
from pressroom.i18n import speaking

DECISION_NOTICES = (
    "accreditation_approved",
    "accreditation_closed",
    "accreditation_declined",
    "accreditation_offered",
    "accreditation_question",
    "accreditation_reconsidered",
    "accreditation_reinstated",
    "accreditation_revoked",
    "accreditation_waitlisted",
)
# What is no longer true once something else has been decided.
OVERTAKEN = (*DECISION_NOTICES, "accreditation_reminder", "accreditation_eve")
OF_EVENTS = {
    ChangeKind.POSTPONED: "event_postponed",
    ChangeKind.MOVED: "event_moved",
    ChangeKind.CANCELLED: "event_cancelled",
}
FIELDS = {"name": _l("Name"), "outlet": _l("Outlet"), "category": _l("Category"), "days": _l("Days")}


def page_of(application: Application) -> str:
    """The private address of an application's page, as mails give it."""
    return _own(application, "accreditation.application")


def verification_of(application: Application) -> str:
    """The address that confirms the applicant's own, as mails give it."""
    return links.absolute(
        "accreditation.verify", language=application.language, token=links.mint("verify", application.id)
    )


def receipt(application: Application, *, at: datetime, once: str | None = None) -> None:
    """Say that the request has come, and ask to confirm the address, unless too much went there already.

    The owner of a live request is told of that one instead: only by mail, so that a page betrays nobody.
    """
    told, notice = application, "accreditation_received"
    if application.duplicate_of_id:
        told, notice = db.session.get_one(Application, application.duplicate_of_id), "accreditation_already"
    if strangers.may_write_to(application.email, at):
        words = _words(told, at, told.seen(at))
        outbox.put(
            notice, to=told.email, language=told.language, about=told.subject, at=at, once=once, scope=None,
            reply_to=words["contact"] and words["contact"].mailbox, **words,
        )  # fmt: skip


def found(email: str, *, language: str, at: datetime) -> None:
    """Send an address the links of its requests, when it has some and not too much went there already."""
    applications = queries.of_address(email, at)
    if applications and strangers.may_write_to(email, at):
        outbox.put(
            "accreditation_found", to=applications[-1].email, language=language, about=applications[-1].subject, at=at,
            scope=None,
            requests=[_words(application, at, application.seen(at)) for application in applications],
        )  # fmt: skip


def outcome(
    application: Application, notice: str, *, at: datetime, hold: timedelta = timedelta(0), once: str | None = None,
    **context,
) -> None:  # fmt: skip
    """Tell the applicant something about the request, as an answer to the receipt, once `hold` has passed.

    `context` are the words of this notice: reason, closing, asked, due, note, changes…; `once` as in outbox.put.
    """
    useless_after = {
        "accreditation_offered": application.offer_until,
        "accreditation_reminder": application.answer_due,
        "accreditation_eve": application.event.starts_at,
    }
    words = _words(application, at)
    outbox.put(
        notice, to=application.email, language=application.language, about=application.subject, at=at,
        hold=round(hold.total_seconds()), once=once, send_by=useless_after.get(notice),
        reply_to=words["contact"] and words["contact"].mailbox, in_reply_to=messages.first_id(application.subject, "accreditation_received"),
        **words, **_readable(application, context),
    )  # fmt: skip


def event_change(
    application: Application, change: EventChange, *, since: EventChange, at: datetime, once: str
) -> None:
    """Tell the applicant what has become of the event; `since` is the change that remembers what they know of it."""
    outbox.cancel(application.subject, at=at, by=SYSTEM, notices=("accreditation_eve", *OF_EVENTS.values()))
    outcome(
        application, OF_EVENTS[change.kind], at=at, once=once, before=_before(since, application),
        note=_said(change.notes, application.language), new_date=_is_at_another_time(change.event, since),
    )  # fmt: skip


def sample(
    application: Application, notice: str, *, at: datetime, language: str | None = None, **context
) -> tuple[str, str, str]:
    """Subject, plain text and HTML of a notice as this applicant would read it, without writing anything."""
    return outbox.compose(
        notice, language or application.language, **_words(application, at), **_readable(application, context)
    )


def _words(application: Application, at: datetime, state: State | None = None) -> dict:
    """What every notice may say of an application; `state` is the one that its reader knows, when another is pending."""
    event, is_verified = application.event, application.verified_at is not None
    to_verify = not is_verified and (state or application.state) in LIVE
    with speaking(application.language):
        category = name_of(event, application.category)
        chosen = map(date.fromisoformat, application.days)
        days = [dates.day(day) for day in chosen if day in event.days]  # the event may have moved
    return {
        "name": application.name if is_verified else "",
        "event": event,
        "contact": events.contact(event),
        "reference": application.reference,
        "page": page_of(application),
        "leave": _own(application, "following.withdraw"),
        "calendar": _calendar(application),
        "releases": links.absolute("newsroom.releases", language=application.language),
        "verification": verification_of(application) if to_verify else None,
        "accredited": application.state is State.APPROVED,
        "awaited": application.state in (State.INFO_REQUESTED, State.OFFERED),
        "category": category,
        "days": days,
        "is_late": application.is_late,
        "answer_by": event.answer_by if at < event.answer_by and not application.is_late else None,
        "offer_until": application.offer_until,
        "reopens_until": _reopens_until(application, at),
    }


def _own(application: Application, endpoint: str) -> str:
    token = links.mint("application", application.id)
    return links.absolute(endpoint, language=application.language, token=token)


def _calendar(application: Application) -> str:
    """The event for a calendar: the accredited get their own, which gives an address that is not public."""
    if application.state is State.APPROVED:
        return _own(application, "following.ics")
    text = application.event.words(application.language)
    return links.absolute("events.ics", language=text.language, slug=text.slug)


def _reopens_until(application: Application, at: datetime) -> datetime | None:
    """Until when the applicant may take up again a request that has ended."""
    event = application.event
    ends = {Window.OPEN: event.requests_close_at, Window.LATE: event.starts_at}
    return None if application.merged_into_id else ends.get(events.window(event, at))


def _readable(application: Application, context: dict) -> dict:
    """`context`, its `changes` (field: [before, after], as the history keeps them) as the reader calls them."""
    changes = context.pop("changes", {})
    with speaking(application.language):
        shown = [
            (str(FIELDS[field]), *(_value(application.event, field, value) for value in values))
            for field, values in changes.items()
        ]
    return {**context, "changed": shown}


def _value(event: Event, field: str, value: str) -> str:
    if field == "category":
        return name_of(event, value)
    if field == "days":
        return ", ".join(dates.day(date.fromisoformat(day)) for day in value.split()) or str(_l("Every day"))
    return value


def _before(since: EventChange, application: Application) -> dict:
    place = _said(since.places, application.language)
    text = application.event.words(application.language)
    moved = place not in (text.public_address, text.place)
    return {"starts_at": since.starts_at, "ends_at": since.ends_at, "place": place if moved else ""}


def _said(words: Mapping[str, str], language: str) -> str:
    """The words in `language`, else in the first one that there is."""
    return words.get(language) or next(iter(words.values()), "")


def _is_at_another_time(event: Event, since: EventChange) -> bool:
    return (event.starts_at, event.ends_at) != (since.starts_at, since.ends_at)
