"""What contacts are interested in, by the names of the topics that releases are filed under.

Topics belong to releases, which stand above contacts: their two tables are read here as tables.
"""

from collections.abc import Iterable

from sqlalchemy import Table, delete, select

from pressroom.contacts.models import contact_topic
from pressroom.database import db


def names(language: str) -> dict[str, str]:
    """Every topic by its id, in the order of the press office, by its name in this language, or in another one."""
    topic, text = _table("topic"), _table("topic_text")
    rows = db.session.execute(
        select(topic.c.id, text.c.language, text.c.name)
        .join(text, text.c.topic_id == topic.c.id)
        .order_by(topic.c.position, topic.c.id, text.c.language)
    )
    found: dict[str, str] = {}
    for id, spoken, name in rows:
        if spoken == language or id not in found:
            found[id] = name
    return found


def of(contact_id: str) -> list[str]:
    """The ids of the topics that somebody is interested in."""
    chosen = select(contact_topic.c.topic_id).where(contact_topic.c.contact_id == contact_id)
    return list(db.session.scalars(chosen.order_by(contact_topic.c.topic_id)))


def of_all() -> dict[str, list[str]]:
    """The ids of the topics that each contact is interested in, of whom any is, by the contact's."""
    found: dict[str, list[str]] = {}
    rows = select(contact_topic.c.contact_id, contact_topic.c.topic_id).order_by(contact_topic.c.topic_id)
    for contact_id, topic_id in db.session.execute(rows):
        found.setdefault(contact_id, []).append(topic_id)
    return found


def choose(contact_id: str, topic_ids: Iterable[str]) -> None:
    """Have somebody who is stored be interested in these topics, and no others."""
    db.session.execute(delete(contact_topic).where(contact_topic.c.contact_id == contact_id))
    rows = [{"contact_id": contact_id, "topic_id": id} for id in dict.fromkeys(topic_ids)]
    if rows:
        db.session.execute(contact_topic.insert(), rows)


def _table(name: str) -> Table:
    return db.metadata.tables[name]
