import re
from datetime import timedelta

import pytest

from tests import builders
from tests.newsroom.reading import BASE, address, links, main


def test_the_home_page_leads_with_the_newest_release_then_whom_to_call(client):
    releases = [builders.a_published_release(at=builders.NOON + timedelta(hours=n)) for n in range(9)]
    event = builders.an_event()

    page = client.get("/en/")

    found = re.findall(r'<a href="(/en/releases/\w+/[^"]*)">', main(page))
    assert found == [address(release, "en") for release in reversed(releases[2:])]
    order = [
        "<h1>",
        address(releases[8], "en"),
        'class="card contact"',
        event.texts["en"].slug,
        "/accreditation",
        address(releases[7], "en"),
    ]
    places = [main(page).index(piece) for piece in order]
    assert places == sorted(places)
    assert "Requests open until" in page.text


def test_an_empty_home_page_names_the_contact(client):
    builders.a_press_contact()

    page = client.get("/fr/")

    assert "Le premier communiqué paraîtra ici." in page.text
    assert "D’ici là, écrivez à Maël Quéré." in page.text
    assert "mailto:mael.quere@press.example" in page.text


def test_an_empty_newsroom_without_a_contact_still_answers(client):
    for path in ("/fr/", "/fr/releases/", "/fr/contacts", "/fr/privacy", "/fr/accessibility", "/fr/events/"):
        assert client.get(path).status_code == 200


def test_the_list_is_paged_newest_first(client):
    releases = [builders.a_published_release(at=builders.NOON + timedelta(minutes=n)) for n in range(21)]
    builders.a_published_release(languages=("fr",))

    first, second, beyond = (client.get(f"/en/releases/?page={n}") for n in (1, 2, 99))

    def listed(page):
        return re.findall(r'<h2><a href="([^"]*)">', page.text)

    assert listed(first) + listed(second) == [address(release, "en") for release in reversed(releases)]
    assert (len(listed(first)), listed(beyond)) == (20, listed(second))
    assert "21 press releases" in first.text
    assert "<title>Press releases – Page 2 of 2 – " in second.text
    assert links(first) == [
        ("canonical", "", f"{BASE}/en/releases/"),
        ("alternate", "fr", f"{BASE}/fr/releases/"),
        ("alternate", "en", f"{BASE}/en/releases/"),
        ("alternate", "x-default", f"{BASE}/fr/releases/"),
    ]
    assert links(second) == [("canonical", "", f"{BASE}/en/releases/?page=2")]
    assert "FR · EN" in first.text


@pytest.mark.parametrize(("language", "heading"), [("fr", "Contacts presse"), ("en", "Press contacts")])
def test_the_contacts_page_names_everybody(client, language, heading):
    builders.a_press_contact(name="Maël Quéré")
    builders.a_press_contact(name="Ada Morvan", position=2, phone="+44 1632 960123", languages=["en"])

    page = client.get(f"/{language}/contacts")

    assert f"<h1>{heading}</h1>" in page.text
    assert re.findall(r"<h2>([^<]*)</h2>", main(page)) == ["Maël Quéré", "Ada Morvan"]
    assert '<a href="tel:+441632960123">+44 1632 960123</a>' in page.text
    assert {"fr": "Relations médias", "en": "Media relations"}[language] in page.text
    assert {"fr": "Langues\N{NO-BREAK SPACE}: français, anglais", "en": "Languages: French, English"}[
        language
    ] in page.text


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/fr/privacy", "Données personnelles"),
        ("/en/privacy", "Personal data"),
        ("/fr/accessibility", "Déclaration d’accessibilité"),
        ("/en/accessibility", "Accessibility statement"),
    ],
)
def test_the_standing_pages_exist_in_both_languages(client, path, heading):
    page = client.get(path)

    assert (page.status_code, page.headers["Content-Language"]) == (200, path[1:3])
    assert f"<h1>{heading}</h1>" in page.text
    assert ("alternate", "en", BASE + path.replace("/fr/", "/en/")) in links(page)
