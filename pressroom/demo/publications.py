"""The example's pictures and releases, at every stage that a release can have, and the kit of an event."""

import io
from datetime import datetime, timedelta

from werkzeug.datastructures import FileStorage

from pressroom import markup
from pressroom.access import Actor
from pressroom.accreditation.models import Application, State
from pressroom.database import db
from pressroom.delivery.models import Message
from pressroom.delivery.models import State as Delivery
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
KIT_OPENED = -2  # days from today


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


def open_kit(event: Event, chosen: list[Release], *, by: Actor, calendar: Calendar) -> Kit:
    """The event's kit, open since the day before yesterday."""
    opened = calendar.moment(calendar.day(KIT_OPENED))
    files = {None: take("plan-map.pdf", drawings.map_pdf())}
    for code in texts.languages("kit", "cover"):
        programme = texts.plain(f"kit/programme.{code}.txt", code, calendar)
        files[code] = take(f"programme-{code}.txt", programme.encode())
    kit, covers = kits.create(event, by=by, at=opened), _said("cover", calendar)
    for language, file in files.items():
        drafting.fill(
            kit, covers=covers, releases=_ids(chosen), files=[file], file_language=language, by=by, at=opened
        )
    kits.act(kit, "open", languages=covers, by=by, at=opened)
    return kit


def hand_out(
    kit: Kit, chosen: list[Release], later: list[Asset], *, by: Actor, calendar: Calendar
) -> None:  # fmt: skip
    """Two in three of those whom its mail reached fetched it, and one in three the second version, which has pictures."""
    people = _reached(kit)
    _fetch(kit, people[::3] + people[1::3], kit.opened_at + timedelta(hours=2))
    added, covers = calendar.moment(calendar.day(KIT_OPENED + 1)), _said("cover", calendar)
    drafting.fill(kit, covers=covers, releases=_ids(chosen), assets=later, by=by, at=added)
    kits.publish(kit, _said("note", calendar), languages=covers, by=by, at=added)
    _fetch(kit, people[::3], added + timedelta(hours=1))


def _said(name: str, calendar: Calendar) -> dict[str, str]:
    codes = texts.languages("kit", name)
    return {code: texts.plain(f"kit/{name}.{code}.txt", code, calendar).strip() for code in codes}


def _ids(chosen: list[Release]) -> list[str]:
    return [release.id for release in chosen]


def _reached(kit: Kit) -> list[Application]:
    """The accredited whose mail was accepted, by address."""
    arrived = db.select(Message.recipient).filter_by(about=kit.subject, state=Delivery.ACCEPTED)
    theirs = db.select(Application).where(
        Application.event_id == kit.event_id,
        Application.email.in_(arrived),
        Application.state == State.APPROVED,
    )
    return list(db.session.scalars(theirs.order_by(Application.email)))


def _fetch(kit: Kit, people: list[Application], at: datetime) -> None:
    for person in people:
        fetch = kits.note_fetch(queries.grant_of(kit, person), EVERYTHING, at=at)
        fetch.completed_at = at
