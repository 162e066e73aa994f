"""What a photographer's software wrote into a picture (EXIF, IPTC-IIM, XMP): read once, to begin its words with.

It is only a beginning that the desk goes over; it never becomes a description for those who cannot see.
"""

import re
from datetime import date
from typing import BinaryIO, NamedTuple
from xml.etree import ElementTree

from PIL import Image, IptcImagePlugin

from pressroom.forms import FORBIDDEN_IN_TEXT, many_lines

EXIF_ARTIST, EXIF_DESCRIPTION, EXIF_DATE, EXIF_IFD = 0x013B, 0x010E, 0x9003, 0x8769
IPTC_CREDIT, IPTC_AUTHOR, IPTC_CAPTION, IPTC_DATE, IPTC_CITY, IPTC_TITLE = (
    (2, 110), (2, 80), (2, 120), (2, 55), (2, 90), (2, 5),
)  # fmt: skip
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
PHOTOSHOP = "{http://ns.adobe.com/photoshop/1.0/}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
LARGEST_XMP = 200_000  # bytes


class Told(NamedTuple):
    """What a file says of itself; captions and titles by language, "" for one that names none."""

    credit: str = ""
    place: str = ""
    taken_on: date | None = None
    captions: dict[str, str] = {}
    titles: dict[str, str] = {}


NOTHING = Told()


def told(source: BinaryIO) -> Told:
    """What is written in a picture that has been judged already; what cannot be read is left out."""
    source.seek(0)
    with Image.open(source, formats=["JPEG", "PNG", "WEBP"]) as picture:
        exif, xmp = picture.getexif(), _xmp(picture)
        iptc = _iptc(picture)
    taken = exif.get_ifd(EXIF_IFD).get(EXIF_DATE)
    caption = iptc(IPTC_CAPTION) or _text(exif.get(EXIF_DESCRIPTION))
    credit = _said(xmp, "Credit") or iptc(IPTC_CREDIT) or iptc(IPTC_AUTHOR) or _text(exif.get(EXIF_ARTIST))
    return Told(
        credit=_line(credit, 200),
        place=_line(_said(xmp, "City") or iptc(IPTC_CITY), 120),
        taken_on=_day(_said(xmp, "DateCreated") or iptc(IPTC_DATE) or _text(taken)),
        captions={code: text[:2000] for code, text in _in_languages(xmp, "description", caption).items()},
        titles={
            code: _line(text, 200) for code, text in _in_languages(xmp, "title", iptc(IPTC_TITLE)).items()
        },
    )


def _xmp(picture: Image.Image) -> ElementTree.Element:
    """The packet's tree; an empty one for none, for a huge one, and for one that declares entities."""
    packet = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
    packet = packet.encode() if isinstance(packet, str) else packet
    nothing = ElementTree.Element("none")
    if len(packet) > LARGEST_XMP or b"<!" in packet.replace(b"\0", b""):  # also in UTF-16
        return nothing
    try:
        return ElementTree.fromstring(packet.rstrip(b"\0 \r\n"))
    except (ElementTree.ParseError, ValueError, LookupError):
        return nothing


def _iptc(picture: Image.Image):
    try:
        known = IptcImagePlugin.getiptcinfo(picture) or {}
    except (SyntaxError, ValueError, OSError, IndexError):
        known = {}

    def said(key: tuple[int, int]) -> str:
        value = known.get(key)
        return _text(value[0] if isinstance(value, list) else value)

    return said


def _said(xmp: ElementTree.Element, name: str) -> str:
    """A simple property of Photoshop's schema, written as an element or as an attribute."""
    name = PHOTOSHOP + name
    for node in xmp.iter(f"{RDF}Description"):
        if value := node.get(name) or node.findtext(name):
            return _text(value)
    return ""


def _in_languages(xmp: ElementTree.Element, name: str, plain: str) -> dict[str, str]:
    found = {}
    for item in xmp.iterfind(f".//{DC}{name}/{RDF}Alt/{RDF}li"):
        language = item.get(LANG, "").partition("-")[0].lower()
        found.setdefault("" if language == "x" else language, _text(item.text))
    if plain:
        found.setdefault("", plain)
    return {language: text for language, text in found.items() if text}


def _text(value) -> str:
    if isinstance(value, bytes):
        try:
            value = value.decode()
        except UnicodeDecodeError:
            value = value.decode("latin-1")
    return FORBIDDEN_IN_TEXT.sub("", many_lines(value)) if isinstance(value, str) else ""


def _line(text: str, most: int) -> str:
    return " ".join(text.split())[:most]


def _day(text: str) -> date | None:
    """The day of “2026-11-22T10:00”, “20261122” or “2026:11:22 10:00:00”."""
    found = re.match(r"(\d{4})[-:]?(\d\d)[-:]?(\d\d)(?!\d)", text)
    try:
        return date(*map(int, found.groups())) if found else None
    except ValueError:
        return None
