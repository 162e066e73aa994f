"""Every setting: its name, its default, one sentence about it, and the check at start.

Settings come from environment variables named `PRESSROOM_<NAME>`; the README lists them (a test compares).
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parseaddr
from importlib import import_module
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from email_validator import EmailNotValidError, validate_email
from limits import parse_many
from limits.errors import ConfigurationError
from limits.storage import storage_from_string
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from werkzeug.sansio.utils import host_is_trusted

from pressroom import storage
from pressroom.i18n import CATALOGUES


class Setting(NamedTuple):
    default: str
    sentence: str


SETTINGS = {
    "ENV": Setting(
        "development", "`development`, `demo` or `production`; production refuses unsafe settings."
    ),
    "SECRET_KEY": Setting(
        "", "Signs sessions and private links; kept in the data folder when unset (not in production)."
    ),
    "BASE_URL": Setting(
        "http://127.0.0.1:8000", "The public address; every link in a mail and a feed begins with it."
    ),
    "DATA_DIR": Setting(".data", "The folder of the database, of the files and of the queue."),
    "DATABASE_URL": Setting("", "An SQLAlchemy address; a SQLite file in the data folder when unset."),
    "STORAGE_URL": Setting(
        "",
        "Where files lie: `file:///folder`, or `s3://bucket/prefix?endpoint=https://…&region=…` (who we are comes from "
        "AWS’s own variables); a folder in the data folder when unset.",
    ),
    "MAIL_URL": Setting(
        "",
        "`smtp://user:pass@host:587?tls=starttls` (or `tls=none`), `smtps://…`; unset = test mode, nothing leaves.",
    ),
    "MAIL_FROM": Setting("Pressroom <press@pressroom.example>", "The sender that journalists see."),
    "BOUNCES_URL": Setting(
        "",
        "The mailbox that returned mail comes to: `imaps://user:pass@host/INBOX`, `imap://…?tls=starttls` (or `tls=none`), "
        "`maildir:/path`; unset = nothing is read.",
    ),
    "BOUNCES_ADDRESS": Setting(
        "",
        "That mailbox’s address, `bounces@host`: each message gets a return address of its own, `bounces+…@host`; unset "
        "= the address of `MAIL_FROM`.",
    ),
    "LANGUAGES": Setting(
        "fr,en", "Languages of the site, the first one for visitors who ask for none of them."
    ),
    "TIMEZONE": Setting("Europe/Paris", "The press office's time zone (IANA name)."),
    "TRUSTED_HOSTS": Setting(
        "", "Host names that the site answers to, separated by commas; any when unset (not in production)."
    ),
    "PROXY_COUNT": Setting("0", "How many reverse proxies stand in front, each adding one X-Forwarded-For."),
    "QUEUE_URL": Setting(
        "",
        "What wakes the workers: `redis://…` or `postgresql://…`; when unset, the database if that is PostgreSQL, else a "
        "file in the data folder.",
    ),
    "LIMITS_URL": Setting(
        "",
        "Where rate limits are counted: `redis://…`, or `memory://` (each process for itself); when unset, the Redis of "
        "the queue if there is one, else `memory://`.",
    ),
    "SENDING_LIMIT": Setting(
        "",
        "How many requests for accreditation one network address may send; raise it where many journalists share "
        "one. Unset: `5 per hour;20 per day` in production, more elsewhere.",
    ),
    "PAGE_CACHE_MB": Setting(
        "32", "How many megabytes of finished public pages each web process keeps; `0` = none."
    ),
    "METRICS_TOKEN": Setting(
        "",
        "What Prometheus must show to read `/metrics` (`Authorization: Bearer …`), 16 characters at least; unset = there "
        "is no such address.",
    ),
    "UNDO_SECONDS": Setting("300", "How long a decision's mail waits, so that the decision can be undone."),
}
SETTLED = {  # what no office can say otherwise
    # While Redis is gone, each process counts for itself; what was done when it went is not called a failure.
    "RATELIMIT_IN_MEMORY_FALLBACK_ENABLED": True,
    "RATELIMIT_SWALLOW_ERRORS": True,
    "RATELIMIT_HEADERS_ENABLED": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    # A form left open for hours still submits: the token lives as long as the session.
    "WTF_CSRF_TIME_LIMIT": None,
    "WTF_CSRF_SSL_STRICT": False,  # links from mails carry no referrer, by our own policy
    "MAX_CONTENT_LENGTH": 64 * 1024 * 1024,
    "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
    "MAX_FORM_PARTS": 200,
}
WEAK_SECRETS = ("dev", "change", "secret", "password", "example")


class BadSetting(Exception):
    """A setting makes it unsafe or impossible to start; `str()` is one line that names it, never its value."""


@contextmanager
def _or_refuse(sentence: str, *failures: type[Exception]) -> Iterator[None]:
    """What fails in one of these ways inside this block is a bad setting; `{}` in the sentence stands for why."""
    try:
        yield
    except failures as unfit:
        raise BadSetting(sentence.format(unfit)) from unfit


def load(overrides: dict | None = None) -> dict:
    """Read the environment (then `overrides`, named without the prefix) into a Flask configuration.

    Raises BadSetting on the first setting that cannot be used.
    """
    raw = {name: os.environ.get(f"PRESSROOM_{name}", setting.default) for name, setting in SETTINGS.items()}
    overrides = dict(overrides or {})
    raw.update({name: str(overrides.pop(name)) for name in list(overrides) if name in SETTINGS})
    if raw["ENV"] not in ("development", "demo", "production"):
        raise BadSetting("PRESSROOM_ENV must be development, demo or production.")
    if raw["ENV"] == "production":
        _demand_safety(raw)
    data_dir = Path(raw["DATA_DIR"]).absolute()
    with _or_refuse("PRESSROOM_DATA_DIR cannot be made: {0.strerror}.", OSError):
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {**_flask_keys(raw, data_dir), **overrides}


def _flask_keys(raw: dict, data_dir: Path) -> dict:
    secure = raw["BASE_URL"].startswith("https://")
    return {
        "ENV": raw["ENV"],
        "SECRET_KEY": raw["SECRET_KEY"] or _kept_secret(data_dir),
        "BASE_URL": raw["BASE_URL"].rstrip("/"),
        "DATA_DIR": data_dir,
        "SQLALCHEMY_DATABASE_URI": _database(raw["DATABASE_URL"]) or f"sqlite:///{data_dir / 'pressroom.db'}",
        # An error in the log repeats no mail; a connection that broke while nobody used it is replaced unseen.
        "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True, "pool_pre_ping": True},
        "STORAGE_URL": _storage(raw["STORAGE_URL"], data_dir),
        "MAIL_URL": raw["MAIL_URL"],
        "MAIL_FROM": _sender(raw["MAIL_FROM"]),
        "BOUNCES_URL": raw["BOUNCES_URL"],
        "BOUNCES_ADDRESS": _returns(raw["BOUNCES_ADDRESS"]),
        "LANGUAGES": _languages(raw["LANGUAGES"]),
        "TIMEZONE": _timezone(raw["TIMEZONE"]),
        "TRUSTED_HOSTS": _hosts(raw["TRUSTED_HOSTS"]) or None,
        "PROXY_COUNT": _whole_number("PROXY_COUNT", raw),
        "UNDO_SECONDS": _whole_number("UNDO_SECONDS", raw),
        "PAGE_CACHE_MB": _whole_number("PAGE_CACHE_MB", raw),
        "SENDING_LIMIT": _sending_limit(raw),
        "METRICS_TOKEN": _metrics_token(raw["METRICS_TOKEN"]),
        # A person needs longer than this for a form; what tries the product out need not wait.
        "TYPING_SECONDS": 3 if raw["ENV"] == "production" else 0,
        "QUEUE_URL": _prompt(queue := _queue(raw)),
        "RATELIMIT_STORAGE_URI": _prompt(
            _limits(raw["LIMITS_URL"] or (queue if _is_redis(queue) else "memory://"))
        ),
        "SESSION_COOKIE_NAME": "__Host-session" if secure else "session",
        "SESSION_COOKIE_SECURE": secure,
        **SETTLED,
    }


def _demand_safety(raw: dict) -> None:
    secret = raw["SECRET_KEY"]
    weak = any(word in secret.lower() for word in WEAK_SECRETS) or len(set(secret)) < 10
    problems = {
        "SECRET_KEY": len(secret) < 32 or weak,
        "BASE_URL": "PRESSROOM_BASE_URL" not in os.environ or not raw["BASE_URL"].startswith("https://"),
        "TRUSTED_HOSTS": not _hosts(raw["TRUSTED_HOSTS"]),
        "MAIL_FROM": raw["MAIL_FROM"] == SETTINGS["MAIL_FROM"].default,
    }
    for name, bad in problems.items():
        if bad:
            raise BadSetting(
                f"PRESSROOM_{name} is missing or unsafe for production: {SETTINGS[name].sentence}"
            )
    if not host_is_trusted(urlsplit(raw["BASE_URL"]).hostname, _hosts(raw["TRUSTED_HOSTS"])):
        raise BadSetting("PRESSROOM_BASE_URL must begin with https:// and one of PRESSROOM_TRUSTED_HOSTS.")
    if os.environ.get("FLASK_DEBUG", "0") not in ("", "0"):
        raise BadSetting("FLASK_DEBUG must be off in production.")


def _languages(value: str) -> tuple[str, ...]:
    languages = tuple(code.strip() for code in value.split(",") if code.strip())
    known = {"en", *(path.parent.parent.name for path in CATALOGUES.glob("*/LC_MESSAGES/messages.po"))}
    if not languages or set(languages) - known:
        raise BadSetting(
            f"PRESSROOM_LANGUAGES must name languages that have a catalogue: {', '.join(sorted(known))}."
        )
    return languages


def _hosts(value: str) -> list[str]:
    return [host.strip() for host in value.split(",") if host.strip()]


def _sender(value: str) -> str:
    with _or_refuse("PRESSROOM_MAIL_FROM must read address@host or Name <address@host>.", EmailNotValidError):
        validate_email(parseaddr(value)[1], check_deliverability=False, test_environment=True)
    return value


def _returns(value: str) -> str:
    """The address that others are made from: up to 28 characters more stand before its @ (RFC 5321 allows 64)."""
    if not value:
        return ""
    sentence = "PRESSROOM_BOUNCES_ADDRESS must read address@host, with 36 characters before the @ at most and no plus sign."
    with _or_refuse(sentence, EmailNotValidError):
        address = validate_email(value, check_deliverability=False, test_environment=True)
        if not address.ascii_email or len(address.local_part) > 64 - 28 or "+" in address.local_part:
            raise EmailNotValidError
    return address.ascii_email.lower()


def _database(value: str) -> str:
    unfit = "PRESSROOM_DATABASE_URL is malformed, or its driver is not installed."
    with _or_refuse(unfit, ArgumentError, NoSuchModuleError, ImportError):
        if value:
            make_url(value).get_dialect().import_dbapi()
    return value


def _queue(raw: dict) -> str:
    """The address of the queue as Redis or PostgreSQL's driver takes it, "" for a file in the data folder."""
    value = raw["QUEUE_URL"] or raw["DATABASE_URL"]
    unfit = "PRESSROOM_QUEUE_URL is malformed, or its driver is not installed."
    with _or_refuse(unfit, Exception):  # each driver has errors of its own
        if _is_redis(value):
            import_module("redis").ConnectionPool.from_url(value)
        elif value.startswith("postgresql"):
            value = make_url(value).set(drivername="postgresql").render_as_string(hide_password=False)
            import_module("psycopg").conninfo.conninfo_to_dict(value)
        elif raw["QUEUE_URL"]:
            raise ValueError
        else:
            value = ""
    return value


def _is_redis(value: str) -> bool:
    return value.startswith(("redis://", "rediss://"))


def _prompt(value: str) -> str:
    """A Redis that does not answer keeps nobody waiting for long; the address itself may say otherwise."""
    if not _is_redis(value):
        return value
    return f"{value}{'&' if '?' in value else '?'}socket_connect_timeout=1&socket_timeout=2"


def _storage(value: str, data_dir: Path) -> str:
    with _or_refuse("PRESSROOM_STORAGE_URL cannot be used: {}.", ValueError):
        storage.at(value, data_dir)
    return value


def _limits(value: str) -> str:
    unfit = "PRESSROOM_LIMITS_URL is malformed, or its driver is not installed."
    with _or_refuse(unfit, ConfigurationError, ValueError, ImportError):
        storage_from_string(value)
    return value


def _sending_limit(raw: dict) -> str:
    usual = "5 per hour;20 per day" if raw["ENV"] == "production" else "60 per hour;200 per day"
    with _or_refuse("PRESSROOM_SENDING_LIMIT must read like 5 per hour;20 per day.", ValueError):
        parse_many(raw["SENDING_LIMIT"] or usual)
    return raw["SENDING_LIMIT"] or usual


def _metrics_token(value: str) -> str:
    if value and (len(value) < 16 or not value.isascii() or not value.isprintable()):
        raise BadSetting("PRESSROOM_METRICS_TOKEN must have 16 printable ASCII characters at least.")
    return value


def _timezone(value: str) -> ZoneInfo:
    unknown = "PRESSROOM_TIMEZONE must be an IANA time zone such as Europe/Paris."
    with _or_refuse(unknown, ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(value)


def _whole_number(name: str, raw: dict) -> int:
    if not raw[name].isdecimal():
        raise BadSetting(f"PRESSROOM_{name} must be a whole number.")
    return int(raw[name])


def _kept_secret(data_dir: Path) -> str:
    """The secret of an office that set none: made once, readable by its owner only."""
    path = data_dir / "secret_key"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text()
