"""The desk's page of those who have a kit: who fetched which version and who nothing yet; one link closed, or made anew."""

from enum import StrEnum

from flask import abort, render_template, request

from pressroom import clock, pages
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.i18n import gettext as _
from pressroom.kits import queries, workflow
from pressroom.kits.models import Grant, Kit
from pressroom.responses import onward

bp = desk_blueprint("kits_people", __name__, roles=(Role.OFFICER,))


class Show(StrEnum):
    EVERY = "every"
    WITHOUT = "without"
    BEHIND = "behind"


LISTS = {Show.EVERY: queries.holders, Show.WITHOUT: queries.without, Show.BEHIND: queries.behind}


@bp.get("/<kit_id>/people")
def index(kit_id):
    kit, now = db.get_or_404(Kit, kit_id), clock.now()
    asked = request.args.get("show", "")
    show = Show(asked) if asked in set(Show) else Show.EVERY
    page = pages.paginate(LISTS[show](kit), size=50)
    return render_template(
        "kits/desk_people.html",
        kit=kit, page=page, show=show, counts={one: pages.counted(LISTS[one](kit)) for one in Show},
        standings=queries.standings(page.items, now),
    )  # fmt: skip


@bp.post("/<kit_id>/people/<grant_id>/<any(revoke, restore, renew):action>")
def act(kit_id, grant_id, action):
    grant = db.session.scalar(db.select(Grant).filter_by(id=grant_id, kit_id=kit_id)) or abort(404)
    getattr(workflow, action)(grant, by=current_actor(), at=clock.now())
    db.session.commit()
    name = grant.application.name
    said = {
        "revoke": _("The link for %(name)s no longer opens.", name=name),
        "restore": _("The link for %(name)s opens again.", name=name),
        "renew": _("The link for %(name)s is made, and the message is on its way.", name=name),
    }
    return onward(".index", said[action], kit_id=kit_id)
