import re
import xml.etree.ElementTree as ET
from datetime import datetime, timedelta
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from sqlalchemy import event

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.newsroom import sitemaps
from pressroom.releases import queries, workflow
from pressroom.releases.corrections import Note
from pressroom.releases.models import CorrectionKind, Words
from tests import builders
from tests.builders import NOON
from tests.counting import statements
from tests.newsroom.reading import BASE, address, links

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
XHTML = "{http://www.w3.org/1999/xhtml}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)


def read(client, path):
    page = client.get(path)
    assert (page.status_code, page.mimetype) == (200, "application/xml")
    return ET.fromstring(page.data)


def parts(client):
    found = [one.text for one in read(client, "/sitemap.xml").iter(f"{SITEMAP}loc")]
    assert all(one.startswith(f"{BASE}/") for one in found)
    return [one.removeprefix(BASE) for one in found]


def addresses(client, path):
    """Address -> (when it was modified, its versions)."""
    return {
        url.findtext(f"{SITEMAP}loc"): (
            url.findtext(f"{SITEMAP}lastmod"),
            [
                (one.get("hreflang"), one.get("href"))
                for one in url.iter(f"{XHTML}link")
                if one.get("rel") == "alternate"
            ],
        )
        for url in read(client, path).iter(f"{SITEMAP}url")
    }


def corrected(release, *languages, at):
    for code in languages:
        workflow.save(release, code, Words("Right", "", "", f"<p>{at}</p>"), by=SYSTEM, at=at)
    notes = {code: Note("A note.", "10 €", "12 €") for code in languages}
    workflow.publish_changes(
        release, *languages, kind=CorrectionKind.CORRECTION, notes=notes, by=SYSTEM, at=at
    )
    db.session.commit()


def test_a_release_is_there_in_each_language_with_all_its_versions(client):
    both = builders.a_published_release(at=NOON - timedelta(hours=3))
    french = builders.a_published_release(at=NOON - timedelta(hours=2), languages=("fr",))
    corrected(both, "fr", at=NOON - timedelta(hours=1))

    found = addresses(client, "/sitemap-releases-1.xml")

    fr, en, only = BASE + address(both, "fr"), BASE + address(both, "en"), BASE + address(french, "fr")
    versions = [("en", en), ("fr", fr), ("x-default", f"{BASE}/r/{both.id}")]
    assert found == {
        en: ("2026-11-22T09:00:00+00:00", versions),
        fr: ("2026-11-22T11:00:00+00:00", versions),
        only: ("2026-11-22T10:00:00+00:00", [("fr", only), ("x-default", f"{BASE}/r/{french.id}")]),
    }
    assert parts(client) == ["/sitemap-pages.xml", "/sitemap-releases-1.xml"]


def test_it_was_modified_when_the_page_says(client):
    """The rows' moment is `queries.modified`, whatever happened to a release."""
    plain, fixed, minor, late = (
        builders.a_published_release(at=NOON - timedelta(days=n)) for n in (9, 8, 7, 6)
    )
    lifted = builders.a_published_release(
        at=NOON - timedelta(days=9), embargo_until=NOON - timedelta(hours=1)
    )
    for day in (3, 2):
        corrected(fixed, "fr", "en", at=NOON - timedelta(days=day))
    workflow.save(minor, "fr", Words("Typo", "", "", "<p>x</p>"), minor=True, by=SYSTEM, at=NOON)
    workflow.publish_changes(minor, "fr", by=SYSTEM, at=NOON - timedelta(days=1))
    late = builders.a_published_release(at=NOON - timedelta(days=5), languages=("fr",))
    workflow.save(late, "en", Words("Late", "", "", "<p>x</p>"), by=SYSTEM, at=NOON)
    workflow.publish_changes(late, "en", by=SYSTEM, at=NOON - timedelta(days=1))
    db.session.commit()

    found = {url: modified for url, (modified, _) in addresses(client, "/sitemap-releases-1.xml").items()}

    expected = {
        BASE + address(release, code): queries.modified(release, code)
        for release in (plain, fixed, minor, late, lifted)
        for code in release.texts
    }
    assert {url: datetime.fromisoformat(found[url]) for url in expected} == expected
    assert len({*expected.values()}) == 6


def test_what_a_sitemap_and_a_page_say_of_its_versions_is_the_same(client):
    release, event_ = builders.a_published_release(), builders.an_event()
    french = builders.an_event(languages=("fr",))
    builders.an_event(state="draft")

    for part in parts(client):
        for url, (_, versions) in addresses(client, part).items():
            said = links(client.get(urlsplit(url).path))
            assert said[0] == ("canonical", "", url)
            assert sorted(said[1:]) == sorted(("alternate", code, href) for code, href in versions)
            assert url in [href for _, href in versions]

    found = addresses(client, "/sitemap-pages.xml")
    assert {url for url in found if "/events/" in url} - {f"{BASE}/{code}/events/" for code in ("fr", "en")} == {
        f"{BASE}/{one.texts[code].language}/events/{one.texts[code].slug}" for one in (event_, french) for code in one.texts
    }  # fmt: skip
    assert found[f"{BASE}/fr/"] == (
        None,
        [("fr", f"{BASE}/fr/"), ("en", f"{BASE}/en/"), ("x-default", f"{BASE}/")],
    )
    assert release.id not in str(found)


def test_every_standing_page_is_in_the_sitemap(app):
    """A page that every language has and that is not for crawlers is named here on purpose."""
    others = {"feeds.atom", "feeds.rss", "feeds.json_feed", "corrections.atom", "accreditation.find"}
    others |= {"alerts.subscribe", "alerts.asked", "alerts.begin"}
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/<language:language>/")
        and rule.arguments == {"language"}
        and rule.endpoint not in others
    }

    assert pages == set(sitemaps.PAGES)


def test_many_releases_make_many_sitemaps_without_loading_any(client, monkeypatch):
    monkeypatch.setattr(sitemaps, "RELEASES", 2)
    releases = [builders.a_published_release(at=NOON - timedelta(hours=9 - n)) for n in range(5)]
    order = [address(release, code) for release in releases for code in ("en", "fr")]
    loaded = []
    listen = lambda _session, thing: loaded.append(thing)  # noqa: E731
    db.session.expunge_all()
    event.listen(db.session, "loaded_as_persistent", listen)

    found = [path for part in parts(client)[1:] for path in addresses(client, part)]

    event.remove(db.session, "loaded_as_persistent", listen)
    assert found == [BASE + path for path in order]
    assert {type(one).__name__ for one in loaded} <= {"Office"}
    assert [
        client.get(f"/sitemap-releases-{part}.xml").status_code for part in ("0", "4", "x", "9" * 30)
    ] == [404] * 4


def test_a_sitemap_costs_as_many_queries_for_many_as_for_one(client):
    paths = ("/sitemap.xml", "/sitemap-pages.xml", "/sitemap-releases-1.xml", "/news-sitemap.xml")
    builders.a_published_release()
    builders.an_event()
    few = [statements(client, path) for path in paths]
    for _ in range(4):
        builders.a_published_release()
        builders.an_event()

    assert [statements(client, path) for path in paths] == few


def test_the_news_are_those_of_two_days(client, monkeypatch):
    words = Words("Une fête & un bal !", "Brest", "", "<p>x</p>")
    new = builders.a_published_release(at=NOON - timedelta(hours=47), words={"fr": words})
    builders.a_published_release(at=NOON - timedelta(hours=48))
    fresh = builders.a_published_release(at=NOON - timedelta(hours=1), languages=("en",))

    def news():
        return [
            (
                url.findtext(f"{SITEMAP}loc").removeprefix(BASE),
                *(
                    url.findtext(f"{NEWS}news/{NEWS}publication/{NEWS}{name}")
                    for name in ("name", "language")
                ),
                *(url.findtext(f"{NEWS}news/{NEWS}{name}") for name in ("publication_date", "title")),
            )
            for url in read(client, "/news-sitemap.xml").iter(f"{SITEMAP}url")
        ]

    assert news() == [
        (address(fresh, "en"), "Press office", "en", "2026-11-22T11:00:00+00:00", "Clusters meet"),
        (address(new, "en"), "Press office", "en", "2026-11-20T13:00:00+00:00", "Clusters meet"),
        (address(new, "fr"), "Bureau de presse", "fr", "2026-11-20T13:00:00+00:00", "Une fête & un bal\N{NARROW NO-BREAK SPACE}!"),
    ]  # fmt: skip
    monkeypatch.setattr(sitemaps, "MOST_NEWS", 2)
    assert len(news()) == 2


def test_what_is_not_public_is_in_no_sitemap(client):
    at = NOON - timedelta(hours=1)
    words = {code: Words("CANARY", "", "", "<p>CANARY</p>") for code in ("fr", "en")}
    builders.a_published_release(at=at, words=words, embargo_until=NOON + timedelta(seconds=1))
    builders.a_published_release(at=at, words=words, publish_at=NOON + timedelta(hours=1))
    for action in ("withdraw", "kill"):
        gone = builders.a_published_release(at=at, words=words)
        getattr(workflow, action)(gone, notes={"fr": "x", "en": "x"}, by=SYSTEM, at=NOON)
        db.session.commit()

    assert parts(client) == ["/sitemap-pages.xml"]
    assert client.get("/sitemap-releases-1.xml").status_code == 404
    texts = [client.get(path).text for path in ("/sitemap-pages.xml", "/news-sitemap.xml", "/robots.txt")]
    assert [text for text in texts if "canary" in text.lower()] == []


def test_a_sitemap_is_sent_again_only_when_it_changed(client):
    builders.a_published_release(at=NOON - timedelta(hours=1))

    for path in (
        "/sitemap.xml",
        "/sitemap-pages.xml",
        "/sitemap-releases-1.xml",
        "/news-sitemap.xml",
        "/robots.txt",
    ):
        page = client.get(path)
        again = client.get(path, headers={"If-None-Match": page.headers["ETag"]})
        assert (again.status_code, again.headers["Cache-Control"], page.headers.get("Vary")) == (
            304,
            "public, max-age=60",
            None,
        )


def test_robots_are_kept_from_the_desk_and_from_private_links(app, client):
    page = client.get("/robots.txt")

    assert (page.status_code, page.mimetype) == (200, "text/plain")
    lines = page.text.splitlines()
    assert lines[0] == "User-agent: *"
    assert [line for line in lines if line.startswith("Sitemap")] == [
        f"Sitemap: {BASE}/sitemap.xml",
        f"Sitemap: {BASE}/news-sitemap.xml",
    ]
    patterns = [
        re.compile(re.escape(line.partition(": ")[2]).replace(r"\*", ".*"))
        for line in lines
        if line.startswith("Disallow")
    ]
    closed = ("/desk/releases/", "/fr/applications/find", "/en/kits/abc", "/fr/events/forum/accreditation")
    opened = (
        "/fr/",
        "/fr/releases/",
        "/en/releases/12345678/kits-and-desks",
        "/fr/releases/12345678/accreditation",
        "/fr/events/",
        "/en/media/x",
        "/static/pressroom.css",
    )
    assert [path for path in closed if not any(one.match(path) for one in patterns)] == []
    assert [path for path in opened if any(one.match(path) for one in patterns)] == []


def test_whoever_finds_a_weakness_knows_whom_to_tell(client):
    page = client.get("/.well-known/security.txt")

    fields = dict(line.partition(": ")[::2] for line in page.text.splitlines())
    assert page.content_type == "text/plain; charset=utf-8"
    assert fields == {
        "Contact": "mailto:press@pressroom.example", "Expires": "2027-02-20T00:00:00+00:00", "Preferred-Languages": "fr, en",
        "Canonical": f"{BASE}/.well-known/security.txt",
    }  # fmt: skip


def test_the_oldest_releases_come_first_so_that_full_sitemaps_stay_as_they_are(client):
    releases = [builders.a_published_release(at=NOON - timedelta(days=n)) for n in (2, 5, 1)]

    found = list(addresses(client, "/sitemap-releases-1.xml").values())

    moments = [modified for modified, _ in found]
    assert all(a <= b for a, b in pairwise(moments))
    assert len(moments) == 2 * len(releases)
