"""What programs read: public releases and events as JSON, for anybody, described by `openapi.json`.

What is asked is judged strictly: a parameter that makes no sense is named in a problem (RFC 9457)."""

import json
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import selectinload

from pressroom import clock, links
from pressroom.database import db
from pressroom.events import queries as event_queries
from pressroom.events.models import Event
from pressroom.newsroom import addresses, caching, cursors, parameters, summaries
from pressroom.releases import ninjs, published, queries
from pressroom.releases.models import Correction, Publication, Release, ReleaseText

ITEMS = 20  # unless more are asked for
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Expose-Headers": "ETag, Link",
    "Access-Control-Max-Age": "86400",
    "Cross-Origin-Resource-Policy": "cross-origin",
}

bp = Blueprint("api", __name__, url_prefix="/api/v1")


@bp.after_request
def open_to_all(response):
    response.headers.update(HEADERS)
    return response


@bp.get("/openapi.json")
def openapi():
    servers = [{"url": f"{current_app.config['BASE_URL']}{bp.url_prefix}"}]
    return _answer({**_description(), "servers": servers}, "application/vnd.oai.openapi+json")


@bp.get("/releases")
def releases():
    now, language, since = clock.now(), parameters.language(), parameters.value("since")
    asked = parameters.filter_(language)
    languages = [language] if language else current_app.config["LANGUAGES"]
    statements = [asked.listed(code, now) for code in languages] if asked else []
    if since:
        statements = [one.where(_changed(since, now)) for one in statements]
    found, following = _page(statements, Release.public_from, Release.id, published.FACTS.all)
    body = {"items": [summaries.release(one) for one in found], "next": following}
    if since:
        gone = queries.taken_off(now).where(Release.withdrawn_at >= since).limit(parameters.MOST)
        body["taken_off"] = [summaries.taken_off(one) for one in db.session.scalars(_with_notes(gone))]
    return _answer(body)


@bp.get("/releases/<release_id>")
def release(release_id):
    now, language = clock.now(), parameters.language()
    found = published.find(release_id, now) if release_id.isalnum() else None
    if found is None:
        return _off(release_id, language, now)
    texts = {code: _ninjs(found, code, now) for code in addresses.readable_in(found)}
    if language:
        return _answer(texts.get(language) or abort(404))
    return _answer({**summaries.release(found), "corrections": summaries.corrections(found), "texts": texts})


def _off(release_id: str, language: str | None, now: datetime) -> Response:
    """410 and what is left of it, for a release that was withdrawn or killed; else there is none."""
    found = release_id.isalnum() and queries.find_off(release_id, now) or abort(404)
    notes = queries.off(found).texts
    texts = {code: ninjs.canceled(found, code, note=said.note) for code, said in notes.items()}
    if language:
        return _answer(texts.get(language) or abort(404), code=410)
    return _answer({**summaries.taken_off(found), "texts": texts}, code=410)


def _ninjs(found: Release, language: str, now: datetime) -> dict:
    return ninjs.item(found, found.texts[language].public, language, now=now)


@bp.get("/events")
def events():
    now, language = clock.now(), parameters.language()
    statement = event_queries.public()
    if language:
        statement = statement.where(Event.texts.any(language=language))
    found, following = _page([statement], Event.starts_at, Event.id, db.session.scalars)
    return _answer({"items": [summaries.event(one, now) for one in found], "next": following})


def _page(
    statements: Iterable[Select], moment, key, read: Callable[[Select], Iterable]
) -> tuple[list[Any], str | None]:
    """The next things of all the statements, each of which gives the newest first, and the address of what follows."""
    place, limit = parameters.value("cursor"), parameters.value("limit") or ITEMS
    found = {}
    for statement in statements:
        rest = statement.where(place.ahead(moment, key)) if place else statement
        found |= {one.id: one for one in read(rest.limit(limit + 1))}
    newest = sorted(found.values(), key=lambda one: getattr(one, moment.key), reverse=True)
    page = newest[:limit]
    if len(newest) <= limit:
        return page, None
    following = cursors.behind(((getattr(one, moment.key), one.id) for one in page), place)
    return page, links.absolute(request.endpoint, **{**request.args.to_dict(), "cursor": str(following)})


def _with_notes(statement: Select) -> Select:
    return statement.options(selectinload(Release.corrections).selectinload(Correction.texts))


def _changed(since: datetime, now: datetime) -> ColumnElement[bool]:
    """What appeared since, whose words changed since, or of which readers were told something since."""
    changed = (
        select(ReleaseText.release_id)
        .join(ReleaseText.publications)
        .where(Publication.at.between(since, now))
    )
    told = select(Correction.release_id).where(Correction.at.between(since, now))
    return or_(Release.public_from >= since, Release.id.in_(changed), Release.id.in_(told))


def _answer(body: dict, mimetype: str = "application/json", code: int = 200) -> Response:
    text = json.dumps(body, ensure_ascii=False, default=lambda moment: moment.isoformat())
    response = Response(text, code, mimetype=mimetype)
    if body.get("next"):
        response.headers["Link"] = f'<{body["next"]}>; rel="next"'
    if body.get("language"):  # bare ninjs
        response.content_language.add(body["language"])
    return caching.revalidated(response) if code == 200 else response


@cache
def _description() -> dict:
    return json.loads(Path(__file__).with_name("openapi.json").read_text())
