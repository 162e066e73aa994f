import json
import re
from datetime import timedelta

import pytest

from pressroom import clock
from pressroom.access import SYSTEM, Role
from pressroom.database import db, new_id
from pressroom.events import workflow as events
from pressroom.events.models import State as EventState
from pressroom.media.models import Licence
from pressroom.releases import workflow
from pressroom.releases.corrections import Note
from pressroom.releases.models import CorrectionKind, Topic, TopicText, Words
from tests import builders, strict
from tests.builders import NOON
from tests.newsroom.reading import BASE, address

NBSP, NNBSP = "\N{NO-BREAK SPACE}", "\N{NARROW NO-BREAK SPACE}"


def data(page):
    """The page's JSON-LD, None when there is none."""
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.text, re.DOTALL)
    assert len(found) <= 1
    return json.loads(found[0]) if found else None


def graph(page):
    return [
        (attributes["property"], attributes["content"])
        for attributes in strict.Reader(page.text).all("meta")
        if "property" in attributes
    ]


def a_topic():
    names = {"fr": "Énergie", "en": "Energy"}
    slug = new_id(4)
    texts = {code: TopicText(language=code, name=name, slug=slug) for code, name in names.items()}
    return builders.stored(Topic(position=1, texts=texts))


def a_release(**values):
    words = {"fr": Words("Une fête </script> & un bal !", "Brest", "Un <mot>.", "<p>Oui.</p>")}
    release = builders.a_published_release(at=NOON, words=words, **values)
    release.topics = [a_topic()]
    db.session.commit()
    return release


def publisher(language):
    return {
        "@type": "Organization",
        "name": {"fr": "Bureau de presse", "en": "Press office"}[language],
        "url": f"{BASE}/{language}/",
        "contactPoint": [
            {
                "@type": "ContactPoint", "contactType": "press", "telephone": "+33 1 99 00 00 01",
                "email": "mael.quere@press.example", "availableLanguage": ["fr", "en"],
            }
        ],
    }  # fmt: skip


def test_a_release_is_a_news_article(client, monkeypatch):
    asset = builders.an_asset(licence=Licence.CC_BY)
    hidden = builders.an_asset(restricted=True)
    release = a_release(pictures=[asset, hidden])
    monkeypatch.setattr(clock, "now", lambda: NOON)
    url, file = BASE + address(release, "fr"), asset.download

    page = client.get(address(release, "fr"))

    picture = f"{BASE}/files/{file.key}/{file.filename.replace(' ', '%20')}"
    assert data(page) == {
        "@context": "https://schema.org", "@type": "NewsArticle", "@id": url, "url": url, "mainEntityOfPage": url,
        "headline": f"Une fête </script> & un bal{NNBSP}!", "description": "Un <mot>.", "inLanguage": "fr",
        "datePublished": "2026-11-22T12:00:00+00:00", "dateModified": "2026-11-22T12:00:00+00:00",
        "dateline": f"Brest, 22{NBSP}novembre 2026".replace(NBSP, " "), "identifier": "2026-001", "version": 1,
        "genre": "press release", "keywords": ["Énergie"], "isAccessibleForFree": True, "author": publisher("fr"),
        "publisher": publisher("fr"),
        "image": [
            {
                "@type": "ImageObject", "url": picture, "contentUrl": picture, "encodingFormat": "image/png", "width": 60,
                "height": 40, "inLanguage": "fr", "caption": "L’ouverture du forum.", "creditText": "Ateliers Pins",
                "copyrightNotice": "© Ateliers Pins", "license": "https://creativecommons.org/licenses/by/4.0/",
            }
        ],
        "workTranslation": [{"@type": "NewsArticle", "@id": BASE + address(release, "en"), "inLanguage": "en"}],
    }  # fmt: skip
    assert "</script> &" not in page.text
    assert strict.faults(page.text, "fr") == []


def test_a_translation_names_its_source_and_a_correction_is_told(client, monkeypatch):
    release = a_release()
    workflow.save(release, "fr", Words("Juste", "", "", "<p>Juste.</p>"), by=SYSTEM, at=NOON)
    notes = {"fr": Note("Le prix était faux.", "10", "12"), "en": Note("The price was wrong.", "10", "12")}
    workflow.publish_changes(
        release, "fr", kind=CorrectionKind.CORRECTION, notes=notes, by=SYSTEM, at=NOON + timedelta(hours=1)
    )
    db.session.commit()
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(hours=2))

    fr, en = (data(client.get(address(release, code))) for code in ("fr", "en"))

    assert en["translationOfWork"] == {
        "@type": "NewsArticle",
        "@id": BASE + address(release, "fr"),
        "inLanguage": "fr",
    }
    assert "workTranslation" not in en
    assert (fr["version"], fr["dateModified"], en["version"], en["dateModified"]) == (
        2, "2026-11-22T13:00:00+00:00", 1, "2026-11-22T12:00:00+00:00",
    )  # fmt: skip
    at = "2026-11-22T13:00:00+00:00"
    assert fr["correction"] == [
        {"@type": "CorrectionComment", "text": "Le prix était faux.", "datePublished": at}
    ]
    assert en["correction"] == [
        {"@type": "CorrectionComment", "text": "The price was wrong.", "datePublished": at}
    ]


def test_other_sites_show_a_card(client, monkeypatch):
    release = a_release()
    monkeypatch.setattr(clock, "now", lambda: NOON)
    url, title = BASE + address(release, "fr"), f"Une fête </script> & un bal{NNBSP}!"

    page = client.get(address(release, "fr"))

    assert graph(page) == [
        ("og:title", title), ("og:description", "Un <mot>."), ("og:type", "article"), ("og:url", url),
        ("og:site_name", "Bureau de presse"), ("og:locale", "fr_FR"), ("og:locale:alternate", "en_GB"),
        ("og:image", f"{url}/card.png"), ("og:image:type", "image/png"), ("og:image:width", "1200"), ("og:image:height", "630"),
        ("og:image:alt", title), ("article:published_time", "2026-11-22T12:00:00+00:00"),
        ("article:modified_time", "2026-11-22T12:00:00+00:00"), ("article:section", "Énergie"), ("article:tag", "Énergie"),
    ]  # fmt: skip
    assert '<meta name="twitter:card" content="summary_large_image">' in page.text
    assert client.get(f"{address(release, 'fr')}/card.png").mimetype == "image/png"


def test_what_was_withdrawn_or_killed_says_nothing_to_machines(client):
    for action in ("withdraw", "kill"):
        release = a_release()
        path = address(release, "fr")
        assert data(client.get(path))
        getattr(workflow, action)(release, notes={"fr": "Faux.", "en": "Wrong."}, by=SYSTEM, at=clock.now())
        db.session.commit()
        page = client.get(path)
        assert (data(page), graph(page)) == (None, [])


def test_a_preview_says_nothing_to_machines(client, desk, monkeypatch):
    release = a_release(embargo_until=NOON + timedelta(hours=1))
    monkeypatch.setattr(clock, "now", lambda: NOON)

    pages = [
        desk.get(f"/desk/releases/{release.id}/{code}/preview", follow_redirects=True)
        for code in ("fr", "en")
    ]

    assert client.get(address(release, "fr")).status_code == 404
    assert [(data(page), graph(page)) for page in pages] == [(None, [])] * 2


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (EventState.ANNOUNCED, "EventScheduled"),
        (EventState.POSTPONED, "EventPostponed"),
        (EventState.CANCELLED, "EventCancelled"),
    ],
)
def test_an_event_is_an_event(client, state, status):
    contact = builders.a_press_contact()
    event = builders.an_event(now=NOON, state=state, contact=contact)
    text = event.texts["en"]
    path = f"/en/events/{text.slug}"

    page = client.get(path)

    assert data(page) == {
        "@context": "https://schema.org", "@type": "Event", "@id": BASE + path, "url": BASE + path, "name": text.title,
        "description": text.summary, "inLanguage": "en", "startDate": "2026-12-22T13:00:00+01:00",
        "endDate": "2026-12-22T21:00:00+01:00", "eventStatus": f"https://schema.org/{status}",
        "eventAttendanceMode": "https://schema.org/OfflineEventAttendanceMode",
        "location": {"@type": "Place", "name": "Sophia Antipolis", "address": "1 place des Pins, 06999 Sophia Antipolis"},
        "organizer": publisher("en"),
    }  # fmt: skip
    assert graph(page) == [
        ("og:title", text.title), ("og:description", text.summary), ("og:type", "website"), ("og:url", BASE + path),
        ("og:site_name", "Press office"),
    ]  # fmt: skip


def test_an_event_that_was_moved_says_from_when(client):
    event = builders.an_event(now=NOON)
    later = {name: getattr(event, name) + timedelta(days=30) for name in ("starts_at", "ends_at")}
    events.act(event, "move", facts=later, by=SYSTEM._replace(role=Role.OFFICER), at=NOON)
    builders.stored(event)

    known = data(client.get(f"/en/events/{event.texts['en'].slug}"))

    assert {name: known[name] for name in ("startDate", "previousStartDate", "eventStatus")} == {
        "startDate": "2027-01-21T13:00:00+01:00",
        "previousStartDate": "2026-12-22T13:00:00+01:00",
        "eventStatus": "https://schema.org/EventRescheduled",
    }


def test_a_place_alone_reschedules_nothing(client):
    event = builders.an_event(now=NOON)
    places = {code: {"place": "Antibes", "address": ""} for code in ("fr", "en")}
    events.act(event, "move", places=places, by=SYSTEM._replace(role=Role.OFFICER), at=NOON)
    builders.stored(event)

    known = data(client.get(f"/en/events/{event.texts['en'].slug}"))

    assert known["eventStatus"] == "https://schema.org/EventScheduled"
    assert known["location"] == {"@type": "Place", "name": "Antibes"}
    assert "previousStartDate" not in known


def test_the_home_page_says_who_speaks_and_whom_to_call(client):
    builders.a_press_contact()

    assert data(client.get("/en/")) == {"@context": "https://schema.org", **publisher("en")}
    assert data(client.get("/fr/contacts")) is None
