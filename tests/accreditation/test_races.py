"""What happens at once happens to one database: a barrier lets real threads go together."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from pressroom import clock, links
from pressroom.access import Role
from pressroom.accreditation.models import Application, State
from pressroom.database import db
from pressroom.delivery.models import Message
from pressroom.delivery.models import State as Fate
from tests import builders
from tests.accreditation.test_public import TYPED, address, draft_key


def at_once(*calls):
    barrier = Barrier(len(calls))

    def run(call):
        barrier.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_ten_sendings_of_one_form_are_one_application(app, client):
    event = builders.an_event()
    client.post(address(event), data=TYPED)
    place, key = address(event, "accreditation/check"), draft_key(client)
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
    place, keys = address(event, "accreditation/check"), []
    for _ in range(4):
        client = app.test_client()
        client.post(address(event), data=TYPED)
        keys.append(draft_key(client))
    db.session.commit()

    at_once(*[lambda key=key: app.test_client().post(place, data={"draft": key}) for key in keys])

    found = Counter(row.duplicate_of_id is None for row in db.session.scalars(db.select(Application)))
    assert found == {True: 1, False: 3}
    assert len(db.session.scalars(db.select(Message)).all()) == 1


@pytest.mark.parametrize("_", range(6))
def test_accepting_while_withdrawing_leaves_a_withdrawn_request_and_no_approval(app, _):
    application = builders.an_application()
    desk = builders.signed_in(app, role=Role.OFFICER)
    accept = f"/desk/accreditation/{application.event_id}/{application.id}/approve"
    withdraw = f"/fr/applications/{links.mint('application', application.id)}/withdraw"
    db.session.commit()

    at_once(lambda: desk.post(accept), lambda: app.test_client().post(withdraw))

    db.session.refresh(application)
    fates = {message.notice: message.state for message in db.session.scalars(db.select(Message))}
    assert (application.state, application.seen(clock.now())) == (State.WITHDRAWN, State.WITHDRAWN)
    assert fates.pop("accreditation_withdrawn") is Fate.QUEUED
    assert fates in ({}, {"accreditation_approved": Fate.CANCELLED})


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
    notices = [message.notice for message in db.session.scalars(db.select(Message))]
    assert sorted(codes) == [303, 409]
    assert notices == [
        {"approved": "accreditation_approved", "declined": "accreditation_declined"}[application.state]
    ]
    assert len(application.history) == 1
