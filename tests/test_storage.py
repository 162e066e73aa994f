import io
import stat

import pytest

from pressroom import storage


def test_what_is_stored_is_found_under_a_random_name(app, tmp_path):
    key = storage.put(io.BytesIO(b"canary" * 300_000))

    path = storage.store().path(key)
    assert path.read_bytes() == b"canary" * 300_000
    assert storage.KEY.match(key)
    assert path.is_relative_to(tmp_path / "files")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_deleted_is_gone_and_deleting_again_does_no_harm(app):
    key = storage.put(b"x")

    storage.delete(key)
    storage.delete(key)

    with pytest.raises(storage.Missing):
        storage.read(key)


@pytest.mark.parametrize(
    "key", ["../../etc/passwd", "", "A" * 26, "a" * 26 + "\n", "a/" * 13, "\0" * 26, "a" * 26]
)
def test_a_name_is_never_a_path(app, key):
    with pytest.raises(storage.Missing):
        storage.read(key)


def test_a_failed_write_leaves_nothing(app, tmp_path):
    class Broken(io.BytesIO):
        def read(self, _size):
            raise OSError("the sender is gone")

    with pytest.raises(OSError, match="gone"):
        storage.put(Broken())

    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
