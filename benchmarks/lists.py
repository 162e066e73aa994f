"""The list of releases and the search, as they grow: the time of the whole page, beside the same page at 1,000."""

import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks import seeding
from benchmarks.figures import Figure, milliseconds

SIZES = (1_000, 10_000, 100_000)


def run(most: int) -> Iterator[Figure]:
    """At each size up to `most` releases, in two languages each; all of them are measured by turns."""
    sizes = [size for size in SIZES if size <= most]
    with ExitStack() as open_offices:
        clients = [open_offices.enter_context(_office(size)).test_client() for size in sizes]
        for name, query in _asked().items():
            calls = [lambda client=client, query=query: _read(client, query) for client in clients]
            first, *others = milliseconds(calls)
            for size, time in zip(sizes[1:], others, strict=True):
                yield Figure(
                    f"{name}, {size:,} releases", time, first, "ms", f"{SIZES[0]:,} releases", at_most=2
                )


@contextmanager
def _office(size: int):
    with tempfile.TemporaryDirectory() as folder, seeding.office(Path(folder), size) as app:
        yield app


def _asked() -> dict[str, str]:
    """What readers ask for, by name: words that are in nearly every text, in one of a thousand, in none."""
    say = seeding.words(random.Random(2006))
    written = Counter(say(20_000).split()).most_common()
    common, rare = written[0][0], next(word for word, count in written if count == 3)
    return {
        "list": "", "list, page 40": "?page=40", "list, a topic": "?topic=mer", "list, a year": "?year=2015",
        "list, a topic and a kind": "?topic=mer&kind=release", "search, a common word": f"?q={common}",
        "search, a rare word": f"?q={rare}", "search, a common word in a topic": f"?q={common}&topic=mer",
        "search, nothing found": "?q=introuvable",
    }  # fmt: skip


def _read(client, query: str) -> None:
    response = client.get(f"/fr/releases/{query}")
    if response.status_code != 200:
        raise RuntimeError(f"{query}: {response.status}")
