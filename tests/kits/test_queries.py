from datetime import timedelta

import pytest

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.accreditation.models import State as ApplicationState
from pressroom.database import db
from pressroom.kits import drafting, queries, workflow
from pressroom.kits.models import EVERYTHING, State
from tests import builders

HOUR = timedelta(hours=1)


def attached(kit, language="fr"):
    return [(name, kind, size) for name, kind, size, _key in queries.attachable(kit, language, clock.now())]


def test_the_desk_s_own_files_are_attached_in_the_reader_s_language_or_in_none(app):
    kit = builders.a_kit(assets=[builders.an_asset(restricted=True)], files=[("Plan.txt", b"12")])
    for code in ("fr", "en"):
        covers = {one: text.cover for one, text in kit.newest.texts.items()}
        taken = [builders.Taken(f"{code}.txt", "text/plain", b"1")]
        drafting.fill(
            kit, covers=covers, releases=[], files=taken, file_language=code, by=SYSTEM, at=clock.now()
        )
    assert attached(kit) == [("Plan.txt", "text/plain", 2)]
    workflow.publish(kit, {}, languages=("fr", "en"), by=SYSTEM, at=clock.now())
    db.session.commit()

    assert attached(kit) == [("Plan.txt", "text/plain", 2), ("fr.txt", "text/plain", 1)]
    assert attached(kit, "en") == [("Plan.txt", "text/plain", 2), ("en.txt", "text/plain", 1)]


@pytest.mark.parametrize(("size", "number"), [(7_000_000, 1), (7_000_001, 0)])
def test_nothing_is_attached_above_seven_megabytes(app, size, number):
    assert len(attached(builders.a_kit(files=[("Film.mp4", b"x" * size)]))) == number


def test_nothing_is_attached_while_anything_is_not_for_everybody(app):
    soon = clock.now() + HOUR
    kits = [
        builders.a_kit(hours={"embargo_until": soon}),
        builders.a_kit(hours={"opens_at": soon}),
        builders.a_kit(releases=[builders.a_published_release(embargo_until=soon)]),
        builders.a_kit(state=State.DRAFT),
    ]

    assert [attached(kit) for kit in kits] == [[], [], [], []]
    assert attached(builders.a_kit(hours={"embargo_until": clock.now() - HOUR})) != []


def test_who_holds_which_version_is_known(app):
    kit = builders.a_kit()
    old, new, none, ended = (builders.a_grant(kit) for _ in range(4))
    for grant in (old, ended):
        workflow.note_fetch(grant, kit.current.files[0], at=clock.now())
    drafting.fill(kit, covers={"fr": "Autre.", "en": "Other."}, releases=[], by=SYSTEM, at=clock.now())
    notes = {"fr": "La couverture.", "en": "The cover."}
    workflow.publish(kit, notes, languages=("fr", "en"), by=SYSTEM, at=clock.now())
    workflow.note_fetch(new, EVERYTHING, at=clock.now())
    ended.application.state = ApplicationState.WITHDRAWN
    db.session.commit()

    def ids(statement):
        return {grant.id for grant in db.session.scalars(statement)}

    assert ids(queries.behind(kit)) == {old.id}
    assert ids(queries.without(kit)) == {none.id}
    assert queries.counts([kit.id]) == {kit.id: (3, 1)}
    assert list(db.session.scalars(queries.people_behind(kit.id, clock.now()))) == [old.application]
    old.application.undo_until = clock.now() + HOUR
    db.session.commit()
    assert list(db.session.scalars(queries.people_behind(kit.id, clock.now()))) == []
