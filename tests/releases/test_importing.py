import re
import zipfile
from contextlib import suppress
from datetime import date
from io import BytesIO
from random import Random

import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from pressroom.markup import MAX_BODY, clean
from pressroom.releases.importing import MAX_FILE, Imported, Unreadable, read

CONTACT_LEFT_OUT = "A contact block was left out: choose the press contact below."
LEAD_IS_PLAIN = "The lead is plain text: its emphasis and its links were left out."
NO_HEADLINE = "No headline was found: write one."
NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02fe"
    "0def46b80000000049454e44ae426082"
)


def saved(document):
    """The file, without the hundred table styles of python-docx's template: they take half a second to read."""
    for style in document.styles.element.findall(qn("w:style")):
        if style.get(qn("w:type")) == "table":
            document.styles.element.remove(style)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def a_document(*paragraphs):
    """A .docx of (style, text) pairs; `*words*` in a text are bold, `_words_` italic."""
    document = Document()
    for style, text in paragraphs:
        paragraph = document.add_paragraph(style=style)
        for words in re.split(r"(\*[^*]+\*|_[^_]+_)", text):
            run = paragraph.add_run(words.strip("*_"))
            run.bold = words.startswith("*") or None
            run.italic = words.startswith("_") or None
    return document


def changed(data, **parts):
    """The archive with some parts replaced or added; `word_document` stands for word/document.xml."""
    file = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        names = {part.replace("_", "/", 1) + ".xml": content for part, content in parts.items()}
        for name in [*old.namelist(), *(name for name in names if name not in old.namelist())]:
            content = names.get(name) or old.read(name)
            new.writestr(name, content(old.read(name)) if callable(content) else content)
    return file.getvalue()


def element(tag, *children, **attributes):
    made = OxmlElement(tag)
    for name, value in attributes.items():
        made.set(qn(name.replace("_", ":")), value)
    for child in children:
        made.append(child)
    return made


def a_run(text, *properties):
    words = element("w:delText" if "gone" in text else "w:t")
    words.text = text
    return element("w:r", element("w:rPr", *properties), words)


def body_of(*paragraphs):
    """The body that the paragraphs of a document become under a headline and a first sentence."""
    opening = [("Title", "Harbour reopens"), ("Normal", "The harbour of Brest reopens in May.")]
    result = read("a.docx", saved(a_document(*opening, *paragraphs)))
    assert result.headline == "Harbour reopens"
    return result.body.removeprefix("<p>The harbour of Brest reopens in May.</p>")


def typed(*paragraphs):
    return read("a.txt", "\n\n".join(paragraphs).encode())


def test_a_release_written_in_word():
    document = a_document(
        ("Normal", "Press contact"),
        ("Normal", "Ada Exemple +33 1 99 00 12 34 presse@port.example"),
        ("Normal", "PRESS RELEASE"),
        ("Normal", "Brest, 18 May 2026"),
        ("Heading 1", "“The harbour opens again”"),
        ("Normal", "A feast for the third basin and its _goélettes_"),
        ("Normal", "One year after the storm, *every quay* is ready - said the harbour _master_."),
        ("Heading 2", "2026, year of the sea"),
        ("Normal", "Three basins are open."),
        ("List Bullet", "Fishing (_pêche_)"),
        ("List Bullet", "Sailing"),
        ("List Number", "First"),
        ("Quote", "« The sea gave it back. »"),
        ("Normal", "HIGHLIGHTS"),
        ("Normal", "✓ A regatta"),
        ("Normal", "✓ A *concert*"),
        ("Normal", "*What comes next*"),
        ("Normal", "Nobody knows."),
        ("Normal", "For more information, please contact:"),
        ("Normal", "Ada Exemple, presse@port.example"),
    )

    assert read("harbour.docx", saved(document)) == Imported(
        headline="The harbour opens again",
        place="Brest",
        dated=date(2026, 5, 18),
        lead="A feast for the third basin and its goélettes",
        body=(
            "<p>One year after the storm, <strong>every quay</strong> is ready - said the harbour"
            " <em>master</em>.</p>"
            "<h2>2026, year of the sea</h2><p>Three basins are open.</p>"
            "<ul><li>Fishing (<em>pêche</em>)</li><li>Sailing</li></ul><ol><li>First</li></ol>"
            "<blockquote><p>« The sea gave it back. »</p></blockquote>"
            "<h2>HIGHLIGHTS</h2><ul><li>A regatta</li><li>A <strong>concert</strong></li></ul>"
            "<h3>What comes next</h3><p>Nobody knows.</p>"
        ),
        lost=(LEAD_IS_PLAIN, CONTACT_LEFT_OUT),
    )


def test_a_release_typed_as_text():
    result = typed(
        "COMMUNIQUÉ DE PRESSE n° 12\nBrest, le 1er mai 2026",
        "Contact presse\nAda Exemple\n01 99 00 12 34",
        "« Le port rouvre »",
        "Une fête pour le troisième bassin\net ses goélettes",
        "Un an après la tempête, les quais sont *tous* prêts à recevoir les navires\nde passage et leurs équipages.",
        "2026, année de la mer",
        "Trois bassins sont ouverts, et leurs cales aussi : la pêche, la plaisance et les vieux gréements.\nVenez.",
        "TEMPS FORTS",
        "- ✓ Une régate",
        "- ✓ Un **concert**",
        "1. Premier\n2. Second",
        "Au programme :\n• la mer\n  qui monte\n• le vent",
        "> La mer l’a rendu.",
        "Contacts :",
        "Ada Exemple",
        "presse@port.example",
    )

    assert result == Imported(
        headline="Le port rouvre",
        place="Brest",
        dated=date(2026, 5, 1),
        lead="Une fête pour le troisième bassin et ses goélettes",
        body=(
            "<p>Un an après la tempête, les quais sont <em>tous</em> prêts à recevoir les navires de passage"
            " et leurs équipages.</p>"
            "<h2>2026, année de la mer</h2>"
            "<p>Trois bassins sont ouverts, et leurs cales aussi : la pêche, la plaisance et les vieux gréements."
            " Venez.</p>"
            "<h2>TEMPS FORTS</h2><ul><li>Une régate</li><li>Un <strong>concert</strong></li></ul>"
            "<ol><li>Premier</li><li>Second</li></ol>"
            "<p>Au programme :</p><ul><li>la mer qui monte</li><li>le vent</li></ul>"
            "<blockquote><p>La mer l’a rendu.</p></blockquote>"
        ),
        lost=(CONTACT_LEFT_OUT,),
    )


def test_a_release_written_in_markdown():
    text = """# Port rouvre

**BREST, le 18 novembre 2026** – L’école du port *rouvre*, dit [The Tide]{lang=en}.

## Bassins

- un
- deux

![Le quai](quai.jpg)
"""

    assert read("a.MD", text.encode("utf-8-sig")) == Imported(
        headline="Port rouvre",
        place="Brest",
        dated=date(2026, 11, 18),
        lead="",
        body=(
            '<p>L’école du port <em>rouvre</em>, dit <span lang="en">The Tide</span>.</p>'
            "<h2>Bassins</h2><ul><li>un</li><li>deux</li></ul>"
        ),
        lost=("Pictures left out: 1. Add them with a caption and a credit.",),
    )


@pytest.mark.parametrize(
    ("paragraphs", "headline", "place", "lead", "body"),
    [
        (["Harbour opens", "It does."], "Harbour opens", "", "", "<p>It does.</p>"),
        (
            ["News release – 3 May 2026", "Harbour opens", "It does."],
            "Harbour opens",
            "",
            "",
            "<p>It does.</p>",
        ),
        (["“A” and “B”", "They do."], "“A” and “B”", "", "", "<p>They do.</p>"),
        (["“A”", "Brest, 3 May 2026", "They do."], "A", "Brest", "", "<p>They do.</p>"),
        (["A", "Brest, 3 May 2026 – They do.", "So."], "A", "Brest", "", "<p>They do.</p><p>So.</p>"),
        (["A", "BREST, 3 May 2026 – *They do.*", "So."], "A", "Brest", "They do.", "<p>So.</p>"),
        (
            ["A", "**They do.**", "**So.**", "Yes."],
            "A",
            "",
            "They do.",
            "<p><strong>So.</strong></p><p>Yes.</p>",
        ),
        (
            ["One", "Two", "Three", "Four", "Five", "Six."],
            "One",
            "",
            "Two Three Four",
            "<p>Five</p><p>Six.</p>",
        ),
        (["A", "KEY POINTS", "Yes."], "A", "", "", "<h2>KEY POINTS</h2><p>Yes.</p>"),
        (["A", "No full stop"], "A", "", "", "<p>No full stop</p>"),
        (["- one", "- two"], "", "", "", "<ul><li>one</li><li>two</li></ul>"),
        (["- PRESS RELEASE\n- two"], "", "", "", "<ul><li>PRESS RELEASE</li><li>two</li></ul>"),
        (["# Small\n\n# Large", "Text."], "Small", "", "", "<h2>Large</h2><p>Text.</p>"),
        (["The Foundation", "# Title", "Text."], "Title", "", "", "<p>The Foundation</p><p>Text.</p>"),
        (["www.port.example", "Title", "Text."], "Title", "", "", "<p>Text.</p>"),
        (["Contact with the sea", "Text."], "Contact with the sea", "", "", "<p>Text.</p>"),
        (
            ["A", "Brest, 3 May 2026", "BREST, 3 May 2026 – Text.", "B."],
            "A",
            "Brest",
            "",
            "<p>Text.</p><p>B.</p>",
        ),
        (["Brest, 3 May 2026", "A", "Lyon, 9 May 2026", "B."], "A", "Brest", "Lyon, 9 May 2026", "<p>B.</p>"),
        (
            ["News release – 3 May 2026", "A", "BREST, 3 May 2026 – B.", "C."],
            "A",
            "Brest",
            "",
            "<p>B.</p><p>C.</p>",
        ),
        (["Contact", "word " * 13, "B."], "word " * 12 + "word", "", "", "<p>B.</p>"),
        (["A", "B.", "- - ✓ one"], "A", "", "", "<p>B.</p><ul><li><ul><li>✓ one</li></ul></li></ul>"),
        (["A", "Text.", "→ one", "→ two"], "A", "", "", "<p>Text.</p><ul><li>one</li><li>two</li></ul>"),
        (["A", "Text.", "– alone", "Text."], "A", "", "", "<p>Text.</p><p>– alone</p><p>Text.</p>"),
        (
            ["A", "Text.", "Contact us by mail.", "B."],
            "A",
            "",
            "",
            "<p>Text.</p><p>Contact us by mail.</p><p>B.</p>",
        ),
    ],
)
def test_the_parts_are_found_by_place_and_looks(paragraphs, headline, place, lead, body):
    result = typed(*paragraphs)

    assert (result.headline, result.place, result.lead, result.body) == (headline, place, lead, body)
    assert (NO_HEADLINE in result.lost) == (not headline)


def test_a_long_first_paragraph_is_no_headline():
    result = typed("word " * 60 + ".", "End.")

    assert (result.headline, result.lost) == ("", (NO_HEADLINE,))
    assert result.body.endswith("<p>End.</p>")


@pytest.mark.parametrize("mark", ["– 30 –", "– Fin –", "– Ends –", "ENDS"])
def test_the_mark_at_the_end_is_not_part_of_the_text(mark):
    text = "One sentence of a text."

    assert typed("A headline", text, mark).body == f"<p>{text}</p>"
    assert typed("A headline", text, mark, "Press contact", "press@office.example").body == f"<p>{text}</p>"
    assert mark in typed("A headline", text, mark, text).body


def test_a_line_that_goes_on_is_no_heading():
    long = "word " * 30 + "."

    assert typed("A", "B.", "The theme will be", "the sea", long).body == (
        f"<p>B.</p><p>The theme will be</p><p>the sea</p><p>{long}</p>"
    )


@pytest.mark.parametrize(
    "line", ["EMBARGO", "Sous embargo jusqu’au 24 novembre à 10 h", "Embargoed until 3 May"]
)
def test_an_embargo_is_never_lost_in_silence(line):
    result = typed(line, "Harbour opens", "It does.")

    assert result.headline == "Harbour opens"
    assert result.lost == (f"“{line}” was left out: set the embargo on the release.",)


@pytest.mark.parametrize(
    ("paragraphs", "body"),
    [
        ([("Heading 1", "A"), ("Normal", "B.")], "<h2>A</h2><p>B.</p>"),
        ([("Heading 1", "A"), ("Heading 2", "B"), ("Heading 4", "C")], "<h2>A</h2><h3>B</h3><h3>C</h3>"),
        ([("Heading 3", "A"), ("Normal", "B.")], "<h2>A</h2><p>B.</p>"),
        (
            [("Normal", "*“A theme in bold”*"), ("Normal", "B.")],
            "<p><strong>“A theme in bold”</strong></p><p>B.</p>",
        ),
        ([("Normal", "*A bold end*")], "<p><strong>A bold end</strong></p>"),
        ([("Normal", "2 %"), ("Normal", "B.")], "<p>2 %</p><p>B.</p>"),
        ([("Intense Quote", "A"), ("Quote", "B")], "<blockquote><p>A</p><p>B</p></blockquote>"),
        ([("Normal", "- A"), ("Normal", "- B")], "<ul><li>A</li><li>B</li></ul>"),
        ([("List Bullet", "✓ A"), ("List Bullet 2", "B")], "<ul><li>A</li><li>B</li></ul>"),
    ],
)
def test_headings_lists_and_quotes_of_word(paragraphs, body):
    assert body_of(*paragraphs) == body


def test_the_subtitle_style_is_the_lead():
    document = a_document(("Title", "A"), ("Subtitle", "A sentence under it."), ("Normal", "B."))

    result = read("a.docx", saved(document))

    assert (result.headline, result.lead, result.body) == ("A", "A sentence under it.", "<p>B.</p>")


def test_the_only_first_level_heading_is_the_headline():
    document = a_document(
        ("Normal", "The Foundation"), ("Heading 1", "Port"), ("Heading 2", "A"), ("Normal", "B.")
    )

    result = read("a.docx", saved(document))

    assert (result.headline, result.body) == ("Port", "<p>The Foundation</p><h2>A</h2><p>B.</p>")


def test_several_first_level_headings_are_sections():
    document = a_document(
        ("Normal", "The headline"), ("Heading 1", "A"), ("Normal", "B."), ("Heading 1", "C")
    )

    result = read("a.docx", saved(document))

    assert (result.headline, result.body) == ("The headline", "<h2>A</h2><p>B.</p><h2>C</h2>")


def test_a_document_without_styles_is_read():
    words = "<w:p><w:r><w:t>Port</w:t></w:r></w:p>"
    document = f'<w:document xmlns:w="{NAMESPACE}"><w:body>{words}{words}</w:body></w:document>'

    assert read("a.docx", a_zip(word_document=document)).body == "<p>Port</p>"


def test_a_run_in_another_language_is_marked():
    document = a_document(
        ("Title", "Le port rouvre"), ("Normal", "La foire est ouverte à tous les équipages, dit ")
    )
    paragraph = document.paragraphs[1]._p
    paragraph.append(a_run("The Tide", element("w:i"), element("w:lang", w_val="en-GB")))
    paragraph.append(a_run(", ", element("w:lang", w_val="en-GB")))
    paragraph.append(a_run("un journal.", element("w:lang", w_val="fr-FR")))
    document.styles.element.find(f".//{qn('w:lang')}").set(qn("w:val"), "fr-FR")

    assert read("a.docx", saved(document)).body == (
        '<p>La foire est ouverte à tous les équipages, dit <span lang="en"><em>The Tide</em></span>, un journal.</p>'
    )


def test_a_document_in_two_languages_by_halves_is_left_unmarked():
    document = a_document(("Title", "Port"), ("Normal", "Half. "))
    document.paragraphs[1]._p.append(a_run("Un demi texte.", element("w:lang", w_val="fr-FR")))

    assert read("a.docx", saved(document)).body == "<p>Half. Un demi texte.</p>"


def test_what_word_has_and_a_release_has_not_is_counted():
    document = a_document(("Title", "Port"), ("Normal", "It "))
    paragraph = document.paragraphs[1]
    paragraph._p.append(element("w:ins", a_run("opens")))
    paragraph._p.append(element("w:del", a_run("gone ")))
    paragraph._p.append(a_run(" never.", element("w:strike")))
    paragraph._p.append(element("w:r", element("w:footnoteReference", w_id="7")))
    document.add_picture(BytesIO(PIXEL))
    document.add_comment(paragraph.runs[0], "Really?", author="Ada Exemple", initials="AE")
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Quay", "12"
    document.sections[0].header.paragraphs[0].text = "Port of Brest"
    note = (
        f'<w:footnotes xmlns:w="{NAMESPACE}">'
        '<w:footnote w:id="7"><w:p><w:r><w:t>In May.</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )
    math = b'<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"/></w:p>'

    result = read(
        "a.docx",
        changed(
            saved(document), word_footnotes=note, word_document=lambda old: old.replace(b"</w:p>", math, 1)
        ),
    )

    assert result.body == "<p>It opens never.[1]</p><p>Quay</p><p>12</p><ol><li>In May.</li></ol>"
    assert result.lost == (
        "Pictures left out: 1. Add them with a caption and a credit.",
        "Charts, diagrams and equations left out: 1.",
        "Tables turned into paragraphs, one for each cell: 1.",
        "Notes moved to the end of the text: 1.",
        "Comments left out: 1.",
        "Tracked changes accepted: 2. Check the text.",
        "Struck-through passages kept as ordinary text: 1. Check the text.",
        "Page headers and footers were left out.",
    )


def test_links_of_a_document_are_sanitised():
    document = a_document(("Title", "Port"), ("Normal", "See: "))
    for address, words in (("https://port.example/", "site"), ("javascript:alert(1)", " bad")):
        part = document.part.relate_to(
            address, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink", True
        )
        document.paragraphs[1]._p.append(element("w:hyperlink", a_run(words), r_id=part))

    assert read("a.docx", saved(document)).body == '<p>See: <a href="https://port.example/">site</a> bad</p>'


@pytest.mark.parametrize(
    ("data", "headline"),
    [
        ("Été à l’œuvre".encode(), "Été à l’œuvre"),
        ("Été à l’œuvre".encode("utf-8-sig"), "Été à l’œuvre"),
        ("Été à l’œuvre".encode("cp1252"), "Été à l’œuvre"),
        ("E\u0301te\u0301".encode(), "Été"),
    ],
)
def test_text_is_decoded_and_composed(data, headline):
    assert read("a.txt", data + b"\n\nFin.").headline == headline


def locked_bit(data):
    """The archive said to be encrypted, in its local and its central entries."""
    marked = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = marked.find(signature)
        while at >= 0:
            marked[at + offset] |= 1
            at = marked.find(signature, at + 4)
    return bytes(marked)


def a_zip(**parts):
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("_", "/", 1) + ".xml", content)
    return file.getvalue()


SOUND = saved(a_document(("Title", "Port"), ("Normal", "Opens.")))
DOCTYPE = '<!DOCTYPE w [<!ENTITY a "b">]><w>&a;</w>'
WRONG_KIND = "The file “a.%s” must be a Word document (.docx), Markdown (.md) or plain text (.txt)."
DAMAGED = "The file “a.docx” is damaged. Open it in Word and save it again."
LOCKED = (
    "The file “a.docx” is password protected or comes from an old version of Word."
    " Save it as .docx without a password."
)
UNPACKED = "The file “a.docx” grows far too large when it is unpacked."
DECLARED = "The file “a.docx” contains declarations that are not allowed."


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("C:\\x\\a.txt", b"", "The file “a.txt” is empty."),
        ("a.txt", b"x" * (MAX_FILE + 1), "The file “a.txt” is larger than 10 MB."),
        ("a.txt", b"x" * (MAX_BODY + 1), "The file “a.txt” holds too much text."),
        ("a.txt", b" \n\t", "The file “a.txt” contains no text."),
        ("a.txt", b"MZ\x00\x01", "The file “a.txt” is not text."),
        ("a.md", b"\x81\x8d", "The file “a.md” is not text."),
        ("a.pdf", b"%PDF-1.7", WRONG_KIND % "pdf"),
        ("a", b"text", "The file “a” must be a Word document (.docx), Markdown (.md) or plain text (.txt)."),
        ("a.docx", a_zip(xl_workbook="<a/>"), WRONG_KIND % "docx"),
        ("a.docx", b"{\\rtf1}", DAMAGED),
        ("a.docx", SOUND[: len(SOUND) // 2], DAMAGED),
        ("a.docx", bytes.fromhex("D0CF11E0A1B11AE1") + b"\x00" * 600, LOCKED),
        ("a.docx", locked_bit(SOUND), LOCKED),
        ("a.docx", a_zip(word_document="<w>" + "a" * 1_000_000 + "</w>"), UNPACKED),
        ("a.docx", changed(SOUND, word_more="<a>" + "ab\n" * 4_000_000 + "</a>"), UNPACKED),
        ("a.docx", changed(SOUND, word_more=f"<a>{Random(1).randbytes(3_000_000).hex()}</a>"), UNPACKED),
        ("a.docx", changed(SOUND, word_document=DOCTYPE), DECLARED),
        ("a.docx", changed(SOUND, word_styles=DOCTYPE.encode("utf-16")), DECLARED),
        ("a.docx", changed(SOUND, word_document="<w>"), DAMAGED),
        ("a.docx", changed(SOUND, word_document="<a>" * 5000 + "</a>" * 5000), DAMAGED),
        ("a.docx", saved(a_document(("Normal", ""))), "The file “a.docx” contains no text."),
        (
            "a.docx",
            saved(a_document(("Normal", "x" * (MAX_BODY + 1)))),
            "The file “a.docx” holds too much text.",
        ),
    ],
)
def test_a_file_that_cannot_be_taken_is_named_with_the_reason(name, data, sentence):
    with pytest.raises(Unreadable) as refusal:
        read(name, data)

    assert str(refusal.value) == sentence


def test_a_word_document_is_known_by_its_content():
    assert read("a.bin", SOUND).headline == "Port"


lines = st.sampled_from(
    [
        "PRESS RELEASE",
        "Contact",
        "a@b.example",
        "Paris, 3 May 2026",
        "Brest, 3 May 2026 – It",
        "EMBARGO",
        "TITLE",
    ]
    + [
        "**Bold**",
        "*It.*",
        "- a",
        "• a",
        "# A",
        "## B",
        "> c",
        "1. d",
        "“Q”",
        "Text.",
        "word " * 30,
        "<p>",
        "\\",
        "~",
    ]
)


@settings(deadline=None)
@given(
    st.lists(st.tuples(lines | st.text(max_size=8), st.sampled_from(["\n", "\n\n"])), min_size=1, max_size=15)
)
def test_any_text_is_read_or_refused(pieces):
    text = "".join(line + end for line, end in pieces)
    for name in ("a.txt", "a.md"):
        try:
            result = read(name, text.encode("utf-8", "replace"))
        except Unreadable:
            continue
        assert clean(result.body) == result.body


@settings(deadline=None, max_examples=50)
@given(st.integers(0, len(SOUND) - 1), st.binary(min_size=1, max_size=4))
def test_a_document_with_wrong_bytes_is_read_or_refused(at, wrong):
    data = SOUND[:at] + wrong + SOUND[at + len(wrong) :]

    with suppress(Unreadable):
        assert read("a.docx", data).body
