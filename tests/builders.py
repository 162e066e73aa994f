"""Plain functions that store one thing with sensible values; what a test is about, it says itself."""

import hashlib
import io
from datetime import UTC, datetime, timedelta

from PIL import Image
from pypdf import PdfWriter
from werkzeug.datastructures import FileStorage

from pressroom import clock, links
from pressroom.access import SYSTEM, Actor, Role
from pressroom.accreditation.models import Application
from pressroom.accreditation.models import State as ApplicationState
from pressroom.alerts.models import Subscription
from pressroom.contacts import workflow as contacts
from pressroom.contacts.workflow import Facts
from pressroom.database import db, new_id
from pressroom.delivery.models import DispatchKind, Message
from pressroom.delivery.models import State as MessageState
from pressroom.dispatches import workflow as dispatches
from pressroom.dispatches.workflow import Text
from pressroom.events import categories
from pressroom.events.models import USUAL_OUTLET_QUOTA, Category, Event, EventCategory, EventText
from pressroom.events.models import State as EventState
from pressroom.kits import drafting
from pressroom.kits import queries as kit_queries
from pressroom.kits import workflow as kits
from pressroom.kits.models import Kit, Version
from pressroom.kits.models import State as KitState
from pressroom.media import intake, renditions
from pressroom.media import workflow as media
from pressroom.media.intake import Taken
from pressroom.releases import previews
from pressroom.releases import workflow as releases
from pressroom.releases.models import Topic, TopicText, Words
from pressroom.staff.models import PressContact, PressContactText, Staff, StaffSession

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def stored(thing):
    db.session.add(thing)
    db.session.commit()
    return thing


def a_member_of_staff(**values):
    number = new_id(4)
    defaults = {
        "email": f"{number}@press.example",
        "name": "Zoé Martin",
        "role": Role.OFFICER,
        "language": "en",
    }
    return stored(Staff(**{**defaults, "created_at": NOON, **values}))


def signed_in(app, **values):
    """A client whose session belongs to a new member of staff (`client.staff_id`)."""
    staff = a_member_of_staff(**values)
    client, token = app.test_client(), new_id(22)
    now = clock.now()
    stored(StaffSession(digest=hashlib.sha256(token.encode()).hexdigest(), staff_id=staff.id, created_at=now))
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = token, True
    client.staff_id = staff.id
    return client


def a_press_contact(**values):
    defaults = {
        "name": "Maël Quéré",
        "email": "mael.quere@press.example",
        "phone": "+33 1 99 00 00 01",
        "languages": ["fr", "en"],
        "position": 1,
    }
    contact = PressContact(**{**defaults, **values})
    contact.texts = {
        "fr": PressContactText(
            language="fr", role="Relations médias", hours="du lundi au vendredi, 9 h à 18 h"
        ),
        "en": PressContactText(
            language="en", role="Media relations", hours="Monday to Friday, 09:00 to 18:00"
        ),
    }
    return stored(contact)


def a_message(**values):
    """A message that may leave at once."""
    return stored(_message(**values))


def many_messages(count, **values):
    """So many of them; their recipients."""
    messages = [_message(**values) for _ in range(count)]
    recipients = [message.recipient for message in messages]
    db.session.add_all(messages)
    db.session.commit()
    return recipients


def _message(**values):
    number, now = new_id(12), clock.now()
    defaults = {
        "id": number, "notice": "test", "about": "test:1", "recipient": f"{number}@telegraphe.example", "language": "fr",
        "subject": f"Réponse {number}", "text": "Bonjour,\n", "html": "<!doctype html><p>Bonjour,</p>",
        "message_id": f"<{number}@office.example>", "created_at": now, "state": MessageState.QUEUED, "next_at": now,
        "send_by": now + timedelta(hours=24), "attempts": 0,
    }  # fmt: skip
    return Message(**{**defaults, **values})


def pointing_at(app, url, **timeouts):
    """Have the application send to this mail server (smtp://host:port), with these timeouts of transport.Timeouts."""
    app.config.update(MAIL_URL=url, MAIL_FROM="Press <press@office.example>")
    host, port = url.removeprefix("smtp://").split(":")
    mail = app.extensions["mail"]
    mail.server, mail.port, mail.suppress = host, int(port), False
    mail.use_tls = mail.use_ssl = False
    mail.timeouts = mail.timeouts._replace(**timeouts)


def an_event(*, now=None, languages=("fr", "en"), **values):
    """An announced event of one day, in thirty, whose requests are open; at whatever hour the tests run."""
    start = (now or clock.now().replace(hour=8)) + timedelta(days=30)
    start, now = start.replace(minute=0, second=0, microsecond=0), now or clock.now()
    defaults = {
        "state": EventState.ANNOUNCED, "starts_at": start, "ends_at": start + timedelta(hours=8), "timezone": "Europe/Paris",
        "requests_open_at": now - timedelta(days=7), "requests_close_at": start - timedelta(days=3),
        "answer_by": start - timedelta(days=2), "categories": [c.value for c in Category], "created_at": now,
        "outlet_quota": USUAL_OUTLET_QUOTA,
    }  # fmt: skip
    known = {**defaults, **values}
    codes = known.pop("categories")
    event = Event(**known)
    event.categories = [code if isinstance(code, EventCategory) else categories.usual(code) for code in codes]
    number = new_id(4)
    words = {
        "fr": (
            "forum-des-poles",
            "Forum des pôles de compétitivité",
            "Une journée de rencontres.",
            "<p>Au programme : des <strong>cas</strong>.</p>",
        ),
        "en": (
            "clusters-forum",
            "Forum on Competitiveness Clusters",
            "A day of meetings.",
            "<p>On the programme: <strong>cases</strong>.</p>",
        ),
    }
    for language in languages:
        slug, title, summary, description = words[language]
        event.texts[language] = EventText(
            language=language, slug=f"{slug}-{number}", title=title, summary=summary, description=description,
            place="Sophia Antipolis", address="1 place des Pins, 06999 Sophia Antipolis", conditions="",
        )  # fmt: skip
    return stored(event)


def an_application(event=None, **values):
    """A received application, in French, whose address is confirmed."""
    event = event or an_event()
    number, now = new_id(12), clock.now()
    defaults = {
        "id": number, "reference": f"{number[:3]}-{number[3:7]}".upper(), "event_id": event.id, "draft_key": new_id(20),
        "language": "fr", "name": "Noémie Kervella", "email": f"{number}@telegramme.example", "outlet": "Le Télégraphe",
        "category": Category.WRITTEN, "phone": "", "samples": ["https://telegraphe.example/kervella"], "needs": "",
        "state": ApplicationState.RECEIVED, "submitted_at": now, "verified_at": now,
        "link_digest": links.digest(links.mint("application", number)), "verify_digest": links.digest(links.mint("verify", number)),
    }  # fmt: skip
    return stored(Application(**{**defaults, **values}))


TYPED = {
    "name": "Noémie Kervella",
    "email": "noemie@Telegraphe.example",
    "outlet": "Le Télégraphe",
    "category": "written",
    "phone": "+33 1 99 00 00 02",
    "samples": "https://telegraphe.example/kervella\nhttps://telegraphe.example/2",
    "needs": "Une prise",
}


def form_address(event, language="fr", rest=""):
    """Where the form for an event is."""
    return f"/{language}/events/{event.texts[language].slug}/accreditation{rest}"


def draft_key(client, event, language="fr"):
    """The key that a browser holds for what was typed; None when it holds none."""
    cookie = client.get_cookie("request", path=form_address(event, language))
    return cookie and cookie.value


def applied(client, event, language="fr", **values):
    """Type the form, check it, send it: the address of the private page."""
    client.post(form_address(event, language), data={**TYPED, **values})
    key = draft_key(client, event, language)
    return client.post(form_address(event, language, "/check"), data={"draft": key}).location


def a_pdf(*changes):
    """A PDF of one page; each of `changes` is called with its writer."""
    writer, target = PdfWriter(), io.BytesIO()
    writer.add_blank_page(72, 72)
    for change in changes:
        change(writer)
    writer.write(target)
    return target.getvalue()


def an_asset(*, size=(60, 40), data=None, words=None, name="Salle pleine.png", **facts):
    """A described picture with its files, its words in French and in English, and a credit; `data` are the bytes of
    another file, of the type that its name says."""
    if data is None:
        target = io.BytesIO()
        Image.new("RGB", size, "teal").save(target, "PNG")
        data = target.getvalue()
    taken = intake.take(FileStorage(io.BytesIO(data), name), kinds=intake.ASSETS, most=10**8)
    words = words or {
        "fr": {"alt": "Une salle pleine", "caption": "L’ouverture du forum."},
        "en": {"alt": "A full room", "caption": "The forum opens."},
    }
    asset = media.add(taken, renditions.at_once(taken), languages=words, by=SYSTEM, at=clock.now())
    if facts.pop("described", True):
        known = {"kind": asset.kind, "credit": "Ateliers Pins", **facts}
        media.describe(asset, media.Facts(**known), words, by=SYSTEM, at=clock.now())
    return stored(asset)


def a_published_release(*, languages=("fr", "en"), pictures=(), words=None, at=None, **publication):
    """A release that everybody may read, or will from `embargo_until` or `publish_at` on; `words` by language."""
    at = at or clock.now()
    known = {
        "fr": Words(
            "Les pôles se retrouvent", "Sophia Antipolis", "Une journée.", "<p>Le forum <em>ouvre</em>.</p>"
        ),
        "en": Words("Clusters meet", "Sophia Antipolis", "One day.", "<p>The forum <em>opens</em>.</p>"),
        **(words or {}),
    }
    release = releases.create(source_language=languages[0], by=SYSTEM, at=at)
    contact = release.contact or a_press_contact()
    releases.set_facts(
        release, dated=at.date(), contact=contact, event=None, pictures=pictures, by=SYSTEM, at=at
    )
    for language in languages:
        releases.save(release, language, known[language], by=SYSTEM, at=at)
    releases.publish(release, by=SYSTEM, at=at, **publication)
    return stored(release)


def an_accredited(event=None, **values):
    """An application that was approved an hour ago, its undo delay over."""
    then = clock.now() - timedelta(hours=1)
    defaults = {
        "state": ApplicationState.APPROVED,
        "decided_at": then,
        "undo_until": then + timedelta(minutes=5),
    }
    return an_application(event, **{**defaults, **values})


def a_kit(
    event=None, *, state=KitState.OPEN, files=(), releases=(), assets=(), file_language=None, hours=None, **covers
):  # fmt: skip
    """A kit with a cover in each language, `files` as (name, bytes), `releases` and `assets`; unless it is a draft its
    first version is published. `hours` are any of opens_at, embargo_until, expires_at."""
    taken = [
        Taken(name, "text/plain", data) for name, data in files or [("Programme.txt", b"09:00 Ouverture")]
    ]
    now = clock.now()
    kit = Kit(
        event=event or an_event(), state=state, created_at=now, versions=[Version(number=1)], **(hours or {})
    )
    db.session.add(kit)
    drafting.fill(
        kit, covers={"fr": "Bonjour à toutes et à tous.", "en": "Welcome to the forum.", **covers}, files=taken,
        file_language=file_language, releases=[release.id for release in releases], assets=assets, by=SYSTEM, at=now,
    )  # fmt: skip
    if state is not KitState.DRAFT:
        kit.newest.published_at = now
    return stored(kit)


def a_grant(kit=None, application=None):
    """The link of somebody accredited; `links.mint("kit", grant.id)` is its token."""
    kit = kit or a_kit()
    application = application or an_accredited(kit.event)
    kits.grant(kit, application, at=clock.now())
    return stored(kit_queries.grant_of(kit, application))


def a_preview(release=None, *, at=None, **values):
    """A link to a release under embargo, its mail in the outbox; `previews.token_of` gives its token."""
    at = at or clock.now()
    release = release or a_published_release(at=at, embargo_until=at + timedelta(days=2))
    person = {"name": "Noémie Kervella", "email": "noemie@telegraphe.example", "language": "fr"}
    return stored(previews.add(release, by=SYSTEM, at=at, **{**person, **values}))


def a_topic(name="Energy", *, position=1):
    """A topic, called the same in both languages."""
    texts = {
        code: TopicText(language=code, name=name, slug=f"{name.lower()}-{code}") for code in ("fr", "en")
    }
    return stored(Topic(position=position, texts=texts))


def a_subscription(email="noemie@telegraphe.example", *, language="fr", topics=(), **values):
    """A confirmed subscription to alerts: of these topics, or of every topic."""
    number, then = new_id(12), clock.now() - timedelta(days=1)
    defaults = {
        "every_topic": not topics,
        "created_at": then,
        "confirmed_at": then,
        "link_digest": links.digest(links.mint("alerts", number)),
    }
    known = {**defaults, **values}
    return stored(Subscription(id=number, email=email, language=language, topics=list(topics), **known))


def a_contact(name="Noémie Kervella", *, topics=(), **values):
    """A journalist whom the press office noted itself, in French; `outlet` is a name."""
    defaults = {"email": f"{new_id(12)}@telegraphe.example", "language": "fr", "topics": tuple(topics)}
    source, at = values.pop("source", "card left at our stand"), values.pop("at", NOON)
    facts = Facts(name=name, **{**defaults, **values})
    return stored(contacts.create(facts, source=source, by=SYSTEM, at=at))


def a_list(name="Energy press", *members):
    """A list of contacts, and those who are on it."""
    listed = contacts.create_list(name, by=SYSTEM, at=NOON)
    for member in members:
        member.lists.append(listed)
    return stored(listed)


def a_dispatch(kind=DispatchKind.ADVISORY, *, to=(), **values):
    """A draft by an officer; `to` are its segments. An advisory has words in both languages."""
    now = clock.now()
    words = {"fr": Text("Point presse", "Demain à 9 h."), "en": Text("Press briefing", "Tomorrow at 9.")}
    author = values.pop("author", None) or a_member_of_staff()
    defaults = {"texts": words if kind is DispatchKind.ADVISORY else {}}
    by = Actor(author.role, author.name, author.id)
    return stored(dispatches.create(kind, audience=to, by=by, at=now, **{**defaults, **values}))
