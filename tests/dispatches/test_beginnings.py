"""What a dispatch is begun about: here a kit of which some hold an older version."""

from datetime import timedelta

import pytest

from pressroom import clock
from pressroom.database import db
from pressroom.delivery.models import Dispatch, DispatchKind, Message
from pressroom.delivery.models import State as MessageState
from pressroom.dispatches import queries, tasks
from pressroom.kits.models import Fetch, KitText, Version
from tests import builders


@pytest.fixture
def kit():
    """A kit whose second version came out an hour ago; Léa took the first one, Tom both, Ada nothing. All of them got
    the message about the first one."""
    kit, now = builders.a_kit(), clock.now()
    told = builders.a_dispatch(DispatchKind.KIT, about=kit.subject)
    kit.versions.append(
        Version(
            number=2, published_at=now - timedelta(hours=1),
            texts={code: KitText(language=code, cover="C", note=note) for code, note in
                   (("fr", "La page 3 est corrigée."), ("en", "Page 3 is corrected."))},
        )
    )  # fmt: skip
    for name, language, taken in (("lea", "fr", [1]), ("tom", "fr", [1, 2]), ("ada", "en", [])):
        application = builders.an_accredited(kit.event, email=f"{name}@presse.example", language=language)
        grant = builders.a_grant(kit, application)
        grant.fetches += [Fetch(number=number, what="*", at=now - timedelta(hours=3)) for number in taken]
        builders.a_message(
            notice="dispatch_kit", about=kit.subject, dispatch_id=told.id, recipient=application.email,
            state=MessageState.ACCEPTED, created_at=now - timedelta(days=2),
        )  # fmt: skip
    db.session.commit()
    return kit


def begin(desk, kit, **typed):
    here = f"/desk/dispatches/new?about={kit.subject}&behind=1"
    answer = desk.post(
        here, data={"event": kit.event_id, "when": "now", "skips_known": "y", "doubt": "hold", **typed}
    )
    return db.session.get(Dispatch, answer.location.split("/")[3])


def test_those_who_hold_an_older_version_only_are_told_what_has_changed(desk, kit):
    form = desk.get(f"/desk/dispatches/new?about={kit.subject}&behind=1").text
    dispatch = begin(desk, kit)
    check = " ".join(desk.get(f"/desk/dispatches/{dispatch.id}/check").text.split())

    assert "whoever has downloaded an older version" in form
    assert dispatch.audience == [{"who": "behind", "kit": kit.id, "event": kit.event_id}]
    assert "Whoever has downloaded an older version of the kit only" in check
    assert "1 address found = <b>1 person</b>" in check
    assert "lea@presse.example" in check

    desk.post(f"/desk/dispatches/{dispatch.id}/send", data={"count": "1", "version": dispatch.version})
    for minutes in (10, 11):  # those accredited besides are no latecomers of it
        tasks.fall_due(clock.now() + timedelta(minutes=minutes))
    [message] = db.session.scalars(db.select(Message).where(Message.dispatch_id == dispatch.id))
    assert (message.recipient, message.scope) == ("lea@presse.example", f"event:{kit.event_id}")
    assert message.subject.startswith("Nouvelle version du dossier de presse")
    assert "La page 3 est corrigée." in message.body.html
    message.state = MessageState.ACCEPTED
    assert queries.fetched(dispatch) == (0, 1)


def test_who_was_told_of_the_new_version_is_not_told_again_unless_it_is_wanted(desk, kit):
    builders.a_message(
        notice="dispatch_kit", about=kit.subject, dispatch_id=begin(desk, kit).id,
        recipient="lea@presse.example", state=MessageState.ACCEPTED,
    )  # fmt: skip

    check = " ".join(desk.get(f"/desk/dispatches/{begin(desk, kit).id}/check").text.split())

    assert "1 address found − 1 that has it already = <b>0 people</b>" in check
    assert "Nobody is left to write to" in check


def test_a_draft_for_them_stays_one_when_it_is_changed(desk, kit):
    dispatch = begin(desk, kit)
    here = f"/desk/dispatches/{dispatch.id}/edit"

    assert "whoever has downloaded an older version" in desk.get(here).text
    typed = {
        "event": kit.event_id,
        "when": "now",
        "doubt": "hold",
        "language": "fr",
        "version": dispatch.version,
    }
    desk.post(here, data=typed)

    assert dispatch.audience == [{"who": "behind", "kit": kit.id, "event": kit.event_id, "language": "fr"}]


def test_a_new_dispatch_that_does_not_come_from_there_is_for_everybody(desk, kit):
    page = desk.get(f"/desk/dispatches/new?about={kit.subject}").text

    assert "downloaded an older version" not in page
