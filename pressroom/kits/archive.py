"""A kit as one ZIP file, made while it is sent: nothing is compressed twice, and its size is known beforehand."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from itertools import count
from pathlib import Path

from zipstream import ZipStream

from pressroom import links, pages, storage
from pressroom.i18n import speaking
from pressroom.kits import queries
from pressroom.kits.models import Kit
from pressroom.releases import renditions
from pressroom.releases.models import Release, ReleaseText

# What file systems refuse, what reverses a text's direction, and the names that Windows keeps for devices.
FORBIDDEN = re.compile('[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069<>:"/\\\\|?*]')
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def stream(kit: Kit, now: datetime) -> ZipStream:
    """The archive: its length is known, its bytes are read while it is sent. Raises storage.Missing."""
    archive, taken = ZipStream(sized=True), set()
    for name, content in _members(kit, now):
        name = _free(safe_name(name), taken)
        if isinstance(content, Path):
            archive.add_path(content, name)
        else:
            archive.add(content, name)
    return archive


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


def _members(kit: Kit, now: datetime) -> Iterator[tuple[str, Path | bytes]]:
    for language, text in sorted(kit.texts.items()):
        yield f"cover-{language}.txt", _octets(text.cover, language)
    for file in kit.files:
        yield file.name, storage.path(file.file_key)
    for release in queries.public_releases(kit, now):
        for language, text in sorted(release.texts.items()):
            if text.public:
                yield f"{text.slug}-{language}.txt", _as_text(release, text)


def _as_text(release: Release, text: ReleaseText) -> bytes:
    """The release as the newsroom gives it out, in its own language."""
    with speaking(text.language):
        contact = release.contact and release.contact.words(text.language)
        url = links.absolute(
            "newsroom.release", language=text.language, release_id=release.id, slug=text.slug
        )
        return renditions.plain_text(
            release, text.public, language=text.language, contact=contact, url=url
        ).encode()


def _octets(text: str, language: str) -> bytes:
    return (pages.typeset(text, language).unescape() + "\n").encode()
