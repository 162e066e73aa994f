import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressroom.typography import french, typeset

# Written with ~ for U+00A0, ^ for U+202F and _ for an ordinary space.
WRITTEN = """_ __ ~ ^ « » : ; ! ? ' ’ ... … % €  n° l d été M. Dupont h 1er décembre 12 000 345 7 +33 01 < >
&amp; https://presse.example/?a;b a@b.example %(n)s %% \ue000 \ue002"""
PIECES = [piece.translate(str.maketrans("~^_", "\u00a0\u202f ")) for piece in WRITTEN.split()] + ["\n"]
typed = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=25).map("".join)


def visible(text):
    """The two non-breaking spaces written so that they can be read: ~ (U+00A0) and ^ (U+202F)."""
    return text.replace("\N{NO-BREAK SPACE}", "~").replace("\N{NARROW NO-BREAK SPACE}", "^")


def without_spaces(text):
    return re.sub(r"[ \u00a0\u202f]", "", text).replace("’", "'").replace("…", "...")


@pytest.mark.parametrize(
    ("written", "set_"),
    [
        ("Qui ? Quoi ! Donc ; voici : oui", "Qui^? Quoi^! Donc^; voici~: oui"),
        ("« Bonjour »", "«~Bonjour~»"),
        ("Une voiture de 46 mètres, 38 %, 3 €, 5 Mo", "Une voiture de 46~mètres, 38~%, 3~€, 5~Mo"),
        ("n° 47, p. 12", "n°~47, p.~12"),
        ("à 14 h 05, puis 9 h", "à 14~h~05, puis 9~h"),
        ("+33 1 99 00 12 34 ou 01 99 00 12 34", "+33~1~99~00~12~34 ou 01~99~00~12~34"),
        ("+33 (0) 1 99 00 12 34, +44 1632 960123", "+33~(0)~1~99~00~12~34, +44~1632~960123"),
        ("12 500 000 visiteurs", "12^500^000 visiteurs"),
        ("En 2026 300 villes", "En 2026 300 villes"),
        ("Le 1er décembre et le 18 octobre", "Le 1er~décembre et le 18~octobre"),
        ("M. Martin et Mme Petit", "M.~Martin et Mme~Petit"),
        ("L'été d'aujourd'hui...", "L’été d’aujourd’hui…"),
        ("En 2026 l'usine", "En 2026 l’usine"),
        ("mot  :", "mot~:"),
        ("mot\N{NO-BREAK SPACE}; déjà", "mot~; déjà"),
        ("mot: mot; «mot»", "mot: mot; «mot»"),
        ("Fin....", "Fin...."),
        ("un 'mot' à part", "un 'mot' à part"),
        ("à 10:30", "à 10:30"),
        ("https://presse.example/l'eau...;a : oui", "https://presse.example/l'eau...;a~: oui"),
        ("l'adresse o'neil@presse.example !", "l’adresse o'neil@presse.example^!"),
    ],
)
def test_french_spaces_are_set(written, set_):
    assert visible(french(written)) == set_


@pytest.mark.parametrize(
    ("sentence", "set_"),
    [
        ("Il reste %(n)s jours : %(name)s ?", "Il reste %(n)s~jours~: %(name)s^?"),
        ("%(n)s %% et l'%(thing)s", "%(n)s~%% et l’%(thing)s"),
        ("%(h)s h %(m)s", "%(h)s~h~%(m)s"),
        (
            "<a href=\"/x?a=1;b='c : d'\">« Lire »</a> ; l'<b>été</b> !",
            "<a href=\"/x?a=1;b='c : d'\">«~Lire~»</a>^; l’<b>été</b>^!",
        ),
        ("Vous &amp; nous &nbsp;: oui", "Vous &amp; nous &nbsp;: oui"),
    ],
)
def test_a_sentence_of_the_catalogue_keeps_its_placeholders_and_tags(sentence, set_):
    assert visible(french(sentence)) == set_


@pytest.mark.parametrize(
    ("html", "language", "set_"),
    [
        ("<p>Oui : <strong>12</strong> % !</p>", "fr", "<p>Oui~: <strong>12</strong>~%^!</p>"),
        ("<p>« <em>Oui</em> »</p>", "fr", "<p>«~<em>Oui</em>~»</p>"),
        ("<p>12</p> <p>% de quoi ?</p>", "fr", "<p>12</p> <p>% de quoi^?</p>"),
        (
            '<p>Il dit : <span lang="en">Why ? It\'s <em>me</em> !</span> !</p>',
            "fr",
            '<p>Il dit~: <span lang="en">Why ? It\'s <em>me</em> !</span>^!</p>',
        ),
        (
            '<p>He said : <span lang="fr">Quoi ? <span lang="en">Why ?</span> Ah !</span> ?</p>',
            "en",
            '<p>He said : <span lang="fr">Quoi^? <span lang="en">Why ?</span> Ah^!</span> ?</p>',
        ),
        ("<p>l'<code>a ; b</code> ;<br>oui !</p>", "fr", "<p>l’<code>a ; b</code>^;<br>oui^!</p>"),
        ('<p><a href="/?b=c ; d">Lire !</a></p>', "fr", '<p><a href="/?b=c ; d">Lire^!</a></p>'),
        ("<p>Why ?</p>", "en", "<p>Why ?</p>"),
        ("Ah ! </p> Oh !", "fr", "Ah^! </p> Oh^!"),
    ],
)
def test_html_is_set_where_it_is_french(html, language, set_):
    assert visible(typeset(html, language)) == set_


@settings(deadline=None)
@given(typed)
def test_setting_twice_is_setting_once(text):
    assert french(french(text)) == french(text)


@settings(deadline=None)
@given(typed)
def test_no_word_is_changed(text):
    assert without_spaces(french(text)) == without_spaces(text)


@settings(deadline=None)
@given(st.lists(typed.map(lambda text: text.replace("<", "").replace(">", "")), min_size=3, max_size=3))
def test_in_html_the_other_language_is_untouched_and_setting_twice_is_setting_once(texts):
    html = f"<p>{texts[0]}<span lang='en'>{texts[1]}</span>{texts[2]}</p>"

    once = typeset(html, "fr")

    assert typeset(once, "fr") == once
    assert f"<span lang='en'>{texts[1]}</span>" in once
    assert without_spaces(once) == without_spaces(html)
