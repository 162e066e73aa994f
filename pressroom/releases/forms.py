"""What the press office types about a release: words in one language, facts, when it is to appear, why it goes."""

from flask import current_app
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional, StopValidation
from wtforms.widgets import HiddenInput

from pressroom import clock, markup
from pressroom.events.models import Event
from pressroom.forms import CheckboxesField, Form, LineField, MomentField, Required, TextField
from pressroom.i18n import current_language, language_name
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.media.models import Asset
from pressroom.releases import queries
from pressroom.releases.models import Release, ReleaseText, Words


class NewForm(Form):
    language = RadioField(
        _l("Language it is written in"),
        [Required(_l("Choose a language"))],
        choices=lambda: [(code, language_name(code)) for code in current_app.config["LANGUAGES"]],
        invalid_choice_message=_l("Choose a language"),
    )
    file = FileField(_l("File"))


class UploadForm(Form):
    file = FileField(_l("File"), [Required(_l("Choose a file"))])


class TextForm(Form):
    """A release's words in one language. `version` is the revision that the person began from, 0 for none."""

    headline = LineField(_l("Headline"), [Required(_l("Enter a headline"))], most=300)
    place = LineField(_l("Place in the dateline"), most=120)
    lead = TextField(_l("Lead"), most=2000)
    body = TextField(_l("Text"), most=markup.MAX_BODY)
    follows_source = BooleanField(_l("This translation follows the current source text"))
    version = IntegerField(widget=HiddenInput(), default=0)

    def validate_body(self, field) -> None:
        try:
            self.html = markup.from_typed(field.data)
        except ValueError as too_long:
            raise ValidationError(str(too_long)) from too_long

    def words(self) -> Words:
        return Words(self.headline.data, self.place.data, self.lead.data, self.html)

    def began_from(self, text: ReleaseText | None) -> bool:
        """Whether nobody has saved other words since this form was opened."""
        return self.version.data == (text.latest_number if text else 0)

    def begin_again_from(self, text: ReleaseText) -> None:
        """Keep what was typed; sending it once more replaces the newest words knowingly."""
        self.version.raw_data, self.version.data = None, text.latest_number


def text_form(text: ReleaseText | None) -> TextForm:
    if text is None:
        return TextForm()
    return TextForm(data={**text.latest.words._asdict(), "version": text.latest_number})


class FactsForm(Form):
    dated = DateField(_l("Date in the dateline"), [InputRequired(_l("Enter a date"))])
    contact = SelectField(_l("Press contact"), [Optional()])
    event = SelectField(_l("Event"), [Optional()])
    pictures = CheckboxesField(_l("Pictures"))
    version = IntegerField(widget=HiddenInput())


def facts_form(
    release: Release, *, contacts: dict, events: dict[str, Event], pictures: dict[str, Asset]
) -> FactsForm:
    """The form with what may be chosen, by id."""
    form = FactsForm(
        data={
            "dated": release.dated,
            "contact": release.contact_id or "",
            "event": release.event_id or "",
            "pictures": [picture.asset_id for picture in release.pictures],
            "version": release.version,
        }
    )
    language = current_language()
    form.contact.choices = [("", _("None yet")), *((key, contact.name) for key, contact in contacts.items())]
    form.event.choices = [
        ("", _("None")),
        *((key, event.words(language).title) for key, event in events.items()),
    ]
    form.pictures.choices = [(key, _picture_label(asset, language)) for key, asset in pictures.items()]
    return form


def _picture_label(asset: Asset, language: str) -> str:
    text = asset.texts.get(language)
    return f"{text.alt if text and text.alt else asset.name} ({asset.credit})"


def in_the_future(form, field) -> None:
    """An hour is due, and to come, unless the release is to appear now."""
    if form.when.data == "now":
        field.errors[:] = []
        raise StopValidation
    if not any(field.raw_data or ()):
        field.errors[:] = []
        raise StopValidation(_("Enter a date and a time"))
    if not field.errors and field.data <= clock.now():
        raise ValidationError(_("Choose a date in the future"))


class PublishForm(Form):
    """When, and in which languages. `seen` is the release as the person saw it."""

    when = RadioField(
        _l("When"),
        [Required(_l("Choose when"))],
        choices=[
            SelectChoice("now", _l("Now")),
            SelectChoice("later", _l("At a date and time")),
            SelectChoice("embargo", _l("At the end of an embargo")),
        ],
        default="now",
        invalid_choice_message=_l("Choose when"),
    )
    moment = MomentField(_l("Date and time"), [in_the_future])
    languages = CheckboxesField(_l("Languages"), [Required(_l("Choose at least one language"))])
    seen = HiddenField()

    def sees(self, release: Release) -> bool:
        """Whether the release is still what the person saw; otherwise say so, and show it as it is now."""
        now = queries.fingerprint(release)
        if self.seen.data != now:
            self.form_errors.append(
                _("Someone has changed this release in the meantime. Look at it again, then publish it.")
            )
            self.seen.raw_data, self.seen.data = None, now
        return not self.form_errors

    def hours(self) -> dict:
        """`publish_at` and `embargo_until`, as the workflow takes them."""
        return {
            "publish_at": self.moment.data if self.when.data == "later" else None,
            "embargo_until": self.moment.data if self.when.data == "embargo" else None,
        }


def publish_form(ready: list[str], seen: str) -> PublishForm:
    form = PublishForm(data={"languages": ready, "seen": seen})
    form.languages.choices = [(code, language_name(code)) for code in ready]
    return form


class WithdrawForm(Form):
    reason = TextField(_l("Reason"), [Required(_l("Give the reason."))], most=1000)
