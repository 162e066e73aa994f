"""The commands, run in the test's own process; the journeys run them as real ones."""

import socket
from datetime import UTC, datetime

import docx
import pytest

from pressroom import audit, cli, clock
from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.delivery import outgoing, transport
from pressroom.delivery.models import Message, State
from pressroom.example import ExampleRow
from pressroom.releases.models import Release
from pressroom.staff.models import Staff
from tests import builders
from tests.conftest import make_app
from tests.smtp import Smtp


@pytest.fixture
def run(app):
    """Runs a command: (exit code, standard output, standard error)."""
    cli.register(app)

    def run_(*arguments, **options):
        result = app.test_cli_runner().invoke(args=list(arguments), **options)
        db.session.rollback()
        return result.exit_code, result.stdout, result.stderr

    return run_


def test_somebody_is_added_with_a_password(run):
    assert run("staff", "add", "zoe@office.example", "--role", "officer", "--password-stdin", input="a long enough phrase\n") == (
        0, "zoe@office.example can sign in.\n", "",
    )  # fmt: skip
    person = db.session.scalar(db.select(Staff))
    assert (person.email, person.name, person.role, person.language) == (
        "zoe@office.example",
        "zoe",
        "officer",
        "fr",
    )


def test_somebody_is_added_with_a_link_to_set_up_the_account(run, client):
    code, printed, _ = run(
        "staff", "add", "zoe@office.example", "--role", "admin", "--name", "Zoé", "--language", "en"
    )

    assert code == 0
    assert printed.startswith("http://press.example/desk/set-up/")
    assert client.get(printed.strip().removeprefix("http://press.example")).status_code == 200


def test_an_address_is_added_once(run):
    run("staff", "add", "zoe@office.example", "--role", "admin")

    code, _, error = run("staff", "add", "zoe@office.example", "--role", "admin")

    assert (code, error) == (1, "Error: This address already has an account.\n")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "release.docx"
    document = docx.Document()
    document.add_paragraph("Nice, 18 October 2026")
    document.add_paragraph("Clusters go abroad", style="Title")
    document.add_paragraph("Eight clusters open offices.")
    document.save(path)
    return str(path)


def test_a_release_is_imported_published_and_translated(run, file, client, tmp_path):
    code, printed, _ = run("release", "import", file, "--language", "en", "--publish")
    release_id = printed.strip()
    assert (code, len(release_id)) == (0, 8)
    french = tmp_path / "communique.md"
    french.write_text(
        "# Les pôles partent à l’étranger\n\nNice, le 18 octobre 2026\n\nHuit pôles ouvrent des bureaux.\n"
    )

    assert run("release", "import", str(french), "--language", "fr", "--release", release_id, "--publish")[
        :2
    ] == (0, printed)

    pages = {
        language: client.get(f"/r/{release_id}", headers={"Accept-Language": language}, follow_redirects=True)
        for language in ("fr", "en")
    }
    assert "Huit pôles ouvrent des bureaux." in pages["fr"].text
    assert "Eight clusters open offices." in pages["en"].text
    assert db.session.get(Release, release_id).contact.name == "Pressroom"


def test_a_file_that_replaces_public_words_tells_readers_of_an_update(run, file, client, tmp_path):
    _, printed, _ = run("release", "import", file, "--language", "en", "--publish")
    newer = tmp_path / "newer.md"
    newer.write_text("# Clusters go abroad\n\nNice, 18 October 2026\n\nNine clusters open offices.\n")
    arguments = (
        "release",
        "import",
        str(newer),
        "--language",
        "en",
        "--release",
        printed.strip(),
        "--publish",
    )

    assert run(*arguments)[0] == 0

    page = client.get(f"/r/{printed.strip()}", headers={"Accept-Language": "en"}, follow_redirects=True).text
    assert ("Nine clusters" in page, "UPDATE" in page, "The text was updated." in page) == (True, True, True)
    assert "There is nothing new to publish in English." in run(*arguments)[2]


def test_a_release_under_embargo_does_not_exist_for_readers(run, file, client):
    code, printed, _ = run("release", "import", file, "--language", "en", "--embargo", "2099-11-24T10:00")

    assert code == 0
    assert client.get(f"/r/{printed.strip()}").status_code == 404


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--language", "de"], "unknown language"),
        (["--language", "en", "--embargo", "tomorrow"], "write it like 2026-11-24T10:00"),
        (["--language", "en", "--embargo", "2027-03-28T02:30"], "does not exist on that day"),
        (["--language", "en", "--release", "nobody"], "There is no release nobody."),
    ],
)
def test_a_bad_import_says_why_and_keeps_nothing(run, file, arguments, sentence):
    code, _, error = run("release", "import", file, *arguments)

    assert code != 0
    assert sentence in error
    assert db.session.scalars(db.select(Release)).all() == []


def test_a_file_that_cannot_be_read_is_named(run, tmp_path):
    bad = tmp_path / "bad.docx"
    bad.write_bytes(b"\xd0\xcf\x11\xe0 protected")

    code, _, error = run("release", "import", str(bad), "--language", "en")

    assert code == 1
    assert "bad.docx" in error


def test_due_does_what_has_fallen_due(run):
    message = builders.a_message()

    assert run("due")[0] == 0
    assert db.session.get(Message, message.id).state is State.KEPT


def test_check_tells_what_works(run, app):
    code, printed, _ = run("check")

    assert code == 0
    assert [line.split()[:2] for line in printed.splitlines() if " sqlite: " not in line] == [
        ["ok", "settings:"], ["ok", "database:"], ["ok", "secret:"], ["ok", "queue:"], ["ok", "limits:"], ["ok", "files:"],
        ["ok", "journal:"], ["ok", "example:"], ["ok", "migrations:"], ["ok", "disk:"], ["warning", "worker:"],
        ["ok", "mail:"],
    ]  # fmt: skip


def test_check_says_when_this_host_has_another_secret_than_the_one_that_wrote_the_journal(run, app):
    assert "secret: nothing is sealed with it yet" in run("check")[1]
    audit.record("mail.try", "mail:outgoing", by=SYSTEM, at=clock.now())
    db.session.commit()
    assert "secret: the one that the journal is sealed with" in run("check")[1]

    app.config["SECRET_KEY"] = "o" * 40

    code, printed, _ = run("check")
    assert (code, "failed  secret: PRESSROOM_SECRET_KEY is not the one" in printed) == (1, True)


def test_check_fails_while_the_queue_or_the_count_of_limits_cannot_be_reached(run, app):
    nowhere = "redis://127.0.0.1:1/0"
    elsewhere = make_app(app.config["DATA_DIR"], QUEUE_URL=nowhere, LIMITS_URL="memory://")
    app.extensions["engine"] = elsewhere.extensions["engine"]
    app.config["RATELIMIT_STORAGE_URI"] = nowhere

    code, printed, _ = run("check")

    assert code == 1
    assert "failed  queue: ConnectionError" in printed
    assert "failed  limits: the place where they are counted does not answer" in printed


def test_check_asks_the_mail_server_and_fails_with_it(run, app):
    with Smtp() as server:
        app.config["MAIL_URL"] = server.url
        transport.init_app(app)
        assert run("check")[:1] == (0,)

        code, printed, _ = run("check", "--send-test", "zoe@press.example")
        assert code == 0
        assert printed.splitlines()[-1].startswith("ok      test message: the server has taken it")
        assert [each.recipient for each in server.messages] == ["zoe@press.example"]

    code, printed, _ = run("check")
    assert code == 1
    assert "failed  mail: ConnectionRefusedError" in printed


def test_check_fails_while_mail_leaves_to_made_up_people(run, app):
    db.session.add(ExampleRow(table="event", key="4f7k2m9q1x3z"))
    db.session.commit()
    assert "example: loaded, and nothing leaves" in run("check")[1]

    with Smtp() as server:
        app.config["MAIL_URL"] = server.url
        transport.init_app(app)
        code, printed, _ = run("check")

    assert (code, "failed  example: loaded, and mail leaves to its made-up people" in printed) == (1, True)


def test_the_example_is_loaded_once(run):
    first, second = run("demo", "load"), run("demo", "load")

    assert (first[0], second[0]) == (0, 0)
    assert "officer@foundation.example" in first[1]
    assert db.session.scalar(db.select(db.func.count(Staff.id))) == 4


def test_a_bad_setting_ends_the_program_with_one_line(monkeypatch):
    monkeypatch.setenv("PRESSROOM_ENV", "nonsense")

    with pytest.raises(SystemExit) as end:
        cli.application()

    assert str(end.value) == "PRESSROOM_ENV must be development, demo or production."


def test_a_release_that_is_public_cannot_be_put_under_embargo_by_an_import(run, file, client, tmp_path):
    _, printed, _ = run("release", "import", file, "--language", "en", "--publish")
    french = tmp_path / "communique.md"
    french.write_text("# CANARI\n\nNice, le 18 octobre 2026\n\nHuit pôles ouvrent des bureaux.\n")

    code, _, error = run(
        "release",
        "import",
        str(french),
        "--language",
        "fr",
        "--release",
        printed.strip(),
        "--embargo",
        "2099-11-24T10:00",
    )

    assert (code, "its embargo cannot be set here" in error) == (1, True)
    assert "CANARI" not in client.get("/fr/releases/").text


def test_an_hour_with_its_own_offset_is_that_hour(run, file):
    run("release", "import", file, "--language", "en", "--embargo", "2099-11-24T10:00-05:00")

    assert db.session.scalar(db.select(Release)).embargo_until == datetime(2099, 11, 24, 15, tzinfo=UTC)


def test_nobody_is_added_in_a_language_that_is_not_there(run):
    code, _, error = run("staff", "add", "zoe@office.example", "--role", "admin", "--language", "xx")

    assert (code, "unknown language" in error) == (2, True)


def test_an_address_that_is_taken_is_said_in_one_line(run):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, printed, _ = run("serve", "--port", str(taken.getsockname()[1]))

    assert code == 1
    assert "Nothing can listen on" in printed


def test_mail_is_held_and_let_go(app, run):
    run("mail", "hold")
    assert outgoing.state(clock.now()).held_by == "pressroom"
    db.session.rollback()

    run("mail", "release")
    assert outgoing.state(clock.now()).held_at is None
