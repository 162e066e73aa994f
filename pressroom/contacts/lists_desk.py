"""The press office's lists of journalists: made, named, deleted. Whom each holds, the list of contacts shows."""

from flask import flash, redirect, render_template, url_for

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.contacts import queries, workflow
from pressroom.contacts.forms import ListForm
from pressroom.contacts.models import ContactList
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.i18n import gettext as _
from pressroom.i18n import ngettext

bp = desk_blueprint("contacts_lists", __name__, roles=(Role.OFFICER,))


@bp.route("/", methods=["GET", "POST"])
def index():
    form = ListForm()
    return _saved(form, workflow.create_list) or _page(form)


@bp.route("/<list_id>", methods=["GET", "POST"])
def edit(list_id):
    one = db.get_or_404(ContactList, list_id)
    form = ListForm(data={"name": one.name})
    return _saved(form, workflow.rename_list, one) or _page(form, one)


@bp.post("/<list_id>/delete")
def delete(list_id):
    one = db.get_or_404(ContactList, list_id)
    name, number = one.name, queries.sizes().get(one.id, 0)
    workflow.delete_list(one, by=current_actor(), at=clock.now())
    db.session.commit()
    flash(
        ngettext(
            "The list “%(list)s” is deleted. Its %(num)s member is still among the contacts.",
            "The list “%(list)s” is deleted. Its %(num)s members are still among the contacts.",
            number,
            list=name,
        ),
        "ok",
    )
    return redirect(url_for(".index"), 303)


def _saved(form: ListForm, save, *one):
    """Take the form; None when there is something to correct, or nothing was sent."""
    if not form.validate_on_submit():
        return None
    try:
        save(*one, form.name.data, by=current_actor(), at=clock.now())
    except Refused as refusal:
        form.name.errors = [str(refusal)]
        return None
    db.session.commit()
    flash(_("Saved."), "ok")
    return redirect(url_for(".index"), 303)


def _page(form: ListForm, one: ContactList | None = None):
    page = render_template(
        "contacts/desk_lists.html", form=form, one=one, lists=queries.lists(), sizes=queries.sizes()
    )
    return page, 422 if form.errors else 200
