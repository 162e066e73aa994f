"""The press office's side of kits: put a version together, look at it as a recipient would, publish it, say when it
opens, close it."""

from flask import abort, current_app, render_template

from pressroom import clock, engine, pages, storage
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.events import queries as events
from pressroom.events.models import Event
from pressroom.i18n import gettext as _
from pressroom.i18n import speaking
from pressroom.kits import archive, drafting, parts, queries, workflow
from pressroom.kits.forms import HoursForm, kit_form, notes_form
from pressroom.kits.models import Kit, KitFile, Version
from pressroom.responses import onward

bp = desk_blueprint("kits_desk", __name__, roles=(Role.OFFICER,))


@bp.get("/")
def index():
    page = pages.paginate(events.every())
    return render_template("kits/desk_index.html", page=page, overviews=queries.overviews(page.items))


@bp.post("/for/<event_id>")
def create(event_id):
    kit = workflow.create(db.get_or_404(Event, event_id), by=current_actor(), at=clock.now())
    db.session.commit()
    return _back_to(kit)


@bp.route("/<kit_id>", methods=["GET", "POST"])
def edit(kit_id):
    kit = db.get_or_404(Kit, kit_id)
    form, by = kit_form(kit), current_actor()
    if form.is_submitted():
        db.session.rollback()  # judging files takes seconds: nobody waits for the database meanwhile
    valid = form.validate_on_submit()
    overtaken = form.is_submitted() and form.version.data != str(kit.version)
    if valid and not overtaken:
        drafting.fill(kit, **form.values(), by=by, at=clock.now())
        db.session.commit()
        return _back_to(kit, _("Saved."))
    form.version.data = str(kit.version)  # whoever has been told may save over the other's words
    page = render_template(
        "kits/desk_edit.html",
        kit=kit, form=form, overtaken=overtaken, actions=workflow.allowed(kit, by.role),
        obstacles=workflow.obstacles(kit, _languages()), counts=queries.counts([kit.id]).get(kit.id, (0, 0)),
        behind=pages.counted(queries.behind(kit)), given=queries.was_given(kit), expires_at=queries.expires_at(kit),
    )  # fmt: skip
    return page, 409 if overtaken else 422 if form.is_submitted() else 200


@bp.post("/<kit_id>/<any(open, close):action>")
def act(kit_id, action):
    kit, now = db.get_or_404(Kit, kit_id), clock.now()
    workflow.act(kit, action, languages=_languages(), by=current_actor(), at=now)
    db.session.commit()
    engine.wake(current_app, now)  # its archive is to be built
    return _back_to(kit)


@bp.route("/<kit_id>/publish", methods=["GET", "POST"])
def publish(kit_id):
    kit, now = db.get_or_404(Kit, kit_id), clock.now()
    if kit.current is None or kit.draft is None:
        return _back_to(kit)
    form = notes_form(kit)
    if form.validate_on_submit():
        notes = {code: field.data for code, field in form.notes.items()}
        workflow.publish(kit, notes, languages=_languages(), by=current_actor(), at=now)
        db.session.commit()
        engine.wake(current_app, now)
        return _back_to(kit, _("Version %(number)s is published.", number=kit.current.number))
    page = render_template(
        "kits/desk_publish.html",
        kit=kit, form=form, changes=drafting.changes(kit), obstacles=workflow.obstacles(kit, _languages()),
        counts=queries.counts([kit.id]).get(kit.id, (0, 0)),
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


@bp.post("/<kit_id>/discard")
def discard(kit_id):
    kit = db.get_or_404(Kit, kit_id)
    drafting.discard(kit, by=current_actor(), at=clock.now())
    db.session.commit()
    return _back_to(kit, _("The draft is dropped: the kit is as recipients find it."))


@bp.route("/<kit_id>/hours", methods=["GET", "POST"])
def hours(kit_id):
    kit = db.get_or_404(Kit, kit_id)
    form = HoursForm(obj=kit)
    if form.validate_on_submit():
        typed = {name: form[name].data for name in ("opens_at", "embargo_until", "expires_at")}
        with form.saying("expires_at"):
            workflow.set_hours(kit, **typed, by=current_actor(), at=clock.now())
            db.session.commit()
            engine.wake(current_app, clock.now())
            return _back_to(kit, _("Saved."))
    shown = render_template("kits/desk_hours.html", kit=kit, form=form, expires_at=queries.expires_at(kit))
    return shown, 422 if form.is_submitted() else 200


@bp.get("/<kit_id>/preview/<language:language>")
def preview(kit_id, language):
    kit = db.get_or_404(Kit, kit_id)
    return _preview(kit, kit.newest, language)


@bp.get("/<kit_id>/versions/<int:number>/<language:language>")
def version(kit_id, number, language):
    kit = db.get_or_404(Kit, kit_id)
    return _preview(
        kit, next((one for one in kit.published if one.number == number), None) or abort(404), language
    )


def _preview(kit: Kit, shown: Version, language: str) -> str:
    """A version as those find it who have accepted its embargo, when it opens."""
    with speaking(language):
        contact = events.contact(kit.event)
        body = render_template(
            "kits/_kit.html",
            kit=kit, held=parts.held(shown, clock.now(), accepted=True)._replace(files=list(shown.files)),
            token=None, label=archive.label, contact=contact and contact.words(language),
        )  # fmt: skip
    return render_template("kits/desk_preview.html", kit=kit, body=body, version=shown, shown=language)


@bp.get("/<kit_id>/files/<file_id>")
def file(kit_id, file_id):
    found = _file(kit_id, file_id)
    return storage.hand_over(found.file_key, found.media_type, found.name)


@bp.post("/<kit_id>/files/<file_id>/remove")
def remove(kit_id, file_id):
    found, kit = _file(kit_id, file_id), db.session.get_one(Kit, kit_id)
    drafting.take_out(kit, found, by=current_actor(), at=clock.now())
    db.session.commit()
    return _back_to(kit)


def _file(kit_id: str, file_id: str) -> KitFile:
    mine = db.select(KitFile).join(Version, KitFile.version_id == Version.id)
    return db.session.scalar(mine.where(KitFile.id == file_id, Version.kit_id == kit_id)) or abort(404)


def _back_to(kit: Kit, said: str = ""):
    return onward(".edit", said, kit_id=kit.id)


def _languages() -> tuple[str, ...]:
    return current_app.config["LANGUAGES"]
