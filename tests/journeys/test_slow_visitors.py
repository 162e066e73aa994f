"""Visitors who stop in the middle, and an office that serves without a proxy in front: real connections."""

import contextlib
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from pressroom import serving, storage
from pressroom.accreditation.models import Application
from pressroom.database import db, writing
from tests import builders
from tests.journeys.conftest import ROOT, Office
from tests.smtp import Smtp

STALLED = 20  # far more than a process works on at a time
# As `pressroom serve`, but for how long somebody may be silent.
PROGRAM = "from pressroom import cli, serving; serving.SILENCE = 4; cli.main()"
HALF = (
    b'--x\r\nContent-Disposition: form-data; name="proof_file"; filename="card.pdf"\r\n\r\n'
    + b"x" * 1_000_000
)


@pytest.fixture
def site(database_kind, tmp_path):
    """An office that serves, the process, and the address of a form."""
    with Smtp() as smtp:
        url = database_kind.create(tmp_path, like=database_kind.migrated)
        office = Office(tmp_path, smtp, database=url)
        with office.inside(), writing():
            form = builders.form_address(builders.an_event())
        command = [sys.executable, "-c", PROGRAM, "serve", "--port", str(office.port)]
        with subprocess.Popen(command, cwd=ROOT, env=office.environment) as process:
            try:
                office._wait_until_it_answers(process)
                yield office, process, form
            finally:
                process.kill()
        database_kind.drop(url)


def half_sent(office, form, stack):
    """A connection on which half of a form has been sent, and no more comes."""
    visitor = stack.enter_context(socket.create_connection(("127.0.0.1", office.port), timeout=40))
    head = f"POST {form} HTTP/1.1\r\nHost: 127.0.0.1:{office.port}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
    visitor.sendall(f"{head}Content-Length: {2 * len(HALF)}\r\n\r\n".encode() + HALF)
    return visitor


def rest(visitor):
    """What the office says to the end of the connection."""
    said = b""
    with contextlib.suppress(ConnectionError):
        while piece := visitor.recv(65536):
            said += piece
    return said


def test_visitors_who_stop_half_way_keep_nobody_waiting_and_not_the_office_from_stopping(site):
    office, process, form = site
    with contextlib.ExitStack() as stack:
        stalled = [half_sent(office, form, stack) for _ in range(STALLED)]
        for number in range(4):
            with urllib.request.urlopen(f"{office.url}/en/?{number}", timeout=20) as page:
                assert page.status == 200
        # Nobody waits for them for ever.
        assert {rest(visitor)[:12] for visitor in stalled} <= {b"", b"HTTP/1.1 400"}

        last, began = half_sent(office, form, stack), time.monotonic()
        process.terminate()
        assert process.wait(2 * serving.KILL_AFTER) == 0
        assert time.monotonic() - began < serving.KILL_AFTER
        assert rest(last)[:12] in (b"", b"HTTP/1.1 400")

    with office.inside():
        assert db.session.scalars(db.select(Application)).all() == []
        assert list(storage.store().files()) == []
