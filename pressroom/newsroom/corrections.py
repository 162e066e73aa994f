"""What was changed after it was published: the log of corrections, its feed, and every public version of a text."""

from datetime import UTC, datetime
from typing import NamedTuple

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for

from pressroom import clock, links, pages
from pressroom.database import db
from pressroom.newsroom import addresses, caching, notices, xml
from pressroom.releases import differences, queries
from pressroom.releases.differences import Change
from pressroom.releases.models import Correction, Publication, ReleaseText, Revision, State

ENTRIES = 20
# A feed without entries has never changed.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)

bp = Blueprint("corrections", __name__)


class Entry(NamedTuple):
    """A correction, and the release's headline and address in the reader's language, or in one that it has; what was
    killed has no headline any more."""

    correction: Correction
    language: str
    headline: str | None
    url: str


class Version(NamedTuple):
    """A state of the words that readers could see, what they were told of it, and how it differs from the one
    before: None for the first."""

    revision: Revision
    publication: Publication
    told: list[Correction]
    changes: list[Change] | None


@bp.get("/<language:language>/corrections")
def log(language):
    page = pages.paginate(queries.log_of_corrections(clock.now()))
    return render_template(
        "newsroom/corrections.html",
        page=page,
        entries=[_entry(correction, language) for correction in page.items],
        alternates=[(code, url_for(".log", language=code)) for code in current_app.config["LANGUAGES"]],
        canonical=pages.page_url(page.number) if page.number > 1 else request.path,
    )


@bp.get("/<language:language>/corrections.atom")
def atom(language):
    newest = db.session.scalars(queries.log_of_corrections(clock.now()).limit(ENTRIES))
    entries = [_entry(correction, language) for correction in newest]
    response = xml.response(
        "corrections_atom.xml",
        "application/atom+xml",
        language=language,
        entries=entries,
        updated=max((entry.correction.at for entry in entries), default=NEVER),
        self_url=links.absolute("corrections.atom", language=language),
        log_url=links.absolute("corrections.log", language=language),
        tag=addresses.tag,
    )
    response.content_language.add(language)
    return caching.revalidated(response)


@bp.get("/<language:language>/releases/<release_id>/<slug>/versions")
def versions(language, release_id, slug):
    text = _text(language, release_id)
    if slug != text.slug:
        return redirect(url_for(".versions", language=language, release_id=release_id, slug=text.slug), 301)
    return render_template(
        "newsroom/versions.html", text=text, versions=_versions(text), alternates=_elsewhere(text)
    )


@bp.get("/<language:language>/releases/<release_id>/<slug>/versions/<int:number>")
def version(language, release_id, slug, number):
    text = _text(language, release_id)
    found = next((one for one in _versions(text) if one.revision.number == number), None) or abort(404)
    values = {"language": language, "release_id": release_id, "slug": text.slug}
    if number == text.public_number:
        return redirect(url_for("newsroom.release", **values))
    if slug != text.slug:
        return redirect(url_for(".version", number=number, **values), 301)
    return render_template("newsroom/version.html", text=text, version=found, alternates=_elsewhere(text))


def _entry(correction: Correction, language: str) -> Entry:
    release = correction.release
    readable = addresses.readable_in(release)
    code = language if language in readable else readable[0]
    if release.state is State.KILLED:
        return Entry(correction, code, None, url_for("newsroom.short", release_id=release.id))
    return Entry(correction, code, release.texts[code].public.headline, addresses.page(release, code))


def _text(language: str, release_id: str) -> ReleaseText:
    """The words whose versions are asked for, as long as anybody may read them."""
    text = notices.found(release_id).texts.get(language)
    return text if text and text.public_number else abort(404)


def _versions(text: ReleaseText) -> list[Version]:
    """Newest first."""
    all_told, found, before = queries.told(text.release, text.language), [], None
    for revision, publication in queries.publications(text, clock.now()):
        told = [one for one in all_told if one.texts[text.language].number == revision.number]
        changes = before and differences.compare(before.words, revision.words, text.language)
        found.insert(0, Version(revision, publication, told, changes))
        before = revision
    return found


def _elsewhere(text: ReleaseText) -> list[tuple[str, str]]:
    """The versions in every language."""
    release = text.release
    return [
        (code, url_for(".versions", language=code, release_id=release.id, slug=release.texts[code].slug))
        for code in addresses.readable_in(release)
    ]
