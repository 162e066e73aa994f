"""A release's page under load: one page read over and over, and every page of many in turn."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import seeding
from benchmarks.figures import PEERS, Figure
from benchmarks.load import nginx, page, requests_a_second, serving
from pressroom import clock
from pressroom.database import PRAGMAS, db, new_id, writing
from pressroom.media.licences import Licence
from pressroom.media.models import Asset, AssetRendition, AssetText, Kind, RenditionName
from pressroom.releases import queries
from pressroom.releases.models import ReleasePicture

RELEASES = 2_000
READ = 200  # of these, each with PICTURES, by us and by the peer
PICTURES = 5


def run(_most: int) -> Iterator[Figure]:
    """Warm: the same address again. Cold: nothing that is finished is kept, by us or by the peer."""
    with tempfile.TemporaryDirectory() as folder:
        with seeding.office(Path(folder), RELEASES):
            with writing():
                illustrate()
                db.session.commit()
            addresses = paths()[:READ]
        environment = {
            "PRESSROOM_DATA_DIR": folder, "PRESSROOM_ENV": "development", "PRESSROOM_SECRET_KEY": "k" * 40,
            "PRESSROOM_BASE_URL": "http://127.0.0.1",
        }  # fmt: skip
        copy = Path(folder) / "page.html"
        with serving("pressroom.cli:application", **environment) as ours:
            body = page(ours, addresses[0])
            copy.write_bytes(body)
            with (
                serving("benchmarks.bare:application", BENCHMARK_BYTES=str(copy)) as bare,
                nginx(body) as limit,
            ):
                warm, peer, most = requests_a_second([(ours, addresses[:1]), (bare, ["/"]), (limit, ["/"])])
        cold_environment = {**environment, "PRESSROOM_PAGE_CACHE_MB": "0"}
        with (
            serving("pressroom.cli:application", **cold_environment) as ours,
            serving("benchmarks.wagtail_site.serving:application", python=PEERS, **_wagtail(copy)) as theirs,
        ):
            cold, wagtail = requests_a_second(
                [(ours, addresses), (theirs, [f"/release-{number}/" for number in range(READ)])]
            )
    yield Figure(
        "release page, warm", warm, peer, "requests/s", "bare Flask view, the same bytes", at_least=2.5
    )
    yield Figure(
        "release page, warm, beside nginx", warm, most, "requests/s", "nginx, the same bytes in a file"
    )
    yield Figure(
        "release page, cold",
        cold,
        wagtail,
        "requests/s",
        "Wagtail page with as many pictures and bytes",
        at_least=8,
    )


def _wagtail(page_of_ours: Path) -> dict[str, str]:
    """The environment of Wagtail's site beside that page, which is built."""
    environment = {"BENCHMARK_FOLDER": str(page_of_ours.parent), "BENCHMARK_PRAGMAS": ";".join(PRAGMAS)}
    subprocess.run(
        [PEERS, "-m", "benchmarks.wagtail_site.serving", str(READ)],
        check=True,
        env={**os.environ, **environment},
    )
    return environment


def paths() -> list[str]:
    return [
        f"/fr/releases/{release.id}/{release.texts['fr'].slug}"
        for release in db.session.scalars(queries.listed("fr", clock.now()))
    ]


def illustrate() -> None:
    """The newest releases show the same few pictures, each with the files that are made of one."""
    at, assets = clock.now(), [new_id() for _ in range(PICTURES)]
    rows = [
        {
            "id": key, "kind": Kind.PICTURE, "name": f"picture-{number}.jpg", "credit": "Press", "licence": Licence.EDITORIAL,
            "decorative": False, "restricted": False, "offered": True, "place": "Hyères", "created_at": at,
            "described_at": at, "version": 1,
        }
        for number, key in enumerate(assets)
    ]  # fmt: skip
    db.session.execute(db.insert(Asset), rows)
    words = {"title": "", "alt": "The harbour in the morning", "caption": "Picture", "transcript": ""}
    db.session.execute(
        db.insert(AssetText),
        [{"asset_id": key, "language": one, **words} for key in assets for one in ("fr", "en")],
    )
    files = [(RenditionName.PRINT, "image/jpeg"), (RenditionName.WEB, "image/avif")]
    files += [
        (size, kind)
        for size in (RenditionName.THUMB, RenditionName.WEB)
        for kind in ("image/jpeg", "image/webp")
    ]
    db.session.execute(
        db.insert(AssetRendition),
        [
            {
                "asset_id": key, "name": size, "media_type": kind, "key": new_id(), "width": 800, "height": 533,
                "size": 40_000,
            }
            for key in assets for size, kind in files
        ],
    )  # fmt: skip
    newest = db.session.scalars(queries.listed("fr", at).limit(READ))
    db.session.execute(
        db.insert(ReleasePicture),
        [
            {"release_id": release.id, "asset_id": key, "position": number}
            for release in newest for number, key in enumerate(assets)
        ],
    )  # fmt: skip
