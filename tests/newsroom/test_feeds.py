import json
import re
import xml.etree.ElementTree as ET
from datetime import timedelta
from email.utils import parsedate_to_datetime
from html import escape

import feedparser
import pytest

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.media.models import Licence
from pressroom.releases import workflow
from pressroom.releases.corrections import Note
from pressroom.releases.models import CorrectionKind, Kind, Topic, TopicText, Words
from tests import builders
from tests.builders import NOON
from tests.counting import statements

BASE = "http://press.example"
NBSP, NNBSP = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"
ATOM = "{http://www.w3.org/2005/Atom}"
TYPES = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}
WORDS = {
    "fr": Words(
        "Une fête & un bal !",
        "Brest",
        "Le mot <oui> : un.",
        '<p>Il dit : «&nbsp;oui » &amp; <a href="https://a.example/?b=1&amp;c=2">ici</a>.</p>',
    ),
    "en": Words("A party & a ball", "Brest", "The word <yes>.", "<p>They say <em>yes</em> &lt;3.</p>"),
}
CONTENT = {
    "fr": f'<div lang="fr"><p>Le mot &lt;oui&gt;{NBSP}: un.</p><p>Il dit{NBSP}: «{NBSP}oui{NBSP}» &amp; '
    '<a href="https://a.example/?b=1&amp;c=2">ici</a>.</p></div>',
    "en": '<div lang="en"><p>The word &lt;yes&gt;.</p><p>They say <em>yes</em> &lt;3.</p></div>',
}
TITLES = {"fr": f"Une fête & un bal{NNBSP}!", "en": "A party & a ball"}
SUMMARIES = {"fr": f"Le mot <oui>{NBSP}: un.", "en": "The word <yes>."}
NAMES = {"fr": f"Bureau de presse{NBSP}: communiqués", "en": "Press office: press releases"}


def address(release, language):
    return f"{BASE}/{language}/releases/{release.id}/{release.texts[language].slug}"


def tag(release, language):
    return f"tag:press.example,2026:release/{release.id}/{language}"


def fetched(client, path, form):
    page = client.get(path)
    assert (page.status_code, page.mimetype) == (200, TYPES[form])
    return page


def atom(client, language, more=""):
    """As a reader of feeds has it, and as XML; judged by what RFC 4287 demands."""
    page = fetched(client, f"/{language}/feed.atom{more}", "atom")
    feed = feedparser.parse(page.data)
    assert not feed.bozo
    root = ET.fromstring(page.data)
    for thing in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(thing.findall(ATOM + name)) == 1
        pairs = [
            (one.get("type"), one.get("hreflang"))
            for one in thing.findall(f"{ATOM}link")
            if one.get("rel") == "alternate"
        ]
        assert len(pairs) == len(set(pairs)) > 0
        assert all(one.get("href").startswith(f"{BASE}/") for one in thing.findall(f"{ATOM}link"))
    assert len(root.findall(f"{ATOM}author")) == 1
    return feed


def rss(client, language, more=""):
    feed = feedparser.parse(fetched(client, f"/{language}/feed.rss{more}", "rss").data)
    assert not feed.bozo
    return feed


def json_feed(client, language, more=""):
    return fetched(client, f"/{language}/feed.json{more}", "json").json


def links(thing):
    return [(link.rel, link.get("hreflang"), link.href) for link in thing.links]


def a_topic(name="Énergie", slug="energie"):
    topic = Topic(position=1)
    topic.texts = {
        "fr": TopicText(language="fr", name=name, slug=slug),
        "en": TopicText(language="en", name="Energy", slug="energy"),
    }
    return builders.stored(topic)


def corrected(release, *, at, languages=("en",)):
    """New words and what readers are told of them."""
    for code in languages:
        workflow.save(release, code, Words("Right", "Brest", "", "<p>Right.</p>"), by=SYSTEM, at=at)
    notes = {code: Note("The price was wrong.", "10 €", "12 €") for code in languages}
    workflow.publish_changes(
        release, *languages, kind=CorrectionKind.CORRECTION, notes=notes, by=SYSTEM, at=at
    )
    db.session.commit()


def withdrawn(release, *, at, kind="withdraw"):
    getattr(workflow, kind)(
        release, notes={"fr": "Données fausses !", "en": "The data were wrong."}, by=SYSTEM, at=at
    )
    db.session.commit()


@pytest.mark.parametrize(("language", "other"), [("fr", "en"), ("en", "fr")])
def test_atom_gives_every_release_of_its_language_whole(client, monkeypatch, language, other):
    release = builders.a_published_release(at=NOON, words=WORDS)
    release.topics = [a_topic()]
    db.session.commit()
    monkeypatch.setattr(clock, "now", lambda: NOON)

    feed = atom(client, language)

    assert {key: feed.feed[key] for key in ("id", "title", "updated", "author", "language", "rights")} == {
        "id": f"{BASE}/{language}/feed.atom",
        "title": NAMES[language],
        "updated": "2026-11-22T12:00:00+00:00",
        "author": NAMES[language].partition(":")[0].strip(),
        "language": language,
        "rights": f"© {NAMES[language].partition(':')[0].strip()}",
    }
    assert links(feed.feed) == [
        ("self", None, f"{BASE}/{language}/feed.atom"),
        ("alternate", language, f"{BASE}/{language}/releases/"),
    ]
    (entry,) = feed.entries
    assert {key: entry[key] for key in ("id", "title", "published", "updated", "summary")} == {
        "id": tag(release, language),
        "title": TITLES[language],
        "published": "2026-11-22T12:00:00+00:00",
        "updated": "2026-11-22T12:00:00+00:00",
        "summary": SUMMARIES[language],
    }
    assert links(entry) == [
        ("alternate", language, address(release, language)),
        ("alternate", other, address(release, other)),
    ]
    assert [dict(one) for one in entry.tags] == [
        {
            "term": {"fr": "energie", "en": "energy"}[language],
            "scheme": f"{BASE}/{language}/topics/",
            "label": {"fr": "Énergie", "en": "Energy"}[language],
        }
    ]
    assert [(content.type, content.language, content.value) for content in entry.content] == [
        ("text/html", language, CONTENT[language])
    ]


@pytest.mark.parametrize("language", ["fr", "en"])
def test_rss_gives_the_same(client, monkeypatch, language):
    release = builders.a_published_release(at=NOON, words=WORDS)
    release.topics = [a_topic()]
    db.session.commit()
    monkeypatch.setattr(clock, "now", lambda: NOON)

    feed = rss(client, language)

    assert {key: feed.feed[key] for key in ("title", "link", "language", "updated")} == {
        "title": NAMES[language],
        "link": f"{BASE}/{language}/releases/",
        "language": language,
        "updated": "Sun, 22 Nov 2026 12:00:00 +0000",
    }
    assert feed.feed.description
    assert ("self", None, f"{BASE}/{language}/feed.rss") in links(feed.feed)
    (entry,) = feed.entries
    assert {key: entry[key] for key in ("id", "guidislink", "title", "link", "published", "summary")} == {
        "id": tag(release, language),
        "guidislink": False,
        "title": TITLES[language],
        "link": address(release, language),
        "published": "Sun, 22 Nov 2026 12:00:00 +0000",
        "summary": escape(SUMMARIES[language]),  # HTML, as readers of RSS take it
    }
    assert [(one.term, one.scheme) for one in entry.tags] == [
        ({"fr": "Énergie", "en": "Energy"}[language], f"{BASE}/{language}/topics/")
    ]
    assert entry.content[0].value == CONTENT[language]
    item = ET.fromstring(client.get(f"/{language}/feed.rss").data).find("channel/item")
    assert item.findtext("{http://purl.org/dc/elements/1.1/}language") == language


@pytest.mark.parametrize(("language", "other"), [("fr", "en"), ("en", "fr")])
def test_json_feed_gives_the_same(client, monkeypatch, language, other):
    release = builders.a_published_release(at=NOON, words=WORDS)
    release.topics = [a_topic()]
    db.session.commit()
    monkeypatch.setattr(clock, "now", lambda: NOON)

    assert json_feed(client, language) == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": NAMES[language],
        "home_page_url": f"{BASE}/{language}/releases/",
        "feed_url": f"{BASE}/{language}/feed.json",
        "language": language,
        "authors": [{"name": NAMES[language].partition(":")[0].strip(), "url": f"{BASE}/{language}/"}],
        "items": [
            {
                "id": tag(release, language),
                "url": address(release, language),
                "title": TITLES[language],
                "summary": SUMMARIES[language],
                "content_html": CONTENT[language],
                "language": language,
                "date_published": "2026-11-22T12:00:00+00:00",
                "date_modified": "2026-11-22T12:00:00+00:00",
                "tags": [{"fr": "Énergie", "en": "Energy"}[language]],
                "attachments": [],
                "_press": {
                    "id": release.id,
                    "number": "2026-001",
                    "kind": "release",
                    "version": 1,
                    "translations": {other: address(release, other)},
                },
            }
        ],
        "_press": {"gone": []},
    }


def test_pictures_come_with_their_words_and_their_credit(client):
    asset = builders.an_asset(licence=Licence.CC_BY)
    builders.a_published_release(pictures=[asset])
    file = asset.download
    url, terms = f"{BASE}/files/{file.key}/", "https://creativecommons.org/licenses/by/4.0/"

    enclosure = next(link for link in atom(client, "en").entries[0].links if link.rel == "enclosure")
    entry = rss(client, "en").entries[0]
    item = json_feed(client, "en")["items"][0]

    size = str(file.size)
    assert enclosure.href.startswith(url)
    assert (enclosure.type, enclosure.length, enclosure.title) == (
        "image/png",
        size,
        "The forum opens. © Ateliers Pins",
    )
    assert client.get(enclosure.href).status_code == 200
    assert [(one.href, one.type, one.length) for one in entry.enclosures] == [
        (enclosure.href, "image/png", size)
    ]
    (media,) = entry.media_content
    assert {name: media[name] for name in ("url", "type", "medium", "width", "height", "filesize", "lang")} == {
        "url": enclosure.href, "type": "image/png", "medium": "image", "width": "60", "height": "40",
        "filesize": size, "lang": "en",
    }  # fmt: skip
    assert entry.media_credit[0]["content"] == "Ateliers Pins"
    assert item["image"] == enclosure.href
    (attachment,) = item["attachments"]
    assert attachment.pop("_press")["credit"] == "Ateliers Pins"
    assert attachment == {
        "url": enclosure.href, "mime_type": "image/png", "title": "The forum opens.", "size_in_bytes": file.size,
    }  # fmt: skip
    assert terms in client.get("/en/feed.rss").text


def test_what_only_accredited_media_may_have_is_in_no_feed(client):
    asset = builders.an_asset(restricted=True, credit="CANARY", name="CANARY.png")
    builders.a_published_release(pictures=[asset])

    texts = [client.get(f"/en/feed.{form}").text for form in TYPES]

    assert [text for text in texts if "CANARY" in text or asset.download.key in text] == []


def test_entries_come_newest_first_and_the_feed_is_as_new_as_what_readers_were_told(client):
    older = builders.a_published_release(at=NOON)
    newer = builders.a_published_release(at=NOON + timedelta(hours=1))
    corrected(older, at=NOON + timedelta(hours=6))
    workflow.save(newer, "en", Words("Clusters meet", "", "", "<p>Typo.</p>"), minor=True, by=SYSTEM, at=NOON)
    workflow.publish_changes(newer, "en", by=SYSTEM, at=NOON + timedelta(hours=8))
    db.session.commit()

    feed = atom(client, "en")

    assert [entry.id for entry in feed.entries] == [tag(newer, "en"), tag(older, "en")]
    assert [entry.updated for entry in feed.entries] == [
        "2026-11-22T13:00:00+00:00",
        "2026-11-22T18:00:00+00:00",
    ]
    assert feed.feed.updated == "2026-11-22T18:00:00+00:00"
    assert atom(client, "fr").feed.updated == "2026-11-22T13:00:00+00:00"
    # Even the smallest change is fetched by whoever asks for what was modified since.
    assert client.get("/en/feed.atom").last_modified == NOON + timedelta(hours=8)


def test_words_that_a_correction_does_not_follow_yet_are_new_to_their_readers(client):
    release = builders.a_published_release(at=NOON)
    fetched = client.get("/fr/feed.atom").headers["Last-Modified"]
    words = release.texts["en"].latest.words._replace(body="<p>Right.</p>")
    workflow.save(release, "en", words, by=SYSTEM, at=NOON)
    notes = {"en": Note("More.", "", ""), "fr": Note("Plus.", "", "")}
    later = NOON + timedelta(hours=6)
    workflow.publish_changes(release, "en", kind=CorrectionKind.UPDATE, notes=notes, by=SYSTEM, at=later)
    db.session.commit()

    again = client.get("/fr/feed.atom", headers={"If-Modified-Since": fetched})

    assert (again.status_code, again.last_modified) == (200, later)
    assert "Plus." in again.text
    assert [entry.updated for entry in atom(client, "fr").entries] == [later.isoformat()]


def test_a_correction_stands_before_the_text(client):
    release = builders.a_published_release(at=NOON)
    corrected(release, at=NOON + timedelta(hours=6))

    for content in (
        atom(client, "en").entries[0].content[0].value,
        rss(client, "en").entries[0].content[0].value,
        json_feed(client, "en")["items"][0]["content_html"],
    ):
        assert content == (
            '<div lang="en"><p><strong>Correction of 22 November 2026: The price was wrong. Instead of “10 €”, '
            "read “12 €”.</strong></p><p>Right.</p></div>"
        )


def test_a_release_in_one_language_is_in_one_feed(client):
    release = builders.a_published_release(languages=("fr",))

    assert [links(entry) for entry in atom(client, "fr").entries] == [
        [("alternate", "fr", address(release, "fr"))]
    ]
    assert [atom(client, "en").entries, rss(client, "en").entries, json_feed(client, "en")["items"]] == [
        []
    ] * 3


@pytest.mark.parametrize("kind", ["withdraw", "kill"])
def test_what_was_taken_off_is_named_and_no_longer_said(client, kind):
    release, left = (builders.a_published_release(at=NOON) for _ in range(2))
    withdrawn(release, at=NOON + timedelta(hours=2), kind=kind)

    feed = atom(client, "fr")
    root = ET.fromstring(client.get("/fr/feed.atom").data)
    tombstones = root.findall("{http://purl.org/atompub/tombstones/1.0}deleted-entry")

    assert [entry.id for entry in feed.entries] == [tag(left, "fr")]
    assert [(one.attrib, "".join(one.itertext())) for one in tombstones] == [
        ({"ref": tag(release, "fr"), "when": "2026-11-22T14:00:00+00:00"}, f"Données fausses{NNBSP}!")
    ]
    assert feed.feed.updated == "2026-11-22T14:00:00+00:00"
    assert [entry.id for entry in rss(client, "fr").entries] == [tag(left, "fr")]
    assert json_feed(client, "en")["_press"] == {
        "gone": [
            {"id": tag(release, "en"), "at": "2026-11-22T14:00:00+00:00", "note": "The data were wrong."}
        ]
    }


def test_an_empty_feed_has_never_changed(client):
    assert atom(client, "en").feed.updated == "1970-01-01T00:00:00+00:00"
    assert "updated" not in rss(client, "en").feed
    assert "Last-Modified" not in client.get("/en/feed.json").headers


def test_one_forbidden_character_does_not_hide_the_feed(client):
    release = builders.a_published_release()
    release.texts["en"].public.lead = "One\x0bday\ufffe."
    db.session.commit()

    assert atom(client, "en").entries[0].summary == "Oneday."
    assert rss(client, "en").entries[0].summary == "Oneday."


def test_a_long_feed_has_pages(client):
    releases = [builders.a_published_release(at=NOON + timedelta(minutes=number)) for number in range(41)]

    pages = [atom(client, "en", more) for more in ("", "?page=2", "?page=3", "?page=999")]
    bodies = [json_feed(client, "en", more) for more in ("", "?page=3")]

    assert [tag(release, "en") for release in reversed(releases)] == [
        entry.id for page in pages[:3] for entry in page.entries
    ]
    url = f"{BASE}/en/feed.atom"
    ways = [{link.rel: link.href for link in page.feed.links} for page in pages]
    assert [(way["self"], way.get("previous"), way.get("next")) for way in ways] == [
        (url, None, f"{url}?page=2"),
        (f"{url}?page=2", url, f"{url}?page=3"),
        (f"{url}?page=3", f"{url}?page=2", None),
        (f"{url}?page=3", f"{url}?page=2", None),
    ]
    assert {page.feed.id for page in pages} == {url}
    assert [body.get("next_url") for body in bodies] == [f"{BASE}/en/feed.json?page=2", None]


def test_a_topic_and_a_filter_have_feeds_of_their_own(client):
    one, other = builders.a_published_release(at=NOON), builders.a_published_release(at=NOON)
    one.topics, one.kind = [a_topic()], Kind.ADVISORY
    db.session.commit()
    workflow.search.refresh(one)
    workflow.search.refresh(other)
    db.session.commit()

    by_path = feedparser.parse(fetched(client, "/fr/topics/energie/feed.atom", "atom").data)
    by_filter = atom(client, "en", "?topic=energy&kind=advisory&q=%00&year=abc&utm_source=x")

    assert [entry.id for entry in by_path.entries] == [tag(one, "fr")]
    assert [entry.id for entry in by_filter.entries] == [tag(one, "en")]
    assert (by_path.feed.id, by_path.feed.title) == (
        f"{BASE}/fr/topics/energie/feed.atom",
        f"{NAMES['fr']} – Énergie",
    )
    assert (by_filter.feed.id, by_filter.feed.title) == (
        f"{BASE}/en/topics/energy/feed.atom?kind=advisory",
        f"{NAMES['en']} – Energy – Media advisory",
    )
    assert links(by_path.feed)[1] == ("alternate", "fr", f"{BASE}/fr/releases/?topic=energie")
    assert [client.get(f"/fr/topics/energie/feed.{form}").status_code for form in TYPES] == [200] * 3
    assert atom(client, "fr", "?kind=speech").entries == []


def test_a_topic_that_readers_have_not_met_is_unknown(client, monkeypatch):
    release = builders.a_published_release(at=NOON, embargo_until=NOON + timedelta(hours=1))
    release.topics = [a_topic(name="CANARY", slug="canary")]
    db.session.commit()
    monkeypatch.setattr(clock, "now", lambda: NOON)

    def seen(slug):
        page = client.get(f"/fr/topics/{slug}/feed.atom")
        return page.status_code, page.text.replace(slug, "x")

    assert seen("canary") == seen("nothing")
    assert seen("canary")[0] == 404
    assert client.get("/fr/topics/energy/feed.rss").status_code == 404
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(hours=1))
    assert seen("canary")[0] == 200


@pytest.mark.parametrize("form", TYPES)
def test_a_feed_is_sent_again_only_when_it_changed(client, monkeypatch, form):
    release = builders.a_published_release(at=NOON)
    builders.a_published_release(at=NOON, embargo_until=NOON + timedelta(hours=1))
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=59, seconds=40))
    path = f"/en/feed.{form}"
    page = client.get(path)
    asks = [{"If-None-Match": page.headers["ETag"]}, {"If-Modified-Since": page.headers["Last-Modified"]}]

    again = [client.get(path, headers=ask) for ask in asks]

    assert [(one.status_code, one.data, one.headers["Cache-Control"]) for one in again] == [
        (304, b"", "public, max-age=20")
    ] * 2
    assert {one.headers["ETag"] for one in again} == {page.headers["ETag"]}
    assert client.head(path).headers["ETag"] == page.headers["ETag"]
    corrected(release, at=NOON + timedelta(minutes=30))
    assert [client.get(path, headers=ask).status_code for ask in asks] == [200, 200]
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(hours=1))
    assert client.get(path, headers={"If-None-Match": client.get(path).headers["ETag"]}).status_code == 304
    assert parsedate_to_datetime(client.get(path).headers["Last-Modified"]) == NOON + timedelta(hours=1)


@pytest.mark.parametrize("form", TYPES)
def test_a_feed_says_its_language_and_depends_on_nobody(client, desk, form):
    builders.a_published_release()

    for reader, vary in ((client, None), (desk, "Cookie")):  # what staff are sent is kept by nobody
        headers = reader.get(f"/fr/feed.{form}", headers={"Accept-Language": "en"}).headers
        assert (headers["Content-Language"], headers.get("Vary"), headers.get("Set-Cookie")) == (
            "fr",
            vary,
            None,
        )


def test_nothing_in_a_feed_needs_to_know_where_it_stands(client):
    builders.a_published_release(pictures=[builders.an_asset()], words=WORDS)

    for form in TYPES:
        text = client.get(f"/fr/feed.{form}").text.replace("&#34;", '"').replace("\\", "")
        found = re.findall(r'(?:href|src|url)="([^"]*)"', text.replace("&amp;", "&").replace("&#34;", '"'))
        assert found or form == "json"
        assert [one for one in found if not one.startswith(("http://", "https://"))] == []


def test_every_page_offers_the_feeds_of_its_own_language(client):
    found = re.findall(
        r'<link rel="alternate" type="([^"]+)" title="([^"]+)" href="([^"]+)">',
        client.get("/fr/contacts").text,
    )

    assert found == [
        ("application/atom+xml", "Communiqués (Atom)", "/fr/feed.atom"),
        ("application/rss+xml", "Communiqués (RSS)", "/fr/feed.rss"),
        ("application/feed+json", "Communiqués (JSON)", "/fr/feed.json"),
    ]


def test_twenty_entries_cost_as_many_queries_as_one(client):
    def one_more():
        release = builders.a_published_release(at=NOON, pictures=[builders.an_asset()])
        release.topics = [builders.stored(Topic(position=1, texts={
            code: TopicText(language=code, name="x", slug=f"t{release.id}") for code in ("fr", "en")}))]  # fmt: skip
        corrected(release, at=NOON + timedelta(hours=1))
        gone = builders.a_published_release(at=NOON)
        withdrawn(gone, at=NOON + timedelta(hours=1))

    one_more()
    paths = [f"/en/feed.{form}" for form in TYPES]
    few = [statements(client, path) for path in paths]
    for _ in range(5):
        one_more()

    assert [statements(client, path) for path in paths] == few
    assert len(json.loads(client.get(paths[2]).data)["items"]) == 6


@pytest.mark.parametrize("path", ["/fr/feed.atom", "/fr/feed.json", "/fr/releases/", "/api/v1/releases"])
def test_asking_for_a_topic_that_readers_have_not_met_is_asking_for_an_unknown_one(client, monkeypatch, path):
    builders.a_published_release(at=NOON)
    release = builders.a_published_release(at=NOON, embargo_until=NOON + timedelta(hours=1))
    release.topics = [a_topic(name="CANARY", slug="canary")]
    db.session.commit()
    monkeypatch.setattr(clock, "now", lambda: NOON)

    hidden, unknown = (client.get(path, query_string={"topic": slug}) for slug in ("canary", "nobody"))

    assert hidden.text.replace("canary", "nobody") == unknown.text
    assert hidden.status_code == 200
