"""An event's figures: requests by status, day, category, outlet and country, the time to answer, who came.

They are counted from the applications themselves, and from the tallies of those whose data is gone.
"""

from collections import Counter
from datetime import date, datetime, timedelta
from statistics import median
from typing import NamedTuple

from sqlalchemy import func

from pressroom import dates
from pressroom.access import Actor
from pressroom.accreditation import details
from pressroom.accreditation.models import TO_REVIEW, Application, State, Tally
from pressroom.accreditation.queries import seen_by
from pressroom.accreditation.statuses import DESK
from pressroom.database import db
from pressroom.events.categories import name_of
from pressroom.events.models import Event
from pressroom.i18n import gettext as _
from pressroom.i18n import ngettext

MOST_OUTLETS = 20
ANSWERED = (State.APPROVED, State.DECLINED, State.WAITLISTED, State.OFFERED, State.REVOKED, State.CLOSED)


class Figures(NamedTuple):
    """Numbers of requests; `outlets` by their names, the others by code. Times are from request to answer."""

    total: int
    states: Counter[State]
    days: Counter[date]
    categories: Counter[str]
    countries: Counter[str]
    outlets: Counter[str]
    accepted: int
    came: int
    answer_median: timedelta | None
    oldest: timedelta | None  # how long the request that waits longest has


class Table(NamedTuple):
    """One breakdown, as pages and files show it: each row a label and a number."""

    key: str
    title: str
    column: str
    rows: list[tuple[str, int]]

    @property
    def most(self) -> int:
        return max((number for _label, number in self.rows), default=0)


def of(event: Event, viewer: Actor, now: datetime) -> Figures:
    """The figures of one event, of those applications that this member of staff may see."""
    columns = (
        Application.state, Application.category, Application.country, Application.submitted_at,
        Application.decided_at, Application.came_at,
    )  # fmt: skip
    rows = db.session.execute(
        db.select(*columns).where(Application.event_id == event.id, seen_by(viewer))
    ).all()
    gone = db.session.scalars(db.select(Tally).where(Tally.event_id == event.id)).all()
    waits = [row.submitted_at for row in rows if row.state in TO_REVIEW]
    answers = [row.decided_at - row.submitted_at for row in rows if row.state in ANSWERED and row.decided_at]
    states, days, categories, countries, came = Counter(), Counter(), Counter(), Counter(), 0
    seen = [
        (row.state, row.submitted_at.astimezone(event.zone).date(), row.category, row.country, bool(row.came_at), 1)
        for row in rows
    ]  # fmt: skip
    kept = [
        (tally.state, tally.submitted_on, tally.category, tally.country, tally.came, tally.number) for tally in gone
    ]  # fmt: skip
    for state, day, category, country, was_there, number in [*seen, *kept]:
        states[state] += number
        days[day] += number
        categories[category] += number
        countries[country] += number
        came += number if was_there else 0
    return Figures(
        total=states.total(), states=states, days=days, categories=categories, countries=countries,
        outlets=_outlets(event, viewer), accepted=states[State.APPROVED], came=came,
        answer_median=median(answers) if answers else None, oldest=now - min(waits) if waits else None,
    )  # fmt: skip


def _outlets(event: Event, viewer: Actor) -> Counter[str]:
    """By outlet, however it was spelled, under the spelling that has most small letters."""
    found = db.session.execute(
        db.select(func.max(Application.outlet), func.count())
        .where(Application.event_id == event.id, seen_by(viewer))
        .group_by(Application.outlet_key)
    )
    numbers: Counter[str] = Counter()
    for name, number in found:
        numbers[name] += number
    return numbers


def sentence(figures: Figures, event: Event, now: datetime) -> str:
    """What the figures come to, in words."""
    waiting = sum(figures.states[state] for state in TO_REVIEW)
    said = [
        ngettext("%(num)s request:", "%(num)s requests:", figures.total)
        + " "
        + ngettext("%(num)s accepted,", "%(num)s accepted,", figures.accepted)
        + " "
        + ngettext("%(num)s to review.", "%(num)s to review.", waiting)
    ]
    if figures.answer_median is not None:
        said.append(_("Half of the answers came within %(time)s.", time=dates.age(figures.answer_median)))
    if figures.oldest is not None:
        said.append(_("The request that waits longest came %(time)s ago.", time=dates.age(figures.oldest)))
    if figures.came and now >= event.starts_at:
        said.append(
            ngettext("Of those accepted, %(num)s came.", "Of those accepted, %(num)s came.", figures.came)
        )
    return " ".join(said)


def tables(figures: Figures, event: Event, now: datetime) -> list[Table]:
    """The breakdowns, those that say something: no country that nobody was asked for, nobody’s presence before the event."""
    by_state = [(str(DESK[state].label), figures.states[state]) for state in State if figures.states[state]]
    by_category = [(name_of(event, code), number) for code, number in figures.categories.most_common()]
    by_country = [
        (details.country(code) if code else _("Not asked"), number)
        for code, number in figures.countries.most_common()
    ]
    made = [
        Table("status", _("By status"), _("Status"), by_state),
        Table(
            "day",
            _("By day"),
            _("Day"),
            [(dates.day(day), figures.days[day]) for day in sorted(figures.days)],
        ),
        Table("category", _("By role"), _("Role"), by_category),
        Table("outlet", _("By outlet"), _("Outlet"), _most(figures.outlets)),
    ]
    if set(figures.countries) - {""}:
        made.append(Table("country", _("By country"), _("Country"), by_country))
    if figures.accepted and now >= event.starts_at:
        seen = [(_("Accepted"), figures.accepted), (_("Came"), figures.came)]
        made.append(Table("attendance", _("Accepted and present"), _("Attendance"), seen))
    return [table for table in made if table.rows]


def _most(outlets: Counter[str]) -> list[tuple[str, int]]:
    rows = outlets.most_common(MOST_OUTLETS)
    rest = outlets.total() - sum(number for _name, number in rows)
    return [*rows, (_("Other outlets"), rest)] if rest else rows
