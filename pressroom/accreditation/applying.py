"""The form for accreditation: typed, checked, sent.

What somebody typed is lost to no error, limit, expired page or closed browser: it comes back with a sentence that
says what to do. Under way it is kept for two days under a key that only a cookie of these pages holds.
"""

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

from pressroom import clock, errors, limits, links, pages, retention
from pressroom.access import APPLICANT
from pressroom.accreditation import drafts, queries, questionnaire, submitting
from pressroom.accreditation.forms import PROOF_RULES, RequestForm, form_for
from pressroom.accreditation.models import Draft
from pressroom.database import db, will_write
from pressroom.events import queries as events
from pressroom.events.categories import name_of
from pressroom.events.models import Event
from pressroom.events.questions import QUESTIONS
from pressroom.forms import doubt
from pressroom.i18n import gettext as _
from pressroom.i18n import ngettext
from pressroom.limits import PUBLIC_POST, limiter

bp = Blueprint("applying", __name__)
bp.after_request(pages.private)
COOKIE = "request"
# What is read of a form: bytes, more than three files may have, so that the text comes back with the sentence; parts.
MOST, MOST_PARTS = 32_000_000, 100


@bp.url_value_preprocessor
def read_no_more(_endpoint, _values) -> None:
    request.max_content_length, request.max_form_parts = MOST, MOST_PARTS


@bp.route("/<language:language>/events/<slug>/accreditation", methods=["GET", "POST"])
@limiter.limit(PUBLIC_POST, methods=["POST"])
def apply(language, slug):
    will_write(False)  # judging and storing a file takes seconds: nobody waits for the database meanwhile
    event, now = events.find_to_read(language, slug) or abort(404), clock.now()
    key, draft = _kept(event)
    form = form_for(event, draft)
    if not form.is_submitted():
        return _form_page(event, form, draft)
    if said := doubt(form.homepage, typed=draft is None):
        return _form_page(event, form, draft, _and_files(said))
    db.session.rollback()
    valid = form.validate()
    given = {
        field.short_name: field.taken and drafts.stored(field.taken, kind=field.short_name, at=now)
        for field in form.files() if field.taken or field.removed
    }  # fmt: skip
    will_write(True)
    key = drafts.keep(key, event.id, fields=form.typed(), ready=valid, given=given, at=now)
    db.session.commit()
    will_write(False)  # who only reads what is left to show makes no other form wait
    if valid or not events.window(event, now).takes_requests:
        onward = _page_of(event, language, "check") if valid else request.path
        return _remember(redirect(onward, 303), _paths(event), key)
    draft = queries.draft(links.digest(key), event.id)
    form.keep(draft)
    page = make_response(_form_page(event, form, draft), 413 if form.is_too_large else 422)
    return _remember(page, _paths(event), key)


@bp.get("/<language:language>/events/<slug>/accreditation/check")
def check(language, slug):
    event = events.find_to_read(language, slug) or abort(404)
    key, draft = _kept(event)
    form = _complete(event, draft)
    if form is None:
        return redirect(_page_of(event, language, "apply"), 303)
    return _check_page(event, form, draft, key)


@bp.post("/<language:language>/events/<slug>/accreditation/check")
@limiter.limit(
    lambda: current_app.config["SENDING_LIMIT"], deduct_when=lambda _response: g.pop("sent", False)
)
@limiter.limit(PUBLIC_POST)
def send(language, slug):
    """Send a draft; whoever sends the same one again arrives at the same application."""
    event = events.find_to_read(language, slug) or abort(404)
    now, digest = clock.now(), links.digest(request.form.get("draft", ""))
    draft = queries.draft_to_send(digest, event.id)
    application = queries.by_draft(digest)
    if application is None:
        form = _complete(event, draft)
        if draft is None:
            flash(_("What you typed is no longer kept. Fill in the form again."), "warn")
        if form is None:
            return redirect(_page_of(event, language, "apply"), 303)
        drafts.keep_only(draft, form.kinds())
        application = submitting.submit(draft, form.to_send(), language=language, by=APPLICANT, at=now)
        g.sent = True
    flash(_("Request sent"), "ok")
    token = links.mint("application", application.id)
    page = url_for("accreditation.application", language=language, token=token)
    answer = _forget(redirect(page, 303), _paths(event))
    db.session.commit()
    return answer


@bp.post("/<language:language>/events/<slug>/accreditation/forget")
@limiter.limit(PUBLIC_POST)
def forget(language, slug):
    """Erase what was typed and not sent: the computer may be somebody else's."""
    event = events.find_to_read(language, slug) or abort(404)
    _key, draft = _kept(event)
    if draft:
        drafts.discard(draft)
        db.session.commit()
    flash(_("What you typed is erased."), "ok")
    return _forget(redirect(_page_of(event, language, "apply"), 303), _paths(event))


@bp.errorhandler(CSRFError)
@bp.errorhandler(413)
@bp.errorhandler(429)
def again(error):
    """The page once more, with what was typed and why it could not be taken. Nothing is written."""
    db.session.rollback()
    will_write(False)
    event = events.find_to_read(**request.view_args)
    if event is None or request.endpoint == "applying.forget":
        return errors.page(error.code)
    key, draft = _kept(event)
    answer = None if error.code == 413 else request.form
    sentences = {
        400: _("This page had been open for too long, or your browser keeps no cookies. Press the button again."),
        413: _("What you sent is too large to be read: choose lighter files, 5 MB each at most."),
        429: ngettext("Too many attempts. Try again in %(num)s minute.", "Too many attempts. Try again in %(num)s minutes.", limits.minutes_left()),
    }  # fmt: skip
    if request.endpoint == "applying.send":
        key = request.form.get("draft", "")
        draft = queries.draft(links.digest(key), event.id)
        if form := _complete(event, draft):
            return _check_page(event, form, draft, key, sentences[error.code]), error.code
        answer = None
    form = form_for(event, draft, formdata=answer)
    said = sentences[error.code] if error.code == 413 else _and_files(sentences[error.code])
    return _form_page(event, form, draft, said), error.code


def _and_files(sentence: str) -> str:
    """The sentence, and that files have to be chosen again: no browser fills them in."""
    lost = any(file.filename for file in request.files.values())
    return " ".join([sentence, _("Choose your files again: they were not kept.")]) if lost else sentence


def _complete(event: Event, draft: Draft | None) -> RequestForm | None:
    """The draft as a form in which nothing is to correct, while requests are taken; the event may have changed since
    it was typed."""
    if draft is None or not events.window(event, clock.now()).takes_requests:
        return None
    if draft.ready:
        form = form_for(event, draft, formdata=None)
        if form.validate():
            return form
    flash(_("The form has changed since you filled it in. Check it once more."), "warn")
    return None


def _form_page(event: Event, form: RequestForm, draft: Draft | None, again: str = ""):
    window = events.window(event, clock.now())
    contact = None if window.takes_requests else db.session.get_one(Event, event.id).contact
    return render_template(
        "accreditation/apply.html",
        event=event, form=form, draft=draft, again=again, window=window, contact=contact,
        kept=_how_long(), answers=_answered(form), questions=QUESTIONS, proof_rules=PROOF_RULES,
        alternates=_alternates(event, "apply"),
    )  # fmt: skip


def _check_page(event: Event, form: RequestForm, draft: Draft, key: str, again: str = ""):
    expiry = form.to_send()["answers"].get("press_card_expiry")
    last_day = event.days[-1]
    return render_template(
        "accreditation/check.html",
        event=event, form=form, draft=draft, key=key, again=again, category=name_of(event, form.category.data),
        documents=[document for document in draft.documents if document.kind in form.kinds()],
        answers=_answered(form), card_expires=bool(expiry) and expiry < last_day.isoformat(),
        window=events.window(event, clock.now()), kept=_how_long(), alternates=_alternates(event, "check"),
    )  # fmt: skip


def _answered(form: RequestForm) -> list:
    """What was answered to the questions of the chosen category, as a summary shows it."""
    if form.chosen is None:
        return []
    sent = form.to_send()
    return questionnaire.answered(sent["answers"], sent["country"], sent.get("days", ()))


def _how_long() -> dict[str, str]:
    """How long what is sent is kept, for the sentence beside the button."""
    return {row: retention.duration(retention.TABLE[row].lasts) for row in ("unsent", "proofs", "accredited")}


def _kept(event: Event) -> tuple[str | None, Draft | None]:
    """The key that this browser holds for the event, and what was typed under it."""
    key = request.cookies.get(COOKIE)
    return key, queries.draft(links.digest(key), event.id) if key else None


def _paths(event: Event) -> list[str]:
    """Where the form's own addresses begin: nothing else is given the key."""
    return [path for _language, path in _alternates(event, "apply")]


def _remember(response, paths: list[str], key: str):
    """Leave the key with the browser: it outlives the session, not the draft."""
    for path in paths:
        response.set_cookie(COOKIE, key, max_age=retention.TABLE["unsent"].lasts, path=path, **_guarded())
    return response


def _forget(response, paths: list[str]):
    for path in paths:
        response.delete_cookie(COOKIE, path=path, **_guarded())
    return response


def _guarded() -> dict:
    return {"secure": current_app.config["SESSION_COOKIE_SECURE"], "httponly": True, "samesite": "Lax"}


def _page_of(event: Event, language: str, page: str) -> str:
    return url_for(f".{page}", language=language, slug=event.texts[language].slug)


def _alternates(event: Event, page: str) -> list[tuple[str, str]]:
    codes = [code for code in current_app.config["LANGUAGES"] if code in event.texts]
    return [(code, _page_of(event, code, page)) for code in codes]
