"""A press office with as many releases as are wanted, in French and in English, stored without ceremony."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from flask import Flask
from flask_migrate import upgrade

from pressroom import clock, create_app
from pressroom.access import SYSTEM
from pressroom.contacts.models import Contact
from pressroom.database import db, new_id, writing
from pressroom.media.licences import Licence
from pressroom.media.models import Asset, AssetRendition, AssetText, RenditionName
from pressroom.media.models import Kind as MediaKind
from pressroom.releases import search, topics
from pressroom.releases.models import (
    Kind,
    Publication,
    Release,
    ReleaseText,
    Revision,
    SearchEntry,
    State,
    release_topic,
)
from pressroom.slugs import slug
from pressroom.staff import workflow as staff

YEARS = timedelta(days=20 * 365)  # over which they spread, the last half percent still to come
TOPICS = ("Climat", "Énergie", "Forêts", "Mer", "Recherche", "Santé", "Transports", "Villes")
SYLLABLES = (
    "ba",
    "ce",
    "dri",
    "for",
    "gué",
    "lan",
    "mo",
    "né",
    "pla",
    "quoi",
    "ré",
    "sol",
    "tu",
    "vin",
    "zo",
)
VOCABULARY = 20_000
POOL = 2000  # different texts in each language: a release takes one, under a headline of its own
LANGUAGES = ("fr", "en")
BATCH = 2000


class Text(NamedTuple):
    lead: str
    body: str
    terms: list[str]


@contextmanager
def office(folder: Path, releases: int, *, database: str = "") -> Iterator[Flask]:
    """An application over a new database with so many published releases."""
    app = create_app(
        ENV="development", DATA_DIR=folder, DATABASE_URL=database, SECRET_KEY="k" * 40, RATELIMIT_ENABLED=False,
        BASE_URL="http://127.0.0.1", PAGE_CACHE_MB=0,  # what is measured is how pages are made
    )  # fmt: skip
    with app.app_context():
        with writing():
            upgrade()
            _fill(releases)
        yield app
        db.session.remove()
        db.engine.dispose()


def fill_desk(size: int) -> None:
    """So many contacts and files of the media library besides: what only the desk lists."""
    chance, now = random.Random(2006), clock.now()
    say = words(chance)
    for first in range(0, size, BATCH):
        rows = defaultdict(list)
        for number in range(first, min(first + BATCH, size)):
            at, key, language = now - YEARS * (1 - number / size), new_id(), LANGUAGES[number % 2]
            rows[Contact].append({
                "id": key, "email": f"p{number}@outlet{number // 5}.example", "name": say(2).title(), "phone": "",
                "language": language, "country": chance.choice(("FR", "GB", "")), "notes": "", "outlet_id": None,
                "source": "import", "created_at": at, "last_action_at": at,
            })  # fmt: skip
            rows[Asset].append({
                "id": key, "kind": MediaKind.PICTURE if number % 5 else MediaKind.DOCUMENT, "name": f"{number}.jpg",
                "credit": "", "licence": Licence.EDITORIAL, "decorative": False, "restricted": number % 50 == 0,
                "offered": False, "place": "", "created_at": at, "described_at": at, "version": 1,
            })  # fmt: skip
            rows[AssetText].append({
                "asset_id": key, "language": language, "title": say(4), "alt": "", "caption": "", "transcript": "",
            })  # fmt: skip
            rows[AssetRendition].append({
                "asset_id": key, "name": RenditionName.PRINT, "media_type": "image/jpeg", "key": key, "size": 1,
            })  # fmt: skip
        for model, values in rows.items():
            db.session.execute(db.insert(model), values)
        db.session.commit()


def words(chance: random.Random) -> Callable[[int], str]:
    """A function that writes so many words; a few of them are in nearly every text, most in hardly any."""
    vocabulary = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 5))) for _ in range(VOCABULARY)]
    weights = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))
    return lambda count: " ".join(chance.choices(vocabulary, cum_weights=weights, k=count))


def _fill(releases: int) -> None:
    chance = random.Random(2006)
    say, begins = words(chance), clock.now() - YEARS * 0.995
    staff.name_office(dict.fromkeys(LANGUAGES, "Press"), by=SYSTEM, at=begins)
    contact = staff.add_contact(
        name="Maël Quéré", email="mael@press.example", phone="+33 1 99 00 00 01", languages=["fr"],
        texts=dict.fromkeys(LANGUAGES, ("Presse", "")), by=SYSTEM, at=begins,
    )  # fmt: skip
    under = [topics.add({"fr": name, "en": name}, by=SYSTEM, at=begins) for name in TOPICS]
    db.session.flush()
    pool = {language: [_text(language, say) for _ in range(min(POOL, releases))] for language in LANGUAGES}
    for first in range(0, releases, BATCH):
        rows = defaultdict(list)
        for number in range(first, min(first + BATCH, releases)):
            facts = {
                "id": new_id(8), "number": f"x-{number}", "public_from": begins + YEARS * (number / releases),
                "contact_id": contact.id, "kind": chance.choices(list(Kind), weights=(80, 5, 8, 5, 2))[0],
            }  # fmt: skip
            chosen = chance.sample([topic.id for topic in under], k=chance.choice((0, 1, 1, 2)))
            _release(rows, facts, chosen)
            for language in LANGUAGES:
                _words(rows, facts, chosen, language, say(8), chance.choice(pool[language]))
        for model, values in rows.items():
            db.session.execute(db.insert(model), values)
        db.session.commit()


def _text(language: str, say: Callable[[int], str]) -> Text:
    lead, paragraphs = say(25), [say(60) for _ in range(2)]
    body = "".join(f"<p>{paragraph}.</p>" for paragraph in paragraphs)
    return Text(lead, body, search.said(language, " ".join((lead, *paragraphs))))


def _release(rows: dict, facts: dict, chosen: list[str]) -> None:
    at = facts["public_from"]
    rows[Release].append({
        **facts, "state": State.PUBLISHED, "together": False, "source_language": "fr", "dated": at.date(),
        "publish_at": at, "created_at": at, "version": 1,
    })  # fmt: skip
    rows[release_topic] += [{"release_id": facts["id"], "topic_id": topic} for topic in chosen]


def _words(rows: dict, facts: dict, chosen: list[str], language: str, headline: str, text: Text) -> None:
    at, key = facts["public_from"], f"{facts['id']}-{language}"
    rows[ReleaseText].append({
        "id": key, "release_id": facts["id"], "language": language, "slug": slug(headline), "latest_number": 1,
        "public_number": 1, "made_from_number": None if language == "fr" else 1, "major_number": 1,
        "public_made_from_number": None if language == "fr" else 1, "public_major_number": 1,
    })  # fmt: skip
    rows[Revision].append({
        "text_id": key, "number": 1, "headline": headline, "place": "Hyères", "lead": text.lead, "body": text.body,
        "minor": False, "author": "", "created_at": at,
    })  # fmt: skip
    rows[Publication].append({"text_id": key, "number": 1, "at": at})
    filed = search.filed(language, at.year, facts["kind"], chosen)
    terms = " ".join([search.every(language), *search.said(language, headline), *filed, *text.terms])
    number = LANGUAGES.index(language)
    rows[SearchEntry].append({"id": search.first_id(at) + number, "text_id": key, "terms": terms})
