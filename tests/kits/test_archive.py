import io
import os
import zipfile

from pressroom import archives, clock, storage
from pressroom.kits import archive, parts
from tests import builders


def members(kit):
    key, size, digest = archive.build(archive.members(parts.held(kit.current, clock.now(), accepted=False)))
    content = storage.read(key)
    assert len(content) == size
    return zipfile.ZipFile(io.BytesIO(content))


def test_no_two_members_share_a_name_even_in_another_case(app):
    files = [("cover-fr.txt", b"1"), ("Cover-FR.TXT", b"2"), ("cover-fr (2).txt", b"3"), ("Plan", b"4")]

    assert members(builders.a_kit(files=files, en="")).namelist() == [
        "cover-fr.txt",
        "cover-fr (2).txt",
        "Cover-FR (3).TXT",
        "cover-fr (2) (2).txt",
        "Plan",
    ]


def test_nothing_in_it_is_compressed_again(app):
    inside = members(builders.a_kit(files=[("Plan.txt", b"a" * 10_000)]))

    assert {one.compress_type for one in inside.infolist()} == {zipfile.ZIP_STORED}


def test_a_picture_comes_with_its_words_and_whose_it_is(app):
    asset = builders.an_asset(restricted=True)

    inside = members(builders.a_kit(assets=[asset]))

    captions = {code: inside.read(f"captions-{code}.txt").decode() for code in ("fr", "en")}
    picture = inside.read(asset.name)
    words = {code: text.caption for code, text in asset.texts.items()}
    assert {code: (words[code] in said, asset.credit in said) for code, said in captions.items()} == {
        "fr": (True, True),
        "en": (True, True),
    }
    assert words["en"].encode() in picture


def test_an_archive_of_more_than_four_gigabytes_has_a_known_length(app):
    big = storage.find(storage.put(b"x"))
    os.truncate(storage.store().path(big.key), 5 * 1024**3)

    archived = archives.stream([("film.mp4", storage.find(big.key)), ("after.txt", b"x")])

    assert len(archived) > 5 * 1024**3
    head = next(iter(archived))
    assert head.startswith(b"PK\x03\x04")
