"""From a spreadsheet to the report: contacts imported, a release sent to them and to the accredited, in two languages,
over real SMTP: checked, tried, sent, one address refused, corrected, written to again; the report says it all. With
JavaScript and without."""

import re
from threading import Event

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import follow, link, press
from tests.journeys.test_loop import (
    MINE,
    announce_an_event,
    contact,
    publish_a_release,
    request_accreditation,
)
from tests.journeys.test_quality import is_wide, violations

__all__ = ["contact"]  # a fixture
PATIENCE = 30  # seconds


@pytest.fixture
def look(page):
    """Says what is wrong with the page that is open, at both widths."""
    found = {}

    def look_(name):
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            if is_wide(page):
                found[name, width] = "wide"
            if page.scripted and (faults := violations(page)):
                found[name, width] = faults

    yield look_
    assert found == {}


def says(page, *words):
    """The page that is open, or about to open, says all of these."""
    for each in words:
        expect(page.get_by_role("main")).to_contain_text(each, use_inner_text=True)


def wait_for(page, words):
    """Reload until the page says `words`, as a person without scripts does."""
    for _ in range(PATIENCE * 2):
        if words in " ".join(page.get_by_role("main").inner_text().split()):
            return
        Event().wait(0.5)
        page.reload()
    says(page, words)


def import_contacts(page, office, list_name, look, people):
    """`people` (name, address, language) and one row that is wrong, from a file whose columns bear other names."""
    lines = ["Journalist;Courriel;Langue", *(";".join(one) for one in people), "Bad Row;not an address;en"]
    file = {"name": "press.csv", "mimeType": "text/csv", "buffer": "\r\n".join(lines).encode("cp1252")}
    page.goto(f"{office.url}/desk/contacts/")
    follow(page, page.get_by_role("link", name="Import a list"))
    page.get_by_label("CSV or XLSX file").set_input_files(file)
    press(page, "Read the file")
    look("columns")
    page.get_by_label("Journalist").select_option(label="Name")
    page.get_by_label("Put all of them on a list").select_option(label=list_name)
    page.get_by_label("How these people agreed").fill("cards left at our stand")
    press(page, "See what would happen")
    says(page, "The address is not complete Bad Row · not an address · en")
    look("import, checked")
    press(page, f"Import the {len(people)} good rows")
    wait_for(page, "The import is finished.")
    says(page, f"Added {len(people)}", "Refused 1")


def accredit(page, office, number, email):
    """Somebody accredited for a new event; the event's title."""
    slug, _ = announce_an_event(page, office, number)
    request_accreditation(page, office, "fr", slug, email, name="Camille Morin")
    page.goto(link(office.mail(email, "Confirmez votre adresse"), "/verify/"))
    press(page, "Confirmer mon adresse")
    page.goto(f"{office.url}/desk/accreditation/")
    follow(page, page.get_by_role("link", name=f"Forum on clusters {number}"))
    page.goto(office.url + page.get_by_role("rowheader").get_by_role("link").get_attribute("href"))
    follow(page, page.locator("button:visible").filter(has_text="Accept").first)
    office.mail(email, "Demande acceptée")
    return f"Forum on clusters {number}"


def test_a_release_reaches_everybody_in_the_end(page, office, contact, look):
    number = f"dispatch-{int(page.scripted)}"
    title, titre = f"Clusters send {MINE[page.scripted]}", f"Les pôles envoient {MINE[page.scripted]}"
    camille, noemie = f"camille.{number}@agence.example", f"noemie.{number}@telegraphe.example"
    wrong, right = f"jonas.{number}@rundfunk.example", f"jonas.weidmann.{number}@rundfunk.example"
    office.smtp.replies["rcpt"][wrong] = "550 5.1.1 no such user here"
    release_id = publish_a_release(page, office, title, titre, contact)
    event = accredit(page, office, number, camille)
    page.goto(f"{office.url}/desk/contacts/lists/")
    page.get_by_label("Name of the list").fill(f"Press {number}")
    press(page, "Save")
    people = [("Noémie Kervella", noemie, "fr"), ("Jonas Weidmann", wrong, "EN")]
    import_contacts(page, office, f"Press {number}", look, people)

    # From the release's page, through the form, to the check.
    page.goto(f"{office.url}/desk/releases/{release_id}")
    follow(page, page.get_by_role("link", name="Send this release…"))
    look("form")
    page.get_by_label("Accredited for").select_option(label=event)
    page.get_by_role("checkbox", name=f"Press {number}").check()
    page.locator("[name='words-fr']").fill("Bonjour, voici notre communiqué.")
    press(page, "Check before sending")
    says(page, "3 addresses found = 3 people", "3 people get it: 2 in French and 1 in English.")
    look("check")

    # What they will read, and a test to oneself.
    follow(page, page.get_by_role("link", name="English", exact=True))
    expect(page.locator(".mail-preview .summary")).to_contain_text(title)
    follow(page, page.get_by_role("link", name="As plain text"))
    expect(page.locator(".mail-preview pre")).to_contain_text(title)
    press(page, "Send me a test")
    says(page, "Test to zoe@office.example:")
    test = office.mail("zoe@office.example", f"Test: {title}")
    assert test.message["Content-Language"] == "en"
    look("tested")

    # Sent: the button says to how many. Two get it in their language, one address is refused.
    press(page, "Send to 3 people now")
    page.goto(f"{page.url}?still=1")  # else it reloads under whoever looks
    look("scheduled or sending")
    for email, subject, language in ((camille, titre, "fr"), (noemie, titre, "fr")):
        mail = office.mail(email, subject)
        assert (mail.message["Content-Language"], mail.message["To"]) == (language, email)
        assert "Bonjour, voici notre communiqué." in mail.text
        assert mail.message["List-Unsubscribe"].startswith(f"<{office.url}/u/")
    wait_for(page, "1 person did not get it")
    says(page, "2 of 3 messages handed over", "The address does not exist (1)")
    look("report")
    follow(page, page.get_by_role("link", name=re.compile("not delivered")).first)
    expect(page.locator("table.proofs tbody tr")).to_have_count(1)
    expect(page.locator("table.proofs tbody")).to_contain_text(
        "Unknown address: there is no such mailbox at rundfunk.example. 550 5.1.1 no such user here",
        use_inner_text=True,
    )

    # The address is corrected, and the message sent again.
    follow(page, page.get_by_role("link", name="Resend to those who did not get it…"))
    page.get_by_role("checkbox", name=wrong).check()
    page.get_by_label(f"Address {wrong}").fill(right)
    look("again")
    press(page, "Continue")
    says(page, f"{right} instead of {wrong}")
    look("again, checked")
    press(page, "Resend to 1 person now")
    assert office.mail(right, title).message["Content-Language"] == "en"
    wait_for(page, "3 of 3 messages handed over")
    assert [m.recipient for m in office.smtp.messages if titre in m.subject or m.subject == title].count(
        camille
    ) == 1

    # The report as a file, and the ledger of the journalist under the corrected address.
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as CSV", exact=True).click()
    rows = download.value.path().read_text("utf-8-sig").splitlines()
    assert len(rows) == 4
    assert any(right in row and "250" in row for row in rows)
    page.goto(f"{office.url}/desk/contacts/?q={right}")
    page.goto(office.url + page.get_by_role("rowheader").get_by_role("link").first.get_attribute("href"))
    ledger = re.search(r"/desk/contacts/\w+", page.url)[0] + "/history"
    page.goto(office.url + ledger)
    says(page, "Accepted by the server on")
    look("ledger")
