"""A public release in other forms than its page: as text, PDF, Word document, ninjs, ZIP, and as a picture of itself.

Each stands at the page's own address, and exists exactly as long as the words on it are public.
"""

import json
from hashlib import sha256
from typing import Any, NamedTuple

from flask import Blueprint, Response, abort, redirect, request, url_for

from pressroom import clock
from pressroom.limits import MADE_FILES, limiter
from pressroom.newsroom import addresses, notices
from pressroom.releases import bundles, cards, ninjs, papers, published, queries, renditions
from pressroom.releases.models import Release, Revision
from pressroom.releases.renditions import FORMATS

SAVED = ("docx", "zip")  # what a browser cannot show
UNBOXED = "default-src 'none'"  # in a sandbox a browser would not start its reader of PDF

bp = Blueprint("renditions", __name__)


class Asked(NamedTuple):
    """The public words in one language; `item` is them as ninjs, `said` what the other forms need beside them."""

    release: Release
    revision: Revision
    language: str
    item: dict[str, Any]
    said: dict[str, Any]


MAKERS = {
    "txt": lambda asked: renditions.plain_text(asked.release, asked.revision, **asked.said).encode(),
    "pdf": lambda asked: papers.pdf(asked.release, asked.revision, **asked.said),
    "docx": lambda asked: bundles.word(asked.release, asked.revision, **asked.said),
    "json": lambda asked: json.dumps(asked.item, ensure_ascii=False, indent=1).encode(),
    "zip": lambda asked: bundles.stream(asked.release, asked.language),
    "png": lambda asked: cards.png(asked.release, asked.revision, language=asked.language),
}


@bp.get("/<language:language>/releases/<release_id>")
def nameless(language, release_id):
    """The address by which machines name the words for good leads to the page of the day, or to what is left."""
    found = notices.found(release_id)
    if language not in addresses.readable_in(found):
        abort(404)
    return redirect(addresses.page(found, language), 301)


@bp.get("/<language:language>/releases/<release_id>/<slug>.<any(txt, pdf, docx, json, zip):kind>")
@limiter.limit(MADE_FILES)
def file(language, release_id, slug, kind):
    return _answer(language, release_id, slug, kind, FORMATS[kind])


@bp.get("/<language:language>/releases/<release_id>/<slug>/card.png")
@limiter.limit(MADE_FILES)
def card(language, release_id, slug):
    return _answer(language, release_id, slug, "png", "image/png")


def _answer(language: str, release_id: str, slug: str, kind: str, media_type: str):
    found = _found(release_id, language)
    right_slug = found.texts[language].slug
    if slug != right_slug:
        return redirect(url_for(request.endpoint, **{**request.view_args, "slug": right_slug}), 301)
    asked = _asked(found, language)
    state = _state(asked, kind)
    if request.if_none_match.contains_weak(state):
        response = Response(status=304)
    else:
        response = _made(MAKERS[kind](asked))
    response.set_etag(state)
    response.mimetype = media_type
    response.content_language.add(language)
    response.headers["Link"] = f'<{asked.said["url"]}>; rel="canonical"'
    response.headers["Content-Security-Policy"] = UNBOXED if kind == "pdf" else "sandbox; default-src 'none'"
    shown = "attachment" if kind in SAVED else "inline"
    response.headers.set("Content-Disposition", shown, filename=f"{slug}.{kind}")
    return response


def _found(release_id: str, language: str) -> Release:
    """A release that anybody may read in `language`. One that is gone says so; any other does not exist."""
    now = clock.now()
    found = published.find(release_id, now) or abort(410 if queries.find_off(release_id, now) else 404)
    return found if language in addresses.readable_in(found) else abort(404)


def _asked(release: Release, language: str) -> Asked:
    revision, contact = release.texts[language].public, release.contact
    item = ninjs.item(release, revision, language, now=clock.now())
    said = {
        "language": language,
        "contact": contact and contact.words(language),
        "url": renditions.address(release, language),
    }
    return Asked(release, revision, language, item, said)


def _state(asked: Asked, kind: str) -> str:
    """What changes with anything that this form shows, cheaper to find out than the form itself."""
    pictures = [(one.asset_id, one.asset.version) for one in asked.release.pictures]
    facts = (kind, asked.item, asked.said, asked.release.dated.isoformat(), pictures)
    return sha256(json.dumps(facts).encode()).hexdigest()[:32]


def _made(content) -> Response:
    """The whole or the part that is asked for (RFC 9110, 14); an archive is only made from its beginning on."""
    response = Response(content)
    response.content_length = len(content)
    if isinstance(content, bytes):
        return response.make_conditional(request, accept_ranges=True, complete_length=len(content))
    return response
