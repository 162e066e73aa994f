"""What an address of the API may ask for, read strictly: what makes no sense is a problem that names the parameter."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from flask import abort, current_app, request

from pressroom import errors
from pressroom.newsroom import cursors, filters
from pressroom.newsroom.filters import Filter
from pressroom.releases.models import Kind

MOST = 100  # things in one answer


class Parameter(NamedTuple):
    """`read` raises ValueError for anything but `meaning`."""

    read: Callable[[str], Any]
    meaning: str


def value(name: str) -> Any:
    """What is asked for, None for nothing."""
    given, known = request.args.get(name, ""), PARAMETERS[name]
    try:
        return known.read(given) if given else None
    except ValueError:
        abort(errors.problem(400, f"The parameter {name} must be {known.meaning}.", parameter=name))


def language() -> str | None:
    """By its whole name or by its short one."""
    return value("language") or value("lang")


def filter_(in_language: str | None) -> Filter | None:
    """Which releases are asked for; None for those of a topic that there is not."""
    for name in ("q", "year", "kind"):
        value(name)
    asked = filters.from_args(request.args, in_language or "")
    return None if request.args.get("topic") and asked.topic is None else asked


def _language(code: str) -> str:
    return _checked(code, code in current_app.config["LANGUAGES"])


def _words(typed: str) -> str:
    return _checked(typed, len(typed) <= filters.LONGEST)


def _year(written: str) -> int:
    return _checked(
        int(written), len(written) == 4 and written.isascii() and written.isdigit() and int(written) > 0
    )


def _limit(written: str) -> int:
    return _checked(int(written), 1 <= int(written) <= MOST)


def _moment(written: str) -> datetime:
    moment = datetime.fromisoformat(written.replace(" ", "+"))  # a plus sign that nobody encoded
    return _checked(moment if moment.tzinfo else moment.replace(tzinfo=UTC), 1 < moment.year < 9999)


def _checked(thing: Any, makes_sense: bool) -> Any:
    if not makes_sense:
        raise ValueError
    return thing


PARAMETERS = {
    "language": Parameter(_language, "a language of the site"),
    "lang": Parameter(_language, "a language of the site"),
    "q": Parameter(_words, f"at most {filters.LONGEST} characters"),
    "year": Parameter(_year, "a year of four digits"),
    "kind": Parameter(Kind, f"one of {', '.join(Kind)}"),
    "since": Parameter(_moment, "a date or a moment as in RFC 3339, such as 2026-11-22T10:00:00Z"),
    "cursor": Parameter(cursors.read, "what an earlier answer gave"),
    "limit": Parameter(_limit, f"a number from 1 to {MOST}"),
}
