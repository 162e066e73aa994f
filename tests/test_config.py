import os
import stat

import pytest

from pressroom import config
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


REDIS, PROMPTLY = "redis://queue.example/3", "?socket_connect_timeout=1&socket_timeout=3"


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
