"""Two requests side by side, and the one that stays when they are the same person's."""

from datetime import timedelta

from flask import abort, current_app, redirect, render_template, request, url_for

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.accreditation import details, duplicates, queries, statuses
from pressroom.accreditation.models import Application
from pressroom.database import db
from pressroom.dates import day
from pressroom.events.categories import name_of
from pressroom.i18n import gettext as _

bp = desk_blueprint("accreditation_merging", __name__, roles=(Role.OFFICER, Role.REVIEWER))


@bp.get("/<event_id>/<application_id>/duplicates/<other_id>")
def compare(event_id, application_id, other_id):
    one, other = _both(event_id, application_id, other_id)
    viewer, now = current_actor(), clock.now()
    return render_template(
        "accreditation/desk_merge.html", one=one, other=other, event=one.event, rows=_rows(one, other),
        why=duplicates.in_common(one, other), tags_of=statuses.for_desk,
        refusals=[duplicates.why_not(one, other, viewer, now), duplicates.why_not(other, one, viewer, now)],
    )  # fmt: skip


@bp.post("/<event_id>/<application_id>/duplicates/<other_id>")
def merge(event_id, application_id, other_id):
    """Keep the first request, and close the other one."""
    kept, other = _both(event_id, application_id, other_id)
    duplicates.merge(
        kept, other, by=current_actor(), at=clock.now(), undo=timedelta(seconds=current_app.config["UNDO_SECONDS"]),
        version=request.form.get("version", type=int),
    )  # fmt: skip
    db.session.commit()
    return redirect(
        url_for("accreditation_desk.show", event_id=event_id, application_id=kept.id, decided=other.id), 303
    )


def _both(event_id: str, application_id: str, other_id: str) -> tuple[Application, Application]:
    found = [queries.find(event_id, one, current_actor()) for one in (application_id, other_id)]
    if None in found or application_id == other_id:
        abort(404)
    return tuple(found)


def _rows(one: Application, other: Application) -> list[details.Difference]:
    """All that they say, field by field and answer by answer."""
    sides = [
        {**_facts(both), **{line.label: line.text for line in details.answers(both)}} for both in (one, other)
    ]
    labels = list(dict.fromkeys([*sides[0], *sides[1]]))
    return [details.Difference(label, *(side.get(label, "") for side in sides)) for label in labels]


def _facts(application: Application) -> dict:
    values = {
        "name": application.name,
        "outlet": application.outlet,
        "email": application.email,
        "phone": application.phone,
        "category": name_of(application.event, application.category),
        "days": "\n".join(details.days(application.days)),
        "samples": "\n".join(application.samples),
        "needs": application.needs,
        "documents": "\n".join(document.name for document in application.documents),
    }
    received = day(application.submitted_at.astimezone(application.event.zone).date())
    return {**{str(details.LABELS[field]): value for field, value in values.items()}, _("Received"): received}
