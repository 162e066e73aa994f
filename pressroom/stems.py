"""Words as they are looked for: without accents and ligatures, without elisions, reduced to their stems, so that
"accreditation" finds « accrédités » and "oeuvre" finds « l’Œuvre »."""

import re
from functools import cache, lru_cache

import snowballstemmer
from babel import Locale

from pressroom.slugs import fold

WORD = re.compile(r"([^\W_]+)")
# What stands before or behind an apostrophe and is no word of its own.
PARTICLES = {
    "fr": re.compile(r"\b(?:[ljmtsncd]|qu|jusqu|lorsqu|puisqu|quoiqu)['’ʼ]"),
    "en": re.compile(r"['’ʼ]s\b"),
}
# Folded endings that Snowball knows with their accents only: « accréditées » is « accréditée » is « accrédité ».
ENDINGS = {"fr": (re.compile("(?<=.{3})ees?$"), "e")}


def stems(text: str, language: str) -> set[str]:
    """The stems of all the words of a plain text: lower-case letters and digits."""
    # Folded before they are stemmed: with its accents, « accrédités » would not share a stem with « accréditation ».
    folded = fold(text)
    if language in PARTICLES:
        folded = PARTICLES[language].sub(" ", folded)
    return {_stem(word, language) for word in WORD.findall(folded)}


@lru_cache(maxsize=20_000)
def _stem(word: str, language: str) -> str:
    if language in ENDINGS:
        ending, short = ENDINGS[language]
        word = ending.sub(short, word)
    algorithm = _algorithm(language)
    # A stemmer keeps its state while it works: none is shared between threads.
    return snowballstemmer.stemmer(algorithm).stemWord(word) if algorithm else word


@cache
def _algorithm(language: str) -> str | None:
    """Snowball's name of the language, None where it has none."""
    name = (Locale.parse(language, sep="-").get_language_name("en") or "").lower()
    return name if name in snowballstemmer.algorithms() else None
