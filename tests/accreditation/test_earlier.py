from datetime import timedelta

from pressroom import clock
from pressroom.access import Actor, Role
from pressroom.accreditation import earlier
from pressroom.accreditation.earlier import Record
from pressroom.accreditation.models import ReviewerScope, State
from tests import builders

OFFICER = Actor(Role.OFFICER, "Zoé Martin", "officer")


def a_past_event(days):
    return builders.an_event(now=clock.now() - timedelta(days=days + 30))


def past(application, viewer=OFFICER):
    return [(one.application.id, one.came) for one in earlier.of_person(application, viewer, clock.now())]


def test_whether_a_person_came_is_known_where_people_were_counted(app):
    counted, uncounted, coming = a_past_event(200), a_past_event(100), builders.an_event()
    email, then = "Ada@telegraphe.example", clock.now() - timedelta(days=300)
    builders.an_accredited(counted, came_at=then)
    absent = builders.an_accredited(counted, email=email, submitted_at=then)
    unknown = builders.an_accredited(uncounted, email=email, submitted_at=then + timedelta(days=1))
    ahead = builders.an_accredited(coming, email=email, submitted_at=then + timedelta(days=2))
    came = builders.an_accredited(
        a_past_event(50), email=email, came_at=then, submitted_at=then + timedelta(days=3)
    )
    declined = builders.an_application(counted, email=email, state=State.DECLINED, submitted_at=then + timedelta(days=4))  # fmt: skip
    application = builders.an_application(email=email.lower())

    assert past(application) == [
        (declined.id, None),
        (came.id, True),
        (ahead.id, None),
        (unknown.id, None),
        (absent.id, False),
    ]


def test_other_requests_for_the_same_event_are_not_earlier_ones(app):
    event = builders.an_event()
    builders.an_application(event, email="ada@telegraphe.example", state=State.WITHDRAWN)

    assert past(builders.an_application(event, email="ada@telegraphe.example")) == []


def test_an_outlet_s_record_is_numbers(app):
    event = a_past_event(100)
    for values in ({"state": State.APPROVED, "came_at": clock.now()}, {"state": State.APPROVED}, {"state": State.DECLINED}):  # fmt: skip
        builders.an_application(event, **values)
    builders.an_application(event, outlet="Autre")
    application = builders.an_application()
    builders.an_application(application.event)

    assert earlier.of_outlet(application, OFFICER) == Record(requests=3, accepted=2, declined=1, came=1)
    assert earlier.of_outlet(builders.an_application(outlet="Neuf"), OFFICER) is None


def test_freelances_have_no_record_in_common(app):
    builders.an_application(outlet="Freelance")
    assert earlier.of_outlet(builders.an_application(outlet="freelance"), OFFICER) is None


def test_what_a_reviewer_may_not_see_is_not_told(app):
    reviewer = builders.a_member_of_staff(role=Role.REVIEWER)
    builders.an_application(email="ada@telegraphe.example")
    application = builders.an_application(email="ada@telegraphe.example")
    builders.stored(ReviewerScope(staff_id=reviewer.id, event_id=application.event_id))
    viewer = Actor(Role.REVIEWER, reviewer.name, reviewer.id)

    assert (past(application, viewer), earlier.of_outlet(application, viewer)) == ([], None)
    assert len(past(application)) == 1
