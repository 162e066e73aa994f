import email
import email.policy
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pressroom.delivery import mime

PARIS = timezone(timedelta(hours=1))
ASKED = {
    "message_id": "<8f3k2m9q@presse.fondation.example>",
    "dated_at": datetime(2026, 11, 22, 9, 30, tzinfo=PARIS),
    "sender": "Fondation Élan, service presse <presse@fondation.example>",
    "recipient": "lea@journal.example",
    "reply_to": "contact@fondation.example",
    "subject": "Votre demande d’accréditation a été reçue : « Forum 2026 »",
    "text": "Bonjour,\n\nVotre demande a été reçue.\n.\n",
    "html": '<html lang="fr"><p>Votre demande a été reçue.</p></html>\n',
    "language": "fr",
    "headers": [("Auto-Submitted", "auto-generated")],
}
GOLDEN = """\
From: =?utf-8?q?Fondation_=C3=89lan=2C_service_presse?=
 <presse@fondation.example>
To: lea@journal.example
Reply-To: contact@fondation.example
Subject: =?utf-8?b?Vm90cmUgZGVtYW5kZSBk4oCZYWNjcsOpZGl0YXRpb24gYSDDqXQ=?=
 =?utf-8?b?w6kgcmXDp3VlIDogwqsgRm9ydW0gMjAyNiDCuw==?=
Date: Sun, 22 Nov 2026 09:30:00 +0100
Message-ID: <8f3k2m9q@presse.fondation.example>
Auto-Submitted: auto-generated
MIME-Version: 1.0
Content-Language: fr
Content-Type: multipart/alternative;
 boundary="=_a42e841fb49908fc904e1266eff7b5b1"

--=_a42e841fb49908fc904e1266eff7b5b1
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

Bonjour,

Votre demande a =C3=A9t=C3=A9 re=C3=A7ue.
=2E

--=_a42e841fb49908fc904e1266eff7b5b1
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

<html lang=3D"fr"><p>Votre demande a =C3=A9t=C3=A9 re=C3=A7ue.</p></html>

--=_a42e841fb49908fc904e1266eff7b5b1--
"""


def built(**changes):
    return mime.build(**(ASKED | changes))


def parsed(**changes):
    return email.message_from_bytes(built(**changes).replace(b"\r\n", b"\n"), policy=email.policy.default)


def test_a_message_is_written_like_this():
    assert built().decode() == GOLDEN.replace("\n", "\r\n")


def test_the_same_message_is_the_same_bytes_in_every_process():
    program = "import sys, flask_mail, tests.delivery.test_mime as t; sys.stdout.buffer.write(t.built())"
    elsewhere = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True).stdout

    assert built() == built() == elsewhere


def test_two_messages_have_two_boundaries():
    other = parsed(message_id="<other@fondation.example>")

    assert parsed().get_boundary() != other.get_boundary()


def test_a_message_reads_back_as_it_was_asked():
    message = parsed()

    [sender] = message["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (
        "Fondation Élan, service presse",
        "presse@fondation.example",
    )
    assert message["Subject"] == ASKED["subject"]
    assert message["Date"].datetime == ASKED["dated_at"]
    assert message.get_body(["plain"]).get_content() == ASKED["text"]
    assert message.get_body(["html"]).get_content() == ASKED["html"]
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


def test_a_header_stands_on_one_line_however_long():
    address = f"<https://presse.fondation.example/u/{'a' * 120}>"

    raw = built(headers=[("List-Unsubscribe", address)], message_id=f"<{'b' * 120}@presse.fondation.example>")

    assert f"\r\nList-Unsubscribe: {address}\r\n".encode() in raw
    assert f"\r\nMessage-ID: <{'b' * 120}@presse.fondation.example>\r\n".encode() in raw


def test_there_may_be_no_reply_address():
    assert parsed(reply_to=None)["Reply-To"] is None


def test_files_come_after_the_words_under_names_in_ascii():
    deed, picture = b"%PDF-1.7\n" + bytes(range(256)) * 40, b"\x89PNG"

    message = parsed(
        files=[
            mime.File("Dossier de presse – été.PDF", "application/pdf", mime.encoded(deed)),
            mime.File("Ναυαγός", "image/png", mime.encoded(picture)),
            mime.File("mot d’accueil.txt", "text/plain", mime.encoded("Bonjour à tous.\r\n".encode())),
        ]
    )

    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf", "image/png",
        "text/plain",
    ]  # fmt: skip
    files = list(message.iter_attachments())
    assert [(file.get_filename(), file.get_content()) for file in files] == [
        ("dossier-de-presse-ete.pdf", deed),
        ("x", picture),
        ("mot-d-accueil.txt", "Bonjour à tous.\r\n"),
    ]
    assert message.get_body(["plain"]).get_content() == ASKED["text"]
    assert message.get_body(["html"]).get_content() == ASKED["html"]
    assert not any(part.defects for part in message.walk())


def test_the_lines_of_a_file_stay_short():
    raw = built(files=[mime.File("a.pdf", "application/pdf", mime.encoded(bytes(range(256)) * 100))])

    assert max(len(line) for line in raw.split(b"\r\n")) == 76


@pytest.mark.parametrize(
    "file",
    [
        mime.File("a\r\nBcc: x@y.example.pdf", "application/pdf", b""),
        mime.File("a.pdf", "application/pdf\r\nBcc: x@y.example", b""),
        mime.File("a.pdf", "pdf", b""),
        mime.File("\ud800.pdf", "application/pdf", b""),
    ],
)
def test_a_file_that_no_mail_may_carry_is_refused(file):
    with pytest.raises(ValueError, match="control character|media type"):
        built(files=[file])


def test_long_lines_are_broken_without_loss():
    line = "é" * 5000 + "\n"

    raw = built(text=line, html=f"<p>{line}")

    assert max(len(line) for line in raw.split(b"\r\n")) <= 76
    assert parsed(text=line).get_body(["plain"]).get_content() == line


@pytest.mark.parametrize("header", ["sender", "recipient", "reply_to", "subject", "language"])
@pytest.mark.parametrize(
    "control", ["\r\nBcc: x@y.example", "\n", "\x00", "\x1b", "\x85", "\u2028", "\ud800"]
)
def test_a_control_character_is_refused_in_every_header(header, control):
    before, at, after = ASKED[header].partition(" ")

    with pytest.raises(ValueError, match="control character"):
        built(**{header: f"{before}{control}{at}{after}"})


@pytest.mark.parametrize("extra", [("X-A\r\nBcc", "x"), ("X-A", "x\r\nBcc: y")])
def test_a_control_character_is_refused_in_a_further_header(extra):
    with pytest.raises(ValueError, match="control character"):
        built(headers=[extra])


@pytest.mark.parametrize("value", ["é", "a" * 990])
def test_a_further_header_is_one_line_of_ascii(value):
    with pytest.raises(ValueError, match="no single line of ASCII"):
        built(headers=[("List-Unsubscribe", value)])


@pytest.mark.parametrize("part", ["text", "html"])
def test_a_lone_surrogate_is_refused_in_the_words(part):
    with pytest.raises(ValueError, match="surrogates not allowed"):
        built(**{part: "a\ud800b"})


@pytest.mark.parametrize("wrong", ["a@b.example", "<a@b>\r\nBcc: x", "<a b@c>", "<é@b>", "<a>", " "])
def test_a_wrong_message_id_is_refused(wrong):
    with pytest.raises(ValueError, match="Not a message id"):
        built(message_id=wrong)


def test_a_date_without_a_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        built(dated_at=datetime(2026, 11, 22, 9, 30))


@pytest.mark.parametrize(
    ("mailbox", "expected"),
    [
        ("lea@journal.example", "lea@journal.example"),
        ("Léa <lea@journal.example>", "lea@journal.example"),
        ("<lea+press@journal.example>", "lea+press@journal.example"),
        ("lea@médias.example", "lea@xn--mdias-bsa.example"),
    ],
)
def test_the_address_of_a_mailbox(mailbox, expected):
    assert mime.address(mailbox) == expected
    assert parsed(recipient=mailbox)["To"].addresses[0].addr_spec == expected


def test_an_address_is_never_an_encoded_word():
    raw = built(
        sender="Élan <presse@médias.example>", recipient="lea@médias.example", reply_to="é <c@é.example>"
    )

    headers = raw.replace(b"\r\n ", b" ").split(b"\r\n")
    assert headers[:3] == [
        b"From: =?utf-8?b?w4lsYW4=?= <presse@xn--mdias-bsa.example>",
        b"To: lea@xn--mdias-bsa.example",
        b"Reply-To: =?utf-8?b?w6k=?= <c@xn--9ca.example>",
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "lea",
        "lea@",
        "@journal.example",
        "a@b.example, c@d.example",
        "léa@journal.example",
        "a b@c.example",
    ]
    + ["a@b@c.example", "<a@b.example> <c@d.example>", "a@b..example", "a@b.example>"],
)
def test_anything_but_one_address_is_refused(wrong):
    with pytest.raises(ValueError, match="Not one e-mail address"):
        mime.address(wrong)
    with pytest.raises(ValueError, match="Not one e-mail address"):
        built(recipient=wrong)


@pytest.mark.parametrize(
    ("given_name", "expected"),
    [('"Presse, Élan"', "Presse, Élan"), ('Service "presse"', 'Service "presse"'), ("a, b; c", "a, b; c")],
)
def test_a_name_may_be_quoted_or_hold_quotes(given_name, expected):
    [address] = parsed(sender=f"{given_name} <a@b.example>")["From"].addresses

    assert (address.display_name, address.addr_spec) == (expected, "a@b.example")


PRINTABLE = st.characters(exclude_categories=["C", "Z"], exclude_characters="<>")
WORDS = st.text(PRINTABLE | st.sampled_from(' \xa0\u202féç«»’,;:."()\\@=?'), max_size=150).map(
    lambda words: words.strip(" ")
)
HYPOTHESIS = settings(database=None, deadline=None, max_examples=100)


@pytest.mark.parametrize("words", ["a long name, " * 20 + "Inc.", "=?utf-8?q?Someone_else?=", "=?"])
def test_long_words_and_those_that_look_encoded_read_back_as_they_were(words):
    raw = built(sender=f"{words} <a@b.example>", subject=words)

    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message["Subject"] == words
    assert [address.addr_spec for address in message["From"].addresses] == ["a@b.example"]
    assert max(len(line) for line in raw.split(b"\r\n")) <= 76


@HYPOTHESIS
@given(name=WORDS)
def test_no_name_changes_the_address(name):
    raw = built(sender=f"{name} <presse@fondation.example>")

    [address] = email.message_from_bytes(raw, policy=email.policy.default)["From"].addresses
    assert address.addr_spec == "presse@fondation.example"
    assert max(len(line) for line in raw.split(b"\r\n")) <= 76


def test_a_long_subject_in_ascii_is_folded_and_not_encoded():
    subject = "Forum on competitiveness clusters in Sophia Antipolis: thirty delegations are expected"

    raw = built(subject=subject)

    assert (
        b"Subject: Forum on competitiveness clusters in Sophia Antipolis: thirty\r\n delegations are expected\r\n"
        in raw
    )


@HYPOTHESIS
@given(subject=st.from_regex(r"[!-~]{1,70}( {1,2}[!-~]{1,70}){1,5}", fullmatch=True))
def test_every_subject_in_ascii_reads_back_in_short_lines(subject):
    raw = built(subject=subject)

    assert email.message_from_bytes(raw, policy=email.policy.default)["Subject"] == subject
    assert max(map(len, raw.partition(b"Date: ")[0].split(b"\r\n"))) <= 78


@HYPOTHESIS
@given(subject=WORDS)
def test_every_subject_reads_back_as_it_was(subject):
    raw = built(subject=subject)

    assert email.message_from_bytes(raw, policy=email.policy.default)["Subject"] == subject
    assert max(len(line) for line in raw.split(b"\r\n")) <= 76


BODIES = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\r")
    | st.sampled_from(" \n\t.=-_\u202e\u2066\u2028\u200d🗞é\xa0\u202f"),
    max_size=400,
)


@HYPOTHESIS
@given(text=BODIES, html=BODIES)
@example(text="." * 2000 + "\n" + " " * 2000 + "\n", html=("x" * 75 + " \n") * 3)
@example(text="é" * 2000, html="--=_a42e841fb49908fc904e1266eff7b5b1--\n.\n..\nFrom me\n")
def test_no_words_break_the_parts(text, html):
    file = mime.File("a.pdf", "application/pdf", mime.encoded(text.encode()))

    raw = built(text=text, html=html, files=[file])

    message = email.message_from_bytes(raw, policy=email.policy.default)
    both = [message.get_body([kind]).get_payload(decode=True).decode() for kind in ("plain", "html")]
    assert both == [text.replace("\n", "\r\n"), html.replace("\n", "\r\n")]
    assert [file.get_content() for file in message.iter_attachments()] == [text.encode()]
    assert max(len(line) for line in raw.split(b"\r\n")) <= 76
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert not any(part.defects for part in message.walk())


def test_the_ends_of_lines_are_told_apart_from_nothing():
    message = parsed(text="one\r\ntwo\rthree\n")

    assert message.get_body(["plain"]).get_content() == "one\ntwo\nthree\n"
