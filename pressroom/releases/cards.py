"""The picture that other sites show beside a link to a release: its date line and its headline, on paper."""

from pathlib import Path

from pressroom import pdf
from pressroom.releases import renditions
from pressroom.releases.models import Release, Revision

TEMPLATE = Path(__file__).parent / "typst" / "card.typ"
WIDTH, HEIGHT = 1200, 630  # pixels


def png(release: Release, revision: Revision, *, language: str) -> bytes:
    """The picture, the same bytes for the same words."""
    said = renditions.parts(release, revision, language=language, contact=None, url="")
    words = {name: getattr(said, name) for name in ("organisation", "place", "dated", "number", "headline")}
    return pdf.picture(TEMPLATE, {**words, "language": language.partition("-")[0]})
