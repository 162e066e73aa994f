"""What the public reads: home and releases. It changes nothing."""

from flask import Blueprint, abort, current_app, redirect, render_template, request, url_for

from pressroom import clock
from pressroom.database import db
from pressroom.events import queries as events
from pressroom.i18n import current_language, locale, speaking
from pressroom.i18n import gettext as _
from pressroom.newsroom import caching, filters, finding, notices
from pressroom.releases import queries
from pressroom.releases.models import Release
from pressroom.releases.renditions import FORMATS
from pressroom.staff import queries as staff

NEXT_EVENTS = 3
LATEST = 7  # the lead and six more

bp = Blueprint("newsroom", __name__)


@bp.after_request
def share(response):
    return caching.share(response, clock.now())


@bp.get("/")
def entrance():
    return caching.negotiated(redirect(url_for(".home", language=current_language())))


@bp.get("/r/<release_id>")
def short(release_id):
    release = notices.found(release_id)
    readable = readable_in(release) or abort(404)
    language = current_language() if current_language() in readable else readable[0]
    return caching.negotiated(redirect(_address(release, language)))


@bp.get("/<language:language>/")
def home(language):
    now = clock.now()
    lead, *more = db.session.scalars(queries.listed(language, now).limit(LATEST)).all() or [None]
    upcoming = db.session.scalars(events.announced(now).limit(NEXT_EVENTS)).all()
    return render_template(
        "newsroom/home.html",
        lead=lead,
        more=more,
        readable_in=readable_in,
        upcoming=[(event, events.window(event, now)) for event in upcoming],
        contact=_contact(lead, language),
        alternates=_same_page(),
        neutral=url_for(".entrance"),
    )


@bp.get("/<language:language>/releases/")
def releases(language):
    return finding.page(language, _contact(None, language))


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
    readable = readable_in(found) or abort(404)
    told = notices.of(found, language)
    if language not in readable:
        return redirect(_address(found, readable[0])) if told.off else _elsewhere(found, readable)
    if slug != found.texts[language].slug:
        return redirect(_address(found, language), 301)
    others = [code for code in readable if code != language]
    return render_template(
        "newsroom/release.html",
        release=found,
        text=found.texts[language].public,
        notices=told,
        contact=found.contact and found.contact.words(language),
        alternates=[(code, _address(found, code)) for code in readable if not told.off],
        neutral=None if told.off else url_for(".short", release_id=release_id),
        text_path=None if told.off else url_for("renditions.file", kind="txt", **request.view_args),
        forms=FORMATS,
        window=found.event and events.window(found.event, now),
        locale=str(locale()),
        switch=[(code, _address(found, code), _read_it_in(code)) for code in others],
        only_in=None if others else _only_in(readable),
    )


def readable_in(release: Release) -> list[str]:
    """The languages in which the release has public words, in the site's order."""
    return [
        code
        for code in current_app.config["LANGUAGES"]
        if code in release.texts and release.texts[code].public
    ]


def _address(release: Release, language: str) -> str:
    slug = release.texts[language].slug
    return url_for("newsroom.release", language=language, release_id=release.id, slug=slug)


def _same_page() -> list[tuple[str, str]]:
    return [(code, url_for(request.endpoint, language=code)) for code in current_app.config["LANGUAGES"]]


def _contact(release: Release | None, language: str):
    """The release's own press contact, or the first one of the office."""
    contact = release.contact if release and release.contact else next(iter(staff.press_contacts()), None)
    return contact and contact.words(language)


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
    addresses = [(code, _address(release, code)) for code in readable]
    page = render_template(
        "newsroom/elsewhere.html",
        sentence=_only_in(readable),
        titles=[(code, path, release.texts[code].public.headline) for code, path in addresses],
        alternates=addresses,
        neutral=url_for(".short", release_id=release.id),
        canonical=addresses[0][1],
    )
    return page, 404
