"""Applications under granian, as in production, and readers who ask for pages as fast as they get them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from statistics import median

CONNECTIONS = 16  # of all readers together
READERS = 2  # processes
SECONDS = 4.0
ROUNDS = 3
HEADER_END = b"\r\n\r\n"


@contextmanager
def serving(application: str, **environment: str) -> Iterator[int]:
    """The port of two web processes that run the factory `application`, stopped afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable, "-m", "granian", application, "--factory", "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "2", "--blocking-threads", "2", "--no-ws", "--log-level", "critical",
    ]  # fmt: skip
    server = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_for(port: int) -> None:
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.1)  # another program starts: nothing of it can be awaited
    raise RuntimeError("the server did not start")


def requests_a_second(targets: Sequence[tuple[int, Sequence[str]]]) -> list[float]:
    """For each (port, paths) how many requests are answered with 200 each second: the median of some rounds, taken
    by turns. Readers ask for the paths one after the other, over and over."""
    rates = [[] for _ in targets]
    for number in range(ROUNDS + 1):
        for (port, paths), taken in zip(targets, rates, strict=True):
            rate = _round(port, paths, SECONDS if number else SECONDS / 4)
            if number:  # the first one only warms up
                taken.append(rate)
    return [median(taken) for taken in rates]


def _round(port: int, paths: Sequence[str], seconds: float) -> float:
    with get_context("spawn").Pool(READERS) as readers:
        shares = [(port, list(paths[one::READERS]) or list(paths), seconds) for one in range(READERS)]
        return sum(readers.starmap(_read, shares)) / seconds


def _read(port: int, paths: Sequence[str], seconds: float) -> int:
    """Keep a request under way on each connection until the time is over; how many were answered."""
    lines = [f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode() for path in paths]
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(CONNECTIONS // READERS)]
    answered, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        for number, connection in enumerate(connections):
            connection.sendall(lines[(answered + number) % len(lines)])
        for connection in connections:
            _receive(connection)
        answered += len(connections)
    for connection in connections:
        connection.close()
    return answered


def _receive(connection: socket.socket) -> bytes:
    """The body of one answer. Raises RuntimeError unless its status is 200."""
    data = b""
    while HEADER_END not in data:
        data += connection.recv(65536) or _broken(data)
    head, _, body = data.partition(HEADER_END)
    if not head.startswith(b"HTTP/1.1 200"):
        _broken(head)
    length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536) or _broken(body)
    return body


def _broken(data: bytes):
    raise RuntimeError(f"unexpected answer: {data[:200]!r}")


def page(port: int, path: str) -> bytes:
    """The body of one page."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        return _receive(connection)
