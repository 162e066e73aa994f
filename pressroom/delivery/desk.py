"""Every message and its fate, readable as it leaves."""

from flask import abort, current_app, has_request_context, make_response, render_template, request

from pressroom import clock, links, pages, retention
from pressroom.access import Role, desk_blueprint
from pressroom.database import db
from pressroom.delivery import queries
from pressroom.delivery.models import Message
from pressroom.delivery.statuses import GROUPS, STATES
from pressroom.i18n import gettext as _

bp = desk_blueprint("delivery_desk", __name__, roles=(Role.OFFICER,))


@bp.get("/")
def index():
    group = request.args.get("group")
    search = request.args.get("q", "").strip()[:200]
    page = pages.paginate(queries.listed(group if group in queries.GROUPS else None, search), size=50)
    return render_template(
        "delivery/desk_index.html",
        page=page, counts=queries.counts(), groups=GROUPS, states=STATES, group=group, search=search,
    )  # fmt: skip


@bp.get("/<message_id>")
def show(message_id):
    message = db.session.get(Message, message_id) or abort(404)
    return render_template(
        "delivery/desk_show.html",
        message=message, text=_shown(message, message.text), states=STATES,
        forgotten_at=retention.ends("messages", message.created_at),
    )  # fmt: skip


@bp.get("/<message_id>/html")
def html(message_id):
    """The HTML part alone, for the frame on the message's page: nothing in it runs or loads."""
    message = db.session.get(Message, message_id) or abort(404)
    if message.is_emptied:
        abort(404)
    response = make_response(_shown(message, message.html))
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _shown(message: Message, text: str) -> str:
    """In test mode the links can be followed from here, nobody else holds them; a live mail is shown without
    them, and an invitation always is: it would open another person's account."""
    followed = not current_app.config["MAIL_URL"] and message.notice != "staff_invited"
    return text if followed else links.redact(text)


@bp.app_context_processor
def mail_state() -> dict:
    """What every desk page says about mail: whether it leaves at all, and whether the server can be used."""
    if not has_request_context() or not request.path.startswith("/desk"):
        return {}  # a mail is being composed, or a public page shown
    return {"test_mode": not current_app.config["MAIL_URL"], "mail_trouble": _mail_trouble()}


def _mail_trouble() -> str | None:
    now = clock.now()
    if event := queries.trouble(now):
        sentence = _(
            "The mail server cannot be used: messages wait, and leave by themselves once it can. It says: %(reply)s"
        )
        return sentence % {"reply": event.reply}
    if queries.overdue(now):
        return _("Messages have been waiting for more than ten minutes: the background worker does not run.")
    return None
