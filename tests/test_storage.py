"""What holds wherever files lie, in a folder as in a bucket."""

import hashlib
import io
import stat
import tracemalloc
import zipfile
from datetime import timedelta

import pytest
from pypdf import PdfReader

from pressroom import clock, storage
from pressroom.database import db
from pressroom.kits import archive, parts, queries, tasks
from pressroom.media import tasks as media
from pressroom.releases import bundles, papers
from pressroom.storage import Discarded
from tests import builders
from tests.buckets import bucket, place, s3  # noqa: F401 - fixtures
from tests.releases import taking

pytestmark = pytest.mark.usefixtures("app", "place")
MB = 1_000_000
LARGE = 9 * MB  # more than goes to a bucket at once
DATA = bytes(range(256)) * 4000  # more than what is read at once


def names():
    return [file.key for file in storage.store().files()]


def unfinished(place, s3):  # noqa: F811
    """What was begun and is no file."""
    if place == "folder":
        files = storage.store().folder.rglob("*")
        return [path.name for path in files if path.is_file() and not storage.KEY.match(path.name)]
    found = s3.client().list_multipart_uploads(Bucket=storage.store().name, Prefix=storage.store().prefix)
    return [one["Key"] for one in found.get("Uploads", ())]


@pytest.mark.parametrize(
    "source", [DATA, lambda: io.BytesIO(DATA), [DATA[:10], b"", DATA[10:]]], ids=["bytes", "file", "pieces"]
)
def test_what_is_stored_is_found_under_a_random_name(source):
    before = clock.now() - timedelta(seconds=2)  # a bucket counts in seconds

    key = storage.put(source() if callable(source) else source)

    file = storage.find(key)
    assert storage.KEY.match(key)
    assert storage.read(key) == DATA
    assert (file.size, file.digest()) == (len(DATA), hashlib.sha256(DATA).hexdigest())
    assert before <= file.modified <= clock.now()
    assert names() == [key]


def test_nothing_is_also_a_file():
    assert storage.read(storage.put(b"")) == b""


def test_a_file_is_read_from_wherever_one_likes():
    key = storage.put(DATA)

    with storage.find(key).open() as file:
        begin, _ = file.read(3), file.seek(-4, io.SEEK_END)
        end, _ = file.read(10), file.seek(700_001)
        middle, at = file.read(5), file.tell()

    assert (begin, end, middle, at) == (DATA[:3], DATA[-4:], DATA[700_001:700_006], 700_006)


def test_what_is_deleted_is_gone_and_deleting_again_does_no_harm():
    key = storage.put(b"x")

    storage.delete(key)
    storage.delete(key)

    with pytest.raises(storage.Missing):
        storage.find(key)
    assert names() == []


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "", "A" * 26, "a" * 26 + "\n", "a/" * 13, "\0" * 26, "a" * 26]
)
def test_a_name_is_never_a_path(key):
    with pytest.raises(storage.Missing):
        storage.find(key)


@pytest.mark.parametrize("size", [0, 1, LARGE])
def test_a_failed_write_leaves_nothing(place, s3, size):  # noqa: F811
    def broken():
        for start in range(0, size, MB):
            yield bytes(min(MB, size - start))
        raise RuntimeError("the sender is gone")

    with pytest.raises(RuntimeError, match="the sender is gone"):
        storage.put(broken())

    assert (names(), unfinished(place, s3)) == ([], [])


def test_what_passes_through_is_never_held():
    def pieces():
        for number in range(60):
            yield bytes([number]) * MB

    tracemalloc.start()
    try:
        key = storage.put(pieces())
        read = sum(map(len, storage.find(key).pieces()))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert read == 60 * MB
    assert most < 25 * MB


def test_what_can_read_nothing_else_gets_a_path():
    key = storage.put(DATA)

    with storage.on_disk(key) as path:
        found = path.read_bytes()

    assert found == DATA


def test_strays_and_what_was_never_finished_go_after_a_day(place, s3):  # noqa: F811
    document = builders.an_asset()
    kept = sorted(one.key for one in document.renditions)
    stray = storage.put(b"canary")
    if place == "folder":
        (storage.store().folder / stray[:2] / "tmpcanary").write_bytes(b"half")
    else:
        s3.client().create_multipart_upload(
            Bucket=storage.store().name, Key=storage.store().prefix + "0" * 26
        )

    storage.sweep_strays(clock.now() + timedelta(hours=23))
    young = sorted(names())
    storage.sweep_strays(clock.now() + timedelta(hours=25))

    assert young == sorted([*kept, stray])
    assert (sorted(names()), unfinished(place, s3)) == (kept, [])


def test_what_was_discarded_goes_with_the_next_sweep():
    key, other = storage.put(b"1"), storage.put(b"2")
    storage.discard([key])
    db.session.commit()

    storage.sweep()
    db.session.commit()

    assert names() == [other]
    assert db.session.scalars(db.select(Discarded)).all() == []


def test_an_archive_is_made_of_what_is_stored_and_stored_again():
    kit = builders.a_kit(files=[("Programme.bin", DATA), ("Plan.bin", b"plan" * 9)])

    key, size, digest = archive.build(archive.members(parts.held(kit.current, clock.now(), accepted=False)))

    content = storage.read(key)
    assert (len(content), hashlib.sha256(content).hexdigest()) == (size, digest)
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert [opened.read(name) for name in ("Programme.bin", "Plan.bin")] == [DATA, b"plan" * 9]


def test_a_picture_is_in_the_paper_and_in_the_archive_of_its_release(client):
    asset = builders.an_asset(size=(1400, 700))
    media.fall_due(clock.now())
    release = builders.a_published_release(pictures=[asset])

    paper = PdfReader(io.BytesIO(taking.taken(papers.pdf, release)))
    with zipfile.ZipFile(io.BytesIO(bytes(bundles.stream(release, "fr")))) as opened:
        fetched = client.get(f"/files/{asset.download.key}/Salle%20pleine.png?download", buffered=True).data
        inside = opened.read("Salle pleine.png")

    assert [len(page.images) for page in paper.pages] == [1]
    assert {one.media_type for one in asset.renditions} == {"image/png", "image/webp", "image/avif"}
    assert inside == fetched


@pytest.mark.parametrize(
    ("asked", "code", "data"),
    [
        ({}, 200, DATA),
        ({"Range": "bytes=0-9"}, 206, DATA[:10]),
        ({"Range": "bytes=700000-"}, 206, DATA[700_000:]),
        ({"Range": "bytes=-7"}, 206, DATA[-7:]),
        ({"Range": f"bytes={len(DATA)}-"}, 416, None),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_kit_s_file_comes_through_us_in_parts_if_asked(client, asked, code, data):
    grant = builders.a_grant(builders.a_kit(files=[("Été.bin", DATA)]))
    token, file = queries.token_of(grant), grant.kit.current.files[0]
    address = client.post(f"/fr/kits/{token}/files/{file.id}").location

    answer = client.get(address, headers=asked, buffered=True)
    head = client.head(address, buffered=True)

    assert answer.status_code == code
    if data is not None:
        assert (answer.data, answer.content_length) == (data, len(data))
        assert "filename*=UTF-8''%C3%89t%C3%A9.bin" in answer.headers["Content-Disposition"]
    assert (head.status_code, head.content_length, head.data) == (200, len(DATA), b"")
    unchanged = client.get(address, headers={"If-None-Match": head.headers["ETag"]}, buffered=True)
    assert (unchanged.status_code, unchanged.data) == (304, b"")


def test_the_whole_kit_comes_through_us_and_is_known_to_have_arrived(client):
    grant = builders.a_grant(builders.a_kit(files=[("Programme.bin", DATA)]))
    tasks.fall_due(clock.now())
    address = client.post(f"/fr/kits/{queries.token_of(grant)}/everything").location

    answer = client.get(address, buffered=True)

    db.session.expire_all()
    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(answer.data)) as opened:
        assert opened.read("Programme.bin") == DATA
    assert [fetch.completed_at is not None for fetch in grant.fetches] == [True]


def test_files_of_a_folder_are_for_us_alone(place):  # noqa: F811
    if place == "folder":
        path = storage.store().path(storage.put(b"x"))

        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
