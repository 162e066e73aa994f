"""What is written of requests and events names nobody and opens nothing."""

import json
import logging
import re
import secrets
import sys

import pytest

from pressroom import logs
from tests.test_access import BY_TOKEN, rules

ADDRESS = "zoe.martin@canary.example"


@pytest.fixture
def app_in_production(its_own, monkeypatch):
    """Answers as in production."""
    monkeypatch.setenv("PRESSROOM_BASE_URL", "https://press.example")
    return its_own(
        ENV="production", SECRET_KEY=secrets.token_hex(24), BASE_URL="https://press.example",
        TRUSTED_HOSTS="press.example", MAIL_FROM="press@office.example",
    )  # fmt: skip


def lines(capfd):
    return capfd.readouterr().err.splitlines()


def test_a_request_is_one_line(app_in_production, capfd):
    response = app_in_production.test_client().get(
        f"/fr/releases/?q={ADDRESS}",
        base_url="https://press.example",
        environ_overrides={"HTTP_USER_AGENT": 'x\n{"level": "error"}', "REMOTE_ADDR": "192.0.2.99"},
        buffered=True,
    )

    (line,) = lines(capfd)
    written = json.loads(line)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", written.pop("time"))
    assert 0 <= written.pop("ms") < 60_000
    assert written == {
        "level": "info", "logger": "request", "request": response.headers["X-Request-ID"], "method": "GET",
        "path": "/fr/releases/", "status": response.status_code,
    }  # fmt: skip


def test_no_line_holds_a_token_or_an_address(app_in_production, capfd):
    """Every kind of address, its variable parts filled with what must not be written."""
    client, canaries = app_in_production.test_client(), []

    def canary(converter):
        canaries.append(ADDRESS if converter else secrets.token_urlsafe(16))
        return canaries[-1]

    asked = 0
    for rule in rules(app_in_production):
        for filled in (0, 1):
            path = re.sub(r"<(language:)?[^>]+>", lambda part: "fr" if part[1] else canary(filled), rule.rule)  # noqa: B023
            client.get(
                f"{path}?email={ADDRESS}&token={canary(0)}", base_url="https://press.example", buffered=True
            )
            asked += 1

    written = lines(capfd)
    assert len(written) == asked > 300
    assert {rule.endpoint for rule in rules(app_in_production)} >= BY_TOKEN
    assert [line for line in written if any(one in line for one in canaries)] == []


def test_what_is_looked_at_all_the_time_is_written_only_when_it_fails(app_in_production, capfd):
    client = app_in_production.test_client()

    client.get("/healthz", base_url="https://press.example", buffered=True)
    assert lines(capfd) == []

    client.get("/readyz", base_url="https://press.example", buffered=True)  # no worker
    assert [json.loads(line)["status"] for line in lines(capfd) if '"request"' in line] == [503]


@pytest.mark.parametrize("asked", ["x", "a" * 65, "abc\tdefgh", ADDRESS, "drop table;"])
def test_an_id_that_is_not_sane_is_replaced(client, asked):
    given = client.get("/healthz", headers={"X-Request-ID": asked}).headers["X-Request-ID"]

    assert re.fullmatch(r"[0-9a-f]{16}", given)


def test_a_sane_id_of_the_proxy_is_kept(client):
    asked = "7c5b1d52-1b7c-4d0e-9a55-1d2b3c4d5e6f"

    assert client.get("/healthz", headers={"X-Request-ID": asked}).headers.get_all("X-Request-ID") == [asked]


def test_outside_production_requests_leave_no_line(client, capfd):
    client.get("/fr/")

    assert lines(capfd) == []


def event(message, *values, exc_info=None):
    record = logging.LogRecord("pressroom.x", logging.ERROR, __file__, 1, message, values, exc_info)
    return logs.Lines().format(record)


def test_an_event_is_one_line_of_its_request_without_addresses_or_links():
    logs.request_id.set("abcd1234")
    try:
        raise ValueError(f"<{ADDRESS}> said\nno at /fr/kits/{'t' * 22}")
    except ValueError:
        line = event("task %s failed", ADDRESS, exc_info=sys.exc_info())

    written = json.loads(line)
    assert "\n" not in line
    assert (written["level"], written["logger"], written["request"]) == ("error", "pressroom.x", "abcd1234")
    assert written["event"].startswith("task *** failed\nTraceback")
    assert "ValueError: <***> said\nno at /fr/kits/•••" in written["event"]
    assert "canary" not in written["event"].replace(__file__, "")


def test_everything_that_is_logged_becomes_such_lines(capfd):
    root, ours = logging.getLogger(), logging.getLogger("pressroom")
    before = root.handlers[:], root.level, ours.level
    try:
        logs.begin()
        logging.getLogger("pressroom.delivery.postman").info("mail id=%s", "4f7k2m9q1x3z")
        logging.getLogger("flask-limiter").info("the limit of %s is reached", "192.0.2.7")
        logging.getLogger("huey").warning("cannot reach the queue")
        written = [json.loads(line) for line in lines(capfd)]
    finally:
        root.handlers[:], root.level, ours.level = before
        logging.captureWarnings(False)

    assert [(one["logger"], one["event"]) for one in written] == [
        ("pressroom.delivery.postman", "mail id=4f7k2m9q1x3z"),
        ("huey", "cannot reach the queue"),
    ]
