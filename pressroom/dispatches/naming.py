"""How the groups that a dispatch goes to are called on the desk, in the language spoken."""

from flask import current_app

from pressroom import pages
from pressroom.contacts.models import ContactList
from pressroom.database import db
from pressroom.delivery.models import Dispatch, DispatchKind
from pressroom.events.categories import name_of
from pressroom.events.models import Event
from pressroom.i18n import countries, current_language, locale
from pressroom.i18n import gettext as _
from pressroom.releases.models import Topic


def segments(dispatch: Dispatch) -> list[str]:
    """Each of its segments: “Accredited for Forum on Clusters, in French”."""
    return [", ".join([_group(one, dispatch), *_narrowed(one)]) for one in dispatch.audience]


def _title(event: Event | None) -> str:
    words = event and event.words(current_language())
    return pages.typeset(words.title, words.language).unescape() if words else _("an event that was deleted")


def _group(segment: dict[str, str], dispatch: Dispatch) -> str:
    match segment["who"]:
        case "accredited" | "behind" as who:
            event = db.session.get(Event, segment["event"])
            words = (
                _("Accredited for %(event)s", event=_title(event))
                if who == "accredited"
                else _("Whoever has downloaded an older version of the kit only")
            )
            code = segment.get("category")
            return f"{words} ({name_of(event, code)})" if code and event else words
        case "list":
            found = db.session.get(ContactList, segment["list"])
            return _("List: %(name)s", name=found.name) if found else _("A list that was deleted")
        case "topic":
            topic = db.session.get(Topic, segment["topic"])
            named = topic.words(current_language()).name if topic else _("a topic that was deleted")
            return _("Contacts interested in %(topic)s", topic=named)
        case "alerts":
            return _("Subscribers to alerts")
    if dispatch.kind is DispatchKind.CORRECTION:
        return _("Everybody who holds the words that were wrong")
    return _("Everybody who holds an earlier version")


def _narrowed(segment: dict[str, str]) -> list[str]:
    language, country = segment.get("language"), segment.get("country")
    here = current_language() if current_language() in current_app.config["LANGUAGES"] else "en"
    return [
        *([_("reading %(language)s", language=locale().languages[language])] if language else []),
        *([countries(here).get(country, country)] if country else []),
    ]
