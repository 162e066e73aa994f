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
from pressroom.releases.models import Correction, CorrectionKind, CorrectionText, Release

K = CorrectionKind


class Note(NamedTuple):
    """What is said in one language; of a correction also what it said and what it says now. Plain text."""

    note: str
    wrong: str = ""
    right: str = ""


def demand_notes(kind: CorrectionKind | None, notes: Mapping[str, Note], languages: Iterable[str]) -> None:
    """Raise Refused unless what changes is said in each of `languages`, and nothing is said by halves."""
    told = set(languages) | set(notes if kind else ())
    if told and kind is None:
        raise Refused(_("Say what changes for readers: an update, a clarification or a correction."))
    for code in sorted(told):
        said = notes.get(code, Note(""))
        language = locale().languages[code]
        if not said.note:
            raise Refused(_("Write the note to readers in %(language)s.", language=language))
        if kind is K.CORRECTION and not (said.wrong and said.right):
            raise Refused(_("Give what was wrong and what is right in %(language)s.", language=language))


def record(
    release: Release, kind: CorrectionKind, notes: Mapping[str, Note], *, carried_out: Iterable[str], by: Actor,
    at: datetime,
) -> Correction:  # fmt: skip
    """Keep what is said; in the languages of `carried_out` the newest words are about to become public."""
    correction = Correction(kind=kind, at=at, author=by.name)
    for code, said in notes.items():
        text = release.texts.get(code)
        correction.texts[code] = CorrectionText(
            language=code, note=said.note, wrong=said.wrong, right=said.right,
            from_number=(text and text.public_number) or 0, number=text.latest_number if code in carried_out else None,
        )  # fmt: skip
    release.corrections.append(correction)
    return correction


def complete(corrections: Iterable[Correction], release: Release, languages: Iterable[str]) -> None:
    """The newest words in `languages` follow these corrections, which waited for them."""
    for correction in corrections:
        for code in languages:
            said = correction.texts.get(code)
            if said and said.number is None:
                said.number = release.texts[code].latest_number
