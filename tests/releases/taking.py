"""A release that says everything which other forms could lose, and how the tests read those forms."""

import io
import re
from datetime import timedelta

from pypdf import PdfReader

from pressroom.releases import renditions
from pressroom.releases.models import Words
from tests import builders

NBSP, NNBSP = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
BODY = (
    '<p>« Oui ! » dit-elle ; 12 500 € : <span lang="en">“Yes : really !”</span>, <strong>gras <em>et plus</em></strong>.</p>'
    "<h3>Trop bas</h3>"
    '<p>#import "x" @ref $x$ `c` *a* _b_ [z] &lt;b&gt; \\n Voir <a href="https://press.example/a?b=c&amp;d=1">le site</a>.</p>'
    "<h2>Liste</h2><ul><li>un</li><li><p>deux</p><ol><li>petit a</li></ol></li></ul>"
    "<ol><li>premier</li></ol><blockquote><p>Cité.</p></blockquote>"
    "<p>Łódź, Ωμέγα, Москва, سلام<br>à la ligne</p>"
)
WORDS = Words("Une fête & un bal : « #eval » !", "Brest", "Un <mot> ; *rien* ?", BODY)


def a_release(**values):
    """In French and English, read at noon by everybody; its first picture has a file."""
    words = {"fr": WORDS, **values.pop("words", {})}
    return builders.a_published_release(at=builders.NOON, words=words, **values)


def taken(make, release, language="fr", **values):
    """The form that `make` makes of the public words."""
    contact = release.contact.words(language)
    url = renditions.address(release, language)
    return make(
        release, release.texts[language].public, language=language, contact=contact, url=url, **values
    )


def corrected(release, workflow, kind, notes, *, languages=("fr",), days=1):
    """The release a day later, its French words changed, and readers told so."""
    at = builders.NOON + timedelta(days=days)
    for code in languages:
        old = release.texts[code].latest.words
        workflow.save(release, code, old._replace(lead=f"{old.lead} Encore."), by=builders.SYSTEM, at=at)
    workflow.publish_changes(release, *languages, kind=kind, notes=notes, by=builders.SYSTEM, at=at)
    return builders.stored(release)


def pdf_text(content):
    """All its words, each run of line ends a space."""
    return re.sub(
        r" *\n", "\n", "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    )


def pdf_tags(content):
    """(role, language or None) of every element of its structure, in reading order."""
    found = []

    def walk(node):
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict):
            if "/S" in node:
                found.append((str(node["/S"]), node.get("/Lang")))
            if "/K" in node:
                walk(node["/K"])

    walk(PdfReader(io.BytesIO(content)).trailer["/Root"]["/StructTreeRoot"])
    return found
