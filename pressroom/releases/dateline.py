"""The date line of a release as people type it, in French or English: « BREST, le 18 novembre 2026 – »."""

import re
from datetime import date
from typing import NamedTuple

from babel.dates import get_day_names, get_month_names

from pressroom.slugs import fold

_SMALL_WORDS = {"de", "des", "du", "en", "et", "la", "le", "les", "lès", "sous", "sur"}


class Dateline(NamedTuple):
    place: str
    dated: date
    end: int  # where the text after it begins


def _folded(word: str) -> str:
    return fold(word.rstrip("."))


_MONTHS = {
    _folded(name): number
    for language in ("fr_FR", "en_GB", "en_US")
    for width in ("wide", "abbreviated")
    for number, name in get_month_names(width, locale=language).items()
}
_WORD = r"[^\W\d_]+\.?"
_WEEKDAYS = "|".join(
    name for language in ("fr_FR", "en_GB") for name in get_day_names("wide", locale=language).values()
)
_DATE = rf"""(?:(?:le|on|the)\s+)?(?:(?:{_WEEKDAYS}),?\s+)?
    (?: (?P<day>\d{{1,2}})(?:er|st|nd|rd|th)?\s+(?P<month>{_WORD}),?\s+(?P<year>\d{{4}})
      | (?P<us_month>{_WORD})\s+(?P<us_day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<us_year>\d{{4}})
      | (?P<n_day>\d{{1,2}})[/.](?P<n_month>\d{{1,2}})[/.](?P<n_year>\d{{4}})
      | (?P<iso_year>\d{{4}})-(?P<iso_month>\d{{2}})-(?P<iso_day>\d{{2}})
    )(?!\d)"""
# Between place and date: a comma, a dash, a bracket, or a wire's name between slashes.
_PATTERN = re.compile(
    rf"""\s*(?:\(\s*)?
    (?:(?P<place>[^\W\d_][^\d;:!?\n]{{1,59}}?)
      (?:\s*(?:,|\(|/|--|[–—])|\s-(?=\s))\s*(?:[^/\d\n]{{1,40}}/\s*)?)?
    {_DATE}\s*\)?\s*(?:/\w[\w .-]{{0,40}}/)?\s*(?P<stop>[./:–—-]{{0,2}})\s*""",
    re.VERBOSE | re.IGNORECASE,
)


def find(text: str) -> Dateline | None:
    """The date line that `text` begins with: the whole, or place and date before a dash."""
    found = _PATTERN.match(text)
    if not found:
        return None
    place = (found["place"] or "").strip()
    alone = found.end() == len(text)
    if not alone and not (place and found["stop"]):
        return None
    if place and (not place[0].isupper() or len(place.split()) > 6):
        return None
    dated = _date(found)
    return Dateline(_cased(place), dated, found.end()) if dated else None


def _date(found: re.Match) -> date | None:
    form = next(prefix for prefix in ("", "us_", "n_", "iso_") if found[f"{prefix}year"])
    month = found[f"{form}month"]
    number = int(month) if month.isdigit() else _MONTHS.get(_folded(month), 0)
    try:
        return date(int(found[f"{form}year"]), number, int(found[f"{form}day"]))
    except ValueError:
        return None


def _cased(place: str) -> str:
    """« AIX-EN-PROVENCE » as it is written in a text; a state's two letters stay."""
    if not place.isupper():
        return place

    def word(found: re.Match) -> str:
        if found.start() and found[0].casefold() in _SMALL_WORDS:
            return found[0].lower()
        return found[0] if found.start() and len(found[0]) == 2 else found[0].capitalize()

    return re.sub(r"[^\W\d_]+", word, place)
