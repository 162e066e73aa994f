"""A release out of a .docx, .md or .txt: headline, date line, lead, body, and what was lost on the way.

Nothing in the file is run or fetched; what it is is judged by its content.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from markdown_it import MarkdownIt

from pressroom import blocks, markup
from pressroom.i18n import gettext as _
from pressroom.releases import word
from pressroom.releases.sheet import Sheet
from pressroom.releases.word import Unreadable

MAX_FILE = 10_000_000  # bytes

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_BINARY = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_MARKDOWN_PICTURE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
# Typed text: only the marks that people make without knowing Markdown, and their line breaks.
_TYPED = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["code", "fence", "lheading", "link", "image", "autolink", "entity", "reference"]
)


@dataclass(frozen=True)
class Imported:
    """Plain text, but for `body`, which is clean HTML; `lost` is sentences in the language being spoken."""

    headline: str
    place: str
    dated: date | None
    lead: str
    body: str
    lost: tuple[str, ...]


def read(filename: str, data: bytes) -> Imported:
    """Raises Unreadable, whose sentence names the file and the reason."""
    name = PurePath(filename.replace("\\", "/")).name
    if not data:
        raise Unreadable(_("The file “%(file)s” is empty.", file=name))
    if len(data) > MAX_FILE:
        raise Unreadable(
            _("The file “%(file)s” is larger than %(n)s MB.", file=name, n=MAX_FILE // 1_000_000)
        )
    try:
        tree, lost, is_typed = _tree(name, data)
        sheet = Sheet(tree, is_typed=is_typed)
        body = markup.clean(blocks.render(sheet.body))
    except ValueError as error:
        raise Unreadable(_("The file “%(file)s” holds too much text.", file=name)) from error
    if not (sheet.headline or body):
        raise Unreadable(_("The file “%(file)s” contains no text.", file=name))
    return Imported(sheet.headline, sheet.place, sheet.dated, sheet.lead, body, (*lost, *sheet.lost))


def _tree(name: str, data: bytes) -> tuple[list[blocks.Block], list[str], bool]:
    """The blocks, what was lost on the way, and whether the lines are typed ones."""
    suffix = PurePath(name).suffix.lower()
    if data.startswith(_OLE):
        raise word.locked(name)
    if data.startswith(_ZIP):
        html, lost = word.to_html(name, data)
        return blocks.read(unicodedata.normalize("NFC", html)), lost, False
    if suffix == ".docx":
        raise word.damaged(name)
    if suffix not in (".md", ".markdown", ".txt"):
        raise word.wrong_kind(name)
    text = _text(name, data)
    if suffix == ".txt":
        return blocks.read(_TYPED.render(text)), [], True
    pictures = len(_MARKDOWN_PICTURE.findall(text))
    lost = [_("Pictures left out: %(n)s. Add them with a caption and a credit.", n=pictures)]
    return markup.markdown_blocks(text), lost if pictures else [], False


def _text(name: str, data: bytes) -> str:
    """UTF-8 with or without its mark, else Windows' western characters, which older editors write."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    if _BINARY.search(text) or "\ufffd" in text:
        raise Unreadable(_("The file “%(file)s” is not text.", file=name))
    return blocks.within_limit(unicodedata.normalize("NFC", text))
