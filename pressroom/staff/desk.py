"""The people of the press office (for administrators), everybody's own account, and what the office tells readers."""

from flask import flash, render_template
from flask_login import current_user

from pressroom import clock
from pressroom.access import STAFF_ROLES, Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.i18n import gettext as _
from pressroom.responses import onward
from pressroom.staff import queries, workflow
from pressroom.staff.forms import (
    ROLE_NAMES,
    LanguageForm,
    PasswordForm,
    PersonForm,
    contact_form,
    office_form,
    standing_form,
)
from pressroom.staff.models import PressContact, Staff

bp = desk_blueprint("staff_desk", __name__, roles=())
profile = desk_blueprint("profile_desk", __name__, roles=STAFF_ROLES)
settings = desk_blueprint("settings_desk", __name__, roles=(Role.OFFICER,))
standing = desk_blueprint("standing_desk", __name__, roles=())


@bp.route("/", methods=["GET", "POST"])
def index():
    form = PersonForm()
    if form.validate_on_submit():
        person = {name: form[name].data for name in ("email", "name", "role", "language")}
        staff = workflow.add(**person, at=clock.now(), by=current_actor())
        return _invite(staff)
    page = render_template("staff/desk_index.html", form=form, people=queries.people(), role_names=ROLE_NAMES)
    return page, 422 if form.is_submitted() else 200


@bp.post("/<staff_id>/invite")
def invite(staff_id):
    return _invite(db.get_or_404(Staff, staff_id))


def _invite(staff: Staff):
    """Mail the link, and show it on the next page only."""
    link = workflow.invite(staff, at=clock.now(), by=current_actor())
    sentence = _(
        "%(name)s can choose a password within 7 days, by this link or from the email just queued: %(link)s"
    )
    flash(sentence % {"name": staff.name, "link": link})
    db.session.commit()
    return onward(".index")


@bp.post("/<staff_id>/deactivate")
def deactivate(staff_id):
    workflow.deactivate(db.get_or_404(Staff, staff_id), by=current_actor(), at=clock.now())
    db.session.commit()
    return onward(".index")


@bp.post("/<staff_id>/reactivate")
def reactivate(staff_id):
    workflow.reactivate(db.get_or_404(Staff, staff_id), by=current_actor(), at=clock.now())
    db.session.commit()
    return onward(".index")


@profile.get("/")
def show():
    return _profile_page(LanguageForm(obj=current_user), PasswordForm())


@profile.post("/language")
def set_language():
    form = LanguageForm()
    if not form.validate():
        return _profile_page(form, PasswordForm(formdata=None)), 422
    workflow.set_language(current_user, form.language.data, at=clock.now())
    db.session.commit()
    return onward(".show")


@profile.post("/password")
def change_password():
    form = PasswordForm()
    if not form.validate():
        return _profile_page(LanguageForm(formdata=None, obj=current_user), form), 422
    workflow.change_password(current_user, password=form.new.data, at=clock.now(), keep=current_user.token)
    db.session.commit()
    return onward(".show", _("Your password is changed; other browsers are signed out."))


def _profile_page(language_form: LanguageForm, password_form: PasswordForm) -> str:
    return render_template(
        "staff/profile.html", language_form=language_form, password_form=password_form, role_names=ROLE_NAMES
    )


@settings.route("/", methods=["GET", "POST"])
def office():
    form = office_form(queries.office())
    if form.validate_on_submit():
        workflow.name_office(form.names(), by=current_actor(), at=clock.now())
        db.session.commit()
        return onward(".office")
    page = render_template("staff/settings.html", form=form, contacts=queries.press_contacts())
    return page, 422 if form.is_submitted() else 200


@settings.route("/contacts/new", methods=["GET", "POST"])
def add_contact():
    form = contact_form()
    if form.validate_on_submit():
        workflow.add_contact(**form.facts(), by=current_actor(), at=clock.now())
        db.session.commit()
        return onward(".office")
    return render_template("staff/settings_contact.html", form=form), 422 if form.is_submitted() else 200


@settings.route("/contacts/<contact_id>", methods=["GET", "POST"])
def edit_contact(contact_id):
    contact = db.get_or_404(PressContact, contact_id)
    form = contact_form(contact)
    if form.validate_on_submit():
        workflow.edit_contact(contact, **form.facts(), by=current_actor(), at=clock.now())
        db.session.commit()
        return onward(".office")
    page = render_template("staff/settings_contact.html", form=form, contact=contact)
    return page, 422 if form.is_submitted() else 200


@standing.route("/pages", methods=["GET", "POST"])
def pages():
    form = standing_form(queries.office())
    if form.validate_on_submit():
        workflow.describe_office(**form.facts(), by=current_actor(), at=clock.now())
        db.session.commit()
        return onward(".pages", _("Saved."))
    page = render_template("staff/settings_pages.html", form=form)
    return page, 422 if form.is_submitted() else 200
