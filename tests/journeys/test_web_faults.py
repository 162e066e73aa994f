"""What becomes of forms that are sent while the web, or its database, dies and comes back: real processes, and people who
press the button again when nothing came back."""

import contextlib
import http.client
import http.cookiejar
import io
import random
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from datetime import timedelta

from flask_migrate import upgrade
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from pressroom import audit, clock, storage
from pressroom.accreditation.models import Application
from pressroom.database import db, writing
from tests import builders, servers
from tests.journeys.conftest import ROOT, Office
from tests.smtp import Smtp

PEOPLE = 4
PATIENCE = 120  # seconds: several programs start, on a machine that may have other things to do
# No answer at all: the program is gone, or went in the middle of it.
NO_ANSWER = (urllib.error.URLError, http.client.HTTPException, ConnectionError, TimeoutError)
CARD = builders.a_pdf()


class Web:
    """The web of an office, which can be killed and started again; `down` are the times in which something was away."""

    def __init__(self, office):
        self.office, self.up, self.down = office, threading.Event(), []

    def start(self):
        command = [sys.executable, "-m", "pressroom.cli", "serve", "--port", str(self.office.port)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=self.office.environment, start_new_session=True
        )
        self.office._wait_until_it_answers(self._process)
        self.up.set()

    def kill(self):
        """Every process of it, in the middle of whatever it does."""
        self.up.clear()
        listing = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True, check=True).stdout
        pairs = [tuple(map(int, line.split())) for line in listing.splitlines()[1:]]
        own = self._process.pid
        for pid in (own, *(pid for pid, parent in pairs if parent == own)):
            with contextlib.suppress(ProcessLookupError):
                subprocess.run(["kill", "-KILL", str(pid)], check=False)
        self._process.wait(PATIENCE)

    def end(self):
        self._process.terminate()
        self._process.wait(PATIENCE)

    @contextlib.contextmanager
    def away(self):
        """Within the block, errors are to be expected."""
        began = time.monotonic()
        yield
        self.down.append((began, time.monotonic()))


class Applicant:
    """Asks for accreditation, with a file; whenever nothing comes back, or a 503, does the same step again."""

    def __init__(self, web, form, answers):
        self._web, self._form, self._answers = web, form, answers
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)
        # A person each: what one address may send is limited.
        self._opener.addheaders = [
            ("X-Forwarded-For", f"10.0.{random.randrange(256)}.{random.randrange(256)}")
        ]

    def apply(self, email):
        """Until the page with the reference is there: that reference."""
        while True:
            page = self._until_answered(self._form)
            typed = {**builders.TYPED, "email": email}
            check = self._until_answered(self._form, self._hidden(page) | typed)
            if "/check" not in self._where:
                continue  # the session was made by a process that was killed before it was told to us
            self._until_answered(f"{self._form}/check", self._hidden(check))
            if "/applications/" in self._where:
                return email

    def _hidden(self, page):
        return dict(re.findall(r'name="(csrf_token|draft)"[^>]* value="([^"]+)"', page))

    def _until_answered(self, path, values=None):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            began = time.monotonic()
            status, page = self._ask(path, values)
            self._answers.append((began, time.monotonic(), status))
            if status == 200:
                return page
            assert status in (None, 503), (path, status)
            self._web.up.wait(PATIENCE)
            threading.Event().wait(0.2)  # a person's moment before the button is pressed again
        raise TimeoutError(path)

    def _ask(self, path, values):
        request = urllib.request.Request(self._web.office.url + path)
        if values:
            card = {"proof_file": FileStorage(io.BytesIO(CARD), "card.pdf")} if "email" in values else {}
            boundary, request.data = encode_multipart({**values, **card})
            request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
        try:
            with self._opener.open(request, timeout=30) as answer:
                self._where = answer.url
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except NO_ANSWER:
            return None, ""


def people_apply(web, form, count):
    """So many requests, from some people at once: a function that waits for them and gives the addresses of whoever was
    told that it has arrived; the list of all answers as (begun, ended, status or None), which grows; and a counter."""
    told, answers, todo, failed = [], [], iter(range(count)), []
    turn, some = threading.Lock(), threading.Condition()

    def go_on():
        try:
            while True:
                with turn:
                    number = next(todo, None)
                if number is None:
                    return
                told.append(Applicant(web, form, answers).apply(f"p{number}@telegraphe.example"))
                with some:
                    some.notify_all()
        except BaseException as failure:
            failed.append(failure)
            with some:
                some.notify_all()

    threads = [threading.Thread(target=go_on) for _ in range(PEOPLE)]
    for thread in threads:
        thread.start()

    def wait_for(number):
        """Until so many were told; the others go on."""
        with some:
            assert some.wait_for(lambda: failed or len(told) >= number, PATIENCE), len(told)
        assert failed == []

    def finish():
        for thread in threads:
            thread.join(PATIENCE)
        assert failed == []
        return told

    return wait_for, finish, answers


@contextlib.contextmanager
def an_office(folder, smtp, *, database=""):
    """Its application in this process, its web served, and the address of the form of an event."""
    office = Office(folder, smtp, database=database)
    office.environment |= {"PRESSROOM_PROXY_COUNT": "1"}
    with office.inside():
        upgrade()
        with writing():
            form = builders.form_address(builders.an_event())
        db.session.remove()
        db.engine.dispose()  # what is restarted later would cut this process off as well
        web = Web(office)
        web.start()
        try:
            yield web, form
        finally:
            web.end()


def all_is_there(told, count):
    """Everybody who was told that their request arrived has one, once, with its file; no file is nobody's."""
    emails = Counter(db.session.scalars(db.select(Application.email)))
    assert (sorted(told), emails) == (
        sorted(emails),
        Counter({f"p{n}@telegraphe.example": 1 for n in range(count)}),
    )
    proofs = [
        one for application in db.session.scalars(db.select(Application)) for one in application.documents
    ]
    assert len(proofs) == count
    assert {storage.read(proof.file_key)[:5] for proof in proofs} == {b"%PDF-"}
    assert list(audit.verify()) == []
    with writing():
        storage.sweep()
        storage.sweep_strays(clock.now() + timedelta(days=2))
        db.session.commit()
    assert {file.key for file in storage.store().files()} == storage.keys()


def test_a_web_that_is_killed_during_two_hundred_forms_loses_none(tmp_path):
    with Smtp() as smtp, an_office(tmp_path, smtp) as (web, form):
        wait_for, finish, _answers = people_apply(web, form, 200)
        for number in (30, 70, 110, 150):
            wait_for(number)
            web.kill()
            web.start()

        all_is_there(finish(), 200)


def test_a_postgresql_that_is_restarted_under_load_costs_errors_only_while_it_is_away(tmp_path):
    with (
        servers.postgres() as postgres, Smtp() as smtp,
        an_office(tmp_path, smtp, database=postgres.create("press")) as (web, form), worker(web.office) as process,
    ):  # fmt: skip
        wait_for, finish, answers = people_apply(web, form, 80)
        for number, how in ((15, signal.SIGINT), (35, signal.SIGQUIT), (55, signal.SIGINT)):
            wait_for(number)
            with web.away():
                postgres.end(how)
                postgres.start()
        told = finish()

        errors = [(began, ended, status) for began, ended, status in answers if status != 200]
        assert {status for _began, _ended, status in errors} <= {503}
        assert [
            error
            for error in errors
            if not any(error[0] < end and error[1] > start for start, end in web.down)
        ] == []
        all_is_there(told, 80)
        smtp.wait_for(80, PATIENCE)
        assert process.poll() is None


@contextlib.contextmanager
def worker(office):
    command = [sys.executable, "-m", "pressroom.cli", "worker"]
    with subprocess.Popen(command, cwd=ROOT, env=office.environment) as process:
        try:
            yield process
        finally:
            process.kill()
