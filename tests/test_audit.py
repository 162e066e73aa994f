"""The journal: a chain in which every change is found, that several writers extend at once, and that is purged."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import event, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from pressroom import audit, cli, clock
from pressroom.access import APPLICANT, SYSTEM, Actor, Role
from pressroom.audit import Anchor, Entry, Finding
from pressroom.database import db, writing
from tests import builders

ZOE = Actor(Role.OFFICER, "Zoé Martin", "zoe")
DAY = timedelta(days=1)
CHANGED = "row {} was changed or put in, or the secret key is another one"
WITHOUT_TRIGGERS = "SET LOCAL session_replication_role = replica"
TRIGGERS = ("journal_unchanged", "journal_kept")


def entries(number=5, *, age=timedelta(0), by=ZOE):
    """So many rows more, a second from each other, the first one `age` ago."""
    then = clock.now() - age
    for count in range(number):
        audit.record("thing.do", f"thing:{count}", by=by, at=then + timedelta(seconds=count))
    db.session.commit()


def behind_our_back(*commands):
    """What somebody does who has the database, and not the key."""
    sqlite = db.engine.dialect.name == "sqlite"
    without = [f"DROP TRIGGER {name}" for name in TRIGGERS] if sqlite else [WITHOUT_TRIGGERS]
    for command in (*without, *commands):
        db.session.execute(text(command))
    db.session.commit()


def keep_head():
    audit.keep_head(clock.now())


@pytest.fixture
def check(app):
    """The line that `pressroom check` prints about the journal, and its exit status."""
    cli.register(app)

    def run():
        result = app.test_cli_runner().invoke(args=["check"])
        db.session.rollback()
        [line] = [line for line in result.stdout.splitlines() if line[8:].startswith("journal: ")]
        return result.exit_code, line

    return run


def test_every_row_is_sealed_over_the_one_before(app):
    entries(3)

    rows = db.session.scalars(db.select(Entry).order_by(Entry.id)).all()
    assert [row.id for row in rows] == [1, 2, 3]
    assert [row.previous for row in rows] == ["", rows[0].mac, rows[1].mac]
    assert len({row.mac for row in rows}) == 3
    assert list(audit.verify()) == []


def test_rows_of_several_flushes_and_of_what_was_taken_back_leave_no_gap(app):
    audit.record("thing.do", "thing:1", by=ZOE, at=clock.now())
    audit.record("thing.do", "thing:2", by=APPLICANT, at=clock.now())
    assert len(audit.history("thing:2")) == 1
    with db.session.begin_nested() as savepoint:
        audit.record("thing.do", "thing:3", by=ZOE, at=clock.now())
        db.session.flush()
        savepoint.rollback()
    audit.record("thing.do", "thing:4", by=SYSTEM, at=clock.now())
    db.session.commit()
    audit.record("thing.do", "thing:5", by=ZOE, at=clock.now())
    db.session.rollback()
    entries(1)

    rows = db.session.execute(db.select(Entry.id, Entry.subject).order_by(Entry.id)).all()
    assert [tuple(row) for row in rows] == [(1, "thing:1"), (2, "thing:2"), (3, "thing:4"), (4, "thing:0")]
    assert list(audit.verify()) == []


def test_a_row_costs_one_query_more_and_no_walk_through_the_journal(app):
    entries(50)
    asked = []

    def listen(*call):
        asked.append((" ".join(call[2].split()), call[3]))

    event.listen(db.engine, "before_cursor_execute", listen)
    entries(1)
    event.remove(db.engine, "before_cursor_execute", listen)

    sqlite = db.engine.dialect.name == "sqlite"
    (reading, limit), (writing_, _row) = asked[1:] if sqlite else asked
    assert writing_.startswith("INSERT INTO journal")
    assert " FROM journal ORDER BY journal.id DESC LIMIT " in reading
    if not sqlite:
        db.session.execute(text("SET LOCAL enable_seqscan = off"))  # so few rows are read from end to end
    explain = "EXPLAIN QUERY PLAN" if sqlite else "EXPLAIN"
    plan = str(db.session.connection().exec_driver_sql(f"{explain} {reading}", limit).all())
    assert ("TEMP B-TREE" in plan, "Sort" in plan) == (False, False)


TAMPERING = {
    "an action changed": ("UPDATE journal SET action = 'thing.undo' WHERE id = 3", [(3, CHANGED.format(3))]),
    "another person": ("UPDATE journal SET actor_id = 'ben' WHERE id = 3", [(3, CHANGED.format(3))]),
    "another time": ("UPDATE journal SET at = '2020-01-01 00:00:00.000000' WHERE id = 3", [(3, CHANGED.format(3))]),
    "another seal": (
        "UPDATE journal SET mac = '0' WHERE id = 3",
        [(3, CHANGED.format(3)), (4, "row 4 does not follow row 3")],
    ),
    "a row removed": ("DELETE FROM journal WHERE id = 3", [(3, "row 3 is missing")]),
    "the first rows removed": ("DELETE FROM journal WHERE id < 3", [(1, "rows 1 to 2 are missing")]),
    "a row removed, the gap closed": (
        "DELETE FROM journal WHERE id = 3; UPDATE journal SET id = id - 1 WHERE id > 3",
        [(3, CHANGED.format(3)), (4, CHANGED.format(4)), (5, "row 5 is missing")],
    ),
    "two rows exchanged": (
        "UPDATE journal SET id = 9 WHERE id = 2; UPDATE journal SET id = 2 WHERE id = 3; UPDATE journal SET id = 3 WHERE id = 9",
        [(2, CHANGED.format(2)), (3, CHANGED.format(3)), (4, "row 4 does not follow row 3")],
    ),
    "a row put in at the end": (
        "INSERT INTO journal SELECT 6, at, actor_role, actor_name, actor_id, action, subject, mac, mac FROM journal WHERE id = 5",
        [(6, CHANGED.format(6))],
    ),
    "a row put in before the first": (
        "INSERT INTO journal SELECT 0, at, actor_role, actor_name, actor_id, action, subject, '', mac FROM journal WHERE id = 5",
        [(0, CHANGED.format(0)), (1, "row 1 does not follow row 0")],
    ),
    "the end cut off": ("DELETE FROM journal WHERE id > 3", [(4, "rows 4 to 5 are missing")]),
    "everything removed": ("DELETE FROM journal", [(1, "rows 1 to 5 are missing")]),
    "an anchor forged": (
        "DELETE FROM journal WHERE id < 3; INSERT INTO journal_anchor SELECT 1, 2, previous, mac FROM journal WHERE id = 3",
        [(1, "rows 1 to 2 are missing")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERING)
def test_what_is_done_to_the_rows_is_found_and_named(app, check, name):
    commands, findings = TAMPERING[name]
    entries()
    keep_head()
    assert check() == (0, "ok      journal: unbroken, its end known outside the database up to row 5")

    behind_our_back(*commands.split("; "))

    more = f", and {len(findings) - 1} more" if len(findings) > 1 else ""
    assert list(audit.verify()) == [Finding(*one) for one in findings]
    assert check() == (1, f"failed  journal: {findings[0][1]}{more}")


def test_rows_written_after_the_end_was_cut_off_do_not_hide_it(app):
    entries()
    keep_head()
    behind_our_back("DELETE FROM journal WHERE id > 3")
    entries(4)

    keep_head()

    assert list(audit.verify()) == [(5, "row 5 is not the one that journal.head remembers")]


def test_the_note_of_the_end_is_not_brought_up_to_date_over_a_cut(app, caplog):
    entries()
    keep_head()
    behind_our_back("DELETE FROM journal WHERE id > 3")

    keep_head()

    assert audit.kept_head().id == 5
    assert caplog.messages == ["the journal ends before row 5, which journal.head remembers"]


def test_a_note_of_the_end_that_we_did_not_write_is_told(app, check, caplog):
    entries()
    keep_head()
    path = app.config["DATA_DIR"] / "journal.head"
    path.write_text(path.read_text().replace("5", "3", 1))

    keep_head()

    told = "journal.head was not written by Pressroom, or the secret key is another one"
    assert list(audit.verify()) == [(0, told)]
    assert check() == (1, f"failed  journal: {told}")
    assert caplog.messages == [told]


def test_what_cannot_be_seen_is_said(app, check):
    entries()

    assert check() == (
        0,
        "ok      journal: unbroken as far as it goes: without journal.head, an end cut off would not be seen",
    )


def test_the_end_is_noted_whenever_it_moved(app):
    keep_head()
    assert audit.kept_head() is None
    for number in (5, 10):
        entries()
        keep_head()
        assert audit.kept_head().id == number
    before = (app.config["DATA_DIR"] / "journal.head").stat().st_ino

    keep_head()

    assert (app.config["DATA_DIR"] / "journal.head").stat().st_ino == before


def test_the_worker_notes_it(office):
    assert audit.kept_head().id == db.session.scalar(db.select(db.func.max(Entry.id)))
    assert list(audit.verify()) == []


def test_another_key_proves_nothing(app):
    entries(2)
    app.config["SECRET_KEY"] = "x" * 40

    assert list(audit.verify()) == [(1, CHANGED.format(1)), (2, CHANGED.format(2))]


@pytest.mark.parametrize(
    "command",
    [
        "UPDATE journal SET action = 'thing.undo'", "UPDATE journal SET actor_name = 'Ben'", "UPDATE journal SET mac = ''",
        "UPDATE journal SET actor_id = NULL", "UPDATE journal SET actor_name = '', subject = 'x'", "DELETE FROM journal",
    ],
)  # fmt: skip
def test_the_database_refuses_changes(app, command):
    entries(2, age=363 * DAY)

    with pytest.raises(DBAPIError, match="the journal is append-only"):
        db.session.execute(text(command))


def test_a_name_can_be_blanked_and_the_chain_holds(app):
    entries(2)

    db.session.execute(text("UPDATE journal SET actor_name = ''"))

    assert [row.actor_name for row in audit.history("thing:0")] == [""]
    assert list(audit.verify()) == []


def test_twenty_at_once_make_one_chain(app):
    barrier = Barrier(20)

    def write(number):
        with app.app_context(), writing():
            barrier.wait()
            audit.record("thing.do", f"thing:{number}", by=ZOE, at=clock.now())
            audit.record("thing.do", "thing:again", by=ZOE, at=clock.now())
            db.session.commit()

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(write, range(20)))

    assert db.session.scalars(db.select(Entry.id).order_by(Entry.id)).all() == list(range(1, 41))
    assert list(audit.verify()) == []


# Purging and erasing --------------------------------------------------------------------------------------


def purge(age=365 * DAY):
    number = audit.purge(clock.now() - age)
    db.session.commit()
    return number


def ids():
    return db.session.scalars(db.select(Entry.id).order_by(Entry.id)).all()


def test_old_rows_go_and_the_chain_holds_from_there(app):
    entries(3, age=400 * DAY)
    entries(2, age=366 * DAY)
    entries(2)
    keep_head()

    assert (purge(380 * DAY), ids()) == (3, [4, 5, 6, 7])
    assert list(audit.verify()) == []
    assert (purge(), purge(), ids()) == (2, 0, [6, 7])
    entries(1)
    keep_head()
    assert (list(audit.verify()), audit.kept_head().id) == ([], 8)


def test_when_all_are_old_the_numbers_go_on(app):
    entries(3, age=400 * DAY)
    keep_head()

    assert (purge(), ids(), list(audit.verify())) == (3, [], [])
    keep_head()
    entries(1)
    keep_head()
    assert (ids(), list(audit.verify()), audit.kept_head().id) == ([4], [], 4)


@pytest.mark.parametrize(
    ("commands", "findings"),
    [
        (["UPDATE journal SET at = '2020-01-01 00:00:00.000000' WHERE id = 3"], [(3, CHANGED.format(3))]),
        (["DELETE FROM journal WHERE id = 2"], [(2, "row 2 is missing")]),
        (["DELETE FROM journal WHERE id < 3"], [(1, "rows 1 to 2 are missing")]),
    ],
)
def test_purging_hides_nothing_that_was_done_to_the_rows(app, caplog, commands, findings):
    entries(2, age=400 * DAY)
    entries(3)
    behind_our_back(*commands)

    purge()

    assert list(audit.verify()) == findings


def test_what_does_not_verify_is_not_purged_and_the_log_says_so(app, caplog):
    entries(3, age=400 * DAY)
    behind_our_back("UPDATE journal SET action = 'thing.undo' WHERE id = 2")

    assert (purge(), ids()) == (1, [2, 3])
    assert caplog.messages == ["the journal is not purged from row 2 on: it does not verify"]


def test_an_old_row_behind_a_younger_one_waits_for_it(app):
    entries(1)
    entries(2, age=400 * DAY)

    assert (purge(), ids()) == (0, [1, 2, 3])


def test_rows_cut_off_beyond_the_purged_ones_are_missed(app):
    entries(2, age=400 * DAY)
    entries(3)
    purge()

    behind_our_back("DELETE FROM journal WHERE id = 3")

    assert list(audit.verify()) == [(3, "row 3 is missing")]


def test_a_purged_row_put_back_is_seen(app):
    entries(2, age=400 * DAY)
    entries(1)
    row = db.session.execute(text("SELECT * FROM journal WHERE id = 2")).one()._mapping
    purge()

    columns = ", ".join(f":{name}" for name in row)
    db.session.execute(text(f"INSERT INTO journal VALUES ({columns})"), dict(row))

    assert list(audit.verify()) == [(2, "row 2 stands before the journal's beginning")]


def test_a_forged_anchor_does_not_make_the_note_follow(app):
    entries()
    keep_head()
    behind_our_back("DELETE FROM journal WHERE id > 3")
    builders.stored(Anchor(id=1, last=9, mac="0" * 64, seal="0" * 64))

    keep_head()

    assert audit.kept_head().id == 5


def test_whatever_is_asked_a_year_stays(app):
    entries(2, age=364 * DAY)

    assert (purge(100 * DAY), ids()) == (0, [1, 2])


def test_erasing_a_request_leaves_the_chain_which_held_nothing_of_the_person(app):
    application = builders.an_application(name="Zarquon Canary", email="zarquon@canary.example")
    for by in (APPLICANT._replace(name=application.name), ZOE):
        audit.record("thing.do", application.subject, by=by, at=clock.now())
    db.session.commit()

    db.session.delete(application)
    db.session.commit()

    rows = db.session.execute(text("SELECT * FROM journal")).all()
    assert [row.subject for row in rows] == [application.subject] * 2
    assert "arquon" not in str(rows)
    assert list(audit.verify()) == []


# Migration ------------------------------------------------------------------------------------------------


def test_rows_from_before_the_chain_are_sealed_in_their_order(its_own):
    """A gap in their numbers is closed: PostgreSQL leaves one where a transaction came to nothing."""
    its_own(migrated=False)
    upgrade(revision="0006")
    row = "(:id, '2026-11-22 12:00:00.000000', :role, 'Zoé Martin', :who, 'event.create', 'event:1')"
    for id, role, who in ((1, "officer", "zoe"), (2, "system", None), (5, "admin", "ada")):
        db.session.execute(text(f"INSERT INTO journal VALUES {row}"), {"id": id, "role": role, "who": who})
    db.session.commit()
    db.session.remove()

    upgrade()
    rows = text("SELECT id, actor_id, actor_name, length(mac) FROM journal ORDER BY id")
    assert db.session.execute(rows).all() == [
        (1, "zoe", "Zoé Martin", 64),
        (2, None, "Zoé Martin", 64),
        (3, "ada", "Zoé Martin", 64),
    ]
    entries(1)
    assert (ids(), list(audit.verify())) == ([1, 2, 3, 4], [])
    with pytest.raises(DBAPIError, match="append-only"):
        db.session.execute(text("DELETE FROM journal"))
    db.session.rollback()
    nonsense = "(9, '2026-11-22 12:00:00.000000', 'x', '', '', '')"
    with pytest.raises(IntegrityError, match=r"CHECK constraint|check constraint"):
        db.session.execute(
            text(f"INSERT INTO journal (id, at, actor_role, actor_name, action, subject) VALUES {nonsense}")
        )
    db.session.remove()

    downgrade(revision="0006")
    columns = [column["name"] for column in inspect(db.engine).get_columns("journal")]
    assert columns[-2:] == ["action", "subject"]
    assert db.session.execute(text("DELETE FROM journal")).rowcount == 4
