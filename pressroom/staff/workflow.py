"""What may happen to the people of the press office, and to what it tells readers about itself."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from email_validator import EmailNotValidError

from pressroom import audit, links
from pressroom.access import SYSTEM, Actor, Role
from pressroom.database import db
from pressroom.delivery import outbox
from pressroom.errors import Refused
from pressroom.forms import canonical_address
from pressroom.i18n import gettext as _
from pressroom.staff import passwords, queries
from pressroom.staff.models import (
    Compliance,
    OfficeText,
    PressContact,
    PressContactText,
    SignInAttempt,
    Staff,
    StaffSession,
)

SET_UP_LASTS = timedelta(days=7)


def add(
    *,
    email: str,
    name: str,
    role: Role,
    language: str,
    at: datetime,
    by: Actor = SYSTEM,
    password: str | None = None,
) -> Staff:
    """Open an account; without a password it waits for its owner to set one by `set_up_link`.

    Raises Refused for an address that is malformed or has an account, and for a short password.
    """
    try:
        email = canonical_address(email).lower()
    except EmailNotValidError as refusal:
        raise Refused(_("Enter a full address, for example name@outlet.com")) from refusal
    if queries.by_email(email):
        raise Refused(_("This address already has an account."))
    staff = Staff(email=email, name=name, role=role, language=language, created_at=at)
    staff.password_hash = passwords.hashed(password) if password is not None else None
    db.session.add(staff)
    audit.record("staff.add", f"staff:{staff.id}", by=by, at=at)
    return staff


def set_up_link(staff: Staff, *, at: datetime, by: Actor = SYSTEM) -> str:
    """The address where its owner chooses a password, once, within seven days; an earlier one stops working."""
    if staff.deactivated_at:
        raise Refused(_("This account is deactivated."))
    # Derived from the moment too, so that it is another token than any earlier link's.
    token = links.mint("set-up", staff.id, int(at.timestamp() * 1_000_000))
    staff.set_up_digest, staff.set_up_until = links.digest(token), at + SET_UP_LASTS
    audit.record("staff.invite", f"staff:{staff.id}", by=by, at=at)
    return links.absolute("staff.set_up", token=token)


def invite(staff: Staff, *, at: datetime, by: Actor) -> str:
    """Mail a set-up link to its owner in their language; returns the link, which nobody can ask for again."""
    link = set_up_link(staff, at=at, by=by)
    outbox.put(
        "staff_invited", to=staff.email, language=staff.language, about=f"staff:{staff.id}", at=at,
        scope=None, name=staff.name, link=link, until=staff.set_up_until,
    )  # fmt: skip
    return link


def set_up(staff: Staff, *, password: str, at: datetime) -> None:
    """Use up the set-up link: the owner's password is the one given, whoever was signed in no longer is."""
    if not staff.set_up_until or at >= staff.set_up_until:
        raise Refused(_("This link has expired."))
    staff.set_up_digest = staff.set_up_until = None
    change_password(staff, password=password, at=at, keep=None)


def change_password(staff: Staff, *, password: str, at: datetime, keep: str | None) -> None:
    """Set the password and end every session but the one whose token is `keep`."""
    staff.password_hash = passwords.hashed(password)
    others = db.delete(StaffSession).where(StaffSession.staff_id == staff.id)
    db.session.execute(others.where(StaffSession.digest != links.digest(keep)) if keep else others)
    audit.record("staff.set_password", f"staff:{staff.id}", by=Actor(staff.role, staff.name, staff.id), at=at)


def set_language(staff: Staff, language: str, *, at: datetime) -> None:
    staff.language = language
    audit.record("staff.set_language", f"staff:{staff.id}", by=Actor(staff.role, staff.name, staff.id), at=at)


def deactivate(staff: Staff, *, by: Actor, at: datetime) -> None:
    """Close the account at once, in every browser. Raises Refused for one’s own and for the last administrator’s."""
    if staff.id == by.id:
        raise Refused(_("Ask another administrator to deactivate your own account."))
    if (
        staff.role is Role.ADMIN
        and staff.password_hash
        and not staff.deactivated_at
        and queries.active_admins() == 1
    ):
        raise Refused(_("This is the last administrator: add another one first."))
    staff.deactivated_at, staff.set_up_digest, staff.set_up_until = at, None, None
    db.session.execute(db.delete(StaffSession).filter_by(staff_id=staff.id))
    audit.record("staff.deactivate", f"staff:{staff.id}", by=by, at=at)


def reactivate(staff: Staff, *, by: Actor, at: datetime) -> None:
    staff.deactivated_at = None
    audit.record("staff.reactivate", f"staff:{staff.id}", by=by, at=at)


def sign_in(*, email: str, password: str, client: str, at: datetime) -> Staff | None:
    """Open a session for whoever knows the password (`.token` is its secret), or count a failed try: None.

    Ask `queries.blocked_until` first: this function does not.
    """
    staff = queries.by_email(email)
    if not passwords.matches(staff, password):
        db.session.execute(db.delete(SignInAttempt).where(SignInAttempt.at <= at - queries.TRIES_COUNT_FOR))
        db.session.add_all(
            SignInAttempt(key=key, at=at) for key in queries.attempt_keys(email, client).values()
        )
        return None
    db.session.execute(db.delete(StaffSession).where(StaffSession.created_at <= at - queries.SESSION_LASTS))
    staff.token = secrets.token_urlsafe(32)
    db.session.add(StaffSession(digest=links.digest(staff.token), staff_id=staff.id, created_at=at))
    return staff


def sign_out(staff: Staff) -> None:
    """End the session that `staff` is using; the same cookie opens nothing any more."""
    db.session.execute(db.delete(StaffSession).filter_by(digest=links.digest(staff.token)))


def name_office(names: Mapping[str, str], *, by: Actor, at: datetime) -> None:
    """Say what the organisation is called in each language."""
    office = queries.office()
    office.names = dict(names)
    db.session.add(office)
    audit.record("office.rename", f"office:{office.id}", by=by, at=at)


def describe_office(
    *, compliance: Compliance, audited_on: date | None, auditor: str, accessibility_email: str, privacy_email: str,
    texts: Mapping[str, Mapping[str, str]], by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Say what the standing pages tell readers; `texts` gives the fields of OfficeText in each language.

    Raises Refused when the site is called compliant and nobody has audited it.
    """
    if compliance is not Compliance.NOT and not (audited_on and auditor):
        raise Refused(_("Without an audit, its date and its author, the site is not compliant."))
    office = queries.office()
    office.compliance, office.audited_on, office.auditor = compliance, audited_on, auditor
    office.accessibility_email, office.privacy_email = accessibility_email, privacy_email
    for language, said in texts.items():
        text = office.texts.setdefault(language, OfficeText(language=language))
        for name, value in said.items():
            setattr(text, name, value)
    db.session.add(office)
    audit.record("office.describe", f"office:{office.id}", by=by, at=at)


def add_contact(*, by: Actor, at: datetime, **facts) -> PressContact:
    """A new press contact, after those that exist; see `edit_contact` for the facts."""
    last = db.session.scalar(db.select(db.func.max(PressContact.position))) or 0
    contact = PressContact(position=last + 1)
    db.session.add(contact)
    edit_contact(contact, by=by, at=at, **facts)
    return contact


def edit_contact(
    contact: PressContact,
    *,
    name: str,
    email: str,
    phone: str,
    languages: Sequence[str],
    texts: Mapping[str, tuple[str, str]],
    by: Actor,
    at: datetime,
) -> None:
    """Set the facts of a press contact; `texts` gives role and hours in each language."""
    contact.name, contact.email, contact.phone, contact.languages = name, email, phone, list(languages)
    for language, (role, hours) in texts.items():
        text = contact.texts.setdefault(language, PressContactText(language=language))
        text.role, text.hours = role, hours
    audit.record("press_contact.save", f"press_contact:{contact.id}", by=by, at=at)
