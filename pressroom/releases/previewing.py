"""The desk's page of a release's preview links: whom they were given to, what became of them, one more, none."""

from flask import abort

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.i18n import current_language
from pressroom.i18n import gettext as _
from pressroom.releases import previews
from pressroom.releases.forms import PreviewForm
from pressroom.releases.models import Preview
from pressroom.releases.screens import found, page
from pressroom.responses import onward

bp = desk_blueprint("releases_previews", __name__, roles=(Role.OFFICER,))


@bp.route("/<release_id>/previews", methods=["GET", "POST"])
def index(release_id):
    release = found(release_id)
    form = PreviewForm(language=current_language())
    if form.validate_on_submit():
        with form.saying():
            name, email, language = form.name.data, form.email.data, form.language.data
            previews.add(
                release, name=name, email=email, language=language, by=current_actor(), at=clock.now()
            )
            db.session.commit()
            said = _("The link for %(name)s is made, and the message is on its way.", name=name)
            return onward(".index", said, release_id=release_id)
    shown = page("previews", release=release, form=form, previews=previews, links=previews.of(release))
    return shown, 422 if form.errors else 200


@bp.post("/<release_id>/previews/<preview_id>/revoke")
def revoke(release_id, preview_id):
    mine = db.select(Preview).filter_by(id=preview_id, release_id=found(release_id).id)
    preview = db.session.scalar(mine) or abort(404)
    previews.revoke(preview, by=current_actor(), at=clock.now())
    db.session.commit()
    said = _("The link for %(name)s no longer opens.", name=preview.name)
    return onward(".index", said, release_id=release_id)
