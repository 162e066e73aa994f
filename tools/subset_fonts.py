"""Cut the two typefaces down to what press releases in French and English need.

The sources are two packages of the npm registry under the SIL Open Font License; `make fonts` fetches them and
hands over their folder. The addresses of the fonts in the stylesheet get the new versions, spelled as pages.py
spells them for the preload.
"""

import re
import shutil
import sys
from hashlib import sha256
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

PACKAGE = Path(__file__).parent.parent / "pressroom"
STATIC = PACKAGE / "static"
OUT = STATIC / "fonts"
PAPER = PACKAGE / "fonts"  # for PDF and pictures of text, which are set from TrueType; no browser gets these
FAMILIES = {"serif": "faustina", "sans": "atkinson-hyperlegible-next"}
FEATURES = ["kern", "liga", "lnum", "tnum"]
LATIN = {*range(0x20, 0x7F), *range(0xA0, 0x100), *map(ord, "ıŒœ‐\u2011–—‘’‚“”„•…\u2009\u202f‹›€™−")}
ITALIC = {*range(0x20, 0x7F), *map(ord, "«»°àâäæçèéêëîïôöùûüÿœÀÂÆÇÈÉÊËÎÏÔÖÙÛÜŒ\u2011–—‘’“”…\u00a0\u202f")}
# No source has these: the narrow space that French sets before ; ! ? and the hyphen that does not break.
STAND_INS = {0x202F: 0x2009, 0x2010: 0x002D, 0x2011: 0x002D}
NARROW = 0.14  # em: what browsers draw for a narrow space; Faustina's own thin space is as wide as a full one


def cut(source, target, *, characters=None, weights=(400, 700)):
    """Write `target`: fewer weights, fewer features, and the stand-ins where they are missing."""
    font = TTFont(source, recalcTimestamp=False)
    for table in font["cmap"].tables:
        for missing, present in STAND_INS.items():
            if present in table.cmap:
                table.cmap.setdefault(missing, table.cmap[present])
    if thin := font.getBestCmap().get(0x2009):
        font["hmtx"][thin] = (round(NARROW * font["head"].unitsPerEm), 0)
    names = [0, 1, 2, 13, 14] if target.suffix == ".woff2" else [0, 1, 2, 6, 13, 14]
    subsetter = Subsetter(Options(layout_features=FEATURES, hinting=False, name_IDs=names))
    subsetter.populate(unicodes=characters or font.getBestCmap())
    subsetter.subset(font)
    font = instantiateVariableFont(font, {"wght": weights})
    font.flavor = "woff2" if target.suffix == ".woff2" else None
    # Typesetting looks a missing character up in other families, not in other files of the same one.
    if font.flavor is None and target.stem.endswith("-ext"):
        for record in font["name"].names:
            if record.nameID in (1, 6):
                record.string = str(record).replace(" Light", "") + ("Ext" if record.nameID == 6 else " Ext")
    font.save(target)
    print(f"{target.name}: {len(font.getBestCmap())} characters, {target.stat().st_size:,} bytes")


def stamp(stylesheet):
    """Put each font's version into its address, so that browsers may keep it for ever."""

    def versioned(match):
        return f"{match[1]}?v={sha256((STATIC / match[1]).read_bytes()).hexdigest()[:12]}"

    text = stylesheet.read_text("utf-8")
    stylesheet.write_text(re.sub(r"(fonts/[\w-]+\.woff2)(\?v=\w+)?", versioned, text), "utf-8")


def main(packages):
    """Find the packages anywhere below the folder and write the files for the web, for paper, and two licences."""
    for name, family in FAMILIES.items():
        (upright,) = packages.rglob(f"{family}-latin-wght-normal.woff2")
        extended = upright.with_name(f"{family}-latin-ext-wght-normal.woff2")
        cut(upright, OUT / f"{name}.woff2", characters=LATIN)
        cut(extended, OUT / f"{name}-ext.woff2")
        cut(upright, PAPER / f"{name}.ttf", characters=LATIN)
        cut(extended, PAPER / f"{name}-ext.ttf")
        shutil.copyfile(upright.parent.parent / "LICENSE", OUT / f"LICENSE-{family}.txt")
    (italic,) = packages.rglob("faustina-latin-wght-italic.woff2")
    cut(italic, OUT / "serif-italic.woff2", characters=ITALIC, weights=400)
    cut(italic, PAPER / "serif-italic.ttf", characters=LATIN)
    stamp(STATIC / "pressroom.css")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
