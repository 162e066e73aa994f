"""The press office's side of releases: the list, the words and the facts of one, its preview, its publication."""

from babel.lists import format_list
from flask import abort, current_app, flash, redirect, render_template, request, url_for
from markupsafe import Markup

from pressroom import audit, clock, pages
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.events import queries as event_queries
from pressroom.forms import one_line
from pressroom.i18n import current_language, language_name, locale, speaking
from pressroom.i18n import gettext as _
from pressroom.releases import importing, intake, queries, workflow
from pressroom.releases.forms import NewForm, UploadForm, WithdrawForm, facts_form, publish_form, text_form
from pressroom.releases.models import Release
from pressroom.staff.queries import press_contacts

bp = desk_blueprint("releases_desk", __name__, roles=(Role.OFFICER,))
# Offered for “this phrase is in another language”.
PHRASE_LANGUAGES = ("fr", "en", "de", "es", "it", "la")


@bp.get("/")
def index():
    now = clock.now()
    among = next((stage for stage in queries.Stage if stage == request.args.get("stage")), None)
    words = one_line(request.args.get("q"))
    page = pages.paginate(queries.on_the_desk(among, words, now))
    return _page("index", page=page, counts=queries.counts(now), among=among, words=words)


@bp.route("/new", methods=["GET", "POST"])
def new():
    form = NewForm(data={"language": current_language()})
    if form.validate_on_submit():
        language = form.language.data
        if not form.file.data:
            return redirect(url_for(".write", language=language), 303)
        if release := _imported(form, language):
            return redirect(url_for(".edit", release_id=release.id, language=language), 303)
    return _page("new", form=form), 422 if form.errors else 200


@bp.route("/new/<language:language>", methods=["GET", "POST"])
def write(language):
    form = text_form(None)
    if form.validate_on_submit():
        release = workflow.create(source_language=language, by=current_actor(), at=_office_now())
        return _save(release, language, form)
    return _text_page(None, language, form), 422 if form.errors else 200


@bp.get("/<release_id>")
def show(release_id):
    release = _found(release_id)
    return _page(
        "show",
        release=release,
        actions=workflow.allowed(release, current_actor().role, clock.now()),
        obstacles=workflow.obstacles(release),
        to_publish=[(code, _named([code])) for code in queries.to_publish(release)],
    )


@bp.route("/<release_id>/<language:language>", methods=["GET", "POST"])
def edit(release_id, language):
    release = _found(release_id)
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
    release = _found(release_id)
    text = release.texts.get(language) or abort(404)
    with speaking(language):
        article = render_template(
            "newsroom/_release.html", release=release, text=text.latest, language=language, siblings=(),
            contact=release.contact and release.contact.words(language),
        )  # fmt: skip
    return _page("preview", release=release, text=text, written_in=language, article=Markup(article))


@bp.route("/<release_id>/<language:language>/upload", methods=["GET", "POST"])
def upload(release_id, language):
    release = _found(release_id)
    form = UploadForm()
    if form.validate_on_submit() and _imported(form, language, release_id):
        return redirect(url_for(".edit", release_id=release_id, language=language), 303)
    return _page("upload", release=release, written_in=language, form=form), 422 if form.errors else 200


@bp.route("/<release_id>/facts", methods=["GET", "POST"])
def facts(release_id):
    release = _found(release_id)
    workflow.demand(release, "edit", by=current_actor(), at=clock.now())
    contacts = {contact.id: contact for contact in press_contacts()}
    events = {event.id: event for event in db.session.scalars(event_queries.every())}
    pictures = {asset.id: asset for asset in queries.pictures_on_offer(release)}
    form = facts_form(release, contacts=contacts, events=events, pictures=pictures)
    overtaken = form.validate_on_submit() and form.version.data != release.version
    if form.is_submitted() and not form.errors and not overtaken:
        workflow.set_facts(
            release, dated=form.dated.data, contact=contacts.get(form.contact.data), event=events.get(form.event.data),
            pictures=[pictures[key] for key in form.pictures.data], by=current_actor(), at=clock.now(),
        )  # fmt: skip
        db.session.commit()
        flash(_("Saved."), "ok")
        return redirect(url_for(".show", release_id=release_id), 303)
    if overtaken:
        form.version.raw_data, form.version.data = None, release.version
    last = audit.history(f"release:{release_id}")[-1]
    page = _page("facts", release=release, form=form, overtaken=overtaken, last=last)
    return page, 409 if overtaken else 422 if form.errors else 200


@bp.route("/<release_id>/publish", methods=["GET", "POST"])
def publish(release_id):
    release = _found(release_id)
    workflow.demand(release, "publish", by=current_actor(), at=clock.now())
    form = publish_form(queries.ready(release), queries.fingerprint(release))
    checked = form.validate_on_submit() and form.sees(release) and "again" not in request.form
    if checked and "confirm" in request.form:
        workflow.publish(
            release, languages=form.languages.data, **form.hours(), by=current_actor(), at=clock.now()
        )
        db.session.commit()
        return redirect(url_for(".show", release_id=release_id), 303)
    named = _named(form.languages.data or ())
    obstacles = workflow.obstacles(release)
    page = _page("publish", release=release, form=form, checked=checked, named=named, obstacles=obstacles)
    return page, 422 if form.errors else 200


@bp.post("/<release_id>/<language:language>/publish")
def publish_changes(release_id, language):
    release = _found(release_id)
    workflow.publish_changes(release, language, by=current_actor(), at=clock.now())
    db.session.commit()
    return redirect(url_for(".show", release_id=release_id), 303)


@bp.post("/<release_id>/unpublish")
def unpublish(release_id):
    release = _found(release_id)
    workflow.unpublish(release, by=current_actor(), at=clock.now())
    db.session.commit()
    return redirect(url_for(".show", release_id=release_id), 303)


@bp.route("/<release_id>/withdraw", methods=["GET", "POST"])
def withdraw(release_id):
    release = _found(release_id)
    form = WithdrawForm()
    if form.validate_on_submit():
        workflow.withdraw(release, reason=form.reason.data, by=current_actor(), at=clock.now())
        db.session.commit()
        return redirect(url_for(".show", release_id=release_id), 303)
    return _page("withdraw", release=release, form=form), 422 if form.errors else 200


def _found(release_id: str) -> Release:
    return queries.find(release_id, current_actor(), clock.now()) or abort(404)


def _office_now():
    """The present moment with the office's own day."""
    return clock.now().astimezone(current_app.config["TIMEZONE"])


def _named(languages) -> str:
    """« français et anglais », “French and English”."""
    return format_list([locale().languages[code] for code in languages], locale=locale())


def _page(name: str, **values) -> str:
    return render_template(f"releases/desk_{name}.html", queries=queries, now=clock.now(), **values)


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
    return _page(
        "text",
        release=release,
        written_in=language,
        text=release.texts.get(language) if release else None,
        source=source if source and source.language != language else None,
        form=form,
        overtaken=overtaken,
        named=_named([language]),
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
            at=_office_now(),
        )
    except importing.Unreadable as refusal:
        form.file.errors = [str(refusal)]
        return None
    db.session.commit()
    for sentence in lost:
        flash(sentence, "warn")
    return release
