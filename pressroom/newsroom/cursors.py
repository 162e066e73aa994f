"""A place in a list of things ordered by a moment, newest first: where its next page begins. It stays right when newer
things appear, a late page costs what the first one does, and of things of one moment any order will do."""

import base64
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WRITTEN = re.compile(r"(\d{1,17})((?:\.[0-9a-z]{1,16})+)", re.ASCII)


class Place(NamedTuple):
    """After everything newer than `moment`, and after those things of that moment whose ids were given already."""

    moment: datetime
    ids: tuple[str, ...]

    def __str__(self) -> str:
        microseconds = (self.moment - EPOCH) // timedelta(microseconds=1)
        written = ".".join((str(microseconds), *self.ids))
        return base64.urlsafe_b64encode(written.encode()).rstrip(b"=").decode()

    def ahead(self, moment, key) -> ColumnElement[bool]:
        """The condition on the columns `moment` and `key` of what is still to be given."""
        return and_(moment <= self.moment, or_(moment < self.moment, key.not_in(self.ids)))


def read(written: str) -> Place:
    """Raises ValueError for anything but what `str()` of a place gives."""
    octets = base64.urlsafe_b64decode(written.encode() + b"=" * (-len(written) % 4))
    found = WRITTEN.fullmatch(octets.decode())
    if not found:
        raise ValueError("not a cursor")
    return Place(EPOCH + timedelta(microseconds=int(found[1])), tuple(found[2][1:].split(".")))


def behind(given: Iterable[tuple[datetime, str]], before: Place | None) -> Place:
    """The place behind a page of (moment, id), newest first, that itself began at `before`."""
    given = list(given)
    last, _ = given[-1]
    earlier = before.ids if before and before.moment == last else ()
    return Place(last, (*earlier, *(key for moment, key in given if moment == last)))
