"""One of two instances runs behind the Caddy of docs/deploy, with TLS."""

import contextlib
import os
import socket
import ssl
import subprocess
from threading import Event

import pytest

from tests import servers
from tests.journeys.conftest import ROOT
from tests.journeys.test_deploy import NAME, Site


def proxy(site: Site, log) -> subprocess.Popen:
    """Caddy with the example, whose ports are those of a test, and a certificate of its own making."""
    example = (ROOT / "docs" / "deploy" / "Caddyfile").read_text()
    for ours, theirs in {
        "127.0.0.1:8001 127.0.0.1:8002": " ".join(f"127.0.0.1:{port}" for port in site.ports),
        f"\n{NAME} {{": f"\nhttps://{NAME}:{site.https} {{\n\ttls internal",
    }.items():
        assert ours in example
        example = example.replace(ours, theirs)
    alone = f"admin off\n\tskip_install_trust\n\tdefault_sni {NAME}\n\tauto_https disable_redirects"
    (site.folder / "Caddyfile").write_text(f"{{\n\t{alone}\n}}\n{example}")
    return subprocess.Popen(
        ["caddy", "run", "--config", site.folder / "Caddyfile", "--adapter", "caddyfile"],
        env={**os.environ, "XDG_DATA_HOME": str(site.folder), "XDG_CONFIG_HOME": str(site.folder)},
        stderr=log,
    )


@pytest.fixture(scope="module")
def site(known, tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    (folder / "data").mkdir(mode=0o700)
    known("sqlite").create(folder / "data", like=known("sqlite").migrated)
    with servers.redis_server() as redis, (folder / "caddy.log").open("w") as log:
        site = Site(folder, redis)
        caddy = proxy(site, log)
        site.start(up := site.ports[1])
        try:
            site.wait_for(up)
            for _ in range(300):
                with contextlib.suppress(OSError):
                    if site.ask("/healthz")[0] == 200:
                        break
                assert caddy.poll() is None, (folder / "caddy.log").read_text()
                Event().wait(0.1)
            yield site
            site.end(up)
        finally:
            caddy.terminate()
            caddy.wait(timeout=40)
            site.log.close()


def test_pages_come_from_the_instance_that_is_up(site):
    status, said, page = site.ask("/en/alerts")

    assert (status, f"https://{NAME}/en/".encode() in page) == (200, True)
    assert "__Host-session" in said["Set-Cookie"]  # it knows that the visitor came over TLS
    assert "default-src" in said["Content-Security-Policy"]


def test_the_visitors_own_address_counts_whatever_is_claimed(site):
    def left(source, claimed):
        headers = {
            "X-Forwarded-For": claimed,
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Proto": "http",
        }
        status, said, body = site.ask(
            "/en/alerts/begin", "POST", {"email": "a@press.example"}, headers=headers, source=source
        )
        assert (status, b"evil.example" in body) == (200, False)
        return int(said["X-RateLimit-Remaining"])

    first = left("127.0.0.2", "192.0.2.1")

    assert [left("127.0.0.2", f"192.0.2.{number}") for number in (2, 3)] == [first - 1, first - 2]
    assert left("127.0.0.3", "192.0.2.1") == first


def test_a_request_of_ten_megabytes_arrives_and_one_beyond_the_limit_does_not(site):
    ten = b"--x\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\na@press.example\r\n--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f\"\r\n\r\n" + b"x" * 10_000_000 + b"\r\n--x--\r\n"  # fmt: skip
    form = {"Content-Type": "multipart/form-data; boundary=x"}

    assert site.ask("/en/alerts/begin", "POST", ten, headers=form, source="127.0.0.6")[0] == 200
    with contextlib.suppress(
        BrokenPipeError, ConnectionResetError, ssl.SSLError
    ):  # closed before it has read all
        answer = site.ask("/en/alerts/begin", "POST", b"x" * 67_108_865, headers=form)
        assert (answer[0], b"too large" in answer[2]) == (413, True)


def test_who_sends_slowly_keeps_nobody_waiting(site):
    with contextlib.ExitStack() as slow:
        for number in range(20):
            plain = slow.enter_context(
                socket.create_connection(("127.0.0.1", site.https), source_address=("127.0.0.4", 0))
            )
            context = ssl._create_unverified_context()
            secured = slow.enter_context(context.wrap_socket(plain, server_hostname=NAME))
            secured.sendall(
                f"POST /en/alerts/begin HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 100\r\n\r\nemail={number}".encode()
            )

        assert [site.ask(f"/en/?slow={number}")[0] for number in range(4)] == [200] * 4


def test_what_operators_ask_is_closed(site):
    assert [site.ask(path)[0] for path in ("/metrics", "/readyz", "/healthz")] == [404, 404, 200]
