"""What an applicant does from the page of their request: answer, write, correct, give up, take a place.

Each step is a button behind the private link; opening the link itself changes nothing.
"""

from datetime import datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, flash, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.datastructures import CombinedMultiDict

from pressroom import clock, errors, links, pages, storage
from pressroom.access import APPLICANT
from pressroom.accreditation import (
    answers,
    drafts,
    outlook,
    own_page,
    queries,
    questionnaire,
    remarks,
    workflow,
)
from pressroom.accreditation.fields import ProofField
from pressroom.accreditation.forms import PROOF_RULES
from pressroom.accreditation.models import Application, State
from pressroom.database import db
from pressroom.events import calendar
from pressroom.events.categories import name_of
from pressroom.events.questions import QUESTIONS
from pressroom.i18n import gettext as _
from pressroom.limits import post_limit
from pressroom.responses import download

bp = Blueprint("following", __name__)
bp.after_request(pages.private)
PAGE = "/<language:language>/applications/<token>"


@bp.post(f"{PAGE}/answer")
@post_limit
def answer(language, token):
    application, now = own_page.of(token), clock.now()
    form = answers.AnswerForm(application, outlook.asked(application, now))
    valid = _validate_apart(form, now)
    if not valid and "answer" in workflow.allowed(application, APPLICANT, now):
        return own_page.show(application, token, answer=form), 422
    changes = form.changes() | _files(application, form, replace=False)
    workflow.act(application, "answer", by=APPLICANT, at=now, note=form.message.data, changes=changes)
    db.session.commit()
    flash(_("Your answer has been sent."), "ok")
    return own_page.back_to(application, language)


@bp.route(f"{PAGE}/change", methods=["GET", "POST"])
@post_limit
def change(language, token):
    """Everything while nobody has looked; later the telephone and the needs, the rest is asked for by message."""
    application, now = own_page.of(token), clock.now()
    if "change" not in workflow.allowed(application, APPLICANT, now):
        return own_page.back_to(application, language)
    free = application.seen(now) in (State.RECEIVED, State.INFO_REQUESTED)
    form = answers.change_form(application, _posted()) if free else answers.ContactForm(obj=application)
    if form.is_submitted() and _validate_apart(form, now):
        changes = answers.changes(form) | (_files(application, form, replace=True) if free else {})
        workflow.act(application, "change", by=APPLICANT, at=now, changes=changes)
        db.session.commit()
        flash(_("Your details have been changed."), "ok")
        return own_page.back_to(application, language)
    page = render_template(
        "accreditation/change.html",
        application=application, event=application.event, token=token, form=form, free=free, fixed_address=True,
        questions=QUESTIONS, proof_rules=PROOF_RULES, message_form=answers.MessageForm(prefix="message", formdata=None),
        may_write=remarks.may_write(application), alternates=own_page.translations(".change", token=token),
    )  # fmt: skip
    return page, 422 if form.is_submitted() else 200


@bp.route(f"{PAGE}/withdraw", methods=["GET", "POST"])
@post_limit
def withdraw(language, token):
    application, now = own_page.of(token), clock.now()
    if request.method == "POST":
        return _step(application, language, "withdraw", _("Your request is withdrawn."))
    return render_template(
        "accreditation/withdraw.html",
        application=application, event=application.event, token=token, seen=application.seen(now),
        actions=workflow.allowed(application, APPLICANT, now),
        alternates=own_page.translations(".withdraw", token=token),
    )  # fmt: skip


@bp.post(f"{PAGE}/reopen")
@post_limit
def reopen(language, token):
    return _step(own_page.of(token), language, "reopen", _("Your request is taken up again."))


@bp.post(f"{PAGE}/place")
@post_limit
def accept_offer(language, token):
    return _step(own_page.of(token), language, "accept_offer", _("Your place is confirmed."))


@bp.post(f"{PAGE}/review")
@post_limit
def ask_review(language, token):
    application, form = own_page.of(token), answers.ReviewForm(prefix="review")
    if not form.validate() and "ask_review" in workflow.allowed(application, APPLICANT, clock.now()):
        return own_page.show(application, token, review=form), 422
    return _step(application, language, "ask_review", _("Your message has been sent."), note=form.reason.data)


@bp.post(f"{PAGE}/messages")
@post_limit
def write(language, token):
    application, form = own_page.of(token), answers.MessageForm(prefix="message")
    if not form.validate():
        return own_page.show(application, token, message=form), 422
    remarks.write(application, form.text.data, at=clock.now())
    db.session.commit()
    flash(_("Your message has been sent."), "ok")
    return own_page.back_to(application, language, "#messages")


@bp.get(f"{PAGE}/calendar.ics")
def ics(language, token):
    """The event for the calendar of somebody accredited, with the address that only they are told."""
    application, now = own_page.of(token), clock.now()
    if application.seen(now) is not State.APPROVED:
        abort(404)
    event = application.event
    text = event.words(language)
    body = calendar.rendition(
        event, text, url=links.absolute("events.show", language=text.language, slug=text.slug),
        host=urlsplit(current_app.config["BASE_URL"]).hostname, at=now, accredited=True,
    )  # fmt: skip
    return Response(body, mimetype="text/calendar")


@bp.get(f"{PAGE}/request.txt")
def receipt(language, token):
    """What was sent and where it stands, as a text to keep."""
    application, now = own_page.of(token), clock.now()
    body = render_template(
        "accreditation/receipt.txt",
        application=application, event=application.event, category=name_of(application.event, application.category),
        answers=questionnaire.answered(application.answers, application.country, application.days),
        sentences=outlook.sentences(application, now), now=now, page=links.absolute(
            "accreditation.application", language=language, token=token
        ),
    )  # fmt: skip
    return download(body, f"{application.reference}.txt")


@bp.errorhandler(CSRFError)
def again(error):
    """The page once more with the message that could not be taken, and why. Nothing is written."""
    forms = {"following.write": answers.MessageForm, "following.ask_review": answers.ReviewForm}
    token = request.view_args["token"]
    application = queries.by_link(links.digest(token))
    if application is None or request.endpoint not in forms:
        return errors.page(error.code)
    name = "message" if request.endpoint == "following.write" else "review"
    form = forms[request.endpoint](prefix=name, meta={"csrf": False})
    (field,) = form
    field.errors = [
        _("This page had been open for too long, or your browser keeps no cookies. Press the button again.")
    ]
    return own_page.show(application, token, **{name: form}), error.code


def _step(application: Application, language: str, action: str, said: str, **words):
    """Take a step that needs nothing but its button, and say so on the page."""
    workflow.act(application, action, by=APPLICANT, at=clock.now(), **words)
    db.session.commit()
    flash(said, "ok")
    return own_page.back_to(application, language)


def _validate_apart(form, at: datetime) -> bool:
    """Whether the form is right. Its files are judged and stored, which takes seconds: nobody waits for the database
    meanwhile."""
    db.session.rollback()
    valid = form.validate()
    db.session.rollback()
    for field in form:
        if isinstance(field, ProofField) and field.taken:
            field.stored = drafts.stored(field.taken, kind=field.short_name, at=at)
    return valid


def _posted():
    """What has been posted, files among it; None when the page is only opened."""
    return CombinedMultiDict([request.files, request.form]) if request.method == "POST" else None


def _files(application: Application, form, *, replace: bool) -> dict:
    """The documents with those just given. `replace`: instead of what the same field had; else the desk sees both."""
    given = [field for field in form if isinstance(field, ProofField) and (field.stored or field.removed)]
    going = {field.short_name for field in given} if replace else set()
    stay = [one for one in application.documents if one.kind not in going or one.deleted_at]
    storage.discard(one.file_key for one in application.documents if one not in stay)
    return {"documents": [*stay, *(field.stored for field in given if field.stored)]} if given else {}
