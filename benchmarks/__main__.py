"""`make bench`: runs the benchmarks, prints their table, writes results.json and docs/performance.md."""

import argparse
import os

from benchmarks import dispatch, form_post, lists, queue, release_page, report
from benchmarks.figures import table, write

BENCHMARKS = {
    "release_page": release_page,
    "lists": lists,
    "queue": queue,
    "form_post": form_post,
    "dispatch": dispatch,
}


def main() -> None:
    options = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    options.add_argument(
        "--only", action="append", choices=BENCHMARKS, help="this benchmark, not all of them"
    )
    options.add_argument("--most", type=int, default=lists.SIZES[-1], help="releases in the largest list")
    asked, load = options.parse_args(), os.getloadavg()[0]
    figures = [figure for name in asked.only or BENCHMARKS for figure in BENCHMARKS[name].run(asked.most)]
    print(table(figures))
    report.write(write(figures), load)


if __name__ == "__main__":
    main()
