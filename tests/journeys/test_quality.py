"""What a page weighs, whether everybody can use it, and whether it fits a small screen: measured in Chromium."""

import gzip
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import expect

from pressroom import links
from tests.journeys.conftest import demo_sign_in, follow

AXE = (Path(__file__).parent.parent / "vendor" / "axe-core" / "axe.min.js").read_text()
DRAFT = ("/desk/dispatches/?state=draft", "main table a")
REPORT = ("/desk/dispatches/?state=finished", "main tbody tr:last-child a")
LETTER = "main .mail-preview a[href*='{}']"  # a link in a mail, as the desk shows it
READER = {
    "home": "/{language}/",
    "list": "/{language}/releases/",
    "search": "/{language}/releases/?q=forum&year=2026",
    "nothing found": "/{language}/releases/?q=introuvable",
    "release": ("/{language}/releases/", "main .teasers a"),
    "told of a change": ("/{language}/corrections", "main .teasers a"),
    "versions": ("/{language}/corrections", "main .teasers li:last-child a", "main a[href$='/versions']"),
    "version": (
        "/{language}/corrections",
        "main .teasers li:last-child a",
        "main a[href$='/versions']",
        "main a[href$='/versions/1']",
    ),
    "corrections": "/{language}/corrections",
    "media": "/{language}/media/",
    "asset": ("/{language}/media/", "main .gallery a"),
    "events": "/{language}/events/",
    "event": ("/{language}/events/", "main a[href*='/events/']"),
    "postponed event": ("/{language}/events/", "main .teasers li:nth-child(3) a"),
    "form": ("/{language}/events/", "main a[href$='/accreditation']"),
    "contacts": "/{language}/contacts",
    "privacy": "/{language}/privacy",
    "accessibility": "/{language}/accessibility",
    "legal": "/{language}/legal",
    "find": "/{language}/applications/find",
    "subscribe": "/{language}/alerts",
    "subscription asked for": "/{language}/alerts/asked",
    "dead subscription": "/{language}/alerts/" + "t" * 22,
    "dead unsubscribing": "/u/" + "t" * 22,
    "missing": "/{language}/nothing",
    "sign-in": "/desk/sign-in",
}
DESK = {
    "home": "/desk/",
    "releases": "/desk/releases/",
    "release": ("/desk/releases/", "main table a"),
    "text": ("/desk/releases/", "main table a", "main table a"),
    "facts of a release": ("/desk/releases/", "main table a", "main a[href$='/facts']"),
    "parity": ("/desk/releases/", "main table a", "main a[href$='/parity']"),
    "preview": ("/desk/releases/", "main table a", "main a[href$='/preview']"),
    "card": ("/desk/releases/", "main table a", "main a[href$='/preview']", "main a[href$='/preview/card']"),
    "board": "/desk/releases/board",
    "outdated text": ("/desk/releases/board", "main table a[href$='/en']"),
    "publish": ("/desk/releases/?stage=draft", "main table a", "main a[href$='/publish']"),
    "withdraw": ("/desk/releases/?stage=published", "main table a", "main a[href$='/withdraw']"),
    "kill": ("/desk/releases/?stage=published", "main table a", "main a[href$='/kill']"),
    "preview links": ("/desk/releases/?stage=embargoed", "main table a", "main a[href$='/previews']"),
    "topics": "/desk/releases/topics/",
    "new release": "/desk/releases/new",
    "events": "/desk/events/",
    "event": ("/desk/events/", "main table a"),
    "new event": "/desk/events/new",
    "event preview": ("/desk/events/", "main table a", "main a[href$='/preview/fr']"),
    "event form": ("/desk/events/", "main table a", "main a[href$='/form/en']"),
    "move": ("/desk/events/", "main table a", "main a[href$='/move']"),
    "postpone": ("/desk/events/", "main table a", "main a[href$='/postpone']"),
    "cancel": ("/desk/events/", "main table a", "main a[href$='/cancel']"),
    "accreditation": "/desk/accreditation/",
    "queue": ("/desk/accreditation/", "main a[href*='/desk/accreditation/']"),
    "application": ("/desk/accreditation/", "main a[href*='/desk/accreditation/']", "main table a"),
    "erase a request": (
        "/desk/accreditation/",
        "main a[href*='/desk/accreditation/']",
        "main table a",
        "main a[href$='/erase']",
    ),
    "reasons": "/desk/accreditation/reasons/",
    "scope of a reviewer": ("/desk/staff/", "main a[href$='/scope']"),
    "journal": "/desk/journal/",
    "texts": "/desk/texts/",
    "text of a mail": "/desk/texts/accreditation_declined/fr",
    "first steps": "/desk/settings/first-steps/",
    "mail to live": "/desk/settings/first-steps/mail",
    "remove the example": "/desk/settings/first-steps/example/remove",
    "imports": "/desk/contacts/imports/",
    "import a list": "/desk/contacts/imports/new",
    "kits": "/desk/kits/",
    "kit": ("/desk/kits/", "main table a"),
    "kit as recipients see it": ("/desk/kits/", "main table a", "main a[href$='/preview/fr']"),
    "kit hours": ("/desk/kits/", "main table a", "main a[href$='/hours']"),
    "who has the kit": ("/desk/kits/", "main table a", "main a[href$='/people']"),
    "media": "/desk/media/",
    "file": ("/desk/media/", "main .gallery a"),
    "new files": "/desk/media/new",
    "dispatches": "/desk/dispatches/",
    "new dispatch": (
        "/desk/releases/?stage=published",
        "main table a",
        "main a[href*='/desk/dispatches/new']",
    ),
    "note to the media": "/desk/dispatches/new",
    "dispatch to check": DRAFT,
    "whoever gets it": (*DRAFT, "main a[href$='/recipients']"),
    "dispatch to change": (*DRAFT, "main a[href$='/edit']"),
    "dispatch that waits": ("/desk/dispatches/?state=scheduled", "main table a"),
    "report": REPORT,
    "report of failures": (*REPORT, "main a[href*='fate=failed']"),
    "send again": (*REPORT, "main a[href$='/again']"),
    "message that was refused": (*REPORT, "main .cause a"),
    "contacts": "/desk/contacts/",
    "contacts that nobody matches": "/desk/contacts/?q=introuvable",
    "contact": ("/desk/contacts/", "main tbody th a"),
    "contact who wants no mail": ("/desk/contacts/?q=escarra", "main tbody th a"),
    "contact to change": ("/desk/contacts/", "main tbody th a", "main a[href$='/edit']"),
    "new contact": "/desk/contacts/new",
    "contact lists": "/desk/contacts/lists/",
    "contact list": ("/desk/contacts/lists/", "main td a"),
    "outlets": "/desk/contacts/outlets/",
    "outlet": ("/desk/contacts/outlets/", "main tbody th a"),
    "duplicates": "/desk/contacts/duplicates",
    "merge": ("/desk/contacts/duplicates", "main table:first-of-type td:last-child a"),
    "merge outlets": ("/desk/contacts/outlets/?q=gazette", "main tbody th a", "main a[href$='/merge']"),
    "import that is over": ("/desk/contacts/imports/", "main table a"),
    "personal data": ("/desk/contacts/", "main tbody th a", "main a[href$='/erase']"),
    "ledger": ("/desk/contacts/", "main tbody th a", "main a[href$='/history']"),
    "alerts": "/desk/alerts/?q=a",
    "kit of a recipient": (*REPORT, "main .proofs tbody a", LETTER.format("/kits/")),
    "subscription to confirm": ("/desk/messages/?q=agenda@", "main table a", LETTER.format("/alerts/")),
    "own subscription": ("/desk/messages/?q=clara@", "main table a", LETTER.format("/alerts/")),
    "unsubscribing": ("/desk/messages/?q=clara@", "main table a", LETTER.format("/u/")),
    "messages": "/desk/messages/",
    "message": ("/desk/messages/", "main table a"),
    "addresses not written to": "/desk/messages/suppressions",
    "settings": "/desk/settings/",
    "standing pages": "/desk/settings/pages",
    "people": "/desk/staff/",
    "profile": "/desk/profile/",
}
LEADS = {}  # by the address of a page and what is clicked on there: where to


@pytest.fixture
def look(browser):
    """Opens a page of a certain size, scheme and language."""
    contexts = []

    def open_(width, scheme, language):
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=scheme, locale=language
        )
        contexts.append(context)
        return context.new_page()

    yield open_
    for context in contexts:
        context.close()


def go(page, url, way, language):
    """Open the page at the end of this way. What stands before it is opened once only, to read where it leads to."""
    first, *clicks = (way,) if isinstance(way, str) else way
    address = url + first.format(language=language)
    for click in clicks:
        if (address, click) not in LEADS:
            page.goto(address)
            there = page.locator(click).first.get_attribute("href")
            LEADS[address, click] = urljoin(page.url, there)
        address = LEADS[address, click]
    page.goto(address)


def violations(page):
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], selectors: false})")
    return [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found["violations"]]


def is_wide(page):
    """Whether the page scrolls sideways, apart from regions made to."""
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def faults(page, name):
    """What is wrong with the page that is open, by its name."""
    wide = {f"{name}: wide": page.url} if is_wide(page) else {}
    broken = violations(page)
    return {**wide, **({name: broken} if broken else {})}


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(1280, "light", "fr"), (1280, "dark", "en"), (320, "light", "en"), (320, "dark", "fr")],
)
def test_every_reader_can_use_every_page(example, look, width, scheme, language):
    page, found = look(width, scheme, language), {}
    for name, way in READER.items():
        go(page, example, way, language)
        found |= faults(page, name)

    assert found == {}


@pytest.mark.parametrize(
    ("turn", "width", "scheme", "language"),
    [(0, 1280, "light", "fr"), (0, 320, "dark", "en"), (1, 1280, "dark", "en"), (1, 320, "light", "fr")],
)
def test_everybody_at_the_desk_can_use_every_page(example, look, turn, width, scheme, language):
    """Each page in both sizes, both schemes and both languages; every other one in the other two pairs of them."""
    page, found = look(width, scheme, language), {}
    demo_sign_in(page, example)
    page.goto(f"{example}/desk/profile/")
    page.locator(f"[name=language][value={language}]").check()
    follow(page, page.locator("form[action$='/language'] button"))
    expect(page.locator("html")).to_have_attribute("lang", language)
    for name, way in list(DESK.items())[turn::2]:
        go(page, example, way, language)
        found |= faults(page, name)

    assert found == {}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", ["home", "list", "release", "event", "form"])
def test_a_first_view_weighs_at_most_60_kb_without_pictures(example, look, name, language):
    page = look(1280, "light", language)
    go(page, example, READER[name], language)
    responses = []
    fresh = look(1280, "light", language)
    fresh.on("response", lambda response: responses.append(response))
    fresh.goto(page.url)
    fresh.wait_for_load_state("networkidle")

    weights = {
        response.url: len(response.body()) if ".woff2" in response.url else compressed(response.body())
        for response in responses if response.request.resource_type != "image"
    }  # fmt: skip
    assert 40_000 < sum(weights.values()) <= 60_000, weights
    assert sum(weight for url, weight in weights.items() if ".css" in url) <= 10_000
    assert sum(weight for url, weight in weights.items() if ".js" in url) <= 12_000


def compressed(data):
    return len(gzip.compress(data, 6))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_contact_is_in_the_first_screen_of_a_phone(example, look, language):
    page = look(320, "light", language)
    go(page, example, READER["release"], language)

    box = page.get_by_role("link", name="+33 1 99").first.bounding_box()

    assert box["y"] < 2 * 640  # one screen further at most


def test_the_site_asks_nothing_of_anybody_else(example, look):
    page = look(1280, "light", "fr")
    asked = set()
    page.on("request", lambda request: asked.add(request.url.partition("/static/")[0].split("/")[2]))
    for way in READER.values():
        go(page, example, way, "fr")

    assert asked == {example.removeprefix("http://")}
    assert page.context.cookies() == [] or {cookie["name"] for cookie in page.context.cookies()} == {
        "session"
    }
    assert links.SECRET_PATHS.search(page.content()) is None


LONG = "anamewithoutanend" * 3  # nor a place to break it
MANY = "\n".join(
    (
        "email,name,outlet,language,of no use",
        f"{LONG}@{'.'.join(['subdomain-of-a-subdomain'] * 7)}.example,{LONG} de la Tour,{LONG * 3},fr,x",
        "nobody@,Nobody,,fr,x",
    )
)


@pytest.mark.parametrize(("width", "scheme", "language"), [(1280, "dark", "en"), (320, "light", "fr")])
def test_everybody_can_use_what_lies_between_two_buttons(example, look, width, scheme, language):
    page, found = look(width, scheme, language), {}

    def press(name, button="main form button:not([class*=link])", where=None):
        if where:
            page.goto(urljoin(example, where))
        follow(page, page.locator(button).last)
        page.wait_for_selector("main:not(:has([data-moving]))")
        found.update(faults(page, name))

    press("subscribing without an address", where=f"/{language}/alerts")
    demo_sign_in(page, example)
    press("import without a file", where="/desk/contacts/imports/new")
    file = {"name": f"{LONG}.csv", "mimeType": "text/csv", "buffer": MANY.encode()}
    page.locator("input[type=file]").set_input_files(file)
    press("columns of a file")
    press("check of an import")
    press("import")
    press("contact without a name", where="/desk/contacts/new")
    press("dispatch to nobody", where="/desk/dispatches/new")
    press("address of no sort", where="/desk/messages/suppressions")
    go(page, example, ("/desk/contacts/?q=anamewithoutanend", "main tbody th a"), language)
    found |= faults(page, "contact with a long name")
    go(page, example, "/desk/contacts/outlets/?q=anamewithoutanend", language)
    found |= faults(page, "outlet with a long name")

    go(page, example, DESK["kit hours"], language)
    page.locator("[name=embargo_until]").fill(f"{date.today() + timedelta(days=2)}T10:00")
    press("hours of a kit")
    go(page, example, DESK["kit of a recipient"], language)
    found |= faults(page, "kit whose embargo is to be accepted")
    press("kit without a word on its embargo")
    kit = page.url
    go(page, example, DESK["kit hours"], language)
    page.locator("[name=embargo_until]").fill("")
    press("hours of a kit again")

    assert ("/kits/" in kit, found) == (True, {})
