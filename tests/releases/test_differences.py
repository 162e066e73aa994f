"""What two states of the same words say differently."""

import pytest
from flask import get_template_attribute

from pressroom.releases.differences import Change, Kind, Run, compare
from pressroom.releases.models import Words

S, A, R, C = Kind.SAME, Kind.ADDED, Kind.REMOVED, Kind.CHANGED
OLD = Words("Clusters meet", "Nice", "One day.", "<p>Twelve teams came.</p><h2>Prizes</h2><p>A jury of 7 met on Monday.</p>")  # fmt: skip


def changed(old, new, language=""):
    """What is not the same, as (part, kind, runs as text with +/- marks)."""
    marks = {S: "", A: "+", R: "-"}
    return [
        (change.part, change.kind.value, [marks[run.kind] + run.text for run in change.runs])
        for change in compare(old, new, language)
        if change.kind is not S
    ]


def body(html):
    return OLD._replace(body=html)


def test_words_that_did_not_change_are_the_same_part_by_part():
    assert compare(OLD, OLD) == [
        Change("headline", S, [Run(S, "Clusters meet")]),
        Change("place", S, [Run(S, "Nice")]),
        Change("lead", S, [Run(S, "One day.")]),
        Change("body", S, [Run(S, "Twelve teams came.")]),
        Change("body", S, [Run(S, "Prizes")]),
        Change("body", S, [Run(S, "A jury of 7 met on Monday.")]),
    ]


def test_named_parts_are_compared_word_by_word_and_empty_ones_come_and_go():
    new = OLD._replace(headline="Clusters part", place="", lead="One day.")

    assert changed(OLD, new) == [
        ("headline", "changed", ["Clusters ", "-meet", "+part"]),
        ("place", "removed", ["-Nice"]),
    ]
    assert changed(new, OLD)[1] == ("place", "added", ["+Nice"])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # a figure is one word with its separators, and a changed phrase reads as one
        ("<p>It costs 12.5 euros.</p>", "<p>It costs 13.5 euros.</p>", [("body", "changed", ["It costs ", "-12.5", "+13.5", " euros."])]),
        ("<p>We met on the first Monday, here.</p>", "<p>We met on a second Tuesday, here.</p>", [("body", "changed", ["We met on ", "-the first Monday", "+a second Tuesday", ", here."])]),
        # a paragraph moved in between, and one taken out
        ("<p>One one.</p><p>Two two.</p>", "<p>One one.</p><p>New.</p><p>Two two.</p>", [("body", "added", ["+New."])]),
        ("<p>One one.</p><p>Two two.</p>", "<p>Two two.</p>", [("body", "removed", ["-One one."])]),
        # a changed paragraph is found behind a new one
        ("<p>The jury of seven met.</p>", "<p>Wholly new.</p><p>The jury of eight met.</p>", [("body", "added", ["+Wholly new."]), ("body", "changed", ["The jury of ", "-seven", "+eight", " met."])]),
        # what has nothing in common is no change of the other
        ("<p>Alpha beta.</p>", "<p>Gamma delta</p>", [("body", "removed", ["-Alpha beta."]), ("body", "added", ["+Gamma delta"])]),
        # items of a list are paragraphs; the address behind a link is part of the words; emphasis is not
        ("<ul><li>a b</li></ul>", "<ul><li>a b</li><li>c</li></ul>", [("body", "added", ["+c"])]),
        ('<p>See <a href="https://old.example/">us</a> there.</p>', '<p>See <a href="https://new.example/">us</a> there.</p>', [("body", "changed", ["See us (https://", "-old.example", "+new.example", "/) there."])]),
        ("<p>Now <b>open</b>.</p>", "<p>Now open.</p>", []),
    ],
)  # fmt: skip
def test_paragraphs_of_the_body(old, new, expected):
    assert changed(body(old), body(new)) == expected


def test_spacing_that_french_sets_by_itself_is_no_difference():
    old, new = body("<p>L'aide : 20 % !</p>"), body("<p>L’aide\xa0: 20\xa0%\u202f!</p>")

    assert changed(old, new, "fr") == []
    assert changed(old, new) != []


def test_a_very_long_text_is_compared_in_no_time():
    one = " ".join(f"word{number % 50}" for number in range(20_000))
    many = "".join(f"<p>{number % 7}</p>" for number in range(8_000))

    assert changed(body(f"<p>{one}</p>"), body(f"<p>{one.replace('word9', 'word8')} end</p>"))
    assert changed(body(many), body(many.replace("3", "4")))


def test_both_are_shown_to_eyes_and_ears_in_the_right_language(app):
    old, new = body("<p>Same.</p><p>Un & deux jours.</p>"), body("<p>Same.</p><p>Un & trois jours.</p>")
    with app.test_request_context("/en/"):
        app.preprocess_request()
        template = app.jinja_env.get_template("releases/_differences.html")
        shown = template.make_module({"language": "en"}).differences(compare(old, new, "fr"), "fr")
        nothing = get_template_attribute("releases/_differences.html", "differences")(compare(old, old), "fr")

    assert (
        '<p lang="fr">Un &amp; <del><span class="visually-hidden" lang="en">[removed: </span>deux'
        '<span class="visually-hidden" lang="en">]</span></del><ins><span class="visually-hidden" lang="en">'
        '[added: </span>trois<span class="visually-hidden" lang="en">]</span></ins> jours.</p>'
    ) in shown
    assert shown.count("[…]") == 1
    assert "No word differs." in nothing
