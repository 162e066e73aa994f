"""What falls due in media: the renditions that a picture lacks. Until they are made, pages show what there is."""

import logging
from datetime import datetime

from pressroom import storage
from pressroom.database import db
from pressroom.media import queries, renditions
from pressroom.media.models import Asset

AT_ONE_GO = 10  # pictures: the next messages do not wait for more

log = logging.getLogger(__name__)


def fall_due(now: datetime) -> None:
    """Make what is missing, each picture in a transaction of its own that is begun once the work is done."""
    waiting = queries.unfinished(AT_ONE_GO)
    for asset_id in waiting:
        _finish(asset_id)


def _finish(asset_id: str) -> None:
    asset = db.session.get_one(Asset, asset_id)
    key, missing = asset.download.key, renditions.missing(asset)
    db.session.rollback()  # encoding and storing takes a second: nobody waits for the database meanwhile
    try:
        made = [renditions.stored(one) for one in renditions.make(storage.read(key), missing)]
    except storage.Missing:
        log.exception("the file of asset %s is missing", asset_id)
        return
    asset = db.session.get(Asset, asset_id, with_for_update=True)
    still = renditions.missing(asset) if asset else ()  # removed meanwhile, or another worker was faster
    kept = [one for one in made if (one.name, one.media_type) in still]
    if kept:
        asset.renditions += kept
    storage.discard(one.key for one in made if one not in kept)
    db.session.commit()
