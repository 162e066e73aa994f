"""What the desk types with a step: the reason of a refusal, what is still missing and until when."""

from datetime import datetime, time, timedelta

from wtforms import DateField, HiddenField, RadioField, SelectChoice, SelectField, ValidationError

from pressroom import clock, dates
from pressroom.accreditation import remarks
from pressroom.accreditation.models import Application
from pressroom.accreditation.reasons import CLOSINGS, ITEMS, offered
from pressroom.database import db
from pressroom.events.categories import name as category_name
from pressroom.events.models import Event
from pressroom.forms import CheckboxesField, Form, LineField, Required, TextField
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.staff.models import Staff

ANSWER_TIME = timedelta(days=3)


class DeskForm(Form):
    """A step that the desk takes on the application as it was when its page was opened."""

    version = HiddenField()

    def seen_version(self) -> int | None:
        return int(self.version.data) if (self.version.data or "").isdecimal() else None

    def words(self) -> dict:
        """What the step says, as the workflow takes it."""
        return {}


class OverField(LineField):
    """Why the quota is exceeded: due when it is, which the workflow knows and the form does not."""

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self.flags.conditional = True


class ReasonForm(DeskForm):
    reason = RadioField(
        _l("Reason"),
        [Required(_l("Choose a reason: the applicant will read it."))],
        invalid_choice_message=_l("Choose a reason: the applicant will read it."),
    )
    note = TextField(_l("Note to the applicant"), most=2000)

    def __init__(self, **options):
        super().__init__(**options)
        self.reason.choices = [SelectChoice(code, str(reason)) for code, reason in offered().items()]

    def words(self) -> dict:
        return {"reason": self.reason.data, "note": self.note.data}


class QuestionForm(DeskForm):
    asked = CheckboxesField(
        _l("What is missing"),
        [Required(_l("Tick what is missing"))],
        choices=[SelectChoice(*item) for item in ITEMS.items()],
    )
    note = TextField(_l("Message"), most=2000)
    due = DateField(_l("Answer due"), [Required(_l("Enter a date"))])

    def __init__(self, event: Event, **options):
        self.event = event
        super().__init__(**options)

    def words(self) -> dict:
        return {"asked": self.asked.data, "note": self.note.data, "due": self.due_at()}

    def validate_due(self, field):
        if field.data and self.due_at() <= clock.now():
            raise ValidationError(_("Choose a date in the future"))

    def due_at(self) -> datetime:
        """The end of that day where the event takes place."""
        return datetime.combine(self.due.data + timedelta(days=1), time(), self.event.zone) - timedelta(
            seconds=1
        )


class OverForm(DeskForm):
    """A step that gives a place: beyond a quota only with a reason, and only by an officer."""

    over = OverField(_l("Why one more than the quota"), most=300)

    def words(self) -> dict:
        return {"over": self.over.data or ""}


class ClosingForm(DeskForm):
    reason = RadioField(
        _l("Why it is closed"),
        [Required(_l("Say why the request is closed."))],
        choices=[SelectChoice(*closing) for closing in CLOSINGS.items()],
        invalid_choice_message=_l("Say why the request is closed."),
    )
    note = TextField(_l("Note to the applicant"), most=2000)

    def words(self) -> dict:
        return {"reason": self.reason.data, "note": self.note.data or ""}


class NoteForm(DeskForm):
    note = TextField(_l("Note to the applicant"), most=2000)

    def words(self) -> dict:
        return {"note": self.note.data or ""}


class AmendForm(DeskForm):
    """Details that the desk corrects; the applicant is told once the request is accepted."""

    name = LineField(_l("Full name"), [Required(_l("Enter a name"))], most=120)
    outlet = LineField(_l("Outlet"), [Required(_l("Enter the name of an outlet"))], most=200)
    category = RadioField(
        _l("Role"), [Required(_l("Select a role"))], invalid_choice_message=_l("Select a role")
    )
    days = CheckboxesField(_l("Days"))
    over = OverField(_l("Why one more than the quota"), most=300)

    def __init__(self, event: Event, **options):
        super().__init__(**options)
        self.category.choices = [SelectChoice(one.code, category_name(one)) for one in event.categories]
        self.days.choices = [SelectChoice(day.isoformat(), dates.day(day, "full")) for day in event.days]

    def words(self) -> dict:
        fields = ("name", "outlet", "category", "days")
        return {"changes": {field: self[field].data for field in fields}, "over": self.over.data or ""}


REMARKS = {
    "note": _l("Note"),
    "message": _l("Message to the applicant"),
    "needs": _l("What will be done"),
}


class RemarkForm(Form):
    """A note within the desk, a message to the applicant, or the answer about what they need on site."""

    text = TextField(validators=[Required(_l("Write something"))], most=4000)

    def __init__(self, what: str, **options):
        super().__init__(prefix=what, **options)
        self.text.label.text = str(REMARKS[what])


class AssignForm(Form):
    """Who of the desk looks after the request; nobody in particular when it is empty."""

    staff_id = SelectField(_l("Looked after by"))

    def __init__(self, application: Application | None = None, **options):
        chosen = application.assignee_id if application else None
        super().__init__(prefix="assign", data={"staff_id": chosen or ""}, **options)
        nobody = SelectChoice("", _("Nobody in particular"))
        self.staff_id.choices = [nobody, *(SelectChoice(one.id, one.name) for one in remarks.colleagues())]

    @property
    def staff(self) -> Staff | None:
        return db.session.get(Staff, self.staff_id.data) if self.staff_id.data else None


FORMS = {
    "approve": OverForm, "offer": OverForm, "reinstate": OverForm, "decline": ReasonForm, "revoke": ReasonForm,
    "close": ClosingForm, "withdraw": NoteForm,
}  # fmt: skip


def question(event: Event, seen: dict | None = None, **options) -> QuestionForm:
    """What to ask for, the usual time to answer given."""
    due = (clock.now() + ANSWER_TIME).astimezone(event.zone).date()
    return QuestionForm(event, prefix="ask", data={**(seen or {}), "due": due}, **options)


def form_of(action: str, application: Application) -> DeskForm:
    """The form of a step on this application, as it is shown and as it is read when it comes back.

    Its fields are called "<action>-…", except those of accepting and of steps that say nothing: `version`, `over`.
    """
    seen, event = {"version": str(application.version)}, application.event
    if action == "ask":
        return question(event, seen)
    if action == "amend":
        days = application.days or [day.isoformat() for day in event.days]
        known = {field: getattr(application, field) for field in ("name", "outlet", "category")}
        return AmendForm(event, prefix=action, data={**seen, **known, "days": days})
    named = action in FORMS and action != "approve"
    return FORMS.get(action, DeskForm)(prefix=action if named else "", data=seen)
