"""What a dispatch may be begun about ("release:4f7k2m9q", "correction:…", "kit:…", "event:…"), and whom it goes to
unless the press office chooses otherwise."""

from pressroom.database import db
from pressroom.delivery.models import Dispatch, DispatchKind
from pressroom.dispatches import queries
from pressroom.dispatches.forms import HOLDERS, Beginning
from pressroom.events.models import Event
from pressroom.kits.models import Kit
from pressroom.releases.models import Correction, Release


def about(address: str, *, behind: bool = False) -> Beginning | None:
    """Whatever `address` names; "" is a note to the media about nothing in particular. `behind`: of a kit, to those who
    hold an older version of it only. None: there is no such thing."""
    kind, _colon, key = address.partition(":")
    if not address:
        return Beginning(DispatchKind.ADVISORY, "", None, None, [])
    model, begin = BEGINNINGS.get(kind, (None, None))
    thing = db.session.get(model, key) if model and key.isalnum() else None
    beginning = begin(thing) if thing else None
    if behind and isinstance(thing, Kit):
        return beginning._replace(audience=[{"who": "behind", "kit": thing.id, "event": thing.event_id}])
    return beginning


def of(dispatch: Dispatch) -> Beginning:
    """What a draft was begun about; an advisory when that is gone."""
    if dispatch.kind is DispatchKind.ADVISORY:
        return Beginning(DispatchKind.ADVISORY, "", dispatch.event_id, None, [])
    behind = queries.is_of_new_version(dispatch)
    return about(dispatch.about, behind=behind) or Beginning(
        dispatch.kind, dispatch.about, dispatch.event_id, None, []
    )


def _release(release: Release) -> Beginning:
    """Subscribers to alerts are written to without anybody's doing (alerting.py)."""
    audience = [{"who": "accredited", "event": release.event_id}] if release.event_id else []
    return Beginning(DispatchKind.RELEASE, f"release:{release.id}", release.event_id, release.id, audience)


def _correction(correction: Correction) -> Beginning:
    holders = [{"who": HOLDERS, "of": f"release:{correction.release_id}"}]
    event_id = correction.release.event_id
    return Beginning(
        DispatchKind.CORRECTION, f"correction:{correction.id}", event_id, correction.release_id, holders
    )


def _kit(kit: Kit) -> Beginning:
    audience = [{"who": "accredited", "event": kit.event_id}]
    return Beginning(DispatchKind.KIT, kit.subject, kit.event_id, None, audience)


def _event(event: Event) -> Beginning:
    audience = [{"who": "accredited", "event": event.id}]
    return Beginning(DispatchKind.ADVISORY, "", event.id, None, audience)


BEGINNINGS = {
    "release": (Release, _release), "correction": (Correction, _correction), "kit": (Kit, _kit), "event": (Event, _event),
}  # fmt: skip
