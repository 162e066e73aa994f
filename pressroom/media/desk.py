"""The press office's library of pictures, logos, documents and recordings: add, describe, find, remove."""

from flask import current_app, flash, redirect, render_template, request, url_for

from pressroom import clock, pages, storage
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import BOUND, db
from pressroom.forms import sought
from pressroom.i18n import gettext as _
from pressroom.i18n import ngettext
from pressroom.media import embedded, intake, queries, renditions, workflow
from pressroom.media.forms import MOST_AT_ONCE, UploadForm, untouched, words_form
from pressroom.media.models import Asset
from pressroom.responses import onward

bp = desk_blueprint("media_desk", __name__, roles=(Role.OFFICER,))


@bp.get("/")
def index():
    among = next((one for one in queries.Among if one == request.args.get("among")), queries.Among.EVERY)
    words = sought()
    page = pages.paginate(queries.on_the_desk(among, words), size=24, most=BOUND)
    return render_template(
        "media/desk_index.html", page=page, among=among, words=words, counts=queries.counts()
    )


@bp.route("/new", methods=["GET", "POST"])
def new():
    by = current_actor()
    db.session.rollback()  # rebuilding pictures takes seconds: nobody waits for the database meanwhile
    form = UploadForm()
    if not form.is_submitted():
        return render_template("media/desk_new.html", form=form)
    valid = form.validate()
    made = [(file, renditions.at_once(file), _told(upload, file)) for upload, file in form.taken]
    credit = "" if form.credit.errors else form.credit.data
    for file, files, told in made:
        workflow.add(
            file, files, told=told, credit=credit, languages=current_app.config["LANGUAGES"],
            by=by, at=clock.now(),
        )  # fmt: skip
    db.session.commit()
    if valid:
        return onward(".words")
    return render_template("media/desk_new.html", form=form, stored=len(made)), 422


def _told(upload, file):
    return embedded.told(upload.stream) if file.media_type in intake.PICTURES else embedded.NOTHING


@bp.route("/words", methods=["GET", "POST"])
def words():
    """The words of all that waits for them, on one page; what is left as it is goes on waiting."""
    if request.method == "POST":
        asked = db.select(Asset).where(Asset.id.in_(request.form.getlist("asset")[:MOST_AT_ONCE]))
        assets = db.session.scalars(asked.order_by(Asset.created_at, Asset.name, Asset.id)).all()
    else:
        assets = db.session.scalars(queries.to_describe().limit(MOST_AT_ONCE)).all()
    return _describe(list(assets), "media/desk_words.html", after=url_for(".index"))


@bp.route("/<asset_id>", methods=["GET", "POST"])
def edit(asset_id):
    return _describe([db.get_or_404(Asset, asset_id)], "media/desk_edit.html", after=request.path)


def _describe(assets: list[Asset], template: str, *, after: str):
    """Save what is in order, and show the rest again as it was typed."""
    form = words_form(assets)
    if not form.is_submitted():
        return render_template(template, form=form, assets=assets, overtaken=False)
    form.validate()
    left, overtaken, saved = [], False, 0
    several = len(assets) > 1  # then one may be left for later
    for asset in assets:
        part = form.parts[asset.id]
        stale = part.version.data != str(asset.version)
        if stale or (part.errors and not (several and untouched(part, asset))):
            left.append(asset)
            overtaken = overtaken or stale
            continue
        if not part.errors:
            workflow.describe(asset, part.facts(asset), part.words(), by=current_actor(), at=clock.now())
            saved += 1
        del form[f"a{asset.id}"]
    db.session.commit()
    if not left:
        flash(
            ngettext("%(num)s file saved.", "%(num)s files saved.", saved)
            if saved
            else _("Nothing was changed."),
            "ok",
        )
        return redirect(after, 303)
    for asset in left:  # whoever has been told may save over the other's words
        form.parts[asset.id].version.data = str(asset.version)
    page = render_template(template, form=form, assets=left, overtaken=overtaken, saved=saved)
    return page, 409 if overtaken else 422


@bp.post("/<asset_id>/remove")
def remove(asset_id):
    asset = db.get_or_404(Asset, asset_id)
    storage.discard(workflow.remove(asset, by=current_actor(), at=clock.now()))
    db.session.commit()
    storage.sweep()
    db.session.commit()
    return onward(".index", _("File removed."))
