"""The press office's side of events: write, announce, cancel."""

from flask import abort, current_app, redirect, render_template, url_for

from pressroom import clock, pages
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.events import queries, workflow
from pressroom.events.forms import event_form
from pressroom.events.models import Event
from pressroom.i18n import language_name, speaking

bp = desk_blueprint("events_desk", __name__, roles=(Role.OFFICER,))


@bp.get("/")
def index():
    return render_template("events/desk_index.html", page=pages.paginate(queries.every()))


@bp.route("/new", methods=["GET", "POST"])
def new():
    form = event_form()
    if form.validate_on_submit():
        event = workflow.create(form.facts(), form.words(), by=current_actor(), at=clock.now())
        db.session.commit()
        return redirect(url_for(".edit", event_id=event.id), 303)
    return _edit_page(form), 422 if form.is_submitted() else 200


@bp.route("/<event_id>", methods=["GET", "POST"])
def edit(event_id):
    event = db.get_or_404(Event, event_id)
    form = event_form(event)
    valid = form.validate_on_submit()
    overtaken = form.is_submitted() and form.version.data != str(event.version)
    if valid and not overtaken:
        workflow.edit(event, form.facts(), form.words(), by=current_actor(), at=clock.now())
        db.session.commit()
        return redirect(url_for(".edit", event_id=event.id), 303)
    form.version.data = str(event.version)  # whoever has been told may save over the other's words
    actions = workflow.allowed(event, current_actor().role)
    page = _edit_page(form, event=event, actions=actions, overtaken=overtaken)
    return page, 409 if overtaken else 422 if form.is_submitted() else 200


@bp.get("/<event_id>/preview/<language:language>")
def preview(event_id, language):
    event = db.get_or_404(Event, event_id)
    if language not in event.texts:
        abort(404)
    contact = queries.contact(event)
    with speaking(language):
        body = render_template(
            "events/_event.html",
            event=event,
            text=event.texts[language],
            contact=contact and contact.words(language),
            window=queries.window(event, clock.now()),
        )
    return render_template("events/desk_preview.html", event=event, text=event.texts[language], body=body)


@bp.post("/<event_id>/<any(announce, cancel):action>")
def act(event_id, action):
    event = db.get_or_404(Event, event_id)
    workflow.act(event, action, by=current_actor(), at=clock.now())
    db.session.commit()
    return redirect(url_for(".edit", event_id=event.id), 303)


def _edit_page(form, **context) -> str:
    names = {code: language_name(code) for code in current_app.config["LANGUAGES"]}
    return render_template("events/desk_edit.html", form=form, phrase_languages=names, **context)
