"""One decision on many requests: first what it would do, to whom, and what they will read; then it, row by row.

Nothing is done twice: each row carries the version of the request that was looked at.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import NamedTuple

from flask import abort, current_app, render_template, request

from pressroom import clock, links
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.accreditation import batches, listing, queries, statuses, workflow
from pressroom.accreditation.batches import Row
from pressroom.accreditation.decision_forms import AssignForm, ClosingForm, DeskForm, ReasonForm, question
from pressroom.accreditation.reasons import readings
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.events.categories import name_of
from pressroom.events.models import Event
from pressroom.forms import Form
from pressroom.i18n import gettext as _
from pressroom.i18n import ngettext

bp = desk_blueprint("accreditation_bulk", __name__, roles=(Role.OFFICER, Role.REVIEWER))
SHOWN = 50  # rows of the table; the others by name
WITHOUT_WORDS = ("approve", "waitlist")
# "Accept 22 of 24 requests", "Accept 22 requests": what each action is called above the list, and on its button.
HEADINGS: dict[str, Callable[[int, int], str]] = {
    "approve": lambda n, of: ngettext("Accept %(num)s of %(of)s requests", "Accept %(num)s of %(of)s requests", n, of=of),
    "waitlist": lambda n, of: ngettext("Put %(num)s of %(of)s requests on the waiting list", "Put %(num)s of %(of)s requests on the waiting list", n, of=of),
    "decline": lambda n, of: ngettext("Decline %(num)s of %(of)s requests", "Decline %(num)s of %(of)s requests", n, of=of),
    "ask": lambda n, of: ngettext("Ask %(num)s of %(of)s applicants for information", "Ask %(num)s of %(of)s applicants for information", n, of=of),
    "assign": lambda n, of: ngettext("Assign %(num)s of %(of)s requests", "Assign %(num)s of %(of)s requests", n, of=of),
    "close": lambda n, of: ngettext("Close %(num)s of %(of)s requests", "Close %(num)s of %(of)s requests", n, of=of),
}  # fmt: skip
BUTTONS: dict[str, Callable[[int], str]] = {
    "approve": lambda n: ngettext("Accept %(num)s request", "Accept %(num)s requests", n),
    "waitlist": lambda n: ngettext("Put %(num)s request on the waiting list", "Put %(num)s requests on the waiting list", n),
    "decline": lambda n: ngettext("Decline %(num)s request", "Decline %(num)s requests", n),
    "ask": lambda n: ngettext("Ask %(num)s applicant", "Ask %(num)s applicants", n),
    "assign": lambda n: ngettext("Assign %(num)s request", "Assign %(num)s requests", n),
    "close": lambda n: ngettext("Close %(num)s request", "Close %(num)s requests", n),
}  # fmt: skip


class Chosen(NamedTuple):
    """What was sent: the requests that were selected, the versions that were seen, the action."""

    event: Event
    applications: list
    versions: dict[str, int]
    action: str


@bp.post("/<event_id>/bulk")
def check(event_id):
    """What the decision would do. Nothing changes yet."""
    sent = _sent(event_id, batches.ACTIONS)
    typed = "typed" in request.form
    form = _form(sent, typed)
    if typed and not form.validate():
        return _check_page(sent, form, valid=False), 422
    return _check_page(sent, form, valid=typed or sent.action in WITHOUT_WORDS)


@bp.post("/<event_id>/bulk/carry-out")
def carry_out(event_id):
    sent = _sent(event_id, batches.ACTIONS)
    form = _form(sent, typed=True)
    if not form.validate():
        return _check_page(sent, form, valid=False), 422
    viewer, now = current_actor(), clock.now()
    rows = batches.plan(sent.event, sent.applications, sent.action, viewer, now, sent.versions)
    words = {"staff": form.staff} if isinstance(form, AssignForm) else form.words()
    done = batches.carry_out(rows, sent.action, by=viewer, at=now, undo=_undo(), **words)
    db.session.commit()
    return _result_page(sent, done, undoable=sent.action != batches.ASSIGN)


@bp.post("/<event_id>/bulk/undo")
def undo(event_id):
    """Take the decisions back that can still be undone."""
    sent = _sent(event_id, ("undo",))
    viewer, now = current_actor(), clock.now()
    rows = batches.plan(sent.event, sent.applications, "undo", viewer, now, sent.versions)
    done = batches.carry_out(rows, "undo", by=viewer, at=now, undo=_undo())
    db.session.commit()
    return _result_page(sent, done, undoable=False)


def _undo() -> timedelta:
    return timedelta(seconds=current_app.config["UNDO_SECONDS"])


def _sent(event_id: str, actions: Sequence[str]) -> Chosen:
    viewer = current_actor()
    event = queries.event(event_id, viewer) or abort(404)
    action = request.form.get("action", "undo" if actions == ("undo",) else "")
    if action not in actions:
        raise Refused(_("Choose what to do with the requests that you selected."))
    chosen = dict(one.partition(".")[::2] for one in request.form.getlist("chosen"))
    versions = {
        id: int(version) for id, version in chosen.items() if version.isdecimal() and len(version) < 9
    }
    return Chosen(event, batches.chosen(event, chosen, viewer), versions, action)


def _form(sent: Chosen, typed: bool) -> Form:
    options = {} if typed else {"formdata": None}
    if sent.action == "ask":
        return question(sent.event, **options)
    kinds = {"decline": ReasonForm, "close": ClosingForm}
    if sent.action == batches.ASSIGN:
        return AssignForm(**options)
    return kinds.get(sent.action, DeskForm)(prefix=sent.action, **options)


def _check_page(sent: Chosen, form: Form, *, valid: bool) -> str:
    viewer, now = current_actor(), clock.now()
    rows = batches.plan(sent.event, sent.applications, sent.action, viewer, now, sent.versions)
    applies = [row for row in rows if not row.why]
    return render_template(
        "accreditation/desk_bulk.html", **_frame(sent, rows), form=form, applies=applies,
        button=BUTTONS[sent.action](len(applies)), effects=batches.effects(sent.event, rows, sent.action, now),
        samples=_samples(sent, applies, form) if valid else [], needs_words=sent.action not in WITHOUT_WORDS,
        readings=readings(current_app.config["LANGUAGES"]), minutes=current_app.config["UNDO_SECONDS"] // 60,
    )  # fmt: skip


def _result_page(sent: Chosen, rows: list[Row], *, undoable: bool) -> str:
    done = [row for row in rows if not row.why]
    return render_template(
        "accreditation/desk_bulk_done.html", **_frame(sent, rows), done=done, undoable=undoable and bool(done),
        minutes=current_app.config["UNDO_SECONDS"] // 60,
    )  # fmt: skip


def _frame(sent: Chosen, rows: list[Row]) -> dict:
    asked = listing.came_from()
    title = HEADINGS.get(sent.action)
    number = sum(1 for row in rows if not row.why)
    return {
        "event": sent.event,
        "action": sent.action,
        "title": title(number, len(rows)) if title else "",
        "rows": rows[:SHOWN],
        "others": rows[SHOWN:],
        "skipped": [row for row in rows if row.why],
        "category_name": name_of,
        "tags_of": statuses.for_desk,
        "arguments": asked.arguments(),
        "back": listing.back(asked),
    }


def _samples(sent: Chosen, applies: list[Row], form: Form) -> list[tuple[str, str, str]]:
    """One message in each language as the first of its readers will get it: language, subject and text. Links that
    open somebody's page are left out."""
    if sent.action == batches.ASSIGN:
        return []
    first = {row.application.language: row.application for row in reversed(applies)}
    found = []
    for language, application in sorted(first.items()):
        subject, text, _html = workflow.rehearse(
            application, sent.action, by=current_actor(), at=clock.now(), **form.words()
        )
        found.append((language, subject, links.redact(text)))
    return found
