"""Brings a table of journalists in: which column means what, what is wrong with which row, and the way back.

A row never silences or unsilences anybody: whoever asked for no mail gets none, whatever a file says of them.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from email_validator import EmailNotValidError
from sqlalchemy import func, insert

from pressroom import audit
from pressroom.access import Actor
from pressroom.contacts import queries, workflow
from pressroom.contacts.models import Consent, Contact, Import, ImportRow, ImportState, Outcome
from pressroom.contacts.workflow import Facts
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.forms import FORBIDDEN_IN_LINE, canonical_address, one_line
from pressroom.i18n import countries, locale
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.slugs import fold

UNDO = timedelta(hours=24)
CHUNK = 100  # rows that are brought in at once, in one transaction
# What a column may hold, and how files call it; the first spelling is what our own example says.
COLUMNS = {
    "email": (_l("Email address"), ("email", "e-mail", "mail", "adresse", "adresse electronique", "courriel", "email address")),
    "name": (_l("Name"), ("name", "nom", "full name", "nom complet", "journalist", "journaliste", "contact")),
    "first": (_l("First name, when it is apart"), ("first name", "prenom", "given name", "firstname")),
    "phone": (_l("Telephone"), ("phone", "telephone", "tel", "mobile", "portable", "phone number")),
    "outlet": (_l("Outlet"), ("outlet", "media", "organisation", "organization", "company", "redaction", "titre")),
    "language": (_l("Language"), ("language", "langue", "lang")),
    "country": (_l("Country"), ("country", "pays")),
    "notes": (_l("Notes"), ("notes", "note", "remarques", "comment", "commentaire", "remarks")),
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
MOST = {"name": 120, "phone": 40, "outlet": 200, "email": 254}


def begin(filename: str, rows: list[list[str]], *, language: str, by: Actor, at: datetime) -> Import:
    """Keep the file's rows, the columns named as well as their header lets guess."""
    header, *others = rows
    new = Import(
        filename=one_line(filename)[-150:], header=header, columns=guessed(header), language=language, consent="",
        state=ImportState.READ, actor=by.name, created_at=at,
    )  # fmt: skip
    db.session.add(new)
    db.session.flush()
    stored = [
        {"import_id": new.id, "number": number, "cells": cells, "outcome": Outcome.WAITING, "reason": ""}
        for number, cells in enumerate(others, start=2)
    ]
    db.session.execute(insert(ImportRow), stored)
    return new


def guessed(header: list[str]) -> list[str]:
    """What each column holds, by what it is called; no fact twice."""
    found: list[str] = []
    for name in header:
        called = fold(name).replace("_", " ").strip()
        fact = next((fact for fact, (_label, names) in COLUMNS.items() if called in names), "")
        found.append("" if fact in found else fact)
    return found


def name_columns(
    brought: Import, columns: list[str], *, language: str, consent: str, list_id: str | None
) -> None:
    """Say what the columns hold. Raises Refused when the address or the name is in none of them, or one is in two."""
    if brought.state is not ImportState.READ:
        raise Refused(_("This file has been imported already."))
    named = [column for column in columns if column]
    for needed in ("email", "name"):
        if needed not in named:
            sentence = _("A column called “%(column)s” is missing. Your file has: %(columns)s.")
            raise Refused(
                sentence % {"column": COLUMNS[needed][0], "columns": ", ".join(filter(None, brought.header))}
            )
    if len(set(named)) < len(named):
        raise Refused(_("Two columns cannot hold the same."))
    brought.columns, brought.language, brought.consent, brought.list_id = columns, language, consent, list_id


def judged(brought: Import, languages: tuple[str, ...]) -> Iterator[tuple[ImportRow, Facts | str]]:
    """Each row with what it says of somebody, or why it cannot be brought in (a key of REASONS)."""
    known, seen = _Names(languages), set()
    rows = db.select(ImportRow).filter_by(import_id=brought.id).order_by(ImportRow.number)
    for row in db.session.scalars(rows):
        facts = _facts(brought, row.cells, known)
        if isinstance(facts, Facts):
            address = facts.email.lower()
            facts = "twice" if address in seen else facts
            seen.add(address)
        yield row, facts


def start(brought: Import, *, languages: tuple[str, ...], by: Actor, at: datetime) -> None:
    """Have the good rows brought in, by the worker; the others are refused with their reason."""
    if brought.state is not ImportState.READ:
        raise Refused(_("This file has been imported already."))
    good = 0
    for row, facts in judged(brought, languages):
        if isinstance(facts, str):
            row.outcome, row.reason = Outcome.REFUSED, facts
        else:
            good += 1
    if not good:
        raise Refused(_("No row of this file can be imported."))
    brought.state = ImportState.RUNNING
    audit.record("import.start", f"import:{brought.id}", by=by, at=at)


def bring_in(brought: Import, *, languages: tuple[str, ...], at: datetime) -> bool:
    """Bring the next rows in; False once none is left."""
    waiting = db.select(ImportRow).filter_by(import_id=brought.id, outcome=Outcome.WAITING)
    rows = db.session.scalars(waiting.order_by(ImportRow.number).limit(CHUNK)).all()
    names = _Names(languages)
    for row in rows:
        facts = _facts(brought, row.cells, names)
        if isinstance(facts, str):  # the site has lost a language meanwhile
            row.outcome, row.reason = Outcome.REFUSED, facts
        else:
            _bring(brought, row, facts, at)
    if not rows:
        brought.state = ImportState.DONE
        brought.finished_at = at
    return bool(rows)


def undo(brought: Import, *, by: Actor, at: datetime) -> None:
    """Take back what the file added and changed, except where somebody has changed it since. Raises Refused after 24
    hours."""
    if not can_be_undone(brought, at):
        raise Refused(_("This import can no longer be undone."))
    changed = db.select(ImportRow).where(
        ImportRow.import_id == brought.id, ImportRow.outcome.in_((Outcome.ADDED, Outcome.UPDATED))
    )
    for row in db.session.scalars(changed.order_by(ImportRow.number)):
        contact = row.contact_id and db.session.get(Contact, row.contact_id)
        if not contact or _as_kept(workflow.facts_of(contact)) != row.after:
            row.outcome = Outcome.KEPT
        elif row.before is None:
            row.contact_id, row.outcome = None, Outcome.UNDONE
            db.session.flush()
            db.session.delete(contact)
        else:
            row.outcome = Outcome.UNDONE
            _take_back_consent(contact, brought)
            workflow.write(contact, Facts(**row.before))
    workflow.drop_empty_outlets()
    brought.state = ImportState.UNDONE
    audit.record("import.undo", f"import:{brought.id}", by=by, at=at)


def can_be_undone(brought: Import, at: datetime) -> bool:
    return brought.state is ImportState.DONE and at < brought.finished_at + UNDO


def counts(brought: Import) -> dict[Outcome, int]:
    """How many rows came out how."""
    rows = (
        db.select(ImportRow.outcome, func.count()).filter_by(import_id=brought.id).group_by(ImportRow.outcome)
    )
    return dict(db.session.execute(rows).all())


def _bring(brought: Import, row: ImportRow, facts: Facts, at: datetime) -> None:
    """One person: added, or brought up to date with what the row says and no more."""
    lists = (brought.list_id,) if brought.list_id else ()
    contact = queries.find(facts.email)
    if contact is None:
        contact = Contact(source="import", created_at=at, last_action_at=at)
        after, row.outcome = facts._replace(lists=lists), Outcome.ADDED
    else:
        before = workflow.facts_of(contact)
        said = {name: value for name, value in facts._asdict().items() if value and name != "email"}
        if not _column(brought, row.cells, "language"):
            said.pop("language")
        after = before._replace(**said, lists=tuple(sorted({*before.lists, *lists})))
        row.before = _as_kept(before)
        row.outcome = Outcome.SAME if after == before else Outcome.UPDATED
    if row.outcome is not Outcome.SAME:
        workflow.write(contact, after)
        row.after = _as_kept(workflow.facts_of(contact))
    row.contact_id = contact.id
    if brought.consent and not queries.suppressions([contact.email]):
        db.session.add(
            Consent(contact_id=contact.id, given=True, source=_source(brought), actor=brought.actor, at=at)
        )


def _take_back_consent(contact: Contact, brought: Import) -> None:
    for one in [one for one in contact.consents if one.source == _source(brought)]:
        contact.consents.remove(one)


def _source(brought: Import) -> str:
    return f"{brought.consent} ({brought.filename})"[:200]


def _as_kept(facts: Facts) -> dict:
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in facts._asdict().items()
    }


def _column(brought: Import, cells: list[str], fact: str) -> str:
    return one_line(cells[brought.columns.index(fact)]) if fact in brought.columns else ""


def _facts(brought: Import, cells: list[str], names: "_Names") -> Facts | str:
    said = {fact: _column(brought, cells, fact) for fact in COLUMNS}
    said["name"] = f"{said.pop('first')} {said['name']}".strip()
    if not said["email"]:
        return "email"
    if not said["name"]:
        return "name"
    if any(FORBIDDEN_IN_LINE.search(value) for name, value in said.items() if name != "notes"):
        return "signs"
    if any(len(said[name]) > most for name, most in MOST.items()):
        return "long"
    try:
        said["email"] = canonical_address(said["email"])
    except EmailNotValidError:
        return "wrong"
    language, country = names.language(said["language"]), names.country(said["country"])
    if language is None or country is None:
        return "language" if language is None else "country"
    return Facts(**{**said, "language": language or brought.language, "country": country})


class _Names:
    """What languages and countries are called, in every language of the site, by code or by name."""

    def __init__(self, languages: tuple[str, ...]):
        self._languages = {"": ""} | {
            fold(name): code for code in languages
            for name in (code, *(locale(spoken).languages[code] for spoken in languages))
        }  # fmt: skip
        self._countries = {"": ""} | {
            fold(word): code
            for spoken in languages
            for code, name in countries(spoken).items()
            for word in (code, name)
        }

    def language(self, said: str) -> str | None:
        return self._languages.get(fold(said))

    def country(self, said: str) -> str | None:
        return self._countries.get(fold(said))
