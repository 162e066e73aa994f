"""When a release's words reach readers: published, scheduled, changed, taken back, withdrawn."""

from flask import current_app, redirect, request, url_for

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.releases import queries, workflow
from pressroom.releases.forms import WithdrawForm, publish_form
from pressroom.releases.screens import found, named, page

bp = desk_blueprint("releases_publishing", __name__, roles=(Role.OFFICER,))


@bp.route("/<release_id>/publish", methods=["GET", "POST"])
def publish(release_id):
    release = found(release_id)
    workflow.demand(release, "publish", by=current_actor(), at=clock.now())
    form = publish_form(queries.ready(release), queries.fingerprint(release))
    checked = form.validate_on_submit() and form.sees(release) and "again" not in request.form
    if checked and "confirm" in request.form:
        workflow.publish(
            release,
            languages=form.languages.data,
            **form.hours(),
            of_site=current_app.config["LANGUAGES"],
            by=current_actor(),
            at=clock.now(),
        )
        db.session.commit()
        return redirect(url_for("releases_desk.show", release_id=release_id), 303)
    said = named(form.languages.data or ())
    obstacles = workflow.obstacles(release, current_app.config["LANGUAGES"])
    shown = page("publish", release=release, form=form, checked=checked, named=said, obstacles=obstacles)
    return shown, 422 if form.errors else 200


@bp.post("/<release_id>/<language:language>/publish")
def publish_changes(release_id, language):
    release = found(release_id)
    workflow.publish_changes(
        release, language, of_site=current_app.config["LANGUAGES"], by=current_actor(), at=clock.now()
    )
    db.session.commit()
    return redirect(url_for("releases_desk.show", release_id=release_id), 303)


@bp.post("/<release_id>/unpublish")
def unpublish(release_id):
    release = found(release_id)
    workflow.unpublish(release, by=current_actor(), at=clock.now())
    db.session.commit()
    return redirect(url_for("releases_desk.show", release_id=release_id), 303)


@bp.route("/<release_id>/withdraw", methods=["GET", "POST"])
def withdraw(release_id):
    release = found(release_id)
    form = WithdrawForm()
    if form.validate_on_submit():
        workflow.withdraw(
            release, notes=dict.fromkeys(release.texts, form.reason.data), by=current_actor(), at=clock.now()
        )
        db.session.commit()
        return redirect(url_for("releases_desk.show", release_id=release_id), 303)
    return page("withdraw", release=release, form=form), 422 if form.errors else 200
