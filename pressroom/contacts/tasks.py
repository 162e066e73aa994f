"""What falls due among contacts: files are brought in, a few rows at a time; whoever has not done anything here for
long is forgotten, and outlets with them."""

from datetime import datetime

from flask import current_app
from sqlalchemy import ColumnElement, delete, exists

from pressroom import retention
from pressroom.contacts import importing
from pressroom.contacts.models import Contact, Import, ImportState, Outlet
from pressroom.database import db


def fall_due(now: datetime) -> None:
    """Bring in what the desk has started to import, each few rows in a transaction of their own: killed at any moment,
    it goes on where it was."""
    languages = current_app.config["LANGUAGES"]
    for import_id in db.session.scalars(db.select(Import.id).filter_by(state=ImportState.RUNNING)).all():
        more = True
        while more:
            brought = db.session.get(Import, import_id, with_for_update=True)
            more = brought.state is ImportState.RUNNING and importing.bring_in(
                brought, languages=languages, at=now
            )
            db.session.commit()


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
