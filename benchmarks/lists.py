"""The list of releases and the search, as they grow, and the desk's lists of releases, media and contacts, of which there are
as many: the time of the whole page, beside the same page at 1,000."""

import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from flask import g

from benchmarks import seeding
from benchmarks.figures import Figure, milliseconds
from benchmarks.queue import signed_in
from pressroom.database import writing

SIZES = (1_000, 10_000, 100_000)
DESK = {
    "desk, releases": "releases/", "desk, published": "releases/?stage=published", "desk, board": "releases/board",
    "desk, media": "media/", "desk, documents": "media/?among=document", "desk, contacts": "contacts/",
    "desk, contacts of a language": "contacts/?language=fr",
}  # fmt: skip


def run(most: int) -> Iterator[Figure]:
    """At each size up to `most` releases, in two languages each; all of them are measured by turns."""
    sizes = [size for size in SIZES if size <= most]
    with ExitStack() as open_offices:
        clients = [open_offices.enter_context(_office(size)) for size in sizes]
        for name, address in _asked().items():
            calls = [lambda each=each, address=address: _read(each, address) for each in clients]
            first, *others = milliseconds(calls)
            for size, time in zip(sizes[1:], others, strict=True):
                yield Figure(
                    f"{name}, {size:,} releases", time, first, "ms", f"{SIZES[0]:,} releases", at_most=2
                )


@contextmanager
def _office(size: int):
    """A reader, and by True somebody of the desk who is signed in."""
    with tempfile.TemporaryDirectory() as folder, seeding.office(Path(folder), size) as app:
        with writing():
            seeding.fill_desk(size)
        yield {False: app.test_client(), True: signed_in(app)}


def _asked() -> dict[str, str]:
    """What readers and the desk ask for, by name: words that are in nearly every text, in one of a thousand, in none."""
    say = seeding.words(random.Random(2006))
    written = Counter(say(20_000).split()).most_common()
    common, rare = written[0][0], next(word for word, count in written if count == 3)
    asked = {
        "list": "", "list, page 40": "?page=40", "list, a topic": "?topic=mer", "list, a year": "?year=2015",
        "list, a topic and a kind": "?topic=mer&kind=release", "search, a common word": f"?q={common}",
        "search, a rare word": f"?q={rare}", "search, a common word in a topic": f"?q={common}&topic=mer",
        "search, nothing found": "?q=introuvable",
    }  # fmt: skip
    public = {name: f"/fr/releases/{query}" for name, query in asked.items()}
    return public | {name: f"/desk/{page}" for name, page in DESK.items()}


def _read(clients, address: str) -> None:
    g.pop("_login_user", None)  # the context around the offices outlives a request
    response = clients[address.startswith("/desk")].get(address)
    if response.status_code != 200:
        raise RuntimeError(f"{address}: {response.status}")
