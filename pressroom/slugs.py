"""Words of an address: what is left of a title when only lower-case ASCII may stand there."""

import re
import unicodedata

LIGATURES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})


def slug(title: str, most: int = 80) -> str:
    """« L’Œuvre : été 2026 » -> "l-oeuvre-ete-2026"; at most `most` characters, cut between words; never empty."""
    folded = unicodedata.normalize("NFKD", title.lower().translate(LIGATURES))
    letters = "".join(character for character in folded if not unicodedata.combining(character))
    whole = "-".join(re.findall(r"[a-z0-9]+", letters))
    if len(whole) > most:
        whole = whole[: most + 1].rpartition("-")[0] or whole[:most]
    return whole or "x"
