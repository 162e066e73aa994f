"""What falls due among contacts: files are brought in, a few rows at a time; whoever has not done anything here for
long is forgotten, and outlets with them."""

from datetime import datetime

from flask import current_app
from sqlalchemy import ColumnElement, delete, exists

from pressroom import engine, retention
from pressroom.contacts import importing
from pressroom.contacts.models import Contact, Import, Outlet
from pressroom.database import db

CHUNKS = 10  # of importing.CHUNK rows, before other work has its turn


def fall_due(now: datetime) -> None:
    """Bring in what the desk has started to import, or take it back, each few rows in a transaction of their own. After
    some of them mail has its turn, and the worker is woken for the rest."""
    languages = current_app.config["LANGUAGES"]
    moving = db.select(Import.id).where(Import.state.in_(importing.MOVING)).order_by(Import.created_at)
    for import_id in db.session.scalars(moving).all():
        for _chunk in range(CHUNKS):
            brought = db.session.get(Import, import_id, with_for_update=True)
            more = importing.go_on(brought, languages=languages, at=now)
            db.session.commit()
            if not more:
                break
        else:
            engine.wake(current_app, now)


def purge(now: datetime, *, unless: ColumnElement[bool]) -> dict[str, int]:
    """Delete contacts, except those of whom `unless` is true, and outlets where nobody is left; how many contacts, by
    row of retention.TABLE."""
    old = delete(Contact).where(Contact.last_action_at <= retention.before("contacts", now), ~unless)
    gone = db.session.execute(old).rowcount
    if gone:
        db.session.execute(delete(Outlet).where(~exists().where(Contact.outlet_id == Outlet.id)))
    return {"contacts": gone}


def purge_imports(now: datetime) -> dict[str, int]:
    """Delete what files said, row by row; whom they brought stays."""
    old = delete(Import).where(Import.created_at <= retention.before("imports", now))
    return {"imports": db.session.execute(old).rowcount}
