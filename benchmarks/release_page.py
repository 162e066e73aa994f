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
from pressroom.database import PRAGMAS, db
from pressroom.releases import queries

RELEASES = 2_000


def run(_most: int) -> Iterator[Figure]:
    """Warm: the same address again. Cold: nothing that is finished is kept, by us or by the peer."""
    with tempfile.TemporaryDirectory() as folder:
        with seeding.office(Path(folder), RELEASES):
            addresses = paths()
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
            cold, wagtail = requests_a_second([(ours, addresses), (theirs, ["/"])])
    yield Figure(
        "release page, warm", warm, peer, "requests/s", "bare Flask view, the same bytes", at_least=2.5
    )
    yield Figure(
        "release page, warm, beside nginx", warm, most, "requests/s", "nginx, the same bytes in a file"
    )
    yield Figure("release page, cold", cold, wagtail, "requests/s", "Wagtail page, as many bytes", at_least=8)


def _wagtail(page_of_ours: Path) -> dict[str, str]:
    """The environment of Wagtail's site beside that page, which is built."""
    environment = {"BENCHMARK_FOLDER": str(page_of_ours.parent), "BENCHMARK_PRAGMAS": ";".join(PRAGMAS)}
    subprocess.run(
        [PEERS, "-m", "benchmarks.wagtail_site.serving"], check=True, env={**os.environ, **environment}
    )
    return environment


def paths() -> list[str]:
    return [
        f"/fr/releases/{release.id}/{release.texts['fr'].slug}"
        for release in db.session.scalars(queries.listed("fr", clock.now()))
    ]
