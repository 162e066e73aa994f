"""The desk's page of a release's preview links: whom they were given to, what became of them, one more, none."""

from flask import abort, flash, redirect, url_for

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.i18n import current_language
from pressroom.i18n import gettext as _
from pressroom.releases import previews
from pressroom.releases.forms import PreviewForm
from pressroom.releases.models import Preview, Release
from pressroom.releases.screens import found, page

bp = desk_blueprint("releases_previews", __name__, roles=(Role.OFFICER,))


@bp.route("/<release_id>/previews", methods=["GET", "POST"])
def index(release_id):
    release = found(release_id)
    form = PreviewForm(language=current_language())
    if form.validate_on_submit() and _added(release, form):
        db.session.commit()
        flash(_("The link for %(name)s is made, and the message is on its way.", name=form.name.data), "ok")
        return redirect(url_for(".index", release_id=release_id), 303)
    shown = page("previews", release=release, form=form, previews=previews, links=previews.of(release))
    return shown, 422 if form.errors else 200


def _added(release: Release, form: PreviewForm) -> bool:
    """Whether the link could be made; else the form says why."""
    try:
        previews.add(
            release, name=form.name.data, email=form.email.data, language=form.language.data, by=current_actor(),
            at=clock.now(),
        )  # fmt: skip
    except Refused as refusal:
        form.form_errors.append(str(refusal))
    return not form.form_errors


@bp.post("/<release_id>/previews/<preview_id>/revoke")
def revoke(release_id, preview_id):
    mine = db.select(Preview).filter_by(id=preview_id, release_id=found(release_id).id)
    preview = db.session.scalar(mine) or abort(404)
    previews.revoke(preview, by=current_actor(), at=clock.now())
    db.session.commit()
    flash(_("The link for %(name)s no longer opens.", name=preview.name), "ok")
    return redirect(url_for(".index", release_id=release_id), 303)
