"""What the desk types about a dispatch: who gets it, what the press office says itself, when it leaves, how."""

from typing import NamedTuple

from flask import current_app
from wtforms import BooleanField, HiddenField, RadioField, SelectChoice, SelectField, ValidationError

from pressroom import clock
from pressroom.contacts import queries as contacts
from pressroom.contacts import topics
from pressroom.database import db
from pressroom.delivery.models import Dispatch, DispatchKind, Doubt
from pressroom.dispatches.workflow import Text
from pressroom.events import categories
from pressroom.events import queries as events
from pressroom.events.models import Event
from pressroom.forms import (
    AddressField,
    CheckboxesField,
    Form,
    LineField,
    MomentField,
    Required,
    TextField,
    languages,
)
from pressroom.i18n import countries, current_language, ngettext
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l

MOST_EVENTS = 30
ALERTS, HOLDERS = "alerts", "holders"


class Beginning(NamedTuple):
    """What a new dispatch is about, and whom it would go to if nobody said otherwise. `release_id`: earlier versions of
    it are in somebody's hands."""

    kind: DispatchKind
    about: str
    event_id: str | None
    release_id: str | None
    audience: list[dict[str, str]]


class DispatchForm(Form):
    """`dispatch_form` adds the words in each language, and leaves out what does not concern this kind of dispatch."""

    base: dict[str, str] | None = None  # the segment of a kit's dispatch, which only categories narrow
    version = HiddenField()
    event = SelectField(_l("Accredited for"))
    categories = CheckboxesField(_l("Only these categories"))
    lists = CheckboxesField(_l("Lists"))
    topics = CheckboxesField(_l("Contacts interested in"))
    others = CheckboxesField(_l("Others"))
    language = SelectField(_l("Language"))
    country = SelectField(_l("Country"))
    when = RadioField(
        _l("When"),
        [Required(_l("Choose when"))],
        default="now",
        invalid_choice_message=_l("Choose when"),
    )
    moment = MomentField(_l("Date and time"))
    skips_known = BooleanField(_l("Leave out whoever has received it already"))
    attaches = BooleanField(_l("Attach the files of the kit when they weigh less than 7 MB in all"))
    send_by = MomentField(_l("Give up after"))
    doubt = RadioField(
        _l("When nobody knows whether a message has left"),
        choices=[
            SelectChoice(Doubt.HOLD.value, _l("Wait until somebody says what to do: nobody gets it twice")),
            SelectChoice(Doubt.RESEND.value, _l("Send it again: nobody is left without it")),
        ],
    )

    def validate(self, extra_validators=None) -> bool:
        super().validate(extra_validators)
        self._demand_moment()
        if not self.errors and not self.audience():
            self.event.errors = [_("Choose who gets it: accredited journalists, a list, a topic or others")]
        self._demand_words()
        return not self.errors

    def validate_categories(self, field) -> None:
        if not field.data:
            return
        event = db.session.get(Event, self.event.data) if self.event.data else None
        if event is None:
            raise ValidationError(_("Choose the event first"))
        if unknown := [code for code in field.data if event.category(code) is None]:
            named = ", ".join(categories.name_of(event, code) for code in unknown)
            raise ValidationError(_("This event has no such category: %(names)s", names=named))

    @property
    def languages(self) -> dict[str, dict]:
        """By language, the fields of the words."""
        return {
            code: {name: self[f"{name}-{code}"] for name in ("subject", "words") if f"{name}-{code}" in self}
            for code in current_app.config["LANGUAGES"]
        }

    def audience(self) -> list[dict[str, str]]:
        """The segments that are ticked, each narrowed by the filters."""
        narrowed = {
            name: self[name].data for name in ("language", "country") if name in self and self[name].data
        }
        return [{**segment, **narrowed} for segment in self._segments()]

    def _segments(self) -> list[dict[str, str]]:
        event, chosen = self.event.data, []
        if event:
            base = self.base or {"who": "accredited", "event": event}
            chosen += [{**base, "category": code} for code in self.categories.data or ()] or [base]
        for name, who in (("lists", "list"), ("topics", "topic")):
            chosen += [{"who": who, who: key} for key in (self[name].data or () if name in self else ())]
        others = (self.others.data or ()) if "others" in self else ()
        chosen += [{"who": ALERTS}] if ALERTS in others else []
        return chosen + [{"who": HOLDERS, "of": value} for value in others if value != ALERTS]

    def texts(self) -> dict[str, Text]:
        """What the press office says itself, in the languages in which it says something."""
        typed = {
            code: Text(part["subject"].data if "subject" in part else "", part["words"].data)
            for code, part in self.languages.items()
        }
        return {code: text for code, text in typed.items() if any(text)}

    def options(self) -> dict:
        """What else `workflow.create` and `workflow.edit` take."""
        return {
            "audience": self.audience(), "texts": self.texts(), "skips_known": self.skips_known.data,
            "attaches": "attaches" in self and self.attaches.data, "doubt": Doubt(self.doubt.data),
            "starts_at": self.moment.data if self.when.data == "later" else None, "send_by": self.send_by.data,
        }  # fmt: skip

    def _demand_moment(self) -> None:
        """Due when it was said that there is one; not asked by the field itself, which may be empty."""
        if self.when.data != "later":
            self.moment.errors = []
        elif not self.moment.errors and not self.moment.data:
            self.moment.errors = [_("Enter a date and a time")]
        elif not self.moment.errors and self.moment.data <= clock.now():
            self.moment.errors = [_("Choose a date in the future")]

    def _demand_words(self) -> None:
        """An advisory is nothing but what is typed: both lines in each language, one language at least."""
        parts = [part for part in self.languages.values() if "subject" in part]
        for part in parts:
            subject, words = part["subject"], part["words"]
            if words.data and not subject.data and not subject.errors:
                subject.errors = [_("Enter the subject")]
            if subject.data and not words.data and not words.errors:
                words.errors = [_("Write the text")]
        if parts and not any(part["subject"].data or part["words"].data for part in parts):
            parts[0]["subject"].errors = [_("Write it in at least one language")]


def dispatch_form(beginning: Beginning, dispatch: Dispatch | None = None) -> DispatchForm:
    """The form of a new dispatch, or of a draft."""
    kind, fields = beginning.kind, {}
    for code in current_app.config["LANGUAGES"]:
        if kind is DispatchKind.ADVISORY:
            fields[f"subject-{code}"] = LineField(_l("Subject"), most=200)
        fields[f"words-{code}"] = TextField(
            _l("Text") if kind is DispatchKind.ADVISORY else _l("A few words of yours above it"), most=5000
        )
    form = type("DispatchForm", (DispatchForm,), fields)(data=_known(beginning, dispatch))
    form.base = beginning.audience[0] if kind is DispatchKind.KIT and beginning.audience else None
    _leave_out(form, kind)
    _offer(form, beginning)
    return form


def _leave_out(form: DispatchForm, kind: DispatchKind) -> None:
    unwanted = ("lists", "topics", "others") if kind is DispatchKind.KIT else ("attaches",)
    for name in unwanted:
        del form[name]


def _offer(form: DispatchForm, beginning: Beginning) -> None:
    """What there is to choose from now; none of it is optional by itself, something is due."""
    for name in ("event", "lists", "topics", "others", "moment"):
        if name in form:
            form[name].flags.conditional = True
    language = current_language()
    found = _events(beginning)
    named = [SelectChoice(one.id, one.words(language).title) for one in found]
    form.event.choices = (
        named if beginning.kind is DispatchKind.KIT else [SelectChoice("", _("No event")), *named]
    )
    codes = {one.code: categories.name(one) for event in found for one in event.categories}
    form.categories.choices = [SelectChoice(*one) for one in codes.items()]
    form.language.choices = [SelectChoice("", _("Every language")), *languages()]
    form.country.choices = [
        SelectChoice("", _("Every country")), *(SelectChoice(*one) for one in countries(language).items()),
    ]  # fmt: skip
    form.when.choices = [
        SelectChoice("now", _("As soon as possible")),
        SelectChoice("later", _("At a date and time")),
    ]
    if "lists" in form:
        _offer_contacts(form, beginning)


def _offer_contacts(form: DispatchForm, beginning: Beginning) -> None:
    sizes = contacts.sizes()
    form.lists.choices = [
        SelectChoice(one.id, f"{one.name} ({_people(sizes.get(one.id, 0))})") for one in contacts.lists()
    ]
    form.topics.choices = [SelectChoice(*topic) for topic in topics.names(current_language()).items()]
    form.others.choices = [
        SelectChoice(ALERTS, _("Everybody who subscribed to alerts (new press releases and corrections go to them by themselves)"))
    ]  # fmt: skip
    if beginning.release_id:
        holders = _("Whoever was handed an earlier version of this release")
        form.others.choices.append(SelectChoice(f"release:{beginning.release_id}", holders))


def _people(number: int) -> str:
    return ngettext("%(num)s person", "%(num)s people", number)


def _events(beginning: Beginning) -> list[Event]:
    """The event that it is about, then the newest others; of a kit, its own alone."""
    own = db.session.get(Event, beginning.event_id) if beginning.event_id else None
    if beginning.kind is DispatchKind.KIT:
        return [own] if own else []
    others = db.session.scalars(events.every().limit(MOST_EVENTS)).all()
    return ([own] if own else []) + [one for one in others if one is not own]


def _known(beginning: Beginning, dispatch: Dispatch | None) -> dict:
    audience = dispatch.audience if dispatch else beginning.audience
    texts = dispatch.texts if dispatch else {}
    accredited = [one for one in audience if "event" in one]
    starts_at = dispatch.starts_at if dispatch else None
    return {
        "version": str(dispatch.version) if dispatch else "",
        "event": accredited[0]["event"] if accredited else "",
        "categories": [one["category"] for one in accredited if "category" in one],
        "lists": [one["list"] for one in audience if one["who"] == "list"],
        "topics": [one["topic"] for one in audience if one["who"] == "topic"],
        "others": [one.get("of", ALERTS) for one in audience if one["who"] in (ALERTS, HOLDERS)],
        "language": _shared(audience, "language"),
        "country": _shared(audience, "country"),
        "when": "later" if starts_at else "now",
        "moment": starts_at,
        "send_by": dispatch.send_by if dispatch else None,
        "skips_known": dispatch.skips_known if dispatch else True,
        "attaches": dispatch.attaches if dispatch else False,
        "doubt": (dispatch.doubt if dispatch else Doubt.HOLD).value,
        **{f"subject-{code}": text.subject for code, text in texts.items()},
        **{f"words-{code}": text.words for code, text in texts.items()},
    }


def _shared(audience: list[dict[str, str]], name: str) -> str:
    """What all segments are narrowed by; alerts have one for each language."""
    found = {one.get(name, "") for one in audience}
    return found.pop() if len(found) == 1 else ""


# Sending again ---------------------------------------------------------------------------------------------


class AgainForm(Form):
    """`again_form` adds, for each message that did not arrive, a box to tick and the address."""

    rows: tuple[tuple[str, BooleanField, AddressField], ...] = ()

    def chosen(self) -> dict[str, str]:
        """By message, the address that it is to go to."""
        return {key: address.data for key, tick, address in self.rows if tick.data}

    def validate(self, extra_validators=None) -> bool:
        super().validate(extra_validators)
        for _key, tick, address in self.rows:
            corrected = address.data and address.data != address.object_data
            tick.data = bool(tick.data or corrected)  # who corrects an address means it
            if not tick.data:
                address.errors = []
        if not self.errors and not self.chosen():
            self.form_errors.append(_("Choose who is to get it again."))
        return not self.errors


def again_form(messages: list[tuple[str, str, bool]]) -> AgainForm:
    """`messages`: the id, the address, and whether sending it again may help."""
    fields, known = {}, {}
    for key, recipient, helps in messages:
        fields[f"again-{key}"] = BooleanField(recipient)
        fields[f"to-{key}"] = AddressField(_l("Address"), [Required(_l("Enter an email address"))])
        known |= {f"again-{key}": helps, f"to-{key}": recipient}
    form = type("AgainForm", (AgainForm,), fields)(data=known)
    form.rows = tuple((key, form[f"again-{key}"], form[f"to-{key}"]) for key, _to, _helps in messages)
    return form
