"""Hands one message at a time to the mail server, and says honestly what became of it.

Flask-Mail's connection with verified TLS and timeouts, and without exceptions for what servers do every
day: each attempt ends in an `Outcome`. It knows nothing of the message table.
"""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import flask_mail
from flask import current_app

from pressroom.config import BadSetting
from pressroom.delivery import mime
from pressroom.delivery.answers import Kind, Outcome, Stage, judge, one_line

MALFORMED = (
    "PRESSROOM_MAIL_URL must read smtp://user:password@host:587?tls=starttls (or tls=none)"
    " or smtps://user:password@host:465."
)


class Timeouts(NamedTuple):
    """Seconds to wait for: a connection and its greeting; an answer; the answer to the whole message."""

    connect: float = 10
    command: float = 60
    after_dot: float = 300


class Connection(flask_mail.Connection):
    """A connection that opens at the first message, is kept for the next ones, and is opened again at need."""

    def __enter__(self):
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def close(self) -> None:
        """Say goodbye; whatever the server makes of it changes no outcome."""
        if self.host:
            with suppress(OSError):
                self.host.sock.settimeout(self.mail.timeouts.connect)
                self.host.quit()
        self._drop()

    def send(self, message, envelope_from=None) -> None:
        raise NotImplementedError("A message leaves through deliver(), which says what became of it.")

    def deliver(
        self,
        raw: bytes,
        *,
        sender: str,
        recipient: str,
        before_data: Callable[[], bool],
        envid: str = "",
        meanwhile: Callable[[], object] = lambda: None,
    ) -> Outcome:
        """Hand `raw` (CRLF lines) to the server for one recipient; ask it to report failure and delay under `envid`.

        `before_data` is called once the server knows both addresses; it commits that the message may now
        leave, and answers False when another worker has taken it over. From there to the outcome may take
        one `command` and three `after_dot` timeouts. Its exceptions pass through, and nothing has left.
        `meanwhile` is called while the server makes up its mind on the whole message; it raises nothing.
        Raises ValueError for a wrong address.
        """
        sender, recipient = mime.address(sender), mime.address(recipient)
        outcome = Outcome(Kind.ACCEPTED, Stage.DOT)
        if not self.mail.suppress:
            outcome = self._offer(len(raw), sender, recipient, envid)
        if outcome.kind is Kind.ACCEPTED and not self._may_leave(before_data):
            outcome = Outcome(Kind.LEASE_LOST, Stage.DATA)
        if outcome.kind is Kind.ACCEPTED and not self.mail.suppress:
            outcome = self._hand_over(raw, meanwhile)
        if outcome.kind is Kind.ACCEPTED:
            flask_mail.email_dispatched.send(current_app._get_current_object(), message=raw)
        return outcome

    def configure_host(self) -> smtplib.SMTP:
        """Connect, encrypt and sign in. Never in smtplib's debug mode, which prints the password."""
        mail = self.mail
        if mail.use_ssl:
            context = ssl.create_default_context()
            host = smtplib.SMTP_SSL(mail.server, mail.port, timeout=mail.timeouts.connect, context=context)
        else:
            host = smtplib.SMTP(mail.server, mail.port, timeout=mail.timeouts.connect)
        try:
            host.sock.settimeout(mail.timeouts.command)
            # The end of a message must not wait for the receipt of its beginning (22 messages/s, not 800).
            host.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if mail.use_tls:
                host.starttls(context=ssl.create_default_context())
            host.ehlo_or_helo_if_needed()
            if mail.username:
                host.login(mail.username, mail.password)
        except BaseException:
            host.close()
            raise
        return host

    def _offer(self, size: int, sender: str, recipient: str, envid: str) -> Outcome:
        """Name size and addresses; nothing can leave yet."""
        kept = self.host is not None
        outcome = self._begin(size, sender, recipient, envid)
        if kept and self.host is None and outcome.stage in {Stage.CONNECT, Stage.MAIL}:
            # The server closed the connection between two messages, which is its right and no trouble.
            outcome = self._begin(size, sender, recipient, envid)
        return outcome

    def _begin(self, size: int, sender: str, recipient: str, envid: str) -> Outcome:
        outcome = self._step(Stage.CONNECT, self._open)
        if outcome.kind is not Kind.ACCEPTED:
            return outcome
        offered = self.host.esmtp_features
        limit = offered.get("size")
        if limit and limit.isdecimal() and 0 < int(limit) < size:
            reply = f"message of {size} octets, server limit {limit}"
            return Outcome(Kind.PERMANENT, Stage.SIZE, None, reply)
        mail, rcpt = f"mail FROM:<{sender}>", f"rcpt TO:<{recipient}>"
        if limit is not None:
            mail += f" SIZE={size}"
        if envid and "dsn" in offered:  # RFC 3461
            mail += f" RET=HDRS ENVID={_xtext(envid)}"
            rcpt += f" NOTIFY=FAILURE,DELAY ORCPT=rfc822;{_xtext(recipient)}"
        together = "pipelining" in offered  # RFC 2920: one turn instead of two
        outcome = self._step(Stage.MAIL, self._say, mail, rcpt if together else None)
        if limit is not None and outcome.code == 552:
            # RFC 1870 section 6.1: the message is at fault, not the sender
            return replace(outcome, kind=Kind.PERMANENT, stage=Stage.SIZE)
        if outcome.kind is Kind.ACCEPTED:
            ask = (self.host.getreply,) if together else (self.host.docmd, rcpt)
            outcome = self._step(Stage.RCPT, *ask)
        return outcome

    def _say(self, command: str, ahead: str | None) -> tuple[int, bytes]:
        """The answer to `command`. What is said `ahead` with it is answered next; it is read here when this was refused."""
        self.host.send("\r\n".join([command, *([ahead] if ahead else []), ""]))  # one packet
        answer = self.host.getreply()
        if ahead and answer[0] // 100 in {4, 5}:
            with suppress(OSError):  # it may have closed
                self.host.getreply()
        return answer

    def _may_leave(self, before_data: Callable[[], bool]) -> bool:
        try:
            ours = before_data()
        except BaseException:
            self._drop()
            raise
        if not ours:
            self._reset()
        return ours

    def _hand_over(self, raw: bytes, meanwhile: Callable[[], object]) -> Outcome:
        outcome = self._step(Stage.DATA, self._send_content, raw)
        if outcome.kind is Kind.ACCEPTED:
            outcome = self._step(Stage.DOT, self._hear, meanwhile)
        return outcome

    def _open(self) -> tuple[int, bytes]:
        if self.host is None:
            self.host = self.configure_host()
        return 250, b""

    def _send_content(self, raw: bytes) -> tuple[int, bytes]:
        """Content and final dot in one write: when it fails, the dot has not gone, and nothing has been handed over."""
        code, reply = self.host.docmd("data")
        if code == 354:
            self.host.sock.settimeout(self.mail.timeouts.after_dot)
            content = raw.replace(b"\r\n.", b"\r\n..")  # RFC 5321 section 4.5.2
            content = b"." + content if content.startswith(b".") else content
            self.host.send(content + (b".\r\n" if content.endswith(b"\r\n") else b"\r\n.\r\n"))
        return code, reply

    def _hear(self, meanwhile: Callable[[], object]) -> tuple[int, bytes]:
        meanwhile()
        code, reply = self.host.getreply()
        self.host.sock.settimeout(self.mail.timeouts.command)
        return code, reply

    def _step(self, stage: Stage, command: Callable[..., tuple[int, bytes]], *arguments) -> Outcome:
        """Take one step of the dialogue; ACCEPTED means go on. Leaves the connection clean, or drops it."""
        try:
            code, reply = command(*arguments)
        except OSError as error:  # smtplib's own trouble, a socket's or that of TLS
            self._drop()
            kind = Kind.IN_DOUBT if stage is Stage.DOT else Kind.TRANSPORT_TROUBLE
            reply = getattr(error, "smtp_error", "") or str(error) or type(error).__name__
            return Outcome(kind, stage, getattr(error, "smtp_code", None), one_line(reply))
        reply = one_line(reply)
        outcome = Outcome(judge(stage, code, reply), stage, code if code > 0 else None, reply)
        if outcome.kind is Kind.ACCEPTED:
            return outcome
        if code != 421 and code // 100 in {4, 5}:
            self._reset()
        else:
            self._drop()
        return outcome

    def _reset(self) -> None:
        """Forget the addresses named so far; a server that cannot is left."""
        if self.host:
            try:
                code, _ = self.host.rset()
            except OSError:
                code = None
            if code != 250:
                self._drop()

    def _drop(self) -> None:
        host, self.host = self.host, None
        if host:
            host.close()


class Mail(flask_mail.Mail):
    """Flask-Mail with this module's connection; configuration `MAIL_TIMEOUTS` replaces the `Timeouts`."""

    def init_mail(self, config, debug=False, testing=False):
        state = super().init_mail(config, debug, testing)
        state.timeouts = config.get("MAIL_TIMEOUTS", Timeouts())
        return state

    def connect(self) -> Connection:
        """Give a connection that is not open yet; use it in a `with` statement."""
        return Connection((self.app or current_app).extensions["mail"])


def mail_settings(url: str) -> dict[str, object]:
    """Turn `PRESSROOM_MAIL_URL` into Flask-Mail's configuration; an empty one means test mode.

    `smtp://user:password@host:587?tls=starttls|none` or `smtps://user:password@host:465`, user and
    password percent-encoded. STARTTLS is the rule on port 587 and wherever there is a password.
    Raises ValueError with one sentence, which never repeats the password.
    """
    if not url:
        return {"MAIL_SUPPRESS_SEND": True}
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode("ascii")
    except ValueError:  # its text may hold a piece of the password
        raise ValueError(MALFORMED) from None
    username, password = unquote(parts.username or ""), unquote(parts.password or "")
    port = port or (465 if parts.scheme == "smtps" else 587 if username else 25)
    usual = "starttls" if username or port == 587 else "none"
    choices = {"smtp": {"": usual, "tls=starttls": "starttls", "tls=none": "none"}, "smtps": {"": "smtps"}}
    tls = choices.get(parts.scheme, {}).get(parts.query)
    if not tls or not host or parts.path.strip("/") or parts.fragment:
        raise ValueError(MALFORMED)
    if bool(username) is not bool(password) or not (username + password).isascii():
        raise ValueError("PRESSROOM_MAIL_URL needs both a user and a password, in ASCII, or neither.")
    if username and tls == "none" and host not in {"localhost", "127.0.0.1", "::1"}:
        raise ValueError("PRESSROOM_MAIL_URL would send the password unencrypted: drop tls=none.")
    return {
        "MAIL_SERVER": host,
        "MAIL_PORT": port,
        "MAIL_USERNAME": username or None,
        "MAIL_PASSWORD": password or None,
        "MAIL_USE_TLS": tls == "starttls",
        "MAIL_USE_SSL": tls == "smtps",
        "MAIL_SUPPRESS_SEND": False,
    }


def _xtext(value: str) -> str:
    """RFC 3461 section 4: what stands in a parameter; ASCII goes in."""
    return re.sub(r"[^!-*,-<>-~]", lambda odd: f"+{ord(odd[0]):02X}", value)


def init_app(app) -> None:
    """Set Flask-Mail up from PRESSROOM_MAIL_URL. Raises BadSetting."""
    try:
        app.config.update(mail_settings(app.config["MAIL_URL"]))
    except ValueError as bad:
        raise BadSetting(str(bad)) from bad
    app.extensions["mailer"] = Mail(app)
