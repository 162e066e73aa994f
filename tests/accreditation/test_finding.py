"""What the desk asks of an event's applications: tabs, filters, words, order, and what a reviewer sees of them."""

from datetime import UTC, datetime, timedelta

import pytest

from pressroom import clock
from pressroom.access import APPLICANT, Actor, Role
from pressroom.accreditation import finding, indexing, workflow
from pressroom.accreditation.finding import Asked
from pressroom.accreditation.models import Application, Document, ReviewerScope, State
from pressroom.database import db
from pressroom.delivery.models import State as MessageState
from tests import builders
from tests.counting import counting

OFFICER = Actor(Role.OFFICER, "Zoé Martin")
HOUR = timedelta(hours=1)


@pytest.fixture
def found(app):
    """A function: the names that an address finds among an event's applications, in order."""

    def names(event, viewer=OFFICER, **args):
        with app.test_request_context(query_string={"page": args.pop("page", 1)}):
            return [one.name for one in finding.page(event, viewer, finding.from_args(args)).items]

    return names


def test_what_came_back_stands_first_then_the_oldest(found):
    event, now = builders.an_event(), clock.now()
    for hours, name in ((1, "Ada"), (3, "Béa"), (2, "Cléo")):
        builders.an_application(event, name=name, submitted_at=now - hours * HOUR)
    back = builders.an_application(event, name="Dune", submitted_at=now)
    workflow.act(back, "ask", by=OFFICER, at=now, asked=["proof"], due=now + HOUR)
    workflow.act(back, "answer", by=APPLICANT, at=now + HOUR, note="Voici")
    db.session.commit()

    assert found(event) == ["Dune", "Béa", "Cléo", "Ada"]

    workflow.act(back, "take", by=OFFICER, at=now + HOUR)
    db.session.commit()
    assert found(event, again="1") == ["Dune"]

    workflow.act(back, "approve", by=OFFICER, at=now + HOUR, undo=HOUR)
    db.session.commit()
    assert found(event, tab="all") == ["Béa", "Cléo", "Ada", "Dune"]

    workflow.act(back, "undo", by=OFFICER, at=now + HOUR)
    db.session.commit()
    assert found(event) == ["Dune", "Béa", "Cléo", "Ada"]


def test_every_state_stands_in_one_tab(app, found):
    event = builders.an_event()
    for state in State:
        builders.an_application(event, name=state.value, state=state)
    builders.an_application(builders.an_event(), name="elsewhere")
    builders.an_application(
        event, name="twice", duplicate_of_id=builders.an_application(event, name="once").id
    )

    assert {tab: set(found(event, tab=tab)) for tab in indexing.SHELVES} == {
        "review": {"received", "in_review", "once"},
        "asked": {"info_requested"},
        "waitlist": {"waitlisted", "offered"},
        "accepted": {"approved"},
        "closed": {"declined", "withdrawn", "revoked", "closed"},
    }
    counted = finding.count(event, OFFICER).tabs
    assert counted == {
        "review": 3, "asked": 1, "waitlist": 2, "accepted": 1, "closed": 4, "mail": 0, "needs": 0, "all": 11,
    }  # fmt: skip


def test_the_oldest_one_that_waits(app):
    event, now = builders.an_event(), datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert finding.count(event, OFFICER).oldest is None

    builders.an_application(event, submitted_at=now - 3 * HOUR, state=State.APPROVED)
    builders.an_application(event, submitted_at=now - HOUR)
    builders.an_application(event, submitted_at=now - 2 * HOUR)

    assert finding.count(event, OFFICER).oldest == now - 2 * HOUR


@pytest.mark.parametrize(
    ("asked", "values"),
    [
        ({"category": "photo"}, {"category": "photo"}),
        ({"outlet": "agence cigale"}, {"outlet": "Agence-Cigale"}),
        ({"country": "DE"}, {"country": "DE"}),
        ({"language": "en"}, {"language": "en"}),
        ({"proof": "none"}, {"samples": []}),
        ({"unverified": "1"}, {"verified_at": None}),
        ({"late": "1"}, {"is_late": True}),
        ({"day": "2026-12-24"}, {"days": ["2026-12-24", "2026-12-25"]}),
        ({"q": "wolfsb"}, {"name": "Zoë Wölfsberg"}),
        ({"q": "ZOE wolf"}, {"name": "Zoë Wölfsberg"}),
        ({"q": "radio-sud"}, {"outlet": "Radio Sud"}),
        ({"q": "Q7Q-7Q7Q"}, {"reference": "Q7Q-7Q7Q"}),
        ({"q": "ada@cigale.example"}, {"email": "Ada@cigale.example"}),
    ],
)
def test_a_filter_finds_what_has_it_and_nothing_else(found, asked, values):
    event = builders.an_event()
    builders.an_application(event, name="Autre", days=["2026-12-25"])
    builders.an_application(event, **{"name": "Voulue", "days": ["2026-12-25"], **values})

    assert found(event, **asked) == [values.get("name", "Voulue")]


def test_whoever_comes_every_day_comes_on_each(found):
    event = builders.an_event()
    builders.an_application(event, name="Ada", days=[])

    assert found(event, day="2026-12-24") == ["Ada"]


def test_proofs_by_their_kind(found):
    event = builders.an_event()
    document = Document(
        name="carte.pdf", media_type="application/pdf", size=4, file_key="x", created_at=clock.now()
    )
    with_file = builders.an_application(event, name="Ada", samples=[], documents=[document])
    builders.an_application(event, name="Béa")

    assert (found(event, proof="file"), found(event, proof="links")) == (["Ada"], ["Béa"])

    document.deleted_at = clock.now()
    db.session.commit()
    assert found(event, proof="none") == [with_file.name]


def test_who_looks_after_it(app, found):
    event, colleague = builders.an_event(), builders.a_member_of_staff(name="Maël Quéré")
    builders.an_application(event, name="Ada", assignee_id=colleague.id)
    builders.an_application(event, name="Béa")
    mine = Actor(Role.REVIEWER, colleague.name, colleague.id)

    assert found(event, mine, assigned="me") == ["Ada"]
    assert found(event, assigned="nobody") == ["Béa"]
    assert found(event, assigned=colleague.id) == ["Ada"]
    assert found(event, assigned="x") == []


def test_who_came_to_an_earlier_event(app, found):
    event = builders.an_event()
    builders.an_application(email="ada@cigale.example", state=State.APPROVED, came_at=clock.now())
    builders.an_application(event, name="Ada", email="Ada@cigale.example")
    builders.an_application(event, name="Béa")

    assert found(event, came="1") == ["Ada"]


def test_outlets_that_ask_for_too_much(found):
    event = builders.an_event(outlet_quota=1)
    builders.an_application(event, name="Ada", outlet="Agence Cigale")
    builders.an_application(event, name="Béa", outlet="agence cigale", state=State.APPROVED)
    builders.an_application(event, name="Cléo", outlet="Radio Sud")
    builders.an_application(event, name="Dune", outlet="Radio Sud", state=State.DECLINED)
    for name in ("Eve", "Fay"):
        builders.an_application(event, name=name, outlet="Freelance")

    assert found(event, over="1") == ["Ada"]
    assert found(event, over="1", tab="accepted") == ["Béa"]


def test_mails_that_did_not_arrive(app, found):
    event = builders.an_event()
    broken, sent = builders.an_application(event, name="Ada"), builders.an_application(event, name="Béa")
    builders.a_message(about=broken.subject, state=MessageState.REFUSED)
    builders.a_message(about=sent.subject, state=MessageState.ACCEPTED)

    assert found(event, tab="mail") == ["Ada"]
    assert found(event, tab="mail", q="béa") == []
    assert finding.count(event, OFFICER).tabs["mail"] == 1


def test_needs_that_nobody_answered(found):
    event = builders.an_event()
    builders.an_application(event, name="Ada", needs="Une rampe", state=State.APPROVED)
    builders.an_application(event, name="Béa", needs="Une rampe", needs_answered_at=clock.now())
    builders.an_application(event, name="Cléo", needs="Une rampe", state=State.DECLINED)

    assert found(event, tab="needs") == ["Ada"]


@pytest.mark.parametrize("words", ["%", "*", '"', "\0", "' OR 1", "NEAR(", "x" * 20_000, "-"])
def test_whatever_is_typed_is_words(found, words):
    event = builders.an_event()
    builders.an_application(event)

    assert found(event, q=words) == ([] if words != "\0" else ["Noémie Kervella"])


def test_what_makes_no_sense_is_left_out():
    asked = finding.from_args({"tab": "x", "proof": "y", "late": "yes", "q": "  ada \0 quill ", "over": "1"})

    assert asked == Asked(q="ada quill", over="1")
    assert asked.arguments() == {"q": "ada quill", "over": "1"}


def test_a_reviewer_sees_the_categories_of_their_scope(app, found):
    event, other = builders.an_event(), builders.an_event()
    for category in ("photo", "written"):
        builders.an_application(event, name=category, category=category)
    builders.an_application(other)
    reviewer = builders.a_member_of_staff(role=Role.REVIEWER)
    db.session.add(ReviewerScope(staff_id=reviewer.id, event_id=event.id, category="photo"))
    db.session.commit()
    viewer = Actor(Role.REVIEWER, reviewer.name, reviewer.id)

    assert found(event, viewer) == ["photo"]
    assert [(one.id, counts.tabs) for one, counts in finding.overview(viewer, ["all"])] == [
        (event.id, {"all": 1})
    ]


def test_the_next_one_and_the_neighbours(app):
    event, now = builders.an_event(), clock.now()
    first, second, third = (
        builders.an_application(event, name=name, submitted_at=now + number * HOUR)
        for number, name in enumerate(("Ada", "Béa", "Cléo"))
    )
    place = finding.place(second)

    assert finding.following(event, OFFICER, Asked(), place, but=second.id) is third
    assert finding.following(event, OFFICER, Asked(), finding.place(third), but=third.id) is first
    assert finding.following(event, OFFICER, Asked(q="béa"), place, but=second.id) is None
    assert finding.neighbours(event, OFFICER, Asked(), place) == (first, third)
    assert finding.neighbours(event, OFFICER, Asked(q="ada"), place) == (first, None)


def test_counting_ends_somewhere(app, found, monkeypatch):
    monkeypatch.setattr(finding, "BOUND", 2)
    event = builders.an_event()
    for _ in range(4):
        builders.an_application(event)

    assert finding.count(event, OFFICER, ["review"]).tabs == {"review": 3}


def test_the_index_follows_the_table(app):
    event = builders.an_event()
    gone, kept = builders.an_application(event), builders.an_application(event)
    db.session.delete(gone)
    kept.state = State.APPROVED
    db.session.commit()
    if db.engine.dialect.name == "sqlite":  # FTS5's own check
        db.session.execute(
            db.text("INSERT INTO queue_index (queue_index, rank) VALUES ('integrity-check', 1)")
        )

    assert db.session.scalars(db.select(indexing.QueueEntry.application_id)).all() == [kept.id]
    assert finding.count(event, OFFICER, ["review", "accepted"]).tabs == {"review": 0, "accepted": 1}


def test_two_of_the_same_moment_keep_apart(app, found):
    event, now = builders.an_event(), clock.now()
    for name in ("Ada", "Béa"):
        builders.an_application(event, name=name, submitted_at=now)

    assert found(event) == ["Ada", "Béa"]
    assert db.session.scalar(db.select(db.func.count()).select_from(Application)) == 2


def test_as_many_as_come_at_one_moment_are_found(found):
    event, now = builders.an_event(), clock.now()
    for number in range(indexing.SAME_MOMENT + 2):
        builders.an_application(event, name=f"Ada {number:03}", submitted_at=now)

    pages = [found(event, page=str(number)) for number in range(1, 7)]

    assert sorted(name for page in pages for name in page) == [
        f"Ada {number:03}" for number in range(indexing.SAME_MOMENT + 2)
    ]


def test_more_events_cost_no_more_statements(app):
    staff = builders.a_member_of_staff(role=Role.REVIEWER)
    reviewer, costs = Actor(Role.REVIEWER, staff.name, staff.id), []
    for events in (2, 6):
        for _number in range(events):
            accepted = builders.an_application(state=State.APPROVED)
            builders.stored(ReviewerScope(staff_id=staff.id, event_id=accepted.event_id))
            builders.a_message(about=accepted.subject, state=MessageState.REFUSED)
        with counting() as statements:
            found = finding.overview(reviewer, finding.TABS)
        assert {(one.tabs["accepted"], one.tabs["mail"], one.oldest) for _event, one in found} == {
            (1, 1, None)
        }
        costs.append(len(statements))

    assert costs[0] == costs[1]
