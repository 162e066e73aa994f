import io
import zipfile

import docx
import pytest

from pressroom import pages
from pressroom.releases import importing, manuscripts
from pressroom.releases.models import Words
from tests import builders
from tests.releases import taking
from tests.releases.taking import NBSP, NNBSP, taken


def opened(content):
    return docx.Document(io.BytesIO(content))


def xml(content, part):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(part).decode()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_imported_again_it_says_the_same(app, language):
    release = taking.a_release()
    words = release.texts[language].public

    read = importing.read("release.docx", taken(manuscripts.docx, release, language))

    def typeset(text):
        return pages.typeset(text, language).unescape()

    assert (read.headline, read.place, read.dated, read.lead) == (
        typeset(words.headline), words.place, release.dated, typeset(words.lead),
    )  # fmt: skip
    assert read.body == str(pages.typeset_html(words.body, language))
    assert read.lost == (
        "Page headers and footers were left out.",
        "A contact block was left out: choose the press contact below.",
    )


def test_it_has_real_styles(app):
    document = opened(taken(manuscripts.docx, taking.a_release()))

    assert [(one.style.name, one.text[:10]) for one in document.paragraphs] == [
        ("Normal", f"Brest, 22{NBSP}"),
        ("Title", "Une fête &"),
        ("Subtitle", f"Un <mot>{NNBSP};"),
        ("Normal", f"«{NBSP}Oui{NNBSP}!{NBSP}» "),
        ("Heading 2", "Trop bas"),
        ("Normal", '#import "x'),
        ("Heading 1", "Liste"),
        ("Normal", "un"),
        ("Normal", "deux"),
        ("Normal", "petit a"),
        ("Normal", "premier"),
        ("Quote", "Cité."),
        ("Normal", "Łódź, Ωμέγ"),
        ("Normal", "– Fin –"),
        ("Normal", "Contact pr"),
    ]
    section = document.sections[0]
    assert section.header.paragraphs[0].text == f"Bureau de presse\nCommuniqué de presse n°{NBSP}2026-001"
    assert section.footer.paragraphs[0].text.startswith("http://press.example/fr/releases/")
    assert {"PAGE", "NUMPAGES"} <= set(
        xml(taken(manuscripts.docx, taking.a_release()), "word/footer1.xml").split('"')
    )


def test_each_list_counts_from_one(app):
    body = "<ol><li>a</li><li>b</li></ol><p>x</p><ol><li>c<ol><li>d</li></ol></li></ol>"
    release = taking.a_release(languages=("fr",), words={"fr": Words("Titre", "Brest", "", body)})

    document = opened(taken(manuscripts.docx, release))

    marks = {
        one.text: one._p.pPr.numPr
        for one in document.paragraphs
        if one._p.pPr is not None and one._p.pPr.numPr is not None
    }
    numbering = {text: (mark.numId.val, mark.ilvl.val) for text, mark in marks.items()}
    assert {text: level for text, (_number, level) in numbering.items()} == {"a": 0, "b": 0, "c": 0, "d": 1}
    assert numbering["a"] == numbering["b"]
    assert len({numbering[text][0] for text in "acd"}) == 3


def test_the_language_of_the_whole_and_of_each_passage_is_said(app):
    body = '<p>Il dit <span lang="en">yes <strong>really</strong></span>, <span lang="gsw">Grüezi</span>.</p>'
    release = taking.a_release(languages=("fr",), words={"fr": Words("Titre", "Brest", "", body)})
    content = taken(manuscripts.docx, release)

    runs = next(one for one in opened(content).paragraphs if "Il dit" in one.text).runs
    told = {
        run.text: [mark.get(docx.oxml.ns.qn("w:val")) for mark in run._r.iter(docx.oxml.ns.qn("w:lang"))]
        for run in runs
    }
    assert told == {
        "Il dit ": [],
        "yes ": ["en-GB"],
        "really": ["en-GB"],
        ", ": [],
        "Grüezi": ["gsw"],
        ".": [],
    }
    assert '<w:lang w:val="fr-FR"' in xml(content, "word/styles.xml")


def test_it_says_of_itself_what_it_is(app):
    facts = opened(taken(manuscripts.docx, taking.a_release())).core_properties

    assert (facts.title, facts.author, facts.last_modified_by, facts.language, facts.comments) == (
        f"Une fête & un bal{NBSP}: «{NBSP}#eval{NBSP}»{NNBSP}!", "Bureau de presse", "Bureau de presse", "fr", "",
    )  # fmt: skip
    assert facts.created == facts.modified == builders.NOON


def test_links_lead_where_they_did_unless_they_are_too_long(app):
    body = f'<p><a href="https://press.example/a?b&amp;c">un</a> <a href="https://press.example/{"x" * 9000}">deux</a></p>'
    release = taking.a_release(languages=("fr",), words={"fr": Words("Titre", "Brest", "", body)})

    paragraph = opened(taken(manuscripts.docx, release)).paragraphs[2]

    assert [(link.text, link.address) for link in paragraph.hyperlinks] == [
        ("un", "https://press.example/a?b&c")
    ]
    assert paragraph.text == "un deux"


def test_nothing_in_it_tells_when_it_was_fetched(app):
    with zipfile.ZipFile(io.BytesIO(taken(manuscripts.docx, taking.a_release()))) as archive:
        assert {part.date_time for part in archive.infolist()} == {manuscripts.EPOCH}


def test_a_label_stands_above_all(app):
    content = taken(manuscripts.docx, taking.a_release(), label="Sous embargo")

    assert opened(content).paragraphs[0].text == "Sous embargo"
