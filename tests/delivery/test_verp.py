import pytest

from pressroom.database import new_id
from pressroom.delivery import verp


@pytest.fixture(autouse=True)
def address(app):
    app.config["BOUNCES_ADDRESS"] = "bounces@office.example"


def test_an_address_says_which_message_came_back():
    assert verp.sender("4f7k2m9q1x3z").startswith("bounces+4f7k2m9q1x3z-")
    assert verp.message_of(verp.sender("4f7k2m9q1x3z")) == "4f7k2m9q1x3z"


@pytest.mark.parametrize(
    "header",
    ["<{}>", '"Returned" <{}>', "rfc822;{}", "someone@else.example, {}", "for <{}>; Mon, 23 Nov 2026"],
)
def test_it_is_found_in_any_header_whatever_the_capitals(header):
    address = verp.sender("4f7k2m9q1x3z")

    assert verp.message_of(header.format(address)) == "4f7k2m9q1x3z"
    assert verp.message_of(header.format(address.upper())) == "4f7k2m9q1x3z"
    assert verp.message_of(["nobody@office.example", header.format(address)]) == "4f7k2m9q1x3z"


def test_an_address_that_we_did_not_make_is_nobodys(app):
    address = verp.sender("4f7k2m9q1x3z")
    seal = address.partition("-")[2].partition("@")[0]
    forged = [
        address.replace("4f7k2m9q1x3z", "4f7k2m9q1x3y"),
        address.replace(seal, "a" * 10),
        address.replace("office.example", "elsewhere.example"),
        address.replace("bounces+", "others+"),
        f"bounces+4f7k2m9q1x3z-@{'office.example'}",
        "bounces@office.example",
        "",
        "\0" * 5000 + address,
    ]

    assert [verp.message_of(one) for one in forged] == [None] * len(forged)
    assert verp.message_of(forged) is None

    app.config["SECRET_KEY"] = "another " * 8
    assert verp.message_of(address) is None


def test_without_the_setting_no_address_is_ours(app):
    address = verp.sender("4f7k2m9q1x3z")
    app.config["BOUNCES_ADDRESS"] = ""

    assert verp.message_of(address) is None


def test_the_longest_address_fits_into_a_local_part(app):
    app.config["BOUNCES_ADDRESS"] = "b" * verp.LONGEST_LOCAL + "@office.example"

    assert len(verp.sender(new_id(16)).partition("@")[0]) == 64
