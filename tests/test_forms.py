from datetime import UTC, datetime

import pytest
from flask import render_template_string
from wtforms import DateField

from pressroom.forms import AddressField, Form, LineField, MomentField, Reading, Required, TextField
from pressroom.i18n import speaking


class Example(Form):
    name = LineField("Name", [Required("Enter your full name")], most=20)
    email = AddressField("Email")
    words = TextField("Words", most=50)
    starts_at = MomentField("Starts")


FIELD = '{% from "_macros/forms.html" import field %}{{ field(form.starts_at) }}'
GOOD = {"name": "Noémie Kervella", "email": "noemie@telegraphe.example", "words": "", "starts_at": ""}


def filled(app, language="en", **values):
    with app.test_request_context("/", method="POST", data={**GOOD, **values}), speaking(language):
        form = Example()
        form.validate()
        return form.data, {name: [str(error) for error in errors] for name, errors in form.errors.items()}


def test_values_are_handed_over_clean(app):
    data, errors = filled(
        app,
        name="  Noe\u0301mie \N{NARROW NO-BREAK SPACE}x ",
        words=" a\r\nb\rc ",
        starts_at="2026-11-18T09:00",
    )

    assert errors == {}
    assert (data["name"], data["words"]) == ("Noémie \N{NARROW NO-BREAK SPACE}x", "a\nb\nc")
    assert data["starts_at"] == datetime(2026, 11, 18, 8, tzinfo=UTC)


@pytest.mark.parametrize("hostile", ["a\r\nBcc: b@c.example", "a\u2028b", "a\x00b", "a\u202eb", "a\x7fb"])
def test_what_could_forge_a_header_or_turn_a_text_round_is_refused_at_its_field(app, hostile):
    _, errors = filled(app, name=hostile)

    assert errors == {"name": ["Remove the line breaks and invisible characters."]}


@pytest.mark.parametrize(
    "address",
    [
        "a@b", "a.example", "a@x.example,b@y.example", "a@x.example\nb@y.example", '"a@x.example, evil"@z.example',
        "a@x.example%0aBcc:b@y.example", "Zoé <a@x.example>", "é@x.example", "=?utf-8?q?a?= <a@x.example>", "a@x.example b@y.example",
    ],
)  # fmt: skip
def test_one_field_takes_one_plain_address(app, address):
    _, errors = filled(app, email=address)

    assert list(errors) == ["email"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a+1@X.EXAMPLE", "a+1@x.example"),
        ("A.B@exämple.example", "A.B@xn--exmple-cua.example"),
        (" a@x.example ", "a@x.example"),
    ],
)
def test_addresses_are_made_canonical(app, typed, kept):
    data, errors = filled(app, email=typed)

    assert (data["email"], errors) == (kept, {})


def test_messages_speak_the_person_s_language(app):
    _, errors = filled(app, "fr", name="n" * 21, words="w" * 51, email="a@")

    assert errors == {
        "name": ["Utilisez au plus 20 caractères."],
        "words": ["Utilisez au plus 50 caractères."],
        "email": ["Saisissez une adresse complète, par exemple nom@media.fr"],
    }


# Paris, 25 October 2026: at 03:00 the clocks go back to 02:00, so 02:30 comes at 00:30 and at 01:30 UTC.
TWICE = "2026-10-25T02:30"
FIRST, SECOND = datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            "2027-03-28T02:30",
            "This time does not exist on that day: the clocks go forward. Choose another one.",
        ),
        (TWICE, "This time happens twice on that day: the clocks go back. Choose which one."),
        ("2026-11-24", "Enter the date and the time like this: 2026-11-24 10:00"),
        ("tomorrow", "Enter the date and the time like this: 2026-11-24 10:00"),
        ("2026-02-30T10:00", "Enter the date and the time like this: 2026-11-24 10:00"),
        ("0001-01-01T00:00", "Enter the date and the time like this: 2026-11-24 10:00"),
        ("9999-12-31T23:59", "Enter the date and the time like this: 2026-11-24 10:00"),
        ("2026-11-24T10:00\x00", "Enter the date and the time like this: 2026-11-24 10:00"),
    ],
)
def test_a_moment_that_a_clock_does_not_show_or_shows_twice_is_refused_at_its_field(app, typed, sentence):
    data, errors = filled(app, starts_at=typed)

    assert (data["starts_at"], errors) == (None, {"starts_at": [sentence]})


@pytest.mark.parametrize("typed", ["2026-11-18T09:00", "2026-11-18T09:00:00", "2026-11-18 09:00"])
def test_a_moment_is_read_in_the_office_s_zone_with_or_without_a_browser_s_help(app, typed):
    data, errors = filled(app, starts_at=typed)

    assert (data["starts_at"], errors) == (datetime(2026, 11, 18, 8, tzinfo=UTC), {})


@pytest.mark.parametrize("moment", [FIRST, SECOND])
def test_an_hour_that_comes_twice_is_the_one_that_was_chosen(app, moment):
    data, errors = filled(app, **{"starts_at": TWICE, "starts_at-reading": moment.isoformat()})

    assert (data["starts_at"], errors) == (moment, {})


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("2026-10-25T02:45", "This time happens twice on that day: the clocks go back. Choose which one."),
        ("2026-11-18T09:00", None),
    ],
)
def test_what_was_chosen_for_another_hour_is_not_taken_for_this_one(app, typed, expected):
    _, errors = filled(app, **{"starts_at": typed, "starts_at-reading": FIRST.isoformat()})

    assert errors.get("starts_at") == ([expected] if expected else None)


@pytest.mark.parametrize(
    ("sent", "chosen"), [({}, None), ({"starts_at-reading": SECOND.isoformat()}, SECOND)]
)
def test_the_form_comes_back_with_both_hours_to_choose_from(app, sent, chosen):
    with app.test_request_context("/", method="POST", data={**GOOD, "starts_at": TWICE, **sent}):
        form = Example()
        form.validate()
        page = render_template_string(FIELD, form=form)

    words = ("The first 02:30 (summer time, UTC+2)", "The second 02:30 (winter time, UTC+1)")
    assert form.starts_at.readings == [
        Reading(moment.isoformat(), text, moment == chosen)
        for moment, text in zip((FIRST, SECOND), words, strict=True)
    ]
    assert (page.count('type="radio"'), page.count(" checked"), f'value="{TWICE}"' in page) == (
        2, int(chosen is not None), True,
    )  # fmt: skip


def test_a_stored_moment_in_a_doubled_hour_stays_the_one_that_it_is(app):
    with app.test_request_context("/"):
        form = Example(starts_at=SECOND)

    assert (form.starts_at._value(), [reading.chosen for reading in form.starts_at.readings]) == (
        TWICE,
        [False, True],
    )


def test_hours_that_come_once_ask_nothing(app):
    with app.test_request_context("/"):
        forms = [Example(), Example(starts_at=datetime(2026, 11, 18, 8, tzinfo=UTC))]

    assert [form.starts_at.readings for form in forms] == [[], []]


def test_the_sentences_of_the_library_are_set_like_ours(app):
    class Dated(Form):
        day = DateField("Day")

    with app.test_request_context("/", method="POST", data={"day": "demain"}), speaking("fr"):
        form = Dated()
        form.validate()

    assert form.errors == {"day": ["N’est pas une date valide."]}
