"""Lists and headings made by hand, with bullets, bold lines and capitals, turned into real ones."""

import re
from itertools import groupby

from pressroom.blocks import Block, Run, part

# Lengths in characters: a heading at most; a line that a mail program has cut at least; a short line.
MAX_HEADING = 100
SHORT = 60
_WRAPPED = 55

# An address, a telephone number or a site.
REACH = re.compile(r"[\w.+-]{1,64}@[\w-]+\.\w|(?:\+\d{1,3}|\b0\d)(?:[\s.()/-]*\d){7,}|\bhttps?://|\bwww\.")
_BULLET = re.compile(r"[✓✔☑•●▪■◆‣◦►▶➢➤→·]\s*|[–—*-]\s+")
_SURE_BULLET = re.compile(r"[✓✔☑•●▪■◆‣◦►▶➢➤]")
_CLOSING = re.compile(r"(?:[\s”»\")]|\[\d+\])+$")
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}


def ends_sentence(text: str) -> bool:
    """Whether it stops, whatever quotation mark or note number comes after."""
    return _CLOSING.sub("", text).endswith((".", "!", "?", ":", ";", ",", "…"))


def unwrapped(block: Block) -> Block:
    """Lines cut at a column, as mail programs do, joined again; short lines are meant."""
    *lines, _last = block.text.split("\n")
    runs = block.runs
    if lines and min(map(len, lines)) >= _WRAPPED:
        runs = [run._replace(text=run.text.replace("\n", " ")) for run in runs]
    return Block(block.name, runs, [unwrapped(child) for child in block.children])


def with_lists(blocks: list[Block]) -> list[Block]:
    """Bullets typed by hand become lists; in real lists they go. A dash counts from the second line on."""
    lines = [line for block in blocks for line in _bullet_lines(block)]
    built: list[Block] = []
    for is_bullet, group in groupby(
        lines, key=lambda block: bool(block.name == "p" and _BULLET.match(block.text))
    ):
        found = list(group)
        if is_bullet and (len(found) > 1 or _SURE_BULLET.match(found[0].text)):
            items = [Block("li", children=[Block("p", _without_bullet(line, _BULLET))]) for line in found]
            found = [Block("ul", children=items)]
        built += found
    for item in (item for block in built if block.name in ("ul", "ol") for item in block.children):
        if item.children[0].runs:
            item.children[0].runs = _without_bullet(item.children[0], _SURE_BULLET)
    return built


def _without_bullet(line: Block, bullet: re.Pattern) -> list[Run]:
    found = bullet.match(line.text)
    return part(line.runs, found.end()) if found else line.runs


def _bullet_lines(block: Block) -> list[Block]:
    """The lines of a paragraph as paragraphs when several of them begin with a bullet."""
    lines = block.text.split("\n")
    if block.name != "p" or sum(bool(_BULLET.match(line)) for line in lines) < 2:
        return [block]
    parted, start = [], 0
    for line in lines:
        runs = part(block.runs, start, start + len(line))
        start += len(line) + 1
        if parted and not _BULLET.match(line) and _BULLET.match(parted[-1].text):
            parted[-1].runs += [Run(" "), *runs]
        else:
            parted.append(Block("p", runs))
    return parted


def with_headings(blocks: list[Block], *, is_typed: bool) -> list[Block]:
    """Heading levels from 2 down, and lines that only look like headings made such."""
    levels = [int(block.name[1]) for block in blocks if block.name in HEADINGS]
    shift = 2 - min(levels, default=2)
    built: list[Block] = []
    for index, block in enumerate(blocks):
        following = blocks[index + 1] if index + 1 < len(blocks) else None
        if block.name in HEADINGS:
            block = Block(f"h{int(block.name[1]) + shift}", block.runs)
        elif following and _could_head(block):
            if block.text.isupper():
                block = Block("h2", _without_strong(block.runs))
            elif _is_bold(block):
                block = Block("h3" if levels else "h2", _without_strong(block.runs))
            elif is_typed and built and _stands_alone(built[-1], block, following):
                block = Block("h2", block.runs)
        built.append(block)
    return built


def _could_head(block: Block) -> bool:
    text = block.text
    return (
        block.name == "p"
        and len(text) <= MAX_HEADING
        and "\n" not in text
        and sum(map(str.isalpha, text)) >= 4
        and text[0] not in '“«"–—-('
        and not REACH.search(text)
    )


def _is_bold(block: Block) -> bool:
    return all("strong" in dict(run.marks) for run in block.runs) and not ends_sentence(block.text)


def _stands_alone(before: Block, block: Block, after: Block) -> bool:
    """In typed text: a short line without a full stop, between a finished sentence and a long paragraph."""
    return (
        len(block.text) <= SHORT
        and not ends_sentence(block.text)
        and ends_sentence(before.text)
        and (after.name in ("ul", "ol") or len(after.text) > MAX_HEADING)
    )


def _without_strong(runs: list[Run]) -> list[Run]:
    return [run._replace(marks=tuple(mark for mark in run.marks if mark[0] != "strong")) for run in runs]
