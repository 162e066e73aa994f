"""How migrations run: on the application's own engine, or the one that `pressroom/moving.py` names; all in one transaction
that writes, so that two who upgrade take turns, and foreign keys off meanwhile.

SQLite alters a table by dropping and re-creating it: with foreign keys on, rows that cascade from the dropped
table would silently go with it. They are switched off for the migration and checked after it.
"""

from alembic import context
from flask import current_app

from pressroom.database import PATIENT, writing

db = current_app.extensions["migrate"].db


def ours(_object, name, kind, reflected, compare_to) -> bool:
    """Leave alone what others keep in the same database (a queue's tables)."""
    return not (kind == "table" and reflected and compare_to is None)


def render(kind, item, autogen_context):
    """Write our own column type as the plain one that it is, so that old migrations never import the application."""
    if kind == "type" and type(item).__module__.startswith("pressroom"):
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    engine = context.config.attributes.get("engine") or db.engine
    with writing(), engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            connection.rollback()
            raw = connection.connection.dbapi_connection
            raw.execute("PRAGMA foreign_keys=OFF")
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            include_object=ours,
            render_item=render,
            transactional_ddl=True,  # on SQLite too, as we begin
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            for limit in () if sqlite else PATIENT:  # to rebuild a large table takes long
                connection.exec_driver_sql(f"SET LOCAL {limit} = 0")
            context.run_migrations()
            broken = raw.execute("PRAGMA foreign_key_check").fetchall() if sqlite else []
            if broken:
                raise RuntimeError(f"broken references after the migration: {broken[:5]}")
        if sqlite:
            raw.execute("PRAGMA foreign_keys=ON")


run()
