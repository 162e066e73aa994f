"""What is to be done before a release is published, and where to do it: what stands in the way, what is only advised."""

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from pressroom.i18n import gettext as _
from pressroom.i18n import locale
from pressroom.media.models import Asset
from pressroom.releases import queries
from pressroom.releases.models import Release


class Place(StrEnum):
    """Where a point is mended: the words in a language, the facts, or a picture of the library."""

    TEXT = "text"
    FACTS = "facts"
    PICTURE = "picture"


class Point(NamedTuple):
    """One thing to do; `which` is a language or the id of a picture."""

    sentence: str
    place: Place
    which: str = ""


def obstacles(release: Release, of_site: Iterable[str]) -> list[Point]:
    """What the release cannot be published without; `of_site` are the languages of the site."""
    points = []
    if not queries.ready(release):
        sentence = _("Write a headline and a body in one language.")
        points.append(Point(sentence, Place.TEXT, release.source_language))
    if release.contact is None:
        points.append(Point(_("Choose a press contact."), Place.FACTS))
    return points + not_together(release, of_site)


def not_together(release: Release, of_site: Iterable[str]) -> list[Point]:
    """What is to be done in each language of a release whose languages are published together."""
    if not release.together:
        return []
    ready, wanted = queries.ready(release), sorted({*of_site, *release.texts})
    unready = [
        Point(_("Finish the text in %(language)s: the languages are published together.", language=_name(code)), Place.TEXT, code)
        for code in wanted
        if code not in ready
    ]  # fmt: skip
    outdated = [
        Point(_("Bring the text in %(language)s up to date: the languages are published together.", language=_name(code)), Place.TEXT, code)
        for code in ready
        if queries.outdated(release.texts[code])
    ]  # fmt: skip
    return unready + outdated


def advice(release: Release, of_site: Iterable[str]) -> list[Point]:
    """What a careful press office also does, and what nothing waits for."""
    points = [] if release.together else _other_languages(release, of_site)
    for picture in release.pictures:
        points += _picture(picture.asset, release)
    return points


def _other_languages(release: Release, of_site: Iterable[str]) -> list[Point]:
    ready = queries.ready(release)
    if not ready:
        return []
    sentences = {
        code: _("There is no finished text in %(language)s yet.", language=_name(code))
        for code in of_site
        if code not in ready
    } | {
        code: _("The text in %(language)s does not follow the source yet.", language=_name(code))
        for code in ready
        if queries.outdated(release.texts[code])
    }
    return [Point(sentence, Place.TEXT, code) for code, sentence in sentences.items()]


def _picture(asset: Asset, release: Release) -> list[Point]:
    sentences = [
        _("Describe the picture “%(name)s” in %(language)s.", name=asset.name, language=_name(code))
        for code in (queries.ready(release) if asset.is_picture else ())
        if not (asset.decorative or (code in asset.texts and asset.texts[code].alt))
    ]
    if not asset.credit:
        sentences.append(_("Give the credit of the picture “%(name)s”.", name=asset.name))
    return [Point(sentence, Place.PICTURE, asset.id) for sentence in sentences]


def _name(language: str) -> str:
    return locale().languages[language]
