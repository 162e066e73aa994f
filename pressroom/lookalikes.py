"""Names written with letters that only look like those one reads: of another alphabet, of another width, invisible.

A name that is wholly Cyrillic, Greek or Arabic is a name like any other: what is told is the mixture inside one word,
as Unicode's security report calls it (UTS 39, mixed-script and confusable detection), and the name of a known outlet
that was written in other letters.
"""

import unicodedata

# Alphabets whose letters can be taken for each other; Japanese mixes its own three in every sentence.
ALIKE = frozenset({"LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC"})
# Letters that were drawn otherwise and mean the plain one: full width, mathematical, circled.
DRESSED = ("<wide>", "<font>", "<circle>", "<square>")
# The Latin letter that each of these is read as.
READ_AS = str.maketrans(
    "АВЕЅІЈКМНОРСТУХѴԌԚԜ" "аеѕіјкмнорстухѵԁɡԛԝһ" "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹ" "αικνορτυχϲ" "ՕՏԼսօոցհ",
    "ABESIJKMHOPCTYXVGQW" "aesijkmhopctyxvdgqwh" "ABEZHIKMNOPTYXC" "aikvoptuxc" "OSLuongh",
)  # fmt: skip


def warned(text: str) -> bool:
    """Whether something in it is not what it looks like."""
    return _has_invisible(text) or any(_is_dressed(character) for character in text) or _mixes(text)


def plain(text: str) -> str:
    """What a hurried reader takes it for: invisible signs gone, every letter the Latin one that it resembles.

    Words of one alphabet that is not Latin become Latin only where all of their letters have a double there.
    """
    shown = unicodedata.normalize("NFKC", "".join(c for c in text if unicodedata.category(c) != "Cf"))
    return " ".join(_read(word) for word in shown.split(" "))


def domain_in_letters(domain: str) -> str:
    """A host name as it is shown, from its ASCII form (RFC 3492: "xn--…"); what cannot be read stays as it is."""
    try:
        return domain.encode().decode("idna")
    except UnicodeError:
        return domain


def misleads(domain: str) -> bool:
    """Whether a host name in its ASCII form is shown in letters that are taken for others, all of it or in part."""
    shown = domain_in_letters(domain)
    return shown != domain and (warned(shown) or plain(shown).isascii())


def _read(word: str) -> str:
    read = word.translate(READ_AS)
    return read if _alphabets(read) <= {"LATIN"} or _mixes(word) else word


def _mixes(text: str) -> bool:
    return any(len(_alphabets(word) & ALIKE) > 1 for word in _words(text))


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() or unicodedata.category(c) in ("Cf", "Mn") else " " for c in text).split()


def _alphabets(word: str) -> set[str]:
    """The alphabets of a word's letters, by the first word of their names in Unicode."""
    return {unicodedata.name(c, "?").partition(" ")[0] for c in word if c.isalpha()}


def _has_invisible(text: str) -> bool:
    """An invisible sign between letters that need none: Persian and the scripts of India do join letters with them."""
    return any(unicodedata.category(c) == "Cf" for c in text) and bool(_alphabets(text) & ALIKE)


def _is_dressed(character: str) -> bool:
    return character.isalpha() and unicodedata.decomposition(character).startswith(DRESSED)
