"""What may happen to contacts, lists and outlets."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from pressroom import audit
from pressroom.access import Actor, Role
from pressroom.contacts import finding, importing, queries, topics, workflow
from pressroom.contacts.models import Contact, ContactList, ImportRow, Outlet
from pressroom.contacts.tables import Table
from pressroom.contacts.workflow import Facts
from pressroom.database import db
from pressroom.delivery import suppressions
from pressroom.delivery.models import Reason
from pressroom.errors import Refused
from tests import builders
from tests.builders import NOON

ZOE = Actor(Role.OFFICER, "Zoé Martin", "z")
LATER = NOON + timedelta(days=3)


def done(thing):
    return [entry.action for entry in audit.history(thing)]


def stopped(email):
    db.session.flush()
    return {(one.scope, one.reason) for one in queries.suppressions([email]).get(email.lower(), [])}


def test_what_is_typed_is_what_is_stored(app):
    energy, listed = builders.a_topic(), builders.a_list()
    facts = Facts(
        email="Anna@nordic.example", name="Anna Berg", language="en", phone="+46 8 00 00 00", outlet="Nordic Wire",
        country="SE", notes="Covers energy.", lists=(listed.id,), topics=(energy.id,),
    )  # fmt: skip

    contact = workflow.create(facts, source="card left at our stand", by=ZOE, at=NOON)
    db.session.commit()

    assert workflow.facts_of(contact) == facts
    assert (contact.source, contact.created_at, contact.last_action_at) == (
        "card left at our stand",
        NOON,
        NOON,
    )
    assert done(f"contact:{contact.id}") == ["contact.create"]
    assert list(db.session.scalars(queries.in_list(listed.id))) == [contact]
    assert list(db.session.scalars(queries.with_topic(energy.id))) == [contact]


def test_one_address_is_one_contact_however_it_is_written(app):
    contact = builders.a_contact(email="Anna@nordic.example")

    with pytest.raises(Refused, match="already a contact with this address"):
        workflow.create(Facts("anna@nordic.example", "Anna", "en"), source="x", by=ZOE, at=NOON)
    db.session.rollback()
    again = workflow.remember(
        email="ANNA@nordic.example", name="Anna Berg", phone="", outlet="", language="en", source="accreditation", at=LATER
    )  # fmt: skip

    assert (again.id, again.email, again.name) == (contact.id, "Anna@nordic.example", "Anna Berg")


def test_outlets_are_matched_by_letters_never_rewritten_and_go_with_their_last_contact(app):
    first = builders.a_contact(outlet="Le Télégraphe")
    second = builders.a_contact(outlet="LE TELEGRAPHE")
    assert first.outlet is second.outlet
    assert first.outlet.name == "Le Télégraphe"

    for one in (first, second):
        workflow.change(one, workflow.facts_of(one)._replace(outlet="Gazette"), by=ZOE, at=NOON)

    assert db.session.scalars(select(Outlet.name)).all() == ["Gazette"]


def test_what_was_agreed_to_is_added_and_mail_follows_it(app):
    contact = builders.a_contact()

    said = []
    for given in (True, False, True):
        at = NOON + timedelta(hours=len(said))
        workflow.note_consent(contact, given, "by telephone", by=ZOE, at=at)
        said.append((contact.consents[-1].given, stopped(contact.email), contact.last_action_at))

    assert said == [
        (True, set(), NOON),
        (False, {("contacts", Reason.ASKED)}, NOON + timedelta(hours=1)),
        (True, set(), NOON + timedelta(hours=2)),
    ]
    assert [(one.source, one.actor) for one in contact.consents] == [("by telephone", "Zoé Martin")] * 3
    assert done(f"contact:{contact.id}") == [
        "contact.create",
        "contact.agree",
        "contact.object",
        "contact.agree",
    ]


def test_of_two_contacts_everything_stays_with_the_one_that_is_kept(app):
    energy, health = builders.a_topic("Energy"), builders.a_topic("Health", position=2)
    kept = builders.a_contact(email="anna@nordic.example", topics=[energy.id], outlet="Nordic", at=LATER)
    other = builders.a_contact(
        email="anna@gmail.example", topics=[energy.id, health.id], outlet="Nordic Wire", at=NOON
    )
    lists = [builders.a_list("A", kept), builders.a_list("B", other), builders.a_list("C", kept, other)]
    workflow.note_consent(other, True, "stand", by=ZOE, at=NOON)
    workflow.note_consent(kept, True, "telephone", by=ZOE, at=LATER)
    suppressions.add(other.email, "", Reason.UNSUBSCRIBED, at=NOON)
    suppressions.add(other.email, "contacts", Reason.BOUNCED, at=NOON)
    db.session.commit()
    other_id = other.id

    facts = Facts(
        email="anna@nordic.example", name="Anna Berg", language="en", outlet="Nordic Wire", notes="both"
    )
    workflow.merge(kept, other, facts, by=ZOE, at=LATER)
    db.session.commit()

    assert workflow.facts_of(kept) == facts._replace(
        lists=tuple(sorted(one.id for one in lists)), topics=tuple(sorted([energy.id, health.id]))
    )
    assert [one.source for one in kept.consents] == ["stand", "telephone"]
    assert (kept.created_at, kept.last_action_at) == (NOON, LATER)
    assert stopped(kept.email) == {
        ("", Reason.UNSUBSCRIBED)
    }  # that the other address failed says nothing of this one
    assert (queries.find("anna@gmail.example"), db.session.get(Contact, other_id)) == (None, None)
    assert db.session.scalars(select(Outlet.name)).all() == ["Nordic Wire"]
    assert done(f"contact:{kept.id}")[-1] == f"contact.merge:{other_id}"


def test_nobody_who_asked_for_silence_is_woken_by_a_new_address(app):
    contact = builders.a_contact(email="anna@nordic.example")
    workflow.note_consent(contact, False, "telephone", by=ZOE, at=NOON)
    suppressions.add("anna@nordic.example", "", Reason.BOUNCED, at=NOON)
    suppressions.add("anna@nordic.example", "alerts", Reason.UNSUBSCRIBED, at=NOON)
    db.session.commit()

    changed = workflow.facts_of(contact)._replace(email="anna@gmail.example")
    workflow.change(contact, changed, by=ZOE, at=LATER)
    db.session.commit()

    assert stopped("anna@gmail.example") == {("contacts", Reason.ASKED)}
    assert suppressions.of(["anna@gmail.example"], workflow.SCOPE) == {"anna@gmail.example"}


def test_the_addresses_that_somebody_had_are_kept(app):
    contact, other = builders.a_contact(email="a@x.example"), builders.a_contact(email="b@x.example")

    for email in ("A2@x.example", "a2@x.example", "a@x.example", "a3@x.example"):
        workflow.change(contact, workflow.facts_of(contact)._replace(email=email), by=ZOE, at=LATER)
    assert queries.former_addresses(contact.id) == ["a2@x.example", "a@x.example"]

    workflow.change(other, workflow.facts_of(other)._replace(email="b2@x.example"), by=ZOE, at=LATER)
    workflow.merge(
        contact, other, workflow.facts_of(contact)._replace(email="b2@x.example"), by=ZOE, at=LATER
    )
    db.session.commit()

    assert queries.former_addresses(contact.id) == [
        "a2@x.example",
        "a3@x.example",
        "a@x.example",
        "b@x.example",
    ]

    builders.a_contact(email="A3@x.example")  # somebody else has it since
    assert queries.former_addresses(contact.id) == ["a2@x.example", "a@x.example", "b@x.example"]


def test_whoever_was_erased_is_not_woken_by_a_new_address_either(app):
    suppressions.add("anna@nordic.example", workflow.SCOPE, Reason.ASKED, at=NOON)
    suppressions.seal("anna@nordic.example")
    contact = builders.a_contact(email="anna@nordic.example")

    changed = workflow.facts_of(contact)._replace(email="anna@gmail.example")
    workflow.change(contact, changed, by=ZOE, at=LATER)

    assert stopped("anna@gmail.example") == {("contacts", Reason.ASKED)}


def test_a_request_without_a_telephone_number_takes_none_away(app):
    contact = builders.a_contact(email="anna@nordic.example", phone="+46 8 00 00 00")

    workflow.remember(
        email="anna@nordic.example",
        name="Anna",
        phone="",
        outlet="",
        language="en",
        source="accreditation",
        at=LATER,
    )

    assert contact.phone == "+46 8 00 00 00"


def test_rows_of_files_go_with_the_addresses_that_they_name_and_no_others(app):
    cells = [
        "anna@x.example",
        "ANNA@x.example",
        "Anna <anna@x.example>.",
        "hanna@x.example",
        "anna@x.example.test",
    ]
    table = Table(["email"], [(number, [cell]) for number, cell in enumerate(cells, start=2)])
    importing.begin("press.csv", table, language="fr", by=ZOE, at=NOON)

    workflow.forget_rows(["anna@x.example"])

    assert db.session.scalars(select(ImportRow.cells)).all() == [["hanna@x.example"], ["anna@x.example.test"]]


def test_the_one_that_is_kept_may_take_the_other_ones_address(app):
    kept, other = builders.a_contact(email="a@x.example"), builders.a_contact(email="b@x.example")

    workflow.merge(kept, other, workflow.facts_of(other), by=ZOE, at=NOON)
    db.session.commit()

    assert [(one.id, one.email) for one in db.session.scalars(select(Contact))] == [(kept.id, "b@x.example")]


def test_a_contact_is_not_merged_with_itself_nor_under_a_third_address(app):
    kept, other = builders.a_contact(), builders.a_contact()

    for one, facts in ((kept, workflow.facts_of(kept)), (other, Facts("c@x.example", "C", "fr"))):
        with pytest.raises(Refused, match="not two contacts"):
            workflow.merge(kept, one, facts, by=ZOE, at=NOON)


def test_putting_on_a_list_twice_counts_once_and_taking_off_leaves_the_contact(app):
    anna, ben = builders.a_contact("Anna"), builders.a_contact("Ben")
    listed = builders.a_list("A", anna)
    everybody = finding.ids(finding.Asked())

    numbers = [
        workflow.put_on_list(listed, everybody, by=ZOE, at=NOON),
        workflow.put_on_list(listed, everybody, by=ZOE, at=NOON),
        workflow.take_off_list(listed, finding.ids(finding.Asked(q="anna")), by=ZOE, at=NOON),
    ]
    db.session.expire_all()

    assert numbers == [1, 0, 1]
    assert (anna.lists, ben.lists) == ([], [listed])
    assert done(f"list:{listed.id}") == ["list.create", "list.put", "list.put", "list.take_off"]


def test_a_list_has_a_name_of_its_own_and_its_members_outlive_it(app):
    listed, other = builders.a_list("A", builders.a_contact()), builders.a_list("B")

    with pytest.raises(Refused, match="already a list"):
        workflow.rename_list(other, "A", by=ZOE, at=NOON)
    with pytest.raises(Refused, match="already a list"):
        workflow.create_list("A", by=ZOE, at=NOON)
    workflow.rename_list(listed, "A", by=ZOE, at=NOON)
    workflow.delete_list(listed, by=ZOE, at=NOON)
    db.session.commit()

    assert db.session.scalars(select(ContactList.name)).all() == ["B"]
    assert db.session.query(Contact).count() == 1


def test_an_outlet_is_renamed_to_a_free_name_only_or_merged(app):
    gazette = builders.a_contact(outlet="La Gazette").outlet
    other = builders.a_contact(outlet="Gazette du Sud").outlet

    with pytest.raises(Refused, match="merge the two"):
        workflow.rename_outlet(other, "LA GAZETTE", by=ZOE, at=NOON)
    workflow.rename_outlet(gazette, "La gazette !", by=ZOE, at=NOON)
    workflow.merge_outlets(gazette, other, by=ZOE, at=NOON)
    db.session.commit()

    assert [(one.name, one.key) for one in db.session.scalars(select(Outlet))] == [
        ("La gazette !", "lagazette")
    ]
    assert {one.outlet.name for one in db.session.scalars(select(Contact))} == {"La gazette !"}
    with pytest.raises(Refused, match="two different"):
        workflow.merge_outlets(gazette, gazette, by=ZOE, at=NOON)


def test_topics_are_named_in_the_language_asked_for_or_in_another(app):
    energy = builders.a_topic("Energy")
    energy.texts["fr"].name = "Énergie"
    del energy.texts["en"]
    db.session.commit()

    assert (topics.names("fr"), topics.names("en")) == ({energy.id: "Énergie"}, {energy.id: "Énergie"})
