"""A file of words becomes a new draft, or the newest words of a release that exists: for the desk and the command line."""

from datetime import datetime
from pathlib import Path

from pressroom.access import Actor
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.i18n import gettext as _
from pressroom.releases import importing, workflow
from pressroom.releases.models import Release, Words


def import_file(
    filename: str, data: bytes, *, language: str, release_id: str | None = None, by: Actor, at: datetime
) -> tuple[Release, list[str]]:
    """The release, and a sentence for each kind of thing that the file had and that was not kept.

    A new release takes the file's date; for one that exists the file gives only words. Raises
    `importing.Unreadable`, and Refused when there is no such release or it is withdrawn.
    """
    read = importing.read(filename, data)
    words = Words(read.headline or Path(filename).stem, read.place, read.lead, read.body)
    if release_id is None:
        release = workflow.create(source_language=language, by=by, at=at)
        release.dated = read.dated or release.dated
    else:
        release = db.session.get(Release, release_id)
        if release is None:
            raise Refused(_("There is no release %(id)s.", id=release_id))
    workflow.save(release, language, words, by=by, at=at)
    return release, [str(sentence) for sentence in read.lost]
