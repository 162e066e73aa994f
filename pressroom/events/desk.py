"""The press office's side of events: write, announce, postpone, move, cancel, copy."""

from flask import abort, current_app, render_template

from pressroom import clock, pages
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.events import queries, workflow
from pressroom.events.changes_form import change_form
from pressroom.events.forms import event_form
from pressroom.events.models import Event
from pressroom.i18n import language_name, speaking
from pressroom.responses import onward

bp = desk_blueprint("events_desk", __name__, roles=(Role.OFFICER,))


@bp.get("/")
def index():
    page, now = pages.paginate(queries.every()), clock.now()
    windows = {event.id: queries.window(event, now) for event in page.items}
    return render_template("events/desk_index.html", page=page, windows=windows, now=now)


@bp.route("/new", methods=["GET", "POST"])
def new():
    form = event_form()
    if form.validate_on_submit():
        event = workflow.create(form.facts(), form.words(), by=current_actor(), at=clock.now())
        db.session.commit()
        return onward(".edit", event_id=event.id)
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
        return onward(".edit", event_id=event.id)
    form.version.data = str(event.version)  # whoever has been told may save over the other's words
    page = _edit_page(form, event=event, actions=_allowed(event), overtaken=overtaken)
    return page, 409 if overtaken else 422 if form.is_submitted() else 200


@bp.get("/<event_id>/preview/<language:language>")
def preview(event_id, language):
    event = db.get_or_404(Event, event_id)
    if language not in event.texts:
        abort(404)
    contact, now = queries.contact(event), clock.now()
    with speaking(language):
        body = render_template(
            "events/_event.html",
            event=event,
            text=event.texts[language],
            contact=contact and contact.words(language),
            window=queries.window(event, now),
            hours_left=queries.hours_left(event, now),
        )
    return render_template("events/desk_preview.html", event=event, text=event.texts[language], body=body)


@bp.post("/<event_id>/announce")
def announce(event_id):
    event = db.get_or_404(Event, event_id)
    workflow.act(event, "announce", by=current_actor(), at=clock.now())
    db.session.commit()
    return onward(".edit", event_id=event.id)


@bp.route("/<event_id>/<any(move, postpone, cancel):action>", methods=["GET", "POST"])
def change(event_id, action):
    event = db.get_or_404(Event, event_id)
    if action not in _allowed(event):
        return onward(".edit", event_id=event.id)
    form = change_form(event, action)
    valid = form.validate_on_submit()
    overtaken = form.is_submitted() and form.version.data != str(event.version)
    if valid and not overtaken:
        workflow.act(event, action, by=current_actor(), at=clock.now(), **form.step())
        db.session.commit()
        return onward(".edit", event_id=event.id)
    form.version.data = str(event.version)
    page = render_template(
        "events/desk_change.html", form=form, event=event, action=action, overtaken=overtaken
    )
    return page, 409 if overtaken else 422 if form.is_submitted() else 200


@bp.post("/<event_id>/duplicate")
def duplicate(event_id):
    event = db.get_or_404(Event, event_id)
    copy = workflow.duplicate(event, by=current_actor(), at=clock.now())
    db.session.commit()
    return onward(".edit", event_id=copy.id)


def _allowed(event: Event) -> list[str]:
    return workflow.allowed(event, current_actor().role, clock.now())


def _edit_page(form, **context) -> str:
    names = {code: language_name(code) for code in current_app.config["LANGUAGES"]}
    return render_template("events/desk_edit.html", form=form, phrase_languages=names, **context)
