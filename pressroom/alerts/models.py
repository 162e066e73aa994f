"""Who asked, on a public page, to be told of new press releases: in which language, on which topics."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from pressroom.database import ID, WithId, db
from pressroom.releases.models import Topic

subscription_topic = Table(
    "subscription_topic",
    db.metadata,
    Column("subscription_id", ForeignKey("subscription.id", ondelete="CASCADE"), primary_key=True),
    Column("topic_id", ForeignKey("topic.id", ondelete="CASCADE"), primary_key=True, index=True),
)


class Subscription(WithId, db.Model):
    """One address that wants alerts; it gets none before it is confirmed, and none once it has ended."""

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)  # in lower case
    language: Mapped[str] = mapped_column(String(8))
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    link_digest: Mapped[str] = mapped_column(String(64), unique=True)  # of the link to its own page
    every_topic: Mapped[bool]  # else those below: none once all that were chosen have been removed
    topics: Mapped[list[Topic]] = relationship(secondary=subscription_topic, order_by=Topic.position)

    @property
    def subject(self) -> str:
        """What messages and the journal call it."""
        return f"subscription:{self.id}"

    @property
    def is_empty(self) -> bool:
        """Whether it is to nothing any more: the topics that were chosen do not exist now."""
        return not (self.every_topic or self.topics)

    @property
    def is_live(self) -> bool:
        """Whether it gets alerts."""
        return self.confirmed_at is not None and self.ended_at is None
