"""What happens at once happens to one database: a barrier lets real threads go together."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import func

from pressroom import clock, links
from pressroom.access import APPLICANT, SYSTEM, Actor, Role
from pressroom.accreditation import workflow
from pressroom.accreditation.models import Application, State
from pressroom.database import db, new_id, writing
from pressroom.delivery.models import Message
from pressroom.delivery.models import State as Fate
from pressroom.errors import Refused
from tests import builders
from tests.builders import TYPED, draft_key, form_address

OFFICER, ANOTHER = Actor(Role.OFFICER, "Zoé Martin", "zoe"), Actor(Role.REVIEWER, "Maël Quéré", "mael")


def at_once(*calls):
    barrier = Barrier(len(calls))

    def run(call):
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_ten_sendings_of_one_form_are_one_application(app, client):
    event = builders.an_event()
    client.post(form_address(event), data=TYPED)
    place, key = form_address(event, rest="/check"), draft_key(client, event)
    db.session.commit()

    responses = at_once(*[lambda: app.test_client().post(place, data={"draft": key})] * 10)

    assert [response.status_code for response in responses] == [303] * 10
    assert len({response.location for response in responses}) == 1
    assert len(db.session.scalars(db.select(Application)).all()) == 1
    assert [message.notice for message in db.session.scalars(db.select(Message))] == [
        "accreditation_received"
    ]


def test_two_forms_of_one_address_are_one_for_the_desk(app):
    event = builders.an_event()
    place, keys = form_address(event, rest="/check"), []
    for _ in range(4):
        client = app.test_client()
        client.post(form_address(event), data=TYPED)
        keys.append(draft_key(client, event))
    db.session.commit()

    at_once(*[lambda key=key: app.test_client().post(place, data={"draft": key}) for key in keys])

    found = Counter(row.duplicate_of_id is None for row in db.session.scalars(db.select(Application)))
    assert found == {True: 1, False: 3}
    assert len(db.session.scalars(db.select(Message)).all()) == 1


# What the last message says when an application stands so; none for a request that nobody has decided on.
SAYS = {
    State.APPROVED: "accreditation_approved",
    State.OFFERED: "accreditation_offered",
    State.DECLINED: "accreditation_declined",
    State.WITHDRAWN: "accreditation_withdrawn",
    State.CLOSED: "accreditation_closed",
}


def last_words(application):
    """The notice of the last message about it that will leave."""
    found = db.session.scalars(
        db.select(Message)
        .where(Message.about == application.subject, Message.state != Fate.CANCELLED)
        .order_by(Message.created_at)
    ).all()
    return found[-1].notice if found else None


def many(number, **values):
    """So many requests for one event, of as many outlets, in one transaction."""
    event = builders.an_event(**{"outlet_quota": None, **values})
    now = clock.now()
    made = [
        Application(
            id=new_id(), reference=new_id(8), event_id=event.id, draft_key=new_id(20), language="fr", name="Ana Pin",
            email=f"{new_id()}@x.example", outlet=f"Outlet {n}", category="written", phone="", samples=[], needs="",
            state=State.RECEIVED, submitted_at=now, verified_at=now, link_digest=new_id(20), verify_digest=new_id(20),
        )
        for n in range(number)
    ]  # fmt: skip
    ids = [application.id for application in made]
    db.session.add_all(made)
    db.session.commit()
    return ids


def step(app, application_id, action, *, by=OFFICER, undo=timedelta(0), **words):
    """Take a step as a request does, in a transaction of its own; returns whether it was taken."""

    def taken():
        with app.app_context(), writing():
            application = db.session.get_one(Application, application_id)
            try:
                workflow.act(application, action, by=by, at=clock.now(), undo=undo, **words)
            except Refused:
                return False
            db.session.commit()
            return True

    return taken


def test_twenty_at_once_on_the_last_place_fifty_times_is_one_approval_each_time(app):
    for _ in range(50):
        ids = many(20, quota=1)
        taken = at_once(*[step(app, id, "approve") for id in ids])

        assert Counter(taken) == {True: 1, False: 19}

    states = Counter(db.session.scalars(db.select(Application.state)))
    notices = [message.notice for message in db.session.scalars(db.select(Message))]
    assert states == {State.APPROVED: 50, State.RECEIVED: 950}
    assert notices == ["accreditation_approved"] * 50


def test_twenty_pages_on_the_last_place_are_one_approval_and_nineteen_clear_refusals(app):
    ids = many(20, quota=1)
    event_id = db.session.get_one(Application, ids[0]).event_id
    desks = [builders.signed_in(app, role=role) for role in (Role.OFFICER, Role.REVIEWER) * 10]
    db.session.commit()

    def accept(desk, application_id):
        answer = desk.post(f"/desk/accreditation/{event_id}/{application_id}/approve")
        return accept(desk, application_id) if answer.status_code == 503 else answer  # a slow machine says so

    answers = at_once(*[partial(accept, *both) for both in zip(desks, ids, strict=True)])

    assert Counter(answer.status_code for answer in answers) == {303: 1, 409: 19}
    assert {"No place is left." in answer.text for answer in answers if answer.status_code == 409} == {True}
    assert db.session.scalar(db.select(func.count()).where(Application.state == State.APPROVED)) == 1


def test_accepting_while_withdrawing_always_ends_withdrawn_and_the_mail_says_so(app):
    desk = builders.signed_in(app, role=Role.OFFICER)
    for _ in range(8):
        application = builders.an_application()
        accept = f"/desk/accreditation/{application.event_id}/{application.id}/approve"
        withdraw = f"/fr/applications/{links.mint('application', application.id)}/withdraw"
        db.session.commit()

        at_once(
            lambda accept=accept: desk.post(accept),
            lambda withdraw=withdraw: app.test_client().post(withdraw),
        )

        db.session.refresh(application)
        assert (application.state, application.seen(clock.now())) == (State.WITHDRAWN, State.WITHDRAWN)
        assert last_words(application) == "accreditation_withdrawn"


def test_of_two_opposite_decisions_one_stands(app):
    application = builders.an_application()
    desks = [builders.signed_in(app, role=role) for role in (Role.OFFICER, Role.REVIEWER)]
    place = f"/desk/accreditation/{application.event_id}/{application.id}"
    db.session.commit()

    codes = at_once(
        lambda: desks[0].post(f"{place}/approve").status_code,
        lambda: desks[1].post(f"{place}/decline", data={"decline-reason": "capacity"}).status_code,
    )

    db.session.refresh(application)
    assert sorted(codes) == [303, 409]
    assert last_words(application) == SAYS[application.state]
    assert len(application.history) == 1


@pytest.mark.parametrize(
    ("state", "one", "other", "ends"),
    [
        ("received", ("approve", OFFICER), ("decline", ANOTHER), {"approved", "declined"}),
        ("waitlisted", ("offer", OFFICER), ("withdraw", APPLICANT), {"withdrawn"}),
        ("offered", ("accept_offer", APPLICANT), ("withdraw", APPLICANT), {"withdrawn"}),
        ("offered", ("accept_offer", APPLICANT), ("close", SYSTEM), {"approved", "closed"}),
        ("offered", ("withdraw", APPLICANT), ("close", SYSTEM), {"withdrawn", "closed"}),
    ],
)
def test_of_two_steps_at_once_the_last_message_is_that_of_the_state(app, state, one, other, ends):
    words = {"decline": {"reason": "capacity"}, "close": {"reason": "lapsed"}}
    for _ in range(8):
        application = builders.an_application(
            state=State(state), waitlisted_at=clock.now(), offer_until=clock.now() + timedelta(hours=1)
        )
        steps = [step(app, application.id, act, by=by, **words.get(act, {})) for act, by in (one, other)]
        db.session.commit()

        at_once(*steps)

        db.session.refresh(application)
        assert application.state.value in ends
        assert last_words(application) == SAYS[application.state]
