"""Alerts make their own dispatches: once, in time, to those who wanted them, and never of what nobody may know."""

from datetime import timedelta

import pytest

from pressroom import clock, engine
from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.delivery.models import Dispatch, Message, State
from pressroom.dispatches import alerting
from pressroom.releases import queries, workflow
from pressroom.releases.corrections import Note
from pressroom.releases.models import Correction, CorrectionKind, CorrectionText, Words
from tests import builders

HOUR = timedelta(hours=1)


@pytest.fixture
def at(monkeypatch):
    """Sets the clock, counted from when the test began."""
    start = clock.now()

    def at_(**later):
        moment = start + timedelta(**later)
        monkeypatch.setattr(clock, "now", lambda: moment)
        return moment

    at_()
    return at_


def due(app):
    db.session.commit()
    engine.run_due(app)
    db.session.rollback()


def dispatches():
    rows = db.session.scalars(db.select(Dispatch).order_by(Dispatch.created_at, Dispatch.about))
    return [(one.kind.value, one.about, sorted(part["language"] for part in one.audience)) for one in rows]


def mails():
    """(address, language, notice) of every message of a dispatch, and what has become of it."""
    rows = db.session.scalars(
        db.select(Message).where(Message.dispatch_id.is_not(None)).order_by(Message.recipient)
    )
    return [(one.recipient, one.language, one.notice, one.state.value) for one in rows]


def file_under(release, *topics):
    workflow.set_facts(
        release, dated=release.dated, contact=release.contact, event=None, pictures=(), topics=list(topics), by=SYSTEM,
        at=clock.now(),
    )  # fmt: skip
    db.session.commit()


def correct(release, *codes, kind=CorrectionKind.CORRECTION):
    for code in codes:
        words = release.texts[code].latest.words
        workflow.save(
            release,
            code,
            Words(words.headline, words.place, words.lead, "<p>Mended.</p>"),
            by=SYSTEM,
            at=clock.now(),
        )
    notes = {code: Note("Mended.", "Wrong.", "Right.") for code in codes}
    workflow.publish_changes(release, *codes, kind=kind, notes=notes, by=SYSTEM, at=clock.now())
    db.session.commit()


def test_each_gets_what_appears_in_their_language_and_under_their_topics(app, at):
    energy, water = builders.a_topic("Energy"), builders.a_topic("Water", position=2)
    builders.a_subscription("all-fr@x.example", language="fr")
    builders.a_subscription("all-en@x.example", language="en")
    builders.a_subscription("energy@x.example", language="fr", topics=[energy])
    builders.a_subscription("water@x.example", language="fr", topics=[water])
    builders.a_subscription("waiting@x.example", confirmed_at=None)
    builders.a_subscription("ended@x.example", ended_at=clock.now())
    release = builders.a_published_release()
    file_under(release, energy)

    due(app)
    assert alerting.owed(clock.now()) == []
    assert (dispatches(), mails()) == ([("release", f"release:{release.id}", ["en", "fr"])], [])
    at(minutes=6)
    for _ in range(3):
        due(app)

    notice = "dispatch_release"
    assert [one[:3] for one in mails()] == [
        ("all-en@x.example", "en", notice), ("all-fr@x.example", "fr", notice), ("energy@x.example", "fr", notice),
    ]  # fmt: skip
    assert len(dispatches()) == 1


def test_nobody_is_told_before_the_hour_nor_after_a_day(app, at):
    builders.a_subscription()
    builders.a_published_release(at=clock.now() - 25 * HOUR)
    coming = builders.a_published_release(embargo_until=clock.now() + 2 * HOUR)
    due(app)
    assert dispatches() == []
    at(hours=2)
    due(app)
    assert dispatches() == [("release", f"release:{coming.id}", ["fr"])]


@pytest.mark.parametrize("then", ["withdrawn", "killed"])
def test_what_readers_may_no_longer_see_does_not_leave(app, at, then):
    builders.a_subscription()
    release = builders.a_published_release()
    due(app)
    at(minutes=2)
    if then == "withdrawn":
        workflow.withdraw(release, notes={"fr": "Retiré.", "en": "Withdrawn."}, by=SYSTEM, at=clock.now())
    else:
        workflow.kill(
            release, notes={"fr": "Ne pas utiliser.", "en": "Do not use."}, by=SYSTEM, at=clock.now()
        )
    at(minutes=8)
    due(app)

    assert [one for one in mails() if one[2] == "dispatch_release"] == []


def test_whoever_subscribes_after_it_appeared_is_not_sent_it(app, at):
    release = builders.a_published_release()
    at(minutes=1)
    builders.a_subscription("early@x.example", confirmed_at=release.public_from)
    builders.a_subscription("late@x.example", confirmed_at=release.public_from + timedelta(seconds=1))
    due(app)
    at(minutes=10)
    due(app)

    assert [one[0] for one in mails()] == ["early@x.example"]


def test_a_language_that_follows_is_told_to_its_readers_only(app, at):
    builders.a_subscription("fr@x.example", language="fr")
    builders.a_subscription("en@x.example", language="en")
    release = builders.a_published_release(languages=("fr",), at=clock.now())
    due(app)
    at(hours=48)
    workflow.save(
        release,
        "en",
        Words("Clusters meet", "Nice", "One day.", "<p>Yes.</p>"),
        by=SYSTEM,
        at=clock.now(),
        follows_source=True,
    )
    workflow.publish_changes(release, "en", by=SYSTEM, at=clock.now())
    due(app)
    at(hours=49)
    due(app)

    assert dispatches() == [("release", f"release:{release.id}", [code]) for code in ("fr", "en")]
    assert [(one[0], one[1]) for one in mails()] == [("en@x.example", "en"), ("fr@x.example", "fr")]


def test_a_language_that_follows_does_not_bring_back_what_is_old(app, at):
    for code in ("fr", "en"):
        builders.a_subscription(f"{code}@x.example", language=code, confirmed_at=clock.now() - 200 * HOUR)
    old = builders.a_published_release(languages=("fr",), at=clock.now() - 100 * HOUR)
    words = Words("Clusters meet", "Nice", "One day.", "<p>Yes.</p>")
    workflow.save(old, "en", words, by=SYSTEM, at=clock.now(), follows_source=True)
    workflow.publish_changes(old, "en", by=SYSTEM, at=clock.now())
    due(app)

    assert dispatches() == [("release", f"release:{old.id}", ["en"])]


def test_what_was_mended_before_anybody_could_read_it_is_no_correction(app, at):
    builders.a_subscription()
    builders.a_published_release(at=clock.now() - 100 * HOUR)
    release = builders.a_published_release(publish_at=clock.now() + HOUR)
    note = CorrectionText(language="fr", note="Mended.", wrong="", right="", from_number=1, number=1)
    release.corrections.append(
        Correction(kind=CorrectionKind.UPDATE, at=clock.now(), author="Zoé Martin", texts={"fr": note})
    )
    at(hours=2)
    due(app)

    assert dispatches() == [("release", f"release:{release.id}", ["fr"])]


def test_corrections_are_told_too(app, at):
    builders.a_subscription("fr@x.example", language="fr")
    builders.a_subscription("en@x.example", language="en")
    old = builders.a_published_release(at=clock.now() - 100 * HOUR)
    correct(old, "fr")
    (correction,) = old.corrections

    due(app)
    at(minutes=10)
    due(app)
    assert dispatches() == [("correction", f"correction:{correction.id}", ["fr"])]
    assert [one[:3] for one in mails()] == [("fr@x.example", "fr", "dispatch_correction")]
    assert queries.find(old.id, None, clock.now()) is not None
    at(hours=30)
    due(app)
    assert len(dispatches()) == 1


def test_a_withdrawal_of_what_was_public_is_told(app, at):
    builders.a_subscription(language="en")
    old = builders.a_published_release(at=clock.now() - 100 * HOUR)
    workflow.withdraw(old, notes={"fr": "Retiré.", "en": "Withdrawn."}, by=SYSTEM, at=clock.now())
    due(app)
    at(minutes=10)
    due(app)

    assert [one[:3] for one in mails()] == [("noemie@telegraphe.example", "en", "dispatch_correction")]


def test_what_has_been_sent_to_somebody_by_hand_is_not_sent_again(app, at):
    builders.a_subscription()
    release = builders.a_published_release()
    builders.a_message(
        recipient="Noemie@telegraphe.example",
        about=f"release:{release.id}",
        notice="dispatch_release",
        state=State.ACCEPTED,
    )
    due(app)

    assert dispatches() == []


def test_an_end_stops_what_waits_already(app, at):
    builders.a_subscription()
    builders.a_published_release()
    due(app)
    at(minutes=10)
    (dispatch,) = db.session.scalars(db.select(Dispatch))
    assert dispatch.author_id is None
    db.session.execute(db.text("UPDATE subscription SET ended_at = created_at"))
    due(app)

    assert [one for one in mails() if one[3] not in ("cancelled", "suppressed", "expired")] == []
