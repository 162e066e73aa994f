"""What an applicant types once the request is sent: what was asked for, messages, the address to find it again."""

from collections.abc import Sequence
from typing import NamedTuple

from werkzeug.datastructures import CombinedMultiDict, MultiDict

from pressroom.accreditation.fields import ProofField
from pressroom.accreditation.forms import RequestForm, form_for
from pressroom.accreditation.models import Application, Document
from pressroom.forms import AddressField, Form, LineField, Required, TextField
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l

# The field that answers each thing that the desk can ask for.
FIELDS = {"proof": "proof_file", "work": "samples", "outlet": "outlet", "identity": "name"}


class FindForm(Form):
    email = AddressField(_l("Email address"), [Required(_l("Enter your email address"))])


class AnswerForm(Form):
    """What the desk asked for, one field each and no other, and a message for what cannot be given."""

    proof_file = ProofField(_l("Press card or letter of assignment"))
    samples = TextField(_l("Links to your profile or your work"), most=2000)
    outlet = LineField(_l("Outlet"), most=200)
    name = LineField(_l("Full name"), most=120)
    message = TextField(_l("Message"), most=2000)

    validate_samples = RequestForm.validate_samples

    def __init__(self, application: Application, asked: Sequence[str], **options):
        known = {
            "samples": "\n".join(application.samples),
            "outlet": application.outlet,
            "name": application.name,
        }
        super().__init__(data=known, **options)
        self.application = application
        self.asked = [FIELDS[code] for code in asked]
        for field in set(FIELDS.values()) - set(self.asked):
            del self[field]
        for field in self.asked:
            self[field].flags.conditional = True  # due, unless the message says why not

    def changes(self) -> dict:
        """What is new, but for the file: field of the application to value."""
        typed = {name: self[name].data for name in self.asked if name != "proof_file" and self[name].data}
        if "samples" in typed:
            typed["samples"] = typed["samples"].split()
        return {name: value for name, value in typed.items() if value != getattr(self.application, name)}

    def validate(self, **options):
        """Each thing asked for is given anew, or the message says why it is not."""
        valid = super().validate(**options)
        if self.message.data:
            return valid
        given = set(self.changes())
        if "proof_file" in self and self.proof_file.taken:
            given.add("proof_file")
        for field in self.asked:
            if field not in given and not self[field].errors:
                self[field].errors = [_("Give this, or say in the message why you cannot.")]
                valid = False
        return valid


class MessageForm(Form):
    text = TextField(_l("Your message"), [Required(_l("Write your message"))], most=2000)


class ReviewForm(Form):
    """A second look at a refusal is asked for, once."""

    reason = TextField(
        _l("What is new, or what we misunderstood"),
        [Required(_l("Say what is new, or what we misunderstood."))],
        most=2000,
    )


class ContactForm(Form):
    """What may still be changed once the desk has begun to look."""

    phone = LineField(_l("Telephone"), most=40)
    needs = TextField(_l("Needs on site"), most=2000)


class Sent(NamedTuple):
    """A request that was sent, as the form reads a draft."""

    fields: dict
    documents: list[Document]


def change_form(application: Application, posted: MultiDict | None) -> RequestForm:
    """The event's form with what was sent: what may be changed as long as nobody has looked. The address stays."""
    words = {
        field: getattr(application, field)
        for field in ("name", "email", "outlet", "category", "phone", "needs")
    }
    sent = Sent(
        {**application.answers, **words, "samples": "\n".join(application.samples), "days": application.days,
         "country": application.country},
        [document for document in application.documents if document.deleted_at is None],
    )  # fmt: skip
    if posted is not None:
        posted = CombinedMultiDict([MultiDict({"email": application.email}), posted])
    return form_for(application.event, sent, formdata=posted, kept=application.category)


def changes(form: RequestForm | ContactForm) -> dict:
    """What a complete form says, field of the application to value, but for its files."""
    if isinstance(form, ContactForm):
        return {"phone": form.phone.data, "needs": form.needs.data}
    sent = form.to_send()
    words = {
        field: sent[field] for field in ("name", "outlet", "category", "phone", "needs", "answers", "country")
    }
    return {**words, "samples": sent["samples"].split(), "days": sent.get("days", [])}
