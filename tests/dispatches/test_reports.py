"""The page while a dispatch leaves, its report, its file, and sending it again to those who did not get it."""

import csv
import io

import pytest

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.audit import Entry
from pressroom.contacts.models import Contact
from pressroom.database import db
from pressroom.delivery import outgoing
from pressroom.delivery.models import Body, Dispatch, DispatchKind, DispatchState, Message, Phase, Reason
from pressroom.delivery.models import State as MessageState
from pressroom.delivery.suppressions import add
from pressroom.dispatches import workflow
from tests import builders

STATES = (
    ("a@telegraphe.example", MessageState.ACCEPTED, 250, "2.0.0 queued as 1"),
    ("b@telegraphe.example", MessageState.REFUSED, 550, "5.1.1 no such user"),
    ("c@telegraphe.example", MessageState.REFUSED, 552, "5.2.2 mailbox full"),
    ("d@telegraphe.example", MessageState.IN_DOUBT, None, ""),
)


@pytest.fixture
def dispatch():
    """One that is over: accepted, refused twice, in doubt."""
    release = builders.a_published_release()
    made = workflow.create(
        DispatchKind.RELEASE,
        about=f"release:{release.id}",
        audience=[{"who": "alerts"}],
        by=SYSTEM,
        at=clock.now(),
    )
    made.bodies = [Body(language="fr", subject="Les pôles", text="Bonjour", html="<p>Bonjour</p>")]
    in_state(builders.stored(made), DispatchState.FINISHED)
    for recipient, state, code, reply in STATES:
        a_message(made, recipient, state, smtp_code=code, smtp_reply=reply)
    return made


def in_state(dispatch, state):
    """Put it there without walking the whole way."""
    db.session.execute(
        db.update(Dispatch).where(Dispatch.id == dispatch.id)
        .values(state=state, starts_at=clock.now(), composed_at=clock.now(), finished_at=clock.now())
    )  # fmt: skip
    db.session.commit()


def a_message(dispatch, recipient, state, **values):
    accepted = clock.now() if state is MessageState.ACCEPTED else None
    return builders.a_message(
        dispatch_id=dispatch.id, body_id=dispatch.bodies[0].id, about=dispatch.about, notice="dispatch_release",
        recipient=recipient, state=state, accepted_at=accepted, scope="contacts", personal={}, attempts=1, **values,
    )  # fmt: skip


def words(answer):
    return " ".join(answer.text.split())


def report(desk, dispatch, **query):
    return desk.get(f"/desk/dispatches/{dispatch.id}", query_string=query)


def messages():
    return db.session.scalars(db.select(Message).order_by(Message.recipient, Message.created_at)).all()


def test_the_report_counts_each_fate_and_says_why_messages_failed(desk, dispatch):
    page = words(report(desk, dispatch))

    assert "1 of 4 messages handed over" in page
    for number, fate in ((1, "accepted by the server"), (3, "not delivered"), (0, "on their way")):
        assert f"<b>{number}</b><span>{fate}</span>" in page
    assert "3 people did not get it" in page
    assert page.index("The address does not exist (1)") < page.index("The mailbox is full (1)") < page.index("It may have left, or not (1)")  # fmt: skip
    assert "Ask for the right address, correct it and resend." in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"fate": "accepted"}, {"a"}),
        ({"fate": "failed"}, {"b", "c", "d"}),
        ({"q": "B@TELE"}, {"b"}),
        ({"fate": "failed", "q": "a@"}, set()),
        ({"fate": "nonsense", "page": "999"}, {"a", "b", "c", "d"}),
        ({"fate": "\0", "q": "a@\0tele", "page": "-1"}, set()),  # no stored text holds it
        ({"q": "é" * 20_000}, set()),
    ],
)
def test_the_numbers_filter_the_messages(desk, dispatch, query, shown):
    page = report(desk, dispatch, **query)

    table = page.text.partition('class="stack proofs"')[2]
    assert page.status_code == 200
    assert {name for name in "abcd" if f"{name}@telegraphe.example" in table} == shown


def test_a_finished_report_stays_still_and_a_sending_one_moves_until_told_not_to(desk, dispatch):
    still = report(desk, dispatch).text
    in_state(dispatch, DispatchState.SENDING)
    moving = report(desk, dispatch).text
    told = report(desk, dispatch, still=1).text

    assert [('http-equiv="refresh"' in page, "data-moving" in page) for page in (still, moving, told)] == [
        (False, False), (True, True), (False, False),
    ]  # fmt: skip
    assert "You can leave this page" in moving
    assert "You can leave this page" not in still


def test_it_can_be_paused_carried_on_and_stopped(desk, dispatch):
    in_state(dispatch, DispatchState.SENDING)
    waiting = a_message(dispatch, "e@telegraphe.example", MessageState.QUEUED)
    a_message(dispatch, "f@telegraphe.example", MessageState.SENDING, phase=Phase.CLAIMED)
    a_message(dispatch, "g@telegraphe.example", MessageState.SENDING, phase=Phase.DATA)
    here = f"/desk/dispatches/{dispatch.id}"

    assert "2 are with the server already and cannot be called back." in words(report(desk, dispatch))
    states = []
    for action in ("pause", "resume", "stop"):
        assert desk.post(f"{here}/{action}").location == here
        states.append(db.session.get(Dispatch, dispatch.id).state)

    assert states == [DispatchState.PAUSED, DispatchState.SENDING, DispatchState.STOPPED]
    assert db.session.get(Message, waiting.id).state is MessageState.CANCELLED
    assert "<b>2</b><span>stopped before they left</span>" in words(report(desk, dispatch))


def test_what_may_not_be_done_is_refused_with_a_sentence(desk, dispatch):
    answer = desk.post(f"/desk/dispatches/{dispatch.id}/pause")

    assert (answer.status_code, answer.location) == (303, f"/desk/dispatches/{dispatch.id}")
    assert "This is no longer possible" in report(desk, dispatch).text
    assert desk.post(f"/desk/dispatches/{dispatch.id}/start").status_code == 404


def test_the_file_holds_the_proof_of_each_message(desk, dispatch):
    a_message(dispatch, "=cmd@telegraphe.example", MessageState.REFUSED, smtp_code=550, smtp_reply="=1+1")

    answer = desk.post(f"/desk/dispatches/{dispatch.id}/report.csv")

    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    by_address = {row[0]: row for row in rows}
    accepted = next(one for one in messages() if one.recipient == "a@telegraphe.example")
    assert answer.headers["Content-Disposition"] == "attachment; filename=clusters-meet-mailing.csv"
    assert rows[0][0] == "Address"
    assert len(rows) == 6
    assert by_address["a@telegraphe.example"][2] == "Accepted by the server"
    assert by_address["a@telegraphe.example"][-3:] == ["250", "2.0.0 queued as 1", accepted.message_id]
    assert by_address["'=cmd@telegraphe.example"][-2] == "'=1+1"
    assert [entry.action for entry in db.session.scalars(db.select(Entry))][-1] == "dispatch.export:5"


def test_those_who_did_not_get_it_are_written_to_again_at_the_corrected_address(desk, dispatch):
    contact = builders.a_contact("Léa Brun", email="b@telegraphe.example")
    failed = {one.recipient[0]: one.id for one in messages() if one.state is not MessageState.ACCEPTED}
    typed = {
        f"to-{failed['b']}": "lea@telegraphe.example",  # who corrects an address need not tick it as well
        f"again-{failed['c']}": "y", f"to-{failed['c']}": "c@telegraphe.example",
        f"to-{failed['d']}": "d@telegraphe.example",
    }  # fmt: skip
    here = f"/desk/dispatches/{dispatch.id}/again"

    checked = words(desk.post(here, data=typed))
    before = len(messages())
    answer = desk.post(here, data={**typed, "confirm": "1"})

    assert "2 people get it again." in checked
    assert "instead of b@telegraphe.example" in checked
    assert before == 4
    assert answer.location == f"/desk/dispatches/{dispatch.id}"
    new = {one.recipient: one.replaces_id for one in messages() if one.replaces_id}
    assert new == {"lea@telegraphe.example": failed["b"], "c@telegraphe.example": failed["c"]}
    assert db.session.get(Contact, contact.id).email == "lea@telegraphe.example"
    assert db.session.get(Dispatch, dispatch.id).state is DispatchState.SENDING
    page = words(report(desk, dispatch))
    assert "1 of 4 messages handed over" in page
    assert "1 person did not get it" in page


def test_an_address_to_which_nothing_is_sent_is_left_out_of_sending_again(desk, dispatch):
    add("c@telegraphe.example", "contacts", Reason.UNSUBSCRIBED, by=SYSTEM, at=clock.now())
    db.session.commit()
    full = next(one.id for one in messages() if one.recipient == "c@telegraphe.example")

    page = words(
        desk.post(
            f"/desk/dispatches/{dispatch.id}/again",
            data={f"again-{full}": "y", f"to-{full}": "c@telegraphe.example", "confirm": "1"},
        )
    )

    assert "1 is left out: nothing is sent to this address" in page
    assert "Resend to" not in page.partition("<main")[2].partition('class="buttons"')[2]
    assert [one for one in messages() if one.replaces_id] == []


def test_sending_again_says_what_to_correct(desk, dispatch):
    unknown = next(one.id for one in messages() if one.recipient == "b@telegraphe.example")
    here = f"/desk/dispatches/{dispatch.id}/again"

    nobody = desk.post(here, data={f"to-{unknown}": "b@telegraphe.example"})
    wrong = desk.post(here, data={f"again-{unknown}": "y", f"to-{unknown}": "not an address"})

    assert (nobody.status_code, "Choose who is to get it again." in nobody.text) == (422, True)
    assert (wrong.status_code, "Enter a full address" in wrong.text, "not an address" in wrong.text) == (
        422,
        True,
        True,
    )


def test_when_everybody_got_it_there_is_nothing_to_send_again(desk, dispatch):
    db.session.execute(db.update(Message).values(state=MessageState.ACCEPTED))
    db.session.commit()

    answer = desk.get(f"/desk/dispatches/{dispatch.id}/again")

    assert answer.location == f"/desk/dispatches/{dispatch.id}"
    assert "Nobody is left who did not get it." in report(desk, dispatch).text


def test_what_is_held_says_so_on_every_report(desk, dispatch):
    in_state(dispatch, DispatchState.SENDING)
    outgoing.hold(SYSTEM, clock.now())
    db.session.commit()

    assert "All mail stands still at this moment." in report(desk, dispatch).text
