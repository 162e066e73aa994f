import io
import re
from datetime import date
from html import unescape

import pytest

from pressroom import storage
from pressroom.audit import history
from pressroom.database import db
from pressroom.media.licences import Licence
from pressroom.media.models import Asset, Kind
from tests import builders
from tests.media.files import a_pdf, a_picture, a_wav, with_iptc


def typed(asset, **values):
    """What a browser posts for one asset: its words in both languages, and its facts."""
    known = {
        Kind.PICTURE: {
            "fr-alt": "Une salle pleine", "fr-caption": "L’ouverture du forum.", "en-alt": "A full room",
            "en-caption": "The forum opens.", "kind": "picture",
        },
        Kind.DOCUMENT: {"fr-title": "Le plan", "en-title": "The map", "language": "fr"},
        Kind.AUDIO: {"fr-title": "L’indicatif", "en-title": "The tune", "fr-transcript": "Trois notes.", "language": ""},
    }[asset.kind]  # fmt: skip
    words = {
        "credit": "Ateliers Pins",
        "licence": "editorial",
        "version": str(asset.version),
        **known,
        **values,
    }
    return {f"a{asset.id}-{name}": value for name, value in words.items() if value is not None}


def upload(desk, *files, **values):
    data = {"files": [(io.BytesIO(data), name) for name, data in files], **values}
    return desk.post("/desk/media/new", data=data)


def waiting(name="Salle pleine.png", **values):
    return builders.an_asset(described=False, name=name, **values)


def stored_assets():
    db.session.expire_all()
    return list(db.session.scalars(db.select(Asset).order_by(Asset.name)))


def errors_in(html):
    summary = re.search(r'id="error-summary".*?</ul>', html, re.DOTALL)
    items = re.findall(r"<li>(.*?)</li>", summary[0]) if summary else []
    return [unescape(re.sub("<[^>]+>", "", item)).replace("\N{NO-BREAK SPACE}", " ") for item in items]


def test_an_empty_library_says_what_to_do(desk):
    page = desk.get("/desk/media/").text

    assert "No file yet" in page
    assert 'href="/desk/media/new"' in page


def test_many_files_come_in_at_once_and_wait_for_their_words(desk):
    answer = upload(
        desk, ("Salle pleine.png", a_picture()), ("plan.pdf", a_pdf(pages=2)), ("son.wav", a_wav()), credit="Ateliers Pins"
    )  # fmt: skip

    assert (answer.status_code, answer.location) == (303, "/desk/media/words")
    assert [
        (one.name, one.kind, one.credit, one.pages, one.described_at, len(one.renditions)) for one in stored_assets()
    ] == [
        ("Salle pleine.jpg", Kind.PICTURE, "Ateliers Pins", None, None, 5),
        ("plan.pdf", Kind.DOCUMENT, "Ateliers Pins", 2, None, 1),
        ("son.wav", Kind.AUDIO, "Ateliers Pins", None, None, 1),
    ]  # fmt: skip
    page = desk.get("/desk/media/words").text
    assert all(name in page for name in ("Salle pleine.jpg", "plan.pdf", "son.wav", "Transcript"))


def test_good_files_are_kept_when_others_are_refused(desk):
    answer = upload(desk, ("a.jpg", a_picture()), ("b.jpg", b"MZ"), ("c.svg", b"<svg>"))

    kinds = "must be one of: JPEG, M4A, MP3, OGG, PDF, PNG, WAV, WEBP"
    assert answer.status_code == 422
    assert errors_in(answer.text) == [f"The file “b.jpg” {kinds}", f"The file “c.svg” {kinds}"]
    assert "1 file is kept and waits for its words." in answer.text
    assert [one.name for one in stored_assets()] == ["a.jpg"]


def test_a_credit_that_cannot_be_taken_costs_no_file(desk):
    answer = upload(desk, ("a.jpg", a_picture()), credit="x" * 201)

    assert errors_in(answer.text) == ["Use at most 200 characters."]
    assert [(one.name, one.credit) for one in stored_assets()] == [("a.jpg", "")]


def test_no_file_and_too_many(desk):
    assert errors_in(upload(desk).text) == ["Choose at least one file"]
    many = [(f"{number}.txt", b"x") for number in range(21)]
    assert errors_in(upload(desk, *many).text) == ["Choose at most 20 files at once"]


def test_words_begin_with_what_the_file_says_but_never_its_description(desk):
    upload(desk, ("a.jpg", with_iptc((110, b"Agence Pins"), (120, b"The forum opens."), (90, b"Nice"))))
    upload(desk, ("b.jpg", with_iptc((110, b"Agence Pins"))), credit="Ateliers Pins")

    told, typed_first = stored_assets()
    assert (told.credit, told.place, told.texts["fr"].caption, told.texts["en"].caption) == (
        "Agence Pins", "Nice", "The forum opens.", "",
    )  # fmt: skip
    assert {text.alt for text in told.texts.values()} == {""}
    assert typed_first.credit == "Ateliers Pins"


def test_each_asset_gets_its_words_on_one_page(desk):
    picture, document, sound = (
        waiting(), waiting("plan.pdf", data=a_pdf()), waiting("son.wav", data=a_wav()),
    )  # fmt: skip
    data = {
        "asset": [picture.id, document.id, sound.id],
        **typed(picture, licence="cc_by", taken_on="2026-11-22", place="Nice", restricted="y", offered="y", kind="logo"),
        **typed(document), **typed(sound),
    }  # fmt: skip

    answer = desk.post("/desk/media/words", data=data)

    db.session.expire_all()
    assert (answer.status_code, answer.location) == (303, "/desk/media/")
    assert all(one.described_at for one in (picture, document, sound))
    assert (picture.kind, picture.licence, picture.taken_on, picture.place, picture.restricted, picture.offered) == (
        Kind.LOGO, Licence.CC_BY, date(2026, 11, 22), "Nice", True, True,
    )  # fmt: skip
    assert [(code, text.alt, text.caption) for code, text in sorted(picture.texts.items())] == [
        ("en", "A full room", "The forum opens."), ("fr", "Une salle pleine", "L’ouverture du forum."),
    ]  # fmt: skip
    assert (document.texts["fr"].title, document.language) == ("Le plan", "fr")
    assert (sound.texts["fr"].transcript, sound.language) == ("Trois notes.", None)
    assert [entry.action for entry in history(f"asset:{picture.id}")] == ["asset.add", "asset.edit"]


def test_what_is_in_order_is_saved_and_the_rest_comes_back_as_typed(desk):
    good, bad, later = waiting("a.png"), waiting("b.png"), waiting("c.png")
    data = {
        "asset": [good.id, bad.id, later.id],
        **typed(good),
        **typed(bad, **{"fr-alt": "", "credit": "Studio & Baie"}),
        **typed(later, **dict.fromkeys(("fr-alt", "fr-caption", "en-alt", "en-caption", "credit"), "")),
    }

    answer = desk.post("/desk/media/words", data=data)

    db.session.expire_all()
    assert answer.status_code == 422
    assert errors_in(answer.text) == ["Describe the picture, or mark it as decorative"]
    assert "1 file saved." in answer.text
    assert 'value="Studio &amp; Baie"' in answer.text
    assert "a.png" not in answer.text
    assert "c.png" not in answer.text
    assert [bool(one.described_at) for one in (good, bad, later)] == [True, False, False]


def test_nothing_typed_changes_nothing(desk):
    one, other = waiting("a.png"), waiting("b.png")
    blank = dict.fromkeys(("fr-alt", "fr-caption", "en-alt", "en-caption", "credit"), "")

    data = {"asset": [one.id, other.id], **typed(one, **blank), **typed(other, **blank)}
    answer = desk.post("/desk/media/words", data=data, follow_redirects=True)

    assert "Nothing was changed." in answer.text
    assert [asset.described_at for asset in stored_assets()] == [None, None]


def test_no_file_waits(desk):
    assert "No file waits for its words" in desk.get("/desk/media/words").text
    assert desk.post("/desk/media/words", data={"asset": ["x\0", "unknown"]}).status_code == 303


@pytest.mark.parametrize(
    ("name", "data", "values", "errors"),
    [
        ("a.png", None, {"fr-alt": " ", "credit": "\t"}, ["Enter the credit", "Describe the picture, or mark it as decorative"]),
        ("a.png", None, {"licence": "mine"}, ["Not a valid choice."]),
        ("a.png", None, {"taken_on": "2026-02-31"}, ["Not a valid date value."]),
        ("a.pdf", a_pdf(), {"en-title": ""}, ["Enter a title"]),
        ("a.wav", a_wav(), {"fr-transcript": ""}, ["Write what is heard, for people who cannot hear it"]),
        ("a.wav", a_wav(), {"language": "en"}, ["Write what is heard, for people who cannot hear it"]),
    ],
)  # fmt: skip
def test_what_is_due_is_asked_for(desk, name, data, values, errors):
    asset = waiting(name, data=data)

    answer = desk.post(f"/desk/media/{asset.id}", data=typed(asset, **values))

    assert answer.status_code == 422
    assert sorted(errors_in(answer.text)) == sorted(errors)
    assert stored_assets()[0].described_at is None


def test_a_decorative_picture_has_no_description(desk):
    asset = waiting()

    desk.post(f"/desk/media/{asset.id}", data=typed(asset, decorative="y", **{"fr-alt": ""}))

    db.session.expire_all()
    assert asset.decorative
    assert {text.alt for text in asset.texts.values()} == {""}


def test_of_two_people_the_second_is_told(desk):
    asset = builders.an_asset()
    first, second = typed(asset, credit="Studio Baie"), typed(asset, credit="Autre")
    desk.post(f"/desk/media/{asset.id}", data=first)

    answer = desk.post(f"/desk/media/{asset.id}", data=second)

    db.session.expire_all()
    assert answer.status_code == 409
    assert 'value="Autre"' in answer.text
    assert asset.credit == "Studio Baie"
    told = {**second, f"a{asset.id}-version": str(asset.version)}
    assert desk.post(f"/desk/media/{asset.id}", data=told).status_code == 303


def test_the_library_is_looked_through(desk):
    shown, wait, secret = (
        builders.an_asset(name="shown.png", credit="Studio Baie"), waiting("wait.png"),
        builders.an_asset(name="secret.pdf", data=a_pdf(), restricted=True),
    )  # fmt: skip
    builders.a_published_release(pictures=[shown])

    def found(query):
        page = desk.get(f"/desk/media/{query}").text
        return [one.name for one in (shown, wait, secret) if one.name in page]

    assert found("") == found("?among=nonsense&page=999") == ["shown.png", "wait.png", "secret.pdf"]
    assert found("?among=incomplete") == ["wait.png"]
    assert found("?among=picture") == ["shown.png", "wait.png"]
    assert found("?among=document") == found("?among=restricted") == ["secret.pdf"]
    assert found("?among=unused") == ["wait.png", "secret.pdf"]
    assert found("?q=baie") == ["shown.png"]
    assert found("?q=full+room&among=unused") == ["secret.pdf"]
    assert found("?q=%00%25_") == found("?among=logo") == []
    counts = re.findall(r'<span class="number">(\d+)</span>', desk.get("/desk/media/").text)
    assert counts[:8] == ["3", "1", "2", "0", "1", "0", "1", "2"]


def test_a_release_offers_only_what_has_its_words(desk):
    asset = waiting()
    release = builders.a_published_release()

    assert asset.id not in desk.get(f"/desk/releases/{release.id}/facts").text
    desk.post(f"/desk/media/{asset.id}", data=typed(asset))
    assert asset.id in desk.get(f"/desk/releases/{release.id}/facts").text


def test_an_unused_file_goes_with_all_that_was_made_of_it(app, desk):
    asset = builders.an_asset(size=(1400, 700))
    files = [storage.store().path(one.key) for one in asset.renditions]

    answer = desk.post(f"/desk/media/{asset.id}/remove")

    assert answer.status_code == 303
    assert stored_assets() == []
    assert len(files) == 5
    assert not any(file.exists() for file in files)


def test_a_used_file_stays_and_says_where(desk):
    asset = builders.an_asset()
    release = builders.a_published_release(pictures=[asset])

    page = desk.get(f"/desk/media/{asset.id}").text
    answer = desk.post(f"/desk/media/{asset.id}/remove")

    assert f'<a href="/desk/releases/{release.id}">Clusters meet</a>' in page
    assert "/remove" not in page
    assert answer.status_code == 409
    assert "A release uses this file: take it off there first." in answer.text
    assert storage.store().path(asset.download.key).exists()
    assert [stored.id for stored in stored_assets()] == [asset.id]


def test_visitors_do_not_enter(client):
    assert client.get("/desk/media/").status_code == 303
    assert upload(client, ("a.jpg", a_picture())).status_code == 303
    assert stored_assets() == []
