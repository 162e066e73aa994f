"""Which block of an imported sheet is what: labels, contacts, date line, headline, lead, and the body's form.

It goes by position and looks, as a reader does; what it leaves out it says.
"""

import re
from datetime import date

from pressroom.blocks import Block, part
from pressroom.i18n import gettext as _
from pressroom.releases import dateline
from pressroom.releases.handmade import (
    HEADINGS,
    MAX_HEADING,
    REACH,
    SHORT,
    ends_sentence,
    unwrapped,
    with_headings,
    with_lists,
)

# How far down a headline is looked for, and how long the parts of a release get, in blocks and characters.
_TOP = 15
_MAX_HEADLINE = 250
_MAX_SUBTITLE = 300
_MAX_CHAPEAU = 800

_LABEL = re.compile(
    r"\W*(?:(?:press|news|media) release|communiqué(?: de presse)?|information presse|for immediate release"
    r"|(?:pour )?diffusion immédiate|pour publication immédiate)\W*(?:n[°o]\W*\w+)?\W*",
    re.IGNORECASE,
)
_EMBARGO = re.compile(
    r"\W*(?:strictly )?(?:under |sous )?embargo(?:ed)?\b(?:\W*$|.{0,20}?(?:until|till|jusqu|:|\d))",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"\W*(?:(?:press|media|your|vos|votre)\W+)?contacts?(?:\W+(?:press|presse|media|médias?))?\W*",
    re.IGNORECASE,
)
# What closes a text: “###”, “- 30 -”, “ENDS”, « – Fin – ».
_END = re.compile(r"#{2,}|[–—-] ?(?i:30|ends?|fin) ?[–—-]|ENDS?|FIN")
_CONTACT_FIRST = re.compile(r"\W*(?:(?:press|media|vos|votre)\W+)?contacts?\b", re.IGNORECASE)
_CONTACT_LAST = re.compile(r"\bcontact\w*\b.{0,20}:\W*$", re.IGNORECASE)
_QUOTED = re.compile(r"[“«\"]\s*([^“”«»\"]+?)\s*[”»\"]")


class Sheet:
    """A release's parts, read from the top of `blocks`; `is_typed` when their lines were typed by hand."""

    def __init__(self, blocks: list[Block], *, is_typed: bool) -> None:
        self.headline = self.place = self.lead = ""
        self.dated: date | None = None
        self.lost: list[str] = []
        self._has_contact = False
        self._blocks = [unwrapped(block) for block in blocks] if is_typed else list(blocks)
        above = self._take_above()
        self._take_headline()
        self._take_lead()
        self._drop_last_contact()
        if self._blocks and _END.fullmatch(self._blocks[-1].text):
            self._blocks.pop()
        if self._has_contact:
            self.lost.append(_("A contact block was left out: choose the press contact below."))
        self.body = with_headings(with_lists(above + self._blocks), is_typed=is_typed)

    def _take_above(self) -> list[Block]:
        """Read labels, contacts and the date line above the headline; whatever else stands there is kept.

        The headline is the only title; where there are several, or none, it is the first line that is left.
        """
        above = []
        titles = [block for block in self._blocks if block.name == "h1" and not _is_label(block.text)]
        title = titles[0] if len(titles) == 1 and titles[0] in self._blocks[:_TOP] else None
        while self._blocks and self._blocks[0] is not title:
            text = self._blocks[0].text
            if self._take_matter():
                continue
            if len(text) < MAX_HEADING and REACH.search(text):
                self._has_contact = True
                self._blocks.pop(0)
            elif title is None:
                break
            else:
                above.append(self._blocks.pop(0))
        return above

    def _take_matter(self) -> bool:
        """Take the first block if it is a label, an embargo, the date line or a contact."""
        first = self._blocks[0]
        if not first.runs:
            return False
        line, _newline, rest = first.text.partition("\n")
        found = self._new_date(line)
        end = _contact_end(self._blocks, 0)
        if _is_label(line):
            pass
        elif len(line) <= MAX_HEADING and _EMBARGO.match(line):
            self.lost.append(_("“%(line)s” was left out: set the embargo on the release.", line=line))
        elif found and found.end == len(line):
            self._keep_date(found)
        elif end:
            self._has_contact = True
            del self._blocks[:end]
            return True
        else:
            return False
        if rest:
            first.runs = part(first.runs, len(line) + 1)
        else:
            self._blocks.pop(0)
        return True

    def _new_date(self, text: str) -> dateline.Dateline | None:
        """The date line that `text` begins with; one that gives another day than the first is text."""
        found = dateline.find(text)
        return found if found and self.dated in (None, found.dated) else None

    def _keep_date(self, found: dateline.Dateline) -> None:
        self.dated = found.dated
        self.place = self.place or ("" if _is_label(found.place) else found.place)

    def _take_headline(self) -> None:
        if (
            self._blocks
            and self._blocks[0].name in HEADINGS | {"p"}
            and len(self._blocks[0].text) <= _MAX_HEADLINE
        ):
            text = self._blocks.pop(0).text.replace("\n", " ")
            quoted = _QUOTED.fullmatch(text)
            self.headline = quoted[1] if quoted else text
        else:
            self.lost.append(_("No headline was found: write one."))

    def _take_lead(self) -> None:
        """The sub-titles under the headline, or one paragraph set in bold or italics."""
        lines: list[str] = []
        while self.headline and len(self._blocks) > 1 and self._blocks[0].name == "p" and len(lines) < 3:
            first = self._blocks[0]
            if self._take_matter():
                continue
            found = self._new_date(first.text)
            if found:
                self._keep_date(found)
                first.runs = part(first.runs, found.end)
            stands_out = all({"strong", "em"} & dict(run.marks).keys() for run in first.runs)
            if not _is_subtitle(first.text) and not (stands_out and len(first.text) <= _MAX_CHAPEAU):
                break
            if len({run.marks for run in first.runs}) > 1 or any(
                "a" in dict(run.marks) for run in first.runs
            ):
                self.lost.append(_("The lead is plain text: its emphasis and its links were left out."))
            lines.append(self._blocks.pop(0).text.replace("\n", " "))
            if found or not _is_subtitle(lines[-1]):
                break
        self.lead = " ".join(lines)

    def _drop_last_contact(self) -> None:
        for start in range(max(0, len(self._blocks) - 8), len(self._blocks)):
            if _contact_end(self._blocks, start) == len(self._blocks):
                self._has_contact = True
                del self._blocks[start:]
                return


def _is_label(text: str) -> bool:
    return len(text) <= MAX_HEADING and bool(_LABEL.fullmatch(text))


def _contact_end(blocks: list[Block], start: int) -> int:
    """The index after the contact block that begins at `start`; 0 when none does."""
    text = blocks[start].text
    is_label = bool(_CONTACT.fullmatch(text.partition("\n")[0]))
    is_invitation = len(text) <= MAX_HEADING and bool(_CONTACT_LAST.search(text))
    is_whole = len(text) <= 2 * MAX_HEADING and bool(_CONTACT_FIRST.match(text) and REACH.search(text))
    if not (is_label or is_invitation or is_whole):
        return 0
    end = start + 1
    while end < len(blocks) and _is_contact_line(blocks, end):
        end += 1
    return end if is_label or is_whole or end > start + 1 else 0


def _is_contact_line(blocks: list[Block], index: int) -> bool:
    """A short line with an address or a number, or one of few (a name, a title) right above such a line."""
    for block in blocks[index : index + 4]:
        line = block.text
        if block.name != "p" or len(line) > 2 * MAX_HEADING or _is_label(line) or dateline.find(line):
            return False
        if REACH.search(line):
            return True
        if len(line) > SHORT:
            return False
    return False


def _is_subtitle(text: str) -> bool:
    return len(text) <= _MAX_SUBTITLE and not text.isupper() and not ends_sentence(text)
