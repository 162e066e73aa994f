"""A backup is the whole office, and what is put back is the office of then: its mail held, nobody erased back in it."""

import json
from datetime import timedelta

import pytest
from alembic import command

from pressroom import audit, backups, cli, clock, erasures, moving, storage
from pressroom.access import APPLICANT, SYSTEM
from pressroom.accreditation import erasure as requests
from pressroom.accreditation.models import Application
from pressroom.alerts import workflow as alerts
from pressroom.alerts.models import Subscription
from pressroom.contacts.models import Contact
from pressroom.database import db, writing
from pressroom.delivery import outgoing, suppressions
from pressroom.delivery import tasks as delivery
from pressroom.delivery.models import Copy, Message, Outgoing, State
from pressroom.dispatches import erasure
from tests import builders, rows
from tests.conftest import make_app
from tests.databases import Sqlite

HELD = ("outgoing", "journal")  # what holding the mail adds to
ENDED = ("staff_session", "discarded_file")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "backup"


@pytest.fixture
def back_up(app, folder):
    """Backs the office up: what was told."""

    def back_up_(to=folder):
        told = []
        backups.back_up(to, told.append)
        db.session.rollback()
        return told

    return back_up_


@pytest.fixture
def elsewhere(app, database_kind, known, tmp_path):
    """Makes an application with nothing in it, on a database of the same kind, or of the other one."""
    made = []

    def elsewhere_(*, other=False, **settings):
        folder = tmp_path / f"elsewhere-{len(made)}"
        folder.mkdir()
        sqlite = isinstance(database_kind, Sqlite)
        kind = known("postgresql" if sqlite else "sqlite") if other else database_kind
        made.append((kind, kind.create(folder)))
        settings = {"DATABASE_URL": made[-1][1], **settings}
        return make_app(folder, **settings)

    yield elsewhere_
    for kind, url in made:
        kind.drop(url)


@pytest.fixture
def restored(elsewhere, folder):
    """Runs `pressroom restore` in another office and looks at what is there then: (exit code, standard output and error,
    what `look` returns)."""

    def restored_(*arguments, look=lambda: None, **where):
        office = elsewhere(**where)
        cli.register(office)
        with office.app_context():
            result = office.test_cli_runner().invoke(args=["restore", str(folder), *map(str, arguments)])
            try:
                return result.exit_code, result.output, look()
            finally:
                db.session.remove()
                db.engine.dispose()

    return restored_


def everything():
    return rows.everything(db.engine), {file.key: file.read() for file in storage.store().files()}


@pytest.fixture
def filled(app):
    """An office with files, mail and a row in every table."""
    builders.a_grant()
    builders.a_published_release(pictures=[builders.an_asset()])
    builders.a_subscription()
    builders.a_message()
    with writing(), db.engine.begin() as connection:
        rows.fill(connection)
        connection.execute(db.delete(Outgoing))
        known = {file.key for file in storage.store().files()}
        for key in storage.keys(connection) - known:
            storage.store().put(key, [b"What a row made for the test names."])
    return everything()


@pytest.mark.parametrize("other", [False, True], ids=["same-kind", "other-kind"])
def test_all_of_it_comes_back_with_its_mail_held(filled, back_up, restored, other):
    told = back_up()

    def look():
        why, findings, found = db.session.get(Outgoing, 1).held_why, list(audit.verify()), everything()
        with writing():
            delivery.fall_due(clock.now())
        return found, why, findings, set(db.session.scalars(db.select(Message.state)))

    code, printed, ((tables, files), why, findings, states) = restored(look=look, other=other)

    assert (code, why, findings) == (0, outgoing.RESTORED, [])
    assert "All mail is held" in printed
    was, files_of_then = filled
    assert State.ACCEPTED not in states
    discarded = {key for key, *_ in was["discarded_file"]}
    assert files == {key: data for key, data in files_of_then.items() if key not in discarded}
    assert len(files) > 3
    assert {name for name in was if tables[name] != was[name]} == {*HELD, *ENDED}
    assert [tables[name] for name in ENDED] == [[], []]
    assert set(was["journal"]) < set(tables["journal"])
    assert f"{sum(map(len, was.values())):,} rows and {len(files)} files" in told[-1]


@pytest.mark.only_sqlite
def test_nobody_else_may_read_it_and_the_key_is_in_it_only_where_no_setting_has_it(
    filled, back_up, folder, app
):
    back_up()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o077 for path in folder.rglob("*") if path.is_file()} == {0}
    assert not (folder / "secret_key").exists()

    (app.config["DATA_DIR"] / "secret_key").write_text(app.config["SECRET_KEY"])
    back_up(folder.parent / "another")

    assert (folder.parent / "another" / "secret_key").read_text() == app.config["SECRET_KEY"]


@pytest.mark.only_sqlite
def test_a_key_that_no_setting_has_comes_back_too(filled, back_up, restored, app, tmp_path):
    (app.config["DATA_DIR"] / "secret_key").write_text(app.config["SECRET_KEY"])
    back_up()

    code, _, findings = restored(SECRET_KEY="", look=lambda: list(audit.verify()))

    assert (code, findings) == (0, [])
    assert (tmp_path / "elsewhere-0" / "secret_key").read_text() == app.config["SECRET_KEY"]


def spoil_file(folder):
    file = next(path for path in (folder / "files").rglob("*") if path.is_file())
    file.write_bytes(file.read_bytes()[:-1] + b"!")
    return f"{file} is not as it was when the backup was made"


def lose_database(folder):
    (folder / "pressroom.db").unlink()
    return f"{folder / 'pressroom.db'} is not as it was when the backup was made"


def forge_manifest(folder):
    said = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**said, "made_at": "2030-01-01T00:00:00+00:00"}))
    return "PRESSROOM_SECRET_KEY is not the one that this backup was made under, or its manifest was changed"


def stop_before_the_end(folder):
    (folder / "manifest.json").unlink()
    return f"{folder} is not a whole backup: it has no manifest.json"


@pytest.mark.only_sqlite
@pytest.mark.parametrize("spoil", [spoil_file, lose_database, forge_manifest, stop_before_the_end])
def test_what_is_not_whole_is_not_put_back(filled, back_up, restored, folder, spoil, tmp_path):
    back_up()
    reason = spoil(folder)

    code, printed, _ = restored()

    assert (code, printed) == (1, f"Error: {reason}\n")
    assert not (tmp_path / "elsewhere-0" / "files").exists()


@pytest.mark.only_sqlite
def test_under_another_key_it_is_not_put_back(filled, back_up, restored):
    back_up()

    code, printed, _ = restored(SECRET_KEY="another" * 6)

    assert (code, printed[:33]) == (1, "Error: PRESSROOM_SECRET_KEY is no")


def test_nothing_is_put_over_an_office_or_a_backup(filled, back_up, restored, app):
    back_up()

    with pytest.raises(moving.Impossible, match="is not empty"):
        back_up()
    url = db.engine.url.render_as_string(hide_password=False)
    code, printed, _ = restored(DATABASE_URL=url)

    assert (code, printed[:42]) == (1, "Error: the database is not empty: see its ")
    assert everything() == filled


def test_a_file_that_is_not_there_is_named(filled, back_up):
    key = min(filled[1])
    storage.delete(key)

    assert back_up()[-1:] == [f"The database named the file {key}, and it was not there."]


@pytest.mark.only_sqlite
def test_an_older_backup_is_brought_up_to_date(filled, back_up, restored, folder):
    back_up()
    said = json.loads((folder / "manifest.json").read_text())
    with moving.reached(f"sqlite:///{folder / 'pressroom.db'}") as engine:
        command.downgrade(moving.configuration(engine), "0016")
    backups.seal(folder, {name: said[name] for name in ("made_at", "migration", "rows", "gone")})

    code, _, releases = restored(look=lambda: len(rows.everything(db.engine)["release"]))

    assert (code, releases) == (0, len(filled[0]["release"]))


def test_who_was_erased_since_is_erased_again(app, back_up, restored, tmp_path):
    ada, _ben, cleo = (
        builders.a_contact(name, email=f"{name.lower()}@press.example") for name in ("Ada", "Ben", "Cleo")
    )
    builders.a_message(recipient="Ada@Old.example")
    request = builders.an_application(email="dora@press.example")
    alert = builders.a_subscription("emil@press.example")
    with writing():  # before the backup: she came back
        erasure.erase([], [cleo.email], silence=True, by=SYSTEM, at=clock.now() - timedelta(days=1))
        db.session.commit()
    back_up()
    with writing():
        now = clock.now()
        erasure.erase([ada], [ada.email, "ada@old.example"], silence=True, by=SYSTEM, at=now)
        requests.erase(request, by=APPLICANT, at=now)
        alerts.erase(alert, at=now)
        db.session.commit()
        erasures.keep(now)

    def look():
        return (
            sorted(db.session.scalars(db.select(Contact.email))),
            [db.session.query(kind).count() for kind in (Application, Subscription, Copy)],
            db.session.scalars(db.select(Message.recipient).where(Message.recipient.ilike("ada%"))).all(),
            suppressions.of(["ada@press.example", "ben@press.example"], "contacts"),
            list(audit.verify()),
        )

    code, printed, found = restored("--erasures", app.config["DATA_DIR"] / "erasures", look=look)

    assert "erased again: 4." in printed
    assert (code, found) == (
        0, (["ben@press.example", "cleo@press.example"], [0, 0, 0], [], {"ada@press.example"}, []),
    )  # fmt: skip
    file = (app.config["DATA_DIR"] / "erasures").read_text()
    assert not any(word in file for word in ("ada", "press.example", "dora"))


@pytest.mark.only_sqlite
def test_the_file_of_erasures_outlives_the_database_and_ends_with_the_journal(app):
    path = app.config["DATA_DIR"] / "erasures"
    now = clock.now()
    old, young = now - audit.KEPT - timedelta(seconds=1), now - audit.KEPT + timedelta(minutes=1)
    path.write_text(
        f"{old.isoformat()} alert.erase subscription:1\n{young.isoformat()} alert.erase subscription:2\n"
    )
    with writing():
        alerts.erase(builders.a_subscription(), at=now)
        db.session.commit()

    erasures.keep(now)
    first = path.read_text()
    erasures.keep(now)

    assert [line.split()[2] for line in first.splitlines()] == [
        "subscription:2", db.session.scalar(db.select(audit.Entry.subject).filter_by(action="alert.erase")),
    ]  # fmt: skip
    assert path.read_text() == first


@pytest.mark.only_sqlite
def test_a_file_that_is_none_of_erasures_stops_it(filled, back_up, restored, tmp_path):
    back_up()
    (tmp_path / "notes.txt").write_text("Ada was erased yesterday\n")

    code, printed, _ = restored("--erasures", tmp_path / "notes.txt")

    assert (code, printed) == (1, f"Error: {tmp_path / 'notes.txt'} is not a file of erasures\n")
