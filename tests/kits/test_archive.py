import io
import zipfile

import pytest

from pressroom import clock
from pressroom.kits import archive
from pressroom.kits.models import State
from tests import builders


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
    assert archive.safe_name(label) == name


def test_no_two_members_share_a_name_even_in_another_case(app):
    files = [("cover-fr.txt", b"1"), ("Cover-FR.TXT", b"2"), ("cover-fr (2).txt", b"3"), ("Plan", b"4")]
    kit = builders.a_kit(state=State.DRAFT, files=files, en="")

    content = bytes(archive.stream(kit, clock.now()))

    assert zipfile.ZipFile(io.BytesIO(content)).namelist() == [
        "cover-fr.txt",
        "cover-fr (2).txt",
        "Cover-FR (3).TXT",
        "cover-fr (2) (2).txt",
        "Plan",
    ]
