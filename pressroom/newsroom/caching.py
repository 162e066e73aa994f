"""How long others may keep a public page: never past the moment at which a release appears, or at which requests for an
event open or close."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from flask import Flask, current_app, g, request
from sqlalchemy import Select, bindparam, func, select, union_all

from pressroom import clock
from pressroom.database import UTC, db
from pressroom.events import queries as events
from pressroom.releases.models import Release, State

LONGEST = 60  # seconds


def init_app(app: Flask, blueprints: Iterable[str]) -> None:
    """What these answer is what anybody reads."""
    shared = frozenset(blueprints)

    @app.after_request
    def share(response):
        return _share(response, clock.now()) if request.blueprint in shared else response


def _share(response, now: datetime):
    """Let anyone keep the response for a minute, or less when something turns sooner. Views may have decided.

    The browser of somebody signed in keeps nothing: whoever publishes or corrects sees at once what readers get.
    """
    if response.status_code not in (200, 301, 304) or "Cache-Control" in response.headers:
        return response
    if current_app.config["SESSION_COOKIE_NAME"] in request.cookies:
        response.headers["Cache-Control"] = "private, no-store"
        return response
    response.cache_control.public = True
    response.cache_control.max_age = _seconds(now)
    return response


def revalidated(response, modified: datetime | None = None):
    """Answer 304 to whoever has this very body already (RFC 9110, 13): by its ETag, or by when it last changed."""
    response.add_etag()
    if modified:
        response.last_modified = modified
    return response.make_conditional(request)


def negotiated(response):
    """What depends on who asks is kept by nobody."""
    response.vary.update(("Accept-Language", "Cookie"))
    response.headers["Cache-Control"] = "no-store"
    return response


def _seconds(now: datetime) -> int:
    """An answer that was begun before a release appeared knows nothing of it, even when it is finished after."""
    turn = db.session.connection().scalar(_next_turn(), {"after": g.began})
    return LONGEST if turn is None else max(0, min(LONGEST, int((turn - now).total_seconds())))


@cache
def _next_turn() -> Select[tuple[datetime]]:
    """Put together once: every page asks for it."""
    after = bindparam("after", type_=UTC)
    appears = select(func.min(Release.public_from)).where(
        Release.state == State.PUBLISHED, Release.public_from > after
    )
    [moment] = union_all(appears, *events.turns(after)).subquery().c
    return select(func.min(moment))
