import io
import re
from html import unescape

from PIL import Image

from pressroom import storage
from pressroom.database import db
from pressroom.media.models import Asset
from tests import builders


def a_picture(kind="JPEG", size=(60, 40)):
    target = io.BytesIO()
    Image.new("RGB", size, "teal").save(target, kind)
    return target.getvalue()


def typed(number=0, file=None, **values):
    """What a browser posts for one place of the upload form."""
    words = {
        "fr-alt": "Une salle pleine",
        "fr-caption": "L’ouverture du forum.",
        "en-alt": "A full room",
        "en-caption": "The forum opens.",
        "credit": "Ateliers Pins",
        **values,
    }
    fields = {f"pictures-{number}-{name}": value for name, value in words.items()}
    return {**fields, f"pictures-{number}-file": file or (io.BytesIO(), "")}


def upload(data, name="Salle pleine.jpg"):
    return io.BytesIO(data), name


def stored_assets():
    return list(db.session.scalars(db.select(Asset).order_by(Asset.name)))


def errors_in(html):
    summary = re.search(r'id="error-summary".*?</ul>', html, re.DOTALL)
    items = re.findall(r"<li>(.*?)</li>", summary[0]) if summary else []
    return [unescape(re.sub("<[^>]+>", "", item)).replace("\N{NO-BREAK SPACE}", " ") for item in items]


def test_an_empty_library_says_what_to_do(desk):
    page = desk.get("/desk/media/").text

    assert "No picture yet" in page
    assert 'href="/desk/media/new"' in page


def test_a_picture_is_stored_large_and_for_the_web_with_its_words(desk):
    answer = desk.post(
        "/desk/media/new", data=typed(file=upload(a_picture(size=(2560, 1600)), "Salle pleine.png"))
    )

    assert (answer.status_code, answer.location) == (303, "/desk/media/")
    [asset] = stored_assets()
    words = {code: (text.alt, text.caption) for code, text in asset.texts.items()}
    sizes = [
        Image.open(io.BytesIO(storage.path(key).read_bytes())).size for key in (asset.full_key, asset.web_key)
    ]
    assert (asset.name, asset.credit, asset.media_type) == ("Salle pleine.jpg", "Ateliers Pins", "image/jpeg")
    assert (
        sizes
        == [(asset.width, asset.height), (asset.web_width, asset.web_height)]
        == [(2560, 1600), (1280, 800)]
    )
    assert asset.size == storage.path(asset.full_key).stat().st_size
    assert words == {
        "fr": ("Une salle pleine", "L’ouverture du forum."),
        "en": ("A full room", "The forum opens."),
    }
    assert "Salle pleine.jpg" in desk.get("/desk/media/").text


def test_a_small_picture_is_stored_once(desk):
    desk.post("/desk/media/new", data=typed(file=upload(a_picture("PNG"), "a.png")))

    [asset] = stored_assets()
    assert asset.full_key == asset.web_key
    assert (asset.media_type, asset.web_width, asset.web_height) == ("image/png", 60, 40)


def test_several_pictures_come_in_one_go(desk):
    nothing = dict.fromkeys(("fr-alt", "fr-caption", "en-alt", "en-caption", "credit"), "")
    data = {
        **typed(0, upload(a_picture(), "a.jpg")),
        **typed(1, **nothing),
        **typed(2, upload(a_picture("WEBP"), "b.webp"), credit="Studio Baie"),
    }

    desk.post("/desk/media/new", data=data)

    assert [(asset.name, asset.credit) for asset in stored_assets()] == [
        ("a.jpg", "Ateliers Pins"),
        ("b.webp", "Studio Baie"),
    ]


def test_a_bad_file_is_named_and_everything_typed_is_kept(desk):
    good, bad = (
        typed(0, upload(a_picture(), "a.jpg")),
        typed(1, upload(b"MZ", "b.jpg"), credit="Studio & Baie"),
    )

    answer = desk.post("/desk/media/new", data={**good, **bad})

    assert answer.status_code == 422
    assert errors_in(answer.text) == [
        "Choose the file “a.jpg” again",
        "The file “b.jpg” must be one of: JPEG, PNG, WEBP",
    ]
    assert answer.text.count("A full room") == 2
    assert 'value="Studio &amp; Baie"' in answer.text
    assert stored_assets() == []


def test_words_and_credit_are_asked_for_in_the_language_of_the_desk(app):
    desk = builders.signed_in(app, language="fr")

    answer = desk.post("/desk/media/new", data=typed(**{"en-alt": " ", "credit": "\t"}))

    assert errors_in(answer.text) == ["Choisissez une image", "Décrivez l’image", "Indiquez le crédit"]


def test_the_words_can_be_mended(desk):
    asset = builders.an_asset()
    data = {
        "version": str(asset.version),
        "credit": "Studio Baie",
        "fr-alt": "Une scène",
        "fr-caption": "",
        "en-alt": "A stage",
    }

    answer = desk.post(f"/desk/media/{asset.id}", data=data)

    db.session.expire_all()
    assert answer.status_code == 303
    assert (asset.credit, asset.texts["fr"].alt, asset.texts["en"].alt) == (
        "Studio Baie",
        "Une scène",
        "A stage",
    )
    assert asset.texts["fr"].caption == ""


def test_of_two_people_the_second_is_told(desk):
    asset = builders.an_asset()
    data = {
        "version": str(asset.version),
        "credit": "Studio Baie",
        "fr-alt": "Une scène",
        "fr-caption": "",
        "en-alt": "A stage",
    }
    desk.post(f"/desk/media/{asset.id}", data=data)

    answer = desk.post(f"/desk/media/{asset.id}", data={**data, "credit": "Autre"})

    db.session.expire_all()
    assert answer.status_code == 409
    assert 'value="Autre"' in answer.text
    assert asset.credit == "Studio Baie"


def test_an_unused_picture_goes_with_its_files(app, desk):
    asset = builders.an_asset(size=(1400, 700))
    files = [storage.path(asset.full_key), storage.path(asset.web_key)]

    answer = desk.post(f"/desk/media/{asset.id}/remove")

    db.session.expire_all()
    assert answer.status_code == 303
    assert stored_assets() == []
    assert [file.exists() for file in files] == [False, False]


def test_a_used_picture_stays(desk):
    asset = builders.an_asset()
    builders.a_published_release(pictures=[asset])

    answer = desk.post(f"/desk/media/{asset.id}/remove")

    assert answer.status_code == 409
    assert "A release uses this picture: take it off there first." in answer.text
    assert storage.path(asset.full_key).exists()
    assert [stored.id for stored in stored_assets()] == [asset.id]


def test_visitors_do_not_enter(client):
    assert client.get("/desk/media/").status_code == 303
    assert client.post("/desk/media/new", data=typed()).status_code == 303
