"""The list of releases: searched, narrowed to a topic, a year, a kind, and a page at a time. Everything that was
chosen stands in the address."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from babel.core import Locale
from babel.numbers import format_decimal
from flask import current_app, render_template, request
from markupsafe import Markup

from pressroom import clock, links, pages, stems
from pressroom.i18n import gettext as _
from pressroom.i18n import locale, ngettext
from pressroom.newsroom import filters
from pressroom.newsroom.filters import Filter
from pressroom.releases import published, search
from pressroom.releases.models import Kind, Release
from pressroom.releases.renditions import KINDS
from pressroom.staff import queries as staff


class Choice(NamedTuple):
    """A way to narrow the list: its name, how many releases are left then, and its address."""

    name: str
    count: str
    url: str
    current: bool


def page(language: str) -> str:
    """The page that the address asks for; it names whom to ask when nothing is found."""
    asked, now = filters.from_args(request.args, language), clock.now()
    found = pages.paginate(
        asked.listed(language, now),
        read=published.BRIEF.all,
        most=search.BOUND,
        count=lambda most: asked.count(language, now, most),
    )
    number = {"page": found.number} if found.number > 1 else {}
    return render_template(
        "newsroom/releases.html",
        page=found,
        asked=asked,
        total=_total(found),
        chosen=_chosen(asked, language),
        groups=_groups(asked, language, now),
        elsewhere=_elsewhere(asked, language, now) if asked.words else [],
        any_year=_url(language, asked._replace(year=None)) if asked.year else None,
        marked=_marker(asked.words),
        filed=_filed,
        contact=None if found.items else staff.whom_to_ask_in(language),
        alternates=[(code, _url(code, asked)) for code in current_app.config["LANGUAGES"]],
        canonical=_url(language, asked, **number),
        feed_of=asked.arguments(language),
    )


def _url(language: str, asked: Filter, **more: Any) -> str:
    return links.address("newsroom.releases", language=language, **asked.arguments(language), **more)


def _chosen(asked: Filter, language: str) -> list[tuple[str, str]]:
    """Everything that the list was narrowed by, in words, and the address without it."""
    names = {
        "words": asked.words and _("“%(words)s”", words=asked.words),
        "topic": asked.topic and pages.typeset(asked.topic.words(language).name, language),
        "year": asked.year and str(asked.year),
        "kind": asked.kind and str(KINDS[asked.kind]),
    }
    nothing = Filter()._asdict()
    return [
        (name, _url(language, asked._replace(**{part: nothing[part]})))
        for part, name in names.items()
        if name
    ]


def _groups(asked: Filter, language: str, now) -> list[tuple[str, list[Choice]]]:
    """What the list can be narrowed to, by heading; a group with nothing to choose from is left out."""
    chosen = asked.topic
    topics = [chosen if chosen and one.id == chosen.id else one for one in published.topics()]
    found = search.facets(language, now, topics, **asked._asdict())

    def choices(part: str, counts: list, name: Callable) -> list[Choice]:
        chosen = getattr(asked, part)
        return [
            Choice(name(one), _figure(count), _url(language, asked._replace(**{part: one})), one == chosen)
            for one, count in counts
        ]

    groups = [
        (
            _("Topic"),
            choices("topic", found.topics, lambda one: pages.typeset(one.words(language).name, language)),
        ),
        (_("Year"), choices("year", found.years, str)),
        (_("Kind"), choices("kind", found.kinds, lambda one: str(KINDS[one]))),
    ]
    return [(name, some) for name, some in groups if len(some) > 1]


def _total(shown: pages.Page) -> str:
    if shown.more:
        return _("More than %(number)s press releases", number=_figure(search.BOUND))
    return ngettext("%(num)s press release", "%(num)s press releases", shown.total)


def _elsewhere(asked: Filter, language: str, now) -> list[tuple[str, str, str]]:
    """The site's other languages in which something is found: (language, address, sentence)."""
    others = [code for code in current_app.config["LANGUAGES"] if code != language]
    counts = [(code, asked.count(code, now, search.BOUND)) for code in others]
    return [(code, _url(code, asked), _results_in(code, count)) for code, count in counts if count]


def _results_in(language: str, count: int) -> str:
    name = locale().languages[language]
    if count > search.BOUND:
        return _("More than %(number)s results in %(language)s", number=_figure(search.BOUND), language=name)
    return ngettext("%(num)s result in %(language)s", "%(num)s results in %(language)s", count, language=name)


def _filed(release: Release, language: str) -> list[str]:
    """What a release is filed under, in words: its kind unless it is the usual one, then its topics."""
    kind = [] if release.kind is Kind.RELEASE else [str(KINDS[release.kind])]
    return [*kind, *(pages.typeset(topic.words(language).name, language) for topic in release.topics)]


def _marker(words: str) -> Callable[[str, str], Markup]:
    """What shows a line of a release, the words that were looked for marked."""
    if not words:
        return pages.typeset

    def marked(line: str, language: str) -> Markup:
        wanted = stems.stems(words, language)
        pieces = stems.WORD.split(pages.typeset(line, language).unescape())
        return Markup("").join(
            Markup("<mark>{}</mark>").format(piece) if stems.stems(piece, language) & wanted else piece
            for piece in pieces
        )

    return marked


def _figure(count: int) -> str:
    """« 1 000+ » for what was only counted so far."""
    shown = _decimal(min(count, search.BOUND), locale())
    return f"{shown}+" if count > search.BOUND else shown


@lru_cache(2 * search.BOUND)
def _decimal(count: int, place: Locale) -> str:
    return format_decimal(count, locale=place)
