"""The press office's own words of a notice: placeholders and nothing else, checked when they are saved."""

import pytest

from pressroom import clock
from pressroom.access import Actor, Role
from pressroom.database import db
from pressroom.delivery import outbox, texts
from pressroom.delivery.texts import Edited
from pressroom.errors import Refused
from tests.delivery.samples import SAMPLES

BY = Actor(Role.OFFICER, "Zoé Martin", "zoe")
NOTICE = "accreditation_approved"
SOUND = Edited(
    subject="À bientôt – {event}",
    heading="C’est d’accord pour {event} !",
    words="Votre demande {reference} : acceptée <b>ici</b>.\nEntrée B.\n\n{details}\n\n{button}\n\n{note}",
)


def test_what_may_stand_in_a_notice_is_what_its_template_fills_in(app):
    assert texts.placeholders(NOTICE) == ["event", "reference", "button", "note", "details", "leaving"]
    assert texts.placeholders("accreditation_question") == [
        "event", "reference", "deadline", "button", "list", "note"
    ]  # fmt: skip
    assert texts.placeholders("dispatch_finished") == []


def test_own_words_stand_in_the_place_of_the_notice_s_and_markup_in_them_is_words(app):
    context = {**SAMPLES[NOTICE], "note": ""}
    texts.save(NOTICE, "fr", SOUND, by=BY, at=clock.now())
    db.session.commit()

    subject, text, html = outbox.compose(NOTICE, "fr", **context)

    title = context["event"].texts["fr"].title
    assert subject.startswith("À bientôt – Forum")
    assert "&lt;b&gt;ici&lt;/b&gt;" in html
    said = text.replace("\u202f", " ").replace("\u00a0", " ")
    assert f"C’est d’accord pour {title} !".replace("« ", "« ") in said
    assert "Votre demande 4F7-K2M9 : acceptée <b>ici</b>.\nEntrée B.\n\n" in said
    assert context["page"] in text
    assert "Votre demande 4F7-K2M9\u00a0:" in text  # set as French is
    assert outbox.compose(NOTICE, "en", **context)[0].startswith("Request accepted")


def test_going_back_gives_the_notice_its_own_words(app):
    own = outbox.compose(NOTICE, "fr", **SAMPLES[NOTICE])
    texts.save(NOTICE, "fr", SOUND, by=BY, at=clock.now())
    db.session.flush()
    assert outbox.compose(NOTICE, "fr", **SAMPLES[NOTICE]) != own

    texts.go_back(NOTICE, "fr", by=BY, at=clock.now())
    texts.go_back(NOTICE, "fr", by=BY, at=clock.now())

    assert outbox.compose(NOTICE, "fr", **SAMPLES[NOTICE]) == own


@pytest.mark.parametrize(
    ("field", "words", "sentence"),
    [
        ("subject", "{reason}", "“{reason}” is no placeholder of this mail."),
        ("subject", "{{ config }}", "“{” is no placeholder of this mail."),
        ("subject", "{button}", "“{button}” is a paragraph of its own: it can stand in the text only."),
        ("heading", "100 % }", "“}” is no placeholder of this mail."),
        ("heading", "{Event}", "“{Event” is no placeholder of this mail."),
        ("words", SOUND.words.replace("{button}", ""), "“{button}” is missing: readers need what it stands for."),
        (
            "words", SOUND.words.replace("{note}", "Also: {note}"),
            "Put “{note}” in a paragraph of its own, between two empty lines.",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_words_is_said_when_they_are_saved(app, field, words, sentence):
    wrong = SOUND._replace(**{field: words})

    assert texts.faults(NOTICE, wrong)[field][0] == sentence
    with pytest.raises(Refused, match="^“|^Put"):
        texts.save(NOTICE, "fr", wrong, by=BY, at=clock.now())
    assert texts.of(NOTICE, "fr") is None
