import io
from datetime import date

import pytest
from PIL import Image

from pressroom.media import embedded
from tests.media.files import a_picture, with_iptc

RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'


def told(data):
    return embedded.told(io.BytesIO(data))


ENTITY = "<!DOCTYPE x [<!ENTITY a 'CANARY'>]>"


def with_xmp(inside, attributes="", head="", kind="JPEG", encoding="utf-8"):
    packet = f"{head}<rdf:RDF {RDF}><rdf:Description rdf:about='' {attributes}>{inside}</rdf:Description></rdf:RDF>"
    return a_picture(kind, xmp=packet.encode(encoding))


def test_a_picture_that_says_nothing(app):
    assert told(a_picture()) == told(a_picture("PNG")) == told(a_picture("WEBP")) == embedded.NOTHING


def test_exif_is_read(app):
    exif = Image.Exif()
    exif[embedded.EXIF_ARTIST], exif[embedded.EXIF_DESCRIPTION] = "Zoe\nMartin", "The room"
    exif.get_ifd(embedded.EXIF_IFD)[embedded.EXIF_DATE] = "2026:11:22 10:00:00"

    assert told(a_picture(exif=exif)) == ("Zoe Martin", "", date(2026, 11, 22), {"": "The room"}, {})


def test_iptc_is_read_in_either_encoding(app):
    data = with_iptc((110, b"Agence Pins"), (80, b"Somebody"), (120, "Légende".encode("latin-1")), (55, b"20261122"), (90, "Évian".encode()), (5, b"Title"))  # fmt: skip

    assert told(data) == ("Agence Pins", "Évian", date(2026, 11, 22), {"": "Légende"}, {"": "Title"})


def test_xmp_is_read_in_every_language(app):
    caption = "<dc:description><rdf:Alt><rdf:li xml:lang='x-default'>Any</rdf:li><rdf:li xml:lang='fr-FR'>Une salle</rdf:li></rdf:Alt></dc:description>"

    data = with_xmp(
        caption + "<photoshop:City>Nice</photoshop:City>", "photoshop:Credit='Pins' photoshop:DateCreated='2026-11-22T09:00'"
    )  # fmt: skip

    assert told(data) == ("Pins", "Nice", date(2026, 11, 22), {"": "Any", "fr": "Une salle"}, {})


@pytest.mark.parametrize(
    "data",
    [
        with_xmp("<photoshop:City>&a;</photoshop:City>", head=ENTITY),
        with_xmp("<photoshop:City>&a;</photoshop:City>", head="\ufeff" + ENTITY, encoding="utf-16-be"),
        a_picture(xmp=b"<not xml"),
        with_xmp("<photoshop:City>" + "x" * embedded.LARGEST_XMP + "</photoshop:City>", kind="WEBP"),
        with_xmp("", "photoshop:DateCreated='2026-13-45'"),
        with_iptc((55, b"yesterday"), (90, b"")),
    ],
)
def test_what_cannot_be_read_is_left_out(app, data):
    assert told(data) == embedded.NOTHING


def test_what_is_read_is_as_clean_as_what_is_typed(app):
    city = "Ni\u202ece " + "x" * 300

    assert told(with_xmp(f"<photoshop:City>{city}</photoshop:City>")).place == ("Nice " + "x" * 300)[:120]
