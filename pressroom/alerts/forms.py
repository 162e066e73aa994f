"""What people type to get alerts: an address, a language, topics."""

from wtforms import RadioField, StringField, ValidationError

from pressroom import clock, lookalikes, pages
from pressroom.alerts.models import Subscription
from pressroom.forms import AddressField, CheckboxesField, Form, Required, languages
from pressroom.i18n import current_language
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.releases import topics
from pressroom.releases.models import Topic


class ChoicesForm(Form):
    """Which alerts. Only topics that readers know of are offered: another may be made for a release to come."""

    language = RadioField(
        _l("Language of the alerts"), [Required(_l("Choose a language"))], choices=languages,
        invalid_choice_message=_l("Choose a language"),
    )  # fmt: skip
    topics = CheckboxesField(_l("Topics"))

    def __init__(self, *, kept: list[Topic] | None = None, **options):
        super().__init__(**options)
        spoken = current_language()
        known = {topic.id: topic for topic in [*topics.seen(clock.now()), *(kept or ())]}
        self.topics.choices = [
            (id, pages.typeset(one.words(spoken).name, spoken)) for id, one in known.items()
        ]
        self._known = known
        if not known:
            del self.topics

    def chosen(self) -> list[Topic]:
        """The topics; none: every topic."""
        return [self._known[id] for id in self.topics.data] if "topics" in self else []


class AskForm(ChoicesForm):
    """The whole form for a visitor. Nobody sees `homepage`: who fills it in is a program."""

    email = AddressField(_l("Email address"), [Required(_l("Enter your email address"))])
    homepage = StringField(_l("Leave this empty"))

    def validate_email(self, field) -> None:
        domain = field.data.rpartition("@")[2]
        if lookalikes.misleads(domain):
            raise ValidationError(
                _("This address has letters that are taken for others. Type it once more on your keyboard.")
            )


def ask_form(language: str, **options) -> AskForm:
    """The form on a page in `language`."""
    return AskForm(data={"language": language}, **options)


def preferences_form(subscription: Subscription) -> ChoicesForm:
    """What may be changed, as it stands."""
    known = {"language": subscription.language, "topics": [topic.id for topic in subscription.topics]}
    return ChoicesForm(data=known, kept=subscription.topics)
