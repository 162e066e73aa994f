"""The press office's lists of journalists: made, named, deleted. Whom each holds, the list of contacts shows."""

from flask import render_template

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.contacts import queries, workflow
from pressroom.contacts.forms import ListForm
from pressroom.contacts.models import ContactList
from pressroom.database import db
from pressroom.i18n import gettext as _
from pressroom.i18n import ngettext
from pressroom.responses import onward

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
    said = ngettext(
        "The list “%(list)s” is deleted. Its %(num)s member is still among the contacts.",
        "The list “%(list)s” is deleted. Its %(num)s members are still among the contacts.",
        number, list=name,
    )  # fmt: skip
    return onward(".index", said)


def _saved(form: ListForm, save, *one):
    """Take the form; None when there is something to correct, or nothing was sent."""
    if form.validate_on_submit():
        with form.saying("name"):
            save(*one, form.name.data, by=current_actor(), at=clock.now())
            db.session.commit()
            return onward(".index", _("Saved."))
    return None


def _page(form: ListForm, one: ContactList | None = None):
    page = render_template(
        "contacts/desk_lists.html", form=form, one=one, lists=queries.lists(), sizes=queries.sizes()
    )
    return page, 422 if form.errors else 200
