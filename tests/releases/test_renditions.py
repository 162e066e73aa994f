import io
import json
import zipfile
from datetime import timedelta

import pytest
from pypdf import PdfReader

from pressroom.releases import bundles, importing, manuscripts, ninjs, papers, renditions, workflow
from pressroom.releases.corrections import Note
from pressroom.releases.models import CorrectionKind, Kind
from tests import builders
from tests.releases import taking
from tests.releases.taking import NBSP, NNBSP, taken

FRENCH = f"«{NBSP}Oui{NNBSP}!{NBSP}» dit-elle{NNBSP}; 12{NNBSP}500{NBSP}€{NBSP}:"
ENGLISH = "“Yes : really !”"


def test_the_plain_text_is_clean_and_says_it_all(app):
    release = taking.a_release()

    assert taken(renditions.plain_text, release).replace(NBSP, "~") == (
        "Bureau de presse\nCommuniqué de presse n°~2026-001\nBrest, 22~novembre 2026\n\n"
        "Une fête & un bal~: «~#eval~»~!\n\n"
        "Un <mot>~; *rien*~?\n\n"
        "«~Oui~!~» dit-elle~; 12~500~€~: “Yes : really !”, gras et plus.\n\n"
        "Trop bas\n\n"
        '#import "x" @ref $x$ `c` *a* _b_ [z] <b> \\n Voir le site (https://press.example/a?b=c&d=1).\n\n'
        "Liste\n\n- un\n- deux\n  1. petit a\n\n1. premier\n\n> Cité.\n\n"
        "Łódź, Ωμέγα, Москва, سلام\nà la ligne\n\n"
        "– Fin –\n\n"
        "Contact presse\nMaël Quéré\nRelations médias\n+33 1 99 00 00 01\nmael.quere@press.example\n"
        "du lundi au vendredi, 9~h à 18~h\n\n"
        f"http://press.example/fr/releases/{release.id}/une-fete-un-bal-eval\n"
    )


def test_the_text_in_english_is_in_english_whoever_asks(app):
    text = taken(renditions.plain_text, taking.a_release(), "en", label="Under embargo")

    assert text.startswith(
        "Under embargo\n\nPress office\nPress release no. 2026-001\nSophia Antipolis, 22 November 2026\n\nClusters meet\n\n"
    )
    assert "\n\n– Ends –\n\nPress contact\nMaël Quéré\nMedia relations\n" in text


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Kind.ADVISORY, "Invitation à la presse"),
        (Kind.STATEMENT, "Déclaration"),
        (Kind.BACKGROUNDER, "Note de contexte"),
        (Kind.SPEECH, "Discours"),
    ],
)
def test_every_kind_of_release_says_what_it_is(app, kind, name):
    release = taking.a_release()
    release.kind, release.number = kind, None

    assert taken(renditions.plain_text, release).splitlines()[1] == name


def test_readers_are_told_what_was_changed_and_what_does_not_follow_yet(app):
    release = taking.a_release()
    correction = {"fr": Note("Le prix.", "12 €", "13 €"), "en": Note("The price.", "€12", "€13")}
    taking.corrected(release, workflow, CorrectionKind.CORRECTION, correction)
    taking.corrected(release, workflow, CorrectionKind.UPDATE, {"fr": Note("Complet !")}, days=2)

    assert renditions.notes(release, "fr") == [
        f"Mise à jour du 24{NBSP}novembre 2026{NBSP}: Complet{NNBSP}!",
        f"Rectificatif du 23{NBSP}novembre 2026{NBSP}: Le prix. Au lieu de «{NBSP}12{NBSP}€{NBSP}», lire «{NBSP}13{NBSP}€{NBSP}».",
    ]
    assert renditions.notes(release, "en") == [
        "Correction of 23 November 2026: The price. Instead of “€12”, read “€13”. This text does not take account of it yet."
    ]
    for make in (renditions.plain_text, papers.pdf, manuscripts.docx):
        assert all(f"du {day}{NBSP}novembre 2026" in readable(taken(make, release)) for day in (23, 24))


def readable(content):
    """What a person reads in any of the forms."""
    if isinstance(content, str):
        return content
    if content.startswith(b"%PDF"):
        return taking.pdf_text(content)
    return importing.read("x.docx", content).body


def in_text(release):
    text = taken(renditions.plain_text, release)
    return text, ENGLISH in text


def in_pdf(release):
    content = taken(papers.pdf, release)
    page = PdfReader(io.BytesIO(content)).pages[0]
    return page.extract_text(), b"/Lang(en)" in page.get_contents().get_data()


def in_word(release):
    document = (
        zipfile.ZipFile(io.BytesIO(taken(manuscripts.docx, release))).read("word/document.xml").decode()
    )
    return importing.read(
        "x.docx", taken(manuscripts.docx, release)
    ).body, '<w:lang w:val="en-GB"/>' in document


def in_ninjs(release):
    item = ninjs.item(release, release.texts["fr"].public, "fr", now=builders.NOON)
    xhtml = item["bodies"][1]["value"]
    return xhtml, f'<span lang="en">{ENGLISH}</span>' in xhtml


def in_zip(release):
    with zipfile.ZipFile(io.BytesIO(bytes(bundles.stream(release, "fr")))) as archive:
        text = archive.read("une-fete-un-bal-eval.txt").decode()
    return text, ENGLISH in text


@pytest.mark.parametrize("form", [in_text, in_pdf, in_word, in_ninjs, in_zip])
def test_spacing_and_languages_survive_in_every_form(app, form):
    text, marked = form(taking.a_release())

    expected = FRENCH if form not in (in_text, in_zip) else FRENCH.replace(NNBSP, NBSP)
    assert expected in text
    assert ENGLISH in text
    assert marked
    assert "#import" in text
    assert "@ref $x$" in text


@pytest.mark.parametrize("make", [renditions.plain_text, papers.pdf, manuscripts.docx])
def test_the_same_release_is_the_same_bytes(app, make):
    release = taking.a_release(pictures=[builders.an_asset()])

    assert taken(make, release) == taken(make, release)


def test_what_changes_is_another_json(app):
    release = taking.a_release()
    before = json.dumps(ninjs.item(release, release.texts["fr"].public, "fr", now=builders.NOON))
    taking.corrected(release, workflow, CorrectionKind.UPDATE, {"fr": Note("Complet.")})
    later = builders.NOON + timedelta(days=2)

    assert json.dumps(ninjs.item(release, release.texts["fr"].public, "fr", now=later)) != before
