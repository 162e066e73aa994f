"""How moments, days and sizes are written for people, in the language being spoken; and how typed ones are read."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date as babel_date
from babel.numbers import format_decimal

from pressroom.errors import Refused
from pressroom.i18n import current_language, locale
from pressroom.i18n import gettext as _
from pressroom.typography import french

PATTERNS = {"long": "d MMMM y", "full": "EEEE d MMMM y", "short": "d MMM y", "month": "MMMM y"}


def day(value: date, style: str = "long") -> str:
    """« 1er décembre 2026 », “1 December 2026”; the first of a month is « 1er » in French (Babel writes « 1 »)."""
    text = babel_date(value, PATTERNS[style], locale=locale())
    if current_language() == "fr" and value.day == 1:
        text = text.replace("1 ", "1er ", 1)
    return text


def hour(value: datetime, zone: ZoneInfo) -> str:
    """« 9 h », « 14 h 05 »; “09:00”, “14:05”."""
    local = value.astimezone(zone)
    if current_language() == "fr":
        return french(f"{local.hour} h {local.minute:02}" if local.minute else f"{local.hour} h")
    return f"{local:%H:%M}"


def moment(value: datetime, zone: ZoneInfo, style: str = "long") -> str:
    """« 18 novembre 2026, 9 h », “18 November 2026, 09:00”, in `zone`."""
    return f"{day(value.astimezone(zone).date(), style)}, {hour(value, zone)}"


def zone_name(zone: ZoneInfo, value: datetime) -> str:
    """« heure de Paris (UTC+1) », “Paris time (UTC+1)”: the zone named as people say it."""
    offset = value.astimezone(zone).strftime("%z")
    sign, hours, minutes = offset[0].replace("-", "−"), int(offset[1:3]), offset[3:]
    utc = "UTC" if offset[1:] == "0000" else f"UTC{sign}{hours}" + (f":{minutes}" if minutes != "00" else "")
    city = zone.key.rpartition("/")[2].replace("_", " ")
    return _("%(city)s time (%(utc)s)", city=city, utc=utc)


def size(octets: int) -> str:
    """« 8,2 Mo », “8.2 MB”; 1 kB is 1,000 bytes."""
    unit, divisor = next(((u, d) for u, d in (("MB", 1_000_000), ("kB", 1_000)) if octets >= d), ("B", 1))
    number = octets / divisor
    written = format_decimal(round(number, 1 if number < 10 and divisor > 1 else 0), locale=locale())
    if current_language() == "fr":
        return french(f"{written} {unit.replace('B', 'o')}")
    return f"{written}\N{NO-BREAK SPACE}{unit}"


def to_utc(local: datetime, zone: ZoneInfo, *, fold: int | None = None) -> datetime:
    """The moment that a clock in `zone` shows as `local` (naive).

    Raises Refused for an hour that the spring change skips, and for one that the autumn change shows
    twice unless `fold` (0 the first, 1 the second) says which.
    """
    first, second = (local.replace(tzinfo=zone, fold=n).astimezone(UTC) for n in (0, 1))
    if first.astimezone(zone).replace(tzinfo=None) != local:
        raise Refused(_("This time does not exist on that day: the clocks go forward. Choose another one."))
    if first != second and fold is None:
        raise Refused(_("This time happens twice on that day: the clocks go back. Choose another one."))
    return second if fold else first


def init_app(app) -> None:
    def in_zone(function):
        return lambda value, zone=None, *args: function(value, zone or app.config["TIMEZONE"], *args)

    app.jinja_env.filters.update(
        day=day,
        hour=in_zone(hour),
        moment=in_zone(moment),
        size=size,
        zone=lambda value, zone=None: zone_name(zone or app.config["TIMEZONE"], value),
    )
