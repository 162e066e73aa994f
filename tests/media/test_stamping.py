import io
import random
from datetime import date
from xml.etree import ElementTree

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage

from pressroom import storage
from pressroom.media import embedded, intake, stamping
from pressroom.media.licences import Licence
from tests import builders
from tests.media.files import a_pdf, a_picture

HOSTILE = "</rdf:li> ]]> <script>\"'&\x01\x1f CANARY"
NAMES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "Iptc4xmpCore": "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/",
}
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def read(asset):
    """What the downloaded file says of itself: simple values, and lists of (language, words)."""
    data = stamping.stamped(asset.download)
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
        packet = picture.info["xmp"]
    packet = packet if isinstance(packet, str) else packet.decode()
    description = ElementTree.fromstring(packet).find("rdf:RDF/rdf:Description", NAMES)
    return {
        node.tag.partition("}")[2]: [(item.get(LANG), item.text) for item in node.iterfind(".//rdf:li", NAMES)] or node.text
        for node in description
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_captions_credit_and_rights_travel_with_the_file(app, kind):
    asset = builders.an_asset(
        data=a_picture(kind), name="a.bin", credit="Ateliers Pins", place="Nice", taken_on=date(2026, 11, 22),
    )  # fmt: skip
    free = "Free to use in the media, with the credit; not in advertising."

    told = read(asset)

    assert told.pop("UsageTerms")[0:2] == [("x-default", free), ("en", free)]
    assert [code for code, _said in told.pop("rights")] == ["x-default", "en", "fr"]
    assert told == {
        "description": [("x-default", "The forum opens."), ("en", "The forum opens."), ("fr", "L’ouverture du forum.")],
        "creator": [(None, "Ateliers Pins")],
        "Credit": "Ateliers Pins",
        "DateCreated": "2026-11-22",
        "City": "Nice",
        "Marked": "True",
        "WebStatement": f"http://press.example/en/media/{asset.id}",
        "AltTextAccessibility": [("x-default", "A full room"), ("en", "A full room"), ("fr", "Une salle pleine")],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), ("PNG", "RGB"), ("PNG", "RGBA"), ("WEBP", "RGB"), ("WEBP", "RGBA")]
)
def test_pixels_are_those_that_are_stored(app, kind, mode):
    asset = builders.an_asset(data=a_picture(kind, mode=mode, size=(61, 43)), name="a.bin")
    stored = Image.open(io.BytesIO(storage.read(asset.download.key)))

    stamped = Image.open(io.BytesIO(stamping.stamped(asset.download)))

    assert (stamped.mode, stamped.size) == (stored.mode, stored.size)
    assert stamped.tobytes() == stored.tobytes()


def test_what_is_stored_and_what_stands_in_a_page_have_no_words(app):
    asset = builders.an_asset(credit="CANARY")

    assert all(b"CANARY" not in storage.read(one.key) for one in asset.renditions)


def test_hostile_words_stay_words(app):
    words = {code: {"alt": HOSTILE, "caption": HOSTILE, "title": HOSTILE} for code in ("fr", "en")}
    asset = builders.an_asset(words=words, credit=HOSTILE)

    told = read(asset)

    safe = HOSTILE.replace("\x01\x1f", "")
    assert told["Credit"] == safe
    assert dict(told["description"])["en"] == dict(told["title"])["en"] == safe
    assert told.keys() >= {"AltTextAccessibility", "UsageTerms"}


def test_words_that_change_are_in_the_next_copy(app):
    asset = builders.an_asset()
    asset.texts["en"].caption = "Another caption."
    builders.stored(asset)

    assert dict(read(asset)["description"])["en"] == "Another caption."


def test_a_public_licence_names_itself(app):
    asset = builders.an_asset(licence=Licence.CC0)

    told = read(asset)

    assert (told["Marked"], told["WebStatement"]) == ("False", asset.terms.url)


def test_french_words_are_spaced_as_on_the_page(app):
    words = {"fr": {"alt": "Quoi ?", "caption": ""}, "en": {"alt": "What?", "caption": ""}}

    assert (
        dict(read(builders.an_asset(words=words))["AltTextAccessibility"])["fr"]
        == "Quoi\N{NARROW NO-BREAK SPACE}?"
    )


def test_more_words_than_a_file_holds_leave_a_language_out(app):
    words = {code: {"alt": "a", "caption": "é" * 14_000} for code in ("en", "fr")}

    asset = builders.an_asset(words=words, data=a_picture("JPEG"), name="a.jpg")

    assert [code for code, _said in read(asset)["description"]] == ["x-default", "en"]


def test_a_document_leaves_as_it_is(app):
    data = a_pdf()

    assert stamping.stamped(builders.an_asset(data=data, name="a.pdf").download) == data


def test_a_copy_that_comes_back_brings_its_words(app):
    asset = builders.an_asset(
        data=a_picture("JPEG"),
        name="a.jpg",
        place="Nice",
        taken_on=date(2026, 11, 22),
        credit="Ateliers Pins",
    )

    told = embedded.told(io.BytesIO(stamping.stamped(asset.download)))

    assert told == (
        "Ateliers Pins", "Nice", date(2026, 11, 22),
        {"": "The forum opens.", "en": "The forum opens.", "fr": "L’ouverture du forum."}, {},
    )  # fmt: skip


def test_noise_of_any_size_survives(app):
    """Odd sizes make odd chunks, which are padded."""
    chance = random.Random(1)
    for _ in range(8):
        size = chance.randrange(1, 70), chance.randrange(1, 70)
        image = Image.frombytes("RGB", size, chance.randbytes(size[0] * size[1] * 3))
        target = io.BytesIO()
        image.save(target, "WEBP", quality=70)
        upload = FileStorage(io.BytesIO(target.getvalue()), "a.webp")
        assert intake.take(upload, kinds=intake.ASSETS, most=10**6).width == size[0]
        asset = builders.an_asset(data=target.getvalue(), name="a.webp")
        assert read(asset)["Credit"] == "Ateliers Pins"
