from datetime import timedelta

import feedparser
import pytest

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.releases import workflow
from pressroom.releases.models import Words
from tests import builders
from tests.builders import NOON

BASE = "http://press.example"
NBSP, NNBSP = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


def address(release, language):
    return f"{BASE}/{language}/releases/{release.id}/{release.texts[language].slug}"


def parsed(client, language):
    page = client.get(f"/{language}/feed.atom")
    assert (page.status_code, page.mimetype) == (200, "application/atom+xml")
    assert page.headers["Content-Language"] == language
    feed = feedparser.parse(page.data)
    assert not feed.bozo
    return feed


def links(thing):
    return [(link.rel, link.get("hreflang"), link.href) for link in thing.links]


@pytest.mark.parametrize(
    ("language", "other", "title"),
    [("fr", "en", f"Bureau de presse{NBSP}: communiqués"), ("en", "fr", "Press office: press releases")],
)
def test_a_feed_gives_every_release_of_its_language_whole(client, monkeypatch, language, other, title):
    words = {
        "fr": Words(
            "Une fête & un bal !",
            "Brest",
            "Le mot <oui> : un.",
            '<p>Il dit : «&nbsp;oui » &amp; <a href="https://a.example/?b=1&amp;c=2">ici</a>.</p>',
        ),
        "en": Words("A party & a ball", "Brest", "The word <yes>.", "<p>They say <em>yes</em> &lt;3.</p>"),
    }
    release = builders.a_published_release(at=NOON, words=words)
    monkeypatch.setattr(clock, "now", lambda: NOON)

    feed = parsed(client, language)

    assert {key: feed.feed[key] for key in ("id", "title", "updated", "author", "language")} == {
        "id": f"{BASE}/{language}/feed.atom",
        "title": title,
        "updated": "2026-11-22T12:00:00+00:00",
        "author": title.partition(":")[0].strip(),
        "language": language,
    }
    assert links(feed.feed) == [
        ("self", None, f"{BASE}/{language}/feed.atom"),
        ("alternate", language, f"{BASE}/{language}/releases/"),
    ]
    (entry,) = feed.entries
    assert {key: entry[key] for key in ("id", "title", "published", "updated", "summary")} == {
        "id": f"tag:press.example,2026:release/{release.id}/{language}",
        "title": {"fr": f"Une fête & un bal{NNBSP}!", "en": "A party & a ball"}[language],
        "published": "2026-11-22T12:00:00+00:00",
        "updated": "2026-11-22T12:00:00+00:00",
        "summary": {"fr": f"Le mot <oui>{NBSP}: un.", "en": "The word <yes>."}[language],
    }
    assert links(entry) == [
        ("alternate", language, address(release, language)),
        ("alternate", other, address(release, other)),
    ]
    assert [(content.type, content.language, content.value) for content in entry.content] == [
        (
            "text/html",
            language,
            {
                "fr": f'<p>Il dit{NBSP}: «{NBSP}oui{NBSP}» &amp; <a href="https://a.example/?b=1&amp;c=2">ici</a>.</p>',
                "en": "<p>They say <em>yes</em> &lt;3.</p>",
            }[language],
        )
    ]


def test_entries_come_newest_first_and_the_feed_is_as_new_as_its_newest_change(client):
    older = builders.a_published_release(at=NOON)
    newer = builders.a_published_release(at=NOON + timedelta(hours=1))
    workflow.save(
        older, "en", Words("Corrected", "Brest", "", "<p>Right.</p>"), by=SYSTEM, at=NOON + timedelta(hours=5)
    )
    workflow.publish_changes(older, "en", by=SYSTEM, at=NOON + timedelta(hours=6))
    db.session.commit()

    feed = parsed(client, "en")

    assert [entry.id.split("/")[1] for entry in feed.entries] == [newer.id, older.id]
    assert [entry.updated for entry in feed.entries] == [
        "2026-11-22T13:00:00+00:00",
        "2026-11-22T17:00:00+00:00",
    ]
    assert feed.feed.updated == "2026-11-22T17:00:00+00:00"
    assert parsed(client, "fr").feed.updated == "2026-11-22T13:00:00+00:00"


def test_a_release_in_one_language_is_in_one_feed(client):
    release = builders.a_published_release(languages=("fr",))

    assert [links(entry) for entry in parsed(client, "fr").entries] == [
        [("alternate", "fr", address(release, "fr"))]
    ]
    assert parsed(client, "en").entries == []


def test_an_empty_feed_has_never_changed(client):
    assert parsed(client, "en").feed.updated == "1970-01-01T00:00:00+00:00"


def test_one_forbidden_character_does_not_hide_the_feed(client):
    release = builders.a_published_release()
    release.texts["en"].public.lead = "One\x0bday\ufffe."
    db.session.commit()

    assert parsed(client, "en").entries[0].summary == "Oneday."
