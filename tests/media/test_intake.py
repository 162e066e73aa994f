import io
import resource
import struct
import time
import zipfile
import zlib
from hashlib import sha256

import pytest
from PIL import Image, ImageCms
from werkzeug.datastructures import FileStorage

from pressroom.i18n import speaking
from pressroom.media import intake
from tests.media.files import a_pdf, a_picture, a_wav, an_m4a, an_mp3, an_ogg


def upload(name, data):
    return FileStorage(io.BytesIO(data), filename=name)


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
        ("a.pdf", a_pdf(opening="/JavaScript"), "The file “a.pdf” holds a program: save it again without scripts"),
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
        1,
        sha256(data).hexdigest(),
    )


def taken(data, name="a.png", kinds=intake.ASSETS):
    return intake.take(upload(name, data), kinds=kinds, most=10**7)


def a_bomb(width, height):
    """A PNG that says how large it is, and holds next to nothing."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(200_000)))
        + chunk(b"IEND", b"")
    )


def an_animation(kind):
    target, frame = io.BytesIO(), Image.new("RGB", (60, 40), "teal")
    frame.save(target, kind, save_all=True, append_images=[Image.new("RGB", (60, 40), "red")], duration=100)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.png", a_bomb(13_000, 13_000), "The picture “a.png” has too many pixels: 25 million at most"),
        ("a.png", a_bomb(100_000, 1_000), "The picture “a.png” has too many pixels: 25 million at most"),
        ("a.png", a_bomb(2_000_000_000, 2_000_000_000), "The picture “a.png” has too many pixels: 25 million at most"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", None),
        ("a.eps", b"%!PS-Adobe-3.0 EPSF-3.0", None),
        ("a.gif", b"GIF89a/*" + bytes(30), None),
        ("a.webp", an_animation("WEBP"), "The picture “a.webp” moves: only still ones are taken"),
        ("a.png", an_animation("PNG"), "The picture “a.png” moves: only still ones are taken"),
        ("a.mp3", b"ID3<script>", "The file “a.mp3” is damaged: it cannot be opened"),
    ],
)  # fmt: skip
def test_the_library_refuses_early_and_says_why(app, name, data, reason):
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(intake.Unfit) as refusal:
        taken(data, name)

    said = str(refusal.value).replace("\N{NO-BREAK SPACE}", " ")
    assert said == (reason or f"The file “{name}” must be one of: JPEG, M4A, MP3, OGG, PDF, PNG, WAV, WEBP")
    assert time.monotonic() - began < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000  # kilobytes


def test_the_reason_is_in_the_persons_language(app):
    with speaking("fr"), pytest.raises(intake.Unfit) as refusal:
        taken(a_bomb(13_000, 13_000))

    said = str(refusal.value).replace("\N{NO-BREAK SPACE}", " ")
    assert said == "L’image « a.png » a trop de pixels : 25 millions au plus"


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (a_wav(), "audio/wav"), (an_mp3(), "audio/mpeg"), (an_ogg(), "audio/ogg"), (an_m4a(), "audio/mp4"),
        (a_picture("WEBP"), "image/webp"), (a_pdf(opening="/GoTo"), "application/pdf"),
    ],
)  # fmt: skip
def test_the_library_takes_sound_and_documents_too(app, data, media_type):
    assert taken(data, "x.bin").media_type == media_type


def test_the_pages_of_a_document_are_counted_and_what_follows_it_is_not_kept(app):
    data = a_pdf(pages=3)

    document = taken(data + b"PK\x03\x04<script>CANARY", "a.pdf")

    assert (document.pages, document.data) == (3, data)


def test_a_picture_stands_upright(app):
    exif = Image.Exif()
    exif[0x0112] = 6

    picture = taken(a_picture(exif=exif), "a.jpg")

    assert (picture.width, picture.height) == (40, 60)
    assert Image.open(io.BytesIO(picture.data)).getexif() == {}


def test_a_picture_keeps_its_transparency_and_loses_its_profile(app):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    for kind in ("PNG", "WEBP"):
        data = a_picture(kind, mode="RGBA", colour=(0, 0, 0, 0), icc_profile=profile)
        picture = Image.open(io.BytesIO(taken(data).data))
        assert (picture.mode, picture.getpixel((1, 1))[3]) == ("RGBA", 0)
        assert "icc_profile" not in picture.info


@pytest.mark.parametrize("mode", ["L", "CMYK", "P", "I;16"])
def test_every_way_of_storing_colours_becomes_the_one_of_screens(app, mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    data = a_picture(kind, mode=mode, colour=0, icc_profile=b"no profile at all")

    assert Image.open(io.BytesIO(taken(data).data)).mode == "RGB"


def test_colours_of_a_wide_profile_are_brought_to_those_of_screens(app):
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    wide = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = wide.replace(b"rXYZ", b"temp").replace(b"gXYZ", b"rXYZ").replace(b"temp", b"gXYZ")

    plain, moved, unread = (
        Image.open(
            io.BytesIO(taken(a_picture("PNG", colour=(200, 40, 40), icc_profile=profile)).data)
        ).getpixel((0, 0))
        for profile in (wide, swapped, lab)
    )

    assert plain == unread == (200, 40, 40)
    assert moved[1] > moved[0]
