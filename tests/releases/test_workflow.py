"""What may happen to a release, at every stage, and what each act leaves behind."""

from datetime import date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from pressroom import audit, markup
from pressroom.access import Actor, Role
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.media.models import Asset
from pressroom.releases import queries, workflow
from pressroom.releases.models import Release, State, Words
from pressroom.releases.queries import Stage
from tests import builders
from tests.builders import NOON

OFFICER = Actor(Role.OFFICER, "Zoé Martin")
HOUR = timedelta(hours=1)
EN = Words("Clusters meet", "Sophia Antipolis", "A day of meetings.", "<p>Hello.</p>")
FR = Words("Les pôles se réunissent", "Sophia Antipolis", "Une journée.", "<p>Bonjour.</p>")
BY = {"by": OFFICER, "at": NOON}
ACTS = {
    "edit": lambda release, by: workflow.save(release, "en", EN._replace(headline="Again"), by=by, at=NOON),
    "publish": lambda release, by: workflow.publish(release, by=by, at=NOON),
    "publish_changes": lambda release, by: workflow.publish_changes(release, "en", by=by, at=NOON),
    "unpublish": lambda release, by: workflow.unpublish(release, by=by, at=NOON),
    "withdraw": lambda release, by: workflow.withdraw(release, reason="A wrong figure.", by=by, at=NOON),
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
    if stage is Stage.WITHDRAWN:
        workflow.withdraw(release, reason="A wrong name.", by=OFFICER, at=before)
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
        State.PUBLISHED, "2026-001", hours.get("publish_at", NOON), hours.get("embargo_until"), public_from,
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

    workflow.publish_changes(release, "en", **BY)
    assert release.texts["en"].public.lead == "Newer."

    with pytest.raises(Refused, match="There is nothing new to publish in English."):
        workflow.publish_changes(release, "en", **BY)


def test_back_to_draft_forgets_the_hours_but_keeps_the_number(app):
    release = at_stage(Stage.EMBARGOED)

    workflow.unpublish(release, **BY)

    assert (facts_of(release), numbers(release)) == (
        (State.DRAFT, "2026-001", None, None, None),
        {"en": (2, None, None)},
    )
    workflow.publish(release, **BY)
    assert release.number == "2026-001"


def test_withdrawing_is_due_a_reason_which_is_kept(app):
    release = at_stage(Stage.PUBLISHED)

    with pytest.raises(Refused, match="Give the reason."):
        workflow.withdraw(release, reason="", **BY)
    assert release.state is State.PUBLISHED

    workflow.withdraw(release, reason="A wrong figure.", **BY)
    assert (release.state, release.withdrawn_at, release.withdrawal_reason) == (
        State.WITHDRAWN,
        NOON,
        "A wrong figure.",
    )


def test_the_address_follows_the_headline_until_it_is_published_and_not_after(app):
    release = a_draft(fr=FR._replace(headline="L’œuvre d’été"))
    assert release.texts["fr"].slug == "l-oeuvre-d-ete"

    workflow.save(release, "fr", FR, **BY)
    workflow.publish(release, **BY)
    workflow.save(release, "fr", FR._replace(headline="Autre titre"), **BY)
    workflow.publish_changes(release, "fr", **BY)

    assert release.texts["fr"].slug == "les-poles-se-reunissent"


def a_picture(name):
    return builders.stored(Asset(
        name=name, credit="Zoé Martin", media_type="image/jpeg", width=1, height=1, size=1, full_key="f", web_key="w",
        web_width=1, web_height=1, created_at=NOON,
    ))  # fmt: skip


def test_facts_are_replaced_and_pictures_keep_the_order_given(app):
    contact, event = builders.a_press_contact(), builders.an_event()
    release = a_draft(contact=False)
    one, two, three = (a_picture(name) for name in ("1.jpg", "2.jpg", "3.jpg"))
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
