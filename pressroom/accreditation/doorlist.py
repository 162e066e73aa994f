"""The list for the door on paper: everybody accredited, by last name, with a box to tick. Nobody else is on it."""

from datetime import date, datetime
from pathlib import Path

from pressroom import dates
from pressroom.access import Actor
from pressroom.accreditation import attendance
from pressroom.accreditation.models import Application
from pressroom.database import db
from pressroom.events.categories import name_of
from pressroom.events.models import Event
from pressroom.i18n import current_language, ngettext
from pressroom.i18n import gettext as _
from pressroom.pdf import document
from pressroom.slugs import fold
from pressroom.typography import typeset

TEMPLATE = Path(__file__).parent / "typst" / "door.typ"


def pdf(event: Event, viewer: Actor, *, organisation: str, at: datetime) -> bytes:
    """The list as a tagged PDF on A4, in the language being spoken: names, outlets, roles, days and references."""
    people = sorted(db.session.scalars(attendance.expected(event, viewer)), key=_by_last_name)
    text = event.words(current_language())
    return document(
        TEMPLATE,
        {
            "language": current_language(),
            "organisation": organisation,
            "title": _("Accredited media: %(event)s", event=typeset(text.title, text.language)),
            "made": _("List of %(moment)s", moment=dates.moment(at, event.zone)),
            "count": ngettext("%(num)s person", "%(num)s people", len(people)),
            "empty": _("Nobody is accredited yet."),
            "header": [_("Here"), _("Name"), _("Outlet"), _("Role"), _("Days"), _("Reference")],
            "rows": [_row(event, application) for application in people],
            "note": _("Check the ID. Shred this list after the event."),
        },
    )


def _by_last_name(application: Application) -> tuple[str, str]:
    words = fold(application.name).split()
    return (words[-1] if words else "", " ".join(words))


def _row(event: Event, application: Application) -> list[str]:
    days = ", ".join(dates.day(date.fromisoformat(day), "near") for day in application.days)
    return [
        application.name, application.outlet, name_of(event, application.category), days or _("All"),
        application.reference,
    ]  # fmt: skip
