"""What anyone reads of events: what is announced, what took place, and how to be accredited."""

from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for

from pressroom import clock, links, pages
from pressroom.database import db
from pressroom.events import calendar, categories, queries
from pressroom.events.models import Event, State
from pressroom.i18n import gettext as _
from pressroom.i18n import locale

bp = Blueprint("events", __name__)
bp.add_app_template_filter(categories.name, "category_name")
bp.add_app_template_global(categories.alike, "alike_categories")


@bp.get("/<language:language>/events/")
def index(language):
    now = clock.now()
    past = pages.paginate(queries.past(now))
    upcoming = db.session.scalars(queries.announced(now)).all()
    windows = {event.id: queries.window(event, now) for event in upcoming}
    alternates = [(code, url_for(".index", language=code)) for code in current_app.config["LANGUAGES"]]
    return render_template(
        "events/index.html",
        upcoming=upcoming,
        past=past,
        windows=windows,
        alternates=alternates,
        canonical=pages.page_url(past.number) if past.number > 1 else request.path,
    )


@bp.get("/<language:language>/events/<slug>")
def show(language, slug):
    event = queries.find(language, slug)
    if event is None:
        return _elsewhere(language, slug)
    now, contact = clock.now(), queries.contact(event)
    return render_template(
        "events/show.html",
        event=event,
        text=event.texts[language],
        contact=contact and contact.words(language),
        window=queries.window(event, now),
        hours_left=queries.hours_left(event, now),
        over=event.state is not State.POSTPONED and event.ends_at <= now,
        alternates=_alternates(event),
        only_in=_only_in(event) if len(event.texts) == 1 else None,
    )


@bp.get("/<language:language>/events/<slug>.ics")
def ics(language, slug):
    event = queries.find(language, slug) or abort(404)
    body = calendar.rendition(
        event,
        event.texts[language],
        url=links.absolute("events.show", language=language, slug=slug),
        host=urlsplit(current_app.config["BASE_URL"]).hostname,
        at=clock.now(),
    )
    response = Response(body, mimetype="text/calendar")
    response.content_language.add(language)
    return response


def _elsewhere(language: str, slug: str):
    """An address in another language leads to the right one, or to a page that says which language there is."""
    event = queries.find_elsewhere(slug) or abort(404)
    if language in event.texts:
        return redirect(url_for(".show", language=language, slug=event.texts[language].slug), 301)
    addresses = _alternates(event)
    return render_template(
        "newsroom/elsewhere.html",
        sentence=_only_in(event),
        titles=[(code, path, event.texts[code].title) for code, path in addresses],
        alternates=addresses,
        canonical=addresses[0][1],
    )


def _only_in(event: Event) -> str:
    names = locale().languages
    return _(
        "This event is announced in %(language)s only.",
        language=", ".join(names.get(code, code) for code in event.texts),
    )


def _alternates(event: Event) -> list[tuple[str, str]]:
    codes = [code for code in current_app.config["LANGUAGES"] if code in event.texts]
    return [(code, url_for(".show", language=code, slug=event.texts[code].slug)) for code in codes]
