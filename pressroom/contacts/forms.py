"""What the desk types about a journalist, a list, an outlet."""

from hashlib import sha256

from wtforms import HiddenField, RadioField, SelectChoice, SelectField, ValidationError

from pressroom.contacts import queries, topics, workflow
from pressroom.contacts.models import Contact
from pressroom.contacts.outlets import outlet_key
from pressroom.contacts.workflow import Facts
from pressroom.forms import AddressField, CheckboxesField, Form, LineField, Required, TextField, languages
from pressroom.i18n import countries, current_language
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l


def _countries() -> list[SelectChoice]:
    named = (SelectChoice(*country) for country in countries(current_language()).items())
    return [SelectChoice("", _("Not known")), *named]


def _lists() -> list[SelectChoice]:
    return [SelectChoice(one.id, one.name) for one in queries.lists()]


def _topics() -> list[SelectChoice]:
    return [SelectChoice(*topic) for topic in topics.names(current_language()).items()]


class ContactForm(Form):
    """`contact_form` says whose facts these are. `known`: the other contact who has the address that was typed."""

    contact: Contact | None = None
    known: Contact | None = None
    version = HiddenField()
    name = LineField(_l("Name"), [Required(_l("Enter a name"))], most=120)
    email = AddressField(_l("Email address"), [Required(_l("Enter an email address"))])
    phone = LineField(_l("Telephone"), most=40)
    outlet = LineField(_l("Outlet"), most=200)
    language = SelectField(_l("Language"), choices=languages)
    country = SelectField(_l("Country"), choices=_countries)
    lists = CheckboxesField(_l("Lists"), choices=_lists)
    topics = CheckboxesField(_l("Topics"), choices=_topics)
    notes = TextField(_l("Notes"), most=5000)

    def validate_email(self, field) -> None:
        found = queries.find(field.data)
        if found and (self.contact is None or found.id != self.contact.id):
            self.known = found
            raise ValidationError(_("There is already a contact with this address."))

    def validate_outlet(self, field) -> None:
        if field.data and not outlet_key(field.data):
            raise ValidationError(_("Enter a name with letters or digits."))

    def facts(self) -> Facts:
        return Facts(**{name: self[name].data for name in Facts._fields})


class NewContactForm(ContactForm):
    source = LineField(_l("Where the address comes from"), [Required(_l("Say where the address comes from"))], most=60)  # fmt: skip


class ConsentForm(Form):
    given = RadioField(
        _l("What was said"),
        [Required(_l("Choose what was said"))],
        choices=lambda: [
            SelectChoice("yes", _("Agrees to be written to")),
            SelectChoice("no", _("Takes the agreement back")),
        ],
    )
    source = LineField(_l("How it was said"), [Required(_l("Say how you know"))], most=200)


class ListForm(Form):
    name = LineField(_l("Name of the list"), [Required(_l("Enter a name"))], most=120)


class OutletForm(Form):
    name = LineField(_l("Name of the outlet"), [Required(_l("Enter a name"))], most=200)

    def validate_name(self, field) -> None:
        if not outlet_key(field.data):
            raise ValidationError(_("Enter a name with letters or digits."))


def contact_form(contact: Contact) -> ContactForm:
    """The form for somebody who is known, as they are now."""
    facts = workflow.facts_of(contact)
    form = ContactForm(data={**facts._asdict(), "version": version(facts)})
    form.contact = contact
    return form


def version(facts: Facts) -> str:
    """Changes with what is noted of somebody: whoever sends a form that was shown before is told."""
    return sha256(repr(facts).encode()).hexdigest()[:16]
