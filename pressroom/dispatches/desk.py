"""The press office's dispatches: the list of them, a new one, its draft, and what may be done while it leaves."""

from datetime import timedelta

from flask import abort, current_app, flash, render_template, request

from pressroom import clock, pages
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import BOUND, db
from pressroom.delivery.models import Dispatch, DispatchState
from pressroom.dispatches import beginnings, fates, queries, statuses, subjects, workflow
from pressroom.dispatches.forms import dispatch_form
from pressroom.errors import Refused
from pressroom.i18n import current_language
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.responses import onward

bp = desk_blueprint("dispatches_desk", __name__, roles=(Role.OFFICER,))
STEPS = "discard, pause, resume, stop, unschedule"
DONE = {
    "discard": _l("The draft has been deleted."),
    "unschedule": _l("It is a draft again: nothing has left."),
}


@bp.get("/")
def index():
    asked = request.args.get("state")
    state = DispatchState(asked) if asked in list(DispatchState) else None
    page = pages.paginate(queries.listed(state), size=20, most=BOUND)
    return render_template(
        "dispatches/desk_index.html",
        page=page, state=state, numbers=queries.counts(), subjects=subjects.of_all(page.items, current_language()),
        counts=fates.counts_of(one.id for one in page.items), statuses=statuses, leaves_at=queries.all_leave_at(page.items),
    )  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
def new():
    beginning = beginnings.about(
        request.args.get("about", "")[:60], behind="behind" in request.args
    ) or abort(404)
    form = dispatch_form(beginning)
    if form.validate_on_submit():
        dispatch = workflow.create(
            beginning.kind, about=beginning.about, **form.options(), by=current_actor(), at=clock.now()
        )
        db.session.commit()
        return _to_check(dispatch)
    same = queries.of(beginning.about) if beginning.about else []
    return _form_page(form, beginning, same=same)


@bp.route("/<dispatch_id>/edit", methods=["GET", "POST"])
def edit(dispatch_id):
    dispatch = db.get_or_404(Dispatch, dispatch_id)
    beginning = beginnings.of(dispatch)
    form = dispatch_form(beginning, dispatch)
    overtaken = _overtaken(form, dispatch)
    if dispatch.state is not DispatchState.DRAFT and not form.is_submitted():
        return onward("reports.show", dispatch_id=dispatch_id)
    if form.validate_on_submit() and not overtaken:
        workflow.edit(dispatch, **form.options(), by=current_actor(), at=clock.now())
        db.session.commit()
        return _to_check(dispatch)
    form.version.data = str(dispatch.version)  # whoever has been told may save over the other's words
    return _form_page(form, beginning, dispatch=dispatch, overtaken=overtaken)


@bp.post(f"/<dispatch_id>/<any({STEPS}):action>")
def act(dispatch_id, action):
    dispatch = db.get_or_404(Dispatch, dispatch_id)
    undo = timedelta(seconds=current_app.config["UNDO_SECONDS"])
    try:
        workflow.act(dispatch, action, undo=undo, by=current_actor(), at=clock.now())
    except Refused as refusal:  # somebody else was faster: its page shows what it is by now
        db.session.rollback()
        flash(str(refusal), "err")
        return onward("reports.show", dispatch_id=dispatch_id)
    db.session.commit()
    if action in DONE:
        flash(str(DONE[action]), "ok")
    if action == "discard":
        return onward(".index")
    return onward("reports.show", dispatch_id=dispatch_id)


def _overtaken(form, dispatch: Dispatch) -> str:
    """What somebody else has done to it while the form was filled in; "" when nobody has."""
    if not form.is_submitted():
        return ""
    if dispatch.state is not DispatchState.DRAFT:
        return _("Only a draft can be changed: take the mailing back to draft first.")
    if form.version.data == str(dispatch.version):
        return ""
    return _("Someone else has just changed this mailing. What you typed is kept: save again to replace the other version.")  # fmt: skip


def _to_check(dispatch: Dispatch):
    return onward("dispatches_check.show", dispatch_id=dispatch.id)


def _form_page(form, beginning, *, dispatch=None, overtaken="", same=()):
    now = clock.now()
    page = render_template(
        "dispatches/desk_edit.html",
        form=form, beginning=beginning, dispatch=dispatch, overtaken=overtaken, same=same, now=now,
        subject=subjects.of(dispatch, current_language()) if dispatch else subjects.named(beginning.about, current_language()),
        statuses=statuses,
    )  # fmt: skip
    return page, 409 if overtaken else 422 if form.is_submitted() else 200
