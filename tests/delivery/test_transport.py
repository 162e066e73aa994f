import re
import socket
from contextlib import contextmanager

import pytest
from flask import Flask

from pressroom.config import BadSetting
from pressroom.delivery.transport import Kind, Mail, Outcome, Stage, Timeouts, init_app, mail_settings
from tests.smtp import DROP, SILENCE, Last, Scripted, Smtp, make_certificate

RAW = b"From: <presse@fondation.example>\r\nSubject: Bonjour\r\n\r\n.. deux points\r\n.\r\nfin\r\n"
SHORT, LONG = 0.4, 60  # seconds
SLOW_CONNECTION = Timeouts(connect=SHORT, command=LONG, after_dot=LONG)
SLOW_COMMAND = Timeouts(connect=LONG, command=SHORT, after_dot=LONG)
SLOW_DOT = Timeouts(connect=LONG, command=LONG, after_dot=SHORT)
ACCEPTED = Outcome(Kind.ACCEPTED, Stage.DOT, 250, "ok")


@contextmanager
def connecting(url, timeouts=None):
    app = Flask("transport")
    app.config.update(mail_settings(url))
    if timeouts:
        app.config["MAIL_TIMEOUTS"] = timeouts
    with app.app_context(), Mail(app).connect() as connection:
        yield connection


def deliver(connection, recipient="lea@journal.example", raw=RAW, before_data=lambda: True):
    sender = "Service presse <presse@fondation.example>"
    return connection.deliver(raw, sender=sender, recipient=recipient, before_data=before_data)


def test_a_message_arrives_as_it_was_handed_over(smtp):
    with connecting(smtp.url) as connection:
        outcome = deliver(connection, "Léa Martin <lea@médias.example>")

    assert outcome == Outcome(Kind.ACCEPTED, Stage.DOT, 250, "2.0.0 queued as 1")
    [received] = smtp.wait_for(1)
    assert (received.sender, received.recipient, received.raw) == (
        "presse@fondation.example",
        "lea@xn--mdias-bsa.example",
        RAW,
    )


def test_a_message_without_a_final_line_end_arrives_with_one(smtp):
    with connecting(smtp.url) as connection:
        deliver(connection, raw=b"Subject: a\r\n\r\n.fin")

    assert smtp.messages[0].raw == b"Subject: a\r\n\r\n.fin\r\n"


@pytest.mark.parametrize(
    ("stage", "address", "reply", "expected"),
    [
        ("mail", "presse@fondation.example", "451 4.3.0 busy", (Kind.TRANSPORT_TROUBLE, Stage.MAIL)),
        ("mail", "presse@fondation.example", "452 4.3.1 full", (Kind.TRANSPORT_TROUBLE, Stage.MAIL)),
        ("mail", "presse@fondation.example", "550 5.7.1 sender", (Kind.TRANSPORT_TROUBLE, Stage.MAIL)),
        ("mail", "presse@fondation.example", "552 5.3.4 too big", (Kind.PERMANENT, Stage.SIZE)),
        ("rcpt", "lea@journal.example", "450 4.2.0 greylisted", (Kind.TRANSIENT, Stage.RCPT)),
        ("rcpt", "lea@journal.example", "451 4.7.1 try later", (Kind.TRANSIENT, Stage.RCPT)),
        ("rcpt", "lea@journal.example", "452 4.2.2 full", (Kind.TRANSIENT, Stage.RCPT)),
        ("rcpt", "lea@journal.example", "552 5.2.2 mailbox full", (Kind.TRANSIENT, Stage.RCPT)),
        ("rcpt", "lea@journal.example", "552 5.3.4 too long", (Kind.PERMANENT, Stage.RCPT)),
        ("rcpt", "lea@journal.example", "550 5.1.1 unknown", (Kind.PERMANENT, Stage.RCPT)),
        ("rcpt", "lea@journal.example", "554 5.7.1 refused", (Kind.PERMANENT, Stage.RCPT)),
        ("dot", "lea@journal.example", "451 4.3.0 no space", (Kind.TRANSIENT, Stage.DOT)),
        ("dot", "lea@journal.example", "554 5.7.1 content", (Kind.PERMANENT, Stage.DOT)),
    ],
)
def test_a_refusal_concerns_one_message_only(smtp, stage, address, reply, expected):
    smtp.replies[stage][address] = reply

    with connecting(smtp.url) as connection:
        refused = deliver(connection)
        smtp.replies[stage].clear()
        after = deliver(connection, "tom@radio.example")

    code, _, text = reply.partition(" ")
    assert refused == Outcome(*expected, int(code), text)
    assert after == Outcome(Kind.ACCEPTED, Stage.DOT, 250, "2.0.0 queued as 1")
    assert [message.recipient for message in smtp.messages] == ["tom@radio.example"]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"GREETING": ["421 full"]}, Outcome(Kind.TRANSPORT_TROUBLE, Stage.CONNECT, 421, "full")),
        ({"GREETING": ["554 no"]}, Outcome(Kind.TRANSPORT_TROUBLE, Stage.CONNECT, 554, "no")),
        (
            {"EHLO": ["502 what"], "HELO": ["550 no"]},
            Outcome(Kind.TRANSPORT_TROUBLE, Stage.CONNECT, 550, "no"),
        ),
        ({"MAIL": ["421 closing"]}, Outcome(Kind.TRANSPORT_TROUBLE, Stage.MAIL, 421, "closing")),
        ({"MAIL": ["nonsense"]}, Outcome(Kind.TRANSPORT_TROUBLE, Stage.MAIL, None, "ense")),
        ({"RCPT": ["421 closing"]}, Outcome(Kind.TRANSIENT, Stage.RCPT, 421, "closing")),
        ({"RCPT": ["354 odd"]}, Outcome(Kind.TRANSPORT_TROUBLE, Stage.RCPT, 354, "odd")),
        ({"DATA": ["451 later"]}, Outcome(Kind.TRANSIENT, Stage.DATA, 451, "later")),
        ({"DATA": ["554 no"]}, Outcome(Kind.PERMANENT, Stage.DATA, 554, "no")),
        ({"RCPT": ["550 " + "x" * 600]}, Outcome(Kind.PERMANENT, Stage.RCPT, 550, "x" * 500)),
        ({"DATA": ["350 odd"]}, Outcome(Kind.TRANSPORT_TROUBLE, Stage.DATA, 350, "odd")),
        ({"DATA": ["250 odd"]}, Outcome(Kind.TRANSPORT_TROUBLE, Stage.DATA, 250, "odd")),
        ({"DOT": ["421 closing"]}, Outcome(Kind.TRANSIENT, Stage.DOT, 421, "closing")),
        ({"DOT": ["552 too much"]}, Outcome(Kind.PERMANENT, Stage.DOT, 552, "too much")),
        ({"DOT": ["nonsense"]}, Outcome(Kind.IN_DOUBT, Stage.DOT, None, "ense")),
        ({"DOT": [Last("250 ok")]}, ACCEPTED),
        ({"QUIT": [DROP]}, ACCEPTED),
        ({"QUIT": ["421 no"]}, ACCEPTED),
    ],
)
def test_each_answer_has_its_outcome(answers, expected):
    with Scripted(**answers) as server, connecting(server.url) as connection:
        assert deliver(connection) == expected

    assert ("RSET" in server.log) is (
        expected.kind in {Kind.TRANSIENT, Kind.PERMANENT} and expected.code != 421
    )


BREAKS = [
    ("GREETING", Kind.TRANSPORT_TROUBLE, Stage.CONNECT, SLOW_CONNECTION),
    ("EHLO", Kind.TRANSPORT_TROUBLE, Stage.CONNECT, SLOW_COMMAND),
    ("MAIL", Kind.TRANSPORT_TROUBLE, Stage.MAIL, SLOW_COMMAND),
    ("RCPT", Kind.TRANSPORT_TROUBLE, Stage.RCPT, SLOW_COMMAND),
    ("DATA", Kind.TRANSPORT_TROUBLE, Stage.DATA, SLOW_COMMAND),
    ("DOT", Kind.IN_DOUBT, Stage.DOT, SLOW_DOT),
]


@pytest.mark.parametrize(("command", "kind", "stage", "timeouts"), BREAKS)
@pytest.mark.parametrize(("behaviour", "why"), [(DROP, ""), (SILENCE, "timed out")])
def test_only_silence_after_the_dot_is_in_doubt(command, kind, stage, timeouts, behaviour, why):
    with Scripted(**{command: [behaviour]}) as server, connecting(server.url, timeouts) as connection:
        outcome = deliver(connection)
        connection.mail.timeouts = Timeouts()
        after = deliver(connection)

    assert outcome == Outcome(kind, stage, None, outcome.reply)
    assert why in outcome.reply
    assert after == ACCEPTED


def test_silence_at_quit_changes_nothing():
    with Scripted(QUIT=[SILENCE]) as server, connecting(server.url, SLOW_CONNECTION) as connection:
        assert deliver(connection) == ACCEPTED

    assert server.log[-1] == "QUIT"


def test_only_the_answer_to_a_whole_message_may_take_long():
    with (
        Scripted(MAIL=["250 ok", SILENCE]) as server,
        connecting(server.url, SLOW_COMMAND) as connection,
    ):
        assert [deliver(connection), deliver(connection)] == [ACCEPTED, ACCEPTED]

    assert "IMPATIENCE" not in server.log


def test_a_disconnection_inside_the_message_leaves_no_doubt():
    longer_than_any_buffer = b"Subject: a\r\n\r\n" + (b"x" * 998 + b"\r\n") * 32_000

    with Scripted(DATA=[Last("354 go on")]) as server, connecting(server.url) as connection:
        outcome = deliver(connection, raw=longer_than_any_buffer)

    assert outcome == Outcome(Kind.TRANSPORT_TROUBLE, Stage.DATA, None, "Server not connected")


def test_a_server_that_is_not_there_is_transport_trouble():
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        url = f"smtp://127.0.0.1:{reserved.getsockname()[1]}"

    with connecting(url) as connection:
        outcome = deliver(connection)

    assert outcome == Outcome(Kind.TRANSPORT_TROUBLE, Stage.CONNECT, None, "[Errno 111] Connection refused")


def test_the_server_limit_is_respected_before_the_message_is_named():
    called = []
    with Smtp(size=50) as server, connecting(server.url) as connection:
        outcome = deliver(connection, before_data=lambda: called.append(True))

    reply = f"message of {len(RAW)} octets, server limit 50"
    assert outcome == Outcome(Kind.PERMANENT, Stage.SIZE, None, reply)
    assert (called, server.messages) == ([], [])


@pytest.mark.parametrize("size", ["SIZE", "SIZE 0", "SIZE much"])
def test_a_server_without_a_clear_limit_is_asked(size):
    with Scripted(EHLO=[f"250-mx.example\r\n250 {size}"]) as server, connecting(server.url) as connection:
        assert deliver(connection) == ACCEPTED


def test_one_connection_serves_several_messages_and_opens_with_the_first():
    with Scripted() as server, connecting(server.url) as connection:
        assert server.log == []
        outcomes = [deliver(connection), deliver(connection)]

    once = ["MAIL", "RCPT", "DATA", "DOT"]
    assert outcomes == [ACCEPTED, ACCEPTED]
    assert server.log == ["GREETING", "EHLO", *once, *once, "QUIT"]


@pytest.mark.parametrize("second", ["421 too many messages", DROP])
def test_a_kept_connection_that_the_server_closed_is_opened_again(second):
    with Scripted(MAIL=["250 ok", second]) as server, connecting(server.url) as connection:
        assert [deliver(connection), deliver(connection)] == [ACCEPTED, ACCEPTED]

    assert server.log.count("GREETING") == 2


def test_a_message_that_is_not_asked_for_is_not_sent():
    with Scripted(DATA=["451 later"]) as server, connecting(server.url) as connection:
        assert [deliver(connection).kind, deliver(connection).kind] == [Kind.TRANSIENT, Kind.ACCEPTED]

    first, second = ["MAIL", "RCPT", "DATA", "RSET"], ["MAIL", "RCPT", "DATA", "DOT"]
    assert server.log == ["GREETING", "EHLO", *first, *second, "QUIT"]


@pytest.mark.parametrize("answer", [DROP, "500 what", "421 closing"])
def test_a_server_that_cannot_reset_is_left(answer):
    with Scripted(RCPT=["550 unknown"], RSET=[answer]) as server, connecting(server.url) as connection:
        outcomes = [deliver(connection), deliver(connection)]

    assert outcomes == [Outcome(Kind.PERMANENT, Stage.RCPT, 550, "unknown"), ACCEPTED]
    assert server.log.count("GREETING") == 2


def test_a_lost_lease_sends_nothing():
    with Scripted() as server, connecting(server.url) as connection:
        outcome = deliver(connection, before_data=lambda: False)

    assert outcome == Outcome(Kind.LEASE_LOST, Stage.DATA)
    assert server.log == ["GREETING", "EHLO", "MAIL", "RCPT", "RSET", "QUIT"]


def test_an_error_while_taking_note_sends_nothing():
    def database_is_gone():
        raise ConnectionError("database is gone")

    with Scripted() as server, connecting(server.url) as connection:
        pytest.raises(ConnectionError, deliver, connection, before_data=database_is_gone)

    assert server.log == ["GREETING", "EHLO", "MAIL", "RCPT"]


@pytest.mark.parametrize(
    "recipient", ["", "a@b.example, c@d.example", "léa@journal.example", "a@b.example>\r\nX"]
)
def test_a_wrong_address_is_an_error_before_anything_is_said(recipient):
    with Scripted() as server, connecting(server.url) as connection:
        pytest.raises(ValueError, deliver, connection, recipient).match("Not one e-mail address")

    assert server.log == []


def test_signing_in():
    with Smtp(login="presse:s3cret") as server:
        with connecting(f"{server.url}?tls=none") as connection:
            right = deliver(connection)
        with connecting(f"{server.url}?tls=none".replace("s3cret", "wrong")) as connection:
            wrong = deliver(connection)

    assert right == Outcome(Kind.ACCEPTED, Stage.DOT, 250, "2.0.0 queued as 1")
    assert wrong == Outcome(
        Kind.TRANSPORT_TROUBLE, Stage.CONNECT, 535, "5.7.8 Authentication credentials invalid"
    )


def test_a_server_without_starttls_never_sees_the_password():
    with Scripted() as server, connecting(server.url.replace("//", "//presse:s3cret@")) as connection:
        outcome = deliver(connection)

    reply = "STARTTLS extension not supported by server."
    assert outcome == Outcome(Kind.TRANSPORT_TROUBLE, Stage.CONNECT, None, reply)
    assert server.log == ["GREETING", "EHLO"]


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_an_untrusted_certificate_is_refused_and_a_trusted_one_used(scheme, tmp_path, monkeypatch):
    certificate = make_certificate(tmp_path)
    with Smtp(login="presse:s3cret", certificate=certificate, scheme=scheme) as server:
        with connecting(server.url) as connection:
            untrusted = deliver(connection)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with connecting(server.url) as connection:
            trusted = deliver(connection)
        with connecting(server.url.replace("localhost", "127.0.0.1")) as connection:
            misnamed = deliver(connection)

    assert untrusted == Outcome(Kind.TRANSPORT_TROUBLE, Stage.CONNECT, None, untrusted.reply)
    assert "certificate verify failed: self-signed certificate" in untrusted.reply
    assert trusted == Outcome(Kind.ACCEPTED, Stage.DOT, 250, "2.0.0 queued as 1")
    assert "IP address mismatch" in misnamed.reply


def test_in_test_mode_nothing_leaves_and_the_lease_still_counts():
    app = Flask("transport")
    app.config.update(mail_settings(""))
    mail = Mail(app)

    with app.app_context(), mail.record_messages() as sent, mail.connect() as connection:
        outcomes = [deliver(connection), deliver(connection, before_data=lambda: False)]

    assert outcomes == [Outcome(Kind.ACCEPTED, Stage.DOT), Outcome(Kind.LEASE_LOST, Stage.DATA)]
    assert sent == [RAW]


def test_flask_mails_own_way_of_sending_is_closed():
    with connecting("") as connection, pytest.raises(NotImplementedError, match="deliver"):
        connection.send(None)


def settings(server, port, *, user=None, password=None, tls=False, ssl=False):
    return {
        "MAIL_SERVER": server,
        "MAIL_PORT": port,
        "MAIL_USERNAME": user,
        "MAIL_PASSWORD": password,
        "MAIL_USE_TLS": tls,
        "MAIL_USE_SSL": ssl,
        "MAIL_SUPPRESS_SEND": False,
    }


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", {"MAIL_SUPPRESS_SEND": True}),
        ("smtp://localhost:1025", settings("localhost", 1025)),
        ("smtp://relay.example", settings("relay.example", 25)),
        ("smtp://relay.example/?tls=starttls", settings("relay.example", 25, tls=True)),
        ("smtp://relay.example:587", settings("relay.example", 587, tls=True)),
        ("smtp://relay.example:587?tls=none", settings("relay.example", 587)),
        ("smtp://a:b@relay.example", settings("relay.example", 587, user="a", password="b", tls=True)),
        ("smtp://a:b@relay.example:25", settings("relay.example", 25, user="a", password="b", tls=True)),
        ("smtp://a:b@[::1]:25?tls=none", settings("::1", 25, user="a", password="b")),
        ("smtp://a:b@127.0.0.1?tls=none", settings("127.0.0.1", 587, user="a", password="b")),
        (
            "smtps://presse%40fondation.example:p%3A%2Fw@relay.example",
            settings("relay.example", 465, user="presse@fondation.example", password="p:/w", ssl=True),
        ),
        ("smtps://relay.médias.example:4650", settings("relay.xn--mdias-bsa.example", 4650, ssl=True)),
    ],
)
def test_a_mail_url_is_read(url, expected):
    assert mail_settings(url) == expected


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("relay.example", "must read"),
        ("http://relay.example", "must read"),
        ("smtp://", "must read"),
        ("smtp://[::1", "must read"),
        ("smtp://a..b", "must read"),
        ("smtp://relay.example:port", "must read"),
        ("smtp://relay.example/inbox", "must read"),
        ("smtp://relay.example#inbox", "must read"),
        ("smtp://relay.example?tls=maybe", "must read"),
        ("smtp://relay.example?timeout=3", "must read"),
        ("smtps://relay.example?tls=none", "must read"),
        ("smtp://a:hush/hush@relay.example", "must read"),
        ("smtp://a:hush#hush@relay.example", "must read"),
        ("smtp://a@relay.example", "both a user and a password"),
        ("smtp://:hush@relay.example", "both a user and a password"),
        ("smtp://a:h%C3%BBsh@relay.example", "in ASCII"),
        ("smtp://a:hush@relay.example?tls=none", "unencrypted"),
        ("smtp://a:hush@localhost.relay.example?tls=none", "unencrypted"),
    ],
)
def test_a_wrong_mail_url_is_refused_in_one_sentence(url, sentence):
    with pytest.raises(ValueError, match=sentence) as refusal:
        mail_settings(url)

    assert re.fullmatch(r"PRESSROOM_MAIL_URL [^\n]+\.", str(refusal.value))
    assert "hush" not in str(refusal.value)
    assert refusal.value.__suppress_context__ or refusal.value.__context__ is None


def test_the_application_names_a_wrong_mail_url_as_a_bad_setting():
    app = Flask("transport")
    app.config["MAIL_URL"] = "http://relay.example"

    with pytest.raises(BadSetting, match="PRESSROOM_MAIL_URL must read"):
        init_app(app)


PIPELINING = "250-mx.example\r\n250-PIPELINING\r\n250 DSN"


def test_reports_are_asked_for_where_they_are_offered(smtp):
    with Scripted(EHLO=[PIPELINING]) as server, connecting(server.url) as connection:
        connection.deliver(
            RAW, sender="a@fondation.example", recipient="lea+presse@journal.example", envid="4f7k", before_data=lambda: True
        )  # fmt: skip
    assert [line for line in server.lines if line.lower().startswith(("mail", "rcpt"))] == [
        "mail FROM:<a@fondation.example> RET=HDRS ENVID=4f7k",
        "rcpt TO:<lea+presse@journal.example> NOTIFY=FAILURE,DELAY ORCPT=rfc822;lea+2Bpresse@journal.example",
    ]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, ACCEPTED),
        (
            {"MAIL": ["550 5.7.1 no"], "RCPT": ["503 mail first"]},
            Outcome(Kind.TRANSPORT_TROUBLE, Stage.MAIL, 550, "5.7.1 no"),
        ),
        ({"MAIL": [Last("421 bye")]}, Outcome(Kind.TRANSPORT_TROUBLE, Stage.MAIL, 421, "bye")),
        ({"RCPT": ["550 5.1.1 no"]}, Outcome(Kind.PERMANENT, Stage.RCPT, 550, "5.1.1 no")),
        (
            {"RCPT": [DROP]},
            Outcome(Kind.TRANSPORT_TROUBLE, Stage.RCPT, None, "Connection unexpectedly closed"),
        ),
    ],
)
def test_said_in_one_go_the_commands_have_the_same_answers(answers, expected):
    with Scripted(EHLO=[PIPELINING] * 3, **answers) as server, connecting(server.url) as connection:
        assert deliver(connection) == expected
        assert deliver(connection, "tom@radio.example").kind is Kind.ACCEPTED


@pytest.mark.parametrize(
    ("stage", "reply", "kind"),
    [
        ("DOT", "552 5.2.2 over quota", Kind.TRANSIENT),
        ("DOT", "552 exceeded storage allocation", Kind.TRANSIENT),
        ("DOT", "552 5.3.4 message too big", Kind.PERMANENT),
        ("DOT", "552 5.2.3 exceeds storage", Kind.PERMANENT),
        ("RCPT", "552 5.2.2 over quota", Kind.TRANSIENT),
    ],
)
def test_a_full_mailbox_can_be_emptied(stage, reply, kind):
    with Scripted(**{stage: [reply]}) as server, connecting(server.url) as connection:
        assert deliver(connection).kind is kind


def test_something_else_is_done_while_the_server_makes_up_its_mind():
    with Scripted() as server, connecting(server.url) as connection:
        meanwhile = lambda: done.append(server.log.count("QUIT"))  # noqa: E731
        done = []
        connection.deliver(
            RAW, sender="a@fondation.example", recipient="lea@journal.example", before_data=lambda: True, meanwhile=meanwhile
        )  # fmt: skip
    assert done == [0]
