"""Pictures stored by the first version are there after the change, and after taking it back."""

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import text

from pressroom import storage
from pressroom.database import db

OLD = (
    "id, name, credit, media_type, width, height, size, full_key, web_key, web_width, web_height, created_at, version"
)  # fmt: skip


def rows(query):
    return [tuple(row) for row in db.session.execute(text(query))]


@pytest.fixture
def old(its_own):
    app = its_own(migrated=False)
    upgrade(revision="0002")
    return app


def test_pictures_become_renditions_and_back(old):
    full, web, small = storage.put(b"full"), storage.put(b"web"), storage.put(b"small")
    large = f"'a', 'A.jpg', 'Pins', 'image/jpeg', 2000, 1000, 4, '{full}', '{web}', 1280, 640, '2026-01-02 03:04:05', 3"
    one_file = f"'b', 'B.png', 'Pins', 'image/png', 60, 40, 5, '{small}', '{small}', 60, 40, '2026-01-02 03:04:05', 1"
    for values in (large, one_file):
        db.session.execute(text(f"INSERT INTO asset ({OLD}) VALUES ({values})"))
    db.session.execute(
        text("INSERT INTO asset_text (asset_id, language, alt, caption) VALUES ('a', 'fr', 'x', 'y')")
    )
    db.session.commit()
    before = rows(f"SELECT {OLD} FROM asset ORDER BY id")
    db.session.remove()

    upgrade(revision="0003")

    assert rows("SELECT asset_id, name, media_type, key, width, height, size FROM asset_rendition ORDER BY asset_id, name") == [
        ("a", "print", "image/jpeg", full, 2000, 1000, 4),
        ("a", "web", "image/jpeg", web, 1280, 640, 3),
        ("b", "print", "image/png", small, 60, 40, 5),
    ]  # fmt: skip
    assert rows("SELECT id, kind, licence, decorative, restricted, offered FROM asset ORDER BY id") == [
        ("a", "picture", "editorial", False, False, False),
        ("b", "picture", "editorial", False, False, False),
    ]
    assert rows("SELECT count(*) FROM asset WHERE described_at = '2026-01-02 03:04:05'") == [(2,)]
    assert rows("SELECT language, alt, caption, title FROM asset_text") == [("fr", "x", "y", "")]
    new = "INSERT INTO asset (id, kind, name, credit, created_at, version) VALUES ('c', 'document', 'c.pdf', '', '2026-01-02', 1)"
    db.session.execute(text(new))
    db.session.commit()
    db.session.remove()

    downgrade(revision="0002")

    assert rows(f"SELECT {OLD} FROM asset ORDER BY id") == before
