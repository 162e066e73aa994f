"""Erasing a request from the desk, when the person asks the press office for it."""

from flask import abort, flash, render_template

from pressroom import clock, storage
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.accreditation import erasure, queries
from pressroom.accreditation.models import Application
from pressroom.database import db, empty_log
from pressroom.i18n import gettext as _
from pressroom.responses import onward

bp = desk_blueprint("accreditation_removing", __name__, roles=(Role.OFFICER,))


@bp.get("/<event_id>/<application_id>/erase")
def confirm(event_id, application_id):
    application = _application(event_id, application_id)
    return render_template("accreditation/desk_erase.html", application=application, event=application.event)


@bp.post("/<event_id>/<application_id>/erase")
def erase(event_id, application_id):
    application = _application(event_id, application_id)
    reference = application.reference
    erasure.erase(application, by=current_actor(), at=clock.now())
    flash(_("%(reference)s: the request, its files and its messages are erased.", reference=reference), "ok")
    db.session.commit()
    storage.sweep()
    db.session.commit()
    empty_log()
    return onward("accreditation_desk.queue", event_id=event_id)


def _application(event_id: str, application_id: str) -> Application:
    return queries.find(event_id, application_id, current_actor()) or abort(404)
