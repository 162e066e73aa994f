"""Applications for accreditation to an event, the proofs sent with them, and what has happened to each."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pressroom.access import Role
from pressroom.database import ID, WithId, db
from pressroom.events.models import Category, Event


class State(StrEnum):
    RECEIVED = "received"
    INFO_REQUESTED = "info_requested"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"


DECISIONS = ("approve", "decline", "ask", "revoke")  # what the desk decides, and may take back for a while


def _in_lower_case(context) -> str:
    return context.get_current_parameters()["email"].lower()


class Application(WithId, db.Model):
    """One person's request for one event. A later one of the same address, while this one lives, is only kept aside."""

    __table_args__ = (Index(None, "event_id", "state", "submitted_at"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    reference: Mapped[str] = mapped_column(String(12), unique=True)  # "A7K-4M2Q", said on the phone
    event_id: Mapped[str] = mapped_column(ForeignKey("event.id"))
    draft_key: Mapped[str] = mapped_column(
        String(64), unique=True
    )  # the same form sent twice is one application
    # The live application that this address already had for the event: this one is then never shown to the desk.
    duplicate_of_id: Mapped[str | None] = mapped_column(ForeignKey("application.id"))
    language: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(
        String(254), index=True, default=_in_lower_case
    )  # for matching only
    outlet: Mapped[str] = mapped_column(String(200))
    category: Mapped[Category]
    phone: Mapped[str] = mapped_column(String(40))
    samples: Mapped[list[str]] = mapped_column(JSON)  # links
    needs: Mapped[str] = mapped_column(Text)
    state: Mapped[State]
    submitted_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]  # when the address was confirmed
    decided_at: Mapped[datetime | None]
    undo_until: Mapped[datetime | None]  # while the decision's mail waits
    reason: Mapped[str | None] = mapped_column(String(40))  # code of the public reason, see reasons.py
    answer_due: Mapped[datetime | None]  # when the information asked for is due
    link_digest: Mapped[str] = mapped_column(String(64), unique=True)
    verify_digest: Mapped[str] = mapped_column(String(64), unique=True)
    version: Mapped[int] = mapped_column()
    event: Mapped[Event] = relationship()
    history: Mapped[list["Step"]] = relationship(
        order_by="Step.id", cascade="all, delete-orphan", back_populates="application"
    )
    documents: Mapped[list["Document"]] = relationship(
        order_by="Document.id", cascade="all, delete-orphan", back_populates="application"
    )

    __mapper_args__ = {"version_id_col": version}  # of two simultaneous decisions, one

    @property
    def subject(self) -> str:
        """How messages and the journal name this application."""
        return f"application:{self.id}"

    def standing(self) -> list["Step"]:
        """The history without the decisions that were taken back."""
        steps: list[Step] = []
        for step in self.history:
            if step.action == "undo":
                steps.remove(next(taken for taken in reversed(steps) if taken.action in DECISIONS))
            else:
                steps.append(step)
        return steps

    def latest(self, *actions: str) -> "Step | None":
        """The last standing step of these kinds."""
        return next((step for step in reversed(self.standing()) if step.action in actions), None)

    def is_pending(self, at: datetime) -> bool:
        """Whether the last decision can still be undone: until then nobody outside the desk knows of it."""
        return self.undo_until is not None and at < self.undo_until

    def seen(self, at: datetime) -> State:
        """The state that the applicant sees: without a decision that may still be undone."""
        if not self.is_pending(at):
            return self.state
        return self.latest(*DECISIONS).source

    def told(self, at: datetime) -> list["Step"]:
        """The history as the applicant knows it: without what was taken back or may still be."""
        pending = self.latest(*DECISIONS) if self.is_pending(at) else None
        return [step for step in self.standing() if step is not pending]


class Step(db.Model):
    """One entry of an application's history; never changed once written."""

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    action: Mapped[str] = mapped_column(String(40))
    source: Mapped[State | None]  # the state before
    target: Mapped[State]
    actor_role: Mapped[Role]
    actor_name: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str | None] = mapped_column(String(40))
    asked: Mapped[list[str]] = mapped_column(JSON)  # codes of what is missing, see reasons.py
    note: Mapped[str] = mapped_column(Text)  # words that the other side reads
    at: Mapped[datetime]
    application: Mapped[Application] = relationship(back_populates="history")


class Document(WithId, db.Model):
    """A proof that was uploaded: a press card or a letter of assignment, rebuilt or checked before it is stored.

    It belongs to a draft until that is sent, then to the application.
    """

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    application_id: Mapped[str | None] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    draft_id: Mapped[str | None] = mapped_column(ForeignKey("draft.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(String(150))
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]
    file_key: Mapped[str] = mapped_column(String(26))
    created_at: Mapped[datetime]
    application: Mapped[Application | None] = relationship(back_populates="documents")


class Draft(WithId, db.Model):
    """What somebody typed into the form and has not sent yet; the browser's session holds its key."""

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # digest
    event_id: Mapped[str] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    fields: Mapped[dict] = mapped_column(JSON)  # as typed
    ready: Mapped[bool]  # whether the form found nothing to correct
    created_at: Mapped[datetime]
    documents: Mapped[list[Document]] = relationship(order_by="Document.id")
