"""What the command line and the desk share: a file becomes a draft, or one language of a release."""

import pytest

from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.releases import intake, workflow
from pressroom.releases.models import Words
from tests import builders
from tests.builders import NOON

BY = {"by": SYSTEM, "at": NOON}


def test_a_file_without_a_title_is_called_by_its_own_name(app):
    release, lost = intake.import_file("harbour.md", b"- one\n- two\n", language="en", **BY)
    db.session.commit()

    words = Words("harbour", "", "", "<ul><li>one</li><li>two</li></ul>")
    assert (release.texts["en"].latest.words, release.dated, lost) == (
        words,
        NOON.date(),
        ["No headline was found: write one."],
    )


def test_a_file_for_a_language_that_has_words_becomes_their_next_revision(app):
    release = builders.a_published_release(at=NOON)

    intake.import_file("port.txt", b"Le port\n\nIl ouvre.\n", language="fr", release_id=release.id, **BY)

    text = release.texts["fr"]
    assert (text.latest_number, text.public_number, text.latest.headline) == (2, 1, "Le port")


@pytest.mark.parametrize("withdrawn", [True, False])
def test_a_release_that_is_unknown_or_withdrawn_takes_no_file(app, withdrawn):
    release = builders.a_published_release(at=NOON)
    if withdrawn:
        workflow.withdraw(release, notes=dict.fromkeys(release.texts, "A wrong figure."), **BY)

    with pytest.raises(Refused):
        intake.import_file(
            "port.txt", b"The port\n", language="fr", release_id=release.id if withdrawn else "0", **BY
        )

    assert release.texts["fr"].latest_number == 1
