"""The example can be looked around in, and taken away again without a trace of it in any table."""

import pytest

from pressroom import clock, demo, example, storage
from pressroom.access import Actor, Role
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.releases.models import Release
from tests import builders
from tests.rows import counted


@pytest.fixture
def by(app):
    member = builders.a_member_of_staff()
    return Actor(Role.OFFICER, member.name, member.id)


def rows():
    """How many rows each table has, but those that only ever grow."""
    return {name: count for name, count in counted().items() if name not in example.NEVER}


def test_what_the_example_stores_goes_again_and_nothing_else(app, by):
    contact = builders.a_press_contact()
    db.session.commit()
    before = rows()
    demo.show(by=by, at=clock.now())
    db.session.commit()
    assert example.is_loaded()
    assert db.session.scalar(db.select(db.func.count(Release.id))) > 5

    example.remove()
    db.session.commit()

    assert not example.is_loaded()
    assert rows() == before
    assert db.session.get(type(contact), contact.id) is not None
    storage.sweep()
    db.session.commit()
    assert [path for path in (app.config["DATA_DIR"] / "files").rglob("*") if path.is_file()] == []


def test_an_own_release_with_the_example_s_contact_stays_without_it(app, by):
    demo.show(by=by, at=clock.now())
    example_contact = db.session.scalar(
        db.select(Release.contact_id).where(Release.contact_id.is_not(None)).limit(1)
    )
    own = builders.a_published_release()
    own.contact_id = example_contact
    db.session.commit()

    example.remove()
    db.session.commit()

    assert [release.id for release in db.session.scalars(db.select(Release))] == [own.id]
    assert own.contact_id is None


def test_the_example_is_for_an_empty_office_whose_mail_stays_here(app, by):
    builders.a_published_release()
    with pytest.raises(Refused, match="releases or events already"):
        demo.show(by=by, at=clock.now())
    app.config["MAIL_URL"] = "smtp://mail.example"
    with pytest.raises(Refused, match="test mode"):
        demo.show(by=by, at=clock.now())
