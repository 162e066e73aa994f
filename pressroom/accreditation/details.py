"""An application's details in words that people read: what each field is called, what was answered, what a change changed."""

from datetime import date
from typing import NamedTuple

from pressroom.accreditation.models import Application, Step
from pressroom.dates import day
from pressroom.events.categories import name_of
from pressroom.events.models import Event
from pressroom.events.questions import QUESTIONS, Kind
from pressroom.forms import WEB_ADDRESS
from pressroom.i18n import lazy as _l
from pressroom.i18n import locale

LABELS = {
    "name": _l("Full name"),
    "outlet": _l("Outlet"),
    "email": _l("Email address"),
    "phone": _l("Telephone"),
    "category": _l("Role"),
    "country": _l("Country"),
    "days": _l("Days"),
    "samples": _l("Links"),
    "answers": _l("Answers"),
    "needs": _l("Needs on site"),
    "documents": _l("Proofs"),
}


class Detail(NamedTuple):
    """One line of what was sent; `href` where it is an address to follow."""

    label: str
    text: str
    href: str = ""


class Difference(NamedTuple):
    """One field before and after, or here and there; either may be empty."""

    label: str
    before: str
    after: str


def answers(application: Application) -> list[Detail]:
    """What was answered to the event's own questions, in the order of the form."""
    return [
        Detail(str(question.label), answered(code, application.answers[code]), _address(question.kind, application.answers[code]))
        for code, question in QUESTIONS.items()
        if application.answers.get(code)
    ]  # fmt: skip


def links(application: Application) -> list[Detail]:
    """The links to somebody's work."""
    return [Detail("", link, _address(Kind.WEB, link)) for link in application.samples]


def answered(code: str, answer: str) -> str:
    """An answer as it is read: the choice by its name, the country, the date."""
    question = QUESTIONS.get(code)
    if question is None:
        return answer
    if question.kind is Kind.CHOICE:
        return str(question.choices.get(answer, answer))
    if question.kind is Kind.COUNTRY:
        return country(answer)
    return _day(answer) if question.kind is Kind.DATE else answer


def country(code: str) -> str:
    """The country of this code by its name; an unknown code as it is."""
    return locale().territories.get(code, code)


def days(values: list[str]) -> list[str]:
    """Days as 2026-12-24, as they are read."""
    return [_day(value) for value in values]


def changed(step: Step, event: Event) -> list[Difference]:
    """What a step changed, field by field and answer by answer; nothing for most steps."""
    found = []
    for field, (before, after) in step.changes.items():
        found += _changed_answers(before, after) if field == "answers" else [
            Difference(str(LABELS.get(field, field)), shown(field, before, event), shown(field, after, event))
        ]  # fmt: skip
    return found


def shown(field: str, value: str, event: Event) -> str:
    """A value as the history keeps it, as people read it."""
    if field == "category":
        return name_of(event, value) if value else ""
    if field == "days":
        return "\n".join(days(value.split("\n"))) if value else ""
    return country(value) if field == "country" and value else value


def _changed_answers(before: str, after: str) -> list[Difference]:
    old, new = _by_code(before), _by_code(after)
    return [
        Difference(str(question.label), answered(code, old.get(code, "")), answered(code, new.get(code, "")))
        for code, question in QUESTIONS.items()
        if old.get(code, "") != new.get(code, "")
    ]


def _by_code(lines: str) -> dict[str, str]:
    """Answers by their codes, from lines of "code: answer"; a line that begins with no code belongs to the one before."""
    found: dict[str, str] = {}
    code = ""
    for line in lines.split("\n"):
        known, colon, rest = line.partition(": ")
        if colon and known in QUESTIONS:
            code, found[known] = known, rest
        elif code:
            found[code] += f"\n{line}"
    return found


def _day(value: str) -> str:
    try:
        return day(date.fromisoformat(value))
    except ValueError:
        return value


def _address(kind: Kind, answer: str) -> str:
    if kind is Kind.ADDRESS:
        return f"mailto:{answer}"
    return answer if kind is Kind.WEB and WEB_ADDRESS.match(answer) else ""
