"""The processes of a running office: the web server, and the background worker beside it on one machine."""

import logging
import multiprocessing
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from functools import partial

from granian import Granian

from pressroom.arrivals import WAITING
from pressroom.config import BadSetting

KILL_AFTER = 30  # seconds that a web process has to finish what it is answering
# Seconds after which nobody waits any more for a visitor; longer than the slowest answer takes to begin.
SILENCE = 90


# What granian itself says goes where all events go; it writes no line for a request, we do (logs.py).
GRANIAN_LOGS = {"loggers": {"_granian": {"level": "WARNING", "propagate": True}}}


def demand_free(host: str, port: int) -> None:
    """Raises BadSetting when something already listens there: the server itself would share the port in silence."""
    try:
        socket.create_server((host, port)).close()
    except OSError as taken:
        raise BadSetting(f"Nothing can listen on {host}:{port}: {taken.strerror}.") from taken


def serve(host: str, port: int, *, workers: int, with_worker: bool) -> None:
    """Answer until SIGINT or SIGTERM; returns once everything has ended in good order."""
    demand_free(host, port)
    # Ctrl-C signals the whole group: a web process that got it twice, from the terminal and from here, could
    # wait for itself for ever. In a group of its own it is told once.
    os.register_at_fork(after_in_child=os.setpgrp)
    os.register_at_fork(after_in_child=partial(_watch, port))
    # Web processes count requests in memory that they share: they must be born as copies.
    multiprocessing.set_start_method("fork", force=True)
    web = Granian(
        "pressroom.cli:application",
        address=host,
        port=port,
        interface="wsgi",
        factory=True,
        workers=workers,
        blocking_threads=WAITING,
        websockets=False,
        log_level="warning",
        log_dictconfig=GRANIAN_LOGS,
        workers_kill_timeout=KILL_AFTER,
    )
    # More threads than cores are meant: most of them wait for visitors (arrivals.py).
    logging.getLogger("_granian").addFilter(lambda record: "Python threads" not in record.getMessage())
    if not with_worker:
        web.serve()
        return
    background = Background()
    try:
        web.serve()
    finally:
        background.end()


def _watch(port: int) -> None:
    """In a web process, from now on: see `leave_the_silent`. Only Linux can tell who is silent."""

    def look() -> None:
        while True:
            # Silence makes no event that could be awaited.
            time.sleep(5)
            leave_the_silent(port)

    if sys.platform == "linux":
        threading.Thread(target=look, daemon=True).start()


def leave_the_silent(port: int) -> None:
    """End each of this process's connections on which nothing came or went for SILENCE: the server waits for ever, also
    for a visitor who was cut off and could not say so."""
    for number in os.listdir("/proc/self/fd"):
        with suppress(OSError):  # no socket, or closed meanwhile
            connection = socket.socket(fileno=int(number))
            try:
                if _silence(connection, port) > SILENCE:
                    connection.shutdown(socket.SHUT_RDWR)
            finally:
                connection.detach()  # it is the server's


def _silence(connection: socket.socket, port: int) -> float:
    """Seconds since the last byte of either side, 0 when it is none of this port; may raise OSError."""
    if connection.family not in (socket.AF_INET, socket.AF_INET6) or connection.getsockname()[1] != port:
        return 0
    said = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 56)
    state, sent, _acknowledged, received = struct.unpack("B43xIII", said)
    return min(sent, received) / 1000 if state == 1 else 0  # 1: established


class Background:
    """A worker process, started again whenever it dies."""

    def __init__(self):
        self._ending = threading.Event()
        self._process = self._started()
        self._watch = threading.Thread(target=self._keep_alive, daemon=True)
        self._watch.start()

    def end(self) -> None:
        """Let it finish the message in hand."""
        self._ending.set()
        self._process.send_signal(signal.SIGTERM)
        self._watch.join()

    def _keep_alive(self) -> None:
        while True:
            self._process.wait()
            if self._ending.wait(1):  # a worker that cannot start is not tried more than once a second
                self._process.terminate()
                self._process.wait()
                return
            self._process = self._started()

    @staticmethod
    def _started() -> subprocess.Popen:
        # A session of its own: Ctrl-C reaches the web first, which then ends the worker.
        return subprocess.Popen([sys.executable, "-m", "pressroom.cli", "worker"], start_new_session=True)
