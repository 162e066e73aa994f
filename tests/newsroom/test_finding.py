"""The list of releases: words, filters and pages, all of them in the address."""

import re
from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import event

from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.newsroom import filters
from pressroom.releases import search, topics, workflow
from pressroom.releases.models import Kind, Words
from tests import builders
from tests.builders import NOON
from tests.newsroom.reading import BASE, address, links, main

HEAT = Words(
    "Les « serveurs » chauffent l’eau", "Nice", "Moins de gaz & plus d’idées.", "<p>Une piscine.</p>"
)


def a_topic(fr, en):
    return builders.stored(topics.add({"fr": fr, "en": en}, by=SYSTEM, at=NOON))


def a_release(*under, kind=Kind.RELEASE, year=2026, minutes=0, **values):
    release = builders.a_published_release(at=NOON + timedelta(minutes=minutes), **values)
    workflow.set_facts(
        release, dated=release.dated.replace(year=year), contact=release.contact, event=None, pictures=[],
        topics=under, kind=kind, by=SYSTEM, at=NOON,
    )  # fmt: skip
    return builders.stored(release)


@pytest.fixture
def newsroom(app):
    """Four releases: two of the sea, one of which is an advisory; two of 2025, one of which is about heat."""
    sea, heat = a_topic("Mer", "Sea"), a_topic("Chaleur", "Heat")
    return [
        a_release(sea, minutes=4),
        a_release(sea, heat, kind=Kind.ADVISORY, minutes=3),
        a_release(year=2025, minutes=2),
        a_release(heat, year=2025, minutes=1, words={"fr": HEAT}),
    ]


def listed(page):
    return re.findall(r'<h2><a href="(/\w\w/releases/\w{8}/[^"]*)">', page.text)


def offered(page):
    """Address and count of each filter, by heading."""
    nav = page.text.partition('<details class="filters"')[2].partition("</details>")[0]
    groups = re.split(r"<h2>(.*?)</h2>", nav)[1:]
    choice = r'<a href="([^"]*)"( aria-current="true")?>([^<]*)</a> <span class="number muted">([^<]*)</span>'
    return {
        heading: [
            (unescape(url), name, count, bool(current))
            for url, current, name, count in re.findall(choice, part)
        ]
        for heading, part in zip(groups[::2], groups[1::2], strict=True)
    }


def chosen(page):
    part = page.text.partition('class="inline-list chosen"')[2].partition("</ul>")[0]
    return [
        (unescape(url), unescape(re.sub("<[^>]*>", "", name)).strip())
        for url, name in re.findall(r'<a href="([^"]*)">(.*?)</a>', part)
    ]


def addresses(releases, language="en"):
    return [address(release, language) for release in releases]


def test_the_list_offers_what_it_can_be_narrowed_to(client, newsroom):
    page = client.get("/en/releases/")

    assert listed(page) == addresses(newsroom)
    assert offered(page) == {
        "Topic": [
            ("/en/releases/?topic=sea", "Sea", "2", False),
            ("/en/releases/?topic=heat", "Heat", "2", False),
        ],
        "Year": [
            ("/en/releases/?year=2026", "2026", "2", False),
            ("/en/releases/?year=2025", "2025", "2", False),
        ],
        "Kind": [
            ("/en/releases/?kind=release", "Press release", "3", False),
            ("/en/releases/?kind=advisory", "Media advisory", "1", False),
        ],
    }
    assert chosen(page) == []
    assert "Media advisory · Sea · Heat" in page.text


def test_every_filter_stands_in_the_address_and_can_be_taken_away(client, newsroom):
    page = client.get("/en/releases/?q=clusters&topic=sea&year=2026&kind=advisory")

    assert listed(page) == addresses(newsroom[1:2])
    assert chosen(page) == [
        ("/en/releases/?topic=sea&year=2026&kind=advisory", "Remove “clusters” ×"),
        ("/en/releases/?q=clusters&year=2026&kind=advisory", "Remove Sea ×"),
        ("/en/releases/?q=clusters&topic=sea&kind=advisory", "Remove 2026 ×"),
        ("/en/releases/?q=clusters&topic=sea&year=2026", "Remove Media advisory ×"),
        ("/en/releases/", "Clear filters"),
    ]
    assert "<title>Press releases – “clusters”, Sea, 2026, Media advisory – " in page.text
    form = main(page).partition("<form")[2].partition("</form>")[0]
    assert re.findall(r'name="(\w+)"[^>]*value="([^"]*)"', form) == [
        ("topic", "sea"), ("year", "2026"), ("kind", "advisory"), ("q", "clusters"),
    ]  # fmt: skip
    feed = "/en/topics/sea/feed.atom?q=clusters&amp;year=2026&amp;kind=advisory"
    assert f'<a href="{feed}">Follow these results</a>' in page.text


def test_a_group_counts_what_would_be_left_with_the_other_filters(client, newsroom):
    page = client.get("/en/releases/?topic=heat")

    assert offered(page) == {
        "Topic": [("/en/releases/?topic=sea", "Sea", "2", False), ("/en/releases/?topic=heat", "Heat", "2", True)],
        "Year": [
            ("/en/releases/?topic=heat&year=2026", "2026", "1", False),
            ("/en/releases/?topic=heat&year=2025", "2025", "1", False),
        ],
        "Kind": [
            ("/en/releases/?topic=heat&kind=release", "Press release", "1", False),
            ("/en/releases/?topic=heat&kind=advisory", "Media advisory", "1", False),
        ],
    }  # fmt: skip


def test_a_group_with_nothing_to_choose_is_left_out(client):
    a_release()

    assert offered(client.get("/en/releases/")) == {}


def test_what_was_looked_for_is_marked_and_nothing_else(client, newsroom):
    page = client.get("/fr/releases/", query_string={"q": "SERVEUR idee gaz"})

    nbsp = "\N{NO-BREAK SPACE}"
    assert listed(page) == addresses(newsroom[3:], "fr")
    assert f"Les «{nbsp}<mark>serveurs</mark>{nbsp}» chauffent l’eau</a>" in page.text
    assert "Moins de <mark>gaz</mark> &amp; plus d’<mark>idées</mark>.</p>" in page.text


def test_what_is_typed_is_never_markup(client, newsroom):
    page = client.get("/fr/releases/", query_string={"q": '"><script>alert(1)</script>'})

    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_the_other_language_s_results_are_one_link_away(client, newsroom):
    page = client.get("/en/releases/?q=ouvre&year=2026")

    assert listed(page) == []
    assert '<a href="/fr/releases/?q=ouvre&amp;year=2026" hreflang="fr">2 results in French</a>' in page.text


def test_nothing_found_says_for_what_and_how_to_go_on(client, newsroom):
    page = client.get("/en/releases/?q=unicorns&year=2025")
    without = client.get("/en/releases/?topic=sea&year=2025")

    assert "No release for “unicorns” with these filters." in page.text
    assert '<a href="/en/releases/?q=unicorns">Search all years</a>' in page.text
    assert "mailto:mael.quere@press.example" in page.text
    assert "No release with these filters." in without.text
    assert 'value="unicorns"' in page.text
    assert (page.status_code, without.status_code) == (200, 200)


def test_a_number_finds_the_release(client, newsroom):
    page = client.get("/en/releases/?q=2026-003")

    assert listed(page) == addresses(newsroom[2:3])


def test_search_pages_stay_out_of_search_engines(client, newsroom):
    plain, searched = client.get("/en/releases/?topic=sea"), client.get("/en/releases/?q=clusters&topic=sea")

    noindex = '<meta name="robots" content="noindex">'
    assert (noindex in plain.text, noindex in searched.text) == (False, True)
    assert links(plain) == [
        ("canonical", "", f"{BASE}/en/releases/?topic=sea"),
        ("alternate", "fr", f"{BASE}/fr/releases/?topic=mer"),
        ("alternate", "en", f"{BASE}/en/releases/?topic=sea"),
        ("alternate", "x-default", f"{BASE}/fr/releases/?topic=mer"),
    ]
    assert links(searched) == [("canonical", "", f"{BASE}/en/releases/?q=clusters&amp;topic=sea")]


@pytest.mark.parametrize(
    "query",
    ["year=abc", "year=0000", "year=99999", "year=²⁰²⁶", "kind=nonsense", "topic=nonsense", "topic=%00", "page=abc",
     "page=-3", "page=999", "page=" + "9" * 400, "q=%00", "q=+++", "endpoint=x&_scheme=javascript&_external=1", "language=xx",
     "q=" + "x" * 20_000 + "&q=2", "%FF=%FF", "page=1&page=2"],
)  # fmt: skip
def test_an_address_that_makes_no_sense_shows_a_sane_page(client, newsroom, query):
    page = client.get(f"/en/releases/?{query}")

    assert page.status_code == 200
    assert listed(page) == ([] if "xxx" in query else addresses(newsroom))
    assert "javascript:" not in page.text


def test_links_to_other_pages_keep_the_filters_and_nothing_foreign_becomes_of_them(client):
    for minutes in range(21):
        a_release(minutes=minutes)

    page = client.get("/en/releases/?year=2026&page=99&_scheme=javascript&_external=1&endpoint=x")

    assert "<title>Press releases – 2026 – Page 2 of 2 – " in page.text
    assert len(listed(page)) == 1
    pages = re.findall(r'<a href="([^"]*)"[^>]*>Previous<', page.text)
    assert [url.partition("?")[0] for url in pages] == ["/en/releases/"]
    assert "page=1" in pages[0]
    assert "javascript:" not in page.text


def test_what_is_beyond_the_bound_is_not_counted_but_can_be_reached(client, monkeypatch):
    monkeypatch.setattr(search, "BOUND", 20)
    for minutes in range(45):
        a_release(minutes=minutes, languages=("en",))
    a_release(minutes=99, languages=("en",), year=2025)

    first, second, third = (client.get(f"/en/releases/?page={number}") for number in (1, 2, 3))
    searched = client.get("/fr/releases/?q=clusters")  # the same word in both languages

    assert "More than 20 press releases" in first.text
    assert [name for *_, name, _current in offered(first)["Year"]] == ["20+", "1"]
    assert "<title>Press releases – Page 1 – " in first.text
    assert ("46 press releases" in second.text, "46 press releases" in third.text) == (True, True)
    assert len({*listed(first), *listed(second), *listed(third)}) == 46
    assert re.search(r'hreflang="en">(More than 20|Plus de 20) ', searched.text)


def test_the_same_number_of_queries_whatever_is_listed(client):
    topic, asked = a_topic("Mer", "Sea"), []
    event.listen(db.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))

    def queries_for(path):
        db.session.expire_all()
        asked.clear()
        assert client.get(path).status_code == 200
        return len(asked)

    paths = ("/en/releases/", "/en/releases/?q=clusters&topic=sea&year=2026&kind=release")
    for _ in range(2):
        a_release(topic)
    few = [queries_for(path) for path in paths]
    for minutes in range(18):
        a_release(topic, minutes=minutes)

    assert [queries_for(path) for path in paths] == few
    assert max(few) <= 20
    assert not any("body" in statement for statement in asked)


def test_a_filter_knows_its_address_in_every_language(newsroom):
    sea = topics.every()[0]

    asked = filters.from_args({"q": "  a \0 b ", "topic": "mer", "year": "2026", "kind": "speech"}, "en")

    assert asked == ("a b", sea, 2026, Kind.SPEECH)
    assert asked.arguments("en") == {"q": "a b", "topic": "sea", "year": 2026, "kind": "speech"}
    assert asked.arguments("fr")["topic"] == "mer"
    assert filters.from_args({}, "en") == ("", None, None, None)
