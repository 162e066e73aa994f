"""A release's body: clean HTML out of whatever was written, and its renditions as plain text."""

import re
from itertools import groupby

from markdown_it import MarkdownIt
from mdit_py_plugins.attrs import attrs_plugin

from pressroom import blocks
from pressroom.blocks import MAX_BODY, Block, Run

__all__ = [
    "MAX_BODY",
    "clean",
    "excerpt",
    "from_markdown",
    "from_typed",
    "markdown_blocks",
    "plain",
    "plain_line",
    "plain_text",
]

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).use(
    attrs_plugin, after=(), spans=True, allowed=["lang"]
)
_BLOCK_TAG = re.compile(r"</?(?:p|h[1-6]|ul|ol|li|blockquote|div|table|br)\b[^<>]*>", re.IGNORECASE)


def clean(html: str) -> str:
    """The allowed elements of `html`, in canonical form; cleaning twice is cleaning once.

    Raises ValueError beyond MAX_BODY characters, before or after.
    """
    return blocks.render(blocks.read(html))


def from_markdown(text: str) -> str:
    """CommonMark without raw HTML, and `[The Guardian]{lang=en}` for a phrase in another language."""
    return blocks.render(markdown_blocks(text))


def from_typed(text: str) -> str:
    """What a form posts: HTML from the editor, or Markdown typed without it."""
    return clean(text) if _BLOCK_TAG.search(text) else from_markdown(text)


def plain_text(html: str) -> str:
    """Paragraphs parted by blank lines, items after "- ", links as "words (address)"."""
    return plain(blocks.read(html))


def plain(tree: list[Block]) -> str:
    """The same of blocks that were read already."""
    return "\n\n".join(_plain(block) for block in tree)


def excerpt(html: str, limit: int = 200) -> str:
    """The beginning of the paragraphs, at most `limit` characters, cut between words."""
    text = " ".join(leaf.text for leaf in blocks.leaves(blocks.read(html)) if leaf.name == "p").replace(
        "\n", " "
    )
    if len(text) <= limit:
        return text
    kept = text[:limit].rpartition(" ")[0] or text[: limit - 1]
    return kept.rstrip(" ,;:–—-\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}") + "…"


def markdown_blocks(text: str) -> list[Block]:
    return blocks.read(_MARKDOWN.render(blocks.within_limit(text)))


def _plain(block: Block) -> str:
    if block.runs:
        return plain_line(block.runs)
    if block.name in ("ul", "ol"):
        return "\n".join(
            _indented(f"{number}. " if block.name == "ol" else "- ", item)
            for number, item in enumerate(block.children, 1)
        )
    text = ("\n" if block.name == "li" else "\n\n").join(_plain(child) for child in block.children)
    if block.name == "blockquote":
        return "\n".join(f"> {line}".rstrip(" ") for line in text.split("\n"))
    return text


def _indented(marker: str, item: Block) -> str:
    return marker + _plain(item).replace("\n", "\n" + " " * len(marker))


def plain_line(runs: list[Run]) -> str:
    """One paragraph's characters, links as "words (address)"."""
    parts = []
    for href, group in groupby(runs, key=lambda run: dict(run.marks).get("a", "")):
        words = "".join(run.text for run in group)
        address = href.removeprefix("mailto:")
        said = not address or words.strip() in (address, address.partition("//")[2].rstrip("/"))
        parts.append(words if said else f"{words} ({address})")
    return "".join(parts)
