"""Whether a message may leave is asked when it is about to: what has changed since it was written counts."""

from datetime import timedelta

import pytest

from pressroom import clock, engine
from pressroom.access import SYSTEM, Actor, Role
from pressroom.accreditation.models import State as ApplicationState
from pressroom.database import db, writing
from pressroom.delivery import postman
from pressroom.delivery.models import DispatchKind, Message, State
from pressroom.delivery.verdicts import GO, Ruling
from pressroom.dispatches import permits, tasks, workflow
from pressroom.events import workflow as events
from pressroom.kits import workflow as kits
from pressroom.kits.models import Grant
from pressroom.kits.models import State as KitState
from pressroom.releases import workflow as releases
from pressroom.releases.models import Correction
from pressroom.releases.models import State as ReleaseState
from tests import builders

OFFICER = Actor(Role.OFFICER, "Zoé Martin")
NOTES = {"fr": "Faux.", "en": "Wrong."}


def launched(kind, now, **values):
    """The messages of a dispatch that has begun to leave, none of them gone yet."""
    dispatch = builders.a_dispatch(kind, **values)
    workflow.act(dispatch, "send", by=SYSTEM, at=now)
    db.session.commit()
    tasks.fall_due(now)
    return db.session.scalars(db.select(Message).where(Message.dispatch_id == dispatch.id)).all()


def to_contacts(number):
    contacts = [builders.a_contact(f"N{n}") for n in range(number)]
    return [{"who": "list", "list": builders.a_list(builders.new_id(), *contacts).id}]


def fates(now):
    """What becomes of everything by `now`, in test mode: what may leave is kept."""
    with writing():
        tasks.fall_due(now)
        postman.keep(now)
        db.session.commit()
    return dict(db.session.execute(db.select(Message.state, db.func.count()).group_by(Message.state)).all())


def test_the_application_asks_this_judge(app):
    assert app.extensions["judge"] is permits.judge


def test_an_embargo_that_is_moved_with_500_queued_lets_none_leave_and_all_of_them_after_its_hour(app):
    now = clock.now()
    release = builders.a_published_release(at=now)
    messages = launched(DispatchKind.RELEASE, now, about=f"release:{release.id}", to=to_contacts(500))
    assert len(messages) == 500
    release.embargo_until = release.public_from = now + timedelta(days=3)
    db.session.commit()

    assert fates(now) == {State.QUEUED: 500}
    for hours in range(12, 72, 12):  # longer than messages are tried for
        assert fates(now + timedelta(hours=hours)) == {State.QUEUED: 500}
    assert fates(release.public_from - timedelta(seconds=1)) == {State.QUEUED: 500}
    assert fates(release.public_from + timedelta(minutes=1))[State.KEPT] == 500


def test_an_embargo_that_is_moved_nearer_lets_them_leave_at_the_new_hour(app):
    now = clock.now()
    release = builders.a_published_release(at=now, embargo_until=now + timedelta(days=2))
    dispatch = builders.a_dispatch(DispatchKind.RELEASE, about=f"release:{release.id}", to=to_contacts(2))
    workflow.act(dispatch, "send", by=SYSTEM, at=now)
    db.session.commit()
    assert fates(now + timedelta(hours=1)) == {}

    release.embargo_until = release.public_from = now + timedelta(hours=2)
    db.session.commit()

    assert fates(now + timedelta(hours=2))[State.KEPT] == 2


def test_nothing_under_embargo_reaches_the_server(app, smtp):
    now = clock.now()
    release = builders.a_published_release(at=now)
    launched(DispatchKind.RELEASE, now, about=f"release:{release.id}", to=to_contacts(3))
    release.embargo_until = release.public_from = now + timedelta(days=3)
    db.session.commit()
    app.config.update(MAIL_URL=smtp.url, MAIL_FROM="Press <press@office.example>")
    mail = app.extensions["mail"]
    mail.server, _, port = smtp.url.removeprefix("smtp://").partition(":")
    mail.port, mail.suppress, mail.use_tls, mail.use_ssl = int(port), False, False, False

    engine.run_due(app)
    assert smtp.messages == []
    release.embargo_until, release.public_from = None, now
    db.session.execute(db.update(Message).values(next_at=now))
    db.session.commit()
    engine.run_due(app)

    assert len(smtp.messages) == 3


def test_the_kit_of_an_event_that_was_cancelled_leaves_no_more(app):
    now, kit = clock.now(), builders.a_kit()
    builders.an_accredited(kit.event)
    (message,) = launched(DispatchKind.KIT, now, about=kit.subject)
    assert permits.judge(message, now) == GO
    events.act(kit.event, "cancel", by=OFFICER, at=now)

    assert permits.judge(message, now).kind is Ruling.NEVER


@pytest.mark.parametrize("action", ["withdraw", "kill"])
def test_what_was_withdrawn_never_leaves_but_that_it_was_withdrawn_does(app, action):
    now = clock.now()
    release = builders.a_published_release(at=now)
    (message,) = launched(DispatchKind.RELEASE, now, about=f"release:{release.id}", to=to_contacts(1))
    getattr(releases, action)(release, notes=NOTES, by=SYSTEM, at=now)
    db.session.commit()
    correction = db.session.scalar(db.select(Correction))
    (told,) = launched(DispatchKind.CORRECTION, now, about=f"correction:{correction.id}", to=to_contacts(1))

    assert permits.judge(message, now).kind is Ruling.NEVER
    assert permits.judge(told, now) == GO
    assert fates(now)[State.CANCELLED] == 1


def test_an_earlier_correction_does_not_leave_about_a_release_that_is_gone(app):
    now = clock.now()
    release = builders.a_published_release(at=now)
    releases.save(release, "fr", release.texts["fr"].latest.words._replace(lead="Deux."), by=SYSTEM, at=now)
    releases.publish_changes(
        release, "fr", kind="clarification", notes={"fr": releases.Note("Précision.")}, by=SYSTEM, at=now
    )
    db.session.commit()
    correction = db.session.scalar(db.select(Correction))
    (message,) = launched(
        DispatchKind.CORRECTION, now, about=f"correction:{correction.id}", to=to_contacts(1)
    )
    assert permits.judge(message, now) == GO

    releases.withdraw(release, notes=NOTES, by=SYSTEM, at=now)

    assert permits.judge(message, now).kind is Ruling.NEVER


def test_a_release_that_went_back_to_draft_waits(app):
    now = clock.now()
    release = builders.a_published_release(at=now)
    (message,) = launched(DispatchKind.RELEASE, now, about=f"release:{release.id}", to=to_contacts(1))
    release.state, release.public_from = ReleaseState.DRAFT, None

    assert permits.judge(message, now).kind is Ruling.WAIT


def of_a_kit(app, now, **values):
    kit = builders.a_kit()
    application = builders.an_accredited(kit.event, **values)
    (message,) = launched(DispatchKind.KIT, now, about=kit.subject)
    return kit, application, message


def test_the_link_to_a_kit_that_was_closed_never_leaves(app):
    now = clock.now()
    kit, _, message = of_a_kit(app, now)
    assert permits.judge(message, now) == GO

    kits.act(kit, "close", languages=("fr", "en"), by=SYSTEM, at=now)

    assert kit.state is KitState.CLOSED
    assert permits.judge(message, now).kind is Ruling.NEVER


def test_a_link_that_the_press_office_closed_for_one_person_never_leaves(app):
    now = clock.now()
    _, _, message = of_a_kit(app, now)

    db.session.scalar(db.select(Grant)).revoked_at = now

    assert permits.judge(message, now).kind is Ruling.NEVER


@pytest.mark.parametrize("state", [one for one in ApplicationState if one is not ApplicationState.APPROVED])
def test_an_accreditation_that_is_no_longer_valid_gets_nothing(app, state):
    now = clock.now()
    _, application, message = of_a_kit(app, now)

    application.state = state
    assert permits.judge(message, now).kind is Ruling.NEVER
    application.undo_until = now + timedelta(minutes=4)
    waits = permits.judge(message, now)
    assert (waits.kind, waits.until) == (Ruling.WAIT, now + timedelta(minutes=4))


def test_somebody_whose_application_was_erased_gets_nothing(app):
    now = clock.now()
    _, application, message = of_a_kit(app, now)
    message.personal = {**message.personal, "application": "no-more"}

    assert permits.judge(message, now).kind is Ruling.NEVER


def test_a_subscription_that_has_ended_gets_nothing(app):
    now = clock.now()
    release, subscription = builders.a_published_release(at=now), builders.a_subscription()
    (message,) = launched(DispatchKind.RELEASE, now, about=f"release:{release.id}", to=[{"who": "alerts"}])
    assert permits.judge(message, now) == GO

    subscription.ended_at = now

    assert permits.judge(message, now).kind is Ruling.NEVER
