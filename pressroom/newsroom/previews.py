"""A release before its hour, for the holder of a personal link: a page that asks who is there, then the release.

Until the right address is typed nothing is said of the release, not even its headline. The answer is remembered in
the browser's signed session, for this link and these words only; whether the link still opens is asked every time.
"""

from datetime import timedelta

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    session,
    url_for,
)  # fmt: skip

from pressroom import clock, dates, errors, pages
from pressroom.database import db, will_write
from pressroom.i18n import gettext as _
from pressroom.i18n import ngettext
from pressroom.media.models import Asset, AssetRendition
from pressroom.newsroom import addresses, files
from pressroom.releases import papers, previews, renditions
from pressroom.releases.forms import OpenPreviewForm
from pressroom.releases.models import Preview, Release, Revision
from pressroom.releases.previews import Standing
from pressroom.staff import queries as staff

REMEMBERED = timedelta(hours=4)

bp = Blueprint("previews", __name__)
bp.after_request(pages.private)


@bp.get("/<language:language>/previews/<token>")
def show(language, token):
    preview = _opening(token, language)
    if not _admitted(preview):
        return _door(preview, token, OpenPreviewForm(formdata=None))
    release, words = preview.release, previews.shown(preview.release)
    if language not in words:
        return redirect(url_for(".show", language=next(iter(words)), token=token))
    return render_template(
        "newsroom/preview.html",
        preview=preview, token=token, release=release, text=words[language], label=_label(release),
        watermark=_watermark(preview), contact=staff.whom_to_ask_in(language, release.contact), pictures=_pictures(release),
        take_away="newsroom/_preview_files.html", pictures_part="newsroom/_preview_pictures.html",
        alternates=[(code, url_for(".show", language=code, token=token)) for code in words],
    )  # fmt: skip


@bp.post("/<language:language>/previews/<token>")
def enter(language, token):
    preview, now = _opening(token, language, to_change=True), clock.now()
    if wait := previews.seconds_to_wait(preview, now):
        said = ngettext("Try again in %(num)s minute.", "Try again in %(num)s minutes.", -(-wait // 60))
        return *errors.page(429, explanation=said), {"Retry-After": str(wait)}
    form = OpenPreviewForm()
    if not form.validate():
        return _door(preview, token, form), 422
    admitted = previews.admit(preview, form.email.data, at=now)
    db.session.commit()
    if not admitted:
        form.email.errors = [_("This is not the address that the link was made for.")]
        return _door(preview, token, form), 422
    _remember(preview)
    return redirect(url_for(".show", language=language, token=token), 303)


@bp.get("/<language:language>/previews/<token>/files/<key>/<name>")
def file(language, token, key, name):
    found = _file_of(_reading(token, language), key, name)
    return files.respond(found, download=False)


@bp.post("/<language:language>/previews/<token>/files/<key>/<name>")
def take_file(language, token, key, name):
    preview = _reading(token, language)
    found = _file_of(preview, key, name)
    previews.note_taken(preview, found.filename, at=clock.now())
    db.session.commit()
    will_write(False)
    return files.respond(found, download=True)


@bp.post("/<language:language>/previews/<token>/<any(text, pdf):what>")
def take(language, token, what):
    preview = _reading(token, language)
    release, (suffix, media_type, make) = preview.release, FORMS[what]
    if language not in previews.shown(release):
        abort(404)
    name = f"{release.texts[language].slug}-{language}.{suffix}"
    previews.note_taken(preview, name, language=language, at=clock.now())
    db.session.commit()
    will_write(False)  # a document takes a second to make: nobody waits for the database meanwhile
    said = {"label": _label(release), "watermark": _watermark(preview), "language": language}
    content = make(
        release, previews.shown(release)[language], contact=staff.whom_to_ask_in(language, release.contact),
        url=renditions.address(release, language), **said,
    )  # fmt: skip
    response = Response(content, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _opening(token: str, language: str, *, to_change: bool = False) -> Preview:
    """Whose link this is, if it opens. One that was never given is not found; one that died says so; after the
    embargo it leads to the release."""
    preview = previews.by_token(token, to_change=to_change) or abort(404)
    standing = previews.standing(preview, clock.now())
    if standing is Standing.LIFTED:
        abort(redirect(_public_page(preview.release, language), 303))
    if standing is not Standing.OPEN:
        page = render_template(
            "newsroom/preview_gone.html", standing=standing, contact=staff.whom_to_ask_in(language)
        )
        abort(make_response(page, 410))
    return preview


def _reading(token: str, language: str) -> Preview:
    """The same, of somebody who was let in; anybody else is asked first."""
    preview = _opening(token, language)
    if not _admitted(preview):
        abort(redirect(url_for(".show", language=language, token=token), 303))
    return preview


def _admitted(preview: Preview) -> bool:
    ends, words = session.get("previews", {}).get(preview.link_digest, (0, ""))
    return clock.now().timestamp() < ends and words == previews.fingerprint(preview.release)


def _remember(preview: Preview) -> None:
    now = clock.now()
    still = {key: kept for key, kept in session.get("previews", {}).items() if kept[0] > now.timestamp()}
    ends = (now + REMEMBERED).timestamp()
    session["previews"] = {**still, preview.link_digest: (ends, previews.fingerprint(preview.release))}


def _door(preview: Preview, token: str, form: OpenPreviewForm) -> str:
    """The page that asks who is there; it knows nothing of the release but when the embargo ends."""
    return render_template(
        "newsroom/preview_door.html",
        form=form, token=token, until=previews.until(preview.release),
        alternates=[(code, url_for(".show", language=code, token=token)) for code in current_app.config["LANGUAGES"]],
    )  # fmt: skip


def _public_page(release: Release, language: str) -> str:
    readable = addresses.readable_in(release)
    code = language if language in readable else next(iter(readable), None) or abort(404)
    return addresses.page(release, code)


def _label(release: Release) -> str:
    """What stands above every form of the release, in the language being spoken."""
    until = previews.until(release)
    if until is None:
        return _(
            "Under embargo until a moment that the press office will give. Please publish nothing before then."
        )
    moment = dates.instant(until, current_app.config["TIMEZONE"])
    return _("Under embargo until %(moment)s. Please publish nothing before then.", moment=moment)


def _watermark(preview: Preview) -> str:
    return _("Copy for %(name)s", name=preview.name)


def _pictures(release: Release) -> list[Asset]:
    """What everybody will see once the release is public; not what only accredited media may have."""
    return [asset for asset in release.open_assets if asset.is_picture]


def _file_of(preview: Preview, key: str, name: str) -> AssetRendition:
    there = [one for asset in _pictures(preview.release) for one in asset.renditions]
    return next((one for one in there if (one.key, one.filename) == (key, name)), None) or abort(404)


def _as_text(release: Release, revision: Revision, *, label: str, watermark: str, **said) -> str:
    return renditions.plain_text(release, revision, label=f"{label}\n{watermark}", **said)


FORMS = {"text": ("txt", "text/plain", _as_text), "pdf": ("pdf", "application/pdf", papers.pdf)}
