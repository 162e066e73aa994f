"""Whatever is done to applications, by whomever and whenever: what must hold afterwards, holds.

Hypothesis makes up sequences of steps of everybody concerned, of passing time, of what falls due and of the
postman's rounds. After each of them every application is looked at.
"""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func

from pressroom.access import APPLICANT, Actor, Role
from pressroom.accreditation import places, tasks, workflow
from pressroom.accreditation.models import DECISIONS, HOLDING, Application, State
from pressroom.accreditation.workflow import TRANSITIONS, allowed
from pressroom.database import db
from pressroom.delivery import postman
from pressroom.delivery.models import Message, MessageEvent
from pressroom.delivery.models import State as Fate
from pressroom.errors import Refused
from tests import builders

S = State
CATEGORIES, OUTLETS = ("written", "photo"), ("Le Matin", "Le Soir")
JUMPS = [
    timedelta(seconds=1),
    timedelta(minutes=2),
    timedelta(minutes=6),
    timedelta(hours=25),
    timedelta(days=4),
]
TICK, POST = "tick", "post"  # what falls due is done; what may leave leaves
QUOTA = st.sampled_from([1, 2, None, 0, 3])
COMMAND = st.tuples(
    st.sampled_from(["officer"] * 4 + ["reviewer", "reviewer", "admin"] + ["applicant"] * 4 + [TICK, POST]),
    st.sampled_from([0, 0, 0, 1, 1, 2]),  # which application
    st.integers(0, 19),  # which of the steps that may be taken
    st.sampled_from([0, 0, 1, 1, 2, 2, 3, 4]),  # how much time passes before
    st.integers(0, 3),  # which words, whether it can be undone
)
# What the last message may be when the applicant sees this state. Nobody writes about what is only looked at.
SAYS = {
    S.RECEIVED: {None, "accreditation_answered", "accreditation_reopened", "accreditation_reconsidered"},
    S.IN_REVIEW: {None, "accreditation_answered", "accreditation_reopened", "accreditation_reconsidered"},
    S.INFO_REQUESTED: {"accreditation_question", "accreditation_reminder"},
    S.WAITLISTED: {"accreditation_waitlisted"},
    S.OFFERED: {"accreditation_offered"},
    S.APPROVED: {
        "accreditation_approved", "accreditation_reinstated", "accreditation_changed", "accreditation_eve",
    },
    S.DECLINED: {"accreditation_declined"},
    S.WITHDRAWN: {"accreditation_withdrawn"},
    S.REVOKED: {"accreditation_revoked"},
    S.CLOSED: {"accreditation_closed"},
}  # fmt: skip
# What must be known of an application that stands so.
KNOWN = {
    S.INFO_REQUESTED: ("answer_due", "decided_at"),
    S.WAITLISTED: ("waitlisted_at", "decided_at"),
    S.OFFERED: ("offer_until", "decided_at"),
    S.APPROVED: ("decided_at",),
    S.DECLINED: ("reason", "decided_at"),
    S.WITHDRAWN: ("decided_at",),
    S.REVOKED: ("reason", "decided_at"),
    S.CLOSED: ("reason", "decided_at"),
}


class World:
    """One event, three applications to it, and a clock."""

    def __init__(self, staff, quotas, *, exceptions):
        self.actors = {actor.role.value: actor for actor in (*staff, APPLICANT)}
        self.now, self.exceptions, self.given = builders.NOON, exceptions, 0
        every, category, outlet = quotas
        self.event = builders.an_event(now=self.now, quota=every, outlet_quota=outlet)
        for code in CATEGORIES:
            self.event.category(code).quota = category
        self.people = [
            builders.an_application(
                self.event, category=CATEGORIES[n % 2], outlet=OUTLETS[n // 2], submitted_at=self.now,
                verified_at=None if n == 2 else self.now,
            )
            for n in range(3)
        ]  # fmt: skip

    def do(self, who, which, pick, jump, variant):
        """One command; gives those whom it may have touched."""
        self.now += JUMPS[jump]
        if who in (TICK, POST):
            tasks.fall_due(self.now) if who == TICK else postman.keep(self.now)
            return self.people
        self.step(self.people[which], self.actors[who], pick, variant)
        return [self.people[which]]

    def step(self, application, by, pick, variant):
        """One of the steps that may be taken; when there is none, one that may not, and nothing comes of it."""
        possible = allowed(application, by, self.now)
        action = (possible or list(TRANSITIONS))[pick % len(possible or TRANSITIONS)]
        over = "he is the minister's guest" if self.exceptions and variant == 3 else ""
        before = self.picture(application)
        try:
            workflow.act(
                application, action, by=by, at=self.now, undo=timedelta(minutes=5) if variant else timedelta(0),
                **self.words(action, application, variant), **({"over": over} if over else {}),
            )  # fmt: skip
            db.session.commit()
            self.given += bool(over)
        except Refused:
            db.session.rollback()
            assert self.picture(application) == before
        else:
            assert possible

    def words(self, action, application, variant):
        other = CATEGORIES[application.category == CATEGORIES[0]]
        return {
            "ask": {"asked": ["proof"], "due": self.now + timedelta(days=1 + variant)},
            "decline": {"reason": "capacity"},
            "revoke": {"reason": "conflicting"},
            "close": {"reason": "other"},
            "ask_review": {"note": "Une autre émission"},
            "change": {"changes": {"phone": f"+33 {variant}"}},
            "amend": {"changes": {"category": other} if variant % 2 else {"outlet": OUTLETS[variant // 2]}},
        }.get(action, {})

    @staticmethod
    def picture(application):
        fates = [(m.id, m.state) for m in messages(application)]
        return application.state, application.version, len(application.history), fates

    def judge(self, touched):
        self.judge_places(touched)
        for application in touched:
            self.judge_history(application)
            self.judge_messages(application)

    def judge_places(self, touched):
        """No more people hold a place than there are, but for those that an officer let in knowingly."""
        for application in touched:
            if application.state in HOLDING:
                for limit in places.of(application, self.now):
                    assert limit.taken + 1 <= limit.quota + self.given, limit
        held = db.select(func.count()).where(Application.event_id == self.event.id, places.holding(self.now))
        if self.event.quota is not None:
            assert db.session.scalar(held) <= self.event.quota + self.given

    def judge_history(self, application):
        standing = application.standing()
        assert application.state is (standing[-1].target if standing else S.RECEIVED)
        assert [n for n in KNOWN.get(application.state, ()) if getattr(application, n) is None] == []
        told = application.told(self.now)
        assert told == [step for step in standing if step in told]
        kept_back = {step.action for step in standing if step not in told} - {"take", "release"}
        assert kept_back <= ({standing[-1].action} if application.is_pending(self.now) else set())
        assert application.passes_on is False or application.state not in HOLDING
        if application.is_pending(self.now):
            decision = application.latest(*DECISIONS)
            assert (decision, decision.at) == (standing[-1], application.decided_at)
            assert application.seen(self.now) is decision.source

    def judge_messages(self, application):
        written = messages(application)
        for undone in self.taken_back(application):
            notice = TRANSITIONS[undone.action].notice
            fates = {m.state for m in written if (m.notice, m.created_at) == (notice, undone.at)}
            assert fates == {Fate.CANCELLED}, undone.action
        # While a decision can be undone its own mail is not told, and what it cancelled may leave after all.
        decision = application.decided_at if application.is_pending(self.now) else None
        told = [
            m.notice for m in written
            if (m.state is not Fate.CANCELLED or m.cancelled_at == decision) and m.created_at != decision
        ]  # fmt: skip
        if application.verified_at or self.decided_by_the_desk(application):
            assert (told[-1] if told else None) in SAYS[application.seen(self.now)]

    @staticmethod
    def taken_back(application):
        return [
            step for step in application.history
            if step.action in DECISIONS and step not in application.standing()
        ]  # fmt: skip

    def decided_by_the_desk(self, application):
        told = application.told(self.now)
        return bool(told) and told[-1].action in DECISIONS and told[-1].actor_role is not Role.SYSTEM


def messages(application):
    """The messages about an application, oldest first: their id, notice, fate, and when they were last cancelled."""
    cancelled = db.select(func.max(MessageEvent.at)).where(
        MessageEvent.message_id == Message.id, MessageEvent.state == Fate.CANCELLED
    )
    columns = (Message.id, Message.notice, Message.state, Message.created_at)
    return db.session.execute(
        db.select(*columns, cancelled.scalar_subquery().label("cancelled_at"))
        .where(Message.about == application.subject)
        .order_by(Message.created_at, Message.id)
    ).all()


def test_whatever_is_done_the_quotas_hold_and_every_state_has_its_message(app):
    staff = [
        Actor(role, "Zoé Martin", builders.a_member_of_staff(role=role).id)
        for role in (Role.OFFICER, Role.REVIEWER, Role.ADMIN)
    ]

    @settings(
        max_examples=20, derandomize=True, deadline=None, database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )  # fmt: skip
    @given(
        quotas=st.tuples(QUOTA, QUOTA, QUOTA), exceptions=st.booleans(),
        commands=st.lists(COMMAND, min_size=20, max_size=40),
    )  # fmt: skip
    def live(quotas, exceptions, commands):
        world = World(staff, quotas, exceptions=exceptions)
        for command in commands:
            world.judge(world.do(*command))

    live()
