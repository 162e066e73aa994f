"""An accreditation from the first request to the last: asked for more, accepted, given up, and the place passed on.

Two journalists, one in French and one in English, and one place; with JavaScript and without.
"""

import json
import re
import zipfile

from tests import builders
from tests.journeys.conftest import link, sign_in
from tests.journeys.test_loop import announce_an_event, press, request_accreditation, say

CARD = {"name": "carte.pdf", "mimeType": "application/pdf", "buffer": builders.a_pdf()}
WROTE = "Merci de m’indiquer la porte d’entrée."


def main_of(page):
    return page.get_by_role("main").inner_text()


def open_request(page, office, event, name):
    page.goto(f"{office.url}/desk/accreditation/")
    page.get_by_role("link", name=event).first.click()
    page.get_by_role("link", name=re.compile(r"^All( requests)? \d")).click()
    page.goto(office.url + page.get_by_role("rowheader").get_by_role("link", name=name).get_attribute("href"))


def apply_and_confirm(page, office, language, slug, email, name):
    mine = request_accreditation(page, office, language, slug, email, name=name)
    receipt = office.mail(
        email, {"fr": "Confirmez votre adresse", "en": "Confirm your email address"}[language]
    )
    page.goto(link(receipt, "/verify/"))
    press(page, say(language, "Confirm my email address"))
    return mine


def decide(page, label):
    page.locator("button:visible").filter(has_text=label).first.click()


def test_a_place_goes_from_one_journalist_to_the_next(page, office):
    number = f"place-{int(page.scripted)}"
    noemie, owen = f"noemie.{number}@telegraphe.example", f"owen.{number}@ledger.example"
    sign_in(page, office)
    slugs = dict(zip(("fr", "en"), announce_an_event(page, office, number, places="1"), strict=True))
    hers = apply_and_confirm(page, office, "fr", slugs["fr"], noemie, "Noémie Kervella")
    his = apply_and_confirm(page, office, "en", slugs["en"], owen, "Owen Pritchard")

    # The desk asks her for a press card; she sends one with a word.
    open_request(page, office, f"Forum on clusters {number}", "Noémie Kervella")
    page.locator("summary:visible").filter(has_text="Ask for information").click()
    page.get_by_role("checkbox", name="A press card or a letter of assignment").check()
    page.locator("form[action$='/ask']:visible").get_by_role("button").click()
    asked = office.mail(noemie, "À compléter")
    page.goto(link(asked, "/fr/applications/"))
    assert page.url == hers
    page.locator("[name=proof_file]").set_input_files(CARD)
    page.locator("[name=message]").fill(WROTE)
    press(page, say("fr", "Reply to the press office"))

    # She gets the one place, he the waiting list.
    open_request(page, office, f"Forum on clusters {number}", "Noémie Kervella")
    assert WROTE in main_of(page)
    assert "carte.pdf" in main_of(page)
    decide(page, "Accept")
    assert office.mail(noemie, "Demande acceptée").message["Content-Language"] == "fr"
    open_request(page, office, f"Forum on clusters {number}", "Owen Pritchard")
    decide(page, "Put on the waiting list")
    assert office.mail(owen, "Waiting list").message["Content-Language"] == "en"

    # She cannot come: the place is his, once he confirms.
    page.goto(hers)
    page.get_by_role("link", name=say("fr", "I can no longer come")).click()
    page.locator("main form").last.get_by_role("button").click()
    office.mail(noemie, "Demande retirée")
    offer = office.mail(owen, "A place is free")
    page.goto(link(offer, "/en/applications/"))
    assert page.url == his
    press(page, "Confirm my place")
    accepted = office.mail(owen, "Request accepted")
    assert accepted.message["In-Reply-To"] == office.mail(owen, "Confirm your email").message["Message-ID"]
    assert "Your request is accepted." in main_of(page)

    # The figures tell it, and her data goes when she says so.
    page.goto(f"{office.url}/desk/accreditation/")
    page.get_by_role("link", name=f"Forum on clusters {number}").first.click()
    page.get_by_role("link", name="Figures").first.click()
    assert "2 requests: 1 accepted, 0 to review." in main_of(page)
    page.goto(hers)
    page.get_by_role("link", name=say("fr", "Copy or erase my data")).click()
    with page.expect_download() as download:
        press(page, say("fr", "Download my data"))
    with zipfile.ZipFile(download.value.path()) as archive:
        assert any(name.endswith("carte.pdf") for name in archive.namelist())
        told = json.loads(archive.read(next(name for name in archive.namelist() if name.endswith(".json"))))
    assert WROTE in json.dumps(told, ensure_ascii=False)
