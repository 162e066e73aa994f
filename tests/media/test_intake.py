import io
import zipfile

import pytest
from PIL import Image
from pypdf import PdfWriter
from werkzeug.datastructures import FileStorage

from pressroom.i18n import speaking
from pressroom.media import intake


def upload(name, data):
    return FileStorage(io.BytesIO(data), filename=name)


def a_picture(kind="JPEG", size=(60, 40), **options):
    target = io.BytesIO()
    Image.new("RGB", size, "teal").save(target, kind, **options)
    return target.getvalue()


def a_pdf(password=None):
    writer, target = PdfWriter(), io.BytesIO()
    writer.add_blank_page(200, 200)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    writer.write(target)
    return target.getvalue()


def an_archive(*members):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for member in members:
            archive.writestr(member, "x")
    return target.getvalue()


def test_a_picture_is_rebuilt_and_its_metadata_is_gone():
    exif = Image.Exif()
    exif[0x010E] = "CANARY"
    data = a_picture(exif=exif, comment=b"CANARY")
    assert b"CANARY" in data

    taken = intake.take(upload("Été 1.JPG", data), kinds=intake.PICTURES, most=10**6)

    assert (taken.name, taken.media_type, taken.width, taken.height) == ("Été 1.jpg", "image/jpeg", 60, 40)
    assert b"CANARY" not in taken.data


def test_what_follows_a_picture_is_not_kept():
    taken = intake.take(
        upload("a.png", a_picture("PNG") + b"<script>CANARY"), kinds=intake.PICTURES, most=10**6
    )

    assert b"CANARY" not in taken.data


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", b"", "The file “a.pdf” is empty"),
        ("a.jpg", a_picture() + b"0" * 2_000_000, "The file “a.jpg” is larger than 2 MB"),
        ("a.jpg", b"<svg onload=alert(1)>", "The file “a.jpg” must be one of: JPEG, PDF, PNG"),
        ("a.jpg", b"GIF89a" + b"\0" * 20, "The file “a.jpg” must be one of: JPEG, PDF, PNG"),
        ("a.pdf", b"MZ\x90\0", "The file “a.pdf” must be one of: JPEG, PDF, PNG"),
        ("a.jpg", a_picture()[:200], "The file “a.jpg” is damaged: it cannot be opened"),
        ("a.pdf", b"%PDF-1.7 nothing", "The file “a.pdf” is damaged: it cannot be opened"),
        ("a.pdf", a_pdf("secret"), "The file “a.pdf” is password protected"),
        ("a.png", a_picture("PNG", (6000, 5000)), "The picture “a.png” has too many pixels: 25 million at most"),
        ("../../x\u202egnp.exe", b"MZ", "The file “xgnp.exe” must be one of: JPEG, PDF, PNG"),
    ],
)  # fmt: skip
def test_an_unfit_file_is_refused_by_name_and_reason(app, name, data, reason):
    with speaking("en"), pytest.raises(intake.Unfit) as refusal:
        intake.take(upload(name, data), kinds=intake.PROOFS, most=2_000_000)

    assert str(refusal.value).replace("\N{NO-BREAK SPACE}", " ") == reason


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (
            an_archive("word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (an_archive("word/document.xml", "word/vbaProject.bin"), None),
        (an_archive("a.txt"), "application/zip"),
        ("Bonjour à tous".encode(), "text/plain"),
        (b"  <!doctype html><script>", None),
        (b"\xff\xfe\x00", None),
    ],
)
def test_the_content_tells_the_type(data, media_type):
    assert intake.recognise(data) == media_type


def test_a_proof_is_taken_as_it_came():
    data = a_pdf()

    assert intake.take(upload("lettre", data), kinds=intake.PROOFS, most=10**6) == (
        "lettre.pdf",
        "application/pdf",
        data,
        None,
        None,
    )
