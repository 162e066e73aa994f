"""A request is read to its end before anybody works on it: who sends slowly costs one of many threads that wait, and holds
neither the database nor a turn of those that work.

The server passes on what came of a request that broke off as if that were all. It is refused here, or a form would be
recorded as far as it came.
"""

import os
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore
from typing import IO

WAITING = 64  # requests of one process at a time; all but those below only arrive, or their answers leave
WORKED_ON = max(2, min(8, os.cpu_count() or 2))
IN_MEMORY = 256 * 1024  # bytes of one request; what is larger goes to a file of the system's temporary folder
PIECE = 64 * 1024
BROKEN = "What you sent did not arrive whole: nothing was recorded."


class Whole:
    """A layer that lets `inner` see no request before all of it is there, and so many at a time as it can work on."""

    def __init__(self, inner, most: int):
        self._inner, self._most = inner, most
        self._turns = BoundedSemaphore(WORKED_ON)

    def __call__(self, environ, start_response):
        announced = environ.get("CONTENT_LENGTH") or ""
        if not announced:
            # Without a length nobody can tell whether it is whole: nothing of it is read.
            environ.pop("wsgi.input_terminated", None)
        if not announced.isdecimal() or not 0 < int(announced) <= self._most:
            return self._work(environ, start_response)
        with SpooledTemporaryFile(IN_MEMORY) as body:
            try:
                _receive(environ["wsgi.input"], int(announced), body)
                environ["wsgi.input"] = body
            except EOFError:
                start_response("400 Bad Request", [("Content-Type", "text/plain; charset=utf-8")])
                return [BROKEN.encode()]
            except OSError as full:  # whoever reads it is told
                environ["wsgi.input"] = _Unread(full)
            return self._work(environ, start_response)

    def _work(self, environ, start_response):
        with self._turns:
            return self._inner(environ, start_response)


class _Unread:
    """What could not be received, for whoever asks for it."""

    def __init__(self, why: OSError):
        self._why = why

    def read(self, *_size):
        failure = RuntimeError(
            "what was sent could not be received"
        )  # an OSError would mean that the visitor went
        failure.orig = self._why
        raise failure

    readline = read


def _receive(stream, length: int, body: IO[bytes]) -> None:
    """So many bytes of the stream. Raises EOFError when there are fewer."""
    while missing := length - body.tell():
        piece = stream.read(min(PIECE, missing))
        if not piece:
            raise EOFError
        body.write(piece)
    body.seek(0)
