"""What the press office types when words reach readers, change for them or leave them, and what readers are told."""

from collections.abc import Iterator
from datetime import datetime

from wtforms import FormField, HiddenField, RadioField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Optional, StopValidation

from pressroom import clock, dates
from pressroom.forms import CheckboxesField, Form, MomentField, PartForm, Required, TextField, office_zone
from pressroom.i18n import gettext as _
from pressroom.i18n import language_name, locale
from pressroom.i18n import lazy as _l
from pressroom.releases import queries
from pressroom.releases.corrections import Note
from pressroom.releases.models import Correction, CorrectionKind, Release
from pressroom.releases.queries import Stage

# What becomes of the words in one language when a public release changes.
NOW, FOLLOWS, STAYS = "now", "follows", "stays"
KINDS = {
    CorrectionKind.UPDATE: _l("Update: something has happened since"),
    CorrectionKind.CLARIFICATION: _l("Clarification: nothing was wrong, but something was unclear"),
    CorrectionKind.CORRECTION: _l("Correction: something was wrong. An error is never called anything else"),
}


class SeenForm(Form):
    """A decision about a release. `seen` is the release as the person saw it."""

    seen = HiddenField()

    def sees(self, release: Release) -> bool:
        """Whether the release is still what the person saw; otherwise say so, and show it as it is now."""
        now = queries.fingerprint(release)
        if self.seen.data != now:
            self.form_errors.append(
                _("Someone has changed this release in the meantime. Look at it again, then decide.")
            )
            self.seen.raw_data, self.seen.data = None, now
        return not self.form_errors


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


class PublishForm(SeenForm):
    """When, and in which languages."""

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


class ReadersForm(PartForm):
    """What becomes of the words in one language, and what its readers are told."""

    act = RadioField(_l("This text"), invalid_choice_message=_l("Choose what becomes of this text"))
    note = TextField(_l("Note to readers"), most=1000)
    wrong = TextField(_l("What was wrong"), most=1000)
    right = TextField(_l("What is right"), most=1000)

    def said(self) -> Note:
        return Note(self.note.data, self.wrong.data, self.right.data)


class ChangesForm(SeenForm):
    """Newer words for a public release; `changes_form` adds one ReadersForm a language."""

    release: Release
    tells: bool  # whether readers who saw the old words have to be told anything

    kind = RadioField(
        _l("What readers are told"),
        [Optional()],
        choices=[SelectChoice(kind.value, label) for kind, label in KINDS.items()],
        invalid_choice_message=_l("Choose what readers are told"),
    )
    completes = CheckboxesField(_l("The new text also follows"))

    def validate(self, extra_validators=None) -> bool:
        super().validate(extra_validators)
        first = next(iter(self.languages.values())).act
        if not self.chosen(NOW) and not first.errors:
            first.errors = [_("Choose at least one language")]
        due = self._due()
        if due and not self.kind.data:
            self.kind.errors = [_("Choose what readers are told")]
        for code in due:
            self._demand_note(self.languages[code])
        return not self.errors

    @property
    def languages(self) -> dict[str, ReadersForm]:
        return {field.name: field.form for field in self if field.type == "FormField"}

    def chosen(self, act: str) -> list[str]:
        return [code for code, part in self.languages.items() if part.act.data == act]

    def told_kind(self) -> CorrectionKind | None:
        return CorrectionKind(self.kind.data) if self.notes() else None

    def notes(self) -> dict[str, Note]:
        """What is said, by language: what has to be, and what somebody chose to say."""
        return {code: self.languages[code].said() for code in self._due()}

    def completed(self) -> list[Correction]:
        return [one for one in self.release.corrections if one.id in (self.completes.data or ())]

    def _due(self) -> list[str]:
        """The languages whose readers are told something."""
        return [*self._changed(), *self.chosen(FOLLOWS)] if self.tells else []

    def _changed(self) -> Iterator[str]:
        done = self.completed()
        for code in self.chosen(NOW):
            text = self.release.texts[code]
            announced = any(one in done for one in queries.pending(self.release, code))
            if text.public_number and (
                self.languages[code].note.data or (queries.substantial(text) and not announced)
            ):
                yield code

    def _demand_note(self, part: ReadersForm) -> None:
        if not part.note.data:
            part.note.errors = [_("Write the note to readers")]
        if self.kind.data == CorrectionKind.CORRECTION:
            if not part.wrong.data:
                part.wrong.errors = [_("Say what was wrong")]
            if not part.right.data:
                part.right.errors = [_("Say what is right")]


def changes_form(release: Release, now: datetime) -> ChangesForm:
    """The form with each language that readers see, or could see now, and what may become of it."""
    waiting = queries.to_publish(release)
    live = queries.stage(release, now) is Stage.PUBLISHED
    tells = live and any(queries.substantial(release.texts[code]) for code in waiting)
    codes = dict.fromkeys([*waiting, *queries.public_in(release)])
    fields = {code: FormField(ReadersForm, language_name(code)) for code in codes}
    form_class = type("ChangesForm", (ChangesForm,), {**fields, "release": release, "tells": tells})
    open_ones = dict.fromkeys(one for code in waiting for one in queries.pending(release, code))
    acts = {code: _acts(release, code, waiting=code in waiting, tells=tells) for code in codes}
    form = form_class(
        data={
            "seen": queries.fingerprint(release),
            "completes": [one.id for one in open_ones],
            **{code: {"act": _usual(release, code, choices)} for code, choices in acts.items()},
        }
    )
    form.completes.choices = [(one.id, _announced(one)) for one in open_ones]
    form.kind.flags.required = not open_ones
    for code, choices in acts.items():
        part = form.languages[code]
        part.act.choices = [SelectChoice(act, label) for act, label in choices.items()]
        part.act.flags.required = True
        part.note.flags.required = (
            code in waiting and not open_ones and queries.substantial(release.texts[code])
        )
    return form


def _acts(release: Release, code: str, *, waiting: bool, tells: bool) -> dict[str, str]:
    acts = {}
    if waiting:
        acts[NOW] = _("Publish the newest text now")
    if waiting and release.together:
        return acts
    if tells and release.texts[code].public_number:
        acts[FOLLOWS] = _("The text follows later: tell readers now")
    acts[STAYS] = _("Leave the text as it is: readers are told nothing")
    return acts


def _usual(release: Release, code: str, acts: dict[str, str]) -> str:
    wanted = FOLLOWS if queries.outdated(release.texts[code]) else STAYS
    return next(act for act in (NOW, wanted, STAYS) if act in acts)


def _announced(correction: Correction) -> str:
    """A correction that waits, as one choice of several."""
    day = dates.day(correction.at.astimezone(office_zone(None)).date())
    languages = [code for code, said in correction.texts.items() if said.number is None]
    note = correction.texts[languages[0]].note
    return f"{day}: {note}"


class TakeOffForm(SeenForm):
    """Why a release goes; `take_off_form` adds the reason in each language that readers could read it in."""

    def reasons(self) -> dict[str, str]:
        return {field.name: field.data for field in self if field.type == "TextField"}


def take_off_form(release: Release) -> TakeOffForm:
    fields = {
        code: TextField(
            _("Reason, in %(language)s", language=locale().languages[code]),
            [Required(_("Give the reason in %(language)s.", language=locale().languages[code]))],
            most=1000,
        )
        for code in queries.public_in(release)
    }
    return type("TakeOffForm", (TakeOffForm,), fields)(data={"seen": queries.fingerprint(release)})
