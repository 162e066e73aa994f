"""Everything held about one applicant because of a request, as they may have it (GDPR article 15): data.json and files.

A decision that can still be undone is not in it, nor any key of ours. Somebody who has not confirmed the address may not
be its owner: they get back what they sent, not what others wrote.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, select

from pressroom import links, storage
from pressroom.access import Role
from pressroom.accreditation import outlook
from pressroom.accreditation.indexing import QueueEntry
from pressroom.accreditation.models import Application, Document, Remark, Step
from pressroom.archives import Content
from pressroom.contacts.models import Contact
from pressroom.database import db
from pressroom.delivery.models import Copy, Message
from pressroom.delivery.models import State as Fate

SENT = (
    "reference", "submitted_at", "language", "name", "email", "outlet", "category", "phone", "samples", "days",
    "answers", "country", "needs", "notice", "is_late", "verified_at",
)  # fmt: skip
SAID = ("needs_answer", "needs_answered_at", "came_at")
OURS = ("digest", "_key", "_id")  # how columns end that hold keys of ours
# Whose rows are written here one by one, and an index that says nothing new; what other tables hang on an application
# is found by its foreign key.
KNOWN = {
    Application.__tablename__,
    Step.__tablename__,
    Remark.__tablename__,
    Document.__tablename__,
    QueueEntry.__tablename__,
}
NOT_TOLD = (Fate.HELD, Fate.CANCELLED)


def members(application: Application, at: datetime) -> Iterator[tuple[str, Content]]:
    """The files of the archive, by name."""
    known = data(application, at)
    told = json.dumps(known, ensure_ascii=False, indent=2, default=lambda moment: moment.isoformat())
    yield "data.json", told.encode()
    for document in application.documents:
        if document.deleted_at is None:
            yield document.name, storage.find(document.file_key)


def data(application: Application, at: datetime) -> dict[str, Any]:
    """All of it but the files; `at` is now. Moments and days are for JSON to say in ISO 8601."""
    found = {
        "generated_at": at,
        "event": {text.language: text.title for text in application.event.texts.values()},
        "request": {"state": application.seen(at), **{name: getattr(application, name) for name in SENT}},
        "files": [_row(document) for document in application.documents],
        "history": [_step(step) for step in application.told(at)],
        "messages": [_remark(one) for one in application.remarks if not one.is_internal],
    }
    if application.verified_at is None:
        return found
    found["request"] |= {name: getattr(application, name) for name in SAID}
    contact = db.session.scalar(select(Contact).where(func.lower(Contact.email) == application.email_key))
    copies = select(Copy).where(func.lower(Copy.recipient) == application.email_key)
    found |= {
        "notes_of_the_press_office": [_remark(one) for one in application.remarks if one.is_internal],
        "mails": [_mail(one) for one in _mails(application)],
        "contact": contact and _row(contact) | {"outlet": contact.outlet and contact.outlet.name},
        "press_releases_received": [_row(copy) for copy in db.session.scalars(copies)],
        "other": _elsewhere(application),
    }
    return found


def _step(step: Step) -> dict:
    said = {"reason": step.reason, "asked": step.asked, "changes": step.changes, "note": outlook.note(step)}
    return {"at": step.at, "action": step.action, "by": _side(step.actor_role), **said}


def _remark(remark: Remark) -> dict:
    return {"at": remark.at, "by": _side(remark.author_role), "text": remark.text}


def _side(role: Role) -> str:
    return {Role.APPLICANT: "applicant", Role.SYSTEM: "system"}.get(role, "press office")


def _mails(application: Application) -> list[Message]:
    """What was sent about it; what waits may still be taken back."""
    about = select(Message).where(Message.about == application.subject, Message.state.not_in(NOT_TOLD))
    return list(db.session.scalars(about.order_by(Message.created_at)))


def _mail(message: Message) -> dict:
    """Its links are left out: each one opens something."""
    words = {"subject": message.subject, "text": links.redact(message.text)}
    return {"at": message.created_at, "to": message.recipient, "state": message.state, **words}


def _elsewhere(application: Application) -> dict[str, list[dict]]:
    """The rows of whatever else is kept about this application, and of what hangs on those: links to press kits, which
    files were taken. Found by foreign key, so that nothing which is added later is forgotten."""
    found, waiting = {}, [("application", [application.id])]
    while waiting:
        parent, ids = waiting.pop()
        for table, column in _children(parent):
            rows = db.session.execute(select(table).where(column.in_(ids))).mappings().all()
            if rows:
                found.setdefault(table.name, []).extend(_without_keys(dict(row)) for row in rows)
                waiting.append((table.name, [row["id"] for row in rows if "id" in row]))
    return found


def _children(parent: str) -> list[tuple[Table, Any]]:
    return [
        (table, key.parent)
        for table in db.metadata.sorted_tables
        if table.name not in KNOWN
        for key in table.foreign_keys
        if key.column.table.name == parent
    ]


def _row(thing) -> dict:
    return _without_keys({column.key: getattr(thing, column.key) for column in thing.__mapper__.column_attrs})


def _without_keys(values: dict) -> dict:
    return {name: value for name, value in values.items() if name != "id" and not name.endswith(OURS)}
