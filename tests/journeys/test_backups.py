"""A backup of an office that works, put back elsewhere: real processes, real mail."""

import contextlib
import subprocess
import sys
from pathlib import Path
from threading import Event

from pressroom import clock, storage
from pressroom.access import APPLICANT
from pressroom.contacts.models import Contact
from pressroom.database import db, writing
from pressroom.dispatches import erasure
from tests import builders
from tests.conftest import make_app
from tests.journeys.conftest import ROOT, Office
from tests.smtp import Smtp

# Commits fifty times a second: a contact and a file, and the end of the file before the last; says each commit.
WRITER = """
import sys, time
from pressroom import storage
from pressroom.database import db, writing
from pressroom.media.models import AssetRendition, Kind, RenditionName
from tests import builders
from tests.conftest import make_app
with make_app(sys.argv[1]).app_context(), writing():
    asset = builders.an_asset()
    db.session.execute(db.update(type(asset)).values(kind=Kind.DOCUMENT))
    values = {"asset_id": asset.id, "name": RenditionName.PRINT, "size": 9000}
    for number in range(100_000):
        due = time.monotonic() + 0.02
        db.session.add(AssetRendition(media_type=str(number), key=storage.put(b"x" * 9000), **values))
        if old := db.session.get(AssetRendition, (asset.id, "print", str(number - 2))):
            storage.discard([old.key])
            db.session.delete(old)
        builders.a_contact(f"Number {number}")
        print(number, flush=True)
        storage.sweep()
        db.session.commit()
        time.sleep(max(0, due - time.monotonic()))  # the pace of a busy office, not a wait for anything
"""


def names(folder):
    with make_app(folder).app_context():
        found = set(db.session.scalars(db.select(Contact.name)))
        files = {file.key for file in storage.store().files()}
        named = storage.keys()
        db.session.remove()
        db.engine.dispose()
    return found, files, named


def office(folder: Path, smtp: Smtp) -> Office:
    folder.mkdir()
    made = Office(folder, smtp)
    made.environment["PRESSROOM_SECRET_KEY"] = "k" * 40
    return made


def test_a_backup_under_load_is_put_back_elsewhere_and_writes_to_nobody(tmp_path):
    with Smtp() as mail, Smtp() as mail_elsewhere:
        busy, other = office(tmp_path / "busy", mail), office(tmp_path / "other", mail_elsewhere)
        busy.run("db", "upgrade")
        with make_app(busy.folder).app_context(), writing():
            builders.a_contact("Ada", email="ada@press.example")
            builders.a_message(recipient="ben@press.example")
            db.session.remove()
            db.engine.dispose()

        before, after = _backed_up_while_somebody_writes(busy, tmp_path / "backup")
        with make_app(busy.folder).app_context(), writing():
            ada = db.session.scalars(db.select(Contact).filter_by(name="Ada")).all()
            erasure.erase(ada, ["ada@press.example"], silence=False, by=APPLICANT, at=clock.now())
            db.session.commit()
            db.session.remove()
            db.engine.dispose()
        busy.run("due")
        assert [one.recipient for one in mail.messages] == ["ben@press.example"]

        said = other.run("restore", str(tmp_path / "backup"), "--erasures", str(busy.folder / "erasures"))
        found, files, named = names(other.folder)

        assert "erased again: 1." in said
        assert after > before >= 50
        assert {f"Number {number}" for number in range(before)} <= found
        assert "Ada" not in found
        assert files == named

        with _working(other):
            assert mail_elsewhere.messages == []
            other.run("mail", "release")
            assert [one.recipient for one in mail_elsewhere.wait_for(1)] == ["ben@press.example"]


def _backed_up_while_somebody_writes(busy: Office, folder: Path) -> tuple[int, int]:
    """How many commits were acknowledged when it began, and when it ended."""
    acknowledged = folder.with_suffix(".log")
    command = [sys.executable, "-c", WRITER, str(busy.folder)]
    with acknowledged.open("w") as log, subprocess.Popen(command, cwd=ROOT, stdout=log) as writer:
        try:
            while (before := len(acknowledged.read_text().splitlines())) < 50:
                assert writer.poll() is None
                Event().wait(0.1)
            print(busy.run("backup", str(folder)))
            after = len(acknowledged.read_text().splitlines())
        finally:
            writer.kill()
    return before, after


@contextlib.contextmanager
def _working(office: Office):
    """A worker runs, and has done all that was due once: the end of the journal is what it notes last."""
    command = [sys.executable, "-m", "pressroom.cli", "worker"]
    with subprocess.Popen(command, cwd=ROOT, env=office.environment) as worker:
        try:
            while not (office.folder / "journal.head").exists():
                assert worker.poll() is None
                Event().wait(0.1)
            yield
        finally:
            worker.terminate()
