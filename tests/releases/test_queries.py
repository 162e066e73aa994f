"""Who may know of a release, when; and what the desk is told about each."""

from datetime import timedelta

import pytest

from pressroom.access import APPLICANT, SYSTEM, Actor, Role
from pressroom.database import db
from pressroom.delivery import copies
from pressroom.releases import queries, workflow
from pressroom.releases.corrections import Note
from pressroom.releases.models import Correction, CorrectionKind, Words
from pressroom.releases.queries import Stage, Standing
from tests import builders
from tests.builders import NOON

K = CorrectionKind
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
    if stage in queries.OFF:
        step = workflow.withdraw if stage is Stage.WITHDRAWN else workflow.kill
        step(release, notes=dict.fromkeys(public, "A wrong figure."), **BY)
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
        Stage.KILLED: 1,
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
    empty = a_release(Stage.DRAFT)
    workflow.save(empty, "en", words("No body")._replace(body=""), **BY)
    workflow.save(public, "en", words("Changed"), **BY)
    stale = a_release(Stage.PUBLISHED)
    workflow.save(stale, "fr", words("Changed"), **BY)

    assert standings(draft) == [Standing.READY, Standing.READY, Standing.MISSING]
    assert standings(empty) == [Standing.READY, Standing.DRAFT, Standing.MISSING]
    assert standings(embargoed) == [Standing.READY, Standing.READY, Standing.MISSING]
    assert standings(public) == [Standing.PUBLISHED, Standing.CHANGED, Standing.MISSING]
    assert standings(stale) == [Standing.CHANGED, Standing.OUTDATED, Standing.MISSING]
    assert (queries.ready(public), queries.to_publish(public)) == (["fr", "en"], ["en"])


def test_what_was_withdrawn_or_killed_is_told_apart_from_what_was_never_public(app):
    releases = everything()

    found = [stage for stage, release in releases.items() if queries.find_off(release.id, NOON)]

    assert (found, queries.find_off("00000000", NOON)) == ([Stage.WITHDRAWN, Stage.KILLED], None)
    assert {release.id for release in db.session.scalars(queries.taken_off(NOON))} == {
        releases[stage].id for stage in queries.OFF
    }


def test_the_log_has_what_readers_were_told_of_what_they_could_read(app):
    releases = everything()
    for hour, stage in enumerate(queries.OFF):  # what was said before they were taken off
        releases[stage].corrections.append(
            Correction(kind=K.UPDATE, at=BEFORE + timedelta(minutes=hour), author="x")
        )
    public = releases[Stage.PUBLISHED]
    for at in (NOON - HOUR, NOON + HOUR):
        public.corrections.append(Correction(kind=K.CLARIFICATION, at=at, author="x"))
    releases[Stage.EMBARGOED].corrections.append(Correction(kind=K.UPDATE, at=BEFORE, author="x"))
    db.session.commit()

    found = [(one.release, one.kind) for one in db.session.scalars(queries.log_of_corrections(NOON))]

    withdrawn, killed = (releases[stage] for stage in queries.OFF)
    assert found[0] == (public, K.CLARIFICATION)
    assert sorted(found[1:], key=str) == sorted(
        [(withdrawn, K.UPDATE), (withdrawn, K.WITHDRAWAL), (killed, K.KILL)], key=str
    )


def test_who_was_handed_words_that_have_changed_since(app):
    release = a_release(Stage.PUBLISHED)
    for revision, recipient in (
        (1, "old@press.example"),
        (1, "both@press.example"),
        (2, "both@press.example"),
    ):
        copies.hand(
            queries.about(release.texts["en"]),
            revision,
            recipient=recipient,
            language="fr",
            by="kit",
            at=NOON,
        )
    workflow.save(release, "en", words("Newer"), **BY)
    db.session.commit()

    def holders(**options):
        return {code: [one.recipient for one in held] for code, held in queries.holders(release, **options)}

    assert holders() == {"en": [], "fr": []}
    assert holders(newest=True) == {"en": ["old@press.example"], "fr": []}


def test_the_desk_shows_the_reader_s_language_else_the_source_else_any(app):
    both, english = a_release(Stage.DRAFT), a_release(Stage.DRAFT, languages=("en",))
    foreign = workflow.create(source_language="fr", **BY)
    assert queries.shown_text(foreign, "fr") is None
    workflow.save(foreign, "de", words("Deutsch"), **BY)

    shown = [queries.shown_text(release, "fr").language for release in (both, english, foreign)]

    assert shown == ["fr", "en", "de"]


def test_a_fingerprint_changes_with_words_facts_and_what_is_public_of_them(app):
    release = a_release(Stage.PUBLISHED)
    seen = [queries.fingerprint(release)]
    steps = (
        lambda: workflow.save(release, "fr", words("Other"), minor=True, **BY),
        lambda: workflow.save(release, "fr", words("Another"), minor=False, **BY),
        lambda: workflow.mark_up_to_date(release, "en", **BY),
        lambda: workflow.publish_changes(release, "fr", kind=K.UPDATE, notes={"fr": Note("More.")}, **BY),
        lambda: workflow.set_facts(
            release, dated=NOON.date(), contact=release.contact, event=None, pictures=[], together=True, **BY
        ),
    )
    for step in steps:
        step()
        db.session.commit()
        seen.append(queries.fingerprint(release))

    assert len(set(seen)) == len(steps) + 1


def test_a_release_s_own_pictures_are_offered_first(app):
    older, newer, own = (builders.an_asset() for _number in range(3))
    for hour, asset in enumerate((own, older, newer)):
        asset.created_at = NOON + hour * HOUR
    release = a_release(Stage.DRAFT)
    workflow.set_facts(release, dated=NOON.date(), contact=None, event=None, pictures=[own], **BY)
    db.session.commit()

    assert queries.pictures_on_offer(release) == [own, newer, older]
