"""A release in other forms than a page."""

from pressroom import dates, markup, pages
from pressroom.i18n import gettext as _
from pressroom.releases.models import Release, Revision
from pressroom.staff.models import ContactWords


def plain_text(
    release: Release, text: Revision, *, language: str, contact: ContactWords | None, url: str
) -> str:
    """The release as a reader pastes it elsewhere: parts apart by an empty line, the address of its page last."""

    def typeset(words: str) -> str:
        return pages.typeset(words, language).unescape()

    number = release.number and _("Press release no. %(number)s", number=release.number)
    parts = [
        typeset(text.headline),
        ", ".join(filter(None, (typeset(text.place), dates.day(release.dated), number))),
        typeset(text.lead),
        markup.plain_text(str(pages.typeset_html(text.body, language))),
    ]
    if contact:
        name = _("Press contact: %(name)s", name=contact.name)
        parts.append("\n".join(filter(None, (name, contact.phone, contact.email))))
    return "\n\n".join(filter(None, [*parts, url])) + "\n"
