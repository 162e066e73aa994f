"""The pages that always stand: true with nothing filled in, and what the office says once it does."""

import html
import re
from datetime import date

import pytest

from pressroom import retention
from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.i18n import speaking
from pressroom.staff import queries, workflow
from pressroom.staff.models import Compliance
from tests import builders
from tests.newsroom.reading import BASE, links, main

PAGES = ("contacts", "legal", "privacy", "accessibility")
SAID = ("about", "publisher", "address", "director", "host", "not_accessible")


def text(page):
    return " ".join(re.sub(r"<[^>]+>", " ", main(page)).split())


def describe(**values):
    """Every field says its own name and language."""
    texts = {code: {name: f"{name} {code}\nsecond line" for name in SAID} for code in ("fr", "en")}
    facts = {
        "compliance": Compliance.NOT, "audited_on": None, "auditor": "", "accessibility_email": "", "privacy_email": "",
        "texts": texts, **values,
    }  # fmt: skip
    workflow.describe_office(**facts, by=SYSTEM, at=builders.NOON)
    db.session.commit()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_with_nothing_filled_in_a_page_says_whom_to_ask(client, name, language):
    page = client.get(f"/{language}/{name}")

    assert (page.status_code, page.headers["Content-Language"]) == (200, language)
    assert '<a href="mailto:press@pressroom.example">press@' in main(page)
    assert "tel:" not in page.text
    assert ("alternate", "fr", f"{BASE}/fr/{name}") in links(page)
    assert page.cache_control.public


@pytest.mark.parametrize("name", ["legal", "privacy", "accessibility"])
def test_the_press_contact_is_whom_to_ask(client, name):
    builders.a_press_contact()

    assert "mael.quere@press.example" in main(client.get(f"/en/{name}"))
    assert "press@pressroom.example" not in main(client.get(f"/en/{name}"))


def test_a_contact_without_a_telephone_has_no_empty_link(client):
    builders.a_press_contact(phone="")

    assert "tel:" not in client.get("/en/contacts").text


EXPECTED = {
    "contacts": ("about", "address"),
    "legal": ("publisher", "address", "director", "host"),
    "privacy": ("publisher", "address"),
    "accessibility": ("not_accessible",),
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_page_says_what_is_filled_in_for_its_language(client, name, language):
    describe()
    shown = main(client.get(f"/{language}/{name}"))

    assert [field for field in SAID if f"{field} {language}" in shown] == [
        field for field in SAID if field in EXPECTED[name]
    ]
    other = "fr" if language == "en" else "en"
    assert [field for field in SAID if f"{field} {other}" in shown] == []


def test_lines_stay_lines_and_nothing_typed_is_markup(client):
    describe(texts={"en": dict.fromkeys(SAID, "<b>Pines</b>\nOne street")})

    assert "<p>&lt;b&gt;Pines&lt;/b&gt;<br>One street</p>" in main(client.get("/en/legal"))


def test_what_is_missing_in_a_language_is_shown_in_the_other_and_marked(client):
    describe(texts={"fr": dict.fromkeys(SAID, "Fondation des Pins"), "en": dict.fromkeys(SAID, "")})

    assert '<p lang="fr">Fondation des Pins</p>' in main(client.get("/en/legal"))
    assert "<p>Fondation des Pins</p>" in main(client.get("/fr/legal"))


AUDIT = {"audited_on": date(2026, 9, 1), "auditor": "Cabinet Exemple"}
STATES = [
    (Compliance.NOT, {}, "Accessibility: not compliant", "No audit has been made yet."),
    (Compliance.NOT, AUDIT, "Accessibility: not compliant", "Audit of 1 September 2026 by Cabinet Exemple."),
    (Compliance.PARTIAL, AUDIT, "Accessibility: partially compliant", "The site is partially compliant"),
    (Compliance.FULL, AUDIT, "Accessibility: fully compliant", "The site is fully compliant"),
]


@pytest.mark.parametrize(("state", "audit", "mention", "sentence"), STATES)
def test_the_state_of_compliance_is_said_in_every_footer(client, state, audit, mention, sentence):
    describe(compliance=state, **audit)

    assert mention in client.get("/en/").text.partition("<footer")[2]
    page = client.get("/en/accessibility")
    assert f"<title>{mention} – " in page.text
    assert sentence in text(page)
    assert ("No audit" in text(page)) == (not audit)


def test_addresses_of_their_own_are_shown(client):
    describe(accessibility_email="access@office.example", privacy_email="data@office.example")

    assert "mailto:access@office.example" in client.get("/en/accessibility").text
    assert "mailto:data@office.example" in client.get("/en/privacy").text


def test_the_statement_follows_the_official_outline(client):
    headings = re.findall(r"<h2>([^<]*)</h2>", main(client.get("/en/accessibility")))

    assert headings == [
        "State of compliance", "Content that is not accessible", "Help and contact", "Press contact",
        "If you get no satisfactory answer",
    ]  # fmt: skip
    assert "https://formulaire.defenseurdesdroits.fr/" in client.get("/en/accessibility").text


TOLD = [
    "controller", "dpo", "purposes", "basis", "fields", "recipients", "retention", "transfers", "rights", "complaint",
]  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "en"])
def test_who_sends_data_is_told_all_that_is_due(client, language):
    shown = main(client.get(f"/{language}/privacy"))

    assert re.findall(r'<h2 id="(\w+)">', shown) == TOLD
    assert "https://www.cnil.fr/" in shown


@pytest.mark.parametrize("language", ["fr", "en"])
def test_how_long_data_is_kept_is_said_by_the_table_that_deletes_it(client, language):
    page = client.get(f"/{language}/privacy")
    every = [*retention.TABLE.values(), *retention.OF_VISITORS]

    with speaking(language):
        said = [" ".join(f"{row.data} {row.why} {row.how_long}".split()) for row in every]
    assert [row for row in said if row not in html.unescape(text(page))] == []
    assert main(page).count("<tr><th") == len(every) + 3


def test_every_page_leads_to_the_standing_pages(client):
    footer = client.get("/en/nothing-here").text.partition("<footer")[2]

    assert [name for name in (*PAGES, "corrections") if f'href="/en/{name}"' not in footer] == []


def test_the_example_is_filled_in(office):
    known = queries.office()

    assert known.compliance is Compliance.NOT
    assert [
        (code, name) for code in ("fr", "en") for name in SAID if not getattr(known.texts[code], name)
    ] == []
