"""Personal data has an end date: every row of the table, just before it and at it, through what the worker runs."""

import os
import random
import re
import sqlite3
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from flask import current_app
from sqlalchemy import delete, event, func, select

from pressroom import audit, cli, clock, engine, links, retention, storage, tasks
from pressroom.access import APPLICANT, SYSTEM, Role
from pressroom.accreditation import retention as accreditation
from pressroom.accreditation import workflow
from pressroom.accreditation.models import Application, Document, Draft, Remark, Step, Tally
from pressroom.accreditation.models import State as AppState
from pressroom.contacts import workflow as contacts
from pressroom.contacts.models import Import, ImportRow, ImportState, Outcome
from pressroom.database import db, new_id, writing
from pressroom.delivery import copies, suppressions
from pressroom.delivery.models import Message, MessageEvent, Reason, State
from pressroom.events.models import State as EventState
from pressroom.i18n import speaking
from pressroom.kits import queries as kit_queries
from pressroom.kits import tasks as kit_tasks
from pressroom.kits import workflow as kits
from pressroom.kits.models import Fetch, Grant
from pressroom.releases import drafts, previews
from pressroom.staff.models import SignInAttempt, StaffSession
from tests import builders, rows

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def a_message(since, state, **values):
    """A message whose fate has been settled since then."""
    message = builders.a_message(created_at=since, state=state, **values)
    message.events = [
        MessageEvent(at=since - HOUR, state=State.QUEUED, actor=""),
        MessageEvent(at=since, state=state, actor=""),
    ]
    return builders.stored(message)


def a_contact(since):
    email = f"{since.timestamp()}@telegraphe.example"
    contact = contacts.remember(
        email=email, name="Noémie Kervella", phone="", outlet=email, language="fr", source="accreditation", at=since
    )  # fmt: skip
    return builders.stored(contact)


def a_contact_of_a_list(since):
    """Somebody who never wrote to us, with all that the press office may note."""
    email = f"{since.timestamp()}@telegraphe.example"
    contact = builders.a_contact(
        email=email, outlet=email, topics=[builders.a_topic(email).id], source="import", at=since
    )
    contacts.note_consent(contact, True, "card left at our stand", by=SYSTEM, at=since)
    builders.a_list(email, contact)


def a_subscription(since, **values):
    """With a topic and the mail that asked to confirm it."""
    email = f"{since.timestamp()}@telegraphe.example"
    topic = builders.a_topic(email)
    subscription = builders.a_subscription(email, topics=[topic], created_at=since, **values)
    db.session.add(Message(**a_plain_message(about=subscription.subject, at=since)))
    db.session.commit()


def a_copy(since):
    recipient = f"{since.timestamp()}@telegraphe.example"
    copies.hand("release:4f7k2m9q:fr", 1, recipient=recipient, language="fr", by="message", at=since)
    db.session.commit()


def an_import(since):
    brought = builders.stored(
        Import(
            filename="press.csv", header=["Name"], columns=["name"], language="fr", consent="", state=ImportState.DONE, actor="Zoé",
            created_at=since,
        )
    )  # fmt: skip
    builders.stored(
        ImportRow(import_id=brought.id, number=2, cells=["Noémie Kervella"], outcome=Outcome.ADDED, reason="")
    )


def a_suppression(since):
    suppressions.add(f"{new_id()}@telegraphe.example", "", Reason.ASKED, at=since)
    db.session.commit()


def a_grant(since):
    event = builders.an_event(now=since - 60 * DAY, starts_at=since - HOUR, ends_at=since)
    grant = builders.a_grant(builders.a_kit(event))
    kits.note_fetch(grant, grant.kit.current.files[0], at=since)
    return builders.stored(grant)


def a_preview(since):
    preview = builders.a_preview(at=since - previews.LONGEST)
    previews.admit(preview, "somebody@else.example", at=since - previews.LONGEST)
    return builders.stored(preview)


def a_draft(since):
    person = builders.a_member_of_staff()
    return builders.stored(drafts.look("new:fr", by=person, at=since))


def a_session(since):
    person = builders.a_member_of_staff()
    return builders.stored(StaffSession(digest=person.id, staff_id=person.id, created_at=since - 12 * HOUR))


def a_journal_entry(since):
    audit.record("staff.add", f"staff:{since.timestamp()}", by=SYSTEM, at=since)
    db.session.commit()


def a_file(**values):
    data = b"a press card"
    return Document(
        name="Carte.pdf", media_type="application/pdf", size=len(data), file_key=storage.put(data), digest="d" * 64, **values
    )  # fmt: skip


def an_unsent_form(since):
    draft = Draft(
        key=f"{since.timestamp()}", event_id=builders.an_event().id, fields={}, ready=False, created_at=since
    )
    draft.documents = [a_file(created_at=since)]
    return builders.stored(draft)


def an_application(event=None, **values):
    """An application with all that can hang on one: file, history, remark, mail, a link to the kit that was used."""
    application = builders.an_application(event, **values)
    at, subject = application.submitted_at, application.subject
    application.documents = [a_file(created_at=at)]
    application.history = [
        Step(action="submit", target=application.state, actor_role=Role.APPLICANT, actor_name="", asked=[], note="", at=at)
    ]  # fmt: skip
    application.remarks = [
        Remark(is_internal=True, author_role=Role.OFFICER, author_name="Zoé", text="Seen.", at=at)
    ]
    db.session.add_all([application, Message(**a_plain_message(about=subject, at=at))])
    kit = kit_queries.of_event(application.event_id) or builders.a_kit(application.event)
    db.session.add(
        Grant(
            kit=kit,
            application=application,
            link_digest=new_id(20),
            created_at=at,
            fetches=[Fetch(what="*", at=at)],
        )
    )
    return builders.stored(application)


def a_plain_message(about, at):
    return {
        "notice": "accreditation_received", "about": about, "recipient": "noemie@telegraphe.example", "language": "fr",
        "subject": "Reçue", "text": "Bonjour", "html": "<p>Bonjour</p>", "message_id": new_id(20), "created_at": at,
        "state": State.QUEUED, "next_at": at, "send_by": at, "attempts": 0,
    }  # fmt: skip


APPLICATION = {
    "application": 1, "document": 1, "files": 1, "step": 1, "remark": 1, "message": 1, "words": 1, "kit_grant": 1, "kit_fetch": 1,
    "queue_entry": 1,
}  # fmt: skip


def of_an_event_that_ended(since, **values):
    event = builders.an_event(now=since - 60 * DAY, starts_at=since - HOUR, ends_at=since)
    return an_application(event, submitted_at=since - 30 * DAY, verified_at=since - 30 * DAY, **values)


def decided(since, state, **values):
    return an_application(
        state=state, submitted_at=since - DAY, verified_at=since - DAY, decided_at=since, **values
    )


def unconfirmed(since):
    an_application(submitted_at=since, verified_at=None)


SUBSCRIPTION = {"subscription": 1, "subscription_topic": 1, "message": 1, "words": 1}
# What stores one thing whose time runs from the moment given, and all that its end takes away; a case or more a row.
CASES = [
    ("unsent", an_unsent_form, {"draft": 1, "document": 1, "files": 1}),
    ("unconfirmed", unconfirmed, APPLICATION),
    *(("proofs", partial(decided, state=state), {"files": 1}) for state in accreditation.DECIDED),
    *(("proofs", partial(of_an_event_that_ended, state=state), {"files": 1}) for state in accreditation.WAITING),
    ("proofs", partial(of_an_event_that_ended, state=AppState.APPROVED), {"files": 1}),
    ("needs", partial(of_an_event_that_ended, needs="A ramp", state=AppState.APPROVED), {"needs": 1}),
    ("needs", partial(of_an_event_that_ended, needs_answer="There is a ramp"), {"needs": 1}),
    *(("ended", partial(decided, state=state), APPLICATION) for state in accreditation.NOT_ACCEPTED),
    *(("ended", partial(of_an_event_that_ended, state=state), APPLICATION) for state in accreditation.WAITING),
    ("ended", partial(of_an_event_that_ended, state=AppState.WITHDRAWN), APPLICATION),
    ("accredited", partial(of_an_event_that_ended, state=AppState.APPROVED), APPLICATION),
    ("contacts", a_contact, {"contact": 1, "outlet": 1}),
    ("contacts", a_contact_of_a_list, {"contact": 1, "outlet": 1, "consent": 1, "contact_listing": 1, "contact_topic": 1}),
    ("subscriptions", partial(a_subscription, confirmed_at=None), SUBSCRIPTION),
    ("subscriptions", lambda since: a_subscription(since - 30 * DAY, ended_at=since), SUBSCRIPTION),
    *(("words", partial(a_message, state=state), {"words": 1}) for state in (State.ACCEPTED, State.KEPT, State.CANCELLED)),
    *(("failed", partial(a_message, state=state), {"words": 1}) for state in (State.REFUSED, State.EXPIRED)),
    ("messages", partial(a_message, state=State.ACCEPTED), {"message": 1, "message_event": 2, "words": 1}),
    ("copies", a_copy, {"copy": 1}),
    ("imports", an_import, {"contact_import": 1, "contact_import_row": 1}),
    ("suppressions", a_suppression, {"suppression": 1}),
    ("kits", a_grant, {"kit_grant": 1, "kit_fetch": 1}),
    ("previews", a_preview, {"preview": 1, "preview_opening": 1}),
    ("drafts", a_draft, {"writing": 1}),
    ("sessions", a_session, {"staff_session": 1}),
    ("attempts", lambda since: builders.stored(SignInAttempt(key="x", at=since)), {"sign_in_attempt": 1}),
    ("journal", a_journal_entry, {"journal": 1}),
]  # fmt: skip


def stored():
    """How many rows each table holds; how many messages have their words, and applications needs; how many files."""
    numbers = rows.counted()
    has_words = (Message.text != "") & (Message.subject != "") & (Message.html != "")
    has_needs = (Application.needs != "") | (Application.needs_answer != "")
    for name, condition in (("words", has_words), ("needs", has_needs)):
        numbers[name] = db.session.scalar(select(func.count()).where(condition))
    db.session.rollback()
    return Counter({**numbers, "files": len(files())})


def files():
    return sorted(path for path in (current_app.config["DATA_DIR"] / "files").rglob("*") if path.is_file())


def purge(now):
    with writing():
        return tasks.purge(now)


@pytest.fixture
def only(app, monkeypatch):
    """Has all data but of one row kept for ten years more: what a case stores may be old in other ways too."""

    def only_(key):
        for other, row in retention.TABLE.items():
            if other != key:
                monkeypatch.setitem(retention.TABLE, other, row._replace(lasts=row.lasts + 3650 * DAY))

    return only_


@pytest.mark.parametrize(("key", "store", "what_goes"), CASES)
def test_data_goes_at_its_end_not_before_and_only_once(only, key, store, what_goes):
    only(key)
    now = clock.now() - HOUR
    ended = retention.before(key, now)
    store(ended - SECOND / 2)
    store(ended + SECOND / 2)
    before = stored()

    assert purge(now - SECOND) == Counter()
    assert stored() == before
    assert purge(now) == Counter({key: 1})
    after = stored()
    assert before - after == Counter(what_goes)
    assert purge(now) == Counter()
    assert stored() == after
    assert purge(now + SECOND) == Counter({key: 1})
    assert after - stored() == Counter(what_goes)


def test_every_row_of_the_table_has_a_case():
    assert {key for key, *_ in CASES} == set(retention.TABLE)


def test_data_is_kept_while_it_is_needed(only):
    """What looks old enough, and is not: each of these would be missed."""
    now = clock.now()
    long_ago = now - 5 * 365 * DAY
    postponed = builders.an_event(
        state=EventState.POSTPONED, starts_at=now - 100 * DAY, ends_at=now - 99 * DAY
    )
    an_application(postponed, needs="A ramp", submitted_at=now - 200 * DAY, state=AppState.WAITLISTED)
    an_application(submitted_at=now - 30 * DAY, state=AppState.RECEIVED)
    decided(now - 30 * DAY, AppState.INFO_REQUESTED)
    builders.a_subscription(created_at=long_ago, confirmed_at=long_ago)
    contact = a_contact(long_ago)
    builders.an_application(email=contact.email.upper())
    a_message(long_ago, State.QUEUED)
    a_message(now - DAY, State.ACCEPTED).created_at = now - 8 * DAY  # it was late
    db.session.commit()
    before = stored()

    assert purge(now) == Counter()
    assert stored() == before


def test_what_was_kept_aside_because_of_a_request_that_nobody_confirmed_stays_for_its_own_time(app):
    """Whoever knows an address may send a request in its name first; that of the owner came later."""
    now, nobody = clock.now(), {"email": "n@x.example", "verified_at": None}
    event = builders.an_event()
    stranger = builders.an_application(event, **nobody, submitted_at=now - 2 * DAY)
    second = builders.an_application(event, **nobody, submitted_at=now - 2 * DAY, duplicate_of_id=stranger.id)
    owner, third = (
        builders.an_application(event, **nobody, submitted_at=now - HOUR * n, duplicate_of_id=stranger.id)
        for n in (3, 1)
    )
    assert second.id != owner.id

    assert purge(now) == Counter({"unconfirmed": 2})

    kept = db.session.execute(select(Application.id, Application.duplicate_of_id)).all()
    assert set(kept) == {(owner.id, None), (third.id, owner.id)}


def test_a_file_that_no_row_names_goes_after_a_day(office):
    """It was stored, and what should have said whose it is never was: the step was refused, or the power went."""
    kept = files()
    lost, new, half = (storage.store().path(storage.put(b"canary")) for _ in range(3))
    half = half.rename(half.with_name("tmpcanary"))
    old = (clock.now() - DAY - SECOND).timestamp()
    for path in (*kept, lost, half):
        os.utime(path, (old, old))

    purge(clock.now())

    assert files() == sorted([*kept, new])


def test_an_application_leaves_a_number_that_names_nobody_and_its_journal(app):
    now = clock.now()
    event = builders.an_event(timezone="Asia/Tokyo")
    night = datetime(2026, 6, 1, 16, tzinfo=UTC)  # already the 2nd in Tokyo
    facts = {"state": AppState.DECLINED, "decided_at": now - 91 * DAY, "submitted_at": night, "country": "FR"}
    gone = [builders.an_application(event, **facts) for _ in range(3)]
    builders.an_application(event, **{**facts, "state": AppState.WITHDRAWN, "came_at": now - 90 * DAY})
    builders.an_application(event, submitted_at=night, verified_at=None)
    audit.record("accreditation.decline", gone[0].subject, by=SYSTEM, at=now - 91 * DAY)
    subject = gone[0].subject
    db.session.commit()

    purge(now)
    builders.an_application(event, **facts)
    purge(now)

    tallies = db.session.execute(
        select(Tally.state, Tally.category, Tally.country, Tally.submitted_on, Tally.came, Tally.number).order_by(Tally.state)
    ).all()  # fmt: skip
    assert tallies == [
        ("declined", "written", "FR", date(2026, 6, 2), False, 4),
        ("withdrawn", "written", "FR", date(2026, 6, 2), True, 1),
    ]
    assert stored()["application"] == 0
    assert [entry.action for entry in audit.history(subject)] == ["accreditation.decline"]


def test_what_was_merged_into_an_application_that_goes_stays_for_its_own_time(app):
    now = clock.now()
    older = builders.an_application(state=AppState.DECLINED, decided_at=now - 91 * DAY)
    newer = builders.an_application(state=AppState.CLOSED, decided_at=now - 80 * DAY, merged_into_id=older.id)

    purge(now)

    assert db.session.scalars(select(Application)).all() == [newer]
    assert newer.merged_into_id is None


def test_a_file_that_cannot_be_deleted_is_tried_again(app):
    now = clock.now()
    application = decided(now - 8 * DAY, AppState.APPROVED)
    path = storage.store().path(application.documents[0].file_key)
    path.unlink()
    (path / "in the way").mkdir(parents=True)

    purge(now)
    assert path.exists()
    assert application.documents[0].deleted_at == now
    (path / "in the way").rmdir()
    path.rmdir()
    path.write_bytes(b"a press card")
    assert purge(now) == Counter()

    assert [file for file in files() if file == path] == []
    assert stored()["discarded_file"] == 0


def test_a_proof_that_is_gone_leaves_its_name_and_nothing_to_know_it_by(app):
    now = clock.now()
    document = decided(now - 8 * DAY, AppState.DECLINED).documents[0]

    purge(now)

    assert (document.name, document.kind, document.deleted_at) == ("Carte.pdf", "proof_file", now)
    assert (document.file_key, document.digest) == ("", "")


def test_each_file_says_until_when_it_is_kept(app):
    now = clock.now()
    event = builders.an_event(starts_at=now, ends_at=now + DAY)
    later = builders.an_event(starts_at=now + 59 * DAY, ends_at=now + 60 * DAY)
    postponed = builders.an_event(starts_at=now, ends_at=now + DAY, state=EventState.POSTPONED)
    until = accreditation.document_until

    assert until(builders.an_application(later)) == now + 67 * DAY
    assert until(builders.an_application(later, state=AppState.WAITLISTED, decided_at=now)) == now + 67 * DAY
    assert until(builders.an_application(later, state=AppState.APPROVED, decided_at=now)) == now + 7 * DAY
    assert (
        until(builders.an_application(event, state=AppState.CLOSED, decided_at=now + 2 * DAY))
        == now + 8 * DAY
    )
    assert until(builders.an_application(postponed)) == now + 366 * DAY
    assert until(builders.an_application(postponed, state=AppState.REVOKED, decided_at=now)) == now + 7 * DAY


def test_a_kit_whose_links_were_forgotten_is_owed_to_nobody(app):
    now = clock.now()
    ended = retention.before("kits", now)
    grant = a_grant(ended)
    grant.kit.expires_at = now + DAY  # however long the desk says
    token = links.mint("kit", grant.id)
    assert kit_queries.by_token(token) == (grant, True)
    assert kit_queries.opens(grant, now - SECOND)
    assert not kit_queries.opens(grant, now)

    purge(now)
    kit_tasks.fall_due(now)

    assert stored()["kit_grant"] == 0


def test_one_failure_does_not_keep_the_data_of_the_others(app, monkeypatch):
    def fails(now):
        db.session.execute(delete(Application))
        raise RuntimeError("the first one")

    monkeypatch.setattr(tasks, "PURGES", (fails, *tasks.PURGES))
    now = clock.now()
    builders.an_application()
    builders.stored(SignInAttempt(key="x", at=now - 3 * DAY))

    with pytest.raises(ExceptionGroup, match="not all that is due was deleted"):
        purge(now)

    assert (stored()["application"], stored()["sign_in_attempt"]) == (1, 0)


# One word of letters each, so that an index of words holds it as it is.
CANARIES = ["".join(random.choices("abcdefghjkmnpqrstvwxyz", k=20)) for _ in range(8)]


def test_nothing_of_it_can_be_read_on_the_disk(app, everything):
    """Not in the database's free pages, not in its log, not in a file."""
    now = clock.now()
    name, email, outlet, phone, needs, remark, mail, file = CANARIES
    event = builders.an_event(now=now - 800 * DAY, starts_at=now - 731 * DAY, ends_at=now - 730 * DAY)
    application = builders.an_application(
        event, name=name, email=f"{email}@telegraphe.example", outlet=outlet, phone=phone, needs=needs,
        state=AppState.APPROVED, submitted_at=now - 1200 * DAY, decided_at=now - 800 * DAY, answers={"job_title": name},
    )  # fmt: skip
    application.documents = [a_file(created_at=now)]
    application.documents[0].file_key = storage.put(file.encode())
    application.remarks = [
        Remark(is_internal=False, author_role=Role.APPLICANT, author_name=name, text=remark, at=now)
    ]
    contacts.remember(
        email=application.email, name=name, phone=phone, outlet=outlet, language="fr", source="accreditation",
        at=now - 1200 * DAY,
    )  # fmt: skip
    a_message(
        now,
        State.ACCEPTED,
        about=application.subject,
        subject=mail,
        text=mail,
        html=mail,
        recipient=application.email,
    )
    db.session.commit()
    found = [word for word in CANARIES if word in everything()]

    purge(now)

    assert found == CANARIES
    assert [word for word in CANARIES if word in everything()] == []


def test_what_somebody_needs_on_site_is_nowhere_after_the_event(app, everything):
    now = clock.now()
    ended = now - DAY
    first, second, *_ = CANARIES
    application = of_an_event_that_ended(ended, needs=first, state=AppState.APPROVED)
    workflow.act(application, "change", by=APPLICANT, at=ended - DAY, changes={"needs": second})
    db.session.commit()

    purge(now)

    assert [step.action for step in application.history] == ["submit", "change"]
    assert [word for word in (first, second) if word in everything()] == []


@pytest.mark.only_sqlite
def test_a_log_that_somebody_reads_is_emptied_next_time(app, everything, tmp_path):
    now = clock.now()
    builders.stored(SignInAttempt(key=CANARIES[0], at=now - 3 * DAY))
    db.session.remove()
    reader = sqlite3.connect(tmp_path / "pressroom.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM sign_in_attempt").fetchone()
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")

    purge(now)
    assert [word for word in CANARIES[:1] if word in everything()]
    reader.close()
    purge(now)

    assert [word for word in CANARIES[:1] if word in everything()] == []


# How rows of large tables are found: by their age, by what they still have to lose, or by what they hang on.
WAYS = {
    "application": {
        "ix_application_unconfirmed (submitted_at<?)",
        "ix_application_state_application_decided_at (state=? AND decided_at<?)",
        "ix_application_state_application_decided_at (state=? AND decided_at=?)",
        "ix_application_event_id_application_state_application_submitted_at (event_id=? AND state=?)",
        "ix_application_with_needs (event_id=?)",
        "ix_application_email_key (email_key=?)",
        "its own uniqueness (id=?)",
    },
    "document": {"ix_document_unsent (draft_id=? AND created_at<?)", "ix_document_kept (application_id>?)"},
    "message": {
        "ix_message_created_at (created_at<?)",
        "ix_message_with_words (created_at<?)",
        "ix_message_replaces_id (replaces_id=?)",
    },
    "message_event": {"ix_message_event_message_id (message_id=?)"},
    "copy": {"ix_copy_at (at<?)"},
    "contact": {"ix_contact_last_action_at (last_action_at<?)"},
    "kit_grant": {"its own uniqueness (kit_id=?)"},
    "kit_fetch": {"ix_kit_fetch_grant_id (grant_id=?)"},
}


@pytest.mark.only_sqlite  # PostgreSQL decides by how much the tables hold
def test_asking_what_is_due_reads_no_large_table_from_end_to_end(app):
    asked, found = [], {table: set() for table in WAYS}

    def note(_connection, _cursor, statement, parameters, *_):
        asked.append((statement, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    purge(clock.now())
    event.remove(db.engine, "before_cursor_execute", note)

    with db.engine.connect() as connection:
        for statement, parameters in asked:
            if statement.startswith(("SELECT", "DELETE", "UPDATE")):
                for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
                    how, table, *way = row[3].split(maxsplit=2)
                    if table in WAYS and how in ("SEARCH", "SCAN"):
                        index = " ".join(way).partition("INDEX ")[2]
                        found[table].add(re.sub(r"^sqlite_autoindex_\w+", "its own uniqueness", index))
    assert found == WAYS


def test_the_worker_purges_by_itself(app):
    builders.stored(SignInAttempt(key="x", at=clock.now() - 3 * DAY))

    engine.run_due(app)

    assert stored()["sign_in_attempt"] == 0


def test_the_command_says_what_it_deleted_row_by_row(app):
    cli.register(app)
    builders.stored(SignInAttempt(key="x", at=clock.now() - 3 * DAY))
    run = app.test_cli_runner().invoke

    first, second = run(args=["purge"]), run(args=["purge"])

    def numbers(result):
        return {line.split()[1].rstrip(":"): int(line.split()[0]) for line in result.stdout.splitlines()}

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert list(numbers(first)) == list(retention.TABLE)
    assert +Counter(numbers(first)) == Counter({"attempts": 1})
    assert +Counter(numbers(second)) == Counter()


@pytest.mark.parametrize(
    ("lasts", "english", "french"),
    [
        (2 * DAY, "48 hours", "48 heures"),
        (7 * DAY, "7 days", "7 jours"),
        (90 * DAY, "90 days", "90 jours"),
        (timedelta(weeks=26), "26 weeks", "26 semaines"),
        (365 * DAY, "1 year", "1 an"),
        (3 * 365 * DAY, "3 years", "3 ans"),
    ],
)
def test_a_duration_is_said_in_the_unit_that_people_would_use(app, lasts, english, french):
    assert retention.duration(lasts) == english
    with speaking("fr"):
        assert retention.duration(lasts).replace("\N{NO-BREAK SPACE}", " ") == french
