"""The desk's home: what waits for whoever is signed in, and what was done last. It shows only what they may open."""

from datetime import datetime

from flask import current_app, render_template

from pressroom import clock, dates
from pressroom.access import Role, current_actor, desk_blueprint, may
from pressroom.accreditation.listing import figure
from pressroom.dispatches import queries, subjects
from pressroom.dispatches.fates import Fate
from pressroom.i18n import current_language
from pressroom.newsroom import beginning, journal, waiting
from pressroom.releases.queries import shown_text
from pressroom.releases.screens import named

bp = desk_blueprint("newsroom_desk", __name__, roles=(Role.OFFICER, Role.REVIEWER, Role.DOOR))


@bp.get("/")
def home():
    now, writes = clock.now(), may("releases_desk.index")
    steps = beginning.steps(current_app.config["LANGUAGES"]) if may("beginning_desk.index") else []
    return render_template(
        "newsroom/desk_home.html",
        requests=waiting.requests(current_actor()) if may("accreditation_desk.index") else [],
        failed=waiting.failed_messages(now) if may("delivery_desk.index") else 0,
        **_dispatches(now),
        soon=waiting.soon_public(now) if writes else [],
        behind=waiting.do_not_follow() if writes else [],
        outdated=waiting.outdated() if writes else 0,
        files=waiting.to_describe() if may("media_desk.index") else 0,
        kits=waiting.open_kits() if may("kits_desk.index") else 0,
        steps=[] if all(step.done for step in steps) else steps,
        entries=[(entry, journal.sentence(entry)) for entry in waiting.latest_entries()],
        age=lambda moment: dates.age(now - moment),
        figure=figure,
        shown_text=shown_text,
        named=named,
    )


def _dispatches(now: datetime) -> dict:
    """What is being sent, scheduled, or has failed, by name."""
    found = waiting.dispatches(now) if may("dispatches_desk.index") else []
    named_after = subjects.of_all((one for one, _numbers in found), current_language())
    return {
        "dispatches": found,
        "subject_of": named_after,
        "Fate": Fate,
        "leaves_at": queries.all_leave_at([one for one, _numbers in found]),
    }
