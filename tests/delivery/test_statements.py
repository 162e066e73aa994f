"""Statements that run past SQLAlchemy: a database that goes away under one is noticed all the same."""

import psycopg
import pytest
from sqlalchemy import bindparam, text, update

from pressroom.database import db
from pressroom.delivery.models import Message, State
from pressroom.delivery.statements import Prepared
from tests import builders

RENAME = Prepared(
    update(Message.__table__)
    .where(Message.__table__.c.id == bindparam("which"))
    .values(subject=bindparam("new"), state=State.KEPT)
)


def test_how_many_rows_were_changed_is_said_for_one_and_for_several(app):
    first, second = builders.a_message(), builders.a_message()
    rows = [{"which": id, "new": "Autre"} for id in (first.id, second.id, "nobody")]

    on = db.session.connection()
    assert [RENAME.run(on, rows[0]), RENAME.run(on, rows[2]), RENAME.run(on, *rows)] == [1, 0, 2]

    db.session.commit()
    assert [(one.subject, one.state) for one in (first, second)] == [("Autre", State.KEPT)] * 2


@pytest.mark.only_postgresql
def test_a_connection_that_is_gone_is_given_up(app):
    with db.engine.connect() as dead:
        own = dead.scalar(text("SELECT pg_backend_pid()"))
        with db.engine.connect() as other:
            other.execute(text("SELECT pg_terminate_backend(:own, 5000)"), {"own": own})

        with pytest.raises(psycopg.OperationalError):
            RENAME.run(dead, {"which": "nobody", "new": "Autre"})

        assert dead.invalidated
