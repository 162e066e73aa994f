"""Where a release's words are written: a new one, each language beside its source, and a file read."""

from flask import flash, g, redirect, request, url_for
from flask_login import current_user

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.i18n import current_language, language_name
from pressroom.i18n import gettext as _
from pressroom.releases import differences, drafts, importing, intake, queries, workflow
from pressroom.releases.drafts import Draft
from pressroom.releases.forms import NewForm, TextForm, UploadForm, text_form
from pressroom.releases.models import Release, ReleaseText, Words
from pressroom.releases.screens import editor_address, found, named, office_now, others_here, page, when
from pressroom.responses import onward

bp = desk_blueprint("releases_writing", __name__, roles=(Role.OFFICER,))
# Offered for “this phrase is in another language”.
PHRASE_LANGUAGES = ("fr", "en", "de", "es", "it", "la")


@bp.route("/new", methods=["GET", "POST"])
def new():
    form = NewForm(data={"language": current_language()})
    if form.validate_on_submit():
        language = form.language.data
        if not form.file.data:
            return onward(".write", language=language)
        if release := _imported(form, language):
            return onward(".edit", release_id=release.id, language=language)
    return page("new", form=form), 422 if form.errors else 200


@bp.route("/new/<language:language>", methods=["GET", "POST"])
def write(language):
    draft = drafts.kept(drafts.subject(None, language), by=current_actor())
    form = text_form(None, draft=draft if "kept" in request.args else None)
    if form.validate_on_submit():
        release = workflow.create(source_language=language, by=current_actor(), at=office_now())
        return _save(release, language, form, drafts.subject(None, language))
    return _text_page(None, language, form, draft), 422 if form.errors else 200


@bp.route("/<release_id>/<language:language>", methods=["GET", "POST"])
def edit(release_id, language):
    release, by, what = found(release_id), current_actor(), drafts.subject(release_id, language)
    text, draft = release.texts.get(language), drafts.kept(what, by=by)
    if draft and request.method == "GET" and "edit" not in workflow.allowed(release, by.role, clock.now()):
        return _given_back(text_form(None, draft=draft), language, 409), 409
    workflow.demand(release, "edit", by=by, at=clock.now())
    taken_up = draft if draft and "kept" in request.args and request.method == "GET" else None
    form = text_form(text, _source(release, language), taken_up)
    valid = form.validate_on_submit()
    overtaken = (valid or taken_up) and not form.began_from(text)
    if valid and not overtaken:
        return _save(release, language, form, what)
    if overtaken:
        form.begin_again_from(text)
    shown = _text_page(release, language, form, draft, overtaken=overtaken)
    return shown, 409 if valid else 422 if form.errors else 200


@bp.post("/<release_id>/<language:language>/up-to-date")
def mark_up_to_date(release_id, language):
    """`source_seen` is the source's revision that the person has compared with."""
    release = found(release_id)
    if language not in release.texts:
        return onward(".edit", release_id=release_id, language=language)
    seen = request.form.get("source_seen", type=int)
    workflow.mark_up_to_date(release, language, source_seen=seen, by=current_actor(), at=clock.now())
    db.session.commit()
    said = _("This translation is marked as up to date.")
    return onward(".edit", said, release_id=release_id, language=language)


@bp.route("/<release_id>/<language:language>/upload", methods=["GET", "POST"])
def upload(release_id, language):
    release = found(release_id)
    workflow.demand(release, "edit", by=current_actor(), at=clock.now())
    form = UploadForm()
    if form.validate_on_submit() and _imported(form, language, release_id):
        return onward(".edit", release_id=release_id, language=language)
    return page("upload", release=release, written_in=language, form=form), 422 if form.errors else 200


@bp.after_request
def give_words_back(response):
    """Whatever refused the words that somebody sent (a session that ended, a form that expired, a release that
    went meanwhile), they come back in a form that can be sent again."""
    posted = request.method == "POST" and request.endpoint in (f"{bp.name}.write", f"{bp.name}.edit")
    if not posted or "words_are_safe" in g or response.status_code == 413 or "body" not in request.form:
        return response
    response.set_data(_given_back(TextForm(), request.view_args["language"], response.status_code))
    if response.status_code == 303:
        response.status_code = 401
        del response.headers["Location"]
    return response


def _given_back(form: TextForm, language: str, code: int) -> str:
    return page(
        "given_back", form=form, written_in=language, code=code, signed_in=current_user.is_authenticated,
        phrase_languages=_phrase_languages(language),
    )  # fmt: skip


def _save(release: Release, language: str, form: TextForm, what: str):
    by, at = current_actor(), clock.now()
    workflow.save(
        release, language, form.words(), follows_source=form.follows_source.data, source_seen=form.source_seen.data,
        minor=form.minor.data, by=by, at=at,
    )  # fmt: skip
    drafts.forget(what, window=form.window.data, by=by)
    db.session.commit()
    g.words_are_safe = True
    window = request.form.get("window")  # what the browser itself holds of it may go
    anchor = f"saved-{window}" if window else None
    if "preview" in request.form:
        shown = url_for("releases_proofs.show", release_id=release.id, language=language, _anchor=anchor)
        return redirect(shown, 303)
    flash(_("Saved."), "ok")
    return redirect(editor_address(release.id, language, _anchor=anchor), 303)


def _source(release: Release, language: str) -> ReleaseText | None:
    """What the words in `language` are a translation of."""
    return release.texts.get(release.source_language) if language != release.source_language else None


def _text_page(
    release: Release | None, language: str, form: TextForm, draft: Draft | None, *, overtaken: bool = False
) -> str:
    text = release.texts.get(language) if release else None
    source = _source(release, language) if release else None
    shown = page(
        "text",
        release=release,
        written_in=language,
        text=text,
        source=source,
        since=_since(text, source),
        form=form,
        overtaken=overtaken,
        theirs=_from_theirs(text, form) if overtaken else None,
        draft=draft if draft and draft.window != form.window.data else None,
        draft_from=draft and when(draft.at),
        taken_up=editor_address(release and release.id, language, kept=1),
        others=others_here(release, language),
        named=named([language]),
        phrase_languages=_phrase_languages(language),
    )
    g.words_are_safe = True
    return shown


def _phrase_languages(language: str) -> dict[str, str]:
    return {code: language_name(code) for code in PHRASE_LANGUAGES if code != language}


def _since(text: ReleaseText | None, source: ReleaseText | None) -> list[differences.Change] | None:
    """What the source says otherwise since this translation was made from it; None when it follows its newest."""
    if text is None or source is None or text.made_from_number == source.latest_number:
        return None
    old = queries.revision(source, text.made_from_number)
    return differences.compare(
        old.words if old else Words("", "", "", ""), source.latest.words, source.language
    )


def _from_theirs(text: ReleaseText, form: TextForm) -> list[differences.Change] | None:
    """What the words in the form say otherwise than those that somebody else saved; None when there is no telling."""
    try:
        return differences.compare(text.latest.words, form.words(), text.language)
    except ValueError:
        return None


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
