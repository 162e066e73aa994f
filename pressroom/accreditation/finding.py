"""Finding applications: what the desk asks for, tabs with counts, a page of the queue, what comes before and after.

Everything is asked of one index of terms (see indexing.py), so that no page and no filter costs more in a queue of
100,000 than in one of 100. Two things are not terms: which mails failed, and which outlets ask for too much.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    case,
    column,
    func,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy.orm import aliased, joinedload, selectinload

from pressroom import pages
from pressroom.access import Actor
from pressroom.accreditation import places, queries
from pressroom.accreditation.indexing import (
    ANY_DAY,
    NOBODY,
    SHELVES,
    USUAL,
    QueueEntry,
    moment_of,
    term,
    words,
)
from pressroom.accreditation.models import LIVE, Application
from pressroom.contacts.outlets import outlet_key
from pressroom.database import db
from pressroom.delivery.models import Message
from pressroom.delivery.queries import FAILED
from pressroom.events import queries as all_events
from pressroom.events.models import Event

BOUND = 1000  # beyond, the desk reads "1,000+" and nothing is counted
SIZE = 50  # applications on a page
LONGEST = 200  # characters of words that are looked for
MOST_WORDS = 8
MOST_FAILED = 500  # applications, of all events, whose mails failed last
NEEDS, MAIL, ALL = "needs", "mail", "all"
UNANSWERED, OFFERED = "unanswered", "offered"  # counted like tabs, on the desk's home
MARKED = {NEEDS: "n", UNANSWERED: "m", OFFERED: "f"}
TABS = (*SHELVES, MAIL, NEEDS, ALL)
PROOFS = ("file", "links", "none")
ME = "me"
MARKS = {
    "unverified": "u",
    "again": "r",
    "late": "l",
    "came": "b",
    "unanswered": "m",
}  # ticked filters, and their term

_index = table("queue_index", column("rowid"))
# Joined by an expression, not the column: that keeps SQLite from going through every application.
_APPLICATION_OF = QueueEntry.application_id + literal_column("''")
# One statement counts every alternative, each up to the bound.
_COUNTS = (
    "SELECT (SELECT count(*) FROM (SELECT 1 FROM queue_index WHERE {found} LIMIT :most) AS found)"
    " FROM {each} ORDER BY each.key"
)


class _Asking(NamedTuple):
    """What databases say differently when the index (migration 0009) is asked."""

    found: str  # that an entry has all the terms of a match
    each: str  # the matches of a JSON list, as `each (key, value)`
    all_of: str
    one_of: str
    word: str
    beginning: str  # a word of which only the beginning is given


_ASKING = {
    "sqlite": _Asking(
        "queue_index MATCH {}", "json_each(:matches) AS each", " AND ", " OR ", '"{}"', '"{}"*'
    ),
    "postgresql": _Asking(
        "queue_index.terms @@ to_tsquery('simple', {})",
        "json_array_elements_text(CAST(:matches AS json)) WITH ORDINALITY AS each (value, key)",
        " & ", " | ", "'{}'", "'{}':*",
    ),
}  # fmt: skip


class Asked(NamedTuple):
    """What an address asks of an event's applications; nothing: those to review."""

    tab: str = "review"
    q: str = ""
    category: str = ""
    outlet: str = ""
    country: str = ""
    proof: str = ""
    assigned: str = ""  # an id, "me" or "nobody"
    language: str = ""
    day: str = ""
    unverified: str = ""  # these are "1" or nothing
    again: str = ""
    late: str = ""
    over: str = ""
    came: str = ""
    unanswered: str = ""

    def arguments(self) -> dict[str, str]:
        """As arguments of an address: give them to `url_for`."""
        return {name: value for name, value in self._asdict().items() if value != Asked()._asdict()[name]}

    def filters(self) -> dict[str, str]:
        """All of them but the tab."""
        return {name: value for name, value in self.arguments().items() if name != "tab"}


class Counts(NamedTuple):
    """How many applications of an event stand in each tab, up to BOUND + 1, and since when the oldest one waits."""

    tabs: dict[str, int]
    oldest: datetime | None


def from_args(args: Mapping[str, str]) -> Asked:
    """What an address asks for; what makes no sense is left out."""
    given = {
        name: " ".join(args.get(name, "").replace("\0", " ")[:LONGEST].split()) for name in Asked._fields
    }
    ticked = {name: "1" if given[name] == "1" else "" for name in (*MARKS, "over")}
    return Asked(**given | ticked)._replace(
        tab=given["tab"] if given["tab"] in TABS else "review",
        proof=given["proof"] if given["proof"] in PROOFS else "",
    )


def page(event: Event, viewer: Actor, asked: Asked) -> pages.Page:
    """The page of the list that the address asks for (`?page=`), in the queue's order."""
    numbers = pages.paginate(_numbers(event, viewer, asked), size=SIZE, most=BOUND)
    return numbers._replace(items=_applications(viewer, numbers.items))


def count(event: Event, viewer: Actor, tabs: Sequence[str] = TABS) -> Counts:
    """How many applications of one event stand in each tab: see `counts`."""
    return counts([event], viewer, tabs)[0]


def counts(events: Sequence[Event], viewer: Actor, tabs: Sequence[str] = TABS) -> list[Counts]:
    """For each event how many applications stand in each tab: a handful of statements for all of them, and for
    each one where some are to review, one or two for the oldest."""
    counted = [tab for tab in tabs if tab != MAIL]
    scopes = _scopes(viewer, events)
    failed = _failed(events, viewer) if MAIL in tabs else {}
    matches = [_match(_tab(event, tab), scopes[event.id]) for event in events for tab in counted]
    asking = _asking()
    statement = text(_COUNTS.format(found=asking.found.format("each.value"), each=asking.each))
    numbers = iter(
        db.session.scalars(statement, {"matches": json.dumps(matches), "most": BOUND + 1}).all()
        if matches else ()
    )  # fmt: skip
    found = []
    for event in events:
        known = {tab: next(numbers) for tab in counted}
        if MAIL in tabs:
            known[MAIL] = len(failed[event.id])
        oldest = _oldest(event, scopes[event.id]) if known.get("review") else None
        found.append(Counts({tab: known[tab] for tab in tabs}, oldest))
    return found


def overview(viewer: Actor, tabs: Sequence[str]) -> list[tuple[Event, Counts]]:
    """Every event that this member of staff sees, the furthest in time first, and what stands in these tabs."""
    scope = {one.event_id for one in queries.scope_of(viewer)}
    events = [one for one in db.session.scalars(all_events.every()) if not scope or one.id in scope]
    return list(zip(events, counts(events, viewer, tabs), strict=True))


def place(application: Application) -> int:
    """Where it stands in the queue's order; 0 when it stands in no queue."""
    return db.session.scalar(select(QueueEntry.id).filter_by(application_id=application.id)) or 0


def following(event: Event, viewer: Actor, asked: Asked, after: int, but: str) -> Application | None:
    """The next application of the list behind a place, or else its first one, never the one whose id is `but`."""
    of_all = _numbers(event, viewer, asked)
    numbers = [
        *db.session.scalars(of_all.where(_index.c.rowid > after).limit(2)),
        *db.session.scalars(of_all.limit(2)),
    ]
    return next((one for one in _applications(viewer, numbers) if one.id != but), None)


def neighbours(event: Event, viewer: Actor, asked: Asked, here: int) -> tuple[Application | None, ...]:
    """The applications before and behind a place in the list."""
    of_all = _numbers(event, viewer, asked)
    before = of_all.order_by(None).where(_index.c.rowid < here).order_by(_index.c.rowid.desc()).limit(1)
    behind = of_all.where(_index.c.rowid > here).limit(1)
    return tuple(
        next(iter(_applications(viewer, db.session.scalars(one).all())), None) for one in (before, behind)
    )


def _applications(viewer: Actor, numbers: Sequence[int]) -> list[Application]:
    """The applications with these numbers, in this order."""
    if not numbers:
        return []
    statement = (
        select(QueueEntry.id, Application)
        .join(Application, Application.id == QueueEntry.application_id)
        .where(QueueEntry.id.in_(numbers), queries.seen_by(viewer))
        .options(selectinload(Application.history), joinedload(Application.assignee))
    )
    found = dict(db.session.execute(statement).all())
    return [found[number] for number in dict.fromkeys(numbers) if number in found]


def _numbers(event: Event, viewer: Actor, asked: Asked) -> Select[tuple[int]]:
    """The numbers of what is asked for, in the queue's order."""
    wanted = [*_tab(event, asked.tab), *_filed(event, viewer, asked), *_said(event, asked.q)]
    matching = text(_asking().found.format(":match")).bindparams(
        match=_match(wanted, _scopes(viewer, [event])[event.id])
    )
    statement = select(_index.c.rowid).where(matching).order_by(_index.c.rowid)
    if asked.tab == MAIL:
        statement = statement.where(_index.c.rowid.in_(_failed([event], viewer)[event.id]))
    if asked.over:
        statement = (
            statement.join(QueueEntry, QueueEntry.id == _index.c.rowid)
            .join(Application, Application.id == _APPLICATION_OF)
            .where(_crowded(event))
        )
    return statement


def _tab(event: Event, tab: str) -> list[list[str]]:
    kind, value = ("t", tab) if tab in SHELVES else (MARKED.get(tab, "a"), "")
    return [[_exactly(term(event.id, kind, value))]]


def _filed(event: Event, viewer: Actor, asked: Asked) -> list[list[str]]:
    """The terms of every filter that is set; each must be there, in one of its alternatives."""
    assignee = {ME: viewer.id or NOBODY}.get(asked.assigned, asked.assigned)
    values = {
        "c": asked.category, "o": outlet_key(asked.outlet), "y": asked.country, "p": asked.proof,
        "g": asked.language, "s": assignee,
    }  # fmt: skip
    wanted = [[term(event.id, kind, value)] for kind, value in values.items() if value]
    wanted += [[term(event.id, mark)] for name, mark in MARKS.items() if getattr(asked, name)]
    if asked.day:
        wanted.append([term(event.id, "d", asked.day), term(event.id, "d", ANY_DAY)])
    return [[_exactly(one) for one in alternatives] for alternatives in wanted]


def _said(event: Event, said: str) -> list[list[str]]:
    """What is typed is the beginning of words; where no letter is left of it, nothing is found."""
    typed = words(said)[:MOST_WORDS]
    if said and not typed:
        return [[_exactly(f"{event.id}w")]]
    return [[_asking().beginning.format(f"{event.id}w{word}")] for word in typed]


def _exactly(wanted: str) -> str:
    return _asking().word.format(wanted)


def _match(wanted: Sequence[Sequence[str]], scope: Sequence[str]) -> str:
    asking, groups = _asking(), [*wanted, *([scope] if scope else [])]
    return asking.all_of.join(f"({asking.one_of.join(group)})" for group in groups)


def _scopes(viewer: Actor, events: Sequence[Event]) -> dict[str, list[str]]:
    """By event the categories that a reviewer's scope is limited to, as terms; []: no limit."""
    rows, found = queries.scope_of(viewer), {}
    for event in events:
        mine = {row.category for row in rows if row.event_id == event.id}
        limited = [_exactly(term(event.id, "c", code)) for code in sorted(mine)]
        found[event.id] = [] if not rows or "" in mine else limited or [_exactly(f"{event.id}c")]
    return found


def _oldest(event: Event, scope: Sequence[str]) -> datetime | None:
    """When the oldest one to review was submitted: the first of those that came back, or of the others."""
    matching = text(_asking().found.format(":match")).bindparams(match=_match(_tab(event, "review"), scope))
    first = select(_index.c.rowid).where(matching).order_by(_index.c.rowid).limit(1)
    parts = (first.where(_index.c.rowid < USUAL), first.where(_index.c.rowid >= USUAL))
    moments = [moment_of(number) for part in parts if (number := db.session.scalar(part)) is not None]
    return min(moments, default=None)


def _failed(events: Sequence[Event], viewer: Actor) -> dict[str, list[int]]:
    """By event the numbers of the applications about which a mail did not arrive, or may not have."""
    prefix = "application:"
    about = (
        select(Message.about)
        .where(Message.state.in_(FAILED), Message.about.startswith(prefix))
        .group_by(Message.about)
        .order_by(func.max(Message.created_at).desc())
    )
    ids = [one.removeprefix(prefix) for one in db.session.scalars(about.limit(MOST_FAILED))]
    statement = (
        select(Application.event_id, QueueEntry.id)
        .join(Application, Application.id == _APPLICATION_OF)
        .where(QueueEntry.application_id.in_(ids), queries.seen_by(viewer))
    )
    found: dict[str, list[int]] = {event.id: [] for event in events}
    for event_id, number in db.session.execute(statement.order_by(QueueEntry.id)) if ids else ():
        if event_id in found:
            found[event_id].append(number)
    return found


def _crowded(event: Event) -> ColumnElement[bool]:
    """That more people of an application's outlet ask to come than it has places. They are counted for one application
    after the other: a list that is full stops there."""
    own = case(
        {one.key: one.quota for one in event.outlet_quotas} or {"": 0},
        value=Application.outlet_key,
        else_=bindparam(None, event.outlet_quota, type_=db.Integer),
    )
    colleague = aliased(Application)
    asking = select(func.count()).where(
        colleague.event_id == event.id, colleague.outlet_key == Application.outlet_key, colleague.state.in_(LIVE),
        colleague.duplicate_of_id.is_(None),
    )  # fmt: skip
    return Application.outlet_key.not_in(places.NO_OUTLET) & (asking.scalar_subquery() > own)


def _asking() -> _Asking:
    return _ASKING[db.engine.dialect.name]
