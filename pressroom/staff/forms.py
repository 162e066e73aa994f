"""What the people of the press office type about themselves, each other, and the office."""

from flask import current_app
from flask_login import current_user
from wtforms import DateField, PasswordField, RadioField, ValidationError
from wtforms.fields import SelectChoice
from wtforms.validators import Length, Optional

from pressroom import clock
from pressroom.access import STAFF_ROLES, Role
from pressroom.forms import (
    AddressField,
    CheckboxesField,
    Form,
    LineField,
    NamesForm,
    Required,
    TextField,
    languages,
    names_form,
)
from pressroom.i18n import gettext as _
from pressroom.i18n import language_name
from pressroom.i18n import lazy as _l
from pressroom.staff import passwords, queries
from pressroom.staff.models import Compliance

ROLE_NAMES = {
    Role.ADMIN: _l("Administration"),
    Role.OFFICER: _l("Press office"),
    Role.REVIEWER: _l("Review of requests"),
    Role.DOOR: _l("Door check"),
}


def _new_password(label) -> PasswordField:
    size = Length(
        passwords.SHORTEST,
        passwords.LONGEST,
        _l("Use a password of at least %(n)s characters.", n=passwords.SHORTEST),
    )
    return PasswordField(label, [Required(_l("Choose a password")), size])


class SignInForm(Form):
    email = AddressField(_l("Email address"), [Required(_l("Enter your email address"))])
    password = PasswordField(
        _l("Password"), [Required(_l("Enter your password")), Length(max=passwords.LONGEST)]
    )


class SetUpForm(Form):
    password = _new_password(_l("Password"))


class PasswordForm(Form):
    current = PasswordField(_l("Current password"), [Required(_l("Enter your current password"))])
    new = _new_password(_l("New password"))

    def validate_current(self, field) -> None:
        if not passwords.matches(current_user, field.data):
            raise ValidationError(_("This is not your current password."))


class LanguageForm(Form):
    language = RadioField(
        _l("Language of the press office pages"), [Required(_l("Choose a language"))], choices=languages
    )


class PersonForm(Form):
    name = LineField(_l("Name"), [Required(_l("Enter the person’s name"))], most=120)
    email = AddressField(_l("Email address"), [Required(_l("Enter the person’s email address"))])
    role = RadioField(
        _l("Role"),
        [Required(_l("Choose a role"))],
        choices=[SelectChoice(role.value, ROLE_NAMES[role]) for role in STAFF_ROLES],
        coerce=Role,
    )
    language = RadioField(
        _l("Language of the press office pages"), [Required(_l("Choose a language"))], choices=languages
    )

    def validate_email(self, field) -> None:
        if queries.by_email(field.data):
            raise ValidationError(_("This address already has an account."))


class ContactForm(Form):
    """A press contact; `contact_form` adds the fields `role_<language>` and `hours_<language>`."""

    name = LineField(_l("Name"), [Required(_l("Enter the contact’s name"))], most=120)
    email = AddressField(_l("Email address"), [Required(_l("Enter the contact’s email address"))])
    phone = LineField(_l("Telephone"), [Required(_l("Enter the contact’s telephone number"))], most=40)
    languages = CheckboxesField(
        _l("Languages spoken"),
        [Required(_l("Choose at least one language"))],
        choices=languages,
    )

    def facts(self) -> dict:
        texts = {
            code: (self[f"role_{code}"].data, self[f"hours_{code}"].data)
            for code in current_app.config["LANGUAGES"]
        }
        return {
            "name": self.name.data,
            "email": self.email.data,
            "phone": self.phone.data,
            "languages": self.languages.data,
            "texts": texts,
        }


def office_form(office) -> NamesForm:
    return names_form(
        lambda code: _l("Name of the organisation (%(language)s)", language=language_name(code)),
        _l("Enter the name of the organisation"), most=120, known=office.names,
    )  # fmt: skip


# What the office says about itself in each language: the fields of OfficeText.
STANDING_TEXTS = {
    "about": _l("About the organisation"),
    "publisher": _l("Publisher: name, legal form, registration"),
    "address": _l("Postal address"),
    "director": _l("Director of publication"),
    "host": _l("Host of the site: name, address, telephone"),
    "not_accessible": _l("Content that is not accessible"),
}


class StandingForm(Form):
    """What the standing pages say; `standing_form` adds the fields `<name>_<language>`."""

    compliance = RadioField(
        _l("State of compliance"),
        [Required(_l("Choose a state"))],
        choices=[
            SelectChoice(Compliance.NOT.value, _l("Not compliant: no valid audit, or less than half of the criteria")),
            SelectChoice(Compliance.PARTIAL.value, _l("Partially compliant: at least half of the criteria")),
            SelectChoice(Compliance.FULL.value, _l("Fully compliant: every criterion")),
        ],
        invalid_choice_message=_l("Choose a state"),
    )  # fmt: skip
    audited_on = DateField(_l("Date of the audit"), [Optional()])
    auditor = LineField(_l("Author of the audit"))
    accessibility_email = AddressField(_l("Email address for accessibility"), [Optional()])
    privacy_email = AddressField(_l("Email address for data protection"), [Optional()])

    def validate(self, extra_validators=None) -> bool:
        valid = super().validate(extra_validators)
        if self.compliance.data in (Compliance.PARTIAL, Compliance.FULL):
            for field, sentence in (
                (self.audited_on, _("Enter the date of the audit: without one the site is not compliant")),
                (self.auditor, _("Enter who made the audit: without one the site is not compliant")),
            ):
                if not field.data and not field.errors:
                    field.errors, valid = [sentence], False
        return valid

    def validate_audited_on(self, field) -> None:
        if field.data and field.data > clock.now().astimezone(current_app.config["TIMEZONE"]).date():
            raise ValidationError(_("Enter a date in the past"))

    def facts(self) -> dict:
        names = ("compliance", "audited_on", "auditor", "accessibility_email", "privacy_email")
        texts = {
            code: {name: self[f"{name}_{code}"].data for name in STANDING_TEXTS}
            for code in current_app.config["LANGUAGES"]
        }
        facts = {name: self[name].data for name in names}
        return {**facts, "compliance": Compliance(self.compliance.data), "texts": texts}


def standing_form(office) -> StandingForm:
    fields, known = {}, {}
    for choice in languages():
        text = office.texts.get(choice.value)
        for name, label in STANDING_TEXTS.items():
            fields[f"{name}_{choice.value}"] = TextField(f"{label} ({choice.label})", most=2000)
            known[f"{name}_{choice.value}"] = getattr(text, name) if text else ""
    return type("StandingForm", (StandingForm,), fields)(obj=office, data=known)


def contact_form(contact=None) -> ContactForm:
    fields, known = {}, {}
    for choice in languages():
        code = choice.value
        fields[f"role_{code}"] = LineField(_l("Role (%(language)s)", language=choice.label), most=120)
        fields[f"hours_{code}"] = LineField(_l("Hours (%(language)s)", language=choice.label), most=200)
        if contact and code in contact.texts:
            known[f"role_{code}"], known[f"hours_{code}"] = (
                contact.texts[code].role,
                contact.texts[code].hours,
            )
    return type("ContactForm", (ContactForm,), fields)(obj=contact, data=known)
