"""One step on many requests: to which it applies and why not to the others, what it does to the quotas, and doing it.

Requests are taken in the order in which they came: the last places go to the first. Nothing goes beyond a quota here.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy.orm import selectinload

from pressroom.access import Actor
from pressroom.accreditation import places, queries, remarks, statuses, workflow
from pressroom.accreditation.models import HOLDING, Application
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.events.categories import name_of
from pressroom.events.models import Event
from pressroom.i18n import gettext as _

MOST = 500
ASSIGN = "assign"
ACTIONS = ("approve", "waitlist", "decline", "ask", ASSIGN, "close")


class Row(NamedTuple):
    """One request, and why the step leaves it out ("": it does not)."""

    application: Application
    why: str


class Effect(NamedTuple):
    """What the step does to one limit: places taken before and after."""

    name: str
    quota: int
    before: int
    after: int


def chosen(event: Event, ids: Collection[str], viewer: Actor) -> list[Application]:
    """Those of these requests that the viewer may see, in the order in which they came.

    Raises Refused when none or too many are chosen.
    """
    if not ids:
        raise Refused(_("Select at least one request."))
    if len(ids) > MOST:
        raise Refused(_("Select at most %(most)s requests at a time.", most=MOST))
    found = queries.listed(event.id, viewer).where(Application.id.in_(ids))
    return list(db.session.scalars(found.options(selectinload(Application.history))))


def plan(
    event: Event, applications: Sequence[Application], action: str, viewer: Actor, now: datetime,
    versions: Mapping[str, int] | None = None,
) -> list[Row]:  # fmt: skip
    """To which requests the step applies; `versions` are those that were looked at, by id."""
    taken, rows = _taken(event, now), []
    for one in applications:
        why = _changed(one, action, (versions or {}).get(one.id)) or _why_not(one, action, viewer, now)
        if not why and _delta(one, action) > 0:
            full = [name for name, quota, of in _limits(event, one) if taken[of] >= quota]
            why = _("No place is left: %(limits)s", limits=", ".join(full)) if full else ""
        if not why:
            _take(taken, one, _delta(one, action))
        rows.append(Row(one, why))
    return rows


def effects(event: Event, rows: Sequence[Row], action: str, now: datetime) -> list[Effect]:
    """What the step does to the event, to its categories, and to the outlets whose last place it takes."""
    before = _taken(event, now)
    after, limits = Counter(before), {}
    for row in rows:
        limits |= {of: (name, quota) for name, quota, of in _limits(event, row.application)}
        if not row.why:
            _take(after, row.application, _delta(row.application, action))
    return [
        Effect(name, quota, before[of], after[of])
        for of, (name, quota) in sorted(limits.items(), key=lambda limit: list(places.Of).index(limit[0][0]))
        if before[of] != after[of] and (of[0] is not places.Of.OUTLET or after[of] >= quota)
    ]


def carry_out(rows: Sequence[Row], action: str, *, by: Actor, at: datetime, undo: timedelta, staff=None, **words) -> list[Row]:  # fmt: skip
    """Take the step on every request that it applies to; what is refused on the way is left as it was, and why is said."""
    return [row if row.why else Row(row.application, _done(row.application, action, by, at, undo, staff, words)) for row in rows]  # fmt: skip


def _done(
    application: Application, action: str, by: Actor, at: datetime, undo: timedelta, staff, words
) -> str:
    try:
        with db.session.begin_nested():
            if action == ASSIGN:
                remarks.assign(application, staff, by=by, at=at)
            else:
                workflow.act(application, action, by=by, at=at, undo=undo, **words)
    except Refused as refusal:
        return str(refusal)
    return ""


def _changed(application: Application, action: str, version: int | None) -> str:
    if version is None or version == application.version:
        return ""
    if action != ASSIGN and application.state is workflow.TRANSITIONS[action].target:
        return _("Done already.")
    return _("It has changed since you looked at it.")


def _why_not(application: Application, action: str, viewer: Actor, now: datetime) -> str:
    if action == ASSIGN:
        return ""
    if action in workflow.allowed(application, viewer, now):
        if workflow.second_look(application, viewer):
            return _("A second look was asked for: somebody else than who declined must decide.")
        return ""
    if application.is_pending(now):
        return (
            _("The last decision can still be undone.")
            if action != "undo"
            else _("Somebody else must undo it.")
        )
    step = workflow.TRANSITIONS[action]
    if application.verified_at is None and application.state in step.sources:
        return _("Email to verify")
    return _("Status: %(status)s", status=statuses.DESK[application.state].label)


# Places ----------------------------------------------------------------------------------------------------


def _taken(event: Event, now: datetime) -> Counter:
    """The places taken: in all, in each category, by each outlet. One query."""
    taken: Counter = Counter()
    for category, outlet, number in db.session.execute(
        db.select(Application.category, Application.outlet_key, func.count())
        .where(Application.event_id == event.id, places.holding(now))
        .group_by(Application.category, Application.outlet_key)
    ):
        for of in _keys(category, outlet):
            taken[of] += number
    return taken


def _keys(category: str, outlet: str) -> tuple[tuple[places.Of, str], ...]:
    return (places.Of.EVENT, ""), (places.Of.CATEGORY, category), (places.Of.OUTLET, outlet)


def _take(taken: Counter, application: Application, number: int) -> None:
    for of in _keys(application.category, application.outlet_key):
        taken[of] += number


def _limits(event: Event, application: Application):
    """The limits that the request falls under: what it is called, the quota, and its key."""
    in_event, in_category, in_outlet = _keys(application.category, application.outlet_key)
    category = event.category(application.category)
    found = (
        (_("The event"), event.quota, in_event),
        (name_of(event, application.category), category and category.quota, in_category),
        (application.outlet, places.outlet_quota(event, application.outlet_key), in_outlet),
    )
    return [limit for limit in found if limit[1] is not None]


def _delta(application: Application, action: str) -> int:
    """How many places the step takes, or gives back."""
    if action == ASSIGN:
        return 0
    target = workflow.TRANSITIONS[action].target
    return (target in HOLDING) - (application.state in HOLDING)
