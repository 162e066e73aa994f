"""The press office's picture library: add, describe, remove."""

from flask import flash, redirect, render_template, url_for

from pressroom import clock, pages, storage
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.i18n import gettext as _
from pressroom.i18n import ngettext
from pressroom.media import queries, workflow
from pressroom.media.forms import edit_form, upload_form
from pressroom.media.models import Asset

bp = desk_blueprint("media_desk", __name__, roles=(Role.OFFICER,))


@bp.get("/")
def index():
    return render_template("media/desk_index.html", page=pages.paginate(queries.every()))


@bp.route("/new", methods=["GET", "POST"])
def new():
    by = current_actor()
    db.session.rollback()  # rebuilding pictures takes seconds: nobody waits for the database meanwhile
    form = upload_form()
    if not form.validate_on_submit():
        return render_template("media/desk_new.html", form=form), 422 if form.is_submitted() else 200
    pictures = [(part.form, workflow.smaller(part.form.taken)) for part in form.filled()]
    for picture, web in pictures:
        workflow.add(
            picture.taken, web, credit=picture.credit.data, words=picture.words(), by=by, at=clock.now()
        )  # fmt: skip
    db.session.commit()
    flash(ngettext("%(num)s picture added.", "%(num)s pictures added.", len(pictures)), "ok")
    return redirect(url_for(".index"), 303)


@bp.route("/<asset_id>", methods=["GET", "POST"])
def edit(asset_id):
    asset = db.get_or_404(Asset, asset_id)
    form = edit_form(asset)
    valid = form.validate_on_submit()
    overtaken = form.is_submitted() and form.version.data != str(asset.version)
    if valid and not overtaken:
        workflow.edit(asset, credit=form.credit.data, words=form.words(), by=current_actor(), at=clock.now())
        db.session.commit()
        flash(_("Saved."), "ok")
        return redirect(url_for(".edit", asset_id=asset.id), 303)
    form.version.data = str(asset.version)  # whoever has been told may save over the other's words
    page = render_template("media/desk_edit.html", form=form, asset=asset, overtaken=overtaken)
    return page, 409 if overtaken else 422 if form.is_submitted() else 200


@bp.post("/<asset_id>/remove")
def remove(asset_id):
    asset = db.get_or_404(Asset, asset_id)
    keys = workflow.remove(asset, by=current_actor(), at=clock.now())
    db.session.commit()
    for key in keys:
        storage.delete(key)
    flash(_("Picture removed."), "ok")
    return redirect(url_for(".index"), 303)
