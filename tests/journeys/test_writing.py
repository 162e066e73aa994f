"""Somebody writes in a real browser and is interrupted: by a closed window, by the network, by the end of a session,
by a colleague. No word is lost."""

import contextlib
import re

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import PASSWORD, sign_in

ANA = "ana@office.example"


@pytest.fixture(scope="module")
def release(office, browser):
    """The address of a release's editor, in English, and a second person who may write."""
    office.run("staff", "add", ANA, "--role", "officer", "--name", "Ana Le Goff", "--language", "en",
               "--password-stdin", input=PASSWORD + "\n")  # fmt: skip
    with writer(browser, office) as page:
        page.goto(f"{office.url}/desk/releases/new/en")
        page.get_by_label("Headline").fill("Clusters meet")
        page.get_by_role("textbox", name="Text").fill("The forum opens.")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
        return page.url


@contextlib.contextmanager
def writer(browser, office, email=None):
    """A page of somebody who is signed in, in a browser of their own."""
    context = browser.new_context(locale="en-GB", timezone_id="Europe/Paris")
    page = context.new_page()
    page.set_default_timeout(15_000)
    sign_in(page, office, **({"email": email} if email else {}))
    yield page
    context.close()


def text(page):
    return page.get_by_role("textbox", name="Text")


def test_a_window_that_is_closed_loses_nothing(browser, office, release):
    with writer(browser, office) as page:
        page.goto(release)
        text(page).fill("Words that nobody saved.")
        expect(page.get_by_text("Saved as a draft at")).to_be_visible()
        text(page).press_sequentially(" And the last ones.")
        page.goto("about:blank")  # at once: only the last signal carries them

        page.goto(release)
        expect(text(page)).to_have_text("The forum opens.")
        page.get_by_role("link", name="Take them up again").click()
        expect(text(page)).to_have_text("Words that nobody saved. And the last ones.")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Saved.", exact=True)).to_be_visible()

        page.reload()
        expect(text(page)).to_have_text("Words that nobody saved. And the last ones.")
        expect(page.get_by_text("You have unsaved words")).to_have_count(0)


def test_without_a_connection_words_wait_in_the_browser(browser, office, release):
    with writer(browser, office) as page:
        page.goto(release)
        page.context.set_offline(True)
        page.get_by_label("Lead").fill("Typed on a train.")
        expect(page.get_by_text("Not saved: no connection, trying again.")).to_be_visible()
        page.goto("about:blank")
        page.context.set_offline(False)

        page.goto(release)
        page.get_by_role("link", name="Take them up again").click()
        expect(page.get_by_label("Lead")).to_have_value("Typed on a train.")
        page.goto(release)
        page.get_by_role("button", name="Discard them").click()
        expect(page.get_by_text("Your unsaved words are discarded.")).to_be_visible()
        expect(page.get_by_text("You have unsaved words")).to_have_count(0)


def test_a_session_that_ends_takes_no_word_with_it(browser, office, release):
    with writer(browser, office) as page:
        page.goto(release)
        other = page.context.new_page()
        other.goto(f"{office.url}/desk/")
        other.get_by_role("button", name="Sign out").click()
        page.get_by_label("Lead").fill("Typed after the end.")
        expect(page.get_by_text("Not saved: your session has ended.")).to_be_visible()
        sign_in(other, office)
        page.get_by_label("Lead").press_sequentially(" And on.")
        expect(page.get_by_text("Saved as a draft at")).to_be_visible(
            timeout=15_000
        )  # it tries again by itself

        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Saved.", exact=True)).to_be_visible()
        expect(page.get_by_label("Lead")).to_have_value("Typed after the end. And on.")


def test_two_people_see_each_other(browser, office, release):
    with writer(browser, office) as page, writer(browser, office, email=ANA) as colleague:
        page.goto(release)
        expect(page.get_by_text("is editing this text too")).to_have_count(0)
        colleague.goto(release)
        expect(colleague.get_by_text("Zoé Martin is editing this text too")).to_be_visible()
        page.get_by_label("Lead").fill("Who else?")
        expect(page.get_by_text("Ana Le Goff is editing this text too")).to_be_visible()


def test_a_new_release_is_kept_too_and_not_offered_once_it_is_saved(browser, office, release):
    address = f"{office.url}/desk/releases/new/en"
    with writer(browser, office) as page:
        page.goto(address)
        page.get_by_label("Headline").fill("A second one")
        expect(page.get_by_text("Saved as a draft at")).to_be_visible()
        page.goto(address)
        page.get_by_role("link", name="Take them up again").click()
        page.get_by_role("button", name="Save and preview").click()
        expect(page.get_by_text("Preview of the newest words: not public")).to_be_visible()
        expect(page).to_have_url(re.compile(r"/preview$"))
        assert page.evaluate("Object.keys(localStorage)") == []

        page.goto(address)
        expect(page.get_by_text("You have unsaved words")).to_have_count(0)
