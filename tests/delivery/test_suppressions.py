from datetime import timedelta

import pytest
from sqlalchemy import select

from pressroom import audit, clock
from pressroom.access import APPLICANT, Actor, Role
from pressroom.database import db
from pressroom.delivery import suppressions
from pressroom.delivery.models import Reason, Suppression
from tests import builders

OFFICER = Actor(Role.OFFICER, "Zoé Martin", "4f7k2m9q1x3z")


@pytest.fixture(autouse=True)
def there(app):
    """Everything here needs the tables."""


def add(recipient="Noemie@Telegraphe.example", scope="", reason=Reason.BOUNCED, **values):
    row = suppressions.add(recipient, scope, reason, **{"at": builders.NOON, **values})
    db.session.commit()
    return row


def rows():
    return [
        (row.recipient, row.scope, row.reason, row.note, row.actor, row.at)
        for row in db.session.scalars(select(Suppression).order_by(Suppression.recipient, Suppression.scope))
    ]


def test_adding_the_same_again_changes_nothing():
    first = add(note="5.1.1 No such user")
    again = add("noemie@telegraphe.EXAMPLE", note="another", at=clock.now())

    assert again is first
    assert rows() == [("noemie@telegraphe.example", "", "bounced", "5.1.1 No such user", "", builders.NOON)]


def test_the_wish_of_a_person_outlives_what_a_server_says():
    later = builders.NOON + timedelta(days=1)
    add()
    add(reason=Reason.ASKED, note="By telephone", by=OFFICER, at=later)
    add(reason=Reason.UNKNOWN, note="5.1.1")

    assert rows() == [("noemie@telegraphe.example", "", "asked", "By telephone", "Zoé Martin", later)]


@pytest.mark.parametrize(
    ("stopped", "scope", "stops"),
    [
        ("", "", True), ("", "alerts", True), ("", "event:1", True), ("", None, False),
        ("alerts", "alerts", True), ("alerts", "", False), ("alerts", "event:1", False), ("alerts", None, False),
        ("event:1", "event:1", True), ("event:1", "event:2", False),
    ],
)  # fmt: skip
def test_a_suppression_stops_its_own_kind_of_mail(stopped, scope, stops):
    row = add(scope=stopped)
    message = builders.a_message(recipient="noemie@telegraphe.EXAMPLE", scope=scope)
    other = builders.a_message(recipient="another@telegraphe.example", scope=scope)

    assert suppressions.stops(message) is (row if stops else None)
    assert suppressions.stops(other) is None


def test_many_addresses_are_asked_about_at_once():
    asked = [f"n{number}@telegraphe.example" for number in range(1201)]
    add("N0@telegraphe.example", reason=Reason.UNSUBSCRIBED, scope="alerts")
    add("n0@telegraphe.example", reason=Reason.BOUNCED)
    add("n1200@telegraphe.example", reason=Reason.UNKNOWN)
    add("n7@telegraphe.example", reason=Reason.UNSUBSCRIBED, scope="contacts")
    add("nobody@telegraphe.example")

    assert suppressions.of(["N0@Telegraphe.example", *asked], "alerts") == {asked[0], asked[1200]}
    assert suppressions.reasons(asked, "alerts") == {asked[0]: "unsubscribed", asked[1200]: "unknown"}
    assert suppressions.of([], "alerts") == set()


def test_a_suppression_is_lifted_and_the_journal_says_by_whom():
    row = add(by=OFFICER, reason=Reason.ASKED)
    subject = suppressions.subject(row)
    suppressions.lift(row, by=OFFICER, at=builders.NOON)
    db.session.commit()

    assert rows() == []
    assert sorted(entry.action for entry in audit.history(subject)) == ["suppression.add", "suppression.lift"]
    assert {entry.actor_name for entry in audit.history(subject)} == {"Zoé Martin"}


def test_what_people_and_servers_do_themselves_names_nobody():
    add(reason=Reason.UNSUBSCRIBED, by=APPLICANT, scope="alerts")
    add()

    assert [row[4] for row in rows()] == ["", ""]
    assert db.session.scalars(select(audit.Entry)).all() == []
