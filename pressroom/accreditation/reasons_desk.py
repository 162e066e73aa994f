"""The press office's own reasons for declining, in every language, beside the fixed ones."""

from flask import current_app, render_template

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.accreditation import reasons
from pressroom.accreditation.models import Reason
from pressroom.database import db
from pressroom.forms import names_form
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.i18n import locale
from pressroom.responses import onward

bp = desk_blueprint("accreditation_reasons", __name__, roles=(Role.OFFICER,))


@bp.route("/", methods=["GET", "POST"])
def index():
    form = names_form(
        lambda code: _l("Reason (%(language)s)", language=locale().languages[code]),
        _l("Write the reason in this language"), most=200,
    )  # fmt: skip
    if form.validate_on_submit():
        with form.saying():
            reasons.add(form.names(), by=current_actor(), at=clock.now())
            return _saved()
    page = render_template(
        "accreditation/desk_reasons.html", form=form, fixed=reasons.readings(current_app.config["LANGUAGES"]),
        codes=list(reasons.REASONS), own=reasons.own(), retired=reasons.own(retired=True),
    )  # fmt: skip
    return page, 422 if form.errors else 200


@bp.post("/<reason_id>/up")
def move_up(reason_id):
    return _done(reason_id, reasons.move_up)


@bp.post("/<reason_id>/retire")
def retire(reason_id):
    return _done(reason_id, reasons.retire)


@bp.post("/<reason_id>/bring-back")
def bring_back(reason_id):
    return _done(reason_id, reasons.bring_back)


def _done(reason_id: str, change):
    change(db.get_or_404(Reason, reason_id), by=current_actor(), at=clock.now())
    return _saved()


def _saved():
    db.session.commit()
    return onward(".index", _("Saved."))
