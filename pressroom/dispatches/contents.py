"""What a dispatch says about its release, correction or kit to those who read one language."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from pressroom.database import db
from pressroom.delivery.models import Dispatch, DispatchKind
from pressroom.dispatches import audience, queries
from pressroom.events import queries as events
from pressroom.events.models import Event
from pressroom.kits import parts
from pressroom.kits import queries as kits
from pressroom.releases import queries as releases
from pressroom.releases import renditions
from pressroom.releases.models import CorrectionKind, Release, ReleaseText, Revision
from pressroom.staff import queries as staff
from pressroom.staff.models import PressContact

MOST_PARAGRAPHS, MOST_CHARACTERS = 3, 900  # of a release's text in a mail: the page has the rest


class Inside(NamedTuple):
    """`language` is that of the words, which need not be the reader's; `values` are for the template; `holds` and
    `revision` say which words of a release whoever gets it has then been handed; `files` leave with it."""

    language: str
    contact: PressContact | None
    values: dict[str, Any]
    embargo: datetime | None = None
    holds: str | None = None
    revision: int | None = None
    files: list[tuple[str, str, int, str]] = []


def of(dispatch: Dispatch, language: str, now: datetime) -> Inside:
    """What is said to those who read `language`, as it is at `now`."""
    known = audience.languages(dispatch)
    said_in = language if language in known or not known else known[0]
    return _OF_KINDS[dispatch.kind](dispatch, language, said_in, now)


def contact(dispatch: Dispatch) -> PressContact | None:
    """Whom its readers answer to: the contact of what it is about, or the office's first one."""
    release = queries.release_of(dispatch)
    if release:
        return staff.whom_to_ask(release.contact)
    event = db.session.get(Event, dispatch.event_id) if dispatch.event_id else None
    return events.contact(event) if event else staff.whom_to_ask()


def _release(dispatch: Dispatch, _language: str, said_in: str, now: datetime) -> Inside:
    release = queries.subject_of(dispatch)
    text = release.texts[said_in]
    revision = text.public or text.latest
    embargo = release.embargo_until if release.embargo_until and release.embargo_until > now else None
    return Inside(
        said_in, contact(dispatch), {**_words(release, revision, said_in), "excerpt": _excerpt(revision, said_in)},
        embargo, releases.about(text), revision.number,
    )  # fmt: skip


def _correction(dispatch: Dispatch, _language: str, said_in: str, _now: datetime) -> Inside:
    """What was wrong and what is right; of a release that was killed not one of its words."""
    correction = queries.subject_of(dispatch)
    release, said = correction.release, correction.texts[said_in]
    text: ReleaseText = release.texts[said_in]
    killed = correction.kind is CorrectionKind.KILL
    words = {} if killed else _words(release, text.public or text.latest, said_in)
    values = {
        **words, "kind": correction.kind, "number": release.number, "said": said, "at": correction.at,
        "page": renditions.address(release, said_in), "follows": said.number is not None,
    }  # fmt: skip
    held = (releases.about(text), said.number) if said.number else (None, None)
    return Inside(said_in, contact(dispatch), values, None, *held)


def _kit(dispatch: Dispatch, language: str, said_in: str, now: datetime) -> Inside:
    kit = queries.subject_of(dispatch)
    version = kit.current or kit.newest
    cover = version.texts.get(said_in)
    held, event = parts.held(version, now, accepted=False), kit.event.words(language)
    values = {
        "title": renditions.typeset(event.title, event.language),
        "inside": sorted(held.files, key=lambda file: file.language not in (None, language)),
        "releases": [releases.shown_text(part.release, language).public for part in held.releases],
        "opens_at": held.opens_at, "is_new": queries.is_of_new_version(dispatch), "note": cover and cover.note,
    }  # fmt: skip
    files = kits.attachable(kit, language, now) if dispatch.attaches else []
    return Inside(said_in, contact(dispatch), values, held.until, files=files)


def _advisory(dispatch: Dispatch, _language: str, said_in: str, _now: datetime) -> Inside:
    text = dispatch.texts.get(said_in)
    title = renditions.typeset(text.subject, said_in) if text else ""
    return Inside(said_in, contact(dispatch), {"title": title})


def _words(release: Release, revision: Revision, language: str) -> dict[str, Any]:
    url = renditions.address(release, language)
    said = renditions.parts(release, revision, language=language, contact=None, url=url)
    return {
        "headline": said.headline, "lead": said.lead, "what": f"{said.kind} {said.number}".rstrip(),
        "dateline": renditions.dateline(said), "page": said.url,
    }  # fmt: skip


def _excerpt(revision: Revision, language: str) -> list[str]:
    """The first paragraphs of the text, whole, without its headings; up to the first list, and to what announces it."""
    taken: list[str] = []
    for block in renditions.body(revision, language):
        too_long = taken and sum(map(len, taken)) + len(block.text) > MOST_CHARACTERS
        if block.name in ("ul", "ol") or (block.name == "p" and too_long):
            break
        if block.name == "p":
            taken.append(block.text)
    if taken and taken[-1].rstrip().endswith(":"):
        taken.pop()
    return taken[:MOST_PARAGRAPHS]


_OF_KINDS: dict[DispatchKind, Callable[[Dispatch, str, str, datetime], Inside]] = {
    DispatchKind.RELEASE: _release,
    DispatchKind.CORRECTION: _correction,
    DispatchKind.KIT: _kit,
    DispatchKind.ADVISORY: _advisory,
}
