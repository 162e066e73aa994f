"""Applications for accreditation to an event, the proofs sent with them, and what has happened to each."""

import re
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pressroom.access import Role
from pressroom.contacts.outlets import outlet_key
from pressroom.database import ID, WithId, db, one_of, partial_index
from pressroom.events.models import Event
from pressroom.i18n import current_language
from pressroom.slugs import fold
from pressroom.staff.models import Staff


class State(StrEnum):
    RECEIVED = "received"
    IN_REVIEW = "in_review"
    INFO_REQUESTED = "info_requested"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"  # a place that became free is kept for a while
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REVOKED = "revoked"
    CLOSED = "closed"  # without a decision


TO_REVIEW = (State.RECEIVED, State.IN_REVIEW)
LIVE = (*TO_REVIEW, State.INFO_REQUESTED, State.WAITLISTED, State.OFFERED, State.APPROVED)
HOLDING = (State.OFFERED, State.APPROVED)  # a place of the quotas
WITH_NEEDS = "(needs != '' OR needs_answer != '')"  # SQL: until the event's end
IS_SHOWN = "duplicate_of_id IS NULL"  # SQL: it does not only repeat another one
# What the desk decides, and may take back for a while.
DECISIONS = (
    "approve", "ask", "waitlist", "offer", "decline", "revoke", "reinstate", "reconsider", "close",
)  # fmt: skip


def _in_lower_case(context) -> str:
    return context.get_current_parameters()["email"].lower()


def _outlet_key(context) -> str:
    return outlet_key(context.get_current_parameters()["outlet"])


def words_of(name: str, outlet: str, email: str, reference: str) -> str:
    """What a search looks through: the words without accents or capitals."""
    return " ".join(fold(part) for part in (name, outlet, email, reference))


def _words(context) -> str:
    values = context.get_current_parameters()
    return words_of(*(values[column] for column in ("name", "outlet", "email", "reference")))


def phone_key(phone: str) -> str:
    """What two spellings of one telephone number have in common: its last nine digits."""
    return "".join(re.findall("[0-9]", phone))[-9:]


def card_key(answers: dict[str, str]) -> str:
    """What two spellings of one press card's number have in common: letters and digits."""
    return "".join(filter(str.isalnum, fold(answers.get("press_card_no", ""))))[:40]


def _phone_key(context) -> str:
    return phone_key(context.get_current_parameters()["phone"])


def _card_key(context) -> str:
    return card_key(context.get_current_parameters().get("answers") or {})


class Application(WithId, db.Model):
    """One person's request for one event. A later one of the same address, while this one lives, is only kept aside."""

    __table_args__ = (
        Index(None, "event_id", "state", "submitted_at"),
        Index(None, "event_id", "outlet_key"),
        Index(None, "event_id", "phone_key"),
        Index(None, "event_id", "card_key"),
        Index(None, "state", "decided_at"),
        partial_index("ix_application_outlets", "event_id", "outlet_key", "state", where=IS_SHOWN),
        Index(None, "outlet_key", "state"),
        partial_index("ix_application_repeats", "duplicate_of_id", where="duplicate_of_id IS NOT NULL"),
        partial_index("ix_application_merged", "merged_into_id", where="merged_into_id IS NOT NULL"),
        partial_index("ix_application_unconfirmed", "submitted_at", where="verified_at IS NULL"),
        partial_index("ix_application_with_needs", "event_id", where=WITH_NEEDS),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    reference: Mapped[str] = mapped_column(String(12), unique=True)  # "A7K-4M2Q", said on the phone
    event_id: Mapped[str] = mapped_column(ForeignKey("event.id"))
    # The same form sent twice is one application.
    draft_key: Mapped[str] = mapped_column(String(64), unique=True)
    # The live application that this address already had for the event: this one is then never shown to the desk.
    duplicate_of_id: Mapped[str | None] = mapped_column(ForeignKey("application.id"))
    language: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    # For matching only.
    email_key: Mapped[str] = mapped_column(String(254), index=True, default=_in_lower_case)
    outlet: Mapped[str] = mapped_column(String(200))
    outlet_key: Mapped[str] = mapped_column(String(200), default=_outlet_key)  # for matching and quotas only
    phone_key: Mapped[str] = mapped_column(String(9), default=_phone_key)  # for matching only, as is the next
    card_key: Mapped[str] = mapped_column(String(40), default=_card_key)
    words: Mapped[str] = mapped_column(Text, default=_words)  # for searching only: words_of(...)
    category: Mapped[str] = mapped_column(String(20))  # code of one of the event's categories
    phone: Mapped[str] = mapped_column(String(40))
    samples: Mapped[list[str]] = mapped_column(JSON)  # links
    days: Mapped[list[str]] = mapped_column(JSON, default=list)  # as 2026-12-24; []: every day
    answers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # by code of events/questions.py
    country: Mapped[str] = mapped_column(String(2), default="")  # ISO 3166, when the event asks for it
    needs: Mapped[str] = mapped_column(Text)
    needs_answer: Mapped[str] = mapped_column(Text, default="")
    needs_answered_at: Mapped[datetime | None]
    # Edition of the privacy notice that was shown.
    notice: Mapped[str] = mapped_column(String(20), default="")
    is_late: Mapped[bool] = mapped_column(default=False)  # sent after closing
    state: Mapped[State]
    submitted_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]  # when the address was confirmed
    decided_at: Mapped[datetime | None]
    undo_until: Mapped[datetime | None]  # while the decision's mail waits
    reason: Mapped[str | None] = mapped_column(String(40))  # code of the public reason, see reasons.py
    answer_due: Mapped[datetime | None]  # when the information asked for is due
    waitlisted_at: Mapped[datetime | None]  # its rank on the waiting list
    offer_until: Mapped[datetime | None]  # how long a place is kept
    # Left a place: to be offered down the list.
    passes_on: Mapped[bool] = mapped_column(default=False, index=True)
    assignee_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id"), index=True)
    merged_into_id: Mapped[str | None] = mapped_column(ForeignKey("application.id"))
    came_at: Mapped[datetime | None]
    link_digest: Mapped[str] = mapped_column(String(64), unique=True)
    verify_digest: Mapped[str] = mapped_column(String(64), unique=True)
    version: Mapped[int] = mapped_column()
    event: Mapped[Event] = relationship()
    assignee: Mapped[Staff | None] = relationship()
    remarks: Mapped[list["Remark"]] = relationship(
        order_by="Remark.id", cascade="all, delete-orphan", back_populates="application"
    )
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

    def fold(self) -> None:
        """Bring up to date what is only for matching and searching; call it after a change of words."""
        self.outlet_key = outlet_key(self.outlet)
        self.words = words_of(self.name, self.outlet, self.email, self.reference)
        self.phone_key, self.card_key = phone_key(self.phone), card_key(self.answers)

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
        """The history as the applicant knows it: without what was taken back, put back, or may still be undone."""
        pending = self.latest(*DECISIONS) if self.is_pending(at) else None
        steps: list[Step] = []
        for step in self.standing():
            if step.action == "release" and steps and steps[-1].action == "take":
                steps.pop()
            elif step is not pending and step.action != "release":
                steps.append(step)
        return steps


class Step(db.Model):
    """One entry of an application's history; never changed once written."""

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    action: Mapped[str] = mapped_column(String(40))
    source: Mapped[State | None] = mapped_column(one_of(State, "source"))  # the state before
    target: Mapped[State] = mapped_column(one_of(State, "target"))
    actor_role: Mapped[Role]
    actor_name: Mapped[str] = mapped_column(String(120))
    actor_id: Mapped[str | None] = mapped_column(ID)
    reason: Mapped[str | None] = mapped_column(String(40))
    asked: Mapped[list[str]] = mapped_column(JSON)  # codes of what is missing, see reasons.py
    changes: Mapped[dict[str, list[str]]] = mapped_column(JSON, default=dict)  # field: [before, after]
    note: Mapped[str] = mapped_column(Text)  # words that the other side reads
    at: Mapped[datetime]
    application: Mapped[Application] = relationship(back_populates="history")


class Document(WithId, db.Model):
    """A proof that was uploaded: a press card or a letter of assignment, rebuilt or checked before it is stored.

    It belongs to a draft until that is sent, then to the application.
    """

    __table_args__ = (
        partial_index("ix_document_kept", "application_id", where="deleted_at IS NULL"),
        partial_index("ix_document_unsent", "draft_id", "created_at", where="application_id IS NULL"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    application_id: Mapped[str | None] = mapped_column(
        ForeignKey("application.id", ondelete="CASCADE"), index=True
    )
    draft_id: Mapped[str | None] = mapped_column(ForeignKey("draft.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(String(150))
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]
    # The field of the form that it answers.
    kind: Mapped[str] = mapped_column(String(20), default="proof_file")
    digest: Mapped[str] = mapped_column(String(64), default="", index=True)  # SHA-256 of what was uploaded
    file_key: Mapped[str] = mapped_column(String(26))
    created_at: Mapped[datetime]
    deleted_at: Mapped[datetime | None]  # the file is gone, its name stays
    application: Mapped[Application | None] = relationship(back_populates="documents")


class Draft(WithId, db.Model):
    """What somebody typed into the form and has not sent yet; the browser's session holds its key."""

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # digest
    event_id: Mapped[str] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    fields: Mapped[dict] = mapped_column(JSON)  # as typed
    ready: Mapped[bool]  # whether the form found nothing to correct
    created_at: Mapped[datetime] = mapped_column(index=True)
    event: Mapped[Event] = relationship()
    documents: Mapped[list[Document]] = relationship(order_by="Document.id")


class Remark(db.Model):
    """Something said about an application: a note within the desk, or a message from one side to the other."""

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    is_internal: Mapped[bool]
    author_role: Mapped[Role]  # APPLICANT for what the journalist wrote
    author_name: Mapped[str] = mapped_column(String(120))
    author_id: Mapped[str | None] = mapped_column(ID)
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    application: Mapped[Application] = relationship(back_populates="remarks")


class Reason(WithId, db.Model):
    """A reason for declining that the office wrote itself, beside those of reasons.py. `str()` speaks the language."""

    __tablename__ = "decline_reason"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    names: Mapped[dict[str, str]] = mapped_column(JSON)  # in every language of the site
    position: Mapped[int]
    retired_at: Mapped[datetime | None]  # no longer offered; decisions that gave it keep it

    def __str__(self) -> str:
        return self.names.get(current_language()) or next(iter(self.names.values()))


class ReviewerScope(db.Model):
    """A reviewer sees this event, or this category of it. One without any row sees every event."""

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    category: Mapped[str] = mapped_column(String(20), default="")  # "": all of them


class Tally(db.Model):
    """What is left of applications whose data had to go: numbers, nobody's."""

    __table_args__ = (UniqueConstraint("event_id", "state", "category", "country", "submitted_on", "came"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("event.id", ondelete="CASCADE"))
    state: Mapped[State]
    category: Mapped[str] = mapped_column(String(20))
    country: Mapped[str] = mapped_column(String(2))
    submitted_on: Mapped[date]
    came: Mapped[bool]
    number: Mapped[int]


class ErasedLink(db.Model):
    """The digest of a private link whose application was erased: it tells nobody's name, and lets the link say so."""

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
