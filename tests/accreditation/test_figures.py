"""An event's figures, counted from applications and from the tallies of those that are gone."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from pressroom.access import Actor, Role
from pressroom.accreditation import figures
from pressroom.accreditation.models import ReviewerScope, State, Tally
from pressroom.database import db
from pressroom.i18n import speaking
from tests import builders

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)
OFFICER = Actor(Role.OFFICER, "Zoé Martin", "zoe")


def an_event_with_figures():
    event = builders.an_event(now=NOON, outlet_quota=None)
    two_days = {"submitted_at": NOON - 2 * DAY, "decided_at": NOON - DAY}
    builders.an_application(event, state=State.APPROVED, came_at=NOON, country="FR", **two_days)
    builders.an_application(
        event, state=State.APPROVED, country="DE", category="photo", outlet="LE TELEGRAPHE", **two_days
    )
    builders.an_application(
        event, state=State.DECLINED, outlet="Radio Pins", submitted_at=NOON - 3 * DAY, decided_at=NOON
    )
    # Late in the evening of the 21st in Paris, still the 21st in UTC: an hour later it is the 22nd there.
    builders.an_application(event, submitted_at=datetime(2026, 11, 21, 23, 30, tzinfo=UTC))
    builders.an_application(
        event, duplicate_of_id=builders.an_application(event, submitted_at=NOON - 5 * DAY).id
    )
    builders.stored(
        Tally(event_id=event.id, state=State.APPROVED, category="photo", country="FR", submitted_on=date(2026, 11, 17), came=True, number=4)
    )  # fmt: skip
    return event


def test_everything_is_counted_once(app):
    event = an_event_with_figures()

    found = figures.of(event, OFFICER, NOON)

    assert found == figures.Figures(
        total=9,
        states=Counter({State.APPROVED: 6, State.RECEIVED: 2, State.DECLINED: 1}),
        days=Counter({date(2026, 11, 17): 5, date(2026, 11, 20): 2, date(2026, 11, 19): 1, date(2026, 11, 22): 1}),
        categories=Counter({"photo": 5, "written": 4}),
        countries=Counter({"FR": 5, "": 3, "DE": 1}),
        outlets=Counter({"Le Télégraphe": 4, "Radio Pins": 1}),
        accepted=6, came=5, answer_median=DAY, oldest=5 * DAY,
    )  # fmt: skip


def test_the_point_comes_first_in_words(app):
    event = an_event_with_figures()
    found = figures.of(event, OFFICER, NOON)

    with speaking("en"):
        before = figures.sentence(found, event, NOON)
        after = figures.sentence(found, event, event.ends_at)

    assert before == (
        "9 requests: 6 accepted, 2 to review. Half of the answers came within 24 hours. "
        "The request that waits longest came 5 days ago."
    )
    assert after == f"{before} Of those accepted, 5 came."


def test_a_breakdown_that_says_nothing_is_left_out(app):
    event = builders.an_event()
    builders.an_application(event)

    with speaking("en"):
        made = figures.tables(figures.of(event, OFFICER, NOON), event, NOON)

    assert [(table.key, table.rows[0][0]) for table in made if table.key != "day"] == [
        ("status", "Received"), ("category", "Written press"), ("outlet", "Le Télégraphe"),
    ]  # fmt: skip


def test_twenty_outlets_have_their_row_and_the_others_one_together(app):
    event = builders.an_event()
    for number in range(22):
        builders.an_application(event, outlet=f"Radio {number:02}")
    builders.an_application(event, outlet="Radio 05")

    with speaking("en"):
        made = {table.key: table for table in figures.tables(figures.of(event, OFFICER, NOON), event, NOON)}

    rows = made["outlet"].rows
    assert (len(rows), rows[0], rows[-1], made["outlet"].most) == (
        21,
        ("Radio 05", 2),
        ("Other outlets", 2),
        2,
    )


def test_a_reviewer_counts_only_what_they_may_see(app):
    event = an_event_with_figures()
    reviewer = builders.a_member_of_staff(role=Role.REVIEWER)
    builders.stored(ReviewerScope(staff_id=reviewer.id, event_id=event.id, category="photo"))
    db.session.execute(db.delete(Tally))

    found = figures.of(event, Actor(Role.REVIEWER, reviewer.name, reviewer.id), NOON)

    assert (found.total, found.categories, found.outlets) == (
        1,
        Counter({"photo": 1}),
        Counter({"LE TELEGRAPHE": 1}),
    )


def test_who_came_is_told_once_the_event_has_begun(app):
    event = an_event_with_figures()
    found = figures.of(event, OFFICER, NOON)

    with speaking("en"):
        before = [table.key for table in figures.tables(found, event, NOON)]
        after = figures.tables(found, event, event.starts_at)[-1]

    assert ("attendance" in before, after.key, after.rows) == (
        False,
        "attendance",
        [("Accepted", 6), ("Came", 5)],
    )
