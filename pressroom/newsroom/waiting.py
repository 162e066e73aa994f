"""What waits for the press office, joined from the capabilities: requests, releases to come, texts
that do not follow, files without words, kits, failed messages."""

from datetime import datetime, timedelta

from sqlalchemy import func
from sqlalchemy.orm import aliased, selectinload

from pressroom.access import Actor
from pressroom.accreditation import finding
from pressroom.accreditation.finding import Counts
from pressroom.audit import Entry
from pressroom.database import db
from pressroom.delivery.models import Dispatch, DispatchState, Message
from pressroom.delivery.models import State as MessageState
from pressroom.dispatches import fates
from pressroom.dispatches.fates import Fate
from pressroom.events.models import Event
from pressroom.kits.models import Kit
from pressroom.kits.models import State as KitState
from pressroom.media.models import Asset
from pressroom.releases import board
from pressroom.releases.models import Correction, CorrectionText, Release, ReleaseText
from pressroom.releases.models import State as ReleaseState
from pressroom.releases.queries import TAKEN_OFF

WEEK = timedelta(days=7)
REQUESTS = ("review", finding.UNANSWERED, finding.NEEDS, finding.OFFERED)
FAILED = (MessageState.REFUSED, MessageState.BOUNCED, MessageState.IN_DOUBT, MessageState.EXPIRED)


def requests(viewer: Actor) -> list[tuple[Event, Counts]]:
    """Events with applications that wait for this member of staff, the one that waits longest first."""
    found = finding.overview(viewer, REQUESTS)
    busy = [(event, counts) for event, counts in found if any(counts.tabs.values())]
    return sorted(busy, key=lambda one: (one[1].oldest is None, one[1].oldest))


def failed_messages(now: datetime) -> int:
    """How many messages of the last seven days did not arrive, or may not have, and were not sent again."""
    later = aliased(Message)
    statement = db.select(func.count(Message.id)).where(
        Message.state.in_(FAILED),
        Message.created_at > now - WEEK,
        ~db.exists().where(later.replaces_id == Message.id),
    )
    return db.session.scalar(statement)


def dispatches(now: datetime) -> list[tuple[Dispatch, dict[Fate, int]]]:
    """What is being sent or scheduled, and what was over within seven days without reaching everybody: each with its
    messages by fate, the next or the last one first."""
    live = (DispatchState.SCHEDULED, DispatchState.SENDING, DispatchState.PAUSED)
    over = (Dispatch.state == DispatchState.FINISHED) & (Dispatch.finished_at > now - WEEK)
    found = db.session.scalars(
        db.select(Dispatch)
        .where(Dispatch.state.in_(live) | over)
        .order_by(Dispatch.starts_at, Dispatch.id)
        .options(selectinload(Dispatch.texts))
    ).all()
    counts = fates.counts_of(one.id for one in found)
    known = [(one, counts.get(one.id, {})) for one in found]
    return [(one, numbers) for one, numbers in known if one.state in live or numbers.get(Fate.FAILED)]


def soon_public(now: datetime) -> list[Release]:
    """Releases that become visible within seven days, scheduled or under embargo, the next one first."""
    statement = (
        db.select(Release)
        .where(
            Release.state == ReleaseState.PUBLISHED,
            Release.public_from > now,
            Release.public_from <= now + WEEK,
        )
        .options(selectinload(Release.texts).joinedload(ReleaseText.latest))
        .order_by(Release.public_from, Release.id)
    )
    return list(db.session.scalars(statement))


def outdated() -> int:
    """How many releases have a translation that its source has left behind."""
    return db.session.scalar(db.select(func.count(Release.id)).where(board.has_outdated()))


def do_not_follow() -> list[tuple[Release, str]]:
    """The public texts of which readers are told that they do not follow yet: the release and the language, the one
    that waits longest first."""
    statement = (
        db.select(Release, CorrectionText.language)
        .join(Correction, Correction.release_id == Release.id)
        .join(CorrectionText)
        .where(
            Release.state == ReleaseState.PUBLISHED,
            Correction.kind.not_in(TAKEN_OFF),
            CorrectionText.number.is_(None),
        )
        .group_by(Release.id, CorrectionText.language)
        .options(selectinload(Release.texts).joinedload(ReleaseText.latest))
        .order_by(func.min(Correction.at), Release.id)
    )
    return [tuple(row) for row in db.session.execute(statement)]


def to_describe() -> int:
    """How many files of the library wait for their words."""
    return db.session.scalar(db.select(func.count(Asset.id)).where(Asset.described_at.is_(None)))


def open_kits() -> int:
    """How many kits are sent to whoever is approved."""
    return db.session.scalar(db.select(func.count(Kit.id)).where(Kit.state == KitState.OPEN))


def latest_entries(number: int = 5) -> list[Entry]:
    """The last things that were done, newest first."""
    return list(db.session.scalars(db.select(Entry).order_by(Entry.id.desc()).limit(number)))
