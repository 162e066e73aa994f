import re
from datetime import UTC, datetime, timedelta

import pytest

from pressroom import clock, links
from pressroom.access import Actor, Role
from pressroom.accreditation.models import State as ApplicationState
from pressroom.events import workflow
from pressroom.events.models import EventCategory, EventChange, Late, Proof, State
from pressroom.releases.models import Words
from tests import builders

NBSP = "\N{NO-BREAK SPACE}"
DATES = {
    "starts_at": datetime(2026, 12, 18, 8, tzinfo=UTC),
    "ends_at": datetime(2026, 12, 18, 16, 30, tzinfo=UTC),
    "requests_open_at": datetime(2026, 11, 20, 8, tzinfo=UTC),
    "requests_close_at": datetime(2026, 12, 11, 17, tzinfo=UTC),
    "answer_by": datetime(2026, 12, 14, 17, tzinfo=UTC),
}
WHEN = {
    "fr": f"vendredi 18{NBSP}décembre 2026, de 9{NBSP}h à 17{NBSP}h{NBSP}30, heure de Paris (UTC+1)",
    "en": "Friday 18 December 2026, from 09:00 to 17:30, Paris time (UTC+1)",
}


def at(monkeypatch, moment):
    monkeypatch.setattr(clock, "now", lambda: moment)


def address(event, language):
    return f"/{language}/events/{event.texts[language].slug}"


def words(page):
    """What a reader reads of the page's content, one line."""
    main = page.text.partition("<main")[2].partition("</main>")[0]
    return re.sub(r"[ \n]+", " ", re.sub("<[^>]*>", " ", main)).replace(NBSP, " ").replace("&#39;", "'")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_says_when_where_and_whom_to_call(client, monkeypatch, language):
    contact = builders.a_press_contact()
    event = builders.an_event(**DATES, contact_id=contact.id)
    event.texts[language].conditions = "Sur accréditation.\nAvec une pièce d’identité.\n\nSans flash."
    at(monkeypatch, datetime(2026, 11, 22, tzinfo=UTC))

    page = client.get(address(event, language))

    assert (page.status_code, page.headers["Content-Language"]) == (200, language)
    assert page.headers["Cache-Control"] == "public, max-age=60"
    assert f'<time datetime="2026-12-18T09:00+01:00">{WHEN[language]}</time>'.replace(
        NBSP, " "
    ) in page.text.replace(NBSP, " ")
    assert "1 place des Pins, 06999 Sophia Antipolis" in words(page)
    assert "Sur accréditation.<br>Avec une pièce d’identité.</p>" in page.text
    assert page.text.index("Sans flash") < page.text.index('class="card contact"')
    assert "+33 1 99 00 00 01" in page.text
    assert f'href="{address(event, language)}.ics"' in page.text
    assert f'href="/{language}/applications/find"' in page.text


@pytest.mark.parametrize(
    ("now", "french", "english", "button"),
    [
        (DATES["requests_open_at"] - timedelta(seconds=1), "Les demandes ouvriront le 20 novembre 2026, 9 h, heure de Paris (UTC+1).", "Requests open on 20 November 2026, 09:00, Paris time (UTC+1).", False),
        (DATES["requests_open_at"], "Demandes ouvertes jusqu’au 11 décembre 2026, 18 h, heure de Paris (UTC+1).", "Requests open until 11 December 2026, 18:00, Paris time (UTC+1).", True),
        (DATES["requests_close_at"], "Les demandes sont closes depuis le 11 décembre 2026.", "Requests closed on 11 December 2026.", False),
    ],
)  # fmt: skip
def test_the_page_says_whether_requests_are_open(client, monkeypatch, now, french, english, button):
    event = builders.an_event(**DATES)
    at(monkeypatch, now)

    for language, sentence in (("fr", french), ("en", english)):
        page = client.get(address(event, language))
        assert sentence in words(page)
        assert (f'href="{address(event, language)}/accreditation"' in page.text) is button


def test_an_event_that_took_place_no_longer_speaks_of_requests(client, monkeypatch):
    event = builders.an_event(**DATES)
    at(monkeypatch, DATES["ends_at"])

    page = words(client.get(address(event, "en")))

    assert "Requests" not in page
    assert "Find my request" not in page
    assert "This event is over." in page


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(hours=48, seconds=1), "Paris time (UTC+1). What"),
        (timedelta(hours=47, minutes=59), "Paris time (UTC+1). 47 hours left. What"),
        (timedelta(hours=1), "Paris time (UTC+1). 1 hour left. What"),
        (timedelta(minutes=59), "Paris time (UTC+1). Less than an hour left. What"),
    ],
)
def test_in_the_last_two_days_the_page_says_how_many_hours_are_left(client, monkeypatch, left, said):
    event = builders.an_event(**DATES)
    at(monkeypatch, DATES["requests_close_at"] - left)

    assert f"Requests open until 11 December 2026, 18:00, {said}" in words(client.get(address(event, "en")))


def test_late_requests_are_taken_without_a_promise(client, monkeypatch):
    event = builders.an_event(**DATES, late=Late.TAKEN)
    at(monkeypatch, DATES["requests_close_at"])

    page = client.get(address(event, "en"))

    said = "Requests closed on 11 December 2026. Late requests are still taken, without a promised answer."
    assert said in words(page)
    assert f'href="{address(event, "en")}/accreditation"' in page.text
    assert "We will answer by" not in page.text
    assert f'href="{address(event, "en")}/accreditation"' in client.get("/en/events/").text


@pytest.mark.parametrize("state", [ApplicationState.APPROVED, ApplicationState.OFFERED])
def test_an_event_without_a_place_left_offers_its_waiting_list(client, state):
    event = builders.an_event(quota=1)
    sentence = "All places are taken; you can join the waiting list."
    assert sentence not in words(client.get(address(event, "en")))

    builders.an_application(event, state=state)

    for path in (address(event, "en"), "/en/events/", "/en/"):
        page = client.get(path)
        assert sentence in words(page), path
        assert f'href="{address(event, "en")}/accreditation"' in page.text, path


def test_an_event_is_full_when_each_of_its_categories_is(client):
    def category(code, position):
        return EventCategory(code=code, names={}, position=position, quota=1, asks=[], is_open=True)

    event = builders.an_event(categories=[category("written", 1), category("photo", 2)])
    builders.an_application(event, state=ApplicationState.APPROVED, category="written")
    assert "waiting list" not in client.get(address(event, "en")).text

    builders.an_application(event, state=ApplicationState.APPROVED, category="photo")
    assert "waiting list" in client.get(address(event, "en")).text


def test_the_page_says_what_each_category_needs(client):
    def category(code, position, **facts):
        return EventCategory(
            code=code, position=position, **{"names": {}, "asks": [], "quota": None, **facts}
        )

    event = builders.an_event(
        quota=40,
        categories=[
            category("written", 1),
            category("online", 2, quota=12),
            category("photo", 3, quota=1, proof=Proof.FILE, asks=["equipment", "job_title"]),
            category("etudiants", 4, names={"fr": "Presse étudiante"}, proof=Proof.NONE),
            category("agency", 5, is_open=False),
        ],
    )

    page = client.get(address(event, "en"))

    items = re.findall("<li>(.*?)</li>", page.text.partition("What you will need")[2], re.DOTALL)[:3]
    assert [" ".join(re.sub("<[^>]*>", "", item).split()) for item in items] == [
        "Written press, Online press (12 places): a press card or a letter of assignment, or links to your work.",
        "Photo (1 place): a press card or a letter of assignment. Also asked: Job title · Equipment you will bring.",
        "Presse étudiante: no proof.",
    ]
    assert '<b lang="fr">Presse étudiante</b>' in page.text
    assert "40 places for the media in all. At most 2 people from one outlet." in words(page)


def test_a_postponed_event_says_so_and_when_it_was_to_take_place(client, monkeypatch):
    event = builders.an_event(**DATES)
    at(monkeypatch, datetime(2026, 11, 22, tzinfo=UTC))
    changed(event, "postpone", notes={"en": "A strike."})

    page, listed = client.get(address(event, "en")), client.get("/en/events/")

    assert "This event is postponed. The new date is not known yet. First announced: " + WHEN["en"].replace(
        NBSP, " "
    ) in words(page)
    assert "A strike." in words(page)
    assert "Requests are suspended until the new date is known." in words(page)
    assert "Postponed: new date not known yet – Sophia Antipolis" in words(listed)
    assert "/accreditation" not in page.text
    at(monkeypatch, DATES["ends_at"])
    assert "This event is over." not in client.get(address(event, "en")).text
    assert "STATUS:TENTATIVE" in client.get(f"{address(event, 'en')}.ics").text


def test_a_moved_event_shows_what_was_announced_before(client, monkeypatch):
    event = builders.an_event(**DATES)
    at(monkeypatch, datetime(2026, 11, 22, tzinfo=UTC))
    later = {name: moment + timedelta(days=90) for name, moment in DATES.items()}
    places = {"en": {"place": "Antibes", "address": "Palais"}}

    changed(event, "move", facts=later, places=places, notes={"en": "Building work."})
    page, french = client.get(address(event, "en")), client.get(address(event, "fr"))

    assert f"This event has a new date. Before: {WHEN['en']}".replace(NBSP, " ") in words(page)
    assert "new place. Before: 1 place des Pins, 06999 Sophia Antipolis" in words(page)
    assert "Building work." in words(page)
    assert "Thursday 18 March 2027" in words(page)
    assert "Building work." not in french.text
    assert "Before: 1 place" not in words(french)


def changed(event, action, **said):
    workflow.act(event, action, by=Actor(Role.OFFICER, "Zoé", "1"), at=clock.now(), **said)
    builders.stored(event)


@pytest.mark.parametrize("state", [State.ANNOUNCED, State.POSTPONED, State.CANCELLED])
def test_an_address_for_the_accredited_is_told_to_nobody_else(client, desk, state):
    event = builders.an_event(
        state=state, venue_is_private=True, map_url="https://canary.example/map", late=Late.TAKEN
    )
    for text in event.texts.values():
        text.address = "Canary Hall"
    event.changes.append(
        EventChange(
            kind="moved",
            at=clock.now(),
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            places={},
            notes={},
        )
    )
    builders.stored(event)
    release = builders.a_published_release()
    release.event = event
    builders.stored(release)
    applicant = builders.an_application(event)
    paths = [f"/{code}{path}" for code in ("fr", "en") for path in (
        "/", "/events/", "/releases/", "/feed.atom", "/feed.rss", "/feed.json",
        f"/releases/{release.id}/{release.texts[code].slug}", f"/events/{event.texts[code].slug}",
        f"/events/{event.texts[code].slug}.ics", f"/events/{event.texts[code].slug}/accreditation",
        f"/applications/{links.mint('application', applicant.id)}",
    )]  # fmt: skip
    paths += ["/api/v1/events", f"/api/v1/releases/{release.id}", "/sitemap.xml"]

    pages = {path: client.get(path) for path in paths}

    assert {path for path, page in pages.items() if page.status_code != 200} == set()
    assert {path for path, page in pages.items() if "canary" in page.text.lower()} == set()
    shown = words(pages[address(event, "en")])
    assert "Where Sophia Antipolis The address is sent to accredited journalists." in shown
    assert "Canary Hall" in desk.get(f"/desk/events/{event.id}").text


def test_the_page_leads_to_the_releases_and_pictures_of_the_event(client):
    event = builders.an_event()
    shown = builders.a_published_release(pictures=[builders.an_asset()])
    embargoed = builders.a_published_release(
        embargo_until=clock.now() + timedelta(days=1),
        words={code: Words("Canary", "Nice", "Canary", "<p>Canary</p>") for code in ("fr", "en")},
    )
    assert "Press releases</h2>" not in client.get(address(event, "en")).text
    for release in (shown, embargoed):
        release.event = event
        builders.stored(release)

    page = client.get(address(event, "en")).text

    assert f'<a href="/en/releases/{shown.id}/{shown.texts["en"].slug}">Clusters meet</a>' in page
    assert f'href="/en/media/?event={event.id}"' in page
    assert "Canary" not in page


def test_the_press_office_s_own_browser_keeps_no_event(client, desk):
    event = builders.an_event()

    kept = [who.get(address(event, "en")).headers["Cache-Control"] for who in (client, desk)]

    assert kept == ["public, max-age=60", "private, no-store"]


def test_the_address_and_its_map_are_shown_to_all_when_they_may_be(client):
    event = builders.an_event(map_url="https://maps.example/pins")

    page = client.get(address(event, "en"))

    assert "1 place des Pins, 06999 Sophia Antipolis See the map" in words(page)
    assert '<a href="https://maps.example/pins" rel="noopener">See the map</a>' in page.text


def test_a_cancelled_event_says_so_and_takes_no_request(client):
    event = builders.an_event(state=State.CANCELLED)

    assert "Cet événement est annulé." in words(client.get(address(event, "fr")))
    assert "This event is cancelled." in words(client.get(address(event, "en")))
    assert "/accreditation" not in client.get(address(event, "en")).text


def test_each_language_names_the_other(client):
    event = builders.an_event()

    page = client.get(address(event, "fr")).text

    base = "http://press.example"
    assert re.findall(r'<link rel="(\w+)"(?: hreflang="([\w-]+)")? href="(http[^"]*)">', page) == [
        ("canonical", "", base + address(event, "fr")),
        ("alternate", "fr", base + address(event, "fr")),
        ("alternate", "en", base + address(event, "en")),
        ("alternate", "x-default", base + address(event, "fr")),
    ]
    assert f'<a href="{address(event, "en")}" lang="en" hreflang="en">' in page


def test_the_other_language_s_slug_leads_to_the_right_one(client):
    event = builders.an_event()

    page = client.get(f"/fr/events/{event.texts['en'].slug}")

    assert (page.status_code, page.location) == (301, address(event, "fr"))


def test_an_event_in_one_language_is_named_in_the_other(client):
    event = builders.an_event(languages=("fr",))
    slug = event.texts["fr"].slug

    here, there, listed = (
        client.get(f"/fr/events/{slug}"),
        client.get(f"/en/events/{slug}"),
        client.get("/en/events/"),
    )

    assert "Cet événement n’est annoncé qu’en français." in here.text
    assert (there.status_code, there.text.count("This event is announced in French only.")) == (200, 3)
    assert '<meta name="robots" content="noindex">' in there.text
    assert f'<link rel="canonical" href="http://press.example/fr/events/{slug}">' in there.text
    assert f'<li lang="fr"><a href="/fr/events/{slug}" hreflang="fr">' in there.text
    assert f'<a href="/fr/events/{slug}" lang="fr" hreflang="fr">' in listed.text


def test_an_event_that_is_not_announced_leaks_nowhere(client):
    event = builders.an_event(state=State.DRAFT)
    for text in event.texts.values():
        for name in ("title", "summary", "description", "place", "address", "conditions"):
            setattr(text, name, "CANARY")
    builders.stored(event)
    addresses = [address(event, code) for code in ("fr", "en")]

    pages = [client.get(path) for path in (*addresses, *(f"{path}.ics" for path in addresses))]
    unknown = client.get("/fr/events/unknown")

    assert [page.status_code for page in pages] == [404] * 4
    assert pages[0].text.replace(event.texts["fr"].slug, "unknown") == unknown.text
    assert [name for name, _value in pages[0].headers] == [name for name, _value in unknown.headers]
    for path in ("/fr/", "/en/", "/fr/events/", "/en/events/", "/fr/releases/", "/fr/feed.atom"):
        text = client.get(path).text
        assert "CANARY" not in text
        assert event.id not in text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_calendar_entry_speaks_the_page_s_language(client, monkeypatch, language):
    event = builders.an_event(**DATES)
    at(monkeypatch, datetime(2026, 11, 22, tzinfo=UTC))

    page = client.get(f"{address(event, language)}.ics")

    assert (page.status_code, page.mimetype, page.headers["Content-Language"]) == (
        200,
        "text/calendar",
        language,
    )
    assert f"SUMMARY;LANGUAGE={language}:{event.texts[language].title}\r\n" in page.text
    assert f"URL:http://press.example{address(event, language)}\r\n" in page.text.replace("\r\n ", "")


def test_the_list_shows_what_comes_then_what_was(client, monkeypatch):
    coming = builders.an_event(**DATES)
    past = builders.an_event(
        **{
            **DATES,
            "starts_at": datetime(2026, 1, 5, 8, tzinfo=UTC),
            "ends_at": datetime(2026, 1, 5, 9, tzinfo=UTC),
        }
    )
    at(monkeypatch, datetime(2026, 11, 22, tzinfo=UTC))

    page = client.get("/en/events/")

    links = re.findall(r'<h\d>(?:<a href="([^"]*)")?', page.text.partition("<main")[2])
    assert links == ["", address(coming, "en"), "", address(past, "en")]
    assert page.text.count("Request accreditation") == 1


def test_an_empty_list_says_so(client):
    assert "Aucun événement n’est annoncé pour le moment." in client.get("/fr/events/").text


def test_past_events_are_paged(client, monkeypatch):
    for _n in range(21):
        builders.an_event(**DATES)
    at(monkeypatch, DATES["ends_at"])

    page = client.get("/fr/events/?page=2").text

    assert page.count("<h3>") == 1
    assert "<title>Événements – Page 2 sur 2 – " in page
    assert 'rel="canonical" href="http://press.example/fr/events/?page=2"' in page
    assert "Aucun événement" not in page
    assert 'rel="alternate" hreflang' not in page
