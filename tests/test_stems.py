"""What people type finds what was written."""

import pytest

from pressroom.stems import stems


@pytest.mark.parametrize(
    ("language", "typed", "written"),
    [
        ("fr", "evenement", "l’Événement"),
        ("fr", "d'évènements", "L'événement"),
        ("fr", "oeuvres", "à l’Œuvre"),
        ("fr", "accréditation", "Les journalistes accrédités"),
        ("fr", "accredite", "une demande ACCRÉDITÉE"),
        ("fr", "accrédités", "les personnes accréditées"),
        ("fr", "été", "Les étés"),
        ("fr", "journal", "les journaux"),
        ("fr", "energie", "Qu’une énergie"),
        ("fr", "noel", "Noe\u0308l"),
        ("fr", "pôle", "des po\u0302les"),
        ("fr", "sophia antipolis", "SOPHIA-ANTIPOLIS"),
        ("fr", "2 026", "En 2\N{NARROW NO-BREAK SPACE}026"),
        ("en", "cluster", "the clusters’ day"),
        ("en", "foundations", "The Foundation's labs"),
        ("en", "cities", "one city"),
        ("en", "cafe", "the café"),
        ("de", "strasse", "Straße"),
        ("zu", "words", "Words"),
    ],
)
def test_both_share_every_stem(language, typed, written):
    assert stems(typed, language) - stems(written, language) == set()
    assert stems(typed, language)


@pytest.mark.parametrize(
    ("language", "typed", "written"),
    [
        ("fr", "forêt", "forum"),
        ("en", "city", "cite"),
        ("en", "accréditées", "accredited"),
        ("fr", "œil", "huile"),
    ],
)
def test_other_words_stay_apart(language, typed, written):
    assert not stems(typed, language) & stems(written, language)


@pytest.mark.parametrize("text", ["", "  ", "?!", "’", "\0", "_", "—", '"*^'])
def test_what_holds_no_word_has_no_stem(text):
    assert stems(text, "fr") == set()


def test_an_elision_leaves_no_word_behind():
    assert stems("L’été qu’il aime, jusqu’à d'autres", "fr") == {"ete", "il", "aim", "a", "autr"}
    assert stems("The cluster’s day", "en") == {"the", "cluster", "day"}
