"""The disk of the data folder is full: a real one, as small as this test needs, that only the server sees."""

import contextlib
import http.client
import json
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest

from pressroom.database import db
from tests import builders
from tests.conftest import make_app
from tests.journeys.conftest import ROOT, Office
from tests.smtp import Smtp

ROOM = 16 * 1024  # kilobytes


@pytest.fixture
def served(known, tmp_path):
    """An office whose data lie on a small disk of their own; the folder, as others than the server get into it."""
    source, disk = tmp_path / "source", tmp_path / "disk"
    source.mkdir()
    disk.mkdir()
    app = make_app(source, DATABASE_URL=known("sqlite").create(source, like=known("sqlite").migrated))
    with app.app_context():
        builders.a_published_release()
        db.engine.dispose()
    with Smtp() as nobody:
        office = Office(disk, nobody)
        office.environment["PRESSROOM_MAIL_URL"] = ""
        serve = [sys.executable, "-m", "pressroom.cli", "serve", "--port", str(office.port)]
        script = (
            f"mount -t tmpfs -o size={ROOM}k,mode=0700 none {shlex.quote(str(disk))} && "
            f"cp -R {shlex.quote(str(source))}/. {shlex.quote(str(disk))} && exec {shlex.join(serve)}"
        )
        own_mounts = (
            ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--mount"]
        )
        with subprocess.Popen([*own_mounts, "sh", "-c", script], cwd=ROOT, env=office.environment) as server:
            try:
                office._wait_until_it_answers(server)
                yield office, Path(f"/proc/{server.pid}/root{disk}")
            finally:
                server.terminate()
                server.wait(timeout=40)


def ask(office, path, fields=None, cookie=""):
    """(status, headers, text), following nothing."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", office.port, timeout=30)) as connection:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
        connection.request("POST" if fields else "GET", path, urlencode(fields or {}), headers)
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode(errors="replace")


def storage(office):
    return json.loads(ask(office, "/readyz")[2])["storage"]


def fill(disk: Path) -> Path:
    with contextlib.closing(sqlite3.connect(disk / "pressroom.db")) as database:
        database.execute(
            "PRAGMA wal_checkpoint(TRUNCATE)"
        )  # or the next change would fit into room that it has
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 4096)
    return ballast


def test_what_cannot_be_stored_is_said_and_kept_reading_goes_on_and_all_is_well_once_there_is_room(served):
    office, disk = served
    _status, said, page = ask(office, "/en/alerts")
    cookie = said["Set-Cookie"].partition(";")[0]
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
    assert storage(office) == "ok"

    ballast = fill(disk)
    form = {"csrf_token": token, "email": "zoe@press.example", "language": "en"}
    status, said, page = ask(office, "/en/alerts", form, cookie)

    assert (status, said["Retry-After"]) == (503, "60")
    assert "Nothing can be recorded at the moment" in page
    kept = dict(
        re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.partition("<main")[2])
    )
    assert kept == form
    assert storage(office) == "full"
    home = ask(office, "/en/")
    release = re.search(r'"(/en/releases/[0-9a-z]{8}/[^"]+)"', home[2])[1]
    pages = [
        "/en/",
        "/en/releases/?q=forum",
        release,
        f"{release}.pdf",
        "/en/events/",
        "/en/feed.atom",
        "/desk/sign-in",
    ]
    assert {path: ask(office, path)[0] for path in pages} == dict.fromkeys(pages, 200)

    ballast.unlink()

    assert storage(office) == "ok"
    assert ask(office, "/en/alerts", kept, cookie)[0] == 303
