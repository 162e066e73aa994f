"""The desk's page of the journal: who did what and when, narrowed by kind of thing, person and days; taken away as CSV."""

from zoneinfo import ZoneInfo

from flask import current_app, make_response, render_template, request

from pressroom import audit, clock, pages, sheets
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.audit import Entry
from pressroom.database import db
from pressroom.i18n import gettext as _
from pressroom.newsroom import entries, journal
from pressroom.staff import queries as staff

bp = desk_blueprint("journal_desk", __name__, roles=(Role.OFFICER,))


@bp.get("/")
def index():
    people = staff.people()
    asked = entries.read(request.args, people)
    page = pages.paginate(entries.listed(asked, current_app.config["TIMEZONE"]), size=50, most=1000)
    return render_template(
        "newsroom/journal.html",
        page=page, asked=asked, people=people, kinds=entries.KINDS, others=entries.OTHERS, who=_who,
        sentence=journal.sentence, things=entries.things,
    )  # fmt: skip


@bp.post("/export")
def export():
    """All entries that the address asks for, in a file; that somebody took them is an entry itself."""
    now, zone = clock.now(), current_app.config["TIMEZONE"]
    asked = entries.read(request.args, staff.people())
    found = db.session.scalars(entries.listed(asked, zone).execution_options(yield_per=1000))
    header = (_("Number"), _("When"), _("Who"), _("What happened"), _("Action"), _("About"))
    response = make_response(sheets.csv_bytes(header, (_row(entry, zone) for entry in found)))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    name = f"journal-{now.astimezone(zone):%Y-%m-%d}.csv"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    audit.record("journal.export", "journal:all", by=current_actor(), at=now)
    db.session.commit()
    return response


def _row(entry: Entry, zone: ZoneInfo) -> tuple[int | str, ...]:
    when = entry.at.astimezone(zone).isoformat(sep=" ", timespec="seconds")
    return entry.id, when, _who(entry), journal.sentence(entry), entry.action, entry.subject


def _who(entry: Entry) -> str:
    """The name of whoever acted; applicants are not named here."""
    if entry.actor_role is Role.APPLICANT:
        return _("Applicant")
    if entry.actor_role is Role.SYSTEM:
        return _("Pressroom itself")
    return entry.actor_name or _("Name deleted")
