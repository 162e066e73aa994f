"""What falls due of applications, found by a query and done once, whatever happens meanwhile."""

from datetime import timedelta

import pytest

from pressroom.access import APPLICANT, Actor, Role
from pressroom.accreditation import tasks, workflow
from pressroom.accreditation.models import Application, Remark, State
from pressroom.database import db
from pressroom.delivery.models import Message
from pressroom.delivery.models import State as Fate
from pressroom.events.models import ChangeKind, EventChange
from pressroom.events.models import State as EventState
from tests import builders

NOON = builders.NOON
HOUR, DAY, FIVE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=5)
OFFICER = Actor(Role.OFFICER, "Zoé Martin", "zoe")


def an_event(**values):
    return builders.an_event(now=NOON, **values)


def an_application(event, **values):
    return builders.an_application(event, **{"submitted_at": NOON - DAY, "verified_at": NOON - DAY, **values})


def asked(event, *, at=NOON, due=NOON + 5 * DAY, undo=timedelta(0), **values):
    application = an_application(event, **values)
    take(application, "ask", at=at, undo=undo, asked=["proof"], due=due)
    return application


def take(application, action, *, by=OFFICER, at=NOON, undo=timedelta(0), **words):
    workflow.act(application, action, by=by, at=at, undo=undo, **words)
    db.session.commit()


def due(*moments):
    """Let the worker pass at these moments, twice each: the second time finds nothing."""
    for moment in moments:
        for _ in range(2):
            tasks.fall_due(moment)


def mails(*applications):
    """Notice and fate of every message, oldest first; only about these, when some are given."""
    found = db.session.scalars(db.select(Message).order_by(Message.created_at, Message.id))
    subjects = {application.subject for application in applications}
    return [(m.notice, m.state) for m in found if not subjects or m.about in subjects]


def notices_to(application):
    return [notice for notice, state in mails(application) if state is not Fate.CANCELLED]


def test_a_question_is_repeated_once_two_days_before_the_answer_is_due(app):
    application = asked(an_event())

    due(NOON + 3 * DAY - HOUR)
    assert notices_to(application) == ["accreditation_question"]
    due(NOON + 3 * DAY, NOON + 4 * DAY)

    assert notices_to(application) == ["accreditation_question", "accreditation_reminder"]
    reminder = db.session.scalars(db.select(Message).filter_by(notice="accreditation_reminder")).one()
    assert reminder.send_by == NOON + 5 * DAY


def test_a_second_question_is_repeated_too(app):
    application = asked(an_event())
    due(NOON + 3 * DAY)
    take(application, "answer", by=APPLICANT, at=NOON + 4 * DAY)
    take(application, "ask", at=NOON + 5 * DAY, asked=["work"], due=NOON + 9 * DAY)

    due(NOON + 8 * DAY)

    assert [notice for notice, _fate in mails()].count("accreditation_reminder") == 2


@pytest.mark.parametrize(
    "values",
    [
        {"due": NOON + DAY},  # asked less than a day ago
        {"at": NOON + 3 * DAY, "undo": FIVE, "due": NOON + 4 * DAY},  # can still be undone
    ],
)
def test_nobody_is_reminded_of_what_was_just_asked(app, values):
    application = asked(an_event(), **values)

    due(NOON + 12 * HOUR, NOON + 3 * DAY + timedelta(minutes=1))

    assert "accreditation_reminder" not in notices_to(application)


def test_an_answer_stops_a_reminder_that_has_not_left(app):
    application = asked(an_event())
    due(NOON + 3 * DAY)

    take(application, "answer", by=APPLICANT, at=NOON + 3 * DAY + HOUR)

    assert ("accreditation_reminder", Fate.CANCELLED) in mails(application)


def test_what_nobody_answers_is_closed_three_days_after_it_was_due(app):
    application = asked(an_event())

    due(NOON + 8 * DAY - HOUR)
    assert application.state is State.INFO_REQUESTED
    due(NOON + 8 * DAY)

    assert (application.state, application.reason) == (State.CLOSED, "unanswered")
    assert notices_to(application)[-1] == "accreditation_closed"
    assert [step.action for step in application.history] == ["ask", "close"]


@pytest.mark.parametrize(("at", "state"), [(NOON + DAY, State.INFO_REQUESTED), (NOON - HOUR, State.CLOSED)])
def test_whoever_wrote_since_is_not_closed(app, at, state):
    application = asked(an_event())
    application.remarks.append(
        Remark(is_internal=False, author_role=Role.APPLICANT, author_name="", text="Lundi", at=at)
    )
    db.session.commit()

    due(NOON + 9 * DAY)

    assert application.state is state


def test_an_offer_that_lapses_goes_to_the_next(app):
    event = an_event(quota=1)
    first, second, third = (an_application(event, state=State.WAITLISTED, waitlisted_at=NOON - n * HOUR) for n in (3, 2, 1))  # fmt: skip
    take(first, "offer")
    assert first.offer_until == NOON + DAY

    due(NOON + DAY - FIVE)
    assert first.state is State.OFFERED
    due(NOON + DAY)

    assert (first.state, first.reason, first.passes_on) == (State.CLOSED, "lapsed", False)
    assert (second.state, third.state) == (State.OFFERED, State.WAITLISTED)
    due(NOON + 2 * DAY, NOON + 3 * DAY, NOON + 4 * DAY)
    assert [a.state for a in (first, second, third)] == [State.CLOSED] * 3


def test_the_waiting_list_ends_when_the_event_begins_and_what_is_undecided_when_it_is_over(app):
    event = an_event()
    waiting = an_application(event, state=State.WAITLISTED, waitlisted_at=NOON)
    open_ones = [an_application(event, state=s) for s in (State.RECEIVED, State.IN_REVIEW)]
    question = asked(event, due=event.ends_at)
    approved = an_application(event, state=State.APPROVED, decided_at=NOON)
    twin = an_application(event, duplicate_of_id=approved.id)

    due(event.starts_at - FIVE)
    assert waiting.state is State.WAITLISTED
    due(event.starts_at)
    assert (waiting.state, waiting.reason) == (State.CLOSED, "list")
    assert [a.state for a in open_ones] == [State.RECEIVED, State.IN_REVIEW]
    due(event.ends_at)

    assert {(a.state, a.reason) for a in (*open_ones, question)} == {(State.CLOSED, "over")}
    assert (approved.state, twin.state) == (State.APPROVED, State.RECEIVED)
    assert notices_to(waiting) == ["accreditation_closed"]
    assert notices_to(twin) == []


def test_an_address_that_nobody_confirmed_gets_nothing_that_only_falls_due(app):
    event = an_event()
    application = an_application(event, verified_at=None)

    due(event.ends_at)

    assert (application.state, mails()) == (State.CLOSED, [])


@pytest.mark.parametrize("state", [EventState.POSTPONED, EventState.CANCELLED, EventState.DRAFT])
def test_nothing_falls_due_by_the_date_of_an_event_that_is_off(app, state):
    event = an_event(state=state)
    made = [
        an_application(event, state=s, waitlisted_at=NOON, decided_at=NOON)
        for s in (State.RECEIVED, State.WAITLISTED, State.APPROVED)
    ]

    due(event.starts_at - HOUR, event.starts_at, event.ends_at)

    assert [a.state for a in made] == [State.RECEIVED, State.WAITLISTED, State.APPROVED]
    assert mails() == []


def test_a_decision_that_can_be_undone_is_waited_for(app):
    event = an_event()
    application = an_application(event)
    take(application, "waitlist", at=event.starts_at - FIVE / 2, undo=FIVE)

    due(event.starts_at)
    assert application.state is State.WAITLISTED
    due(event.starts_at + FIVE)

    assert application.state is State.CLOSED


def test_the_accredited_are_told_the_day_before(app):
    event = an_event()
    approved = an_application(event, state=State.APPROVED, decided_at=NOON)
    late = an_application(event, state=State.APPROVED, decided_at=event.starts_at - 23 * HOUR)
    an_application(event, state=State.RECEIVED)

    due(event.starts_at - 25 * HOUR)
    assert mails() == []
    due(event.starts_at - 23 * HOUR, event.starts_at - HOUR, event.starts_at)

    assert (notices_to(approved), notices_to(late)) == (["accreditation_eve"], [])
    (eve,) = db.session.scalars(db.select(Message).filter_by(about=approved.subject)).all()
    assert eve.send_by == event.starts_at


def moved(event, *, at, kind=ChangeKind.MOVED, by=7 * DAY):
    builders.stored(
        EventChange(
            event_id=event.id, kind=kind, at=at, starts_at=event.starts_at, ends_at=event.ends_at,
            places={"fr": "Antibes"}, notes={},
        )
    )  # fmt: skip
    event.starts_at += by
    event.ends_at += by
    db.session.commit()


def test_a_change_of_the_event_is_told_once_to_everybody_concerned(app):
    event = an_event()
    live = [an_application(event, state=s) for s in (State.RECEIVED, State.WAITLISTED, State.APPROVED)]
    spared = [
        an_application(event, verified_at=None), an_application(event, duplicate_of_id=live[0].id),
        an_application(event, state=State.DECLINED), an_application(event, submitted_at=NOON + HOUR),
        an_application(an_event()),
    ]  # fmt: skip
    moved(event, at=NOON)

    due(NOON + FIVE, NOON + DAY)

    assert [notices_to(a) for a in live] == [["event_moved"]] * 3
    assert [notices_to(a) for a in spared] == [[]] * 5
    assert [change.told for change in event.changes] == [True]


def test_of_several_changes_only_the_last_is_told_and_compared_with_what_people_know(app):
    event = an_event()
    application = an_application(event, language="en")
    moved(event, at=NOON)
    moved(event, at=NOON + FIVE)

    due(NOON + HOUR)

    (mail,) = db.session.scalars(db.select(Message)).all()
    assert "When: Tuesday 5 January 2027" in mail.text
    assert "Before: Tuesday 22 December 2026" in mail.text
    assert [change.told for change in event.changes] == [True, True]
    moved(event, at=NOON + 2 * HOUR, kind=ChangeKind.CANCELLED, by=0 * DAY)
    due(NOON + 3 * HOUR)
    assert mails(application) == [("event_moved", Fate.CANCELLED), ("event_cancelled", Fate.QUEUED)]


@pytest.mark.parametrize(("end", "told"), [("undo", ["event_moved"]), (None, ["accreditation_declined"])])
def test_a_change_waits_for_a_decision_that_can_be_undone(app, end, told):
    event = an_event()
    application = an_application(event)
    take(application, "decline", undo=FIVE, reason="capacity")
    moved(event, at=NOON + FIVE / 5)

    due(NOON + FIVE / 2)
    assert ("event_moved" in notices_to(application), event.changes[0].told) == (False, False)
    if end:
        take(application, end, at=NOON + FIVE / 2)
    due(NOON + FIVE)

    assert (notices_to(application), event.changes[0].told) == (told, True)


class Killed(BaseException):
    """What happens to a process in the middle of its work."""


@pytest.mark.parametrize("survives", [0, 1, 2, 3])
def test_a_worker_killed_anywhere_leaves_nothing_undone_or_done_twice(app, monkeypatch, survives):
    event = an_event(quota=4, outlet_quota=None)
    told = [an_application(event, state=State.APPROVED, decided_at=NOON) for _ in range(2)]
    offered = an_application(event, state=State.OFFERED, offer_until=NOON)
    waiting = an_application(event, state=State.WAITLISTED, waitlisted_at=NOON)
    moved(event, at=NOON)
    commit, calls = db.session.commit, []

    def dying():
        calls.append(1)
        if len(calls) > survives:
            db.session.rollback()
            raise Killed
        commit()

    monkeypatch.setattr(db.session, "commit", dying)
    with pytest.raises(Killed):
        tasks.fall_due(NOON + HOUR)
    monkeypatch.undo()
    due(NOON + HOUR)

    assert [notices_to(a) for a in told] == [["event_moved"]] * 2
    assert sorted(notices_to(offered)) == ["accreditation_closed", "event_moved"]
    assert sorted(notices_to(waiting)) == ["accreditation_offered", "event_moved"]
    assert (offered.state, waiting.state) == (State.CLOSED, State.OFFERED)


def test_one_that_fails_keeps_none_of_the_others(app):
    event = an_event()
    broken, fine = (an_application(event, state=State.WAITLISTED, waitlisted_at=NOON) for _ in range(2))
    broken.days = ["not a day"]
    db.session.commit()

    with pytest.raises(ExceptionGroup):
        tasks.fall_due(event.starts_at)

    assert (broken.state, fine.state) == (State.WAITLISTED, State.CLOSED)


@pytest.mark.only_sqlite  # PostgreSQL decides by how much the tables hold
@pytest.mark.parametrize("timer", [due for due, _act in tasks.TIMERS], ids=lambda due: due.__name__)
def test_what_is_due_is_found_by_an_index(app, timer):
    an_event(starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR)
    statement = db.select(Application.id).where(timer(NOON))
    sql = str(statement.compile(db.engine, compile_kwargs={"render_postcompile": True}))
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", ("",) * sql.count("?"))

    assert [row.detail for row in plan if row.detail.startswith("SCAN application")] == []
