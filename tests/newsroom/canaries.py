"""A press office in which everything that readers must not know yet says so, and a reader who opens every address.

What is planted where stands in `plant`; `crawl` goes over the application's own map of addresses, so a new page is
read from the day it exists.
"""

import io
import itertools
import re
import zipfile
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import unquote

from pypdf import PdfReader
from werkzeug.routing import AnyConverter, IntegerConverter

from pressroom import links
from pressroom.access import SYSTEM
from pressroom.accreditation.models import Application, Document
from pressroom.alerts.models import Subscription
from pressroom.contacts.models import Contact, ContactList, Import, Outlet
from pressroom.database import db, new_id
from pressroom.delivery.models import Dispatch, Message
from pressroom.events.models import Event
from pressroom.kits.models import Grant, Kit, KitRelease
from pressroom.media.models import Asset
from pressroom.releases import previews, workflow
from pressroom.releases.models import Preview, Release, Topic, TopicText, Words
from pressroom.staff.models import PressContact, Staff
from tests import builders
from tests.builders import NOON

LIFT = NOON + timedelta(days=45)  # another month and another year: no archive may know of it
HIDDEN = ("embargoed", "scheduled", "draft")  # what does not exist for readers
PARTS = ("headline", "place", "lead", "body", "quote")
RANDOM = "0nknown0"


def word(*parts):
    """A word that no dictionary has, one for each thing that could leak; slugs and file names keep it."""
    return "zarquon" + "".join(parts)


def words(state, language):
    headline, place, lead, body, quote = (word(state, part, language) for part in PARTS)
    return Words(
        headline.capitalize(),
        place.capitalize(),
        f"{lead} opens.",
        f"<p>{body}.</p><blockquote><p>“{quote}”</p></blockquote>",
    )


def picture(state):
    said = {
        code: {"alt": word(state, "alt", code), "caption": word(state, "caption", code)}
        for code in ("fr", "en")
    }
    return builders.an_asset(
        name=f"{word(state, 'file')}.png", words=said, credit=word(state, "credit").capitalize()
    )


def topic(state):
    texts = {
        code: TopicText(language=code, name=word(state, "topic", code), slug=word(state, "topic", code))
        for code in ("fr", "en")
    }
    return builders.stored(Topic(id=new_id(), position=9, texts=texts))


def all_of(state, *, pictures=True):
    """Every word that a release in this state was planted with."""
    said = {word(state, part, code) for part in PARTS for code in ("fr", "en")}
    shown = {word(state, part, code) for part in ("alt", "caption") for code in ("fr", "en")}
    return said | (shown | {word(state, "file"), word(state, "credit")} if pictures else set())


class Public(NamedTuple):
    """What everybody may read, and what hides behind it: earlier and newer words, another language, an event."""

    changed: Release
    french: Release
    event: Event
    kit: Kit
    grant: Grant


def what_is_public():
    """An office that has published, announced and accredited, and has nothing to hide yet."""
    event = builders.an_event(now=NOON)
    release = workflow.create(source_language="fr", by=SYSTEM, at=NOON)
    release.contact = builders.a_press_contact()
    for code in ("fr", "en"):
        workflow.save(release, code, words("old", code), by=SYSTEM, at=NOON)
        plain = Words(f"Known headline {code}", "Brest", "Known lead.", "<p>Known body.</p>")
        workflow.save(release, code, plain, by=SYSTEM, at=NOON, follows_source=True)
    known = topic("known")
    for text in known.texts.values():
        text.name = text.slug = f"known-{text.language}"
    workflow.set_facts(
        release, dated=NOON.date(), contact=release.contact, event=event, pictures=[builders.an_asset()],
        topics=[known], by=SYSTEM, at=NOON,
    )  # fmt: skip
    workflow.publish(release, by=SYSTEM, at=NOON)
    french = builders.a_published_release(at=NOON, languages=("fr",))
    application = builders.an_accredited(event)
    builders.a_subscription(topics=[known])
    kit = builders.a_kit(event, releases=[release])
    return Public(release, french, event, kit, builders.a_grant(kit, application))


def plant(public):
    """Hide one of everything: the releases by state. Returns them, those of HIDDEN among them."""
    hidden = {state: _release(state, public) for state in HIDDEN}
    workflow.unpublish(hidden["draft"], by=SYSTEM, at=NOON)
    for code in ("fr", "en"):
        workflow.save(public.changed, code, words("newer", code), by=SYSTEM, at=NOON, follows_source=True)
    workflow.save(public.french, "en", words("sibling", "en"), by=SYSTEM, at=NOON)
    secret = builders.an_event(now=NOON, state="draft")
    for code, text in secret.texts.items():
        text.title, text.slug = word("event", code), word("event", code)
    public.french.event = secret
    public.kit.current.releases.append(KitRelease(release_id=hidden["embargoed"].id, position=1))
    builders.a_preview(
        hidden["embargoed"], at=NOON, name="Ada Zarquonholder", email="zarquonholder@x.example"
    )
    db.session.commit()
    return hidden


def plant_killed():
    """A release that everybody could read, and that was killed."""
    release = _release("killed", None)
    workflow.kill(release, notes={"fr": "Ne pas utiliser.", "en": "Do not use."}, by=SYSTEM, at=NOON)
    return builders.stored(release)


def _release(state, public):
    when = {"scheduled": {"publish_at": LIFT}, "killed": {}}.get(state, {"embargo_until": LIFT})
    release = builders.a_published_release(
        at=NOON, words={code: words(state, code) for code in ("fr", "en")}, pictures=[picture(state)], **when
    )
    workflow.set_facts(
        release, dated=LIFT.date() if public else NOON.date(), contact=release.contact,
        event=public and public.event, pictures=[one.asset for one in release.pictures], topics=[topic(state)],
        by=SYSTEM, at=NOON,
    )  # fmt: skip
    return builders.stored(release)


# Every address ------------------------------------------------------------------------------------------


def addresses(app, *, languages=("fr", "en"), without=()):
    """(endpoint, address) of every page that there could be, with every id, slug, key and token of this office;
    `without`: what endpoints begin with that are left out."""
    bound, known = app.url_map.bind("press.example"), _values(languages)
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint.startswith(("static", *without)):
            continue
        names = sorted(rule.arguments)
        choices = [_choices(rule._converters[name], known, name) for name in names]
        for values in itertools.product(*choices):
            chosen = dict(zip(names, values, strict=True))
            if _coherent(chosen, known):
                yield rule.endpoint, bound.build(rule.endpoint, chosen)


def _values(languages):
    """What an argument of an address may be, by its name."""
    releases = db.session.scalars(db.select(Release)).all()
    slugs = {release.id: {text.slug for text in release.texts.values()} | {"x"} for release in releases}
    events = db.session.scalars(db.select(Event)).all()
    topics = {text.slug for text in db.session.scalars(db.select(TopicText))}
    slugs[None] = topics.union(*({text.slug for text in event.texts.values()} for event in events))
    files = [one for asset in db.session.scalars(db.select(Asset)) for one in asset.renditions]
    ids = {
        f"{name}_id": _ids(model)
        for name, model in (
            ("release", Release), ("event", Event), ("asset", Asset), ("kit", Kit), ("application", Application),
            ("message", Message), ("preview", Preview), ("topic", Topic), ("contact", PressContact), ("staff", Staff),
        )
    }  # fmt: skip
    subscriptions = _ids(Subscription)
    preview_tokens = [previews.token_of(one) for one in db.session.scalars(db.select(Preview))]
    tokens = preview_tokens + [links.mint("kit", one.id) for one in db.session.scalars(db.select(Grant))]
    tokens += [
        links.mint(purpose, one) for one in ids["application_id"] for purpose in ("application", "verify")
    ]
    tokens += [links.mint("alerts", one) for one in subscriptions]
    tokens += [links.mint("leave", one) for one in ids["message_id"]]
    return {
        **ids,
        "subscription_id": subscriptions,
        "release_id": [*ids["release_id"], RANDOM],
        "document_id": ["1", *_ids(Document)],
        "other_id": ids["application_id"],
        "contact_id": [*ids["contact_id"], *_ids(Contact)],
        "list_id": [*_ids(ContactList), RANDOM],
        "outlet_id": [*_ids(Outlet), RANDOM],
        "reason_id": ["1"],
        "import_id": [*_ids(Import), RANDOM],
        "dispatch_id": [*_ids(Dispatch), RANDOM],
        "notice": ["accreditation_approved", "release_preview"],
        "file_id": [file.id for kit in db.session.scalars(db.select(Kit)) for file in kit.newest.files],
        "grant_id": _ids(Grant),
        "number": ["1", "2"],
        "ticket": ["1-" + "t" * 22],
        "language": list(languages),
        "token": tokens,
        "preview_token": preview_tokens,
        "slug": sorted(set().union(*slugs.values())),
        "topic": sorted(topics),
        "key": [file.key for file in files],
        "name": [file.filename for file in files],
        "slugs": slugs,
        "files": {(file.key, file.filename) for file in files},
    }  # fmt: skip


def _ids(model):
    return list(db.session.scalars(db.select(model.id)))


def _choices(converter, known, name):
    if isinstance(converter, AnyConverter):
        return sorted(converter.items)
    if isinstance(converter, IntegerConverter):
        return [1, 2, 3]
    return known[name]  # a KeyError here: say in `_values` what a new argument may be


def _coherent(chosen, known):
    """Whether these values belong together; what does not is a 404 that says nothing."""
    if "key" in chosen:
        ours = chosen.get("token") in (None, *known["preview_token"])
        return ours and (chosen["key"], chosen["name"]) in known["files"]
    if "slug" in chosen:
        return chosen["slug"] in known["slugs"].get(chosen.get("release_id"), {"x"})
    return True


def crawl(client, app, **options):
    """Address -> everything that the answer to it says, of every page that there could be."""
    return {address: said(client.get(address, buffered=True)) for _, address in addresses(app, **options)}


def said(response):
    """All that somebody learns from an answer: status, headers, body; what is packed is unpacked."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers)
    return f"{response.status_code}\n{unquote(headers)}\n{readable(response.data)}".lower()


def readable(data):
    """The words in a file, whatever kind it is."""
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "\n".join(f"{name}\n{readable(archive.read(name))}" for name in archive.namelist())
    if data.startswith(b"%PDF-"):
        reader = PdfReader(io.BytesIO(data))
        return f"{reader.metadata}\n" + "\n".join(page.extract_text() for page in reader.pages)
    return unquote(data.decode("utf-8", "replace"))


def found(pages, *needles):
    """Where something that must not be there is: (address, needle)."""
    texts = {address: text.replace(address.lower(), "") for address, text in pages.items()}
    return {
        (address, needle) for address, text in texts.items() for needle in needles if needle.lower() in text
    }


def settled(text):
    """An answer without what differs from one request to the next."""
    text = re.sub(r"csrf_token\"[^>]*value=\"[^\"]*\"", "", text)
    return re.sub(r"max-age=\d+|^(set-cookie|date|x-request-id): .*$", "", text, flags=re.MULTILINE)
