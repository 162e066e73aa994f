"""Mail servers for tests: `Smtp` keeps what it receives, `Scripted` answers as badly as told."""

import contextlib
import email
import email.policy
import socket
import socketserver
import ssl
import subprocess
import threading
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

SECONDS = 10  # how long a test waits for what must come

DROP = object()  # close without an answer
SILENCE = object()  # never answer, and wait for the client to go


@dataclass(frozen=True)
class Received:
    """A message with its envelope."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw.replace(b"\r\n", b"\n"), policy=email.policy.default)

    @property
    def subject(self) -> str:
        return self.message["Subject"]

    @property
    def text(self) -> str:
        return self.message.get_body(["plain"]).get_content()

    @property
    def html(self) -> str:
        return self.message.get_body(["html"]).get_content()


class Smtp:
    """A well-behaved server on a free port; use it in a `with` statement.

    `replies[stage][address]` replaces an answer: at "mail" by sender, at "rcpt" and "dot" by recipient.
    With `login` ("user:password", told in `url`), messages need AUTH. `certificate` is the path of a PEM
    file with its key: STARTTLS is offered, or spoken from the start when `scheme` is "smtps".
    """

    def __init__(self, *, size=33_554_432, login=None, certificate=None, scheme="smtp"):
        self.messages: list[Received] = []
        self.replies: dict[str, dict[str, str]] = {"mail": {}, "rcpt": {}, "dot": {}}
        self._login = login
        self._arrived = threading.Condition()
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
        self._controller = _OnFreePort(
            self,
            server_hostname="mx.example",
            data_size_limit=size,
            ssl_context=context if scheme == "smtps" else None,
            tls_context=context if scheme == "smtp" else None,
            authenticator=self._authenticate,
            auth_require_tls=False,
        )
        account = f"{login}@" if login else ""
        self.url = f"{scheme}://{account}localhost:{self._controller.port}"

    def __enter__(self):
        self._controller.start()
        return self

    def __exit__(self, *_):
        self._controller.stop()

    def wait_for(self, count: int, timeout: float = SECONDS) -> list[Received]:
        """Wait until `count` messages have come; TimeoutError after `timeout` seconds."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.messages) >= count, timeout):
                raise TimeoutError(f"{len(self.messages)} of {count} messages after {timeout} s")
            return list(self.messages)

    def _authenticate(self, server, session, envelope, mechanism, given):
        right = f"{given.login.decode()}:{given.password.decode()}" == self._login
        return AuthResult(success=right, handled=False)

    async def handle_MAIL(self, server, session, envelope, address, options):
        if self._login and not session.authenticated:
            return "530 5.7.0 authentication required"
        if reply := self.replies["mail"].get(address):
            return reply
        envelope.mail_from = address
        return "250 2.1.0 ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if reply := self.replies["rcpt"].get(address):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server, session, envelope):
        [recipient] = envelope.rcpt_tos  # one recipient a message, always
        if reply := self.replies["dot"].get(recipient):
            return reply
        with self._arrived:
            self.messages.append(Received(envelope.mail_from, recipient, envelope.original_content))
            self._arrived.notify_all()
        return f"250 2.0.0 queued as {len(self.messages)}"


class _OnFreePort(Controller):
    def __init__(self, handler, **options):
        self._socket = socket.create_server(("127.0.0.1", 0))
        super().__init__(handler, hostname="127.0.0.1", port=self._socket.getsockname()[1], **options)

    def _create_server(self):
        return self.loop.create_server(self._factory_invoker, sock=self._socket, ssl=self.ssl_context)


@dataclass(frozen=True)
class Last:
    """An answer after which the server closes."""

    answer: str


@dataclass(frozen=True)
class Later:
    """An answer that is given once the server's `go_on` is set."""

    answer: str


class Scripted:
    """A server whose answers are given, one after the other, by command (GREETING and DOT included).

    `Scripted(MAIL=["250 ok", "421 enough"])` answers the first two MAIL so and later ones as usual. An
    answer is a line, `Last(line)`, `Later(line)`, DROP or SILENCE. `lines` holds the commands of all connections, `log`
    their first words, and IMPATIENCE where a silent server gave up before the client did.
    """

    USUAL = {"GREETING": "220 mx.example", "DATA": "354 go on", "QUIT": Last("221 bye")}

    def __init__(self, **answers: list):
        self.answers = {command: list(each) for command, each in answers.items()}  # they are used up
        self.log: list[str] = []
        self.lines: list[str] = []
        self._heard = threading.Condition()
        self.go_on = threading.Event()

    def __enter__(self):
        self._server = _Listener(("127.0.0.1", 0), _Dialogue)
        self._server.script = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"smtp://localhost:{self._server.server_address[1]}"
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait_for(self, command: str, times: int = 1) -> None:
        """Wait until a command has come so many times; TimeoutError after SECONDS."""
        with self._heard:
            if not self._heard.wait_for(lambda: self.log.count(command) >= times, SECONDS):
                raise TimeoutError(f"no {command} after {SECONDS} s, but {self.log}")

    def answer(self, command: str):
        with self._heard:
            self.log.append(command)
            self._heard.notify_all()
        waiting = self.answers.get(command)
        return waiting.pop(0) if waiting else self.USUAL.get(command, "250 ok")


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True


class _Dialogue(socketserver.StreamRequestHandler):
    timeout = SECONDS

    def handle(self):
        with contextlib.suppress(OSError):  # the client may go at any moment
            going_on = self._say("GREETING")
            while going_on and (line := self.rfile.readline()):
                self.server.script.lines.append(line.decode().rstrip("\r\n"))
                command = line.split()[0].decode().upper()
                going_on = self._say(command)
                if going_on and command == "DATA" and self._reply.startswith("354"):
                    while (line := self.rfile.readline()) not in {b".\r\n", b""}:
                        pass
                    going_on = line and self._say("DOT")

    def _say(self, command: str) -> bool:
        """Answer, and tell whether the dialogue goes on."""
        answer = self.server.script.answer(command)
        if answer is SILENCE:
            try:
                self.rfile.read()
            except TimeoutError:
                self.server.script.log.append("IMPATIENCE")
        if answer in {SILENCE, DROP}:
            return False
        if isinstance(answer, Later):
            self.server.script.go_on.wait(SECONDS)
        self._reply = answer if isinstance(answer, str) else answer.answer
        self.wfile.write(f"{self._reply}\r\n".encode())
        return not isinstance(answer, Last)


def make_certificate(folder: Path) -> Path:
    """Write a self-signed certificate for localhost with its key; nobody trusts it unless told to."""
    path = folder / "localhost.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        + ["-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
        + ["-keyout", path, "-out", folder / "certificate.pem"],
        check=True,
        capture_output=True,
    )
    with path.open("a") as file:
        file.write((folder / "certificate.pem").read_text())
    return path


@pytest.fixture(name="smtp")
def smtp_server():
    """A mail server that keeps what it receives."""
    with Smtp() as server:
        yield server
