import io
from collections import Counter

import pytest
from pypdf import PdfReader

from pressroom import storage
from pressroom.releases import papers
from pressroom.releases.models import Words
from tests import builders
from tests.releases import taking
from tests.releases.taking import taken


def opened(content):
    return PdfReader(io.BytesIO(content))


def in_french(body, **values):
    return taking.a_release(languages=("fr",), words={"fr": Words("Titre", "Brest", "", body)}, **values)


def test_it_says_of_itself_what_readers_of_pdf_ask(app):
    document = opened(taken(papers.pdf, taking.a_release()))
    root = document.trailer["/Root"]
    packet = root["/Metadata"].get_object().get_data().decode()

    assert (root["/Lang"], root["/MarkInfo"], root["/ViewerPreferences"]) == (
        "fr", {"/Marked": True, "/Suspects": False}, {"/Direction": "/L2R", "/DisplayDocTitle": True},
    )  # fmt: skip
    assert "<pdfuaid:part>1</pdfuaid:part>" in packet
    assert "<rdf:li>fr</rdf:li>" in packet
    assert document.metadata.title == "Une fête & un bal\u00a0: «\u00a0#eval\u00a0»\u202f!"
    assert document.metadata.author == "Bureau de presse"
    assert document.metadata.creation_date is None


def test_every_part_of_the_text_is_tagged_as_what_it_is(app):
    release = taking.a_release(pictures=[builders.an_asset(), builders.an_asset()])
    roles = [role for role, _language in taking.pdf_tags(taken(papers.pdf, release))]

    # The first heading of the body was a level too deep; two lists, one of them inside the other's item.
    assert [role for role in roles if role[:2] in ("/H", "/L") and role != "/LBody"] == [
        "/H1", "/H2", "/Link", "/H2", "/L", "/LI", "/Lbl", "/LI", "/Lbl", "/L", "/LI", "/Lbl", "/L", "/LI", "/Lbl", "/H2",
    ]  # fmt: skip
    assert Counter(roles) & Counter(("/BlockQuote", "/Figure", "/Caption", "/Em")) == Counter(
        ("/BlockQuote", "/Figure", "/Caption", "/Em")
    )


def test_the_first_page_names_the_contact_and_every_page_its_number(app):
    release = in_french("<p>" + "Le texte continue. " * 600 + "</p>")
    document = opened(taken(papers.pdf, release))
    pages = [page.extract_text() for page in document.pages]

    assert len(pages) > 2
    assert (
        "Contact presse\nMaël Quéré\nRelations médias\n+33 1 99 00 00 01\nmael.quere@press.example"
        in pages[0]
    )
    assert "Communiqué de presse n°\u00a02026-001" in pages[0]
    url = f"http://press.example/fr/releases/{release.id}/titre"
    assert [f"{url} {n}/{len(pages)}" in page for n, page in enumerate(pages, 1)] == [True] * len(pages)
    assert pages[-1].count("– Fin –") == 1


def test_a_text_of_many_pages_is_set(app):
    body = "<h2>Partie</h2><p>Une phrase de plus, et encore une autre pour la route.</p>" * 1500

    assert len(opened(taken(papers.pdf, in_french(body))).pages) >= 40


def test_a_copy_before_its_hour_says_whose_it_is_on_every_page(app):
    release = in_french("<p>" + "Le texte continue. " * 400 + "</p>")
    document = opened(
        taken(papers.pdf, release, label="SOUS EMBARGO : #x", watermark='Copie de "Noémie" *K* #eval("1")')
    )

    for page in document.pages:
        assert 'Copie de "Noémie" *K* #eval("1")' in page.extract_text()
        assert "SOUS EMBARGO : #x" in page.extract_text()
    assert "EMBARGO" not in taking.pdf_text(taken(papers.pdf, release))


@pytest.mark.parametrize(
    "body",
    [
        "<h3>a</h3><blockquote><h3>b</h3><ul><li><h2>c</h2></li></ul></blockquote>",
        "<p>" + "x" * 3000 + "</p>",
        f'<p><a href="https://press.example/{"x" * 9000}">long</a> <a href="mailto:a@b.example">m</a></p>',
        "<p>中文 日本語 עברית हिन्दी 😀 \u200b\u00ad\u202e\ue000</p>",
        '<p><span lang="ar">سلام</span> <span lang="zh">中文</span> <span lang="gsw">Grüezi</span></p>',
        "<ul>" + "<li>x<ul>" * 7 + "<li>y</li>" + "</ul></li>" * 7 + "</ul>",
        "<blockquote><p>a<br>b</p></blockquote>",
    ],
)
def test_no_text_keeps_the_document_from_being_made(app, body):
    assert len(opened(taken(papers.pdf, in_french(body))).pages) >= 1


def test_only_the_first_picture_is_shown_and_what_is_reserved_stays_away(app):
    shown, named, reserved = (
        builders.an_asset(credit=name, size=(300, 200)) for name in ("Ateliers", "Brume", "CANARY")
    )
    reserved.restricted = True
    release = in_french("<p>Un.</p>", pictures=[reserved, shown, named])

    document = opened(taken(papers.pdf, release))

    text = "\n".join(page.extract_text() for page in document.pages)
    assert ("Crédit\u00a0: Ateliers." in text, "Crédit\u00a0: Brume." in text, "CANARY" in text) == (
        True,
        True,
        False,
    )
    assert [len(page.images) for page in document.pages].count(1) == 1
    assert "Une salle pleine" in str(alternatives(document))


def alternatives(document):
    """What is said of pictures to whoever cannot see them."""
    objects = (document.get_object(number) for number in range(1, len(document.xref[0]) + 1))
    return [one["/Alt"] for one in objects if isinstance(one, dict) and "/Alt" in one]


def test_a_picture_whose_file_is_gone_leaves_its_words(app):
    asset = builders.an_asset()
    for rendition in asset.renditions:
        storage.delete(rendition.key)

    text = taking.pdf_text(taken(papers.pdf, in_french("<p>Un.</p>", pictures=[asset])))

    assert "Crédit\u00a0: Ateliers Pins." in text
