import sys
from uuid import uuid4

import pytest

from pressroom import links


def test_a_token_is_one_purpose_s_and_one_subject_s(app):
    tokens = {
        links.mint(purpose, subject, generation)
        for purpose in ("application", "verify", "kit") for subject in ("a", "b") for generation in (1, 2)
    }  # fmt: skip

    assert len(tokens) == 12
    assert {len(token) for token in tokens} == {22}


def test_the_same_link_can_be_written_again_although_only_its_digest_is_kept(app):
    token = links.mint("application", "a")

    assert links.mint("application", "a") == token
    assert token not in links.digest(token)
    assert len(links.digest(token)) == 64


def test_another_secret_makes_other_tokens(app):
    token = links.mint("application", "a")
    app.config["SECRET_KEY"] = "z" * 40

    assert links.mint("application", "a") != token


def test_links_in_mails_begin_with_the_configured_address_whatever_the_host_says(app):
    with app.test_request_context("/", headers={"Host": "evil.example"}):
        assert links.absolute("newsroom.home", language="fr") == "http://press.example/fr/"


def test_tokens_are_left_out_of_what_others_read():
    text = "See https://press.example/fr/applications/abcdefghijklmnopqrstuv and /en/kits/ABCDEFGHIJKLMNOPQRSTUV?x=1"

    assert links.redact(text) == "See https://press.example/fr/applications/••• and /en/kits/•••?x=1"
    assert links.redact("/fr/previews/abcdefghijklmnopqrstuv/files/x") == "/fr/previews/•••/files/x"
    assert (
        links.redact("/u/abcdefghijklmnopqrstuv and /en/alerts/abcdefghijklmnopqrstuv/end")
        == "/u/••• and /en/alerts/•••/end"
    )
    assert links.redact("/fr/applications/find") == "/fr/applications/find"


@pytest.mark.parametrize(("length", "is_kept"), [(links.LONGEST, True), (links.LONGEST + 1, False)])
def test_an_address_is_kept_unless_what_somebody_typed_makes_it_long(app, length, is_kept):
    # A word of its own: an equal one of another test would be the one that is kept.
    typed = uuid4().hex.ljust(length, "q")
    before = sys.getrefcount(typed)

    for _ in range(2):
        assert links.absolute("newsroom.releases", language="en", q=typed).endswith(
            f"/en/releases/?q={typed}"
        )

    assert (sys.getrefcount(typed) > before) is is_kept
