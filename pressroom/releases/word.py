"""What a .docx says, as HTML; it is opened as a hostile file, and nothing in it is run or fetched.

Only its XML parts are read, each checked before mammoth sees it.
"""

import re
import zipfile
import zlib
from collections import Counter
from io import BytesIO
from xml.etree import ElementTree
from xml.parsers import expat

import mammoth

from pressroom.i18n import gettext as _

MAX_UNPACKED = 100_000_000  # bytes, all parts together
MAX_RATIO = 100
MAX_XML = 5_000_000  # bytes, what is parsed: a few seconds at most

_MAIN = re.compile(r"word/document\d*\.xml")
_PAGE_EDGE = re.compile(r"word/(?:header|footer)\d*\.xml")
_STYLES = """
p[style-name='Title'] => h1:fresh
p[style-name='Subtitle'] => p:fresh > em
p[style-name='Quote'] => blockquote > p:fresh
p[style-name='Intense Quote'] => blockquote > p:fresh
p[style-name='Quotations'] => blockquote > p:fresh
p[style-name='Block Text'] => blockquote > p:fresh
r[style-name='Emphasis'] => em
r[style-name='Subtle Emphasis'] => em
r[style-name='Intense Emphasis'] => em
r[style-name='Strong Emphasis'] => strong
"""
# A level down, so that a Title stands above them.
_STYLES += "".join(
    f"p.Heading{level} => h{level + 1}:fresh\np[style-name='Heading {level}'] => h{level + 1}:fresh\n"
    for level in range(1, 6)
)
_NOTE = re.compile(r'(<li id="(?:foot|end)note-[^"]*">)|<a href="#(?:foot|end)note-ref-[^"]*">↑</a>')
_CHANGES = {"ins", "del", "moveFrom", "moveTo"}
_DRAWN = {"oMath", "chart", "relIds"}


class Unreadable(Exception):
    """The file cannot be taken; str() is a sentence for the person, naming file and reason."""


def to_html(name: str, data: bytes) -> tuple[str, list[str]]:
    """The document as unsanitised HTML, and a sentence for each kind of thing that was not kept.

    Raises Unreadable for anything that is not a sound, small, unprotected Word document.
    """
    parts = _parts(name, data)
    main = next(part for part in parts if _MAIN.fullmatch(part))
    pictures: list = []
    try:
        root = ElementTree.fromstring(parts[main])
        languages = _mark_languages(root, _default_language(parts.get("word/styles.xml")))
        parts[main] = ElementTree.tostring(root)
        html = mammoth.convert_to_html(
            _packed(parts),
            style_map=_STYLES + "".join(f"r.language-{code} => span[lang='{code}']\n" for code in languages),
            include_embedded_style_map=False,
            convert_image=lambda picture: pictures.append(picture) or [],
            external_file_access=False,
        ).value
    except Exception as error:  # a hostile document can trip mammoth anywhere: KeyError, RecursionError…
        raise damaged(name) from error
    if "<h1>" not in html:
        html = re.sub(r"(</?h)([2-6])\b", lambda found: f"{found[1]}{int(found[2]) - 1}", html)
    return _NOTE.sub(r"\1", html), _losses(parts, root, html, len(pictures))


def _parts(name: str, data: bytes) -> dict[str, bytes]:
    """The XML parts, checked."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_entries(name, entries)
            wanted = [entry for entry in entries if entry.filename.endswith((".xml", ".rels"))]
            parts = {entry.filename: archive.read(entry) for entry in wanted}
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
        raise damaged(name) from error
    for part in parts.values():
        _check_xml(name, part)
    return parts


def _check_entries(name: str, entries: list[zipfile.ZipInfo]) -> None:
    if not any(_MAIN.fullmatch(entry.filename) for entry in entries):
        raise wrong_kind(name)
    if any(entry.flag_bits & 1 for entry in entries):
        raise locked(name)
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    text = sum(entry.file_size for entry in entries if entry.filename.endswith((".xml", ".rels")))
    if unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * packed or text > MAX_XML:
        raise Unreadable(_("The file “%(file)s” grows far too large when it is unpacked.", file=name))


def _check_xml(name: str, part: bytes) -> None:
    """Refuse declarations: entities could multiply without end or name other files."""

    def refuse(*_declaration) -> None:
        raise Unreadable(_("The file “%(file)s” contains declarations that are not allowed.", file=name))

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(part, True)
    except expat.ExpatError as error:
        raise damaged(name) from error


def _packed(parts: dict[str, bytes]) -> BytesIO:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    packed.seek(0)
    return packed


def _default_language(styles: bytes | None) -> str:
    if not styles:
        return ""
    root = ElementTree.fromstring(styles)
    space = root.tag.rpartition("}")[0] + "}"
    declared = root.find(f"{space}docDefaults/{space}rPrDefault/{space}rPr/{space}lang")
    return _language(declared, space)


def _language(declared: ElementTree.Element | None, space: str) -> str:
    value = declared.get(f"{space}val", "") if declared is not None else ""
    return re.split("[-_]", value)[0].lower() if re.fullmatch(r"[A-Za-z]{2,3}([-_]\w+)*", value) else ""


def _mark_languages(root: ElementTree.Element, default: str) -> set[str]:
    """Give runs whose proofing language is not the document's a style of their own; the languages found.

    Word often guesses: a document that is less than 70 % in one language is left unmarked.
    """
    space = root.tag.rpartition("}")[0] + "}"
    runs = []
    letters: Counter[str] = Counter()
    for run in root.iter(f"{space}r"):
        language = _language(run.find(f"{space}rPr/{space}lang"), space) or default
        length = sum(map(str.isalpha, "".join(run.itertext())))
        letters[language] += length
        runs.append((run, language, length))
    main, share = max(letters.items(), key=lambda item: item[1], default=("", 0))
    if not main or share < 0.7 * letters.total():
        return set()
    marked = set()
    for run, language, length in runs:
        properties = run.find(f"{space}rPr")
        styled = properties is None or properties.find(f"{space}rStyle") is not None
        if language not in ("", main) and length >= 3 and not styled:
            ElementTree.SubElement(properties, f"{space}rStyle", {f"{space}val": f"language-{language}"})
            marked.add(language)
    return marked


def _losses(parts: dict[str, bytes], root: ElementTree.Element, html: str, pictures: int) -> list[str]:
    kinds = Counter(element.tag.rpartition("}")[2] for element in root.iter())
    notes = kinds["footnoteReference"] + kinds["endnoteReference"]
    # An empty <w:ins/> marks a changed paragraph end, not a passage.
    changes = sum(len(element) > 0 for element in root.iter() if element.tag.rpartition("}")[2] in _CHANGES)
    drawn = sum(kinds[kind] for kind in _DRAWN)
    struck = html.count("<s>")
    edges = sum(b":t>" in content for part, content in parts.items() if _PAGE_EDGE.fullmatch(part))
    counted = [
        (pictures, _("Pictures left out: %(n)s. Add them with a caption and a credit.", n=pictures)),
        (drawn, _("Charts, diagrams and equations left out: %(n)s.", n=drawn)),
        (kinds["tbl"], _("Tables turned into paragraphs, one for each cell: %(n)s.", n=kinds["tbl"])),
        (notes, _("Notes moved to the end of the text: %(n)s.", n=notes)),
        (kinds["commentReference"], _("Comments left out: %(n)s.", n=kinds["commentReference"])),
        (changes, _("Tracked changes accepted: %(n)s. Check the text.", n=changes)),
        (struck, _("Struck-through passages kept as ordinary text: %(n)s. Check the text.", n=struck)),
        (edges, _("Page headers and footers were left out.")),
    ]
    return [sentence for number, sentence in counted if number]


def wrong_kind(name: str) -> Unreadable:
    return Unreadable(
        _(
            "The file “%(file)s” must be a Word document (.docx), Markdown (.md) or plain text (.txt).",
            file=name,
        )
    )


def locked(name: str) -> Unreadable:
    return Unreadable(
        _(
            "The file “%(file)s” is password protected or comes from an old version of Word."
            " Save it as .docx without a password.",
            file=name,
        )
    )


def damaged(name: str) -> Unreadable:
    return Unreadable(_("The file “%(file)s” is damaged. Open it in Word and save it again.", file=name))
