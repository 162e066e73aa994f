"""What the desk types when an announced event is moved, postponed or cancelled: what those concerned are told."""

from flask import current_app
from wtforms import FormField, HiddenField

from pressroom import clock
from pressroom.events import workflow
from pressroom.events.models import Event, State
from pressroom.events.moments_form import MOMENTS, MomentsForm
from pressroom.events.workflow import WHERE
from pressroom.forms import Form, LineField, PartForm, Required, TextField
from pressroom.i18n import gettext as _
from pressroom.i18n import language_name
from pressroom.i18n import lazy as _l


class NoteForm(PartForm):
    """What is said of the change in one language."""

    note = TextField(_l("Note to those concerned"), most=2000)


class PlaceForm(NoteForm):
    """The same, and where the event takes place now."""

    place = LineField(_l("Town"), [Required(_l("Enter the town"))])
    address = LineField(_l("Address, access for disabled people"), most=500)


class Parts:
    """One part of the form a language in which the event is announced."""

    @property
    def languages(self) -> dict[str, FormField]:
        return {code: self[code] for code in current_app.config["LANGUAGES"] if code in self}

    def notes(self) -> dict[str, str]:
        return {code: part.form.note.data for code, part in self.languages.items()}


class ChangeForm(Parts, Form):
    """To postpone or to cancel, the note is all there is."""

    version = HiddenField()

    def step(self) -> dict:
        """What the workflow takes with the step."""
        return {"notes": self.notes()}


class MoveForm(Parts, MomentsForm):
    """New moments, the window and the promise among them, and perhaps a new place."""

    version = HiddenField()

    def __init__(self, event: Event, **options):
        self.event = event
        super().__init__(**options)

    def places(self) -> dict[str, dict[str, str]]:
        return {code: {name: part.form[name].data for name in WHERE} for code, part in self.languages.items()}

    def step(self) -> dict:
        return {"notes": self.notes(), "facts": self.moments(), "places": self.places()}

    def validate(self, extra_validators=None) -> bool:
        if not super().validate(extra_validators):
            return False
        stays = not workflow.changes_anything(self.event, self.moments(), self.places())
        if self.starts_at.data <= clock.now():
            self.starts_at.errors = [_("Choose a date in the future")]
        elif stays and self.event.state is State.ANNOUNCED:
            self.starts_at.errors = [_("Nothing has changed: enter the new date or the new place.")]
        return not self.errors


def change_form(event: Event, action: str) -> ChangeForm | MoveForm:
    """The form of one step, with what is known of the event, in the languages in which it is announced."""
    moves = action == "move"
    part = PlaceForm if moves else NoteForm
    fields = {code: FormField(part, language_name(code)) for code in event.texts}
    known = {"version": str(event.version)}
    if not moves:
        return type("ChangeForm", (ChangeForm,), fields)(data=known)
    known |= {name: getattr(event, name) for name in ("timezone", *MOMENTS)}
    known |= {code: {name: getattr(text, name) for name in WHERE} for code, text in event.texts.items()}
    return type("MoveForm", (MoveForm,), fields)(event, data=known)
