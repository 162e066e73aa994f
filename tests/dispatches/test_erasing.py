"""Everything known of one person: a copy of it, and its end."""

import io
import json
import zipfile
from datetime import timedelta

import pytest

from pressroom import audit, clock, storage
from pressroom.access import SYSTEM, Role
from pressroom.accreditation.models import Application, Document, Draft
from pressroom.alerts.models import Subscription
from pressroom.contacts import workflow as contacts
from pressroom.contacts.models import Contact, Import, ImportRow, ImportState, Outcome
from pressroom.database import db
from pressroom.delivery import suppressions
from pressroom.delivery.models import Copy, Message, MessageEvent, Reason, Suppression
from pressroom.delivery.models import State as Fate
from pressroom.releases.models import Preview
from tests import builders

ADDRESS, OTHER, FORMER = (
    "zarquonaddress@telegraphe.example",
    "zarquonother@gmail.example",
    "zarquonformer@west.example",
)
CANARIES = (
    "zarquonname", "zarquonaddress", "zarquonother", "zarquonoutlet", "zarquonphone", "zarquonnote", "zarquonsource",
    "zarquonconsent", "zarquonneeds", "zarquonfile", "zarquonbytes", "zarquonwords", "zarquonreply", "zarquondraft",
    "zarquonwish", "zarquonfirst", "zarquoncell", "zarquonformer",
)  # fmt: skip


def rows_of_files(contact, now):
    """A file that named the person under another address, and one that has changed the contact."""
    cells, before = [f"Zarquoncell <{OTHER}>", "Zarquoncell"], {"email": ADDRESS, "name": "Zarquonfirst"}
    brought = Import(
        filename="press.csv", header=["a", "b"], columns=["email", "name"], language="fr", consent="",
        state=ImportState.DONE, actor="Zoé", created_at=now, finished_at=now,
    )  # fmt: skip
    db.session.add(brought)
    db.session.flush()
    rows = [
        {"number": 2, "cells": cells, "outcome": Outcome.REFUSED, "reason": "twice"},
        {
            "number": 3,
            "cells": ["x", "y"],
            "outcome": Outcome.UPDATED,
            "contact_id": contact.id,
            "before": before,
        },
        {"number": 4, "cells": ["ben@shaw.example", "Ben"], "outcome": Outcome.SAME},
    ]
    return [ImportRow(import_id=brought.id, **{"reason": "", **row}) for row in rows]


@pytest.fixture
def somebody(app):
    """A journalist who left traces everywhere, under two addresses, each with a word of its own."""
    now = clock.now()
    topic = builders.a_topic()
    contact = builders.a_contact(
        "Zarquonname", email=FORMER, outlet="Zarquonoutlet", phone="zarquonphone", topics=[topic.id],
        notes=f"zarquonnote\nAlso {OTHER}", source="zarquonsource",
    )  # fmt: skip
    contacts.change(contact, contacts.facts_of(contact)._replace(email=ADDRESS), by=SYSTEM, at=now)
    builders.a_list("Energy press", contact, builders.a_contact("Ben Shaw", email="ben@shaw.example"))
    contacts.note_consent(contact, True, "zarquonconsent", by=SYSTEM, at=now)
    event = builders.an_event()
    for email in (ADDRESS, OTHER.upper()):
        application = builders.an_accredited(event, email=email, name="Zarquonname", needs="zarquonneeds")
        application.documents = [
            Document(
                name="zarquonfile.pdf", media_type="application/pdf", size=12, created_at=now,
                file_key=storage.put(b"zarquonbytes" + email.encode()),
            )
        ]  # fmt: skip
        message = builders.a_message(
            recipient=email, about="dispatch:1", text="zarquonwords", state=Fate.REFUSED
        )
        message.events = [MessageEvent(at=now, state=Fate.REFUSED, actor="", code=550, reply="zarquonreply")]
    builders.a_message(recipient=ADDRESS, about=application.subject, text="zarquonwords", state=Fate.HELD)
    builders.a_subscription(ADDRESS)
    builders.a_preview(name="Zarquonname", email=ADDRESS)
    suppressions.add(ADDRESS, "contacts", Reason.ASKED, note="zarquonwish", at=now)
    suppressions.add(OTHER, "", Reason.BOUNCED, note="zarquonreply", at=now)
    db.session.add_all([
        Copy(about="release:1:fr", revision=1, recipient=OTHER, language="fr", by="message", at=now),
        *rows_of_files(contact, now),
        Draft(key="k", event_id=event.id, fields={"email": ADDRESS, "name": "zarquondraft"}, ready=False, created_at=now),
    ])  # fmt: skip
    db.session.commit()
    return contact


def erased(client, contact, addresses=f"{ADDRESS} {OTHER}", **typed):
    return client.post(f"/desk/contacts/{contact.id}/erase", data={"addresses": addresses, **typed})


def test_the_check_page_says_how_much_there_is_under_which_addresses(desk, somebody):
    offered = desk.get(f"/desk/contacts/{somebody.id}/erase").text
    alone = desk.get(f"/desk/contacts/{somebody.id}/erase?also=").text

    assert f'name="also" value="{OTHER} {FORMER}"' in offered
    assert f'name="addresses" value="{ADDRESS} {OTHER} {FORMER}"' in offered
    assert f'name="addresses" value="{ADDRESS}"' in alone
    assert f"<dd>{ADDRESS}, {OTHER}, {FORMER}</dd>" in offered
    references = [one.reference for one in db.session.scalars(db.select(Application))]
    assert [reference in offered for reference in references] == [True, True]
    assert [reference in alone for reference in references] == [True, False]


def test_erasing_leaves_no_trace_of_the_person(app, desk, somebody, everything):
    assert [word for word in CANARIES if word not in everything()] == []
    subject = f"contact:{somebody.id}"

    answer = erased(desk, somebody)

    assert (answer.status_code, answer.location) == (303, "/desk/contacts/")
    assert [word for word in CANARIES if word in everything()] == []
    db.session.expire_all()
    assert [one.name for one in db.session.scalars(db.select(Contact))] == ["Ben Shaw"]
    kinds = (Application, Document, Subscription, Preview, Copy, Draft)
    assert {kind.__name__: db.session.query(kind).count() for kind in kinds} == {
        kind.__name__: 0 for kind in kinds
    }
    assert db.session.scalars(db.select(ImportRow.number)).all() == [4]
    assert audit.history(subject)[-1].action == "contact.erase"
    assert list(audit.verify()) == []
    assert "This person’s data is erased." in desk.get(answer.location).text


def test_a_wish_outlives_the_data_as_a_code_that_only_the_address_leads_to(app, desk, somebody):
    erased(desk, somebody)

    kept = db.session.scalars(db.select(Suppression)).all()
    assert [(one.scope, one.reason, one.note, "@" in one.recipient) for one in kept] == [
        ("contacts", Reason.ASKED, "", False)
    ]
    assert suppressions.of([ADDRESS.upper(), OTHER], "contacts") == {ADDRESS}
    message = builders.a_message(recipient=ADDRESS, scope="contacts")
    assert suppressions.stops(message) is kept[0]


def test_it_may_be_remembered_that_they_are_not_to_be_written_to(app, desk, somebody, everything):
    erased(desk, somebody, silence="1")

    assert suppressions.of([ADDRESS, OTHER], "contacts") == {ADDRESS, OTHER}
    assert [word for word in CANARIES if word in everything()] == []


def test_others_and_what_is_not_named_stay(app, desk, somebody):
    colleague = builders.a_member_of_staff(email=OTHER)
    invitation = builders.a_message(recipient=OTHER, about=f"staff:{colleague.id}")
    bens = builders.a_message(recipient="ben@shaw.example")

    erased(desk, somebody, ADDRESS)

    db.session.expire_all()
    assert db.session.get(Message, bens.id) is not None
    assert db.session.get(Message, invitation.id) is not None
    assert [one.email for one in db.session.scalars(db.select(Application))] == [OTHER.upper()]
    assert [one.recipient for one in db.session.scalars(db.select(Copy))] == [OTHER]


def test_a_page_about_another_address_erases_nothing(app, desk, somebody):
    assert erased(desk, somebody, "ben@shaw.example").status_code == 409
    assert erased(desk, somebody, "").status_code == 409
    assert db.session.get(Contact, somebody.id) is not None


def test_the_copy_says_everything_and_opens_nothing(app, desk, somebody):
    builders.a_message(
        recipient=ADDRESS,
        subject="Votre lien",
        text=f"http://press.example/fr/kits/{'x' * 22}",
        state=Fate.ACCEPTED,
    )

    answer = desk.post(f"/desk/contacts/{somebody.id}/copy", data={"addresses": f"{ADDRESS} {OTHER}"})

    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    data = json.loads(archive.read("data.json"))
    references = [one.reference for one in db.session.scalars(db.select(Application))]
    assert sorted(archive.namelist()) == sorted(
        ["data.json", *(f"{one}-{name}" for one in references for name in ("data.json", "zarquonfile.pdf"))]
    )
    [contact] = data["contacts"]
    assert [(one["given"], one["source"]) for one in contact.pop("consents")] == [(True, "zarquonconsent")]
    assert contact | {"known_since": "", "last_action_at": ""} == {
        "name": "Zarquonname", "email": ADDRESS, "former_addresses": [FORMER], "phone": "zarquonphone", "language": "fr", "country": "",
        "outlet": "Zarquonoutlet", "notes": f"zarquonnote\nAlso {OTHER}", "source": "zarquonsource",
        "known_since": "", "last_action_at": "", "lists": ["Energy press"], "topics": ["Energy"],
    }  # fmt: skip
    assert {key: len(rows) for key, rows in data.items() if isinstance(rows, list)} == {
        "contacts": 1, "alerts": 1, "mails": 4, "not_written_to": 2, "press_releases_received": 1, "previews": 1, "requests": 2,
    }  # fmt: skip
    assert ("x" * 22 in answer.data.decode("latin-1"), "•••" in data["mails"][-1]["text"]) == (False, True)
    assert audit.history(f"contact:{somebody.id}")[-1].action == "contact.export_own"
    assert answer.headers["Content-Disposition"] == "attachment; filename=zarquonname.zip"


def test_another_contact_under_an_address_of_theirs_counts_is_copied_and_goes(app, desk):
    one, other = (builders.a_contact(f"Anna {n}", email=f"anna{n}@x.example") for n in (1, 2))
    builders.a_list("Energy press", one, other)
    contacts.note_consent(other, True, "stand", by=SYSTEM, at=clock.now())
    db.session.commit()
    both = f"{one.email} {other.email}"

    page = desk.get(f"/desk/contacts/{one.id}/erase?also={other.email}").text
    copy = desk.post(f"/desk/contacts/{one.id}/copy", data={"addresses": both})
    erased(desk, one, both)

    assert ("<dd>Anna 1, Anna 2</dd>" in page, "<dt>Consents</dt>\n    <dd>1</dd>" in page) == (True, True)
    data = json.loads(zipfile.ZipFile(io.BytesIO(copy.data)).read("data.json"))
    assert [(one["name"], len(one["consents"])) for one in data["contacts"]] == [("Anna 1", 0), ("Anna 2", 1)]
    assert db.session.query(Contact).count() == 0


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.DOOR])
def test_it_is_for_officers(app, somebody, role):
    client = builders.signed_in(app, role=role)

    assert client.get(f"/desk/contacts/{somebody.id}/erase").status_code == 403
    assert erased(client, somebody).status_code == 403


@pytest.mark.parametrize("also", ["%00", "x" * 5000, "a@b@c", ("a@x.example " * 50).strip()])
def test_whatever_is_typed_as_an_address_is_a_page(desk, somebody, also):
    assert desk.get(f"/desk/contacts/{somebody.id}/erase", query_string={"also": also}).status_code == 200


def test_whoever_is_only_a_contact_is_erased_as_well(desk):
    contact = builders.a_contact(at=clock.now() - timedelta(days=1))

    assert erased(desk, contact, contact.email).status_code == 303
    assert db.session.query(Contact).count() == 0
