"""What falls due in kits: the archives of open kits are built, each once, and those that nobody can ask for any more go.
Long after the event the links are forgotten, and what was fetched through them."""

import logging
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from pressroom import storage
from pressroom.database import db
from pressroom.kits import archive, parts, queries
from pressroom.kits.models import Grant, Kit, Version

log = logging.getLogger(__name__)


def fall_due(now: datetime) -> None:
    """Build what recipients may ask for, each archive in a transaction of its own. A release that is published,
    corrected or withdrawn, and an embargo that is moved, make others due."""
    for kit_id in [kit.id for kit in queries.open_ones(now)]:
        for accepted in (False, True):  # the same for both, most of the time
            _provide(kit_id, accepted, now)
        _drop_others(kit_id, now)
        db.session.commit()


def _provide(kit_id: str, accepted: bool, now: datetime) -> None:
    """Build the archive for those who have accepted an embargo, or those who have not, unless it is there."""
    held = parts.held(db.session.get_one(Kit, kit_id).current, now, accepted=accepted)
    if held.closed or archive.of(held):
        return
    try:
        version_id, key, contents = held.version.id, held.key, archive.members(held)
        db.session.rollback()  # writing takes seconds, or minutes: nobody waits for the database meanwhile
        built = archive.build(contents)
    except (storage.Missing, OSError):
        db.session.rollback()
        log.exception("the archive of kit %s cannot be built", kit_id)
        return
    try:
        archive.keep(db.session.get_one(Version, version_id), key, built, now)
        db.session.commit()
    except IntegrityError:  # another worker was faster; this file goes as one that no row names
        db.session.rollback()


def _drop_others(kit_id: str, now: datetime) -> None:
    """Forget the archives that nobody may have any more."""
    kit = db.session.get_one(Kit, kit_id)
    wanted = {parts.held(kit.current, now, accepted=accepted).key for accepted in (False, True)}
    for version in kit.versions:
        for one in version.archives:
            if version is not kit.current or one.parts not in wanted:
                storage.discard([one.file_key])
                db.session.delete(one)


def purge(now: datetime) -> dict[str, int]:
    """Delete the links that no longer open; how many, by row of retention.TABLE."""
    over = db.select(Kit.id).where(~queries.lasts(now))
    return {"kits": db.session.execute(delete(Grant).where(Grant.kit_id.in_(over))).rowcount}
