"""A release as a Word document: what an editor opens to cut and to paste, with real styles and languages."""

import io
import zipfile
from datetime import UTC, datetime

from docx import Document
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run as WordRun

from pressroom.blocks import Block, Run
from pressroom.i18n import locale
from pressroom.releases import renditions
from pressroom.releases.models import Release, Revision
from pressroom.releases.renditions import LONGEST_ADDRESS, Parts
from pressroom.staff.models import ContactWords

SERIF, SANS = "Georgia", "Arial"  # what every word processor has
FONTS = {
    "Normal": (SERIF, 11), "Title": (SERIF, 22), "Subtitle": (SERIF, 13), "Heading 1": (SANS, 13),
    "Heading 2": (SANS, 11), "Quote": (SERIF, 11), "Header": (SANS, 9), "Footer": (SANS, 9),
}  # fmt: skip
INK = RGBColor(0x17, 0x20, 0x2A)
LEVELS = 9  # as many as Word knows
INDENT = Cm(0.75)
EPOCH = (1980, 1, 1, 0, 0, 0)


def docx(
    release: Release, revision: Revision, *, language: str, contact: ContactWords | None, url: str,
    label: str | None = None,
) -> bytes:  # fmt: skip
    """The document, the same bytes for the same release. `label` stands above the text of one that is not public
    yet. Imported again, it gives the same words."""
    said = renditions.parts(release, revision, language=language, contact=contact, url=url)
    document = Document()
    _style(document, locale(language))
    _describe(document, said, language, revision.created_at)
    _edges(document.sections[0], said)
    for line in filter(None, (label, *said.notes)):
        document.add_paragraph().add_run(line).bold = True
    document.add_paragraph(renditions.dateline(said))
    document.add_paragraph(said.headline, style="Title")
    if said.lead:
        document.add_paragraph(said.lead, style="Subtitle")
    for block in said.body:
        _add(document, block)
    document.add_paragraph(said.end)
    if said.contact:
        document.add_paragraph("\n".join(said.contact))
    return _settled(document)


def _style(document, conventions) -> None:
    """The styles' typefaces, and the language that every word has unless it says another."""
    for name, (font, size) in FONTS.items():
        style = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = font, Pt(size), INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in [key for key in fonts.attrib if "Theme" in key]:
            del fonts.attrib[theme]  # a theme's typeface would win over the one named
        for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(script), font)
    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    defaults.find(qn("w:lang")).set(qn("w:val"), str(conventions).replace("_", "-"))
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2.5)


def _describe(document, said: Parts, language: str, at: datetime) -> None:
    facts = document.core_properties
    facts.title, facts.author, facts.language = said.headline[:255], said.organisation[:255], language
    facts.created = facts.modified = at.astimezone(UTC).replace(tzinfo=None)
    facts.last_modified_by, facts.comments, facts.revision = said.organisation[:255], "", 1


def _edges(section, said: Parts) -> None:
    """The letterhead above every page; the address and the page's number below."""
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    head.add_run(said.organisation).bold = True
    head.add_run(f"\n{said.kind} {said.number}".rstrip())
    foot.paragraph_format.tab_stops.clear_all()
    foot.paragraph_format.tab_stops.add_tab_stop(Cm(16), WD_TAB_ALIGNMENT.RIGHT)
    foot.add_run(f"{said.url}\t")
    _field(foot, "PAGE")
    foot.add_run("/")
    _field(foot, "NUMPAGES")


def _field(paragraph: Paragraph, instruction: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    paragraph._p.append(field)


def _add(document, block: Block, item: tuple[int, int] | None = None) -> None:
    """One block as paragraphs. `item` is the numbering and the level of the list item that they make up."""
    if block.name in ("ul", "ol"):
        inside = _numbering(document, block.name), item[1] + 1 if item else 0
        for child in block.children:
            _add(document, child, inside)
    elif block.children:
        for place, child in enumerate(block.children):
            if block.name == "blockquote" and not child.children:
                _write(document.add_paragraph(style="Quote"), child.runs)
            else:
                _add(document, child, item if item and place == 0 else _continued(item))
    else:
        heading = {"h2": "Heading 1", "h3": "Heading 2"}.get(block.name)
        paragraph = document.add_paragraph(style=heading)
        if item:
            _as_item(paragraph, *item)
        _write(paragraph, block.runs)


def _continued(item: tuple[int, int] | None) -> tuple[int, int] | None:
    """What follows in an item stands below it, with no mark of its own."""
    return (0, item[1]) if item else None


def _as_item(paragraph: Paragraph, numbering: int, level: int) -> None:
    if numbering:
        properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
        properties.get_or_add_ilvl().val = level
        properties.get_or_add_numId().val = numbering
    else:
        paragraph.paragraph_format.left_indent = INDENT * (level + 1)


def _numbering(document, kind: str) -> int:
    """A numbering of its own for one list: its marks at every level, counted from one."""
    numbering = document.part.numbering_part.element
    abstract = OxmlElement("w:abstractNum")
    number = len(numbering.findall(qn("w:abstractNum"))) + 100
    abstract.set(qn("w:abstractNumId"), str(number))
    for level in range(LEVELS):
        abstract.append(_level(level, kind))
    numbering.insert(0, abstract)
    return numbering.add_num(number).numId


def _level(level: int, kind: str):
    written = OxmlElement("w:lvl")
    written.set(qn("w:ilvl"), str(level))
    marks = {"w:start": "1", "w:numFmt": "bullet", "w:lvlText": "•"}
    if kind == "ol":
        marks |= {"w:numFmt": "decimal", "w:lvlText": f"%{level + 1}."}
    for name, value in marks.items():
        part = OxmlElement(name)
        part.set(qn("w:val"), value)
        written.append(part)
    indent = OxmlElement("w:ind")
    indent.set(qn("w:left"), str(INDENT.twips * (level + 1)))
    indent.set(qn("w:hanging"), str(INDENT.twips))
    properties = OxmlElement("w:pPr")
    properties.append(indent)
    written.append(properties)
    return written


def _write(paragraph: Paragraph, runs: list[Run]) -> Paragraph:
    for run in runs:
        marks = dict(run.marks)
        written = paragraph.add_run(run.text)
        written.bold = "strong" in marks or None
        written.italic = "em" in marks or None
        if "span" in marks:
            written._r.get_or_add_rPr().append(_language(marks["span"]))
        if 0 < len(marks.get("a", "")) <= LONGEST_ADDRESS:
            _link(paragraph, written, marks["a"])
    return paragraph


def _language(code: str):
    element = OxmlElement("w:lang")
    element.set(qn("w:val"), str(locale(code)).replace("_", "-") if len(code) == 2 else code)
    return element


def _link(paragraph: Paragraph, run: WordRun, address: str) -> None:
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run.font.underline = True
    paragraph._p.replace(run._r, link)
    link.append(run._r)


def _settled(document) -> bytes:
    """The file with the same hour on each of its parts, so that it changes only when its words do."""
    written, settled = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(settled, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.infolist():
            target.writestr(zipfile.ZipInfo(part.filename, EPOCH), source.read(part), zipfile.ZIP_DEFLATED)
    return settled.getvalue()
