"""Who may know of a release, when; and what the desk is told about each."""

from datetime import timedelta

import pytest

from pressroom.access import APPLICANT, SYSTEM, Actor, Role
from pressroom.database import db
from pressroom.releases import queries, workflow
from pressroom.releases.models import Words
from pressroom.releases.queries import Stage, Standing
from tests import builders
from tests.builders import NOON

HOUR = timedelta(hours=1)
OFFICER = Actor(Role.OFFICER, "Zoé Martin")
BEFORE = NOON - 2 * HOUR
BY = {"by": OFFICER, "at": BEFORE}


def words(headline):
    return Words(headline, "Brest", "Lead.", "<p>Body.</p>")


def a_release(stage, *, languages=("fr", "en"), public=("fr", "en"), **hours):
    """A release that stands at `stage` at noon; headlines say stage and language."""
    release = workflow.create(source_language=languages[0], **BY)
    release.contact = builders.a_press_contact()
    for language in languages:
        workflow.save(release, language, words(f"{stage} {language}"), **BY)
    if stage is not Stage.DRAFT:
        default = {
            Stage.SCHEDULED: {"publish_at": NOON + HOUR},
            Stage.EMBARGOED: {"embargo_until": NOON + HOUR},
        }
        workflow.publish(release, languages=public, **(hours or default.get(stage, {})), **BY)
    if stage is Stage.WITHDRAWN:
        workflow.withdraw(release, reason="A wrong figure.", **BY)
    db.session.commit()
    return release


def everything():
    """A release at each stage, by stage: all that could leak stands beside the one that is public."""
    return {stage: a_release(stage) for stage in Stage}


def test_who_may_know_of_a_release(app):
    releases = everything()
    editors = [Actor(role, "x") for role in (Role.OFFICER, Role.ADMIN)]
    others = [None, APPLICANT, SYSTEM, Actor(Role.REVIEWER, "x"), Actor(Role.DOOR, "x")]

    def known_to(viewer):
        return [stage for stage, release in releases.items() if queries.find(release.id, viewer, NOON)]

    assert [known_to(viewer) for viewer in editors] == [list(Stage)] * 2
    assert [known_to(viewer) for viewer in others] == [[Stage.PUBLISHED]] * 5


def test_an_unknown_release_is_not_found(app):
    assert queries.find("00000000", OFFICER, NOON) is None


@pytest.mark.parametrize("stage", [Stage.SCHEDULED, Stage.EMBARGOED])
def test_a_release_exists_for_readers_from_its_very_hour_on(app, stage):
    release = a_release(stage)

    just_before = NOON + HOUR - timedelta(microseconds=1)
    assert [queries.find(release.id, None, at) for at in (just_before, NOON + HOUR)] == [None, release]
    assert [db.session.scalars(queries.listed("fr", at)).all() for at in (just_before, NOON + HOUR)] == [
        [],
        [release],
    ]


def test_an_embargo_outlasts_the_hour_of_publication(app):
    release = a_release(Stage.EMBARGOED, publish_at=NOON - HOUR, embargo_until=NOON + HOUR)

    assert queries.find(release.id, None, NOON) is None


def test_the_list_has_what_is_public_in_its_language_newest_first(app):
    everything()
    only_french = a_release(Stage.PUBLISHED, public=("fr",))
    both = a_release(Stage.PUBLISHED, publish_at=NOON - HOUR)
    newer = both.texts["en"]
    workflow.save(both, "en", words("newer, not public"), **BY)
    db.session.commit()

    french = [
        release.texts["fr"].public.headline for release in db.session.scalars(queries.listed("fr", NOON))
    ]
    english = [
        (release.id, release.texts["en"].public.headline)
        for release in db.session.scalars(queries.listed("en", NOON))
    ]

    assert (french, newer.latest.headline) == (["published fr"] * 3, "newer, not public")
    assert english[0] == (both.id, "published en")
    assert only_french.id not in dict(english)
    assert len(english) == 2


def test_releases_of_one_hour_are_listed_by_id(app):
    releases = [a_release(Stage.PUBLISHED) for _number in range(3)]

    listed = [release.id for release in db.session.scalars(queries.listed("en", NOON))]

    assert listed == sorted(release.id for release in releases)


def test_a_language_that_was_not_published_has_no_public_words(app):
    release = a_release(Stage.PUBLISHED, public=("fr",))

    assert (release.texts["en"].public, release.texts["fr"].public.headline) == (None, "published fr")


def test_stages_are_counted_and_listed_as_they_are_told_one_by_one(app):
    releases = everything()
    a_release(Stage.EMBARGOED, publish_at=NOON + 3 * HOUR, embargo_until=NOON + HOUR)
    over = a_release(Stage.EMBARGOED, embargo_until=NOON - HOUR)

    assert queries.counts(NOON) == {
        Stage.DRAFT: 1, Stage.SCHEDULED: 1, Stage.EMBARGOED: 2, Stage.PUBLISHED: 2, Stage.WITHDRAWN: 1,
    }  # fmt: skip
    assert (queries.stage(over, NOON), queries.stage(releases[Stage.WITHDRAWN], NOON)) == (
        Stage.PUBLISHED,
        Stage.WITHDRAWN,
    )
    for stage in Stage:
        listed = db.session.scalars(queries.on_the_desk(stage, "", NOON)).all()
        assert {queries.stage(release, NOON) for release in listed} == {stage}


def test_the_desk_searches_the_newest_headlines_in_any_language(app):
    release = a_release(Stage.DRAFT)
    workflow.save(release, "en", words("An older headline"), **BY)
    workflow.save(release, "en", words("The forum is 100 % full"), **BY)
    db.session.commit()

    typed = ["FORUM", "100 %", "draft FR", "100_%", "gala", "older"]
    found = [
        word for word in typed if db.session.scalars(queries.on_the_desk(None, word, NOON)).all() == [release]
    ]

    assert found == ["FORUM", "100 %", "draft FR"]


def test_where_the_words_of_each_language_stand(app):
    def standings(release):
        return [queries.standing(release, language, NOON) for language in ("fr", "en", "de")]

    draft, embargoed, public = (a_release(stage) for stage in (Stage.DRAFT, Stage.EMBARGOED, Stage.PUBLISHED))
    workflow.save(public, "en", words("Changed"), **BY)

    assert standings(draft) == [Standing.DRAFT, Standing.DRAFT, Standing.MISSING]
    assert standings(embargoed) == [Standing.READY, Standing.READY, Standing.MISSING]
    assert standings(public) == [Standing.PUBLISHED, Standing.CHANGED, Standing.MISSING]
    assert (queries.ready(public), queries.to_publish(public)) == (["fr", "en"], ["en"])


def test_the_desk_shows_the_reader_s_language_else_the_source_else_any(app):
    both, english = a_release(Stage.DRAFT), a_release(Stage.DRAFT, languages=("en",))
    foreign = workflow.create(source_language="fr", **BY)
    assert queries.shown_text(foreign, "fr") is None
    workflow.save(foreign, "de", words("Deutsch"), **BY)

    shown = [queries.shown_text(release, "fr").language for release in (both, english, foreign)]

    assert shown == ["fr", "en", "de"]


def test_a_fingerprint_changes_with_words_and_with_facts(app):
    release = a_release(Stage.DRAFT)
    first = queries.fingerprint(release)

    workflow.save(release, "en", words("Other"), **BY)
    second = queries.fingerprint(release)
    workflow.set_facts(
        release, dated=BEFORE.date() + timedelta(days=1), contact=None, event=None, pictures=[], **BY
    )
    db.session.commit()

    assert len({first, second, queries.fingerprint(release)}) == 3


def test_a_release_s_own_pictures_are_offered_first(app):
    older, newer, own = (builders.an_asset(created_at=NOON + number * HOUR) for number in range(3))
    own.created_at = NOON - HOUR
    release = a_release(Stage.DRAFT)
    workflow.set_facts(release, dated=NOON.date(), contact=None, event=None, pictures=[own], **BY)
    db.session.commit()

    assert queries.pictures_on_offer(release) == [own, newer, older]
