"""Every notice's own words, written with placeholders, read like the notice itself."""

from pathlib import Path

import pytest

from pressroom.delivery import texts
from pressroom.newsroom import samples

TEMPLATES = Path(texts.__file__).parent.parent / "templates" / "mail"
CASES = [(notice, language) for notice in samples.NOTICES for language in ("fr", "en")]


@pytest.mark.parametrize(("notice", "language"), CASES, ids=lambda case: case)
def test_own_words_with_placeholders_give_the_same_mail(app, notice, language):
    own = samples.own_words(notice, language)

    assert texts.faults(notice, own) == {}
    assert not any(year in "".join(own) for year in ("2027", "2031"))
    subject, text, _html = samples.sample(notice, language)
    assert samples.sample(notice, language, edited=own)[:2] == (subject, text)


def test_every_notice_can_be_read_but_those_that_are_written_each_time():
    folders = {path.name for path in TEMPLATES.iterdir() if path.is_dir()}

    others = {name for name in folders - set(samples.NOTICES) if not name.startswith("dispatch_")}
    assert (others, set(samples.NOTICES) - folders) == ({"relay_test"}, set())


def test_an_event_that_moves_was_to_be_on_another_day(app):
    text = samples.sample("event_moved", "en")[1]

    assert "When: Sunday 16 March 2031" in text
    assert "Before: Sunday 9 March 2031" in text
