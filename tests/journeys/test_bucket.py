"""An office whose files lie in a bucket: what it shows, takes in and gives out, in a real browser."""

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from pressroom import clock
from pressroom.access import Role
from pressroom.accreditation.models import Application
from pressroom.database import db
from pressroom.kits import queries, tasks
from tests import builders, servers
from tests.journeys.conftest import Office, follow, press, sign_in
from tests.media.files import a_picture
from tests.smtp import Smtp

CARD, PLAN = builders.a_pdf(), bytes(range(256)) * 50_000  # the second takes two parts


@pytest.fixture(scope="module")
def s3():
    with servers.s3() as server:
        yield server


@pytest.fixture(scope="module")
def office(s3, known, tmp_path_factory):
    """An office with an open kit, moved into the bucket and served; `kit` is somebody's page of it, `form` an event's."""
    folder, databases = tmp_path_factory.mktemp("office"), known("sqlite")
    with Smtp() as nobody:
        office = Office(folder, nobody, database=databases.create(folder, like=databases.migrated))
        office.environment |= {"PRESSROOM_MAIL_URL": "", **s3.environment}
        office.employ(Role.ADMIN)
        with office.inside():
            grant = builders.a_grant(builders.a_kit(files=[("Plan.bin", PLAN)]))
            tasks.fall_due(clock.now())
            office.kit = f"{office.url}/en/kits/{queries.token_of(grant)}"
            office.form = office.url + builders.form_address(grant.kit.event, "en")
        said = office.run("files", "move", "--to", f"{s3.url}/press")
        assert said.startswith("2 copied, 0 there already, all compared.")
        shutil.rmtree(folder / "files")
        office.environment["PRESSROOM_STORAGE_URL"] = f"{s3.url}/press"
        with office.serving():
            yield office


@pytest.fixture
def visitor(browser):
    context = browser.new_context(locale="en-GB", timezone_id="Europe/Paris")
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.set_default_timeout(15_000)
    yield page
    context.close()
    assert complaints == []


def fetched(page, button):
    """The address and the file that pressing this saves."""
    with page.expect_download() as saving:
        button.click()
    return saving.value.url, saving.value.suggested_filename, Path(saving.value.path())


def test_what_comes_in_is_shown_and_what_is_kept_is_given_out(visitor, office, s3):
    sign_in(visitor, office)

    # A picture comes in at the desk; once it has its words, everybody sees it.
    visitor.goto(f"{office.url}/desk/media/new")
    visitor.locator("[name=files]").set_input_files(
        {"name": "La baie.png", "mimeType": "image/png", "buffer": a_picture("PNG", size=(900, 600))}
    )
    visitor.locator("[name=credit]").fill("Ateliers Pins")
    follow(visitor, visitor.locator("main form button"))
    for name in ("alt", "caption"):
        for field in visitor.locator(f"main [name$={name}]").all():
            field.fill("La baie au matin")
    visitor.locator("main [name$=offered]").check()
    follow(visitor, visitor.locator("main form button[type=submit], main form button:not([type])").last)
    visitor.context.clear_cookies()
    visitor.goto(f"{office.url}/en/media/")
    follow(visitor, visitor.get_by_role("link", name="La baie").first)
    picture = visitor.locator("main img").first
    picture.scroll_into_view_if_needed()
    visitor.wait_for_function("image => image.complete", arg=picture.element_handle())
    assert picture.evaluate("image => image.naturalWidth") == 900

    # A kit comes whole, through the office.
    visitor.goto(office.kit)
    address, name, file = fetched(visitor, visitor.get_by_role("button", name="Download everything"))
    assert address.startswith(office.url)
    assert name.endswith(".zip")
    with zipfile.ZipFile(file) as opened:
        assert opened.read("Plan.bin") == PLAN

    # A journalist applies with a press card; the desk saves it from the bucket, under the name that it came with.
    visitor.goto(office.form)
    typed = {"name": "Noémie Kervella", "email": "noemie@telegraphe.example", "outlet": "Le Télégraphe"}
    for name, value in typed.items():
        visitor.locator(f"main [name={name}]").fill(value)
    visitor.locator("[name=category]").first.check()
    visitor.locator("[name=proof_file]").set_input_files(
        {"name": "Carte d’été.pdf", "mimeType": "application/pdf", "buffer": CARD}
    )
    press(visitor, "Check my request")
    press(visitor, "Send my request")
    expect(visitor).to_have_url(re.compile("/en/applications/"))
    with office.inside():
        application = db.session.scalars(db.select(Application).filter_by(email=typed["email"])).one()
        panel = f"{office.url}/desk/accreditation/{application.event_id}/{application.id}"
    sign_in(visitor, office)
    visitor.goto(panel)
    address, name, file = fetched(visitor, visitor.locator("a[href*='/proofs/']:visible").first)
    assert address.startswith(f"{s3.endpoint}/press-files/press/")
    assert (name, file.read_bytes()) == ("Carte d’été.pdf", CARD)
