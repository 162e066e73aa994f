"""What the desk types about an event: facts once, words side by side in every language.

Hours are read in the event's own time zone, the one chosen in the same form.
"""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from flask import current_app
from wtforms import (
    FormField,
    HiddenField,
    SelectField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from pressroom import markup
from pressroom.events.categories import NAMES
from pressroom.events.models import Event
from pressroom.forms import CheckboxesField, Form, LineField, MomentField, Required, TextField
from pressroom.i18n import gettext as _
from pressroom.i18n import language_name
from pressroom.i18n import lazy as _l
from pressroom.staff import queries as staff

MOMENTS = ("starts_at", "ends_at", "requests_open_at", "requests_close_at", "answer_by")
WORDS = ("title", "summary", "place", "address", "description", "conditions")
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


class Due:
    """The field must hold something as soon as any other of the same language does."""

    field_flags = {"required": True}

    def __init__(self, message):
        self.message = message

    def __call__(self, form, field):
        if not field.data and not form.is_empty:
            raise ValidationError(str(self.message))


class WordsForm(Form):
    """An event's words in one language; all empty when it is not announced in that one."""

    class Meta(Form.Meta):
        csrf = False  # the form around this one has the token

    title = LineField(_l("Title"), [Due(_l("Enter the title"))])
    summary = LineField(_l("Summary, one sentence"), [Due(_l("Enter the summary"))], most=500)
    place = LineField(_l("Town"), [Due(_l("Enter the town"))])
    address = LineField(_l("Address, access for disabled people"), most=500)
    description = TextField(_l("Programme"), most=markup.MAX_BODY)
    conditions = TextField(_l("Who may attend, picture and sound"))

    def validate_description(self, field) -> None:
        try:
            markup.from_typed(field.data)
        except ValueError as too_long:
            raise ValidationError(str(too_long)) from too_long

    @property
    def is_empty(self) -> bool:
        return not any(field.data for field in self)

    def words(self) -> dict[str, str]:
        typed = {name: self[name].data for name in WORDS}
        return {**typed, "description": markup.from_typed(self.description.data)}


def _own_zone(form) -> ZoneInfo | None:
    """The zone that was chosen in the form itself, None when it is none."""
    chosen = form.timezone.data
    return ZoneInfo(chosen) if chosen in _timezones() else None


def _moment(label, message) -> MomentField:
    return MomentField(label, [InputRequired(message)], zone=_own_zone)


@cache  # the names are read from the disk
def _timezones() -> list[str]:
    return ["UTC", *sorted(name for name in available_timezones() if name.startswith(CONTINENTS))]


def _contacts() -> list[SelectChoice]:
    named = [SelectChoice(contact.id, contact.name) for contact in staff.press_contacts()]
    return [SelectChoice("", _("The first one of the office")), *named]


class EventForm(Form):
    """The facts; `event_form` adds one WordsForm a language."""

    version = HiddenField()
    timezone = SelectField(
        _l("Time zone of the times below"), [Required(_l("Choose a time zone"))], choices=_timezones
    )
    starts_at = _moment(_l("Begins"), _l("Enter the date and time at which the event begins"))
    ends_at = _moment(_l("Ends"), _l("Enter the date and time at which the event ends"))
    requests_open_at = _moment(_l("Requests open"), _l("Enter the date and time at which requests open"))
    requests_close_at = _moment(_l("Requests close"), _l("Enter the date and time at which requests close"))
    answer_by = _moment(_l("Answer promised by"), _l("Enter the date and time by which you will answer"))
    categories = CheckboxesField(
        _l("Who may request accreditation"),
        [Required(_l("Choose at least one"))],
        choices=[SelectChoice(category.value, name) for category, name in NAMES.items()],
    )
    contact_id = SelectField(_l("Press contact"), choices=_contacts)

    def validate(self, extra_validators=None) -> bool:
        fields_are_valid = super().validate(extra_validators)
        self._compare_moments()
        self._demand_words()
        return fields_are_valid and not self.errors

    @property
    def languages(self) -> dict[str, FormField]:
        return {code: self[code] for code in current_app.config["LANGUAGES"]}

    def facts(self) -> dict:
        names = (*MOMENTS, "timezone", "categories")
        return {**{name: self[name].data for name in names}, "contact_id": self.contact_id.data or None}

    def words(self) -> dict[str, dict]:
        return {code: part.form.words() for code, part in self.languages.items() if not part.form.is_empty}

    def _compare_moments(self) -> None:
        for earlier, later, at_fault, sentence in ORDER:
            both = self[earlier].data and self[later].data
            if both and self[earlier].data >= self[later].data:
                self[at_fault].errors = [*self[at_fault].errors, str(sentence)]

    def _demand_words(self) -> None:
        if not any(not part.form.is_empty for part in self.languages.values()):
            title = next(iter(self.languages.values())).form.title
            title.errors = [_("Enter the title in at least one language")]


def event_form(event: Event | None = None) -> EventForm:
    """The form of a new event, or of one that exists, in all the languages of the site."""
    fields = {code: FormField(WordsForm, language_name(code)) for code in current_app.config["LANGUAGES"]}
    form_class = type("EventForm", (EventForm,), fields)
    if event is None:
        return form_class(data={"timezone": current_app.config["TIMEZONE"].key, "categories": list(NAMES)})
    return form_class(data=_known(event))


def _known(event: Event) -> dict:
    words = {code: {name: getattr(text, name) for name in WORDS} for code, text in event.texts.items()}
    return {
        **words,
        **{name: getattr(event, name) for name in MOMENTS},
        "version": str(event.version),
        "timezone": event.timezone,
        "categories": [category.code for category in event.categories],
        "contact_id": event.contact_id,
    }
