"""What crawlers are told: every page in every language (sitemaps.org), the news of two days, what to leave alone,
and whom to tell of a weakness. Nothing here names what readers cannot see."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from email.utils import parseaddr
from itertools import groupby
from typing import NamedTuple

from flask import Blueprint, Response, abort, current_app
from sqlalchemy import ColumnElement, Select, func, or_, select

from pressroom import clock, links
from pressroom.database import db
from pressroom.events import queries as events
from pressroom.newsroom import caching, xml
from pressroom.releases import queries
from pressroom.releases.models import Correction, CorrectionText, Publication, Release, ReleaseText, Revision

# Pages that every language of the site has; a test compares with what there is.
PAGES = (
    "newsroom.home", "newsroom.releases", "corrections.log", "pictures.index", "events.index",
    "standing.contacts", "standing.legal", "standing.privacy", "standing.accessibility",
)  # fmt: skip
RELEASES = 2_000  # in a sitemap: far from the 50,000 addresses and 50 MB that it may have
NEWS_LASTS = timedelta(days=2)
MOST_NEWS = 1_000
# Where nothing is to be found by crawling: the press office, and what opens with a private link.
NOT_CRAWLED = (
    "/desk", "/door", "/u/", "/*/applications/", "/*/kits/", "/*/verify/", "/*/previews/", "/*/events/*/accreditation",
)  # fmt: skip
SECURITY_LASTS = timedelta(days=90)

bp = Blueprint("sitemaps", __name__)


class Address(NamedTuple):
    """One page in one language: `alternates` are (language or x-default, address), itself included."""

    url: str
    modified: datetime | None
    alternates: list[tuple[str, str]]


class News(NamedTuple):
    url: str
    language: str
    published: datetime
    title: str


@bp.get("/sitemap.xml")
def index():
    readable = _readable(clock.now()).order_by(None).subquery()
    number = db.session.scalar(select(func.count()).select_from(readable))
    parts = [links.absolute("sitemaps.releases", part=part + 1) for part in range(-(-number // RELEASES))]
    return _answer("sitemap_index.xml", parts=[links.absolute("sitemaps.pages"), *parts])


@bp.get("/sitemap-pages.xml")
def pages():
    return _answer("sitemap.xml", addresses=[*_standing(), *_events()])


@bp.get("/sitemap-releases-<int(min=1, max=99999):part>.xml")
def releases(part):
    return _answer("sitemap.xml", addresses=list(_releases(part, clock.now())) or abort(404))


@bp.get("/news-sitemap.xml")
def news():
    return _answer("sitemap_news.xml", news=_news(clock.now()))


@bp.get("/robots.txt")
def robots():
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_CRAWLED), ""]
    lines += [f"Sitemap: {links.absolute(endpoint)}" for endpoint in ("sitemaps.index", "sitemaps.news")]
    return caching.revalidated(Response("\n".join(lines) + "\n", mimetype="text/plain"))


@bp.get("/.well-known/security.txt")
def security():
    """RFC 9116: whom to write to, and until when that can be relied on."""
    expires = (clock.now() + SECURITY_LASTS).replace(hour=0, minute=0, second=0, microsecond=0)
    languages = current_app.config["LANGUAGES"]
    lines = [
        f"Contact: mailto:{parseaddr(current_app.config['MAIL_FROM'])[1]}",
        f"Expires: {expires.isoformat()}",
        f"Preferred-Languages: {', '.join(languages)}",
        f"Canonical: {links.absolute('sitemaps.security')}",
    ]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


def _answer(template: str, **values) -> Response:
    return caching.revalidated(xml.response(template, "application/xml", **values))


def _standing() -> Iterator[Address]:
    for endpoint in PAGES:
        pairs = [(code, links.absolute(endpoint, language=code)) for code in current_app.config["LANGUAGES"]]
        neutral = links.absolute("newsroom.entrance") if endpoint == "newsroom.home" else None
        yield from _versions(pairs, neutral)


def _events() -> Iterator[Address]:
    for event in db.session.scalars(events.public()):
        yield from _versions(
            [
                (code, links.absolute("events.show", language=code, slug=event.texts[code].slug))
                for code in current_app.config["LANGUAGES"]
                if code in event.texts
            ]
        )


def _readable(now: datetime) -> Select[tuple[str]]:
    """The keys of what can be read, the oldest first: what appears later changes the last sitemap only."""
    return select(Release.id).where(queries.visible(None, now)).order_by(Release.public_from, Release.id)


def _releases(part: int, now: datetime) -> Iterator[Address]:
    """The part's releases, as rows of what a sitemap says of each."""
    keys = _readable(now).limit(RELEASES).offset((part - 1) * RELEASES).subquery()
    rows = db.session.execute(
        select(Release.id, ReleaseText.language, ReleaseText.slug, _modified().label("modified"))
        .join(keys, keys.c.id == Release.id)
        .join(Release.texts.and_(ReleaseText.public_number.is_not(None)))
        .order_by(Release.public_from, Release.id, ReleaseText.language)
    )
    for release_id, texts in groupby(rows, key=lambda row: row.id):
        pairs, modified = [], {}
        for row in texts:
            pairs.append((row.language, _page(row)))
            modified[row.language] = row.modified
        yield from _versions(pairs, links.absolute("newsroom.short", release_id=release_id), modified)


def _modified() -> ColumnElement[datetime]:
    """`queries.modified` for each row: when the words appeared, or the newest that readers were told of."""
    first = select(func.min(Publication.number)).where(Publication.text_id == ReleaseText.id)
    told = select(CorrectionText.number).join(Correction).where(
        Correction.release_id == Release.id, CorrectionText.language == ReleaseText.language
    )  # fmt: skip
    number = Publication.number
    said = or_(
        number == first.correlate(ReleaseText).scalar_subquery(),
        number.in_(told.correlate(Release, ReleaseText)),
    )
    return (
        select(func.max(Publication.at)).where(Publication.text_id == ReleaseText.id, said).scalar_subquery()
    )


def _news(now: datetime) -> list[News]:
    public = db.and_(Revision.text_id == ReleaseText.id, Revision.number == ReleaseText.public_number)
    rows = db.session.execute(
        select(Release.id, ReleaseText.language, ReleaseText.slug, Release.public_from, Revision.headline)
        .join(Release.texts)
        .join(Revision, public)
        .where(queries.visible(None, now), Release.public_from > now - NEWS_LASTS)
        .order_by(Release.public_from.desc(), Release.id, ReleaseText.language)
        .limit(MOST_NEWS)
    )
    return [News(_page(row), row.language, row.public_from, row.headline) for row in rows]


def _page(row) -> str:
    return links.absolute("newsroom.release", language=row.language, release_id=row.id, slug=row.slug)


def _versions(
    pairs: list[tuple[str, str]], neutral: str | None = None, modified: Mapping[str, datetime] | None = None
) -> list[Address]:
    """The page once a language, each with all of them and the address for any other language."""
    alternates = [*pairs, ("x-default", neutral or pairs[0][1])]
    return [Address(url, (modified or {}).get(code), alternates) for code, url in pairs]
