"""What the desk says about a request: notes among colleagues, messages to the applicant, the answer about what they
need on site, and who looks after it."""

from flask import abort, render_template

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.accreditation import listing, queries, remarks
from pressroom.accreditation.decision_forms import AssignForm, RemarkForm
from pressroom.accreditation.models import Application
from pressroom.accreditation.panel import panel
from pressroom.database import db
from pressroom.responses import onward

bp = desk_blueprint("accreditation_talking", __name__, roles=(Role.OFFICER, Role.REVIEWER))


@bp.post("/<event_id>/<application_id>/note")
def note(event_id, application_id):
    return _said(event_id, application_id, "note", remarks.note)


@bp.post("/<event_id>/<application_id>/message")
def message(event_id, application_id):
    return _said(event_id, application_id, "message", remarks.message)


@bp.post("/<event_id>/<application_id>/needs")
def answer_needs(event_id, application_id):
    return _said(event_id, application_id, "needs", remarks.answer_needs)


def _said(event_id: str, application_id: str, what: str, say):
    application, form = _application(event_id, application_id), RemarkForm(what)
    if not form.validate():
        return _page(application, {what: form}), 422
    say(application, form.text.data, by=current_actor(), at=clock.now())
    db.session.commit()
    return _back(application, {"message": "thread", "note": "notes"}.get(what, ""))


@bp.post("/<event_id>/<application_id>/assign")
def assign(event_id, application_id):
    application, form = _application(event_id, application_id), AssignForm()
    if not form.validate():
        return _page(application, {"assign": form}), 422
    remarks.assign(application, form.staff, by=current_actor(), at=clock.now())
    db.session.commit()
    return _back(application, "assignment")


def _application(event_id: str, application_id: str) -> Application:
    return queries.find(event_id, application_id, current_actor()) or abort(404)


def _back(application: Application, part: str):
    """The application's own page, at what was just said, in the same list."""
    place = {
        "event_id": application.event_id,
        "application_id": application.id,
        **listing.came_from().arguments(),
    }
    return onward("accreditation_desk.show", **place, _anchor=part or None)


def _page(application: Application, typed: dict):
    context, asked = panel(application, current_actor(), clock.now(), typed), listing.came_from()
    return render_template(
        "accreditation/desk_application.html",
        **context,
        arguments=asked.arguments(),
        back=listing.back(asked),
    )
