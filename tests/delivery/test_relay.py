"""What `pressroom check` says of a mail server, against real ones."""

import pytest

from pressroom.checking import Level
from pressroom.delivery import relay, transport, verp
from tests.delivery.samples import TODAY
from tests.smtp import Scripted, Smtp, make_certificate


@pytest.fixture
def asked(app):
    """Ask about the server at a URL."""

    def ask(url, **features):
        app.config["MAIL_URL"] = url
        transport.init_app(app)
        return {result.name: result[1:] for result in relay.results()}

    return ask


def greeting(*extensions):
    """A server that offers these extensions, and does no more."""
    last = len(extensions)
    lines = ["250-mx.example"] + [
        f"250{' ' if n == last else '-'}{each}" for n, each in enumerate(extensions, 1)
    ]
    return Scripted(EHLO=["\r\n".join(lines)])


def test_without_a_server_there_is_nothing_to_say(app):
    assert list(relay.results()) == [("mail", Level.OK, "test mode, nothing leaves")]


def test_a_good_server_on_this_machine(asked):
    with greeting("SIZE 10240000", "DSN", "AUTH PLAIN LOGIN", "8BITMIME", "STARTTLS") as server:
        found = asked(server.url)

        port = server.url.rpartition(":")[2]
    assert found == {
        "mail": ("ok", f"localhost:{port} answers"),
        "mail STARTTLS": ("ok", "not used, the server is on this machine"),
        "mail SIZE": ("ok", "messages up to 10.2 MB"),
        "mail DSN": ("ok", "offered, failures are reported for each message"),
        "mail AUTH": ("ok", "offered (PLAIN LOGIN), not used"),
        "mail 8BITMIME": ("ok", "offered, not needed: messages are plain ASCII"),
        "mail links": ("ok", "45 characters to end such mail"),
    }


def test_a_server_that_offers_little_is_warned_about(asked):
    with greeting("SIZE 5000000") as server:
        found = asked(server.url)

    assert found["mail SIZE"] == (
        "warning", "messages up to 5.0 MB: a kit whose files are attached may need 10 MB (Postfix: message_size_limit)",
    )  # fmt: skip
    assert found["mail DSN"] == (
        "warning", "not offered: what cannot be delivered may come back in a form that nobody recognises",
    )  # fmt: skip
    assert found["mail AUTH"] == ("ok", "not offered")
    assert found["mail 8BITMIME"] == ("ok", "not offered, not needed: messages are plain ASCII")


@pytest.mark.parametrize("size", ["SIZE", "SIZE 0", "SIZE many", "HELP"])
def test_a_server_may_name_no_limit(asked, size):
    with greeting(size) as server:
        assert asked(server.url)["mail SIZE"] == ("ok", "no limit announced")


@pytest.mark.parametrize(
    ("extension", "words"),
    [
        ("HELP", "not offered: messages go to it unencrypted"),
        ("STARTTLS", "offered and not used: write tls=starttls in PRESSROOM_MAIL_URL"),
    ],
)
def test_a_server_elsewhere_is_spoken_to_in_secret(asked, extension, words):
    with greeting(extension) as server:
        found = asked(
            server.url.replace("localhost", "127.1")
        )  # this machine, by a name that the check does not know

    assert found["mail STARTTLS"] == ("warning", words)


@pytest.fixture
def certificate(tmp_path, monkeypatch):
    """That of a server, which this test trusts."""
    path = make_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path


def test_encryption_and_a_password_are_used_when_there_are_any(asked, certificate):
    with Smtp(login="zoe:secret", certificate=certificate) as server:
        found = asked(f"{server.url}?tls=starttls")

    assert found["mail"][1].endswith(" answers, and takes the password")
    assert found["mail STARTTLS"] == ("ok", "used, the certificate is valid")
    assert found["mail AUTH"][1].startswith("used (")
    assert not [words for level, words in found.values() if "secret" in words]


def test_a_connection_may_be_encrypted_from_its_first_byte(asked, certificate):
    with Smtp(certificate=certificate, scheme="smtps") as server:
        found = asked(server.url)

    assert found["mail STARTTLS"] == ("ok", "not needed, the connection is encrypted from its first byte")


def test_a_wrong_password_fails_and_is_not_repeated(asked):
    with Smtp(login="zoe:right") as server:
        found = asked(server.url.replace("right", "wrong") + "?tls=none")

    assert found["mail"][0] == "failed"
    assert "535" in found["mail"][1]
    assert "wrong" not in found["mail"][1]
    assert list(found) == ["mail", "mail links"]


def test_an_address_too_long_for_one_click_is_warned_about(asked, app):
    app.config["BASE_URL"] = "https://service-presse.fondation-des-poles-de-competitivite.example"
    with greeting("DSN") as server:
        found = asked(server.url)

    assert found["mail links"] == (
        "warning", "92 characters to end such mail, more than 70: use a shorter PRESSROOM_BASE_URL",
    )  # fmt: skip


def sent(app, url, recipient="zoe@press.example", language="fr"):
    app.config["MAIL_URL"] = url
    transport.init_app(app)
    return relay.send_test(recipient, language=language, at=TODAY)


def test_a_test_message_goes_to_the_address_that_was_given(app, smtp):
    result = sent(app, smtp.url)

    [received] = smtp.messages
    assert result == (
        "test message", "ok", "the server has taken it, and will deliver it or report: 250 2.0.0 queued as 1",
    )  # fmt: skip
    assert (received.sender, received.recipient) == ("press@pressroom.example", "zoe@press.example")
    assert (received.message["Content-Language"], received.message["Auto-Submitted"]) == (
        "fr",
        "auto-generated",
    )
    assert "SPF, DKIM" in received.text


def test_a_test_message_leaves_from_where_all_others_do(app, smtp):
    """A server that takes mail from its own users only may refuse the addresses that returned mail comes to."""
    app.config["BOUNCES_ADDRESS"] = "bounces@press.example"

    sent(app, smtp.url)

    assert verp.message_of(smtp.messages[0].sender)


def test_a_refused_test_message_says_what_the_server_said(app, smtp):
    smtp.replies["rcpt"]["zoe@press.example"] = "550 5.1.1 no such mailbox"

    assert sent(app, smtp.url) == ("test message", "failed", "not taken (rcpt): 550 5.1.1 no such mailbox")


def test_a_test_message_in_test_mode_says_what_to_do(app):
    assert sent(app, "") == ("test message", "failed", "test mode: set PRESSROOM_MAIL_URL first")


@pytest.mark.parametrize("wrong", ["zoe", "zoe@press.example\r\nBcc: x@y.example", "é@press.example"])
def test_a_test_message_to_no_address_is_refused(app, smtp, wrong):
    result = sent(app, smtp.url, wrong)

    assert (result.level, smtp.messages) == ("failed", [])
