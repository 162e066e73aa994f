"""What may happen to an event: it is written, announced, perhaps cancelled. Its words can be mended at any time.

Nothing outside this module sets `state`; nothing inside it commits.
"""

from datetime import datetime
from itertools import count
from typing import NamedTuple

from sqlalchemy.orm.attributes import flag_modified

from pressroom import audit
from pressroom.access import Actor, Role
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.events import categories, queries
from pressroom.events.models import Event, EventText, State
from pressroom.i18n import gettext as _
from pressroom.slugs import slug


class Transition(NamedTuple):
    source: State
    target: State


OFFICERS = (Role.OFFICER, Role.ADMIN)
TRANSITIONS = {
    "announce": Transition(State.DRAFT, State.ANNOUNCED),
    "cancel": Transition(State.ANNOUNCED, State.CANCELLED),
}


def allowed(event: Event, role: Role) -> list[str]:
    """What somebody in this role may do with the event now."""
    return [action for action, step in TRANSITIONS.items() if role in OFFICERS and event.state is step.source]


def act(event: Event, action: str, *, by: Actor, at: datetime) -> None:
    """Announce or cancel the event. Raises Refused when it has moved on, or is over before it was announced."""
    if action not in allowed(event, by.role):
        raise Refused(_("This is no longer possible: the event has changed. Go back and reload the page."))
    if action == "announce" and event.ends_at <= at:
        raise Refused(_("This event is over: it can no longer be announced."))
    event.state = TRANSITIONS[action].target
    audit.record(f"event.{action}", f"event:{event.id}", by=by, at=at)


def create(facts: dict, words: dict[str, dict], *, by: Actor, at: datetime) -> Event:
    """Write down a new event, as a draft: `facts` by column, `words` by language and column."""
    event = Event(state=State.DRAFT, created_at=at)
    _set(event, facts)
    _say(event, words)
    db.session.add(event)
    audit.record("event.create", f"event:{event.id}", by=by, at=at)
    return event


def edit(event: Event, facts: dict, words: dict[str, dict], *, by: Actor, at: datetime) -> None:
    """Replace the event's facts and words; a language that `words` leaves out is dropped."""
    _set(event, facts)
    flag_modified(event, "timezone")  # words alone also make a new version: two people may be writing
    _say(event, words)
    audit.record("event.edit", f"event:{event.id}", by=by, at=at)


def _set(event: Event, facts: dict) -> None:
    """`categories` are codes of the usual ones; a category that stays keeps what is known of it."""
    for name, value in facts.items():
        if name == "categories":
            event.categories = [event.category(code) or categories.usual(code) for code in value]
        else:
            setattr(event, name, value)


def _say(event: Event, words: dict[str, dict]) -> None:
    for language in set(event.texts) - set(words):
        del event.texts[language]
    for language, values in words.items():
        text = event.texts.get(language)
        if text is None or not event.is_public:  # an address that was given out stays
            values = {**values, "slug": _free_slug(event, language, values["title"])}
        if text is None:
            event.texts[language] = EventText(language=language, **values)
            continue
        for name, value in values.items():
            setattr(text, name, value)


def _free_slug(event: Event, language: str, title: str) -> str:
    wanted, taken = slug(title), queries.taken_slugs(language, but=event.id)
    return next(name for n in count(1) if (name := wanted if n == 1 else f"{wanted}-{n}") not in taken)
