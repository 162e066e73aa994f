"""Words of an address: what is left of a title when only lower-case ASCII may stand there."""

import re
import unicodedata
from collections.abc import Container
from itertools import count

LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})


class _Marks(dict):
    """Leaves out every combining mark; each character is looked up once."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.combining(chr(code)) else code
        return self[code]


_marks = _Marks()


def slug(title: str, most: int = 80, taken: Container[str] = ()) -> str:
    """« L’Œuvre : été 2026 » -> "l-oeuvre-ete-2026"; at most `most` characters, cut between words; never empty. Where
    it is `taken`, with the first number behind it that is free: "-2"."""
    whole = "-".join(re.findall(r"[a-z0-9]+", fold(title)))
    if len(whole) > most:
        whole = whole[: most + 1].rpartition("-")[0] or whole[:most]
    whole = whole or "x"
    return next(free for n in count(1) if (free := whole if n == 1 else f"{whole}-{n}") not in taken)


def fold(text: str) -> str:
    """Lower case, ligatures in two letters, accents gone: « Œuvre d’été » -> "oeuvre d’ete"."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKD", text.lower().translate(LIGATURES)).translate(_marks)
