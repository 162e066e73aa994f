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

from pressroom import demo
from tests.smtp import Smtp

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PASSWORD = "a long enough phrase"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    return {**browser_type_launch_args, "executable_path": path, "args": CHROMIUM}


class Office:
    """A press office that runs: `url`, its mail server `smtp`, and its commands."""

    def __init__(self, folder: Path, smtp: Smtp):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.smtp, self.folder, self.port = smtp, folder, port
        self.url = f"http://127.0.0.1:{port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PRESSROOM_")},
            "PRESSROOM_ENV": "development",
            "PRESSROOM_DATA_DIR": str(folder),
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
        for _ in range(300):
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


def link(message, part):
    """The address in a message's plain text that contains `part`."""
    return re.search(rf"\S+{part}\S+", message.text)[0]


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    """An office with an officer and the example data, served with its worker."""
    with Smtp() as smtp:
        office = Office(tmp_path_factory.mktemp("office"), smtp)
        office.run("db", "upgrade")
        office.run("staff", "add", "zoe@office.example", "--role", "admin", "--name", "Zoé Martin", "--language", "en",
                   "--password-stdin", input=PASSWORD + "\n")  # fmt: skip
        with office.serving():
            yield office


@contextlib.contextmanager
def office_of_the_example(folder):
    """The example press office in test mode, served: its address."""
    with Smtp() as nobody:
        office = Office(folder, nobody)
        office.environment |= {"PRESSROOM_MAIL_URL": "", "PRESSROOM_ENV": "demo"}
        office.run("db", "upgrade")
        office.run("demo", "load")
        office.run("due")
        with office.serving():
            yield office.url


def demo_sign_in(page, url):
    page.goto(f"{url}/desk/sign-in")
    page.locator("[name=email]").fill("admin@foundation.example")
    page.locator("[name=password]").fill(demo.PASSWORD)
    page.locator("main button").click()


def sign_in(page, office, email="zoe@office.example"):
    page.goto(f"{office.url}/desk/sign-in")
    page.locator("[name=email]").fill(email)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main button").click()


@pytest.fixture(params=[True, False], ids=["with-javascript", "without-javascript"])
def page(request, browser):
    """A page whose browser complains about nothing: no console error, no refused resource."""
    context = browser.new_context(
        java_script_enabled=request.param, locale="fr-FR", timezone_id="Europe/Paris"
    )
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.scripted = request.param
    page.set_default_timeout(15_000)
    yield page
    context.close()
    assert complaints == []
