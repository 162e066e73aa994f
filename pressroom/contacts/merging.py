"""Two contacts who are one person: those that look like it, two side by side, and what holds of the one that stays."""

from typing import NamedTuple

from flask import abort, render_template, request

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.contacts import duplicates, finding, topics, workflow
from pressroom.contacts.forms import version
from pressroom.contacts.models import Contact
from pressroom.contacts.workflow import Facts
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.i18n import countries, current_language, language_name
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.responses import onward

bp = desk_blueprint("contacts_merging", __name__, roles=(Role.OFFICER,))
SIZE = 50  # contacts to choose from
CHOSEN = {
    "name": _l("Name"),
    "email": _l("Email address"),
    "outlet": _l("Outlet"),
    "phone": _l("Telephone"),
    "language": _l("Language"),
    "country": _l("Country"),
}


class Row(NamedTuple):
    """What the two say of one thing, as people read it; `chosen` is whose value is offered: "one" or "other"."""

    field: str
    label: str
    one: str
    other: str
    chosen: str


@bp.get("/duplicates")
def index():
    return render_template(
        "contacts/desk_duplicates.html",
        pairs=duplicates.pairs(), outlets=duplicates.outlets(), why=duplicates.WHY, most=duplicates.MOST,
    )  # fmt: skip


@bp.get("/<contact_id>/merge")
def choose(contact_id):
    """Which other contact is the same person?"""
    contact = db.get_or_404(Contact, contact_id)
    asked = finding.Asked(q=finding.from_args(request.args).q)
    others = finding.found(asked).where(Contact.id != contact.id).limit(SIZE)
    return render_template(
        "contacts/desk_merge_choose.html",
        contact=contact, words=asked.q, others=db.session.scalars(others).all() if asked.q else [],
    )  # fmt: skip


@bp.get("/<contact_id>/merge/<other_id>")
def compare(contact_id, other_id):
    one, other = _both(contact_id, other_id)
    ours, theirs = workflow.facts_of(one), workflow.facts_of(other)
    named = topics.names(current_language())
    return render_template(
        "contacts/desk_merge.html",
        one=one, other=other, rows=_rows(ours, theirs), version=version(ours) + version(theirs),
        lists=sorted({each.name for each in (*one.lists, *other.lists)}),
        topics=[name for id, name in named.items() if id in {*ours.topics, *theirs.topics}],
    )  # fmt: skip


@bp.post("/<contact_id>/merge/<other_id>")
def merge(contact_id, other_id):
    """Keep the first contact, with what was chosen of each."""
    kept, other = _both(contact_id, other_id)
    sides = {"one": workflow.facts_of(kept), "other": workflow.facts_of(other)}
    if request.form.get("version") != version(sides["one"]) + version(sides["other"]):
        raise Refused(_("Someone else has just changed one of the two. Go back and reload the page."))
    chosen = {
        field: getattr(sides.get(request.form.get(field), sides["one"]), field) for field in CHOSEN
    }  # fmt: skip
    notes = "\n".join(dict.fromkeys(side.notes for side in sides.values() if side.notes))
    workflow.merge(kept, other, Facts(**chosen, notes=notes), by=current_actor(), at=clock.now())
    db.session.commit()
    return onward("contacts_desk.show", _("The two contacts are one."), contact_id=contact_id)


@bp.post("/<contact_id>/apart/<other_id>")
def apart(contact_id, other_id):
    """Two people after all."""
    one, other = _both(contact_id, other_id)
    workflow.tell_apart(one, other, by=current_actor(), at=clock.now())
    db.session.commit()
    return onward(".index", _("They stay two, and are not proposed again."))


def _both(one_id: str, other_id: str) -> tuple[Contact, Contact]:
    if one_id == other_id:
        abort(404)
    return db.get_or_404(Contact, one_id), db.get_or_404(Contact, other_id)


def _rows(one: Facts, other: Facts) -> list[Row]:
    return [
        Row(
            field, str(label), _shown(one, field), _shown(other, field),
            "one" if getattr(one, field) or not getattr(other, field) else "other",
        )
        for field, label in CHOSEN.items()
    ]  # fmt: skip


def _shown(facts: Facts, field: str) -> str:
    value = getattr(facts, field)
    if field == "language":
        return language_name(value)
    return countries(current_language()).get(value, value) if field == "country" else value
