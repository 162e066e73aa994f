"""What the opened editor says on its own, without anybody pressing a button: these are the words so far, and
somebody is here. It answers in sentences of the person's language."""

from flask import flash, redirect, request

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.i18n import gettext as _
from pressroom.releases import drafts
from pressroom.releases.drafts import Fate
from pressroom.releases.models import Words
from pressroom.releases.screens import editor_address, found, others_here, when

bp = desk_blueprint("releases_autosave", __name__, roles=(Role.OFFICER,))


@bp.post("/new/<language:language>/draft", defaults={"release_id": None})
@bp.post("/<release_id>/<language:language>/draft")
def keep(release_id, language):
    """The words so far, or, without any, only that somebody is here."""
    release = found(release_id) if release_id else None
    what, by, at = drafts.subject(release_id, language), current_actor(), clock.now()
    typed = {name: request.form.get(name) for name in Words._fields}
    fate = None
    if None in typed.values():
        drafts.look(what, by=by, at=at)
    else:
        text = release.texts.get(language) if release else None
        version, newest = request.form.get("version", 0, type=int), text.latest_number if text else 0
        fate = drafts.keep(
            what, typed, saved=text.latest.words if text else None, window=request.form.get("window", "")[:40],
            began_from=min(max(0, version), newest), by=by, at=at,
        )  # fmt: skip
    draft = drafts.kept(what, by=by)
    db.session.commit()
    return {"fate": fate, "said": _said(fate, draft), "others": others_here(release, language)}


def _said(fate: Fate | None, draft: drafts.Draft | None) -> str:
    if fate is Fate.KEPT:
        return _("Saved as a draft at %(time)s.", time=when(draft.at))
    if fate is Fate.OTHER:
        return _(
            "Not saved: you have other unsaved words, from %(time)s. Take them up again, or discard them.",
            time=when(draft.at),
        )
    return ""


@bp.post("/new/<language:language>/draft/discard", defaults={"release_id": None})
@bp.post("/<release_id>/<language:language>/draft/discard")
def discard(release_id, language):
    drafts.forget(
        drafts.subject(release_id, language), window=request.form.get("window", ""), by=current_actor()
    )
    db.session.commit()
    flash(_("Your unsaved words are discarded."), "ok")
    return redirect(editor_address(release_id, language), 303)
