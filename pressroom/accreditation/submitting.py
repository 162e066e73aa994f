"""A form that was sent becomes an application: once, under a reference that can be said on the phone."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from pressroom import links
from pressroom.access import Actor
from pressroom.accreditation import notices, queries
from pressroom.accreditation.models import Application, Draft, State
from pressroom.accreditation.workflow import Words, record
from pressroom.database import db, new_id


def submit(draft: Draft, values: Mapping, *, language: str, by: Actor, at: datetime) -> Application:
    """Make a draft that the form found complete an application with these values, its receipt with it; the draft is gone.

    When the address already has a live application for the event, the new one is only kept aside, and the
    owner is told by mail.
    """
    # Who writes takes turns: no other request of this address is missed.
    known = queries.live(values["email"], draft.event_id)
    application_id = new_id()
    application = Application(
        id=application_id, reference=_new_reference(), event_id=draft.event_id, draft_key=draft.key,
        duplicate_of_id=known.id if known else None, language=language, name=values["name"], email=values["email"],
        outlet=values["outlet"], category=values["category"], phone=values["phone"],
        samples=values["samples"].split(), needs=values["needs"], days=values.get("days", []),
        answers=values.get("answers", {}), country=values.get("country", ""), notice=values.get("notice", ""),
        is_late=at >= draft.event.requests_close_at, state=State.RECEIVED, submitted_at=at,
        link_digest=links.digest(links.mint("application", application_id)),
        verify_digest=links.digest(links.mint("verify", application_id)),
    )  # fmt: skip
    application.documents = list(draft.documents)
    db.session.add(application)
    record(application, "submit", State.RECEIVED, Words(), by=by, at=at)
    draft.documents = []
    db.session.delete(draft)
    notices.receipt(application, at=at, once=f"receipt:{application.id}")
    return application


def _new_reference() -> str:
    """Seven characters that can be said on the phone, as “A7K-4M2Q”; no two applications share them."""
    while True:
        characters = new_id(7).upper()
        reference = f"{characters[:3]}-{characters[3:]}"
        if not db.session.scalar(select(Application.id).filter_by(reference=reference)):
            return reference
