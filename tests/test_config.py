import os
import stat
import sys

import pytest

from pressroom import cli, config
from pressroom.config import BadSetting

SAFE = {
    "ENV": "production",
    "SECRET_KEY": "9f2c4e7ab1d8405c96e3f7a2b5d81c04",
    "BASE_URL": "https://press.example",
    "TRUSTED_HOSTS": "press.example",
    "MAIL_FROM": "Press <press@office.example>",
}


@pytest.fixture
def environment(monkeypatch, tmp_path):
    """Sets PRESSROOM_* variables; the data folder is always the test's own."""
    for name in [name for name in os.environ if name.startswith("PRESSROOM_")]:
        monkeypatch.delenv(name)

    def set_(**values):
        for name, value in {"DATA_DIR": str(tmp_path / "data"), **values}.items():
            monkeypatch.setenv(f"PRESSROOM_{name}", value)

    return set_


def test_a_safe_production_starts(environment):
    environment(**SAFE)

    settings = config.load()

    assert (settings["BASE_URL"], settings["TRUSTED_HOSTS"]) == ("https://press.example", ["press.example"])
    assert (settings["SESSION_COOKIE_NAME"], settings["SESSION_COOKIE_SECURE"]) == ("__Host-session", True)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENV", "staging"),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "a" * 40),
        ("SECRET_KEY", "change-me-change-me-change-me-0123456789"),
        ("BASE_URL", "http://press.example"),
        ("BASE_URL", "https:///press"),
        ("BASE_URL", "https://another.example"),
        ("METRICS_TOKEN", "too-short"),
        ("METRICS_TOKEN", "long enough, with an é"),
        ("TRUSTED_HOSTS", ""),
        ("TRUSTED_HOSTS", ","),
        ("MAIL_FROM", "nobody in particular"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "oracle://a/b"),
        ("LIMITS_URL", "nonsense://here"),
        ("QUEUE_URL", "nonsense"),
        ("QUEUE_URL", "redis://host/0?socket_timeout=soon"),
        ("QUEUE_URL", "postgresql://host/press?no_such_option=1"),
        ("BOUNCES_ADDRESS", "nobody"),
        ("BOUNCES_ADDRESS", "a+b@office.example"),
        ("BOUNCES_ADDRESS", "b" * 37 + "@office.example"),
        ("DATA_DIR", "/proc/nowhere"),
        ("MAIL_FROM", config.SETTINGS["MAIL_FROM"].default),
        ("LANGUAGES", "fr,xx"),
        ("LANGUAGES", ""),
        ("TIMEZONE", "Europe/Atlantis"),
        ("UNDO_SECONDS", "five"),
        ("PROXY_COUNT", "-1"),
    ],
)
def test_an_unsafe_setting_is_refused_by_name_and_never_shown(environment, name, value):
    environment(**{**SAFE, name: value})

    with pytest.raises(BadSetting) as refusal:
        config.load()

    assert f"PRESSROOM_{name}" in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert len(value) < 5 or value not in str(refusal.value) or name == "MAIL_FROM"


REDIS, PROMPTLY = "redis://queue.example/3", "?socket_connect_timeout=1&socket_timeout=2"


@pytest.mark.parametrize(
    ("given", "queue", "limits"),
    [
        ({}, "", "memory://"),
        ({"QUEUE_URL": REDIS}, REDIS + PROMPTLY, REDIS + PROMPTLY),
        ({"QUEUE_URL": REDIS, "LIMITS_URL": "memory://"}, REDIS + PROMPTLY, "memory://"),
        ({"LIMITS_URL": REDIS}, "", REDIS + PROMPTLY),
        ({"DATABASE_URL": "postgresql+psycopg://a:b%40c@db/press"}, "postgresql://a:b%40c@db/press", "memory://"),
        ({"DATABASE_URL": "postgresql+psycopg://db/press", "QUEUE_URL": REDIS}, REDIS + PROMPTLY, REDIS + PROMPTLY),
        ({"QUEUE_URL": "postgresql+psycopg://q/press"}, "postgresql://q/press", "memory://"),
    ],
)  # fmt: skip
def test_one_setting_is_enough_for_several_hosts(environment, given, queue, limits):
    environment(**given)

    settings = config.load()

    assert (settings["QUEUE_URL"], settings["RATELIMIT_STORAGE_URI"]) == (queue, limits)


# One row each: what a hurried operator sets, and the key that the refusal must name.
BAD = {
    "no secret": ("SECRET_KEY", ""),
    "a weak secret": ("SECRET_KEY", "change-me-change-me-change-me-0123456789"),
    "no address": ("BASE_URL", None),
    "an address in the clear": ("BASE_URL", "http://canary.example"),
    "an address of another host": ("BASE_URL", "https://canary.example"),
    "no hosts": ("TRUSTED_HOSTS", ""),
    "the example's sender": ("MAIL_FROM", config.SETTINGS["MAIL_FROM"].default),
    "a mail server without a scheme": ("MAIL_URL", "canary.example:587"),
    "mail in the clear with a password": ("MAIL_URL", "smtp://user:canary@mail.example:25?tls=none"),
    "a database without a scheme": ("DATABASE_URL", "canary"),
    "a queue nobody knows": ("QUEUE_URL", "amqp://user:canary@host"),
    "a storage nobody knows": ("STORAGE_URL", "ftp://user:canary@host"),
    "a store of limits nobody knows": ("LIMITS_URL", "canary://here"),
    "a language without words": ("LANGUAGES", "fr,canary"),
    "a zone nobody knows": ("TIMEZONE", "Europe/Canary"),
    "proxies by name": ("PROXY_COUNT", "canary"),
    "a folder in a file": ("DATA_DIR", "/etc/hostname/canary"),
    "a mailbox nobody can read": ("BOUNCES_URL", "pop3://user:canary@host"),
}


@pytest.mark.parametrize("command", ["serve", "worker"])
@pytest.mark.parametrize("bad", BAD)
def test_a_bad_production_is_refused_in_one_line_that_names_the_key(
    environment, monkeypatch, capsys, command, bad
):
    name, value = BAD[bad]
    environment(**{**SAFE, name: value or ""})
    if value is None:
        monkeypatch.delenv(f"PRESSROOM_{name}")
    monkeypatch.setattr(sys, "argv", ["pressroom", command])

    with pytest.raises(SystemExit) as end:
        cli.main()

    printed = capsys.readouterr()
    said = (
        end.value.code if isinstance(end.value.code, str) else printed.err
    )  # a text is printed, and the status is 1
    assert (end.value.code not in (0, None), printed.out) == (True, "")
    assert f"PRESSROOM_{name}" in said
    assert len(said.strip().splitlines()) == 1
    assert "canary" not in said.lower()


def test_production_never_starts_in_debug(environment, monkeypatch):
    environment(**SAFE)
    monkeypatch.setenv("FLASK_DEBUG", "1")

    with pytest.raises(BadSetting, match="FLASK_DEBUG"):
        config.load()


def test_a_secret_is_made_once_and_only_its_owner_reads_it(environment, tmp_path):
    environment()

    first, second = config.load()["SECRET_KEY"], config.load()["SECRET_KEY"]

    assert first == second
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_the_address_for_returned_mail_is_read_in_lower_case_and_ascii(environment):
    environment(BOUNCES_ADDRESS="Bounces@Presse-Été.example", BOUNCES_URL="maildir:/var/mail/bounces")

    settings = config.load()

    assert settings["BOUNCES_ADDRESS"] == "bounces@xn--presse-t-h1ab.example"
    assert settings["BOUNCES_URL"] == "maildir:/var/mail/bounces"
