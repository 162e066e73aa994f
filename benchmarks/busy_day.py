"""A busy day in ten minutes: readers, applicants and a mailing at once, over real processes on this machine.

    python -m benchmarks.busy_day [--minutes 10] [--postgresql | --database URL]

Prints, and writes to busy_day.json for `make bench` to put into docs/performance.md: how long each kind of request took
(median and 99th percentile, milliseconds), how many were answered with an error, how many messages left, and the memory
of each process at the start and at the end.
"""

import argparse
import http.cookiejar
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import quantiles

from sqlalchemy import func

from benchmarks import dispatch, queue, release_page, seeding
from benchmarks.form_post import TYPED
from benchmarks.load import free_port, wait_for
from pressroom.accreditation.models import Application
from pressroom.database import db, new_id, writing
from pressroom.delivery.models import Message, State
from tests import servers

RESULTS = Path(__file__).parent / "busy_day.json"
RELEASES, MESSAGES = 2_000, 100_000
READERS, APPLICANTS = 6, 2
PAGES = (
    "/fr/",
    "/en/",
    "/fr/releases/",
    "/fr/releases/?q=ba",
    "/fr/feed.atom",
    "/fr/events/",
    "/sitemap.xml",
)
FORM = "/fr/events/forum/accreditation"
# What the cluster of the tests does without: a day that is measured loses nothing either, and is cleaned up after.
SAFE = dict.fromkeys(("fsync", "full_page_writes", "autovacuum"), "on")
WARM_UP = 20  # seconds after which memory is looked at first


class Times:
    """How long requests took by what they were, in milliseconds, and what went wrong."""

    def __init__(self):
        self._taken, self.errors, self._lock = defaultdict(list), defaultdict(int), threading.Lock()

    def ask(self, what: str, opener: urllib.request.OpenerDirector, request: urllib.request.Request) -> str:
        """The page that answers; "" when none did."""
        began = time.perf_counter()
        try:
            with opener.open(request, timeout=30) as answer:
                page, wrong = answer.read().decode(), None
        except urllib.error.HTTPError as refused:
            page, wrong = "", f"{what}: {refused.code}"
        except OSError as failure:
            page, wrong = "", f"{what}: {type(failure).__name__}"
        taken = (time.perf_counter() - began) * 1000
        with self._lock:
            self._taken[what].append(taken)
            if wrong:
                self.errors[wrong] += 1
        return page

    def table(self) -> dict[str, dict[str, float]]:
        rows = {}
        for what, taken in self._taken.items():
            cuts = quantiles(taken, n=100)
            rows[what] = {"requests": len(taken), "p50": round(cuts[49], 1), "p99": round(cuts[98], 1)}
        return rows


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks.busy_day", description=__doc__)
    options.add_argument("--minutes", type=float, default=10)
    kind = options.add_mutually_exclusive_group()
    kind.add_argument(
        "--postgresql", action="store_true", help="on a cluster that is made for it; else on SQLite"
    )
    kind.add_argument("--database", default="", help="the address of an empty PostgreSQL database")
    asked = options.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        smtp = stack.enter_context(dispatch.sink())
        if asked.postgresql:
            asked.database = stack.enter_context(servers.postgres(**SAFE)).create("press")
        stack.enter_context(seeding.office(Path(folder), RELEASES, database=asked.database))
        with writing():
            queue.add_event()
            mailing = dispatch.to_send(b"")
            dispatch.write(mailing, MESSAGES)
            sent = db.select(func.count(Message.id)).filter_by(state=State.ACCEPTED, dispatch_id=mailing.id)
        releases = release_page.paths()[:500]
        # Nothing is read meanwhile: SQLite could not take up its log, PostgreSQL would end the session.
        db.session.rollback()
        with _office(folder, asked.database, smtp) as (url, server):
            result = _day(url, server, releases, asked.minutes * 60)
        result["applications"] = db.session.query(Application).count()
        result["messages"] = db.session.scalar(sent)
        kind = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[db.engine.dialect.name]
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    RESULTS.write_text(
        json.dumps({**kept, kind: result}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    )
    print(json.dumps({kind: result}, indent=2, ensure_ascii=False))


@contextmanager
def _office(folder: str, database: str, smtp: int) -> Iterator[tuple[str, subprocess.Popen]]:
    """Two web processes and a worker."""
    port = free_port()
    environment = {
        "PRESSROOM_DATA_DIR": folder, "PRESSROOM_ENV": "development", "PRESSROOM_SECRET_KEY": "k" * 40,
        "PRESSROOM_BASE_URL": f"http://127.0.0.1:{port}", "PRESSROOM_DATABASE_URL": database,
        "PRESSROOM_MAIL_URL": f"smtp://127.0.0.1:{smtp}?tls=none", "PRESSROOM_MAIL_FROM": dispatch.SENDER,
        "PRESSROOM_PROXY_COUNT": "1",  # each applicant comes from an address of their own
    }  # fmt: skip
    command = [
        sys.executable,
        "-m",
        "pressroom.cli",
        "serve",
        "--port",
        str(port),
        "--workers",
        "2",
        "--with-worker",
    ]
    with subprocess.Popen(command, env={**os.environ, **environment}) as server:
        try:
            wait_for(port)
            yield f"http://127.0.0.1:{port}", server
        finally:
            server.send_signal(signal.SIGTERM)


def _day(url: str, server: subprocess.Popen, releases: Sequence[str], seconds: float) -> dict:
    times, over, memory = Times(), threading.Event(), []
    people = [_reader] * READERS + [_applicant] * APPLICANTS
    threads = [threading.Thread(target=_again, args=(one, times, url, releases, over)) for one in people]
    for thread in threads:
        thread.start()
    for wait in (min(WARM_UP, seconds / 2), seconds - min(WARM_UP, seconds / 2)):
        time.sleep(wait)  # the day itself: others are at work meanwhile
        memory.append(_memory(server.pid))
    over.set()
    for thread in threads:
        thread.join()
    return {
        "minutes": round(seconds / 60, 2), "requests": times.table(), "errors": dict(times.errors),
        "memory": list(zip(*memory, strict=True)),
    }  # fmt: skip


def _again(act: Callable, times: Times, url: str, releases: Sequence[str], over: threading.Event) -> None:
    while not over.is_set():
        act(times, url, releases)


def _reader(times: Times, url: str, releases: Sequence[str]) -> None:
    """Reads one of the pages that everybody reads, or one of many releases."""
    path = random.choice(PAGES if random.random() < 0.5 else releases)
    request = urllib.request.Request(url + path, headers={"X-Forwarded-For": _address()})
    times.ask("a page", urllib.request.build_opener(), request)


def _applicant(times: Times, url: str, _releases: Sequence[str]) -> None:
    """Fills in the form, looks at it once more, and sends it."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
    sender, typed = {"X-Forwarded-For": _address()}, {**TYPED, "email": f"{new_id()}@telegraphe.example"}

    def send(what: str, path: str, page: str, values: dict) -> str:
        hidden = dict(re.findall(r'name="(csrf_token|draft|started)"[^>]* value="([^"]+)"', page))
        body = urllib.parse.urlencode({**hidden, **values}).encode()
        return times.ask(what, opener, urllib.request.Request(url + path, body, sender))

    form = times.ask("the form", opener, urllib.request.Request(url + FORM, headers=sender))
    check = send("the form, typed", FORM, form, typed)
    send("the form, sent", f"{FORM}/check", check, {})


def _address() -> str:
    return f"10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(1, 255)}"


def _memory(pid: int) -> list[int]:
    """Megabytes that a process and those that it started hold, each, the first one first."""
    listing = subprocess.run(["ps", "-eo", "pid,ppid,rss"], capture_output=True, text=True, check=True).stdout
    rows = [tuple(map(int, line.split())) for line in listing.splitlines()[1:]]
    return [round(rss / 1024) for own, parent, rss in rows if pid in (own, parent)]


if __name__ == "__main__":
    main()
