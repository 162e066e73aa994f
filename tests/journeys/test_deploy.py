"""Two instances of the application behind the nginx of docs/deploy, with TLS, as an office on one machine runs it."""

import contextlib
import http.client
import itertools
import json
import os
import random
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import urllib.request
from datetime import timedelta
from pathlib import Path
from threading import Event
from urllib.parse import urlencode

import pytest

from pressroom import clock
from pressroom.database import db
from tests import builders, servers
from tests.conftest import make_app
from tests.journeys.conftest import ROOT

NAME = "press.example"
TOKEN = "only-for-prometheus"


def port_of_servers() -> int:
    """A free port below those that connections begin at: one of these could take it while its server starts anew."""
    while True:
        port = random.randrange(15_000, 32_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


class Site:
    """Where the site answers (`ask`), its two instances, and its commands."""

    def __init__(self, folder: Path, redis: servers.Redis):
        self.folder = folder
        self.https, self.http = servers.free_port(), servers.free_port()
        self.ports = [port_of_servers(), port_of_servers()]
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PRESSROOM_")},
            "PRESSROOM_ENV": "production", "PRESSROOM_SECRET_KEY": "9f2c4e7ab1d8405c96e3f7a2b5d81c04", "PRESSROOM_BASE_URL": f"https://{NAME}",
            "PRESSROOM_TRUSTED_HOSTS": NAME, "PRESSROOM_PROXY_COUNT": "1", "PRESSROOM_DATA_DIR": str(folder / "data"),
            "PRESSROOM_MAIL_FROM": "press@office.example", "PRESSROOM_LIMITS_URL": redis.url, "PRESSROOM_METRICS_TOKEN": TOKEN,
        }  # fmt: skip
        self.instances: dict[int, subprocess.Popen] = {}
        self.log = (folder / "requests.log").open("w")

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "pressroom.cli", *arguments]

    def start(self, port: int) -> None:
        self.instances[port] = subprocess.Popen(
            self.command("serve", "--port", str(port)), cwd=ROOT, env=self.environment, stderr=self.log
        )

    def wait_for(self, port: int) -> None:
        pause = Event()
        for _ in range(900):  # a busy machine needs long
            with contextlib.suppress(OSError):
                asked = f"http://127.0.0.1:{port}/healthz"  # as a probe does, by number
                with urllib.request.urlopen(asked, timeout=5) as answer:
                    assert answer.status == 200
                return
            assert self.instances[port].poll() is None, "the server ended"
            pause.wait(0.1)
        raise TimeoutError("the server does not answer")

    def end(self, port: int) -> None:
        self.instances[port].terminate()
        assert self.instances[port].wait(timeout=40) == 0

    def ask(self, path, method="GET", body=None, headers=None, source="127.0.0.1"):
        """(status, headers, body) of an answer that came through nginx."""
        unchecked = ssl._create_unverified_context()
        connection = http.client.HTTPSConnection(
            "127.0.0.1", self.https, timeout=30, context=unchecked, source_address=(source, 0)
        )
        with contextlib.closing(connection):
            if isinstance(body, dict):
                headers = {"Content-Type": "application/x-www-form-urlencoded", **(headers or {})}
                body = urlencode(body)
            connection.request(method, path, body, {"Host": NAME, **(headers or {})})
            response = connection.getresponse()
            return response.status, response.headers, response.read()


def proxy(site: Site) -> list[str]:
    """nginx with the example, whose places and ports are those of a test."""
    folder = site.folder
    certificate = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}", "-keyout",
                   folder / "privkey.pem", "-out", folder / "fullchain.pem"]  # fmt: skip
    subprocess.run(certificate, check=True, capture_output=True)
    example = (ROOT / "docs" / "deploy" / "nginx.conf").read_text()
    for ours, theirs in {
        "127.0.0.1:8001": f"127.0.0.1:{site.ports[0]}", "127.0.0.1:8002": f"127.0.0.1:{site.ports[1]}",
        "listen 80;": f"listen {site.http};", "listen 443 ssl": f"listen {site.https} ssl", "/etc/ssl/press.example": str(folder),
        "/var/cache/nginx/pressroom": str(folder / "cache"), "/var/log/nginx": str(folder), "/opt/pressroom/www": str(folder / "www"),
    }.items():  # fmt: skip
        assert ours in example
        example = example.replace(ours, theirs)
    example = re.sub(r"listen \[::\].*;", "", example)
    (folder / "www").mkdir()
    (folder / "www" / "static").symlink_to(ROOT / "pressroom" / "static")
    places = "".join(
        f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} daemon off; pid {folder / 'nginx.pid'}; error_log stderr crit; events {{}}\n"
        f"http {{ include /etc/nginx/mime.types; {places}\n{example}\n}}"
    )
    command = [
        shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"),
        "-p",
        str(folder),
        "-c",
        str(folder / "nginx.conf"),
    ]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    return command


@pytest.fixture(scope="module")
def site(known, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    (folder / "data").mkdir(mode=0o700)
    known("sqlite").create(folder / "data", like=known("sqlite").migrated)
    with servers.redis_server() as redis:
        site = Site(folder, redis)
        for port in site.ports:
            site.start(port)
        nginx = subprocess.Popen(proxy(site), stderr=subprocess.DEVNULL)
        try:
            for port in site.ports:
                site.wait_for(port)
            yield site
        finally:
            for process in (nginx, *site.instances.values()):
                process.terminate()
            for process in (nginx, *site.instances.values()):
                process.wait(timeout=40)
            site.log.close()


def test_a_page_is_made_once_a_second_for_all_and_never_shared_with_whoever_is_signed_in(site):
    numbers = [site.ask("/fr/?a=1")[1]["X-Request-ID"] for _ in range(5)]
    assert (
        len(set(numbers)) < 5
    )  # the same answer, number and all: on a slow machine not five times in a second

    own = {"Cookie": "__Host-session=x"}
    assert len({site.ask("/fr/?a=2", headers=own)[1]["X-Request-ID"] for _ in range(5)}) == 5
    assert "private" in site.ask("/fr/?a=2", headers=own)[1]["Cache-Control"]
    assert site.ask("/fr/?a=2")[1]["Cache-Control"].startswith("public")


def test_what_is_kept_crosses_no_embargo(site):
    app = make_app(site.folder / "data")
    with app.app_context():
        lifts = clock.now() + timedelta(seconds=4)
        words = {
            "en": builders.Words(title := "What nobody knows yet", "Nice", "One day.", "<p>It opens.</p>")
        }
        short = f"/r/{builders.a_published_release(embargo_until=lifts, words=words).id}"
        db.engine.dispose()

    while title not in (page := site.ask("/en/")[2].decode()):
        assert site.ask(short)[0] == 404 or clock.now() > lifts
        assert clock.now() < lifts + timedelta(seconds=30), "it never appeared"
        Event().wait(0.05)

    assert clock.now() >= lifts
    assert site.ask(short)[0] in (302, 303)
    assert title in page


def test_the_visitors_own_address_counts_whatever_is_claimed(site):
    def left(source, claimed):
        headers = {"X-Forwarded-For": claimed, "X-Forwarded-Host": "evil.example", "X-Real-IP": claimed}
        status, said, body = site.ask(
            "/en/alerts/begin", "POST", {"email": "a@press.example"}, headers=headers, source=source
        )
        assert (status, b"evil.example" in body) == (200, False)
        return int(said["X-RateLimit-Remaining"])

    first = left("127.0.0.2", "192.0.2.1")

    assert [left("127.0.0.2", f"192.0.2.{number}") for number in (2, 3, 4)] == [
        first - 1,
        first - 2,
        first - 3,
    ]
    assert left("127.0.0.3", "192.0.2.1") == first


def test_a_request_of_ten_megabytes_arrives_and_one_beyond_the_limit_does_not(site):
    ten = b"--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\na@press.example\r\n--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n" + b"x" * 10_000_000 + b"\r\n--x--\r\n"  # fmt: skip
    form = {"Content-Type": "multipart/form-data; boundary=x"}

    assert site.ask("/en/alerts/begin", "POST", ten, headers=form)[0] == 200
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # nginx closes before it has read all
        assert (
            site.ask("/en/alerts/begin", "POST", b"", headers={**form, "Content-Length": "67108865"})[0]
            == 413
        )


def test_who_sends_slowly_keeps_nobody_waiting(site):
    """More slow senders than the two instances have threads."""
    with contextlib.ExitStack() as slow:
        for number in range(20):
            plain = slow.enter_context(
                socket.create_connection(("127.0.0.1", site.https), source_address=("127.0.0.4", 0))
            )
            secured = slow.enter_context(ssl._create_unverified_context().wrap_socket(plain))
            secured.sendall(
                f"POST /en/alerts/begin HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 100\r\n\r\nemail={number}".encode()
            )

        assert [site.ask(f"/en/?slow={number}")[0] for number in range(4)] == [200] * 4


def test_static_files_come_from_the_disk_and_are_kept_for_a_year(site):
    name = re.search(r"/static/pressroom\.css\?v=\w+", site.ask("/en/")[2].decode())[0]

    status, said, _body = site.ask(name)
    assert (status, said["Cache-Control"], said["Content-Type"], said["X-Request-ID"]) == (
        200, "public, max-age=31536000, immutable", "text/css", None,
    )  # fmt: skip
    assert site.ask("/static/pressroom.css")[1]["Cache-Control"] == "no-cache"
    assert site.ask("/static/../pressroom.env")[0] in (400, 404)


def test_what_operators_ask_is_closed_to_others(site):
    assert site.ask("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})[0] == 404
    assert site.ask("/readyz", source="127.0.0.5")[0] == 403
    assert json.loads(site.ask("/readyz")[2])["database"] == "ok"
    assert site.ask("/healthz", source="127.0.0.5")[0] == 200


class Form:
    """The form to subscribe, as somebody has opened it; `send` posts it to one instance, past nginx."""

    def __init__(self, site, port, source):
        _status, said, page = site.ask("/en/alerts")
        self.fields = {
            "csrf_token": re.search(rb'name="csrf_token" value="([^"]+)"', page)[1].decode(),
            "email": f"{source.replace('.', '-')}@press.example",
            "language": "en",
        }
        self.port, self.answer = port, None
        self.headers = {
            "Host": NAME, "Content-Type": "application/x-www-form-urlencoded", "Cookie": said["Set-Cookie"].partition(";")[0],
            "X-Forwarded-Proto": "https", "X-Forwarded-For": source, "X-Forwarded-Host": NAME,
        }  # fmt: skip

    def send(self) -> None:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request("POST", "/en/alerts", urlencode(self.fields), self.headers)
            response = connection.getresponse()
            self.answer = response.status, response.headers["Location"], response.read().decode()


@contextlib.contextmanager
def locked(site):
    """Somebody else writes to the database for as long as this lasts."""
    intruder = sqlite3.connect(site.folder / "data" / "pressroom.db", isolation_level=None)
    intruder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        intruder.close()


@contextlib.contextmanager
def reading(site):
    """Three readers, one page after the other: what they were answered, a status or why there was none."""
    answers, ending, number = [], Event(), itertools.count()

    def read() -> None:
        while not ending.wait(0.1):
            try:
                answers.append(site.ask(f"/fr/?n={next(number)}")[0])
            except OSError as failure:
                answers.append(repr(failure))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        yield answers
    finally:
        ending.set()
        for reader in readers:
            reader.join()


def test_instances_are_started_anew_one_after_the_other_and_nobody_notices(site):
    """Neither who reads, nor who sends a form while the database is locked for three seconds: what waits is finished."""
    forms = [Form(site, site.ports[0], f"192.0.2.{number}") for number in (71, 72)]
    senders = [threading.Thread(target=form.send) for form in forms]
    with reading(site) as answers:
        with locked(site):
            for sender in senders:
                sender.start()
            Event().wait(1.5)  # they have arrived and wait: nothing tells
            site.instances[site.ports[0]].send_signal(signal.SIGTERM)
            Event().wait(1.5)
            assert [form.answer for form in forms] == [None, None]
        for sender in senders:
            sender.join()
        for port in site.ports:
            site.end(port)
            site.start(port)
            site.wait_for(port)

    assert [form.answer[:2] for form in forms] == [(303, "/en/alerts/asked")] * 2
    assert len(answers) > 20
    assert set(answers) == {200}


def test_a_database_locked_for_longer_says_so_and_what_was_typed_is_sent_again(site):
    form = Form(site, site.ports[1], "192.0.2.81")
    with locked(site):
        form.send()
        assert site.ask("/en/releases/?locked")[0] == 200  # who reads waits for nobody

    status, _location, page = form.answer
    assert (status, form.fields["email"] in page) == (503, True)
    kept = page.partition("<main")[2].partition("</form>")[0]
    form.fields = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', kept))
    form.send()

    assert form.answer[:2] == (303, "/en/alerts/asked")


# The last that needs them.
def test_when_no_instance_answers_visitors_are_told_to_come_back(site):
    for port in site.ports:
        site.end(port)

    status, said, body = site.ask("/fr/?away")

    assert (status, said["Retry-After"]) == (503, "30")
    assert "Le service redémarre" in body.decode()


def test_the_instances_wrote_no_address_and_no_link(site):
    lines = (site.folder / "requests.log").read_text().splitlines()

    assert [line for line in lines if "@" in line or "192.0.2." in line or "127.0.0." in line] == []
    assert {json.loads(line)["logger"] for line in lines} >= {"request"}
