"""Applications under granian, as in production, nginx beside them, and readers who ask for pages as fast as they get
them: wrk, on the same machine."""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

CONNECTIONS = 16
SECONDS = 4
ROUNDS = 3
# Every thread of wrk asks for the paths one after the other, over and over, and begins at another one.
READING = """
local paths, asked = {paths}, 0
function init() math.randomseed(os.time()); asked = math.random(#paths) end
function request() asked = asked % #paths + 1; return wrk.format("GET", paths[asked]) end
function done(summary)
  local wrong = summary.errors
  print(string.format("read %d in %d, wrong %d", summary.requests, summary.duration,
    wrong.connect + wrong.read + wrong.write + wrong.status + wrong.timeout))
end
"""
NGINX = """
daemon off; pid {folder}/nginx.pid; error_log stderr crit; worker_processes 2;
events {{ worker_connections 512; }}
http {{
  access_log off; default_type text/html; client_body_temp_path {folder}; proxy_temp_path {folder};
  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{ listen 127.0.0.1:{port}; root {folder}; open_file_cache max=10; }}
}}
"""


@contextmanager
def serving(application: str, *, python: str | Path = sys.executable, **environment: str) -> Iterator[int]:
    """The port of two web processes that run the factory `application`, stopped afterwards."""
    port = free_port()
    command = [
        python, "-m", "granian", application, "--factory", "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "2", "--blocking-threads", "2", "--no-ws", "--log-level", "critical",
    ]  # fmt: skip
    with _running(command, port, {**os.environ, **environment}):
        yield port


@contextmanager
def nginx(page: bytes) -> Iterator[int]:
    """The port of an nginx that serves these bytes from a file, as `/`."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "index.html").write_bytes(page)
        Path(folder).chmod(0o755)  # its workers are nobody's
        port = free_port()
        Path(folder, "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
        with _running(["/usr/sbin/nginx", "-p", folder, "-c", f"{folder}/nginx.conf"], port, os.environ):
            yield port


@contextmanager
def _running(command: Sequence[str | Path], port: int, environment) -> Iterator[None]:
    with subprocess.Popen(command, env=environment) as server:
        try:
            wait_for(port)
            yield
        finally:
            server.terminate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.1)  # another program starts: nothing of it can be awaited
    raise RuntimeError("the server did not start")


def requests_a_second(targets: Sequence[tuple[int, Sequence[str]]]) -> list[float]:
    """For each (port, paths) how many requests are answered each second: the median of some rounds, taken by turns.
    Raises RuntimeError when anything is answered with an error."""
    rates = [[] for _ in targets]
    for number in range(ROUNDS + 1):
        for (port, paths), taken in zip(targets, rates, strict=True):
            rate = _round(port, paths, SECONDS if number else 1)
            if number:  # the first one only warms up
                taken.append(rate)
    return [median(taken) for taken in rates]


def _round(port: int, paths: Sequence[str], seconds: int) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        listed = "{" + ",".join(json.dumps(path) for path in paths) + "}"
        script.write(READING.replace("{paths}", listed))
        script.flush()
        command = [
            "wrk",
            "-t2",
            f"-c{CONNECTIONS}",
            f"-d{seconds}",
            "-s",
            script.name,
            f"http://127.0.0.1:{port}",
        ]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    count, microseconds, wrong = map(int, re.search(r"read (\d+) in (\d+), wrong (\d+)", said).groups())
    if wrong:
        raise RuntimeError(f"{wrong} of {count} answers were errors")
    return count / microseconds * 1_000_000


def page(port: int, path: str) -> bytes:
    """The body of one page."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.read()
