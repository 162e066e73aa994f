"""A release's other forms: at the page's own address, and exactly as public as the page."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from PIL import Image

from pressroom import clock
from pressroom.database import db
from pressroom.releases import workflow
from pressroom.releases.corrections import Note
from pressroom.releases.models import CorrectionKind
from tests import builders
from tests.builders import NOON
from tests.newsroom.reading import BASE, address
from tests.releases import taking

FORMS = {
    ".txt": ("text/plain; charset=utf-8", "inline"),
    ".pdf": ("application/pdf", "inline"),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "attachment"),
    ".json": ("application/json", "inline"),
    ".zip": ("application/zip", "attachment"),
    "/card.png": ("image/png", "inline"),
}


@pytest.fixture(autouse=True)
def soon_after(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=1))


@pytest.mark.parametrize("end", FORMS)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_form_stands_at_the_page_s_address(client, end, language):
    release = taking.a_release(pictures=[builders.an_asset()])
    page = address(release, language)
    slug, suffix = release.texts[language].slug, end.rpartition(".")[2]

    answer, head = client.get(page + end), client.head(page + end)

    content_type, shown = FORMS[end]
    assert (answer.status_code, answer.content_type) == (200, content_type)
    assert answer.headers["Content-Disposition"] == f"{shown}; filename={slug}.{suffix}"
    assert answer.headers["Content-Language"] == language
    assert answer.headers["Link"] == f'<{BASE}{page}>; rel="canonical"'
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert answer.content_length == len(answer.data) > 100
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", answer.headers["ETag"])


def test_each_form_is_what_it_says(client):
    release = taking.a_release(pictures=[builders.an_asset()])
    page = address(release, "fr")
    taken = {end: client.get(page + end).data for end in FORMS}

    assert taken[".txt"].decode().startswith("Bureau de presse\n")
    assert taken[".pdf"].startswith(b"%PDF-1.7")
    assert json.loads(taken[".json"])["uri"] == f"{BASE}/fr/releases/{release.id}"
    with zipfile.ZipFile(io.BytesIO(taken[".docx"])) as document:
        assert "word/document.xml" in document.namelist()
    with zipfile.ZipFile(io.BytesIO(taken[".zip"])) as archive:
        assert archive.read("une-fete-un-bal-eval.pdf") == taken[".pdf"]
    with Image.open(io.BytesIO(taken["/card.png"])) as picture:
        assert picture.size == (1200, 630)


@pytest.mark.parametrize("end", FORMS)
def test_who_has_it_is_not_sent_it_again_until_it_changes(client, end, monkeypatch):
    release = taking.a_release(pictures=[builders.an_asset()])
    path = address(release, "fr") + end
    first = client.get(path)

    def asked_again():
        return client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    again = asked_again()
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", first.headers["ETag"])
    assert again.headers["Cache-Control"] == "public, max-age=60"

    taking.corrected(release, workflow, CorrectionKind.UPDATE, {"fr": Note("Complet.")})
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=2))
    changed = asked_again()
    assert (changed.status_code, changed.headers["ETag"] == first.headers["ETag"]) == (200, False)


@pytest.mark.parametrize(
    "change",
    [
        lambda release: setattr(release.contact, "phone", "+33 1 99 00 00 09"),
        lambda release: setattr(release.contact.texts["fr"], "hours", "jamais"),
        lambda release: setattr(release.pictures[0].asset, "credit", "Brume"),
        # This one is only seen inside the picture's file.
        lambda release: setattr(release.pictures[0].asset, "place", "Brest"),
        lambda release: setattr(release, "dated", release.dated - timedelta(days=1)),
        lambda release: release.pictures.clear(),
    ],
)
def test_any_fact_that_is_shown_makes_it_another(client, change):
    release = taking.a_release(pictures=[builders.an_asset()])
    paths = [address(release, "fr") + end for end in (".pdf", ".docx", ".zip")]
    before = [client.get(path).headers["ETag"] for path in paths]

    change(release)
    db.session.commit()

    assert [client.get(path).headers["ETag"] in before for path in paths] == [False, False, False]


def test_a_part_can_be_asked_for_but_of_an_archive(client):
    release = taking.a_release()
    page = address(release, "fr")
    whole = client.get(f"{page}.pdf").data

    part = client.get(f"{page}.pdf", headers={"Range": "bytes=5-9"})
    beyond = client.get(f"{page}.pdf", headers={"Range": f"bytes={len(whole)}-"})
    archive = client.get(f"{page}.zip", headers={"Range": "bytes=5-9"})

    assert (part.status_code, part.data, part.headers["Content-Range"]) == (
        206,
        whole[5:10],
        f"bytes 5-9/{len(whole)}",
    )
    assert (beyond.status_code, archive.status_code) == (416, 200)
    assert beyond.headers["Content-Range"] == f"bytes */{len(whole)}"


def test_a_wrong_slug_leads_to_the_right_one(client):
    release = taking.a_release()

    for end in FORMS:
        answer = client.get(f"/en/releases/{release.id}/old{end}")
        assert (answer.status_code, answer.location) == (301, address(release, "en") + end)


def test_the_name_for_machines_leads_to_the_page(client):
    release = taking.a_release(languages=("fr",))

    answer = client.get(f"/fr/releases/{release.id}")

    assert (answer.status_code, answer.location) == (301, address(release, "fr"))
    assert client.get(f"/en/releases/{release.id}").status_code == 404


def test_a_language_that_is_missing_has_no_forms(client):
    release = taking.a_release(languages=("fr",))

    assert {client.get(f"/en/releases/{release.id}/x{end}").status_code for end in FORMS} == {404}


@pytest.mark.parametrize(
    "end", ["", *(f"/x{end}" for end in FORMS), *(f"/clusters-meet{end}" for end in FORMS)]
)
def test_before_its_hour_it_is_like_one_that_does_not_exist(client, end):
    release = taking.a_release(embargo_until=NOON + timedelta(hours=1))

    def answered(release_id):
        answer = client.get(f"/en/releases/{release_id}{end}")
        headers = [pair for pair in answer.headers if pair[0] not in ("X-Request-ID", "Content-Length")]
        return answer.status_code, headers, answer.text.replace(release_id, "________")

    assert answered(release.id) == answered("0nknown0")
    assert answered(release.id)[0] == 404


@pytest.mark.parametrize("way", [workflow.withdraw, workflow.kill])
def test_of_what_was_taken_off_nothing_can_be_taken(client, way):
    release = taking.a_release()
    way(release, notes={"fr": "Faux.", "en": "Wrong."}, by=builders.SYSTEM, at=NOON)
    db.session.commit()

    answers = [client.get(address(release, "en") + end) for end in FORMS]

    assert {answer.status_code for answer in answers} == {410}
    assert not any("Clusters meet" in answer.text for answer in answers)


def test_the_name_for_machines_leads_to_what_is_left(client):
    withdrawn, killed = taking.a_release(languages=("fr",)), taking.a_release(languages=("fr",))
    workflow.withdraw(withdrawn, notes={"fr": "Annulé."}, by=builders.SYSTEM, at=NOON)
    workflow.kill(killed, notes={"fr": "Jamais dit."}, by=builders.SYSTEM, at=NOON)
    db.session.commit()

    kept, gone = (client.get(f"/fr/releases/{one.id}") for one in (withdrawn, killed))

    assert (kept.status_code, kept.location) == (301, address(withdrawn, "fr"))
    assert client.get(kept.location).status_code == 200
    assert (gone.status_code, "Jamais dit." in gone.text) == (410, True)
    assert client.get(f"/en/releases/{withdrawn.id}").status_code == 404


@pytest.mark.parametrize(
    "path", ["x.exe", "x.TXT", "x.", ".txt", "x.txt.txt", "x/card.jpg", "x%00.txt", f"{'x' * 20000}.pdf"]
)
def test_hostile_addresses_find_nothing_or_lead_home(client, path):
    release = taking.a_release()

    for release_id, known in ((release.id, True), ("a%00b", False), ("'--", False)):
        answer = client.get(f"/fr/releases/{release_id}/{path}")
        assert answer.status_code in ((301, 404) if known else (404,))


def test_the_page_offers_what_can_be_taken(client):
    release = taking.a_release(pictures=[builders.an_asset(), builders.an_asset(restricted=True)])
    page = address(release, "en")

    html = client.get(page).text

    for end, (media_type, _shown) in FORMS.items():
        if end != "/card.png":
            media_type = media_type.partition(";")[0]
            assert f'<link rel="alternate" type="{media_type}" href="{page}{end}">' in html
            assert f'href="{page}{end}"' in html.partition("<main")[2] or end == ".json"
    assert "Download everything (ZIP)" in html
    assert f'data-copy-file="{page}.txt" data-copied="Text copied"' in html
    assert f'data-copy="{BASE}{page}" data-copied="Link copied"' in html
    assert '<div class="copying" hidden>' in html


def test_a_heavy_archive_says_what_it_weighs(client):
    release = taking.a_release(pictures=[builders.an_asset()])
    release.pictures[0].asset.download.size = 8_200_000
    db.session.commit()

    assert "Download everything (ZIP, 8.2\N{NO-BREAK SPACE}MB)" in client.get(address(release, "en")).text
