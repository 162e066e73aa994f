"""The press office's own words of a notice: placeholders and nothing else, checked when they are saved."""

import re
from pathlib import Path

import pytest

from pressroom import clock
from pressroom.access import Actor, Role
from pressroom.database import db
from pressroom.delivery import outbox, texts
from pressroom.delivery.texts import Edited
from pressroom.errors import Refused
from pressroom.newsroom import samples as newsroom
from tests.delivery import samples
from tests.delivery.samples import SAMPLES

BY = Actor(Role.OFFICER, "Zoé Martin", "zoe")
NOTICE = "accreditation_approved"
TEMPLATES = Path(outbox.__file__).parent.parent / "templates" / "mail"
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
        (
            "words", f"{SOUND.words}\n\nOnce more: {{button}}",
            "Put “{button}” in a paragraph of its own, between two empty lines.",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_words_is_said_when_they_are_saved(app, field, words, sentence):
    wrong = SOUND._replace(**{field: words})

    assert texts.faults(NOTICE, wrong)[field][0] == sentence
    with pytest.raises(Refused, match="^“|^Put"):
        texts.save(NOTICE, "fr", wrong, by=BY, at=clock.now())
    assert texts.of(NOTICE, "fr") is None


@pytest.mark.parametrize(
    ("notice", "name", "due"),
    [
        ("accreditation_declined", "reason", True), ("accreditation_closed", "reason", True),
        ("accreditation_question", "deadline", True), ("accreditation_offered", "deadline", True),
        ("accreditation_declined", "releases", False), ("event_cancelled", "moment", False),
    ],
)  # fmt: skip
def test_what_a_reader_must_know_cannot_be_left_out(app, notice, name, due):
    own = newsroom.own_words(notice, "en")
    without = own._replace(words=own.words.replace(f"{{{name}}}", "so it is"))
    missing = [f"“{{{name}}}” is missing: readers need what it stands for."] if due else []

    assert texts.faults(notice, without).get("words", []) == missing
    if due:  # the heading says it as well
        assert texts.faults(notice, without._replace(heading=f"By {{{name}}}")) == {}


@pytest.mark.parametrize(("notice", "usual"), texts.TWOFOLD.items())
def test_a_notice_that_means_something_else_this_time_says_so_in_its_own_words(app, notice, usual):
    context = newsroom.context(notice, "en")
    assert bool(context[usual.argument]) is usual.value  # what the desk shows and has written anew
    other = {**context, usual.argument: not usual.value}
    original, words = outbox.compose(notice, "en", **other), newsroom.own_words(notice, "en")
    texts.save(notice, "en", words._replace(subject="Our own subject"), by=BY, at=clock.now())
    db.session.flush()

    assert outbox.compose(notice, "en", **other) == original
    assert outbox.compose(notice, "en", **context)[0] == "Our own subject"


def test_no_other_notice_has_two_meanings(app):
    """What decides in a subject or a heading is lost once the press office has put it into words of its own."""
    folders = TEMPLATES.iterdir()
    deciding = {
        folder.name for folder in folders if folder.name in newsroom.NOTICES
        and re.search(r" if .* else ", (folder / "subject.txt").read_text() + heading_of(folder / "body.html"))
    }  # fmt: skip

    assert deciding - {"accreditation_approved"} == set(
        texts.TWOFOLD
    )  # accepted it is, whoever took the place


def heading_of(template):
    return re.search(r"{% block heading %}.*?{% endblock %}", template.read_text(), re.DOTALL)[0]


def test_a_subject_ends_where_its_row_does(app):
    title = "Forum " * 33
    context = {**SAMPLES[NOTICE], "event": samples.an_event("fr")}
    context["event"].texts["fr"].title = title
    texts.save(NOTICE, "fr", SOUND._replace(subject="{event} " * 3), by=BY, at=clock.now())
    db.session.flush()

    subject = outbox.compose(NOTICE, "fr", **context)[0]

    assert (len(subject), subject[-1]) == (400, "…")
