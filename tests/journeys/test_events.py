"""An event, from its form to the notice that it moved: with JavaScript and without."""

from datetime import datetime, timedelta

from playwright.sync_api import expect

from tests.journeys.conftest import follow, press, sign_in

START = (datetime.now() + timedelta(days=40)).replace(hour=9, minute=0, second=0, microsecond=0)


def fill_moments(page, start):
    moments = {
        "Begins": start, "Ends": start + timedelta(hours=8), "Requests open": datetime.now() - timedelta(days=1),
        "Requests close": start - timedelta(days=5), "Answer promised by": start - timedelta(days=3),
    }  # fmt: skip
    for label, moment in moments.items():
        page.get_by_label(label, exact=True).fill(moment.strftime("%Y-%m-%dT%H:%M"))


def test_an_event_is_prepared_looked_at_announced_moved_and_cancelled(page, office):
    sign_in(page, office)
    page.goto(f"{office.url}/desk/events/new")
    title = f"Night of lighthouses {int(page.scripted)}"
    for language, name in {"fr": f"Nuit des phares {int(page.scripted)}", "en": title}.items():
        part = page.get_by_role("group").filter(has=page.locator(f"legend[lang={language}]"))
        part.get_by_label("Title").fill(name)
        part.get_by_label("Summary").fill(name)
        part.get_by_label("Town").fill("Brest")
        part.get_by_label("Address, access for disabled people").fill("Phare secret")
    fill_moments(page, START)
    page.get_by_label("Show the address and the map to the accredited only").check()
    page.get_by_label("Outlets with another number of places").fill("Agence Azur : 4")
    for name in ("News agency", "Technical crew", "Online press"):
        page.get_by_role("checkbox", name=name).uncheck()
    page.get_by_label("Places (Photo)").fill("3")
    row = page.get_by_role("row").filter(has_text="Photo")
    row.locator("summary").click()
    row.get_by_label("Equipment you will bring").check()
    page.get_by_label("Name (English)").fill("Student press")
    press(page, "Save")
    expect(page.get_by_role("row").filter(has_text="Photo").locator("summary")).to_contain_text("1 question")
    expect(page.get_by_label("Name (English)")).to_have_count(2)  # its own, and another blank row

    follow(page, page.get_by_role("link", name="Request form (English)"))
    expect(page.get_by_role("radio", name="Student press")).to_be_visible()
    expect(page.get_by_role("radio", name="News agency")).to_have_count(0)
    follow(page, page.get_by_role("link", name="Back to the event"))
    press(page, "Announce the event")

    follow(page, page.get_by_role("link", name="Public page (English)"))
    main = page.get_by_role("main")
    expect(main).to_contain_text("The address is sent to accredited journalists.")
    expect(main).to_contain_text("Photo (3 places)")
    expect(main).not_to_contain_text("Phare secret")
    public = page.url
    page.go_back()

    follow(page, page.get_by_role("link", name="Give a new date or place").first)
    fill_moments(page, START + timedelta(days=30))
    page.get_by_label("Note to those concerned").last.fill("A storm took the light.")
    press(page, "Announce the new date or place")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    here = page.url
    page.goto(public)
    expect(main).to_contain_text("This event has a new date. Before:")
    expect(main).to_contain_text("A storm took the light.")

    page.goto(here)
    follow(page, page.get_by_role("link", name="Cancel the event"))
    press(page, "Cancel the event")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    page.goto(public)
    expect(main).to_contain_text("This event is cancelled.")
    expect(page.get_by_role("link", name="Request accreditation")).to_have_count(0)
