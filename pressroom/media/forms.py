"""What the desk types about assets: the files first, then the words of each in every language, and its rights."""

from collections.abc import Sequence
from typing import ClassVar

from flask import current_app
from flask_wtf.file import MultipleFileField
from wtforms import (
    BooleanField,
    DateField,
    FormField,
    HiddenField,
    SelectField,
    ValidationError,
)
from wtforms.validators import Optional

from pressroom.forms import Form, LineField, PartForm, Required, TextField, languages
from pressroom.i18n import gettext as _
from pressroom.i18n import language_name
from pressroom.i18n import lazy as _l
from pressroom.media import intake
from pressroom.media.licences import TERMS, Licence
from pressroom.media.models import Asset, Kind
from pressroom.media.workflow import WORDS, Facts

MOST_BYTES = 20_000_000
MOST_AT_ONCE = 20
FACTS = ("kind", "credit", "licence", "decorative", "restricted", "offered", "taken_on", "place", "language")


class Due:
    """It is asked for, by a rule of the form as a whole."""

    field_flags: ClassVar = {"required": True}

    def __call__(self, form, field) -> None:
        pass


class UploadForm(Form):
    """Any number of files at once. Once validated, `taken` holds (upload, file as it will be stored) of each that
    is fit; the others are named, and why, among the errors."""

    taken: Sequence = ()
    unfit: Sequence[str] = ()
    files = MultipleFileField(_l("Files"), [Due()])
    credit = LineField(_l("Credit of all these files"))

    def validate_files(self, field) -> None:
        self.taken, self.unfit = [], []
        uploads = [upload for upload in field.data or () if upload and upload.filename]
        if not uploads:
            raise ValidationError(_("Choose at least one file"))
        if len(uploads) > MOST_AT_ONCE:
            raise ValidationError(_("Choose at most %(max)d files at once", max=MOST_AT_ONCE))
        for upload in uploads:
            try:
                self.taken.append((upload, intake.take(upload, kinds=intake.ASSETS, most=MOST_BYTES)))
            except intake.Unfit as unfit:
                self.unfit.append(str(unfit))
        if self.unfit:
            raise ValidationError(self.unfit[0])


class PictureWords(PartForm):
    alt = LineField(_l("What the picture shows"), [Due()], most=500)
    caption = TextField(_l("Caption"), most=2000)
    title = LineField(_l("Title"))


class DocumentWords(PartForm):
    title = LineField(_l("Title"), [Required(_l("Enter a title"))])
    caption = TextField(_l("What it is about"), most=2000)


class RecordingWords(DocumentWords):
    transcript = TextField(_l("Transcript"), most=50_000)


class AssetForm(PartForm):
    """What is said of one asset; its words are in the parts that `languages` names."""

    version = HiddenField()
    licence = SelectField(
        _l("Licence"), [Due()], choices=lambda: [(key.value, str(terms.name)) for key, terms in TERMS.items()]
    )
    restricted = BooleanField(_l("Reserved for accredited media"))
    offered = BooleanField(_l("Show in the media library even when no release uses it"))
    credit = LineField(_l("Credit"), [Required(_l("Enter the credit"))])

    @property
    def languages(self) -> dict[str, FormField]:
        return {code: self[code] for code in current_app.config["LANGUAGES"]}

    def words(self) -> dict[str, dict[str, str]]:
        return {code: _words_in(part.form) for code, part in self.languages.items()}

    def facts(self, asset: Asset) -> Facts:
        typed = {name: self[name].data for name in FACTS if name in self}
        typed |= {"licence": Licence(typed["licence"]), "kind": Kind(typed.get("kind", asset.kind))}
        return Facts(**typed | ({"language": typed["language"] or None} if "language" in typed else {}))


class PictureForm(AssetForm):
    kind = SelectField(
        _l("Kind"),
        [Due()],
        choices=lambda: [(Kind.PICTURE.value, _("Picture")), (Kind.LOGO.value, _("Logo"))],
    )
    decorative = BooleanField(_l("Decorative: it says nothing that the text does not say"))
    taken_on = DateField(_l("Date taken"), [Optional()])
    place = LineField(_l("Place"), most=120)

    def validate(self, extra_validators=None) -> bool:
        valid = super().validate(extra_validators)
        for part in self.languages.values():
            if not part.form.alt.data and not self.decorative.data:
                part.form.alt.errors = [_("Describe the picture, or mark it as decorative")]
                valid = False
        return valid

    def words(self) -> dict[str, dict[str, str]]:
        """Without descriptions of what is decorative: whoever cannot see it hears nothing of it."""
        said = super().words()
        return {
            code: {**words, "alt": "" if self.decorative.data else words["alt"]}
            for code, words in said.items()
        }


class DocumentForm(AssetForm):
    language = SelectField(
        _l("Language of the file"),
        choices=lambda: [("", _("Several, or none")), *languages()],
    )


class RecordingForm(DocumentForm):
    taken_on = DateField(_l("Date recorded"), [Optional()])
    place = LineField(_l("Place"), most=120)

    def validate(self, extra_validators=None) -> bool:
        valid = super().validate(extra_validators)
        spoken = (
            [self.languages[self.language.data]]
            if self.language.data in self.languages
            else self.languages.values()
        )
        fields = [part.form.transcript for part in spoken]
        if not any(field.data for field in fields):
            fields[0].errors = [_("Write what is heard, for people who cannot hear it")]
            valid = False
        return valid


KINDS = {
    Kind.PICTURE: (PictureForm, PictureWords),
    Kind.LOGO: (PictureForm, PictureWords),
    Kind.DOCUMENT: (DocumentForm, DocumentWords),
    Kind.AUDIO: (RecordingForm, RecordingWords),
}


class WordsForm(Form):
    """The words of several assets on one page; `parts` has the form of each by the asset's id."""

    @property
    def parts(self) -> dict[str, AssetForm]:
        return {field.short_name[1:]: field.form for field in self if isinstance(field, FormField)}


def words_form(assets: list[Asset]) -> WordsForm:
    parts = {f"a{asset.id}": FormField(_form_of(asset.kind)) for asset in assets}
    return type("WordsForm", (WordsForm,), parts)(data={f"a{asset.id}": known(asset) for asset in assets})


def known(asset: Asset) -> dict:
    """What is stored of an asset, as its form shows it."""
    facts = {name: getattr(asset, name) for name in FACTS}
    words = {code: {name: getattr(text, name) for name in WORDS} for code, text in asset.texts.items()}
    return {
        **facts,
        "kind": asset.kind.value,
        "licence": asset.licence.value,
        "language": asset.language or "",
        "version": str(asset.version),
        **words,
    }


def untouched(form: AssetForm, asset: Asset) -> bool:
    """Whether nothing was typed about an asset that still waits for its words."""
    before = known(asset)
    same_facts = all(form[name].data == before[name] for name in FACTS if name in form)
    return asset.described_at is None and same_facts and all(
        words.items() <= before.get(code, dict.fromkeys(words, "")).items()
        for code, words in AssetForm.words(form).items()
    )  # fmt: skip


def _words_in(part: PartForm) -> dict[str, str]:
    return {name: part[name].data for name in WORDS if name in part}


def _form_of(kind: Kind) -> type:
    form, words = KINDS[kind]
    languages = current_app.config["LANGUAGES"]
    return type(form.__name__, (form,), {code: FormField(words, language_name(code)) for code in languages})
