"""What may happen to a dispatch: every action from every state by every role, and what each changes."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pressroom import clock
from pressroom.access import SYSTEM, Actor, Role
from pressroom.audit import Entry
from pressroom.contacts.models import Contact
from pressroom.database import db
from pressroom.delivery import postman
from pressroom.delivery.models import Dispatch, DispatchKind, DispatchState, Doubt, Message, State
from pressroom.dispatches import queries, tasks, workflow
from pressroom.dispatches.workflow import TRANSITIONS, Text
from pressroom.errors import Refused
from pressroom.newsroom.journal import SENTENCES
from pressroom.releases import workflow as releases
from tests import builders
from tests.counting import counting

OFFICER = Actor(Role.OFFICER, "Zoé Martin")
UNDO = timedelta(minutes=5)
S = DispatchState


def to_a_list(*names):
    contacts = [builders.a_contact(name) for name in names or ("Léa",)]
    return [{"who": "list", "list": builders.a_list(builders.new_id(), *contacts).id}]


def sent(*names, **values):
    """A dispatch whose messages wait for the postman, and the moment."""
    dispatch, now = builders.a_dispatch(to=to_a_list(*names), **values), clock.now()
    workflow.act(dispatch, "send", by=OFFICER, at=now)
    db.session.commit()
    tasks.fall_due(now)
    return dispatch, now


def fates(dispatch):
    rows = db.session.scalars(db.select(Message.state).where(Message.dispatch_id == dispatch.id))
    return sorted(rows.all())


@pytest.mark.parametrize("action", list(TRANSITIONS))
def test_the_table_and_nothing_else_says_what_may_happen(app, action):
    step, now = TRANSITIONS[action], clock.now()
    id = builders.a_dispatch(to=to_a_list(), starts_at=now + timedelta(hours=1)).id
    for state, role in itertools.product(S, Role):
        dispatch = db.session.get(Dispatch, id)
        dispatch.state = state
        db.session.flush()
        possible = role in step.by and state in step.sources

        assert (action in workflow.allowed(dispatch, role)) is possible
        try:
            workflow.act(dispatch, action, by=Actor(role, "Zoé"), at=now)
            db.session.flush()
            became = db.session.scalar(db.select(Dispatch.state).where(Dispatch.id == id))
        except Refused:
            became = "refused"
        assert became == (step.target if possible else "refused"), (state, role)
        db.session.rollback()


def test_the_journal_has_a_sentence_for_everything():
    recorded = {"create", "edit", "resend", *TRANSITIONS}

    assert {f"dispatch.{action}" for action in recorded} <= set(SENTENCES)


def test_everything_that_happens_is_in_the_journal(app):
    dispatch, now = builders.a_dispatch(to=to_a_list()), clock.now()
    workflow.edit(dispatch, audience=dispatch.audience, texts={"fr": Text("A", "B")}, by=OFFICER, at=now)
    workflow.act(dispatch, "send", by=OFFICER, at=now)
    db.session.commit()

    written = db.session.scalars(db.select(Entry).where(Entry.subject == dispatch.subject).order_by(Entry.id))
    assert [entry.action for entry in written] == ["dispatch.create", "dispatch.edit", "dispatch.send"]


def test_a_dispatch_waits_for_the_undo_delay_and_can_be_taken_back_until_then(app):
    dispatch, now = builders.a_dispatch(to=to_a_list()), clock.now()
    workflow.act(dispatch, "send", count=1, undo=UNDO, by=OFFICER, at=now)
    db.session.commit()

    tasks.fall_due(now + UNDO - timedelta(seconds=1))
    assert (dispatch.state, dispatch.starts_at, fates(dispatch)) == (S.SCHEDULED, now + UNDO, [])
    workflow.act(dispatch, "unschedule", undo=UNDO, by=OFFICER, at=now)
    db.session.commit()
    tasks.fall_due(now + UNDO)

    assert (dispatch.state, dispatch.starts_at, fates(dispatch)) == (S.DRAFT, None, [])


def test_a_chosen_moment_is_not_within_the_undo_delay_and_lies_in_the_future(app):
    now = clock.now()
    dispatch = builders.a_dispatch(to=to_a_list(), starts_at=now + timedelta(minutes=1))

    with pytest.raises(Refused, match="The moment that was chosen has passed"):
        workflow.act(dispatch, "send", undo=UNDO, by=OFFICER, at=now + timedelta(minutes=1))
    workflow.act(dispatch, "send", undo=UNDO, by=OFFICER, at=now)

    assert dispatch.starts_at == now + UNDO


def test_a_draft_again_keeps_the_moment_that_somebody_chose(app):
    now, tomorrow = clock.now(), clock.now() + timedelta(days=1)
    dispatch = builders.a_dispatch(to=to_a_list(), starts_at=tomorrow)

    workflow.act(dispatch, "send", undo=UNDO, by=OFFICER, at=now)
    workflow.act(dispatch, "unschedule", undo=UNDO, by=OFFICER, at=now + timedelta(hours=1))

    assert (dispatch.state, dispatch.starts_at) == (S.DRAFT, tomorrow)


def test_the_button_does_what_it_said_or_nothing(app):
    dispatch, now = builders.a_dispatch(to=to_a_list("Léa", "Tom")), clock.now()

    with pytest.raises(Refused, match="The button said 3 people; by now it is 2"):
        workflow.act(dispatch, "send", count=3, by=OFFICER, at=now)
    assert dispatch.state is S.DRAFT
    workflow.act(dispatch, "send", count=2, by=OFFICER, at=now)
    assert dispatch.state is S.SCHEDULED


def test_what_stands_in_the_way_is_said_when_it_is_sent(app):
    dispatch = builders.a_dispatch()

    with pytest.raises(Refused, match="Choose who gets this mailing"):
        workflow.act(dispatch, "send", by=OFFICER, at=clock.now())


def test_two_people_do_not_write_over_each_other(app):
    dispatch, now = builders.a_dispatch(to=to_a_list()), clock.now()
    opened = dispatch.version
    workflow.edit(
        dispatch,
        audience=dispatch.audience,
        texts={"fr": Text("A", "B")},
        version=str(opened),
        by=OFFICER,
        at=now,
    )
    workflow.edit(
        dispatch, audience=dispatch.audience, texts={"fr": Text("A", "B")}, attaches=True, by=OFFICER, at=now
    )
    db.session.commit()

    with pytest.raises(Refused, match="Somebody else has changed"):
        workflow.edit(dispatch, audience=[], texts={}, version=opened, by=OFFICER, at=now)
    with pytest.raises(Refused, match="Somebody else has changed"):
        workflow.act(dispatch, "send", version=opened, by=OFFICER, at=now)


def test_words_alone_make_a_new_version(app):
    dispatch, now = builders.a_dispatch(to=to_a_list()), clock.now()
    before = dispatch.version

    workflow.edit(dispatch, audience=dispatch.audience, texts={"fr": Text("Autre", "B")}, by=OFFICER, at=now)
    db.session.commit()

    assert (dispatch.version, {code: text.subject for code, text in dispatch.texts.items()}) == (
        before + 1,
        {"fr": "Autre"},
    )


def test_only_a_draft_is_changed(app):
    dispatch, now = sent()

    with pytest.raises(Refused, match="Only a draft"):
        workflow.edit(dispatch, audience=[], texts={}, by=OFFICER, at=now)


def test_a_kit_goes_to_the_accredited_of_its_event(app):
    kit = builders.a_kit()
    about = {"kind": DispatchKind.KIT, "about": kit.subject}

    dispatch = builders.a_dispatch(**about)
    assert (dispatch.audience, dispatch.event_id) == (
        [{"who": "accredited", "event": kit.event_id}],
        kit.event_id,
    )
    for other in ({"who": "alerts"}, {"who": "accredited", "event": builders.an_event().id}):
        with pytest.raises(Refused, match="A press kit goes to people accredited for its event"):
            builders.a_dispatch(to=[other], **about)


def test_the_accredited_of_one_event_only(app):
    segments = [{"who": "accredited", "event": builders.an_event().id} for _ in range(2)]

    with pytest.raises(Refused, match="one event only"):
        builders.a_dispatch(to=segments)


def test_what_was_made_by_itself_is_stopped_rather_than_deleted(app):
    """Nothing would be left to tell that it had been made."""
    dispatch = builders.a_dispatch(once="alert:release:1")

    workflow.act(dispatch, "discard", by=OFFICER, at=clock.now())
    db.session.commit()

    assert (db.session.get(Dispatch, dispatch.id), dispatch.state) == (dispatch, S.STOPPED)


def test_stopping_cancels_what_has_not_left(app):
    dispatch, now = sent("Léa", "Tom")

    workflow.act(dispatch, "stop", by=OFFICER, at=now)
    db.session.commit()

    assert (dispatch.state, dispatch.finished_at, fates(dispatch)) == (S.STOPPED, now, [State.CANCELLED] * 2)


def test_those_who_did_not_get_it_are_written_to_again_at_their_present_address(app):
    dispatch, now = sent("Léa", "Tom")
    lea, tom = db.session.scalars(db.select(Message).where(Message.dispatch_id == dispatch.id)).all()
    lea.state, tom.state, dispatch.state = State.REFUSED, State.ACCEPTED, S.FINISHED
    db.session.get(Contact, lea.personal["contact"]).email = "neuve@presse.example"
    db.session.commit()

    written = workflow.resend(dispatch, [lea.id, tom.id], by=OFFICER, at=now)
    db.session.commit()

    again = db.session.scalar(db.select(Message).where(Message.replaces_id == lea.id))
    assert (written, dispatch.state, again.recipient, again.state, again.body_id) == (
        1, S.SENDING, "neuve@presse.example", State.QUEUED, lea.body_id,
    )  # fmt: skip
    with pytest.raises(Refused, match="Nobody is left"):
        workflow.resend(dispatch, [lea.id, tom.id], by=OFFICER, at=now)


def test_an_address_that_nobody_mended_is_tried_as_it_is(app):
    dispatch, now = sent()
    message = db.session.scalar(db.select(Message))
    message.state, dispatch.state = State.IN_DOUBT, S.STOPPED
    db.session.commit()

    workflow.resend(dispatch, [message.id], by=OFFICER, at=now)

    again = db.session.scalar(db.select(Message).where(Message.replaces_id == message.id))
    assert (again.recipient, again.doubt, dispatch.state) == (message.recipient, Doubt.HOLD, S.SENDING)


def test_a_dispatch_leaves_when_its_release_is_public_wherever_that_hour_moves(app):
    now = clock.now()
    release = builders.a_published_release(at=now, embargo_until=now + timedelta(days=2))
    dispatch = builders.a_dispatch(DispatchKind.RELEASE, about=f"release:{release.id}", to=to_a_list())
    workflow.act(dispatch, "send", by=OFFICER, at=now)

    assert queries.leaves_at(dispatch) == now + timedelta(days=2)
    release.public_from = now + timedelta(days=1)
    assert queries.leaves_at(dispatch) == now + timedelta(days=1)
    release.public_from = now - timedelta(days=1)
    assert queries.leaves_at(dispatch) == now


STEPS = st.lists(st.sampled_from(["pause", "resume", "stop", "post", "tick", "resend"]), max_size=10)


@given(steps=STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_pressed_everybody_has_one_message_and_none_leaves_unless_it_is_sending(app, steps):
    with app.app_context():
        dispatch, now = sent("Léa", "Tom", "Zoé")
        for step in steps:
            before = fates(dispatch)
            was = dispatch.state
            if step == "post":
                postman.keep(now)
                if was is not S.SENDING:
                    assert fates(dispatch) == before
            elif step == "tick":
                tasks.fall_due(now)
            elif step == "resend":
                ids = db.session.scalars(
                    db.select(Message.id).where(Message.dispatch_id == dispatch.id)
                ).all()
                try:
                    workflow.resend(dispatch, ids, by=OFFICER, at=now)
                except Refused:
                    db.session.rollback()
            elif step in workflow.allowed(dispatch, Role.OFFICER):
                workflow.act(dispatch, step, by=OFFICER, at=now)
            db.session.commit()

            current = db.session.scalars(
                db.select(Message.recipient).where(
                    Message.dispatch_id == dispatch.id,
                    Message.id.not_in(db.select(Message.replaces_id).where(Message.replaces_id.is_not(None))),
                )
            ).all()
            assert sorted(current) == sorted(set(current))
            assert len(current) == 3
            if dispatch.state is S.STOPPED:
                assert not set(fates(dispatch)) & set(queries.LIVE)
            if dispatch.state is S.FINISHED:
                assert queries.is_done(dispatch)
    assert SYSTEM.role not in TRANSITIONS["resume"].by


def test_what_was_corrected_since_is_not_sent_out_again(app):
    release, now = builders.a_published_release(), clock.now()
    dispatch = builders.a_dispatch(DispatchKind.RELEASE, about=f"release:{release.id}", to=to_a_list())
    workflow.act(dispatch, "send", by=OFFICER, at=now)
    db.session.commit()
    tasks.fall_due(now)
    old = db.session.scalars(db.select(Message).where(Message.dispatch_id == dispatch.id)).one()
    old.state = State.REFUSED
    right = release.texts[old.language].latest.words._replace(lead="Trente délégations, et non vingt.")
    releases.save(release, old.language, right, by=OFFICER, at=now)
    notes = {old.language: releases.Note("Un nombre était faux.")}
    releases.publish_changes(release, old.language, kind="correction", notes=notes, by=OFFICER, at=now)
    db.session.commit()

    workflow.resend(dispatch, [old.id], by=OFFICER, at=now)
    db.session.commit()

    new = db.session.scalars(db.select(Message).where(Message.replaces_id == old.id)).one()
    assert "Trente délégations, et non vingt." not in old.body.html
    assert "Trente délégations, et non vingt." in new.body.html
    assert (new.body.revision, new.personal["name"]) == (old.body.revision + 1, old.personal["name"])

    releases.withdraw(release, notes={"fr": "Faux.", "en": "Wrong."}, by=OFFICER, at=now)
    new.state = State.REFUSED
    db.session.commit()
    with pytest.raises(Refused, match="no message leaves any more"):
        workflow.resend(dispatch, [new.id], by=OFFICER, at=now)


def test_stopping_thousands_takes_as_few_statements_as_stopping_some(app):
    """The postman waits for it: 10,000 messages were cancelled one by one in 17 seconds."""
    took = []
    for number in (2, 40):
        dispatch, now = builders.a_dispatch(to=to_a_list(*(f"P{n}" for n in range(number)))), clock.now()
        workflow.act(dispatch, "send", by=OFFICER, at=now)
        db.session.commit()
        tasks.fall_due(now)
        with counting() as asked:
            workflow.act(dispatch, "stop", by=OFFICER, at=now)
            db.session.commit()
        took.append(len(asked))
        assert fates(dispatch) == [State.CANCELLED] * number

    assert took[0] == took[1]
