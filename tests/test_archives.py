import io
import zipfile

import pytest

from pressroom import archives
from pressroom.archives import Later
from pressroom.storage import Folder


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Programme été.pdf", "Programme été.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..\\..\\boot.ini", "_.._boot.ini"),
        ("C:\\boot.ini", "C__boot.ini"),
        ("a\x00b\r\nc.txt", "a_b__c.txt"),
        ("photo\u202egnp.exe", "photo_gnp.exe"),
        ("CON.txt", "_CON.txt"),
        ("lpt1", "_lpt1"),
        ("...", "_"),
        ("e\u0301te\u0301.txt", "été.txt"),
        ('what?<i>*|".txt', "what__i____.txt"),
    ],
)
def test_a_member_has_a_name_that_every_file_system_takes(label, name):
    assert archives.safe_name(label) == name


def test_every_member_has_a_name_of_its_own_also_where_capitals_count_for_nothing():
    assert archives.names(["a.txt", "A.TXT", "a (2).txt", "Plan", "../Plan"]) == [
        "a.txt", "A (2).TXT", "a (2) (2).txt", "Plan", "_Plan",
    ]  # fmt: skip


def test_the_length_is_known_before_anything_is_made(tmp_path):
    made = []

    def make():
        made.append("now")
        return b"later"

    folder, key = Folder(tmp_path), "0" * 26
    folder.put(key, [b"from ", b"a file"])
    archive = archives.stream([("a.txt", b"at once"), ("b.txt", folder.find(key)), ("c.txt", Later(5, make))])
    length, before = len(archive), list(made)
    content = bytes(archive)

    assert (before, length, made) == ([], len(content), ["now"])
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert {name: opened.read(name) for name in opened.namelist()} == {
            "a.txt": b"at once", "b.txt": b"from a file", "c.txt": b"later",
        }  # fmt: skip
