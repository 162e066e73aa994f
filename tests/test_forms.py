from datetime import UTC, datetime

import pytest

from pressroom.forms import AddressField, Form, LineField, MomentField, Required, TextField
from pressroom.i18n import speaking


class Example(Form):
    name = LineField("Name", [Required("Enter your full name")], most=20)
    email = AddressField("Email")
    words = TextField("Words", most=50)
    starts_at = MomentField("Starts")


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


@pytest.mark.parametrize("hour", ["2027-03-28T02:30", "2026-10-25T02:30"])
def test_an_hour_lost_or_doubled_by_the_clocks_is_refused_at_its_field(app, hour):
    _, errors = filled(app, starts_at=hour)

    assert list(errors) == ["starts_at"]
