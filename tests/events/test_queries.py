from datetime import timedelta

import pytest

from pressroom.access import SYSTEM, Actor, Role
from pressroom.database import db
from pressroom.events import queries, workflow
from pressroom.events.models import Late, Proof, State
from pressroom.events.queries import Window
from pressroom.events.workflow import CategoryFacts
from tests import builders
from tests.builders import NOON
from tests.counting import counting

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("after_opening", "window"),
    [
        (-SECOND, Window.NOT_OPEN),
        (timedelta(0), Window.OPEN),
        (timedelta(hours=1) - SECOND, Window.OPEN),
        (timedelta(hours=1), Window.CLOSED),
    ],
)
def test_the_window_opens_and_closes_on_the_second(app, after_opening, window):
    event = builders.an_event(requests_open_at=NOON, requests_close_at=NOON + timedelta(hours=1))

    assert queries.window(event, NOON + after_opening) is window


@pytest.mark.parametrize("state", [State.DRAFT, State.POSTPONED, State.CANCELLED])
def test_only_an_announced_event_takes_requests(app, state):
    assert queries.window(builders.an_event(now=NOON, state=state), NOON) is Window.CLOSED


def test_late_requests_are_taken_until_the_event_is_over(app):
    event = builders.an_event(requests_open_at=NOON, requests_close_at=NOON, late=Late.TAKEN)

    assert queries.window(event, NOON) is Window.LATE
    assert queries.window(event, event.ends_at - SECOND) is Window.LATE
    assert queries.window(event, event.ends_at) is Window.CLOSED
    assert [window.takes_requests for window in Window] == [False, True, True, False]


@pytest.mark.parametrize(
    ("before_closing", "hours"),
    [
        (timedelta(hours=48) + SECOND, None),
        (timedelta(hours=48), 48),
        (timedelta(hours=2), 2),
        (timedelta(hours=2) - SECOND, 1),
        (SECOND, 0),
        (timedelta(0), None),
    ],
)
def test_the_hours_that_are_left_are_counted_in_the_last_two_days(app, before_closing, hours):
    event = builders.an_event(now=NOON)

    assert queries.hours_left(event, event.requests_close_at - before_closing) == hours


def test_no_hours_are_left_of_a_window_that_is_not_open(app):
    event = builders.an_event(requests_open_at=NOON, requests_close_at=NOON + timedelta(hours=1))

    assert queries.hours_left(event, NOON - SECOND) is None


def test_events_come_soonest_first_then_postponed_ones_and_past_ones_last_first(app):
    def at(days, **values):
        start = NOON + timedelta(days=days)
        return builders.an_event(now=NOON, starts_at=start, ends_at=start + timedelta(hours=1), **values)

    older, old, later, sooner = at(-9), at(-2), at(5), at(1)
    postponed = at(-1, state=State.POSTPONED)
    at(2, state=State.DRAFT), at(3, state=State.CANCELLED), at(-3, state=State.DRAFT)
    at(-1 / 24)  # ends at this very moment

    assert db.session.scalars(queries.announced(NOON)).all() == [sooner, later, postponed]
    assert db.session.scalars(queries.past(NOON)).all()[1:] == [old, older]


@pytest.mark.parametrize(
    ("state", "is_known"), [("draft", False), ("announced", True), ("postponed", True), ("cancelled", True)]
)
def test_a_draft_is_an_unknown_event(app, state, is_known):
    event = builders.an_event(state=State(state))
    slug = event.texts["fr"].slug

    assert queries.find("fr", slug) == (event if is_known else None)
    assert queries.find_elsewhere(slug) == (event if is_known else None)
    assert queries.find("en", slug) is None


def test_the_office_answers_for_an_event_without_a_contact_of_its_own(app):
    first, second = builders.a_press_contact(position=1), builders.a_press_contact(position=2)

    assert queries.contact(builders.an_event()) == first
    assert queries.contact(builders.an_event(contact_id=second.id)) == second


# the copy that forms read


CHANGES = {
    "its window": {"requests_close_at": NOON},
    "its categories": {"categories": [CategoryFacts("photo", {}, None, Proof.FILE, ("country",))]},
    "its outlets": {"outlet_quotas": {"Agence Azur": 4}},
    "its words": {},
}


def seen(event):
    """What a form reads of it."""
    return {
        "window": (event.state, event.requests_open_at, event.requests_close_at, event.ends_at, event.late),
        "days": event.days,
        "categories": [(one.code, one.names, one.proof, one.asks, one.is_open) for one in event.categories],
        "outlets": [(own.name, own.quota) for own in event.outlet_quotas],
        "words": {code: (text.slug, text.title) for code, text in event.texts.items()},
    }


def to_read(event):
    db.session.rollback()  # another request's transaction
    return queries.find_to_read("fr", event.texts["fr"].slug)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_copy_to_read_is_another_one_after_each_change(app, change):
    event = builders.an_event()
    before = to_read(event)
    said = seen(before)

    workflow.edit(event, change, dict.fromkeys(event.texts, {"title": "Autre"}), by=SYSTEM, at=NOON)
    db.session.commit()
    after = to_read(event)

    assert seen(after) == seen(event) != said == seen(before)
    assert before is not event is not after


@pytest.mark.parametrize("action", ["postpone", "cancel"])
def test_a_step_makes_another_copy_too(app, action):
    event = builders.an_event()
    before = to_read(event)

    workflow.act(event, action, by=Actor(Role.OFFICER, "Zoé"), at=event.created_at)
    db.session.commit()

    assert (before.state, to_read(event).state) == (State.ANNOUNCED, event.state)


def test_an_event_that_stands_is_read_once(app):
    event = builders.an_event()
    first = to_read(event)

    with counting() as asked:
        again = to_read(event)

    assert again is first
    assert sum("event_category" in one for one in asked) == 0


def test_nobody_reads_a_draft_or_an_unknown_event(app):
    assert to_read(builders.an_event(state=State.DRAFT)) is None
    assert queries.find_to_read("fr", "rien") is None
