"""The names of what journalists come to do, as forms, lists and badges show them."""

from typing import NamedTuple

from pressroom.events.models import Category, Event, EventCategory, Proof
from pressroom.events.questions import Question, asked
from pressroom.i18n import current_language
from pressroom.i18n import lazy as _l

NAMES = {
    Category.WRITTEN: _l("Written press"),
    Category.PHOTO: _l("Photo"),
    Category.BROADCAST: _l("Video or radio"),
    Category.AGENCY: _l("News agency"),
    Category.ONLINE: _l("Online press"),
    Category.TECHNICAL: _l("Technical crew"),
}


class Alike(NamedTuple):
    """Categories of which the same is asked."""

    categories: list[EventCategory]
    proof: Proof
    questions: list[Question]


def alike(event: Event) -> list[Alike]:
    """The categories open to requests, put together where the same is asked of them."""
    groups: dict[tuple, list[EventCategory]] = {}
    for category in event.open_categories:
        groups.setdefault((category.proof, *asked(category.asks)), []).append(category)
    return [Alike(them, them[0].proof, list(asked(them[0].asks).values())) for them in groups.values()]


def usual(code: str) -> EventCategory:
    """A new category under its usual name, without limit, that asks for the usual proof."""
    position = list(NAMES).index(code) + 1
    return EventCategory(code=code, names={}, position=position, is_open=True, quota=None, asks=[])


def name(category: EventCategory) -> str:
    """What the category is called in the language being spoken, or in the first one that names it."""
    if category.names:
        return category.names.get(current_language()) or next(iter(category.names.values()))
    return str(NAMES[category.code])


def name_of(event: Event, code: str) -> str:
    """The same by its code; a category that the event no longer has keeps its usual name, or its code."""
    category = event.category(code)
    return name(category) if category else str(NAMES.get(code, code))
