"""What machines read in a page's head: schema.org as JSON-LD, and Open Graph. Only of what anybody may read."""

from pressroom import clock, dates, links
from pressroom.accreditation import places
from pressroom.events import queries as events
from pressroom.events.models import Event, State
from pressroom.i18n import locale
from pressroom.newsroom import addresses, attachments
from pressroom.newsroom.attachments import Attachment
from pressroom.releases import published, queries, renditions
from pressroom.releases.models import Release
from pressroom.staff import queries as staff
from pressroom.staff.models import Office, PressContact

CARD = (1200, 630)  # pixels of the picture that other sites show beside a link
STATUS = {
    State.ANNOUNCED: "EventScheduled", State.POSTPONED: "EventPostponed", State.CANCELLED: "EventCancelled",
}  # fmt: skip
SCHEMA = "https://schema.org"


def article(release: Release, language: str, office: Office) -> dict:
    """A public release as a NewsArticle: schema.org knows no press release."""
    text, url = release.texts[language].public, renditions.address(release, language)
    contacts = [release.contact] if release.contact else staff.press_contacts()[:1]
    publisher = organization(language, office, contacts)
    known = {
        "@context": SCHEMA,
        "@type": "NewsArticle",
        "@id": url,
        "url": url,
        "mainEntityOfPage": url,
        "headline": renditions.typeset(text.headline, language),
        "description": renditions.typeset(text.lead, language),
        "inLanguage": language,
        "datePublished": release.public_from.isoformat(),
        "dateModified": queries.modified(release, language).isoformat(),
        "dateline": ", ".join(
            filter(None, (renditions.typeset(text.place, language), dates.day(release.dated)))
        ),
        "identifier": release.number,
        "version": text.number,
        "genre": "press release",
        "keywords": [renditions.typeset(topic.words(language).name, language) for topic in release.topics],
        "isAccessibleForFree": True,
        "author": publisher,
        "publisher": publisher,
        "image": [_image(one) for one in attachments.of(release, language) if one.is_picture],
        "correction": _corrections(release, language),
        **_translations(release, language),
    }
    return _said(known)


def event(one: Event, language: str, office: Office) -> dict:
    """A public event. Of one that was moved to another day it says which one that was."""
    text, contact, before = one.texts[language], events.contact(one), events.previous_start(one)
    known = {
        "@context": SCHEMA,
        "@type": "Event",
        "@id": links.absolute("events.show", language=language, slug=text.slug),
        "url": links.absolute("events.show", language=language, slug=text.slug),
        "name": renditions.typeset(text.title, language),
        "description": renditions.typeset(text.summary, language),
        "inLanguage": language,
        "startDate": one.starts_at.astimezone(one.zone).isoformat(),
        "endDate": one.ends_at.astimezone(one.zone).isoformat(),
        "previousStartDate": before and before.astimezone(one.zone).isoformat(),
        "eventStatus": f"{SCHEMA}/{'EventRescheduled' if before else STATUS[one.state]}",
        "eventAttendanceMode": f"{SCHEMA}/OfflineEventAttendanceMode",
        "location": _said({"@type": "Place", "name": text.place, "address": text.public_address}),
        "organizer": organization(language, office, [contact] if contact else []),
    }
    return _said(known)


def organization(language: str, office: Office, contacts: list[PressContact]) -> dict:
    """The office, and whom journalists may call."""
    return _said(
        {
            "@type": "Organization",
            "name": office.name,
            "url": links.absolute("newsroom.home", language=language),
            "contactPoint": [
                {
                    "@type": "ContactPoint",
                    "contactType": "press",
                    **_said({"telephone": one.phone, "email": one.email, "availableLanguage": one.languages}),
                }
                for one in contacts
            ],
        }
    )


def home(language: str, office: Office) -> dict:
    """The home page's own subject."""
    return {"@context": SCHEMA, **organization(language, office, staff.press_contacts())}


def open_graph(release: Release, language: str, office: Office) -> list[tuple[str, str]]:
    """(property, content) in the order that readers of it demand: what describes a picture stands right after it."""
    text, others = release.texts[language].public, addresses.readable_in(release)
    url, names = renditions.address(release, language), [one.words(language).name for one in release.topics]
    headline = renditions.typeset(text.headline, language)
    known = [
        ("og:title", headline),
        ("og:description", renditions.typeset(text.lead, language)),
        ("og:type", "article"),
        ("og:url", url),
        ("og:site_name", office.name),
        ("og:locale", str(locale(language))),
        *(("og:locale:alternate", str(locale(code))) for code in others if code != language),
        ("og:image", f"{url}/card.png"),
        ("og:image:type", "image/png"),
        ("og:image:width", str(CARD[0])),
        ("og:image:height", str(CARD[1])),
        ("og:image:alt", headline),
        ("article:published_time", release.public_from.isoformat()),
        ("article:modified_time", queries.modified(release, language).isoformat()),
        *(("article:section", renditions.typeset(name, language)) for name in names[:1]),
        *(("article:tag", renditions.typeset(name, language)) for name in names),
    ]
    return [(name, content) for name, content in known if content]


def _image(one: Attachment) -> dict:
    return _said(
        {
            "@type": "ImageObject",
            "url": one.url,
            "contentUrl": one.url,
            "encodingFormat": one.media_type,
            "width": one.width,
            "height": one.height,
            "inLanguage": one.language,
            "caption": renditions.typeset(one.title, one.language),
            "creditText": one.credit,
            "copyrightNotice": f"© {one.credit}",
            "usageInfo": None if one.terms.url else str(one.terms.sentence),
            "license": one.terms.url,
        }
    )


def _corrections(release: Release, language: str) -> list[dict]:
    """Everything that readers of this language were told, also what the words do not follow yet."""
    told = [*queries.told(release, language), *queries.pending(release, language)]
    return [
        {
            "@type": "CorrectionComment",
            "text": renditions.typeset(one.texts[language].note, language),
            "datePublished": one.at.isoformat(),
        }
        for one in sorted(told, key=lambda one: one.at)
    ]


def _translations(release: Release, language: str) -> dict:
    others = [code for code in addresses.readable_in(release) if code != language]
    works = {
        code: {"@type": "NewsArticle", "@id": renditions.address(release, code), "inLanguage": code}
        for code in others
    }
    if language == release.source_language:
        return {"workTranslation": list(works.values())}
    return {"translationOfWork": works.get(release.source_language)}


def _said(known: dict) -> dict:
    """Without what there is nothing to say of."""
    return {name: value for name, value in known.items() if value not in (None, "", [], {})}


def _is_public(release: Release) -> bool:
    return queries.stage(release, clock.now()) is queries.Stage.PUBLISHED


def _all_places_taken(one: Event) -> bool:
    return places.all_taken(one, clock.now())


def _releases_about(one: Event, language: str) -> list[Release]:
    """The public releases in `language` that belong to the event, newest first."""
    of_it = queries.listed(language, clock.now()).where(Release.event_id == one.id)
    return published.SHOWING.all(of_it)


def init_app(app) -> None:
    """What pages ask for by name; an event's own page knows neither requests nor releases, which stand above events."""
    functions = {"article": article, "event": event, "home": home, "open_graph": open_graph}
    structured = {**functions, "is_public": _is_public}
    app.jinja_env.globals.update(
        structured=structured, all_places_taken=_all_places_taken, releases_about=_releases_about
    )
