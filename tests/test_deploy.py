"""The examples in docs/deploy say what the program understands. The journey of the same name runs it behind nginx."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from pressroom import cli, clock, health
from pressroom.config import SETTINGS

DEPLOY = Path(__file__).parent.parent / "docs" / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
UNITS = sorted(DEPLOY.glob("*.service"))
OURS = {name: service for name, service in COMPOSE.items() if service.get("image") == "pressroom"}


def commands():
    """Every command line of ours in the examples."""
    yield from (service["command"] for service in OURS.values())
    yield from (
        re.search(r"^ExecStart=/opt/pressroom/bin/(.+)$", unit.read_text(), re.MULTILINE)[1]
        .replace("%i", "8001")
        .split()
        for unit in UNITS
    )
    yield (
        re.search(r"^CMD \[(.+)\]$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)[1]
        .replace('"', "")
        .split(", ")
    )


@pytest.mark.parametrize("line", list(commands()), ids=" ".join)
def test_every_command_is_one_of_ours_with_options_that_it_has(app, line):
    cli.register(app)
    program, *words = line
    command = app.cli
    while words and not words[0].startswith("-"):
        command = command.commands[words.pop(0)]

    assert program == "pressroom"
    command.make_context("", words)  # raises on an option that it has not


def test_every_setting_is_one_of_ours():
    written = set(re.findall(r"^#?PRESSROOM_(\w+)=", (DEPLOY / "pressroom.env").read_text(), re.MULTILINE))
    for service in OURS.values():
        written |= {name.removeprefix("PRESSROOM_") for name in service["environment"]}

    assert len(written) > 8
    assert written - set(SETTINGS) == set()


def test_whoever_is_needed_is_there_and_nothing_starts_before_its_tables():
    for name, service in COMPOSE.items():
        assert (name, set(service.get("depends_on", ())) - set(COMPOSE)) == (name, set())
    for name in ("web", "web2", "worker"):
        assert OURS[name]["depends_on"]["migrations"] == {"condition": "service_completed_successfully"}
    hosts = re.findall(r"@(\w+)/|//(\w+):\d", str(OURS["web"]["environment"]))
    assert {one or other for one, other in hosts} == {"database", "redis"} <= set(COMPOSE)


def test_the_proxy_takes_as_much_as_the_application(app):
    megabytes = app.config["MAX_CONTENT_LENGTH"] // 1024**2

    assert f"client_max_body_size {megabytes}m;" in (DEPLOY / "nginx.conf").read_text()
    assert f"max_size {megabytes}MiB" in (DEPLOY / "Caddyfile").read_text()


def test_the_handbook_names_what_there_is(app):
    handbook = (DEPLOY.parent / "operating.md").read_text()
    figures = {
        f"pressroom_{name}" for name in (*health.figures(clock.now()), "requests_total", "request_seconds")
    }

    for target in re.findall(r"\]\(([^)#:]+)\)", handbook):
        assert (target, (DEPLOY.parent / target).exists()) == (target, True)
    assert set(re.findall(r"\bpressroom_\w+", handbook)) == figures
    anchors = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", handbook, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", handbook)) <= anchors


def test_whoever_stops_a_process_waits_for_what_it_finishes():
    from_units = {unit.stem: int(re.search(r"TimeoutStopSec=(\d+)", unit.read_text())[1]) for unit in UNITS}

    assert from_units == {"pressroom-web@": 35, "pressroom-worker": 90}
    assert {name: COMPOSE[name]["stop_grace_period"] for name in ("web", "worker")} == {
        "web": "35s",
        "worker": "90s",
    }


def test_the_units_are_understood(tmp_path):
    for unit in UNITS:
        text = (
            unit.read_text()
            .replace("/opt/pressroom/bin/pressroom", sys.executable)
            .replace("/usr/bin/curl", sys.executable)
        )
        (tmp_path / unit.name.replace("@", "@8001")).write_text(text)

    done = subprocess.run(
        ["systemd-analyze", "verify", *tmp_path.glob("*.service")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
