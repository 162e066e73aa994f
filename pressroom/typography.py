"""French micro-typography: ordinary spaces become the non-breaking ones, straight apostrophes curl.

It runs when a text is shown, never when it is stored, and changes no word: what the writer typed is kept.
Profile fr-FR: U+202F before ; ! ? and between thousands, U+00A0 before : and inside « ».
"""

import re
from functools import lru_cache

NBSP = "\N{NO-BREAK SPACE}"
NNBSP = "\N{NARROW NO-BREAK SPACE}"

# Stand-ins for what must not be read as French: an inline tag (nothing to the eye), a value (a placeholder,
# a passage of code or in another language), anything else (a block tag, an address). They are private
# characters; one that a writer typed is itself put aside, so it comes back as it was.
_TAG, _VALUE, _OPAQUE = "\ue000", "\ue001", "\ue002"
_INLINE = {"a", "abbr", "b", "cite", "code", "em", "i", "mark", "small", "span", "strong", "sub", "sup"}
_CODE = {"code", "kbd", "pre", "samp", "script", "style"}
_VOID = {"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}

_ASIDE = re.compile(
    r"(?P<value>%\(\w+\)[sd])"
    r"|(?P<tag></?(?P<name>[a-zA-Z][\w-]*)(?:\"[^\"]*\"|'[^']*'|[^'\"<>])*>)"
    r"|(?P<opaque>(?:https?|ftp)://\S+|\bwww\.\S+|\bmailto:\S+"
    r"|[\w.+-]{1,64}@[\w.-]+|&#?\w{1,32};|[\ue000-\ue002])"
)
# One of these is in whatever must stay as it is.
_SIGNS = ("%(", "<", "://", "www.", "mailto:", "@", "&", _TAG, _VALUE, _OPAQUE)
_SPLIT = re.compile(r"(<(?:\"[^\"]*\"|'[^']*'|[^'\"<>])*>)")
_NAME = re.compile(r"<(/?)([a-zA-Z][\w-]*)")
_LANG = re.compile(r"\slang\s*=\s*[\"']?([a-zA-Z]+)", re.IGNORECASE)

_UNITS = (
    r"%|‰|°[CF]?|[kM]?€|Md€|[$£¥]"
    r"|[kcm]?m[²³]?|[km]?g|[km]?W|[MG]W|[kMGT]Wh|k?V|[kMG]?Hz|[kMGT]?o|[cm]?l|[ht]|s|ms|min|ha"
    r"|ans?|années?|siècles?|mois|semaines?|jours?|heures?|minutes?|secondes?|octets?|pages?|points?|fois"
    r"|(?:kilo|centi|milli)?mètres?|hectares?|litres?|(?:kilo)?grammes?|tonnes?|(?:méga|giga|kilo)?watts?"
    r"|euros?|dollars?|centimes?|millions?|milliards?|personnes?|places?"
)
_MONTHS = "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
_PHONE = re.compile(
    r"(?<![\d+])(?:\+\d{1,3}(?: \(0\))?(?: ?\d{1,4})(?: \d{2,6}){1,4}|0\d(?: \d{2}){4})(?!\d)"
)
_THOUSANDS = re.compile(r"\d(?<![\d,.]\d)\d{0,2}(?: \d{3})+(?!\d)")
# In their order. Each first says what a text must hold for the rule to find anything: most hold little of it. A pattern
# that begins with a character, and looks behind it only then, is found several times as fast.
_RULES = [
    (["..."], re.compile(r"(?<!\.)\.\.\.(?!\.)"), "…"),
    (["'"], re.compile(rf"'(?<=[^\W\d_]')(?={_TAG}*[\w«“{_VALUE}])"), "’"),
    (["+", "0"], _PHONE, lambda found: found[0].replace(" ", NBSP)),
    ([""], _THOUSANDS, lambda found: found[0].replace(" ", NNBSP)),
    (["«"], re.compile(rf"(«{_TAG}*) +"), rf"\1{NBSP}"),
    (["»", ":"], re.compile(rf" (?<!  ) *(?={_TAG}*[»:])"), NBSP),
    ([";", "!", "?"], re.compile(rf" (?<!  ) *(?={_TAG}*[;!?])"), NNBSP),
    ([""], re.compile(rf"([\d{_VALUE}]{_TAG}*) (?={_TAG}*(?:{_UNITS})(?![\w’'²³]))"), rf"\1{NBSP}"),
    ([""], re.compile(rf"(\d(?:(?<=1)er)?{_TAG}*) (?=(?:{_MONTHS})\b)", re.IGNORECASE), rf"\1{NBSP}"),
    ([f"{NBSP}h "], re.compile(rf" (?<=[\d{_VALUE}]{NBSP}h )(?=[\d{_VALUE}])"), NBSP),
    (["°", "º", "p.", "P."], re.compile(rf"\b([nN][°º]|[pP]\.) (?=[\d{_VALUE}])"), rf"\1{NBSP}"),
    (["M", "Dr ", "Pr "], re.compile(r"\b(MM?\.|M(?:me|lle)s?|Dr|Pr|Me) (?=[A-ZÀ-Þ])"), rf"\1{NBSP}"),
]


# The same headlines and names stand on most pages; markup is another thing than text.
@lru_cache(4096, typed=True)
def french(text: str) -> str:
    """Plain French, or a catalogue's sentence with its %(name)s and tags, with French spacing. Idempotent."""
    aside: list[str] = []
    return _restore(_apply_rules(_put_aside(text, aside)), aside)


def typeset(html: str, language: str) -> str:
    """Sanitised HTML in `language` with its French passages set, wherever `lang` says they are.

    Tags, attributes, code, addresses and passages in other languages stay as they are.
    """
    if language != "fr" and "fr" not in html:
        return html
    aside: list[str] = []
    masked = []
    nested = [(language, False)]
    for part in _SPLIT.split(html):
        tag = _NAME.match(part)
        if tag:
            masked.append(_stand_in(tag[2].lower(), part, aside))
            _follow(nested, tag, part)
        elif nested[-1] == ("fr", False):
            masked.append(_put_aside(part, aside))
        elif part:
            aside.append(part)
            masked.append(_VALUE)
    return _restore(_apply_rules("".join(masked)), aside)


def _follow(nested: list[tuple[str, bool]], tag: re.Match, text: str) -> None:
    """Keep (language, is code) of the elements that are open."""
    closing, name = tag[1], tag[2].lower()
    if closing:
        if len(nested) > 1:
            nested.pop()
    elif name not in _VOID:
        language, is_code = nested[-1]
        declared = _LANG.search(text)
        nested.append((declared[1].lower() if declared else language, is_code or name in _CODE))


def _stand_in(name: str, text: str, aside: list[str]) -> str:
    aside.append(text)
    return _TAG if name in _INLINE else _OPAQUE


def _put_aside(text: str, aside: list[str]) -> str:
    if not any(sign in text for sign in _SIGNS):
        return text

    def stand_in(found: re.Match) -> str:
        if found["tag"]:
            return _stand_in(found["name"].lower(), found["tag"], aside)
        aside.append(found[0])
        return _VALUE if found["value"] else _OPAQUE

    return _ASIDE.sub(stand_in, text)


def _apply_rules(text: str) -> str:
    for signs, pattern, replacement in _RULES:
        for sign in signs:
            if sign in text:
                text = pattern.sub(replacement, text)
                break
    return text


def _restore(text: str, aside: list[str]) -> str:
    originals = iter(aside)
    return re.sub(f"[{_TAG}{_VALUE}{_OPAQUE}]", lambda _: next(originals), text)
