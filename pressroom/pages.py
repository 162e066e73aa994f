"""What every page shares: security headers, static files under changing names, filters, pagination."""

import re
from collections.abc import Callable, Iterable
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from babel.numbers import format_decimal
from flask import g, request, session
from markupsafe import Markup

from pressroom import clock, dates, links, rendering, typography
from pressroom.database import BOUND, db, will_write
from pressroom.i18n import current_language, locale

MOST_PAGES = 500  # of a list that is not counted to its end: filters lead to what is older
NOT_DIALLED = re.compile(r"[^+0-9]")
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    # The same on every page: no script stands in a page itself, so that none needs a nonce.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-src 'self'; "
        "frame-ancestors 'none'; object-src 'none'"
    ),
}
# Pages opened by a private link: kept by nobody, found by nobody, and they tell no other site their address.
PRIVATE = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, noarchive",
    "Referrer-Policy": "no-referrer",
}


class Page(NamedTuple):
    """One page of a list: `items`, its 1-based `number`, and how many `pages` and items in `total` there are.

    `more`: only so many were counted, there are others behind them.
    """

    items: list[Any]
    number: int
    pages: int
    total: int
    more: bool = False

    @property
    def figure(self) -> str:
        """« 1 000+ » for what was only counted so far."""
        return format_decimal(self.total, locale=locale()) + ("+" if self.more else "")

    @property
    def has_prev(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.pages


def paginate(
    *statements, size: int = 20, most: int | None = None, count: Callable[[int | None], int] | None = None,
    read: Callable[[Any], Iterable] = lambda rows: db.session.scalars(rows),
) -> Page:  # fmt: skip
    """The page of what the statements give, one behind the other, that the address asks for (`?page=`); one beyond the
    last is the last. With `most`,
    no more than that are counted unless the page lies beyond, and there are MOST_PAGES at most. `count(most)` may
    know a cheaper way to count, `read(statement)` one to read."""
    wanted = max(1, request.args.get("page", 1, type=int))
    if most:
        wanted = min(wanted, MOST_PAGES)
    enough = most and max(most, min(wanted + 1, MOST_PAGES) * size)
    numbers = [count(enough)] if count else [counted(one, enough) for one in statements]
    total = sum(numbers)
    more = bool(enough and total > enough)
    total = enough if more else total
    pages = max(1, -(-total // size))
    number = min(wanted, pages)
    items, skipped = [], (number - 1) * size
    for statement, there in zip(statements, numbers, strict=True):
        if len(items) < size and skipped < there:
            items += read(statement.limit(size - len(items)).offset(max(0, skipped)))
        skipped -= there
    return Page(items, number, pages, total, more)


def counted(statement, most: int | None = None) -> int:
    """How many rows `statement` has; where there are more than `most`, one more than that."""
    rows = statement.order_by(None).with_only_columns(db.literal(1), maintain_column_froms=True)
    if most:
        rows = rows.limit(most + 1)
    return db.session.scalar(db.select(db.func.count()).select_from(rows.subquery()))


def figure(number: int) -> str:
    """The same of a number that `database.numbers` counted."""
    return format_decimal(min(number, BOUND), locale=locale()) + ("+" if number > BOUND else "")


def page_url(number: int) -> str:
    """This very address with another page number; filters are kept."""
    return f"{quote(request.path)}?{urlencode({**request.args.to_dict(), 'page': number})}"


def private(response):
    """Mark a response as opened by a private link."""
    response.headers.update(PRIVATE)
    return response


def typeset(text: str, language: str | None = None) -> Markup:
    """A line of stored plain text, escaped, with the spaces that its language wants."""
    text = text or ""
    return Markup.escape(typography.french(text) if (language or current_language()) == "fr" else text)


def dialled(number: str) -> str:
    """A telephone number as `tel:` wants it."""
    return NOT_DIALLED.sub("", number)


def typeset_html(html: str, language: str | None = None) -> Markup:
    """Stored, sanitised HTML with the spaces that its language (and any `lang` inside) wants."""
    return Markup(typography.typeset(html, language or current_language()))


def lang(words: Any, language: str) -> Markup:
    """The attribute that marks words which are not in the page's language."""
    return Markup("") if words.language == language else Markup(' lang="{}"').format(words.language)


def _static_url(folder: Path) -> Callable[[str], str]:
    @cache
    def version(name: str) -> str:
        return sha256((folder / name).read_bytes()).hexdigest()[:12]

    return lambda name: links.address("static", filename=name, v=version(name))


def init_app(app) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    rendering.init_app(app)
    app.jinja_env.globals.update(
        static=_static_url(Path(app.static_folder)), page_url=page_url, figure=figure
    )
    app.jinja_env.filters.update(dialled=dialled, lang=lang, typeset=typeset, typeset_html=typeset_html)
    dates.init_app(app)

    @app.before_request
    def say_intention() -> None:
        g.began = clock.now()
        writes = request.method not in SAFE_METHODS
        will_write(writes)
        if writes:
            # A slow sender is read to the end before any transaction takes the database's write lock.
            request.form  # noqa: B018

    @app.after_request
    def secure(response):
        said = {name.lower() for name, _value in response.headers}
        response.headers.extend((name, value) for name, value in HEADERS.items() if name.lower() not in said)
        if app.config["SESSION_COOKIE_SECURE"]:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if request.endpoint == "static":
            if request.args.get("v") and response.status_code == 200:
                response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        elif request.path.startswith(("/desk", "/door")) or session.modified:
            response.headers["Cache-Control"] = "private, no-store"
        elif response.status_code >= 400:  # what is not there now may be in a second
            response.headers.setdefault("Cache-Control", "no-store")
        if "public" in response.headers.get("Cache-Control", ""):
            session.accessed = False  # the same for everybody, so that nobody keeps one for each cookie
        return response
