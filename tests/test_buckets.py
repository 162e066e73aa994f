"""What is different when files lie in a bucket: who fetches what from where, and what happens while it is gone."""

import io
import json
import re
import sqlite3
import urllib.error
import urllib.request
from contextlib import closing
from datetime import timedelta
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

from pressroom import checking, clock, storage, tasks
from pressroom.access import Role
from pressroom.accreditation.models import Document, Draft
from pressroom.config import BadSetting
from pressroom.config import load as load_settings
from pressroom.database import db, writing
from pressroom.delivery import postman
from pressroom.delivery.models import Attachment, Body, Dispatch, DispatchKind, DispatchState, State
from pressroom.media import tasks as media
from pressroom.storage import Discarded
from tests import builders, servers
from tests.buckets import bucket, s3, use  # noqa: F401 - fixtures
from tests.media.files import a_picture
from tests.smtp import smtp_server  # noqa: F401 - a fixture

CARD = b"%PDF-1.7 carte de presse"
DISPOSITION = (
    "attachment; filename=\"Carte n 7 ete.pdf\"; filename*=UTF-8''Carte%20n%C2%B0%207%20%C3%A9t%C3%A9.pdf"
)


def a_proof(data=CARD, media_type="application/pdf", name="Carte n° 7 été.pdf"):
    """Of a request; and where the desk sees it."""
    application = builders.an_application()
    document = builders.stored(
        Document(
            application_id=application.id, name=name, media_type=media_type, size=len(data), file_key=storage.put(data),
            created_at=clock.now(),
        )
    )  # fmt: skip
    return document, f"/desk/accreditation/{application.event_id}/{application.id}/proofs/{document.id}"


def answer_of(address):
    """What somebody without any right is answered: the code, the bytes, what is said of them."""
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, b"", refused.headers


@pytest.mark.usefixtures("bucket")
class TestHandedOver:
    def test_a_proof_to_keep_comes_from_the_bucket_for_a_minute_under_the_name_that_we_give_it(self, app):
        _, address = a_proof()
        reviewer = builders.signed_in(app, role=Role.REVIEWER)

        answer = reviewer.get(address)

        code, data, said = answer_of(answer.location)
        signed = parse_qs(urlsplit(answer.location).query)
        assert answer.status_code == 303
        assert {name: answer.headers[name] for name in ("Cache-Control", "Referrer-Policy")} == {
            "Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer",
        }  # fmt: skip
        assert (code, data) == (200, CARD)
        assert {name: said[name] for name in ("Content-Disposition", "Content-Type", "Cache-Control")} == {
            "Content-Disposition": DISPOSITION, "Content-Type": "application/pdf", "Cache-Control": "private, no-store",
        }  # fmt: skip
        assert (signed["X-Amz-Expires"], signed["X-Amz-SignedHeaders"]) == (["60"], ["host"])
        assert len(signed["X-Amz-Signature"][0]) == 64
        assert answer_of(answer.location.partition("?")[0])[0] == 403

    def test_whoever_only_asks_about_it_is_answered_by_us(self, desk):
        _, address = a_proof()

        answer = desk.head(address, buffered=True)

        assert (answer.status_code, answer.content_length) == (200, len(CARD))
        assert answer.headers["Content-Disposition"] == DISPOSITION

    def test_a_picture_to_look_at_comes_through_us(self, desk):
        _, address = a_proof(b"\x89PNG", "image/png", "carte.png")

        answer = desk.get(address, buffered=True)

        assert (answer.status_code, answer.data) == (200, b"\x89PNG")
        assert answer.headers["Content-Disposition"].startswith("inline")

    @pytest.mark.parametrize("role", [Role.DOOR, None])
    def test_nobody_else_is_told_where_it_is(self, app, client, role):
        document, address = a_proof()
        who = builders.signed_in(app, role=role) if role else client

        answer = who.get(address)

        assert answer.status_code == (403 if role else 303)
        assert document.file_key not in str(answer.headers) + answer.text

    def test_what_the_database_no_longer_has_is_404_and_leads_nowhere(self, desk):
        document, address = a_proof()
        storage.delete(document.file_key)

        answer = desk.get(address)

        assert (answer.status_code, answer.location) == (404, None)

    def test_a_kit_s_file_at_the_desk_comes_from_the_bucket(self, desk):
        kit = builders.a_kit(files=[("Été.txt", b"Bonjour")])

        answer = desk.get(f"/desk/kits/{kit.id}/files/{kit.current.files[0].id}")

        _, data, said = answer_of(answer.location)
        assert (answer.status_code, data) == (303, b"Bonjour")
        assert (
            said["Content-Disposition"] == "attachment; filename=Ete.txt; filename*=UTF-8''%C3%89t%C3%A9.txt"
        )


@pytest.mark.usefixtures("bucket")
def test_what_everybody_may_see_never_leads_to_the_bucket(app, client):
    """It would be kept in caches, and dead a minute later."""
    asset = builders.an_asset(size=(1400, 700))
    release = builders.a_published_release(pictures=[asset])
    files = [f"/files/{one.key}/{one.filename.replace(' ', '%20')}" for one in asset.renditions]
    page = f"/en/releases/{release.id}/{release.texts['en'].slug}"
    addresses = [
        *files,
        *(f"{one}?download" for one in files),
        page,
        f"{page}.zip",
        f"{page}.pdf",
        f"/en/media/{asset.id}",
    ]

    answers = [client.get(address, buffered=True) for address in addresses]

    assert {answer.status_code for answer in answers} == {200}
    assert not [answer for answer in answers if b"X-Amz" in answer.data or "X-Amz" in str(answer.headers)]
    assert {answer.headers["Cache-Control"] for answer in answers[: len(files)]} == {"public, max-age=60"}


@pytest.mark.usefixtures("bucket")
def test_a_picture_under_embargo_is_nowhere_to_be_had(client):
    asset = builders.an_asset()
    builders.a_published_release(pictures=[asset], embargo_until=clock.now() + timedelta(hours=1))
    one = asset.download

    ours = client.get(f"/files/{one.key}/{one.filename.replace(' ', '%20')}")

    assert (ours.status_code, ours.location, "X-Amz" in ours.text) == (404, None, False)


@pytest.mark.usefixtures("bucket")
def test_with_a_file_go_all_its_versions(s3):  # noqa: F811
    at = {"Bucket": storage.store().name, "Prefix": storage.store().prefix}
    client = s3.client()
    client.put_bucket_versioning(Bucket=at["Bucket"], VersioningConfiguration={"Status": "Enabled"})
    try:
        key = storage.put(b"canary")
        storage.delete(key)
        left = client.list_object_versions(**at)
    finally:
        client.put_bucket_versioning(Bucket=at["Bucket"], VersioningConfiguration={"Status": "Suspended"})

    assert [left.get(kind, []) for kind in ("Versions", "DeleteMarkers")] == [[], []]


@pytest.mark.usefixtures("bucket")
def test_what_others_keep_in_the_bucket_is_left_alone(s3):  # noqa: F811
    store = storage.store()
    s3.client().put_object(Bucket=store.name, Key=f"{store.prefix}reports/2026.csv", Body=b"theirs")

    storage.sweep_strays(clock.now() + timedelta(days=2))

    assert list(store.files()) == []
    assert (
        s3.client().get_object(Bucket=store.name, Key=f"{store.prefix}reports/2026.csv")["Body"].read()
        == b"theirs"
    )


def files_line():
    return next(result for result in checking.results() if result.name == "files")


@pytest.mark.usefixtures("bucket")
def test_check_tries_the_bucket_and_whether_strangers_get_in(s3):  # noqa: F811
    name = storage.store().name
    public = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{name}/*",
    }
    private = files_line()

    s3.client().put_bucket_policy(
        Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [public]})
    )
    try:
        open_to_all = files_line()
    finally:
        s3.client().delete_bucket_policy(Bucket=name)

    assert (private.level, private.words) == ("ok", f"{name} can be written, is private")
    assert (open_to_all.level, open_to_all.words) == (
        "failed",
        "the bucket is open to strangers: block all public access to it",
    )
    assert list(storage.store().files()) == []


def test_check_names_a_bucket_that_does_not_exist(app, bucket):  # noqa: F811
    app.config["STORAGE_URL"] = bucket.replace("press-files", "press-flies")

    line = files_line()

    assert line.level == "failed"
    assert "NoSuchBucket" in line.words


@pytest.fixture
def office_s3(app, monkeypatch):
    """A bucket of its own for what ends it."""
    with servers.s3() as server:
        use(app, monkeypatch, server, "press")
        yield server


def back(server):
    """Started anew, it has forgotten all it had."""
    server.start()
    server.client().create_bucket(Bucket=servers.BUCKET)


def test_while_the_bucket_is_gone_nothing_is_half_stored_and_what_was_typed_is_kept(
    app, client, desk, office_s3
):
    asset = builders.an_asset()
    release = builders.a_published_release(pictures=[asset])
    document, proof = a_proof()
    event = builders.an_event()
    before = db.session.scalar(db.select(db.func.count(Draft.key)))
    typed = {**builders.TYPED, "proof_file": (io.BytesIO(builders.a_pdf()), "carte.pdf")}
    office_s3.end()

    posted = client.post(builders.form_address(event), data=typed)
    uploaded = desk.post(
        "/desk/media/new", data={"files": (io.BytesIO(builders.a_pdf()), "plan.pdf"), "credit": "Zoé"}
    )
    codes = {
        name: client.get(address, buffered=True).status_code
        for name, address in {
            "page": f"/en/releases/{release.id}/{release.texts['en'].slug}",
            "list": "/en/releases/",
            "picture": f"/files/{asset.download.key}/Salle%20pleine.png",
        }.items()
    }

    assert (posted.status_code, "Retry-After" in posted.headers, uploaded.status_code) == (503, True, 503)
    assert all(value in posted.text for value in (builders.TYPED["name"], builders.TYPED["email"]))
    assert codes == {"page": 200, "list": 200, "picture": 503}
    assert desk.get(proof).status_code == 503
    assert db.session.scalar(db.select(db.func.count(Draft.key))) == before
    assert db.session.scalars(db.select(Document.id)).all() == [document.id]

    back(office_s3)
    again = client.post(
        builders.form_address(event),
        data={**typed, "proof_file": (io.BytesIO(builders.a_pdf()), "carte.pdf")},
    )
    assert again.status_code == 303


def test_what_was_to_be_deleted_waits_for_the_bucket(app, desk, office_s3):
    asset = builders.an_asset()
    keys = {one.key for one in asset.renditions}
    office_s3.end()

    removed = desk.post(f"/desk/media/{asset.id}/remove").status_code
    waiting = set(db.session.scalars(db.select(Discarded.key)))
    back(office_s3)
    storage.sweep()
    db.session.commit()

    assert (removed, waiting) == (303, keys)
    assert db.session.scalars(db.select(Discarded)).all() == []


def a_message_with_a_file():
    dispatch = Dispatch(
        kind=DispatchKind.ADVISORY, state=DispatchState.SENDING, about="", audience=[], created_at=clock.now()
    )
    body = Body(language="fr", subject="", text="Le dossier", html="<p>Le dossier</p>")
    key = storage.put(b"%PDF")
    body.attachments = [
        Attachment(position=0, name="Plan.pdf", media_type="application/pdf", size=4, file_key=key)
    ]
    dispatch.bodies.append(body)
    return builders.a_message(dispatch=dispatch, body=body, text="", html="", scope="contacts")


def deliver(app, smtp):
    builders.pointing_at(app, smtp.url)
    with writing():
        return postman.deliver(app.extensions["mailer"])


def test_a_message_whose_files_cannot_be_had_is_tried_again(app, office_s3, smtp):
    message = a_message_with_a_file()
    office_s3.end()

    sent = deliver(app, smtp)

    db.session.refresh(message)
    assert (sent, message.state, message.attempts) == (0, State.QUEUED, 1)
    assert "bucket cannot be reached" in message.smtp_reply
    assert smtp.messages == []


class Watched(BaseHTTPRequestHandler):
    """A bucket that notes, of each thing asked of it, whether somebody could write to the database meanwhile."""

    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        self.server.held[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200)

    def do_GET(self):
        name = self.path.partition("?")[0]
        data = self.server.held.get(name, b"" if name.count("/") > 1 else b"<ListBucketResult/>")
        self._answer(200 if data else 404, data)

    def do_DELETE(self):
        self.server.held.pop(self.path, None)
        self._answer(204)

    do_HEAD = do_GET

    def _answer(self, code, data=b""):
        with closing(sqlite3.connect(self.server.database, timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
                self.server.asked.append((self.command, "free"))
            except sqlite3.OperationalError as locked:
                self.server.asked.append((self.command, str(locked)))
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Last-Modified", formatdate(usegmt=True))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, *_said):
        pass


@pytest.fixture
def watched(app, monkeypatch):
    with ThreadingHTTPServer(("127.0.0.1", 0), Watched) as server:
        server.held, server.asked, server.database = {}, [], db.engine.url.database
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "press")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-secret")
        app.config["STORAGE_URL"] = f"s3://press-files?endpoint=http://127.0.0.1:{server.server_port}"
        yield server
        server.shutdown()


@pytest.mark.only_sqlite
def test_nobody_who_writes_waits_for_the_bucket(app, client, desk, watched, smtp):
    event, picture = builders.an_event(), a_picture(size=(600, 400))
    a_message_with_a_file()

    def due(task):
        with writing():
            task(clock.now())
            db.session.commit()

    steps = {
        "a form": lambda: client.post(
            builders.form_address(event),
            data={**builders.TYPED, "proof_file": (io.BytesIO(builders.a_pdf()), "carte.pdf")},
        ),
        "an upload": lambda: desk.post(
            "/desk/media/new",
            data={"files": [(io.BytesIO(picture), "1.jpg"), (io.BytesIO(picture), "2.jpg")], "credit": "Zoé"},
        ),
        "renditions": lambda: due(media.fall_due),
        "mail": lambda: deliver(app, smtp),
        "a purge": lambda: due(tasks.purge),
    }
    storage.discard([storage.put(b"x")])
    db.session.commit()
    watched.asked.clear()
    found = {}
    for name, step in steps.items():
        step()
        db.session.rollback()
        found[name] = set(watched.asked)
        watched.asked.clear()

    assert found == {
        "a form": {("PUT", "free")},
        "an upload": {("PUT", "free")},
        "renditions": {("HEAD", "free"), ("GET", "free"), ("PUT", "free")},
        "mail": {("HEAD", "free"), ("GET", "free")},
        "a purge": {("DELETE", "free"), ("GET", "free")},
    }


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://press", "none of file:, file:///folder and s3://bucket"),
        ("file:relative", "none of file:, file:///folder and s3://bucket"),
        ("s3://", "no bucket has such a name"),
        ("s3://Press_Files", "no bucket has such a name"),
        ("s3://key:secret@press-files", "no bucket has such a name"),
        ("s3://press-files?acl=public", "only endpoint and region are known"),
        ("s3://press-files?endpoint=minio:9000", "its endpoint must read https://host"),
        ("s3://press-files?endpoint", "cannot be read as an address"),
    ],
)
def test_an_address_that_cannot_be_used_ends_the_start_in_one_line(tmp_path, url, why):
    with pytest.raises(BadSetting) as refused:
        load_settings({"STORAGE_URL": url, "DATA_DIR": tmp_path})

    assert re.fullmatch(rf"PRESSROOM_STORAGE_URL cannot be used: .*{re.escape(why)}\.", str(refused.value))
    assert "secret" not in str(refused.value)
