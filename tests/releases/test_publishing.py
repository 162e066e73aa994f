"""An officer changes, withdraws and kills a public release: each decision is looked at once more, nothing is lost."""

import re
from datetime import timedelta

import pytest

from pressroom import audit, clock
from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.delivery import copies
from pressroom.releases import queries, workflow
from pressroom.releases.corrections import Note
from pressroom.releases.models import CorrectionKind, Release, State
from tests import builders
from tests.builders import NOON
from tests.newsroom.reading import main

K = CorrectionKind
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)


def flat(response):
    return " ".join(main(response).split())


def a_release(*, changed=("en",), minor=False, **values):
    release = builders.a_published_release(**{"languages": ("en", "fr"), "at": NOON - HOUR, **values})
    for code in changed:
        change(release, code, minor=minor)
    return release


def change(release, code, *, minor=False):
    words = release.texts[code].latest.words
    workflow.save(
        release, code, words._replace(lead=f"{words.lead} Jury of 8."), minor=minor, by=SYSTEM, at=NOON
    )
    db.session.commit()


def address(release, act="correct"):
    return f"/desk/releases/{release.id}/{act}"


def typed(release, **values):
    """What the form sends: names with an underscore stand for those of one language ("en-note")."""
    named = {name.replace("_", "-"): value for name, value in values.items()}
    return {"seen": queries.fingerprint(release), **named}


def public(release):
    db.session.expire_all()
    return {code: text.public_number for code, text in release.texts.items()}


def told(release):
    db.session.expire_all()
    return [
        (
            one.kind.value,
            {code: (said.note, said.wrong, said.right, said.number) for code, said in one.texts.items()},
        )
        for one in release.corrections
    ]


CORRECTION = {
    "kind": "correction", "en_act": "now", "en_note": "Eight members.", "en_wrong": "seven", "en_right": "eight",
    "fr_act": "follows", "fr_note": "Huit membres.", "fr_wrong": "sept", "fr_right": "huit",
}  # fmt: skip


def test_the_form_shows_what_changes_and_what_may_become_of_each_language(desk):
    release = a_release()

    page = flat(desk.get(address(release)))

    assert "<ins>" in page
    assert "Jury of 8" in page
    for choice in (
        'checked id="en-act-0" name="en-act" type="radio" value="now"',
        'checked id="fr-act-0" name="fr-act" type="radio" value="follows"',
    ):
        assert choice in page
    for kind in ("update", "clarification", "correction"):
        assert f'name="kind" type="radio" value="{kind}"' in page
    assert "An error is never called anything else" in page
    assert 'value="now"' not in page.partition('id="in-fr"')[2]


def test_a_source_that_does_not_change_is_left_as_it_is_by_default(desk):
    release = a_release(changed=("fr",))

    page = flat(desk.get(address(release)))

    assert 'checked id="en-act-1" name="en-act" type="radio" value="stays"' in page


def test_a_correction_is_looked_at_once_more_and_then_published(desk):
    release = a_release()
    form = typed(release, **CORRECTION)

    check = desk.post(address(release), data=form)
    page = flat(check)
    assert (check.status_code, public(release)) == (200, {"en": 1, "fr": 1})
    for shown in (
        "replaces what readers see now, in English.", "In French readers are told at once", "What readers are told: Correction",
        "Eight members.", "<s>sept</s> → huit", '<input type="hidden" name="fr-note" value="Huit membres.">',
    ):  # fmt: skip
        assert shown in page

    again = desk.post(address(release), data={**form, "again": "1"})
    assert (again.status_code, "Huit membres." in again.text, public(release)["en"]) == (200, True, 1)
    assert 'name="fr-note" rows="3"' in again.text

    done = desk.post(address(release), data={**form, "confirm": "1"})
    assert (done.status_code, public(release)) == (303, {"en": 2, "fr": 1})
    assert told(release) == [
        (
            "correction",
            {"en": ("Eight members.", "seven", "eight", 2), "fr": ("Huit membres.", "sept", "huit", None)},
        )
    ]
    assert audit.history(f"release:{release.id}")[-1].action == "release.publish_changes:en"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"kind": ""}, "Choose what readers are told"),
        ({"kind": "gossip"}, "Choose what readers are told"),
        ({"en_note": " "}, "Write the note to readers"),
        ({"fr_note": ""}, "Write the note to readers"),
        ({"en_wrong": ""}, "Say what was wrong"),
        ({"fr_right": ""}, "Say what is right"),
        ({"en_act": "stays"}, "Choose at least one language"),
        ({"en_act": "later"}, "Choose what becomes of this text"),
        ({"fr_act": "now"}, "Choose what becomes of this text"),
        ({"en_note": "x" * 1001}, "Use at most 1000 characters."),
        ({"en_note": "a\x00b"}, "Remove the line breaks and invisible characters."),
    ],
)
def test_a_mistake_is_said_at_its_field_and_what_was_typed_is_kept(desk, changes, sentence):
    release = a_release()

    answer = desk.post(address(release), data=typed(release, **{**CORRECTION, **changes, "confirm": "1"}))

    assert (answer.status_code, public(release)["en"], told(release)) == (422, 1, [])
    page = flat(answer)
    assert page.count(sentence) >= 2  # in the summary and at the field
    assert "eight</textarea>" in page or "huit</textarea>" in page


def test_what_somebody_else_has_changed_meanwhile_is_looked_at_again(desk):
    release = a_release()
    form = typed(release, **CORRECTION, confirm="1")
    change(release, "en")

    answer = desk.post(address(release), data=form)

    assert (answer.status_code, public(release)["en"]) == (422, 1)
    assert "Someone has changed this release in the meantime." in answer.text
    assert "Huit membres." in answer.text
    assert desk.post(address(release), data={**form, "seen": queries.fingerprint(release)}).status_code == 303
    assert public(release)["en"] == 3


def test_minor_edits_are_published_by_one_button_and_readers_are_told_nothing(desk):
    release = a_release(changed=("en", "fr"), minor=True)

    page = flat(desk.get(address(release)))
    assert "Only minor edits wait: readers are told nothing." in page
    assert 'name="kind"' not in page
    assert "en-note" not in page

    done = desk.post(address(release), data=typed(release, en_act="now", fr_act="stays"))
    assert (done.status_code, public(release), told(release)) == (303, {"en": 2, "fr": 1}, [])


def test_before_the_embargo_ends_nobody_is_told_anything(desk):
    release = a_release(embargo_until=NOON + HOUR)

    page = flat(desk.get(address(release)))
    assert "Nobody has read this release yet" in page
    assert 'name="kind"' not in page

    done = desk.post(address(release), data=typed(release, en_act="now", fr_act="stays"))
    assert (done.status_code, public(release), told(release)) == (303, {"en": 2, "fr": 1}, [])


def test_a_translation_that_does_what_was_announced_needs_no_other_note(desk):
    release = a_release()
    notes = {"en": Note("Eight.", "7", "8"), "fr": Note("Huit.", "7", "8")}
    workflow.publish_changes(release, "en", kind=K.CORRECTION, notes=notes, by=SYSTEM, at=NOON)
    change(release, "fr")
    announced = release.corrections[0].id

    page = flat(desk.get(address(release)))
    assert f'checked id="completes-0" name="completes" type="checkbox" value="{announced}"' in page
    assert "22 November 2026: Huit." in page

    form = typed(release, fr_act="now", en_act="stays")
    assert desk.post(address(release), data={**form, "confirm": "1"}).status_code == 422
    check = desk.post(address(release), data={**form, "completes": announced})
    assert "Readers are told nothing more than they know already." in check.text
    done = desk.post(address(release), data={**form, "completes": announced, "confirm": "1"})
    assert (done.status_code, public(release), queries.pending(release, "fr")) == (
        303,
        {"en": 2, "fr": 2},
        [],
    )


def test_a_text_that_was_right_already_ends_the_notice_that_it_does_not_follow(desk):
    release = a_release(changed=("en",))
    notes = {"en": Note("Eight."), "fr": Note("Huit.")}
    workflow.publish_changes(release, "en", kind=K.UPDATE, notes=notes, by=SYSTEM, at=NOON)
    db.session.commit()
    ends = address(release, f"fr/follows/{release.corrections[0].id}")
    assert f'action="{ends}"' not in desk.get(f"/desk/releases/{release.id}").text
    assert desk.post(ends).status_code == 409
    workflow.mark_up_to_date(release, "fr", by=SYSTEM, at=NOON)
    db.session.commit()
    page = flat(desk.get(f"/desk/releases/{release.id}"))
    assert "Notice to readers: the text in French does not follow yet" in page
    assert "Huit." in page
    assert f'action="{ends}"' in page

    done = desk.post(ends).status_code

    assert (done, public(release), queries.pending(release, "fr")) == (303, {"en": 2, "fr": 1}, [])
    assert audit.history(f"release:{release.id}")[-1].action == "release.follows:fr"
    assert "does not follow yet" not in flat(desk.get(f"/desk/releases/{release.id}"))
    assert desk.post(ends).status_code == 409


def test_a_notice_ends_with_the_newer_text_that_waits(desk):
    release = a_release(changed=("en",))
    notes = {"en": Note("Eight."), "fr": Note("Huit.")}
    workflow.publish_changes(release, "en", kind=K.UPDATE, notes=notes, by=SYSTEM, at=NOON)
    change(release, "fr")
    ends = address(release, f"fr/follows/{release.corrections[0].id}")

    assert f'action="{ends}"' not in desk.get(f"/desk/releases/{release.id}").text
    assert desk.post(ends).status_code == 409
    assert len(queries.pending(release, "fr")) == 1


def test_a_language_that_joins_is_offered_and_is_told_nothing(desk):
    release = builders.a_published_release(languages=("en",), at=NOON - HOUR)
    workflow.save(release, "fr", release.texts["en"].latest.words, by=SYSTEM, at=NOON)
    db.session.commit()

    done = desk.post(address(release), data=typed(release, fr_act="now", en_act="stays"))

    assert (done.status_code, public(release), told(release)) == (303, {"en": 1, "fr": 1}, [])


def test_languages_that_appear_together_change_together(desk):
    release = a_release(changed=("en", "fr"))
    workflow.mark_up_to_date(release, "fr", by=SYSTEM, at=NOON)
    release.together = True
    db.session.commit()

    page = flat(desk.get(address(release)))
    assert (page.count('value="now"'), page.count('value="stays"'), page.count('value="follows"')) == (
        2,
        0,
        0,
    )

    form = {
        "kind": "update",
        "en_act": "now",
        "fr_act": "now",
        "en_note": "More.",
        "fr_note": "Plus.",
        "confirm": "1",
    }
    assert desk.post(address(release), data=typed(release, **form)).status_code == 303
    assert public(release) == {"en": 2, "fr": 2}


def test_languages_that_must_change_together_say_what_is_missing_before_anything_is_typed(desk):
    release = a_release(changed=("en",))
    release.together = True
    db.session.commit()
    missing = "Bring the text in French up to date: the languages are published together."

    page, form = flat(desk.get(f"/desk/releases/{release.id}")), flat(desk.get(address(release)))

    assert (missing in page, "Publish the changes…" in page) == (True, False)
    assert (missing in form, "Note to readers" in form) == (True, False)
    assert f'href="/desk/releases/{release.id}/facts"' in form


def test_a_language_that_nobody_knows_is_refused_at_its_field(desk):
    release = builders.a_published_release(at=NOON - HOUR, publish_at=NOON + HOUR)
    workflow.unpublish(release, by=SYSTEM, at=NOON)
    db.session.commit()

    answer = desk.post(address(release, "publish"), data=typed(release, when="now", languages="zz"))

    assert answer.status_code == 422


def test_the_desk_is_told_who_was_handed_words_that_change(desk):
    release = a_release()
    copies.hand(
        queries.about(release.texts["en"]),
        1,
        recipient="kervella@telegraphe.example",
        language="fr",
        by="kit",
        at=NOON,
    )
    db.session.commit()

    page = flat(desk.get(address(release)))
    assert "1 person was handed an earlier version" in page
    assert "kervella@telegraphe.example" in page
    assert "handed" not in desk.get(f"/desk/releases/{release.id}").text

    desk.post(address(release), data=typed(release, **CORRECTION, confirm="1"))
    assert "1 person was handed an earlier version" in desk.get(f"/desk/releases/{release.id}").text


def test_with_nothing_new_there_is_nothing_to_decide(desk):
    release = a_release(changed=())

    answer = desk.get(address(release), follow_redirects=True)

    assert "There is nothing new to publish." in answer.text
    assert "Publish the changes…" not in answer.text


def test_what_is_withdrawn_offers_nothing_that_would_be_refused(desk):
    release = a_release(changed=())
    workflow.kill(release, notes=REASONS, by=SYSTEM, at=NOON)
    db.session.commit()

    page, preview = desk.get(f"/desk/releases/{release.id}"), desk.get(address(release, "en/preview"))

    assert "Killed on 22 November 2026" in flat(page)
    assert "is-ok" not in main(page)
    assert "Back to the text" not in preview.text
    assert desk.get(address(release, "en/upload")).status_code == 409


REASONS = {"en": "A sponsor’s name was wrong.", "fr": "Le nom d’un mécène était faux."}


@pytest.mark.parametrize(
    ("act", "state", "said"),
    [
        ("withdraw", State.WITHDRAWN, "Its page stays, struck through"),
        ("kill", State.KILLED, "the words disappear for everybody"),
    ],
)
def test_taking_a_release_off_asks_the_reason_in_each_language_and_once_more(desk, act, state, said):
    release = a_release(changed=())
    form = typed(release, **REASONS)
    assert said in flat(desk.get(address(release, act)))

    half = desk.post(address(release, act), data={**form, "fr": " ", "confirm": "1"})
    assert (half.status_code, half.text.count("Give the reason in French.")) == (422, 2)
    assert REASONS["en"] in half.text

    check = desk.post(address(release, act), data=form)
    db.session.expire_all()
    assert (check.status_code, release.state) == (200, State.PUBLISHED)
    assert f'<dd lang="fr">{REASONS["fr"]}</dd>' in check.text

    changed = desk.post(address(release, act), data={**form, "confirm": "1", "seen": "before"})
    assert "Someone has changed this release in the meantime." in changed.text

    done = desk.post(address(release, act), data={**form, "confirm": "1"})
    db.session.expire_all()
    assert (done.status_code, release.state) == (303, state)
    assert {code: one.note for code, one in queries.off(release).texts.items()} == REASONS
    assert desk.get(address(release, act)).status_code == 409


def test_a_page_of_decisions_is_not_offered_when_none_may_be_taken(desk):
    draft = builders.stored(workflow.create(source_language="en", by=SYSTEM, at=NOON))

    assert [desk.get(address(draft, act)).status_code for act in ("correct", "withdraw", "kill")] == [
        409,
        409,
        409,
    ]
    assert [desk.get(f"/desk/releases/nobody/{act}").status_code for act in ("correct", "withdraw")] == [
        404,
        404,
    ]
    assert db.session.get(Release, draft.id).state is State.DRAFT


def test_the_form_names_each_field_that_the_check_page_hands_on(desk):
    release = a_release()
    form = main(desk.get(address(release))).partition("</form>")[0]
    names = set(re.findall(r'name="([\w-]+)"', form))

    handed = set(
        re.findall(r'name="([\w-]+)"', main(desk.post(address(release), data=typed(release, **CORRECTION))))
    )

    assert {"kind", "en-note", "seen"} <= names
    assert names - handed == set()


# The hour of an embargo.

TWICE = "2027-10-31T02:30"  # in Paris: at 00:30 and at 01:30 UTC


def set_embargo(desk, release, **values):
    data = {"when": "embargo", "languages": ["en", "fr"], "seen": queries.fingerprint(release), **values}
    return desk.post(address(release, "publish"), data=data)


@pytest.mark.parametrize(("reading", "utc"), [("2027-10-31T00:30:00+00:00", "UTC+2"), ("2027-10-31T01:30:00+00:00", "UTC+1")])  # fmt: skip
def test_an_hour_that_comes_twice_is_asked_for_and_the_one_that_was_meant_is_kept(desk, reading, utc):
    release = a_release(changed=(), embargo_until=NOON + HOUR)
    workflow.unpublish(release, by=SYSTEM, at=NOON)
    db.session.commit()

    asked = set_embargo(desk, release, moment=TWICE)
    checked = set_embargo(desk, release, **{"moment": TWICE, "moment-reading": reading})
    sent = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)">', main(checked)))
    changed = set_embargo(desk, release, **{**sent, "again": "1"})
    set_embargo(desk, release, **{**sent, "confirm": "1"})

    assert asked.status_code == 422
    assert "This time happens twice on that day: the clocks go back. Choose which one." in asked.text
    words = ["The first 02:30 (summer time, UTC+2)", "The second 02:30 (winter time, UTC+1)"]
    assert [word in asked.text for word in words] == [True, True]
    assert (f'value="{TWICE}"' in asked.text, bool(re.search('<input checked[^>]*value="embargo"', asked.text))) == (
        True, True,
    )  # fmt: skip
    assert f"under embargo until Sunday 31 October 2027, 02:30, Paris time ({utc})" in flat(checked)
    assert f'value="{reading}" checked' in changed.text
    db.session.expire_all()
    assert release.embargo_until.isoformat() == reading


def test_the_form_names_the_zone_and_its_offset_on_the_day_that_was_typed(desk):
    release = a_release(changed=(), embargo_until=NOON + HOUR)
    workflow.unpublish(release, by=SYSTEM, at=NOON)
    db.session.commit()

    fresh = desk.get(address(release, "publish"))
    typed_ = [
        set_embargo(desk, release, moment=f"2027-{month}-01T10:00", again="1") for month in ("01", "07")
    ]

    assert "Paris time (UTC+1) today" in fresh.text
    assert [f"Paris time (UTC+{n}) on that day" in page.text for n, page in enumerate(typed_, 1)] == [True, True]  # fmt: skip


def test_changes_that_are_not_wanted_are_discarded(desk):
    release = a_release()
    before = release.texts["en"].public.words
    page = desk.get(address(release)).text
    assert f'<form id="discard-en" method="post" action="{address(release, "en/discard")}">' in page

    answer = desk.post(address(release, "en/discard"))
    again = desk.post(address(release, "en/discard"))

    db.session.expire_all()
    text = release.texts["en"]
    assert (answer.status_code, again.status_code, text.latest.words, text.latest_number) == (
        303,
        409,
        before,
        3,
    )
    assert [revision.number for revision in text.revisions] == [1, 2, 3]  # none is ever taken away
    assert (queries.to_publish(release), queries.outdated(release.texts["fr"])) == ([], False)
    assert [queries.standing(release, code, NOON).value for code in ("en", "fr")] == [
        "published",
        "published",
    ]
    assert audit.history(f"release:{release.id}")[-1].action == "release.discard:en"


def test_a_translation_that_followed_what_is_discarded_is_outdated(desk):
    release = a_release()
    workflow.mark_up_to_date(release, "fr", by=SYSTEM, at=NOON)
    db.session.commit()

    desk.post(address(release, "en/discard"))

    db.session.expire_all()
    assert queries.outdated(release.texts["fr"])
