"""The example's pictures and releases, at every stage that a release can have, and the kit of an event."""

import io
from datetime import datetime, timedelta

from werkzeug.datastructures import FileStorage

from pressroom import markup
from pressroom.access import Actor
from pressroom.accreditation.models import Application, State
from pressroom.database import db
from pressroom.demo import drawings, texts
from pressroom.demo.calendar import Calendar
from pressroom.events.models import Event
from pressroom.kits import drafting, queries
from pressroom.kits import workflow as kits
from pressroom.kits.models import EVERYTHING, Kit
from pressroom.media import intake, renditions
from pressroom.media import workflow as media
from pressroom.media.licences import Licence
from pressroom.media.models import Asset, Kind
from pressroom.releases import previews, topics
from pressroom.releases import workflow as releases
from pressroom.releases.corrections import Note
from pressroom.releases.models import CorrectionKind, Release, Topic, Words
from pressroom.releases.models import Kind as ReleaseKind
from pressroom.staff.models import PressContact

LARGEST = 1_000_000  # bytes
WRITING_TAKES = timedelta(hours=20)
LIBRARY_OPENED = 165  # days ago


def hang_pictures(*, by: Actor, calendar: Calendar) -> dict[str, Asset]:
    """The media library by name, with its words, its credits and its licences."""
    facts, assets = texts.table("pictures"), {}
    drawn = {"logo": drawings.logo_png, "map": drawings.map_pdf, "jingle": drawings.tune_wav}
    for fact in facts["assets"]:
        name = fact["name"]
        taken = take(fact["file"], drawn[name]() if name in drawn else drawings.jpeg(name))
        words = {code: said for code, said in fact.items() if isinstance(said, dict)}
        at = calendar.at - timedelta(days=fact.get("taken", LIBRARY_OPENED))
        asset = media.add(taken, renditions.at_once(taken), languages=words, by=by, at=at)
        told = media.Facts(
            kind=Kind(fact.get("kind", asset.kind)), credit=facts["credit"],
            licence=Licence(fact.get("licence", Licence.EDITORIAL)), restricted=fact.get("restricted", False),
            offered=fact.get("offered", False), place=fact.get("place", ""),
            taken_on=at.date() if "taken" in fact else None,
        )  # fmt: skip
        media.describe(asset, told, words, by=by, at=at)
        assets[name] = asset
    return assets


def take(name: str, data: bytes) -> intake.Taken:
    """What the desk's upload would make of these bytes."""
    return intake.take(FileStorage(io.BytesIO(data), name), kinds=intake.KIT_FILES, most=LARGEST)


def name_topics(facts: dict, *, by: Actor, calendar: Calendar) -> dict[str, Topic]:
    """What releases are filed under, by name."""
    at = calendar.at - timedelta(days=LIBRARY_OPENED)
    return {name: topics.add(names, by=by, at=at) for name, names in facts["topics"].items()}


def write_release(
    fact: dict,
    contact: PressContact,
    event: Event | None,
    pictures: list[Asset],
    under: list[Topic],
    *,
    by: Actor,
    calendar: Calendar,
) -> Release:
    """Write the release in each language that it has, the source first, and publish it unless it is a draft."""
    online = next((fact[key] for key in ("published", "scheduled", "embargo") if key in fact), None)
    hour = calendar.moment(calendar.day(online)) if online is not None else None
    decided = hour if "published" in fact else calendar.at
    begun = decided - WRITING_TAKES
    source, name = fact["source"], fact["name"]
    release = releases.create(source_language=source, by=by, at=begun)
    languages = texts.languages("releases", name)
    for code in sorted(languages, key=lambda code: code != source):
        releases.save(release, code, _first_words(fact, code, calendar), by=by, at=begun)
    releases.set_facts(
        release,
        dated=(hour or begun).date(),
        contact=contact,
        event=event,
        pictures=pictures,
        kind=ReleaseKind(fact.get("kind", ReleaseKind.RELEASE)),
        topics=under,
        by=by,
        at=begun,
    )
    if "published" in fact:
        releases.publish(release, by=by, at=hour)
    elif hour:
        key = "embargo_until" if "embargo" in fact else "publish_at"
        releases.publish(release, **{key: hour}, by=by, at=decided)
    for person in fact.get("previews", ()):
        previews.add(release, **person, by=by, at=decided)
    if "added" in fact:
        _add(release, fact, by=by, calendar=calendar)
    if "corrected" in fact:
        _correct(release, fact, by=by, calendar=calendar)
    return release


def _add(release: Release, fact: dict, *, by: Actor, calendar: Calendar) -> None:
    """Say more in the source alone: the translation is outdated from then on."""
    source, at = fact["source"], calendar.moment(calendar.day(fact["added"]))
    more = texts.plain(f"releases/{fact['name']}.{source}.added.md", source, calendar)
    releases.save(release, source, _words(fact["name"], source, calendar, more), by=by, at=at)
    notes = {code: Note(said) for code, said in fact["told"].items()}
    releases.publish_changes(release, source, kind=CorrectionKind(fact["as"]), notes=notes, by=by, at=at)


def _correct(release: Release, fact: dict, *, by: Actor, calendar: Calendar) -> None:
    """Put what was wrong right in every language at once."""
    at = calendar.moment(calendar.day(fact["corrected"]))
    for code in sorted(release.texts, key=lambda code: code != fact["source"]):
        words = _words(fact["name"], code, calendar)
        releases.save(release, code, words, follows_source=True, by=by, at=at)
    notes = {
        code: Note(said, fact["wrong"][code], fact["right"][code]) for code, said in fact["told"].items()
    }
    releases.publish_changes(
        release, *release.texts, kind=CorrectionKind.CORRECTION, notes=notes, by=by, at=at
    )


def _first_words(fact: dict, language: str, calendar: Calendar) -> Words:
    """The words with the mistake that is corrected later, if there is one."""
    words = _words(fact["name"], language, calendar)
    if "corrected" not in fact:
        return words
    return words._replace(body=words.body.replace(fact["right"][language], fact["wrong"][language]))


def _words(name: str, language: str, calendar: Calendar, more: str = "") -> Words:
    text = texts.read("releases", name, language, calendar)
    about = texts.plain(f"about.{language}.md", language, calendar)
    body = markup.from_markdown("\n".join((text.body, more, about)))
    return Words(text.front["headline"], text.front["place"], text.front["lead"], body)


def open_kit(
    event: Event, chosen: list[Release], later: list[Asset], *, by: Actor, calendar: Calendar
) -> None:  # fmt: skip
    """The event's kit, open since the day before yesterday: two in three of those accredited fetched it then, and one in
    three the second version, which has the pictures."""
    opened, added = (calendar.moment(calendar.day(days)) for days in (-2, -1))
    codes = texts.languages("kit", "cover")
    covers, notes = (
        {code: texts.plain(f"kit/{name}.{code}.txt", code, calendar).strip() for code in codes}
        for name in ("cover", "note")
    )
    files = {None: take("plan-map.pdf", drawings.map_pdf())}
    for code in codes:
        files[code] = take(
            f"programme-{code}.txt", texts.plain(f"kit/programme.{code}.txt", code, calendar).encode()
        )
    words = {"covers": covers, "releases": [release.id for release in chosen], "by": by}
    kit = kits.create(event, by=by, at=opened)
    for language, file in files.items():
        drafting.fill(kit, files=[file], file_language=language, at=opened, **words)
    kits.act(kit, "open", languages=codes, by=by, at=opened)
    approved = db.select(Application).filter_by(event_id=event.id, state=State.APPROVED)
    people = db.session.scalars(approved.order_by(Application.reference)).all()
    for person in people:
        kits.grant(kit, person, at=opened)
    _fetch(kit, people[::3] + people[1::3], opened + timedelta(hours=2))
    drafting.fill(kit, assets=later, at=added, **words)
    kits.publish(kit, notes, languages=codes, by=by, at=added)
    _fetch(kit, people[::3], added + timedelta(hours=1))


def _fetch(kit: Kit, people: list[Application], at: datetime) -> None:
    for person in people:
        fetch = kits.note_fetch(queries.grant_of(kit, person), EVERYTHING, at=at)
        fetch.completed_at = at
