"""What machines follow: one feed a language (Atom, RFC 4287)."""

import re
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, render_template

from pressroom import clock, links
from pressroom.database import db
from pressroom.newsroom import caching
from pressroom.releases import queries
from pressroom.releases.models import Release, Revision

ENTRIES = 20
# A feed without entries has never changed.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
# Characters that XML 1.0 forbids: one of them, pasted somewhere, would hide the whole feed.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

bp = Blueprint("feeds", __name__)


class Entry(NamedTuple):
    """A release in the feed's language; `siblings` are (language, address) of its other public words."""

    id: str
    release: Release
    text: Revision
    url: str
    updated: datetime
    siblings: list[tuple[str, str]]


@bp.after_request
def share(response):
    return caching.share(response, clock.now())


@bp.get("/<language:language>/feed.atom")
def atom(language):
    entries = [_entry(release, language) for release in db.session.scalars(_newest(language))]
    xml = render_template(
        "newsroom/feed.xml",
        entries=entries,
        updated=max((entry.updated for entry in entries), default=NEVER),
        self_url=links.absolute("feeds.atom", language=language),
        home_url=links.absolute("newsroom.releases", language=language),
    )
    response = Response(FORBIDDEN.sub("", xml), mimetype="application/atom+xml")
    response.content_language.add(language)
    return response


def _newest(language: str):
    return queries.listed(language, clock.now()).limit(ENTRIES)


def _entry(release: Release, language: str) -> Entry:
    text = release.texts[language].public
    others = [code for code, words in release.texts.items() if code != language and words.public]
    return Entry(
        id=_tag(release, language),
        release=release,
        text=text,
        url=_url(release, language),
        updated=max(release.public_from, text.created_at),
        siblings=[(code, _url(release, code)) for code in sorted(others)],
    )


def _tag(release: Release, language: str) -> str:
    """The entry's name for good (RFC 4151): it outlives a change of headline, of address or of publication hour."""
    host = urlsplit(current_app.config["BASE_URL"]).hostname
    return f"tag:{host},{release.created_at.year}:release/{release.id}/{language}"


def _url(release: Release, language: str) -> str:
    slug = release.texts[language].slug
    return links.absolute("newsroom.release", language=language, release_id=release.id, slug=slug)
