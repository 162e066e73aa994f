import pytest

from pressroom import audit
from pressroom.access import SYSTEM, Role
from pressroom.contacts import queries, workflow
from pressroom.contacts.models import Contact, Outlet
from pressroom.database import db
from pressroom.delivery import suppressions
from pressroom.delivery.models import Reason
from tests import builders

TYPED = {
    "name": "Anna Berg", "email": "Anna@nordic.example", "outlet": "Nordic Wire", "phone": "+46 8 00 00 00", "language": "en",
    "country": "SE", "notes": "Covers energy.", "source": "card left at our stand",
}  # fmt: skip


def remember(name, outlet="", **values):
    defaults = {"email": f"{name.split()[0].lower()}@outlet.example", "phone": "", "language": "fr"}
    contact = workflow.remember(
        name=name, outlet=outlet, source="accreditation", at=builders.NOON, **{**defaults, **values}
    )
    db.session.commit()
    return contact


def shown(client, query=""):
    page = client.get("/desk/contacts/" + query)
    assert page.status_code == 200
    return page.text


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.DOOR])
def test_contacts_are_for_officers(app, role):
    assert builders.signed_in(app, role=role).get("/desk/contacts/").status_code == 403


@pytest.mark.parametrize(
    ("language", "heading"), [("en", "No contact yet"), ("fr", "Aucun contact pour le moment")]
)
def test_empty_list_says_where_contacts_come_from(app, language, heading):
    assert heading in shown(builders.signed_in(app, language=language))


def test_search_reads_name_and_outlet(desk):
    remember("Noémie Kervella", "Le Télégraphe")
    remember("Anna Berg", "Nordic 100% Wire")
    remember("Ben Shaw")

    every = ("Noémie Kervella", "Anna Berg", "Ben Shaw")
    found = {
        query: tuple(name for name in every if name in shown(desk, query))
        for query in ("", "?q=kervella", "?q=nordic+berg", "?q=100%25", "?q=%25", "?q=_", "?q=zzz")
    }

    assert found == {
        "": every,
        "?q=kervella": ("Noémie Kervella",),
        "?q=nordic+berg": ("Anna Berg",),
        "?q=100%25": ("Anna Berg",),
        "?q=%25": (),
        "?q=_": (),
        "?q=zzz": (),
    }


def test_list_says_how_many_and_what_it_was_narrowed_by(desk):
    contact = remember("Anna Berg", "Nordic <b>Wire</b>")

    page = shown(desk, f"?q=anna&outlet={contact.outlet_id}&consent=none")

    assert "<caption>1 contact – by name</caption>" in page
    assert all(
        words in page for words in ("“anna”", "Outlet: Nordic &lt;b&gt;Wire&lt;/b&gt;", "Never said anything")
    )
    assert 'value="http://press.example/desk/contacts/?q=anna&amp;outlet=' in page


def test_nothing_found_says_what_was_asked_and_leads_back(desk):
    remember("Anna Berg")

    page = shown(desk, "?q=<b>&consent=given")

    assert "No contact matches: “&lt;b&gt;”, Agreed to be written to." in page
    assert '<a class="button button-secondary" href="/desk/contacts/">Clear filters</a>' in page


def test_list_is_paged_by_name_and_keeps_the_search(desk):
    for number in range(51):
        remember(f"Contact{number:02}", "Gazette")

    first, second = shown(desk, "?q=gazette"), shown(desk, "?q=gazette&page=2")

    assert ("Contact49" in first, "Contact50" in first) == (True, False)
    assert ("Contact49" in second, "Contact50" in second) == (False, True)
    assert "?q=gazette&amp;page=2" in first


def test_one_who_applies_again_is_brought_up_to_date_not_doubled(app):
    remember("Noémie Kervella", "Le Télégraphe", email="noemie@outlet.example")
    remember("Noémie K.", "LE TELEGRAPHE", email="noemie@outlet.example", language="en")

    contact = db.session.scalars(db.select(Contact)).one()
    assert (contact.name, contact.language, contact.outlet.name) == ("Noémie K.", "en", "Le Télégraphe")
    assert db.session.query(Outlet).count() == 1


@pytest.mark.parametrize(
    "query", ["page=999", "page=x", "list=%00", "q=" + "x" * 20_000, "consent=x&country=%00&topic=none"]
)
def test_any_address_is_a_page(desk, query):
    remember("Anna Berg")

    shown(desk, f"?{query}")


def test_those_who_are_not_written_to_are_marked(desk):
    contact, _other = remember("Anna Berg"), remember("Ben Shaw")
    suppressions.add(contact.email.upper(), "contacts", Reason.UNSUBSCRIBED, at=builders.NOON)
    db.session.commit()

    assert shown(desk).count("Not written to") == 1
    page = shown(desk, contact.id)
    assert "Mailings to contacts – since" in page
    assert "– Unsubscribed" in page


def test_a_contact_is_added_with_all_that_is_known(desk):
    energy, listed = builders.a_topic(), builders.a_list()

    answer = desk.post("/desk/contacts/new", data={**TYPED, "topics": energy.id, "lists": listed.id})

    contact = db.session.scalars(db.select(Contact)).one()
    assert answer.location == f"/desk/contacts/{contact.id}"
    assert workflow.facts_of(contact) == workflow.Facts(
        email="Anna@nordic.example", name="Anna Berg", language="en", phone="+46 8 00 00 00", outlet="Nordic Wire",
        country="SE", notes="Covers energy.", lists=(listed.id,), topics=(energy.id,),
    )  # fmt: skip
    page = shown(desk, contact.id)
    for words in (
        "Nordic Wire",
        "Sweden",
        "Energy press",
        "Energy",
        "card left at our stand",
        "Covers energy.",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "Enter a name"),
        ({"email": ""}, "Enter an email address"),
        ({"email": "anna@"}, "Enter a full address"),
        ({"language": "xx"}, "Not a valid choice"),
        ({"outlet": "!!"}, "Enter a name with letters or digits."),
        ({"source": ""}, "Say where the address comes from"),
        ({"name": "A\u202eB"}, "invisible characters"),
        ({"notes": "x" * 5001}, "at most 5000"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(desk, typed, sentence):
    answer = desk.post("/desk/contacts/new", data={**TYPED, **typed})

    assert (answer.status_code, sentence in answer.text) == (422, True)
    assert all(
        value in answer.text for name, value in TYPED.items() if name not in typed and name != "country"
    )
    assert db.session.query(Contact).count() == 0


def test_one_who_is_known_is_told_and_led_to(desk):
    known = builders.a_contact("Anna B.", email="anna@nordic.example")
    other = builders.a_contact()

    answers = [
        desk.post("/desk/contacts/new", data=TYPED),
        desk.post(f"/desk/contacts/{other.id}/edit", data={**TYPED, "version": version(desk, other)}),
    ]

    for answer in answers:
        assert (answer.status_code, "There is already a contact with this address." in answer.text) == (
            422,
            True,
        )
        assert f'<a href="/desk/contacts/{known.id}">Open this contact</a>' in answer.text
    assert f"/desk/contacts/{known.id}/merge/{other.id}" in answers[1].text


def version(client, contact):
    """What the form for a contact carries to tell whether it was overtaken."""
    page = shown(client, f"{contact.id}/edit")
    return page.partition('name="version" type="hidden" value="')[2].partition('"')[0]


def test_a_contact_is_changed_and_its_own_address_is_no_duplicate(desk):
    contact = builders.a_contact(email="anna@nordic.example", outlet="Gazette")

    answer = desk.post(
        f"/desk/contacts/{contact.id}/edit",
        data={**TYPED, "email": "ANNA@nordic.example", "version": version(desk, contact)},
    )

    assert answer.status_code == 303
    db.session.expire_all()
    assert (contact.email, contact.name, contact.outlet.name) == (
        "ANNA@nordic.example",
        "Anna Berg",
        "Nordic Wire",
    )
    assert [entry.action for entry in audit.history(f"contact:{contact.id}")] == [
        "contact.create",
        "contact.change",
    ]


def test_who_was_overtaken_is_told_by_whom_and_may_save_over_it(desk):
    contact = builders.a_contact()
    before = version(desk, contact)
    desk.post(f"/desk/contacts/{contact.id}/edit", data={**TYPED, "notes": "Theirs", "version": before})

    answer = desk.post(
        f"/desk/contacts/{contact.id}/edit", data={**TYPED, "notes": "Ours", "version": before}
    )

    assert answer.status_code == 409
    assert "Zoé Martin changed this contact on" in answer.text
    assert "Ours</textarea>" in answer.text
    again = answer.text.partition('name="version" type="hidden" value="')[2].partition('"')[0]
    desk.post(f"/desk/contacts/{contact.id}/edit", data={**TYPED, "notes": "Ours", "version": again})
    db.session.expire_all()
    assert contact.notes == "Ours"


def test_a_list_that_changed_meanwhile_is_a_conflict_too(desk):
    contact = builders.a_contact()
    before = version(desk, contact)
    builders.a_list("Energy press", contact)

    answer = desk.post(f"/desk/contacts/{contact.id}/edit", data={**TYPED, "version": before})

    assert (
        answer.status_code,
        "Someone else has just changed" in answer.text or "changed this contact" in answer.text,
    ) == (409, True)
    db.session.expire_all()
    assert [one.name for one in contact.lists] == ["Energy press"]


def test_consent_is_noted_with_how_it_was_said(desk):
    contact = builders.a_contact()

    refused = desk.post(f"/desk/contacts/{contact.id}/consent", data={"given": "yes", "source": ""})
    taken = desk.post(f"/desk/contacts/{contact.id}/consent", data={"given": "no", "source": "by telephone"})

    assert (refused.status_code, "Say how you know" in refused.text, taken.status_code) == (422, True, 303)
    db.session.expire_all()
    assert [(one.given, one.source, one.actor) for one in contact.consents] == [
        (False, "by telephone", "Zoé Martin")
    ]
    page = shown(desk, contact.id)
    assert "Takes the agreement back" in page
    assert "Asked us not to write (by telephone)" in page
    assert [one.reason for one in queries.suppressions([contact.email])[contact.email]] == [Reason.ASKED]


def test_a_page_says_what_is_known_and_where_it_comes_from(desk):
    contact = remember("Anna <b>Berg</b>", "Nordic Wire")
    workflow.note_consent(contact, True, "card left at our stand", by=SYSTEM, at=builders.NOON)
    db.session.commit()

    page = shown(desk, contact.id)

    for words in (
        "Anna &lt;b&gt;Berg&lt;/b&gt;",
        "Accreditation request",
        "Agrees to be written to",
        "22 November 2026",
    ):
        assert words in page
    assert desk.get("/desk/contacts/unknown").status_code == 404
