"""What an event asks of whom: the questions of each category, the proof that it wants, and what was answered."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from babel.lists import format_list

from pressroom.accreditation import details
from pressroom.events import questions
from pressroom.events.categories import name as category_name
from pressroom.events.models import Event, Proof
from pressroom.events.questions import QUESTIONS, Kind, Question
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.i18n import locale

DAYS = _l("Days on which you come")


class Asked(NamedTuple):
    """What one category of an event asks beyond the usual fields."""

    name: str
    proof: Proof
    questions: dict[str, Question]


class Group(NamedTuple):
    """Questions that only some categories ask."""

    categories: tuple[str, ...]
    codes: list[str]
    names: list[str]

    @property
    def legend(self) -> str:
        return _("If your role is %(roles)s", roles=either(self.names))


def by_category(event: Event, kept: str = "") -> dict[str, Asked]:
    """What each category open to requests asks, by its code, in the event's order; a request keeps its own."""
    return {
        category.code: Asked(category_name(category), category.proof, questions.asked(category.asks))
        for category in event.categories
        if category.is_open or category.code == kept
    }


def of_everybody(asked: Mapping[str, Asked]) -> list[str]:
    """The codes of the questions that every category asks."""
    common = set.intersection(*(set(one.questions) for one in asked.values())) if asked else ()
    return [code for code in QUESTIONS if code in common]


def of_some(asked: Mapping[str, Asked]) -> list[Group]:
    """The other questions, those of the same categories together."""
    groups: dict[tuple[str, ...], list[str]] = {}
    some = {code for one in asked.values() for code in one.questions}.difference(of_everybody(asked))
    for code in filter(some.__contains__, QUESTIONS):
        categories = tuple(key for key, one in asked.items() if code in one.questions)
        groups.setdefault(categories, []).append(code)
    return [
        Group(categories, codes, [asked[key].name for key in categories])
        for categories, codes in groups.items()
    ]


def either(names: Iterable[str]) -> str:
    """« “Photo” ou “Agence” »: names of which one is meant."""
    return format_list([_("“%(name)s”", name=name) for name in names], style="or", locale=locale())


def answered(
    answers: Mapping[str, str], country: str, days: Sequence[str] = ()
) -> list[tuple[str, object, str]]:
    """The days, then every answer in the library's order: where the form asks it, its label, and the words, maybe on
    several lines."""
    given = {**answers, "country": country}
    said = [
        (
            f"{code}-0" if question.kind is Kind.CHOICE else code,
            question.label,
            details.answered(code, given[code]),
        )
        for code, question in QUESTIONS.items()
        if given.get(code)
    ]
    coming = "\n".join(details.days(list(days)))
    return [("days-0", DAYS, coming), *said] if days else said
