"""Where a release's words are written: a new one, each language beside its source, a file read, a preview."""

from flask import abort, flash, redirect, render_template, request, url_for
from markupsafe import Markup

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.i18n import current_language, language_name, speaking
from pressroom.i18n import gettext as _
from pressroom.releases import importing, intake, workflow
from pressroom.releases.forms import NewForm, UploadForm, text_form
from pressroom.releases.models import Release
from pressroom.releases.screens import found, named, office_now, page

bp = desk_blueprint("releases_writing", __name__, roles=(Role.OFFICER,))
# Offered for “this phrase is in another language”.
PHRASE_LANGUAGES = ("fr", "en", "de", "es", "it", "la")


@bp.route("/new", methods=["GET", "POST"])
def new():
    form = NewForm(data={"language": current_language()})
    if form.validate_on_submit():
        language = form.language.data
        if not form.file.data:
            return redirect(url_for(".write", language=language), 303)
        if release := _imported(form, language):
            return redirect(url_for(".edit", release_id=release.id, language=language), 303)
    return page("new", form=form), 422 if form.errors else 200


@bp.route("/new/<language:language>", methods=["GET", "POST"])
def write(language):
    form = text_form(None)
    if form.validate_on_submit():
        release = workflow.create(source_language=language, by=current_actor(), at=office_now())
        return _save(release, language, form)
    return _text_page(None, language, form), 422 if form.errors else 200


@bp.route("/<release_id>/<language:language>", methods=["GET", "POST"])
def edit(release_id, language):
    release = found(release_id)
    workflow.demand(release, "edit", by=current_actor(), at=clock.now())
    text = release.texts.get(language)
    form = text_form(text)
    if form.validate_on_submit():
        if form.began_from(text):
            return _save(release, language, form)
        form.begin_again_from(text)
        return _text_page(release, language, form, overtaken=True), 409
    return _text_page(release, language, form), 422 if form.errors else 200


@bp.get("/<release_id>/<language:language>/preview")
def preview(release_id, language):
    release = found(release_id)
    text = release.texts.get(language) or abort(404)
    with speaking(language):
        article = render_template(
            "newsroom/_release.html", release=release, text=text.latest, language=language, siblings=(),
            contact=release.contact and release.contact.words(language),
        )  # fmt: skip
    return page("preview", release=release, text=text, written_in=language, article=Markup(article))


@bp.route("/<release_id>/<language:language>/upload", methods=["GET", "POST"])
def upload(release_id, language):
    release = found(release_id)
    form = UploadForm()
    if form.validate_on_submit() and _imported(form, language, release_id):
        return redirect(url_for(".edit", release_id=release_id, language=language), 303)
    return page("upload", release=release, written_in=language, form=form), 422 if form.errors else 200


def _save(release: Release, language: str, form):
    workflow.save(
        release,
        language,
        form.words(),
        by=current_actor(),
        at=clock.now(),
        follows_source=form.follows_source.data,
    )
    db.session.commit()
    if "preview" in request.form:
        return redirect(url_for(".preview", release_id=release.id, language=language), 303)
    flash(_("Saved."), "ok")
    return redirect(url_for(".edit", release_id=release.id, language=language), 303)


def _text_page(release: Release | None, language: str, form, *, overtaken: bool = False) -> str:
    source = release.texts.get(release.source_language) if release else None
    return page(
        "text",
        release=release,
        written_in=language,
        text=release.texts.get(language) if release else None,
        source=source if source and source.language != language else None,
        form=form,
        overtaken=overtaken,
        named=named([language]),
        phrase_languages={code: language_name(code) for code in PHRASE_LANGUAGES if code != language},
    )


def _imported(form, language: str, release_id: str | None = None) -> Release | None:
    """The release that the form's file became, or None with the reason at the field."""
    file, by = form.file.data, current_actor()
    db.session.rollback()  # reading a file takes a second: nobody waits for the database meanwhile
    try:
        release, lost = intake.import_file(
            file.filename,
            file.read(),
            language=language,
            release_id=release_id,
            by=by,
            at=office_now(),
        )
    except importing.Unreadable as refusal:
        form.file.errors = [str(refusal)]
        return None
    db.session.commit()
    for sentence in lost:
        flash(sentence, "warn")
    return release
