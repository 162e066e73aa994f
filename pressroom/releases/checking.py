"""The press office's page of what differs between the languages of a release, and of what was found right."""

from itertools import groupby

from flask import abort, flash

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.i18n import gettext as _
from pressroom.releases import parity, queries, workflow
from pressroom.releases.findings import SUBJECTS
from pressroom.releases.forms import DismissForm
from pressroom.releases.models import Release
from pressroom.releases.screens import found, page
from pressroom.responses import onward

bp = desk_blueprint("releases_parity", __name__, roles=(Role.OFFICER,))


@bp.context_processor
def subjects() -> dict:
    return {"subjects": SUBJECTS}


@bp.get("/<release_id>/parity")
def show(release_id):
    return _page(found(release_id))


@bp.post("/<release_id>/parity/<key>/dismiss")
def dismiss(release_id, key):
    release = found(release_id)
    if key not in {one.key for one in parity.findings(release)}:
        flash(_("This difference is no longer there: the text has changed."))
        return onward(".show", release_id=release_id)
    form = _form(key, reading=True)
    if not form.validate():
        return _page(release, form, key), 422
    workflow.dismiss(release, key, reason=form.reason.data, by=current_actor(), at=clock.now())
    db.session.commit()
    return onward(".show", release_id=release_id)


@bp.post("/<release_id>/parity/<key>/reopen")
def reopen(release_id, key):
    release = found(release_id)
    if key not in parity.dismissals(release):
        abort(404)
    workflow.reopen(release, key, by=current_actor(), at=clock.now())
    db.session.commit()
    return onward(".show", release_id=release_id)


def _page(release: Release, refused: DismissForm | None = None, key: str = "") -> str:
    """Open findings by subject, each with its form; then the dismissed ones that the words still give rise to."""
    known = parity.dismissals(release)
    every = parity.findings(release)
    forms = {one.key: _form(one.key) for one in every if one.key not in known}
    if refused:
        forms[key] = refused
    still_open = (one for one in every if one.key in forms)
    return page(
        "parity",
        release=release,
        groups=[(subject, list(ones)) for subject, ones in groupby(still_open, key=lambda one: one.subject)],
        forms=forms,
        refused=refused,
        dismissed=[(one, known[one.key]) for one in every if one.key in known and one.key not in forms],
        compared=queries.ready(release),
        editable="edit" in workflow.allowed(release, current_actor().role, clock.now()),
    )


def _form(key: str, *, reading: bool = False) -> DismissForm:
    """One of several on the page, its control with an id of its own; `reading` what was sent."""
    form = DismissForm() if reading else DismissForm(formdata=None)
    form.reason.id = f"reason-{key}"
    return form
