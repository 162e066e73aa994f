"""The press office's side: the queue of applications, one page for each, and the decisions on them."""

from datetime import timedelta
from math import ceil

from flask import abort, current_app, redirect, render_template, request, send_file, url_for

from pressroom import clock, pages, storage
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.accreditation import queries, statuses, workflow
from pressroom.accreditation.decision_forms import DeskForm, QuestionForm, ReasonForm
from pressroom.accreditation.models import DECISIONS, Application, State
from pressroom.accreditation.reasons import ITEMS, named
from pressroom.database import db
from pressroom.delivery import queries as messages
from pressroom.delivery.statuses import STATES
from pressroom.events.categories import name_of
from pressroom.events.models import Event
from pressroom.i18n import ngettext

bp = desk_blueprint("accreditation_desk", __name__, roles=(Role.OFFICER, Role.REVIEWER))
ANSWER_TIME = timedelta(days=3)


@bp.get("/")
def index():
    return render_template("accreditation/desk_index.html", events=queries.events(current_actor()))


@bp.get("/<event_id>")
def queue(event_id):
    event, viewer = db.get_or_404(Event, event_id), current_actor()
    if not queries.sees_event(viewer, event_id):
        abort(404)
    asked, search = request.args.get("state", State.RECEIVED.value), request.args.get("q", "").strip()[:200]
    state = State(asked) if asked in set(State) else None
    return render_template(
        "accreditation/desk_queue.html",
        event=event, state=state, search=search, counts=queries.counts(event_id, viewer), states=statuses.DESK,
        page=pages.paginate(queries.listed(event_id, viewer, states=(state,) if state else (), search=search), size=50), decided=_decided(event_id),
        tags_of=statuses.for_desk, category_name=name_of, waiting=queries.waiting(event_id, viewer),
    )  # fmt: skip


@bp.get("/<event_id>/<application_id>")
def show(event_id, application_id):
    return _page(_application(event_id, application_id))


def _page(application: Application, typed: dict[str, DeskForm] | None = None):
    """An application's page; `typed` is the form that was sent with something to correct."""
    now = clock.now()
    actions = workflow.allowed(application, current_actor(), now)
    forms = {
        action: _form(action, application) for action in actions if action in ("ask", "decline", "revoke")
    }
    return render_template(
        "accreditation/desk_application.html",
        application=application, event=application.event, tags=statuses.for_desk(application), actions=actions,
        forms={**forms, **(typed or {})}, typed=typed or {}, category=name_of(application.event, application.category), now=now,
        steps=[(step, statuses.STEPS[step.action], _details(step)) for step in application.history],
        messages=messages.about(application.subject), message_states=STATES,
        minutes=_minutes_left(application), decided=_decided(application.event_id),
        following=queries.next_to_review(application.event_id, current_actor(), but=application.id),
    )  # fmt: skip


@bp.post("/<event_id>/<application_id>/<any(approve, ask, decline, revoke, undo):action>")
def act(event_id, application_id, action):
    application = _application(event_id, application_id)
    form = _form(action, application)
    if not form.validate():
        return _page(application, {action: form}), 422
    undo = timedelta(seconds=current_app.config["UNDO_SECONDS"])
    workflow.act(
        application,
        action,
        by=current_actor(),
        at=clock.now(),
        undo=undo,
        version=form.seen_version(),
        **form.words(),
    )
    db.session.commit()
    return redirect(_place_after(application, action), 303)


def _place_after(application: Application, action: str) -> str:
    """Where a step leads: from a decision to the next request that waits, else back to the same page."""
    event_id = application.event_id
    if action == "undo":
        return url_for(".show", event_id=event_id, application_id=application.id)
    following = queries.next_to_review(event_id, current_actor(), but=application.id)
    if following and action != "revoke":
        return url_for(".show", event_id=event_id, application_id=following.id, decided=application.id)
    return url_for(".queue", event_id=event_id, decided=application.id)


@bp.get("/<event_id>/<application_id>/proofs/<document_id>")
def proof(event_id, application_id, document_id):
    """A proof as a file to keep, never shown within the site."""
    document = queries.document(_application(event_id, application_id), document_id) or abort(404)
    try:
        path = storage.path(document.file_key)
    except storage.Missing:
        abort(404)
    response = send_file(path, mimetype=document.media_type, as_attachment=True, download_name=document.name)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _application(event_id: str, application_id: str) -> Application:
    return queries.find(event_id, application_id, current_actor()) or abort(404)


def _form(action: str, application: Application) -> DeskForm:
    seen = {"version": str(application.version)}
    if action == "ask":
        due = (clock.now() + ANSWER_TIME).astimezone(application.event.zone).date()
        return QuestionForm(application.event, prefix=action, data={**seen, "due": due})
    if action in ("decline", "revoke"):
        return ReasonForm(prefix=action, data=seen)
    return DeskForm(data=seen)


def _details(step) -> str:
    """What was said with a step, in one line."""
    said = [str(named(step.reason))] if step.reason else [str(ITEMS[code]) for code in step.asked]
    return " – ".join([*said, *([step.note] if step.note else [])])


def _minutes_left(application: Application) -> int:
    now = clock.now()
    return ceil((application.undo_until - now).total_seconds() / 60) if application.is_pending(now) else 0


def _decided(event_id: str) -> dict | None:
    """What has just been decided (the address names the application), while it can be undone."""
    application = queries.find(event_id, request.args.get("decided", ""), current_actor())
    if application is None or not application.is_pending(clock.now()):
        return None
    sentence = str(statuses.DECIDED[application.latest(*DECISIONS).action]) % {"name": application.name}
    leaves = ngettext(
        "The message leaves in %(num)s minute.",
        "The message leaves in %(num)s minutes.",
        _minutes_left(application),
    )
    undo = url_for(".act", event_id=event_id, application_id=application.id, action="undo")
    may_undo = "undo" in workflow.allowed(application, current_actor(), clock.now())
    return {
        "sentence": f"{sentence} {leaves}",
        "version": application.version,
        "undo": undo if may_undo else None,
    }
