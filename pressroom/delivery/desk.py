"""Every message and its fate, readable as it leaves; what to do about those that did not arrive, about addresses that
are left in peace, and about all mail."""

from datetime import datetime

from flask import (
    abort,
    current_app,
    flash,
    g,
    has_request_context,
    redirect,
    render_template,
    request,
    url_for,
)

from pressroom import clock, links, pages, retention
from pressroom.access import Role, current_actor, desk_blueprint, safe_next
from pressroom.database import BOUND, db
from pressroom.delivery import bounces, outbox, outgoing, queries, sentences, suppressions, words
from pressroom.delivery.forms import TYPED_SCOPES, AgainForm, SuppressionForm
from pressroom.delivery.models import Message, Reason, State, Suppression
from pressroom.delivery.statuses import GROUPS, STATES
from pressroom.forms import sought
from pressroom.i18n import gettext as _
from pressroom.responses import framed, onward

bp = desk_blueprint("delivery_desk", __name__, roles=(Role.OFFICER,))
# What its page offers to send once more. A message in doubt has three answers of its own, and rests until one is given.
AGAIN = set(outbox.FAILED) - {State.IN_DOUBT}


@bp.get("/")
def index():
    group = request.args.get("group")
    search = sought()
    page = pages.paginate(
        queries.listed(group if group in queries.GROUPS else None, search), size=50, most=BOUND
    )
    return render_template(
        "delivery/desk_index.html",
        page=page, counts=queries.counts(), groups=GROUPS, states=STATES, group=group, search=search,
        outgoing=outgoing.state(clock.now()), mailbox=bounces.mailbox(),
    )  # fmt: skip


@bp.get("/<message_id>")
def show(message_id):
    message = db.get_or_404(Message, message_id)
    return _page(message, AgainForm(email=message.recipient))


@bp.get("/<message_id>/html")
def html(message_id):
    """The HTML part alone, for the frame on the message's page: nothing in it runs or loads."""
    message = db.get_or_404(Message, message_id)
    if message.is_emptied:
        abort(404)
    return framed(_shown(message, words.of(message).html))


@bp.post("/<message_id>/doubt")
def resolve(message_id):
    """Say what to make of a message that may have left."""
    message, choice = db.get_or_404(Message, message_id), request.form.get("choice")
    if choice not in outbox.CHOICES:
        abort(400)
    outbox.resolve(message, choice, by=current_actor(), at=clock.now())
    db.session.commit()
    return onward(".show", _("Noted."), message_id=message.id)


@bp.post("/<message_id>/again")
def again(message_id):
    """Send the same words once more, to the same or to a corrected address."""
    message, form = db.get_or_404(Message, message_id), AgainForm()
    if not form.validate_on_submit():
        return _page(message, form), 422
    new = outbox.again(message, to=form.email.data, by=current_actor(), at=clock.now())
    db.session.commit()
    said = _("A new message with the same words leaves to %(address)s.", address=new.recipient)
    return onward(".show", said, message_id=new.id)


def _page(message: Message, form: AgainForm) -> str:
    said = words.of(message)
    return render_template(
        "delivery/desk_show.html",
        message=message, form=form, text=_shown(message, said.text), states=STATES, sentences=sentences,
        forgotten_at=retention.ends("messages", message.created_at), suppression=_stopped_by(message),
        replaced_by=db.session.scalar(db.select(Message).filter_by(replaces_id=message.id).limit(1)),
        replaces=message.replaces_id and db.session.get(Message, message.replaces_id),
        may_go_again=message.state in AGAIN and not message.is_emptied,
        dispatch=url_for("reports.show", dispatch_id=message.dispatch_id) if message.dispatch_id else None,
        contact=url_for("contacts_desk.index", q=message.recipient),
    )  # fmt: skip


def _stopped_by(message: Message) -> Suppression | None:
    """What keeps its recipient from being written to now, where that matters."""
    return suppressions.stops(message) if message.state in queries.FAILED else None


def _shown(message: Message, text: str) -> str:
    """In test mode the links can be followed from here, nobody else holds them; a live mail is shown without
    them, and an invitation always is: it would open another person's account."""
    followed = not current_app.config["MAIL_URL"] and message.notice != "staff_invited"
    return text if followed else links.redact(text)


# Addresses that are left in peace ------------------------------------------------------------------------


@bp.route("/suppressions", methods=["GET", "POST"], endpoint="suppressions")
def suppressed():
    """The list, and the form that adds to it by hand."""
    form = SuppressionForm()
    if form.validate_on_submit():
        suppressions.add(
            form.email.data, TYPED_SCOPES[form.scope.data], Reason.ASKED, note=form.note.data, by=current_actor(),
            at=clock.now(),
        )  # fmt: skip
        db.session.commit()
        return onward(".suppressions", _("Noted: %(address)s is not written to.", address=form.email.data))
    search = sought()
    page = pages.paginate(suppressions.listed(search), size=50, most=BOUND)
    html = render_template(
        "delivery/desk_suppressions.html", page=page, form=form, search=search, sentences=sentences,
        lasts=retention.duration(retention.TABLE["suppressions"].lasts),
    )  # fmt: skip
    return html, 422 if form.errors else 200


@bp.post("/suppressions/<suppression_id>/lift")
def lift(suppression_id):
    row = db.get_or_404(Suppression, suppression_id)
    address = row.recipient
    suppressions.lift(row, by=current_actor(), at=clock.now())
    db.session.commit()
    flash(_("%(address)s is written to again.", address=address), "ok")
    return redirect(safe_next(request.form.get("next")) or url_for(".suppressions"), 303)


# All mail --------------------------------------------------------------------------------------------------


@bp.post("/outgoing/<any(hold, release, try_now):action>")
def act(action):
    """Hold all mail, let it leave, or try the mail server without waiting."""
    getattr(outgoing, action)(by=current_actor(), at=clock.now())
    db.session.commit()
    return redirect(safe_next(request.form.get("next")) or url_for(".index"), 303)


@bp.app_context_processor
def mail_state() -> dict:
    """What every desk page says about mail: whether it leaves at all, and what stands in its way. A page that shows
    mails asks it for each of them: it is read once."""
    if not has_request_context() or not request.path.startswith("/desk"):
        return {}  # a mail is being composed, or a public page shown
    if "mail_state" not in g:
        g.mail_state = _mail_state(clock.now())
    return g.mail_state


def _mail_state(now: datetime) -> dict:
    row, mailbox, live = outgoing.state(now), bounces.mailbox(), bool(current_app.config["MAIL_URL"])
    failing = queries.trouble(now) if live else None
    return {
        "test_mode": not live,
        "mail_held": row if row.held_at else None,
        "mail_failing": failing,
        "mail_waiting": queries.waiting() if row.held_at or failing else 0,
        "mail_next_try": row.paused_until if row.paused_until and row.paused_until > now else None,
        "mail_overdue": queries.overdue(now),
        "mailbox_failing": mailbox if mailbox and mailbox.failing_since else None,
    }
