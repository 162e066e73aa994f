"""Rows that are only read: the same as the session's instances, and no part of the session."""

import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm.exc import UnmappedInstanceError

from pressroom.database import db
from pressroom.readings import Reading
from pressroom.releases.models import Release, ReleasePicture, ReleaseText, Revision, Topic, TopicText
from pressroom.staff.models import PressContact, PressContactText
from tests import builders
from tests.counting import counting

WHOLE = Reading(
    Release,
    contact=Reading(PressContact, texts=Reading(PressContactText)),
    texts=Reading(ReleaseText, public=Reading(Revision, without=["body"])),
    topics=Reading(Topic, texts=Reading(TopicText)),
    pictures=Reading(ReleasePicture),
)
IN_ORDER = db.select(Release).order_by(Release.public_from, Release.id)


def facts(one, *, but=()):
    """Every column of an instance, or of one that is only read."""
    model = next(known for kind in type(one).__mro__ if (known := inspect(kind, raiseerr=False)))
    names = [column.key for column in model.column_attrs]
    return {name: getattr(one, name) for name in names if name not in but}


def told(release):
    """All that belongs to it, in values."""
    return {
        **facts(release),
        "contact": release.contact and {**facts(release.contact), "texts": words(release.contact)},
        "texts": {
            code: {**facts(text), "public": text.public and facts(text.public, but=["body"])}
            for code, text in release.texts.items()
        },
        "topics": [{**facts(topic), "texts": words(topic)} for topic in release.topics],
        "pictures": [facts(picture) for picture in release.pictures],
    }


def words(one):
    return {code: facts(text) for code, text in one.texts.items()}


@pytest.fixture
def releases(app):
    """Two that share a contact, one of them with all there can be; and a bare draft of it all."""
    contact, pictures = builders.a_press_contact(), [builders.an_asset(), builders.an_asset()]
    rich = builders.a_published_release(pictures=pictures)
    rich.contact = contact
    rich.topics = [builders.a_topic("Sea", position=2), builders.a_topic("Energy")]
    builders.a_published_release(languages=("fr",)).contact = contact
    builders.stored(builders.a_published_release()).contact = None
    db.session.commit()
    return list(db.session.scalars(IN_ORDER))


def test_what_is_read_is_what_the_session_knows(releases):
    assert [told(one) for one in WHOLE.all(IN_ORDER)] == [told(one) for one in releases]


def test_each_kind_of_thing_is_one_question_however_many_there_are(releases):
    db.session.rollback()
    with counting() as seen:
        found = WHOLE.all(IN_ORDER)

    # The releases with their contacts, the contacts' texts, texts with their public words, topics, their texts, pictures.
    assert (len(found), len([one for one in seen if not one.startswith("BEGIN")])) == (3, 6)


def test_nothing_to_read_is_nothing_to_ask_about(app):
    with counting() as seen:
        assert WHOLE.all(IN_ORDER) == []

    assert len([one for one in seen if not one.startswith("BEGIN")]) == 1


def test_what_the_database_refuses_is_said_as_everywhere(releases):
    """The parts come past SQLAlchemy, and the pages for what fails know only what it raises."""
    db.session.execute(db.text("ALTER TABLE topic_text RENAME TO gone"))

    with pytest.raises(DBAPIError):
        WHOLE.all(IN_ORDER)
    db.session.rollback()


def test_what_belongs_to_something_knows_it(releases):
    for one in WHOLE.all(IN_ORDER):
        assert {id(text.release) for text in one.texts.values()} == {id(one)}


def test_to_read_more_than_was_asked_for_is_an_error(releases):
    [found, *_others] = Reading(Release, texts=Reading(ReleaseText, without=["slug"])).all(IN_ORDER)

    for one, name in ((found, "topics"), (found.texts["fr"], "slug"), (found.texts["fr"], "public")):
        with pytest.raises(UnmappedInstanceError):
            getattr(one, name)


def test_what_is_read_can_never_be_stored(releases):
    [found, *_others] = WHOLE.all(IN_ORDER)

    with pytest.raises(AttributeError):
        found.number = "2026-999"
    with pytest.raises(UnmappedInstanceError):
        db.session.add(found)
    assert not db.session.new | db.session.dirty
