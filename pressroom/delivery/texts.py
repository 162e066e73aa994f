"""The press office's own words of a notice: plain text in which {placeholders} stand for what each mail fills in.

A placeholder is a block of the notice's template, so that the words can be replaced and what they stand around stays.
There is no template language: a brace that belongs to no placeholder is an error, told when the words are saved.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from typing import NamedTuple

from babel.support import LazyProxy
from flask import current_app

from pressroom import audit
from pressroom.access import Actor
from pressroom.database import db
from pressroom.delivery.models import NoticeText
from pressroom.errors import Refused
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l

PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
# Within a sentence or a subject.
# (In a subject a date is as short as it can be: the block "near" says it.)
INLINE = {
    "event": _l("the event’s title"),
    "reference": _l("the reference of the request"),
    "reason": _l("the reason of the decision"),
    "deadline": _l("the day or the hour until which an answer is awaited"),
    "moment": _l("the day, or the day and the hour, of the event"),
    "releases": _l("a link to the press releases"),
}
# In a paragraph of their own.
APART = {
    "button": _l("the button that leads the reader on, with its address"),
    "confirming": _l("the button that confirms the address"),
    "list": _l("the list of what this mail is about"),
    "note": _l("what the press office adds for this one person"),
    "details": _l("when and where, the category, the map, the calendar"),
    "before": _l("when and where it was to be before"),
    "terms": _l("until when it holds, and what follows from that"),
    "promise": _l("when an answer can be expected"),
    "standing": _l("what becomes of the request"),
    "reopening": _l("how to take the request up again, as long as that is possible"),
    "contact": _l("whom to ask, by name, with the telephone number"),
    "leaving": _l("how to give the place back"),
}
# Without these the mail would lead nowhere, or keep from the person what they must know.
DUE = ("reason", "deadline", "button", "confirming", "list", "note", "terms", "details", "before")
LONGEST_SUBJECT = 400  # characters: what a message's row holds


class Usual(NamedTuple):
    """What a notice of two meanings says when `argument` of its template is `value`; `otherwise` is for the desk."""

    argument: str
    value: bool
    otherwise: LazyProxy


# The words of the press office stand for the usual meaning alone: the other one would be told wrongly in them.
TWOFOLD = {
    "accreditation_withdrawn": Usual("own", True, _l("When the press office withdraws the request, the mail says so in its original words.")),
    "event_moved": Usual("new_date", True, _l("When only the place changes, the mail says so in its original words.")),
    "release_preview": Usual("changed", False, _l("When the end of the embargo changes, the mail says so in its original words.")),
}  # fmt: skip


class Edited(NamedTuple):
    """Words with placeholders, as they are typed."""

    subject: str
    heading: str
    words: str


class Token(NamedTuple):
    """A piece of a line: its words, or the name of the placeholder that stands there."""

    words: str
    name: str = ""


def placeholders(notice: str) -> list[str]:
    """What may stand in the words of a notice, in the order of the tables above; empty when it has no words of its own
    to replace."""
    blocks, name = set(), f"mail/{notice}/body.html"
    while name:
        template = current_app.jinja_env.get_template(name)
        blocks |= set(template.blocks)
        source = current_app.jinja_env.loader.get_source(current_app.jinja_env, name)[0]
        parent = re.search(r'{% extends "([^"]+)" %}', source)
        name = parent and parent[1]
    return [known for known in (*INLINE, *APART) if known in blocks] if "words" in blocks else []


def faults(notice: str, edited: Edited) -> dict[str, list[str]]:
    """What is wrong with the words, by field; empty when nothing is."""
    known = placeholders(notice)
    found = {
        field: [_unknown(brace) for brace in _strays(words, known)]
        for field, words in edited._asdict().items()
    }
    apart = [name for name in known if name in APART]
    for field in ("subject", "heading"):
        found[field] += [_not_here(name) for name in _names(getattr(edited, field)) if name in apart]
    for paragraph in paragraphs(edited.words):
        names = [] if _alone(paragraph) else _names(paragraph)
        found["words"] += [_apart(name) for name in names if name in apart]
    said = _names(f"{edited.heading} {edited.words}")
    found["words"] += [_missing(name) for name in known if name in DUE and name not in said]
    return {field: list(dict.fromkeys(sentences)) for field, sentences in found.items() if sentences}


def paragraphs(words: str) -> list[str]:
    """The paragraphs, which an empty line parts."""
    return [
        paragraph.strip()
        for paragraph in re.split(r"\n[ \t]*\n", words.replace("\r\n", "\n"))
        if paragraph.strip()
    ]


def tokens(words: str) -> Iterator[Token]:
    """The words in pieces: what stands there, and where a placeholder does."""
    end = 0
    for match in PLACEHOLDER.finditer(words):
        if match.start() > end:
            yield Token(words[end : match.start()])
        yield Token(match[0], match[1])
        end = match.end()
    if words[end:]:
        yield Token(words[end:])


def layout(edited: Edited) -> dict:
    """What mail/_edited.html writes: lines of tokens; a paragraph that is one placeholder of APART is only its name."""
    body = [
        _alone(paragraph) or [list(tokens(line)) for line in paragraph.split("\n")]
        for paragraph in paragraphs(edited.words)
    ]
    return {"subject": list(tokens(edited.subject)), "heading": list(tokens(edited.heading)), "body": body}


def subject_of(html: str) -> str:
    """The subject of a mail that mail/_edited.html wrote: its title, as plain text, cut where a row ends."""
    title = re.sub(r"<[^>]*>", "", re.search(r"<title>(.*?)</title>", html, re.DOTALL)[1])
    words = re.sub(r"[ \n]+", " ", unescape(title)).strip()  # not the spaces that French sets
    return words if len(words) <= LONGEST_SUBJECT else f"{words[: LONGEST_SUBJECT - 1]}…"


def of(notice: str, language: str) -> NoticeText | None:
    """What the press office has written in the place of the notice's own words."""
    return db.session.get(NoticeText, (notice, language))


def every() -> dict[tuple[str, str], NoticeText]:
    """The same of all notices, by notice and language."""
    return {(one.notice, one.language): one for one in db.session.scalars(db.select(NoticeText))}


def fitting(notice: str, language: str, context: dict) -> NoticeText | None:
    """The same, unless the notice means this time what TWOFOLD leaves to its own words."""
    usual = TWOFOLD.get(notice)
    return None if usual and bool(context.get(usual.argument)) is not usual.value else of(notice, language)


def save(notice: str, language: str, edited: Edited, *, by: Actor, at: datetime) -> None:
    """Use these words from now on. Raises Refused with the first fault."""
    for sentences in faults(notice, edited).values():
        raise Refused(sentences[0])
    text = of(notice, language) or NoticeText(notice=notice, language=language)
    text.subject, text.heading, text.words = edited
    text.author, text.at = by.name, at
    db.session.add(text)
    audit.record("text.change", f"text:{notice}.{language}", by=by, at=at)


def go_back(notice: str, language: str, *, by: Actor, at: datetime) -> None:
    """Use the notice's own words again; harmless when they are used already."""
    text = of(notice, language)
    if text:
        db.session.delete(text)
        db.session.flush()  # `of` would find it until then
        audit.record("text.reset", f"text:{notice}.{language}", by=by, at=at)


def _alone(paragraph: str) -> str:
    """The name of APART that a paragraph is nothing but, "" for any other paragraph."""
    match = PLACEHOLDER.fullmatch(paragraph)
    return match[1] if match and match[1] in APART else ""


def _names(words: str) -> list[str]:
    return [token.name for token in tokens(words) if token.name]


def _strays(words: str, known: list[str]) -> list[str]:
    """Placeholders that this notice has not, and braces that make none."""
    unknown = [f"{{{name}}}" for name in _names(words) if name not in known]
    rest = "".join(" " if token.name else token.words for token in tokens(words))
    return unknown + re.findall(r"[{}][^\s{}]{0,20}", rest)


def _unknown(brace: str) -> str:
    return _("“%(words)s” is no placeholder of this mail.", words=brace)


def _not_here(name: str) -> str:
    return _("“%(words)s” is a paragraph of its own: it can stand in the text only.", words=f"{{{name}}}")


def _apart(name: str) -> str:
    return _("Put “%(words)s” in a paragraph of its own, between two empty lines.", words=f"{{{name}}}")


def _missing(name: str) -> str:
    return _("“%(words)s” is missing: readers need what it stands for.", words=f"{{{name}}}")
