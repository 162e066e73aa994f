"""Whatever an address or a file holds, somebody gets a sane page in their language, at once, and never a failure."""

import base64
import io
import json
import os
import struct
import subprocess
import sys
import zipfile
import zlib
from urllib.parse import urlsplit

import docx
import pytest
from PIL import Image
from werkzeug.exceptions import HTTPException

from pressroom import access
from tests import builders, strict
from tests.test_access import address as dummy_address

QUERIES = [
    "page=999", "page=0", "page=-1", "page=abc", "page=99999999999999999999", "page=%D9%A3", "page=1&page=2", "page=",
    "year=abc", "year=0", "year=99999999999", "year=-1", "topic=%00", "kind=zz", "lang=zz", "language=zz", "q=%00",
    "q=%ff%fe", "q=%22%27%3B--%20OR%20NEAR(%22", "q=*", "q=%F0%9F%A6%90", "q=" + "a" * 20_000, "q=" + "%20" * 6_000,
    "a=1&" * 2_000, "%00=%00", "cursor=%00", "after=zz", "since=zz", "name=%00", "next=//evil.example/",
]  # fmt: skip
# Several at once: where a parameter means nothing it changes nothing.
EVERYWHERE = [
    "page=999&year=abc&lang=zz&q=%00&topic=%00&kind=zz&cursor=%00", "page=-1&year=99999999999&q=%ff%fe&topic=zz&since=zz",
    "page=99999999999999999999&year=0&name=%00&%00=%00&after=zz", "page=abc&year=-1&q=" + "a" * 20_000 + "&a=1" * 2_000,
]  # fmt: skip
PATHS = [
    "/zz/", "/zz/releases/", "/fr/%00", "/fr/%ff%fe", "/fr/releases/%00/%00", "/fr/releases/%ff/%ff", "/r/%00", "/fr/topics/%00",
    "/fr/events/%00", "/fr/media/%00", "/fr/applications/%00", "/fr/kits/%00", "/files/%00/x", "/files/../../etc/passwd",
    "/fr/releases/..%2f..%2fetc/x", "/fr/" + "a" * 9_000, "/fr/releases/" + "b" * 9_000 + "/c", "/fr/releases/x/" + "é" * 3_000,
    "/fr/releases/x/y.zzz", "/api/v1/releases/%00", "/fr/releases//", "/fr/releases/%2e%2e/", "/fr/feed.zzz",
]  # fmt: skip


@pytest.fixture
def site(office):
    """The example office as it answers when it is not under test."""
    office.config["TESTING"] = False
    return office


@pytest.fixture
def addresses(site):
    """One real address for each public endpoint that links lead to, a made-up one for the others."""
    client, matcher, chosen, waiting = (
        site.test_client(),
        site.url_map.bind("press.example"),
        {},
        ["/fr/", "/en/"],
    )
    desk = access.desk_roles()
    while waiting:
        page = client.get(waiting.pop(), buffered=True)
        for link in strict.Reader(page.text).links if page.mimetype == "text/html" else ():
            address = urlsplit(link).path
            try:
                endpoint, _values = matcher.match(address)
            except HTTPException:
                continue
            if endpoint not in chosen and endpoint != "static" and endpoint.partition(".")[0] not in desk:
                chosen[endpoint] = address
                waiting.append(address)
    for rule in site.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint.partition(".")[0] not in {*desk, "static"}:
            chosen.setdefault(rule.endpoint, dummy_address(site, rule))
    return sorted(chosen.values())


def answer(client, address):
    """The status, and what is wrong with the answer."""
    response = client.get(address, buffered=True)
    language = address.split("/")[1]
    wrong = response.status_code >= 500
    if (
        response.mimetype == "text/html"
        and language in ("fr", "en")
        and response.status_code not in (301, 302, 303, 308)
    ):
        wrong = wrong or f'<html lang="{language}">' not in response.text or "<h1>" not in response.text
    return response.status_code, wrong


def test_no_query_breaks_a_public_page(site, addresses):
    client = site.test_client()
    assert len(addresses) > 30

    bad = [
        (address, query[:40], status)
        for address in addresses
        for query in EVERYWHERE
        for status, wrong in [answer(client, f"{address}?{query}")]
        if wrong
    ]

    assert bad == []


@pytest.mark.parametrize("query", [query for query in QUERIES if query.startswith(("page", "year", "lang"))])
def test_a_list_is_shown_whatever_page_or_year_is_asked_for(site, query):
    client = site.test_client()

    for path in ("/fr/", "/fr/releases/", "/en/events/", "/en/corrections", "/en/contacts"):
        assert (path, answer(client, f"{path}?{query}")) == (path, (200, False))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[:30])
def test_no_path_breaks_the_site(site, path):
    status, wrong = answer(site.test_client(), path)

    assert not wrong
    assert status in (301, 302, 303, 308, 400, 404, 414)


def test_no_query_breaks_a_desk_page(app):
    admin = builders.signed_in(app, role="admin")
    app.config["TESTING"] = False
    rules = [
        rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in access.desk_roles()
    ]

    bad = [
        (rule.rule, query[:40])
        for rule in rules
        if "GET" in rule.methods
        for query in EVERYWHERE
        if admin.get(f"{dummy_address(app, rule)}?{query}").status_code >= 500
    ]

    assert bad == []


def test_a_wrong_slug_leads_to_the_right_one_for_good(client):
    release = builders.a_published_release()

    page = client.get(f"/fr/releases/{release.id}/autre-chose")

    assert (page.status_code, page.location) == (301, f"/fr/releases/{release.id}/{release.texts['fr'].slug}")


def test_a_missing_translation_names_the_languages_there_are(client):
    release = builders.a_published_release(languages=("fr",))

    page = client.get(f"/en/releases/{release.id}/{release.texts['fr'].slug}")

    assert page.status_code == 404
    assert 'hreflang="fr"' in page.text
    assert "This release is available in French only." in page.text


# --- files ----------------------------------------------------------------------------------------------------


def a_long_document():
    """Two hundred pages."""
    document = docx.Document()
    document.add_heading("Deux cents pages", 0)
    for number in range(1600):
        document.add_paragraph(f"Paragraphe {number}. " + "Le forum ouvre ses portes à tout le monde. " * 8)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def a_huge_png():
    """13,000 × 13,000 white pixels in some 20 kB, half a gigabyte once decoded."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + 13_000 // 8)) for _row in range(13_000)) + packer.flush()
    header = struct.pack(">IIBBBBB", 13_000, 13_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def a_zip_bomb():
    """What looks like a Word document and unfolds to a quarter of a gigabyte."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w") as document:
            for _part in range(256):
                document.write(b" " * 1_048_576)
    return target.getvalue()


def a_picture(kind):
    target = io.BytesIO()
    Image.new("RGB", (60, 40), "teal").save(target, kind)
    return target.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
KINDS = "must be one of: JPEG, M4A, MP3, OGG, PDF, PNG, WAV, WEBP"
FILES = [
    ("picture", "huge.png", a_huge_png, "The picture “huge.png” has too many pixels: 25 million at most"),
    ("picture", "drawing.svg", lambda: SVG, f"The file “drawing.svg” {KINDS}"),
    ("picture", "drawing.png", lambda: SVG, f"The file “drawing.png” {KINDS}"),
    ("picture", "page.png", lambda: b"<!doctype html>" + a_picture("PNG"), f"The file “page.png” {KINDS}"),
    ("picture", "half.png", lambda: b"\x89PNG\r\n\x1a\n" + SVG, "The file “half.png” is damaged: it cannot be opened"),
    ("picture", "empty.png", lambda: b"", "The file “empty.png” is empty"),
    ("document", "long.docx", a_long_document, "The file “long.docx” holds too much text."),
    ("document", "bomb.docx", a_zip_bomb, "The file “bomb.docx” grows far too large when it is unpacked."),
    ("document", "drawing.docx", lambda: SVG, "The file “drawing.docx” is damaged. Open it in Word and save it again."),
]  # fmt: skip
# Run apart, so that what the tests used before counts for nothing. Prints for each file what was said, in how many
# seconds, and how many megabytes it took more than all before.
MEASURE = """
import base64, io, json, resource, sys, time
from werkzeug.datastructures import FileStorage
from pressroom.i18n import speaking
from pressroom.media import intake
from pressroom.releases import importing

def used():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

def take(kind, name, data):
    if kind == "picture":
        return intake.take(FileStorage(io.BytesIO(data), name), kinds=intake.ASSETS, most=30_000_000)
    return importing.read(name, data)

results = []
for kind, name, encoded in json.load(sys.stdin):
    data, said = base64.b64decode(encoded), "taken"
    before, begun = used(), time.process_time()
    with speaking("en"):
        try:
            take(kind, name, data)
        except (intake.Unfit, importing.Unreadable) as refusal:
            said = str(refusal)
    results.append([said, time.process_time() - begun, used() - before])
json.dump(results, sys.stdout)
"""


@pytest.fixture(scope="module")
def measured():
    files = [(kind, name, base64.b64encode(make()).decode()) for kind, name, make, _said in FILES]
    result = subprocess.run(
        [sys.executable, "-c", MEASURE], input=json.dumps(files).encode(), capture_output=True, check=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )  # fmt: skip
    return dict(zip((name for _kind, name, *_rest in FILES), json.loads(result.stdout), strict=True))


@pytest.mark.parametrize(("name", "sentence"), [(name, said) for _kind, name, _make, said in FILES])
def test_a_hostile_file_is_refused_with_its_reason_at_once(measured, name, sentence):
    said, seconds, megabytes = measured[name]

    assert said.replace("\N{NO-BREAK SPACE}", " ") == sentence
    assert seconds < 2
    assert megabytes < 150
