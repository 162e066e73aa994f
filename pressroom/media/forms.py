"""What the desk types about pictures: the file, its words in every language, its credit."""

from flask import current_app
from flask_wtf.file import FileField
from wtforms import FieldList, FormField, HiddenField, ValidationError

from pressroom.forms import Form, LineField, Required, TextField
from pressroom.i18n import gettext as _
from pressroom.i18n import language_name
from pressroom.i18n import lazy as _l
from pressroom.media import intake
from pressroom.media.models import Asset

MOST_BYTES = 20_000_000
MOST_AT_ONCE = 4


class _Part(Form):
    class Meta(Form.Meta):
        csrf = False  # the form around this one has the token


class WordsForm(_Part):
    alt = LineField(_l("What the picture shows"), [Required(_l("Describe the picture"))], most=500)
    caption = TextField(_l("Caption"), most=2000)


class _Told:
    """What any picture's form can tell of it, from the fields that `_in_all_languages` adds."""

    @property
    def languages(self) -> dict[str, FormField]:
        return {code: self[code] for code in current_app.config["LANGUAGES"]}

    def words(self) -> dict[str, dict[str, str]]:
        return {
            code: {"alt": part.form.alt.data, "caption": part.form.caption.data}
            for code, part in self.languages.items()
        }


class PictureForm(_Told, _Part):
    """One new picture. Once validated, `taken` is the file as it will be stored."""

    file = FileField(_l("Picture"), [Required(_l("Choose a picture"))])
    taken: intake.Taken

    def validate_file(self, field) -> None:
        if not field.data:
            return
        try:
            self.taken = intake.take(field.data, kinds=intake.PICTURES, most=MOST_BYTES)
        except intake.Unfit as unfit:
            raise ValidationError(str(unfit)) from unfit

    @property
    def is_empty(self) -> bool:
        typed = [part.form[name].data for part in self.languages.values() for name in ("alt", "caption")]
        return not (self.file.data or self.credit.data or any(typed))


class UploadForm(Form):
    """Up to four pictures at once; places left empty after the first count for nothing."""

    def validate(self, extra_validators=None) -> bool:
        places = self.pictures.entries
        self.pictures.entries = self.filled()
        valid = super().validate(extra_validators)
        self._ask_for_files_again()
        self.pictures.entries = places
        return valid

    def filled(self) -> list[FormField]:
        return [place for n, place in enumerate(self.pictures.entries) if n == 0 or not place.form.is_empty]

    def _ask_for_files_again(self) -> None:
        """A browser forgets the files of a form that comes back: say so where one was good."""
        if self.pictures.errors:
            for place in self.pictures.entries:
                if place.form.file.data and not place.form.file.errors:
                    place.form.file.errors = [
                        _("Choose the file “%(file)s” again", file=place.form.taken.name)
                    ]


class EditForm(_Told, Form):
    version = HiddenField()


def upload_form() -> UploadForm:
    places = FieldList(
        FormField(_in_all_languages(PictureForm)), min_entries=MOST_AT_ONCE, max_entries=MOST_AT_ONCE
    )
    return type("UploadForm", (UploadForm,), {"pictures": places})()


def edit_form(asset: Asset) -> EditForm:
    known = {code: {"alt": text.alt, "caption": text.caption} for code, text in asset.texts.items()}
    return _in_all_languages(EditForm)(data={**known, "credit": asset.credit, "version": str(asset.version)})


def _in_all_languages(form_class: type) -> type:
    fields = {code: FormField(WordsForm, language_name(code)) for code in current_app.config["LANGUAGES"]}
    credit = LineField(_l("Credit"), [Required(_l("Enter the credit"))])
    return type(form_class.__name__, (form_class,), {**fields, "credit": credit})
