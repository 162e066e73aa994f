"""What every form shares: messages in the person's language, values handed over clean, hostile input refused at its field."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from email_validator import EmailNotValidError, validate_email
from flask import current_app, request
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFProtect
from itsdangerous import BadData, URLSafeTimedSerializer
from wtforms import (
    DateTimeLocalField,
    EmailField,
    SelectChoice,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.i18n import get_translations
from wtforms.validators import Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from pressroom import clock, dates, markup
from pressroom.errors import Refused
from pressroom.i18n import current_language, language_name
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.typography import french

csrf = CSRFProtect()
LONGEST = timedelta(hours=24)  # that a form may stay open before its button must be pressed once more
# Line and paragraph separators, control characters, and the marks that reverse the direction of a text.
FORBIDDEN_IN_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
FORBIDDEN_IN_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
# What nobody sees, and what therefore makes two spellings look alike. The two joiners stay where scripts need them.
INVISIBLE = re.compile(
    "[\xad\u180e\u200b\u200e\u200f\u2060-\u2064\ufeff]|(?<![^\0-\u024f])[\u200c\u200d]|[\u200c\u200d](?![^\0-\u024f])"
)
WEB_ADDRESS = re.compile(r"https?://[^\s/@]+\.[^\s/@]{2,}(/\S*)?$", re.IGNORECASE)


class Messages:
    """WTForms's own sentences in the language being spoken, set as ours are."""

    known = staticmethod(cache(get_translations))  # which else looks for the file each time

    def __init__(self):
        self.translations = self.known((current_language(),))

    def gettext(self, string: str) -> str:
        return self._typeset(self.translations.gettext(string))

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self._typeset(self.translations.ngettext(singular, plural, n))

    @staticmethod
    def _typeset(sentence: str) -> str:
        return french(sentence.replace("'", "’")) if current_language() == "fr" else sentence


class Form(FlaskForm):
    """Base of every form: Flask-WTF alone would answer in English."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form):
            return Messages()

    @contextmanager
    def saying(self, field: str = "") -> Iterator[None]:
        """What is refused inside this block is said at `field`, or else above all of them; what follows is left out."""
        try:
            yield
        except Refused as refusal:
            if field:
                self[field].errors = [str(refusal)]
            else:
                self.form_errors.append(str(refusal))


class PartForm(Form):
    """What is a part of another form, which has the token."""

    class Meta(Form.Meta):
        csrf = False


class Required:
    """The field must hold something; `message` says what to enter, not that it is required."""

    field_flags = {"required": True}

    def __init__(self, message):
        self.message = message

    def __call__(self, form, field):
        if not field.data:
            field.errors[:] = []
            raise ValidationError(str(self.message))


def one_line(text: str | None) -> str:
    """Trimmed, in NFC, without invisible letters: the words as typed, in one encoding. Never NFKC, which would
    change them."""
    return unicodedata.normalize("NFC", INVISIBLE.sub("", text or "")).strip()


def sought() -> str:
    """The words that the address asks to find (`q`), without what no stored text holds."""
    return one_line(FORBIDDEN_IN_LINE.sub(" ", request.args.get("q", "")))[:200]


def many_lines(text: str | None) -> str:
    return unicodedata.normalize("NFC", text or "").replace("\r\n", "\n").replace("\r", "\n").strip()


def no_control(form, field) -> None:
    forbidden = FORBIDDEN_IN_TEXT if isinstance(field, TextAreaField) else FORBIDDEN_IN_LINE
    if forbidden.search(field.data or ""):
        raise ValidationError(_("Remove the line breaks and invisible characters."))


def short_enough(form, field) -> None:
    """A text with marks, not longer than one may be once these are HTML."""
    try:
        markup.from_typed(field.data)
    except ValueError as too_long:
        raise ValidationError(str(too_long)) from too_long


def complete_address(form, field) -> None:
    """One plain address, RFC 5321 without quoted local parts; the host name is not looked up."""
    try:
        field.data = canonical_address(field.data)
    except EmailNotValidError as refusal:
        raise ValidationError(_("Enter a full address, for example name@outlet.com")) from refusal


def canonical_address(address: str) -> str:
    """The address with its domain in lower case and ASCII (IDNA). Raises EmailNotValidError."""
    if not address.isascii() and not address.partition("@")[0].isascii():
        raise EmailNotValidError("non-ASCII local part")
    known = validate_email(
        address, check_deliverability=False, allow_smtputf8=False, test_environment=True, strict=True
    )
    return known.ascii_email or known.normalized


class LineField(StringField):
    """One line of text, at most `most` characters."""

    def __init__(self, label=None, validators=(), most=200, **options):
        checks = [*validators, no_control, Length(max=most, message=_l("Use at most %(max)d characters."))]
        super().__init__(label, checks, filters=[one_line], **options)


class TextField(TextAreaField):
    """Several lines of text, at most `most` characters."""

    def __init__(self, label=None, validators=(), most=5000, **options):
        checks = [*validators, no_control, Length(max=most, message=_l("Use at most %(max)d characters."))]
        super().__init__(label, checks, filters=[many_lines], **options)


class AddressField(EmailField):
    """One e-mail address, made canonical."""

    def __init__(self, label=None, validators=(), **options):
        super().__init__(label, [*validators, no_control, complete_address], filters=[one_line], **options)


def shown_at() -> datetime | None:
    """When the form that is being posted was shown, to the second, as its token tells; None where forms need none."""
    if not current_app.config.get("WTF_CSRF_ENABLED", True):
        return None
    signer = URLSafeTimedSerializer(current_app.secret_key, salt="wtf-csrf-token")
    try:
        return signer.loads(request.form.get("csrf_token", ""), return_timestamp=True)[1]
    except BadData:  # it came in a header
        return None


def doubt(trap: StringField, *, typed: bool = True) -> str | None:
    """Why the button should be pressed once more: a program does not read this, a person does. `trap` is a field that
    nobody sees, and is emptied; with `typed` somebody must have had the time to type."""
    shown = shown_at()
    age = clock.now() - shown if shown else None
    least = timedelta(seconds=current_app.config["TYPING_SECONDS"])
    if trap.data:
        trap.data = ""
        return _("A field that nobody sees was filled in, perhaps by your browser. Press the button again.")
    if age is not None and age < least and typed:
        return _("That was very fast. Check what you typed, then press the button again.")
    if age is not None and age > LONGEST:
        return _("This page had been open for a day. Check what you typed, then press the button again.")
    return None


def languages() -> list[SelectChoice]:
    """The languages of the site to choose from, each by its own name."""
    return [SelectChoice(code, language_name(code)) for code in current_app.config["LANGUAGES"]]


class NamesForm(Form):
    """A name in each language of the site; `names_form` adds the fields `name_<language>`."""

    def names(self) -> dict[str, str]:
        return {code: self[f"name_{code}"].data for code in current_app.config["LANGUAGES"]}


def names_form(label: Callable, message, *, most: int, known: Mapping[str, str] | None = None) -> NamesForm:
    """The form in which each name is due: `label(code)` says of what, `message` that it is missing."""
    fields = {
        f"name_{code}": LineField(label(code), [Required(message)], most=most)
        for code in current_app.config["LANGUAGES"]
    }
    data = {f"name_{code}": name for code, name in (known or {}).items()}
    return type("NamesForm", (NamesForm,), fields)(data=data)


class CheckboxesField(SelectMultipleField):
    """Several of some choices, as a list of checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def office_zone(_form) -> ZoneInfo:
    return current_app.config["TIMEZONE"]


class Reading(NamedTuple):
    """One of the two moments that a doubled hour may mean: as it is sent, in words, and whether it is the one."""

    value: str
    words: str
    chosen: bool


class MomentField(DateTimeLocalField):
    """A local date and hour in the zone that `zone(form)` gives (None: unknown yet), handed over as an aware moment.

    An hour that the clocks skip is refused at the field. Of one that they show twice `readings` has both, and the
    form comes back to ask; the answer is sent as "<name>-reading". A field that must be filled has InputRequired.
    """

    FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
    YEARS = range(1900, 3000)

    def __init__(self, label=None, validators=(), *, zone=office_zone, **options):
        super().__init__(label, validators or [Optional()], format=self.FORMATS, **options)
        self._zone, self._chosen = zone, None

    def process(self, formdata, *args, **options) -> None:
        self._chosen = formdata.get(f"{self.name}-reading") if formdata else None
        super().process(formdata, *args, **options)

    def process_formdata(self, values) -> None:
        self.data = None
        local, zone = self._typed(values), self._zone(self._form)
        if local is None or zone is None:
            return
        meant = dates.readings(local, zone)
        if len(meant) > 1:
            meant = [moment for moment in meant if moment.isoformat() == self._chosen]
            if not meant:
                raise ValueError(
                    _("This time happens twice on that day: the clocks go back. Choose which one.")
                )
        if not meant:
            raise ValueError(
                _("This time does not exist on that day: the clocks go forward. Choose another one.")
            )
        self.data = meant[0]

    def _typed(self, values) -> datetime | None:
        if not any(values):
            return None
        try:
            super().process_formdata(values)
        except ValueError:
            self.data = None
        local, self.data = self.data, None
        if local is None or local.year not in self.YEARS:
            example = "2026-11-24 10:00"
            raise ValueError(_("Enter the date and the time like this: %(example)s", example=example))
        return local

    @property
    def readings(self) -> list[Reading]:
        """Both moments when the hour is shown twice, else nothing."""
        zone = self._zone(self._form)
        try:
            local = datetime.fromisoformat(self._value())
        except ValueError:
            return []
        both = dates.readings(local, zone) if zone and local.year in self.YEARS else []
        if len(both) < 2:
            return []
        said = [{"hour": dates.hour(moment, zone), "utc": dates.offset(moment, zone)} for moment in both]
        words = (
            _("The first %(hour)s (summer time, %(utc)s)", **said[0]),
            _("The second %(hour)s (winter time, %(utc)s)", **said[1]),
        )
        return [
            Reading(moment.isoformat(), text, moment == self.data)
            for moment, text in zip(both, words, strict=True)
        ]

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        zone = self._zone(self._form)
        return self.data.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if self.data and zone else ""


def init_app(app) -> None:
    csrf.init_app(app)
