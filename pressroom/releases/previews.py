"""Preview links: one person's own way to a release that is not public yet, and what is asked in return.

A link opens for whoever types the address that it was made for and accepts the embargo. Whether it still opens, and
until when, is asked each time it is read: moving the embargo moves every link with it.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from pressroom import audit, links
from pressroom.access import Actor
from pressroom.database import db, new_id
from pressroom.delivery import copies, outbox
from pressroom.errors import Refused
from pressroom.i18n import gettext as _
from pressroom.releases import queries
from pressroom.releases.models import Preview, PreviewOpening, Release, Revision, State
from pressroom.releases.queries import Stage
from pressroom.staff.queries import whom_to_ask

LONGEST = timedelta(days=14)
TRIES, WITHIN = 5, timedelta(hours=1)  # wrong addresses that a link takes
GIVE_UP = timedelta(hours=24)  # a mail that has not left by then is given up
SECOND_THOUGHTS = 300  # seconds before people are told that an embargo's end no longer holds
BEFORE = (Stage.DRAFT, Stage.SCHEDULED, Stage.EMBARGOED)


class Standing(StrEnum):
    OPEN = "open"
    LIFTED = "lifted"  # everybody may read the release
    REVOKED = "revoked"
    EXPIRED = "expired"


def until(release: Release) -> datetime | None:
    """When the release will be public; None as long as nobody has said so."""
    return release.public_from if release.state is State.PUBLISHED else None


def ends_at(preview: Preview) -> datetime:
    """When the link stops opening by itself: at the embargo's end as it is now, after LONGEST at the latest."""
    return min(preview.expires_at, until(preview.release) or preview.expires_at)


def standing(preview: Preview, now: datetime) -> Standing:
    stage = queries.stage(preview.release, now)
    if stage is Stage.PUBLISHED:
        return Standing.LIFTED
    if preview.revoked_at:
        return Standing.REVOKED
    if stage not in BEFORE or ends_at(preview) <= now:
        return Standing.EXPIRED
    return Standing.OPEN


def shown(release: Release) -> dict[str, Revision]:
    """The words that a link shows, by language: those that will be public, or a draft's newest complete ones."""
    if release.state is State.PUBLISHED:
        words = {code: text.public for code, text in release.texts.items()}
    else:
        words = {
            code: next((one for one in reversed(text.revisions) if one.words.complete), None)
            for code, text in release.texts.items()
        }
    return {code: revision for code, revision in sorted(words.items()) if revision}


def fingerprint(release: Release) -> str:
    """Changes with the words shown: whoever has opened others opens the link again, and is noted to have these."""
    return "-".join(f"{code}{revision.number}" for code, revision in shown(release).items())


def by_token(token: str, *, to_change: bool = False) -> Preview | None:
    """Whose link this is, whether or not it still opens. `to_change` lets no other request try it meanwhile."""
    found = db.select(Preview).filter_by(link_digest=links.digest(token))
    return db.session.scalar(found.with_for_update() if to_change else found)


def of(release: Release) -> list[Preview]:
    """The release's links, the newest first."""
    mine = db.select(Preview).filter_by(release_id=release.id)
    return list(db.session.scalars(mine.order_by(Preview.created_at.desc(), Preview.id)))


def token_of(preview: Preview) -> str:
    return links.mint("preview", preview.id)


def address(preview: Preview) -> str:
    """The link, as mails give it and as the desk shows it."""
    return links.absolute("previews.show", language=preview.language, token=token_of(preview))


def add(
    release: Release, *, name: str, email: str, language: str, by: Actor, at: datetime
) -> Preview:  # fmt: skip
    """Make a person's link and leave them the mail that holds it. Raises Refused."""
    if queries.stage(release, at) not in BEFORE:
        raise Refused(_("This release needs no preview link: it is public, or it was."))
    if not shown(release):
        raise Refused(_("Write a headline and a body in one language."))
    if any(one.email == email and standing(one, at) is Standing.OPEN for one in of(release)):
        raise Refused(_("There is a link for this address already."))
    preview = Preview(
        id=new_id(), release=release, name=name, email=email, language=language, created_by=by.name,
        created_at=at, expires_at=at + LONGEST,
    )  # fmt: skip
    preview.link_digest = links.digest(token_of(preview))
    db.session.add(preview)
    _tell(preview, at=at)
    audit.record("release.preview_add", f"release:{release.id}", by=by, at=at)
    return preview


def revoke(preview: Preview, *, by: Actor, at: datetime) -> None:
    """Close the link; the mail that holds it no longer leaves. Once is enough: a second time changes nothing."""
    if preview.revoked_at is None:
        preview.revoked_at = at
        outbox.cancel(_subject(preview), at=at, by=by)
        audit.record("release.preview_revoke", f"release:{preview.release_id}", by=by, at=at)


def tell_of_change(release: Release, *, by: Actor, at: datetime) -> None:
    """Tell everybody who holds a link until when the embargo lasts now; what waits and says otherwise is cancelled.

    In the transaction that moves the embargo: a mail with the former hour never leaves after it.
    """
    for preview in of(release):
        outbox.cancel(_subject(preview), at=at, by=by)
        if standing(preview, at) is Standing.OPEN:
            _tell(preview, at=at, hold=0 if until(release) else SECOND_THOUGHTS, changed=True)


def seconds_to_wait(preview: Preview, now: datetime) -> int:
    """How long nobody may try this link, counted from rows; 0 when it may be tried."""
    wrong = (
        db.select(PreviewOpening.at)
        .where(PreviewOpening.preview_id == preview.id, ~PreviewOpening.granted)
        .where(PreviewOpening.at > now - WITHIN)
        .order_by(PreviewOpening.at.desc())
        .limit(TRIES)
    )
    tries = db.session.scalars(wrong).all()
    return int((tries[-1] + WITHIN - now).total_seconds()) + 1 if len(tries) == TRIES else 0


def admit(preview: Preview, email: str, *, at: datetime) -> bool:
    """Whether this is the person's address; the try is noted either way, and what the person was handed."""
    granted = email.casefold() == preview.email.casefold()
    preview.openings.append(PreviewOpening(at=at, granted=granted, what=""))
    if granted:
        preview.accepted_at = preview.accepted_at or at
        _hand(preview, *shown(preview.release), at=at)
    return granted


def note_taken(preview: Preview, what: str, *, language: str | None = None, at: datetime) -> None:
    """Remember that something was taken, by its name; `language`: that it holds the words in this one."""
    preview.openings.append(PreviewOpening(at=at, granted=True, what=what[:150]))
    if language:
        _hand(preview, language, at=at)


def _hand(preview: Preview, *languages: str, at: datetime) -> None:
    for language in languages:
        copies.hand(
            f"release:{preview.release_id}:{language}", shown(preview.release)[language].number,
            recipient=preview.email, language=preview.language, by="preview", at=at,
        )  # fmt: skip


def _tell(preview: Preview, *, at: datetime, hold: int = 0, changed: bool = False) -> None:
    contact = whom_to_ask(preview.release.contact)
    outbox.put(
        "release_preview", to=preview.email, language=preview.language, about=_subject(preview), at=at, hold=hold,
        send_by=min(ends_at(preview), at + timedelta(seconds=hold) + GIVE_UP),
        reply_to=contact and contact.mailbox,
        name=preview.name, until=until(preview.release), ends_at=ends_at(preview), changed=changed,
        contact=contact, link=address(preview),
    )  # fmt: skip


def _subject(preview: Preview) -> str:
    return f"preview:{preview.id}"
