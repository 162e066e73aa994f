"""The plain text of a mail, made from its HTML: both say the same sentences, because there is one source of them."""

import re
from html.parser import HTMLParser

from pressroom.delivery.words import OPENS

PARAGRAPHS = frozenset({"div", "h1", "h2", "li", "p", "table", "td", "tr", "ul"})
NEVER_CLOSED = frozenset({"br", "hr", "meta"})
# An address of the site, or the gap where a person's own one goes.
ADDRESS = re.compile(rf"https?://\S+|{OPENS}\S+")
BLANKS = re.compile(r"[ \t\r\n]+")  # not the spaces that French sets


def text_of(html: str) -> str:
    """The mail's sentences: a blank line between paragraphs, a dash before each item of a list, addresses in full."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.written).strip() + "\n"


class _Reader(HTMLParser):
    """Reads what a template of templates/mail/ gives: every element is closed, but those that never are."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.written: list[str] = []
        # What is being read: its words, the mark before it, and the mark of the paragraph before it.
        self._words, self._mark, self._after = "", "", ""
        self._hidden = 0  # how deep inside what is not shown
        self._link, self._label_from = "", 0

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        if self._hidden or tag == "head" or "display:none" in known.get("style", ""):
            self._hidden += tag not in NEVER_CLOSED
        elif tag == "br":
            self._words += "\n"
        elif tag in PARAGRAPHS:
            self._end_paragraph()
            self._mark = "- " if tag == "li" else ""
        elif tag == "a":
            self._link, self._label_from = known["href"], len(self._words)
            if known.get("class") == "action":
                self._link = ""  # the address stands in full right below the button

    def handle_endtag(self, tag):
        if self._hidden:
            self._hidden -= 1
        elif tag in PARAGRAPHS:
            self._end_paragraph()
        elif tag == "a" and ADDRESS.match(self._link) and self._words[self._label_from :] != self._link:
            self._words += f" <{self._link}>"

    def handle_data(self, data):
        if not self._hidden:
            self._words += BLANKS.sub(" ", data)

    def _end_paragraph(self) -> None:
        words = "\n".join(line.strip(" ") for line in self._words.split("\n"))
        if words.strip():
            close = (self._after and self._mark) or ADDRESS.fullmatch(words)
            self.written += ["\n" if close else "\n\n", self._mark, words.strip("\n")]
            self._after = self._mark
        self._words = self._mark = ""
