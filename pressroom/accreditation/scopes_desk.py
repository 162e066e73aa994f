"""The administrators' page on which requests a reviewer sees."""

from flask import abort, render_template
from wtforms import SelectChoice

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.accreditation import scopes
from pressroom.database import db
from pressroom.events.categories import name
from pressroom.forms import CheckboxesField, Form
from pressroom.i18n import current_language
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.responses import onward
from pressroom.staff.models import Staff

bp = desk_blueprint("staff_scopes", __name__, roles=())


class ScopeForm(Form):
    seen = CheckboxesField(_l("Sees the requests of"))

    def __init__(self, staff: Staff):
        super().__init__(data={"seen": scopes.of(staff)})
        self.seen.choices = [
            choice for event in scopes.events(staff, clock.now()) for choice in _choices(event)
        ]


def _choices(event) -> list[SelectChoice]:
    """The event as a whole, then each of its categories."""
    title = event.words(current_language()).title
    inner = [SelectChoice(f"{event.id}:{one.code}", f"{title} – {name(one)}") for one in event.categories]
    return [SelectChoice(event.id, title), *inner]


@bp.route("/<staff_id>/scope", methods=["GET", "POST"])
def show(staff_id):
    staff = db.get_or_404(Staff, staff_id)
    if staff.role is not Role.REVIEWER:
        abort(404)
    form = ScopeForm(staff)
    if form.validate_on_submit():
        scopes.set_for(staff, form.seen.data, by=current_actor(), at=clock.now())
        db.session.commit()
        return onward("staff_desk.index", _("Saved."))
    page = render_template("accreditation/desk_scope.html", form=form, staff=staff)
    return page, 422 if form.errors else 200
