"""Who was handed what."""

from datetime import timedelta

from pressroom.database import db
from pressroom.delivery import copies, queries
from pressroom.delivery.models import Copy
from tests.builders import NOON

ABOUT = "release:4f7k2m9q:fr"


def hand(recipient, *revisions, about=ABOUT):
    for hour, revision in enumerate(revisions):
        copies.hand(
            about, revision, recipient=recipient, language="fr", by="kit", at=NOON + timedelta(hours=hour)
        )
    db.session.commit()


def test_taking_the_same_words_again_is_remembered_once(app):
    hand("kervella@telegraphe.example", 1, 1, 2)

    kept = [(one.revision, one.at, one.by, one.language) for one in db.session.scalars(db.select(Copy))]

    assert kept == [(1, NOON, "kit", "fr"), (2, NOON + timedelta(hours=2), "kit", "fr")]


def test_who_holds_only_older_revisions_and_which_is_the_last(app):
    hand("b@telegraphe.example", 1, 3)
    hand("a@telegraphe.example", 1, 2)
    hand("new@telegraphe.example", 1, 4)
    hand("c@telegraphe.example", 1, about="release:4f7k2m9q:en")

    def holders(before):
        return [(one.recipient, one.revision) for one in queries.holders(ABOUT, before)]

    assert holders(4) == [("a@telegraphe.example", 2), ("b@telegraphe.example", 3)]
    assert holders(3) == [("a@telegraphe.example", 2)]
    assert holders(1) == []
