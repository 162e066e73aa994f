from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from pressroom import audit
from pressroom.access import APPLICANT, Actor, Role
from pressroom.accreditation.models import DECISIONS, State
from pressroom.accreditation.workflow import TRANSITIONS, act, allowed
from pressroom.database import db
from pressroom.delivery.models import Message
from pressroom.delivery.models import State as Fate
from pressroom.errors import Refused
from pressroom.i18n import speaking
from tests import builders

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOON = NOON + timedelta(minutes=1)
FIVE = timedelta(minutes=5)
OFFICER, REVIEWER = Actor(Role.OFFICER, "Zoé Martin", "zoe"), Actor(Role.REVIEWER, "Maël Quéré", "mael")
WORDS = {
    "ask": {"asked": ["proof", "work"], "note": "Une carte lisible", "due": NOON + timedelta(days=3)},
    "decline": {"reason": "capacity", "note": "Salle pleine"},
    "revoke": {"reason": "conflicting"},
    "answer": {"note": "La voici"},
    "close": {"reason": "other"},
    "amend": {"changes": {"name": "Noëlle Kervella"}},
    "change": {"changes": {"phone": "+33 1 99 00 00 09"}},
    "ask_review": {"note": "Je couvre aussi le débat."},
}


def take(application, action, *, by=OFFICER, at=NOON, undo=FIVE, **values):
    act(application, action, by=by, at=at, undo=undo, **{**WORDS.get(action, {}), **values})
    db.session.commit()


def mails():
    return [
        (m.notice, m.state)
        for m in db.session.scalars(db.select(Message).order_by(Message.created_at, Message.id))
    ]


def actions(application):
    return [step.action for step in application.history]


@pytest.mark.parametrize("action", TRANSITIONS)
def test_only_the_steps_in_the_table_are_taken(app, action):
    step, event = TRANSITIONS[action], builders.an_event(outlet_quota=None)
    for state, verified_at in product(State, [None, NOON]):
        application = builders.an_application(
            event, state=state, verified_at=verified_at, decided_at=NOON, offer_until=NOON + FIVE
        )
        confirmed = {"approve": True, "offer": True, "verify": False}.get(action)
        timely = action != "undo" and confirmed in (None, verified_at is not None)
        for role in Role:
            actor = Actor(role, "Zoé Martin")
            possible = role in step.by and state in step.sources and timely
            assert (action in allowed(application, actor, NOON)) is possible
            if possible:
                act(application, action, by=actor, at=NOON, undo=FIVE, **WORDS.get(action, {}))
                assert application.state is (step.target or state)
                assert [(s.action, s.source, s.target, s.actor_role, s.at) for s in application.history] == [
                    (action, state, step.target or state, role, NOON)
                ]
                assert [entry.action for entry in audit.history(application.subject)] == [
                    f"accreditation.{action}"
                ]
            else:
                with pytest.raises(Refused):
                    act(application, action, by=actor, at=NOON, undo=FIVE, **WORDS.get(action, {}))
                assert (application.state, application.history, list(db.session.new)) == (state, [], [])
            db.session.rollback()


@pytest.mark.parametrize(
    ("action", "source", "notice", "undo", "fate"),
    [
        ("approve", State.RECEIVED, "accreditation_approved", FIVE, Fate.HELD),
        ("decline", State.RECEIVED, "accreditation_declined", FIVE, Fate.HELD),
        ("ask", State.RECEIVED, "accreditation_question", FIVE, Fate.HELD),
        ("revoke", State.APPROVED, "accreditation_revoked", FIVE, Fate.HELD),
        ("approve", State.RECEIVED, "accreditation_approved", timedelta(0), Fate.QUEUED),
    ],
)
def test_a_decision_waits_to_be_told(app, action, source, notice, undo, fate):
    application = builders.an_application(state=source)

    take(application, action, undo=undo)

    (mail,) = db.session.scalars(db.select(Message)).all()
    assert (mail.notice, mail.state, mail.next_at, mail.recipient) == (
        notice,
        fate,
        NOON + undo,
        application.email,
    )
    assert (application.decided_at, application.undo_until) == (NOON, NOON + undo)
    assert application.seen(NOON) is (source if undo else TRANSITIONS[action].target)
    assert application.seen(NOON + undo) is TRANSITIONS[action].target


@pytest.mark.parametrize(
    ("action", "values", "sentence"),
    [
        ("decline", {"reason": None}, "Choose a reason"),
        ("decline", {"reason": "because"}, "Choose a reason"),
        ("ask", {"asked": []}, "Say what is missing"),
        ("ask", {"asked": ["money"]}, "Say what is missing"),
        ("ask", {"due": None}, "Say what is missing"),
        ("approve", {"version": 7}, "Someone else has just changed this request."),
    ],
)
def test_a_step_that_lacks_its_words_is_refused(app, action, values, sentence):
    application = builders.an_application()

    with speaking("en"), pytest.raises(Refused, match=sentence):
        take(application, action, **values)

    assert (application.state, mails()) == (State.RECEIVED, [])


def test_an_unconfirmed_address_cannot_be_accepted(app):
    application = builders.an_application(verified_at=None)

    with speaking("en"), pytest.raises(Refused, match="before its email address is confirmed"):
        take(application, "approve")


@pytest.mark.parametrize(
    ("action", "source"),
    [("approve", "received"), ("decline", "received"), ("ask", "received"), ("revoke", "approved")],
)
def test_undoing_restores_state_and_mail(app, action, source):
    application = builders.an_application(state=State(source))
    take(application, action)
    assert allowed(application, OFFICER, SOON) == ["undo"]

    take(application, "undo", at=SOON)

    assert (application.state, application.undo_until, application.decided_at, application.reason) == (
        State(source),
        None,
        None,
        None,
    )
    assert actions(application) == [action, "undo"]
    assert application.standing() == []
    assert mails() == [(TRANSITIONS[action].notice, Fate.CANCELLED)]


def test_after_the_delay_nothing_is_undone(app):
    application = builders.an_application()
    take(application, "approve")

    with pytest.raises(Refused):
        take(application, "undo", at=NOON + FIVE)


def test_what_has_left_cannot_be_undone(app):
    application = builders.an_application()
    take(application, "approve")
    db.session.scalars(db.select(Message)).one().state = Fate.ACCEPTED

    with speaking("en"), pytest.raises(Refused, match="the message has left"):
        take(application, "undo", at=SOON)


def test_only_who_may_revoke_may_undo_it(app):
    application = builders.an_application(state=State.APPROVED)
    take(application, "revoke")

    assert allowed(application, REVIEWER, SOON) == []
    assert allowed(application, Actor(Role.ADMIN, "Ana"), SOON) == ["undo"]


def test_an_undone_revocation_is_the_approval_again(app):
    application = builders.an_application()
    take(application, "approve", at=NOON - timedelta(hours=1))
    take(application, "revoke")

    take(application, "undo", at=SOON)

    assert (application.state, application.decided_at) == (State.APPROVED, NOON - timedelta(hours=1))
    assert application.seen(SOON) is State.APPROVED


def test_a_pending_decision_leaves_the_desk_nothing_but_undo(app):
    application = builders.an_application()
    take(application, "approve", by=REVIEWER)

    with pytest.raises(Refused):
        take(application, "decline", at=SOON)
    assert application.state is State.APPROVED


@pytest.mark.parametrize("decision", ["approve", "decline", "ask"])
def test_withdrawing_takes_a_pending_decision_back(app, decision):
    application = builders.an_application()
    take(application, decision)
    assert "withdraw" in allowed(application, APPLICANT, SOON)

    take(application, "withdraw", by=APPLICANT, at=SOON)

    assert (application.state, application.seen(SOON), application.undo_until) == (
        State.WITHDRAWN,
        State.WITHDRAWN,
        None,
    )
    assert [(step.action, step.actor_role) for step in application.history] == [
        (decision, Role.OFFICER), ("undo", Role.SYSTEM), ("withdraw", Role.APPLICANT),
    ]  # fmt: skip
    assert [step.action for step in application.told(SOON)] == ["withdraw"]
    assert mails() == [
        (TRANSITIONS[decision].notice, Fate.CANCELLED),
        ("accreditation_withdrawn", Fate.QUEUED),
    ]


def test_an_answer_takes_a_pending_decision_back(app):
    application = builders.an_application()
    take(application, "ask", undo=timedelta(0))
    take(application, "decline", at=SOON)
    assert application.seen(SOON) is State.INFO_REQUESTED

    take(application, "answer", by=APPLICANT, at=SOON)

    assert application.state is State.RECEIVED
    assert actions(application) == ["ask", "decline", "undo", "answer"]


@pytest.mark.parametrize(("action", "by"), [("withdraw", APPLICANT), ("revoke", OFFICER)])
def test_what_ends_an_accreditation_stops_what_has_not_left(app, action, by):
    application = builders.an_application(state=State.APPROVED)
    waiting = builders.a_message(about=application.subject)

    take(application, action, by=by)

    assert waiting.state is Fate.CANCELLED


def test_a_second_decision_replaces_one_that_was_never_told(app):
    application = builders.an_application()
    take(application, "ask")
    take(application, "approve", at=NOON + FIVE)

    assert mails() == [("accreditation_question", Fate.CANCELLED), ("accreditation_approved", Fate.HELD)]


def test_nobody_is_told_of_a_withdrawal_at_an_unconfirmed_address(app):
    application = builders.an_application(verified_at=None)

    take(application, "withdraw", by=APPLICANT)

    assert mails() == []


def test_the_journal_holds_no_word_of_the_applicant(app):
    application = builders.an_application(
        name="Canari Jaune", email="canari@x.example", outlet="Canari Matin"
    )
    take(application, "ask", undo=timedelta(0))
    take(application, "answer", by=APPLICANT, note="Canari")

    entries = [(e.action, e.subject, e.actor_name, e.actor_id) for e in audit.history(application.subject)]
    assert entries == [
        ("accreditation.ask", f"application:{application.id}", "Zoé Martin", "zoe"),
        ("accreditation.answer", f"application:{application.id}", "", None),
    ]


def test_every_decision_is_in_the_table(app):
    assert set(DECISIONS) <= set(TRANSITIONS)


@pytest.mark.parametrize(
    ("action", "source", "noted"),
    [
        ("approve", "received", {}),
        ("approve", "waitlisted", {"waitlisted_at": NOON}),
        ("ask", "in_review", {}),
        ("waitlist", "info_requested", {"answer_due": NOON}),
        ("offer", "waitlisted", {"waitlisted_at": NOON}),
        ("decline", "in_review", {}),
        ("revoke", "approved", {}),
        ("reinstate", "revoked", {}),
        ("reconsider", "declined", {}),
        ("reconsider", "closed", {}),
        ("close", "offered", {"offer_until": NOON + FIVE}),
    ],
)
def test_every_decision_can_be_undone_and_leaves_no_trace_but_the_history(app, action, source, noted):
    application = builders.an_application(state=State(source), **noted)
    take(application, action)
    assert application.seen(SOON) is State(source)

    take(application, "undo", at=SOON)

    assert (application.state, application.seen(SOON)) == (State(source), State(source))
    assert {name: getattr(application, name) for name in noted} == noted
    assert (application.undo_until, application.passes_on, application.standing()) == (None, False, [])
    assert actions(application) == [action, "undo"]
    assert mails() == [(TRANSITIONS[action].notice, Fate.CANCELLED)]


def test_what_a_decision_cancelled_leaves_after_all_once_it_is_undone(app):
    application = builders.an_application()
    take(application, "ask", undo=timedelta(0))
    take(application, "approve", at=SOON)
    assert mails() == [("accreditation_question", Fate.CANCELLED), ("accreditation_approved", Fate.HELD)]

    take(application, "undo", at=SOON + FIVE / 2)

    assert application.seen(SOON + FIVE / 2) is State.INFO_REQUESTED
    assert mails() == [("accreditation_question", Fate.QUEUED), ("accreditation_approved", Fate.CANCELLED)]


def test_undoing_brings_back_only_what_that_decision_cancelled(app):
    application = builders.an_application(state=State.APPROVED)
    kit = builders.a_message(notice="kit_link", about=application.subject)
    take(application, "revoke", reason="conflicting", at=NOON)
    take(application, "undo", at=SOON)
    assert kit.state in (Fate.HELD, Fate.QUEUED)

    take(application, "revoke", reason="conflicting", at=SOON + FIVE)
    take(application, "undo", at=SOON + FIVE + FIVE / 2)

    assert kit.state in (Fate.HELD, Fate.QUEUED)
    assert [fate for notice, fate in mails() if notice == "accreditation_revoked"] == [Fate.CANCELLED] * 2


@pytest.mark.parametrize("by", [APPLICANT, OFFICER])
def test_looking_at_a_request_takes_no_word_back(app, by):
    application = builders.an_application(state=State.DECLINED, decided_at=NOON)
    take(application, "ask_review" if by is APPLICANT else "reconsider", by=by, undo=timedelta(0))

    nobody = Actor(Role.OFFICER, "Zoé Martin")
    take(application, "release", by=nobody, at=SOON)
    take(application, "take", by=nobody, at=SOON + FIVE)

    assert mails() == [("accreditation_reconsidered", Fate.QUEUED)]


def declined_by(staff_id, **values):
    application = builders.an_application(state=State.IN_REVIEW, **values)
    take(application, "decline", by=Actor(Role.OFFICER, "Zoé Martin", staff_id), undo=timedelta(0))
    return application


def test_a_second_look_is_somebody_else_s(app):
    first, second = (builders.a_member_of_staff(password_hash="set") for _ in range(2))
    application = declined_by(first.id)
    take(application, "ask_review", by=APPLICANT, at=SOON)

    with speaking("en"), pytest.raises(Refused, match="somebody else than who declined"):
        take(application, "decline", by=Actor(Role.OFFICER, first.name, first.id), at=SOON)
    take(application, "approve", by=Actor(Role.OFFICER, second.name, second.id), at=SOON)

    assert application.state is State.APPROVED


def test_whoever_is_alone_in_the_office_takes_the_second_look_too(app):
    only = builders.a_member_of_staff()
    application = declined_by(only.id)
    take(application, "ask_review", by=APPLICANT, at=SOON)

    take(application, "decline", by=Actor(Role.OFFICER, only.name, only.id), at=SOON)

    assert application.state is State.DECLINED


def test_a_second_look_is_asked_for_once(app):
    application = declined_by("zoe")
    take(application, "ask_review", by=APPLICANT, at=SOON)
    take(application, "decline", by=REVIEWER, at=SOON + FIVE, undo=timedelta(0))

    assert "ask_review" not in allowed(application, APPLICANT, SOON + 2 * FIVE)


@pytest.mark.parametrize(
    ("later", "possible"), [(timedelta(days=7) - FIVE, True), (timedelta(days=7), False)]
)
def test_a_second_look_is_asked_for_within_a_week(app, later, possible):
    application = declined_by("zoe")

    assert ("ask_review" in allowed(application, APPLICANT, NOON + later)) is possible


def test_nobody_asks_for_a_second_look_once_the_event_has_begun(app):
    event = builders.an_event(starts_at=NOON + FIVE, ends_at=NOON + 2 * FIVE)
    application = declined_by("zoe", event=event)

    assert "ask_review" in allowed(application, APPLICANT, SOON)
    assert "ask_review" not in allowed(application, APPLICANT, NOON + FIVE)


def test_a_request_that_ended_is_taken_up_again_while_the_event_takes_requests(app):
    event = builders.an_event(now=NOON)
    application = builders.an_application(event, state=State.WITHDRAWN)
    merged = builders.an_application(event, state=State.CLOSED, merged_into_id=application.id)

    assert "reopen" in allowed(application, APPLICANT, SOON)
    assert "reopen" not in allowed(merged, APPLICANT, SOON)
    assert "reopen" not in allowed(application, APPLICANT, event.requests_close_at)
    take(application, "reopen", by=APPLICANT, at=SOON)
    assert (application.state, mails()) == (State.RECEIVED, [("accreditation_reopened", Fate.QUEUED)])


def test_whoever_has_another_request_does_not_take_up_the_first(app):
    event = builders.an_event(now=NOON)
    gone = builders.an_application(event, state=State.WITHDRAWN, email="ana@x.example")
    builders.an_application(event, email="Ana@x.example")

    with speaking("en"), pytest.raises(Refused, match="Another request of yours"):
        take(gone, "reopen", by=APPLICANT, at=SOON)


def test_one_more_than_the_quota_is_an_officer_s_word(app):
    event = builders.an_event(quota=0)
    application = builders.an_application(event)

    for by, words, sentence in (
        (REVIEWER, {}, "Only an officer"),
        (REVIEWER, {"over": "Guest of honour"}, "Only an officer"),
        (OFFICER, {}, "say why"),
    ):
        with speaking("en"), pytest.raises(Refused, match=sentence):
            take(application, "approve", by=by, **words)
        db.session.rollback()
    take(application, "approve", over="Guest of honour")

    assert (application.state, application.history[-1].note) == (State.APPROVED, "Guest of honour")
    mail = db.session.scalars(db.select(Message)).one()
    assert "Guest of honour" not in mail.text + mail.html
