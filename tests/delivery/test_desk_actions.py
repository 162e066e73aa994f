"""What the desk does about messages, addresses and all mail: the buttons of tests/delivery/test_desk.py's pages."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from pressroom import clock
from pressroom.access import SYSTEM, Actor, Role
from pressroom.audit import Entry
from pressroom.database import db
from pressroom.delivery import outgoing, suppressions
from pressroom.delivery.models import (
    Body,
    Dispatch,
    DispatchKind,
    DispatchState,
    Mailbox,
    Message,
    MessageEvent,
    Reason,
    State,
    Suppression,
)
from pressroom.delivery.transport import Kind, Outcome, Stage
from pressroom.delivery.words import gap
from tests import builders

ZOE = Actor(Role.OFFICER, "Zoé Martin")


def failed(state=State.REFUSED, *, stage="rcpt", code=550, reply="5.1.1 <x> no such user", **values):
    message = builders.a_message(
        **{"state": state, "attempts": 1, "recipient": "noemie@outlet.example", **values}
    )
    message.events.append(
        MessageEvent(at=clock.now(), state=state, actor="", stage=stage, code=code, reply=reply)
    )
    db.session.commit()
    return message


def address(message, rest=""):
    return f"/desk/messages/{message.id}{rest}"


def journal():
    return [entry.action for entry in db.session.scalars(select(Entry).order_by(Entry.id))]


# One message ----------------------------------------------------------------------------------------------


def test_what_happened_is_told_in_sentences_with_the_answer_beside(desk):
    message = builders.a_message(state=State.QUEUED, attempts=1, recipient="noemie@outlet.example")
    message.events = [
        MessageEvent(at=clock.now(), state=State.QUEUED, actor=""),
        MessageEvent(
            at=clock.now(), state=State.QUEUED, actor="", stage="rcpt", code=450,
            reply="4.2.0 Greylisted <b>",
        ),
    ]  # fmt: skip
    db.session.commit()

    page = desk.get(address(message)).text

    assert "The server of outlet.example asks to wait (greylisting, a protection against spam)." in page
    assert "Next try at " in page
    assert '<pre class="small">450 4.2.0 Greylisted &lt;b&gt;</pre>' in page
    assert "Send again" not in page


@pytest.mark.parametrize(
    ("choice", "state"),
    [("resend", State.QUEUED), ("arrived", State.ACCEPTED), ("drop", State.CANCELLED)],
)
def test_of_a_message_in_doubt_a_person_says_what_to_make(desk, choice, state):
    message = failed(State.IN_DOUBT, stage="dot", code=None, reply="timed out")
    page = desk.get(address(message)).text
    assert [words in page for words in ("Send it again", "It arrived", "Leave it", "perhaps twice")] == [
        True
    ] * 4
    assert "Correct the address" not in page  # nobody would ever say what became of this one

    answer = desk.post(address(message, "/doubt"), data={"choice": choice})

    assert (answer.status_code, answer.location) == (303, address(message))
    assert db.session.get(Message, message.id).state is state
    assert "What to make of it?" not in desk.get(address(message)).text
    assert desk.post(address(message, "/doubt"), data={"choice": choice}).status_code == 409
    assert desk.post(address(message, "/doubt"), data={"choice": "nonsense"}).status_code == 400


@pytest.mark.parametrize("state", [State.REFUSED, State.BOUNCED, State.EXPIRED, State.CANCELLED, State.KEPT])
def test_a_corrected_address_gets_the_same_words_and_both_messages_say_so(desk, state):
    old = failed(state)
    page = desk.get(address(old)).text
    assert ("Correct the address and send again" in page, "Send again to noemie@outlet.example" in page) == (
        True,
        True,
    )

    answer = desk.post(address(old, "/again"), data={"email": " noemie.k@Outlet.example "})

    new = db.session.scalar(select(Message).filter_by(replaces_id=old.id))
    assert (answer.status_code, answer.location) == (303, address(new))
    assert (new.recipient, new.text, new.state) == ("noemie.k@outlet.example", old.text, State.QUEUED)
    assert address(old) in desk.get(address(new)).text
    after = desk.get(address(old)).text
    assert (address(new) in after, "Correct the address" in after) == (True, False)
    assert (db.session.get(Message, old.id).state, db.session.get(Message, old.id).recipient) == (
        state,
        "noemie@outlet.example",
    )
    assert desk.post(address(old, "/again"), data={"email": "x@outlet.example"}).status_code == 409


def test_a_wrong_address_is_refused_at_its_field_and_kept(desk):
    message = failed()

    answer = desk.post(address(message, "/again"), data={"email": "noemie.outlet"})

    assert answer.status_code == 422
    assert 'value="noemie.outlet"' in answer.text
    assert "Enter a full address" in answer.text
    assert db.session.scalars(select(Message)).all() == [message]


@pytest.mark.parametrize("state", [State.HELD, State.QUEUED, State.SENDING, State.ACCEPTED])
def test_what_has_left_or_will_leave_is_not_sent_again(desk, state):
    message = builders.a_message(state=state, lease_until=clock.now(), lease_owner="x:1:y")

    assert "Correct the address" not in desk.get(address(message)).text
    assert desk.post(address(message, "/again"), data={"email": "x@outlet.example"}).status_code == 409


def test_a_message_of_a_dispatch_is_read_with_its_own_words(desk):
    body = Body(
        language="fr",
        subject="Dossier",
        text=f"Bonjour {gap('name')},",
        html=f"<p>Bonjour {gap('name')},</p>",
    )
    dispatch = Dispatch(
        kind=DispatchKind.ADVISORY, state=DispatchState.SENDING, about="", audience=[], created_at=clock.now(),
        bodies=[body],
    )  # fmt: skip
    db.session.add(dispatch)
    db.session.flush()
    message = builders.a_message(
        dispatch_id=dispatch.id, body_id=body.id, personal={"name": "Zoé <b>"}, text="", html="",
        state=State.ACCEPTED,
    )  # fmt: skip

    assert "Bonjour Zoé &lt;b&gt;," in desk.get(address(message)).text
    assert "<p>Bonjour Zoé &lt;b&gt;,</p>" in desk.get(address(message, "/html")).text


def test_a_suppressed_message_says_why_and_how_to_lift_that(desk):
    row = suppressions.add("noemie@outlet.example", "", Reason.BOUNCED, note="5.2.1 closed", at=clock.now())
    message = failed(State.SUPPRESSED, stage=None, code=None, reply=None, scope="contacts")
    page = desk.get(address(message)).text
    assert [words in page for words in ("Messages come back", "5.2.1 closed", "Lift the suppression")] == [
        True
    ] * 3
    assert "Send again to noemie" not in page

    answer = desk.post(f"/desk/messages/suppressions/{row.id}/lift", data={"next": address(message)})

    assert (answer.status_code, answer.location) == (303, address(message))
    assert db.session.scalars(select(Suppression)).all() == []
    assert journal() == ["suppression.lift"]
    assert "Send again to noemie" in desk.get(address(message)).text
    assert desk.post(f"/desk/messages/suppressions/{row.id}/lift").status_code == 404


def test_the_tabs_count_what_there_is(desk):
    for state in (State.IN_DOUBT, State.BOUNCED, State.BOUNCED, State.SUPPRESSED, State.REFUSED):
        failed(state)

    page = desk.get("/desk/messages/?group=bounced").text

    assert page.count('data-label="To"') == 2
    assert [f"?group={group}" in page for group in ("in_doubt", "bounced", "suppressed", "failed", "kept")] == [
        True, True, True, True, False,
    ]  # fmt: skip


# Addresses ------------------------------------------------------------------------------------------------


def test_an_address_is_added_by_hand_and_found_again(desk):
    assert "Everybody is written to" in desk.get("/desk/messages/suppressions").text
    typed = {"email": "Noemie@Outlet.example", "scope": "contacts", "note": "By telephone, 23 November"}

    answer = desk.post("/desk/messages/suppressions", data=typed)

    assert (answer.status_code, answer.location) == (303, "/desk/messages/suppressions")
    page = desk.get("/desk/messages/suppressions?q=outlet").text
    words = (
        "noemie@outlet.example",
        "Asked us not to write",
        "Mailings to contacts",
        "By telephone",
        "by Zoé Martin",
    )
    assert [one in page for one in words] == [True] * 5
    assert "is not in the list" in desk.get("/desk/messages/suppressions?q=nobody").text
    desk.post("/desk/messages/suppressions", data={**typed, "scope": "all"})
    scopes = db.session.scalars(select(Suppression.scope).order_by(Suppression.scope)).all()
    assert (scopes, journal()) == (["", "contacts"], ["suppression.add", "suppression.add"])


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"email": "", "note": "x"}, "Enter an email address"),
        ({"email": "nobody", "note": "x"}, "Enter a full address"),
        ({"email": "a@outlet.example", "note": ""}, "Say how you know"),
        ({"email": "a@outlet.example", "note": "x", "scope": "event:1"}, "Not a valid choice"),
    ],
)
def test_what_is_missing_is_said_at_its_field(desk, typed, error):
    answer = desk.post("/desk/messages/suppressions", data={"scope": "all", **typed})

    assert (answer.status_code, error in answer.text) == (422, True)
    assert db.session.scalars(select(Suppression)).all() == []


@pytest.mark.parametrize("query", ["page=999", "page=x", "q=%00", "q=" + "x" * 20_000, "page=-1&q=%25"])
def test_hostile_addresses_get_a_sane_page(desk, query):
    suppressions.add("a@outlet.example", "", Reason.ASKED, at=clock.now())
    db.session.commit()

    assert desk.get(f"/desk/messages/suppressions?{query}").status_code in (200, 404)


# All mail -------------------------------------------------------------------------------------------------


def test_all_mail_is_held_and_let_go_and_every_page_says_so(desk):
    builders.a_message()
    assert desk.post("/desk/messages/outgoing/hold").location == "/desk/messages/"

    page = desk.get("/desk/contacts/").text
    assert "Zoé Martin has held all mail since" in page
    assert "1 message waits." in page
    assert "Hold all mail" not in desk.get("/desk/messages/").text

    answer = desk.post("/desk/messages/outgoing/release", data={"next": "/desk/contacts/"})
    assert answer.location == "/desk/contacts/"
    assert "has held all mail" not in desk.get("/desk/contacts/").text
    assert journal() == ["mail.hold", "mail.release"]


def test_after_a_backup_was_restored_the_desk_says_what_to_look_at(desk):
    outgoing.hold(SYSTEM, clock.now(), outgoing.RESTORED)
    db.session.commit()

    page = desk.get("/desk/").text

    assert "A backup was restored" in page
    assert "Let mail leave" in page


def test_trouble_of_the_mail_server_is_shown_with_its_words_and_a_way_on(desk, app):
    app.config["MAIL_URL"] = "smtp://mx.example"
    now = clock.now()
    outgoing.trip(Outcome(Kind.TRANSPORT_TROUBLE, Stage.CONNECT, 535, "5.7.8 Wrong <password>"), now)
    db.session.commit()

    page = desk.get("/desk/").text
    assert "The mail server cannot be used (since" in page
    assert "It says: “535 5.7.8 Wrong &lt;password&gt;”" in page
    assert ("Next try at" in page, "Try now" in page) == (True, True)

    desk.post("/desk/messages/outgoing/try_now")
    page = desk.get("/desk/").text
    assert ("It is being tried again." in page, "Try now" in page) == (True, False)
    assert journal() == ["mail.try"]


def test_whoever_may_not_read_messages_sees_the_banner_without_its_buttons(app):
    outgoing.hold(ZOE, clock.now())
    db.session.commit()
    reviewer = builders.signed_in(app, role=Role.REVIEWER)

    page = reviewer.get("/desk/").text

    assert ("has held all mail" in page, "Let mail leave" in page) == (True, False)
    assert reviewer.post("/desk/messages/outgoing/release").status_code == 403


def test_letters_in_the_mailbox_are_a_number_on_the_desk(desk, app):
    app.config["BOUNCES_URL"] = "maildir:/nowhere"
    builders.stored(Mailbox(id=1, read_at=clock.now(), mark="", others=2, failure=""))

    assert (
        "2 unread mails in the mailbox for returned mail are no delivery reports"
        in desk.get("/desk/messages/").text
    )


def test_a_message_that_waits_too_long_says_that_nobody_carries_it(desk):
    builders.a_message(next_at=clock.now() - timedelta(minutes=11))

    assert "the background worker does not run" in desk.get("/desk/").text
