"""The desk's list of journalists: everyone whose address was confirmed, found by name or outlet."""

from flask import render_template, request

from pressroom import pages
from pressroom.access import Role, desk_blueprint
from pressroom.contacts import queries
from pressroom.forms import one_line

bp = desk_blueprint("contacts_desk", __name__, roles=(Role.OFFICER,))


@bp.get("/")
def index():
    words = one_line(request.args.get("q"))[:200]
    page = pages.paginate(queries.search(words), size=50)
    return render_template("contacts/desk_index.html", words=words, page=page)
