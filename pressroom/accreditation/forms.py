"""What applicants and reviewers type, handed over clean."""

from flask_wtf.file import FileField
from wtforms import BooleanField, RadioField, SelectChoice, ValidationError

from pressroom.accreditation.models import Draft
from pressroom.events.categories import name, name_of
from pressroom.events.models import Event
from pressroom.forms import WEB_ADDRESS, AddressField, Form, LineField, Required, TextField
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
        self.event = event
        self.category.choices = [SelectChoice(one.code, name(one)) for one in event.categories]
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
        return name_of(self.event, self.category.data) if self.category.data else ""

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
