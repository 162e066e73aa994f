"""Every notice's own words, written with placeholders, read like the notice itself."""

import pytest

from pressroom.delivery import texts
from pressroom.newsroom import samples

CASES = [(notice, language) for notice in samples.NOTICES for language in ("fr", "en")]


@pytest.mark.parametrize(("notice", "language"), CASES, ids=lambda case: case)
def test_own_words_with_placeholders_give_the_same_mail(app, notice, language):
    own = samples.own_words(notice, language)

    assert texts.faults(notice, own) == {}
    assert not any(year in "".join(own) for year in ("2027", "2031"))
    subject, text, _html = samples.sample(notice, language)
    assert samples.sample(notice, language, edited=own)[:2] == (subject, text)
