import itertools
import threading
from datetime import timedelta

import pytest
from sqlalchemy import event

from pressroom import clock, links
from pressroom.accreditation.models import Application
from pressroom.accreditation.models import State as ApplicationState
from pressroom.database import db, writing
from pressroom.delivery.models import Message
from pressroom.kits import queries, tasks
from pressroom.kits.models import Grant, State
from tests import builders

MINUTE = timedelta(minutes=1)


def owed(now):
    return [application_id for _, application_id in db.session.execute(queries.owed(now))]


def test_a_kit_is_owed_to_whoever_is_accredited_for_good_while_it_is_open(app):
    now = clock.now()
    delays = {"none": None, "over": now - MINUTE, "just over": now, "running": now + MINUTE}
    cases = list(itertools.product(ApplicationState, delays, State))
    asked = {}
    for application, delay, kit in cases:
        event = builders.an_event()
        builders.a_kit(event, state=kit)
        row = builders.an_application(event, state=application, undo_until=delays[delay])
        asked[row.id] = (application, delay, kit)

    found = sorted(asked[application_id] for application_id in owed(now))
    assert found == [("approved", delay, "open") for delay in ("just over", "none", "over")]


def test_a_kit_is_owed_once_only_for_its_event_to_a_confirmed_address_and_not_to_duplicates(app):
    kit = builders.a_kit()
    first, second = builders.an_accredited(kit.event), builders.an_accredited(kit.event)
    builders.an_accredited()
    builders.an_accredited(kit.event, verified_at=None)
    builders.an_accredited(kit.event, duplicate_of_id=first.id)
    builders.a_grant(kit, first)

    assert owed(clock.now()) == [second.id]


@pytest.mark.parametrize(
    ("language", "subject", "sentence"),
    [
        ("fr", "Dossier de presse : Forum des pôles de compétitivité", "Ouvrir le dossier de presse"),
        ("en", "Press kit: Forum on Competitiveness Clusters", "Open the press kit"),
    ],
)
def test_whoever_is_accredited_receives_a_link_of_their_own_in_their_language(
    app, language, subject, sentence
):
    kit = builders.a_kit(builders.an_event(contact_id=builders.a_press_contact().id))
    application = builders.an_accredited(kit.event, language=language)

    tasks.fall_due(clock.now())

    grant = db.session.scalars(db.select(Grant)).one()
    message = db.session.scalars(db.select(Message)).one()
    token = links.mint("kit", grant.id)
    told = message.text.replace("\N{NO-BREAK SPACE}", " ")
    assert (grant.kit_id, grant.application_id) == (kit.id, application.id)
    assert grant.link_digest == links.digest(token)
    assert (message.recipient, message.language, message.about) == (
        application.email,
        language,
        f"application:{application.id}",
    )
    assert message.subject.replace("\N{NO-BREAK SPACE}", " ") == subject
    assert message.reply_to == "Maël Quéré <mael.quere@press.example>"
    assert f"{sentence}\nhttp://press.example/{language}/kits/{token}\n" in told
    assert f'href="http://press.example/{language}/kits/{token}"' in message.html


def test_a_second_pass_gives_nothing_twice_and_finds_who_was_accredited_since(app):
    kit = builders.a_kit()
    first = builders.an_accredited(kit.event)
    tasks.fall_due(clock.now())
    second = builders.an_accredited(kit.event)

    tasks.fall_due(clock.now())
    tasks.fall_due(clock.now())

    given = db.session.scalars(db.select(Grant.application_id).order_by(Grant.created_at)).all()
    assert given == [first.id, second.id]
    assert db.session.scalar(db.select(db.func.count(Message.id))) == 2


def test_two_workers_at_once_give_each_kit_once(app):
    kit = builders.a_kit()
    wanted = sorted(builders.an_accredited(kit.event).id for _ in range(6))
    db.session.rollback()
    now, barrier = clock.now(), threading.Barrier(2)

    def work():
        with app.app_context(), writing():
            barrier.wait()
            tasks.fall_due(now)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(db.session.scalars(db.select(Grant.application_id))) == wanted
    assert db.session.scalar(db.select(db.func.count(Message.id))) == 6


def test_somebody_who_withdraws_while_kits_are_given_gets_none(app):
    kit = builders.a_kit()
    leaving = builders.an_accredited(kit.event).id
    withdraw = (
        db.update(Application).where(Application.id == leaving).values(state=ApplicationState.WITHDRAWN)
    )

    @event.listens_for(db.session, "after_rollback", once=True)
    def between_the_list_and_the_gifts(_session):
        with db.engine.begin() as connection:
            connection.execute(withdraw)

    tasks.fall_due(clock.now())

    assert db.session.scalar(db.select(Application.state).filter_by(id=leaving)) is ApplicationState.WITHDRAWN
    assert db.session.scalar(db.select(db.func.count(Grant.id))) == 0


def test_one_that_cannot_be_given_does_not_stop_the_others(app):
    kit = builders.a_kit()
    first, second = builders.an_accredited(kit.event), builders.an_accredited(kit.event)
    db.session.delete(builders.a_grant(kit, first))  # its mail is already there, and no second one can be
    db.session.commit()

    tasks.fall_due(clock.now())

    assert db.session.scalars(db.select(Grant.application_id)).all() == [second.id]
