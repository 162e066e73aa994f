"""What may happen to a release, at every stage, and what each act leaves behind."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from pressroom import audit, markup
from pressroom.access import Actor, Role
from pressroom.database import db, writing
from pressroom.errors import Refused
from pressroom.releases import queries, workflow
from pressroom.releases.corrections import Note
from pressroom.releases.models import CorrectionKind, Kind, Release, State, Words
from pressroom.releases.queries import Stage
from tests import builders
from tests.builders import NOON

OFFICER = Actor(Role.OFFICER, "Zoé Martin")
HOUR = timedelta(hours=1)
EN = Words("Clusters meet", "Sophia Antipolis", "A day of meetings.", "<p>Hello.</p>")
FR = Words("Les pôles se réunissent", "Sophia Antipolis", "Une journée.", "<p>Bonjour.</p>")
BY = {"by": OFFICER, "at": NOON}
REASON = {"en": "A wrong figure."}
ACTS = {
    "edit": lambda release, by: workflow.save(release, "en", EN._replace(headline="Again"), by=by, at=NOON),
    "publish": lambda release, by: workflow.publish(release, by=by, at=NOON),
    "publish_changes": lambda release, by: workflow.publish_changes(
        release, "en", kind=CorrectionKind.UPDATE, notes={"en": Note("More.")}, by=by, at=NOON
    ),
    "unpublish": lambda release, by: workflow.unpublish(release, by=by, at=NOON),
    "withdraw": lambda release, by: workflow.withdraw(release, notes=REASON, by=by, at=NOON),
    "kill": lambda release, by: workflow.kill(release, notes=REASON, by=by, at=NOON),
}


def a_draft(*, contact=True, **words):
    """A draft in English, with whatever words are given by language."""
    if contact:
        builders.a_press_contact()
    release = workflow.create(source_language="en", **BY)
    for language, value in (words or {"en": EN}).items():
        workflow.save(release, language, value, **BY)
    return release


def at_stage(stage):
    """A release that stands at `stage` at noon, with newer words in English waiting."""
    release = a_draft()
    before = NOON - 2 * HOUR
    if stage is not Stage.DRAFT:
        hours = {
            Stage.SCHEDULED: {"publish_at": NOON + HOUR},
            Stage.EMBARGOED: {"embargo_until": NOON + HOUR},
        }
        workflow.publish(release, by=OFFICER, at=before, **hours.get(stage, {}))
    workflow.save(release, "en", EN._replace(lead="Newer."), by=OFFICER, at=before)
    if stage in queries.OFF:
        step = workflow.withdraw if stage is Stage.WITHDRAWN else workflow.kill
        step(release, notes=REASON, by=OFFICER, at=before)
    db.session.commit()
    return release


def facts_of(release):
    return (release.state, release.number, release.publish_at, release.embargo_until, release.public_from)


def numbers(release):
    """(newest, public, made from) by language."""
    return {
        code: (text.latest_number, text.public_number, text.made_from_number)
        for code, text in release.texts.items()
    }


@pytest.mark.parametrize("stage", Stage)
def test_only_the_steps_in_the_table_are_taken(app, stage):
    release = at_stage(stage)
    state, before = release.state, (facts_of(release), numbers(release))

    for role, action in product(Role, workflow.TRANSITIONS):
        step = workflow.TRANSITIONS[action]
        if stage in step.sources and role in (Role.OFFICER, Role.ADMIN, Role.SYSTEM):
            ACTS[action](release, Actor(role, "Zoé"))
            assert release.state is (step.target or state)
            assert audit.history(f"release:{release.id}")[-1].action.startswith(
                ("release.save", f"release.{action}")
            )
        else:
            with pytest.raises(Refused):
                ACTS[action](release, Actor(role, "Zoé"))
            assert ((facts_of(release), numbers(release)), list(db.session.dirty)) == (before, [])
        db.session.rollback()


@pytest.mark.parametrize("stage", Stage)
def test_what_is_allowed_is_what_the_table_says(app, stage):
    release = at_stage(stage)

    offered = [action for action, step in workflow.TRANSITIONS.items() if stage in step.sources]
    assert (workflow.allowed(release, Role.OFFICER, NOON), workflow.allowed(release, Role.DOOR, NOON)) == (
        offered,
        [],
    )


def test_a_release_begins_as_a_draft_of_the_office_s_day_with_the_first_press_contact(app):
    contact = builders.a_press_contact()
    late = datetime(2026, 11, 30, 0, 30, tzinfo=ZoneInfo("Europe/Paris"))

    release = workflow.create(source_language="fr", by=OFFICER, at=late)
    db.session.commit()

    assert (release.state, release.source_language, release.dated) == (State.DRAFT, "fr", date(2026, 11, 30))
    assert (release.contact, release.created_at, len(release.id), release.texts) == (contact, late, 8, {})


def test_saving_keeps_every_revision_and_saving_the_same_words_makes_none(app):
    release = a_draft()

    workflow.save(release, "en", EN, **BY)
    workflow.save(release, "en", EN._replace(lead="Better."), by=OFFICER, at=NOON + HOUR)
    workflow.save(release, "en", EN._replace(lead="Better."), by=OFFICER, at=NOON + HOUR)
    db.session.commit()

    text = release.texts["en"]
    assert [(r.number, r.words, r.author, r.created_at) for r in text.revisions] == [
        (1, EN, "Zoé Martin", NOON),
        (2, EN._replace(lead="Better."), "Zoé Martin", NOON + HOUR),
    ]
    assert (text.latest.lead, [e.action for e in audit.history(f"release:{release.id}")]) == (
        "Better.",
        ["release.create", "release.save:en", "release.save:en"],
    )


def test_hostile_html_is_cleaned_whoever_saves(app):
    release = a_draft(en=EN._replace(body='<p onclick="x()">Hi<script>alert(1)</script></p>'))

    assert release.texts["en"].latest.body == "<p>Hi</p>"


def test_a_body_that_is_too_long_is_refused(app):
    with pytest.raises(ValueError, match="too long"):
        a_draft(en=EN._replace(body="x" * (markup.MAX_BODY + 1)))


def test_a_translation_is_outdated_by_numbers_and_only_until_it_follows_the_source(app):
    release = a_draft(en=EN, fr=FR)
    assert (numbers(release), queries.outdated(release.texts["fr"])) == (
        {"en": (1, None, None), "fr": (1, None, 1)},
        False,
    )

    workflow.save(release, "en", EN._replace(lead="Newer."), **BY)
    workflow.save(release, "fr", FR._replace(lead="Une coquille."), **BY)
    assert (numbers(release)["fr"], queries.outdated(release.texts["fr"])) == ((2, None, 1), True)

    workflow.save(release, "fr", FR._replace(lead="Une coquille."), follows_source=True, **BY)
    assert (numbers(release)["fr"], queries.outdated(release.texts["fr"])) == ((2, None, 2), False)
    assert queries.outdated(release.texts["en"]) is False


def test_a_translation_written_before_its_source_is_outdated_once_the_source_exists(app):
    release = a_draft(fr=FR)
    assert (numbers(release), queries.outdated(release.texts["fr"])) == ({"fr": (1, None, 0)}, False)

    workflow.save(release, "en", EN, **BY)
    assert queries.outdated(release.texts["fr"]) is True


@pytest.mark.parametrize(
    ("hours", "public_from", "stage"),
    [
        ({}, NOON, Stage.PUBLISHED),
        ({"publish_at": NOON + HOUR}, NOON + HOUR, Stage.SCHEDULED),
        ({"embargo_until": NOON + HOUR}, NOON + HOUR, Stage.EMBARGOED),
        ({"publish_at": NOON + 2 * HOUR, "embargo_until": NOON + HOUR}, NOON + 2 * HOUR, Stage.EMBARGOED),
        ({"publish_at": NOON + HOUR, "embargo_until": NOON + 2 * HOUR}, NOON + 2 * HOUR, Stage.EMBARGOED),
    ],
)
def test_a_release_is_public_from_the_later_of_its_two_hours(app, hours, public_from, stage):
    release = a_draft(en=EN, fr=FR)

    workflow.publish(release, **hours, **BY)
    db.session.commit()

    assert facts_of(release) == (
        State.PUBLISHED, None if hours else "2026-001", hours.get("publish_at", NOON), hours.get("embargo_until"),
        public_from,
    )  # fmt: skip
    assert (queries.stage(release, NOON), numbers(release)) == (stage, {"en": (1, 1, None), "fr": (1, 1, 1)})
    assert queries.stage(release, public_from) is Stage.PUBLISHED


@pytest.mark.parametrize(
    ("draft", "options", "sentence"),
    [
        ({"en": EN._replace(body="")}, {}, "Write a headline and a body in one language."),
        ({"en": EN, "contact": False}, {}, "Choose a press contact."),
        ({"en": EN, "fr": FR._replace(body="<p> </p>")}, {"languages": ["en", "fr"]}, "The text in French needs a headline and a body."),
        ({"en": EN}, {"languages": ["fr"]}, "The text in French needs a headline and a body."),
        ({"en": EN}, {"publish_at": NOON}, "Choose a date in the future"),
        ({"en": EN}, {"embargo_until": NOON - HOUR}, "Choose a date in the future"),
    ],
)  # fmt: skip
def test_publishing_is_refused_with_a_sentence(app, draft, options, sentence):
    release = a_draft(**draft)

    with pytest.raises(Refused) as refusal:
        workflow.publish(release, **options, **BY)

    assert (str(refusal.value), release.state, release.number) == (sentence, State.DRAFT, None)


def test_numbers_follow_each_other_within_the_year_of_the_date_line(app):
    releases = [a_draft(contact=number == 0) for number in range(4)]
    releases[3].dated = date(2027, 1, 2)
    db.session.add(Release(
        state=State.WITHDRAWN, source_language="fr", dated=date(2026, 1, 1), created_at=NOON, number="2026-1041",
        kind=Kind.RELEASE, together=False,
    ))  # fmt: skip
    for release in releases:
        workflow.publish(release, **BY)

    assert [release.number for release in releases] == ["2026-1042", "2026-1043", "2026-1044", "2027-001"]


def test_only_the_chosen_languages_become_public_and_others_can_follow(app):
    release = a_draft(en=EN, fr=FR)

    workflow.publish(release, languages=["fr"], **BY)
    assert numbers(release) == {"en": (1, None, None), "fr": (1, 1, 1)}

    workflow.publish_changes(release, "en", **BY)
    assert (numbers(release), release.texts["en"].public.words) == ({"en": (1, 1, None), "fr": (1, 1, 1)}, EN)


def test_readers_keep_the_published_words_until_changes_are_published(app):
    release = at_stage(Stage.PUBLISHED)
    assert (release.texts["en"].public.lead, release.texts["en"].latest.lead) == (
        "A day of meetings.",
        "Newer.",
    )

    ACTS["publish_changes"](release, OFFICER)
    assert release.texts["en"].public.lead == "Newer."

    with pytest.raises(Refused, match="There is nothing new to publish in English."):
        ACTS["publish_changes"](release, OFFICER)
    with pytest.raises(Refused, match="Choose at least one language"):
        workflow.publish_changes(release, **BY)


def test_back_to_draft_forgets_the_hours_and_leaves_no_trace_for_readers(app):
    release = at_stage(Stage.EMBARGOED)

    workflow.unpublish(release, **BY)
    db.session.commit()

    text = release.texts["en"]
    assert (facts_of(release), numbers(release), text.publications) == (
        (State.DRAFT, None, None, None, None),
        {"en": (2, None, None)},
        [],
    )
    workflow.publish(release, **BY)
    db.session.commit()
    assert (release.number, [(one.number, one.at) for one in text.publications]) == ("2026-001", [(2, NOON)])


@pytest.mark.parametrize(("act", "state"), [("withdraw", State.WITHDRAWN), ("kill", State.KILLED)])
def test_taking_a_release_off_is_due_a_reason_in_every_language_that_readers_have(app, act, state):
    release = a_draft(en=EN, fr=FR, de=EN)
    workflow.publish(release, languages=["en", "fr"], **BY)

    for notes, sentence in (
        ({}, "Give the reason in English."),
        ({"en": "A wrong figure."}, "Give the reason in French."),
        ({"en": "A", "fr": "B", "de": "C"}, "Readers have no text in German yet."),
    ):
        with pytest.raises(Refused) as refusal:
            getattr(workflow, act)(release, notes=notes, **BY)
        assert (str(refusal.value), release.state, release.corrections) == (sentence, State.PUBLISHED, [])

    getattr(workflow, act)(release, notes={"en": "A wrong figure.", "fr": "Un chiffre faux."}, **BY)
    db.session.commit()

    said = queries.off(release)
    assert (release.state, release.withdrawn_at, said.author) == (state, NOON, "Zoé Martin")
    assert {code: one.note for code, one in said.texts.items()} == {
        "en": "A wrong figure.",
        "fr": "Un chiffre faux.",
    }


def test_a_withdrawn_release_can_still_be_killed_and_the_newest_reason_stands(app):
    release = at_stage(Stage.WITHDRAWN)

    workflow.kill(release, notes={"en": "Not ours."}, **BY)
    db.session.commit()

    assert (queries.off(release).kind, queries.off(release).texts["en"].note) == (CorrectionKind.KILL, "Not ours.")  # fmt: skip


# Numbers ------------------------------------------------------------------------------------------------


def test_a_release_under_embargo_has_no_number_and_leaves_no_gap(app):
    hidden, open_one = a_draft(), a_draft(contact=False)
    workflow.publish(hidden, embargo_until=NOON + HOUR, **BY)
    workflow.publish(open_one, **BY)
    db.session.commit()
    assert (hidden.number, open_one.number) == (None, "2026-001")

    workflow.number(NOON + HOUR - timedelta(microseconds=1))
    assert hidden.number is None
    workflow.number(NOON + HOUR)
    assert hidden.number == "2026-002"


def test_whatever_appeared_before_is_numbered_before_even_when_nobody_had_come_to_it(app):
    later, sooner, now = a_draft(), a_draft(contact=False), a_draft(contact=False)
    workflow.publish(later, embargo_until=NOON + 2 * HOUR, **BY)
    workflow.publish(sooner, publish_at=NOON + HOUR, **BY)

    workflow.publish(now, by=OFFICER, at=NOON + 3 * HOUR)

    assert (sooner.number, later.number, now.number) == ("2026-001", "2026-002", "2026-003")


def test_what_goes_before_anybody_had_numbered_it_keeps_its_place(app):
    gone, next_one = a_draft(), a_draft(contact=False)
    workflow.publish(gone, embargo_until=NOON + HOUR, **BY)

    workflow.kill(gone, notes=REASON, by=OFFICER, at=NOON + 2 * HOUR)
    workflow.publish(next_one, by=OFFICER, at=NOON + 2 * HOUR)

    assert (gone.number, next_one.number) == ("2026-001", "2026-002")


def test_two_people_who_publish_at_once_get_two_numbers(app):
    ids = [builders.stored(a_draft(contact=turn == 0)).id for turn in range(4)]

    def publish(release_id):
        with app.app_context(), writing():
            release = db.session.get(Release, release_id)
            workflow.publish(release, **BY)
            db.session.commit()
            return release.number

    with ThreadPoolExecutor(4) as pool:
        numbers = sorted(pool.map(publish, ids))

    assert numbers == ["2026-001", "2026-002", "2026-003", "2026-004"]


def test_the_address_follows_the_headline_until_it_is_published_and_not_after(app):
    release = a_draft(fr=FR._replace(headline="L’œuvre d’été"))
    assert release.texts["fr"].slug == "l-oeuvre-d-ete"

    workflow.save(release, "fr", FR, **BY)
    workflow.publish(release, **BY)
    workflow.save(release, "fr", FR._replace(headline="Autre titre"), minor=True, **BY)
    workflow.publish_changes(release, "fr", **BY)

    assert release.texts["fr"].slug == "les-poles-se-reunissent"


def test_facts_are_replaced_and_pictures_keep_the_order_given(app):
    contact, event = builders.a_press_contact(), builders.an_event()
    release = a_draft(contact=False)
    one, two, three = (builders.an_asset() for _number in range(3))
    workflow.set_facts(release, dated=release.dated, contact=None, event=None, pictures=[one, two], **BY)
    db.session.commit()

    workflow.set_facts(
        release, dated=date(2026, 12, 1), contact=contact, event=event, pictures=[three, one], **BY
    )
    db.session.commit()
    db.session.refresh(release)

    assert (release.dated, release.contact, release.event) == (date(2026, 12, 1), contact, event)
    assert [(picture.position, picture.asset) for picture in release.pictures] == [(0, three), (1, one)]


def test_a_published_release_keeps_a_press_contact(app):
    release = at_stage(Stage.PUBLISHED)

    with pytest.raises(Refused, match="Choose a press contact: a published release always names one."):
        workflow.set_facts(release, dated=release.dated, contact=None, event=None, pictures=[], **BY)


# Translations: what other newsrooms got wrong -------------------------------------------------------------


def a_translated(**publication):
    """In English, the source, and in French, both public."""
    release = a_draft(en=EN, fr=FR)
    workflow.publish(release, by=OFFICER, at=NOON - HOUR, **publication)
    db.session.commit()
    return release


def outdated(release):
    text = release.texts["fr"]
    return queries.outdated(text), queries.outdated_for_readers(text)


def test_a_minor_edit_leaves_translations_valid_and_a_later_hour_means_nothing(app):
    release = a_translated()
    workflow.save(
        release, "en", EN._replace(lead="A day of meeting."), minor=True, by=OFFICER, at=NOON + HOUR
    )
    assert (outdated(release), queries.substantial(release.texts["en"])) == ((False, False), False)

    workflow.save(release, "en", EN._replace(lead="Two days."), by=OFFICER, at=NOON - 2 * HOUR)
    assert (outdated(release), queries.substantial(release.texts["en"])) == ((True, False), True)


def test_a_minor_edit_after_another_one_that_was_not_hides_nothing(app):
    release = a_translated()
    workflow.save(release, "en", EN._replace(lead="Two days."), **BY)
    workflow.save(release, "en", EN._replace(lead="Two days!"), minor=True, **BY)

    assert (outdated(release), queries.substantial(release.texts["en"])) == ((True, False), True)
    publish_update(release, "en")
    assert outdated(release) == (True, True)


def test_the_first_words_are_never_a_minor_edit(app):
    release = workflow.create(source_language="en", **BY)
    text = workflow.save(release, "en", EN, minor=True, **BY)

    assert (text.latest.minor, text.major_number) == (False, 1)


def test_saving_a_source_that_did_not_change_outdates_nobody(app):
    release = a_translated()

    workflow.save(release, "en", EN, **BY)

    assert (numbers(release), outdated(release)) == ({"en": (1, 1, None), "fr": (1, 1, 1)}, (False, False))


def test_a_typing_error_mended_in_an_outdated_translation_does_not_bring_it_up_to_date(app):
    release = a_translated()
    workflow.save(release, "en", EN._replace(lead="Two days."), **BY)

    workflow.save(release, "fr", FR._replace(lead="Une journée !"), minor=True, **BY)
    publish_update(release, "en")
    workflow.publish_changes(release, "fr", **BY)

    assert outdated(release) == (True, True)


def test_a_translation_is_marked_up_to_date_without_changing_a_word(app):
    release = a_translated()
    workflow.save(release, "en", EN._replace(lead="Two days."), **BY)
    publish_update(release, "en")

    workflow.mark_up_to_date(release, "fr", **BY)
    db.session.commit()

    assert (numbers(release)["fr"], outdated(release)) == ((1, 1, 2), (False, False))
    assert audit.history(f"release:{release.id}")[-1].action == "release.up_to_date:fr"
    for language in ("fr", "en"):
        with pytest.raises(Refused, match="This text already follows its source."):
            workflow.mark_up_to_date(release, language, **BY)


def test_saying_that_the_same_words_follow_counts_for_readers_too(app):
    release = a_translated()
    workflow.save(release, "en", EN._replace(lead="Two days."), **BY)
    publish_update(release, "en")

    workflow.save(release, "fr", FR, follows_source=True, **BY)

    assert (numbers(release)["fr"], outdated(release)) == ((1, 1, 2), (False, False))


def test_newer_words_that_follow_are_no_comfort_to_readers_of_the_old_ones(app):
    release = a_translated()
    workflow.save(release, "en", EN._replace(lead="Two days."), **BY)
    publish_update(release, "en")
    workflow.save(release, "fr", FR._replace(lead="Deux jours."), follows_source=True, **BY)
    assert outdated(release) == (False, True)

    publish_update(release, "fr")
    assert outdated(release) == (False, False)


def test_a_translation_follows_what_its_translator_had_seen(app):
    release = a_translated()
    workflow.save(release, "en", EN._replace(lead="Two days."), **BY)
    workflow.save(release, "en", EN._replace(lead="Three days."), **BY)

    workflow.save(release, "fr", FR._replace(lead="Deux."), follows_source=True, source_seen=2, **BY)
    assert (numbers(release)["fr"][2], outdated(release)[0]) == (2, True)
    workflow.mark_up_to_date(release, "fr", source_seen=99, **BY)
    assert (numbers(release)["fr"][2], outdated(release)[0]) == (3, False)


def test_a_copy_of_an_outdated_translation_is_outdated(app):
    release = a_translated()
    workflow.save(release, "en", EN._replace(lead="Two days."), **BY)
    fresh = workflow.duplicate(a_translated(), **BY)

    copy = workflow.duplicate(release, **BY)

    assert (outdated(copy)[0], outdated(fresh)[0], copy.state, copy.number) == (
        True,
        False,
        State.DRAFT,
        None,
    )
    assert {code: text.latest.words for code, text in copy.texts.items()} == {
        "en": EN._replace(lead="Two days."),
        "fr": FR,
    }


# Languages that are published together --------------------------------------------------------------------


def publish_update(release, *languages, **values):
    notes = {code: Note("More.") for code in languages}
    workflow.publish_changes(release, *languages, kind=CorrectionKind.UPDATE, notes=notes, **{**BY, **values})


def together(release):
    release.together = True
    return release


def test_together_waits_for_every_language_of_the_site(app):
    release = together(a_draft(en=EN))

    for words, of_site, sentence in (
        (None, ("en", "fr"), "Finish the text in French: the languages are published together."),
        (
            FR._replace(body=""),
            ("en", "fr"),
            "Finish the text in French: the languages are published together.",
        ),
        (FR, ("en", "fr", "de"), "Finish the text in German: the languages are published together."),
    ):
        if words:
            workflow.save(release, "fr", words, **BY)
        assert workflow.obstacles(release, of_site) == [sentence]
        with pytest.raises(Refused) as refusal:
            workflow.publish(release, of_site=of_site, **BY)
        assert (str(refusal.value), release.state) == (sentence, State.DRAFT)


def test_together_refuses_one_language_alone_and_one_that_is_outdated(app):
    release = together(a_draft(en=EN, fr=FR))
    with pytest.raises(Refused, match="The languages of this release are published together."):
        workflow.publish(release, languages=["en"], of_site=("en", "fr"), **BY)

    workflow.save(release, "en", EN._replace(lead="Two days."), **BY)
    with pytest.raises(Refused, match="Bring the text in French up to date"):
        workflow.publish(release, of_site=("en", "fr"), **BY)

    workflow.mark_up_to_date(release, "fr", **BY)
    workflow.publish(release, of_site=("en", "fr"), **BY)
    assert numbers(release) == {"en": (2, 2, None), "fr": (1, 1, 2)}


def test_together_holds_for_changes_too(app):
    release = together(a_translated())
    site = {"of_site": ("en", "fr")}
    workflow.save(release, "en", EN._replace(lead="Two days."), **BY)
    with pytest.raises(Refused, match="Bring the text in French up to date"):
        publish_update(release, "en", **site)

    workflow.save(release, "fr", FR._replace(lead="Deux jours."), follows_source=True, **BY)
    with pytest.raises(Refused, match="The languages of this release are published together."):
        publish_update(release, "en", **site)
    publish_update(release, "en", "fr", **site)
    assert numbers(release) == {"en": (2, 2, None), "fr": (2, 2, 2)}

    workflow.save(release, "en", EN._replace(lead="Two days!"), minor=True, **BY)
    workflow.publish_changes(release, "en", **site, **BY)
    assert numbers(release)["en"] == (3, 3, None)
