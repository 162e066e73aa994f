"""What is found before a dispatch goes to many people."""

from datetime import timedelta

import pytest

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.delivery.models import DispatchKind
from pressroom.dispatches import audience, preflight
from pressroom.dispatches.preflight import STOP, WARN
from pressroom.dispatches.workflow import Text
from pressroom.events.models import State as EventState
from pressroom.kits.models import State as KitState
from pressroom.releases import workflow as releases
from pressroom.releases.models import Words
from tests import builders


@pytest.fixture(autouse=True)
def live(app):
    """Mail leaves, from an address of the office's own."""
    app.config.update(MAIL_URL="smtp://mail.example", MAIL_FROM="Press <press@office.example>")


def to(*contacts):
    return [{"who": "list", "list": builders.a_list(builders.new_id(), *contacts).id}]


def found(dispatch, now=None):
    now = now or clock.now()
    return preflight.findings(dispatch, audience.resolve(dispatch, now), now)


def codes(dispatch, now=None):
    return [(one.level, one.code) for one in found(dispatch, now)]


def of_release(release, **values):
    values = {"to": to(builders.a_contact("Léa")), **values}
    return builders.a_dispatch(DispatchKind.RELEASE, about=f"release:{release.id}", **values)


def of_kit(kit, **values):
    builders.an_accredited(kit.event)
    return builders.a_dispatch(DispatchKind.KIT, about=kit.subject, **values)


def test_nothing_is_found_where_nothing_is_wrong(app):
    assert found(of_release(builders.a_published_release())) == []
    assert found(of_kit(builders.a_kit())) == []
    assert found(builders.a_dispatch(to=to(builders.a_contact("Léa")))) == []


def test_nobody_is_written_to(app):
    assert [one.sentence for one in found(builders.a_dispatch())] == ["Choose who gets this mailing."]
    assert [one.sentence for one in found(builders.a_dispatch(to=to()))] == [
        "Nobody is left to write to: choose other people."
    ]


def test_in_test_mode_nothing_leaves_and_one_is_told(app):
    app.config.update(MAIL_URL="")

    assert codes(of_release(builders.a_published_release())) == [(WARN, "test")]


def test_the_sender_is_the_offices_own(app):
    app.config.update(MAIL_FROM="Pressroom <press@pressroom.example>")

    assert codes(of_release(builders.a_published_release())) == [(STOP, "sender")]


def test_a_release_is_public_or_will_be(app):
    now = clock.now()
    release = builders.a_published_release(at=now, embargo_until=now + timedelta(days=2))
    later = builders.a_published_release(at=now, publish_at=now + timedelta(days=2))
    dispatch = of_release(release)

    (under_embargo,), (scheduled,) = found(dispatch), found(of_release(later))
    assert (under_embargo.level, under_embargo.code) == (WARN, "embargo")
    assert "under embargo until" in under_embargo.sentence
    assert "Paris time" in under_embargo.sentence
    assert "is public from" in scheduled.sentence
    releases.unpublish(release, by=SYSTEM, at=now)
    assert codes(dispatch) == [(STOP, "draft")]


@pytest.mark.parametrize("action", ["withdraw", "kill"])
def test_a_release_that_is_gone_is_not_sent(app, action):
    release = builders.a_published_release()
    dispatch = of_release(release)
    getattr(releases, action)(release, notes={"fr": "Faux.", "en": "Wrong."}, by=SYSTEM, at=clock.now())
    db.session.commit()
    correction = builders.a_dispatch(
        DispatchKind.CORRECTION, about=f"correction:{release.corrections[0].id}", to=dispatch.audience
    )

    assert codes(dispatch) == [(STOP, "withdrawn")]
    assert codes(correction) == []


def test_what_it_is_about_exists(app):
    dispatch = of_release(builders.a_published_release())
    dispatch.about = "release:nothing"

    assert codes(dispatch) == [(STOP, "gone")]


def test_an_advisory_has_words(app):
    people = to(builders.a_contact("Léa"))

    for texts in ({}, {"fr": Text("Objet", "")}, {"fr": Text("", "Mots")}):
        assert (STOP, "words") in codes(builders.a_dispatch(to=people, texts=texts))


def test_a_language_that_is_missing_is_named_with_how_many_read_it(app):
    release = builders.a_published_release(languages=("fr",))
    english = [builders.a_contact(name, language="en") for name in ("Tom", "Ann")]

    (one,) = found(of_release(release, to=to(builders.a_contact("Léa"), *english)))

    assert (one.level, one.code) == (WARN, "language")
    assert one.sentence.startswith(
        "2 people read English, and there are no words in it: they get those in French"
    )


def test_a_kit_is_open_and_its_links_last_until_the_event_is_over(app):
    now = clock.now()
    kit = builders.a_kit()
    dispatch = of_kit(kit)

    kit.expires_at = kit.event.ends_at - timedelta(hours=1)
    assert codes(dispatch) == [(WARN, "expires")]
    kit.expires_at = now
    assert codes(dispatch) == [(STOP, "expired")]
    kit.expires_at, kit.opens_at = None, now + timedelta(days=1)
    assert codes(dispatch) == [(WARN, "opens")]
    kit.opens_at, kit.state = None, KitState.CLOSED
    assert codes(dispatch) == [(STOP, "kit")]


def test_the_moment_that_was_chosen_is_the_one_that_is_checked(app):
    now, kit = clock.now(), builders.a_kit(hours={"expires_at": clock.now() + timedelta(days=60)})

    assert (STOP, "expired") in codes(of_kit(kit, starts_at=now + timedelta(days=61)))
    assert (STOP, "passed") in codes(of_kit(kit, starts_at=now), now)
    assert (STOP, "passed") not in codes(of_kit(kit, starts_at=now + timedelta(minutes=1)), now)


def test_of_an_event_that_is_cancelled_the_kit_stays_and_the_rest_is_warned_about(app):
    event = builders.an_event(state=EventState.CANCELLED)
    builders.an_accredited(event)
    release = builders.a_published_release()

    assert codes(of_kit(builders.a_kit(event))) == [(STOP, "cancelled")]
    assert codes(of_release(release, to=[{"who": "accredited", "event": event.id}])) == [(WARN, "cancelled")]


def test_those_accepted_a_moment_ago_are_left_out_for_now(app):
    now, event = clock.now(), builders.an_event()
    builders.an_accredited(event)
    builders.an_accredited(event, undo_until=now + timedelta(minutes=4))

    (one,) = found(of_release(builders.a_published_release(), to=[{"who": "accredited", "event": event.id}]))

    assert (one.code, one.sentence[:37]) == ("undoable", "1 person accepted a moment ago is lef")


def test_the_last_hour_for_sending_lies_after_the_first_message(app):
    now = clock.now()
    release = builders.a_published_release(at=now, embargo_until=now + timedelta(days=2))

    dispatch = of_release(release, send_by=now - timedelta(minutes=1))
    assert (STOP, "late") in codes(dispatch)
    dispatch.starts_at, dispatch.send_by = now, now + timedelta(days=1)
    assert (STOP, "late") in codes(dispatch)
    dispatch.send_by = now + timedelta(days=3)
    assert (STOP, "late") not in codes(dispatch)


def test_files_that_may_not_leave_yet_are_said_to_stay(app):
    now = clock.now()
    kit = builders.a_kit(
        releases=[builders.a_published_release(at=now, embargo_until=now + timedelta(days=2))]
    )

    assert codes(of_kit(kit, attaches=True)) == [(WARN, "link")]


def test_a_message_that_mail_programs_would_cut_off_is_too_long(app):
    words = {"fr": Words("Titre", "Nice", "mot " * 30_000, "<p>Texte.</p>")}
    release = builders.a_published_release(languages=("fr",), words=words)

    (one,) = found(of_release(release))

    assert (one.level, one.code) == (WARN, "long")
