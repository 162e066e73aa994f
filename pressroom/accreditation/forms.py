"""What applicants and reviewers type, handed over clean."""

from datetime import datetime, time, timedelta

from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectChoice,
    ValidationError,
)

from pressroom import clock
from pressroom.accreditation.models import Draft
from pressroom.accreditation.reasons import ITEMS, REASONS
from pressroom.events.categories import NAMES
from pressroom.events.models import Event
from pressroom.forms import WEB_ADDRESS, AddressField, CheckboxesField, Form, LineField, Required, TextField
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.media import intake

LARGEST_PROOF = 5_000_000  # bytes
PROOF_SIDE = 2000  # pixels: enough to read a press card
MOST_LINKS = 10


class ProofField(FileField):
    """A press card or a letter: a PDF, a JPEG or a PNG, judged by its content; `taken` is what may be stored."""

    taken: intake.Taken | None = None

    def pre_validate(self, form):
        if not self.data:
            return
        try:
            self.taken = intake.take(self.data, kinds=intake.PROOFS, most=LARGEST_PROOF, side=PROOF_SIDE)
        except intake.Unfit as unfit:
            raise ValidationError(str(unfit)) from unfit


class RequestForm(Form):
    """The form for accreditation to one event."""

    name = LineField(_l("Full name"), [Required(_l("Enter your full name"))], most=120)
    email = AddressField(_l("Email address"), [Required(_l("Enter your email address"))])
    outlet = LineField(_l("Outlet"), [Required(_l("Enter the name of your outlet, or “Freelance”"))])
    category = RadioField(
        _l("Your role"), [Required(_l("Select your role"))], invalid_choice_message=_l("Select your role")
    )
    phone = LineField(_l("Telephone"), most=40)
    proof_file = ProofField(_l("Press card or letter of assignment"))
    remove_file = BooleanField()
    samples = TextField(_l("Links to your profile or your work"), most=2000)
    needs = TextField(_l("Needs on site"), most=2000)

    TYPED = ("name", "email", "outlet", "category", "phone", "samples", "needs")

    def __init__(self, event: Event, draft: Draft | None):
        super().__init__(data=draft.fields if draft else None)
        self.category.choices = [SelectChoice(code, NAMES[code]) for code in event.categories]
        self.keep(draft)

    def keep(self, draft: Draft | None) -> None:
        """Offer to remove the file that the draft has."""
        self.file = draft.documents[0] if draft and draft.documents else None
        if self.file:
            self.remove_file.label.text = _("Remove “%(file)s”", file=self.file.name)

    def typed(self) -> dict[str, str]:
        """The words as they stand, right or wrong, cut where no honest text is as long."""
        return {name: (self[name].data or "")[:5000] for name in self.TYPED}

    def category_name(self):
        return NAMES.get(self.category.data, "")

    def validate_samples(self, field):
        lines = field.data.split("\n") if field.data else []
        if any(not WEB_ADDRESS.match(line.strip()) for line in lines if line.strip()):
            raise ValidationError(_("Enter a full web address, for example https://outlet.com/author"))
        if len(lines) > MOST_LINKS:
            raise ValidationError(_("Enter at most %(n)d links.", n=MOST_LINKS))

    def validate(self, **options):
        valid = super().validate(**options)
        has_file = self.proof_file.taken or (self.file and not self.remove_file.data)
        if not has_file and not self.samples.data and not self.proof_file.errors:
            self.proof_file.errors = [_("Add a proof or a link to your work")]
            return False
        return valid


class FindForm(Form):
    email = AddressField(_l("Email address"), [Required(_l("Enter your email address"))])


class AnswerForm(Form):
    """What an applicant sends when the desk asked for something."""

    message = TextField(_l("Your answer"), [Required(_l("Write your answer"))], most=2000)
    proof_file = ProofField(_l("File"))


class DeskForm(Form):
    """A step that the desk takes on the application as it was when its page was opened."""

    version = HiddenField()

    def seen_version(self) -> int | None:
        return int(self.version.data) if (self.version.data or "").isdecimal() else None

    def words(self) -> dict:
        """What the step says, as the workflow takes it."""
        return {}


class ReasonForm(DeskForm):
    reason = RadioField(
        _l("Reason"),
        [Required(_l("Choose a reason: the applicant will read it."))],
        choices=[SelectChoice(*reason) for reason in REASONS.items()],
        invalid_choice_message=_l("Choose a reason: the applicant will read it."),
    )
    note = TextField(_l("Note to the applicant"), most=2000)

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
