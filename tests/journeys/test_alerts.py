"""Press releases by email, end to end: asked for on the home page, confirmed, sent, left with one click, taken back.

With JavaScript and without, in both languages, over real SMTP; the one click is posted as a mail provider does it.
"""

import urllib.request
from urllib.parse import urlencode

from playwright.sync_api import expect

from tests.journeys.conftest import link, press
from tests.journeys.test_loop import say
from tests.journeys.test_quality import is_wide, violations

WORDS = {"fr": "Les pôles ouvrent {}", "en": "The clusters open {}"}


def publish(office, folder, name):
    """A release in both languages, published from the command line, and what falls due with it."""
    ids = []
    with office.commands() as run:
        for language, title in WORDS.items():
            file = folder / f"{language}.md"
            file.write_text(f"# {title.format(name)}\n\nNice, 1.12.2026.\n\n{title.format(name)}.\n")
            more = ["--release", ids[0]] if ids else []
            command = ["release", "import", str(file), "--language", language, "--publish", *more]
            ids.append(run(*command).splitlines()[0])
        run("due")


def one_click(address):
    """What a mail provider does for its user: no cookie, no referrer, the body that RFC 8058 gives."""
    body = urlencode({"List-Unsubscribe": "One-Click"}).encode()
    with urllib.request.urlopen(
        urllib.request.Request(address, data=body, method="POST"), timeout=20
    ) as answer:
        return answer.status, answer.headers.get("Set-Cookie"), answer.geturl()


def test_from_the_home_page_to_the_inbox_and_out_again(office, page, tmp_path):
    language = "fr" if page.scripted else "en"
    me, found = f"noemie-{language}@telegraphe.example", {}
    name = f"abroad in {language}"

    def check(what):
        for width in (1280, 320):
            page.set_viewport_size({"width": width, "height": 800})
            if is_wide(page):
                found[what, width] = "wide"
            if page.scripted and (faults := violations(page)):
                found[what, width] = faults

    page.goto(f"{office.url}/{language}/")
    page.locator("#alerts-email").fill(me)
    press(page, say(language, "Subscribe"))
    expect(page.locator("[name=email]")).to_have_value(me)
    check("form")
    press(page, say(language, "Subscribe"))
    expect(page.get_by_role("heading", name=say(language, "Look at your email"))).to_be_visible()
    check("asked")

    mail = office.mail(me, say(language, "Confirm your subscription to press releases"))
    page.goto(link(mail, "/alerts/"))
    check("confirm")
    press(page, say(language, "Confirm my subscription"))
    expect(page.get_by_text(say(language, "You get our alerts from now on."))).to_be_visible()
    check("preferences")

    title = WORDS[language].format(name)
    publish(office, tmp_path, name)
    alert = office.mail(me, title)
    assert alert.message["Content-Language"] == language
    assert "/releases/" in alert.text
    assert alert.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = alert.message["List-Unsubscribe"].strip("<>")
    assert f"{office.url}/u/" in address
    page.goto(address)
    expect(page.get_by_role("button", name=say(language, "Unsubscribe"))).to_be_visible()
    check("leave")

    assert [one_click(address) for _ in range(2)] == [(200, None, address)] * 2

    other = f"other-{me}"
    subscribe(page, office, language, other)
    publish(office, tmp_path, f"{name} again")
    office.mail(other, f"{title} again")
    office.run("due")
    assert office._find(me, f"{title} again") is None

    page.goto(address)
    check("left")
    press(page, say(language, "It was a mistake: keep sending"))
    check("kept")
    publish(office, tmp_path, f"{name} at last")
    assert office.mail(me, f"{title} at last").message["Content-Language"] == language
    page.goto(link(alert, "/alerts/").strip("<>"))
    press(page, say(language, "Unsubscribe"))
    check("ended")
    press(page, say(language, "Erase my data"))
    expect(page.get_by_text(say(language, "Your data has been erased")).first).to_be_visible()
    check("erased")
    assert found == {}


def subscribe(page, office, language, address):
    page.goto(f"{office.url}/{language}/alerts")
    page.locator("[name=email]").fill(address)
    press(page, say(language, "Subscribe"))
    mail = office.mail(address, say(language, "Confirm your subscription to press releases"))
    page.goto(link(mail, "/alerts/"))
    press(page, say(language, "Confirm my subscription"))
