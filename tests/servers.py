"""The servers that a larger office runs beside the application, started for a run of the tests and thrown away with it:
PostgreSQL, Redis, and one that speaks S3. Each on a free port of this machine; as root, those that refuse root run as
`nobody`."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import boto3
import psycopg
import redis
from psycopg import sql

SECONDS = 30  # how long a server may take to answer
BUCKET = "press-files"
USED: set[str] = set()  # the names and versions of what this run has started
AS_NOBODY = ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@dataclass
class Server:
    """A server that can be ended and started again, with what it has stored."""

    command: Sequence[str]
    port: int
    answers: Callable[[], object]  # raises as long as it does not
    ending: signal.Signals = signal.SIGTERM
    process: subprocess.Popen | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + SECONDS
        while True:
            try:
                self.answers()
                return
            except Exception:
                if time.monotonic() > until or self.process.poll() is not None:
                    self.process.kill()
                    raise
                time.sleep(0.05)  # another program starts: nothing of it can be awaited

    def end(self, how: signal.Signals | None = None) -> None:
        self.process.send_signal(how or self.ending)
        self.process.wait(SECONDS)

    def named(self) -> str:
        raise NotImplementedError

    @contextlib.contextmanager
    def running(self) -> Iterator["Server"]:
        self.start()
        USED.add(self.named())
        try:
            yield self
        finally:
            if self.process.poll() is None:
                self.end(signal.SIGKILL if self.ending is signal.SIGKILL else None)


class Postgres(Server):
    """A cluster of its own, by default without any safety against a loss of power; `url` is that of its first database."""

    @property
    def url(self) -> str:
        return self.database("postgres")

    def named(self) -> str:
        with self._connected() as to:
            return f"PostgreSQL {to.execute('SHOW server_version').fetchone()[0].split()[0]}"

    def database(self, name: str) -> str:
        """The address of a database, as an application wants it."""
        return f"postgresql+psycopg://press@127.0.0.1:{self.port}/{name}"

    def create(self, name: str, *, template: str = "template0") -> str:
        """A new database in UTF-8, whatever was there under this name; its address."""
        self.drop(name)
        self._run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}", sql.Literal(template)
        )
        self._run(
            "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy",
            sql.Identifier(name),
            sql.Identifier(template),
        )
        return self.database(name)

    def drop(self, name: str) -> None:
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", sql.Identifier(name))

    def _connected(self) -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user="press",
            dbname="postgres",
            connect_timeout=5,
            autocommit=True,
        )

    def _run(self, statement: str, *names: sql.Composable) -> None:
        with self._connected() as to:
            to.execute(sql.SQL(statement).format(*names))


@contextlib.contextmanager
def postgres(**settings: str) -> Iterator[Postgres]:
    """`settings` are of the server, instead of its own here: what is measured is to lose nothing."""
    # Not below pytest's own folder, which nobody else may enter.
    folder = Path(tempfile.mkdtemp(prefix="pressroom-postgres-", dir="/tmp"))
    rights = AS_NOBODY if os.geteuid() == 0 else ()
    if rights:
        shutil.chown(folder, "nobody", "nogroup")
    programs = (
        max(Path("/usr/lib/postgresql").glob("*/bin"), default=None) or Path(shutil.which("initdb")).parent
    )
    port, data = free_port(), folder / "data"

    def connect():
        psycopg.connect(
            host="127.0.0.1", port=port, user="press", dbname="postgres", connect_timeout=5
        ).close()

    try:
        making = [
            *rights,
            programs / "initdb",
            "-D",
            data,
            "-U",
            "press",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        ]
        subprocess.run(making, check=True, stdout=subprocess.DEVNULL, cwd="/")
        settings = {
            "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": folder, "fsync": "off",
            "full_page_writes": "off", "autovacuum": "off", "max_connections": 200, **settings,
        }  # fmt: skip
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        command = [*rights, str(programs / "postgres"), "-D", str(data), *options]
        with Postgres(
            command, port, connect, ending=signal.SIGINT
        ).running() as server:  # SIGINT: ends the sessions
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Redis(Server):
    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def named(self) -> str:
        with redis.Redis(port=self.port) as asked:
            return f"Redis {asked.info()['redis_version']}"


@contextlib.contextmanager
def redis_server() -> Iterator[Redis]:
    """What it holds outlives its end: every write goes to the disk."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="pressroom-redis-") as folder:
        command = ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--dir", folder, "--save", "", "--appendonly",
                   "yes", "--appendfsync", "always"]  # fmt: skip

        def ping():
            with redis.Redis(port=port) as asked:
                asked.ping()

        with Redis(command, port, ping).running() as server:
            yield server


class S3(Server):
    """One private bucket; `environment` is how a client gets in."""

    url = f"s3://{BUCKET}"

    def named(self) -> str:
        return f"S3 (moto {version('moto')})"

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AWS_ENDPOINT_URL_S3": self.endpoint, "AWS_ACCESS_KEY_ID": "press", "AWS_SECRET_ACCESS_KEY": "not-a-secret",
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
        }  # fmt: skip

    def client(self):
        return boto3.client(
            "s3", endpoint_url=self.endpoint, aws_access_key_id="press", aws_secret_access_key="not-a-secret",
            region_name="us-east-1",
        )  # fmt: skip


@contextlib.contextmanager
def s3() -> Iterator[S3]:
    port = free_port()
    command = [str(Path(sys.executable).parent / "moto_server"), "-H", "127.0.0.1", "-p", str(port)]
    server = S3(command, port, lambda: socket.create_connection(("127.0.0.1", port), 5).close())
    with server.running():
        server.client().create_bucket(Bucket=BUCKET)
        yield server
