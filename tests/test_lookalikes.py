import pytest

from pressroom import lookalikes


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Le Мonde", "Le Monde"),  # a Cyrillic М
        ("rеuters", "reuters"),  # a Cyrillic е
        ("ＡＦＰ", "AFP"),
        ("𝐀FP", "AFP"),
        ("Le\u200bMonde", "LeMonde"),
        ("Le\u00adMonde", "LeMonde"),
        ("Αgence", "Agence"),  # a Greek Α
    ],
)  # fmt: skip
def test_letters_that_are_not_what_they_look_like_are_noticed(written, plain):
    assert (lookalikes.warned(written), lookalikes.plain(written)) == (True, plain)


@pytest.mark.parametrize(
    "written",
    ["Le Monde", "Новая газета", "Ελευθεροτυπία", "الأهرام", "朝日新聞デジタル Asahi", "کتاب\u200cخانه", "ТАСС Agency",
     "Œuvre d’été", "Agence µPresse", "Canal 2²", "Ёлка", "עיתון"],
)  # fmt: skip
def test_a_name_in_any_one_alphabet_is_a_name(written):
    assert not lookalikes.warned(written)


def test_a_word_that_has_a_double_in_latin_letters_is_read_as_it():
    assert lookalikes.plain("АВС") == "ABC"
    assert lookalikes.plain("Новая") == "Новая"


def test_a_host_name_is_shown_in_letters():
    assert lookalikes.domain_in_letters("xn--tlgramme-b1ab.example") == "télégramme.example"
    assert lookalikes.domain_in_letters("telegramme.example") == "telegramme.example"
    assert lookalikes.domain_in_letters("xn--\u0000.example") == "xn--\u0000.example"


def test_a_host_name_whose_letters_are_taken_for_others_misleads():
    names = ("rеuters.example", "аре.example", "télégramme.example", "новая.example", "telegramme.example")

    assert [lookalikes.misleads(name.encode("idna").decode()) for name in names] == [
        True,
        True,
        False,
        False,
        False,
    ]
