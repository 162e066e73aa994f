"""What a journalist may ask of the press office: a copy of all that is known of them, and that it be erased."""

import re

from email_validator import EmailNotValidError
from flask import abort, flash, render_template, request

from pressroom import archives, audit, clock, storage
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.contacts import queries
from pressroom.contacts import workflow as contacts
from pressroom.contacts.models import Contact
from pressroom.database import db, empty_log
from pressroom.dispatches import erasure, holdings
from pressroom.forms import canonical_address
from pressroom.i18n import gettext as _
from pressroom.responses import download, onward
from pressroom.slugs import slug

bp = desk_blueprint("contacts_erasing", __name__, roles=(Role.OFFICER,))
ADDRESS = re.compile(r"[^\s<>()\[\],;:\"]+@[^\s<>()\[\],;:\"]+")
MOST = 10  # addresses of one person


@bp.get("/<contact_id>/erase")
def confirm(contact_id):
    """What there is, and what becomes of it. Former addresses, and those in the notes, are offered as the person's, to be
    checked."""
    contact = db.get_or_404(Contact, contact_id)
    also = request.args.get("also")
    known = f"{contact.notes} {' '.join(queries.former_addresses(contact.id))}"
    others = _addresses(known if also is None else also, contact)
    addresses = [contact.email.lower(), *others]
    return render_template(
        "dispatches/erase.html",
        contact=contact, people=erasure.contacts_of(contact, addresses), others=others, addresses=addresses, numbers=erasure.numbers(contact, addresses),
        requests=erasure.applications(addresses),
    )  # fmt: skip


@bp.post("/<contact_id>/copy")
def copy(contact_id):
    """Everything in one archive."""
    contact, now = db.get_or_404(Contact, contact_id), clock.now()
    content = archives.stream(holdings.members(contact, _typed(contact), now))
    response = download(content, f"{slug(contact.name, 60)}.zip")
    response.content_length = len(content)
    audit.record("contact.export_own", contacts.subject(contact), by=current_actor(), at=now)
    db.session.commit()
    return response


@bp.post("/<contact_id>/erase")
def erase(contact_id):
    contact = db.get_or_404(Contact, contact_id)
    silence = request.form.get("silence") == "1"
    addresses = _typed(contact)
    people = erasure.contacts_of(contact, addresses)
    erasure.erase(people, addresses, silence=silence, by=current_actor(), at=clock.now())
    flash(_("This person’s data is erased."), "ok")
    db.session.commit()
    storage.sweep()
    db.session.commit()
    empty_log()
    return onward("contacts_desk.index")


def _typed(contact: Contact) -> list[str]:
    """The addresses that the page showed, in lower case; the contact's must still be the first of them."""
    shown = request.form.get("addresses", "").split()
    if shown[:1] != [contact.email.lower()]:
        abort(409)
    return [shown[0], *_addresses(" ".join(shown[1:]), contact)]


def _addresses(text: str, contact: Contact) -> list[str]:
    found = []
    for written in ADDRESS.findall(text)[:MOST]:
        try:
            address = canonical_address(written.rstrip(".")).lower()
        except EmailNotValidError:
            continue
        if address not in (contact.email.lower(), *found):
            found.append(address)
    return found
