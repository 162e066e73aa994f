"""What the public reads: home and releases. It changes nothing."""

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for

from pressroom import clock, links
from pressroom.database import db
from pressroom.events import queries as events
from pressroom.i18n import current_language, locale, speaking
from pressroom.i18n import gettext as _
from pressroom.newsroom import addresses, caching, filters, finding, notices
from pressroom.releases import published, queries
from pressroom.releases.models import Kind, Release
from pressroom.releases.renditions import FORMATS, KINDS
from pressroom.staff import queries as staff

NEXT_EVENTS = 3
LATEST = 7  # the lead and six more

bp = Blueprint("newsroom", __name__)


@bp.app_template_filter("kind_name")
def kind_name(kind: Kind) -> str:
    """« Avis à la presse », “Media advisory”."""
    return str(KINDS[kind])


bp.add_app_template_filter(addresses.page, "page")
bp.add_app_template_filter(addresses.readable_in)


@bp.get("/")
def entrance():
    return caching.negotiated(redirect(url_for(".home", language=current_language())))


@bp.get("/r/<release_id>")
def short(release_id):
    release = notices.found(release_id)
    readable = addresses.readable_in(release) or abort(404)
    language = current_language() if current_language() in readable else readable[0]
    return caching.negotiated(redirect(addresses.page(release, language)))


@bp.get("/<language:language>/")
def home(language):
    now = clock.now()
    lead, *more = published.SHOWING.all(queries.listed(language, now).limit(LATEST)) or [None]
    upcoming = db.session.scalars(events.announced(now).limit(NEXT_EVENTS)).all()
    return render_template(
        "newsroom/home.html",
        lead=lead,
        more=more,
        upcoming=[(event, events.window(event, now)) for event in upcoming],
        contact=staff.whom_to_ask_in(language, lead and lead.contact),
        alternates=_same_page(),
        neutral=url_for(".entrance"),
    )


@bp.get("/<language:language>/releases/")
def releases(language):
    return finding.page(language)


@bp.get("/<language:language>/topics/<slug>")
def topic(language, slug):
    asked = filters.from_args({"topic": slug}, language)
    if asked.topic is None:
        abort(404)
    return redirect(url_for(".releases", language=language, **asked.arguments(language)), 301)


@bp.get("/<language:language>/releases/<release_id>/<slug>")
def release(language, release_id, slug):
    now = clock.now()
    found = notices.found(release_id)
    readable = addresses.readable_in(found) or abort(404)
    told = notices.of(found, language)
    if language not in readable:
        return redirect(addresses.page(found, readable[0])) if told.off else _elsewhere(found, readable)
    if slug != found.texts[language].slug:
        return redirect(addresses.page(found, language), 301)
    others = [code for code in readable if code != language]
    return render_template(
        "newsroom/release.html",
        release=found,
        text=found.texts[language].public,
        notices=told,
        contact=found.contact and found.contact.words(language),
        alternates=[(code, addresses.page(found, code)) for code in readable if not told.off],
        neutral=None if told.off else links.address("newsroom.short", release_id=release_id),
        text_path=None if told.off else links.address("renditions.file", kind="txt", **request.view_args),
        forms=FORMATS,
        window=found.event and events.window(found.event, now),
        locale=str(locale()),
        switch=[(code, addresses.page(found, code), _read_it_in(code)) for code in others],
        only_in=None if others else _only_in(readable),
    )


def _same_page() -> list[tuple[str, str]]:
    return [(code, url_for(request.endpoint, language=code)) for code in current_app.config["LANGUAGES"]]


def _read_it_in(language: str) -> str:
    with speaking(language):
        # Translators: name your own language instead of English.
        return _("Read this release in English")


def _only_in(readable: list[str]) -> str:
    names = locale().languages
    return _(
        "This release is available in %(language)s only.",
        language=", ".join(names.get(code, code) for code in readable),
    )


def _elsewhere(release: Release, readable: list[str]):
    """Not in this language, but in others: a 404 for machines, a way on for people."""
    others = [(code, addresses.page(release, code)) for code in readable]
    page = render_template(
        "newsroom/elsewhere.html",
        sentence=_only_in(readable),
        titles=[(code, path, release.texts[code].public.headline) for code, path in others],
        alternates=others,
        neutral=url_for(".short", release_id=release.id),
        canonical=others[0][1],
    )
    return page, 404
