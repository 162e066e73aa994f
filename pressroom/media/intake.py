"""What people upload, judged by content and taken in: pictures are rebuilt from pixels, the rest is checked.

Neither the name nor the type that the browser announces decides anything.
"""

import io
import re
import zipfile
from collections.abc import Callable
from hashlib import sha256
from importlib import import_module
from typing import NamedTuple

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from werkzeug.datastructures import FileStorage

from pressroom.dates import size as written_size
from pressroom.forms import FORBIDDEN_IN_LINE
from pressroom.i18n import gettext as _
from pressroom.media import audio

Image.MAX_IMAGE_PIXELS = None  # Pillow only warns of what is large; we read the header and refuse
MAX_PIXELS = 25_000_000
MAX_SIDE = 4000
OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
    "text/plain": ".txt",
    "application/zip": ".zip",
    "audio/mpeg": ".mp3",
    "audio/mp4": ".m4a",
    "audio/ogg": ".ogg",
    "audio/wav": ".wav",
    "video/mp4": ".mp4",
    **dict(zip(OFFICE.values(), (".docx", ".xlsx", ".pptx"), strict=True)),
}
PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
PROOFS = frozenset({"application/pdf", "image/jpeg", "image/png"})
KIT_FILES = frozenset(SUFFIXES)
ASSETS = PICTURES | {"application/pdf", *audio.CHECKS}
ENCODING = {
    "JPEG": {"quality": 88, "progressive": True},
    "PNG": {"compress_level": 6},
    "WEBP": {"quality": 82},
    "AVIF": {"quality": 55, "speed": 8},
}


class Unfit(Exception):
    """The file cannot be taken; `str()` names it and says why."""


class Taken(NamedTuple):
    """A file as it will be stored: its label, its true type, its bytes; pixels for a picture, pages for a PDF.

    `digest` is that of the file as it came, before anything in it was changed: two people who send the same one
    can be told by it.
    """

    name: str
    media_type: str
    data: bytes
    width: int | None = None
    height: int | None = None
    pages: int | None = None  # of a PDF
    digest: str = ""  # SHA-256, in hexadecimal


def take(upload: FileStorage, *, kinds: frozenset[str], most: int, side: int = MAX_SIDE) -> Taken:
    """Judge an upload by its content; `kinds` are media types, `most` is in bytes, `side` in pixels. Raises Unfit."""
    name = label(upload.filename)
    data = upload.stream.read(most + 1)
    if not data:
        raise Unfit(_("The file “%(file)s” is empty", file=name))
    if len(data) > most:
        raise Unfit(_("The file “%(file)s” is larger than %(size)s", file=name, size=written_size(most)))
    media_type = recognise(data)
    if media_type not in kinds:
        raise Unfit(_("The file “%(file)s” must be one of: %(kinds)s", file=name, kinds=names_of(kinds)))
    name = f"{name.rpartition('.')[0] or name}{SUFFIXES[media_type]}"
    if media_type in PICTURES:
        taken = _rebuilt_picture(name, media_type, data, side)
    elif media_type == "application/pdf":
        taken = _checked_pdf(name, media_type, data)
    elif media_type in audio.CHECKS:
        taken = _checked_recording(name, media_type, data)
    else:
        taken = Taken(name, media_type, data)
    if len(taken.data) > 2 * most:  # a picture made anew can weigh more than it came
        raise Unfit(_("The file “%(file)s” is larger than %(size)s", file=name, size=written_size(most)))
    return taken._replace(digest=sha256(data).hexdigest())


def label(filename: str | None) -> str:
    """The name that a person gave the file, for show only: no folders, no invisible characters, 120 at most."""
    name = re.split(r"[/\\]", filename or "")[-1]
    name = FORBIDDEN_IN_LINE.sub("", name).strip(" .") or "file"
    stem, dot, suffix = name.rpartition(".")
    return f"{stem[:110]}{dot}{suffix[:8]}" if stem else name[:120]


def names_of(kinds: frozenset[str]) -> str:
    """How people call these kinds: “JPEG, PDF, PNG”."""
    return ", ".join(sorted(SUFFIXES[kind][1:].upper().replace("JPG", "JPEG") for kind in kinds))


def recognise(data: bytes) -> str | None:
    """The media type that the first bytes (or an archive's members) tell, None for anything else."""
    signatures: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
        ("image/jpeg", lambda head: head.startswith(b"\xff\xd8\xff")),
        ("image/png", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
        ("image/webp", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP"),
        ("application/pdf", lambda head: head.startswith(b"%PDF-")),
        (
            "audio/mpeg",
            lambda head: head.startswith((b"ID3", b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2")),
        ),
        ("audio/ogg", lambda head: head.startswith(b"OggS")),
        ("audio/wav", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WAVE"),
        ("audio/mp4", lambda head: head[4:12] == b"ftypM4A "),
        ("video/mp4", lambda head: head[4:8] == b"ftyp"),
    )
    for media_type, matches in signatures:
        if matches(data[:16]):
            return media_type
    if data.startswith(b"PK\x03\x04"):
        return _archive_type(data)
    return "text/plain" if _is_text(data) else None


def _archive_type(data: bytes) -> str | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = set(archive.namelist())
    except zipfile.BadZipFile:
        return None
    if any(member.lower().endswith("vbaproject.bin") for member in members):
        return None  # macros
    return next((kind for member, kind in OFFICE.items() if member in members), "application/zip")


def _is_text(data: bytes) -> bool:
    if data.lstrip()[:1] == b"<":
        return False  # HTML, SVG and XML are never shown as text
    try:
        return "\0" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _rebuilt_picture(name: str, media_type: str, data: bytes, side: int) -> Taken:
    """The same picture made anew from its pixels: upright, in sRGB, at most `side` pixels a side, no metadata."""
    kind = media_type.removeprefix("image/").upper()
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as source:
            if source.width * source.height > MAX_PIXELS:
                raise Unfit(_("The picture “%(file)s” has too many pixels: 25 million at most", file=name))
            if kind != "JPEG" and getattr(source, "is_animated", False):
                raise Unfit(_("The picture “%(file)s” moves: only still ones are taken", file=name))
            source.load()
            picture = _in_srgb(ImageOps.exif_transpose(source), keep_alpha=kind != "JPEG")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as broken:
        raise Unfit(_("The file “%(file)s” is damaged: it cannot be opened", file=name)) from broken
    picture.thumbnail((side, side))
    picture.info.clear()
    return Taken(name, media_type, encode(picture, kind), picture.width, picture.height)


def _in_srgb(picture: Image.Image, *, keep_alpha: bool) -> Image.Image:
    """In the colours that screens assume: a profile is applied, then forgotten."""
    mode = "RGBA" if keep_alpha and picture.has_transparency_data else "RGB"
    profile = picture.info.get("icc_profile")
    if picture.mode not in ("L", "CMYK"):
        picture = picture.convert(mode)
    if profile:
        try:
            source, screen = ImageCms.ImageCmsProfile(io.BytesIO(profile)), ImageCms.createProfile("sRGB")
            picture = ImageCms.profileToProfile(picture, source, screen, outputMode=mode)
        except (ImageCms.PyCMSError, ValueError, OSError):
            pass  # a profile that cannot be read is no reason to refuse the picture
    return picture.convert(mode)


def encode(picture: Image.Image, kind: str) -> bytes:
    """A picture's bytes as `kind` (JPEG, PNG, WEBP or AVIF)."""
    target = io.BytesIO()
    picture.save(target, kind, **ENCODING[kind])
    return target.getvalue()


def _checked_recording(name: str, media_type: str, data: bytes) -> Taken:
    try:
        return Taken(name, media_type, audio.CHECKS[media_type](data))
    except ValueError as broken:
        raise Unfit(_("The file “%(file)s” is damaged: it cannot be opened", file=name)) from broken


def _checked_pdf(name: str, media_type: str, data: bytes) -> Taken:
    pypdf = import_module("pypdf")  # here: each process would start a tenth of a second later
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise Unfit(_("The file “%(file)s” is password protected", file=name))
        pages = len(reader.pages)
        if not pages:
            raise Unfit(_("The file “%(file)s” is empty", file=name))
        if _has_program(reader):
            raise Unfit(_("The file “%(file)s” holds a program: save it again without scripts", file=name))
    except (
        pypdf.errors.PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        RecursionError,
        OSError,
    ) as broken:
        raise Unfit(_("The file “%(file)s” is damaged: it cannot be opened", file=name)) from broken
    end = data.rfind(b"%%EOF") + 5  # what follows the end is not kept
    return Taken(name, media_type, data[:end] + b"\n" if end > 4 else data, pages=pages)


def _has_program(reader) -> bool:
    """Whether something runs when the PDF or one of its pages is opened, or when something on a page is used
    (ISO 32000-1, 7.7.2 and 12.6)."""
    root = reader.trailer["/Root"]
    if "/AA" in root or ("/Names" in root and "/JavaScript" in root["/Names"]):
        return True
    holders = [root]
    for page in reader.pages:
        holders.append(page)
        if "/Annots" in page:
            holders += [mark.get_object() for mark in page["/Annots"]]
    return any(_starts_one(holder) for holder in holders)


def _starts_one(holder) -> bool:
    additional = holder["/AA"].values() if "/AA" in holder else ()
    actions = [holder[name] for name in ("/OpenAction", "/A") if name in holder]
    return any(_runs(action.get_object()) for action in [*actions, *additional])


def _runs(action) -> bool:
    """Whether an action, or one that follows it, is a program; a list is a place to show, or several actions."""
    if isinstance(action, list):
        return any(_runs(one.get_object()) for one in action if hasattr(one, "get_object"))
    if not isinstance(action, dict):
        return False
    return action.get("/S") in ("/JavaScript", "/Launch") or ("/Next" in action and _runs(action["/Next"]))
