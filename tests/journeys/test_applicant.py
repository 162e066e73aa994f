"""An applicant's way through their own page, as a browser shows it: with and without JavaScript, on a phone too."""

from playwright.sync_api import expect

from pressroom import links
from tests.journeys.conftest import follow, press
from tests.journeys.test_quality import is_wide, violations


def check(page, found, name):
    """Note what is wrong with the page that is shown, on a desk and on a phone."""
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        if is_wide(page):
            found[name, width] = "wide"
        if page.scripted and (faults := violations(page)):
            found[name, width] = faults


def apply(page, url, email):
    page.goto(f"{url}/en/events/")
    page.goto(url + page.locator("main a[href$='/accreditation']").first.get_attribute("href"))
    for name, value in (("name", "Noémie Kervella"), ("email", email), ("outlet", "Le Télégraphe")):
        page.locator(f"main [name={name}]").fill(value)
    page.locator("[name=category]").first.check()
    for box in page.locator("[name=days]").all():
        box.check()
    page.locator("[name=samples]").fill("https://telegraphe.example/kervella")
    answer_what_else_is_due(page)
    press(page, "Check my request")
    press(page, "Send my request")


def answer_what_else_is_due(page):
    """Whatever questions the example's event asks."""
    for field in page.locator("main form :is(input, textarea)[aria-required=true]:visible").all():
        if field.input_value() == "":
            field.fill(
                "https://telegraphe.example/"
                if field.get_attribute("type") == "url"
                else "A page on what is said that day, within a week of the forum."
            )
    for choices in page.locator("main form [role=radiogroup][aria-required=true]:visible").all():
        if not choices.locator(":checked").count():
            choices.get_by_role("radio").first.check()
    for field in page.locator("main form select[aria-required=true]:visible").all():
        field.select_option(index=1)


def test_an_applicant_follows_changes_withdraws_and_erases(example, page):
    found = {}
    apply(page, example, f"noemie-{page.scripted}@telegraphe.example")
    own = page.url
    assert links.SECRET_PATHS.search(own)
    expect(page.get_by_text("Request sent").first).to_be_visible()
    expect(page.get_by_text("This is not an accreditation yet.").first).to_be_visible()
    check(page, found, "sent")

    page.get_by_text("Write to the press office").click()
    page.locator("[name=message-text]").fill("May I bring a tripod?")
    press(page, "Send my message")
    expect(page.get_by_text("May I bring a tripod?")).to_be_visible()
    check(page, found, "message")

    follow(page, page.get_by_role("link", name="Change my details"))
    check(page, found, "change")
    page.locator("main [name=outlet]").fill("Le Phare")
    press(page, "Save my changes")
    expect(page).to_have_url(own)
    expect(page.locator("dd", has_text="Le Phare")).to_have_count(1)

    follow(page, page.get_by_role("link", name="Withdraw my request"))
    check(page, found, "withdraw")
    press(page, "Withdraw my request")
    expect(page.get_by_text("You withdrew this request on").first).to_be_visible()
    check(page, found, "withdrawn")
    press(page, "Take up my request again")

    follow(page, page.get_by_role("link", name="Copy or erase my data"))
    check(page, found, "data")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download my data").click()
    assert download.value.suggested_filename.endswith(".zip")
    press(page, "Erase my data")
    expect(page.get_by_role("heading", name="Your data has been erased")).to_be_visible()
    check(page, found, "erased")
    assert page.request.get(own).status == 410

    assert found == {}
