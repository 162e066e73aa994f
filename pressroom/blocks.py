"""A text as blocks of marked words: read from any HTML through nh3, written as the few elements allowed.

What is read and written again is canonical: no bare text, no block inside a line, no empty paragraph.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from itertools import groupby, takewhile
from operator import itemgetter
from typing import NamedTuple

import nh3

from pressroom.i18n import gettext as _

MAX_BODY = 200_000
MAX_DEPTH = 8

_LEAVES = {"p", "h1", "h2", "h3", "h4", "h5", "h6"}
_LISTS = {"ul", "ol"}
_CONTAINERS = _LISTS | {"li", "blockquote"}
_LINE = {"b": "strong", "strong": "strong", "i": "em", "em": "em", "a": "a", "span": "span"}
# Elements that go, but whose text stands in a paragraph of its own.
_APART = """address article aside caption center dd details div dl dt fieldset figcaption figure footer form
header hr legend main nav pre section summary table tbody td tfoot th thead tr"""
_BOUNDARIES = set(_APART.split())
_DROPPED = "script style svg math title template noscript iframe object"
_SHIFTED = {"h1": "h2", "h4": "h3", "h5": "h3", "h6": "h3"}
_LANG = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{1,8})*", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufeff]")
_SANITISER = nh3.Cleaner(
    tags=_LEAVES | _CONTAINERS | _LINE.keys() | _BOUNDARIES | {"br"},
    clean_content_tags=set(_DROPPED.split()),
    attributes={"*": {"lang"}, "a": {"href"}},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel=None,
)


class Run(NamedTuple):
    """Characters that share their marks; a line break is `\\n`."""

    text: str
    marks: tuple[tuple[str, str], ...] = ()


@dataclass
class Block:
    """A paragraph or heading with runs, or a list, item or quote with blocks."""

    name: str
    runs: list[Run] = field(default_factory=list)
    children: list["Block"] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(run.text for run in self.runs) or "\n".join(child.text for child in self.children)


def read(html: str) -> list[Block]:
    """The allowed content of `html`; headings keep the level they came with. ValueError when too long."""
    reader = _Reader()
    reader.feed(_SANITISER.clean(_CONTROL.sub("", within_limit(html))))
    reader.close()
    return _kept(reader.root.children)


def render(tree: Iterable[Block]) -> str:
    """Canonical HTML; levels outside 2 and 3 are brought there. Raises ValueError when too long."""
    return within_limit("".join(_rendered(block) for block in tree))


def within_limit(text: str) -> str:
    if len(text) > MAX_BODY:
        raise ValueError(_("This text is too long: %(n)s characters at most.", n=MAX_BODY))
    return text


def leaves(tree: Iterable[Block]) -> Iterator[Block]:
    for block in tree:
        if block.runs:
            yield block
        yield from leaves(block.children)


def part(runs: list[Run], start: int, end: int | None = None) -> list[Run]:
    """The characters from `start` to `end` with their marks."""
    kept = []
    for text, marks in runs:
        inside = text[max(start, 0) : None if end is None else max(end, 0)]
        if inside:
            kept.append(Run(inside, marks))
        start, end = start - len(text), None if end is None else end - len(text)
    return kept


class _Reader(HTMLParser):
    """Builds blocks from nh3's output, whose tags are always balanced."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Block("root")
        self.containers = [self.root]
        self.leaf: Block | None = None
        self.marks: tuple[tuple[str, str], ...] = ()
        self.opened: list[tuple[int, tuple]] = []

    def handle_starttag(self, tag: str, attributes: list) -> None:
        if tag == "br":
            self._break()
            return
        if tag == "hr":
            self.leaf = None
            return
        self.opened.append((len(self.containers), self.marks))
        values = dict(attributes)
        if tag in _LEAVES:
            self._start_leaf(tag)
        elif tag in _CONTAINERS and len(self.containers) <= MAX_DEPTH:
            self.leaf = None
            self.containers.append(self._placed(Block(tag)))
        elif tag not in _LINE:
            self.leaf = None
        elif tag == "a" and values.get("href"):
            self._mark("a", values["href"])
        elif _LINE[tag] in ("strong", "em"):
            self._mark(_LINE[tag], "")
        language = _LANG.fullmatch(values.get("lang") or "")
        if language:
            self._mark("span", language[1].lower())

    def handle_endtag(self, tag: str) -> None:
        depth, self.marks = self.opened.pop()
        del self.containers[depth:]
        if tag not in _LINE:
            self.leaf = None

    def handle_data(self, text: str) -> None:
        text = re.sub(r"[ \t\n\r\f]+", " ", text)
        if self.leaf is None:
            if text == " ":
                return
            self._start_leaf("p")
        if text != " " or not self._after_break():
            self.leaf.runs.append(Run(text, self.marks))

    def _mark(self, kind: str, value: str) -> None:
        """Of several languages around a word the innermost counts; other marks do not nest in themselves."""
        if kind == "span":
            self.marks = tuple(mark for mark in self.marks if mark[0] != "span")
        if all(mark[0] != kind for mark in self.marks):
            self.marks += ((kind, value),)

    def _break(self) -> None:
        """A line break inside a paragraph; the second in a row begins another paragraph."""
        if self.leaf is None:
            return
        if self._after_break():
            self._start_leaf(self.leaf.name)
        else:
            self.leaf.runs.append(Run("\n"))

    def _after_break(self) -> bool:
        return bool(self.leaf.runs) and self.leaf.runs[-1].text == "\n"

    def _start_leaf(self, name: str) -> None:
        self.leaf = self._placed(Block(name))

    def _placed(self, block: Block) -> Block:
        """Put the block where HTML allows it: items in lists, anything else of a list in an item."""
        parent = self.containers[-1]
        if block.name == "li" and parent.name not in _LISTS:
            parent = _last(parent, "ul")
        elif block.name != "li" and parent.name in _LISTS:
            parent = _last(parent, "li")
        parent.children.append(block)
        return block


def _last(parent: Block, name: str) -> Block:
    if not parent.children or parent.children[-1].name != name:
        parent.children.append(Block(name))
    return parent.children[-1]


def _kept(tree: list[Block]) -> list[Block]:
    """The blocks that say something, their runs in order."""
    kept = []
    for block in tree:
        block.runs = _tidy(block.runs)
        block.children = _kept(block.children)
        if block.text.strip():
            kept.append(block)
    return kept


def _tidy(runs: list[Run]) -> list[Run]:
    """One space between words, none at the ends, marks around words and not around the spaces beside them."""
    characters: list[tuple[str, tuple]] = []
    for text, marks in runs:
        for character in text:
            if character not in " \n":
                characters.append((character, marks))
            elif characters and characters[-1][0] not in " \n":
                characters.append((character, ()))
            elif characters and character == "\n":
                characters[-1] = ("\n", ())
    if characters and characters[-1][0] in " \n":
        characters.pop()
    for index, (character, _marks) in enumerate(characters):
        if character in " \n":
            characters[index] = (character, _shared(characters[index - 1][1], characters[index + 1][1]))
    joined = groupby(characters, key=itemgetter(1))
    return [Run("".join(character for character, _marks in group), marks) for marks, group in joined]


def _shared(before: tuple, after: tuple) -> tuple:
    return tuple(a for a, _b in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))


def _rendered(block: Block) -> str:
    name = _SHIFTED.get(block.name, block.name)
    if not block.children:
        return f"<{name}>{_line(block.runs)}</{name}>"
    inner = [_rendered(child) for child in block.children]
    names = [child.name for child in block.children]
    if name == "li" and names[0] == "p" and names.count("p") == 1:
        inner[0] = inner[0].removeprefix("<p>").removesuffix("</p>")
    return f"<{name}>{''.join(inner)}</{name}>"


def _line(runs: list[Run]) -> str:
    """The runs with as few tags as their marks allow."""
    written: list[str] = []
    opened: tuple[tuple[str, str], ...] = ()
    for text, marks in runs:
        shared = _shared(opened, marks)
        written += [f"</{kind}>" for kind, _value in reversed(opened[len(shared) :])]
        written += [_opening(*mark) for mark in marks[len(shared) :]]
        written.append(escape(text, quote=False).replace("\n", "<br>"))
        opened = marks
    written += [f"</{kind}>" for kind, _value in reversed(opened)]
    return "".join(written)


def _opening(kind: str, value: str) -> str:
    attribute = {"a": "href", "span": "lang"}.get(kind)
    return f'<{kind} {attribute}="{escape(value)}">' if attribute else f"<{kind}>"
