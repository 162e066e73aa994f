"""A release's life in the browser: written, translated, previewed under embargo, published, corrected, withdrawn."""

import io
import re
import zipfile
from datetime import datetime, timedelta

import pypdf
import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import follow, link, press
from tests.journeys.test_loop import contact  # noqa: F401 - a fixture

TITLES = {"en": "Twelve clusters open offices", "fr": "Douze pôles ouvrent des bureaux"}
BODIES = {
    "en": "Twelve offices open on 3 December 2026. The budget is €4,000.",
    "fr": "Douze bureaux ouvrent le 3 décembre 2026. Le budget est de 4 000 €.",
}
MENDED = {
    language: text.replace("4,000", "5,000").replace("4 000", "5 000") for language, text in BODIES.items()
}


def write(page, language, *, body, title=None, minor=False):
    """Fill the page of the words in `language`, which is open, and save it."""
    if title:
        page.get_by_label("Headline").fill(title)
        page.get_by_label("Place in the dateline").fill("Nice")
    if page.scripted:
        page.locator(".editor-content").click()
        page.keyboard.press("Control+A")
        page.keyboard.type(body)
    else:
        page.locator("[name=body]").fill(body)
    if minor:
        page.get_by_label("Minor edit").check()
    press(page, "Save")


def a_translated_release(page, office):
    page.goto(f"{office.url}/desk/releases/new")
    page.get_by_label("English").check()
    press(page, "Continue")
    write(page, "en", body=BODIES["en"], title=f"{TITLES['en']} {page.number}")
    release_id = page.url.split("/desk/releases/")[1].split("/")[0]
    page.goto(f"{office.url}/desk/releases/{release_id}/fr")
    write(page, "fr", body=BODIES["fr"], title=f"{TITLES['fr']} {page.number}")
    return release_id


@pytest.fixture
def officer(page, office, contact):  # noqa: F811
    """The page of somebody signed in on the desk, in an office that has a press contact."""
    page.number = "with script" if page.scripted else "without script"
    page.desk = f"{office.url}/desk/releases"
    return page


def test_a_release_is_written_translated_corrected_and_withdrawn(officer, office):
    page = officer
    release_id = a_translated_release(page, office)
    page.goto(f"{page.desk}/{release_id}/parity")
    main = page.get_by_role("main")
    expect(main).not_to_contain_text("€4,000", use_inner_text=True)  # the two languages say the same
    page.goto(f"{page.desk}/{release_id}/publish")
    press(page, "Continue")
    press(page, "Publish now")

    # A minor edit leaves the translation valid and tells readers nothing; another one does not.
    page.goto(f"{page.desk}/{release_id}/en")
    write(page, "en", body=BODIES["en"].replace("open", "are opening"), minor=True)
    page.goto(f"{page.desk}/{release_id}/fr")
    expect(page.get_by_text("The source text has changed").first).to_be_hidden()
    page.goto(f"{page.desk}/{release_id}/en")
    write(page, "en", body=MENDED["en"])
    page.goto(f"{page.desk}/{release_id}/fr")
    expect(page.get_by_text("The source text has changed").first).to_be_visible()

    correct_in_english(page, release_id)
    page.goto(f"{office.url}/fr/releases/{release_id}/x")
    expect(main).to_contain_text("ne tient pas encore compte", use_inner_text=True)
    expect(main).to_contain_text(re.compile(r"4\s000"), use_inner_text=True)
    page.goto(f"{office.url}/en/releases/{release_id}/x")
    expect(main).to_contain_text("€5,000", use_inner_text=True)
    expect(main).to_contain_text("The budget was wrong.", use_inner_text=True)

    page.goto(f"{page.desk}/{release_id}/fr")
    write(page, "fr", body=MENDED["fr"])
    page.goto(f"{page.desk}/{release_id}/correct")
    press(page, "Continue")
    press(page, "Publish the changes")
    page.goto(f"{office.url}/fr/releases/{release_id}/x")
    expect(main).not_to_contain_text("ne tient pas encore compte", use_inner_text=True)
    page.goto(f"{office.url}/fr/corrections")
    expect(main).to_contain_text("Le budget était faux.", use_inner_text=True)

    page.goto(f"{page.desk}/{release_id}/withdraw")
    for area in main.get_by_role("textbox").all():
        area.fill("The partner has left. / Le partenaire est parti.")
    press(page, "Continue")
    press(page, "Withdraw this release")
    answer = page.goto(f"{office.url}/fr/releases/{release_id}/x")
    assert answer.status == 200
    expect(main).to_contain_text("Le partenaire est parti", use_inner_text=True)
    page.goto(f"{office.url}/fr/releases/")
    expect(main).not_to_contain_text(f"{TITLES['fr']} {page.number}", use_inner_text=True)


def correct_in_english(page, release_id):
    """Say that the budget was wrong; the French text is to follow, and its readers are told at once."""
    page.goto(f"{page.desk}/{release_id}/correct")
    page.get_by_role("radio", name="Correction").check()
    said = {
        "en": ("The budget was wrong.", "€4,000", "€5,000"),
        "fr": ("Le budget était faux.", "4 000 €", "5 000 €"),
    }
    for language, words in said.items():
        part = page.locator(f"section[aria-labelledby=in-{language}]")
        if language == "fr":
            part.locator("input[type=radio][value=follows]").check()
        for area, text in zip(part.locator("textarea").all(), words, strict=True):
            area.fill(text)
    press(page, "Continue")
    press(page, "Publish the changes")


def test_a_journalist_reads_under_embargo_with_a_personal_link(officer, office):
    page = officer
    release_id = a_translated_release(page, office)
    page.goto(f"{page.desk}/{release_id}/publish")
    page.get_by_role("radio", name="At the end of an embargo").check()
    end = (datetime.now() + timedelta(days=3)).replace(minute=0)
    page.locator("[name=moment]").fill(end.strftime("%Y-%m-%dT%H:%M"))
    press(page, "Continue")
    follow(page, page.get_by_role("main").get_by_role("button").first)
    title, email = f"{TITLES['fr']} {page.number}", f"noemie.{int(page.scripted)}@telegraphe.example"
    assert page.request.get(f"{office.url}/r/{release_id}").status == 404

    page.goto(f"{page.desk}/{release_id}/previews")
    page.get_by_label("Name").fill("Noémie Kervella")
    page.get_by_label("Email").fill(email)
    page.get_by_label("français").check()
    follow(page, page.get_by_role("main").get_by_role("button").last)
    message = office.mail(email, "embargo")
    assert title not in message.raw.decode()

    page.context.clear_cookies()
    page.goto(link(message, "/previews/"))
    assert title not in page.content()
    page.locator("main [type=email]").fill(email)
    page.locator("main [type=checkbox]").check()
    follow(page, page.locator("main button"))
    expect(page.get_by_role("main")).to_contain_text(title, use_inner_text=True)
    expect(page.get_by_role("main")).to_contain_text("Noémie Kervella", use_inner_text=True)


def test_changes_are_discarded_by_their_button_and_by_no_key(officer, office):
    page = officer
    release_id = a_translated_release(page, office)
    page.goto(f"{page.desk}/{release_id}/publish")
    press(page, "Continue")
    press(page, "Publish now")
    page.goto(f"{page.desk}/{release_id}/en")
    write(page, "en", body=MENDED["en"])

    page.goto(f"{page.desk}/{release_id}/correct")
    page.locator("section[aria-labelledby=in-en] textarea").first.fill("The budget has grown.")
    page.locator("section[aria-labelledby=in-fr] input[value=stays]").check()
    page.get_by_role("radio", name="Update").check()
    with page.expect_navigation():
        page.get_by_role("radio", name="Update").press("Enter")
    expect(page.get_by_role("button", name="Publish the changes")).to_be_visible()

    page.goto(f"{page.desk}/{release_id}/correct")
    follow(page, page.get_by_role("button", name="Discard these changes"))
    expect(page).to_have_url(f"{page.desk}/{release_id}")
    page.goto(f"{page.desk}/{release_id}/en/preview")
    assert "€4,000" in page.content()


def test_everything_can_be_taken_along(officer, office):
    page = officer
    release_id = a_translated_release(page, office)
    page.goto(f"{page.desk}/{release_id}/publish")
    press(page, "Continue")
    press(page, "Publish now")
    page.goto(f"{office.url}/fr/releases/{release_id}/x")
    address = page.url

    kinds = {}
    for suffix in ("txt", "pdf", "docx", "json", "zip"):
        answer = page.request.get(f"{address}.{suffix}")
        kinds[suffix] = (answer.status, answer.headers["content-type"].partition(";")[0], answer.body())
    assert {suffix: kind[:2] for suffix, kind in kinds.items()} == {
        "txt": (200, "text/plain"),
        "pdf": (200, "application/pdf"),
        "docx": (200, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        "json": (200, "application/json"),
        "zip": (200, "application/zip"),
    }
    paper = pypdf.PdfReader(io.BytesIO(kinds["pdf"][2]))
    assert paper.trailer["/Root"]["/Lang"].startswith("fr")
    assert zipfile.ZipFile(io.BytesIO(kinds["zip"][2])).testzip() is None
