"""Everything public is found by its words, and nothing else is, in any language, at any moment."""

import itertools
from datetime import timedelta

import pytest
from flask_migrate import downgrade, upgrade

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.releases import queries, search, topics, workflow
from pressroom.releases.corrections import Note
from pressroom.releases.models import CorrectionKind, Kind, SearchEntry, Words
from tests import builders
from tests.builders import NOON

LATER = NOON + timedelta(days=400)
SEAGRASS = Words(
    "L’herbier de l’Œuvre",
    "Hyères",
    "Des posidonies replantées.",
    "<p>La <em>posi</em>donie, <b>enfin</b>.</p>",
)


def found(language="fr", now=LATER, **asked):
    return list(db.session.scalars(search.listed(language, now, **asked)))


def counts(language="fr", now=LATER, **asked):
    offered = search.facets(language, now, topics.every(), **asked)
    return (
        [(topic.words("en").name, count) for topic, count in offered.topics],
        offered.years,
        [(kind.value, count) for kind, count in offered.kinds],
    )


def filed(release, *, at=NOON, kind=Kind.RELEASE, under=(), dated=None):
    workflow.set_facts(
        release, dated=dated or release.dated, contact=release.contact, event=None, pictures=[], kind=kind,
        topics=under, by=SYSTEM, at=at,
    )  # fmt: skip
    return builders.stored(release)


@pytest.mark.parametrize(
    "words",
    [
        "oeuvre",
        "ŒUVRES",
        "l'herbier",
        "hyeres",
        "posidonie replantée",
        "enfin",
        "herbier enfin hyères",
        "L’Œuvre !",
    ],
)
def test_it_is_found_by_any_of_its_public_words(app, words):
    release = builders.a_published_release(words={"fr": SEAGRASS}, at=NOON)
    builders.a_published_release(at=NOON)

    assert found(words=words) == [release]
    assert found("en", words=words) == []


@pytest.mark.parametrize(
    "words", ["seagrass", "herbier absent", "posi", "em", "p", "strong", "fr", "?", '"', "y2026"]
)
def test_it_is_found_by_nothing_else(app, words):
    builders.a_published_release(words={"fr": SEAGRASS}, at=NOON)

    assert found(words=words) == []


def test_its_number_finds_it_alone(app):
    first, second = (builders.a_published_release(at=NOON + timedelta(minutes=n)) for n in range(2))

    assert (first.number, second.number) == ("2026-001", "2026-002")
    assert (
        found(words="2026-001") == found(words="n° 2026-001") == found("en", words="No. 2026-001") == [first]
    )
    assert found(words="2026-003") == []
    assert found(words="2026-001", year=2025) == []
    assert counts(words="2026-001") == ([], [], [])


def test_the_newest_comes_first_in_the_order_of_the_whole_list(app):
    for minutes in (5, 1, 9, 3):
        builders.a_published_release(at=NOON + timedelta(minutes=minutes))
    same = [builders.a_published_release(at=NOON) for _ in range(3)]

    everything = found()

    assert found(words="pôles") == found(year=2026) == [*everything[:4], *reversed(same)]
    assert {release.id for release in everything[4:]} == {release.id for release in same}


def test_words_that_are_not_public_yet_find_nothing(app):
    release = builders.a_published_release(at=NOON)
    workflow.save(release, "fr", SEAGRASS, by=SYSTEM, at=NOON)
    filed(release, kind=Kind.STATEMENT)  # which brings the index up to date

    assert (found(words="posidonie"), found(words="pôles", kind=Kind.STATEMENT)) == ([], [release])

    workflow.publish_changes(
        release, "fr", kind=CorrectionKind.UPDATE,
        notes={"fr": Note("Autre chose."), "en": Note("Something else.")}, by=SYSTEM, at=NOON,
    )  # fmt: skip
    db.session.commit()

    assert (found(words="posidonie"), found(words="pôles")) == ([release], [])


@pytest.mark.parametrize("moment", ["embargo_until", "publish_at"])
def test_before_its_hour_it_is_neither_found_nor_counted(app, moment):
    hour, topic = NOON + timedelta(hours=2), topics.add({"fr": "Mer", "en": "Sea"}, by=SYSTEM, at=NOON)
    known = filed(builders.a_published_release(at=NOON), under=[topic])
    before = [found(now=NOON, words="pôles"), counts(now=NOON), counts(now=NOON, words="pôles")]

    coming = builders.a_published_release(
        at=NOON, words={"fr": SEAGRASS._replace(lead="Les pôles.")}, **{moment: hour}
    )
    filed(coming, kind=Kind.SPEECH, under=[topic], dated=hour.date().replace(year=2031))
    just_before = hour - timedelta(microseconds=1)

    assert before == [
        [known],
        ([("Sea", 1)], [(2026, 1)], [("release", 1)]),
        ([("Sea", 1)], [(2026, 1)], [("release", 1)]),
    ]
    for now in (NOON, just_before):
        assert [found(now=now, words="pôles"), counts(now=now), counts(now=now, words="pôles")] == before
        assert (
            found(now=now, words="posidonie")
            == found(now=now, kind=Kind.SPEECH)
            == found(now=now, year=2031)
            == []
        )
    assert found(now=hour, words="posidonie") == found(now=hour, kind=Kind.SPEECH, year=2031) == [coming]
    assert counts(now=hour) == ([("Sea", 2)], [(2031, 1), (2026, 1)], [("release", 1), ("speech", 1)])


@pytest.mark.parametrize("how", ["withdraw", "kill", "unpublish"])
def test_what_is_taken_off_is_not_found(app, how):
    hour = NOON + timedelta(hours=2)
    release = builders.a_published_release(at=NOON, **({"embargo_until": hour} if how == "unpublish" else {}))
    notes = {} if how == "unpublish" else {"notes": {"fr": "Retiré.", "en": "Withdrawn."}}

    getattr(workflow, how)(release, **notes, by=SYSTEM, at=NOON)
    db.session.commit()

    assert (found(words="pôles"), found("en", words="clusters"), counts()) == ([], [], ([], [], []))
    assert db.session.scalars(db.select(SearchEntry)).all() == []


def test_every_filter_narrows_and_every_count_says_what_is_left(app):
    sea, heat = (topics.add({"fr": name, "en": name}, by=SYSTEM, at=NOON) for name in ("Mer", "Canicule"))
    choices = {
        "words": ["", "pôles", "posidonie"],
        "topic": [None, sea, heat],
        "year": [None, 2025, 2026],
        "kind": [None, Kind.RELEASE, Kind.ADVISORY],
    }
    facts = itertools.product(
        (None, SEAGRASS), ([], [sea], [sea, heat]), (2025, 2026), (Kind.RELEASE, Kind.ADVISORY)
    )
    for number, (words, under, year, kind) in enumerate(facts):
        release = builders.a_published_release(
            at=NOON + timedelta(hours=number), words={"fr": words} if words else {}
        )
        filed(release, kind=kind, under=under, dated=release.dated.replace(year=year))

    def fits(release, words, topic, year, kind):
        headline = release.texts["fr"].public.headline
        said = {"": True, "pôles": "pôles" in headline, "posidonie": "herbier" in headline}[words]
        return (
            said
            and topic in (None, *release.topics)
            and year in (None, release.dated.year)
            and kind in (None, release.kind)
        )

    everything = found()
    for asked in itertools.product(*choices.values()):
        values = dict(zip(choices, asked, strict=True))
        assert found(**values) == [release for release in everything if fits(release, *asked)]
        offered = search.facets("fr", LATER, topics.every(), **values)
        for part in ("topic", "year", "kind"):
            expected = [(one, len(found(**{**values, part: one}))) for one in choices[part][1:]]
            expected = sorted(
                (pair for pair in expected if pair[1]), key=lambda pair: -pair[0] if part == "year" else 0
            )
            assert getattr(offered, f"{part}s") == expected


def test_a_text_can_be_found_again_after_a_change_of_facts(app):
    topic = topics.add({"fr": "Mer", "en": "Sea"}, by=SYSTEM, at=NOON)
    release = filed(builders.a_published_release(at=NOON))
    assert found(topic=topic) == found(kind=Kind.SPEECH) == []

    filed(release, kind=Kind.SPEECH, under=[topic])

    assert found(topic=topic, kind=Kind.SPEECH, words="pôles") == found("en", topic=topic) == [release]
    assert found(kind=Kind.RELEASE) == []


@pytest.mark.parametrize(
    "words",
    ['"', "a OR b", "NEAR(a b)", "terms:pôles", "pôles*", "^pôles", "-pôles", "frwpol", "'; DROP TABLE release; --", "\0",
     "𞤀𞤁 x", "é" * 5000, "mot " * 5000, "٣ ½ ² ａ", "\ud7ff\ue000", "%s %(x)s {} \\"],
)  # fmt: skip
def test_whatever_is_typed_is_only_words(app, words):
    release = builders.a_published_release(at=NOON)

    assert found(words=words) in ([], [release])
    assert search.facets("fr", LATER, [], words=words) is not None
    assert found(words="pôles") == [release]


def test_only_so_many_are_counted(app, monkeypatch):
    monkeypatch.setattr(search, "BOUND", 2)
    for number in range(4):
        builders.a_published_release(at=NOON + timedelta(minutes=number))

    assert counts() == ([], [(2026, 3)], [("release", 3)])


def test_a_draft_in_another_millennium_does_not_make_a_long_list(app):
    builders.a_published_release(at=NOON)
    draft = workflow.create(source_language="fr", by=SYSTEM, at=NOON)
    filed(draft, dated=draft.dated.replace(year=206))

    assert counts() == ([], [(2026, 1)], [("release", 1)])


def test_the_migration_indexes_what_is_public_already(app):
    release = builders.a_published_release(words={"fr": SEAGRASS}, at=NOON)
    same_hour = builders.a_published_release(at=NOON)
    coming = builders.a_published_release(at=NOON, embargo_until=NOON + timedelta(hours=1))
    ids = [one.id for one in (release, same_hour, coming)]
    db.session.remove()

    downgrade(revision="0004")
    upgrade()

    assert [one.id for one in found(words="posidonie")] == ids[:1]
    assert [one.id for one in found(now=NOON, words="journée")] == ids[1:2]
    assert [one.id for one in found(words="journée")] == [ids[2], ids[1]]
    workflow.withdraw(
        queries.find(ids[0], None, LATER), notes={"fr": "Retiré.", "en": "Withdrawn."}, by=SYSTEM, at=LATER
    )
    db.session.commit()
    assert found(words="posidonie") == []


@pytest.mark.only_sqlite
def test_the_index_is_as_the_table_says(app):
    """FTS5's own check: it raises when a trigger left something behind."""
    release = builders.a_published_release(at=clock.now())
    filed(release, kind=Kind.SPEECH)
    workflow.kill(release, notes={"fr": "Retiré.", "en": "Withdrawn."}, by=SYSTEM, at=clock.now())
    builders.a_published_release()

    db.session.execute(db.text("INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)"))
