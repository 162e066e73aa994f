"""The media library as readers get it: its list, the page of each asset, and its files. Whether one may be seen is
asked at every request: `library` says it, and what it hides does not exist."""

from flask import Blueprint, abort, current_app, render_template, request, url_for
from flask_login import current_user

from pressroom import clock, dates, links, pages
from pressroom.access import Actor, current_actor
from pressroom.i18n import gettext as _
from pressroom.i18n import ngettext
from pressroom.media.models import Asset, AssetRendition, Kind, RenditionName
from pressroom.newsroom import files, library
from pressroom.releases.models import Release
from pressroom.releases.queries import EDITORS
from pressroom.staff import queries as staff

# How people call what their media type ends with; of all others that end itself, in capitals.
FORMS = {"jpeg": "JPEG", "mpeg": "MP3", "mp4": "M4A", "webp": "WebP", "ogg": "Ogg"}

bp = Blueprint("pictures", __name__)


@bp.app_template_filter("asset_url")
def asset_url(asset: Asset, language: str) -> str:
    return links.address("pictures.asset", language=language, asset_id=asset.id)


@bp.app_template_filter("file_url")
def file_url(file: AssetRendition, download: bool = False) -> str:
    """To be shown, or with `download` to be saved."""
    return links.address(
        "pictures.file", key=file.key, name=file.filename, **({"download": 1} if download else {})
    )


@bp.app_template_filter("form")
def form(file: AssetRendition) -> str:
    """“JPEG”, “MP3”, “PDF”."""
    end = file.media_type.partition("/")[2]
    return FORMS.get(end) or end.upper()


@bp.app_template_filter("taking")
def taking(file: AssetRendition, pages: int | None) -> str:
    """What stands on the link by which it is taken; `pages` of a document."""
    said = {"kind": form(file), "size": dates.size(file.size)}
    if file.width:
        size = {"width": file.width, "height": file.height}
        return _("Download (%(kind)s, %(width)s × %(height)s, %(size)s)", **size, **said)
    if pages:
        return ngettext(
            "Download (%(kind)s, %(num)s page, %(size)s)", "Download (%(kind)s, %(num)s pages, %(size)s)", pages, **said
        )  # fmt: skip
    return _("Download (%(kind)s, %(size)s)", **said)


@bp.app_template_filter("by_kind")
def by_kind(release: Release) -> tuple[list[Asset], list[Asset], list[Asset]]:
    """What comes with it, in its order: pictures and logos, documents, sound."""
    assets = [one.asset for one in release.pictures]
    kinds = ((Kind.PICTURE, Kind.LOGO), (Kind.DOCUMENT,), (Kind.AUDIO,))
    return tuple([one for one in assets if one.kind in kind] for kind in kinds)


@bp.app_template_filter("credit")
def credit(asset: Asset) -> str:
    return _("Credit: %(name)s.", name=asset.credit) if asset.credit else ""


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
