"""The applicant's side: the form, what was sent, and the private page where it is followed to its outcome."""

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)  # fmt: skip

from pressroom import clock, links, pages, storage
from pressroom.access import APPLICANT
from pressroom.accreditation import drafts, notices, queries, statuses, workflow
from pressroom.accreditation.forms import AnswerForm, FindForm, RequestForm
from pressroom.accreditation.models import DECISIONS, Application, Draft
from pressroom.accreditation.reasons import ITEMS, named
from pressroom.database import db
from pressroom.events import queries as events
from pressroom.events.categories import name_of
from pressroom.events.models import Event
from pressroom.i18n import gettext as _
from pressroom.limits import PUBLIC_POST, limiter

bp = Blueprint("accreditation", __name__)
bp.after_request(pages.private)
post_limit = limiter.limit(PUBLIC_POST, methods=["POST"])


@bp.route("/<language:language>/events/<slug>/accreditation", methods=["GET", "POST"])
@post_limit
def apply(language, slug):
    event = events.find(language, slug) or abort(404)
    now = clock.now()
    key = session.get("drafts", {}).get(event.id)
    draft = queries.draft(links.digest(key), event.id) if key else None
    form = RequestForm(event, draft)
    if not form.is_submitted():
        return _form_page(event, form, draft)
    db.session.rollback()  # judging a file takes seconds: nobody waits for the database meanwhile
    valid = form.validate()
    key, draft = drafts.open_under(key, event.id, at=now)
    replaced = []
    if form.proof_file.taken or form.remove_file.data:
        replaced = drafts.replace_document(draft, form.proof_file.taken, at=now)
    draft.fields, draft.ready = form.typed(), valid
    db.session.commit()
    for file_key in replaced:
        storage.delete(file_key)
    session["drafts"] = {**session.get("drafts", {}), event.id: key}
    if valid or not events.window(event, now).takes_requests:
        return redirect(url_for(".check" if valid else ".apply", language=language, slug=slug), 303)
    form.keep(draft)
    return _form_page(event, form, draft), 422


def _form_page(event: Event, form: RequestForm, draft: Draft | None):
    return render_template(
        "accreditation/apply.html",
        event=event, form=form, draft=draft, window=events.window(event, clock.now()), alternates=_of_event(event),
    )  # fmt: skip


@bp.get("/<language:language>/events/<slug>/accreditation/check")
def check(language, slug):
    event = events.find(language, slug) or abort(404)
    key = session.get("drafts", {}).get(event.id)
    draft = queries.draft(links.digest(key), event.id) if key else None
    if draft is None or not draft.ready or not events.window(event, clock.now()).takes_requests:
        return redirect(url_for(".apply", language=language, slug=slug), 303)
    return render_template(
        "accreditation/check.html",
        event=event, draft=draft, key=key, category=name_of(event, draft.fields["category"]),
        alternates=_of_event(event, "check"),
    )  # fmt: skip


@bp.post("/<language:language>/events/<slug>/accreditation/check")
@post_limit
def send(language, slug):
    """Send a draft; whoever sends the same one again arrives at the same application."""
    event = events.find(language, slug) or abort(404)
    now, digest = clock.now(), links.digest(request.form.get("draft", ""))
    draft = queries.draft_to_send(digest, event.id)
    application = queries.by_draft(digest)
    if application is None:
        if draft is None:
            flash(_("What you typed is no longer kept. Fill in the form again."), "warn")
        if draft is None or not draft.ready or not events.window(event, now).takes_requests:
            return redirect(url_for(".apply", language=language, slug=slug), 303)
        application = workflow.submit(draft, language=language, by=APPLICANT, at=now)
        db.session.commit()
    session["drafts"] = {id: key for id, key in session.get("drafts", {}).items() if id != event.id}
    flash(_("Request sent"), "ok")
    return _to_page(application, language)


@bp.route("/<language:language>/applications/find", methods=["GET", "POST"])
@post_limit
def find(language):
    form = FindForm()
    if form.validate_on_submit():
        notices.found(form.email.data, language=language, at=clock.now())
        db.session.commit()
        flash(_("If there is a request for this address, a message is on its way."), "info")
        return redirect(url_for(".find", language=language), 303)
    page = render_template("accreditation/find.html", form=form, alternates=_translations(".find"))
    return page, 422 if form.is_submitted() else 200


@bp.get("/<language:language>/applications/<token>")
def application(language, token):
    return _page(_mine(token), token, AnswerForm())


def _page(application: Application, token: str, form: AnswerForm):
    now = clock.now()
    told = application.told(now)
    decision = next((step for step in reversed(told) if step.action in DECISIONS), None)
    return render_template(
        "accreditation/application.html",
        application=application, event=application.event, token=token, form=form, now=now,
        category=name_of(application.event, application.category), seen=application.seen(now), tags=statuses.for_applicant(application, now), decision=decision,
        steps=[(step.at, statuses.APPLICANT_STEPS[step.action]) for step in told],
        asked=[ITEMS[code] for code in decision.asked] if decision else [],
        reason=named(decision.reason) if decision else None,
        actions=workflow.allowed(application, APPLICANT, now),
        alternates=_translations(".application", token=token),
    )  # fmt: skip


@bp.post("/<language:language>/applications/<token>/answer")
@post_limit
def answer(language, token):
    application, form, now = _mine(token), AnswerForm(), clock.now()
    db.session.rollback()  # judging a file takes seconds: nobody waits for the database meanwhile
    if not form.validate():
        return _page(application, token, form), 422
    workflow.act(application, "answer", by=APPLICANT, at=now, note=form.message.data)
    if form.proof_file.taken:
        application.documents.append(drafts.stored(form.proof_file.taken, at=now))
    db.session.commit()
    flash(_("Your answer has been sent."), "ok")
    return _to_page(application, language)


@bp.route("/<language:language>/applications/<token>/withdraw", methods=["GET", "POST"])
@post_limit
def withdraw(language, token):
    application, now = _mine(token), clock.now()
    if request.method == "POST":
        workflow.act(application, "withdraw", by=APPLICANT, at=now)
        db.session.commit()
        flash(_("Your request is withdrawn."), "ok")
        return _to_page(application, language)
    return render_template(
        "accreditation/withdraw.html",
        application=application, event=application.event, token=token, seen=application.seen(now),
        actions=workflow.allowed(application, APPLICANT, now), alternates=_translations(".withdraw", token=token),
    )  # fmt: skip


@bp.post("/<language:language>/applications/<token>/receipt")
@post_limit
def send_receipt(language, token):
    """Send the receipt, with its link to confirm the address, once more. The answer never tells whether it was."""
    application, now = _mine(token), clock.now()
    if "verify" in workflow.allowed(application, APPLICANT, now):
        notices.receipt(application, at=now)
        db.session.commit()
    flash(_("A message is on its way, unless one was sent to this address a few minutes ago."), "info")
    return _to_page(application, language)


@bp.route("/<language:language>/verify/<token>", methods=["GET", "POST"])
@post_limit
def verify(language, token):
    """Opening the mailed link changes nothing: programs that look into mails open it too. The button does."""
    application, now = queries.by_verification(links.digest(token)) or abort(404), clock.now()
    if request.method == "POST":
        if application.verified_at is None:
            workflow.act(application, "verify", by=APPLICANT, at=now)
            db.session.commit()
        flash(_("Your email address is confirmed."), "ok")
        return _to_page(application, language)
    return render_template(
        "accreditation/verify.html",
        application=application, event=application.event, page=_url_of(application, language),
        actions=workflow.allowed(application, APPLICANT, now), alternates=_translations(".verify", token=token),
    )  # fmt: skip


def _mine(token: str) -> Application:
    return queries.by_link(links.digest(token)) or abort(404)


def _url_of(application: Application, language: str) -> str:
    return url_for(".application", language=language, token=links.mint("application", application.id))


def _to_page(application: Application, language: str):
    return redirect(_url_of(application, language), 303)


def _translations(endpoint: str, **values) -> list[tuple[str, str]]:
    return [(code, url_for(endpoint, language=code, **values)) for code in current_app.config["LANGUAGES"]]


def _of_event(event: Event, page: str = "apply") -> list[tuple[str, str]]:
    codes = [code for code in current_app.config["LANGUAGES"] if code in event.texts]
    return [(code, url_for(f".{page}", language=code, slug=event.texts[code].slug)) for code in codes]
