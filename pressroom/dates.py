"""How moments, days and sizes are written for people, in the language being spoken; and how typed ones are read."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date as babel_date
from babel.dates import format_timedelta
from babel.numbers import format_decimal

from pressroom.errors import Refused
from pressroom.i18n import current_language, locale
from pressroom.i18n import gettext as _
from pressroom.typography import french

PATTERNS = {
    "long": "d MMMM y",
    "full": "EEEE d MMMM y",
    "short": "d MMM y",
    "month": "MMMM y",
    "near": "d MMMM",
}


def day(value: date, style: str = "long") -> str:
    """« 1er décembre 2026 », “1 December 2026”; the first of a month is « 1er » in French (Babel writes « 1 »)."""
    return _day(value, style, current_language())


@lru_cache(1024)
def _day(value: date, style: str, language: str) -> str:
    text = babel_date(value, PATTERNS[style], locale=locale(language))
    return text.replace("1 ", "1er ", 1) if language == "fr" and value.day == 1 else text


def hour(value: datetime, zone: ZoneInfo) -> str:
    """« 9 h », « 14 h 05 »; “09:00”, “14:05”."""
    local = value.astimezone(zone)
    if current_language() == "fr":
        return french(f"{local.hour} h {local.minute:02}" if local.minute else f"{local.hour} h")
    return f"{local:%H:%M}"


def moment(value: datetime, zone: ZoneInfo, style: str = "long") -> str:
    """« 18 novembre 2026, 9 h », “18 November 2026, 09:00”, in `zone`."""
    return f"{day(value.astimezone(zone).date(), style)}, {hour(value, zone)}"


def offset(value: datetime, zone: ZoneInfo) -> str:
    """“UTC+1”, “UTC+5:30”, “UTC”: how far the clocks of `zone` are from UTC at that moment."""
    written = value.astimezone(zone).strftime("%z")
    sign, hours, minutes = written[0].replace("-", "−"), int(written[1:3]), written[3:5]
    return "UTC" if not hours and minutes == "00" else f"UTC{sign}{hours}" + f":{minutes}".removesuffix(":00")


def zone_name(zone: ZoneInfo, value: datetime) -> str:
    """« heure de Paris (UTC+1) », “Paris time (UTC+1)”: the zone named as people say it."""
    city = zone.key.rpartition("/")[2].replace("_", " ")
    return _("%(city)s time (%(utc)s)", city=city, utc=offset(value, zone))


def instant(value: datetime, zone: ZoneInfo) -> str:
    """« mardi 24 novembre 2026 à 10 h, heure de Paris (UTC+1), soit 9 h UTC »: what nobody can mistake for another
    moment. The day in UTC is said when it is another one."""
    local, utc = value.astimezone(zone), value.astimezone(UTC)
    said = {"day": day(local.date(), "full"), "hour": hour(value, zone), "zone": zone_name(zone, value)}
    if local.date() == utc.date():
        return _("%(day)s, %(hour)s, %(zone)s – %(utc)s UTC", utc=hour(value, UTC), **said)
    return _(
        "%(day)s, %(hour)s, %(zone)s – %(utc)s UTC on %(utc_day)s",
        utc=hour(value, UTC), utc_day=day(utc.date()), **said,
    )  # fmt: skip


def age(length: timedelta) -> str:
    """« 3 jours », “3 days”; nothing shorter than a minute is counted."""
    return format_timedelta(
        max(length, timedelta(minutes=1)), granularity="minute", threshold=1.5, locale=locale()
    )


def size(octets: int) -> str:
    """« 8,2 Mo », “8.2 MB”; 1 kB is 1,000 bytes."""
    return _size(octets, current_language())


@lru_cache(1024)
def _size(octets: int, language: str) -> str:
    unit, divisor = next(((u, d) for u, d in (("MB", 1_000_000), ("kB", 1_000)) if octets >= d), ("B", 1))
    number = octets / divisor
    written = format_decimal(round(number, 1 if number < 10 and divisor > 1 else 0), locale=locale(language))
    if language == "fr":
        return french(f"{written} {unit.replace('B', 'o')}")
    return f"{written}\N{NO-BREAK SPACE}{unit}"


def readings(local: datetime, zone: ZoneInfo) -> list[datetime]:
    """Every moment, in UTC, at which a clock in `zone` shows `local` (naive): one; none for an hour that the spring
    change skips; two, the earlier first, for one that the autumn change shows twice."""
    moments = {local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(moment for moment in moments if moment.astimezone(zone).replace(tzinfo=None) == local)


def to_utc(local: datetime, zone: ZoneInfo) -> datetime:
    """The only moment that a clock in `zone` shows as `local` (naive). Raises Refused when there is none, or two."""
    moments = readings(local, zone)
    if not moments:
        raise Refused(_("This time does not exist on that day: the clocks go forward. Choose another one."))
    if len(moments) > 1:
        raise Refused(_("This time happens twice on that day: the clocks go back. Choose another one."))
    return moments[0]


def init_app(app) -> None:
    def in_zone(function):
        return lambda value, zone=None, *args: function(value, zone or app.config["TIMEZONE"], *args)

    app.jinja_env.filters.update(
        day=day,
        hour=in_zone(hour),
        instant=in_zone(instant),
        moment=in_zone(moment),
        size=size,
        zone=lambda value, zone=None: zone_name(zone or app.config["TIMEZONE"], value),
    )
