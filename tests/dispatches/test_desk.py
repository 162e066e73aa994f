"""The press office's pages of dispatches: the list, a new one, its draft, the check before it leaves."""

from datetime import UTC, datetime

import pytest

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.delivery import copies
from pressroom.delivery.models import Dispatch, DispatchKind, DispatchState, Doubt
from pressroom.delivery.models import State as MessageState
from pressroom.dispatches import workflow
from pressroom.releases import workflow as releases
from pressroom.releases.corrections import Note
from pressroom.releases.models import CorrectionKind
from tests import builders


@pytest.fixture
def release():
    return builders.a_published_release()


@pytest.fixture
def listed():
    """Two people on a list, one who reads French and one who reads English."""
    noemie = builders.a_contact("Noémie Kervella", email="noemie@telegraphe.example", language="fr")
    jonas = builders.a_contact("Jonas Weidmann", email="jonas@rundfunk.example", language="en")
    return builders.a_list("Energy press", noemie, jonas)


def a_draft(release, listed, **values):
    audience = [{"who": "list", "list": listed.id}]
    known = {"about": f"release:{release.id}", "audience": audience, **values}
    return builders.stored(workflow.create(DispatchKind.RELEASE, **known, by=SYSTEM, at=clock.now()))


def only_dispatch():
    return db.session.scalars(db.select(Dispatch)).one()


def test_without_dispatches_the_list_says_what_will_stand_there(desk):
    page = desk.get("/desk/dispatches/").text

    assert "No mailing yet" in page


def test_a_release_is_sent_from_the_form_to_the_check(desk, release, listed):
    form = desk.get(f"/desk/dispatches/new?about=release:{release.id}")
    assert form.status_code == 200
    assert "Clusters meet" in form.text

    typed = {
        "lists": listed.id, "language": "fr", "words-fr": "Bonjour à tous.", "when": "now", "skips_known": "y",
        "doubt": "hold",
    }  # fmt: skip
    answer = desk.post(f"/desk/dispatches/new?about=release:{release.id}", data=typed)

    dispatch = only_dispatch()
    assert (answer.status_code, answer.location) == (303, f"/desk/dispatches/{dispatch.id}/check")
    assert (dispatch.kind, dispatch.state, dispatch.about, dispatch.audience, dispatch.doubt) == (
        DispatchKind.RELEASE, DispatchState.DRAFT, f"release:{release.id}",
        [{"who": "list", "list": listed.id, "language": "fr"}], Doubt.HOLD,
    )  # fmt: skip
    assert {code: text.words for code, text in dispatch.texts.items()} == {"fr": "Bonjour à tous."}
    check = desk.get(answer.location).text
    assert "Send to 1 person now" in check


def test_nobody_chosen_keeps_what_was_typed(desk, release):
    answer = desk.post(
        f"/desk/dispatches/new?about=release:{release.id}",
        data={"words-fr": "Bonjour à tous.", "when": "now", "doubt": "hold"},
    )

    assert answer.status_code == 422
    assert "Choose who gets it" in answer.text
    assert "Bonjour à tous." in answer.text
    assert db.session.scalars(db.select(Dispatch)).all() == []


@pytest.mark.parametrize(
    "about", ["release:nothing", "kit:", "x:y", "release:\0", "é" * 3000, "correction:1"]
)
def test_what_does_not_exist_cannot_be_sent(desk, about):
    assert desk.get("/desk/dispatches/new", query_string={"about": about}).status_code == 404


def test_an_advisory_is_its_own_words_in_each_language_that_has_any(desk, listed):
    event = builders.an_event()
    typed = {"lists": listed.id, "when": "now", "doubt": "hold", "subject-fr": "Accès", "words-en": "By bus."}

    refused = desk.post(f"/desk/dispatches/new?about=event:{event.id}", data=typed)
    typed |= {
        "words-fr": "Le bus part à 8 h.",
        "subject-en": "Access",
        "event": event.id,
        "categories": "photo",
    }
    desk.post(f"/desk/dispatches/new?about=event:{event.id}", data=typed)

    assert refused.status_code == 422
    assert "Write the text" in refused.text
    assert "Enter the subject" in refused.text
    dispatch = only_dispatch()
    assert (dispatch.kind, dispatch.about, dispatch.event_id) == (DispatchKind.ADVISORY, "", event.id)
    assert dispatch.audience == [
        {"who": "accredited", "event": event.id, "category": "photo"}, {"who": "list", "list": listed.id},
    ]  # fmt: skip
    assert {(code, text.subject, text.words) for code, text in dispatch.texts.items()} == {
        ("fr", "Accès", "Le bus part à 8 h."), ("en", "Access", "By bus."),
    }  # fmt: skip


def test_a_category_that_the_event_has_not_is_said_at_the_field(desk, release):
    event = builders.an_event(categories=["photo"])
    other = builders.an_event(categories=["written"])
    typed = {"event": event.id, "categories": "written", "when": "now", "doubt": "hold"}

    answer = desk.post(f"/desk/dispatches/new?about=release:{release.id}", data=typed)

    assert other.id in answer.text
    assert (answer.status_code, "This event has no such category: Written press" in answer.text) == (
        422,
        True,
    )


def test_a_kit_goes_to_the_accredited_of_its_event_and_to_nobody_else(desk, listed):
    kit = builders.a_kit()
    page = desk.get(f"/desk/dispatches/new?about={kit.subject}").text
    assert listed.id not in page

    desk.post(
        f"/desk/dispatches/new?about={kit.subject}",
        data={"event": kit.event_id, "lists": listed.id, "attaches": "y", "when": "now", "doubt": "resend"},
    )

    dispatch = only_dispatch()
    assert dispatch.audience == [{"who": "accredited", "event": kit.event_id}]
    assert (dispatch.attaches, dispatch.doubt) == (True, Doubt.RESEND)


def test_a_correction_is_for_those_who_hold_the_wrong_words(desk, release):
    correction = corrected(release)

    page = desk.get(f"/desk/dispatches/new?about=correction:{correction.id}").text

    box = next(line for line in page.splitlines() if f'value="release:{release.id}"' in line)
    assert "checked" in box


def corrected(release):
    """A correction of its French text."""
    newer = release.texts["fr"].latest.words._replace(headline="Les pôles se réunissent")
    releases.save(release, "fr", newer, by=SYSTEM, at=clock.now())
    db.session.commit()
    notes = {"fr": Note("Le titre.", "retrouvent", "réunissent")}
    releases.publish_changes(
        release, "fr", kind=CorrectionKind.CORRECTION, notes=notes, by=SYSTEM, at=clock.now()
    )
    db.session.commit()
    return release.corrections[-1]


def test_of_two_who_change_a_draft_the_second_is_told(desk, release, listed):
    dispatch = a_draft(release, listed)
    typed = {"lists": listed.id, "when": "now", "doubt": "hold", "version": "0", "words-fr": "Bonjour."}

    answer = desk.post(f"/desk/dispatches/{dispatch.id}/edit", data=typed)

    assert (answer.status_code, "Someone else has just changed" in answer.text) == (409, True)
    assert "Bonjour." in answer.text
    assert only_dispatch().texts == {}


def test_who_comes_after_it_was_sent_finds_out_and_loses_no_words(desk, release, listed):
    dispatch = a_draft(release, listed)
    here = f"/desk/dispatches/{dispatch.id}"
    button = {"count": "2", "version": dispatch.version}
    typed = {
        "lists": listed.id,
        "when": "now",
        "doubt": "hold",
        "version": dispatch.version,
        "words-fr": "Bonjour.",
    }
    desk.post(f"{here}/send", data=button)

    again = desk.post(f"{here}/send", data=button)
    shown = desk.get(here).text
    late = [desk.post(f"{here}/edit", data=typed) for _ in range(2)]

    assert (again.status_code, again.location) == (303, here)
    assert "the mailing has changed" in shown
    for answer in late:
        assert (answer.status_code, "Only a draft can be changed" in answer.text) == (409, True)
        assert "Bonjour." in answer.text
    assert desk.get(f"{here}/edit").location == here
    assert desk.post(f"{here}/resume").location == here
    assert "the mailing has changed" in desk.get(here).text
    assert (only_dispatch().state, only_dispatch().texts) == (DispatchState.SCHEDULED, {})


def test_it_may_be_given_up_sooner_than_after_a_day(desk, release, listed):
    typed = {"lists": listed.id, "when": "now", "send_by": "2099-03-01T15:00", "doubt": "hold"}

    answer = desk.post(f"/desk/dispatches/new?about=release:{release.id}", data=typed)

    dispatch = only_dispatch()
    assert dispatch.send_by == datetime(2099, 3, 1, 14, tzinfo=UTC)
    assert 'value="2099-03-01T15:00"' in desk.get(f"/desk/dispatches/{dispatch.id}/edit").text
    dispatch.send_by = clock.now()
    db.session.commit()
    assert "The last hour for sending has passed" in desk.get(answer.location).text


def test_a_draft_can_be_changed_and_deleted(desk, release, listed):
    dispatch = a_draft(release, listed)
    typed = {
        "others": "alerts",
        "when": "later",
        "moment": "2099-03-01T10:00",
        "doubt": "hold",
        "version": dispatch.version,
    }

    answer = desk.post(f"/desk/dispatches/{dispatch.id}/edit", data=typed)
    assert answer.location == f"/desk/dispatches/{dispatch.id}/check"
    assert (only_dispatch().audience, only_dispatch().starts_at) == (
        [{"who": "alerts"}],
        datetime(2099, 3, 1, 9, tzinfo=UTC),
    )
    assert 'value="2099-03-01T10:00"' in desk.get(f"/desk/dispatches/{dispatch.id}/edit").text

    assert desk.post(f"/desk/dispatches/{dispatch.id}/discard").location == "/desk/dispatches/"
    assert db.session.scalars(db.select(Dispatch)).all() == []


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("", "Enter a date and a time"),
        ("2020-03-01T10:00", "Choose a date in the future"),
        ("yesterday", "Enter the date and the time like this"),
    ],
)
def test_later_is_a_moment_that_is_still_to_come(desk, release, listed, moment, said):
    typed = {"lists": listed.id, "when": "later", "moment": moment, "doubt": "hold"}

    answer = desk.post(f"/desk/dispatches/new?about=release:{release.id}", data=typed)

    assert (answer.status_code, said in answer.text) == (422, True)


def test_a_moment_that_makes_no_sense_is_no_matter_when_it_leaves_now(desk, release, listed):
    typed = {"lists": listed.id, "when": "now", "moment": "2020-03-01T10:00", "doubt": "hold"}

    desk.post(f"/desk/dispatches/new?about=release:{release.id}", data=typed)

    assert only_dispatch().starts_at is None


def test_what_alerts_go_to_in_each_language_stays_when_the_draft_is_looked_at(desk, release, listed):
    segments = [{"who": "alerts", "language": code} for code in ("fr", "en")]
    dispatch = a_draft(release, listed, audience=segments)

    page = desk.get(f"/desk/dispatches/{dispatch.id}/edit").text

    assert '<option value="fr" selected' not in page.replace("  ", " ")
    assert '<option selected value="fr"' not in page


@pytest.mark.parametrize(
    "query", ["?state=abc", "?page=999", "?page=-1", "?state=%00", "?state=draft&page=x"]
)
def test_the_list_bears_any_query(desk, release, listed, query):
    a_draft(release, listed)

    assert desk.get(f"/desk/dispatches/{query}").status_code == 200


def test_the_list_tells_dispatches_apart(desk, release, listed):
    dispatch = a_draft(release, listed)
    page = desk.get("/desk/dispatches/").text
    assert "Clusters meet" in page
    assert f"/desk/dispatches/{dispatch.id}" in page

    assert "No mailing has this status." in desk.get("/desk/dispatches/?state=finished").text
    assert "Clusters meet" in desk.get("/desk/dispatches/?state=draft").text


def test_what_can_be_sent_leads_here(desk, release):
    event, draft = builders.an_event(), releases.create(source_language="fr", by=SYSTEM, at=clock.now())
    db.session.commit()

    shown = {
        here: f"/desk/dispatches/new?about={about}" in desk.get(here).text
        for here, about in (
            (f"/desk/releases/{release.id}", f"release:{release.id}"),
            (f"/desk/releases/{draft.id}", f"release:{draft.id}"),
            (f"/desk/events/{event.id}", f"event:{event.id}"),
        )
    }

    assert list(shown.values()) == [True, False, True]


def test_who_holds_the_wrong_version_can_be_told_from_the_release_s_page(desk, release):
    text = release.texts["fr"]
    handed = {"recipient": "noemie@telegraphe.example", "language": "fr", "by": "message", "at": clock.now()}
    copies.hand(f"release:{release.id}:fr", text.public_number, **handed)
    db.session.commit()
    assert "wrong version" not in desk.get(f"/desk/releases/{release.id}").text

    correction = corrected(release)

    page = desk.get(f"/desk/releases/{release.id}").text
    assert "1 person holds the wrong version: tell them…" in page
    assert f"/desk/dispatches/new?about=correction:{correction.id}" in page


def test_the_home_tells_what_is_scheduled_and_what_failed(desk, release, listed):
    scheduled, over = a_draft(release, listed), a_draft(release, listed)
    for dispatch, state in ((scheduled, DispatchState.SCHEDULED), (over, DispatchState.FINISHED)):
        values = {"state": state, "starts_at": clock.now(), "finished_at": clock.now()}
        db.session.execute(db.update(Dispatch).where(Dispatch.id == dispatch.id).values(values))
    builders.a_message(dispatch_id=over.id, state=MessageState.REFUSED)

    page = desk.get("/desk/").text

    assert "Mailing scheduled for" in page
    assert "1 person did not get a mailing" in page
    assert f"/desk/dispatches/{over.id}?fate=failed" in page
