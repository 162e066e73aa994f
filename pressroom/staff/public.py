"""The door to the desk: signing in and out, and choosing a password by the link that was mailed."""

from math import ceil

from flask import Blueprint, abort, make_response, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user

from pressroom import clock, errors, pages
from pressroom.access import safe_next
from pressroom.database import db
from pressroom.i18n import gettext as _
from pressroom.i18n import ngettext
from pressroom.responses import onward
from pressroom.staff import queries, workflow
from pressroom.staff.forms import SetUpForm, SignInForm

bp = Blueprint("staff", __name__)


@bp.route("/desk/sign-in", methods=["GET", "POST"])
def sign_in():
    target = safe_next(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(target or url_for("newsroom_desk.home"), 303)
    form = SignInForm()
    page = {"form": form, "target": target}
    if not form.validate_on_submit():
        return render_template("staff/sign_in.html", **page), 422 if form.is_submitted() else 200
    now, client = clock.now(), request.remote_addr or ""
    blocked_until = queries.blocked_until(form.email.data, client, now)
    if blocked_until:
        return _too_many(ceil((blocked_until - now).total_seconds()), **page)
    staff = workflow.sign_in(email=form.email.data, password=form.password.data, client=client, at=now)
    db.session.commit()
    if staff is None:
        form.form_errors.append(_("This email address and this password do not go together."))
        return render_template("staff/sign_in.html", **page), 422
    session.clear()  # nothing that was planted before the sign-in survives it
    login_user(staff)
    return redirect(target or url_for("newsroom_desk.home"), 303)


def _too_many(seconds: int, **page):
    sentence = ngettext(
        "Too many attempts. Try again in %(num)s minute.",
        "Too many attempts. Try again in %(num)s minutes.",
        ceil(seconds / 60),
    )
    return render_template("staff/sign_in.html", blocked=sentence, **page), 429, {"Retry-After": str(seconds)}


@bp.post("/desk/sign-out")
def sign_out():
    if current_user.is_authenticated:
        workflow.sign_out(current_user)
        db.session.commit()
    session.clear()
    return onward(".sign_in")


@bp.route("/desk/set-up/<token>", methods=["GET", "POST"])
def set_up(token):
    staff = queries.invited(token) or abort(404)
    now = clock.now()
    if staff.set_up_until <= now:
        advice = _("Ask an administrator of the press office for a new one.")
        return pages.private(
            make_response(errors.page(410, heading=_("This link has expired."), explanation=advice))
        )
    form = SetUpForm()
    if form.validate_on_submit():
        workflow.set_up(staff, password=form.password.data, at=now)
        db.session.commit()
        return onward(".sign_in", _("Your password is set. You can sign in."))
    page = make_response(render_template("staff/set_up.html", form=form, staff=staff))
    page.status_code = 422 if form.is_submitted() else 200
    return pages.private(page)
