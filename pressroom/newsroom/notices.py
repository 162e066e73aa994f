"""What readers must know before they read a release: what was corrected, what does not follow yet, why it is gone."""

from datetime import datetime
from typing import NamedTuple

from flask import abort, current_app, make_response, render_template

from pressroom import clock, dates
from pressroom.i18n import gettext as _
from pressroom.i18n import locale
from pressroom.newsroom import addresses
from pressroom.releases import published, queries
from pressroom.releases.models import Correction, CorrectionKind, Release, State
from pressroom.staff.queries import whom_to_ask

K = CorrectionKind


class Pending(NamedTuple):
    """A correction that the words in this language do not follow yet, and where it is carried out."""

    correction: Correction
    sentence: str
    language: str
    url: str
    label: str


class Notices(NamedTuple):
    """For readers of one language, newest first; `off` is why the release is gone."""

    off: Correction | None
    pending: list[Pending]
    told: list[Correction]

    def __bool__(self) -> bool:
        return any(self)


def found(release_id: str) -> Release:
    """The release that anybody may read, or could read until it was withdrawn. One that was killed ends the request:
    410, with the reason; one that nobody may know of is not found."""
    now = clock.now()
    release = published.find(release_id, now) or queries.find_off(release_id, now) or abort(404)
    if release.state is State.KILLED:
        contact = whom_to_ask(release.contact)
        page = render_template("newsroom/killed.html", killed=queries.off(release), contact=contact)
        abort(make_response(page, 410, {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}))
    return release


def of(release: Release, language: str) -> Notices:
    return Notices(
        queries.off(release),
        [_pending(one, release, language) for one in queries.pending(release, language)],
        queries.told(release, language),
    )


def _pending(correction: Correction, release: Release, language: str) -> Pending:
    done = (code for code, said in sorted(correction.texts.items()) if said.number)
    code = next(done, release.source_language)
    sentence = _not_yet(correction.kind, local_day(correction.at))
    return Pending(correction, sentence, code, addresses.page(release, code), _see(code))


def _not_yet(kind: CorrectionKind, day: str) -> str:
    if kind is K.CORRECTION:
        return _("This version does not yet take account of the correction of %(day)s;", day=day)
    if kind is K.CLARIFICATION:
        return _("This version does not yet take account of the clarification of %(day)s;", day=day)
    return _("This version does not yet take account of the update of %(day)s;", day=day)


def _see(language: str) -> str:
    known = {"en": _("see the English version"), "fr": _("see the French version")}
    return known.get(language) or _("see the version in %(language)s", language=locale().languages[language])


def local_day(moment: datetime) -> str:
    """The office's own day of a moment."""
    return dates.day(moment.astimezone(current_app.config["TIMEZONE"]).date())
