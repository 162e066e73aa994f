"""Several files as one ZIP, made while it is sent: nothing is compressed twice, and its size is known beforehand."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from typing import NamedTuple

from zipstream import ZipStream

from pressroom.storage import File

# What file systems refuse, what reverses a text's direction, and the names that Windows keeps for devices.
FORBIDDEN = re.compile('[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069<>:"/\\\\|?*]')
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


class Later(NamedTuple):
    """A file that is made when its turn to be sent comes, outside of any request; `size` in bytes."""

    size: int
    make: Callable[[], bytes]


Content = File | bytes | Later


def stream(members: Iterable[tuple[str, Content]]) -> ZipStream:
    """The archive of (label, content): `len` is its length, its bytes are read while it is sent."""
    archive, members = ZipStream(sized=True), list(members)
    for name, (_label, content) in zip(names(label for label, _ in members), members, strict=True):
        if isinstance(content, File):
            archive.add(content.pieces(), name, size=content.size)
        elif isinstance(content, Later):
            archive.add(_made(content), name, size=content.size)
        else:
            archive.add(content, name)
    return archive


def _made(content: Later) -> Iterator[bytes]:
    yield content.make()


def names(labels: Iterable[str]) -> list[str]:
    """For each label a name of its own: safe, and not another one's in capitals."""
    taken: set[str] = set()
    return [_free(safe_name(label), taken) for label in labels]


def safe_name(name: str) -> str:
    """A name that every file system takes, as close to the label as that allows; never a path."""
    name = FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)).strip(" .") or "_"
    return f"_{name}" if DEVICES.match(name) else name


def _free(name: str, taken: set[str]) -> str:
    """`name`, or "name (2)" and so on when one that differs in case only is taken."""
    stem, dot, suffix = name.rpartition(".") if "." in name else (name, "", "")
    candidates = (name if n == 1 else f"{stem} ({n}){dot}{suffix}" for n in count(1))
    free = next(candidate for candidate in candidates if candidate.casefold() not in taken)
    taken.add(free.casefold())
    return free
