"""`pressroom files move`, between a folder and a bucket."""

import os

import pytest

from pressroom import cli, storage
from pressroom.database import db
from tests import builders
from tests.buckets import bucket, s3  # noqa: F401 - fixtures


@pytest.fixture
def move(app, tmp_path):
    """Runs the command from what the setting says: (exit code, the words of its counts, standard error)."""
    cli.register(app)

    def run(target, source=None):
        app.config["STORAGE_URL"] = source or ""
        result = app.test_cli_runner().invoke(args=["files", "move", "--to", target])
        db.session.rollback()
        return result.exit_code, result.stdout.splitlines()[:2], result.stderr.splitlines()

    return run


@pytest.fixture
def folder(tmp_path):
    return f"file://{tmp_path}/elsewhere"


@pytest.fixture
def asset(app):
    """It has five files, and there is one that no row names; all of them in the data folder."""
    app.config["STORAGE_URL"] = ""
    storage.put(b"stray")
    return builders.an_asset()


def in_store(app, url):
    store = storage.at(url, app.config["DATA_DIR"])
    return {file.key: file.digest() for file in store.files()}


def stored(asset):
    return {one.key: storage.find(one.key).digest() for one in asset.renditions}


def test_every_file_that_is_named_is_copied_and_compared_and_none_is_deleted(app, move, bucket, asset):  # noqa: F811
    files, before = stored(asset), in_store(app, "")

    first, second = move(bucket), move(bucket)

    strays = "1 that no row names stay behind."
    assert first == (0, [f"{len(files)} copied, 0 there already, all compared.", strays], [])
    assert second == (0, [f"0 copied, {len(files)} there already, all compared.", strays], [])
    assert (in_store(app, bucket), in_store(app, "")) == (files, before)


def test_what_was_stored_meanwhile_comes_with_the_next_time(app, move, bucket, asset, folder):  # noqa: F811
    app.config["STORAGE_URL"] = bucket
    later = stored(builders.an_asset())  # only there: after the setting was changed
    app.config["STORAGE_URL"] = ""
    files = later | stored(asset)

    assert move(bucket)[:2] == (
        0,
        ["5 copied, 5 there already, all compared.", "1 that no row names stay behind."],
    )
    assert in_store(app, bucket) == files
    assert move(folder, source=bucket)[0] == 0
    assert in_store(app, folder) == files


def test_what_lies_there_and_is_another_is_replaced(app, move, folder, asset):
    wrong, short, *_ = (one.key for one in asset.renditions)
    target = storage.at(folder, None)
    target.put(wrong, [b"x" * storage.find(wrong).size])
    target.put(short, [b"x"])

    assert move(folder)[:1] == (0,)
    assert in_store(app, folder) == stored(asset)


def test_what_is_nowhere_is_named(app, move, folder, asset):
    gone, *others = (one.key for one in asset.renditions)
    storage.delete(gone)

    code, counts, errors = move(folder)

    assert (code, counts[0], errors) == (
        1,
        f"{len(others)} copied, 0 there already, all compared.",
        [f"{gone} is missing."],
    )


def test_what_was_begun_goes_on_when_there_is_room_again(app, move, tmp_path, folder, asset):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("in the way")

    code, _, errors = move(folder)
    os.unlink(elsewhere)

    assert code == 1
    assert "Run it again: it goes on where it ended." in errors[-1]
    assert move(folder)[0] == 0


def test_an_address_that_cannot_be_used_is_refused(move):
    code, _, errors = move("ftp://elsewhere")

    assert code == 2
    assert "it is none of file:, file:///folder and s3://bucket" in " ".join(errors)
