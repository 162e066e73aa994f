"""The press office's side: the queue of applications, one page for each, and the decisions on them.

The queue's script asks for the same pages with an Accept header of its own, and gets only the parts that changed.
"""

from datetime import timedelta

from flask import abort, current_app, render_template, request, url_for
from sqlalchemy.orm.exc import StaleDataError

from pressroom import clock, dates
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.accreditation import finding, listing, queries, statuses, workflow
from pressroom.accreditation.decision_forms import DeskForm, form_of
from pressroom.accreditation.models import DECISIONS, Application
from pressroom.accreditation.panel import minutes_left, panel
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.events.models import Event
from pressroom.i18n import gettext as _
from pressroom.i18n import ngettext
from pressroom.responses import onward

bp = desk_blueprint("accreditation_desk", __name__, roles=(Role.OFFICER, Role.REVIEWER))
# What the desk may do, as the addresses of its buttons say it.
STEPS = ", ".join(
    sorted(step for step, rule in workflow.TRANSITIONS.items() if {Role.REVIEWER, Role.OFFICER} & rule.by)
)
# After these the next request is wanted; after any other step the same one.
LEADS_ON = frozenset({"approve", "ask", "waitlist", "offer", "decline", "close"})
PARTS = "text/html; parts=queue"  # what static/queue.js accepts
OVERVIEW = ("review", "asked", "waitlist", "accepted", "mail", "needs", "all")


@bp.get("/")
def index():
    now = clock.now()
    return render_template(
        "accreditation/desk_index.html",
        events=finding.overview(current_actor(), OVERVIEW),
        figure=listing.figure,
        age=lambda moment: dates.age(now - moment),
        now=now,
    )


@bp.get("/<event_id>")
def queue(event_id):
    event, viewer, now = _event(event_id), current_actor(), clock.now()
    asked = finding.from_args(request.args)
    page = finding.page(event, viewer, asked)
    current = next((one for one in page.items if one.id == request.args.get("current")), None)
    current = current or next(iter(page.items), None)
    return render_template(
        "accreditation/desk_queue.html",
        **{**(panel(current, viewer, now) if current else {}), **listing.context(event, viewer, asked, now)},
        page=page,
        current=current,
        found=listing.number_found(page),
        chosen=listing.chosen(event, asked),
        selects=listing.selects(event, asked),
        ticks=listing.TICKS,
        decided=_decided(_known(event_id, request.args.get("decided")), asked),
    )


@bp.get("/<event_id>/<application_id>")
def show(event_id, application_id):
    return _page(_application(event_id, application_id), finding.from_args(request.args))


@bp.post(f"/<event_id>/<application_id>/<any({STEPS}):action>")
def act(event_id, application_id, action):
    application = _application(event_id, application_id)
    asked = listing.came_from()
    form, place = form_of(action, application), finding.place(application)
    if form.seen_version() not in (None, application.version):
        return _overtaken(application, asked, action, form)
    if not form.validate():
        return _page(application, asked, typed={action: form}), 422
    undo = timedelta(seconds=current_app.config["UNDO_SECONDS"])
    try:
        workflow.act(application, action, by=current_actor(), at=clock.now(), undo=undo, **form.words())
        db.session.commit()
    except StaleDataError:  # a colleague was faster by less than this request took
        db.session.rollback()
        return _overtaken(_application(event_id, application_id), asked, action, form)
    except Refused as refusal:
        db.session.rollback()
        again = _application(event_id, application_id)
        return _page(again, asked, typed={action: form}, trouble=str(refusal)), 409
    return _went_on(application, asked, action, place)


def _went_on(application: Application, asked: finding.Asked, action: str, place: int):
    """The answer to a step that was taken: the next request of the list, or the same one; its panel for the script."""
    event, viewer = application.event, current_actor()
    following = None
    if action in LEADS_ON:
        following = finding.following(event, viewer, asked, place, but=application.id)
    if _wants_parts():
        return _parts(application, following or application, asked)
    here = following or (None if action in LEADS_ON else application)
    if here is None:
        arguments = {**asked.arguments(), "decided": application.id}
        return onward(".queue", event_id=event.id, **arguments, _anchor="queue")
    arguments = {**asked.arguments(), "decided": application.id}
    return onward(".show", event_id=event.id, application_id=here.id, **arguments)


def _overtaken(application: Application, asked: finding.Asked, action: str, form: DeskForm):
    """Somebody else changed the application first: nothing is overwritten, what was typed is kept."""
    form.version.data, step = str(application.version), application.latest(*DECISIONS)
    trouble = _("This request has just been changed. Look at it again before you decide.")
    if step and step is application.history[-1] and step.actor_name:
        said = {"age": dates.age(clock.now() - step.at), "what": statuses.STEPS[step.action]}
        trouble = _(
            "Decided by %(name)s %(age)s ago: %(what)s. Nothing was overwritten.",
            name=step.actor_name,
            **said,
        )
    return _page(application, asked, typed={action: form}, trouble=trouble), 409


def _page(
    application: Application,
    asked: finding.Asked,
    *,
    typed: dict[str, DeskForm] | None = None,
    trouble: str = "",
):
    """An application's page; `typed` is the form that was sent with something to correct, `trouble` why not."""
    if _wants_parts():
        return _parts(application if trouble else None, application, asked, typed=typed, trouble=trouble)
    event, viewer = application.event, current_actor()
    before, behind = finding.neighbours(event, viewer, asked, finding.place(application))
    return render_template(
        "accreditation/desk_application.html",
        **panel(application, viewer, clock.now(), typed),
        arguments=asked.arguments(),
        back=listing.back(asked),
        decided=_decided(_known(event.id, request.args.get("decided")), asked),
        trouble=trouble,
        before=before,
        behind=behind,
    )


def _parts(decided, current: Application, asked: finding.Asked, *, typed=None, trouble: str = ""):
    """What changes on the queue's page: the line about the decision, the numbers, a row, the panel."""
    event, viewer, now = current.event, current_actor(), clock.now()
    return render_template(
        "accreditation/desk_parts.html",
        **{**panel(current, viewer, now, typed), **listing.context(event, viewer, asked, now)},
        changed=decided,
        current=current,
        decided=None if trouble else _decided(decided, asked),
        trouble=trouble,
    )


def _wants_parts() -> bool:
    return request.headers.get("Accept") == PARTS


def _event(event_id: str) -> Event:
    return queries.event(event_id, current_actor()) or abort(404)


def _application(event_id: str, application_id: str) -> Application:
    return queries.find(event_id, application_id, current_actor()) or abort(404)


def _known(event_id: str, application_id: str | None) -> Application | None:
    return queries.find(event_id, application_id, current_actor()) if application_id else None


def _decided(application: Application | None, asked: finding.Asked) -> dict | None:
    """What has just been done, and while it is a decision that can be undone, how."""
    now = clock.now()
    if application is None:
        return None
    if not application.is_pending(now):
        last = statuses.STEPS[application.history[-1].action]
        return {"sentence": f"{application.name} – {last}.", "undo": None}
    sentence = str(statuses.DECIDED[application.latest(*DECISIONS).action]) % {"name": application.name}
    leaves = ngettext(
        "The message leaves in %(num)s minute.",
        "The message leaves in %(num)s minutes.",
        minutes_left(application, now),
    )
    undo = url_for(".act", event_id=application.event_id, application_id=application.id, action="undo")
    may_undo = "undo" in workflow.allowed(application, current_actor(), now)
    return {
        "sentence": f"{sentence} {leaves}",
        "version": application.version,
        "undo": undo if may_undo else None,
        "back": listing.back(asked),
    }
