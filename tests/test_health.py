"""What operators ask of the running application."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from pressroom import clock, health, heartbeat
from pressroom.checking import Level
from pressroom.database import db
from pressroom.delivery.models import State
from tests import builders
from tests.counting import counting

TOKEN = "a-token-of-some-length"
READY = {"ready": True, "database": "ok", "migrations": "ok", "storage": "ok", "queue": "ok", "worker": "ok"}


@pytest.fixture
def alive(app):
    """A worker has just been heard of."""
    heartbeat.beat("here:1", clock.now())


def parts(client, **headers):
    response = client.get("/readyz", headers=headers)
    assert response.headers["Cache-Control"] == "no-store"
    return response.status_code, response.json


def test_a_process_that_lives_says_so_whatever_its_host_and_its_database(app, client):
    app.config["TRUSTED_HOSTS"] = ["press.example"]

    with counting() as asked:
        response = client.get("/healthz", headers={"Host": "192.0.2.7:8000"})

    assert (response.status_code, response.text, asked) == (200, "ok\n", [])
    assert response.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in response.headers


def test_all_that_is_in_order_is_ready_for_whoever_asks_by_number(app, client, alive):
    app.config["TRUSTED_HOSTS"] = ["press.example"]

    assert parts(client, Host="192.0.2.7") == (200, READY)
    assert client.head("/readyz").status_code == 200
    assert client.post("/readyz").status_code == 405


def test_a_worker_that_is_not_heard_of_is_missed(app, client):
    assert parts(client) == (503, {**READY, "ready": False, "worker": "silent"})

    heartbeat.beat("here:1", clock.now() - timedelta(seconds=91))
    assert parts(client)[0] == 503

    heartbeat.beat("there:2", clock.now() - timedelta(seconds=80))
    assert parts(client) == (200, READY)


def test_a_message_that_should_have_left_long_ago_is_said(client, alive):
    message = builders.a_message(state=State.QUEUED)
    message.next_at = clock.now() - timedelta(minutes=11)
    db.session.commit()

    assert parts(client) == (503, {**READY, "ready": False, "queue": "late"})


@pytest.mark.parametrize(("version", "word"), [("0001", "behind"), ("9999", "ok")])
def test_a_database_that_waits_for_its_migrations_is_said_and_one_that_is_ahead_serves(
    client, alive, version, word
):
    db.session.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    db.session.commit()
    try:
        assert parts(client)[1] == {**READY, "ready": word == "ok", "migrations": word}
    finally:
        db.session.execute(
            text("UPDATE alembic_version SET version_num = :version"), {"version": health._revisions()[0]}
        )
        db.session.commit()


@pytest.mark.only_sqlite
def test_a_database_that_cannot_be_written_is_said_and_the_rest_is_not_guessed(client, alive):
    db.session.execute(text("PRAGMA query_only=ON"))
    db.session.rollback()
    unknown = dict.fromkeys(("migrations", "queue", "worker"), "unknown")

    assert parts(client) == (503, {**READY, "ready": False, "database": "failed", **unknown})


def test_a_disk_that_is_nearly_full_is_said(client, alive, monkeypatch):
    monkeypatch.setattr(health, "LEAST_FREE", 1.1)

    assert parts(client) == (503, {**READY, "ready": False, "storage": "full"})


def test_a_folder_that_cannot_be_written_is_said(app, client, alive, tmp_path):
    app.config["DATA_DIR"] = tmp_path / "nowhere"

    assert parts(client)[1]["storage"] == "failed"


def test_workers_that_ended_are_forgotten(app):
    now = clock.now()
    for worker, age in (("old:1", timedelta(days=2)), ("here:1", timedelta(0)), ("here:1", timedelta(0))):
        heartbeat.beat(worker, now - age)

    assert db.session.scalars(db.select(heartbeat.Heartbeat.worker)).all() == ["here:1"]


@pytest.mark.parametrize("given", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}é"])
def test_figures_are_nowhere_for_whoever_lacks_the_token(app, client, given):
    app.config["METRICS_TOKEN"] = TOKEN
    headers = {} if given is None else {"Authorization": given}

    assert client.get("/metrics", headers=headers).status_code == 404


def test_without_a_token_there_are_no_figures(client):
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_figures_tell_what_waits(app, client, alive):
    app.config["METRICS_TOKEN"] = TOKEN
    for state, count in ((State.QUEUED, 2), (State.IN_DOUBT, 1)):
        for _ in range(count):
            builders.a_message(state=state).next_at = clock.now() - timedelta(minutes=3)
    builders.an_application()
    db.session.commit()

    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    lines = dict(line.rsplit(" ", 1) for line in response.text.splitlines() if not line.startswith("#"))
    assert response.content_type == "text/plain; version=0.0.4; charset=utf-8"
    assert float(lines["pressroom_queue_age_seconds"]) >= 180
    assert float(lines["pressroom_worker_silent_seconds"]) >= 0
    assert {name: lines[f'pressroom_{name}'] for name in (
        'messages{state="queued"}', 'messages{state="in_doubt"}', "applications_waiting", "mail_held", "mail_paused",
    )} == {'messages{state="queued"}': "2", 'messages{state="in_doubt"}': "1", "applications_waiting": "1", "mail_held": "0",
           "mail_paused": "0"}  # fmt: skip


def test_what_requests_say_is_known_without_the_database(app, client):
    app.config["METRICS_TOKEN"] = TOKEN
    db.session.execute(text("ALTER TABLE heartbeat RENAME TO away"))
    db.session.commit()
    try:
        response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    finally:
        db.session.execute(text("ALTER TABLE away RENAME TO heartbeat"))
        db.session.commit()

    assert response.status_code == 200
    assert "pressroom_request_seconds" in response.text
    assert "pressroom_messages" not in response.text


def checked(name):
    [found] = [result for result in health.results() if result.name == name]
    return found.level, found.words


def test_the_check_says_what_the_database_and_the_worker_wait_for(app, alive):
    assert checked("migrations") == (Level.OK, "the database has them all")
    assert checked("worker")[0] is Level.OK

    db.session.rollback()
    heartbeat.beat("here:1", clock.now() - timedelta(hours=1))
    db.session.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    assert checked("migrations") == (Level.FAILED, "the database waits for some: pressroom db upgrade")
    level, words = checked("worker")
    assert (level, words.startswith("heard of 360")) == (Level.WARNING, True)


def test_the_check_says_who_may_enter_the_data_folder(app, tmp_path):
    tmp_path.chmod(0o755)
    level, words = checked("disk")
    assert (level, "chmod 700" in words) == (Level.WARNING, True)

    tmp_path.chmod(0o700)
    level, words = checked("disk")
    assert (level, words.endswith("% free")) == (Level.OK, True)


def test_the_check_says_when_the_disk_is_nearly_full(app, monkeypatch):
    monkeypatch.setattr(health, "LEAST_FREE", 1.1)

    assert checked("disk")[0] is Level.FAILED


def test_a_check_that_breaks_is_one_that_failed(app, tmp_path):
    app.config["DATA_DIR"] = tmp_path / "nowhere"

    assert checked("disk") == (Level.FAILED, "FileNotFoundError")


@pytest.mark.only_sqlite
@pytest.mark.parametrize(
    ("version", "level"),
    [((3, 40, 1), Level.WARNING), ((3, 44, 6), Level.OK), ((3, 45, 0), Level.WARNING), ((3, 50, 7), Level.OK),
     ((3, 51, 2), Level.WARNING), ((3, 51, 3), Level.OK), ((3, 60, 0), Level.OK)],
)  # fmt: skip
def test_the_check_knows_the_versions_of_sqlite_that_may_lose_a_commit(app, monkeypatch, version, level):
    monkeypatch.setattr(sqlite3, "sqlite_version_info", version)

    assert checked("sqlite")[0] is level


@pytest.mark.only_postgresql
def test_the_check_asks_no_sqlite_that_is_not_used(app):
    assert checked("sqlite") == (Level.OK, "not used")


def test_the_kind_of_file_system_is_that_of_the_nearest_mount(tmp_path):
    (tmp_path / "mounts").write_text(
        "root / ext4 rw 0 0\nserver:/press /srv nfs4 rw 0 0\nfast /srv/press ext4 rw 0 0\n"
    )
    mounts = str(tmp_path / "mounts")

    assert [health._file_system(Path(path), mounts) for path in ("/srv/a/b", "/srv/press/b", "/var/b")] == [
        "nfs4",
        "ext4",
        "ext4",
    ]
    assert health._file_system(Path("/srv"), str(tmp_path / "nowhere")) == ""


@pytest.mark.only_sqlite
def test_the_check_warns_of_a_database_over_a_network(app, monkeypatch):
    monkeypatch.setattr(health, "NETWORKS", {health._file_system(Path(db.engine.url.database))})

    level, words = checked("sqlite")
    assert (level, "over a network" in words) == (Level.WARNING, True)
