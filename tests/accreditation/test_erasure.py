import io
import json
import zipfile
from datetime import timedelta

import pytest

from pressroom import audit, clock, engine, links, storage
from pressroom.access import APPLICANT, SYSTEM, Actor, Role
from pressroom.accreditation import erasure, notices, workflow
from pressroom.accreditation.models import Application, Document, Remark, State, Tally
from pressroom.contacts.models import Contact, Outlet
from pressroom.database import db
from pressroom.delivery import strangers
from pressroom.delivery.models import Copy, Message
from pressroom.delivery.models import State as Fate
from pressroom.kits import workflow as kits
from tests import builders
from tests.accreditation.test_public import decide, mails, page_of, verification_of

DAY = timedelta(days=1)
ADDRESS = "zarquonaddress@telegraphe.example"
CANARIES = (
    "zarquonname", "zarquonaddress", "zarquonoutlet", "zarquonlink", "zarquonneeds", "zarquonanswer", "zarquonnote",
    "zarquonmessage", "zarquonfile", "zarquonbytes", "zarquonphone", "zarquonwords",
)  # fmt: skip


def somebody(event=None, **values):
    """An accredited journalist who left traces everywhere, each with a word of its own."""
    application = builders.an_accredited(
        event, email=ADDRESS, name="Zarquonname", outlet="Zarquonoutlet", phone="zarquonphone",
        samples=["https://x.example/zarquonlink"], needs="zarquonneeds", answers={"job_title": "zarquonanswer"}, **values,
    )  # fmt: skip
    now = clock.now()
    application.documents = [
        Document(
            name="zarquonfile.pdf",
            media_type="application/pdf",
            size=12,
            file_key=storage.put(b"zarquonbytes"),
            created_at=now,
        )
    ]
    application.remarks = [
        Remark(
            is_internal=True, author_role=Role.OFFICER, author_name="Zoé Martin", text="zarquonnote", at=now
        ),
        Remark(
            is_internal=False,
            author_role=Role.APPLICANT,
            author_name="Zarquonname",
            text="zarquonmessage",
            at=now,
        ),
    ]
    workflow.act(application, "change", by=APPLICANT, at=now, changes={"phone": "zarquonphone 2"})
    outlet = Outlet(name="Zarquonoutlet", key="zarquonoutlet")
    db.session.add_all([
        Contact(email=ADDRESS, name="Zarquonname", phone="", language="fr", outlet=outlet, source="accreditation",
                created_at=now, last_action_at=now),
        Copy(about="release:1:fr", revision=1, recipient=ADDRESS, language="fr", by="message", at=now),
    ])  # fmt: skip
    grant = builders.a_grant(builders.a_kit(application.event), application)
    kits.note_fetch(grant, grant.kit.current.files[0], at=now)
    notices.found(ADDRESS, language="fr", at=now)
    db.session.commit()
    for n, state in enumerate((Fate.ACCEPTED, Fate.IN_DOUBT, Fate.HELD, Fate.SENDING)):
        builders.a_message(
            about=application.subject, recipient=ADDRESS, state=state, text=f"zarquonwords {n}",
            created_at=now - timedelta(hours=n), lease_owner="x" if state is Fate.SENDING else None,
        )  # fmt: skip
    db.session.commit()
    return application


def the_rest(*, but=()):
    return {
        table.name: sorted(map(repr, db.session.execute(db.select(table))))
        for table in db.metadata.sorted_tables if table.name not in but
    }  # fmt: skip


def erase(client, application):
    return client.post(page_of(application, rest="/data/erase"))


def test_erasing_leaves_no_trace_of_the_person(client, app, everything):
    event = builders.an_event()
    other = builders.an_application(event)
    before = the_rest()
    application = somebody(event)
    subject, files = application.subject, list((app.config["DATA_DIR"] / "files").rglob("*"))
    assert [word for word in CANARIES if word not in everything()] == []
    journal = {entry.id for entry in db.session.scalars(db.select(audit.Entry))}

    answer = erase(client, application)

    assert (answer.status_code, "Your data has been erased" in answer.text) == (200, True)
    assert [word for word in CANARIES if word in everything()] == []
    assert len(files) > len([one for one in (app.config["DATA_DIR"] / "files").rglob("*") if one.is_file()])
    stays = {
        "journal",
        "tally",
        "erased_link",
        "message",
        "kit",
        "kit_version",
        "kit_text",
        "kit_file",
        "event",
    }
    assert {**the_rest(but=stays)} == {name: rows for name, rows in before.items() if name not in stays}
    added = [
        e for e in db.session.scalars(db.select(audit.Entry).order_by(audit.Entry.id)) if e.id not in journal
    ]
    assert [(e.action, e.subject, e.actor_name) for e in added] == [
        ("accreditation.withdraw", subject, ""), ("accreditation.erase", subject, ""),
    ]  # fmt: skip
    assert list(audit.verify()) == []
    assert db.session.get(Application, other.id) is not None


def test_the_link_says_that_the_data_is_erased(client):
    application = somebody()
    addresses = [
        page_of(application, "fr"),
        verification_of(application),
        page_of(application, "fr", "/data"),
    ]

    erase(client, application)

    for address in addresses:
        page = client.get(address)
        assert (
            page.status_code,
            "Vos données ont été effacées" in page.text or "Your data has been erased" in page.text,
        ) == (410, True)
        assert page.headers["Cache-Control"] == "private, no-store"
    assert client.post(addresses[1]).status_code == 410


def test_what_is_left_is_a_number(client):
    event = builders.an_event(ends_at=clock.now() - DAY, starts_at=clock.now() - 2 * DAY)
    one = builders.an_accredited(event, country="FR", came_at=clock.now() - DAY)
    two = builders.an_accredited(event, country="FR", came_at=clock.now() - DAY)

    for application in (one, two):
        erase(client, application)

    tally = db.session.scalars(db.select(Tally)).one()
    assert (tally.event_id, tally.state, tally.category, tally.country, tally.came, tally.number) == (
        event.id, State.APPROVED, "written", "FR", True, 2,
    )  # fmt: skip


def test_the_place_goes_to_the_next(client):
    event = builders.an_event(quota=1)
    application, waits = builders.an_accredited(event), builders.an_application(event, outlet="Le Phare")
    decide(waits, "waitlist")

    erase(client, application)

    assert db.session.get(Application, waits.id).state is State.OFFERED


def test_no_mail_leaves_once_data_is_erased(client):
    application = builders.an_application()
    decide(application, "approve", undo=timedelta(minutes=5))

    erase(client, application)
    engine.run_due(client.application)

    assert mails() == []


def test_what_the_same_person_sent_besides_goes_too(client):
    event = builders.an_event()
    application = builders.an_application(event, email=ADDRESS)
    merged = builders.an_application(
        event, merged_into_id=application.id, state=State.CLOSED, decided_at=clock.now()
    )
    aside = builders.an_application(event, email=ADDRESS, duplicate_of_id=application.id)
    addresses = [page_of(one) for one in (application, merged, aside)]

    erase(client, application)

    assert db.session.scalars(db.select(Application)).all() == []
    assert [client.get(address).status_code for address in addresses] == [410] * 3


def test_erasing_reaches_through_several_mergers(client):
    event, ended = builders.an_event(), {"state": State.CLOSED, "decided_at": clock.now()}
    last = builders.an_application(event, email=ADDRESS)
    middle = builders.an_application(event, email="zarquon2@x.example", merged_into_id=last.id, **ended)
    builders.an_application(event, merged_into_id=middle.id, **ended)
    builders.an_application(event, duplicate_of_id=middle.id, **ended)
    builders.a_message(
        about=middle.subject,
        recipient="zarquon2@x.example",
        notice="accreditation_already",
        state=Fate.ACCEPTED,
    )

    erase(client, last)

    assert db.session.scalars(db.select(Application)).all() == []
    assert not strangers.may_write_to("zarquon2@x.example", clock.now())


def test_the_desk_erases_what_it_could_still_undo(app):
    event = builders.an_event(quota=1)
    application, waits = builders.an_application(event), builders.an_application(event, outlet="Le Phare")
    decide(application, "approve", undo=timedelta(minutes=5))
    decide(waits, "waitlist")

    erasure.erase(application, by=Actor(Role.OFFICER, "Zoé Martin", "zoe"), at=clock.now())
    db.session.commit()

    assert [one.id for one in db.session.scalars(db.select(Application))] == [waits.id]
    assert db.session.scalars(db.select(Tally)).one().state is State.WITHDRAWN


def test_a_contact_with_another_request_or_from_elsewhere_stays(client):
    now = clock.now()
    kept = {"name": "N", "phone": "", "language": "fr", "created_at": now, "last_action_at": now}
    builders.stored(Contact(email="two@x.example", source="accreditation", **kept))
    builders.stored(Contact(email="list@x.example", source="list", **kept))
    first, _second = (
        builders.an_application(email="two@x.example"),
        builders.an_application(email="two@x.example"),
    )

    erase(client, first)
    erase(client, builders.an_application(email="list@x.example"))

    assert {contact.email for contact in db.session.scalars(db.select(Contact))} == {
        "two@x.example",
        "list@x.example",
    }


# Somebody else's address --------------------------------------------------------------------------------


def test_who_has_not_confirmed_an_address_erases_nothing_of_its_owner(client):
    """The sender of a form may not own the address: only what they sent goes, and what was aside takes its place."""
    now, event = clock.now(), builders.an_event()
    contact = {"name": "N", "phone": "", "language": "fr", "created_at": now, "last_action_at": now}
    builders.stored(Contact(email="n@x.example", source="accreditation", **contact))
    builders.stored(
        Copy(about="release:1:fr", revision=1, recipient="n@x.example", language="fr", by="kit", at=now)
    )
    stranger = builders.an_application(event, email="n@x.example", verified_at=None)
    owner = builders.an_application(event, email="n@x.example", verified_at=None, duplicate_of_id=stranger.id)

    erase(client, stranger)

    (left,) = db.session.scalars(db.select(Application)).all()
    assert (left.id, left.duplicate_of_id) == (owner.id, None)
    assert (
        len(db.session.scalars(db.select(Contact)).all())
        == len(db.session.scalars(db.select(Copy)).all())
        == 1
    )
    assert db.session.scalars(db.select(Tally)).all() == []


def test_erasing_does_not_let_anybody_be_written_to_without_end(client, app, everything):
    """M1: what has left still counts, under a code that is nobody's address."""
    sent = []
    for state in (Fate.ACCEPTED, Fate.SENDING, Fate.HELD):
        application = builders.an_application(email="Victim+1@x.example", verified_at=None)
        notices.receipt(application, at=clock.now())
        for message in db.session.scalars(db.select(Message).filter_by(about=application.subject)):
            message.state, message.lease_owner = state, "x"
        db.session.commit()
        sent.append(len(mails()))
        erase(client, application)

    assert sent == [1, 1, 1]
    assert not strangers.may_write_to("victim@x.example", clock.now())
    assert strangers.may_write_to("victim@x.example", clock.now() + timedelta(minutes=16))
    assert strangers.may_write_to("other@x.example", clock.now())
    (row,) = db.session.scalars(db.select(Message))
    assert ("victim" in everything(), row.about, row.subject, row.text, row.html) == (
        False,
        "erased",
        "",
        "",
        "",
    )


def test_a_mail_that_never_left_does_not_count(client):
    application = builders.an_application(email="n@x.example", verified_at=None)
    notices.receipt(application, at=clock.now())
    db.session.commit()

    erase(client, application)

    assert (mails(), strangers.may_write_to("n@x.example", clock.now())) == ([], True)


# A copy -------------------------------------------------------------------------------------------------


def copy_of(client, application):
    answer = client.post(page_of(application, rest="/data/copy"), buffered=True)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(files.pop("data.json")), files


def test_a_copy_holds_everything_about_the_person_and_nothing_of_others(client):
    event = builders.an_event()
    builders.an_application(event, name="Somebody Else", email="else@x.example")
    application = somebody(event)
    reference = application.reference

    data, files = copy_of(client, application)

    text = json.dumps(data, ensure_ascii=False)
    assert files == {"zarquonfile.pdf": b"zarquonbytes"}
    assert [word for word in CANARIES if word not in text.lower() + str(files).lower()] == []
    assert set(data) == {
        "generated_at", "event", "request", "files", "history", "messages", "notes_of_the_press_office", "mails",
        "contact", "press_releases_received", "other",
    }  # fmt: skip
    assert (data["request"]["reference"], data["request"]["state"]) == (reference, "approved")
    assert [step["by"] for step in data["history"]] == ["applicant"]
    assert data["history"][0]["changes"] == {"phone": ["zarquonphone", "zarquonphone 2"]}
    assert {name: len(rows) for name, rows in data["other"].items()} == {"kit_grant": 1, "kit_fetch": 1}
    assert data["other"]["kit_fetch"][0]["what"] == "Programme.txt"
    for secret in (
        "Somebody Else",
        "else@x.example",
        "digest",
        links.mint("application", application.id),
        "Zoé Martin",
    ):
        assert secret not in text
    assert "accreditation.export_own" in {
        entry.action for entry in db.session.scalars(db.select(audit.Entry))
    }


def test_a_copy_tells_no_decision_that_can_still_be_undone(client):
    application = builders.an_application()
    decide(application, "decline", reason="capacity", note="zarquonpending", undo=timedelta(minutes=5))

    data, _files = copy_of(client, application)

    assert "zarquonpending" not in json.dumps(data)
    assert "capacity" not in json.dumps(data)
    assert (data["request"]["state"], data["history"], data["mails"]) == ("received", [], [])


def test_a_copy_for_who_has_not_confirmed_the_address_holds_only_what_was_sent(client):
    application = builders.an_application(verified_at=None, email="n@x.example")
    application.remarks = [
        Remark(
            is_internal=True, author_role=Role.OFFICER, author_name="Zoé", text="zarquonnote", at=clock.now()
        )
    ]
    builders.stored(
        Contact(
            email="n@x.example", name="Zarquonowner", phone="", language="fr", source="accreditation",
            created_at=clock.now(), last_action_at=clock.now(),
        )
    )  # fmt: skip
    notices.receipt(application, at=clock.now())
    db.session.commit()

    data, _files = copy_of(client, application)

    assert set(data) == {"generated_at", "event", "request", "files", "history", "messages"}
    assert "zarquon" not in json.dumps(data).lower()
    assert "Confirm your email address first" in client.get(page_of(application, rest="/data")).text


def test_no_mail_in_a_copy_opens_anything(client):
    application = builders.an_application()
    decide(application, "approve")
    db.session.execute(db.update(Message).values(state=Fate.ACCEPTED))
    db.session.commit()

    data, _files = copy_of(client, application)

    (mail,) = data["mails"]
    assert (mail["state"], "/applications/•••" in mail["text"]) == ("accepted", True)


@pytest.mark.parametrize("by", [Actor(Role.OFFICER, "Zoé Martin", "zoe"), SYSTEM])
def test_others_than_the_applicant_erase_what_is_over(app, by):
    application = builders.an_application(state=State.DECLINED, decided_at=clock.now() - DAY)

    erasure.erase(application, by=by, at=clock.now())
    db.session.commit()

    assert db.session.scalars(db.select(Application)).all() == []


def test_the_page_says_what_goes_and_what_stays(client):
    page = client.get(page_of(builders.an_accredited(), rest="/data")).text

    for part in ("What goes", "What stays", "This cannot be undone.", "Your request is withdrawn with it"):
        assert part in page
