"""What falls due among dispatches: they start, take latecomers along, end, and say so; running it twice does no harm."""

from datetime import timedelta

import pytest

from pressroom import clock
from pressroom.access import SYSTEM, Actor, Role
from pressroom.database import db, writing
from pressroom.delivery import postman
from pressroom.delivery import tasks as delivery
from pressroom.delivery.models import (
    Copy,
    Dispatch,
    DispatchKind,
    DispatchState,
    Doubt,
    Message,
    Reason,
    State,
    Suppression,
)
from pressroom.dispatches import queries, tasks, workflow
from pressroom.events import workflow as events
from pressroom.kits.models import Fetch, Grant
from pressroom.releases import queries as release_queries
from pressroom.releases import workflow as releases
from tests import builders

S = DispatchState
OFFICER = Actor(Role.OFFICER, "Zoé Martin")
NOTES = {"fr": "Faux.", "en": "Wrong."}


def to(*contacts):
    return [{"who": "list", "list": builders.a_list(builders.new_id(), *contacts).id}]


def scheduled(kind=DispatchKind.ADVISORY, *, now, hours=0, **values):
    starts_at = now + timedelta(hours=hours) if hours else None
    dispatch = builders.a_dispatch(kind, starts_at=starts_at, **values)
    workflow.act(dispatch, "send", by=OFFICER, at=now)
    db.session.commit()
    return dispatch


def due(now, *, post=True):
    with writing():
        tasks.fall_due(now)
        if post:
            postman.keep(now)
        db.session.commit()
        tasks.fall_due(now)


def messages(dispatch):
    mine = (
        db.select(Message)
        .where(Message.dispatch_id == dispatch.id)
        .order_by(Message.created_at, Message.recipient)
    )
    return db.session.scalars(mine).all()


def told():
    return db.session.scalars(db.select(Message).where(Message.notice == "dispatch_finished")).all()


def test_it_starts_at_its_minute_and_once(app):
    now = clock.now()
    dispatch = scheduled(now=now, hours=3, to=to(builders.a_contact("Léa")))

    due(now + timedelta(hours=3) - timedelta(seconds=1), post=False)
    assert (dispatch.state, messages(dispatch)) == (S.SCHEDULED, [])
    due(now + timedelta(hours=3), post=False)
    due(now + timedelta(hours=3), post=False)

    assert (dispatch.state, len(messages(dispatch)), dispatch.composed_at) == (
        S.SENDING,
        1,
        now + timedelta(hours=3),
    )


def test_it_ends_and_its_author_is_told_once(app):
    now = clock.now()
    author = builders.a_member_of_staff(language="fr", name="Zoé Martin")
    lea, tom, zoe = (builders.a_contact(name) for name in ("Léa", "Tom", "Zoé"))
    dispatch = scheduled(now=now, to=to(lea, tom, zoe), author=author)
    due(now, post=False)
    one, two, three = messages(dispatch)
    one.state, two.state, three.state = State.ACCEPTED, State.REFUSED, State.IN_DOUBT
    db.session.commit()

    due(now + timedelta(minutes=1), post=False)
    due(now + timedelta(minutes=2), post=False)

    (mail,) = told()
    assert (dispatch.state, dispatch.finished_at) == (S.FINISHED, now + timedelta(minutes=1))
    assert (mail.recipient, mail.language) == (author.email, "fr")
    assert f"http://press.example/desk/dispatches/{dispatch.id}" in mail.text
    assert [line[:4] for line in mail.text.split("\n") if line.startswith("- ")] == ["- 1 "] * 3


def test_nobody_left_to_write_to_by_then_ends_it_at_once(app):
    now, contact = clock.now(), builders.a_contact("Léa")
    dispatch = scheduled(now=now, hours=1, to=to(contact))
    contact.lists = []
    db.session.commit()

    due(now + timedelta(hours=1))

    assert (dispatch.state, messages(dispatch), len(told())) == (S.FINISHED, [], 1)


def test_what_was_withdrawn_before_its_hour_is_stopped_and_its_author_told(app):
    now = clock.now()
    release = builders.a_published_release(at=now)
    dispatch = scheduled(
        DispatchKind.RELEASE,
        now=now,
        hours=1,
        about=f"release:{release.id}",
        to=to(builders.a_contact("Léa")),
    )
    releases.withdraw(release, notes=NOTES, by=SYSTEM, at=now)
    db.session.commit()

    due(now + timedelta(hours=1))

    (mail,) = told()
    assert (dispatch.state, messages(dispatch)) == (S.STOPPED, [])
    assert "has been stopped" in mail.text


def to_an_event_that_is_cancelled(at):
    event = builders.an_event()
    builders.an_accredited(event)
    return (
        event,
        [{"who": "accredited", "event": event.id}],
        lambda: events.act(event, "cancel", by=OFFICER, at=at),
    )


def test_what_was_scheduled_before_its_event_was_cancelled_is_a_draft_again_and_its_author_told(app):
    now = clock.now()
    _event, accredited, cancel = to_an_event_that_is_cancelled(now + timedelta(minutes=1))
    dispatch = scheduled(now=now, hours=1, to=accredited)
    cancel()
    db.session.commit()

    due(now + timedelta(hours=1))

    (mail,) = told()
    assert (dispatch.state, messages(dispatch)) == (S.DRAFT, [])
    assert (mail.subject, "is a draft again" in mail.text) == (
        "Nothing was sent: the event has been cancelled",
        True,
    )


def test_what_was_scheduled_after_its_event_was_cancelled_leaves_but_not_to_latecomers(app):
    now = clock.now()
    event, accredited, cancel = to_an_event_that_is_cancelled(now - timedelta(minutes=1))
    cancel()
    dispatch = scheduled(now=now, hours=1, to=accredited)

    due(now + timedelta(hours=1))
    builders.an_accredited(event)
    due(now + timedelta(hours=2))

    assert (dispatch.state, len(messages(dispatch))) == (S.FINISHED, 1)


def test_what_was_paused_for_days_leaves_when_it_is_resumed(app):
    now = clock.now()
    dispatch = scheduled(now=now, to=to(builders.a_contact("Léa")))
    due(now, post=False)
    workflow.act(dispatch, "pause", by=OFFICER, at=now)
    db.session.commit()

    for hours in range(12, 73, 12):
        due(now + timedelta(hours=hours))
        assert (dispatch.state, messages(dispatch)[0].state) == (S.PAUSED, State.QUEUED)
    workflow.act(dispatch, "resume", by=OFFICER, at=now + timedelta(days=3))
    db.session.commit()
    due(now + timedelta(days=3))

    assert (dispatch.state, messages(dispatch)[0].state) == (S.FINISHED, State.KEPT)


@pytest.mark.parametrize("kind", [DispatchKind.KIT, DispatchKind.RELEASE, DispatchKind.ADVISORY])
def test_whoever_is_accredited_later_gets_it_once_in_their_language(app, kind):
    now, event = clock.now(), builders.an_event()
    release = builders.a_published_release(at=now)
    about = {
        DispatchKind.KIT: builders.a_kit(event).subject,
        DispatchKind.RELEASE: f"release:{release.id}",
    }.get(kind, "")
    builders.an_accredited(event)
    dispatch = scheduled(kind, now=now, about=about, to=[{"who": "accredited", "event": event.id}])
    due(now)
    assert dispatch.state is S.FINISHED
    late = builders.an_accredited(event, language="en", undo_until=now + timedelta(minutes=5))
    builders.an_application(event)

    due(now + timedelta(minutes=4))
    assert len(messages(dispatch)) == 1
    due(now + timedelta(minutes=5))
    due(now + timedelta(minutes=6))

    first, second = messages(dispatch)
    assert (second.recipient, second.language, second.state) == (late.email, "en", State.KEPT)
    assert (dispatch.state, len(told())) == (S.FINISHED, 1)


def test_newcomers_to_a_list_are_no_latecomers(app):
    now, event = clock.now(), builders.an_event()
    builders.an_accredited(event)
    member, contact = builders.a_contact("Léa"), builders.a_contact("Tom")
    dispatch = scheduled(now=now, to=[{"who": "accredited", "event": event.id}, *to(member)])
    due(now)
    contact.lists = list(member.lists)
    builders.an_accredited(event)
    db.session.commit()

    due(now + timedelta(minutes=1))

    assert len(messages(dispatch)) == 3
    assert contact.email not in {message.recipient for message in messages(dispatch)}


@pytest.mark.parametrize("end", ["over", "stopped", "closed"])
def test_nobody_gets_late_what_is_over(app, end):
    now, event = clock.now(), builders.an_event()
    kit = builders.a_kit(event)
    builders.an_accredited(event)
    dispatch = scheduled(DispatchKind.KIT, now=now, about=kit.subject)
    due(now, post=False)
    if end == "stopped":
        workflow.act(dispatch, "stop", by=OFFICER, at=now)
    elif end == "closed":
        builders.kits.act(kit, "close", languages=("fr", "en"), by=SYSTEM, at=now)
    builders.an_accredited(event)
    db.session.commit()

    due(event.ends_at if end == "over" else now)

    assert len(messages(dispatch)) == 1


def test_whoever_wants_no_more_about_the_event_is_no_latecomer(app):
    now, event = clock.now(), builders.an_event()
    builders.an_accredited(event)
    dispatch = scheduled(now=now, to=[{"who": "accredited", "event": event.id}])
    due(now)
    late = builders.an_accredited(event)
    builders.stored(
        Suppression(
            recipient=late.email,
            scope=f"event:{event.id}",
            reason=Reason.UNSUBSCRIBED,
            note="",
            actor="",
            at=now,
        )
    )

    due(now + timedelta(minutes=1))

    assert len(messages(dispatch)) == 1


def test_what_a_server_has_accepted_was_handed_over(app):
    now = clock.now()
    release = builders.a_published_release(at=now)
    lea, tom = builders.a_contact("Léa", email="Lea@presse.example"), builders.a_contact("Tom", language="en")
    dispatch = scheduled(DispatchKind.RELEASE, now=now, about=f"release:{release.id}", to=to(lea, tom))
    due(now, post=False)
    by_reader = {message.recipient: message for message in messages(dispatch)}
    got, failed = by_reader[lea.email], by_reader[tom.email]
    got.state, got.accepted_at, failed.state = State.ACCEPTED, now, State.REFUSED
    db.session.commit()

    due(now + timedelta(minutes=1), post=False)
    due(now + timedelta(minutes=2), post=False)

    (copy,) = db.session.scalars(db.select(Copy)).all()
    assert (copy.about, copy.revision, copy.recipient, copy.language, copy.by, copy.at) == (
        f"release:{release.id}:fr", 1, "Lea@presse.example", "fr", "message", now,
    )  # fmt: skip
    releases.save(release, "fr", release.texts["fr"].latest.words._replace(lead="Deux."), by=SYSTEM, at=now)
    holders = dict(release_queries.holders(release, newest=True))
    assert [copy.recipient for copy in holders["fr"]] == ["Lea@presse.example"]


def test_the_link_to_a_kit_is_no_copy_of_anything(app):
    now, kit = clock.now(), builders.a_kit()
    builders.an_accredited(kit.event)
    dispatch = scheduled(DispatchKind.KIT, now=now, about=kit.subject)
    due(now, post=False)
    messages(dispatch)[0].state = State.ACCEPTED
    db.session.commit()

    due(now)

    assert db.session.scalars(db.select(Copy)).all() == []


def test_one_that_fails_keeps_none_of_the_others(app):
    now = clock.now()
    broken = scheduled(now=now, to=to(builders.a_contact("Léa")))
    broken.audience = [{"who": "list"}]  # which one is not said
    whole = scheduled(now=now, to=to(builders.a_contact("Tom")))

    with pytest.raises(ExceptionGroup), writing():
        tasks.fall_due(now)

    assert (db.session.get(Dispatch, broken.id).state, db.session.get(Dispatch, whole.id).state) == (
        S.SCHEDULED,
        S.SENDING,
    )


def test_what_was_fetched_of_a_kit_is_counted_from_its_rows(app):
    now, kit = clock.now(), builders.a_kit()
    took, _ = builders.an_accredited(kit.event), builders.an_accredited(kit.event)
    dispatch = scheduled(DispatchKind.KIT, now=now, about=kit.subject, doubt=Doubt.RESEND)
    due(now)
    grant = db.session.scalar(db.select(Grant).filter_by(application_id=took.id))
    grant.fetches.append(Fetch(number=1, what="*", at=now))
    db.session.commit()

    assert queries.fetched(dispatch) == (1, 1)
    assert queries.fetched(builders.a_dispatch()) is None


def test_what_is_a_persons_own_goes_with_the_words_of_old_messages(app):
    """Their name, and a link that may still open."""
    now, kit = clock.now(), builders.a_kit()
    builders.an_accredited(kit.event)
    dispatch = scheduled(DispatchKind.KIT, now=now, about=kit.subject)
    due(now)
    assert messages(dispatch)[0].personal["link"]

    delivery.purge(now + timedelta(days=120))
    db.session.expire_all()

    assert [message.personal for message in messages(dispatch)] in ([], [None])
