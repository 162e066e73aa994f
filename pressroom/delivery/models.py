"""Messages waiting to leave, and what became of each. One message has one recipient and one language."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pressroom.database import ID, WithId, db, partial_index
from pressroom.i18n import gettext as _

WITH_WORDS = "(text != '')"  # SQL: nobody has emptied it yet


class State(StrEnum):
    HELD = "held"  # until the undo delay has passed
    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"  # by the mail server; never "delivered", which nobody can know
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"  # the connection broke after the final dot
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    KEPT = "kept"  # test mode: readable on the desk, never sent, not even once mail is switched on


class Phase(StrEnum):
    """How far a message that is being sent has come: only past DATA may the server already have it."""

    CLAIMED = "claimed"
    DATA = "data"


class Message(WithId, db.Model):
    __table_args__ = (
        Index(None, "state", "next_at"),
        Index(None, "about"),
        Index(None, "recipient", "created_at"),
        Index(None, "created_at"),
        # The few that still have their words: those that are to lose them are among these.
        partial_index("ix_message_with_words", "created_at", where=WITH_WORDS),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    notice: Mapped[str] = mapped_column(String(60))  # the folder in templates/mail/
    about: Mapped[str] = mapped_column(String(60))  # what it is about: "application:4f7k2m9q1x3z"
    once: Mapped[str | None] = mapped_column(String(120), unique=True)  # two rows with one key cannot exist
    recipient: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(8))
    reply_to: Mapped[str | None] = mapped_column(String(320))
    subject: Mapped[str] = mapped_column(String(400))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    in_reply_to: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    state: Mapped[State]
    phase: Mapped[Phase | None]
    next_at: Mapped[datetime]  # not before this moment
    send_by: Mapped[datetime]  # given up after this moment
    attempts: Mapped[int]
    lease_owner: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None]
    smtp_stage: Mapped[str | None] = mapped_column(String(20))
    smtp_code: Mapped[int | None]
    smtp_reply: Mapped[str | None] = mapped_column(String(500))
    accepted_at: Mapped[datetime | None]
    events: Mapped[list["MessageEvent"]] = relationship(order_by="MessageEvent.id", back_populates="message")

    @property
    def is_emptied(self) -> bool:
        """Whether its words have been deleted since, as retention.TABLE says; that it was sent stays."""
        return not self.subject

    @property
    def title(self) -> str:
        """What to call it on the desk: its subject, as long as it has one."""
        return self.subject or _("Message whose text has been deleted")


class MessageEvent(db.Model):
    """One step of a message's way; only ever added."""

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    state: Mapped[State]
    actor: Mapped[str] = mapped_column(String(120))
    stage: Mapped[str | None] = mapped_column(String(20))
    code: Mapped[int | None]
    reply: Mapped[str | None] = mapped_column(String(500))
    message: Mapped[Message] = relationship(back_populates="events")


class Copy(db.Model):
    """One person was handed one revision of something: in a message, or by a download."""

    __table_args__ = (Index(None, "about", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    about: Mapped[str] = mapped_column(String(60))  # what it is, and its language: "release:4f7k2m9q:fr"
    revision: Mapped[int]
    recipient: Mapped[str] = mapped_column(String(254), index=True)
    language: Mapped[str] = mapped_column(String(8))  # the person's
    by: Mapped[str] = mapped_column(String(20))  # "message", "kit" or "preview"
    at: Mapped[datetime] = mapped_column(index=True)
