"""The example's words: files in data/. They are data, written in their language, and go through no catalogue."""

import csv
import tomllib
from pathlib import Path
from string import Template
from typing import NamedTuple

from pressroom.demo.calendar import Calendar

DATA = Path(__file__).parent / "data"


class Text(NamedTuple):
    """A file in two parts: what stands above it, by name, and its body."""

    front: dict[str, str]
    body: str


def table(name: str) -> dict:
    return tomllib.loads((DATA / f"{name}.toml").read_text("utf-8"))


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def languages(folder: str, name: str) -> list[str]:
    """The languages in which there is a `name`."""
    return sorted(
        path.suffixes[0][1:] for path in (DATA / folder).glob(f"{name}.??.*") if len(path.suffixes) == 2
    )


def plain(path: str, language: str, calendar: Calendar) -> str:
    """The file's words, with its days named."""
    return Template((DATA / path).read_text("utf-8")).substitute(calendar.spoken(language))


def read(folder: str, name: str, language: str, calendar: Calendar) -> Text:
    """The file `name.language.md`: lines “key: words” between two lines of dashes, then Markdown."""
    _, front, body = plain(f"{folder}/{name}.{language}.md", language, calendar).split("---\n", 2)
    return Text(dict(line.split(": ", 1) for line in front.splitlines()), body)
