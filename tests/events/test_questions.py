import re

import pytest

from pressroom.events.questions import QUESTIONS, About, Kind, asked
from pressroom.i18n import speaking


@pytest.mark.parametrize("code", QUESTIONS)
def test_a_question_can_be_asked_and_its_answer_stored(code):
    question = QUESTIONS[code]

    assert re.fullmatch("[a-z_]{1,20}", code)
    assert str(question.label)
    assert (question.kind is Kind.CHOICE) is bool(question.choices)
    assert question.kind in Kind
    assert question.about in About
    assert 0 <= question.least < question.most
    assert not (question.due and question.due_when)
    if question.due_when:
        other, answer = question.due_when
        assert answer in QUESTIONS[other].choices


def test_questions_stand_in_the_order_of_the_library_group_by_group():
    groups = [question.about for question in QUESTIONS.values()]

    assert groups == sorted(groups, key=list(About).index)
    assert list(asked(["country", "gone", "job_title"])) == ["job_title", "country"]


@pytest.mark.parametrize(("code", "answers", "due"), [
    ("job_title", {}, True),
    ("portfolio", {}, False),
    ("editor_name", {}, False),
    ("editor_name", {"employment": "staff"}, False),
    ("editor_name", {"employment": "freelance"}, True),
])  # fmt: skip
def test_what_is_due_may_depend_on_another_answer(code, answers, due):
    assert QUESTIONS[code].is_due(answers) is due


def test_a_question_speaks_the_language_of_the_page():
    with speaking("fr"):
        assert str(QUESTIONS["job_title"].label) == "Fonction"
