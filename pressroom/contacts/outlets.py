"""When two spellings name one outlet."""

import unicodedata


def outlet_key(name: str) -> str:
    """What two spellings of one outlet have in common: letters and digits, without accents or case, as many as its column
    holds."""
    folded = unicodedata.normalize("NFKD", name.replace("œ", "oe").replace("æ", "ae")).casefold()
    return "".join(character for character in folded if character.isalnum())[:200]
