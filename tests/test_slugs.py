import pytest

from pressroom.slugs import slug


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("L’Œuvre : été 2026 !", "l-oeuvre-ete-2026"),
        (
            "Worldwide clusters and French “pôles de compétitivité”",
            "worldwide-clusters-and-french-poles-de-competitivite",
        ),
        ("日本", "x"),
        ("", "x"),
        ("mot " * 40, "-".join(["mot"] * 20)),
        ("m" * 100, "m" * 80),
    ],
)
def test_a_title_becomes_words_of_an_address(title, expected):
    assert slug(title) == expected
