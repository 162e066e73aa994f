"""A kit as one ZIP file: its covers, its files, and the texts of its releases."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from zipstream import ZipStream

from pressroom import archives, pages, storage
from pressroom.kits import queries
from pressroom.kits.models import Kit
from pressroom.releases import renditions
from pressroom.releases.models import ReleaseText


def stream(kit: Kit, now: datetime) -> ZipStream:
    """The archive: its length is known, its bytes are read while it is sent. Raises storage.Missing."""
    return archives.stream(_members(kit, now))


def _members(kit: Kit, now: datetime) -> Iterator[tuple[str, Path | bytes]]:
    for language, text in sorted(kit.texts.items()):
        yield f"cover-{language}.txt", _octets(text.cover, language)
    for file in kit.files:
        yield file.name, storage.path(file.file_key)
    for text in queries.public_texts(kit, now):
        yield f"{text.slug}-{text.language}.txt", _as_text(text)


def _as_text(text: ReleaseText) -> bytes:
    """The release as the newsroom gives it out, in its own language."""
    release, language = text.release, text.language
    contact = release.contact and release.contact.words(language)
    url = renditions.address(release, language)
    return renditions.plain_text(release, text.public, language=language, contact=contact, url=url).encode()


def _octets(text: str, language: str) -> bytes:
    return (pages.typeset(text, language).unescape() + "\n").encode()
