"""The review queue as it grows: the time of the whole page, beside the same page at 100 applications."""

import hashlib
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

from flask.testing import FlaskClient

from benchmarks import seeding
from benchmarks.figures import Figure, milliseconds
from pressroom import clock
from pressroom.access import Role
from pressroom.accreditation import indexing
from pressroom.accreditation.models import Application, State, words_of
from pressroom.contacts.outlets import outlet_key
from pressroom.database import db, new_id, writing
from pressroom.events import categories
from pressroom.events.models import Category, Event, EventText
from pressroom.events.models import State as EventState
from pressroom.staff.models import Staff, StaffSession

SIZES = (100, 10_000, 100_000)
BATCH = 5000
ROUNDS = 12
SUBMITTED = """
    INSERT INTO step (application_id, action, target, actor_role, actor_name, asked, changes, note, at)
    SELECT id, 'submit', 'received', 'applicant', '', '[]', '{}', '', submitted_at FROM application
"""
STATES = {
    State.RECEIVED: 40, State.IN_REVIEW: 5, State.INFO_REQUESTED: 5, State.WAITLISTED: 10, State.APPROVED: 30,
    State.DECLINED: 7, State.WITHDRAWN: 3,
}  # fmt: skip
ASKED = {
    "queue": "", "queue, page 15": "?page=15", "queue, all": "?tab=all", "queue, a category": "?category=photo",
    "queue, two filters": "?language=en&proof=none", "queue, a day and nobody": "?day=2026-12-24&assigned=nobody",
    "queue, a filter that finds nothing": "?country=IS", "queue, over the limit": "?over=1",
    "queue, mail problems": "?tab=mail", "queue, a common name": "?q=marie", "queue, a rare name": "?q=quartz",
    "queue, a name that nobody has": "?q=introuvable", "all events": "/",
}  # fmt: skip


def run(_most: int) -> Iterator[Figure]:
    """At each size; all of them are measured by turns."""
    with ExitStack() as open_offices:
        clients = [open_offices.enter_context(_office(size)) for size in SIZES]
        for name, query in ASKED.items():
            calls = [lambda at=at, query=query: _read(*at, query) for at in clients]
            first, *others = milliseconds(calls, ROUNDS)
            for size, time in zip(SIZES[1:], others, strict=True):
                yield Figure(
                    f"{name}, {size:,} applications", time, first, "ms", f"{SIZES[0]} applications", at_most=2
                )


@contextmanager
def _office(size: int):
    """A client who is signed in, and the id of the event that so many ask to come to."""
    with tempfile.TemporaryDirectory() as folder, seeding.office(Path(folder), 0) as app:
        with writing():
            event = add_event()
            _fill(event, size)
        yield signed_in(app), event.id


def _read(client: FlaskClient, event_id: str, query: str) -> None:
    address = "/desk/accreditation/" if query == "/" else f"/desk/accreditation/{event_id}{query}"
    response = client.get(address)
    if response.status_code != 200:
        raise RuntimeError(f"{query}: {response.status}")


def signed_in(app) -> FlaskClient:
    now, token = clock.now(), new_id(22)
    with writing():
        staff = Staff(email="zoe@press.example", name="Zoé", role=Role.OFFICER, language="fr", created_at=now)
        db.session.add(staff)
        db.session.flush()
        digest = hashlib.sha256(token.encode()).hexdigest()
        db.session.add(StaffSession(digest=digest, staff_id=staff.id, created_at=now))
        db.session.commit()
    client = app.test_client()
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    return client


def add_event() -> Event:
    now = clock.now()
    starts = (now + timedelta(days=30)).replace(hour=9)
    event = Event(
        state=EventState.ANNOUNCED, starts_at=starts, ends_at=starts + timedelta(hours=8),
        timezone="Europe/Paris", requests_open_at=now - timedelta(days=30), requests_close_at=now + timedelta(days=20),
        answer_by=now + timedelta(days=25), created_at=now, outlet_quota=2,
    )  # fmt: skip
    event.categories = [categories.usual(code.value) for code in Category]
    for language in seeding.LANGUAGES:
        event.texts[language] = EventText(
            language=language, slug="forum", title="Forum", summary="", description="", place="Hyères",
            address="", conditions="",
        )  # fmt: skip
    db.session.add(event)
    db.session.commit()
    return event


def _fill(event: Event, size: int) -> None:
    chance, now, taken = random.Random(2006), clock.now(), Counter()
    first_names = ["Marie", "Ada", "Béa", "Cléo", "Dune", "Eve", "Fay", "Gil"]
    last_names = [name.capitalize() for name in seeding.words(chance)(2000).split()]
    for start in range(0, size, BATCH):
        rows = []
        for number in range(start, min(start + BATCH, size)):
            at = now - timedelta(days=30) * (1 - number / size)
            name = f"{chance.choice(first_names)} {chance.choice(last_names)}"
            row = _row(event.id, number, name, at, chance)
            if number == size // 2:
                row |= {"name": "Quartz", "words": "quartz", "state": State.RECEIVED}
            rows.append(row)
        db.session.execute(db.insert(Application), rows)
        db.session.execute(db.insert(indexing.QueueEntry), [_entry(row, taken) for row in rows])
        db.session.commit()
    db.session.execute(db.text(SUBMITTED))
    db.session.commit()


def _row(event_id: str, number: int, name: str, at, chance: random.Random) -> dict:
    """One application; outlets send a handful of people each."""
    key, outlet = new_id(), f"Outlet {number // 3 if number % 7 else number}"
    email, reference = f"p{number}@outlet{number // 3}.example", f"{number:06x}"
    return {
        "id": key, "reference": reference, "event_id": event_id, "draft_key": key, "language": chance.choice(seeding.LANGUAGES),
        "name": name, "email": email, "email_key": email, "outlet": outlet, "outlet_key": outlet_key(outlet),
        "words": words_of(name, outlet, email, reference), "category": chance.choice(list(Category)).value, "phone": "",
        "samples": [] if number % 9 == 0 else ["https://outlet.example/x"], "days": [], "needs": "",
        "country": chance.choice(("FR", "DE", "GB", "PT")), "answers": {}, "is_late": number % 50 == 0,
        "state": chance.choices(list(STATES), STATES.values())[0], "submitted_at": at,
        "verified_at": None if number % 10 == 0 else at, "link_digest": key, "verify_digest": key, "version": 1,
    }  # fmt: skip


def _entry(row: dict, taken: Counter) -> dict:
    facts = SimpleNamespace(**row, needs_answered_at=None, assignee_id=None, standing=list)
    first = indexing.first_number(row["submitted_at"])
    taken[first] += 1
    terms = indexing.terms(facts, {"links"} if row["samples"] else {"none"})
    return {"id": first + taken[first] - 1, "application_id": row["id"], "terms": terms}
