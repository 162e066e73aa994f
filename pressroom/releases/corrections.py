"""What readers of a public release are told when it changes: in each language, what was wrong and what is right.

Only `workflow` calls what writes here: a correction is part of the publication that it explains.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from pressroom.access import Actor
from pressroom.errors import Refused
from pressroom.i18n import gettext as _
from pressroom.i18n import locale
from pressroom.releases import queries
from pressroom.releases.models import Correction, CorrectionKind, CorrectionText, Release

K = CorrectionKind


class Note(NamedTuple):
    """What is said in one language; of a correction also what it said and what it says now. Plain text."""

    note: str
    wrong: str = ""
    right: str = ""


def demand_notes(
    release: Release, kind: CorrectionKind | None, notes: Mapping[str, Note], languages: Iterable[str]
) -> None:
    """Raise Refused unless what changes is said in each of `languages`, nothing is said by halves, and nobody is
    told of words that they have never seen."""
    due = set(languages)
    if due and kind is None:
        raise Refused(_("Say what changes for readers: an update, a clarification or a correction."))
    public = queries.public_in(release)
    for code in sorted(due | set(notes if kind else ())):
        said, language = notes.get(code, Note("")), locale().languages[code]
        if code not in public:
            raise Refused(_("Readers have no text in %(language)s yet.", language=language))
        if not said.note:
            raise Refused(_missing(kind, language))
        if kind is K.CORRECTION and not (said.wrong and said.right):
            raise Refused(_("Give what was wrong and what is right in %(language)s.", language=language))


def _missing(kind: CorrectionKind | None, language: str) -> str:
    if kind in queries.TAKEN_OFF:
        return _("Give the reason in %(language)s.", language=language)
    return _("Write the note to readers in %(language)s.", language=language)


def record(
    release: Release, kind: CorrectionKind, notes: Mapping[str, Note], *, carried_out: Iterable[str], by: Actor,
    at: datetime,
) -> None:  # fmt: skip
    """Keep what is said; in the languages of `carried_out` the newest words are about to become public."""
    correction = Correction(kind=kind, at=at, author=by.name)
    for code, said in notes.items():
        text = release.texts[code]
        correction.texts[code] = CorrectionText(
            language=code, note=said.note, wrong=said.wrong, right=said.right, from_number=text.public_number,
            number=text.latest_number if code in carried_out else None,
        )  # fmt: skip
    release.corrections.append(correction)


def complete(release: Release, followed: Mapping[str, Iterable[Correction]]) -> None:
    """In each language, the newest words follow these corrections, which waited for them."""
    for code, corrections in followed.items():
        for correction in corrections:
            correction.texts[code].number = release.texts[code].latest_number
