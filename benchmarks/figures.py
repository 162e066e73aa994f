"""What a benchmark says: ours beside its peer, in one unit, and which of them should be larger."""

import json
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

RESULTS = Path(__file__).parent / "results.json"
WARM_UP, ROUNDS = 3, 40


class Figure(NamedTuple):
    """`ratio` is ours divided by the peer: requests a second should be more, milliseconds should not."""

    name: str
    ours: float
    peer: float
    unit: str
    against: str  # what the peer is

    @property
    def ratio(self) -> float:
        return self.ours / self.peer


def milliseconds(calls: Sequence[Callable[[], object]], rounds: int = ROUNDS) -> list[float]:
    """The median time of each call. They take turns, so that whatever else the machine does slows all of them."""
    times = [[] for _ in calls]
    for _ in range(WARM_UP + rounds):
        for call, taken in zip(calls, times, strict=True):
            began = time.perf_counter()
            call()
            taken.append((time.perf_counter() - began) * 1000)
    return [median(taken[WARM_UP:]) for taken in times]


def table(figures: Iterable[Figure]) -> str:
    lines = [f"{'figure':<58} {'ours':>10} {'peer':>10} {'ratio':>7}  unit"]
    lines += [
        f"{one.name:<58} {one.ours:>10.2f} {one.peer:>10.2f} {one.ratio:>7.2f}  {one.unit} (peer: {one.against})"
        for one in figures
    ]
    return "\n".join(lines)


def write(figures: Iterable[Figure]) -> None:
    """Keep the results, beside those of the benchmarks that were not run this time."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    for one in figures:
        kept[one.name] = {
            "ours": round(one.ours, 3),
            "peer": round(one.peer, 3),
            "ratio": round(one.ratio, 3),
            "unit": one.unit,
        }
    RESULTS.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n")
