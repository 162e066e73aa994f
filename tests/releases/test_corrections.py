"""What readers of a public release are told when it changes, and when they need not be told anything."""

from datetime import timedelta

import pytest

from pressroom.database import db
from pressroom.errors import Refused
from pressroom.releases import queries, workflow
from pressroom.releases.corrections import Note
from pressroom.releases.models import CorrectionKind
from tests import builders
from tests.builders import NOON
from tests.releases.test_workflow import EN, FR, HOUR, OFFICER

K = CorrectionKind
BY = {"by": OFFICER, "at": NOON}
SEVEN, HUIT = Note("The jury had eight members.", "seven", "eight"), Note("Le jury comptait huit membres.", "sept", "huit")  # fmt: skip


def a_release(*, changed=("en",), **publication):
    """Public in English and in French since an hour ago, with newer words waiting in the `changed` languages."""
    builders.a_press_contact()
    release = workflow.create(source_language="en", **BY)
    for code, words in {"en": EN, "fr": FR}.items():
        workflow.save(release, code, words, **BY)
    workflow.publish(release, by=OFFICER, at=NOON - HOUR, **publication)
    for code in changed:
        change(release, code)
    db.session.commit()
    return release


def change(release, code, **values):
    words = release.texts[code].latest.words
    workflow.save(release, code, words._replace(lead=words.lead + " Encore."), **values, **BY)


def kept(release):
    """(kind, {language: (note, from, to)}) of each, oldest first."""
    db.session.commit()
    return [
        (
            one.kind.value,
            {code: (said.note, said.from_number, said.number) for code, said in one.texts.items()},
        )
        for one in release.corrections
    ]


@pytest.mark.parametrize(
    ("kind", "notes", "sentence"),
    [
        (None, {}, "Say what changes for readers: an update, a clarification or a correction."),
        (K.UPDATE, {}, "Write the note to readers in English."),
        (K.UPDATE, {"en": Note("")}, "Write the note to readers in English."),
        (K.UPDATE, {"en": Note("More."), "fr": Note("")}, "Write the note to readers in French."),
        (K.UPDATE, {"en": Note("More."), "de": Note("Mehr.")}, "Readers have no text in German yet."),
        (K.CORRECTION, {"en": Note("Eight.")}, "Give what was wrong and what is right in English."),
        (K.CORRECTION, {"en": SEVEN, "fr": Note("Huit.", "sept")}, "Give what was wrong and what is right in French."),
    ],
)  # fmt: skip
def test_readers_are_told_in_full_or_nothing_is_published(app, kind, notes, sentence):
    release = a_release()

    with pytest.raises(Refused) as refusal:
        workflow.publish_changes(release, "en", kind=kind, notes=notes, **BY)

    assert (str(refusal.value), release.texts["en"].public_number, kept(release)) == (sentence, 1, [])


def test_a_correction_keeps_what_was_said_and_between_which_versions(app):
    release = a_release(changed=("en", "fr"))

    workflow.publish_changes(release, "en", "fr", kind=K.CORRECTION, notes={"en": SEVEN, "fr": HUIT}, **BY)

    assert kept(release) == [("correction", {"en": (SEVEN.note, 1, 2), "fr": (HUIT.note, 1, 2)})]
    one = release.corrections[0]
    assert (one.at, one.author, one.texts["fr"].wrong, one.texts["fr"].right) == (NOON, "Zoé Martin", "sept", "huit")  # fmt: skip
    assert (queries.told(release, "fr"), queries.pending(release, "fr")) == ([one], [])


def test_minor_edits_need_no_note_and_leave_none(app):
    release = a_release(changed=())
    change(release, "en", minor=True)

    workflow.publish_changes(release, "en", **BY)

    assert (release.texts["en"].public_number, kept(release)) == (2, [])


@pytest.mark.parametrize("hours", [{"embargo_until": NOON + HOUR}, {"publish_at": NOON + HOUR}])
def test_before_its_hour_nobody_has_read_what_changes(app, hours):
    release = a_release(**hours)

    workflow.publish_changes(release, "en", kind=K.UPDATE, notes={"en": Note("More.")}, **BY)
    db.session.commit()

    found = queries.publications(release.texts["en"], NOON + HOUR)
    assert (kept(release), [(one.number, one.at) for _revision, one in found]) == ([], [(2, NOON + HOUR)])
    assert queries.publications(release.texts["en"], NOON) == []


def test_a_language_that_joins_is_due_no_note(app):
    builders.a_press_contact()
    release = workflow.create(source_language="en", **BY)
    for code, words in {"en": EN, "fr": FR}.items():
        workflow.save(release, code, words, **BY)
    workflow.publish(release, languages=["en"], by=OFFICER, at=NOON - HOUR)

    workflow.publish_changes(release, "fr", **BY)
    db.session.commit()

    assert (kept(release), queries.modified(release, "fr"), queries.modified(release, "en")) == (
        [],
        NOON,
        NOON - HOUR,
    )


def test_readers_of_the_other_language_are_told_at_once_that_theirs_does_not_follow(app):
    release = a_release()
    workflow.publish_changes(release, "en", kind=K.CORRECTION, notes={"en": SEVEN, "fr": HUIT}, **BY)

    assert kept(release) == [("correction", {"en": (SEVEN.note, 1, 2), "fr": (HUIT.note, 1, None)})]
    one = release.corrections[0]
    assert [(queries.told(release, code), queries.pending(release, code)) for code in ("en", "fr")] == [
        ([one], []),
        ([], [one]),
    ]

    change(release, "fr")
    later = {"by": OFFICER, "at": NOON + HOUR}
    workflow.publish_changes(release, "fr", completes=[one], **later)

    assert kept(release) == [("correction", {"en": (SEVEN.note, 1, 2), "fr": (HUIT.note, 1, 2)})]
    assert (queries.told(release, "fr"), queries.pending(release, "fr")) == ([one], [])
    assert (queries.modified(release, "en"), queries.modified(release, "fr")) == (NOON, NOON + HOUR)


def test_new_words_that_do_not_do_what_was_announced_are_due_their_own_note(app):
    release = a_release()
    workflow.publish_changes(release, "en", kind=K.CORRECTION, notes={"en": SEVEN, "fr": HUIT}, **BY)
    change(release, "fr")
    elsewhere = a_release()
    workflow.publish_changes(elsewhere, "en", kind=K.CORRECTION, notes={"en": SEVEN, "fr": HUIT}, **BY)

    for completes in ([], elsewhere.corrections):
        with pytest.raises(Refused, match="Say what changes for readers"):
            workflow.publish_changes(release, "fr", completes=completes, **BY)

    workflow.publish_changes(release, "fr", kind=K.UPDATE, notes={"fr": Note("Plus.")}, **BY)
    assert [one.kind for one in queries.pending(release, "fr")] == [K.CORRECTION]


def test_following_in_one_language_excuses_no_other(app):
    release = a_release()
    workflow.publish_changes(release, "en", kind=K.CORRECTION, notes={"en": SEVEN, "fr": HUIT}, **BY)
    for code in ("en", "fr"):
        change(release, code)

    with pytest.raises(Refused, match="Say what changes for readers"):
        workflow.publish_changes(release, "en", "fr", completes=release.corrections, **BY)

    workflow.publish_changes(
        release, "en", "fr", kind=K.UPDATE, notes={"en": Note("More.")}, completes=release.corrections, **BY
    )
    assert kept(release) == [
        ("correction", {"en": (SEVEN.note, 1, 2), "fr": (HUIT.note, 1, 2)}),
        ("update", {"en": ("More.", 2, 3)}),
    ]


def test_what_takes_a_release_off_waits_for_no_translation(app):
    release = a_release()
    workflow.withdraw(release, notes={"en": "Wrong.", "fr": "Faux."}, **BY)
    db.session.commit()

    assert (queries.pending(release, "fr"), queries.told(release, "fr"), queries.off(release).kind) == (
        [],
        [],
        K.WITHDRAWAL,
    )


def test_modified_is_when_words_appeared_or_last_changed_in_a_way_that_was_told(app):
    release = a_release(embargo_until=NOON)
    assert queries.modified(release, "en") == NOON

    for hours, minor in ((1, False), (2, True), (3, False), (4, True)):
        at = {"by": OFFICER, "at": NOON + timedelta(hours=hours)}
        words = release.texts["en"].latest.words
        workflow.save(release, "en", words._replace(lead=f"{hours}"), minor=minor, **at)
        notes = {} if minor else {"en": Note("More.")}
        workflow.publish_changes(release, "en", kind=None if minor else K.UPDATE, notes=notes, **at)
        db.session.commit()

    assert (queries.modified(release, "en"), queries.modified(release, "fr")) == (NOON + 3 * HOUR, NOON)
    assert [one.number for _revision, one in queries.publications(release.texts["en"], NOON + 2 * HOUR)] == [1, 3, 4]  # fmt: skip
