"""Words that are typed and not saved: kept, offered again, never written over, never anybody else's; and who else
is writing."""

import hashlib
import re
from datetime import timedelta

import pytest

from pressroom import clock, markup, tasks
from pressroom.access import SYSTEM, Actor, Role
from pressroom.database import db, new_id
from pressroom.releases import workflow
from pressroom.releases.models import Release, Words, Writing
from pressroom.staff.models import StaffSession
from tests import builders
from tests.builders import NOON

EN = Words("Clusters meet", "Sophia Antipolis", "One day.", "<p>The forum <em>opens</em>.</p>")
COLLEAGUE = Actor(Role.OFFICER, "Maëlle Prigent")


@pytest.fixture
def at(monkeypatch):
    """Sets the time: `at(minutes=5)` is five past noon."""

    def set_(**after):
        monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(**after))

    set_()
    return set_


@pytest.fixture
def release(at):
    builders.a_press_contact()
    release = workflow.create(source_language="en", by=COLLEAGUE, at=NOON)
    workflow.save(release, "en", EN, by=COLLEAGUE, at=NOON)
    return builders.stored(release)


def typed(words=EN, **values):
    return {**words._asdict(), "version": "1", "window": "w1", **values}


def keep(client, release, **values):
    """What the opened editor posts by itself, and the answer."""
    return client.post(f"/desk/releases/{release.id}/en/draft", data=typed(**values)).json


def editor(client, release, query=""):
    return " ".join(client.get(f"/desk/releases/{release.id}/en{query}").text.split())


def rows():
    db.session.rollback()
    return db.session.scalars(db.select(Writing).order_by(Writing.what)).all()


def newest(release):
    db.session.rollback()
    return db.session.get(Release, release.id).texts["en"].latest.words


def test_what_is_typed_is_kept_and_offered_to_this_person_alone(app, desk, release):
    colleague = builders.signed_in(app)

    answer = keep(desk, release, lead="Two days.")

    assert answer == {"fate": "kept", "said": "Saved as a draft at 13:00.", "others": ""}
    assert "You have unsaved words from 13:00" in editor(desk, release)
    assert "unsaved" not in editor(colleague, release)
    assert "Two days." not in editor(colleague, release) + editor(colleague, release, "?kept=1")
    assert newest(release) == EN


def test_taken_up_again_they_fill_the_form_and_saving_ends_the_draft(desk, release):
    keep(desk, release, lead="Two days.", body="<p>Unsaved &amp; long.</p>")

    page = editor(desk, release, "?kept=1")
    fields = dict(re.findall(r'name="(window|version)" type="hidden" value="(\w+)"', page))
    saved = desk.post(f"/desk/releases/{release.id}/en", data=typed(lead="Two days.", **fields))

    assert fields == {"version": "1", "window": "w1"}
    assert "> Two days.</textarea>" in page
    assert "&lt;p&gt;Unsaved &amp;amp; long.&lt;/p&gt;</textarea>" in page
    assert "You have unsaved words" not in page
    assert (saved.status_code, rows()) == (303, [])
    assert "You have unsaved words" not in editor(desk, release)


def test_words_that_somebody_has_overtaken_are_shown_beside_theirs(desk, release):
    keep(desk, release, lead="Two days.")
    workflow.save(release, "en", EN._replace(lead="Three days."), by=COLLEAGUE, at=NOON)
    db.session.commit()

    offered, page = editor(desk, release), editor(desk, release, "?kept=1")

    assert "Maëlle Prigent has saved this text since: you will see both." in offered
    assert "Maëlle Prigent changed this page at 13:00. Your text is kept below." in page
    assert '<p class="lead">Three days.</p>' in page
    assert "> Two days.</textarea>" in page
    assert re.search(r"<del>.*?Three.*?</del><ins>.*?Two.*?</ins>", page)
    assert 'name="version" type="hidden" value="2"' in page


def test_another_window_of_the_same_person_writes_over_nothing(desk, release):
    keep(desk, release, lead="First window.")

    answer = keep(desk, release, lead="Second window.", window="w2")
    desk.post(f"/desk/releases/{release.id}/en", data=typed(lead="Second window.", window="w2"))

    assert (answer["fate"], answer["said"]) == (
        "other",
        "Not saved: you have other unsaved words, from 13:00. Take them up again, or discard them.",
    )
    assert newest(release).lead == "Second window."
    assert "> First window.</textarea>" in editor(desk, release, "?kept=1")


def test_what_is_saved_already_is_no_draft(desk, release):
    keep(desk, release, lead="Two days.")

    answer = keep(desk, release, lead=" One day. ", body="The forum *opens*.")
    unwritten = desk.post("/desk/releases/new/fr/draft", data=typed(Words("", "", "", ""), version="0")).json

    assert (answer["fate"], answer["said"], unwritten["fate"]) == ("same", "", "same")
    assert [row.words for row in rows()] == [None, None]


def test_words_are_discarded_on_purpose(desk, release):
    keep(desk, release, lead="Two days.")
    address = f"/desk/releases/{release.id}/en/draft/discard"

    of_another_window = desk.post(address, data={"window": "w2"})
    kept = editor(desk, release)
    done = desk.post(address, data={"window": "w1"})

    assert (of_another_window.status_code, "You have unsaved words" in kept) == (303, True)
    assert (done.status_code, done.location, rows()) == (303, f"/desk/releases/{release.id}/en", [])
    assert "Your unsaved words are discarded." in editor(desk, release)


def test_a_new_release_is_kept_before_it_exists(desk, at):
    builders.a_press_contact()
    address = re.search(r'data-draft="([^"]+)"', desk.get("/desk/releases/new/en").text)[1]
    desk.post(address, data=typed(version="0"))

    listed = " ".join(desk.get("/desk/releases/").text.split())
    page = desk.get("/desk/releases/new/en?kept=1").text
    saved = desk.post("/desk/releases/new/en", data=typed(version="0"))

    assert (
        '<a href="/desk/releases/new/en"><span lang="en">Clusters meet</span></a> (English, 13:00)' in listed
    )
    assert 'value="Clusters meet"' in page
    assert saved.location.endswith("/en#saved-w1")  # by which the browser forgets what it held itself
    assert rows() == []


def test_words_outlive_the_session_in_which_they_were_typed(app, desk, release):
    keep(desk, release, lead="Two days.")
    desk.post("/desk/sign-out")
    token, again = new_id(22), app.test_client()
    digest = hashlib.sha256(token.encode()).hexdigest()
    builders.stored(StaffSession(digest=digest, staff_id=desk.staff_id, created_at=NOON))
    with again.session_transaction() as session:
        session["_user_id"] = token

    assert keep(desk, release, lead="Lost?") is None
    assert "> Two days.</textarea>" in editor(again, release, "?kept=1")


def test_drafts_that_nobody_touches_for_thirty_days_go(desk, release, at):
    keep(desk, release, lead="Two days.")

    tasks.purge(NOON + timedelta(days=30, seconds=-1))
    kept = len(rows())
    tasks.purge(NOON + timedelta(days=30))

    assert (kept, rows()) == (1, [])


def test_everybody_sees_who_else_is_writing(app, desk, release, at):
    colleague = builders.signed_in(app, name="Ana Le Goff")
    alone = desk.post(f"/desk/releases/{release.id}/en/draft").json
    at(seconds=90)

    told = colleague.post(f"/desk/releases/{release.id}/en/draft").json
    shown = editor(colleague, release)
    elsewhere = colleague.post(f"/desk/releases/{release.id}/fr/draft").json
    both = keep(desk, release, lead="Two days.")["others"]
    at(seconds=90 + 120)
    gone = editor(desk, release)

    assert alone == {"fate": None, "said": "", "others": ""}
    assert told["others"] == "Zoé Martin is editing this text too (seen at 13:00)."
    assert "Zoé Martin is editing this text too (seen at 13:00)." in shown
    assert (elsewhere["others"], both) == ("", "Ana Le Goff is editing this text too (seen at 13:01).")
    assert "is editing this text too" not in gone


def test_looking_is_no_writing(desk, release):
    for address in (f"{release.id}/en", "new/fr", "", "board", release.id, f"{release.id}/en?kept=1"):
        assert desk.get(f"/desk/releases/{address}").status_code == 200

    assert rows() == []


def test_a_heartbeat_keeps_the_draft_and_its_hour(desk, release, at):
    keep(desk, release, lead="Two days.")
    at(minutes=5)

    desk.post(f"/desk/releases/{release.id}/en/draft")

    assert "You have unsaved words from 13:00" in editor(desk, release)


def test_a_draft_of_another_day_says_which(desk, release, at):
    keep(desk, release, lead="Two days.")
    at(days=1)

    assert "You have unsaved words from 22 Nov 2026, 13:00" in editor(desk, release)


@pytest.mark.parametrize(
    "values",
    [{"version": "1" * 400}, {"version": "-3"}, {"version": "x"}, {"window": "w" * 5000}, {"lead": "a\0b\u202e"},
     {"body": "x" * (markup.MAX_BODY + 1)}, {"body": "<p onclick='x'>" * 5000}],
)  # fmt: skip
def test_hostile_words_are_kept_as_they_are(desk, release, values):
    answer = keep(desk, release, **{"headline": "Mine", **values})

    assert answer["fate"] == "kept"
    assert 'value="Mine"' in editor(desk, release, "?kept=1")


def test_words_for_a_release_that_is_not_there_are_not_kept(desk, release):
    for address in ("00000000/en/draft", "00000000/en/draft/discard", f"{release.id}/de/draft"):
        response = desk.post(f"/desk/releases/{address}", data=typed())
        assert (address, response.status_code) in {(address, 404), ("00000000/en/draft/discard", 303)}
    assert rows() == []


def given_back(response):
    """What the form that came back holds."""
    page = response.text
    return {
        "headline": re.search(r'name="headline"[^>]*value="([^"]*)"', page)[1],
        "lead": re.search(r'name="lead"[^>]*>\s*([^<]*)</textarea>', page)[1],
        "version": re.search(r'name="version"[^>]*value="(\d+)"', page)[1],
    }


MINE = {"headline": "Mine", "lead": "My words.", "version": "1"}


def test_a_form_that_expired_comes_back_with_the_words_and_can_be_sent(app, desk, release):
    app.config["WTF_CSRF_ENABLED"] = True
    address = f"/desk/releases/{release.id}/en"

    refused = desk.post(address, data=typed(**MINE, csrf_token="old"))
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', refused.text)[1]
    saved = desk.post(address, data=typed(**MINE, csrf_token=token))

    assert (refused.status_code, given_back(refused)) == (400, MINE)
    assert "This form had expired. Your text is kept below" in refused.text
    assert (saved.status_code, newest(release).lead) == (303, "My words.")


def test_a_session_that_ended_gives_the_words_back_and_nothing_else(client, release):
    address = f"/desk/releases/{release.id}/en"

    refused = client.post(
        address, data=typed(**MINE, place="Brest", body="<p>Mine.</p>"), headers={"Accept-Language": "en"}
    )
    without_words = client.post(address, data={"headline": "x"})

    assert (refused.status_code, given_back(refused)) == (401, MINE)
    assert "Your session has ended. Your text is kept below" in refused.text
    assert "/desk/sign-in" in refused.text
    assert "Location" not in refused.headers
    assert [words for words in (*EN, "Maëlle Prigent") if words in refused.text] == []
    assert (without_words.status_code, newest(release)) == (303, EN)


def test_words_for_a_release_that_went_meanwhile_come_back(desk, release):
    workflow.publish(release, by=SYSTEM, at=NOON)
    workflow.withdraw(release, notes={"en": "A wrong figure."}, by=SYSTEM, at=NOON)
    db.session.commit()

    refused = desk.post(f"/desk/releases/{release.id}/en", data=typed(**MINE))

    assert (refused.status_code, given_back(refused)) == (409, MINE)
    assert "Your text could not be saved" in refused.text


def test_a_draft_of_a_release_that_went_meanwhile_can_still_be_read(desk, release):
    address = f"/desk/releases/{release.id}/en"
    workflow.publish(release, by=SYSTEM, at=NOON)
    workflow.withdraw(release, notes={"en": "A wrong figure."}, by=SYSTEM, at=NOON)
    db.session.commit()
    none_kept = desk.get(address)
    keep(desk, release, **MINE)

    kept = desk.get(address)

    assert (none_kept.status_code, kept.status_code, given_back(kept)) == (409, 409, MINE)


def test_a_reviewer_has_no_drafts(app, release):
    reviewer = builders.signed_in(app, role=Role.REVIEWER)

    assert reviewer.post(f"/desk/releases/{release.id}/en/draft", data=typed()).status_code == 403
    assert rows() == []
