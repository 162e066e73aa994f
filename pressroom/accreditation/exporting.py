"""What leaves an event's queue as a page or a file: its figures, its list of requests, its list for the door, who came.

A file that names people is made by a button, never by a link, and noted in the journal.
"""

from flask import Response, abort, render_template, request

from pressroom import audit, clock, pages, sheets
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.accreditation import attendance, doorlist, figures, queries
from pressroom.accreditation.models import Application
from pressroom.accreditation.statuses import DESK
from pressroom.database import db
from pressroom.events.categories import name_of
from pressroom.events.models import Event
from pressroom.i18n import current_language, language_name, ngettext
from pressroom.i18n import gettext as _
from pressroom.responses import download, onward
from pressroom.slugs import slug
from pressroom.staff import queries as staff

bp = desk_blueprint("accreditation_figures", __name__, roles=(Role.OFFICER, Role.REVIEWER))


@bp.get("/<event_id>/figures")
def show(event_id):
    event, now = _event(event_id), clock.now()
    known = figures.of(event, current_actor(), now)
    return render_template(
        "accreditation/desk_figures.html",
        event=event, figures=known, sentence=figures.sentence(known, event, now),
        tables=figures.tables(known, event, now), may_export=_may_export(), begun=now >= event.starts_at,
    )  # fmt: skip


@bp.get("/<event_id>/figures.<any(csv, xlsx):kind>")
def take(event_id, kind):
    """The figures as a file: numbers, nobody's name."""
    event, now = _event(event_id), clock.now()
    tables = figures.tables(figures.of(event, current_actor(), now), event, now)
    if kind == "csv":
        header = (_("Breakdown"), _("Value"), _("Requests"))
        rows = [(table.title, label, number) for table in tables for label, number in table.rows]
        return _file(sheets.csv_bytes(header, rows), event, _("figures"), kind)
    made = {table.title: ((table.column, _("Requests")), table.rows) for table in tables}
    empty = {_("Figures"): ((_("Requests"),), [])}
    return _file(sheets.xlsx_bytes(made or empty), event, _("figures"), kind)


@bp.post("/<event_id>/requests.<any(csv, xlsx):kind>")
def export(event_id, kind):
    """The requests as a file, without proofs, needs or notes; only for those who answer for the event."""
    event = _event(event_id)
    if not _may_export():
        abort(403)
    found = db.session.scalars(queries.listed(event_id, current_actor())).all()
    rows = [_row(event, application) for application in found]
    data = sheets.table_bytes(kind, _("Requests"), _columns(), rows)
    _note(f"accreditation.export:{len(rows)}", event)
    return _file(data, event, _("requests"), kind)


@bp.post("/<event_id>/door.pdf")
def door(event_id):
    """The list for the door on paper."""
    event = _event(event_id)
    data = doorlist.pdf(event, current_actor(), organisation=staff.office().name, at=clock.now())
    _note("accreditation.door_list", event)
    return _file(data, event, _("door"), "pdf")


@bp.route("/<event_id>/attendance", methods=["GET", "POST"])
def presence(event_id):
    event, now = _event(event_id), clock.now()
    if request.method == "POST":
        shown, came = request.form.getlist("shown")[:500], request.form.getlist("came")
        changed = attendance.mark(event, shown, came, by=current_actor(), at=now)
        db.session.commit()
        said = ngettext("%(num)s mark saved.", "%(num)s marks saved.", changed)
        return onward(".presence", said, event_id=event_id, page=request.args.get("page"))
    return render_template(
        "accreditation/desk_attendance.html",
        event=event, begun=now >= event.starts_at, category_name=name_of,
        page=pages.paginate(attendance.expected(event, current_actor()), size=100),
    )  # fmt: skip


def _event(event_id: str) -> Event:
    return queries.event(event_id, current_actor()) or abort(404)


def _may_export() -> bool:
    return current_actor().role in (Role.OFFICER, Role.ADMIN)


def _note(action: str, event: Event) -> None:
    audit.record(action, f"event:{event.id}", by=current_actor(), at=clock.now())
    db.session.commit()


def _columns() -> list[str]:
    return [
        _("Reference"), _("Status"), _("Name"), _("Outlet"), _("Role"), _("Country"), _("Email address"), _("Telephone"),
        _("Language"), _("Days"), _("Received"), _("Decided"), _("Came"),
    ]  # fmt: skip


def _row(event: Event, application: Application) -> list[str]:
    decided, came = application.decided_at, application.came_at
    return [
        application.reference, str(DESK[application.state].label), application.name, application.outlet,
        name_of(event, application.category), application.country, application.email, application.phone,
        language_name(application.language), ", ".join(application.days), _written(event, application.submitted_at),
        _written(event, decided) if decided else "", _("Yes") if came else "",
    ]  # fmt: skip


def _written(event: Event, moment) -> str:
    """As a spreadsheet sorts it."""
    return moment.astimezone(event.zone).strftime("%Y-%m-%d %H:%M")


def _file(data: bytes, event: Event, what: str, kind: str) -> Response:
    return download(data, f"{slug(event.words(current_language()).title, 60)}-{slug(what)}.{kind}")
