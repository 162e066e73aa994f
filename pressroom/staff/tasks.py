"""What falls due among the press office's people: ended sessions and old sign-in attempts are forgotten."""

from datetime import datetime

from sqlalchemy import delete

from pressroom import retention
from pressroom.database import db
from pressroom.staff.models import SignInAttempt, StaffSession
from pressroom.staff.queries import SESSION_LASTS


def purge(now: datetime) -> dict[str, int]:
    """Delete them; how many, by row of retention.TABLE."""
    began = retention.before("sessions", now) - SESSION_LASTS
    sessions = delete(StaffSession).where(StaffSession.created_at <= began)
    attempts = delete(SignInAttempt).where(SignInAttempt.at <= retention.before("attempts", now))
    return {
        "sessions": db.session.execute(sessions).rowcount,
        "attempts": db.session.execute(attempts).rowcount,
    }
