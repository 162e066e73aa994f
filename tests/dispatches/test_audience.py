"""Who gets a dispatch: each person once, and every one who does not is counted for a reason."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.accreditation.models import State as ApplicationState
from pressroom.contacts import workflow as contacts
from pressroom.contacts.models import Contact, contact_listing
from pressroom.database import db, new_id
from pressroom.delivery import copies, suppressions
from pressroom.delivery.models import (
    DispatchKind,
    DispatchState,
    Reason,
    Suppression,
)
from pressroom.delivery.models import State as MessageState
from pressroom.dispatches import audience
from pressroom.events.models import Category
from pressroom.releases import workflow as releases
from pressroom.releases.corrections import Note
from pressroom.releases.models import Correction, CorrectionKind, Words
from tests import builders
from tests.counting import counting


def resolved(*segments, **values):
    return audience.resolve(builders.a_dispatch(to=segments, **values), clock.now())


def addresses(total):
    return [person.email for person in total.people]


def accredited(event, **more):
    return {"who": "accredited", "event": event.id, **more}


def in_list(listed, **more):
    return {"who": "list", "list": listed.id, **more}


def suppressed(recipient, scope="", reason=Reason.UNSUBSCRIBED):
    return builders.stored(
        Suppression(
            recipient=recipient.lower(), scope=scope, reason=reason, note="", actor="", at=clock.now()
        )
    )


def test_the_accredited_are_those_approved_for_good(app):
    event, now = builders.an_event(), clock.now()
    there = builders.an_accredited(event, email="Lea@presse.example", name="Léa Morvan")
    builders.an_accredited(event, undo_until=now + timedelta(minutes=4))
    builders.an_accredited(event, verified_at=None)
    builders.an_accredited(event, duplicate_of_id=there.id)
    builders.an_accredited()  # for another event
    for state in set(ApplicationState) - {ApplicationState.APPROVED}:
        builders.an_application(event, state=state)

    total = resolved(accredited(event))

    assert total == audience.Sum(
        1, 0, 0, 0, 0,
        [audience.Person("Lea@presse.example", "Léa Morvan", "fr", f"event:{event.id}", application_id=there.id)],
    )  # fmt: skip


def test_a_segment_is_narrowed_by_category_language_and_country(app):
    event = builders.an_event()
    photo = builders.an_accredited(event, category=Category.PHOTO, language="en", country="BE")
    written = builders.an_accredited(event, category=Category.WRITTEN, language="fr", country="FR")

    assert addresses(resolved(accredited(event, category=Category.PHOTO))) == [photo.email]
    assert addresses(resolved(accredited(event, language="fr"))) == [written.email]
    assert addresses(resolved(accredited(event, country="BE"))) == [photo.email]


def test_contacts_are_found_by_list_by_topic_by_language_and_by_country(app):
    topic = builders.a_topic()
    lea = builders.a_contact("Léa", email="lea@presse.example", topics=[topic.id], country="FR")
    tom = builders.a_contact("Tom", email="tom@press.example", language="en", country="GB")
    listed = builders.a_list("Energy", lea, tom)

    assert addresses(resolved(in_list(listed))) == [lea.email, tom.email]
    assert addresses(resolved({"who": "topic", "topic": topic.id})) == [lea.email]
    assert addresses(resolved(in_list(listed, language="en"))) == [tom.email]
    assert addresses(resolved(in_list(listed, country="FR"))) == [lea.email]
    assert resolved(in_list(listed)).people[0] == audience.Person(
        "lea@presse.example", "Léa", "fr", "contacts", contact_id=lea.id
    )


def test_a_contact_whose_last_word_was_no_is_counted_as_unsubscribed(app):
    agreed, refused = builders.a_contact("A"), builders.a_contact("B")
    listed, now = builders.a_list("Energy", agreed, refused), clock.now()
    contacts.note_consent(refused, True, "card", by=SYSTEM, at=now - timedelta(days=2))
    contacts.note_consent(refused, False, "telephone", by=SYSTEM, at=now)
    contacts.note_consent(agreed, False, "telephone", by=SYSTEM, at=now - timedelta(days=2))
    contacts.note_consent(agreed, True, "card", by=SYSTEM, at=now)
    db.session.commit()

    total = resolved(in_list(listed))

    assert (addresses(total), total.unsubscribed) == ([agreed.email], 1)


def test_subscribers_are_told_of_their_topics_once_they_have_confirmed(app):
    energy, sea = builders.a_topic("Energy"), builders.a_topic("Sea", position=2)
    every = builders.a_subscription("every@presse.example")
    one = builders.a_subscription("energy@presse.example", topics=[energy])
    builders.a_subscription("sea@presse.example", topics=[sea])
    builders.a_subscription("new@presse.example", confirmed_at=None)
    builders.a_subscription("gone@presse.example", ended_at=clock.now())
    release = builders.a_published_release()
    release.topics = [energy]
    db.session.commit()

    total = resolved({"who": "alerts"}, kind=DispatchKind.RELEASE, about=f"release:{release.id}")

    assert {(person.email, person.scope, person.subscription_id) for person in total.people} == {
        (every.email, "alerts", every.id), (one.email, "alerts", one.id),
    }  # fmt: skip


def test_one_address_in_several_segments_is_one_person_and_the_strongest_relation_decides(app):
    event = builders.an_event()
    application = builders.an_accredited(event, email="Lea@Presse.example", name="Léa Morvan", language="en")
    contact = builders.a_contact("L. Morvan", email="lea@presse.example", language="fr")
    subscription = builders.a_subscription("lea@presse.example", language="fr")
    listed = builders.a_list("Energy", contact)

    total = resolved({"who": "alerts"}, in_list(listed), accredited(event))

    assert total == audience.Sum(3, 2, 0, 0, 0, [
        audience.Person(
            "Lea@Presse.example", "Léa Morvan", "en", f"event:{event.id}", application.id, contact.id, subscription.id
        )
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("scope", "reason", "left"),
    [
        ("", Reason.UNSUBSCRIBED, "unsubscribed"),
        ("", Reason.ASKED, "unsubscribed"),
        ("", Reason.UNKNOWN, "undeliverable"),
        ("", Reason.BOUNCED, "undeliverable"),
        ("contacts", Reason.UNSUBSCRIBED, "unsubscribed"),
        ("alerts", Reason.UNSUBSCRIBED, None),  # of another kind of mail
    ],
)
def test_whoever_wants_no_such_mail_or_cannot_be_reached_is_left_out_for_that_reason(
    app, scope, reason, left
):
    contact = builders.a_contact("Léa", email="Lea@presse.example")
    suppressed(contact.email, scope, reason)

    total = resolved(in_list(builders.a_list("Energy", contact)))

    assert total._asdict() | {"people": len(total.people)} == {
        "found": 1, "duplicates": 0, "unsubscribed": 0, "undeliverable": 0, "received_already": 0,
        "people": int(left is None), **({left: 1} if left else {}),
    }  # fmt: skip


def test_whoever_has_it_already_is_left_out_unless_the_dispatch_says_otherwise(app):
    release = builders.a_published_release()
    has, failed, new = (builders.a_contact(name) for name in "ABC")
    segment = in_list(builders.a_list("Energy", has, failed, new))
    about = {"kind": DispatchKind.RELEASE, "about": f"release:{release.id}"}
    first = builders.a_dispatch(to=[segment], **about)
    for contact, state in ((has, MessageState.ACCEPTED), (failed, MessageState.REFUSED)):
        builders.a_message(
            notice="dispatch_release",
            about=first.about,
            dispatch_id=first.id,
            recipient=contact.email.upper(),
            state=state,
        )
    builders.a_message(
        notice="dispatch_release", about="release:another", recipient=new.email, state=MessageState.ACCEPTED
    )

    again = resolved(segment, **about)

    assert (again.received_already, {person.email for person in again.people}) == (
        1,
        {failed.email, new.email},
    )
    assert resolved(segment, skips_known=False, **about).received_already == 0
    assert audience.resolve(first, clock.now()).received_already == 2  # of its own, whatever became of them


def test_holders_are_those_who_were_handed_only_words_that_are_wrong(app):
    release, now = builders.a_published_release(), clock.now()
    for recipient, revision in (
        ("old@presse.example", 1),
        ("both@presse.example", 1),
        ("both@presse.example", 2),
    ):
        copies.hand(
            f"release:{release.id}:fr", revision, recipient=recipient, language="fr", by="kit", at=now
        )
    copies.hand(
        f"release:{release.id}:en", 1, recipient="english@press.example", language="en", by="kit", at=now
    )
    copies.hand("release:another:fr", 1, recipient="other@presse.example", language="fr", by="kit", at=now)
    releases.save(
        release, "fr", Words("Les pôles se retrouvent", "Sophia Antipolis", "Deux jours.", "<p>Le forum.</p>"),
        by=SYSTEM, at=now,
    )  # fmt: skip
    note = Note("La durée était fausse.", "Une journée", "Deux jours")
    releases.publish_changes(
        release,
        "fr",
        kind=CorrectionKind.CORRECTION,
        notes={"fr": note},
        by=SYSTEM,
        at=now + timedelta(seconds=1),
    )
    correction = db.session.scalar(db.select(Correction))
    db.session.commit()

    total = resolved(
        {"who": "holders", "of": f"release:{release.id}"},
        kind=DispatchKind.CORRECTION,
        about=f"correction:{correction.id}",
    )

    assert addresses(total) == ["old@presse.example"]
    assert total.people[0] == audience.Person("old@presse.example", "", "fr", "contacts")


def test_everybody_reads_a_language_of_the_site(app):
    contact = builders.a_contact("Ana", language="de")
    segment = in_list(builders.a_list("Energy", contact))
    english = builders.a_published_release(languages=("en",))

    assert [person.language for person in resolved(segment).people] == ["fr"]
    total = resolved(segment, kind=DispatchKind.RELEASE, about=f"release:{english.id}")
    assert [person.language for person in total.people] == ["en"]


def test_those_whose_approval_can_still_be_undone_are_known_as_a_number(app):
    event, now = builders.an_event(), clock.now()
    for _ in range(2):
        builders.an_accredited(event, undo_until=now + timedelta(minutes=4))
    builders.an_accredited(event)
    dispatch = builders.a_dispatch(to=[accredited(event)])

    assert audience.pending(dispatch, now) == 2
    assert audience.pending(builders.a_dispatch(to=[{"who": "alerts"}]), now) == 0


RELATIONS = ("accredited", "list", "alerts")
SUPPRESSED = st.sampled_from(
    [None, ("", Reason.ASKED), ("", Reason.UNKNOWN), ("contacts", Reason.UNSUBSCRIBED)]
)


@given(people=st.lists(st.tuples(st.sets(st.sampled_from(RELATIONS)), SUPPRESSED, st.booleans()), max_size=8))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_sum_always_adds_up_and_nobody_counts_twice(app, people):
    with app.app_context():
        event, release = builders.an_event(), builders.a_published_release()
        listed = builders.a_list(new_id())
        first = builders.a_dispatch(DispatchKind.RELEASE, about=f"release:{release.id}")
        for relations, why, has in people:
            email = f"{new_id()}@presse.example"
            if "accredited" in relations:
                builders.an_accredited(event, email=email.upper())
            if "list" in relations:
                contact = builders.a_contact(email=email)
                contact.lists.append(listed)
            if "alerts" in relations:
                builders.a_subscription(email)
            if why:
                suppressed(email, *why)
            if has:
                builders.a_message(
                    notice="dispatch_release", about=first.about, dispatch_id=first.id, recipient=email,
                    state=MessageState.ACCEPTED,
                )  # fmt: skip
        segments = [{"who": "alerts"}, accredited(event), in_list(listed)]
        dispatch = builders.a_dispatch(DispatchKind.RELEASE, about=first.about, to=segments)

        total = audience.resolve(dispatch, clock.now())

        # Subscriptions outlive an example: the sums are of more than its own people.
        left_out = total.duplicates + total.unsubscribed + total.undeliverable + total.received_already
        assert total.found - left_out == len(total.people)
        assert len({person.email.lower() for person in total.people}) == len(total.people)
        assert dispatch.state is DispatchState.DRAFT


def test_ten_thousand_people_are_found_in_a_few_statements(app):
    listed, now = builders.a_list(), clock.now()
    values = {
        "phone": "",
        "language": "fr",
        "country": "",
        "notes": "",
        "source": "import",
        "created_at": now,
    }
    rows = [
        {
            "id": new_id(),
            "email": f"{number}@presse.example",
            "name": f"N{number}",
            "last_action_at": now,
            **values,
        }
        for number in range(10_000)
    ]
    db.session.execute(db.insert(Contact), rows)
    db.session.execute(
        contact_listing.insert(), [{"contact_id": row["id"], "list_id": listed.id} for row in rows]
    )
    dispatch = builders.a_dispatch(to=[in_list(listed)])

    with counting() as asked:
        total = audience.resolve(dispatch, now)

    assert (len(total.people), len(asked) <= 6) == (10_000, True)


def test_whoever_was_erased_and_wanted_no_mail_is_left_out_when_noted_anew(app):
    lea, tom = builders.a_contact("Léa", email="lea@presse.example"), builders.a_contact("Tom")
    listed = builders.a_list("Press", lea, tom)
    suppressions.add(lea.email, "", Reason.ASKED, at=clock.now())
    suppressions.seal(lea.email)
    db.session.commit()
    assert db.session.scalars(db.select(Suppression.recipient)).all() != [lea.email]

    total = resolved(in_list(listed))

    assert (addresses(total), total.unsubscribed) == ([tom.email], 1)
