"""Brings a table of journalists in: which column means what, what is wrong with which row, and the way back.

A row never silences or unsilences anybody: whoever asked for no mail gets none, whatever a file says of them. The rows
are brought in and taken back a few at a time, by the worker: killed at any moment, it goes on where it was.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import joinedload, selectinload

from pressroom import audit
from pressroom.access import Actor
from pressroom.contacts import queries, workflow
from pressroom.contacts.columns import COLUMNS, Names, facts_of, guessed
from pressroom.contacts.models import Consent, Contact, ContactList, Import, ImportRow, ImportState, Outcome
from pressroom.contacts.tables import Table
from pressroom.contacts.workflow import Facts
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.forms import one_line
from pressroom.i18n import gettext as _

UNDO = timedelta(hours=24)
CHUNK = 100  # rows that are brought in, or taken back, at once, in one transaction
MOVING = (ImportState.RUNNING, ImportState.UNDOING)
BROUGHT = (Outcome.ADDED, Outcome.UPDATED)


def begin(filename: str, table: Table, *, language: str, by: Actor, at: datetime) -> Import:
    """Keep the file's rows, the columns named as well as their header lets guess."""
    new = Import(
        filename=one_line(filename)[-150:], header=table.header, columns=guessed(table.header), language=language,
        consent="", state=ImportState.READ, actor=by.name, created_at=at,
    )  # fmt: skip
    db.session.add(new)
    db.session.flush()
    stored = [
        {"import_id": new.id, "number": number, "cells": cells, "outcome": Outcome.WAITING, "reason": ""}
        for number, cells in table.rows
    ]
    db.session.execute(insert(ImportRow), stored)
    return new


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
    """Each row with what it says of somebody, or why it cannot be brought in (a key of columns.REASONS)."""
    names, seen = Names(languages), set()
    rows = select(ImportRow).filter_by(import_id=brought.id).order_by(ImportRow.number)
    for row in db.session.scalars(rows):
        facts = facts_of(_said(brought, row), names, brought.language)
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
    audit.record(f"import.start:{good}", f"import:{brought.id}", by=by, at=at)


def go_on(brought: Import, *, languages: tuple[str, ...], at: datetime) -> bool:
    """Bring the next rows in, or take them back; False once none is left."""
    db.session.flush()
    with db.session.no_autoflush:  # once for all of them, not at every row
        if brought.state is ImportState.RUNNING:
            return _bring_in(brought, languages, at)
        return brought.state is ImportState.UNDOING and _take_back(brought)


def undo(brought: Import, *, by: Actor, at: datetime) -> None:
    """Have what the file added and changed taken back, by the worker, except where somebody has changed it since; that
    these people agreed is no longer said of any of them. Raises Refused after 24 hours."""
    if not can_be_undone(brought, at):
        raise Refused(_("This import can no longer be undone."))
    theirs = select(ImportRow.contact_id).filter_by(import_id=brought.id)
    noted = (Consent.source == _source(brought)) & (Consent.at >= brought.created_at)
    db.session.execute(delete(Consent).where(Consent.contact_id.in_(theirs), noted))
    brought.state = ImportState.UNDOING
    audit.record("import.undo", f"import:{brought.id}", by=by, at=at)


def can_be_undone(brought: Import, at: datetime) -> bool:
    """Whether the way back is open still."""
    return brought.state is ImportState.DONE and at < brought.finished_at + UNDO


def counts(brought: Import) -> dict[Outcome, int]:
    """How many rows came out how."""
    rows = select(ImportRow.outcome, func.count()).filter_by(import_id=brought.id).group_by(ImportRow.outcome)
    return dict(db.session.execute(rows).all())


# Bringing in ----------------------------------------------------------------------------------------------


def _bring_in(brought: Import, languages: tuple[str, ...], at: datetime) -> bool:
    rows, names, good = _next(brought, ImportRow.number, Outcome.WAITING), Names(languages), []
    for row in rows:
        facts = facts_of(_said(brought, row), names, brought.language)
        if isinstance(facts, str):  # the site has lost a language meanwhile
            row.outcome, row.reason = Outcome.REFUSED, facts
        else:
            good.append((row, facts))
    addresses = [facts.email.lower() for _row, facts in good]
    whose = queries.whose(addresses)
    known = {one.id: one for one in _whole(Contact.id.in_(set(whose.values())))}
    came = [
        (row, *_bring(brought, row, facts, known.get(whose.get(facts.email.lower())), at))
        for row, facts in good
    ]
    db.session.flush()  # rows name contacts, which have to be there
    for row, contact, outcome, before, after in came:
        row.contact_id, row.outcome, row.before, row.after = contact.id, outcome, before, after
    if brought.consent:
        silent = queries.suppressions(one.email for _row, one, *_ in came)
        _note_consents(brought, [one for _row, one, *_ in came if one.email.lower() not in silent], at)
    if not rows:
        brought.state = ImportState.DONE
        brought.finished_at = at
    return bool(rows)


def _bring(
    brought: Import, row: ImportRow, facts: Facts, contact: Contact | None, at: datetime
) -> tuple[Contact, Outcome, dict | None, dict | None]:
    """One person, added, or brought up to date with what the row says and no more; what held of them before, and after."""
    lists = (brought.list_id,) if brought.list_id else ()
    if contact is None:
        contact = Contact(source="import", created_at=at, last_action_at=at)
        workflow.write(contact, facts._replace(lists=lists))
        return contact, Outcome.ADDED, None, _as_kept(workflow.facts_of(contact))
    before = workflow.facts_of(contact)
    told = {name: value for name, value in facts._asdict().items() if value and name != "email"}
    if not _said(brought, row).get("language"):
        told.pop("language")
    after = before._replace(**told, lists=tuple(sorted({*before.lists, *lists})))
    if after == before:
        return contact, Outcome.SAME, None, None
    workflow.write(contact, after)
    return contact, Outcome.UPDATED, _as_kept(before), _as_kept(workflow.facts_of(contact))


def _note_consents(brought: Import, contacts: Sequence[Contact], at: datetime) -> None:
    said = {"given": True, "source": _source(brought), "actor": brought.actor, "at": at}
    if contacts:
        db.session.execute(insert(Consent), [{"contact_id": one.id, **said} for one in contacts])


# Taking back ----------------------------------------------------------------------------------------------


def _take_back(brought: Import) -> bool:
    rows, added = _next(brought, ImportRow.number.desc(), *BROUGHT), []
    lists = set(db.session.scalars(select(ContactList.id)))
    known = {one.id: one for one in _whole(Contact.id.in_([row.contact_id for row in rows]))}
    for row in rows:
        contact = known.get(row.contact_id)
        if not contact or _was_touched(contact, row, brought, lists):
            row.outcome = Outcome.KEPT
            continue
        row.outcome = Outcome.UNDONE
        if row.before is None:
            added.append(contact.id)
        else:
            workflow.write(contact, Facts(**row.before))
    db.session.flush()
    db.session.execute(delete(Contact).where(Contact.id.in_(added)))
    if not rows:
        workflow.drop_empty_outlets()
        brought.state = ImportState.UNDONE
    return bool(rows)


def _was_touched(contact: Contact, row: ImportRow, brought: Import, lists: set[str]) -> bool:
    """Whether the press office has changed this contact since the import, or the person has done something here. That a
    list is gone changes nobody."""
    after = {**row.after, "lists": [id for id in row.after["lists"] if id in lists]}
    return (
        _as_kept(workflow.facts_of(contact)) != after
        or contact.last_action_at > max(brought.created_at, contact.created_at)
    )  # fmt: skip


# Parts ----------------------------------------------------------------------------------------------------


def _next(brought: Import, order, *outcomes: Outcome) -> Sequence[ImportRow]:
    found = select(ImportRow).where(ImportRow.import_id == brought.id, ImportRow.outcome.in_(outcomes))
    return db.session.scalars(found.order_by(order).limit(CHUNK)).all()


def _whole(condition) -> Sequence[Contact]:
    """Contacts with what their facts are read from."""
    found = select(Contact).where(condition)
    return db.session.scalars(found.options(joinedload(Contact.outlet), selectinload(Contact.lists))).all()


def _said(brought: Import, row: ImportRow) -> dict[str, str]:
    """The cells of a row, by what its column holds."""
    return {fact: cell for fact, cell in zip(brought.columns, row.cells, strict=True) if fact}


def _source(brought: Import) -> str:
    return f"{brought.consent} ({brought.filename})"[:200]


def _as_kept(facts: Facts) -> dict:
    return {
        name: list(value) if isinstance(value, tuple) else value for name, value in facts._asdict().items()
    }
