"""What applicants type into the form for accreditation, handed over clean.

The usual fields are always there; what the categories of an event ask beyond them joins the form that `form_for`
makes for it. Only the questions of the chosen category count: the others keep what was typed, unjudged.
"""

from functools import cache

from wtforms import RadioField, SelectChoice, StringField, ValidationError

from pressroom import dates, retention
from pressroom.accreditation import questionnaire
from pressroom.accreditation.fields import FIELD_OF, ProofField, has_letters, no_encoded_break
from pressroom.accreditation.models import Draft
from pressroom.accreditation.questionnaire import Asked, Group
from pressroom.events.models import Event, Proof
from pressroom.events.questions import QUESTIONS, About, Kind
from pressroom.forms import WEB_ADDRESS, AddressField, CheckboxesField, Form, LineField, Required, TextField
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l

MOST_LINKS = 10
TYPED = ("name", "email", "phone", "outlet", "category", "samples", "days", "needs")
FILES = {Proof.EITHER, Proof.FILE}  # what a press card or a letter can satisfy
LINKS = {Proof.EITHER, Proof.LINKS}
MISSING = {Kind.CHOICE: _l("Choose an answer: %(field)s"), Kind.FILE: _l("Add a file: %(field)s")}
NO_PROOF = {
    Proof.EITHER: _l("Add a proof or a link to your work"),
    Proof.FILE: _l("Add a press card or a letter of assignment"),
    Proof.LINKS: _l("Add a link to your work"),
}
PROOF_RULES = {
    Proof.EITHER: _l(
        "Send a press card or a letter of assignment, or links to your work: one of the two is enough."
    ),
    Proof.FILE: _l("Send a press card or a letter of assignment."),
    Proof.LINKS: _l("Send links to your work."),
    Proof.NONE: _l("No proof is needed."),
}


class RequestForm(Form):
    """The form for accreditation to one event; make it with `form_for`."""

    name = LineField(
        _l("Full name"), [Required(_l("Enter your full name")), has_letters, no_encoded_break], most=120
    )
    email = AddressField(_l("Email address"), [Required(_l("Enter your email address"))])
    phone = LineField(_l("Telephone"), [no_encoded_break], most=40)
    outlet = LineField(
        _l("Outlet"), [Required(_l("Enter the name of your outlet, or “Freelance”")), no_encoded_break]
    )
    category = RadioField(
        _l("Your role"), [Required(_l("Select your role"))], invalid_choice_message=_l("Select your role")
    )
    proof_file = ProofField(_l("Press card or letter of assignment"))
    samples = TextField(_l("Links to your profile or your work"), most=2000)
    days = CheckboxesField(questionnaire.DAYS, [Required(_l("Tick at least one day"))], validate_choice=False)
    needs = TextField(_l("Needs on site"), most=2000)
    homepage = StringField(_l("Leave this empty"))  # nobody sees it: who fills it in is a program

    class Meta(Form.Meta):
        csrf = False  # its page has the token, and it was judged before the form is read (forms.csrf)

    def __init__(self, event: Event, draft: Draft | None, asked: dict[str, Asked], **options):
        super().__init__(data=draft.fields if draft else None, **options)
        # Plain values, read now: validating must not open a transaction.
        self.asked, days = asked, event.days
        self.codes = [code for code in QUESTIONS if code in self._fields]
        self.common = questionnaire.of_everybody(asked)
        self.proofs = {one.proof for one in self.asked.values()}
        self.outlets = [own.name for own in event.outlet_quotas if own.quota > 0]
        self.category.choices = [SelectChoice(code, one.name) for code, one in self.asked.items()]
        self.days.choices = [SelectChoice(day.isoformat(), dates.day(day, "full")) for day in days]
        if len(days) == 1:
            del self.days
        self._say_what_is_due()
        self._fields = {name: self._fields[name] for name in self._order()}
        self.keep(draft)

    def _order(self) -> list[str]:
        """The fields as they stand on the page: the summary of errors has them in this order."""
        you, outlet, site = ([field.short_name for field in self.about(group)] for group in About)
        some = [field.short_name for _group, fields in self.groups() for field in fields]
        page = [
            "name", "email", "phone", *you, "outlet", *outlet, "category", "proof_file", "samples", *some, "days", *site,
            "needs",
        ]  # fmt: skip
        return [name for name in page if name in self] + [name for name in self._fields if name not in page]

    def _say_what_is_due(self) -> None:
        for code in self.codes:
            question = QUESTIONS[code]
            self[code].flags.required = question.due
            self[code].flags.conditional = question.due_when is not None
        for field, only, some in (
            (self.proof_file, {Proof.FILE}, Proof.FILE),
            (self.samples, {Proof.LINKS}, Proof.LINKS),
        ):
            field.flags.required = self.proofs == only
            field.flags.conditional = some in self.proofs
        if not self.proofs & FILES:
            del self.proof_file
        if not self.proofs & LINKS:
            del self.samples

    def keep(self, draft: Draft | None) -> None:
        """Show the files that the draft has, with a way to remove each."""
        kept = {document.kind: document for document in draft.documents} if draft else {}
        for field in self.files():
            field.kept = kept.get(field.short_name)

    def files(self) -> list[ProofField]:
        return [field for field in self if isinstance(field, ProofField)]

    def category_name(self) -> str:
        return self.chosen.name if self.chosen else ""

    @property
    def chosen(self) -> Asked | None:
        """What the chosen category asks."""
        return self.asked.get(self.category.data)

    def about(self, about: About) -> list:
        """The questions of one group of the form that everybody is asked."""
        return [self[code] for code in self.common if QUESTIONS[code].about == about]

    def groups(self) -> list[tuple[Group, list]]:
        """The questions that only some categories ask, each group with its fields."""
        return [(group, [self[code] for code in group.codes]) for group in questionnaire.of_some(self.asked)]

    def rules(self) -> list[tuple[str, Proof]]:
        """Which proof is due: one rule for everybody, or each with the roles that it is for."""
        return [
            ("" if len(self.proofs) == 1 else questionnaire.either(one.name for one in self.asked.values() if one.proof is proof), proof)
            for proof in Proof if proof in self.proofs
        ]  # fmt: skip

    def typed(self) -> dict:
        """The words as they stand, right or wrong, cut where no honest text is as long."""
        words = {name: self[name].data for name in (*TYPED, *self.codes) if name in self}
        return {
            "samples": "",
            **{name: _cut(value) for name, value in words.items() if not isinstance(self[name], ProofField)},
        }

    def to_send(self) -> dict:
        """The words of a form without errors, with the answers to what the chosen category asks, and which edition of
        the privacy notice stood beside them."""
        typed, questions = self.typed(), self.chosen.questions
        answers = {
            code: typed[code] for code, question in questions.items()
            if typed.get(code) and question.kind not in (Kind.FILE, Kind.COUNTRY)
        }  # fmt: skip
        country = typed.get("country", "") if "country" in questions else ""
        return {**typed, "answers": answers, "country": country, "notice": retention.EDITION}

    def kinds(self) -> set[str]:
        """The file fields of the chosen category."""
        asked = {field.short_name for field in self.files()} & {"proof_file", *self.chosen.questions}
        return asked - ({"proof_file"} if self.chosen.proof not in FILES else set())

    def validate(self, **options):
        every, self._fields = self._fields, self._counting()
        try:
            return all([super().validate(**options), self._has_answers(), self._has_proof()])
        finally:
            self._fields = every

    def _counting(self) -> dict:
        """The fields without the questions that the chosen category does not ask."""
        asked = self.chosen.questions if self.chosen else {}
        return {
            name: field for name, field in self._fields.items() if name not in self.codes or name in asked
        }

    def _has_answers(self) -> bool:
        """Whether what is due was answered; says so at the field. A letter that only freelancers owe is refused to
        nobody: the desk sees that it is missing."""
        given = {name: field.data for name, field in self._fields.items()}
        complete = True
        for code, question in (self.chosen.questions if self.chosen else {}).items():
            field = self[code]
            has_answer = field.has_file if question.kind is Kind.FILE else bool(field.data)
            owed = question.due if question.kind is Kind.FILE else question.is_due(given)
            if owed and not has_answer and not field.errors:
                field.errors = [
                    str(MISSING.get(question.kind, _l("Fill in: %(field)s"))) % {"field": question.label}
                ]
                complete = False
        return complete

    def _has_proof(self) -> bool:
        if self.chosen is None:
            return True
        proof = self.chosen.proof
        has_file = any(field.has_file for field in self.files())
        has_link = any(self[name].data for name in ("samples", "portfolio") if name in self._fields)
        enough = {
            Proof.EITHER: has_file or has_link, Proof.FILE: has_file, Proof.LINKS: has_link, Proof.NONE: True,
        }  # fmt: skip
        field = self.samples if proof is Proof.LINKS else self.proof_file if proof in FILES else None
        if enough[proof] or field.errors:
            return True
        field.errors = [str(NO_PROOF[proof])]
        return False

    def validate_samples(self, field):
        lines = [line.strip() for line in (field.data or "").split("\n") if line.strip()]
        if any(not WEB_ADDRESS.match(line) for line in lines):
            raise ValidationError(_("Enter a full web address, for example https://outlet.com/author"))
        if len(lines) > MOST_LINKS:
            raise ValidationError(_("Enter at most %(n)d links.", n=MOST_LINKS))

    def validate_days(self, field):
        if set(field.data) - {choice.value for choice in field.choices}:
            raise ValidationError(_("Tick at least one day"))

    def validate_editor_email(self, field):
        if field.data and field.data.lower() == (self.email.data or "").lower():
            raise ValidationError(_("Enter the address of somebody else than you"))

    @property
    def is_too_large(self) -> bool:
        return any(field.is_too_large for field in self.files())


def _cut(value):
    return [one[:100] for one in value[:100]] if isinstance(value, list) else (value or "")[:5000]


def form_for(event: Event, draft: Draft | None, *, kept: str = "", **options) -> RequestForm:
    """The form of this event, with what the draft holds; what has been posted is read unless `formdata` is None.

    `kept` is the category of a request that was sent: it may stay although it has been closed since.
    """
    asked = questionnaire.by_category(event, kept)
    codes = {code for one in asked.values() for code in one.questions}
    return _with(tuple(code for code in QUESTIONS if code in codes))(event, draft, asked, **options)


@cache
def _with(codes: tuple[str, ...]) -> type[RequestForm]:
    """The form with these questions beside the usual fields."""
    return type(
        "EventForm", (RequestForm,), {code: FIELD_OF[QUESTIONS[code].kind](QUESTIONS[code]) for code in codes}
    )
