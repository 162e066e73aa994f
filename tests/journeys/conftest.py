"""The program as its users run it: real processes, a real browser, real mail."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path
from threading import Event

import pytest
from flask import current_app

from pressroom import cli, clock, demo, engine
from pressroom.access import Role
from pressroom.cli import COMMAND_LINE
from pressroom.database import db, writing
from pressroom.staff import workflow as staff
from tests.conftest import make_app
from tests.smtp import Smtp

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PASSWORD = "a long enough phrase"
SECRET = "k" * 40  # of the office's processes, and of the tests that look into its database


def pytest_generate_tests(metafunc):
    """A journey is made with JavaScript on SQLite, without on PostgreSQL, as far as both are asked for."""
    if "scripted" not in metafunc.fixturenames:
        return
    asked = metafunc.config.getoption("--database")
    kinds = ("sqlite", "postgresql") if asked == "both" else (asked, asked)
    names = ("scripted", "database_kind")[: 1 + ("database_kind" in metafunc.fixturenames)]
    values = [(True, kinds[0])[: len(names)], (False, kinds[1])[: len(names)]]
    ids = ["with-javascript", "without-javascript"]
    metafunc.parametrize(names, values, ids=ids, scope="module", indirect=True)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    return {**browser_type_launch_args, "executable_path": path, "args": CHROMIUM}


class Office:
    """A press office that runs: `url`, its mail server `smtp`, and its commands."""

    def __init__(self, folder: Path, smtp: Smtp, *, database: str = ""):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.smtp, self.folder, self.port = smtp, folder, port
        self.url = f"http://127.0.0.1:{port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PRESSROOM_")},
            "PRESSROOM_ENV": "development",
            "PRESSROOM_DATA_DIR": str(folder),
            "PRESSROOM_DATABASE_URL": database,
            "PRESSROOM_SECRET_KEY": SECRET,
            "PRESSROOM_BASE_URL": self.url,
            "PRESSROOM_MAIL_URL": smtp.url,
            "PRESSROOM_MAIL_FROM": "Press office <press@office.example>",
            "PRESSROOM_UNDO_SECONDS": "1",
        }

    def run(self, *arguments, **options):
        command = [sys.executable, "-m", "pressroom.cli", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=60, **options
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    @contextlib.contextmanager
    def serving(self):
        command = [sys.executable, "-m", "pressroom.cli", "serve", "--port", str(self.port), "--with-worker"]
        with subprocess.Popen(command, cwd=ROOT, env=self.environment) as server:
            try:
                self._wait_until_it_answers(server)
                yield
            finally:
                server.terminate()
                server.wait(timeout=30)

    def _wait_until_it_answers(self, server):
        pause = Event()
        for _ in range(900):  # a busy machine needs long
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{self.url}/en/", timeout=5).close()
                return
            assert server.poll() is None, "the server ended"
            pause.wait(0.1)
        raise TimeoutError("the server does not answer")

    def mail(self, recipient, words):
        """The message to `recipient` whose subject contains `words`, once it has arrived."""
        with self.smtp._arrived:
            found = self.smtp._arrived.wait_for(lambda: self._find(recipient, words), timeout=30)
        assert found, (
            f"no “{words}” to {recipient} among {[(m.recipient, m.subject) for m in self.smtp.messages]}"
        )
        return self._find(recipient, words)

    def _find(self, recipient, words):
        return next((m for m in self.smtp.messages if m.recipient == recipient and words in m.subject), None)

    @contextlib.contextmanager
    def inside(self):
        """The office's application in this process, to look at what it holds, or to put there what no page need do."""
        settings = {
            name.removeprefix("PRESSROOM_"): value
            for name, value in self.environment.items() if name.startswith("PRESSROOM_")
        }  # fmt: skip
        with (app := make_app(self.folder, **settings)).app_context():
            try:
                yield app
            finally:
                db.session.remove()
                db.engine.dispose()

    @contextlib.contextmanager
    def commands(self):
        """As `run`, in this process: a program takes seconds to start."""
        with self.inside() as app:
            cli.register(app)

            def run(*arguments):
                done = app.test_cli_runner().invoke(args=arguments, catch_exceptions=False)
                assert done.exit_code == 0, done.output
                return done.output.strip()

            yield run

    def employ(self, role):
        """Zoé Martin works here."""
        with self.inside(), writing():
            staff.add(
                email="zoe@office.example", name="Zoé Martin", role=role, language="en", password=PASSWORD,
                at=clock.now(), by=COMMAND_LINE,
            )  # fmt: skip
            db.session.commit()


def link(message, part):
    """The address in a message's plain text that contains `part`."""
    return re.search(rf"\S+{part}\S+", message.text)[0]


@pytest.fixture(scope="module")
def office(database_kind, tmp_path_factory):
    """An office with an administrator, served with its worker."""
    folder = tmp_path_factory.mktemp("office")
    url = database_kind.create(folder, like=database_kind.migrated)
    with Smtp() as smtp:
        office = Office(folder, smtp, database=url)
        office.employ(Role.ADMIN)
        with office.serving():
            yield office
    database_kind.drop(url)


@pytest.fixture(scope="module")
def example(known, tmp_path_factory):
    """The example press office in test mode, served: its address."""
    folder, kind = tmp_path_factory.mktemp("example"), known("sqlite")
    with Smtp() as nobody:
        office = Office(folder, nobody, database=kind.create(folder, like=kind.migrated))
        office.environment |= {"PRESSROOM_MAIL_URL": "", "PRESSROOM_ENV": "demo"}
        with office.inside(), writing():
            demo.load(at=clock.now())
            db.session.commit()
            engine.run_due(current_app)
        with office.serving():
            yield office.url


def follow(page, control):
    """Click on what leads to another page, and wait until that is there: a click alone does not."""
    with page.expect_navigation():
        control.click()


def press(page, name):
    """Press the button that is called so, and wait for the page that it leads to."""
    follow(page, page.get_by_role("button", name=name, exact=True))


def demo_sign_in(page, url):
    _sign_in(page, url, "admin@foundation.example", demo.PASSWORD)


def sign_in(page, office, email="zoe@office.example"):
    _sign_in(page, office.url, email, PASSWORD)


def _sign_in(page, url, email, password):
    page.goto(f"{url}/desk/sign-in")
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(password)
    follow(page, page.locator("main button"))


@pytest.fixture(scope="module")
def scripted(request):
    return request.param


@pytest.fixture
def page(scripted, browser):
    """A page whose browser complains about nothing: no console error, no refused resource."""
    context = browser.new_context(java_script_enabled=scripted, locale="fr-FR", timezone_id="Europe/Paris")
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.scripted = scripted
    page.set_default_timeout(15_000)
    yield page
    context.close()
    assert complaints == []
