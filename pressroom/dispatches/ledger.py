"""The page of all that happened with one journalist."""

from flask import current_app, render_template, request

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.contacts.models import Contact
from pressroom.database import db
from pressroom.dispatches import history
from pressroom.pages import Page

bp = desk_blueprint("ledger", __name__, roles=(Role.OFFICER,))
SIZE = 50


@bp.get("/<contact_id>/history", endpoint="history")
def show(contact_id):
    contact = db.get_or_404(Contact, contact_id)
    lines = history.of(contact, current_actor(), clock.now(), current_app.config["TIMEZONE"])
    pages = max(1, -(-len(lines) // SIZE))
    number = min(max(1, request.args.get("page", 1, type=int)), pages)
    page = Page(lines[(number - 1) * SIZE : number * SIZE], number, pages, len(lines))
    return render_template("dispatches/ledger.html", contact=contact, page=page)
