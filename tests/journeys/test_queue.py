"""The review queue in a real browser: fifty requests by keyboard, and a few of them without any script."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from pressroom import clock
from pressroom.access import Role
from pressroom.accreditation.models import Application, State
from pressroom.database import db, writing
from tests import builders
from tests.journeys.conftest import Office, follow, sign_in
from tests.smtp import Smtp

MOST = 70  # keystrokes for fifty requests


@pytest.fixture(scope="module")
def office(known, tmp_path_factory):
    """An office whose decisions can be undone for five minutes."""
    folder, kind = tmp_path_factory.mktemp("office"), known("sqlite")
    with Smtp() as smtp:
        office = Office(folder, smtp, database=kind.create(folder, like=kind.migrated))
        office.environment["PRESSROOM_UNDO_SECONDS"] = "300"
        office.employ(Role.OFFICER)
        with office.serving():
            yield office


@pytest.fixture
def stored(office):
    """The office's database, as a function's `with` would have it."""
    with office.inside():
        yield


@pytest.fixture
def event(stored):
    with writing():  # the worker writes too
        return builders.an_event()


@pytest.fixture
def desk(browser, office, request):
    """Somebody signed in before a wide screen whose browser complains about nothing."""
    context = browser.new_context(
        java_script_enabled=getattr(request, "param", True), viewport={"width": 1280, "height": 800}
    )
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(15_000)
    sign_in(page, office)
    yield page
    context.close()
    assert [
        one for one in complaints if "409 (Conflict)" not in one
    ] == []  # a refusal is no fault of the page


def waiting(event, number):
    """So many requests, the oldest first, each of an outlet of its own."""
    now = clock.now()
    db.session.rollback()
    with writing():
        return [
            builders.an_application(
                event,
                name=f"Applicant {n:02}",
                outlet=f"Outlet {n:02}",
                submitted_at=now - timedelta(minutes=number - n),
            )
            for n in range(number)
        ]


def states(event):
    db.session.rollback()
    rows = (
        db.select(Application.state)
        .where(Application.event_id == event.id)
        .order_by(Application.submitted_at)
    )
    return list(db.session.scalars(rows))


def test_fifty_requests_take_at_most_seventy_keystrokes(office, event, desk):
    waiting(event, 50)
    pressed = []

    def press(*keys):
        for key in keys:
            desk.keyboard.press(key)
        pressed.extend(keys)

    desk.goto(f"{office.url}/desk/accreditation/{event.id}#queue")
    for number in range(50):
        decision = {3: ("r", "c", "Enter"), 7: ("c", "Space", "Enter")}.get(number % 10, ("a",))
        press(*decision)
        expect(desk.locator("#queue-said")).to_contain_text(f"Applicant {number:02}: ")

    one_in_ten = (
        [State.APPROVED] * 3
        + [State.DECLINED]
        + [State.APPROVED] * 3
        + [State.INFO_REQUESTED]
        + [State.APPROVED] * 2
    )
    assert states(event) == one_in_ten * 5
    assert len(pressed) <= MOST
    expect(desk.locator("#queue-said")).to_contain_text("Everything has been reviewed.")
    expect(desk.locator("#queue-promise")).to_contain_text("0 requests to review.")

    press("z")
    expect(desk.locator("#queue-said")).to_contain_text("Applicant 49 – Decision undone.")
    assert states(event)[-1] is State.RECEIVED


def test_moving_opens_what_is_moved_to_and_decides_on_that(office, event, desk):
    waiting(event, 4)
    desk.goto(f"{office.url}/desk/accreditation/{event.id}#queue")
    name = desk.locator("#queue-name")

    desk.keyboard.press("j")
    expect(name).to_have_text("Applicant 01")
    desk.keyboard.press("ArrowDown")
    expect(name).to_have_text("Applicant 02")
    desk.keyboard.press("k")
    expect(name).to_have_text("Applicant 01")
    expect(desk.locator(":focus")).to_have_text("Applicant 01")
    desk.keyboard.press("x")
    expect(desk.locator("[name=chosen]:checked")).to_have_count(1)
    desk.keyboard.press("l")
    expect(name).to_have_text("Applicant 02")
    expect(desk.locator(":focus")).to_have_text("Applicant 02")
    desk.reload()

    assert states(event) == ["received", "waitlisted", "received", "received"]
    expect(name).to_have_text("Applicant 02")
    desk.get_by_role("link", name="Applicant 03").click()
    expect(name).to_have_text("Applicant 03")
    expect(desk).to_have_url(re.compile(r"current=\w+"))


def test_letters_are_letters_outside_the_queue_and_when_they_are_switched_off(office, event, desk):
    waiting(event, 2)
    desk.goto(f"{office.url}/desk/accreditation/{event.id}")
    desk.keyboard.press("a")
    desk.locator("#queue").focus()
    desk.keyboard.press("/")
    desk.keyboard.type("ar")
    expect(desk.locator("#q")).to_have_value("ar")
    desk.locator("#queue").focus()
    desk.keyboard.press("Control+a")
    desk.keyboard.press("Shift+A")
    desk.keyboard.press("r")
    desk.keyboard.press("Escape")
    expect(desk.locator(":focus")).to_have_text("Applicant 00")
    desk.keyboard.press("?")
    expect(desk.locator("#queue-keys")).to_have_attribute("open", "")

    desk.get_by_role("link", name="Turn shortcuts off").click()
    expect(desk.get_by_role("link", name="Turn shortcuts on")).to_be_visible()
    expect(desk.locator("#queue-panel kbd").first).to_be_hidden()
    desk.goto(f"{office.url}/desk/accreditation/{event.id}#queue")
    desk.keyboard.press("a")
    desk.get_by_role("link", name="Turn shortcuts on").click()
    expect(desk.locator("#queue-panel kbd").first).to_be_visible()
    assert states(event) == ["received", "received"]


def test_a_colleague_who_was_faster_is_named_and_nothing_is_overwritten(office, event, desk):
    first, _second = waiting(event, 2)
    desk.goto(f"{office.url}/desk/accreditation/{event.id}#queue")
    other = desk.context.new_page()
    other.goto(f"{office.url}/desk/accreditation/{event.id}/{first.id}")
    other.get_by_role("button", name="Put on the waiting list").click()
    other.wait_for_url("**decided=*")

    desk.keyboard.press("r")
    desk.keyboard.press("c")
    desk.locator("#queue-panel [name=decline-note]").fill("Written for nothing")
    desk.locator("#queue-panel form[data-step=decline] button").click()

    said = desk.locator("#queue-said")
    expect(said).to_contain_text("Decided by Zoé Martin")
    expect(said).to_contain_text("Written for nothing")
    expect(desk.locator("#queue-panel")).to_contain_text("Waiting list")
    assert states(event) == ["waitlisted", "received"]


def test_what_is_typed_after_a_refusal_is_no_decision(office, event, desk):
    waiting(event, 2)
    with writing():
        event.quota = 0
        db.session.commit()
    desk.goto(f"{office.url}/desk/accreditation/{event.id}#queue")

    desk.keyboard.press("a")
    desk.keyboard.press("Enter")
    expect(desk.locator("#queue-said")).to_contain_text("To accept one more than the quota, say why.")
    expect(desk.locator("#queue-panel form[data-step=approve] [name=over]")).to_be_focused()
    desk.keyboard.type("Local radio")
    desk.keyboard.press("Enter")

    expect(desk.locator("#queue-said")).to_contain_text("Applicant 00: accepted.")
    assert states(event) == ["approved", "received"]


@pytest.mark.parametrize("desk", [False], indirect=True, ids=["without-javascript"])
def test_a_few_requests_without_any_script(office, event, desk):
    waiting(event, 4)
    desk.goto(f"{office.url}/desk/accreditation/{event.id}?q=applicant")
    expect(desk.locator(".keys")).to_be_hidden()
    follow(desk, desk.get_by_role("link", name="Applicant 00").first)

    desk.get_by_role("button", name="Accept").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Applicant 01")
    expect(desk.get_by_text("Applicant 00: accepted. The message leaves in 5 minutes.")).to_be_visible()
    desk.locator("details:has(> form[data-step=decline]) > summary").click()
    desk.locator("[name=decline-reason][value=capacity]").check()
    desk.locator("form[data-step=decline] button").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Applicant 02")
    desk.get_by_role("link", name="Next request").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Applicant 03")
    desk.get_by_role("button", name="Put on the waiting list").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Applicant 02")
    desk.locator("form[data-step=undo] button").first.click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Applicant 03")
    expect(desk).to_have_url(re.compile("q=applicant"))
    assert states(event) == ["approved", "declined", "received", "received"]
