"""What is typed about a kit: its words, what it holds, its hours, what a version changes; and that an embargo is
accepted."""

from flask import current_app
from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, HiddenField, SelectChoice, SelectField, ValidationError

from pressroom.forms import CheckboxesField, Form, MomentField, Required, TextField, languages
from pressroom.i18n import current_language, language_name, ngettext
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.kits import queries
from pressroom.kits.models import Kit
from pressroom.media import intake
from pressroom.media.models import Asset
from pressroom.releases.models import Release
from pressroom.releases.models import State as ReleaseState
from pressroom.releases.queries import shown_text

MOST_BYTES = 20_000_000
MOST_COVER = 10_000
MOST_NOTE = 500


def _file_languages() -> list[SelectChoice]:
    return [SelectChoice("", _("All languages")), *languages()]


class KitForm(Form):
    """`kit_form` adds a cover text for each language. Once validated, `taken` are the files as they will be stored."""

    taken: list[intake.Taken]
    offered: list[Asset]

    @property
    def languages(self) -> dict[str, TextField]:
        return {code: self[code] for code in current_app.config["LANGUAGES"]}

    def validate(self, extra_validators=None) -> bool:
        valid = super().validate(extra_validators)
        if not valid and self.files.data and not self.files.errors:
            # A browser forgets the files of a form that comes back.
            self.files.errors = [_("Choose the files again")]
        return valid

    def validate_files(self, field) -> None:
        self.taken, unfit = [], []
        for upload in field.data or ():
            try:
                self.taken.append(intake.take(upload, kinds=intake.KIT_FILES, most=MOST_BYTES))
            except intake.Unfit as reason:
                unfit.append(str(reason))
        if unfit and self.taken:
            unfit.append(_("Choose the other files again"))
        if unfit:
            raise ValidationError(". ".join(unfit))

    def values(self) -> dict:
        """What `workflow.fill` takes."""
        return {
            "covers": {code: field.data for code, field in self.languages.items()},
            "releases": self.releases.data,
            "assets": [one for one in self.offered if one.id in self.assets.data],
            "files": self.taken,
            "file_language": self.file_language.data or None,
        }


def kit_form(kit: Kit) -> KitForm:
    newest = kit.newest
    offered = queries.assets_on_offer(newest)
    covers = {
        code: TextField(_l("Cover text (%(language)s)", language=language_name(code)), most=MOST_COVER)
        for code in current_app.config["LANGUAGES"]
    }
    fields = {
        "version": HiddenField(),
        **covers,
        "releases": CheckboxesField(_l("Press releases"), choices=_releases(kit)),
        "assets": CheckboxesField(_l("From the media library"), choices=[_asset(one) for one in offered]),
        "files": MultipleFileField(_l("Files to add")),
        "file_language": SelectField(_l("Language of these files"), choices=_file_languages),
        "offered": offered,
    }
    known = {
        "version": str(kit.version),
        **{code: text.cover for code, text in newest.texts.items()},
        "releases": [chosen.release_id for chosen in newest.releases],
        "assets": [file.asset_id for file in newest.files if file.asset_id],
    }
    return type("KitForm", (KitForm,), fields)(data=known)


class HoursForm(Form):
    opens_at = MomentField(_l("Opens"))
    embargo_until = MomentField(_l("Under embargo until"))
    expires_at = MomentField(_l("Links stop working"))


class NotesForm(Form):
    """What a new version changes; `notes_form` adds a field for each language."""

    @property
    def notes(self) -> dict[str, TextField]:
        return {code: self[code] for code in current_app.config["LANGUAGES"]}


def notes_form(kit: Kit) -> NotesForm:
    """The note is due once somebody has the kit."""
    due = [Required(_l("Say what has changed"))] if queries.was_given(kit) else []
    fields = {
        code: TextField(
            _l("What has changed (%(language)s)", language=language_name(code)), due, most=MOST_NOTE
        )
        for code in current_app.config["LANGUAGES"]
    }
    return type("NotesForm", (NotesForm,), fields)()


class AcceptForm(Form):
    """What a recipient says to find what is under embargo."""

    accepted = BooleanField(
        _l("I accept the embargo: I publish nothing before it ends, and I pass nothing on."),
        [Required(_l("Accept the embargo to open the press kit"))],
    )


def _asset(asset: Asset) -> SelectChoice:
    words = asset.words(current_language())
    said = f"{words.label} ({asset.name})" if words.label else asset.name
    return SelectChoice(
        asset.id, f"{said} – {_('Reserved for accredited media')}" if asset.restricted else said
    )


def _releases(kit: Kit) -> list[SelectChoice]:
    told = [
        (release, shown_text(release, current_language()))
        for release in queries.releases_on_offer(kit.newest)
    ]
    return [
        SelectChoice(release.id, (text.latest.headline or release.id) + _gone(release))
        for release, text in told
        if text
    ]


def _gone(release: Release) -> str:
    """What is to be known of a release that nobody who gets the kit will find in it any more."""
    if release.state not in (ReleaseState.WITHDRAWN, ReleaseState.KILLED):
        return ""
    return f" ({ngettext('Withdrawn from publication', 'Withdrawn from publication', 1)})"
