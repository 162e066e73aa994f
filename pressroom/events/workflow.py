"""What may happen to an event: it is written, announced, perhaps postponed, moved or cancelled.

Its words can be mended at any time. Once it is announced, where and when it takes place changes by `move` only, so
that those concerned are told: each change after the announcement leaves an EventChange, from which the messages are
written. A category of an announced event is closed instead of dropped, because requests may name it.

Nothing outside this module sets `state`; nothing inside it commits.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm.attributes import flag_modified

from pressroom import audit
from pressroom.access import Actor, Role
from pressroom.contacts.outlets import outlet_key
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.events import queries
from pressroom.events.models import (
    USUAL_OUTLET_QUOTA,
    Category,
    ChangeKind,
    Event,
    EventCategory,
    EventChange,
    EventText,
    OutletQuota,
    Proof,
    State,
)
from pressroom.i18n import gettext as _
from pressroom.slugs import slug

WHEN = ("starts_at", "ends_at", "timezone")
WHERE = ("place", "address")
# What a copy of an event takes over, besides its categories, the outlets' own quotas and the words.
FACTS = (
    *WHEN, "requests_open_at", "requests_close_at", "answer_by", "late", "quota", "outlet_quota", "offer_hours",
    "venue_is_private", "map_url", "contact_id",
)  # fmt: skip
WORDS = ("title", "summary", "place", "address", "description", "conditions")


class Transition(NamedTuple):
    sources: tuple[State, ...]
    target: State
    change: ChangeKind | None = None  # what those concerned are told


class CategoryFacts(NamedTuple):
    """A category as the desk wants it: `code` is "" for a new one, which then has `names` by language."""

    code: str
    names: Mapping[str, str] = {}
    quota: int | None = None
    proof: Proof = Proof.EITHER
    asks: tuple[str, ...] = ()


OFFICERS = (Role.OFFICER, Role.ADMIN)
STANDING = (State.ANNOUNCED, State.POSTPONED)
TRANSITIONS = {
    "announce": Transition((State.DRAFT,), State.ANNOUNCED),
    "move": Transition(STANDING, State.ANNOUNCED, ChangeKind.MOVED),
    "postpone": Transition((State.ANNOUNCED,), State.POSTPONED, ChangeKind.POSTPONED),
    "cancel": Transition(STANDING, State.CANCELLED, ChangeKind.CANCELLED),
}


def allowed(event: Event, role: Role, at: datetime) -> list[str]:
    """What somebody in this role may do with the event at this moment; nothing with one that took place."""
    over = event.state is not State.POSTPONED and event.ends_at <= at
    if over or role not in OFFICERS:
        return []
    return [action for action, step in TRANSITIONS.items() if event.state in step.sources]


def act(
    event: Event,
    action: str,
    *,
    by: Actor,
    at: datetime,
    notes: Mapping[str, str] | None = None,
    facts: Mapping[str, Any] | None = None,
    places: Mapping[str, dict[str, str]] | None = None,
) -> None:
    """Take a step. `notes` by language say more of it to those concerned; for `move`, `facts` are the new moments by
    column and `places` the new place and address by language.

    Raises Refused when the event has moved on or is over, and when a move would change nothing or lead to the past.
    """
    if event.state is not State.POSTPONED and event.ends_at <= at and by.role in OFFICERS:
        raise Refused(_("This event is over: nothing can be announced of it any more."))
    if action not in allowed(event, by.role, at):
        raise Refused(_("This is no longer possible: the event has changed. Go back and reload the page."))
    step = TRANSITIONS[action]
    if step.change:
        event.changes.append(_change(event, step.change, notes or {}, at=at))
    if action == "move":
        _move(event, facts or {}, places or {}, at=at)
    event.state = step.target
    flag_modified(event, "timezone")  # a new place alone is a new version too: calendars count them
    audit.record(f"event.{action}", f"event:{event.id}", by=by, at=at)


def create(facts: Mapping[str, Any], words: Mapping[str, dict], *, by: Actor, at: datetime) -> Event:
    """Write down a new event, as a draft: `facts` by column, `words` by language and column.

    `categories` are CategoryFacts in their order; `outlet_quotas` are numbers by the outlet's name.
    """
    event = Event(state=State.DRAFT, created_at=at, outlet_quota=USUAL_OUTLET_QUOTA)
    _set(event, facts)
    _say(event, words)
    db.session.add(event)
    audit.record("event.create", f"event:{event.id}", by=by, at=at)
    return event


def changes_anything(event: Event, facts: Mapping[str, Any], places: Mapping[str, dict[str, str]]) -> bool:
    """Whether these moments and places are others than the event's."""
    new = [(getattr(event, name), facts[name]) for name in WHEN if name in facts]
    new += [
        (getattr(event.texts[code], name), at) for code, place in places.items() for name, at in place.items()
    ]
    return any(old != value for old, value in new)


def duplicate(event: Event, *, by: Actor, at: datetime) -> Event:
    """A draft with the same facts and words, whose dates are still those of `event`."""
    facts = {name: getattr(event, name) for name in FACTS}
    facts["categories"] = [
        CategoryFacts(one.code, dict(one.names), one.quota, one.proof, tuple(one.asks))
        for one in event.open_categories
    ]
    facts["outlet_quotas"] = {own.name: own.quota for own in event.outlet_quotas}
    words = {code: {name: getattr(text, name) for name in WORDS} for code, text in event.texts.items()}
    return create(facts, words, by=by, at=at)


def edit(
    event: Event, facts: Mapping[str, Any], words: Mapping[str, dict], *, by: Actor, at: datetime
) -> None:
    """Replace the facts and the words that are given; a language that `words` leaves out is dropped from a draft.

    Raises Refused for what only `move` may change, and when an announced language would go.
    """
    if event.is_public and event.texts.keys() - words.keys():
        raise Refused(_("The event was announced in this language: its words can be changed, not removed."))
    if event.is_public and _would_be_missed(event, facts, words):
        raise Refused(
            _("The dates and the place of an announced event have a page of their own, so that those concerned are told.")
        )  # fmt: skip
    _set(event, facts)
    flag_modified(event, "timezone")  # words alone also make a new version: two people may be writing
    _say(event, words)
    audit.record("event.edit", f"event:{event.id}", by=by, at=at)


def _would_be_missed(event: Event, facts: Mapping[str, Any], words: Mapping[str, dict]) -> bool:
    """Whether the event would be at another time or place than people know; an address may be added to a town."""
    if any(facts.get(name, getattr(event, name)) != getattr(event, name) for name in WHEN):
        return True
    return any(
        getattr(text, name) not in ("", words[code].get(name, getattr(text, name)))
        for code, text in event.texts.items()
        for name in WHERE
    )


def _change(event: Event, kind: ChangeKind, notes: Mapping[str, str], *, at: datetime) -> EventChange:
    """What is remembered of the event as it stands, before it changes."""
    return EventChange(
        kind=kind, at=at, starts_at=event.starts_at, ends_at=event.ends_at, told=False,
        places={code: text.public_address or text.place for code, text in event.texts.items()},
        notes={code: note for code, note in notes.items() if note},
    )  # fmt: skip


def _move(
    event: Event, facts: Mapping[str, Any], places: Mapping[str, dict[str, str]], *, at: datetime
) -> None:
    if facts.get("starts_at", event.starts_at) <= at:
        raise Refused(_("Choose a date in the future"))
    if event.state is State.ANNOUNCED and not changes_anything(event, facts, places):
        raise Refused(_("Nothing has changed: enter the new date or the new place."))
    for name, value in facts.items():
        setattr(event, name, value)
    for language, place in places.items():
        for name, value in place.items():
            setattr(event.texts[language], name, value)


def _set(event: Event, facts: Mapping[str, Any]) -> None:
    for name, value in facts.items():
        if name == "categories":
            _categorise(event, value)
        elif name == "outlet_quotas":
            event.outlet_quotas = [
                OutletQuota(key=outlet_key(outlet), name=outlet, quota=quota)
                for outlet, quota in value.items()
            ]
        else:
            setattr(event, name, value)


def _categorise(event: Event, wanted: list[CategoryFacts]) -> None:
    """The categories in this order; those of an announced event that are not wanted any more are closed, last."""
    known = {category.code: category for category in event.categories}
    taken, chosen = {*Category, *known}, []
    for one in wanted:
        code = one.code or slug(next(iter(one.names.values())), 16, taken)  # 20 characters at most
        taken.add(code)
        category = known.pop(code, None) or EventCategory(code=code)
        category.names, category.quota = dict(one.names), one.quota
        category.proof, category.asks = one.proof, list(one.asks)
        chosen.append(category)
    closed = list(known.values()) if event.is_public else []
    for position, category in enumerate([*chosen, *closed], 1):
        category.position, category.is_open = position, category in chosen
    event.categories = [*chosen, *closed]


def _say(event: Event, words: Mapping[str, dict]) -> None:
    for language in set(event.texts) - set(words):
        del event.texts[language]
    for language, values in words.items():
        text = event.texts.get(language)
        if text is None or not event.is_public:  # an address that was given out stays
            taken = queries.taken_slugs(language, but=event.id)
            values = {**values, "slug": slug(values["title"], taken=taken)}
        if text is None:
            event.texts[language] = EventText(language=language, **values)
            continue
        for name, value in values.items():
            setattr(text, name, value)
