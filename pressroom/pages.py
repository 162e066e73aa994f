"""What every page shares: security headers, static files under changing names, filters, pagination."""

import secrets
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from flask import g, request, session, url_for
from markupsafe import Markup

from pressroom import dates, typography
from pressroom.database import db, will_write
from pressroom.i18n import current_language

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
# Pages opened by a private link: kept by nobody, found by nobody, and they tell no other site their address.
PRIVATE = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, noarchive",
    "Referrer-Policy": "no-referrer",
}


class Page(NamedTuple):
    """One page of a list: `items`, its 1-based `number`, and how many `pages` and items in `total` there are."""

    items: list[Any]
    number: int
    pages: int
    total: int

    @property
    def has_prev(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.pages


def paginate(statement, *, size: int = 20) -> Page:
    """The page of `statement` that the address asks for (`?page=`); one beyond the last is the last."""
    total = db.session.scalar(db.select(db.func.count()).select_from(statement.order_by(None).subquery()))
    pages = max(1, -(-total // size))
    number = min(max(1, request.args.get("page", 1, type=int)), pages)
    items = db.session.scalars(statement.limit(size).offset((number - 1) * size)).all()
    return Page(list(items), number, pages, total)


def page_url(number: int) -> str:
    """This very address with another page number; filters are kept."""
    values = {**request.args.to_dict(), **(request.view_args or {}), "page": number}
    return url_for(request.endpoint, **values)


def private(response):
    """Mark a response as opened by a private link."""
    response.headers.update(PRIVATE)
    return response


def typeset(text: str, language: str | None = None) -> Markup:
    """A line of stored plain text, escaped, with the spaces that its language wants."""
    text = text or ""
    return Markup.escape(typography.french(text) if (language or current_language()) == "fr" else text)


def typeset_html(html: str, language: str | None = None) -> Markup:
    """Stored, sanitised HTML with the spaces that its language (and any `lang` inside) wants."""
    return Markup(typography.typeset(html, language or current_language()))


def _content_security_policy() -> str:
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{_nonce()}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-src 'self'; "
        "frame-ancestors 'none'; object-src 'none'"
    )


def _nonce() -> str:
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def _static_url(folder: Path) -> Callable[[str], str]:
    @cache
    def version(name: str) -> str:
        return sha256((folder / name).read_bytes()).hexdigest()[:12]

    return lambda name: url_for("static", filename=name, v=version(name))


def init_app(app) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        static=_static_url(Path(app.static_folder)), csp_nonce=_nonce, page_url=page_url
    )
    app.jinja_env.filters.update(typeset=typeset, typeset_html=typeset_html)
    dates.init_app(app)

    @app.before_request
    def say_intention() -> None:
        writes = request.method not in SAFE_METHODS
        will_write(writes)
        if writes:
            # A slow sender is read to the end before any transaction takes the database's write lock.
            request.form  # noqa: B018

    @app.after_request
    def secure(response):
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Content-Security-Policy", _content_security_policy())
        if app.config["SESSION_COOKIE_SECURE"]:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint == "static":
            if request.args.get("v") and response.status_code == 200:
                response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        elif request.path.startswith(("/desk", "/door")) or session.modified:
            response.headers["Cache-Control"] = "private, no-store"
        return response
