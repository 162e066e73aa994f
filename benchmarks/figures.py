"""What a benchmark says: ours beside its peer, in one unit, which of them should be larger, and by how much."""

import json
import os
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

RESULTS = Path(__file__).parent / "results.json"
# A Python that has Django and Wagtail: `make bench` makes it.
PEERS = Path(os.environ.get("PRESSROOM_DATA_DIR", ".data")).absolute() / "peers" / "bin" / "python"
WARM_UP, ROUNDS = 3, 40


class Figure(NamedTuple):
    """`ratio` is ours divided by the peer: requests a second should be more, milliseconds should not. `at_least` and
    `at_most` are the bars that this project sets itself."""

    name: str
    ours: float
    peer: float
    unit: str
    against: str  # what the peer is
    at_least: float | None = None
    at_most: float | None = None

    @property
    def ratio(self) -> float:
        return self.ours / self.peer

    def facts(self) -> dict:
        """As it is written to results.json."""
        numbers = {"ours": round(self.ours, 3), "peer": round(self.peer, 3), "ratio": round(self.ratio, 3)}
        bars = {"at_least": self.at_least, "at_most": self.at_most}
        return {
            **numbers, "unit": self.unit, "against": self.against,
            **{name: bar for name, bar in bars.items() if bar is not None},
        }  # fmt: skip


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


def write(figures: Iterable[Figure]) -> dict[str, dict]:
    """Keep the results, beside those of the benchmarks that were not run this time; returns all of them."""
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    kept |= {one.name: one.facts() for one in figures}
    RESULTS.write_text(json.dumps(kept, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
    return kept
