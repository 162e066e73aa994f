"""What comparing the languages of a release brings to light, where it stands, and how it is said to people."""

from typing import NamedTuple

from babel.dates import format_date

from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.i18n import locale, ngettext
from pressroom.releases.mentions import Subject

SUBJECTS = {
    Subject.NUMBER: _l("Numbers"), Subject.DATE: _l("Dates"), Subject.TIME: _l("Times"),
    Subject.PHONE: _l("Telephone numbers"), Subject.EMAIL: _l("Email addresses"), Subject.LINK: _l("Links"),
    Subject.QUOTES: _l("Quotations"), Subject.PARAGRAPHS: _l("Length"), Subject.WEEKDAY: _l("Days of the week"),
    Subject.ALT: _l("Descriptions of pictures"), Subject.CREDIT: _l("Credits of pictures"),
    Subject.CONTACT: _l("Press contact"),
}  # fmt: skip
PARTS = {
    "headline": _l("%(language)s, headline"), "lead": _l("%(language)s, lead"),
    "heading": _l("%(language)s, heading %(number)s"), "paragraph": _l("%(language)s, paragraph %(number)s"),
    "text": "%(language)s",
}  # fmt: skip
_SAID = {"fr": "«\u00a0%s\u00a0»"}
_CONTEXT = 160  # characters shown on each side of what was found


class Place(NamedTuple):
    """Where in a language something stands, or is missing: `said` or `lacks` is empty."""

    language: str
    part: str = "text"
    number: int | None = None  # of the heading or paragraph, from 1
    said: str = ""
    lacks: str = ""  # what the other language says, as this one would write it
    text: str = ""  # the passage; what was found are its characters `start` to `end`
    start: int = 0
    end: int = 0

    @property
    def where(self) -> str:
        """“French, paragraph 3”."""
        name = locale().languages[self.language]
        values = {"language": name[:1].upper() + name[1:], "number": self.number}
        return str(PARTS[self.part]) % values

    @property
    def context(self) -> tuple[str, str, str]:
        """The passage before, at and after what was found, without what is far away."""
        before, after = self.text[: self.start], self.text[self.end :]
        if len(before) > _CONTEXT:
            before = "…" + before[-_CONTEXT:].partition(" ")[2]
        if len(after) > _CONTEXT:
            after = after[:_CONTEXT].rpartition(" ")[0] + "…"
        return before, self.text[self.start : self.end], after

    def sentence(self) -> str:
        if self.said:
            words = _SAID.get(self.language, "“%s”") % self.said
            return _("%(place)s: %(words)s", place=self.where, words=words)
        return _("%(place)s: no %(value)s", place=self.where, value=self.lacks)


class Finding(NamedTuple):
    """One difference between two languages, or one thing that a language lacks."""

    subject: Subject
    key: str  # changes when what was found changes; at most 64 characters
    places: tuple[Place, ...] = ()
    about: tuple = ()  # counts in the order of the places, the right day of the week, a picture's name

    def sentence(self) -> str:
        """What was found, in the language being spoken; both places are named."""
        if self.subject is Subject.WEEKDAY:
            day = format_date(self.about[0], "EEEE", locale=locale())
            return _("%(found)s, but that day is a %(weekday)s", found=self.places[0].sentence(), weekday=day)
        if self.subject is Subject.ALT:
            place, name = self.places[0].where, self.about[0]
            return _("%(place)s: the picture “%(name)s” has no description", place=place, name=name)
        if self.subject is Subject.CREDIT:
            return _("The picture “%(name)s” has no credit.", name=self.about[0])
        if self.subject is Subject.CONTACT:
            return _("The release names no press contact.")
        return " / ".join(self.said(index) for index in range(len(self.places)))

    def said(self, index: int) -> str:
        """What was found at one of the places."""
        place = self.places[index]
        if self.subject is Subject.QUOTES:
            count = ngettext("%(num)s quotation", "%(num)s quotations", self.about[index])
        elif self.subject is Subject.PARAGRAPHS:
            count = ngettext("%(num)s paragraph", "%(num)s paragraphs", self.about[index])
        else:
            return place.sentence()
        return _("%(place)s: %(words)s", place=place.where, words=count)
