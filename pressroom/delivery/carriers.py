"""Who carries messages: one round of one process, in one place, since that was started; and what to think of one who
was here before. Written as `place:process:start:round`.

A place is where a number means one process: a machine since its start, or a container in it. Of a process elsewhere
nobody here can tell whether it lives; its lease says until when to wait for it.
"""

import hashlib
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from pressroom.database import STARTED, db


def _place() -> str:
    try:
        among = os.readlink("/proc/self/ns/pid")
    except OSError:
        among = ""  # not Linux: a host's name is all there is
    return hashlib.sha256(f"{socket.gethostname()} {STARTED} {among}".encode()).hexdigest()[:8]


PLACE = _place()
_here: set[str] = set()  # those of this process at this moment


@contextmanager
def carrying() -> Iterator[str]:
    """The name of a new carrier, who counts as alive in this block."""
    name = f"{PLACE}:{os.getpid()}:{STARTED}:{secrets.token_hex(4)}"
    _here.add(name)
    try:
        yield name
    finally:
        _here.discard(name)


def is_gone(name: str) -> bool:
    """Whether this carrier worked here and is no more: nobody need wait for the lease."""
    if forgets(name):
        return True
    place, _, rest = name.partition(":")
    if place != PLACE:
        return False
    process = int(rest.partition(":")[0])
    if process == os.getpid():
        return name not in _here
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except PermissionError:  # it lives, and is somebody else's
        return False
    return False


def forgets(name: str) -> bool:
    """Whether the machine has been started anew since: what this carrier noted last may be lost (`database.light`). An
    SQLite file has one machine; PostgreSQL forgets nothing, and another start is another host."""
    started = name.split(":")[2:3]
    return db.engine.dialect.name == "sqlite" and started not in ([], [""], [STARTED])
