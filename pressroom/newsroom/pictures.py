"""Pictures as readers get them: the page of each, and its files. Whether a picture may be seen is asked at every
request: it must stand in a release that the reader may see, else it does not exist."""

from flask import Blueprint, abort, make_response, render_template, request, send_file, url_for
from flask_login import current_user

from pressroom import clock, storage
from pressroom.access import Actor, current_actor
from pressroom.database import db
from pressroom.media import queries as media
from pressroom.media.models import Asset
from pressroom.releases import queries as releases
from pressroom.releases.models import Release, ReleasePicture

bp = Blueprint("pictures", __name__)


@bp.get("/files/<key>/<name>")
def file(key, name):
    asset = _shown(media.by_key(key))
    if name != asset.name:
        abort(404)
    response = send_file(
        storage.path(key),
        mimetype=asset.media_type,
        as_attachment="download" in request.args,
        download_name=asset.name,
        etag=key,  # what lies under a key never changes
    )
    # A shared cache keeps what anybody may see, for a minute: a release can be withdrawn.
    response.headers["Cache-Control"] = "private, no-store" if _viewer() else "public, max-age=60"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@bp.get("/<language:language>/media/<asset_id>")
def asset(language, asset_id):
    found = _shown(db.session.get(Asset, asset_id))
    addresses = {code: url_for(".asset", language=code, asset_id=asset_id) for code in found.texts}
    page = make_response(render_template("newsroom/asset.html", asset=found, alternates=addresses))
    if _viewer():
        page.headers["Cache-Control"] = "private, no-store"
    return page


def _viewer() -> Actor | None:
    return current_actor() if current_user.is_authenticated else None


def _shown(found: Asset | None) -> Asset:
    """The picture, when the viewer may see it; a 404 like any other when not."""
    viewer = _viewer()
    if found is None or not (viewer and viewer.role in releases.EDITORS) and not _in_a_release(found, viewer):
        abort(404)
    return found


def _in_a_release(found: Asset, viewer: Actor | None) -> bool:
    used = db.select(Release.id).join(ReleasePicture).filter(ReleasePicture.asset_id == found.id)
    return db.session.scalar(used.filter(releases.visible(viewer, clock.now())).limit(1)) is not None
