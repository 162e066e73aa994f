"""Documents and pictures of text, set by typst. What people wrote goes in as data and is never read as markup.

A template is a .typ file of this package that reads `json(bytes(sys.inputs.data))`. The project's own typefaces
come first; a character that they lack is taken from those that typst brings, then from the machine's.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst

FONTS = Path(__file__).parent / "fonts"


def document(template: Path, data: Mapping[str, Any]) -> bytes:
    """A tagged PDF (PDF/UA-1), the same bytes for the same data.

    When no typeface on this machine has one of the characters, it is the same document without the claim to
    PDF/UA, which forbids that. A file that the template shows is named by its absolute path.
    """
    for any_font, standards in ((False, ["ua-1"]), (True, ["ua-1"]), (True, [])):
        try:
            return _compiler(template, data, any_font).compile(pdf_standards=standards, timestamp=0)
        except typst.TypstError as error:
            unfit = error
            if not standards:
                break
    raise unfit


def picture(template: Path, data: Mapping[str, Any]) -> bytes:
    """A PNG of the template's one page, a pixel for each of its points."""
    return _compiler(template, data, any_font=True).compile(format="png", ppi=72)


def _compiler(template: Path, data: Mapping[str, Any], any_font: bool) -> typst.Compiler:
    return typst.Compiler(
        input=str(template), root="/", font_paths=_fonts(any_font), sys_inputs={"data": json.dumps(data)}
    )


@cache
def _fonts(any_font: bool) -> typst.Fonts:
    return typst.Fonts(include_system_fonts=any_font, include_embedded_fonts=True, font_paths=[str(FONTS)])
