"""The form in hostile hands: it bombs nobody, carries nobody's words, betrays nobody, and runs nothing."""

import email
import io
import re
import statistics
import time
from datetime import timedelta

import pytest
import sqlalchemy.event
from PIL import Image
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from pressroom import clock, limits, links, storage
from pressroom.accreditation.models import Application, Document, Draft, State
from pressroom.database import db, writing
from pressroom.delivery import postman
from pressroom.delivery.models import Message
from pressroom.limits import limiter
from tests import builders
from tests.builders import TYPED, a_pdf, applied, draft_key, form_address
from tests.media.files import a_picture
from tests.strict import Reader

CANARY = "https://evil.example/canary **click** <a href='//evil.example'>here</a> [canary](www.evil.example)"
ANSWERS = {
    "job_title": CANARY[:110], "employment": "own", "country": "FR", "coverage_plan": CANARY,
    "outlet_url": "https://evil.example/canary", "portfolio": "https://evil.example/canary",
    "editor_name": CANARY[:110], "editor_email": "canary@evil.example", "equipment": CANARY, "attendance_mode": "remote",
}  # fmt: skip


def applications():
    return db.session.scalars(db.select(Application).order_by(Application.submitted_at)).all()


def messages():
    return db.session.scalars(db.select(Message).order_by(Message.created_at)).all()


def asking_everything():
    event = builders.an_event(contact_id=builders.a_press_contact().id, categories=["written"])
    event.category("written").asks = list(ANSWERS)
    db.session.commit()
    return event


@pytest.fixture
def limited(its_own, monkeypatch):
    """An application of its own with its limits counted, from nothing."""
    monkeypatch.setattr(limiter, "enabled", True)
    app = its_own(WTF_CSRF_ENABLED=False, SENDING_LIMIT="5 per hour;20 per day")
    limiter.reset()
    yield app
    limiter.reset()


# M1: nobody is bombed


def test_an_address_gets_one_mail_in_15_minutes_and_three_a_day_whoever_asks(client, monkeypatch):
    start, written = clock.now(), []
    names = [
        "victim@x.example",
        "Victim@X.example",
        "victim+1@x.example",
        "VICTIM+2@X.EXAMPLE",
        "victim@x.example",
    ]
    for round_, minutes in enumerate((0, 14, 16, 40, 70, 24 * 60 + 71)):
        monkeypatch.setattr(clock, "now", lambda minutes=minutes: start + timedelta(minutes=minutes))
        event = builders.an_event()
        for number, name in enumerate(names):
            client.environ_base["HTTP_X_FORWARDED_FOR"] = f"203.0.113.{5 * round_ + number}"
            applied(client, event, email=name)
        client.post("/en/applications/find", data={"email": "victim@x.example"})
        written.append(len(messages()))

    assert written == [1, 1, 2, 3, 3, 4]
    assert len({message.recipient.lower().partition("+")[0].partition("@")[0] for message in messages()}) == 1


def test_dots_are_not_folded_away(client):
    for address in ("v.ictim@x.example", "victim@x.example"):
        applied(client, builders.an_event(), email=address)

    assert [message.recipient for message in messages()] == ["v.ictim@x.example", "victim@x.example"]


def test_one_client_sends_five_requests_an_hour_and_loses_no_text(limited):
    client, answers = limited.test_client(), []
    for number in range(7):
        event = builders.an_event()
        client.environ_base["HTTP_X_FORWARDED_FOR"] = (
            f"203.0.113.{number}"  # believed only behind a known proxy
        )
        for needs in ("", "A tripod"):  # going back to correct something counts for nothing
            client.post(
                form_address(event, "en"), data={**TYPED, "email": f"a{number}@x.example", "needs": needs}
            )
        key = draft_key(client, event, "en")
        answer = client.post(form_address(event, "en", "/check"), data={"draft": key})
        again = client.post(form_address(event, "en", "/check"), data={"draft": key})
        answers.append((answer.status_code, again.status_code, "A tripod" in answer.text))

    assert answers == [(303, 303, False)] * 4 + [(303, 429, False)] + [(429, 429, True)] * 2
    assert answer.headers["Retry-After"]
    assert re.search(r"Too many attempts\. Try again in (59|60) minutes\.", answer.text)
    assert len(applications()) == 5


def test_too_many_forms_from_one_client_come_back_filled_in(limited):
    client, event = limited.test_client(), builders.an_event()

    pages = [client.post(form_address(event, "fr"), data={**TYPED, "name": ""}) for _ in range(61)]

    assert [page.status_code for page in pages] == [422] * 60 + [429]
    assert "Trop d’essais" in pages[-1].text or "Too many attempts" in pages[-1].text
    assert 'value="Le Télégraphe"' in pages[-1].text
    assert client.get(form_address(event)).status_code == 200


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("unknown", "unknown"),
    ],
)
def test_limits_count_networks_of_ipv6(app, address, counted):
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert limits.client() == counted


def test_a_closed_event_writes_to_nobody(client):
    event = builders.an_event(requests_close_at=clock.now() - timedelta(hours=1))
    client.post(form_address(event), data=TYPED)

    for rest, values in (("", TYPED), ("/check", {"draft": draft_key(client, event)}), ("/check", {})):
        assert client.post(form_address(event, rest=rest), data=values).status_code == 303

    assert (messages(), applications()) == ([], [])


# M2, M4, M5: nobody's words travel, no header is added


def test_a_mail_to_an_unconfirmed_address_carries_no_word_that_was_typed(app, client, smtp):
    event = asking_everything()
    typed = {
        "name": CANARY[:110], "email": "victim@x.example", "outlet": CANARY, "phone": "canary", "category": "written",
        "samples": "https://evil.example/canary", "needs": CANARY, **ANSWERS,
    }  # fmt: skip
    for _ in range(2):  # the second one repeats the first
        data = {**typed, "proof_file": (io.BytesIO(a_pdf()), "canary.pdf")}
        assert client.post(form_address(event, "en"), data=data).status_code == 303
        client.post(form_address(event, "en", "/check"), data={"draft": draft_key(client, event, "en")})
    builders.pointing_at(app, smtp.url)
    with writing():
        postman.deliver(app.extensions["mailer"])

    (received,) = smtp.messages
    whole = email.message_from_bytes(received.raw)
    parts = [part.get_payload(decode=True).decode() for part in whole.walk() if not part.is_multipart()]
    read = "\n".join([*parts, *(f"{name}: {value}" for name, value in whole.items() if name != "To")])
    assert len(applications()) == 2
    assert received.recipient == "victim@x.example"
    assert not re.search("canary|evil|click", read, re.IGNORECASE)
    assert set(re.findall(r"https?://([^/\s\"'<]+)", read)) == {"press.example"}
    assert set(whole.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Auto-Submitted",
        "X-Auto-Response-Suppress", "Content-Language", "Reply-To",
    }  # fmt: skip
    assert [whole.get_all("To"), whole.get_all("Cc"), whole.get_all("Bcc")] == [
        ["victim@x.example"],
        None,
        None,
    ]


BREAKS = [
    "\r\nBcc: b@y.example",
    "\nBcc: b@y.example",
    "%0d%0aBcc: b@y.example",
    "%0ABcc",
    "\u2028Bcc",
    "\x85Bcc",
    "\0",
    "\r\n folded",
]


@pytest.mark.parametrize("tail", BREAKS)
def test_a_line_break_in_a_line_is_refused_at_its_field(client, tail):
    event = asking_everything()
    lines = ("name", "email", "outlet", "phone", "job_title", "editor_name", "editor_email", "outlet_url")
    honest = {**TYPED, **ANSWERS, "editor_email": "editor@x.example"}

    page = client.post(
        form_address(event, "en"), data=honest | {name: f"{honest[name]}{tail}x" for name in lines}
    )

    invalid = {
        attributes.get("name")
        for attributes in Reader(page.text).all("input")
        if "aria-invalid" in attributes
    }
    assert (page.status_code, invalid) == (422, set(lines))
    assert (applications(), messages()) == ([], [])


@pytest.mark.parametrize("name", ["needs", "samples", "coverage_plan"])
def test_a_separator_in_a_text_is_refused_at_its_field(client, name):
    event = asking_everything()

    page = client.post(
        form_address(event, "en"), data={**TYPED, **ANSWERS, name: f"{TYPED.get(name) or 'x'}\u2028x\x85"}
    )

    assert f'id="{name}-error"' in page.text


# M6: one address, and no other


@pytest.mark.parametrize(
    "address",
    ["a@x.example,b@y.example", "a@x.example;b@y.example", "a@x.example b@y.example", "a@x.example\nb@y.example",
     '"a@x.example, evil"@z.example', "a@x.example%0aBcc:b@y.example", "=?utf-8?q?=0D=0ABcc:b@y.example?= <a@x.example>",
     "Name <a@x.example>", "<a@x.example>", "a@[127.0.0.1]", "a@localhost", "a@x", "@x.example", "a@", "a..b@x.example",
     "a@x..example", "é@x.example", "a@x.example.", "a" * 65 + "@x.example", "a@" + "x" * 250 + ".example"],
)  # fmt: skip
def test_what_is_not_one_address_is_refused(client, address):
    event = builders.an_event()

    page = client.post(form_address(event, "en"), data={**TYPED, "email": address})

    assert (page.status_code, 'id="email-error"' in page.text) == (422, True)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("a+1@x.example", "a+1@x.example"),
        ("  Anna.B@X.EXAMPLE ", "Anna.B@x.example"),
        ("a@médias.example", "a@xn--mdias-bsa.example"),
        ("a\u200b@x.example", "a@x.example"),
        ("o'neill@x.example", "o'neill@x.example"),
    ],
)
def test_an_address_is_kept_in_one_form(client, typed, stored):
    applied(client, builders.an_event(), email=typed)

    assert [application.email for application in applications()] == [stored]


# M10: programs, without puzzles for people


def test_a_program_that_fills_in_everything_is_asked_again(client):
    event = builders.an_event()

    page = client.post(form_address(event, "en"), data={**TYPED, "homepage": "https://spam.example/"})
    human = client.post(form_address(event, "en"), data=TYPED)

    assert page.status_code == 200
    assert "A field that nobody sees was filled in" in page.text
    assert ('value="Noémie Kervella"' in page.text, "spam.example" in page.text) == (True, False)
    assert human.status_code == 303


def token_of(page):
    return next(tag["value"] for tag in Reader(page.text).all("input") if tag.get("name") == "csrf_token")


def test_a_form_is_neither_filled_in_at_once_nor_a_day_later(app, client, monkeypatch):
    app.config.update(WTF_CSRF_ENABLED=True, TYPING_SECONDS=3)
    event, start, answers = builders.an_event(), clock.now(), []
    token = token_of(client.get(form_address(event, "en")))
    for hours, seconds in ((0, 1), (0, 6), (0, 6), (5, 0), (25, 0)):
        moment = start + timedelta(hours=hours, seconds=seconds)
        monkeypatch.setattr(clock, "now", lambda moment=moment: moment)
        page = client.post(form_address(event, "en"), data={**TYPED, "csrf_token": token})
        answers.append((page.status_code, 'value="Noémie Kervella"' in page.text))

    assert answers == [(200, True), (303, False), (303, False), (303, False), (200, True)]
    assert "This page had been open for a day." in page.text
    again = client.post(
        form_address(event, "en"), data={**TYPED, "csrf_token": token_of(client.get(form_address(event)))}
    )
    assert again.status_code in (200, 303)
    assert messages() == []


def test_without_the_form_s_token_nothing_is_kept_or_sent(app, client):
    app.config["WTF_CSRF_ENABLED"] = True
    event = builders.an_event()
    stranger = app.test_client()
    stolen = token_of(stranger.get(form_address(event, "en")))

    for token in ("", "x", stolen):
        page = client.post(form_address(event, "en"), data={**TYPED, "csrf_token": token})
        assert (page.status_code, 'value="Noémie Kervella"' in page.text) == (400, True)

    assert (messages(), db.session.scalars(db.select(Draft)).all(), draft_key(client, event)) == (
        [],
        [],
        None,
    )


# M11: nobody learns who has asked


def test_a_page_says_the_same_whether_the_address_is_known_or_not(client, monkeypatch):
    """New, already asked, accepted, declined: one page, as many questions to the database, the same time."""
    event, seen, asked, now = builders.an_event(), {}, [], clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)  # the page says to the minute what happened when
    classes = ("new", State.RECEIVED, State.APPROVED, State.DECLINED)
    listen = lambda *call: asked.append(call[2])  # noqa: E731
    sqlalchemy.event.listen(db.engine, "before_cursor_execute", listen)
    for number in range(5):
        for known in classes:
            address = f"{known}{number}@x.example"
            if known != "new":
                builders.an_application(event, email=address, state=known, language="en")
            client.post(form_address(event, "en"), data={**TYPED, "email": address})
            key = draft_key(client, event, "en")
            asked.clear()
            began = time.perf_counter()
            sent = client.post(form_address(event, "en", "/check"), data={"draft": key})
            took, questions = time.perf_counter() - began, len(asked)
            page = client.get(sent.location)
            words = _plain(page.text.replace(address, "ADDRESS"))
            seen.setdefault(known, []).append(
                (took, questions, sent.status_code, len(asked) - questions, words)
            )

    sqlalchemy.event.remove(db.engine, "before_cursor_execute", listen)
    new = seen["new"][1]
    for known in classes:
        assert {tuple(rest) for _took, _questions, *rest in seen[known]} == {new[2:]}
        questions = [one[1] for one in seen[known]]
        assert (
            0.75 < statistics.median(questions) / new[1] < 1.25
        )  # what repeats a request is not put in the queue
        medians = [statistics.median(took for took, *_rest in seen[one]) for one in (known, "new")]
        assert 1 / 3 < medians[0] / medians[1] < 3  # generous: other things run beside a test
    assert len({message.notice for message in messages()}) == 2


def _plain(page):
    """The words, without what is drawn by lot for each request."""
    words = re.sub(r"<[^>]+>", " ", links.redact(page).partition("<main")[2].partition("</main>")[0])
    return re.sub(r"\s+", " ", re.sub(r"[0-9A-Z]{3}-[0-9A-Z]{4}", "REF", words))


# M12, M13: letters that look like others, and those that nobody sees


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Le\u200bMonde\ufeff", "LeMonde"),
        ("Le\u2060 Télé\u00adgraphe", "Le Télégraphe"),
        ("Le\u200dMonde", "LeMonde"),
        ("\u200fLe Monde\u200e", "Le Monde"),
        ("Le Te\u0301le\u0301graphe", "Le Télégraphe"),
        ("ＡＦＰ", "ＡＦＰ"),  # kept as typed: the desk is told
        ("Le Мonde", "Le Мonde"),
        ("روزنامه\u200cها", "روزنامه\u200cها"),  # a joiner that Persian needs
        ("Новая газета", "Новая газета"),
    ],
)
def test_what_nobody_sees_is_left_out_and_the_rest_kept_as_typed(client, typed, stored):
    applied(client, builders.an_event(), outlet=typed)

    assert [application.outlet for application in applications()] == [stored]


@pytest.mark.parametrize("mark", [*map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))])
def test_marks_that_turn_a_text_around_are_refused(client, mark):
    event = builders.an_event()

    page = client.post(
        form_address(event, "en"), data={**TYPED, "name": f"invoice{mark}gnp.exe", "needs": f"a{mark}b"}
    )

    assert page.text.count("Remove the line breaks and invisible characters.</p>") == 2


# A14: only the form's own fields count


def test_a_posted_state_or_event_changes_nothing(client):
    event, other = builders.an_event(), builders.an_event()
    hostile = {
        "state": "approved", "event_id": other.id, "verified_at": "2026-01-01", "role": "admin", "duplicate_of_id": "x",
        "is_late": "1", "came_at": "2026-01-01", "decided_at": "2026-01-01", "undo_until": "2026-01-01", "assignee_id": "x",
        "passes_on": "1", "notice": "none", "answers": '{"a": "b"}', "country": "FR", "days": "2026-01-01", "reference": "AAA-AAAA",
        "job_title": "President", "id": "x", "version": "9", "needs_answer": "x", "assignment_file": "x", "is_admin": "1",
    }  # fmt: skip

    applied(client, event, **hostile)

    (application,) = applications()
    assert (application.state, application.event_id, application.verified_at, application.is_late) == (
        State.RECEIVED, event.id, None, False,
    )  # fmt: skip
    assert (application.answers, application.country, application.days, application.documents) == (
        {},
        "",
        [],
        [],
    )
    assert {
        application.came_at,
        application.decided_at,
        application.undo_until,
        application.assignee_id,
        application.duplicate_of_id,
    } == {None}
    assert (application.passes_on, application.needs_answer, application.reference == "AAA-AAAA") == (
        False,
        "",
        False,
    )


# U1-U9: files


def a_launching_pdf(where):
    def add(writer):
        action = DictionaryObject(
            {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("CANARY")}
        )
        page = writer.pages[0]
        if where == "page":
            page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
        elif where == "next":
            link = DictionaryObject(
                {NameObject("/S"): NameObject("/URI"), NameObject("/Next"): ArrayObject([action])}
            )
            writer.root_object[NameObject("/OpenAction")] = link
        else:
            mark = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): action})
            page[NameObject("/Annots")] = ArrayObject([mark])

    return a_pdf(add)


def an_exif(**tags):
    exif = Image.Exif()
    exif[0x010E] = "<script>CANARY</script>"
    exif.get_ifd(0x8825).update({1: "N", 2: (43.0, 36.0, 59.0), 3: "E", 4: (7.0, 3.0, 21.0)})
    return exif


REFUSED = {
    "svg.svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>CANARY</svg>",
    "page.jpg": b"<!doctype html><script>CANARY</script>",
    "page.pdf": b"<?xml version='1.0'?><html>CANARY</html>",
    "moving.gif": b"GIF89a/*CANARY" + bytes(30),
    "icon.ico": b"\0\0\1\0\1\0CANARY",
    "drawing.eps": b"%!PS-Adobe-3.0 EPSF-3.0 CANARY",
    "scan.tiff": b"II*\0CANARY",
    "archive.pdf": b"PK\x03\x04CANARY",
    "late.pdf": b"<script>CANARY</script>%PDF-1.7",
    "program.pdf": b"MZ\x90\0CANARY",
    "empty.pdf": b"",
    "cut.jpg": a_picture()[:200],
    "page-action.pdf": a_launching_pdf("page"),
    "link-action.pdf": a_launching_pdf("link"),
    "next-action.pdf": a_launching_pdf("next"),
    "fits.png": b"SIMPLE  =                    T CANARY",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_and_named(client, name):
    event = builders.an_event()

    page = client.post(
        form_address(event, "en"), data={**TYPED, "proof_file": (io.BytesIO(REFUSED[name]), name)}
    )

    assert (page.status_code, f"The file “{name}”" in page.text) == (422, True)
    assert 'value="Noémie Kervella"' in page.text
    assert db.session.scalars(db.select(Document)).all() == []
    assert not [path for path in event_files() if b"CANARY" in path.read_bytes()]


def event_files():
    folder = storage.store().folder
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("tail.png", a_picture("PNG") + b"<script>CANARY</script>"),
        ("comment.jpg", a_picture(comment=b"<script>CANARY</script>")),
        ("where.jpg", a_picture(exif=an_exif())),
        ("after.pdf", a_pdf() + b"PK\x03\x04<script>CANARY</script>"),
    ],
)
def test_what_hides_in_a_file_does_not_arrive(client, name, data):
    assert b"CANARY" in data
    event = builders.an_event()

    page = client.post(form_address(event, "en"), data={**TYPED, "proof_file": (io.BytesIO(data), name)})

    (document,) = db.session.scalars(db.select(Document)).all()
    kept = storage.read(document.file_key)
    assert (page.status_code, b"CANARY" in kept) == (303, False)
    if document.media_type == "image/jpeg":
        assert dict(Image.open(io.BytesIO(kept)).getexif()) == {}
        assert b"GPS" not in kept


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("..\\..\\boot.ini", "boot.pdf"),
        ("/etc/passwd.pdf", "passwd.pdf"),
        ("CON.pdf", "CON.pdf"),
        ("%2e%2e%2fx.pdf", "%2e%2e%2fx.pdf"),
        ("invoice\u202egnp.exe", "invoicegnp.pdf"),
        ("\U0001f600卡.pdf", "\U0001f600卡.pdf"),
        ("x" * 300 + ".pdf", "x" * 110 + ".pdf"),
        ('a"b\r\nX: 1.pdf', None),
    ],
)
def test_a_file_s_name_is_a_label_and_never_a_path(client, name, label):
    event = builders.an_event()

    client.post(form_address(event, "en"), data={**TYPED, "proof_file": (io.BytesIO(a_pdf()), name)})

    (document,) = db.session.scalars(db.select(Document)).all()
    assert label is None or document.name == label
    assert not re.search(r"[\r\n/\\\u202e]", document.name)
    (path,) = event_files()
    assert re.fullmatch(r"[0-9a-z]{26}", path.name)


def test_a_form_of_too_many_parts_is_refused_and_the_site_lives(client):
    event = builders.an_event()

    many = {f"x{n}": "x" for n in range(101)}
    page = client.post(form_address(event), data={**TYPED, **many}, content_type="multipart/form-data")

    assert page.status_code == 413
    assert client.get(form_address(event)).status_code == 200


def test_a_flood_of_files_that_nobody_sends_does_not_fill_the_disk(app, client):
    event, sent = builders.an_event(), {"proof_file": (io.BytesIO(a_pdf()), "carte.pdf")}
    draft = builders.stored(
        Draft(key="flood", event_id=event.id, fields={}, ready=False, created_at=clock.now())
    )
    builders.stored(
        Document(draft_id=draft.id, name="x.pdf", media_type="application/pdf", size=2 * 10**9 + 1, file_key="0" * 26, created_at=clock.now())
    )  # fmt: skip

    page = client.post(form_address(event, "en"), data={**TYPED, **sent}, content_type="multipart/form-data")

    assert page.status_code == 422
    assert "We can take no file at the moment. Give links to your work, or try again later." in page.text
    assert 'value="Noémie Kervella"' in page.text
