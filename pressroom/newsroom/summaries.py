"""What the API says of a release and of an event: facts once, words in each language that readers have."""

from datetime import datetime

from flask import current_app

from pressroom import links
from pressroom.events import queries as events
from pressroom.events.models import Event
from pressroom.newsroom import addresses
from pressroom.releases import queries, renditions
from pressroom.releases.models import Release


def release(one: Release) -> dict:
    """A public release; its words are told apart in `texts`."""
    readable = addresses.readable_in(one)
    return {
        "id": one.id,
        "number": one.number,
        "kind": one.kind,
        "published": one.public_from,
        "modified": max(queries.modified(one, code) for code in readable),
        "dated": one.dated,
        "source_language": one.source_language,
        "available_languages": readable,
        "missing": [code for code in current_app.config["LANGUAGES"] if code not in readable],
        "outdated": [code for code in readable if queries.outdated_for_readers(one.texts[code])],
        "topics": [
            {code: {"slug": text.slug, "name": text.name} for code, text in topic.texts.items()}
            for topic in one.topics
        ],
        "event": one.event_id if one.event and one.event.is_public else None,
        "url": addresses.short(one),
        "api_url": links.absolute("api.release", release_id=one.id),
        "texts": {code: _text(one, code) for code in readable},
    }


def corrections(one: Release) -> list[dict]:
    """What readers were told since, oldest first; `followed` says whether the words already say so."""
    readable = addresses.readable_in(one)
    return [
        {
            "kind": correction.kind,
            "at": correction.at,
            "texts": {
                code: {
                    "note": said.note,
                    "wrong": said.wrong,
                    "right": said.right,
                    "followed": bool(said.number),
                }
                for code, said in correction.texts.items()
                if code in readable
            },
        }
        for correction in one.corrections
    ]


def taken_off(one: Release) -> dict:
    """A release that readers should no longer rely on, and why."""
    return {
        "id": one.id,
        "number": one.number,
        "state": one.state,
        "at": one.withdrawn_at,
        "reasons": {code: said.note for code, said in queries.off(one).texts.items()},
    }


def event(one: Event, now: datetime) -> dict:
    """A public event: announced, postponed or cancelled."""
    codes = [code for code in current_app.config["LANGUAGES"] if code in one.texts]
    before = events.previous_start(one)
    return {
        "id": one.id,
        "state": one.state,
        "starts_at": one.starts_at.astimezone(one.zone),
        "ends_at": one.ends_at.astimezone(one.zone),
        "previous_starts_at": before and before.astimezone(one.zone),
        "timezone": one.timezone,
        "venue_is_private": one.venue_is_private,
        "map_url": one.public_map_url,
        "accreditation": {
            "window": events.window(one, now),
            "opens_at": one.requests_open_at,
            "closes_at": one.requests_close_at,
            "answer_by": one.answer_by,
            "categories": [category.code for category in one.open_categories],
        },
        "available_languages": codes,
        "texts": {code: _event_text(one, code) for code in codes},
    }


def _text(one: Release, language: str) -> dict:
    text = one.texts[language].public
    return {
        "language": language,
        "version": text.number,
        "headline": text.headline,
        "place": text.place,
        "lead": text.lead,
        "modified": queries.modified(one, language),
        "url": renditions.address(one, language),
    }


def _event_text(one: Event, language: str) -> dict:
    text = one.texts[language]
    return {
        "language": language,
        "title": text.title,
        "summary": text.summary,
        "description": text.description,
        "place": text.place,
        "address": text.public_address,
        "conditions": text.conditions,
        "url": links.absolute("events.show", language=language, slug=text.slug),
    }
