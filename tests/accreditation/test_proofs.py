import io

import pytest
from PIL import Image

from pressroom import audit, clock, storage
from pressroom.access import Role
from pressroom.accreditation.models import Document, ReviewerScope
from pressroom.database import db
from tests import builders

PDF = b"%PDF-1.7 carte"


def a_document(application, data, media_type, name):
    return builders.stored(
        Document(
            application_id=application.id, name=name, media_type=media_type, size=len(data), file_key=storage.put(data),
            created_at=clock.now(),
        )
    )  # fmt: skip


def png():
    target = io.BytesIO()
    Image.new("RGB", (4, 4), "teal").save(target, "PNG")
    return target.getvalue()


def address(application, document):
    return f"/desk/accreditation/{application.event_id}/{application.id}/proofs/{document.id}"


def views(document):
    return [(entry.action, entry.actor_name) for entry in audit.history(f"document:{document.id}")]


def test_a_picture_is_shown_where_nothing_runs(desk):
    application = builders.an_application()
    document = a_document(application, png(), "image/png", "carte.png")

    response = desk.get(address(application, document), buffered=True)

    assert (response.status_code, response.data, response.mimetype) == (200, png(), "image/png")
    assert response.headers["Content-Disposition"].startswith("inline")
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response.headers["Cache-Control"] == "private, no-store"


def test_a_pdf_is_a_file_to_keep(desk):
    application = builders.an_application()
    document = a_document(application, PDF, "application/pdf", "Carte n° 7.pdf")

    response = desk.get(address(application, document), buffered=True)

    assert (response.data, response.mimetype) == (PDF, "application/pdf")
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response.headers["Content-Security-Policy"]


def test_every_look_is_in_the_journal_with_whose_it_was(app, desk):
    application = builders.an_application()
    document = a_document(application, png(), "image/png", "carte.png")
    reviewer = builders.signed_in(app, role=Role.REVIEWER, name="Maël Le Goff")

    desk.get(address(application, document), buffered=True)
    reviewer.get(address(application, document), buffered=True)

    assert views(document) == [("document.view", "Zoé Martin"), ("document.view", "Maël Le Goff")]
    assert "A proof was looked at" in desk.get("/desk/").text


def test_a_deleted_proof_says_so(desk):
    application = builders.an_application()
    document = a_document(application, png(), "image/png", "carte.png")
    storage.delete(document.file_key)
    document.deleted_at = clock.now()
    db.session.commit()

    page = desk.get(address(application, document), buffered=True)

    assert page.status_code == 410
    assert "This proof has been deleted" in page.text
    assert views(document) == []
    panel = desk.get(f"/desk/accreditation/{application.event_id}/{application.id}").text
    assert "carte.png" in panel
    assert address(application, document) not in panel


def test_a_file_that_is_gone_is_404_and_no_look(desk):
    application = builders.an_application()
    document = a_document(application, png(), "image/png", "carte.png")
    storage.delete(document.file_key)

    assert desk.get(address(application, document), buffered=True).status_code == 404
    assert views(document) == []


def test_only_the_address_of_its_own_request_leads_to_a_proof(desk):
    application, other = builders.an_application(), builders.an_application()
    document = a_document(application, png(), "image/png", "carte.png")

    for wrong in (
        f"/desk/accreditation/{application.event_id}/{other.id}/proofs/{document.id}",
        f"/desk/accreditation/{other.event_id}/{application.id}/proofs/{document.id}",
        f"/desk/accreditation/{other.event_id}/{other.id}/proofs/{document.id}",
        f"/desk/accreditation/{application.event_id}/{application.id}/proofs/x",
    ):
        assert desk.get(wrong).status_code == 404


@pytest.mark.parametrize("role", [Role.DOOR, None])
def test_nobody_else_gets_to_a_proof(app, client, role):
    application = builders.an_application()
    document = a_document(application, png(), "image/png", "carte.png")
    who = builders.signed_in(app, role=role) if role else client

    assert who.get(address(application, document)).status_code == (403 if role else 303)
    assert views(document) == []


def test_out_of_a_reviewer_s_sight_is_404(app):
    application = builders.an_application(category="photo")
    document = a_document(application, png(), "image/png", "carte.png")
    reviewer = builders.signed_in(app, role=Role.REVIEWER)
    builders.stored(
        ReviewerScope(staff_id=reviewer.staff_id, event_id=application.event_id, category="written")
    )

    assert reviewer.get(address(application, document), buffered=True).status_code == 404
    assert views(document) == []
