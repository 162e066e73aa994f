"""Requests counted by group of addresses and by status, and how long they took, for all web processes of a server at once.

The numbers lie in memory that forked processes share. Each process writes to a row of its own, so that none waits for
another and one that is killed harms nothing; whoever is asked adds up all rows. `exposition` writes Prometheus's text.
"""

import os
import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from mmap import mmap

GROUPS = (
    "other", "home", "releases", "events", "accreditation", "applications", "media", "files", "kits", "alerts",
    "previews", "feeds", "api", "static", "desk", "door", "health",
)  # fmt: skip
STATUSES = (
    0, 200, 204, 206, 301, 302, 303, 304, 308, 400, 401, 403, 404, 405, 409, 410, 413, 416, 429, 500, 502, 503, 504,
)  # fmt: skip
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, float("inf"))  # seconds
_GROUP_OF = {
    **{name: number for number, name in enumerate(GROUPS)},
    "": GROUPS.index("home"), "feed.atom": GROUPS.index("feeds"), "feed.rss": GROUPS.index("feeds"),
    "feed.json": GROUPS.index("feeds"), "r": GROUPS.index("releases"), "u": GROUPS.index("alerts"),
    "verify": GROUPS.index("applications"), "healthz": GROUPS.index("health"), "readyz": GROUPS.index("health"),
    "metrics": GROUPS.index("health"),
}  # fmt: skip
_STATUS_OF = {status: number for number, status in enumerate(STATUSES)}
_HERE = len(STATUSES) + len(BUCKETS) + 1  # cells of a group: its statuses, its buckets, its seconds
_ROW, _ROWS = len(GROUPS) * _HERE, 64
_cells = memoryview(mmap(-1, _ROW * _ROWS * 8)).cast("d")
_lock = threading.Lock()
_forks = 0  # of this process; a child finds in it the number that it is


def _fork() -> None:
    global _forks
    _forks += 1


def _forked() -> None:
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_fork, after_in_child=_forked)


def count(path: str, status: int, seconds: float) -> None:
    """One request has been answered."""
    here = (_forks % _ROWS) * _ROW + _group(path) * _HERE
    times = here + len(STATUSES)
    with _lock:
        _cells[here + _STATUS_OF.get(status, 0)] += 1
        _cells[times + bisect_left(BUCKETS, seconds)] += 1
        _cells[times + len(BUCKETS)] += seconds


def _group(path: str) -> int:
    first, _, rest = path[1:].partition("/")
    if len(first) == 2:  # a language
        first, _, rest = rest.partition("/")
    if first == "events" and "/accreditation" in rest:
        first = "accreditation"
    return _GROUP_OF.get(first, 0)


def exposition(figures: Mapping[str, Mapping[str, float]]) -> str:
    """Prometheus's text format, version 0.0.4: the requests, then `figures`, gauges by name and labels."""
    return "".join(f"{line}\n" for part in (_requests(), _gauges(figures)) for line in part)


def _requests() -> Iterator[str]:
    sums = [sum(_cells[cell::_ROW]) for cell in range(_ROW)]
    yield "# TYPE pressroom_requests_total counter"
    for group, own in _by_group(sums):
        for status, number in zip(STATUSES, own, strict=False):
            if number:
                yield f'pressroom_requests_total{{group="{group}",status="{status or "other"}"}} {number:.0f}'
    yield "# TYPE pressroom_request_seconds histogram"
    for group, own in _by_group(sums):
        *times, seconds = own[len(STATUSES) :]
        total = 0.0
        for limit, number in zip(BUCKETS, times, strict=True):
            total += number
            most = "+Inf" if limit == BUCKETS[-1] else limit
            yield f'pressroom_request_seconds_bucket{{group="{group}",le="{most}"}} {total:.0f}'
        yield f'pressroom_request_seconds_sum{{group="{group}"}} {seconds:.6f}'
        yield f'pressroom_request_seconds_count{{group="{group}"}} {total:.0f}'


def _by_group(sums: list[float]) -> Iterable[tuple[str, list[float]]]:
    rows = ((name, sums[number * _HERE : (number + 1) * _HERE]) for number, name in enumerate(GROUPS))
    return [(name, own) for name, own in rows if any(own)]


def _gauges(figures: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    for name, values in figures.items():
        yield f"# TYPE pressroom_{name} gauge"
        for labels, value in values.items():
            yield f"pressroom_{name}{labels} {value:g}"
