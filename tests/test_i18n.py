import pytest

from pressroom import i18n
from pressroom.i18n import lazy, ngettext, speaking


def language_of(response):
    return response.headers.get("Content-Language")


@pytest.mark.parametrize(
    ("header", "cookie", "expected"),
    [
        ("fr-CA,fr;q=0.9,en;q=0.5", None, "/fr/"),
        ("en-US", None, "/en/"),
        ("en", "fr", "/fr/"),
        ("de,da;q=0.5", None, "/fr/"),
        ("*", None, "/fr/"),
        ("fr;q=0,en;q=0.1", None, "/en/"),
        ("", "xx", "/fr/"),
        ("%00,;;q=x", "../en", "/fr/"),
    ],
)
def test_the_front_door_greets_in_the_visitor_s_language(client, header, cookie, expected):
    if cookie:
        client.set_cookie("language", cookie, domain="localhost")

    response = client.get("/", headers={"Accept-Language": header})

    assert (response.status_code, response.location) == (302, expected)
    assert {"Accept-Language", "Cookie"} <= {value.strip() for value in response.headers["Vary"].split(",")}


@pytest.mark.parametrize(
    ("path", "header", "expected"),
    [
        ("/fr/nothing", "en", "fr"),
        ("/en/nothing", "fr", "en"),
        ("/de/", "en", "en"),
        ("/nothing", "fr", "fr"),
        ("/%ff", "en", "en"),
    ],
)
def test_an_unknown_page_is_said_in_the_best_language(client, path, header, expected):
    response = client.get(path, headers={"Accept-Language": header})

    assert (response.status_code, language_of(response)) == (404, expected)
    assert f'<html lang="{expected}"' in response.text


def test_a_language_can_be_spoken_anywhere_and_nested(app):
    sentence = lazy("Page not found")

    with speaking("fr"):
        assert str(sentence) == "Page introuvable"
        with speaking("en"):
            assert str(sentence) == "Page not found"
        assert str(sentence) == "Page introuvable"


def test_plurals_follow_the_language(app):
    many = ("%(num)s thing to correct", "%(num)s things to correct")

    with speaking("fr"):
        assert [ngettext(*many, n).replace("\xa0", " ") for n in (0, 1, 2)] == [
            "Il reste 0 point à corriger",
            "Il reste 1 point à corriger",
            "Il reste 2 points à corriger",
        ]
    with speaking("en"):
        assert [ngettext(*many, n) for n in (0, 1, 2)] == [
            "0 things to correct",
            "1 thing to correct",
            "2 things to correct",
        ]


def test_a_language_names_itself(app):
    assert (i18n.language_name("fr"), i18n.language_name("en")) == ("français", "English")
