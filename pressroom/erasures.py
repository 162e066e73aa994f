"""Who was erased, known outside the database as well: a backup that is put back brings nobody back.

The journal says it in ids, and in codes of addresses that only the secret key leads to. The worker copies what it says of
erasures to a file in its data folder, as long as the journal itself is kept.
"""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from flask import current_app
from sqlalchemy import select

from pressroom import audit
from pressroom.accreditation import erasure as requests
from pressroom.accreditation.models import Application, Draft
from pressroom.alerts import workflow as alerts
from pressroom.alerts.models import Subscription
from pressroom.audit import Entry
from pressroom.commands import COMMAND_LINE
from pressroom.contacts.models import Contact, former_address
from pressroom.database import db
from pressroom.delivery.models import Copy, Message, Suppression
from pressroom.dispatches import erasure
from pressroom.releases.models import Preview

NAME = "erasures"  # in the data folder
ACTIONS = ("accreditation.erase", "alert.erase", erasure.ERASED, erasure.SILENCED)
# What is known by its id, and how it is erased.
THINGS = {"application": (Application, requests.erase), "subscription": (Subscription, alerts.erase)}
# Where an address may stand.
ADDRESSES = (
    Contact.email, former_address.c.email, Application.email_key, Subscription.email, Message.recipient, Copy.recipient,
    Preview.email, Suppression.recipient, Draft.fields["email"].as_string(),
)  # fmt: skip


class Erased(NamedTuple):
    """One row of the journal, a line of the file."""

    at: datetime
    action: str
    subject: str


def keep(now: datetime) -> None:
    """Falls due: add to the file what the journal says of erasures. What only the file knows stays: the database may be
    an older one since."""
    path = current_app.config["DATA_DIR"] / NAME
    known = set(read(path)) if path.exists() else set()
    said = select(Entry.at, Entry.action, Entry.subject).where(Entry.action.in_(ACTIONS))
    every = {one for one in known.union(Erased(*row) for row in db.session.execute(said)) if one.at > now - audit.KEPT}  # fmt: skip
    if every == known:
        return
    new = path.with_suffix(".new")
    with new.open("w") as file:
        file.writelines(f"{one.at.isoformat()} {one.action} {one.subject}\n" for one in sorted(every))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def read(path: Path) -> list[Erased]:
    """Raises ValueError when this is no such file."""
    lines = (line.split(" ") for line in path.read_text().splitlines())
    return [Erased(datetime.fromisoformat(at), action, subject) for at, action, subject in lines]


def again(erased: Iterable[Erased], now: datetime) -> int:
    """Erase once more what this database still knows; how much that was. See dispatches/erasure.py for what is due once
    this is committed."""
    subjects = {one.subject for one in erased}
    silenced = {one.subject for one in erased if one.action == erasure.SILENCED}
    count = 0
    for kind, _, id in sorted(subject.partition(":") for subject in subjects):
        if kind in THINGS:
            model, erase = THINGS[kind]
            if found := db.session.get(model, id):
                erase(found, by=COMMAND_LINE, at=now)
                db.session.flush()
                count += 1
    for address in sorted(_addresses()):
        subject = erasure.subject(address)
        if subject in subjects:
            people = [one for one in db.session.scalars(select(Contact)) if one.email.lower() == address]
            erasure.erase(people, [address], silence=subject in silenced, by=COMMAND_LINE, at=now)
            db.session.flush()
            count += 1
    return count


def _addresses() -> set[str]:
    """Every address of somebody, in lower case."""
    return {
        each.lower() for column in ADDRESSES for each in db.session.scalars(select(column).distinct()) if each
    }
