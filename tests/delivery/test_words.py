"""Shared words and the values that fill their gaps."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressroom import clock
from pressroom.database import db
from pressroom.delivery import outbox, plain, words
from pressroom.delivery.models import Body, Dispatch, DispatchKind, DispatchState, Message
from tests import builders

SHARED = f'Bonjour {words.gap("name")}, <a href="{words.gap("link")}">lire</a>, {words.gap("name")}.'


def test_each_gap_is_filled_with_the_persons_own_value():
    personal = {"name": "Léa", "link": "https://press.example/k/1", "unused": "x"}

    filled = words.fill(SHARED, personal, html=False)

    assert filled == 'Bonjour Léa, <a href="https://press.example/k/1">lire</a>, Léa.'


def test_a_value_is_escaped_in_html_and_only_there():
    personal = {"name": "O'Neil & <b>Fils</b>", "link": 'x?a=1&b="2"'}

    assert words.fill(SHARED, personal, html=True) == (
        "Bonjour O&#x27;Neil &amp; &lt;b&gt;Fils&lt;/b&gt;, "
        '<a href="x?a=1&amp;b=&quot;2&quot;">lire</a>, O&#x27;Neil &amp; &lt;b&gt;Fils&lt;/b&gt;.'
    )
    assert words.fill(words.gap("name"), personal, html=False) == "O'Neil & <b>Fils</b>"


def test_a_value_that_looks_like_a_gap_fills_nothing():
    personal = {"name": words.gap("link"), "link": "https://press.example/k/1"}

    assert words.fill(f"{words.gap('name')}", personal, html=False) == words.gap("link")


@pytest.mark.parametrize("personal", [None, {}, {"link": "x"}])
def test_a_gap_without_a_value_is_refused(personal):
    with pytest.raises(ValueError, match="the gap “name”"):
        words.fill(SHARED, personal, html=False)


def test_a_gap_that_was_cut_is_refused():
    with pytest.raises(ValueError, match="the gap “na”"):
        words.fill(f"Hello {words.gap('name')[:3]}…", {"name": "Léa"}, html=False)


@settings(database=None, deadline=None)
@given(before=st.text(max_size=50), after=st.text(max_size=50), value=st.text(max_size=50))
def test_nothing_that_people_type_is_a_gap(before, after, value):
    typed = [text.replace(words.OPENS, "").replace(words.CLOSES, "") for text in (before, after)]

    filled = words.fill(words.gap("name").join(typed), {"name": value}, html=False)

    assert filled == value.join(typed)


def test_a_gap_is_an_address_to_the_plain_text():
    html = (
        f'<p><a href="{words.gap("link")}" class="action">Open</a></p>'
        f'<p><a href="{words.gap("link")}" class="address">{words.gap("link")}</a></p>'
        f'<p>Too much? <a href="{words.gap("leave")}">Receive no more</a></p>'
    )

    text = words.fill(
        plain.text_of(html), {"link": "https://a.example/1", "leave": "https://a.example/2"}, html=False
    )

    assert text == ("Open\nhttps://a.example/1\n\nToo much? Receive no more <https://a.example/2>\n")


@pytest.fixture
def of_a_dispatch(app):
    """A message of a dispatch, with the body that it shares."""
    dispatch = Dispatch(
        kind=DispatchKind.ADVISORY, state=DispatchState.SENDING, about="", audience=[], created_at=clock.now()
    )
    body = Body(
        language="fr", subject="", text=f"Bonjour {words.gap('name')}\n", html=f"<p>{words.gap('name')}</p>"
    )
    dispatch.bodies.append(body)
    message = outbox.put(
        "staff_invited", to="a@press.example", language="fr", about="staff:1", at=clock.now(),
        name="Zoé", link="http://press.example/x", until=builders.NOON,
    )  # fmt: skip
    message.dispatch, message.body, message.text, message.html = dispatch, body, "", ""
    message.subject, message.personal = "Son propre objet", {"name": "A & B"}
    db.session.add(dispatch)
    db.session.commit()
    return message


def test_a_message_of_a_dispatch_has_the_words_of_its_body(of_a_dispatch):
    assert words.of(of_a_dispatch) == ("Son propre objet", "Bonjour A & B\n", "<p>A &amp; B</p>")


def test_a_message_whose_words_were_deleted_has_none(of_a_dispatch):
    of_a_dispatch.subject, of_a_dispatch.personal = "", None

    assert words.of(of_a_dispatch) == ("", "", "")


def test_any_other_message_has_its_own_words():
    message = Message(subject="Objet", text="Texte\n", html="<p>Texte</p>")

    assert words.of(message) == ("Objet", "Texte\n", "<p>Texte</p>")
