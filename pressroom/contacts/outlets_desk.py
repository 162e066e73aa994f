"""The outlets that journalists work for: found, named as the press office wants them, made one of two."""

from flask import abort, render_template

from pressroom import clock, pages
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.contacts import queries, workflow
from pressroom.contacts.forms import OutletForm
from pressroom.contacts.models import Outlet
from pressroom.database import BOUND, db
from pressroom.forms import sought
from pressroom.i18n import gettext as _
from pressroom.responses import onward

bp = desk_blueprint("contacts_outlets", __name__, roles=(Role.OFFICER,))
SIZE = 50  # people or outlets on a page


@bp.get("/")
def index():
    words = sought()
    page = pages.paginate(queries.outlets(words), size=SIZE, most=BOUND)
    people = queries.people([one.id for one in page.items])
    return render_template("contacts/desk_outlets.html", words=words, page=page, people=people)


@bp.route("/<outlet_id>", methods=["GET", "POST"])
def show(outlet_id):
    """Its people, and its name."""
    outlet = db.get_or_404(Outlet, outlet_id)
    form, known = OutletForm(data={"name": outlet.name}), None
    if form.validate_on_submit():
        with form.saying("name"):
            workflow.rename_outlet(outlet, form.name.data, by=current_actor(), at=clock.now())
            db.session.commit()
            return onward(".show", _("Saved."), outlet_id=outlet_id)
        known = queries.outlet_named(form.name.data)
    page = render_template(
        "contacts/desk_outlet.html",
        outlet=outlet, form=form, known=known, page=pages.paginate(queries.people_of(outlet_id), size=SIZE, most=BOUND),
    )  # fmt: skip
    return page, 422 if form.errors else 200


@bp.get("/<outlet_id>/merge")
def choose(outlet_id):
    """Which other outlet is the same?"""
    outlet = db.get_or_404(Outlet, outlet_id)
    words = sought()
    found = queries.outlets(words).where(Outlet.id != outlet.id).limit(SIZE) if words else None
    others = db.session.scalars(found).all() if words else []
    return render_template(
        "contacts/desk_outlet_choose.html",
        outlet=outlet, words=words, others=others, people=queries.people([one.id for one in others]),
    )  # fmt: skip


@bp.get("/<outlet_id>/merge/<other_id>")
def compare(outlet_id, other_id):
    one, other = _both(outlet_id, other_id)
    people = queries.people([one.id, other.id])
    return render_template("contacts/desk_outlet_merge.html", one=one, other=other, people=people)


@bp.post("/<outlet_id>/merge/<other_id>")
def merge(outlet_id, other_id):
    """Keep the first outlet, with the people of both."""
    kept, other = _both(outlet_id, other_id)
    workflow.merge_outlets(kept, other, by=current_actor(), at=clock.now())
    db.session.commit()
    return onward(".show", _("The two outlets are one."), outlet_id=outlet_id)


@bp.post("/<outlet_id>/apart/<other_id>")
def apart(outlet_id, other_id):
    """Two outlets after all."""
    one, other = _both(outlet_id, other_id)
    workflow.tell_apart(one, other, by=current_actor(), at=clock.now())
    db.session.commit()
    return onward("contacts_merging.index", _("They stay two, and are not proposed again."))


def _both(one_id: str, other_id: str) -> tuple[Outlet, Outlet]:
    if one_id == other_id:
        abort(404)
    return db.get_or_404(Outlet, one_id), db.get_or_404(Outlet, other_id)
