"""What a text mentions that every other language must mention as well: numbers, dates, times, telephone numbers,
e-mail and web addresses.

Spaces, thousands, units, names of months and days are read as any language of the site writes them; only the
decimal sign depends on the language of the text. Patterns are bounded: the time grows with the text's length.
"""

import re
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from pressroom.i18n import LOCALES, locale


class Subject(StrEnum):
    """What two languages are compared on, and what one of them is checked for; in the order of the page."""

    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    PHONE = "phone"
    EMAIL = "email"
    LINK = "link"
    QUOTES = "quotes"
    PARAGRAPHS = "paragraphs"
    WEEKDAY = "weekday"
    ALT = "alt"
    CREDIT = "credit"
    CONTACT = "contact"


class Mention(NamedTuple):
    """Characters `start` to `end` of a text, and what they say.

    Two mentions say the same when their `core` is the same and neither qualifier contradicts the other: a number
    and its unit, (month, day) and the year, the end of a telephone number and its country.
    """

    subject: Subject
    core: object
    qualifier: object
    start: int
    end: int
    weekday: int | None = None  # named beside a date; Monday is 0


_S = "[ \u00a0\u202f\u2009]"
_OUT = "\ue000"  # stands for what was read already
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:er|st|nd|rd|th)?"
_CURRENCIES = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "euro": "EUR", "eur": "EUR", "dollar": "USD", "usd": "USD"}  # fmt: skip
_TIMES = {"mille": 3, "thousand": 3, "k": 3, "million": 6, "m": 6, "milliard": 9, "billion": 9, "bn": 9, "md": 9, "trillion": 12}  # fmt: skip
_LONGEST_NUMBER = 15  # digits; a longer one is a reference, compared as it is written

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}")
_LINK = re.compile(r"(?:https?://|\bwww\.)[^\s<>«»“”\"]+", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w+])(?:\+|00)[1-9]\d{0,2}(?:[ .\-/\u00a0\u202f]?\(0\))?(?:[ .\-/\u00a0\u202f]?\d{1,4}){2,6}(?!\w)"
    r"|(?<![\w+])\(?0[1-9]\d{0,3}\)?(?:[ .\-\u00a0\u202f]\d{2,4}){2,4}(?!\w)"
    r"|(?<![\w+])0[1-9]\d{8,9}(?!\w)"
)
_ISO_DATE = re.compile(r"(?<![\w-])(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?![\w-])")
_PLAIN_DATE = re.compile(
    r"(?<![\w./])(?P<day>\d{1,2})(?P<sign>[./])(?P<month>\d{1,2})(?P=sign)(?P<year>\d{4})(?!\w)"
)
_HOUR = r"(?:[01]?\d|2[0-3])"
_CLOCK = re.compile(
    rf"(?<![\w.,:])(?P<hour>{_HOUR})(?:{_S}?h(?:{_S}?(?P<minute>[0-5]\d))?|{_S}heures{_S}(?P<minutes>[0-5]\d))(?!\w)"
)
_HALF = rf"(?:{_S}?(?P<half>[ap])(?:m\b|\.m\.))"
_COLON_CLOCK = re.compile(
    rf"(?<![\w.,:])(?P<hour>{_HOUR}):(?P<minute>[0-5]\d)(?![\w:]){_HALF}?", re.IGNORECASE
)
_HALF_CLOCK = re.compile(
    rf"(?<![\w.,:])(?:(?P<first>1[0-2]|[1-9])(?:[.:](?P<firsts>[0-5]\d))?{_S}?(?:-|–|to|and){_S}?)?"
    rf"(?P<hour>1[0-2]|0?[1-9])(?:[.:](?P<minute>[0-5]\d))?{_HALF}",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    rf"(?<!\w)(?P<before>[€$£¥]{_S}?)?(?P<digits>\d{{1,3}}(?:{_S}\d{{3}})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*)"
    rf"(?:{_S}?(?P<times>mille|thousand|millions?|milliards?|billions?|trillions?|bn|(?:[km]|mds?)(?={_S}?[€$£])|[km])(?!\w))?"
    rf"(?:{_S}?(?:d[’']|de{_S}|of{_S})?(?P<unit>%|‰|per{_S}?cent\b|pour{_S}cent\b|[€$£¥]|euros?\b|EUR\b|dollars?\b|USD\b))?",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"«[^»]*|“[^”]*|\"[^\"]*\"")


def read(text: str, language: str) -> list[Mention]:
    """Everything that `text` mentions, in the order of the text."""
    found: list[Mention] = []

    def take(pattern: re.Pattern, reader, text: str) -> str:
        def stand_in(match: re.Match) -> str:
            mentions = reader(match)
            found.extend(mentions)
            return _OUT * len(match[0]) if mentions else match[0]

        return pattern.sub(stand_in, text)

    for pattern, reader in (
        (_EMAIL, lambda match: [_mention(Subject.EMAIL, match, match[0].lower())]),
        (_LINK, _web_address), (_PHONE, _phone), (_ISO_DATE, _numeric_date), (_PLAIN_DATE, _numeric_date),
        *((pattern, _dates(language)) for pattern in _patterns(language)[:3]),
        (_CLOCK, _times), (_HALF_CLOCK, _times), (_COLON_CLOCK, _times),
        (_NUMBER, lambda match: [_number(match, language)]),
    ):  # fmt: skip
        text = take(pattern, reader, text)
    return sorted(found, key=lambda mention: mention.start)


def link(href: str, start: int, end: int) -> Mention:
    """The mention of a link's address, which stands behind the words from `start` to `end`."""
    if href.lower().startswith("mailto:"):
        return Mention(Subject.EMAIL, href[7:].partition("?")[0].lower(), None, start, end)
    return Mention(Subject.LINK, same_page(href), None, start, end)


def same_page(address: str) -> str:
    """The web address without what differs from one language to another: `/fr/`, `fr.`, `?lang=fr`, and the slug
    of one of our own releases."""
    try:
        parts = urlsplit(address if "://" in address else f"https://{address}")
        asked = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return address.lower()
    first, _, rest = parts.netloc.lower().removeprefix("www.").partition(".")
    host = rest if first in LOCALES and "." in rest else ".".join(filter(None, (first, rest)))
    steps = [step for step in parts.path.split("/") if step]
    path = "/".join(
        step for step in steps if re.split("[-_]", step.lower())[0] not in LOCALES or len(step) > 5
    )
    path = re.sub(r"^(releases/\w{8})/[^/]+$", r"\1", path)
    query = urlencode([(name, value) for name, value in asked if value.lower() not in LOCALES])
    return f"{host}/{path}?{query}" if query else f"{host}/{path}"


def _mention(subject: Subject, match: re.Match, core, qualifier=None) -> Mention:
    return Mention(subject, core, qualifier, match.start(), match.end())


def _web_address(match: re.Match) -> list[Mention]:
    address = match[0].rstrip(".,;:!?)]}'’…")
    return [Mention(Subject.LINK, same_page(address), None, match.start(), match.start() + len(address))]


def _phone(match: re.Match) -> list[Mention]:
    digits = re.sub(r"\D", "", match[0].replace("(0)", ""))
    if not 9 <= len(digits) <= 16:
        return []
    if match[0].startswith(("+", "00")):
        digits = digits.removeprefix("00")
        return [_mention(Subject.PHONE, match, digits[-9:], digits[:-9])]
    return [_mention(Subject.PHONE, match, digits[1:][-9:])]


@cache
def _names(language: str) -> tuple[dict[str, int], dict[str, int]]:
    """Months from 1 and days of the week from 0 (Monday), by every name that they have; in lower case."""
    months, days = {}, {}
    for code in {*LOCALES, language}:
        for kind in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                months |= {
                    name.rstrip(".").lower(): key for key, name in locale(code).months[kind][width].items()
                }
            days |= {name.lower(): key for key, name in locale(code).days[kind]["wide"].items()}
    return months, days


@cache
def _patterns(language: str) -> tuple[re.Pattern, ...]:
    """“Tuesday 24 to 26 November 2026”, “November 24, 2026”, “November 2026”; then one day of such a list."""
    months, weekdays = (
        "|".join(sorted(map(re.escape, names), key=len, reverse=True)) for names in _names(language)
    )
    english = "|".join(
        {name.rstrip(".") for width in ("wide", "abbreviated") for name in locale("en").months["format"][width].values()}
    )  # fmt: skip
    one = rf"(?:(?:{weekdays}),?{_S}(?:le{_S}|the{_S})?)?{_DAY}"
    days = rf"(?P<days>{one}(?:{_S}?(?:,|-|–|/|&|au\b|et\b|ou\b|to\b|and\b|or\b|(?<!\w)bis\b|und\b){_S}?(?:le{_S})?{one}){{0,3}})"
    year = r"(?P<year>(?:19|20)\d\d)(?!\w)"
    return tuple(
        re.compile(pattern, re.IGNORECASE)
        for pattern in (
            rf"(?<!\w){days}\.?{_S}(?:of{_S}|de{_S})?(?P<month>{months})\b(?:\.?,?{_S}(?:de{_S})?{year})?",
            rf"(?<!\w)(?:(?P<weekday>{weekdays}),?{_S})?(?P<month>{english})\.?{_S}(?:the{_S})?{days}(?!\w)(?:,?{_S}{year})?",
            rf"(?<!\w)(?P<month>{months})\.?{_S}(?:de{_S})?{year}",
            rf"(?:(?P<weekday>{weekdays})\W+(?:le\W|the\W)?)?(?P<day>\d{{1,2}})",
        )
    )


def _dates(language: str):
    months, weekdays = _names(language)

    def reader(match: re.Match) -> list[Mention]:
        parts = match.groupdict()
        month, year = months[parts["month"].lower()], parts["year"] and int(parts["year"])
        if not parts.get("days"):
            return [_mention(Subject.DATE, match, (month, None), year)]
        mentions = []
        for one in _patterns(language)[3].finditer(parts["days"]):
            named = (one["weekday"] or parts.get("weekday") or "").lower()
            mentions.append(
                _mention(Subject.DATE, match, (month, int(one["day"])), year)._replace(
                    weekday=weekdays.get(named)
                )
            )
        return mentions

    return reader


def _numeric_date(match: re.Match) -> list[Mention]:
    year, month, day = (int(match[name]) for name in ("year", "month", "day"))
    possible = 1 <= month <= 12 and 1 <= day <= 31
    return [_mention(Subject.DATE, match, (month, day), year)] if possible else []


def _times(match: re.Match) -> list[Mention]:
    parts = match.groupdict()
    ends = [(parts["hour"], parts["minute"] or parts.get("minutes"))]
    if parts.get("first"):
        ends.insert(0, (parts["first"], parts["firsts"]))
    half = (parts.get("half") or "").lower()
    hours = [
        (int(hour) % 12 + 12 * (half == "p") if half and int(hour) <= 12 else int(hour), int(minute or 0))
        for hour, minute in ends
    ]
    if len(hours) == 2 and hours[0] > hours[1]:  # “9 to 2 pm” begins in the morning
        hours[0] = (hours[0][0] - 12, hours[0][1])
    return [_mention(Subject.TIME, match, hour) for hour in hours]


def _number(match: re.Match, language: str) -> Mention:
    value = _value(match["digits"], language)
    times, unit = (match["times"] or "").lower(), (match["unit"] or match["before"] or "").lower().strip()
    abbreviated = len(times) == 1 and not (match["before"] or match["unit"])  # 3 m is a length
    if isinstance(value, Decimal) and times and not abbreviated:
        value = value.scaleb(_TIMES[times.removesuffix("s")])
    unit = re.sub(r"^p.*r.*cent$", "%", unit)
    return _mention(Subject.NUMBER, match, value, _CURRENCIES.get(unit.removesuffix("s"), unit or None))


@cache
def _decimal_sign(language: str) -> str:
    return locale(language).number_symbols["latn"]["decimal"]


def _value(digits: str, language: str) -> Decimal | str:
    """« 1 200,5 », “1,200.5” and « 1.200,5 » as a number; what is none, or a very long one, as it is written."""
    plain = re.sub(_S, "", digits)
    if plain.isdigit() and len(plain) <= _LONGEST_NUMBER:
        return Decimal(plain)
    decimal = _decimal_sign(language)
    group = "." if decimal == "," else ","
    if re.fullmatch(rf"\d{{1,3}}(?:\{group}\d{{3}})+(?:\{decimal}\d+)?", plain):
        plain = plain.replace(group, "").replace(decimal, ".")
    elif re.fullmatch(r"\d+,\d+", plain):
        plain = plain.replace(",", ".")
    short = len(plain) <= _LONGEST_NUMBER and re.fullmatch(r"\d+(?:\.\d+)?", plain)
    return Decimal(plain) if short else plain


def quoted(text: str) -> str:
    """What stands between quotation marks; up to the end of the paragraph when they are not closed."""
    return " ".join(match.strip('«»“”" \u00a0\u202f') for match in _QUOTED.findall(text))
