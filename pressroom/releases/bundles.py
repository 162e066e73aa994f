"""Everything that a public release comes with, as one ZIP: its text in each form, its files in full size, and what
may be said under them and on what terms, in each language."""

from importlib import import_module

from flask import current_app
from zipstream import ZipStream

from pressroom import archives, storage
from pressroom.archives import Content, Later
from pressroom.i18n import gettext as _
from pressroom.i18n import speaking
from pressroom.media import stamping
from pressroom.media.models import Asset
from pressroom.releases import papers, renditions
from pressroom.releases.models import Release, Revision
from pressroom.typography import NBSP, NNBSP


def stream(release: Release, language: str) -> ZipStream:
    """The archive of the public words in `language`: its length is known, its bytes are read while it is sent.

    Raises storage.Missing.
    """
    return archives.stream(_members(release, language))


def word(release: Release, revision: Revision, **said) -> bytes:
    """`manuscripts.docx`, loaded here: with its library each process would start a seventh of a second later."""
    return import_module("pressroom.releases.manuscripts").docx(release, revision, **said)


def _members(release: Release, language: str) -> list[tuple[str, Content]]:
    """Each with the name that it has in the archive, for the captions tell whose they are by it."""
    said = {
        "language": language,
        "contact": release.contact and release.contact.words(language),
        "url": renditions.address(release, language),
    }
    text, pictures = release.texts[language], release.open_assets
    slug, revision = text.slug, text.public
    codes = current_app.config["LANGUAGES"] if pictures else ()
    names = archives.names(
        [f"{slug}.txt", f"{slug}.pdf", f"{slug}.docx", *(f"captions-{code}.txt" for code in codes),
         *(asset.download.filename for asset in pictures)]
    )  # fmt: skip
    called = list(zip(pictures, names[3 + len(codes) :], strict=True))
    contents = [
        renditions.plain_text(release, revision, **said).encode(),
        papers.pdf(release, revision, **said),
        word(release, revision, **said),
        *(captions(called, code).encode() for code in codes),
        *(_file(asset) for asset in pictures),
    ]
    return list(zip(names, contents, strict=True))


def _file(asset: Asset) -> Content:
    """The file as a reader fetches it alone: a picture with its words inside, written there as it leaves."""
    file, write = storage.find(asset.download.key), stamping.WRITERS.get(asset.download.media_type)
    if write is None:
        return file
    words = stamping.packet(asset)

    def make() -> bytes:
        return write(file.read(), words)

    return Later(len(make()), make)


def captions(called: list[tuple[Asset, str]], language: str) -> str:
    """For each file its name, what is said under it, what it shows, whose it is and on what terms."""
    with speaking(language):
        sheets = [_caption(asset, name, language) for asset, name in called]
    return "\n\n".join(sheets).replace(NNBSP, NBSP) + "\n"


def _caption(asset: Asset, name: str, language: str) -> str:
    words = asset.words(language)
    caption, alt = (renditions.typeset(text, words.language) for text in (words.caption, words.alt))
    lines = [
        name, caption, _("What it shows: %(words)s", words=alt) if alt else "",
        _("Credit: %(name)s.", name=asset.credit), str(asset.terms.sentence),
    ]  # fmt: skip
    return "\n".join(filter(None, lines))
