"""How a dispatch goes, and what became of it: the page while it leaves, the report, its file, and sending it again to
those who did not get it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Response, current_app, flash, render_template, request

from pressroom import audit, clock, pages, sheets
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.contacts import queries as contacts
from pressroom.contacts import workflow as contacts_workflow
from pressroom.database import BOUND, db
from pressroom.delivery import outgoing, suppressions
from pressroom.delivery.models import Dispatch, DispatchState, Message
from pressroom.delivery.statuses import STATES
from pressroom.dispatches import audience, fates, naming, queries, statuses, subjects, workflow
from pressroom.dispatches.fates import Fate
from pressroom.dispatches.forms import again_form
from pressroom.forms import sought
from pressroom.i18n import current_language, ngettext
from pressroom.i18n import gettext as _
from pressroom.responses import download, onward
from pressroom.slugs import slug
from pressroom.staff.models import Staff

bp = desk_blueprint("reports", __name__, roles=(Role.OFFICER,))
SOON = timedelta(minutes=15)  # a dispatch that leaves within it is looked at again
MOST_AGAIN = 200  # failed messages on one page


@bp.get("/<dispatch_id>")
def show(dispatch_id):
    dispatch, now = db.get_or_404(Dispatch, dispatch_id), clock.now()
    if dispatch.state is DispatchState.DRAFT:
        return onward("dispatches_check.show", dispatch_id=dispatch_id)
    counts, asked = fates.counts(dispatch.id), request.args.get("fate")
    fate = Fate(asked) if asked in list(Fate) else None
    words = sought()
    found = pages.paginate(fates.listed(dispatch.id, fate, words), size=50, most=BOUND)
    return render_template(
        "dispatches/report.html",
        dispatch=dispatch, subject=subjects.of(dispatch, current_language()), statuses=statuses, counts=counts,
        segments=naming.segments(dispatch), author=dispatch.author_id and db.session.get(Staff, dispatch.author_id),
        actions=workflow.allowed(dispatch, current_actor().role), leaves_at=queries.leaves_at(dispatch), now=now,
        number=len(audience.resolve(dispatch, now).people) if dispatch.state is DispatchState.SCHEDULED else counts.total,
        fate=fate, words=words, page=found, states=STATES, sentence=lambda one: fates.sentence(one, now, _zone()),
        failures=fates.failures(dispatch.id), fetched=queries.fetched(dispatch), mail=outgoing.state(now),
        moving=_moves(dispatch, counts, now) and "still" not in request.args, Fate=Fate, share=fates.share,
    )  # fmt: skip


@bp.post("/<dispatch_id>/report.csv")
def export(dispatch_id):
    """Every message with the proof of what became of it; that somebody took it is noted in the journal."""
    dispatch, now = db.get_or_404(Dispatch, dispatch_id), clock.now()
    messages = db.session.scalars(fates.listed(dispatch.id)).all()
    header = (
        _("Address"), _("Language"), _("Status"), _("What became of it"), _("Written"), _("Accepted"), _("Attempts"),
        _("Stage"), _("Code"), _("Answer of the server"), _("Message-ID"),
    )  # fmt: skip
    data = sheets.csv_bytes(header, (_row(one, now, _zone()) for one in messages))
    audit.record(f"dispatch.export:{len(messages)}", dispatch.subject, by=current_actor(), at=now)
    db.session.commit()
    name, what = slug(subjects.of(dispatch, current_language()).name, 60), slug(_("mailing"))
    return download(data, f"{name}-{what}.csv")


@bp.route("/<dispatch_id>/again", methods=["GET", "POST"])
def again(dispatch_id):
    """To those who did not get it, once more, at the addresses as they are corrected here: first looked at, then done."""
    dispatch, now = db.get_or_404(Dispatch, dispatch_id), clock.now()
    failed = [(cause, row) for cause, rows in fates.failures(dispatch.id) for row in rows]
    if not failed:
        flash(_("Nobody is left who did not get it."), "info")
        return onward(".show", dispatch_id=dispatch_id)
    shown = failed[:MOST_AGAIN]
    messages = db.session.scalars(
        db.select(Message).where(Message.id.in_([row.id for _cause, row in shown]))
    ).all()
    known = workflow.known_addresses(messages)
    form = again_form(
        [(row.id, known.get(row.id, row.recipient), cause.helps or row.id in known) for cause, row in shown]
    )
    checked = form.validate_on_submit() and "again" not in request.form
    wanted = form.chosen() if checked else {}
    blocked = _blocked(shown, wanted)
    sent = {key: address for key, address in wanted.items() if key not in blocked}
    if sent and "confirm" in request.form:
        return _send_again(dispatch, {row.id: row for _cause, row in shown}, sent, now)
    page = render_template(
        "dispatches/again.html",
        dispatch=dispatch, subject=subjects.of(dispatch, current_language()), form=form, shown=shown,
        others=len(failed) - len(shown), checked=checked, sent=sent, blocked=blocked, wanted=wanted,
    )  # fmt: skip
    return page, 422 if form.errors or form.form_errors else 200


def _blocked(shown: list, wanted: dict[str, str]) -> set[str]:
    """The messages that would be stopped again, because nothing is sent to their address."""
    scopes: dict[str, set[str]] = {}
    for _cause, row in shown:
        if row.id in wanted:
            scopes.setdefault(row.scope or "", set()).add(wanted[row.id].lower())
    stopped = {scope: suppressions.of(addresses, scope) for scope, addresses in scopes.items()}
    return {
        row.id
        for _cause, row in shown
        if row.id in wanted and wanted[row.id].lower() in stopped[row.scope or ""]
    }


def _send_again(dispatch: Dispatch, rows: dict, sent: dict[str, str], now: datetime) -> Response:
    by = current_actor()
    corrected = {key: address for key, address in sent.items() if address != rows[key].recipient}
    for key, address in corrected.items():
        _correct_contact(rows[key].recipient, address, now)
    number = workflow.resend(dispatch, list(sent), to=sent, by=by, at=now)
    db.session.commit()
    said = ngettext("It leaves again to %(num)s person.", "It leaves again to %(num)s people.", number)
    return onward(".show", said, dispatch_id=dispatch.id)


def _correct_contact(old: str, new: str, now: datetime) -> None:
    """The contact has the new address from now on, unless that is somebody else's already."""
    contact = contacts.find(old)
    if contact and contacts.find(new) is None:
        facts = contacts_workflow.facts_of(contact)._replace(email=new)
        contacts_workflow.change(contact, facts, by=current_actor(), at=now)


def _moves(dispatch: Dispatch, counts: fates.Counts, now: datetime) -> bool:
    """Whether the page will say something else soon, by itself."""
    if dispatch.state is DispatchState.SENDING:
        return True
    leaves_at = queries.leaves_at(dispatch)
    return dispatch.state is DispatchState.SCHEDULED and leaves_at is not None and leaves_at < now + SOON


def _row(message: Message, now: datetime, zone: ZoneInfo) -> tuple[object, ...]:
    return (
        message.recipient, message.language, str(STATES[message.state].label), fates.sentence(message, now, zone),
        _written(message.created_at, zone), _written(message.accepted_at, zone), message.attempts,
        message.smtp_stage, message.smtp_code, message.smtp_reply, message.message_id,
    )  # fmt: skip


def _written(moment: datetime | None, zone: ZoneInfo) -> str:
    """As a spreadsheet sorts it, with its offset."""
    return moment.astimezone(zone).isoformat(sep=" ", timespec="seconds") if moment else ""


def _zone() -> ZoneInfo:
    return current_app.config["TIMEZONE"]
