"""An accreditation from the first request to the last: asked for more, accepted, given up, and the place passed on.

Two journalists, one in French and one in English, and one place; with JavaScript and without.
"""

import json
import re
import zipfile

from playwright.sync_api import expect

from tests import builders
from tests.journeys.conftest import follow, link, press, sign_in
from tests.journeys.test_loop import announce_an_event, request_accreditation, say

CARD = {"name": "carte.pdf", "mimeType": "application/pdf", "buffer": builders.a_pdf()}
WROTE = "Merci de m’indiquer la porte d’entrée."


def open_request(page, office, event, name):
    page.goto(f"{office.url}/desk/accreditation/")
    follow(page, page.get_by_role("link", name=event).first)
    follow(page, page.get_by_role("link", name=re.compile(r"^All( requests)? \d")))
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
    follow(page, page.locator("button:visible").filter(has_text=label).first)


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
    follow(page, page.locator("form[action$='/ask']:visible").get_by_role("button"))
    asked = office.mail(noemie, "À compléter")
    page.goto(link(asked, "/fr/applications/"))
    expect(page).to_have_url(hers)
    page.locator("[name=proof_file]").set_input_files(CARD)
    page.locator("[name=message]").fill(WROTE)
    press(page, say("fr", "Reply to the press office"))

    # She gets the one place, he the waiting list.
    open_request(page, office, f"Forum on clusters {number}", "Noémie Kervella")
    main = page.get_by_role("main")
    expect(main).to_contain_text(WROTE, use_inner_text=True)
    expect(main).to_contain_text("carte.pdf", use_inner_text=True)
    decide(page, "Accept")
    assert office.mail(noemie, "Demande acceptée").message["Content-Language"] == "fr"
    open_request(page, office, f"Forum on clusters {number}", "Owen Pritchard")
    decide(page, "Put on the waiting list")
    assert office.mail(owen, "Waiting list").message["Content-Language"] == "en"

    # She cannot come: the place is his, once he confirms.
    page.goto(hers)
    follow(page, page.get_by_role("link", name=say("fr", "I can no longer come")))
    follow(page, page.locator("main form").last.get_by_role("button"))
    office.mail(noemie, "Demande retirée")
    offer = office.mail(owen, "A place is free")
    page.goto(link(offer, "/en/applications/"))
    expect(page).to_have_url(his)
    press(page, "Confirm my place")
    accepted = office.mail(owen, "Request accepted")
    assert accepted.message["In-Reply-To"] == office.mail(owen, "Confirm your email").message["Message-ID"]
    expect(main).to_contain_text("Your request is accepted.", use_inner_text=True)

    # The figures tell it, and her data goes when she says so.
    page.goto(f"{office.url}/desk/accreditation/")
    follow(page, page.get_by_role("link", name=f"Forum on clusters {number}").first)
    follow(page, page.get_by_role("link", name="Figures").first)
    expect(main).to_contain_text("2 requests: 1 accepted, 0 to review.", use_inner_text=True)
    page.goto(hers)
    follow(page, page.get_by_role("link", name=say("fr", "Copy or erase my data")))
    with page.expect_download() as download:
        page.get_by_role("button", name=say("fr", "Download my data"), exact=True).click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert any(name.endswith("carte.pdf") for name in archive.namelist())
        told = json.loads(archive.read(next(name for name in archive.namelist() if name.endswith(".json"))))
    assert WROTE in json.dumps(told, ensure_ascii=False)
