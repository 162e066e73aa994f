"""What the columns of a file of journalists may hold, and what one of its rows says of somebody."""

import re
from collections.abc import Sequence

from email_validator import EmailNotValidError

from pressroom.contacts.outlets import outlet_key
from pressroom.contacts.workflow import Facts
from pressroom.forms import FORBIDDEN_IN_LINE, FORBIDDEN_IN_TEXT, canonical_address, many_lines, one_line
from pressroom.i18n import countries, locale
from pressroom.i18n import lazy as _l

# What a column may hold, and how files call it besides; accents, capitals and signs make no difference.
COLUMNS = {
    "email": (_l("Email address"), (
        "email", "mail", "adresse", "adresse électronique", "adresse e-mail", "adresse mail", "courriel", "e-mail address",
        "work e-mail", "e-mail professionnel", "mail professionnel",
    )),
    "name": (_l("Name"), (
        "name", "nom", "full name", "nom complet", "last name", "surname", "family name", "nom de famille", "journalist",
        "journaliste", "contact",
    )),
    "first": (_l("First name, when it is apart"), ("first name", "prénom", "given name")),
    "phone": (_l("Telephone"), (
        "phone", "téléphone", "tel", "mobile", "portable", "phone number", "mobile phone", "téléphone portable", "gsm",
    )),
    "outlet": (_l("Outlet"), (
        "outlet", "media", "media outlet", "organisation", "organization", "company", "rédaction", "titre", "publication",
        "support",
    )),
    "language": (_l("Language"), ("language", "langue", "lang")),
    "country": (_l("Country"), ("country", "pays")),
    "notes": (_l("Notes"), ("notes", "note", "remarque", "remarques", "comment", "comments", "commentaire", "remarks")),
}  # fmt: skip
REASONS = {
    "email": _l("No address"),
    "wrong": _l("The address is not complete"),
    "name": _l("No name"),
    "twice": _l("The address stands in an earlier row"),
    "signs": _l("Signs that no name or number has"),
    "long": _l("A cell is too long"),
    "language": _l("A language that this site does not have"),
    "country": _l("A country that nobody knows"),
}
MOST = {"name": 120, "phone": 40, "outlet": 200, "email": 254, "notes": 5000}
NAMED = re.compile(r"(.*)<([^<>]+)>")  # « Ana Reyes <ana@south.example> », as mail programs copy it
ALSO = {  # countries as people call them who do not look them up
    "uk": "GB", "greatbritain": "GB", "grandebretagne": "GB", "england": "GB", "angleterre": "GB", "usa": "US",
    "unitedstatesofamerica": "US", "etatsunisdamerique": "US", "czechrepublic": "CZ", "holland": "NL", "hollande": "NL",
}  # fmt: skip


def guessed(header: Sequence[str]) -> list[str]:
    """What each column holds, by what it is called; no fact twice."""
    called = {
        outlet_key(name): fact for fact, (label, names) in COLUMNS.items() for name in (str(label), *names)
    }
    found: list[str] = []
    for name in header:
        fact = called.get(outlet_key(name), "")
        found.append("" if fact in found else fact)
    return found


def facts_of(said: dict[str, str], names: "Names", language: str) -> Facts | str:
    """What a row says of somebody, by column, or why it cannot be brought in: a key of REASONS. `language` is that of
    whoever's row names none."""
    said = {fact: _clean(fact, said.get(fact, "")) for fact in COLUMNS}
    shown, said["email"] = _address(said["email"])
    said["name"] = f"{said.pop('first')} {said['name']}".strip() or shown
    if not said["email"]:
        return "email"
    if not said["name"]:
        return "name"
    if FORBIDDEN_IN_TEXT.search(said["notes"]) or any(
        map(FORBIDDEN_IN_LINE.search, {**said, "notes": ""}.values())
    ):
        return "signs"
    if any(len(said[name]) > most for name, most in MOST.items()):
        return "long"
    try:
        said["email"] = canonical_address(said["email"])
    except EmailNotValidError:
        return "wrong"
    spoken, country = names.language(said["language"]), names.country(said["country"])
    if spoken is None or country is None:
        return "language" if spoken is None else "country"
    return Facts(**{**said, "language": spoken or language, "country": country})


def _clean(fact: str, cell: str) -> str:
    return many_lines(cell) if fact == "notes" else one_line(" ".join(cell.split()))


def _address(cell: str) -> tuple[str, str]:
    """The name that stands before an address, and the address."""
    named = NAMED.fullmatch(cell.rstrip(" ,;"))
    shown, address = named.groups() if named else ("", cell)
    return shown.strip(" \"'"), address.strip(" ,;").removeprefix("mailto:")


class Names:
    """What languages and countries are called, in every language of the site, by code or by name."""

    def __init__(self, languages: tuple[str, ...]):
        self._languages = {"": ""} | {
            outlet_key(name): code for code in languages
            for name in (code, *(locale(spoken).languages[code] for spoken in languages))
        }  # fmt: skip
        self._countries = {"": ""} | ALSO | {
            outlet_key(word): code
            for spoken in languages
            for code, name in countries(spoken).items()
            for word in (code, name)
        }  # fmt: skip

    def language(self, said: str) -> str | None:
        """Its code; None when the site has no such language. A variant is its language: en-GB."""
        return self._languages.get(outlet_key(re.split("[-_]", said)[0]))

    def country(self, said: str) -> str | None:
        """Its code; None when there is none of this name."""
        return self._countries.get(outlet_key(said))
