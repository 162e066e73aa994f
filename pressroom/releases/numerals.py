"""Small numbers written in words or in Roman figures, in French and in English.

They prove that a figure of the other language was said, they are never missed themselves: “three” answers « 3 »,
and nobody must write « 1 » because the other language says “one of”.
"""

import re

_ENGLISH = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen"""
_FRENCH = """zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept
dix-huit dix-neuf"""
_TENS = {
    20: "twenty vingt vingtaine", 30: "thirty trente trentaine", 40: "forty quarante quarantaine",
    50: "fifty cinquante cinquantaine", 60: "sixty soixante soixantaine", 70: "seventy septante",
    80: "eighty quatre-vingts quatre-vingt octante", 90: "ninety nonante",
}  # fmt: skip
_OTHERS = {
    0: "midnight minuit", 1: "first une premier première once", 2: "second seconde twice double",
    3: "third tiers triple", 4: "quarter quart", 5: "fifth", 8: "eighth", 9: "ninth",
    10: "dizaine decade", 12: "twelfth noon midday midi dozen douzaine", 15: "quinzaine", 100: "hundred cent cents centaine",
    1000: "thousand mille millier",
}  # fmt: skip
WORDS = {
    word: value for line in (enumerate(_ENGLISH.split()), enumerate(_FRENCH.split())) for value, word in line
} | {word: value for table in (_TENS, _OTHERS) for value, words in table.items() for word in words.split()}
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ROMAN = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_ROMAN_FIGURES = re.compile(r"(?=[IVXLCDM])M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})")
_LONGEST = 40  # characters: no number word is as long


def in_words(text: str) -> set[int]:
    """Every number that the words of `text` say: cardinal, ordinal, “twenty-five”, « XXIe »."""
    found = {_value(word) for word in _WORD.findall(text) if len(word) <= _LONGEST}
    found.discard(None)
    return found


def _value(word: str) -> int | None:
    roman = re.sub(r"(?:e|er|re|ème|th)$", "", word)
    if _ROMAN_FIGURES.fullmatch(roman):
        return _roman(roman)
    known = _known(word.lower())
    if known is None:
        parts = [_known(part) for part in re.sub("quatre-vingts?", "octante", word.lower()).split("-")]
        known = sum(parts) if None not in parts else None
    return known


def _known(word: str) -> int | None:
    return next(
        (WORDS[one] for one in (word, word.removesuffix("s"), *_cardinals(word)) if one in WORDS), None
    )


def _cardinals(word: str) -> list[str]:
    """What the ordinal is made from: « cinquième » of « cinq », “twentieth” of “twenty”."""
    for suffix, endings in (("ième", ("", "e", "s")), ("ieth", ("y",)), ("th", ("",))):
        if word.endswith(suffix):
            root = word.removesuffix(suffix).replace("cinqu", "cinq").replace("neuv", "neuf")
            return [root + ending for ending in endings]
    return []


def _roman(figures: str) -> int:
    values = [_ROMAN[figure] for figure in figures]
    return sum(
        -value if value < following else value
        for value, following in zip(values, [*values[1:], 0], strict=True)
    )
