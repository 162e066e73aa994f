import re
from datetime import timedelta

import pytest

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.releases import workflow
from pressroom.releases.models import Words
from tests import builders
from tests.counting import statements
from tests.newsroom.reading import BASE, address, links

NBSP = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("cookie", "wanted", "language"),
    [
        (None, "en-GB,en;q=0.9", "en"),
        (None, "de, fr-CA;q=0.5, en;q=0.3", "fr"),
        (None, "de", "fr"),
        (None, "*", "fr"),
        (None, None, "fr"),
        ("en", "fr", "en"),
        ("xx", "en", "en"),
    ],
)
def test_the_entrance_leads_to_the_visitor_s_language(client, cookie, wanted, language):
    if cookie:
        client.set_cookie("language", cookie)

    page = client.get("/", headers={"Accept-Language": wanted} if wanted else {})

    assert (page.status_code, page.location) == (302, f"/{language}/")
    assert page.headers["Vary"] == "Accept-Language, Cookie"
    assert page.headers["Cache-Control"] == "no-store"


def test_the_short_link_leads_to_a_language_that_the_release_has(client):
    both, french = builders.a_published_release(), builders.a_published_release(languages=("fr",))

    def led(release, wanted):
        page = client.get(f"/r/{release.id}", headers={"Accept-Language": wanted})
        assert (page.status_code, page.headers["Cache-Control"]) == (302, "no-store")
        return page.location

    assert [led(both, "en"), led(both, "fr"), led(french, "en")] == [
        address(both, "en"),
        address(both, "fr"),
        address(french, "fr"),
    ]


@pytest.mark.parametrize(
    ("path", "wanted", "language", "heading"),
    [
        ("/r/unknown0", "en", "en", "Page not found"),
        ("/de/", "en", "en", "Page not found"),
        ("/de/", "fr", "fr", "Page introuvable"),
        ("/fr/releases/unknown0/x", "en", "fr", "Page introuvable"),
        ("/en/releases/unknown0/x.txt", "fr", "en", "Page not found"),
        ("/en/nothing", "fr", "en", "Page not found"),
    ],
)
def test_what_is_unknown_is_said_in_the_best_language(client, path, wanted, language, heading):
    page = client.get(path, headers={"Accept-Language": wanted})

    assert page.status_code == 404
    assert f'<html lang="{language}">' in page.text
    assert f"<h1>{heading}</h1>" in page.text


@pytest.mark.parametrize(
    ("language", "date", "number", "switch"),
    [
        ("fr", "1er décembre 2026", "Communiqué de presse n° 2026-001", "Read this release in English"),
        ("en", "1 December 2026", "Press release no. 2026-001", "Lire ce communiqué en français"),
    ],
)
def test_a_release_is_read_in_its_language(client, monkeypatch, language, date, number, switch):
    moment = builders.NOON + timedelta(days=9)
    release = builders.a_published_release(at=moment)
    monkeypatch.setattr(clock, "now", lambda: moment)
    text = release.texts[language].public
    other = "en" if language == "fr" else "fr"

    page = client.get(address(release, language))

    plain = page.text.replace(NBSP, " ")
    assert (page.status_code, page.headers["Content-Language"]) == (200, language)
    assert page.headers["Cache-Control"] == "public, max-age=60"
    assert f'<html lang="{language}">' in page.text
    assert (
        f'<b class="place">{text.place}</b> <span><time datetime="2026-12-01">{date}</time></span> <span>{number}</span>'
        in plain
    )
    assert f"<h1>{text.headline}</h1>" in page.text
    assert f'<p class="lead">{text.lead}</p>' in page.text
    assert f'<div class="release-body">{text.body}</div>' in page.text
    assert f'<a href="{address(release, other)}" lang="{other}" hreflang="{other}">{switch}</a>' in page.text
    assert f'<a href="{address(release, language)}.txt">' in page.text
    assert page.text.index('class="release-body"') < page.text.index('class="card contact"')
    assert page.text.index('class="contact-line') < page.text.index('class="release-body"')
    assert links(page) == [
        ("canonical", "", BASE + address(release, language)),
        ("alternate", "fr", BASE + address(release, "fr")),
        ("alternate", "en", BASE + address(release, "en")),
        ("alternate", "x-default", f"{BASE}/r/{release.id}"),
    ]
    assert dict(re.findall(r'<meta property="og:(\w+)" content="([^"]*)">', page.text)) == {
        "title": text.headline,
        "description": text.lead,
        "type": "article",
        "url": BASE + address(release, language),
        "locale": {"fr": "fr_FR", "en": "en_GB"}[language],
        "site_name": {"fr": "Bureau de presse", "en": "Press office"}[language],
        "image": f"{BASE}{address(release, language)}/card.png",
    }


def test_french_words_get_their_spaces_and_foreign_ones_do_not(client):
    words = Words(
        "Une fête !", "Brest", "Dit : oui", '<p>Il dit : « oui » et <span lang="en">say: yes !</span></p>'
    )
    release = builders.a_published_release(languages=("fr",), words={"fr": words})

    page = client.get(address(release, "fr")).text

    assert "<h1>Une fête\N{NARROW NO-BREAK SPACE}!</h1>" in page
    assert f'<p>Il dit{NBSP}: «{NBSP}oui{NBSP}» et <span lang="en">say: yes !</span></p>' in page


def test_a_wrong_slug_leads_to_the_right_one(client):
    release = builders.a_published_release()

    for wrong, right in (("old", address(release, "en")), ("old.txt", f"{address(release, 'en')}.txt")):
        page = client.get(f"/en/releases/{release.id}/{wrong}")
        assert (page.status_code, page.location) == (301, right)


def test_a_release_in_one_language_is_named_in_the_other(client):
    release = builders.a_published_release(languages=("fr",))

    here, there = client.get(address(release, "fr")), client.get(f"/en/releases/{release.id}/x")

    assert "Ce communiqué n’existe qu’en français." in here.text.partition("<main")[0]
    assert "Read this release" not in here.text
    assert (there.status_code, there.headers["Content-Language"]) == (404, "en")
    assert "<h1>This release is available in French only.</h1>" in there.text
    assert (
        f'<li lang="fr"><a href="{address(release, "fr")}" hreflang="fr">Les pôles se retrouvent</a> (français)</li>'
        in there.text
    )
    assert '<meta name="robots" content="noindex">' in there.text
    assert links(there) == [
        ("canonical", "", BASE + address(release, "fr")),
        ("alternate", "fr", BASE + address(release, "fr")),
        ("alternate", "x-default", f"{BASE}/r/{release.id}"),
    ]
    assert client.get(f"/en/releases/{release.id}/x.txt").status_code == 404


def test_words_that_are_not_public_yet_stay_unread(client):
    release = builders.a_published_release()
    words = Words("CANARY", "CANARY", "CANARY", "<p>CANARY</p>")
    workflow.save(release, "en", words, by=SYSTEM, at=clock.now())
    db.session.commit()
    paths = (
        address(release, "en"),
        f"{address(release, 'en')}.txt",
        "/en/",
        "/en/releases/",
        "/en/feed.atom",
    )

    pages = [client.get(path) for path in paths]
    builders.a_published_release()  # the home page now leads with this one
    pages.append(client.get("/en/"))

    assert [(page.status_code, "CANARY" in page.text) for page in pages] == [(200, False)] * 6


def test_a_linked_event_is_offered_beside_the_release(client):
    release, event = builders.a_published_release(), builders.an_event()
    release.event = event
    db.session.commit()

    page = client.get(address(release, "fr")).text

    slug = event.texts["fr"].slug
    assert f'<a href="/fr/events/{slug}">' in page
    assert f'<a class="button" href="/fr/events/{slug}/accreditation">Demander une accréditation</a>' in page


def test_pictures_come_with_their_words_credit_and_weight(client):
    asset = builders.an_asset(size=(1600, 900))
    release = builders.a_published_release(pictures=[asset])

    french, english, home = (
        client.get(path) for path in (address(release, "fr"), address(release, "en"), "/en/")
    )

    src = f"/files/{asset.rendition('web').key}/"
    for page, alt, caption in (
        (french, "Une salle pleine", "L’ouverture du forum."),
        (english, "A full room", "The forum opens."),
    ):
        assert re.search(rf'<img src="{src}[^"]*" width="1280" height="720" alt="{alt}"', page.text)
        assert f"<span>{caption}</span>" in page.text
    assert "Crédit\N{NO-BREAK SPACE}: Ateliers Pins." in french.text
    assert re.search(
        rf'href="/files/{asset.download.key}/[^"]*" download>Download \(PNG, 1600 × 900, ', english.text
    )
    assert src in home.text
    with client.get(re.search(rf'{src}[^"]*', home.text)[0]) as file:
        assert (file.status_code, file.mimetype) == (200, "image/png")


def test_a_page_asks_no_more_of_the_database_for_more_pictures(client):
    few, many = (
        builders.a_published_release(pictures=[builders.an_asset() for _ in range(n)]) for n in (1, 4)
    )

    assert statements(client, address(few, "en")) == statements(client, address(many, "en"))
