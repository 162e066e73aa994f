from datetime import timedelta

import pytest
from sqlalchemy import event as orm_event

from pressroom import clock
from pressroom.access import Actor, Role
from pressroom.accreditation import flags
from pressroom.accreditation.models import Document, ReviewerScope, State
from pressroom.contacts.models import Contact, Outlet
from pressroom.database import db, new_id
from pressroom.i18n import speaking
from tests import builders

OFFICER = Actor(Role.OFFICER, "Zoé Martin", "officer")


def told(application, viewer=OFFICER):
    """The facts about one application: sentence by code."""
    return dict(flags.flags([application], viewer, clock.now())[application.id])


def a_document(application, digest, kind="proof_file"):
    return builders.stored(
        Document(
            application_id=application.id, name="carte.png", media_type="image/png", size=10, kind=kind, digest=digest,
            file_key=new_id(26), created_at=clock.now(),
        )
    )  # fmt: skip


def a_contact(email, outlet="Le Télégraphe", key="letelegraphe"):
    known = db.session.scalar(db.select(Outlet).filter_by(key=key)) or Outlet(name=outlet, key=key)
    now = clock.now()
    return builders.stored(
        Contact(
            email=email, name="Ada Quill", phone="", language="fr", outlet=known, source="accreditation",
            created_at=now, last_action_at=now,
        )
    )  # fmt: skip


def test_a_request_without_anything_special_has_no_fact(app):
    assert told(builders.an_application()) == {}


def test_a_domain_that_is_not_the_outlet_s(app):
    a_contact("ada@telegraphe.example")
    same = builders.an_application(email="noemie@telegraphe.example")
    below = builders.an_application(email="noemie@brest.telegraphe.example")
    other = builders.an_application(email="noemie@telegraphe-press.example")

    assert (told(same), told(below)) == ({}, {})
    assert told(other) == {
        "domain": "The address is at telegraphe-press.example; Le Télégraphe is known by telegraphe.example."
    }


def test_an_address_does_not_vouch_for_itself(app):
    a_contact("ada@telegraphe.example")
    a_contact("noemie@fake.example")

    assert "domain" in told(builders.an_application(email="Noemie@fake.example"))


def test_the_accepted_of_an_outlet_make_its_domain_known(app):
    builders.an_accredited(email="ada@telegraphe.example")
    builders.an_accredited(email="bea@gmail.com")

    assert told(builders.an_application(email="noemie@fake.example")) == {
        "domain": "The address is at fake.example; Le Télégraphe is known by telegraphe.example."
    }


def test_the_outlet_s_site_is_only_asked_where_the_office_knows_nothing(app):
    site = {"outlet_url": "https://www.fake.example/about"}
    assert told(builders.an_application(email="a@fake.example", answers=site)) == {}
    assert "domain" in told(builders.an_application(email="a@other.example", answers=site))

    a_contact("ada@telegraphe.example")
    assert "domain" in told(builders.an_application(email="a@fake.example", answers=site))


def test_free_and_disposable_addresses(app):
    assert told(builders.an_application(email="noemie@gmail.com")) == {
        "free": "The address is at gmail.com, where anybody gets one."
    }
    assert told(builders.an_application(email="noemie@yopmail.com")) == {
        "disposable": "yopmail.com gives addresses that live for a short time."
    }


def test_an_address_that_waits_for_a_day(app):
    now = clock.now()
    young = builders.an_application(verified_at=None, submitted_at=now - timedelta(hours=23))
    old = builders.an_application(verified_at=None, submitted_at=now - timedelta(hours=25))

    assert "unconfirmed" not in told(young)
    assert told(old)["unconfirmed"] == "The address has not been confirmed for more than 24 hours."


def test_a_document_that_somebody_else_sent_too(app):
    one, other, again = (builders.an_application(name=name) for name in ("Ada", "Béa", "Cléo"))
    for application, digest in ((one, "d1"), (other, "d1"), (again, "")):
        a_document(application, digest)
    a_document(builders.an_application(name="Dora"), "")

    assert told(one) == told(other) == {"document": "Another applicant sent the same document."}
    assert told(again) == {}


def test_one_s_own_document_at_another_event_is_no_fact(app):
    one, other = (builders.an_application(email="ada@telegraphe.example") for _ in range(2))
    a_document(one, "d1")
    a_document(other, "d1")

    assert told(one) == {}


def test_a_press_card_that_ends_before_the_event(app):
    event = builders.an_event()
    last = event.ends_at.astimezone(event.zone).date()

    def card(day):
        return told(builders.an_application(event, outlet=day, name=day, answers={"press_card_expiry": day}))

    assert card(last.isoformat()) == card("soon") == {}
    assert list(card((last - timedelta(days=1)).isoformat())) == ["card"]


@pytest.mark.parametrize(
    "values", [{"outlet": "Freelance"}, {"outlet": "Indépendante"}, {"answers": {"employment": "freelance"}}]
)
def test_freelance_without_a_letter(app, values):
    application = builders.an_application(**values)
    assert told(application) == {"letter": "Freelance, without a letter of assignment."}

    a_document(application, "d1", kind="assignment_file")
    db.session.refresh(application)
    assert told(application) == {}


def test_an_outlet_that_has_its_places(app):
    event = builders.an_event()
    for name in ("Ada", "Béa"):
        builders.an_accredited(event, name=name, email=f"{name}@telegramme.example")
    application = builders.an_application(event)

    assert told(application) == {"outlet_full": "Le Télégraphe has 2 places already, of 2."}


def test_late(app):
    assert told(builders.an_application(is_late=True)) == {"late": "The request came after closing."}


def test_refused_before(app):
    at = clock.now() - timedelta(days=40)
    for state in (State.DECLINED, State.REVOKED, State.WITHDRAWN):
        builders.an_application(email="Ada@telegraphe.example", state=state, decided_at=at, name="Ada")

    found = flags.flags(
        [one := builders.an_application(email="ada@telegraphe.example")], OFFICER, clock.now()
    )

    assert [flag.code for flag in found[one.id]] == ["refused", "refused"]
    assert {flag.sentence.partition(" on ")[0] for flag in found[one.id]} == {
        "A request of this address was declined",
        "An accreditation of this address was cancelled",
    }


def test_the_same_name_and_outlet_twice(app):
    event = builders.an_event()
    one = builders.an_application(event, name="Noémie Kervella")
    builders.an_application(event, name="Noémie Kervella Le Goff")
    assert told(one) == {}

    builders.an_application(event, name="noemie kervella", outlet="LE TELEGRAPHE")
    assert told(one) == {"twin": "Another request for this event has the same name and outlet."}


def test_letters_that_deceive(app):
    builders.stored(Outlet(name="ABC", key="abc"))
    found = told(builders.an_application(name="Ada Quill", outlet="Le Мonde"))
    assert found == {
        "letters": "Outlet: some letters are not what they look like. In plain letters: “Le Monde”."
    }
    assert told(builders.an_application(outlet="АВС")) == {
        "outlet_letters": "The name of the outlet looks like ABC, written in other letters."
    }
    assert told(builders.an_application(outlet="Новая газета", name="Анна Волкова")) == {}


def test_a_host_name_that_deceives(app):
    domain = "r\u0435uters.example".encode("idna").decode()
    found = told(builders.an_application(email=f"ada@{domain}", outlet="Autre"))

    assert found == {
        "domain_letters": f"The address is at r\u0435uters.example, in plain letters reuters.example ({domain})."
    }
    assert told(builders.an_application(email="ada@xn--tlgramme-b1ab.example", outlet="Autre")) == {}


def test_a_reviewer_is_told_nothing_of_what_they_may_not_see(app):
    reviewer = builders.a_member_of_staff(role=Role.REVIEWER)
    seen, hidden = builders.an_event(), builders.an_event()
    builders.stored(ReviewerScope(staff_id=reviewer.id, event_id=seen.id))
    builders.an_application(
        hidden, email="ada@telegraphe.example", state=State.DECLINED, decided_at=clock.now()
    )
    application = builders.an_application(seen, email="ada@telegraphe.example")
    viewer = Actor(Role.REVIEWER, reviewer.name, reviewer.id)

    assert told(application, viewer) == {}
    assert list(told(application)) == ["refused"]


def test_a_page_of_requests_costs_no_more_queries_than_one(app):
    event = builders.an_event()
    applications = [builders.an_application(event, name=f"N{n}", outlet=f"Мédia {n}") for n in range(20)]
    asked = []
    orm_event.listen(db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))

    def queries(some):
        for one in some:
            assert (one.event.texts, one.documents, one.event.outlet_quotas) is not None
        asked.clear()
        flags.flags(some, OFFICER, clock.now())
        return len(asked)

    assert queries(applications) == queries(applications[:1]) <= 8


def test_facts_speak_the_language_of_whoever_reads_them(app):
    with speaking("fr"):
        sentence = told(builders.an_application(is_late=True))["late"]
    assert sentence
