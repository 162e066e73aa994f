"""The media library as readers get it: its list, the page of each asset, and its files. Whether one may be seen is
asked at every request: `library` says it, and what it hides does not exist."""

from flask import Blueprint, abort, current_app, render_template, request, url_for
from flask_login import current_user

from pressroom import clock, pages
from pressroom.access import Actor, current_actor
from pressroom.media.models import Asset, AssetRendition, RenditionName
from pressroom.newsroom import files, library
from pressroom.releases.queries import EDITORS
from pressroom.staff import queries as staff

bp = Blueprint("pictures", __name__)


@bp.after_request
def keep_back(response):
    """Nobody keeps what a member of staff is shown."""
    if _viewer():
        response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/<language:language>/media/")
def index(language):
    now = clock.now()
    choices = library.choices(now)
    known = {name.removesuffix("s"): values for name, values in choices._asdict().items()}
    chosen = {name: request.args[name] for name in known if request.args.get(name) in known[name]}
    page = pages.paginate(library.among(chosen, now), size=24)
    return render_template(
        "newsroom/library.html",
        page=page,
        choices=choices,
        chosen=chosen,
        contact=staff.whom_to_ask_in(language),
        alternates=[(code, url_for(".index", language=code, **chosen)) for code in _languages()],
        canonical=pages.page_url(page.number) if page.number > 1 else request.path,
    )


@bp.get("/<language:language>/media/<asset_id>")
def asset(language, asset_id):
    found = library.found(Asset.id == asset_id, _viewer(), clock.now()) or abort(404)
    return render_template(
        "newsroom/asset.html",
        asset=found,
        releases=library.releases_with(found, language, clock.now()),
        contact=staff.whom_to_ask_in(language),
        alternates=[(code, url_for(".asset", language=code, asset_id=asset_id)) for code in _languages()],
    )


@bp.get("/files/<key>/<name>")
def file(key, name):
    """One rendition, by a key that is hard to guess and still gives no right to it."""
    viewer = _viewer()
    found = library.found(Asset.renditions.any(AssetRendition.key == key), viewer, clock.now()) or abort(404)
    rendition = next(one for one in found.renditions if one.key == key)
    kept_back = found.restricted and rendition.name is not RenditionName.THUMB
    if name != rendition.filename or (kept_back and not (viewer and viewer.role in EDITORS)):
        abort(404)
    return files.respond(rendition, download="download" in request.args)


def _viewer() -> Actor | None:
    return current_actor() if current_user.is_authenticated else None


def _languages() -> tuple[str, ...]:
    return current_app.config["LANGUAGES"]
