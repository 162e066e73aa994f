"""docs/performance.md and its plots, from the results of the benchmarks: every figure with its bar, the machine that it
was measured on, how what grows grows, and a busy day."""

import json
import os
import platform
import re
import sqlite3
import subprocess
from importlib.metadata import version
from math import log10
from pathlib import Path

from benchmarks import busy_day
from benchmarks.figures import PEERS

DOCS = Path(__file__).parent.parent / "docs"
GROWN = re.compile(r"(?P<name>.+), (?P<size>[\d,]+) (?P<of>releases|applications)")
# The file of a plot -> how the names of its figures begin, what grows, what is measured.
PLOTS = {
    "releases": (re.compile("(?!desk)"), "releases", "A page of the list or of the search"),
    "desk": (re.compile("desk"), "releases", "A list of the desk, of releases, files or contacts"),
    "applications": (re.compile(""), "applications", "A page of the review queue"),
}
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 560, 260, 48, 34, 14
COLOURS = ("#0b5a6b", "#a3530f", "#5b4a9b", "#3f7d20", "#b3264a", "#6d6d6d")
DASHES = ("", ' stroke-dasharray="5 3"', ' stroke-dasharray="1 3"')
HEAD = """# How fast it is

Written by `make bench`, which measures every figure beside a peer in the same run, on the same machine: only the ratios
mean something elsewhere. A ratio is ours divided by the peer’s; of requests, forms and messages a second more is better,
of milliseconds less is. The bar is what this project demands of itself.

"""


def write(results: dict[str, dict], load: float) -> None:
    """`load` is the machine's load average when the run began: anything above 0.5 on two cores blurs the figures."""
    growing = {name: GROWN.fullmatch(name) for name in results}
    plain = {name: one for name, one in results.items() if not growing[name]}
    grown = {name: one for name, one in results.items() if growing[name]}
    text = HEAD + _machine(load) + "\n## Beside peers\n\n" + _table(plain) + "\n## As it grows\n\n" + GROWTH
    (DOCS / "performance").mkdir(exist_ok=True)
    for plot, (begins, of, title) in PLOTS.items():
        curves = _curves(
            {name: one for name, one in grown.items() if begins.match(name) and growing[name]["of"] == of}
        )
        (DOCS / "performance" / f"{plot}.svg").write_text(_plot(curves, of))
        text += f"![{title}, in milliseconds, by the number of {of}](performance/{plot}.svg)\n\n"
    days = json.loads(busy_day.RESULTS.read_text()) if busy_day.RESULTS.exists() else {}
    (DOCS / "performance.md").write_text(text + _table(grown) + "".join(map(_day, days, days.values())))


GROWTH = """The time of the whole page in milliseconds, as the median of many, at each size beside the smallest: the ratio is what
growth costs. The bar is 2.

"""


DAY = """
## A busy day, on {database}

`python -m benchmarks.busy_day{option}`: {minutes:g} minutes in which readers ask for pages as fast as they get them, applicants
fill in and send the form, and a mailing leaves, all on the machine above. {applications:,} requests for accreditation
were stored and {messages:,} messages accepted by the mail server. Errors: {errors}.

| what | requests | median, ms | 99 % within, ms |
|---|---:|---:|---:|
{rows}

Memory in MB of the server and of each process that it started, after the first seconds and at the end: {memory}.
"""


def _day(database: str, day: dict) -> str:
    rows = "\n".join(
        f"| {what} | {one['requests']:,} | {one['p50']:g} | {one['p99']:g} |"
        for what, one in day["requests"].items()
    )
    errors = ", ".join(f"{what} {count:,} times" for what, count in day["errors"].items()) or "none"
    memory = ", ".join(f"{first} → {last}" for first, last in day["memory"])
    said = {"database": database, "rows": rows, "errors": errors, "memory": memory}
    return DAY.format(**day | said, option=" --postgresql" if database == "PostgreSQL" else "")


def _machine(load: float) -> str:
    model = next(
        (line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )  # fmt: skip
    peers = "import django, wagtail; print(f'Django {django.__version__}, Wagtail {wagtail.__version__}')"
    theirs = subprocess.run([PEERS, "-c", peers], capture_output=True, text=True, check=True).stdout.strip()
    nginx = (
        subprocess.run(["/usr/sbin/nginx", "-v"], capture_output=True, text=True, check=True)
        .stderr.strip()
        .rpartition("/")[2]
    )
    ours = ", ".join(f"{name} {version(name)}" for name in ("Flask", "SQLAlchemy", "granian"))
    return (
        f"{model}, {os.cpu_count()} cores, load {load:.2f} when it began; Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {ours}; peers: {theirs}, nginx {nginx}.\n"
    )


def _table(results: dict[str, dict]) -> str:
    lines = ["| figure | ours | peer | unit | ratio | bar |", "|---|---:|---:|---|---:|---|"]
    for name, one in sorted(results.items()):
        bar = ""
        if (least := one.get("at_least")) is not None:
            bar = f"≥ {least:g}, {'met' if one['ratio'] >= least else '**missed**'}"
        elif (most := one.get("at_most")) is not None:
            bar = f"≤ {most:g}, {'met' if one['ratio'] <= most else '**missed**'}"
        numbers = f"{_short(one['ours'])} | {_short(one['peer'])} | {one['unit']} | {one['ratio']:.2f}"
        lines.append(f"| {name} (beside: {one['against']}) | {numbers} | {bar} |")
    return "\n".join(lines) + "\n"


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"


def _curves(results: dict[str, dict]) -> dict[str, list[tuple[int, float]]]:
    """What was asked for -> (size, milliseconds) of each size, the smallest (the peer of all others) first."""
    curves: dict[str, list[tuple[int, float]]] = {}
    for name, one in results.items():
        found = GROWN.fullmatch(name)
        first = int(one["against"].partition(" ")[0].replace(",", ""))
        points = curves.setdefault(found["name"], [(first, one["peer"])])
        points.append((int(found["size"].replace(",", "")), one["ours"]))
    return {name: sorted(points) for name, points in sorted(curves.items())}


def _plot(curves: dict[str, list[tuple[int, float]]], of: str) -> str:
    sizes = sorted({size for points in curves.values() for size, _ in points})
    most = max(time for points in curves.values() for _, time in points) * 1.1

    def x(size: int) -> float:
        return LEFT + (WIDTH - LEFT - 16) * (log10(size) - log10(sizes[0])) / (
            log10(sizes[-1]) - log10(sizes[0])
        )

    def y(time: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * time / most

    rows = -(-len(curves) // 2)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT + 18 * rows}" role="img" font-family="sans-serif" font-size="12">',
        f"<title>Milliseconds by the number of {of}</title>",
        "<style>text{fill:#444}.axis{stroke:#999}@media(prefers-color-scheme:dark){text{fill:#ccc}}</style>",
        f'<path class="axis" fill="none" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - 16}"/>',
        f'<text x="{LEFT - 6}" y="{TOP + 8}" text-anchor="end">{most:.0f} ms</text>',
        f'<text x="{LEFT - 6}" y="{HEIGHT - BOTTOM}" text-anchor="end">0</text>',
        *(
            f'<text x="{x(size):.0f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="{"end" if size == sizes[-1] else "middle"}">{size:,}</text>'
            for size in sizes
        ),
    ]
    for number, (name, points) in enumerate(curves.items()):
        colour, dash = (
            COLOURS[number % len(COLOURS)],
            DASHES[number // len(COLOURS) % len(DASHES)],
        )
        path = " ".join(f"{x(size):.1f},{y(time):.1f}" for size, time in points)
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2"{dash} points="{path}"/>')
        left, top = LEFT + (number % 2) * 250, HEIGHT + 18 * (number // 2)
        parts.append(f'<path stroke="{colour}" stroke-width="2"{dash} d="M{left} {top}h22"/>')
        parts.append(f'<text x="{left + 28}" y="{top + 4}">{name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
