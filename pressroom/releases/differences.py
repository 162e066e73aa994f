"""What two states of the same words say differently: paragraph by paragraph, and word by word inside one."""

import re
from collections import Counter
from collections.abc import Iterator
from difflib import SequenceMatcher
from enum import StrEnum
from typing import NamedTuple

from pressroom import blocks, markup, typography
from pressroom.releases.models import Words

# How many paragraphs further on a changed paragraph is looked for, and which part of the words it must share.
NEAR, ALIKE = 8, 0.4
# Beyond so many pairs of things to compare, what lies between the first and the last difference is replaced.
PAIRS = 1_000_000
# A number with its separators, an abbreviation or a compound is one word; so is every single sign.
_WORDS = re.compile(r"\w+(?:[.,’'-]\w+)*|\s+|[^\w\s]")


class Kind(StrEnum):
    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Run(NamedTuple):
    """Characters in a row that share one fate: SAME, ADDED or REMOVED."""

    kind: Kind
    text: str


class Change(NamedTuple):
    """One paragraph, or one named part: `part` is "headline", "place", "lead", or "body" for a paragraph of it."""

    part: str
    kind: Kind
    runs: list[Run]


def compare(old: Words, new: Words, language: str = "") -> list[Change]:
    """Every part of `new` and what was taken out of `old`, in reading order, the unchanged ones included.

    Words are compared as `language` sets them: a straight apostrophe made a curly one is no difference, and
    neither is emphasis. The address behind a link is part of the words.
    """
    changes = []
    for part in ("headline", "place", "lead"):
        before, after = (_set(getattr(words, part), language) for words in (old, new))
        if before or after:
            changes.append(_change(part, before or None, after or None))
    old_paragraphs, new_paragraphs = (_paragraphs(words.body, language) for words in (old, new))
    return changes + [_change("body", *pair) for pair in _aligned(old_paragraphs, new_paragraphs)]


def _set(line: str, language: str) -> str:
    return typography.french(line) if language == "fr" else line


def _paragraphs(html: str, language: str) -> list[str]:
    return [markup.plain_line(leaf.runs) for leaf in blocks.leaves(blocks.read(typography.typeset(html, language)))]  # fmt: skip


def _aligned(old: list[str], new: list[str]) -> Iterator[tuple[str | None, str | None]]:
    """Each paragraph and the one that stands in its place; None where there is none."""
    for what, i1, i2, j1, j2 in _steps(old, new):
        pairs = (
            zip(old[i1:i2], new[j1:j2], strict=True) if what == "equal" else _paired(old[i1:i2], new[j1:j2])
        )
        yield from pairs


def _steps(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    """How `old` becomes `new`, as difflib says it, in a time that long texts cannot stretch."""
    least = min(len(old), len(new))
    head = next((n for n in range(least) if old[n] != new[n]), least)
    tail = next((n for n in range(least - head) if old[-1 - n] != new[-1 - n]), least - head)
    i, j = len(old) - tail, len(new) - tail
    if (i - head) * (j - head) <= PAIRS:
        return SequenceMatcher(None, old, new).get_opcodes()
    return [
        ("equal", 0, head, 0, head),
        ("replace", head, i, head, j),
        ("equal", i, len(old), j, len(new)),
    ]


def _paired(old: list[str], new: list[str]) -> Iterator[tuple[str | None, str | None]]:
    begin, words = 0, [Counter(_WORDS.findall(paragraph)) for paragraph in new]
    for paragraph in old:
        own = Counter(_WORDS.findall(paragraph))
        likeness = [_likeness(own, other) for other in words[begin : begin + NEAR]]
        if max(likeness, default=0) < ALIKE:
            yield paragraph, None
            continue
        found = begin + likeness.index(max(likeness))
        yield from ((None, added) for added in new[begin:found])
        yield paragraph, new[found]
        begin = found + 1
    yield from ((None, added) for added in new[begin:])


def _likeness(one: Counter, other: Counter) -> float:
    """Which part of the words of both they share, from 0 to 1."""
    return 2 * (one & other).total() / (one.total() + other.total())


def _change(part: str, old: str | None, new: str | None) -> Change:
    if old is None or new is None:
        kind = Kind.ADDED if old is None else Kind.REMOVED
        return Change(part, kind, [Run(kind, new or old)])
    if old == new:
        return Change(part, Kind.SAME, [Run(Kind.SAME, new)])
    return Change(part, Kind.CHANGED, _runs(_WORDS.findall(old), _WORDS.findall(new)))


def _runs(old: list[str], new: list[str]) -> list[Run]:
    """Word by word; a lone space between two changes belongs to both, so that a changed phrase reads as one."""
    runs: list[Run] = []
    removed = added = ""
    for what, i1, i2, j1, j2 in _steps(old, new):
        kept = "".join(new[j1:j2])
        if what == "equal" and not (kept.isspace() and (removed or added) and j2 < len(new)):
            runs += _replaced(removed, added)
            runs.append(Run(Kind.SAME, kept))
            removed = added = ""
        else:
            removed, added = removed + "".join(old[i1:i2]), added + kept
    return runs + _replaced(removed, added)


def _replaced(removed: str, added: str) -> list[Run]:
    return [Run(kind, text) for kind, text in ((Kind.REMOVED, removed), (Kind.ADDED, added)) if text]
