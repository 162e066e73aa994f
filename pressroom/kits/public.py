"""A recipient's kit: a page that a personal link opens, its files and all of it behind buttons.

The link is asked at every request whether it still opens; it dies when the accreditation or the kit does.
"""

from flask import Blueprint, Response, abort, current_app, make_response, render_template, send_file, url_for

from pressroom import clock, pages, storage
from pressroom.database import db
from pressroom.events import queries as events
from pressroom.kits import archive, queries, workflow
from pressroom.kits.models import Grant, KitFile

bp = Blueprint("kits", __name__)
bp.after_request(pages.private)


@bp.get("/<language:language>/kits/<token>")
def show(language, token):
    kit = _opened(token, language).kit
    inside = queries.contents(kit, language, clock.now())
    addresses = {
        code: url_for(".show", language=code, token=token) for code in current_app.config["LANGUAGES"]
    }
    return render_template("kits/show.html", kit=kit, contents=inside, token=token, alternates=addresses)


@bp.post("/<language:language>/kits/<token>/files/<file_id>")
def file(language, token, file_id):
    grant = _opened(token, language)
    found = db.session.scalar(db.select(KitFile).filter_by(id=file_id, kit_id=grant.kit_id)) or abort(404)
    response = send_file(
        storage.path(found.file_key), found.media_type, as_attachment=True, download_name=found.name
    )
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    workflow.note_fetch(grant, found.name, at=clock.now())
    db.session.commit()
    return response


@bp.post("/<language:language>/kits/<token>/everything")
def everything(language, token):
    grant, now = _opened(token, language), clock.now()
    content = archive.stream(grant.kit, now)
    response = Response(content, mimetype="application/zip")
    response.content_length = len(content)
    name = f"{grant.kit.event.words(language).slug}.zip"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    workflow.note_fetch(grant, workflow.EVERYTHING, at=now)
    db.session.commit()
    return response


def _opened(token: str, language: str) -> Grant:
    """Whose link this is, if it opens. A link that was never given is not found; one that died says so."""
    grant = queries.by_token(token) or abort(404)
    if not queries.opens(grant, clock.now()):
        event = grant.kit.event
        contact = events.contact(event)
        page = render_template("kits/gone.html", event=event, contact=contact and contact.words(language))
        abort(make_response(page, 410))
    return grant
