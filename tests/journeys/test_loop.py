"""The loop, end to end: a release in two languages, a journalist accredited, the kit received by mail.

Each with JavaScript and without: the same result, with more page loads.
"""

import io
import re
import zipfile
from datetime import datetime, timedelta
from threading import Event

import docx
import pytest
from playwright.sync_api import expect

from pressroom.i18n import gettext, speaking
from tests.journeys.conftest import follow, link, press, sign_in

PATIENCE = 75  # seconds: the worker looks at least once a minute
MINE = {True: "with script", False: "without script"}


def say(language, sentence, **values):
    with speaking(language):
        return gettext(sentence, **values)


def the_docx(title):
    """A Word file as press offices make them: contact block, date line, headings, list, a French term in italics."""
    document = docx.Document()
    for line in (
        "Press contact",
        "Maël Quéré",
        "+33 1 99 00 00 01",
        "PRESS RELEASE",
        "Nice, 18 October 2026",
    ):
        document.add_paragraph(line)
    document.add_paragraph(f"“{title}”", style="Title")
    document.add_heading("What changes", 1)
    paragraph = document.add_paragraph("Eight clusters, known as ")
    paragraph.add_run("pôles de compétitivité").italic = True
    paragraph.add_run(", open offices abroad.")
    document.add_paragraph("Two in Spain", style="List Bullet")
    document.add_paragraph("Six in Germany", style="List Bullet")
    data = io.BytesIO()
    document.save(data)
    return {"name": "release.docx", "mimeType": "application/octet-stream", "buffer": data.getvalue()}


def write_body(page, html):
    """Into the rich editor where scripts run, into the plain text area where they do not."""
    if page.scripted:
        area = page.locator(".editor-content")
        area.click()
        page.keyboard.type("Huit pôles ouvrent des bureaux à l’étranger.")
    else:
        page.locator("[name=body]").fill(html)


@pytest.fixture
def contact(page, office):
    sign_in(page, office)
    page.goto(f"{office.url}/desk/settings/contacts/new")
    page.get_by_label("Name").fill("Maël Quéré")
    page.get_by_label("Email").fill("mael.quere@office.example")
    page.get_by_label("Telephone").fill("+33 1 99 00 00 01")
    page.get_by_label("français", exact=True).check()
    press(page, "Save")
    return "Maël Quéré"


def publish_a_release(page, office, title, titre, contact):
    page.goto(f"{office.url}/desk/releases/new")
    page.get_by_label("English").check()
    page.get_by_label("File").set_input_files(the_docx(title))
    press(page, "Continue")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"\S"))
    release_id = page.url.split("/desk/releases/")[1].split("/")[0]

    page.goto(f"{office.url}/desk/releases/{release_id}/facts")
    page.get_by_label("Press contact").select_option(label=contact)
    press(page, "Save")
    page.goto(f"{office.url}/desk/releases/{release_id}/fr")
    page.get_by_label("Headline").fill(titre)
    page.get_by_label("Place in the dateline").fill("Nice")
    write_body(page, "<p>Huit pôles ouvrent des bureaux à l’étranger.</p>")
    press(page, "Save")
    page.goto(f"{office.url}/desk/releases/{release_id}/publish")
    press(page, "Continue")
    press(page, "Publish now")
    return release_id


def test_an_officer_publishes_and_a_reader_switches_language(page, office, contact):
    title, titre = (
        f"Clusters go abroad {MINE[page.scripted]}",
        f"Les pôles partent à l’étranger {MINE[page.scripted]}",
    )
    release_id = publish_a_release(page, office, title, titre, contact)

    page.goto(f"{office.url}/r/{release_id}")
    expect(page).to_have_url(re.compile(f"^{office.url}/fr/releases/{release_id}/les-poles-partent"))
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    heading, body = page.get_by_role("heading", level=1), page.locator(".release-body")
    expect(heading).to_have_text(titre)
    expect(body).to_contain_text("Huit pôles ouvrent des bureaux à l’étranger.")
    expect(page.get_by_role("link", name="+33 1 99 00 00 01").first).to_be_visible()

    follow(page, page.get_by_role("link", name="Read this release in English"))
    expect(page).to_have_url(re.compile(f"^{office.url}/en/releases/{release_id}/clusters-go-abroad"))
    expect(heading).to_have_text(title)
    expect(body.locator("li")).to_have_text(["Two in Spain", "Six in Germany"])
    expect(body.locator("em")).to_have_text("pôles de compétitivité")
    expect(page.locator(".dateline")).to_contain_text("18 October 2026")
    page.goto(f"{office.url}/")
    expect(page).to_have_url(
        f"{office.url}/{'en' if page.scripted else 'fr'}/"
    )  # scripts remember the choice


def announce_an_event(page, office, number, *, places=""):
    page.goto(f"{office.url}/desk/events/new")
    words = {
        "fr": ("Forum des pôles", "Une journée de rencontres"),
        "en": ("Forum on clusters", "A day of meetings"),
    }
    for language, (title, summary) in words.items():
        part = page.get_by_role("group").filter(has=page.locator(f"legend[lang={language}]"))
        part.get_by_label("Title").fill(f"{title} {number}")
        part.get_by_label("Summary").fill(summary)
        part.get_by_label("Town").fill("Nice")
    start = (datetime.now() + timedelta(days=30)).replace(hour=9, minute=0, second=0, microsecond=0)
    moments = {
        "Begins": start, "Ends": start + timedelta(hours=8), "Requests open": datetime.now() - timedelta(days=1),
        "Requests close": start - timedelta(days=5), "Answer promised by": start - timedelta(days=3),
    }  # fmt: skip
    for label, moment in moments.items():
        page.get_by_label(label, exact=True).fill(moment.strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("Places for the media in all").fill(places)
    press(page, "Save")
    press(page, "Announce the event")
    return f"forum-des-poles-{number}", f"forum-on-clusters-{number}"


def open_a_kit(page, office, title, release_title):
    page.goto(f"{office.url}/desk/kits/")
    follow(page, page.get_by_role("row").filter(has_text=title).get_by_role("button", name="Prepare a kit"))
    page.get_by_label("Cover text (français)").fill("Bienvenue au forum.")
    page.get_by_label("Cover text (English)").fill("Welcome to the forum.")
    page.get_by_label("Files to add").set_input_files(
        {"name": "Programme été.txt", "mimeType": "text/plain", "buffer": b"9 h : ouverture"}
    )
    page.get_by_role("checkbox", name=release_title).check()
    press(page, "Save")
    press(page, "Open the kit")
    return page.url


def send_the_kit(page, kit):
    """From the kit's own page to the accredited, by way of the form and the check."""
    page.goto(kit)
    follow(page, page.get_by_role("link", name="Send it to the accredited"))
    press(page, "Check before sending")
    press(page, "Send to 1 person now")


def request_accreditation(page, office, language, slug, email, *, name="Noémie Kervella"):
    page.goto(f"{office.url}/{language}/events/{slug}")
    follow(page, page.get_by_role("link", name=say(language, "Request accreditation")).first)
    page.get_by_label(say(language, "Full name")).fill(name)
    page.get_by_label(say(language, "Email address")).fill(email)
    page.get_by_label(say(language, "Outlet")).fill("Le Télégraphe")
    page.get_by_role("radio").first.check()
    page.get_by_label(say(language, "Links to your profile or your work")).fill(
        "https://telegraphe.example/kervella"
    )
    press(page, say(language, "Check my request"))
    expect(page.get_by_role("main")).to_contain_text(name, use_inner_text=True)
    press(page, say(language, "Send my request"))
    expect(page).to_have_url(re.compile(f"/{language}/applications/"))
    return page.url


SUBJECTS = {
    "fr": {"received": "Confirmez votre adresse", "approved": "Demande acceptée", "kit": "Dossier de presse"},
    "en": {"received": "Confirm your email address", "approved": "Request accepted", "kit": "Press kit"},
}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_journalist_is_accredited_and_fetches_the_kit(page, office, contact, language):
    number = f"{language}-{int(page.scripted)}"
    email = f"noemie.{number}@telegraphe.example"
    release = f"Kit release {number}"
    publish_a_release(page, office, release, f"Communiqué {number}", contact)
    slugs = dict(zip(("fr", "en"), announce_an_event(page, office, number), strict=True))
    kit_page = open_a_kit(page, office, f"Forum on clusters {number}", release)

    mine = request_accreditation(page, office, language, slugs[language], email)
    receipt = office.mail(email, SUBJECTS[language]["received"])
    assert (receipt.message["Content-Language"], receipt.message["To"]) == (language, email)
    assert "Kervella" not in receipt.raw.decode()  # nothing typed goes to an address nobody has confirmed
    page.goto(link(receipt, "/verify/"))
    press(page, say(language, "Confirm my email address"))

    page.goto(f"{office.url}/desk/accreditation/")
    follow(page, page.get_by_role("link", name=f"Forum on clusters {number}"))
    page.goto(office.url + page.get_by_role("rowheader").get_by_role("link").get_attribute("href"))
    follow(page, page.locator("button:visible").filter(has_text="Accept").first)
    decision = office.mail(email, SUBJECTS[language]["approved"])
    assert decision.message["Content-Language"] == language
    assert decision.message["In-Reply-To"] == receipt.message["Message-ID"]
    assert "Noémie Kervella" in decision.text
    page.goto(mine)
    main = page.get_by_role("main")
    expect(main).to_contain_text(say(language, "Your request is accepted."), use_inner_text=True)

    send_the_kit(page, kit_page)
    kit = office.mail(email, SUBJECTS[language]["kit"])
    assert kit.message["Content-Language"] == language
    page.goto(link(kit, f"/{language}/kits/"))
    welcome = {"fr": "Bienvenue au forum.", "en": "Welcome to the forum."}
    expect(main).to_contain_text(welcome[language], use_inner_text=True)
    everything = page.get_by_role("button", name="ZIP")
    for _ in range(PATIENCE):  # the worker builds it
        if everything.is_visible():
            break
        Event().wait(1)
        page.reload()
    with page.expect_download() as download:
        everything.click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert archive.testzip() is None
        assert any(archive.read(name) == b"9 h : ouverture" for name in archive.namelist())
        assert any(release in archive.read(name).decode(errors="replace") for name in archive.namelist())
