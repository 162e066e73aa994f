"""A release in other forms than a page: what every form says, in the same words and order, and the plainest form."""

from typing import NamedTuple

from flask import current_app

from pressroom import blocks, dates, links, markup, pages
from pressroom.blocks import Block
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.i18n import speaking
from pressroom.releases.models import CorrectionKind, CorrectionText, Kind, Release, Revision
from pressroom.staff import queries as staff
from pressroom.staff.models import ContactWords
from pressroom.typography import NBSP, NNBSP, french

# What can be taken of a public release, by the end of its address.
FORMATS = {
    "txt": "text/plain",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
    "zip": "application/zip",
}
LONGEST_ADDRESS = 2000  # characters: neither Word nor a PDF takes much longer links, so such words go without
KINDS = {
    Kind.RELEASE: _l("Press release"),
    Kind.ADVISORY: _l("Media advisory"),
    Kind.STATEMENT: _l("Statement"),
    Kind.BACKGROUNDER: _l("Background note"),
    Kind.SPEECH: _l("Speech"),
}
CHANGES = {
    CorrectionKind.UPDATE: _l("Update of %(day)s: %(note)s"),
    CorrectionKind.CLARIFICATION: _l("Clarification of %(day)s: %(note)s"),
    CorrectionKind.CORRECTION: _l("Correction of %(day)s: %(note)s"),
}


class Parts(NamedTuple):
    """What is said, in the release's language and with its spacing; what there is nothing to say of is empty."""

    organisation: str
    kind: str  # "Press release"
    number: str  # "no. 2026-047"
    place: str
    dated: str
    headline: str
    lead: str
    notes: list[str]  # to readers, on what was changed since; the newest first
    body: list[Block]
    end: str  # the mark after which nothing of the text follows
    contact: list[str]  # a heading, the name, then how to reach the person
    url: str


def parts(
    release: Release, revision: Revision, *, language: str, contact: ContactWords | None, url: str
) -> Parts:
    """`contact` and `url` are the press contact and the page's whole address, in the same language."""
    with speaking(language):
        return Parts(
            organisation=typeset(staff.office().name, language),
            kind=str(KINDS[release.kind]),
            number=_("no. %(number)s", number=release.number) if release.number else "",
            place=typeset(revision.place, language),
            dated=typeset(dates.day(release.dated), language),
            headline=typeset(revision.headline, language),
            lead=typeset(revision.lead, language),
            notes=notes(release, language),
            body=body(revision, language),
            end=_("– Ends –"),
            contact=[_("Press contact"), *_reach(contact, language)] if contact else [],
            url=url,
        )


def plain_text(
    release: Release, revision: Revision, *, language: str, contact: ContactWords | None, url: str,
    label: str | None = None,
) -> str:  # fmt: skip
    """The release as a reader pastes it elsewhere: each paragraph on one line, a blank line between, only spaces
    that every program knows. `label` stands above all, for one that is not public yet."""
    said = parts(release, revision, language=language, contact=contact, url=url)
    head = [said.organisation, f"{said.kind} {said.number}".rstrip(), dateline(said)]
    sheet = [
        label, "\n".join(filter(None, head)), *said.notes, said.headline, said.lead, markup.plain(said.body), said.end,
        "\n".join(said.contact), url,
    ]  # fmt: skip
    return "\n\n".join(filter(None, sheet)).replace(NNBSP, NBSP) + "\n"


def typeset(words: str, language: str) -> str:
    """Stored plain words with the spacing of their language."""
    return french(words) if language == "fr" else words


def body(revision: Revision, language: str) -> list[Block]:
    """The text as blocks, each passage with the spacing of its own language."""
    return blocks.read(str(pages.typeset_html(revision.body, language)))


def dateline(said: Parts) -> str:
    """“Brest, 18 November 2026”."""
    return ", ".join(filter(None, (said.place, said.dated)))


def address(release: Release, language: str) -> str:
    """The whole address of the release's page in `language`."""
    text = release.texts[language]
    return links.absolute("newsroom.release", language=language, release_id=release.id, slug=text.slug)


def notes(release: Release, language: str) -> list[str]:
    """What readers of `language` are told of changes, the newest first: a sentence or two each."""
    with speaking(language):
        told = [one for one in release.corrections if one.kind in CHANGES and language in one.texts]
        return [_note(one.kind, one.at, one.texts[language], language) for one in reversed(told)]


def _note(kind: CorrectionKind, at, said: CorrectionText, language: str) -> str:
    day = typeset(dates.day(at.astimezone(current_app.config["TIMEZONE"]).date()), language)
    sentences = [str(CHANGES[kind]) % {"day": day, "note": typeset(said.note, language)}]
    if said.wrong and said.right:
        wrong, right = typeset(said.wrong, language), typeset(said.right, language)
        sentences.append(_("Instead of “%(wrong)s”, read “%(right)s”.", wrong=wrong, right=right))
    if said.number is None:
        sentences.append(_("This text does not take account of it yet."))
    return " ".join(sentences)


def _reach(contact: ContactWords, language: str) -> list[str]:
    role, hours = (typeset(words, language) for words in (contact.role, contact.hours))
    return [line for line in (contact.name, role, contact.phone, contact.email, hours) if line]
