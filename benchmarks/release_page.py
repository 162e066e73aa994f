"""A release's page under load: one page read over and over, and every page of many in turn."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks import seeding
from benchmarks.figures import Figure
from benchmarks.load import page, requests_a_second, serving
from pressroom import clock
from pressroom.database import db
from pressroom.releases import queries

RELEASES = 2_000  # more than any process keeps


def run(_most: int) -> Iterator[Figure]:
    """Warm: the same address again. Cold: addresses that were not asked for since long."""
    with tempfile.TemporaryDirectory() as folder:
        with seeding.office(Path(folder), RELEASES):
            paths = _paths()
        environment = {
            "PRESSROOM_DATA_DIR": folder, "PRESSROOM_ENV": "development", "PRESSROOM_SECRET_KEY": "k" * 40,
            "PRESSROOM_BASE_URL": "http://127.0.0.1",
        }  # fmt: skip
        copy = Path(folder) / "page.html"
        with serving("pressroom.cli:application", **environment) as ours:
            copy.write_bytes(page(ours, paths[0]))
            with serving("benchmarks.bare:application", BENCHMARK_BYTES=str(copy)) as bare:
                warm, cold, peer = requests_a_second([(ours, paths[:1]), (ours, paths), (bare, ["/"])])
    yield Figure("release page, warm", warm, peer, "requests/s", "bare Flask view, the same bytes")
    yield Figure("release page, cold", cold, peer, "requests/s", "bare Flask view, the same bytes")


def _paths() -> list[str]:
    return [
        f"/fr/releases/{release.id}/{release.texts['fr'].slug}"
        for release in db.session.scalars(queries.listed("fr", clock.now()))
    ]
