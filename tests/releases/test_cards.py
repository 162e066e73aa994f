import io

import pytest
from PIL import Image

from pressroom.releases import cards
from pressroom.releases.models import Words
from tests.releases import taking

MARK = (247, 187, 10)  # the yellow rule
HEADLINES = [
    "Non",
    "Une fête : « oui » !",
    "Le Forum européen sur les pôles de compétitivité et l’avenir des territoires " * 3,
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk" * 5,
    "x" * 300,
    '#import "x" @ref *a* $x$',
    "中文 Ωμέγα 😀",
]


def a_release(headline):
    return taking.a_release(languages=("fr",), words={"fr": Words(headline, "Brest", "", "<p>Un.</p>")})


def card(release):
    return cards.png(release, release.texts["fr"].public, language="fr")


def ink(release, top=0, bottom=630):
    """The box around everything dark between two heights."""
    with Image.open(io.BytesIO(card(release))) as picture:
        assert (picture.format, picture.size) == ("PNG", (1200, 630))
        assert picture.convert("RGB").getpixel((80, 65)) == MARK
        part = picture.convert("L").crop((0, top, 1200, bottom))
    return part.point(lambda level: 255 if level < 128 else 0).getbbox()


@pytest.mark.parametrize("headline", HEADLINES)
def test_every_headline_stands_on_the_paper_within_its_margins(app, headline):
    left, top, right, bottom = ink(a_release(headline[:300]))

    assert (left >= 58, top >= 58, right <= 1142, bottom <= 580) == (True, True, True, True)


def test_a_long_headline_gets_smaller_letters_and_all_of_its_lines(app):
    headline_between = (150, 500)
    short, long = ink(a_release("Hh"), *headline_between), ink(a_release("Hh " * 100), *headline_between)
    one_line = short[3] - short[1]

    assert one_line > 50
    assert 250 < long[3] - long[1] < 350


def test_the_same_release_is_the_same_picture(app):
    release = a_release("Non")

    assert card(release) == card(release)
    assert card(release) != card(a_release("Oui"))


def test_nothing_is_cut_off_accents_and_descenders(app):
    between = (130, 500)
    plain, accented, tailed = (ink(a_release(words), *between) for words in ("EEE", "ÉÉÉ", "Egp"))

    assert plain[1] - accented[1] > 8
    assert tailed[3] - plain[3] > 8
