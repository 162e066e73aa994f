"""The kinds of field that a form for accreditation has, and what each demands of what is typed into it."""

import re
from datetime import date

from flask_wtf.file import FileField
from wtforms import RadioField, SelectChoice, SelectField, ValidationError
from wtforms.validators import Optional
from wtforms.widgets import DateInput

from pressroom.accreditation import queries
from pressroom.accreditation.models import Document
from pressroom.events.questions import Kind, Question
from pressroom.forms import WEB_ADDRESS, AddressField, LineField, TextField
from pressroom.i18n import countries, current_language
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.media import intake

LARGEST_PROOF = 5_000_000  # bytes
MOST_UNSENT = (
    2_000_000_000  # bytes of files in forms that nobody has sent: a flood of them must not fill the disk
)
PROOF_SIDE = 2000  # pixels: enough to read a press card
ENCODED_BREAK = re.compile("%0[ad]", re.IGNORECASE)  # a line break on its way into somebody's mail header
YEARS = range(1900, 3000)


class ProofField(FileField):
    """A press card or a letter: a PDF, a JPEG or a PNG, judged by its content; `taken` is what may be stored.

    `kept` is the file that the draft already has, `removed` whether it is to go, `stored` the row of one just stored.
    """

    taken: intake.Taken | None = None
    stored: Document | None = None
    kept: Document | None = None
    is_too_large = False

    def process(self, formdata, *args, **options):
        super().process(formdata, *args, **options)
        self.removed = bool(formdata and formdata.get(f"remove_{self.name}"))

    def pre_validate(self, form):
        if not self.data:
            return
        if queries.unsent_bytes() > MOST_UNSENT:
            raise ValidationError(
                _("We can take no file at the moment. Give links to your work, or try again later.")
            )
        try:
            self.taken = intake.take(self.data, kinds=intake.PROOFS, most=LARGEST_PROOF, side=PROOF_SIDE)
        except intake.Unfit as unfit:
            self.is_too_large = self.data.stream.tell() > LARGEST_PROOF
            raise ValidationError(str(unfit)) from unfit

    @property
    def has_file(self) -> bool:
        return bool(self.taken or (self.kept and not self.removed))


class OptionalRadioField(RadioField):
    """Choices of which none need be taken: whether one must is for the form to say."""

    def pre_validate(self, form):
        if self.data:
            super().pre_validate(form)


def one_web_address(form, field) -> None:
    """Raises ValidationError for anything else than one full web address; nothing is fine."""
    if field.data and not WEB_ADDRESS.match(field.data):
        raise ValidationError(_("Enter a full web address, for example https://outlet.com/author"))


def one_day(form, field) -> None:
    """A day as 2026-12-24, handed over in this form."""
    if not field.data:
        return
    try:
        day = date.fromisoformat(field.data)
    except ValueError:
        day = date.min
    if day.year not in YEARS:
        raise ValidationError(_("Enter the date like this: %(example)s", example="2026-11-24"))
    field.data = day.isoformat()


def long_enough(least: int):
    """A validator that refuses fewer than `least` characters; none at all is fine."""

    def check(form, field) -> None:
        if field.data and len(field.data) < least:
            raise ValidationError(_("Write at least %(n)d characters.", n=least))

    return check


def no_encoded_break(form, field) -> None:
    """Raises ValidationError for a line break in disguise (%0a)."""
    if ENCODED_BREAK.search(field.data or ""):
        raise ValidationError(_("Remove the line breaks and invisible characters."))


def has_letters(form, field) -> None:
    """Raises ValidationError for a name without any letter."""
    if field.data and not any(map(str.isalpha, field.data)):
        raise ValidationError(_("Enter your full name"))


def _country(question: Question) -> SelectField:
    def choices():
        known = countries(current_language())
        return [
            SelectChoice("", _("Choose a country")),
            *(SelectChoice(*country) for country in known.items()),
        ]

    return SelectField(question.label, choices=choices, invalid_choice_message=_l("Choose a country"))


def _choice(question: Question) -> OptionalRadioField:
    return OptionalRadioField(
        question.label, choices=[SelectChoice(*choice) for choice in question.choices.items()],
        invalid_choice_message=_l("Choose one of these answers"),
    )  # fmt: skip


FIELD_OF = {
    Kind.LINE: lambda q: LineField(q.label, [no_encoded_break, long_enough(q.least)], most=q.most),
    Kind.TEXT: lambda q: TextField(q.label, [long_enough(q.least)], most=q.most),
    Kind.DATE: lambda q: LineField(q.label, [one_day], most=40, widget=DateInput()),
    Kind.CHOICE: _choice,
    Kind.COUNTRY: _country,
    Kind.FILE: lambda q: ProofField(q.label),
    Kind.ADDRESS: lambda q: AddressField(q.label, [Optional()]),
    Kind.WEB: lambda q: LineField(q.label, [one_web_address, no_encoded_break], most=q.most),
}
