"""The moments of an event as they are typed: local hours in a zone chosen in the same form, in their right order."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from wtforms import SelectField
from wtforms.validators import InputRequired

from pressroom.forms import Form, MomentField, Required
from pressroom.i18n import lazy as _l

MOMENTS = ("starts_at", "ends_at", "requests_open_at", "requests_close_at", "answer_by")
# The earlier moment, the later one, which of them to correct, and what is said there.
ORDER = (
    ("starts_at", "ends_at", "ends_at", _l("The event must end after it begins")),
    ("requests_open_at", "requests_close_at", "requests_close_at", _l("Requests must close after they open")),
    (
        "requests_close_at",
        "starts_at",
        "requests_close_at",
        _l("Requests must close before the event begins"),
    ),
    ("requests_close_at", "answer_by", "answer_by", _l("The answer must come after requests close")),
    ("answer_by", "starts_at", "answer_by", _l("The answer must come before the event begins")),
)
CONTINENTS = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
)  # fmt: skip


@cache  # the names are read from the disk
def timezones() -> list[str]:
    return ["UTC", *sorted(name for name in available_timezones() if name.startswith(CONTINENTS))]


def _moment(label, message) -> MomentField:
    return MomentField(label, [InputRequired(message)], zone=lambda form: form.zone())


class MomentsForm(Form):
    """When the event takes place, when requests are taken, and when they are answered."""

    timezone = SelectField(
        _l("Time zone of the times below"), [Required(_l("Choose a time zone"))], choices=timezones
    )
    starts_at = _moment(_l("Begins"), _l("Enter the date and time at which the event begins"))
    ends_at = _moment(_l("Ends"), _l("Enter the date and time at which the event ends"))
    requests_open_at = _moment(_l("Requests open"), _l("Enter the date and time at which requests open"))
    requests_close_at = _moment(_l("Requests close"), _l("Enter the date and time at which requests close"))
    answer_by = _moment(_l("Answer promised by"), _l("Enter the date and time by which you will answer"))

    event = None  # whose moments stand where the form has no field for them

    def zone(self) -> ZoneInfo | None:
        """The zone that was chosen in the form itself, None when it is none."""
        chosen = self.timezone.data
        return ZoneInfo(chosen) if chosen in timezones() else None

    def validate(self, extra_validators=None) -> bool:
        fields_are_valid = super().validate(extra_validators)
        for earlier, later, at_fault, sentence in ORDER:
            both = self._moment(earlier), self._moment(later)
            if at_fault in self and all(both) and both[0] >= both[1]:
                self[at_fault].errors = [*self[at_fault].errors, str(sentence)]
        return fields_are_valid and not self.errors

    def moments(self) -> dict:
        """Those that the form asks for, by column."""
        return {name: self[name].data for name in ("timezone", *MOMENTS) if name in self}

    def _moment(self, name):
        return self[name].data if name in self else getattr(self.event, name)
