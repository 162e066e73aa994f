"""The example's pictures and releases, at every stage that a release can have, and the kit of an event."""

import io
from datetime import timedelta

from werkzeug.datastructures import FileStorage

from pressroom import markup
from pressroom.access import Actor
from pressroom.demo import drawings, texts
from pressroom.demo.calendar import Calendar
from pressroom.events.models import Event
from pressroom.kits import workflow as kits
from pressroom.media import intake
from pressroom.media import workflow as media
from pressroom.media.models import Asset
from pressroom.releases import workflow as releases
from pressroom.releases.corrections import Note
from pressroom.releases.models import CorrectionKind, Release, Words
from pressroom.staff.models import PressContact

LARGEST = 1_000_000  # bytes
WRITING_TAKES = timedelta(hours=20)


def hang_pictures(*, by: Actor, calendar: Calendar) -> dict[str, Asset]:
    """The pictures by name, with their words and their credit."""
    facts, assets = texts.table("pictures"), {}
    for name in drawings.PICTURES:
        taken = take(f"{name}.jpg", drawings.jpeg(name))
        words = {code: {"alt": alt, "caption": caption} for code, (alt, caption) in facts[name].items()}
        assets[name] = media.add(
            taken, media.smaller(taken), credit=facts["credit"], words=words, by=by, at=calendar.at - timedelta(days=155)
        )  # fmt: skip
    return assets


def take(name: str, data: bytes) -> intake.Taken:
    """What the desk's upload would make of these bytes."""
    return intake.take(FileStorage(io.BytesIO(data), name), kinds=intake.KIT_FILES, most=LARGEST)


def write_release(
    fact: dict,
    contact: PressContact,
    event: Event | None,
    pictures: list[Asset],
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
        releases.save(release, code, _words(name, code, calendar), by=by, at=begun)
    releases.set_facts(
        release,
        dated=(hour or begun).date(),
        contact=contact,
        event=event,
        pictures=pictures,
        by=by,
        at=begun,
    )
    if "published" in fact:
        releases.publish(release, by=by, at=hour)
    elif hour:
        key = "embargo_until" if "embargo" in fact else "publish_at"
        releases.publish(release, **{key: hour}, by=by, at=decided)
    if "added" in fact:
        _add(release, fact, by=by, calendar=calendar)
    return release


def _add(release: Release, fact: dict, *, by: Actor, calendar: Calendar) -> None:
    """Say more in the source alone: the translation is outdated from then on."""
    source, at = fact["source"], calendar.moment(calendar.day(fact["added"]))
    more = texts.plain(f"releases/{fact['name']}.{source}.added.md", source, calendar)
    releases.save(release, source, _words(fact["name"], source, calendar, more), by=by, at=at)
    notes = {code: Note(said) for code, said in fact["told"].items()}
    releases.publish_changes(release, source, kind=CorrectionKind(fact["as"]), notes=notes, by=by, at=at)


def _words(name: str, language: str, calendar: Calendar, more: str = "") -> Words:
    text = texts.read("releases", name, language, calendar)
    about = texts.plain(f"about.{language}.md", language, calendar)
    body = markup.from_markdown("\n".join((text.body, more, about)))
    return Words(text.front["headline"], text.front["place"], text.front["lead"], body)


def open_kit(event: Event, chosen: list[Release], *, by: Actor, calendar: Calendar) -> None:
    """The event's kit, open: whoever is approved is owed it, and the worker gives it."""
    at, codes = calendar.moment(calendar.day(-1)), texts.languages("kit", "cover")
    covers = {code: texts.plain(f"kit/cover.{code}.txt", code, calendar).strip() for code in codes}
    files = {None: take("plan-map.pdf", drawings.map_pdf())}
    for code in codes:
        files[code] = take(
            f"programme-{code}.txt", texts.plain(f"kit/programme.{code}.txt", code, calendar).encode()
        )
    kit = kits.create(event, by=by, at=at)
    for language, file in files.items():
        kits.fill(
            kit, covers=covers, releases=[release.id for release in chosen], files=[file], file_language=language,
            languages=codes, by=by, at=at,
        )  # fmt: skip
    kits.act(kit, "open", languages=codes, by=by, at=at)
