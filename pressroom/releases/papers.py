"""A release as a tagged PDF: what is printed, filed, or handed round a newsroom."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from pressroom import storage
from pressroom.blocks import Block, Run
from pressroom.i18n import gettext as _
from pressroom.i18n import speaking
from pressroom.media.models import Asset
from pressroom.pdf import document
from pressroom.releases import renditions
from pressroom.releases.models import Release, Revision
from pressroom.releases.renditions import LONGEST_ADDRESS, Parts
from pressroom.staff.models import ContactWords

TEMPLATE = Path(__file__).parent / "typst" / "paper.typ"
HEADINGS = {"h2": 2, "h3": 3}


def pdf(
    release: Release, revision: Revision, *, language: str, contact: ContactWords | None, url: str,
    watermark: str | None = None, label: str | None = None,
) -> bytes:  # fmt: skip
    """The PDF, the same bytes for the same release, without what only some may have. `label` stands above the text of
    one that is not public yet, `watermark` (whose copy it is) across every page."""
    said = renditions.parts(release, revision, language=language, contact=contact, url=url)
    open_ones = [asset for asset in release.open_assets if asset.is_picture]
    with speaking(language), _first(open_ones) as path:
        pictures = {
            "pictures_heading": _("Pictures"),
            "pictures": [
                _picture(asset, language, None if place else path) for place, asset in enumerate(open_ones)
            ],
        }
        return document(
            TEMPLATE, {**_sheet(said, language), **pictures, "watermark": watermark, "label": label}
        )


def _sheet(said: Parts, language: str) -> dict:
    levels = [1]
    return {
        **said._asdict(),
        "language": language.partition("-")[0],
        "kind": f"{said.kind} {said.number}".rstrip(),
        "body": [_block(block, levels) for block in said.body],
    }


def _block(block: Block, levels: list[int]) -> dict:
    """`levels` are those of the headings so far: the next one goes down one at most, as PDF/UA demands."""
    if block.name in HEADINGS:
        levels.append(min(HEADINGS[block.name], levels[-1] + 1))
    return {
        "name": block.name,
        "level": levels[-1] if block.name in HEADINGS else None,
        "runs": [_run(run) for run in block.runs],
        "children": [_block(child, levels) for child in block.children],
    }


def _run(run: Run) -> dict:
    marks = dict(run.marks)
    address = marks.get("a", "")
    return {
        "text": run.text,
        "em": "em" in marks,
        "strong": "strong" in marks,
        "lang": marks.get("span"),
        "href": address if 0 < len(address) <= LONGEST_ADDRESS else None,
    }


def _picture(asset: Asset, language: str, path: str | None) -> dict:
    words = asset.words(language)
    return {
        "path": path,
        "alt": words.alt or words.caption or asset.name,
        "caption": renditions.typeset(words.caption, words.language),
        "credit": _("Credit: %(name)s.", name=asset.credit),
        "lang": words.language if words.language != language else None,
    }


@contextmanager
def _first(pictures: Sequence[Asset]) -> Iterator[str | None]:
    """Where the first picture lies: it is shown as it is, the others by their words. One that is gone stays away."""
    with ExitStack() as stack:
        path = None
        if pictures:
            with suppress(storage.Missing):
                path = str(stack.enter_context(storage.on_disk(pictures[0].rendition("web").key)))
        yield path
