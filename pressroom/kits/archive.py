"""A version of a kit as one ZIP file: its covers, its files, the captions of its pictures, the words of its releases.

It is built once, by the worker, for each set of words that somebody may have (`parts.Held.key`), kept as a file of its
own, and given out in parts: what is streamed while it is made cannot be resumed. Nothing in it is compressed again.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime

from flask import current_app

from pressroom import archives, dates, pages, storage
from pressroom.archives import Content
from pressroom.database import db
from pressroom.i18n import gettext as _
from pressroom.i18n import speaking
from pressroom.kits.models import Archive, Version
from pressroom.kits.parts import Held
from pressroom.releases import bundles, renditions
from pressroom.releases.models import ReleaseText

EMBARGOED = "EMBARGO-"  # begins the name of what nobody may publish yet


def of(held: Held) -> Archive | None:
    """The archive of exactly this, when it is built."""
    if held.closed:
        return None
    return db.session.scalar(db.select(Archive).filter_by(version_id=held.version.id, parts=held.key))


def members(held: Held) -> list[tuple[str, Content]]:
    """What is in it, each with the name that it has there, for captions tell whose they are by it. Raises
    storage.Missing."""
    languages = sorted(held.version.texts)
    captioned = languages if any(file.asset for file in held.files) else []
    words = [(text, part.until) for part in held.releases for text in part.texts]
    names = archives.names(
        [*(f"cover-{code}.txt" for code in languages), *(file.name for file in held.files),
         *(f"captions-{code}.txt" for code in captioned),
         *(f"{EMBARGOED if until else ''}{text.slug}-{text.language}.txt" for text, until in words)]
    )  # fmt: skip
    called = zip(held.files, names[len(languages) :], strict=False)
    pictures = [(file.asset, name) for file, name in called if file.asset]
    contents = [
        *(_cover(held, code) for code in languages),
        *(storage.find(file.file_key) for file in held.files),
        *(bundles.captions(pictures, code).encode() for code in captioned),
        *(_words(text, until) for text, until in words),
    ]
    return list(zip(names, contents, strict=True))


def build(contents: Iterable[tuple[str, Content]]) -> tuple[str, int, str]:
    """Store the archive; its key, its size in bytes and its SHA-256. It may take minutes, and needs no database."""
    digest, size = hashlib.sha256(), 0

    def pieces() -> Iterator[bytes]:
        nonlocal size
        for piece in archives.stream(contents):
            digest.update(piece)
            size += len(piece)
            yield piece

    key = storage.put(pieces())
    return key, size, digest.hexdigest()


def keep(version: Version, parts: str, built: tuple[str, int, str], at: datetime) -> None:
    """Let the archive be found."""
    key, size, digest = built
    version.archives.append(Archive(parts=parts, size=size, file_key=key, digest=digest, built_at=at))


def label(until: datetime, language: str) -> str:
    """What stands above words under embargo, in their language."""
    with speaking(language):
        moment = dates.instant(until, current_app.config["TIMEZONE"])
        return _("Under embargo until %(moment)s. Please publish nothing before then.", moment=moment)


def _cover(held: Held, language: str) -> bytes:
    above = f"{label(held.embargo, language)}\n\n" if held.embargo else ""
    return (above + pages.typeset(held.version.texts[language].cover, language).unescape() + "\n").encode()


def _words(text: ReleaseText, until: datetime | None) -> bytes:
    """The release as the newsroom gives it out, in its own language, under its embargo while there is one."""
    release, language = text.release, text.language
    contact = release.contact and release.contact.words(language)
    url = renditions.address(release, language)
    return renditions.plain_text(
        release, text.public, language=language, contact=contact, url=url,
        label=label(until, language) if until else None,
    ).encode()  # fmt: skip
