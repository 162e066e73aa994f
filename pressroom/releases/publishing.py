"""When a release's words reach readers, change for them or leave them: the press office's decisions, each checked."""

from flask import current_app, flash, redirect, request, url_for

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.i18n import gettext as _
from pressroom.releases import checklist, differences, queries, workflow
from pressroom.releases.announcing import changes_form, publish_form, take_off_form
from pressroom.releases.models import Release
from pressroom.releases.screens import found, named, page
from pressroom.responses import onward

bp = desk_blueprint("releases_publishing", __name__, roles=(Role.OFFICER,))


@bp.route("/<release_id>/publish", methods=["GET", "POST"])
def publish(release_id):
    release = found(release_id)
    workflow.demand(release, "publish", by=current_actor(), at=clock.now())
    form = publish_form(queries.ready(release), queries.fingerprint(release))
    checked = _checked(form, release)
    if checked and "confirm" in request.form:
        workflow.publish(
            release,
            languages=form.languages.data,
            **form.hours(),
            of_site=current_app.config["LANGUAGES"],
            by=current_actor(),
            at=clock.now(),
        )
        return _done(release)
    said = named(form.languages.data) if checked else ""
    obstacles = workflow.obstacles(release, current_app.config["LANGUAGES"])
    shown = page("publish", release=release, form=form, checked=checked, named=said, obstacles=obstacles)
    return shown, 422 if form.errors else 200


@bp.route("/<release_id>/correct", methods=["GET", "POST"])
def correct(release_id):
    """Newer words for readers: what differs, what they are told of it, and what waits in another language."""
    release, now = found(release_id), clock.now()
    workflow.demand(release, "publish_changes", by=current_actor(), at=now)
    if not queries.to_publish(release):
        flash(_("There is nothing new to publish."), "info")
        return redirect(url_for("releases_desk.show", release_id=release_id))
    missing = checklist.not_together(release, current_app.config["LANGUAGES"])
    form = changes_form(release, now)
    checked = _checked(form, release)
    if checked and ("confirm" in request.form or not form.tells):
        workflow.publish_changes(
            release, *form.chosen("now"), kind=form.told_kind(), notes=form.notes(), completes=form.completed(),
            of_site=current_app.config["LANGUAGES"], by=current_actor(), at=now,
        )  # fmt: skip
        return _done(release)
    shown = page(
        "correct", release=release, form=form, checked=checked, named=named, missing=missing,
        live=queries.stage(release, now) is queries.Stage.PUBLISHED, holders=queries.holders(release, newest=True),
        compared={code: _compared(release, code) for code in form.languages},
    )  # fmt: skip
    return shown, 422 if form.errors else 200


@bp.post("/<release_id>/<language:language>/discard")
def discard(release_id, language):
    """The words that wait are not wanted: back to those that readers see."""
    release = found(release_id)
    workflow.discard_changes(release, language, by=current_actor(), at=clock.now())
    return _done(release)


@bp.post("/<release_id>/<language:language>/follows/<correction_id>")
def end_notice(release_id, language, correction_id):
    """The text says already what a correction told its readers to expect."""
    release = found(release_id)
    workflow.end_notice(release, language, correction_id, by=current_actor(), at=clock.now())
    return _done(release)


@bp.post("/<release_id>/unpublish")
def unpublish(release_id):
    release = found(release_id)
    workflow.unpublish(release, by=current_actor(), at=clock.now())
    return _done(release)


@bp.route("/<release_id>/withdraw", methods=["GET", "POST"])
def withdraw(release_id):
    return _take_off(release_id, "withdraw", workflow.withdraw)


@bp.route("/<release_id>/kill", methods=["GET", "POST"])
def kill(release_id):
    return _take_off(release_id, "kill", workflow.kill)


def _take_off(release_id: str, action: str, act):
    release = found(release_id)
    workflow.demand(release, action, by=current_actor(), at=clock.now())
    form = take_off_form(release)
    checked = _checked(form, release)
    if checked and "confirm" in request.form:
        act(release, notes=form.reasons(), by=current_actor(), at=clock.now())
        return _done(release)
    shown = page("take_off", release=release, form=form, checked=checked, action=action)
    return shown, 422 if form.errors else 200


def _checked(form, release: Release) -> bool:
    """Whether the form may be carried out: it is complete, about what the person saw, and not taken up again."""
    return form.validate_on_submit() and form.sees(release) and "again" not in request.form


def _done(release: Release):
    db.session.commit()
    return onward("releases_desk.show", release_id=release.id)


def _compared(release: Release, language: str) -> list[differences.Change] | None:
    """What the newest words change for readers; None where these see the newest, or nothing yet."""
    text = release.texts[language]
    if text.public_number is None or queries.shows_newest(text):
        return None
    return differences.compare(text.public.words, text.latest.words, language)
