"""The press office's side of kits: put one together for an event, look at it as a recipient would, open it, close it."""

from flask import abort, current_app, flash, redirect, render_template, send_file, url_for

from pressroom import clock, pages, storage
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.events import queries as events
from pressroom.events.models import Event
from pressroom.i18n import gettext as _
from pressroom.i18n import speaking
from pressroom.kits import queries, workflow
from pressroom.kits.forms import kit_form
from pressroom.kits.models import Kit, KitFile

bp = desk_blueprint("kits_desk", __name__, roles=(Role.OFFICER,))


@bp.get("/")
def index():
    page = pages.paginate(events.every())
    return render_template("kits/desk_index.html", page=page, overviews=queries.overviews(page.items))


@bp.post("/for/<event_id>")
def create(event_id):
    kit = workflow.create(db.get_or_404(Event, event_id), by=current_actor(), at=clock.now())
    db.session.commit()
    return redirect(url_for(".edit", kit_id=kit.id), 303)


@bp.route("/<kit_id>", methods=["GET", "POST"])
def edit(kit_id):
    kit = db.get_or_404(Kit, kit_id)
    form, by = kit_form(kit), current_actor()
    if form.is_submitted():
        db.session.rollback()  # judging files takes seconds: nobody waits for the database meanwhile
    valid = form.validate_on_submit()
    overtaken = form.is_submitted() and form.version.data != str(kit.version)
    if valid and not overtaken:
        workflow.fill(kit, **form.values(), languages=_languages(), by=by, at=clock.now())
        db.session.commit()
        flash(_("Saved."), "ok")
        return redirect(url_for(".edit", kit_id=kit.id), 303)
    form.version.data = str(kit.version)  # whoever has been told may save over the other's words
    page = render_template(
        "kits/desk_edit.html",
        kit=kit,
        form=form,
        overtaken=overtaken,
        actions=workflow.allowed(kit, by.role),
        obstacles=workflow.obstacles(kit, _languages()),
        counts=queries.counts([kit.id]).get(kit.id, (0, 0)),
    )
    return page, 409 if overtaken else 422 if form.is_submitted() else 200


@bp.post("/<kit_id>/<any(open, close):action>")
def act(kit_id, action):
    kit = db.get_or_404(Kit, kit_id)
    workflow.act(kit, action, languages=_languages(), by=current_actor(), at=clock.now())
    db.session.commit()
    return redirect(url_for(".edit", kit_id=kit.id), 303)


@bp.get("/<kit_id>/preview/<language:language>")
def preview(kit_id, language):
    kit = db.get_or_404(Kit, kit_id)
    with speaking(language):
        inside = queries.contents(kit, language, clock.now())
        body = render_template("kits/_kit.html", kit=kit, contents=inside, token=None)
    return render_template("kits/desk_preview.html", kit=kit, body=body, shown=language)


@bp.get("/<kit_id>/files/<file_id>")
def file(kit_id, file_id):
    found = _file(kit_id, file_id)
    return send_file(
        storage.path(found.file_key), found.media_type, as_attachment=True, download_name=found.name
    )


@bp.post("/<kit_id>/files/<file_id>/remove")
def remove(kit_id, file_id):
    found = _file(kit_id, file_id)
    kit = db.session.get_one(Kit, kit_id)
    key = workflow.take_out(kit, found, languages=_languages(), by=current_actor(), at=clock.now())
    db.session.commit()
    storage.delete(key)
    return redirect(url_for(".edit", kit_id=kit_id), 303)


def _file(kit_id: str, file_id: str) -> KitFile:
    return db.session.scalar(db.select(KitFile).filter_by(id=file_id, kit_id=kit_id)) or abort(404)


def _languages() -> tuple[str, ...]:
    return current_app.config["LANGUAGES"]
