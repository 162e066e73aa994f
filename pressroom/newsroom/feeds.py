"""What machines follow: the releases of one language, all of them or those of a topic or of a filter, as Atom
(RFC 4287, paged by RFC 5005, what was taken off by RFC 6721), RSS 2.0 and JSON Feed 1.1."""

import json
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import NamedTuple

from flask import Blueprint, Response, abort, request
from markupsafe import Markup
from sqlalchemy.orm import selectinload

from pressroom import clock, links, pages
from pressroom.database import db
from pressroom.i18n import gettext as _
from pressroom.newsroom import addresses, attachments, caching, filters, xml
from pressroom.newsroom.attachments import Attachment
from pressroom.newsroom.filters import Filter
from pressroom.releases import published, queries, renditions
from pressroom.releases.models import Correction, Release, ReleaseText, Revision
from pressroom.staff.queries import office

ENTRIES = 20
# A feed without entries has never changed.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)

bp = Blueprint("feeds", __name__)


class Entry(NamedTuple):
    """A release in the feed's language; `siblings` are (language, address) of its other public words."""

    id: str
    release: Release
    text: Revision
    content: Markup
    url: str
    updated: datetime  # what readers were told of
    touched: datetime  # the smallest change
    siblings: list[tuple[str, str]]
    attachments: list[Attachment]


class Gone(NamedTuple):
    """An entry that was taken off, and what is said of it."""

    id: str
    at: datetime
    note: str


class Feed(NamedTuple):
    language: str
    id: str
    title: str
    url: str
    home: str
    previous: str | None
    next: str | None
    entries: list[Entry]
    gone: list[Gone]

    @property
    def updated(self) -> datetime:
        return max((*(one.updated for one in self.entries), *(one.at for one in self.gone)), default=NEVER)

    @property
    def touched(self) -> datetime:
        return max((self.updated, *(one.touched for one in self.entries)))


@bp.get("/<language:language>/feed.atom")
@bp.get("/<language:language>/topics/<topic>/feed.atom")
def atom(language, topic=None):
    feed = _feed(language, topic)
    return _answer(feed, xml.response("feed_atom.xml", "application/atom+xml", **_words(feed)))


@bp.get("/<language:language>/feed.rss")
@bp.get("/<language:language>/topics/<topic>/feed.rss")
def rss(language, topic=None):
    feed = _feed(language, topic)
    return _answer(feed, xml.response("feed_rss.xml", "application/rss+xml", **_words(feed)))


@bp.get("/<language:language>/feed.json")
@bp.get("/<language:language>/topics/<topic>/feed.json")
def json_feed(language, topic=None):
    feed = _feed(language, topic)
    text = json.dumps(_as_json(feed), ensure_ascii=False, default=lambda moment: moment.isoformat())
    return _answer(feed, Response(text, mimetype="application/feed+json"))


def _answer(feed: Feed, response: Response) -> Response:
    response.content_language.add(feed.language)
    return caching.revalidated(response, feed.touched if feed.touched > NEVER else None)


def _words(feed: Feed) -> dict:
    return {"feed": feed, "language": feed.language, "address": addresses, "rfc822": format_datetime}


def _feed(language: str, topic: str | None) -> Feed:
    """The page of the feed that is asked for: by its path, or by the list's own parameters."""
    asked = filters.from_args({**request.args, "topic": topic} if topic else request.args, language)
    now, values = clock.now(), asked.arguments(language)
    if topic is not None and values.get("topic") != topic:
        abort(404)
    page = pages.paginate(asked.listed(language, now), size=ENTRIES, most=ENTRIES, read=published.WHOLE.all)

    def address(number: int) -> str:
        later = {"page": number} if number > 1 else {}
        return links.absolute(request.endpoint, language=language, **values, **later)

    return Feed(
        language=language,
        id=address(1),
        title=_title(asked, language),
        url=address(page.number),
        home=links.absolute("newsroom.releases", language=language, **values),
        previous=address(page.number - 1) if page.has_prev else None,
        next=address(page.number + 1) if page.has_next else None,
        entries=[_entry(release, language) for release in page.items],
        gone=_gone(language, now) if page.number == 1 else [],
    )


def _title(asked: Filter, language: str) -> str:
    parts = [
        asked.words and f"“{asked.words}”",
        asked.topic and renditions.typeset(asked.topic.words(language).name, language),
        asked.year and str(asked.year),
        asked.kind and str(renditions.KINDS[asked.kind]),
    ]
    title = _("%(office)s: press releases", office=office().name)
    return " – ".join(filter(None, [title, *parts]))


def _entry(release: Release, language: str) -> Entry:
    words, text = release.texts[language], release.texts[language].public
    awaited = (one.at for one in queries.pending(release, language))  # the note alone is news to readers
    updated = max((queries.modified(release, language), *awaited))
    return Entry(
        id=addresses.tag(release, language),
        release=release,
        text=text,
        content=_content(release, text, language),
        url=renditions.address(release, language),
        updated=updated,
        touched=max((updated, *(one.at for one in words.publications))),
        siblings=[
            (code, renditions.address(release, code))
            for code in addresses.readable_in(release)
            if code != language
        ],
        attachments=attachments.of(release, language),
    )


def _content(release: Release, text: Revision, language: str) -> Markup:
    """What was corrected, then the whole text; it says its language itself, as it is shown among others'."""
    notes = Markup("").join(
        Markup("<p><strong>{}</strong></p>").format(note) for note in renditions.notes(release, language)
    )
    lead = Markup("<p>{}</p>").format(pages.typeset(text.lead, language)) if text.lead else ""
    body = pages.typeset_html(text.body, language)
    return Markup('<div lang="{}">{}{}{}</div>').format(language, notes, lead, body)


def _gone(language: str, now: datetime) -> list[Gone]:
    """What could be read in `language` and was taken off since, the last first."""
    public = ReleaseText.public_number.is_not(None)
    statement = (
        queries.taken_off(now)
        .join(Release.texts.and_(ReleaseText.language == language, public))
        .options(selectinload(Release.corrections).selectinload(Correction.texts))
        .limit(ENTRIES)
    )
    return [
        Gone(addresses.tag(one, language), one.withdrawn_at, queries.off(one).texts[language].note)
        for one in db.session.scalars(statement)
    ]


def _as_json(feed: Feed) -> dict:
    home = links.absolute("newsroom.home", language=feed.language)
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.url,
        **({"next_url": feed.next} if feed.next else {}),
        "language": feed.language,
        "authors": [{"name": office().name, "url": home}],
        "items": [_item(entry, feed.language) for entry in feed.entries],
        "_press": {"gone": [one._asdict() for one in feed.gone]},
    }


def _item(entry: Entry, language: str) -> dict:
    release, text = entry.release, entry.text
    picture = next((one.url for one in entry.attachments if one.is_picture), None)
    return {
        "id": entry.id,
        "url": entry.url,
        "title": renditions.typeset(text.headline, language),
        **({"summary": renditions.typeset(text.lead, language)} if text.lead else {}),
        "content_html": str(entry.content),
        "language": language,
        "date_published": release.public_from,
        "date_modified": entry.updated,
        "tags": [renditions.typeset(topic.words(language).name, language) for topic in release.topics],
        **({"image": picture} if picture else {}),
        "attachments": [
            {"url": one.url, "mime_type": one.media_type, "title": one.title, "size_in_bytes": one.size,
             "_press": {"language": one.language, "credit": one.credit, "terms": str(one.terms.sentence)}}
            for one in entry.attachments
        ],
        "_press": {
            "id": release.id,
            "number": release.number,
            "kind": release.kind,
            "version": text.number,
            "translations": dict(entry.siblings),
        },
    }  # fmt: skip
