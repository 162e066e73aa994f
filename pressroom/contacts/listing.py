"""What stands around the list of contacts: what narrows it, what it was narrowed by, how many are left."""

from flask import current_app, url_for

from pressroom.contacts import queries, topics
from pressroom.contacts.finding import GIVEN, NONE, TAKEN_BACK, Asked
from pressroom.contacts.models import Outlet
from pressroom.database import db
from pressroom.i18n import countries, current_language, language_name, ngettext
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l

Select = tuple[str, str, list[tuple[str, str]]]
CONSENTS = {
    GIVEN: _l("Agreed to be written to"),
    TAKEN_BACK: _l("Took the agreement back"),
    NONE: _l("Never said anything"),
}
SOURCES = {"accreditation": _l("Accreditation request"), "import": _l("Imported list")}


def selects() -> list[Select]:
    """What the list can be narrowed by: name in the address, label, values; where there is something to choose."""
    named = {one.id: one.name for one in queries.lists()}
    spoken = {code: language_name(code) for code in current_app.config["LANGUAGES"]}
    known = countries(current_language())
    found = [
        ("list", _("List"), named, _("On no list")),
        ("topic", _("Topic"), topics.names(current_language()), _("No topic")),
        ("language", _("Language"), spoken, None),
        ("country", _("Country"), {code: known.get(code, code) for code in queries.countries()}, _("Not known")),
        ("consent", _("Consent"), {value: str(words) for value, words in CONSENTS.items()}, None),
    ]  # fmt: skip
    return [
        (name, label, [*values.items(), *([(NONE, none)] if none else [])])
        for name, label, values, none in found
        if values
    ]


def chosen(asked: Asked, offered: list[Select]) -> list[tuple[str, str]]:
    """Everything that the list was narrowed by, in words, and the address without it."""
    known = {name: dict(values) for name, _label, values in offered}
    return [
        (
            _in_words(name, value, known.get(name, {})),
            url_for("contacts_desk.index", **asked._replace(**{name: ""}).arguments()),
        )
        for name, value in asked.arguments().items()
    ]


def number_found(number: int) -> str:
    """“37 contacts”."""
    return ngettext("%(num)s contact", "%(num)s contacts", number)


def source(code: str) -> str:
    """Where an address comes from; what was typed stays as it is."""
    return str(SOURCES.get(code, code))


def _in_words(name: str, value: str, known: dict[str, str]) -> str:
    if name == "q":
        return _("“%(words)s”", words=value)
    if name == "outlet":
        outlet = db.session.get(Outlet, value)
        return _("Outlet: %(name)s", name=outlet.name if outlet else _("none"))
    return known.get(value, value)
