"""The database that migrations make is the one that the models describe; altering a parent keeps its children."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.kits import workflow as kits
from pressroom.kits.models import Fetch, Kit
from tests import builders

ENV = Path(__file__).parent.parent / "migrations" / "env.py"
# What PostgreSQL finds words by, and its indexes: SQLite has tables for that.
WORDS = ("found_by", "ix_search_entry_terms", "ix_queue_entry_terms")


@pytest.fixture
def app(its_own):
    """On a database of its own, whose tables may change."""
    return its_own()


def is_described(_object, name, kind, reflected, _counterpart):
    """SQLite's full-text indexes make tables of their own, which no model describes."""
    return name not in WORDS and not (
        kind == "table" and reflected and name.startswith(("search_index", "queue_index"))
    )


@pytest.mark.filterwarnings(
    "ignore:.*expression-based index '?ix_release_"
)  # on SQLite nobody can compare them
def test_the_newest_migration_is_what_the_models_say(app):
    context = MigrationContext.configure(db.session.connection(), opts={"include_object": is_described})

    assert compare_metadata(context, db.metadata) == []


def test_every_migration_can_be_taken_back(its_own):
    its_own(migrated=False)
    upgrade()
    downgrade(revision="base")
    there = inspect(db.engine)

    assert (there.get_table_names(), there.get_view_names()) == (["alembic_version"], [])


@pytest.mark.only_sqlite
def test_altering_a_parent_table_keeps_what_hangs_on_it(app, tmp_path):
    """With foreign keys on, SQLite's batch mode would delete the texts with the event's old table."""
    builders.an_event()
    migration = (
        "from alembic import op\nimport sqlalchemy as sa\nrevision='9999'\ndown_revision='{}'\n"
        "def upgrade():\n    with op.batch_alter_table('event') as batch:\n"
        "        batch.alter_column('timezone', type_=sa.String(70))\n"
    )
    versions = tmp_path / "migrations"
    (versions / "versions").mkdir(parents=True)
    for source in ENV.parent.rglob("*.*"):
        if source.suffix in (".py", ".ini", ".mako"):
            (versions / source.relative_to(ENV.parent)).write_text(source.read_text())
    head = sorted(path.stem[:4] for path in (versions / "versions").glob("*.py"))[-1]
    (versions / "versions" / "9999_alter.py").write_text(migration.format(head))
    db.session.remove()

    upgrade(directory=str(versions))

    with sqlite3.connect(tmp_path / "pressroom.db") as raw:
        assert raw.execute("SELECT count(*) FROM event_text").fetchone() == (2,)
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)
    raw.close()


@pytest.mark.only_sqlite
def test_the_trap_is_real(app):
    """The control: without the cure, the same change loses the texts (so the test above can fail)."""
    builders.an_event()
    with db.engine.connect() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("event", recreate="always") as batch:
            batch.alter_column("timezone", nullable=False)
        connection.commit()
        left = connection.execute(text("SELECT count(*) FROM event_text")).scalar()

    assert left == 0


@pytest.mark.parametrize("made", [builders.a_message, builders.an_application, builders.a_published_release])
def test_states_are_checked_by_the_database_too(app, made):
    table = made().__tablename__

    with pytest.raises(IntegrityError, match=f"ck_{table}_"):
        db.session.execute(text(f"UPDATE {table} SET state = 'nonsense'"))


def test_a_kit_from_before_versions_becomes_its_first_one_with_its_files_and_fetches(app):
    release = builders.a_published_release()
    kit = builders.a_kit(releases=[release], files=[("Plan.txt", b"1"), ("Programme.txt", b"2")])
    grant, id, opened = builders.a_grant(kit), kit.id, kit.current.published_at
    kit.opened_at = opened
    kits.note_fetch(grant, kit.current.files[0], at=opened)
    db.session.commit()
    files = [(file.id, file.name, file.file_key) for file in kit.current.files]
    release_id, grant_id = release.id, grant.id
    db.session.remove()

    downgrade(revision="0012")
    old = db.session.execute(text("SELECT kit_id, language, cover FROM kit_text ORDER BY language")).all()
    db.session.remove()
    upgrade()

    kit = db.session.get(Kit, id)
    assert old == [(id, "en", "Welcome to the forum."), (id, "fr", "Bonjour à toutes et à tous.")]
    assert [(one.number, one.published_at) for one in kit.versions] == [(1, opened)]
    assert {code: text.cover for code, text in kit.current.texts.items()} == {
        language: cover for _, language, cover in old
    }
    assert [(file.id, file.name, file.file_key) for file in kit.current.files] == files
    assert [chosen.release_id for chosen in kit.current.releases] == [release_id]
    assert db.session.execute(db.select(Fetch.grant_id, Fetch.number, Fetch.what)).all() == [
        (grant_id, 1, "Plan.txt")
    ]


def test_a_former_link_to_a_kit_stays_one(app):
    grant = builders.a_grant()
    former = grant.link_digest
    kits.renew(grant, by=SYSTEM, at=clock.now())
    db.session.commit()
    db.session.remove()

    downgrade(revision="0019")
    known = db.session.scalars(text("SELECT former_digest FROM kit_grant")).all()
    db.session.remove()
    upgrade()

    assert known == [former]
    assert db.session.scalars(text("SELECT digest FROM kit_former_link")).all() == [former]


def test_without_versions_a_kit_keeps_what_recipients_find(app):
    kit = builders.a_kit()
    id = kit.id
    for cover in ("Version 2", "Draft"):
        covers = {"fr": cover, "en": cover}
        builders.drafting.fill(kit, covers=covers, releases=[], by=SYSTEM, at=clock.now())
        if cover != "Draft":
            kits.publish(kit, {}, languages=("fr", "en"), by=SYSTEM, at=clock.now())
    db.session.commit()
    db.session.remove()

    downgrade(revision="0012")

    assert db.session.execute(text("SELECT kit_id, cover FROM kit_text")).all() == [(id, "Version 2")] * 2
    assert db.session.scalar(text("SELECT count(*) FROM kit_file")) == 1


def test_a_subscription_from_before_says_whether_it_is_to_every_topic(app):
    builders.a_subscription("one@x.example", topics=[builders.a_topic()])
    builders.a_subscription("all@x.example")
    db.session.remove()

    downgrade(revision="0017")
    upgrade()

    every = db.session.execute(text("SELECT email, every_topic FROM subscription ORDER BY email")).all()
    assert every == [("all@x.example", True), ("one@x.example", False)]
