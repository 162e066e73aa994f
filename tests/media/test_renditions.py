"""What is made of a picture: at once, and by the worker."""

import io

import pytest
from PIL import Image

from pressroom import storage
from pressroom.access import SYSTEM
from pressroom.clock import now
from pressroom.database import db, new_id, writing
from pressroom.media import queries, renditions, tasks, workflow
from pressroom.media.models import Asset, AssetRendition
from tests import builders
from tests.media.files import a_pdf, a_picture

AVIF = ("web", "image/avif")


def kinds(asset):
    return {(one.name.value, one.media_type) for one in asset.renditions}


def run():
    db.session.expire_all()
    with writing():
        tasks.fall_due(now())
    db.session.expire_all()


@pytest.mark.parametrize(
    ("kind", "size", "web", "thumb"),
    [
        ("JPEG", (2560, 1600), (1280, 800), (480, 300)),
        ("PNG", (600, 1200), (600, 1200), (480, 960)),
        ("WEBP", (60, 40), (60, 40), (60, 40)),
    ],
)
def test_a_picture_has_what_pages_need_at_once_and_is_never_enlarged(app, kind, size, web, thumb):
    asset = builders.an_asset(data=a_picture(kind, size=size), name="Été 1.x")
    own = f"image/{kind.lower()}"

    made = {(one.name.value, one.media_type): (one.width, one.height) for one in asset.renditions}

    assert made == {
        ("print", own): size, ("web", own): web, ("web", "image/webp"): web, ("thumb", own): thumb,
        ("thumb", "image/webp"): thumb,
    }  # fmt: skip
    for one in asset.renditions:
        data = storage.read(one.key)
        picture = Image.open(io.BytesIO(data))
        assert (picture.size, Image.MIME[picture.format], len(data)) == (
            (one.width, one.height),
            one.media_type,
            one.size,
        )


def test_what_pages_ask_for(app):
    asset = builders.an_asset(data=a_picture(size=(1400, 700)), name="Été 1.JPG")
    run()

    assert [one.media_type for one in asset.sources("web")] == ["image/avif", "image/webp"]
    assert [one.filename for one in asset.sources("thumb")] == ["Été 1-thumb.webp"]
    assert (asset.rendition("web").filename, asset.rendition("web").width) == ("Été 1-web.jpg", 1280)
    assert (asset.download.filename, asset.download.width) == ("Été 1.jpg", 1400)
    assert asset.rendition("web") not in asset.sources("web")


def test_a_document_is_one_file(app):
    asset = builders.an_asset(data=a_pdf(), name="plan.pdf")

    assert kinds(asset) == {("print", "application/pdf")}
    assert asset.rendition("thumb") is asset.download
    assert asset.sources("web") == []


def test_the_worker_makes_what_is_missing_once(app):
    clear = a_picture("PNG", mode="RGBA", colour=(0, 90, 90, 40))
    asset, document = builders.an_asset(data=clear), builders.an_asset(data=a_pdf(), name="a.pdf")
    version = asset.version

    run()
    files = {one.key for one in asset.renditions}
    run()

    assert AVIF in kinds(asset)
    avif = storage.read(asset.sources("web")[0].key)
    assert Image.open(io.BytesIO(avif)).mode == "RGBA"
    assert {one.key for one in asset.renditions} == files
    assert asset.version == version  # nobody who is writing its words is told of it
    assert queries.unfinished(9) == []
    assert len(document.renditions) == 1


def test_a_picture_from_before_gets_everything(app):
    """What an older version stored has a print, and no small sizes."""
    asset = builders.an_asset(size=(1400, 700))
    for one in list(asset.renditions):
        if one is not asset.download:
            asset.renditions.remove(one)
    builders.stored(asset)
    assert asset.rendition("thumb") is asset.download

    run()

    assert renditions.missing(asset) == set()


def test_a_file_that_is_gone_stops_nothing(app, caplog):
    lost, asset = builders.an_asset(), builders.an_asset(name="b.png")
    storage.delete(lost.download.key)

    run()

    assert AVIF in kinds(asset)
    assert AVIF not in kinds(lost)
    assert lost.id in caplog.text


@pytest.mark.parametrize("rival", ["another worker", "the desk"])
def test_who_comes_second_leaves_no_file_behind(app, monkeypatch, rival):
    asset = builders.an_asset()
    asset_id, before = asset.id, {one.key for one in asset.renditions}
    make = renditions.make

    def slow(*args):
        """Meanwhile somebody else does something to the same picture."""
        if rival == "the desk":
            workflow.remove(db.session.get(Asset, asset_id), by=SYSTEM, at=now())
        else:
            row = {
                "asset_id": asset_id,
                "name": "web",
                "media_type": "image/avif",
                "key": new_id(26),
                "size": 1,
            }
            db.session.execute(db.insert(AssetRendition).values(row))
        db.session.commit()
        return make(*args)

    monkeypatch.setattr(renditions, "make", slow)
    run()

    storage.sweep()
    folder = app.config["DATA_DIR"] / "files"
    assert {path.name for path in folder.rglob("*") if path.is_file()} == before
