"""The names of what journalists come to do, as forms, lists and badges show them."""

from pressroom.events.models import Category, Event, EventCategory
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


def usual(code: str) -> EventCategory:
    """A new category under its usual name, without limit, that asks for the usual proof."""
    return EventCategory(code=code, names={}, position=list(NAMES).index(code) + 1, quota=None, asks=[])


def name(category: EventCategory) -> str:
    """What the category is called in the language being spoken, or in the first one that names it."""
    if category.names:
        return category.names.get(current_language()) or next(iter(category.names.values()))
    return str(NAMES[category.code])


def name_of(event: Event, code: str) -> str:
    """The same by its code; a category that the event no longer has keeps its usual name, or its code."""
    category = event.category(code)
    return name(category) if category else str(NAMES.get(code, code))
