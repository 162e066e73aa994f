"""What the press office types about a release: words in one language, and facts."""

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
)
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from pressroom import dates, markup
from pressroom.database import new_id
from pressroom.events.models import Event
from pressroom.forms import (
    AddressField,
    CheckboxesField,
    Form,
    LineField,
    Required,
    TextField,
    languages,
    short_enough,
)
from pressroom.i18n import current_language
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.media.models import Asset
from pressroom.releases.drafts import Draft
from pressroom.releases.models import Release, ReleaseText, Topic, Words
from pressroom.releases.renditions import KINDS


class NewForm(Form):
    language = RadioField(
        _l("Language it is written in"),
        [Required(_l("Choose a language"))],
        choices=languages,
        invalid_choice_message=_l("Choose a language"),
    )
    file = FileField(_l("File"))


class UploadForm(Form):
    file = FileField(_l("File"), [Required(_l("Choose a file"))])


class TextForm(Form):
    """A release's words in one language.

    `version` is the revision that the person began from, 0 for none; `source_seen` the source's revision that
    they have beside it; `window` the opened editor, to which a kept draft belongs.
    """

    headline = LineField(_l("Headline"), [Required(_l("Enter a headline"))], most=300)
    place = LineField(_l("Place in the dateline"), most=120)
    lead = TextField(_l("Lead"), most=2000)
    body = TextField(_l("Text"), most=markup.MAX_BODY)
    follows_source = BooleanField(_l("This translation follows the current source text"))
    minor = BooleanField()
    version = IntegerField(widget=HiddenInput(), default=0)
    source_seen = IntegerField(widget=HiddenInput(), default=0)
    window = HiddenField(default=new_id)
    validate_body = short_enough  # after all else has been said of it

    def words(self) -> Words:
        """What was typed, clean. Raises ValueError when it is too long: validate first, or expect it."""
        return Words(self.headline.data, self.place.data, self.lead.data, markup.from_typed(self.body.data))

    def began_from(self, text: ReleaseText | None) -> bool:
        """Whether nobody has saved other words since this form was opened."""
        return text is None or self.version.data == text.latest_number

    def begin_again_from(self, text: ReleaseText) -> None:
        """Keep what was typed; sending it once more replaces the newest words knowingly."""
        self.version.raw_data, self.version.data = None, text.latest_number


def text_form(
    text: ReleaseText | None, source: ReleaseText | None = None, draft: Draft | None = None
) -> TextForm:
    """The newest words, or the person's own unsaved ones, to go on from."""
    newest = {**text.latest.words._asdict(), "version": text.latest_number} if text else {}
    unsaved = {**draft.typed, "version": draft.began_from, "window": draft.window} if draft else {}
    form = TextForm(data={**newest, **unsaved, "source_seen": source.latest_number if source else 0})
    form.minor.label.text = (
        _("Minor edit: readers are told nothing") if source else _("Minor edit: translations stay valid")
    )
    return form


class FactsForm(Form):
    kind = SelectField(
        _l("Kind"),
        [Required(_l("Choose what kind of text this is"))],
        choices=lambda: [(kind.value, str(name)) for kind, name in KINDS.items()],
    )
    dated = DateField(_l("Date in the dateline"), [InputRequired(_l("Enter a date"))])
    contact = SelectField(_l("Press contact"), [Optional()])
    event = SelectField(_l("Event"), [Optional()])
    topics = CheckboxesField(_l("Topics"))
    pictures = CheckboxesField(_l("Pictures and files"))
    together = BooleanField(_l("Publish all languages together"))
    version = IntegerField(widget=HiddenInput())

    def differences(self, saved: "FactsForm") -> list[tuple[str, str, str]]:
        """Label, what is saved and what was typed, in words, of each fact that differs."""
        names = ("kind", "dated", "contact", "event", "topics", "pictures", "together")
        pairs = [(self[name].label.text, _in_words(saved[name]), _in_words(self[name])) for name in names]
        return [(label, theirs, mine) for label, theirs, mine in pairs if theirs != mine]


def _in_words(field) -> str:
    if isinstance(field, BooleanField):
        return _("Yes") if field.data else _("No")
    if isinstance(field, DateField):
        return dates.day(field.data) if field.data else field._value()
    chosen = field.data if isinstance(field.data, list) else [field.data]
    return ", ".join(str(label) for value, label in field.choices if value in chosen)


def facts_form(
    release: Release, *, contacts: dict, events: dict[str, Event], topics: dict[str, Topic],
    pictures: dict[str, Asset], **options,
) -> FactsForm:  # fmt: skip
    """The form with what may be chosen, by id."""
    form = FactsForm(
        data={
            "kind": release.kind.value,
            "topics": [topic.id for topic in release.topics],
            "together": release.together,
            "dated": release.dated,
            "contact": release.contact_id or "",
            "event": release.event_id or "",
            "pictures": [picture.asset_id for picture in release.pictures],
            "version": release.version,
        },
        **options,
    )
    language = current_language()
    form.contact.choices = [("", _("None yet")), *((key, contact.name) for key, contact in contacts.items())]
    form.event.choices = [
        ("", _("None")),
        *((key, event.words(language).title) for key, event in events.items()),
    ]
    form.topics.choices = [(key, topic.words(language).name) for key, topic in topics.items()]
    form.pictures.choices = [(key, _picture_label(asset, language)) for key, asset in pictures.items()]
    return form


def _picture_label(asset: Asset, language: str) -> str:
    text = asset.texts.get(language)
    return f"{(text and text.label) or asset.name} ({asset.credit})"


class PreviewForm(Form):
    """Who gets a link to a release that is not public yet."""

    name = LineField(_l("Name"), [Required(_l("Enter the person’s name"))], most=120)
    email = AddressField(_l("Email address"), [Required(_l("Enter the person’s email address"))])
    language = RadioField(
        _l("Language of the message"),
        [Required(_l("Choose a language"))],
        choices=languages,
        invalid_choice_message=_l("Choose a language"),
    )


class DismissForm(Form):
    """Why a difference between two languages is right."""

    reason = LineField(_l("Reason"), [Required(_l("Say why this is right."))], most=300)


class OpenPreviewForm(Form):
    """What the holder of such a link says to open it."""

    email = AddressField(_l("Your email address"), [Required(_l("Enter your email address"))])
    accepted = BooleanField(
        _l("I accept the embargo: I publish nothing before it ends, and I pass nothing on."),
        [Required(_l("Accept the embargo to read the press release"))],
    )
