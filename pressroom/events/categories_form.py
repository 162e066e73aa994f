"""The table of an event's categories as it is typed: the usual ones, the event's own, and a blank row for one more.

A row is a form of its own, prefixed with the category's code, so that nothing depends on the order of the rows and
none needs a script to be added.
"""

from flask import current_app
from wtforms import BooleanField, FormField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import NumberRange, Optional

from pressroom.events.categories import NAMES, name
from pressroom.events.models import Category, Event, EventCategory, Proof
from pressroom.events.questions import QUESTIONS
from pressroom.events.workflow import CategoryFacts
from pressroom.forms import CheckboxesField, LineField, PartForm
from pressroom.i18n import gettext as _
from pressroom.i18n import language_name
from pressroom.i18n import lazy as _l

BLANK = "new_one"  # the row of a category that does not exist yet; no code has an underscore
MOST = 10_000
PROOFS = {
    Proof.EITHER: _l("A file or links"),
    Proof.FILE: _l("A file: press card or letter"),
    Proof.LINKS: _l("Links to their work"),
    Proof.NONE: _l("Nothing"),
}


class NumberField(IntegerField):
    """A whole number; whether it may be left empty is a matter of `validators`."""

    def __init__(self, label=None, validators=None, *, least=1, most=MOST, **options):
        checks = validators or [Optional()]
        limits = NumberRange(least, most, _l("Enter a whole number from %(min)d to %(max)d"))
        super().__init__(label, [*checks, limits], **options)

    def process_formdata(self, values):
        try:
            super().process_formdata(values)
        except ValueError as refusal:
            raise ValueError(_("Enter a whole number")) from refusal


class CategoryForm(PartForm):
    """One row. The usual categories keep their names; `event_categories` gives the others a field a language."""

    use = BooleanField()
    position = NumberField(_l("Order"))
    quota = NumberField(_l("Places"))
    proof = SelectField(
        _l("Proof"), choices=[SelectChoice(proof.value, words) for proof, words in PROOFS.items()]
    )
    asks = CheckboxesField(
        _l("Questions"), choices=[SelectChoice(code, one.label) for code, one in QUESTIONS.items()]
    )

    code = ""
    title = ""  # what the row is about, for those who cannot see the table

    @property
    def is_blank(self) -> bool:
        return self.code == BLANK

    @property
    def name_fields(self) -> list:
        """Where a category of the event's own is named, one field a language."""
        return [self[f"name_{code}"] for code in current_app.config["LANGUAGES"] if f"name_{code}" in self]

    def names(self) -> dict[str, str]:
        return {
            field.short_name.removeprefix("name_"): field.data for field in self.name_fields if field.data
        }

    @property
    def is_wanted(self) -> bool:
        return bool(self.names()) if self.is_blank else self.use.data

    def validate(self, extra_validators=None) -> bool:
        valid = super().validate(extra_validators)
        if valid and self.is_wanted and self.name_fields and not self.names():
            self.name_fields[0].errors = [_("Enter the name of the category")]
            return False
        return valid

    def facts(self) -> CategoryFacts:
        code = "" if self.is_blank else self.code
        asks, proof = tuple(self.asks.data or ()), Proof(self.proof.data)
        return CategoryFacts(code, self.names(), self.quota.data, proof, asks)


def fields(event: Event | None) -> dict[str, FormField]:
    """The rows by the name of their field, in the order in which they are shown."""
    codes = [category.code for category in event.categories] if event else []
    rows = [*codes, *(code for code in Category if code not in codes), BLANK]
    return {f"category-{code}": _row(code, event and event.category(code)) for code in rows}


def known(event: Event | None) -> dict[str, dict]:
    """What stands in the rows before anything is typed: a new event is open to all the usual categories."""
    rows = {}
    for number, row in enumerate(fields(event), 1):
        code = row.removeprefix("category-")
        category = event and event.category(code)
        rows[row] = {"use": event is None, "position": number, "proof": Proof.EITHER.value}
        if category:
            rows[row] |= {
                "use": category.is_open, "quota": category.quota, "proof": category.proof.value,
                "asks": list(category.asks), **{f"name_{code}": words for code, words in category.names.items()},
            }  # fmt: skip
    return rows


def chosen(rows: list[CategoryForm]) -> list[CategoryFacts]:
    """The categories that are wanted, in the order that was typed; a row without a number comes last."""
    wanted = [row for row in rows if row.is_wanted]
    return [row.facts() for row in sorted(wanted, key=lambda row: row.position.data or MOST)]


def _row(code: str, category: EventCategory | None) -> FormField:
    """A usual category is shown under its name; one of the event's own can be given another in each language."""
    title = name(category) if category else str(NAMES.get(code, _("Another category")))
    extra = {"code": code, "title": title}
    if code not in NAMES:
        extra |= {
            f"name_{language}": LineField(
                _("Name (%(language)s)", language=language_name(language)), most=60
            )
            for language in current_app.config["LANGUAGES"]
        }  # fmt: skip
    return FormField(type("CategoryForm", (CategoryForm,), extra), title)
