"""Alerts for anybody: subscribe, confirm, choose, leave. Behind a private link nobody signs in.

A page never tells whether an address is known: only the mail does. What a mail provider does for its user (RFC 8058) and
what the person does on the same page are one step.
"""

import json

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError

from pressroom import clock, database, errors, i18n, limits, links, pages, retention
from pressroom.alerts import held, notices, queries, workflow
from pressroom.alerts.forms import AskForm, ask_form, preferences_form
from pressroom.alerts.models import Subscription
from pressroom.database import db
from pressroom.delivery.models import Message
from pressroom.events.models import Event
from pressroom.forms import csrf, doubt, one_line
from pressroom.i18n import gettext as _
from pressroom.i18n import ngettext
from pressroom.limits import limiter, post_limit
from pressroom.responses import download, onward
from pressroom.staff import queries as staff

bp = Blueprint("alerts", __name__)
bp.after_request(pages.private)
PAGE = "/<language:language>/alerts/<token>"


@bp.route("/<language:language>/alerts", methods=["GET", "POST"])
@limiter.limit(
    lambda: current_app.config["SENDING_LIMIT"], methods=["POST"],
    deduct_when=lambda _response: g.pop("asked", False),
)  # fmt: skip
@post_limit
def subscribe(language):
    form = ask_form(language)
    if not form.is_submitted():
        return _form_page(form)
    if said := doubt(form.homepage):
        return _form_page(form, said)
    if not form.validate():
        return _form_page(form), 422
    try:
        workflow.ask(form.email.data, language=form.language.data, topics=form.chosen(), at=clock.now())
        db.session.commit()
    except IntegrityError:  # the same button pressed twice, both at the same moment
        db.session.rollback()
    g.asked = True
    return onward(".asked", language=language)


@bp.route("/<language:language>/alerts/begin", methods=["GET", "POST"])
@csrf.exempt
@post_limit
def begin(language):
    """The form, with the address from the single field of another page: that page is the same for everybody and has no
    token. Nothing is written before the button of this one is pressed."""
    if request.method == "GET":
        return redirect(url_for(".subscribe", language=language))
    typed = {"email": one_line(request.form.get("email"))[:254], "topics": request.form.getlist("topics")}
    return _form_page(AskForm(formdata=None, data={"language": language, **typed}))


@bp.get("/<language:language>/alerts/asked")
def asked(language):
    """The same for every address: new, waiting, subscribed or not any more."""
    return render_template("alerts/asked.html", alternates=_translations(), kept=_how_long())


@bp.route(PAGE, methods=["GET", "POST"])
@post_limit
def own(language, token):
    """Opening the mailed link changes nothing: programs that look into mails open it too. The button does."""
    subscription = _of(token)
    if not subscription.is_live:
        return _own_page(subscription, token)
    form = preferences_form(subscription)
    if form.validate_on_submit():
        workflow.change(subscription, language=form.language.data, topics=form.chosen(), at=clock.now())
        db.session.commit()
        flash(_("Your choices are saved."), "ok")
        return _back(language, token)
    return _own_page(subscription, token, form), 422 if form.is_submitted() else 200


@bp.post(f"{PAGE}/confirm")
@post_limit
def confirm(language, token):
    workflow.confirm(_of(token), at=clock.now())
    db.session.commit()
    flash(_("You get our alerts from now on."), "ok")
    return _back(language, token)


@bp.post(f"{PAGE}/end")
@post_limit
def end(language, token):
    workflow.end(_of(token), at=clock.now())
    db.session.commit()
    return _back(language, token)


@bp.post(f"{PAGE}/copy")
@post_limit
def copy(language, token):
    """Everything that is held because of this subscription (GDPR article 15)."""
    text = json.dumps(held.data(_of(token), clock.now()), ensure_ascii=False, indent=2)
    return download(text, "alerts.json")


@bp.post(f"{PAGE}/erase")
@post_limit
def erase(language, token):
    workflow.erase(_of(token), at=clock.now())
    db.session.commit()
    database.empty_log()
    return render_template("alerts/erased.html")  # no address is left to lead to


@bp.route("/u/<token>", methods=["GET", "POST"])
@csrf.exempt
def leave(token):
    """What a mail's own link and its List-Unsubscribe header open. A mail provider posts to it as well: from many
    people at one address, without cookies, perhaps twice, and it follows no redirect."""
    message = _message(token)
    if request.method == "POST":
        workflow.leave(message, at=clock.now())
        db.session.commit()
    return _leave_page(message, token)


@bp.post("/u/<token>/keep")
@csrf.exempt
def keep(token):
    """It was a mistake. The token says whose wish it is, as it does above."""
    message = _message(token)
    workflow.stay(message, at=clock.now())
    db.session.commit()
    return _leave_page(message, token, kept=True)


@bp.errorhandler(CSRFError)
@bp.errorhandler(429)
def again(error):
    """The form once more, with what was typed and why it could not be taken. Nothing is written."""
    if request.endpoint not in ("alerts.subscribe", "alerts.begin"):
        return errors.page(error.code)
    sentences = {
        400: _("This page had been open for too long, or your browser keeps no cookies. Press the button again."),
        429: ngettext("Too many attempts. Try again in %(num)s minute.", "Too many attempts. Try again in %(num)s minutes.", limits.minutes_left()),
    }  # fmt: skip
    return _form_page(ask_form(request.view_args["language"]), sentences[error.code]), error.code


def _of(token: str) -> Subscription:
    return queries.by_link(links.digest(token)) or _dead("alerts/dead.html")


def _message(token: str) -> Message:
    message = queries.message(links.digest(token)) or _dead("alerts/dead_leave.html")
    i18n.speak(message.language)
    return message


def _dead(template: str):
    """The answer for a link that opens nothing any more, or never did."""
    abort(make_response(render_template(template, contact=_whom_to_ask()), 404))


def _whom_to_ask():
    return staff.whom_to_ask_in(i18n.current_language())


def _form_page(form: AskForm, said: str = ""):
    return render_template(
        "alerts/subscribe.html",
        form=form, again=said, kept=_how_long(), alternates=_translations("alerts.subscribe"),
    )  # fmt: skip


def _own_page(subscription: Subscription, token: str, form=None):
    return render_template(
        "alerts/own.html",
        subscription=subscription, token=token, form=form, kept=_how_long(),
        kept_away=queries.kept_away(subscription.email),
        alternates=_translations("alerts.own", token=token),
    )  # fmt: skip


def _leave_page(message: Message, token: str, *, kept: bool = False):
    scope, subscription = workflow.scope_of(message), workflow.subscribed(message)
    kind, _colon, id = scope.partition(":")
    event = db.session.get(Event, id) if kind == "event" else None
    ended = queries.stopped(message.recipient, scope) is not None
    if kind == queries.SCOPE:
        ended = ended or subscription is None or not subscription.is_live
    return render_template(
        "alerts/leave.html",
        message=message, token=token, kind=kind, event=event, ended=ended, kept=kept, contact=_whom_to_ask(),
        undo=kind != queries.SCOPE or subscription is not None,
        own=subscription and notices.page_of(subscription),
    )  # fmt: skip


def _how_long() -> str:
    return retention.duration(retention.TABLE["subscriptions"].lasts)


def _back(language: str, token: str):
    return onward(".own", language=language, token=token)


def _translations(endpoint: str | None = None, **values) -> list[tuple[str, str]]:
    """The same page in every language of the site, by code."""
    codes = current_app.config["LANGUAGES"]
    return [(code, url_for(endpoint or request.endpoint, language=code, **values)) for code in codes]
