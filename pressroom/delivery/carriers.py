"""Who carries messages: one round of one process, on one machine, since that was started; and what to think of one who
was here before. Written as `machine:process:start:round`."""

import hashlib
import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from pressroom.database import STARTED, db

MACHINE = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]
_here: set[str] = set()  # those of this process at this moment


@contextmanager
def carrying() -> Iterator[str]:
    """The name of a new carrier, who counts as alive in this block."""
    name = f"{MACHINE}:{os.getpid()}:{STARTED}:{secrets.token_hex(4)}"
    _here.add(name)
    try:
        yield name
    finally:
        _here.discard(name)


def is_gone(name: str) -> bool:
    """Whether this carrier worked on this machine and is no more: nobody need wait for the lease."""
    if forgets(name):
        return True
    machine, _, rest = name.partition(":")
    if machine != MACHINE:
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
    """Whether the machine has been started anew since: what this carrier noted last may be lost (`database.light`)."""
    started = name.split(":")[2:3]
    return db.engine.dialect.name == "sqlite" and started not in ([], [""], [STARTED])
