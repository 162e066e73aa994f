"""A release as other newsrooms' systems take it: ninjs 3.1, IPTC's news in JSON. One language an object."""

import re
from datetime import datetime
from typing import Any

from flask import current_app

from pressroom import blocks, links, markup
from pressroom.i18n import gettext as _
from pressroom.i18n import speaking
from pressroom.media.models import Asset, RenditionName
from pressroom.releases import renditions
from pressroom.releases.models import Release, Revision
from pressroom.releases.renditions import FORMATS, Parts
from pressroom.staff.models import ContactWords

STANDARD = {
    "name": "ninjs",
    "version": "3.1",
    "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json",
}
WORD = re.compile(r"\w[\w’'-]*")
# How IPTC's list of renditions calls the sizes of a picture.
SIZES = {RenditionName.THUMB: "thumbnail", RenditionName.WEB: "web", RenditionName.PRINT: "highRes"}


def item(release: Release, revision: Revision, language: str, *, now: datetime) -> dict[str, Any]:
    """The release with the words of `revision`; before its hour it says until when nobody may publish it."""
    contact = release.contact and release.contact.words(language)
    url = renditions.address(release, language)
    said = renditions.parts(release, revision, language=language, contact=contact, url=url)
    embargoed = release.public_from is None or release.public_from > now
    with speaking(language):
        known = {
            **_identity(release, language),
            "version": str(revision.number),
            "versionCreated": _created(release, revision, language).isoformat(),
            "firstCreated": _first(release, revision, language).isoformat(),
            "embargoedUntil": release.public_from.isoformat() if embargoed and release.public_from else None,
            "pubStatus": "usable",
            "representationType": "full",
            **_words(said, language),
            **_rights(said, release),
            "edNote": "\n".join(said.notes),
            "people": [_person(contact)] if contact else [],
            "organisations": [{"name": said.organisation, "rel": "publisher"}],
            "subjects": [{"name": one.words(language).name, "literal": one.id} for one in release.topics],
            "genres": [{"name": said.kind, "literal": release.kind.value}],
            "renditions": [] if embargoed else _renditions(release, language),
            "associations": [*_pictures(release, language), *_translations(release, language)],
        }
    return _said(known)


def canceled(release: Release, language: str, *, note: str) -> dict[str, Any]:
    """What is left of a release that was withdrawn or killed: which one, and why nobody may use it any more."""
    return _said(
        {
            **_identity(release, language),
            "versionCreated": release.withdrawn_at.isoformat(),
            "firstCreated": release.public_from.isoformat(),
            "pubStatus": "canceled",
            "representationType": "partial",
            "edNote": renditions.typeset(note, language),
        }
    )


def uri(release: Release, language: str) -> str:
    """The name of the words in one language for good: the page's address without the slug, and it leads there."""
    return links.absolute("renditions.nameless", language=language, release_id=release.id)


def _identity(release: Release, language: str) -> dict[str, Any]:
    number = [{"role": "number", "value": release.number}] if release.number else []
    return {
        "uri": uri(release, language),
        "standard": STANDARD,
        "type": "text",
        "language": language,
        "altIds": [*number, {"role": "id", "value": release.id}],
    }


def _created(release: Release, revision: Revision, language: str) -> datetime:
    """When readers first had this revision; when it was written, while they have not."""
    seen = [one.at for one in release.texts[language].publications if one.number == revision.number]
    return max(seen, default=revision.created_at)


def _first(release: Release, revision: Revision, language: str) -> datetime:
    return min((one.at for one in release.texts[language].publications), default=revision.created_at)


def _words(said: Parts, language: str) -> dict[str, Any]:
    plain = markup.plain(said.body)
    count = {"charCount": len(plain), "wordCount": len(WORD.findall(plain))}
    inside = blocks.render(said.body).replace("<br>", "<br/>")
    xhtml = (
        f'<div xmlns="http://www.w3.org/1999/xhtml" xml:lang="{language}" lang="{language}">{inside}</div>'
    )
    return {
        "title": said.headline,
        "headlines": [{"role": "main", "contentType": "text/plain", "value": said.headline}],
        "descriptions": [{"role": "summary", "contentType": "text/plain", "value": said.lead}] if said.lead else [],
        "bodies": [
            {"role": "main", "contentType": "text/plain", **count, "value": plain},
            {"role": "main", "contentType": "application/xhtml+xml", **count, "value": xhtml},
        ],
        "by": said.organisation,
        "located": said.place,
    }  # fmt: skip


def _rights(said: Parts, release: Release) -> dict[str, Any]:
    return {
        "copyrightHolder": said.organisation,
        "copyrightNotice": f"© {release.dated.year} {said.organisation}",
        "usageTerms": _("Free to use in the media, naming its source. Pictures come with their own terms."),
    }


def _person(contact: ContactWords) -> dict[str, Any]:
    ways = {"phone": contact.phone, "email": contact.email}
    reach = [{"type": kind, "role": "press", "value": value} for kind, value in ways.items() if value]
    return _said(
        {"name": contact.name, "rel": "press contact", "literal": contact.role, "contactInfo": reach}
    )


def _renditions(release: Release, language: str) -> list[dict[str, Any]]:
    place = {"language": language, "release_id": release.id, "slug": release.texts[language].slug}
    page = {"name": "html", "href": renditions.address(release, language), "contentType": "text/html"}
    files = [
        {"name": kind, "href": links.absolute("renditions.file", kind=kind, **place), "contentType": media_type}
        for kind, media_type in FORMATS.items()
    ]  # fmt: skip
    return [page, *files]


def _pictures(release: Release, language: str) -> list[dict[str, Any]]:
    return [_asset(asset, language) for asset in release.open_assets]


def _asset(asset: Asset, language: str) -> dict[str, Any]:
    words = asset.words(language)
    told = {"caption": words.caption, "altText": words.alt}
    return _said(
        {
            "name": words.label or asset.name,
            "rel": "attachment",
            "uri": links.absolute("pictures.asset", language=language, asset_id=asset.id),
            "type": "picture" if asset.is_picture else "component",
            "language": words.language,
            "pubStatus": "usable",
            "descriptions": [
                {"role": role, "contentType": "text/plain", "value": renditions.typeset(said, words.language)}
                for role, said in told.items()
                if said
            ],
            "by": asset.credit,
            "copyrightNotice": f"© {asset.credit}",
            "usageTerms": str(asset.terms.sentence),
            "renditions": [_file(one) for one in asset.renditions],
        }
    )


def _file(one) -> dict[str, Any]:
    href = links.absolute("pictures.file", key=one.key, name=one.filename)
    known = {
        "name": SIZES[one.name], "href": href, "contentType": one.media_type, "width": one.width, "height": one.height,
        "sizeInBytes": one.size,
    }  # fmt: skip
    return _said(known)


def _translations(release: Release, language: str) -> list[dict[str, Any]]:
    others = [code for code in current_app.config["LANGUAGES"] if code != language]
    return [
        {
            "name": renditions.typeset(release.texts[code].public.headline, code),
            "rel": "translation",
            "uri": uri(release, code),
            "type": "text",
            "language": code,
        }
        for code in others
        if code in release.texts and release.texts[code].public
    ]


def _said(known: dict[str, Any]) -> dict[str, Any]:
    """Without what there is nothing to say of."""
    return {name: value for name, value in known.items() if value not in (None, "", [], {})}
