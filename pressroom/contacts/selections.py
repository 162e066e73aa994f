"""What is done with everybody whom the list shows: taken along as a file, put on a list, taken off one."""

from datetime import datetime

from flask import abort, request

from pressroom import audit, clock, sheets
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.contacts import finding, listing, topics, workflow
from pressroom.contacts.finding import Asked
from pressroom.contacts.forms import ListForm
from pressroom.contacts.models import Contact, ContactList
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.i18n import current_language, language_name, ngettext
from pressroom.i18n import gettext as _
from pressroom.responses import download, onward

bp = desk_blueprint("contacts_selections", __name__, roles=(Role.OFFICER,))


@bp.post("/export.<any(csv, xlsx):kind>")
def export(kind):
    """Exactly those whom the list shows, with what the press office notes of them."""
    asked, now = finding.from_args(request.form), clock.now()
    rows = _rows(asked)
    data = sheets.table_bytes(kind, _("Contacts"), _columns(), rows)
    audit.record(f"contact.export:{len(rows)}", "contact:all", by=current_actor(), at=now)
    db.session.commit()
    return download(data, f"contacts-{now:%Y-%m-%d}.{kind}")


@bp.post("/put")
def put():
    """Put them on a list, or on a new one of the name that was typed."""
    asked, at = _counted(), clock.now()
    form = ListForm()
    if form.name.data:
        if not form.validate():
            raise Refused(form.name.errors[0])
        listed = workflow.create_list(form.name.data, by=current_actor(), at=at)
    else:
        listed = _list()
    number = workflow.put_on_list(listed, finding.ids(asked), by=current_actor(), at=at)
    said = ngettext(
        "%(num)s contact was put on the list “%(list)s”.", "%(num)s contacts were put on the list “%(list)s”.",
        number, list=listed.name,
    )  # fmt: skip
    return _done(listed, said)


@bp.post("/take-off")
def take_off():
    asked, listed = _counted(), _list()
    number = workflow.take_off_list(listed, finding.ids(asked), by=current_actor(), at=clock.now())
    said = ngettext(
        "%(num)s contact was taken off the list “%(list)s”.", "%(num)s contacts were taken off the list “%(list)s”.",
        number, list=listed.name,
    )  # fmt: skip
    return _done(listed, said)


def _counted() -> Asked:
    """Whom the list showed, when it still holds as many as the button said. Raises Refused."""
    asked = finding.from_args(request.form)
    said, found = request.form.get("count", type=int), finding.number(asked)
    if said != found:
        raise Refused(
            _(
                "The list held %(said)s contacts when you saw it, and holds %(now)s now. Go back, reload it and look again.",
                said=said or 0, now=found,
            )
        )  # fmt: skip
    return asked


def _list() -> ContactList:
    chosen = request.form.get("to", "")
    if not chosen:
        raise Refused(_("Choose a list, or type the name of a new one."))
    return db.session.get(ContactList, chosen) or abort(404)


def _done(listed: ContactList, sentence: str):
    name = listed.id
    db.session.commit()
    return onward("contacts_desk.index", sentence, list=name)


def _columns() -> list[str]:
    return [
        _("Name"), _("Outlet"), _("Email address"), _("Telephone"), _("Language"), _("Country"), _("Lists"), _("Topics"),
        _("Consent"), _("Consent noted on"), _("Where the address comes from"), _("Last action"), _("Notes"),
    ]  # fmt: skip


def _rows(asked: Asked) -> list[list[str]]:
    loaded = (db.selectinload(Contact.lists), db.selectinload(Contact.consents))
    found = db.session.scalars(finding.found(asked).options(*loaded)).all()
    named, interests = topics.names(current_language()), topics.of_all()
    return [_row(one, ", ".join(named[id] for id in interests.get(one.id, ()))) for one in found]


def _row(one: Contact, interests: str) -> list[str]:
    last = one.consents[-1] if one.consents else None
    said = listing.CONSENTS[(finding.GIVEN if last.given else finding.TAKEN_BACK) if last else finding.NONE]
    return [
        one.name, one.outlet.name if one.outlet else "", one.email, one.phone, language_name(one.language), one.country,
        ", ".join(each.name for each in one.lists), interests, str(said), _day(last.at) if last else "",
        listing.source(one.source), _day(one.last_action_at), one.notes,
    ]  # fmt: skip


def _day(moment: datetime) -> str:
    """As a spreadsheet sorts it."""
    return f"{moment:%Y-%m-%d}"
