"""A recipient's kit: a page that a personal link opens, its files and all of it behind buttons.

The link is asked at every request whether it still opens; it dies when the accreditation or the kit does.
"""

import logging
from functools import partial

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from sqlalchemy.exc import OperationalError

from pressroom import clock, pages
from pressroom.access import APPLICANT
from pressroom.database import db, writing
from pressroom.events import queries as events
from pressroom.i18n import gettext as _
from pressroom.kits import archive, downloads, parts, queries, workflow
from pressroom.kits.forms import AcceptForm
from pressroom.kits.models import EVERYTHING, Grant
from pressroom.kits.queries import Standing
from pressroom.limits import post_limit
from pressroom.responses import onward

log = logging.getLogger(__name__)
bp = Blueprint("kits", __name__)
bp.after_request(pages.private)


@bp.get("/<language:language>/kits/<token>")
def show(language, token):
    grant = _opened(token, language)
    return _page(grant, token, language, AcceptForm(formdata=None))


@bp.post("/<language:language>/kits/<token>/accept")
def accept(language, token):
    grant, form, now = _opened(token, language), AcceptForm(), clock.now()
    if parts.held_by(grant, now).asks:
        if not form.validate():
            return _page(grant, token, language, form), 422
        workflow.accept(grant, at=now)
        db.session.commit()
    return onward(".show", language=language, token=token)


@bp.post("/<language:language>/kits/<token>/files/<file_id>")
def file(language, token, file_id):
    grant, now = _opened(token, language), clock.now()
    held = parts.held_by(grant, now)
    if held.closed:
        return onward(".show", language=language, token=token)
    found = next((one for one in held.files if one.id == file_id), None)
    if found is None:
        if grant.kit.current.number > 1:
            flash(_("The press kit has changed meanwhile: here is what is in it now."), "info")
            return onward(".show", language=language, token=token)
        abort(404)
    return _lead_to(grant, found, language)


@bp.post("/<language:language>/kits/<token>/everything")
def everything(language, token):
    grant = _opened(token, language)
    if archive.of(parts.held_by(grant, clock.now())) is None:  # the page says why
        return onward(".show", language=language, token=token)
    return _lead_to(grant, EVERYTHING, language)


@bp.get("/<language:language>/kits/files/<ticket>/<name>")
def download(language, ticket, name):
    fetch, now = downloads.by_ticket(ticket) or abort(404), clock.now()
    content = None
    if not downloads.is_over(fetch, now) and queries.opens(fetch.grant, now):
        content = downloads.of(fetch, now)
    if content is None:
        contact = _contact(fetch.grant, language)
        return render_template("kits/download_over.html", contact=contact), 410
    return downloads.respond(content, partial(_note_whole, fetch.id))


@bp.post("/<language:language>/kits/<token>/new-link")
@post_limit
def new_link(language, token):
    """Send a link to the address that we know. The answer is the same whether one was sent or not."""
    grant, newest = queries.by_token(token, alone=True) or abort(404)
    now = clock.now()
    workflow.ask_again(grant, queries.standing(grant, now, newest=newest), by=APPLICANT, at=now)
    db.session.commit()
    flash(
        _("If the press kit is still open to you, a new link is on its way to the address that we know."),
        "info",
    )
    return onward(".show", language=language, token=token)


def _note_whole(fetch_id: int) -> None:
    """The request has ended by then: this is a transaction of its own, and the file has left even if it fails."""
    try:
        with writing():
            workflow.note_whole(fetch_id, at=clock.now())
            db.session.commit()
    except OperationalError:
        log.warning("that fetch %s is complete was not noted", fetch_id, exc_info=True)


def _lead_to(grant: Grant, what, language: str):
    fetch = workflow.note_fetch(grant, what, at=clock.now())
    db.session.flush()
    place = downloads.address(fetch, language)
    db.session.commit()
    return redirect(place, 303)


def _page(grant: Grant, token: str, language: str, form: AcceptForm) -> str:
    held = parts.held_by(grant, clock.now())
    had = max((fetch.number for fetch in grant.fetches), default=None)
    return render_template(
        "kits/show.html",
        kit=grant.kit, held=held, token=token, form=form, built=archive.of(held), label=archive.label,
        had=had, since=[one for one in grant.kit.published if had and one.number > had],
        contact=_contact(grant, language), ends_at=queries.ends_at(grant),
        alternates=[
            (code, url_for(".show", language=code, token=token)) for code in current_app.config["LANGUAGES"]
        ],
    )  # fmt: skip


def _opened(token: str, language: str) -> Grant:
    """Whose link this is, if it opens. A link that was never given is not found; one that died says so."""
    grant, newest = queries.by_token(token, alone=request.method == "POST") or abort(404)
    standing = queries.standing(grant, clock.now(), newest=newest)
    if standing is not Standing.OPEN:
        page = render_template(
            "kits/gone.html",
            event=grant.kit.event,
            standing=standing,
            token=token,
            contact=_contact(grant, language),
        )
        abort(make_response(page, 410))
    return grant


def _contact(grant: Grant, language: str):
    contact = events.contact(grant.kit.event)
    return contact and contact.words(language)
