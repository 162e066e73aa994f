"""Web and worker as processes: what is killed comes back, what is stopped ends cleanly."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from threading import Event

import pytest

from tests.journeys.conftest import ROOT, Office
from tests.smtp import Smtp


def children(pid):
    """The processes that a process started, by command line."""
    listing = subprocess.run(
        ["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 2) for line in listing.splitlines()[1:]]
    return {int(own): args for own, parent, args in rows if int(parent) == pid}


def until(condition):
    pause, deadline = Event(), time.monotonic() + 20
    while not (found := condition()):
        assert time.monotonic() < deadline, "in vain"
        pause.wait(0.1)
    return found


@pytest.fixture
def office(tmp_path):
    with Smtp() as smtp:
        office = Office(tmp_path, smtp)
        office.run("db", "upgrade")
        yield office


def workers(server):
    return [pid for pid, args in children(server.pid).items() if "pressroom.cli worker" in args]


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_dies_is_started_again_and_all_end_together(office, stop):
    command = [sys.executable, "-m", "pressroom.cli", "serve", "--port", str(office.port), "--with-worker"]
    with subprocess.Popen(command, cwd=ROOT, env=office.environment) as server:
        office._wait_until_it_answers(server)
        first = until(lambda: workers(server))
        os.kill(first[0], signal.SIGKILL)
        second = until(lambda: [pid for pid in workers(server) if pid not in first])
        urllib.request.urlopen(f"{office.url}/fr/", timeout=5).close()

        server.send_signal(stop)
        assert server.wait(timeout=30) == 0

    for pid in (*first, *second):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_the_demo_starts_from_nothing_and_stops_at_once(office):
    environment = {**office.environment, "PRESSROOM_ENV": "demo", "PRESSROOM_MAIL_URL": ""}
    del environment["PRESSROOM_BASE_URL"]
    command = [sys.executable, "-m", "pressroom.cli", "demo", "--port", str(office.port)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as demo:
        try:
            office._wait_until_it_answers(demo)
            with urllib.request.urlopen(f"{office.url}/robots.txt", timeout=5) as robots:
                assert f"Sitemap: {office.url}/sitemap.xml" in robots.read().decode()
        finally:  # or a test that fails would wait for it for ever
            os.killpg(demo.pid, signal.SIGINT)
            printed, _ = demo.communicate(timeout=30)

    assert "officer@foundation.example" in printed
