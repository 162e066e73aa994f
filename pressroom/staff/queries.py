"""What is asked about the press office: who is signed in, who works here, what readers see of it."""

from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select
from sqlalchemy.orm import selectinload

from pressroom import clock, links
from pressroom.access import Role
from pressroom.database import db
from pressroom.readings import Reading
from pressroom.staff.models import (
    Compliance,
    ContactWords,
    Office,
    PressContact,
    PressContactText,
    SignInAttempt,
    Staff,
    StaffSession,
)

# A session ends this long after it began, used or not: reading a page then never writes.
SESSION_LASTS = timedelta(hours=12)
TRIES_COUNT_FOR = timedelta(minutes=15)
MOST_TRIES = {"account": 5, "client": 20}
UNNAMED = {"fr": "Bureau de presse", "en": "Press office"}
CONTACT = Reading(PressContact, texts=Reading(PressContactText))
_OFFICE = Reading(Office)


def signed_in(token: str) -> Staff | None:
    """Whose session the token opens; None when it has ended or its owner is deactivated. One query."""
    statement = (
        db.select(Staff)
        .join(StaffSession, StaffSession.staff_id == Staff.id)
        .where(
            StaffSession.digest == links.digest(token),
            StaffSession.created_at > clock.now() - SESSION_LASTS,
            Staff.deactivated_at.is_(None),
        )
    )
    staff = db.session.scalar(statement)
    if staff:
        staff.token = token
    return staff


def attempt_keys(email: str, client: str) -> dict[str, str]:
    """Under which keys a failed try counts: digests, so that no address is kept."""
    return {
        kind: links.digest(f"{kind}:{value}")
        for kind, value in (("account", email.lower()), ("client", client))
    }


def blocked_until(email: str, client: str, now: datetime) -> datetime | None:
    """Until when nobody may try this account, or this client any account; None when they may."""
    ends = []
    for kind, key in attempt_keys(email, client).items():
        newest_first = (
            db.select(SignInAttempt.at)
            .where(SignInAttempt.key == key, SignInAttempt.at > now - TRIES_COUNT_FOR)
            .order_by(SignInAttempt.at.desc(), SignInAttempt.id.desc())
        )
        decisive = db.session.scalar(newest_first.offset(MOST_TRIES[kind] - 1).limit(1))
        if decisive:
            ends.append(decisive + TRIES_COUNT_FOR)
    return max(ends, default=None)


def by_email(email: str) -> Staff | None:
    return db.session.scalar(db.select(Staff).filter_by(email=email.lower()))


def invited(token: str) -> Staff | None:
    """Whose account a set-up link sets up, even when the link has expired."""
    return db.session.scalar(db.select(Staff).filter_by(set_up_digest=links.digest(token)))


def people() -> list[Staff]:
    """Everybody, those who may sign in first, by name."""
    return list(db.session.scalars(db.select(Staff).order_by(Staff.deactivated_at.is_not(None), Staff.name)))


def others_may_decide(staff_id: str) -> bool:
    """Whether somebody else than this member of staff can sign in and decide on applications."""
    decides = Staff.role.in_((Role.ADMIN, Role.OFFICER, Role.REVIEWER))
    active = Staff.deactivated_at.is_(None) & Staff.password_hash.is_not(None)
    return (
        db.session.scalar(db.select(Staff.id).where(decides, active, Staff.id != staff_id).limit(1))
        is not None
    )


def active_admins() -> int:
    """How many administrators can sign in now."""
    statement = db.select(db.func.count(Staff.id)).where(
        Staff.role == Role.ADMIN, Staff.deactivated_at.is_(None), Staff.password_hash.is_not(None)
    )
    return db.session.scalar(statement)


def office() -> Office:
    """The organisation; one without a name yet is called the press office."""
    return db.session.get(Office, 1) or Office(
        id=1, names=dict(UNNAMED), compliance=Compliance.NOT, auditor="", accessibility_email="", privacy_email=""
    )  # fmt: skip


def shown_office() -> Office:
    """What every page says of it, only read: its name and how accessible its site is."""
    return next(iter(_OFFICE.read(_the_office())), None) or office()


@cache
def _the_office() -> Select:
    return _OFFICE.of(db.select(Office).where(Office.id == 1))


def press_contacts() -> list[PressContact]:
    """Whom journalists may call, the first one first."""
    statement = (
        db.select(PressContact).options(selectinload(PressContact.texts)).order_by(PressContact.position)
    )
    return list(db.session.scalars(statement))


def whom_to_ask(named: PressContact | None = None) -> PressContact | None:
    """The press contact that something names itself, or else the office's first one."""
    return named or next(iter(press_contacts()), None)


def whom_to_ask_in(language: str, named: PressContact | None = None) -> ContactWords | None:
    """The same person's words in `language`."""
    contact = named or next(iter(CONTACT.read(_first_contact())), None)
    return contact and contact.words(language)


@cache
def _first_contact() -> Select:
    return CONTACT.of(db.select(PressContact).order_by(PressContact.position).limit(1))
