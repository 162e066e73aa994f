"""A place that somebody leaves goes to the first on the waiting list whom no limit keeps out."""

from datetime import timedelta

import pytest

from pressroom import clock
from pressroom.access import APPLICANT, Actor, Role
from pressroom.accreditation import erasure, tasks, workflow
from pressroom.accreditation.models import Application, State
from pressroom.database import db, writing
from pressroom.delivery.models import Message
from pressroom.errors import Refused
from pressroom.events.models import State as EventState
from tests import builders
from tests.accreditation.test_races import at_once

HOUR, FIVE = timedelta(hours=1), timedelta(minutes=5)
OFFICER = Actor(Role.OFFICER, "Zoé Martin", "zoe")


def an_event(**values):
    return builders.an_event(**{"quota": 2, "outlet_quota": 1, **values})


def waiting(event, n, **values):
    """Somebody who waits since the `n`th hour, for another outlet than everybody else."""
    return builders.an_application(
        event, **{"state": State.WAITLISTED, "waitlisted_at": clock.now() + n * HOUR - 99 * HOUR,
                  "outlet": f"Outlet {n}", **values}
    )  # fmt: skip


def accredited(event, **values):
    return builders.an_accredited(event, **{"outlet": "Le Matin", **values})


def leave(application, action="withdraw", *, by=APPLICANT, at=None, **words):
    workflow.act(application, action, by=by, at=at or clock.now(), **words)
    db.session.commit()


def states(*applications):
    return [application.state.value for application in applications]


def test_the_first_who_waits_gets_the_place(app):
    event = an_event()
    gone, kept = accredited(event), accredited(event, outlet="Le Soir")
    second, first = waiting(event, 2), waiting(event, 1)
    leave(gone)

    for _ in range(2):
        tasks.fall_due(clock.now())

    assert states(gone, kept, first, second) == ["withdrawn", "approved", "offered", "waitlisted"]
    assert not gone.passes_on
    assert first.offer_until <= clock.now() + event.offer_hours * HOUR
    offers = db.session.scalars(db.select(Message).filter_by(notice="accreditation_offered")).all()
    assert [message.about for message in offers] == [first.subject]


def test_a_place_is_passed_on_for_as_long_as_somebody_leaves_it(app):
    event = an_event(quota=1)
    gone, line = accredited(event), [waiting(event, n) for n in range(3)]
    leave(gone)
    for application in line[:2]:
        tasks.fall_due(clock.now())
        assert application.state is State.OFFERED
        leave(application)
    tasks.fall_due(clock.now())
    leave(line[2], "accept_offer")

    assert states(*line) == ["withdrawn", "withdrawn", "approved"]


@pytest.mark.parametrize(
    "kept_out",
    [
        {"category": "photo"},  # its category is full
        {"outlet": "Le Soir"},  # its outlet is full
        {"verified_at": None},
        {"undo_until": clock.now() + HOUR},
        {"state": State.DECLINED},
        {"duplicate_of_id": "another"},
    ],
)
def test_whoever_cannot_take_it_is_passed_over(app, kept_out):
    event = an_event(quota=3)
    event.category("photo").quota = 1
    accredited(event, outlet="Le Soir", category="photo")
    gone, other = accredited(event), accredited(event, outlet="Le Midi")
    if "duplicate_of_id" in kept_out:
        kept_out = {"duplicate_of_id": other.id}
    passed_over, next_one = waiting(event, 1, **kept_out), waiting(event, 2)
    before = states(passed_over)
    leave(gone)

    tasks.fall_due(clock.now())

    assert (states(passed_over), states(next_one)) == (before, ["offered"])


def test_a_place_given_beyond_the_quota_is_offered_to_nobody(app):
    event = an_event(quota=1)
    gone, _ = accredited(event), accredited(event, outlet="Le Soir")
    line = waiting(event, 1)
    leave(gone)

    tasks.fall_due(clock.now())

    assert (states(line), gone.passes_on) == (["waitlisted"], False)


def test_nobody_waits_and_the_place_is_simply_free(app):
    event = an_event()
    gone = accredited(event)
    leave(gone)
    tasks.fall_due(clock.now())
    late = waiting(event, 1)

    tasks.fall_due(clock.now())

    assert (gone.passes_on, states(late)) == (False, ["waitlisted"])


@pytest.mark.parametrize("state", [EventState.CANCELLED, EventState.POSTPONED])
def test_an_event_that_is_off_offers_nothing(app, state):
    event = an_event()
    gone, line = accredited(event), waiting(event, 1)
    event.state = state
    leave(gone)

    tasks.fall_due(clock.now())

    assert states(line) == ["waitlisted"]


def test_nothing_is_offered_once_the_event_has_begun(app):
    event = an_event()
    gone, line = accredited(event), waiting(event, 1)
    leave(gone)

    tasks.fall_due(event.starts_at)

    assert states(line) == ["closed"]


def test_a_revocation_keeps_its_place_until_it_cannot_be_undone(app):
    event, now = an_event(quota=1), clock.now()
    gone, line = accredited(event), waiting(event, 1)
    leave(gone, "revoke", by=OFFICER, at=now, undo=FIVE, reason="conflicting")

    tasks.fall_due(now + FIVE / 2)
    assert states(line) == ["waitlisted"]
    leave(gone, "undo", by=OFFICER, at=now + FIVE / 2)
    tasks.fall_due(now + FIVE)
    assert (states(gone, line), gone.passes_on) == (["approved", "waitlisted"], False)
    leave(gone, "revoke", by=OFFICER, at=now + FIVE, undo=FIVE, reason="conflicting")
    tasks.fall_due(now + 2 * FIVE)

    assert states(gone, line) == ["revoked", "offered"]


def test_an_offer_that_is_closed_keeps_its_place_until_that_cannot_be_undone(app):
    event, now = an_event(quota=1), clock.now()
    offered = builders.an_application(event, state=State.OFFERED, outlet="Le Soir", offer_until=now + HOUR)
    line, late = waiting(event, 1), builders.an_application(event, outlet="Le Midi")
    leave(offered, "close", by=OFFICER, at=now, undo=FIVE, reason="other")

    with pytest.raises(Refused):
        leave(late, "approve", by=OFFICER, at=now + FIVE / 2)
    db.session.rollback()

    tasks.fall_due(now + FIVE / 2)
    assert states(line) == ["waitlisted"]
    leave(offered, "undo", by=OFFICER, at=now + FIVE / 2)

    assert states(offered, line) == ["offered", "waitlisted"]


def test_whoever_changes_their_mind_has_still_left_the_place(app):
    event = an_event(quota=1)
    gone, line = accredited(event), waiting(event, 1)
    leave(gone)
    leave(gone, "reopen")

    tasks.fall_due(clock.now())

    assert states(gone, line) == ["received", "offered"]


def test_an_erased_request_leaves_its_place_too(app):
    event = an_event(quota=1)
    gone, line = accredited(event), waiting(event, 1)

    erasure.erase(gone, by=APPLICANT, at=clock.now())
    db.session.commit()

    assert states(line) == ["offered"]


def test_two_workers_make_one_offer_of_one_place(app):
    event = an_event(quota=1)
    gone, line = accredited(event), [waiting(event, n) for n in range(3)]
    leave(gone)

    def work():
        with app.app_context(), writing():
            tasks.fall_due(clock.now())

    at_once(work, work, work)

    db.session.expire_all()
    assert sorted(states(*line)) == ["offered", "waitlisted", "waitlisted"]
    assert db.session.scalars(db.select(Application).where(Application.passes_on)).all() == []
