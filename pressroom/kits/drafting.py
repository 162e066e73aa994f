"""The next version of a kit, which only the desk sees: filled, changed, compared with the last one, dropped.

It begins as a copy of what recipients find now; files are shared with it, never copied, and go with the last version
that names them.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm.attributes import flag_modified

from pressroom import audit, storage
from pressroom.access import Actor
from pressroom.database import db
from pressroom.kits.models import Kit, KitFile, KitRelease, KitText, Version
from pressroom.media import stamping
from pressroom.media.intake import Taken
from pressroom.media.models import Asset
from pressroom.releases.models import Release


class Changes(NamedTuple):
    """What a draft would change for recipients: languages of covers, names of files, releases."""

    covers: list[str]
    added: list[str]
    replaced: list[str]
    removed: list[str]
    new_releases: list[Release]
    old_releases: list[Release]


def fill(
    kit: Kit, *, covers: dict[str, str], releases: Iterable[str], assets: Iterable[Asset] | None = None,
    files: Iterable[Taken] = (), file_language: str | None = None, by: Actor, at: datetime,
) -> None:  # fmt: skip
    """Replace in the draft the cover words (by language), the releases (ids) and the assets (None: as they are), and add
    `files`, all for readers of `file_language` (None: of any)."""
    draft = _draft(kit)
    for language in set(draft.texts) - {code for code, cover in covers.items() if cover}:
        del draft.texts[language]
    for language, cover in covers.items():
        if cover:
            draft.texts.setdefault(language, KitText(language=language, note="")).cover = cover
    kept = {chosen.release_id: chosen for chosen in draft.releases}
    draft.releases = [
        kept.get(release_id) or KitRelease(release_id=release_id, position=0) for release_id in releases
    ]
    if assets is not None:
        _choose(draft, list(assets))
    draft.files += [_stored(file, file_language) for file in files]
    _settle(kit)
    audit.record("kit.fill", kit.subject, by=by, at=at)


def take_out(kit: Kit, file: KitFile, *, by: Actor, at: datetime) -> None:
    """Remove a file of the newest version from the draft."""
    draft, keys = _draft(kit), {file.file_key}
    draft.files = [one for one in draft.files if one.file_key != file.file_key]
    _settle(kit)
    _discard(keys)
    audit.record("kit.take_out", kit.subject, by=by, at=at)


def discard(kit: Kit, *, by: Actor, at: datetime) -> None:
    """Drop the draft of a kit that has been published; what recipients find stays."""
    if kit.draft and kit.current:
        keys = {file.file_key for file in kit.draft.files}
        kit.versions.remove(kit.draft)
        touch(kit)
        _discard(keys)
        audit.record("kit.discard", kit.subject, by=by, at=at)


def freshen(version: Version) -> None:
    """Give every copy of an asset the words that the library has now: they are inside the file."""
    for file in version.files:
        if file.asset:
            data = stamping.stamped(file.asset.download)
            if hashlib.sha256(data).hexdigest() != file.digest:
                keys = {file.file_key}
                file.file_key, file.digest, file.size = storage.put(data), _digest(data), len(data)
                _discard(keys)


def changes(kit: Kit) -> Changes:
    """How the draft differs from what recipients find; a file of the same name and other content is replaced."""
    now, then = kit.draft or kit.current, kit.current
    before, after = ({file.name: file.digest or file.file_key for file in one.files} for one in (then, now))
    old, new = ([chosen.release for chosen in one.releases] for one in (then, now))
    covers = {code: text.cover for code, text in then.texts.items()}
    return Changes(
        covers=[code for code, text in sorted(now.texts.items()) if text.cover != covers.get(code)],
        added=[name for name in after if name not in before],
        replaced=[name for name in after if name in before and after[name] != before[name]],
        removed=[name for name in before if name not in after],
        new_releases=[one for one in new if one not in old],
        old_releases=[one for one in old if one not in new],
    )


def touch(kit: Kit) -> None:
    """What changes its versions changes the kit: two people may be writing."""
    flag_modified(kit, "created_at")


def _draft(kit: Kit) -> Version:
    """The kit's draft; when there is none, a copy of what recipients find."""
    if kit.draft:
        return kit.draft
    last = kit.newest
    draft = Version(
        number=last.number + 1,
        texts={code: KitText(language=code, cover=text.cover, note="") for code, text in last.texts.items()},
        files=[_same(file) for file in last.files],
        releases=[KitRelease(release_id=one.release_id, position=one.position) for one in last.releases],
    )
    kit.versions.append(draft)
    return draft


def _same(file: KitFile) -> KitFile:
    columns = ("position", "name", "language", "media_type", "size", "file_key", "digest", "asset_id")
    return KitFile(**{name: getattr(file, name) for name in columns})


def _choose(draft: Version, assets: list[Asset]) -> None:
    """Have a copy of each of these assets, and of no other, before the files that the desk added itself."""
    kept = {file.asset_id: file for file in draft.files if file.asset_id}
    gone = {file.file_key for id, file in kept.items() if id not in {asset.id for asset in assets}}
    own = [file for file in draft.files if not file.asset_id]
    draft.files = [*(kept.get(asset.id) or _copied(asset) for asset in assets), *own]
    _discard(gone)


def _copied(asset: Asset) -> KitFile:
    data, file = stamping.stamped(asset.download), asset.download
    return KitFile(
        position=0, name=file.filename, language=asset.language, media_type=file.media_type, size=len(data),
        file_key=storage.put(data), digest=_digest(data), asset=asset,
    )  # fmt: skip


def _stored(file: Taken, language: str | None) -> KitFile:
    return KitFile(
        position=0, name=file.name, language=language, media_type=file.media_type, size=len(file.data),
        file_key=storage.put(file.data), digest=_digest(file.data),
    )  # fmt: skip


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _settle(kit: Kit) -> None:
    """Number what the draft holds; a draft that says what recipients find already is none."""
    draft = kit.draft
    for rows in (draft.files, draft.releases):
        for position, row in enumerate(rows):
            row.position = position
    if kit.current and not any(changes(kit)):
        kit.versions.remove(draft)
    touch(kit)


def _discard(keys: set[str]) -> None:
    """Delete these files unless a version names them."""
    db.session.flush()
    named = set(db.session.scalars(db.select(KitFile.file_key).where(KitFile.file_key.in_(keys))))
    storage.discard(keys - named)
