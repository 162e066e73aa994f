import ssl
from pathlib import Path

import pytest

from pressroom.config import BadSetting
from pressroom.delivery import boxes
from pressroom.delivery.boxes import Account, Trouble
from tests.imap import Imap
from tests.smtp import make_certificate


@pytest.fixture
def maildir(tmp_path):
    """An empty Maildir, as a mail server makes it."""
    folder = tmp_path / "Maildir"
    for part in ("tmp", "new", "cur"):
        (folder / part).mkdir(parents=True)
    return folder


def read(url, mark="", understood=()):
    """Look into a mailbox; those `understood` are put away. Gives what was there, the mark, and how many are unread."""
    found = []
    with boxes.opened(url) as box:
        for mail in box.since(mark):
            mark = mail.mark
            found.append(mail.raw)
            if mail.raw in understood:
                box.file(mail.key)
        return found, mark, box.unread()


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


# A Maildir ------------------------------------------------------------------------------------------------


def test_what_was_understood_leaves_a_maildir_and_the_rest_stays(maildir):
    (maildir / "new" / "1.a.host").write_bytes(b"report")
    (maildir / "new" / "2.b.host").write_bytes(b"letter")
    (maildir / "cur" / "0.c.host:2,FS").write_bytes(b"read elsewhere")
    (maildir / "cur" / "3.d.host:2,R").write_bytes(b"another report")
    url = f"maildir:{maildir}"

    found, mark, unread = read(url, understood=(b"report", b"another report"))

    assert sorted(found) == [b"another report", b"letter", b"read elsewhere", b"report"]
    assert unread == 1
    assert names(maildir) == [
        ".Pressroom/cur/1.a.host:2,S", ".Pressroom/cur/3.d.host:2,RS", "cur/0.c.host:2,FS", "new/2.b.host",
    ]  # fmt: skip
    assert b"report" not in read(url, mark)[0]

    (maildir / "new" / "4.e.host").write_bytes(b"new")
    assert b"new" in read(url, mark)[0]
    assert b"letter" not in read(url, read(url, mark)[1])[0]


def test_of_a_huge_mail_only_the_beginning_is_read(maildir):
    (maildir / "new" / "1").write_bytes(b"x" * 3_000_000)

    assert [len(raw) for raw in read(f"maildir:{maildir}")[0]] == [boxes.READ]


def test_what_is_no_file_is_left_alone(maildir, tmp_path):
    (tmp_path / "secret").write_bytes(b"secret")
    (maildir / "new" / "link").symlink_to(tmp_path / "secret")
    (maildir / "new" / "folder").mkdir()

    assert read(f"maildir:{maildir}") == ([], "", 0)


def test_many_mails_are_read_in_several_turns(maildir, monkeypatch):
    monkeypatch.setattr(boxes, "MOST", 3)
    mails = [f"mail {number}".encode() for number in range(8)]
    for raw in mails:
        (maildir / "new" / raw.decode()).write_bytes(raw)
    found, mark = set(), ""
    for _turn in range(8):
        raws, mark, _ = read(f"maildir:{maildir}", mark)
        found |= set(raws)

    assert found == set(mails)


def test_a_folder_that_is_no_maildir_is_trouble(tmp_path):
    with pytest.raises(Trouble, match="No such file or directory"):
        read(f"maildir:{tmp_path}")


# IMAP -----------------------------------------------------------------------------------------------------


def test_what_was_understood_is_moved_and_the_rest_stays_unread():
    with Imap() as server:
        for raw in (b"report", b"letter", b"report"):
            server.put(raw)

        found, mark, unread = read(server.url, understood=(b"report",))

        assert (found, mark, unread) == ([b"report", b"letter", b"report"], "1:3", 1)
        assert (server.flags(), server.flags("Pressroom")) == ({2: set()}, {1: {r"\Seen"}, 3: {r"\Seen"}})
        assert read(server.url, mark) == ([], mark, 1)
        server.put(b"new")
        assert read(server.url, mark) == ([b"new"], "1:4", 2)
        server.validity = 2
        assert read(server.url, mark) == ([b"letter", b"new"], "2:4", 2)


@pytest.mark.parametrize(
    ("able", "separator", "folder", "left"),
    [
        ("MOVE", ".", "INBOX.Pressroom", {}),
        ("UIDPLUS", "/", "Pressroom", {}),
        ("", "/", None, {1: {r"\Seen"}}),
    ],
)
def test_each_server_puts_away_as_it_can_and_no_other_mail_goes(able, separator, folder, left):
    with Imap(able=able, separator=separator) as server:
        server.put(b"report")
        read(server.url, understood=(b"report",))

        assert server.flags() == left
        assert folder is None or server.flags(folder) == {1: {r"\Seen"}}
        assert "EXPUNGE" not in server.log


def test_where_no_folder_may_be_made_reports_count_all_the_same():
    with Imap(refuses=("CREATE",)) as server:
        server.put(b"report")
        server.put(b"another")

        assert read(server.url, understood=(b"report", b"another")) == ([b"report", b"another"], "1:2", 0)
        assert server.flags() == {1: {r"\Seen"}, 2: {r"\Seen"}}


def test_of_a_huge_mail_only_the_beginning_is_fetched():
    with Imap() as server:
        server.put(b"x" * 3_000_000)

        assert [len(raw) for raw in read(server.url)[0]] == [boxes.READ]


def test_a_certificate_is_checked(tmp_path, monkeypatch):
    certificate = make_certificate(tmp_path)
    for scheme in ("imaps", "imap"):
        with Imap(certificate=certificate, scheme=scheme) as server:
            with pytest.raises(Trouble, match="CERTIFICATE_VERIFY_FAILED"):
                read(server.url)
            trusting = ssl.create_default_context(cafile=certificate)
            monkeypatch.setattr(ssl, "create_default_context", lambda context=trusting: context)
            server.put(b"letter")
            assert read(server.url) == ([b"letter"], "1:1", 1)
            assert [command for command in server.log if command.startswith("LOGIN")] != []
            monkeypatch.undo()


def test_a_server_without_encryption_is_told_no_password():
    with Imap() as server:
        with pytest.raises(Trouble):
            read(server.url.replace("?tls=none", ""))

        assert not any("LOGIN" in command for command in server.log)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"refuses": ("LOGIN",)}, r"^\[ALERT\] not today"),
        ({"refuses": ("SELECT",)}, r"SELECT: \[ALERT\] not today"),
        ({"refuses": ("UID SEARCH",)}, r"SEARCH: \[ALERT\] not today"),
        ({"refuses": ("UID FETCH",)}, r"FETCH: \[ALERT\] not today"),
        ({"refuses": ("UID STORE",)}, r"STORE: \[ALERT\] not today"),
        ({"silent": ("SELECT",)}, "timed out"),
    ],
)
def test_whatever_a_server_refuses_is_said_without_the_password(options, said, monkeypatch):
    monkeypatch.setattr(boxes, "COMMAND", 0.3)
    with Imap(**options) as server:
        server.put(b"report")
        with pytest.raises(Trouble, match=said) as trouble:
            read(server.url, understood=(b"report",))

    assert "p@ss" not in str(trouble.value)


def test_a_server_that_is_not_there_is_trouble():
    with pytest.raises(Trouble, match="refused"):
        read("imap://press:p%40ss@localhost:1/INBOX?tls=none")


# The setting ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("maildir:/var/mail/bounces", Path("/var/mail/bounces")),
        ("imaps://a%40b:p%2Fw@mx.example/INBOX", Account("mx.example", 993, "a@b", "p/w", "INBOX", "imaps")),
        ("imaps://a:b@mx.example:9993", Account("mx.example", 9993, "a", "b", "INBOX", "imaps")),
        ("imap://a:b@mx.example/Retours/2", Account("mx.example", 143, "a", "b", "Retours/2", "starttls")),
        (
            "imap://a:b@mx.example/INBOX?tls=starttls",
            Account("mx.example", 143, "a", "b", "INBOX", "starttls"),
        ),
        ("imap://a:b@localhost/INBOX?tls=none", Account("localhost", 143, "a", "b", "INBOX", "none")),
    ],
)
def test_the_setting_is_understood(url, place):
    assert boxes.parse(url) == place


@pytest.mark.parametrize(
    "url",
    [
        "nonsense", "maildir:relative", "imap://mx.example/INBOX", "imaps://a@mx.example/", "imaps://a:secret@/INBOX",
        "imap://a:secret@mx.example/?tls=none", "imaps://a:secret@mx.example/?tls=none", "imap://a:secret@mx.example:port/",
        "imaps://a:secret%0d%0aX@mx.example/", "pop3://a:secret@mx.example/", "imaps://a:secret@mx.example/#x",
    ],
)  # fmt: skip
def test_a_setting_that_cannot_be_used_stops_the_start_and_keeps_the_password(url, app):
    app.config["BOUNCES_URL"] = url
    with pytest.raises(BadSetting, match="PRESSROOM_BOUNCES_URL") as bad:
        boxes.init_app(app)

    assert "secret" not in str(bad.value)


def test_the_check_says_whether_the_mailbox_can_be_read(app, maildir):
    assert list(boxes.results()) == []
    (maildir / "new" / "1").write_bytes(b"letter")
    app.config["BOUNCES_URL"] = f"maildir:{maildir}"
    unsealed = "; without PRESSROOM_BOUNCES_ADDRESS only what servers report with our own number counts"
    assert list(boxes.results()) == [("returned mail", "ok", f"the mailbox can be read, 1 unread{unsealed}")]

    app.config["BOUNCES_ADDRESS"] = "bounces@office.example"
    assert list(boxes.results()) == [("returned mail", "ok", "the mailbox can be read, 1 unread")]
    app.config["BOUNCES_URL"] = "maildir:/nowhere"
    [found] = boxes.results()
    assert (found.level, found.words.startswith("[Errno 2] No such file")) == ("failed", True)
