"""From the outbox through a real Postfix into Maildirs, and back again as a bounce: nothing of it is made up."""

import os
from datetime import timedelta

import pytest

from pressroom import clock, engine
from pressroom.access import Actor, Role
from pressroom.database import db, writing
from pressroom.delivery import suppressions
from pressroom.delivery.models import DispatchKind, Message, State
from pressroom.dispatches import workflow
from tests import builders, postfix

READER, BOUNCES = "camille@outlet.example", "bounces@office.example"
NOBODY, GONE = "nobody@outlet.example", f"gone@{postfix.BOUNCING}"
NOW = clock.now
BY = Actor(Role.OFFICER, "Zoé Martin", None)


@pytest.fixture
def relay():
    if os.getuid() and not os.environ.get("CI"):
        pytest.skip("only root can start a Postfix")
    with postfix.running(READER, BOUNCES) as server:
        yield server


@pytest.fixture
def office(its_own, relay):
    return its_own(
        MAIL_URL=relay.url, MAIL_FROM="Bureau de presse <press@office.example>", BOUNCES_ADDRESS=BOUNCES,
        BOUNCES_URL=f"maildir:{relay.box(BOUNCES)}", UNDO_SECONDS="0", BASE_URL="https://press.example",
    )  # fmt: skip


def test_a_dispatch_through_a_real_relay_is_accounted_for_to_the_last_message(office, relay, monkeypatch):
    people = [
        builders.a_contact(address.partition("@")[0], email=address) for address in (READER, NOBODY, GONE)
    ]
    release = builders.a_published_release()
    audience = [{"who": "list", "list": builders.a_list("All", *people).id}]
    dispatch = builders.a_dispatch(
        DispatchKind.RELEASE,
        author=builders.a_member_of_staff(email=READER),
        about=f"release:{release.id}",
        to=audience,
    )
    with writing():
        workflow.act(dispatch, "send", by=BY, at=clock.now())
        db.session.commit()

    engine.run_due(office)
    [mail] = relay.received(READER)
    returned = db.select(Message).filter_by(recipient=GONE, state=State.BOUNCED)
    for minutes in range(2, 100, 2):  # the mailbox is read once a minute; the bounce comes when it comes
        db.session.rollback()
        if db.session.scalar(returned):
            break
        later = NOW() + timedelta(minutes=minutes)
        monkeypatch.setattr(clock, "now", lambda later=later: later)
        engine.run_due(office)
        relay.settle()

    db.session.rollback()
    fates = {
        one.recipient: one.state
        for one in db.session.scalars(db.select(Message).filter_by(dispatch_id=dispatch.id))
    }
    assert fates == {READER: State.ACCEPTED, NOBODY: State.REFUSED, GONE: State.BOUNCED}
    assert suppressions.of([READER, NOBODY, GONE], "") == {NOBODY, GONE}
    assert mail["Content-Language"] == "fr" or mail["Content-Language"] == "en"
    assert mail["Return-Path"].startswith("<bounces+")
    assert mail["List-Unsubscribe"].startswith("<https://press.example/u/")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Subject"] == release.texts[mail["Content-Language"]].public.headline
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert [path.name for path in relay.box(BOUNCES).glob("new/*")] == []  # understood, and put away
