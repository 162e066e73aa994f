"""Every notice in every language as it leaves, and what is handed to the mail server for one message."""

import email
import email.policy
import hashlib
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
from jinja2 import Undefined

from pressroom import storage
from pressroom.database import db
from pressroom.delivery import letters, outbox, verp, words
from pressroom.delivery.models import Attachment, Body, Dispatch, DispatchKind, DispatchState, Message
from tests import builders, strict
from tests.delivery import samples
from tests.delivery.samples import CONTACT, SAMPLES

TEMPLATES = Path(outbox.__file__).parent.parent / "templates" / "mail"
NOTICES = {path.name for path in TEMPLATES.iterdir() if path.is_dir()}
# Whatever a mail program would fetch: a picture, a style sheet, a font, a pixel.
REMOTE = re.compile(
    r"<(img|link|script|iframe|object|video|audio|svg|input)\b|\bsrc=|\bbackground=|url\(|@import"
)
ADDRESSES = re.compile(r'href="(https?://[^"]+)"')


class Unknown(Undefined):
    """What a sample does not say may be asked for and never shown: nobody would see the hole in the sentence."""

    __str__ = Undefined._fail_with_undefined_error


@pytest.fixture(autouse=True)
def complete(app, monkeypatch):
    monkeypatch.setattr(app.jinja_env, "undefined", Unknown)


def written(name, language):
    """A message with the words of a sample. What has gaps is one of a dispatch, as its sender leaves it."""
    context = samples.context(name, language)
    contact, notice = context.get("contact"), name.partition(":")[0]
    subject, text, html = outbox.compose(notice, language, **context)
    message = builders.a_message(
        notice=notice, recipient="lea@journal.example", language=language, subject=subject, text=text, html=html,
        reply_to=contact and f"{contact.name} <{contact.email}>", created_at=samples.TODAY,
    )  # fmt: skip
    if words.OPENS in message.text:
        dispatch = Dispatch(
            kind=DispatchKind.RELEASE,
            state=DispatchState.SENDING,
            about="",
            audience=[],
            created_at=samples.TODAY,
        )
        message.body = Body(language=language, subject="", text=message.text, html=message.html)
        dispatch.bodies.append(message.body)
        message.dispatch, message.text, message.html, message.link_digest = dispatch, "", "", "d" * 64
        message.subject = words.fill(message.subject, samples.PERSONAL, html=False)
        message.personal, message.scope = samples.PERSONAL, "contacts"
    db.session.flush()
    return message


def read(raw):
    return email.message_from_bytes(raw.replace(b"\r\n", b"\n"), policy=email.policy.default)


def visible(html):
    """The words that a reader sees, one after the other; found otherwise than pressroom.delivery.plain does."""
    shown = re.sub(r'(?s)<head>.*?</head>|<div style="display:none.*?</div>', "", html)
    apart = re.sub(r"</?(p|h1|h2|li|ul|tr|td|div|table|br|body|html|!doctype)\b[^>]*>", " ", shown)
    return unescape(re.sub(r"<[^>]+>", "", apart)).split()


def test_every_notice_has_a_sample():
    assert {name.partition(":")[0] for name in SAMPLES} == NOTICES


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", SAMPLES)
def test_every_notice_leaves_as_it_should(app, name, language):
    message = written(name, language)
    said = words.of(message)

    letter = letters.write(message)

    mail = read(letter.raw)
    assert (mail["Subject"], mail["Content-Language"]) == (said.subject, language)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    assert mail.get_body(["plain"]).get_content() == said.text
    assert mail.get_body(["html"]).get_content() == said.html
    assert [each.addr_spec for each in mail["To"].addresses] == ["lea@journal.example"]
    contact = samples.context(name, language).get("contact")
    assert (mail["Reply-To"] and mail["Reply-To"].addresses[0].addr_spec) == (contact and CONTACT.email)
    head, _, bodies = letter.raw.partition(b"\r\n\r\n")
    assert max(map(len, head.split(b"\r\n"))) <= 998
    assert max(map(len, bodies.split(b"\r\n"))) <= 76
    assert not [line for line in head.split(b"\r\n") if line.startswith(b"List-") and b"=?" in line]
    assert ("List-Unsubscribe" in mail) == ("leave" in (message.personal or {}))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", SAMPLES)
def test_every_notice_reads_well(app, name, language):
    subject, text, html = words.of(written(name, language))

    # Without the title that somebody gave, a subject is short enough for any list of messages.
    own = re.sub("[\xa0\u202f]", " ", subject)
    assert own
    assert len(own.replace(samples.TITLES["fr"], "").replace(samples.TITLES["en"], "")) <= 60
    assert not re.search(r"\n|&\w+;|  ", subject)
    assert html.startswith(f'<!doctype html>\n<html lang="{language}">')
    assert '<meta name="color-scheme" content="light dark">' in html
    assert re.search(r'<div style="display:none[^>]*>(<[^>]+>)*\s*[^<\s]', html), "no preheader"
    assert not REMOTE.search(html)
    page = strict.Reader(html)
    assert (page.crossed, len(page.all("h1"))) == ([], 1)
    assert not [tag for tag, _, parents in page.elements if tag in strict.BLOCKS and "p" in parents]
    assert not [text for spoken, text in page.texts if spoken == "fr" and re.search(r" [:;?!»]|« ", text)]
    assert len(html.encode()) <= 90_000


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", SAMPLES)
def test_the_plain_text_says_all_that_the_html_says(app, name, language):
    _, text, html = words.of(written(name, language))

    spoken = re.sub(r" <https?://[^ >]+>", "", text).split()
    assert [word for word in spoken if word != "-"] == visible(html)
    assert [address for address in ADDRESSES.findall(html) if unescape(address) not in text] == []


def test_the_envelope_of_a_letter(app):
    message = builders.a_message(recipient="lea@médias.example")

    letter = letters.write(message)

    assert letter == (
        message.message_id, letter.raw, "press@pressroom.example", "lea@xn--mdias-bsa.example", message.id,
    )  # fmt: skip
    assert read(letter.raw)["From"] == "Pressroom <press@pressroom.example>"


def test_an_office_may_have_an_accented_domain(app):
    app.config["MAIL_FROM"] = "Élan <presse@élan.example>"
    message = outbox.put(
        "relay_test",
        to="lea@journal.example",
        language="fr",
        about="test:1",
        at=samples.TODAY,
        tried_at=samples.TODAY,
    )

    letter = letters.write(message)

    assert letter.sender == "presse@xn--lan-9la.example"
    assert letter.message_id.endswith("@xn--lan-9la.example>")
    [sender] = read(letter.raw)["From"].addresses
    assert (sender.display_name, sender.addr_spec) == ("Élan", "presse@xn--lan-9la.example")


def test_what_comes_back_comes_to_the_message_when_somebody_reads_it(app):
    app.config["BOUNCES_ADDRESS"] = "bounces@fondation.example"
    message = builders.a_message()

    sender = letters.write(message).sender

    assert (sender, verp.message_of(sender)) == (verp.sender(message.id), message.id)


@pytest.fixture
def kit(app):
    """Two messages of a dispatch that share words and files."""
    dispatch = Dispatch(
        kind=DispatchKind.KIT,
        state=DispatchState.SENDING,
        about="kit:1",
        audience=[],
        created_at=samples.TODAY,
    )
    gap = words.gap("link")
    body = Body(
        language="fr", subject="", text=f"Le dossier\n{gap}\n", html=f'<p><a href="{gap}">Le dossier</a></p>'
    )
    files = [
        ("Dossier « été ».pdf", "application/pdf", b"%PDF"),
        ("Affiche.png", "image/png", b"\x89PNG" * 50),
    ]
    for position, (name, media_type, data) in reversed(list(enumerate(files))):
        body.attachments.append(
            Attachment(
                position=position,
                name=name,
                media_type=media_type,
                size=len(data),
                file_key=storage.put(data),
            )
        )
    dispatch.bodies.append(body)
    return [
        builders.a_message(
            notice="dispatch_kit", dispatch=dispatch, body=body, text="", html="", scope="event:1", link_digest=letter,
            personal={"link": f"https://press.example/k/{letter}?a=1&b=2"},
        )
        for letter in "ab"
    ]  # fmt: skip


def test_the_files_of_a_body_leave_with_each_of_its_messages(kit):
    for message, letter in zip(kit, "ab", strict=True):
        mail = read(letters.write(message).raw)

        assert [(file.get_filename(), file.get_content()) for file in mail.iter_attachments()] == [
            ("dossier-ete.pdf", b"%PDF"),
            ("affiche.png", b"\x89PNG" * 50),
        ]
        assert (
            mail.get_body(["plain"]).get_content()
            == f"Le dossier\nhttps://press.example/k/{letter}?a=1&b=2\n"
        )
        assert mail.get_body(["html"]).get_content() == (
            f'<p><a href="https://press.example/k/{letter}?a=1&amp;b=2">Le dossier</a></p>'
        )


def test_files_are_read_once_for_all_who_get_them(kit):
    first = letters.write(kit[0])
    for attachment in kit[0].body.attachments:
        storage.delete(attachment.file_key)

    assert letters.write(kit[0]) == first
    assert read(letters.write(kit[1]).raw).get_body(["plain"])


def test_a_file_that_is_gone_stops_its_message(kit):
    for attachment in kit[0].body.attachments:
        storage.delete(attachment.file_key)

    with pytest.raises(storage.Missing):
        letters.write(kit[0])


ELSEWHERE = """
import hashlib, sys
from pathlib import Path
from tests.conftest import make_app
from pressroom.database import db
from pressroom.delivery import letters
from pressroom.delivery.models import Message
with make_app(Path(sys.argv[1]), DATABASE_URL=sys.argv[2]).app_context():
    for message in db.session.scalars(db.select(Message).order_by(Message.id)):
        print(hashlib.sha256(repr(letters.write(message)).encode()).hexdigest())
"""


def test_whoever_writes_a_message_writes_the_same_bytes(app, kit):
    written("accreditation_approved", "fr")
    written("staff_invited", "en")
    db.session.commit()

    def here():
        messages = db.session.scalars(db.select(Message).order_by(Message.id))
        return [letters.write(message) for message in messages]

    there = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ELSEWHERE, app.config["DATA_DIR"], str(db.engine.url)], check=True, capture_output=True,
        text=True,
    )  # fmt: skip
    hashes = [hashlib.sha256(repr(letter).encode()).hexdigest() for letter in here()]
    assert here() == here()
    assert len(hashes) == 4
    assert there.stdout.split() == hashes
