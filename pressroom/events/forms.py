"""What the desk types about an event: facts once, words side by side in every language.

Hours are read in the event's own time zone, the one chosen in the same form. When and where an announced event takes
place is not asked here: `changes_form` has it.
"""

import re

from flask import current_app
from wtforms import BooleanField, FormField, HiddenField, RadioField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from pressroom import markup
from pressroom.contacts.outlets import outlet_key
from pressroom.events import categories_form
from pressroom.events.categories_form import NumberField
from pressroom.events.models import USUAL_OUTLET_QUOTA, Event, Late
from pressroom.events.moments_form import MOMENTS, MomentsForm
from pressroom.events.workflow import WHEN, WHERE, WORDS
from pressroom.forms import WEB_ADDRESS, LineField, PartForm, Required, TextField, short_enough
from pressroom.i18n import gettext as _
from pressroom.i18n import language_name
from pressroom.i18n import lazy as _l
from pressroom.staff import queries as staff

COLUMNS = ("late", "quota", "outlet_quota", "offer_hours", "venue_is_private", "map_url")
OUTLET_LINE = re.compile(r"(.{1,200}?)\s*:\s*(\d{1,5})")
LATE = {
    Late.REFUSED: _l("Refused: the form closes"),
    Late.TAKEN: _l("Taken until the event is over, marked as late, without a promised answer"),
}


class Due(Required):
    """The field must hold something as soon as any other of the same language does."""

    def __call__(self, form, field):
        if not field.data and (form.is_due or not form.is_empty):
            raise ValidationError(str(self.message))


class WordsForm(PartForm):
    """An event's words in one language; all empty when it is not announced in that one."""

    title = LineField(_l("Title"), [Due(_l("Enter the title"))])
    summary = LineField(_l("Summary, one sentence"), [Due(_l("Enter the summary"))], most=500)
    place = LineField(_l("Town"), [Due(_l("Enter the town"))])
    address = LineField(_l("Address, access for disabled people"), most=500)
    description = TextField(_l("Programme"), most=markup.MAX_BODY)
    conditions = TextField(_l("Who may attend, picture and sound"))
    validate_description = short_enough  # after all else has been said of it

    is_due = False  # whether readers know the event in this language already

    @property
    def is_empty(self) -> bool:
        return not any(field.data for field in self)

    def words(self) -> dict[str, str]:
        typed = {name: self[name].data for name in WORDS if name in self}
        return {**typed, "description": markup.from_typed(self.description.data)}


def _contacts() -> list[SelectChoice]:
    named = [SelectChoice(contact.id, contact.name) for contact in staff.press_contacts()]
    return [SelectChoice("", _("The first one of the office")), *named]


class EventForm(MomentsForm):
    """The facts; `event_form` adds one WordsForm a language and one CategoryForm a category."""

    version = HiddenField()
    venue_is_private = BooleanField(_l("Show the address and the map to the accredited only"))
    map_url = LineField(_l("Link to a map"), most=500)
    late = RadioField(
        _l("Requests after closing"),
        [Required(_l("Choose what becomes of late requests"))],
        choices=[SelectChoice(late.value, words) for late, words in LATE.items()],
        invalid_choice_message=_l("Choose what becomes of late requests"),
    )
    quota = NumberField(_l("Places for the media in all"))
    outlet_quota = NumberField(_l("Places for one outlet"))
    outlet_quotas = TextField(_l("Outlets with another number of places"))
    offer_hours = NumberField(
        _l("Hours for which a free place is kept"), [InputRequired(_l("Enter a whole number"))], most=720
    )
    contact_id = SelectField(_l("Press contact"), choices=_contacts)

    def __init__(self, event: Event | None = None, **options):
        self.event, self.is_fixed = event, event is not None and event.is_public
        super().__init__(**options)
        if self.is_fixed:
            self._leave_out_what_moves()

    def _leave_out_what_moves(self) -> None:
        for name in WHEN:
            del self[name]
        for code, text in self.event.texts.items():
            part = self[code].form
            part.is_due = True
            for name in WHERE:
                if getattr(text, name):  # an address that nobody knew yet may be added
                    del part[name]

    def zone(self):
        return self.event.zone if self.is_fixed else super().zone()

    def validate(self, extra_validators=None) -> bool:
        super().validate(extra_validators)
        self._demand_words()
        if not any(row.is_wanted for row in self.categories):
            self.categories[0].use.errors = [_("Choose at least one")]
        return not self.errors

    def validate_map_url(self, field) -> None:
        if field.data and not WEB_ADDRESS.match(field.data):
            raise ValidationError(_("Enter a full web address, for example https://maps.example/place"))

    def validate_outlet_quotas(self, field) -> None:
        lines = field.data.split("\n") if field.data else []
        for number, line in enumerate(lines, 1):
            if line.strip() and not _outlet_and_places(line):
                sentence = _("Line %(n)d: write the outlet, a colon and the number of places", n=number)
                raise ValidationError(sentence)
        keys = [outlet_key(outlet) for outlet, _places in map(_outlet_and_places, filter(str.strip, lines))]
        if len(set(keys)) < len(keys):
            raise ValidationError(_("Name each outlet once"))

    @property
    def languages(self) -> dict[str, FormField]:
        return {code: self[code] for code in current_app.config["LANGUAGES"]}

    @property
    def categories(self) -> list[categories_form.CategoryForm]:
        return [field.form for field in self if field.name.startswith("category-")]

    def facts(self) -> dict:
        lines = filter(str.strip, (self.outlet_quotas.data or "").split("\n"))
        return {
            **self.moments(),
            **{name: self[name].data for name in COLUMNS},
            "late": Late(self.late.data),
            "contact_id": self.contact_id.data or None,
            "categories": categories_form.chosen(self.categories),
            "outlet_quotas": dict(map(_outlet_and_places, lines)),
        }

    def words(self) -> dict[str, dict]:
        return {code: part.form.words() for code, part in self.languages.items() if not part.form.is_empty}

    def _demand_words(self) -> None:
        if not any(not part.form.is_empty for part in self.languages.values()):
            title = next(iter(self.languages.values())).form.title
            title.errors = [_("Enter the title in at least one language")]


def _outlet_and_places(line: str) -> tuple[str, int] | None:
    """“Agence Azur: 4” in two; None for anything else."""
    found = OUTLET_LINE.fullmatch(line.strip())
    return (found[1], int(found[2])) if found and outlet_key(found[1]) else None


def event_form(event: Event | None = None) -> EventForm:
    """The form of a new event, or of one that exists, in all the languages of the site."""
    fields = {code: FormField(WordsForm, language_name(code)) for code in current_app.config["LANGUAGES"]}
    form_class = type("EventForm", (EventForm,), fields | categories_form.fields(event))
    new = {
        "timezone": current_app.config["TIMEZONE"].key, "late": Late.REFUSED.value,
        "outlet_quota": USUAL_OUTLET_QUOTA, "offer_hours": 24,
    }  # fmt: skip
    return form_class(event, data={**(_known(event) if event else new), **categories_form.known(event)})


def _known(event: Event) -> dict:
    words = {code: {name: getattr(text, name) for name in WORDS} for code, text in event.texts.items()}
    return {
        **words,
        **{name: getattr(event, name) for name in (*MOMENTS, *COLUMNS)},
        "version": str(event.version),
        "timezone": event.timezone,
        "late": event.late.value,
        "outlet_quotas": "\n".join(f"{own.name}: {own.quota}" for own in event.outlet_quotas),
        "contact_id": event.contact_id,
    }
