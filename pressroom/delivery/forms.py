"""What the desk types about messages: a corrected address, an address that is to be left in peace."""

from wtforms import SelectChoice, SelectField

from pressroom.delivery import sentences
from pressroom.forms import AddressField, Form, LineField, Required
from pressroom.i18n import lazy as _l

# What a form calls each scope. The other ones name one event or one list: people end those themselves.
TYPED_SCOPES = {"all": "", "alerts": "alerts", "contacts": "contacts"}


class AgainForm(Form):
    email = AddressField(_l("Email address"), [Required(_l("Enter an email address"))])


class SuppressionForm(Form):
    email = AddressField(_l("Email address"), [Required(_l("Enter an email address"))])
    scope = SelectField(
        _l("What is no longer sent"),
        [Required(_l("Choose what is no longer sent"))],
        choices=[SelectChoice(typed, sentences.SCOPES[scope]) for typed, scope in TYPED_SCOPES.items()],
    )
    note = LineField(_l("What was said, and how"), [Required(_l("Say how you know"))], most=300)
