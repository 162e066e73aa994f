"""Messages waiting to leave, what became of each, and the dispatches that some of them belong to.

One message has one recipient and one language; the messages of a dispatch share their words.
"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, attribute_keyed_dict, mapped_column, relationship

from pressroom.database import ID, WithId, db, partial_index
from pressroom.i18n import gettext as _

WITH_WORDS = "(subject != '')"  # SQL: nobody has emptied it yet


class State(StrEnum):
    HELD = "held"  # until the undo delay has passed
    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"  # by the mail server; never "delivered", which nobody can know
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"  # it may have left or not, and nobody has said yet what to make of it
    BOUNCED = "bounced"  # accepted, and given back later
    SUPPRESSED = "suppressed"  # its recipient wants none, or none can reach them
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    KEPT = "kept"  # test mode: readable on the desk, never sent, not even once mail is switched on


class Phase(StrEnum):
    """How far a message that is being sent has come: only past DATA may the server already have it."""

    CLAIMED = "claimed"
    DATA = "data"


class Doubt(StrEnum):
    """What becomes of a message that may have left: it is sent again, or waits until a person says."""

    RESEND = "resend"
    HOLD = "hold"


class Reason(StrEnum):
    """Why an address is written to no longer."""

    UNSUBSCRIBED = "unsubscribed"  # by the person, with one click or on their page
    ASKED = "asked"  # by the person, by telephone or letter: the press office noted it
    UNKNOWN = "unknown"  # the server says that there is no such address
    BOUNCED = "bounced"  # given back for good, or for too long


class Message(WithId, db.Model):
    __table_args__ = (
        Index(None, "dispatch_id", "state"),
        Index(None, "state", "next_at"),
        Index(None, "state", "created_at"),
        Index(None, "dispatch_id", "recipient"),
        Index(None, "about"),
        Index(None, "recipient", "created_at"),
        Index(None, "created_at"),
        Index(None, "replaces_id"),
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
    # Of a dispatch: `subject` is this message's own, `text` and `html` are empty, and the words are its body's, in
    # which `personal` fills the gaps.
    dispatch_id: Mapped[str | None] = mapped_column(ForeignKey("dispatch.id"))
    body_id: Mapped[str | None] = mapped_column(ForeignKey("body.id"))
    personal: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    # Whose wish not to be written to holds: "" only one that concerns all mail, "alerts" or "event:4f7k…" that
    # one as well; None for what the person has just asked for: it leaves in any case.
    scope: Mapped[str | None] = mapped_column(String(60))
    # Of the link that ends such mail.
    link_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    doubt: Mapped[Doubt] = mapped_column(default=Doubt.RESEND)
    replaces_id: Mapped[str | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"))
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
    dispatch: Mapped["Dispatch | None"] = relationship()
    body: Mapped["Body | None"] = relationship()
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


class Suppression(WithId, db.Model):
    """Nothing is sent to this address: of one kind (`scope`), or "" nothing at all."""

    __table_args__ = (UniqueConstraint("recipient", "scope"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    recipient: Mapped[str] = mapped_column(String(254))  # in lower case
    scope: Mapped[str] = mapped_column(String(60))
    reason: Mapped[Reason]
    note: Mapped[str] = mapped_column(String(500))  # the server's words, or those of whoever noted it
    actor: Mapped[str] = mapped_column(String(120))  # "" for the person themselves, or the mail server
    at: Mapped[datetime] = mapped_column(index=True)


class Outgoing(db.Model):
    """The outgoing mail as a whole: whether it stands still, since when and why. One row at most."""

    id: Mapped[int] = mapped_column(primary_key=True)
    paused_until: Mapped[datetime | None]  # the mail server is in trouble: not tried again before
    failures: Mapped[int] = mapped_column(default=0)  # in a row, each the server's and not a recipient's
    stage: Mapped[str | None] = mapped_column(String(20))
    code: Mapped[int | None]
    reply: Mapped[str | None] = mapped_column(String(500))
    failing_since: Mapped[datetime | None]
    held_at: Mapped[datetime | None]  # nothing leaves until a person says so
    held_by: Mapped[str] = mapped_column(String(120), default="")  # "" when the system held it
    held_why: Mapped[str] = mapped_column(String(60), default="")  # "person" or "restored"


class Mailbox(db.Model):
    """The mailbox for returned mail, as it was last looked at. One row at most."""

    id: Mapped[int] = mapped_column(primary_key=True)
    read_at: Mapped[datetime]
    mark: Mapped[str] = mapped_column(String(60))  # up to where it has been read, as boxes.py counts
    others: Mapped[int]  # unread mails in it that are for people
    failing_since: Mapped[datetime | None]
    failure: Mapped[str] = mapped_column(String(500))


class DispatchKind(StrEnum):
    RELEASE = "release"
    CORRECTION = "correction"
    KIT = "kit"
    ADVISORY = "advisory"  # words of its own


class DispatchState(StrEnum):
    DRAFT = "draft"
    SCHEDULED = "scheduled"  # its recipients are not written to before `starts_at`
    SENDING = "sending"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"


class Dispatch(WithId, db.Model):
    """One sending of the same words to many people, each in their language."""

    __table_args__ = (Index(None, "state", "starts_at"), Index(None, "about"))

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[DispatchKind]
    state: Mapped[DispatchState]
    # "release:4f7k2m9q", "kit:…", "correction:…"; "" of an advisory
    about: Mapped[str] = mapped_column(String(60))
    once: Mapped[str | None] = mapped_column(String(120), unique=True)  # what was made by itself is made once
    # Whose accredited it is for.
    event_id: Mapped[str | None] = mapped_column(ForeignKey("event.id"), index=True)
    # Who gets it, as dispatches/audience.py reads it.
    audience: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    skips_known: Mapped[bool] = mapped_column(default=True)  # whoever has received it already does not again
    attaches: Mapped[bool] = mapped_column(default=False)  # the kit's files, when they are light enough
    doubt: Mapped[Doubt] = mapped_column(default=Doubt.HOLD)
    starts_at: Mapped[datetime | None]  # None of a draft: as soon as it may
    send_by: Mapped[datetime | None]  # given up after this moment; None: a day after each message is written
    composed_at: Mapped[datetime | None]  # when its recipients were written down
    finished_at: Mapped[datetime | None]
    # None: by itself.
    author_id: Mapped[str | None] = mapped_column(ForeignKey("staff.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(index=True)
    version: Mapped[int] = mapped_column()
    texts: Mapped[dict[str, "DispatchText"]] = relationship(
        cascade="all, delete-orphan", collection_class=attribute_keyed_dict("language")
    )
    bodies: Mapped[list["Body"]] = relationship(cascade="all, delete-orphan", order_by="Body.language")

    __mapper_args__ = {"version_id_col": version}

    @property
    def subject(self) -> str:
        """What the journal calls it."""
        return f"dispatch:{self.id}"


class DispatchText(db.Model):
    """What the press office writes itself: all of an advisory, a few lines above anything else. Plain text."""

    dispatch_id: Mapped[str] = mapped_column(ForeignKey("dispatch.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200))  # "" but of an advisory
    words: Mapped[str] = mapped_column(Text)


class Body(WithId, db.Model):
    """The words that the messages of a dispatch share, in one language, with gaps for what is each person's own."""

    __table_args__ = (Index(None, "dispatch_id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    dispatch_id: Mapped[str] = mapped_column(ForeignKey("dispatch.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(400))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    # Which words of a release whoever gets it has been handed, as Copy names them: None for any other body.
    holds: Mapped[str | None] = mapped_column(String(60))
    revision: Mapped[int | None]
    attachments: Mapped[list["Attachment"]] = relationship(
        cascade="all, delete-orphan", order_by="Attachment.position"
    )


class Attachment(WithId, db.Model):
    """A file that leaves with the messages of one body; never changed once written."""

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    body_id: Mapped[str] = mapped_column(ForeignKey("body.id", ondelete="CASCADE"), index=True)
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(150))
    media_type: Mapped[str] = mapped_column(String(60))
    size: Mapped[int]  # in bytes, before it is encoded
    file_key: Mapped[str] = mapped_column(String(26))


class NoticeText(db.Model):
    """What the press office has put in the place of a notice's own words, in one language. Plain text, with gaps."""

    notice: Mapped[str] = mapped_column(String(60), primary_key=True)
    language: Mapped[str] = mapped_column(String(8), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200))
    heading: Mapped[str] = mapped_column(String(300))
    words: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
