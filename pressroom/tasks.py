"""What falls due for the application as a whole: personal data whose time has come is deleted, wherever it lies."""

from collections import Counter
from datetime import datetime

from flask import current_app

from pressroom import audit, database, retention, storage
from pressroom.accreditation import retention as accreditation
from pressroom.alerts import tasks as alerts
from pressroom.contacts import tasks as contacts
from pressroom.database import db
from pressroom.delivery import tasks as delivery
from pressroom.kits import tasks as kits
from pressroom.releases import tasks as releases
from pressroom.staff import tasks as staff


def _purge_journal(now: datetime) -> dict[str, int]:
    return {"journal": audit.purge(retention.before("journal", now))}


# Each deletes what has reached its end by the moment given, and returns how much that was by key of retention.TABLE.
PURGES = (
    accreditation.purge,
    contacts.purge_imports,
    alerts.purge,
    kits.purge,
    delivery.purge,
    releases.purge,
    staff.purge,
    _purge_journal,
)


def purge(now: datetime) -> Counter[str]:
    """Delete all that retention.TABLE says has reached its end; returns how much, by row. Running twice does no harm.

    One capability's failure does not keep the data of the others: it is raised at the end.
    """
    gone, failures = Counter(), []
    for one in PURGES:
        try:
            counts = one(now)
            db.session.commit()
            gone.update(counts)
        except Exception as failure:
            db.session.rollback()
            failures.append(failure)
    storage.sweep()
    db.session.commit()
    try:
        _sweep_strays(now)
    except OSError as failure:
        failures.append(failure)
    db.session.commit()
    _leave_no_trace(gone)
    if failures:
        raise ExceptionGroup("not all that is due was deleted", failures)
    return gone


def _sweep_strays(now: datetime) -> None:
    """Once a day and process: a bucket wants to be paid for each thousand files that it lists."""
    if current_app.extensions.get("strays_swept") != now.date():
        storage.sweep_strays(now)
        current_app.extensions["strays_swept"] = now.date()


def _leave_no_trace(gone: Counter[str]) -> None:
    """Take what was deleted out of SQLite's log as well; when somebody reads too long for that, next time."""
    owed = current_app.extensions.get("log_to_empty", False) or gone.total() > 0
    current_app.extensions["log_to_empty"] = owed and not database.empty_log()
