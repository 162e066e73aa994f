import io
import zipfile

from pressroom import clock
from pressroom.kits import archive
from pressroom.kits.models import State
from tests import builders


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
