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
