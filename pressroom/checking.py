"""What `pressroom check` looks at: settings, database, files, mail server, journal. Each gives one line."""

import contextlib
import smtplib
from collections.abc import Iterator
from typing import NamedTuple

from flask import current_app
from flask_mail import Mail
from sqlalchemy import text

from pressroom import audit, storage
from pressroom.database import db


class Result(NamedTuple):
    """What one check found, in words."""

    name: str
    well: bool
    words: str


class Broken(Exception):
    """Something that answers, and is not as it must be; `str()` says what."""


def results() -> Iterator[Result]:
    """Every check, one after the other; what fails stops none of the others."""
    for name, check in CHECKS.items():
        try:
            yield Result(name, True, check())
        except Broken as broken:
            yield Result(name, False, str(broken))
        except Exception as failure:  # whatever is wrong is what is asked for
            said = " ".join(str(failure).split())[:300]
            yield Result(name, False, f"{type(failure).__name__}: {said}")


def _database() -> str:
    current = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    return f"{db.engine.dialect.name}, migration {current}"


def _files() -> str:
    key = storage.put(b"pressroom check")
    storage.delete(key)
    return "can be written"


def _mail() -> str:
    if not current_app.config["MAIL_URL"]:
        return "test mode, nothing leaves"
    with contextlib.closing(_greeted()) as server:
        offers = [name for name in ("starttls", "size", "dsn") if server.has_extn(name)]
    return f"answers, offers {', '.join(offers) or 'no extension'}"


def _greeted() -> smtplib.SMTP:
    mail: Mail = current_app.extensions["mailer"]
    server = mail.connect().configure_host()
    server.ehlo_or_helo_if_needed()
    return server


def _journal() -> str:
    first, *others = *audit.verify(), None
    if first:
        more = f", and {len(others) - 1} more" if len(others) > 1 else ""
        raise Broken(f"{first.sentence}{more}")
    if head := audit.kept_head():
        return f"unbroken, its end known outside the database up to row {head.id}"
    return f"unbroken as far as it goes: without {audit.HEAD}, an end cut off would not be seen"


CHECKS = {
    "settings": lambda: current_app.config["ENV"],
    "database": _database,
    "files": _files,
    "mail": _mail,
    "journal": _journal,
}
