"""What the mail server of the office offers, what that means for its mail, and one message to try it."""

import contextlib
from collections.abc import Iterator
from datetime import datetime

from flask import current_app

from pressroom import links
from pressroom.checking import Broken, Level, Result, attempt
from pressroom.database import new_id
from pressroom.delivery import letters, mime, outbox
from pressroom.delivery.transport import Kind, Mail

SMALL = 10_000_000  # octets: the files of a kit, 7 MB together, are 9.6 MB once encoded
LONG = 70  # characters of an address from which some mail programs offer no way to end such mail
HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def results() -> Iterator[Result]:
    """One line on the server itself, then one for each of the extensions that matter here."""
    if not current_app.config["MAIL_URL"]:
        yield Result("mail", Level.OK, "test mode, nothing leaves")
        return
    offered: dict[str, str] = {}
    greeting = attempt("mail", lambda: _greet(offered))
    yield greeting
    if greeting.level is Level.OK:
        for name, describe in EXTENSIONS.items():
            yield Result(f"mail {name.upper()}", *describe(offered.get(name)))
    yield Result("mail links", *_address_length())


def send_test(recipient: str, *, language: str, at: datetime) -> Result:
    """Send one message to this address, now and past the queue, and say what the server answered."""
    return attempt("test message", lambda: _send(recipient, language, at))


def _greet(offered: dict[str, str]) -> str:
    """Sign in as the postman does, and note what the server offers, before and after encryption."""
    mail = _mail()
    with contextlib.closing(mail.connect().configure_host()) as server:
        server.ehlo_or_helo_if_needed()
        offered.update({"starttls": ""} if mail.use_tls else {}, **server.esmtp_features)
    return f"{mail.server}:{mail.port} answers" + (", and takes the password" if mail.username else "")


def _starttls(offered: str | None) -> tuple[Level, str]:
    mail = _mail()
    if mail.use_ssl:
        return Level.OK, "not needed, the connection is encrypted from its first byte"
    if mail.use_tls:
        return Level.OK, "used, the certificate is valid"
    if mail.server in HERE:
        return Level.OK, "not used, the server is on this machine"
    if offered is None:
        return Level.WARNING, "not offered: messages go to it unencrypted"
    return Level.WARNING, "offered and not used: write tls=starttls in PRESSROOM_MAIL_URL"


def _size(offered: str | None) -> tuple[Level, str]:
    limit = int(offered) if offered and offered.isdecimal() else 0
    if not limit:
        return Level.OK, "no limit announced"
    words = f"messages up to {limit / 1_000_000:.1f} MB"
    if limit < SMALL:
        return (
            Level.WARNING,
            f"{words}: a kit whose files are attached may need 10 MB (Postfix: message_size_limit)",
        )
    return Level.OK, words


def _dsn(offered: str | None) -> tuple[Level, str]:
    if offered is None:
        return (
            Level.WARNING,
            "not offered: what cannot be delivered may come back in a form that nobody recognises",
        )
    return Level.OK, "offered, failures are reported for each message"


def _auth(offered: str | None) -> tuple[Level, str]:
    if _mail().username:
        return Level.OK, f"used ({offered or 'the server no longer says which ways'})"
    return Level.OK, "not offered" if offered is None else f"offered ({offered.strip()}), not used"


def _eight_bits(offered: str | None) -> tuple[Level, str]:
    return Level.OK, (
        "not offered" if offered is None else "offered"
    ) + ", not needed: messages are plain ASCII"


EXTENSIONS = {"starttls": _starttls, "size": _size, "dsn": _dsn, "auth": _auth, "8bitmime": _eight_bits}


def _address_length() -> tuple[Level, str]:
    length = len(links.absolute("alerts.leave", token=links.mint("leave", "x")))
    if length > LONG:
        return (
            Level.WARNING,
            f"{length} characters to end such mail, more than {LONG}: use a shorter PRESSROOM_BASE_URL",
        )
    return Level.OK, f"{length} characters to end such mail"


def _send(recipient: str, language: str, at: datetime) -> str:
    if not current_app.config["MAIL_URL"]:
        raise Broken("test mode: set PRESSROOM_MAIL_URL first")
    sender = current_app.config["MAIL_FROM"]
    subject, text, html = outbox.compose("relay_test", language, tried_at=at)
    raw = mime.build(
        message_id=f"<{new_id(20)}@{mime.address(sender).rpartition('@')[2]}>", dated_at=at, sender=sender,
        recipient=recipient, reply_to=None, subject=subject, text=text, html=html, language=language,
        headers=[("Auto-Submitted", "auto-generated")],
    )  # fmt: skip
    with _mail().connect() as connection:
        outcome = connection.deliver(
            raw, sender=letters.returns_to(new_id()), recipient=recipient, before_data=lambda: True
        )
    said = f"{outcome.code or ''} {outcome.reply}".strip()
    if outcome.kind is not Kind.ACCEPTED:
        raise Broken(f"not taken ({outcome.stage}): {said}")
    return f"the server has taken it, and will deliver it or report: {said}"


def _mail() -> Mail:
    """The settings of the connection that the postman uses."""
    return current_app.extensions["mailer"]
