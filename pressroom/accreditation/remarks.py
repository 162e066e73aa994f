"""What is said about a request besides decisions: notes within the desk, messages to the applicant and back, the
answer about what somebody needs on site, and who of the desk looks after it."""

from datetime import datetime, timedelta

from pressroom import audit
from pressroom.access import Actor, Role
from pressroom.accreditation import notices
from pressroom.accreditation.models import LIVE, Application, Remark
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.i18n import gettext as _
from pressroom.staff.models import Staff

MOST_WAITING = 5  # messages of an applicant without a word from the desk between them
HANDLE = (Role.ADMIN, Role.OFFICER, Role.REVIEWER)


def note(application: Application, text: str, *, by: Actor, at: datetime) -> None:
    """Note something for the desk alone."""
    _add(application, text, internal=True, by=by, at=at)
    audit.record("accreditation.note", application.subject, by=by, at=at)


def message(application: Application, text: str, *, by: Actor, at: datetime) -> None:
    """Write to the applicant: on the request's page, and by mail in the person's language around these words."""
    _add(application, text, internal=False, by=by, at=at)
    audit.record("accreditation.message", application.subject, by=by, at=at)
    notices.outcome(application, "accreditation_message", at=at, hold=timedelta(0), note=text)


def write(application: Application, text: str, *, at: datetime) -> None:
    """The applicant writes to the desk. Raises Refused when many messages wait for an answer already."""
    if not may_write(application):
        raise Refused(_("Your last messages wait for an answer. In a hurry, call the press contact."))
    _add(application, text, internal=False, by=Actor(Role.APPLICANT, application.name), at=at)
    audit.record("accreditation.write", application.subject, by=Actor(Role.APPLICANT, ""), at=at)


def may_write(application: Application) -> bool:
    """Whether fewer than MOST_WAITING of the applicant's messages came since the desk last wrote."""
    said = [one.author_role for one in application.remarks if not one.is_internal]
    return said[-MOST_WAITING:].count(Role.APPLICANT) < MOST_WAITING


def needs_are_open(application: Application) -> bool:
    """Whether somebody still has to answer what the person needs on site."""
    return bool(application.needs) and application.needs_answered_at is None and application.state in LIVE


def answer_needs(application: Application, text: str, *, by: Actor, at: datetime) -> None:
    """Tell the person what will be done about what they need. Raises Refused when nothing is open."""
    if not needs_are_open(application):
        raise Refused(_("There is nothing to answer any more: somebody has, or the request is over."))
    application.needs_answer, application.needs_answered_at = text, at
    audit.record("accreditation.needs", application.subject, by=by, at=at)
    notices.outcome(application, "accreditation_needs", at=at, hold=timedelta(0), note=text)


def assign(application: Application, staff: Staff | None, *, by: Actor, at: datetime) -> None:
    """Have this colleague look after the request; None: nobody in particular."""
    if staff is not None and staff.id not in {one.id for one in colleagues()}:
        raise Refused(_("This person cannot handle requests."))
    application.assignee = staff
    audit.record("accreditation.assign", application.subject, by=by, at=at)


def colleagues() -> list[Staff]:
    """Who may look after a request: those who decide and can sign in, by name."""
    return db.session.scalars(
        db.select(Staff).where(Staff.role.in_(HANDLE), Staff.deactivated_at.is_(None)).order_by(Staff.name)
    ).all()


def _add(application: Application, text: str, *, internal: bool, by: Actor, at: datetime) -> None:
    application.remarks.append(
        Remark(
            is_internal=internal, author_role=by.role, author_name=by.name, author_id=by.id, text=text, at=at
        )
    )
