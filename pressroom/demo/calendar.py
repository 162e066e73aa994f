"""The example's days, counted from the one on which it is loaded, on the office's clock."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pressroom import dates
from pressroom.i18n import speaking

OFFICE_OPENS = time(10)


class Calendar:
    def __init__(self, at: datetime, zone: ZoneInfo, named: dict[str, int]):
        """`named` gives days by name, as `day` counts them."""
        self.at, self.zone = at.astimezone(zone), zone
        self._named = {name: self.day(offset) for name, offset in named.items()}

    def name(self, name: str, day: date) -> None:
        """Let the texts write this day as `$name`."""
        self._named[name] = day

    def spoken(self, language: str) -> dict[str, str]:
        """Every named day as it is written in `language`."""
        with speaking(language):
            return {name: dates.day(day) for name, day in self._named.items()}

    def day(self, offset: int, weekday: int | None = None) -> date:
        """That many days from today, or the first such weekday (Monday is 0) from there on.

        Nothing is planned between Christmas and the first days of January.
        """
        day = self.at.date() + timedelta(days=offset)
        if weekday is not None:
            day += timedelta(days=(weekday - day.weekday()) % 7)
        while offset > 0 and weekday is not None and not (1, 5) < (day.month, day.day) < (12, 20):
            day += timedelta(days=7)
        return day

    def moment(self, day: date, hour: time = OFFICE_OPENS) -> datetime:
        """That hour of that day in the office's zone: aware, and in that zone."""
        return dates.to_utc(datetime.combine(day, hour), self.zone).astimezone(self.zone)
