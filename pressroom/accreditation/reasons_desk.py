"""The press office's own reasons for declining, in every language, beside the fixed ones."""

from flask import current_app, flash, redirect, render_template, url_for

from pressroom import clock
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.accreditation import reasons
from pressroom.accreditation.models import Reason
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.forms import Form, LineField, Required
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.i18n import locale

bp = desk_blueprint("accreditation_reasons", __name__, roles=(Role.OFFICER,))


class WordingForm(Form):
    """A reason in each language; `_form` adds the fields `name_<language>`."""

    def names(self) -> dict[str, str]:
        return {code: self[f"name_{code}"].data for code in current_app.config["LANGUAGES"]}


def _form() -> WordingForm:
    fields = {
        f"name_{code}": LineField(
            _l("Reason (%(language)s)", language=locale().languages[code]),
            [Required(_l("Write the reason in this language"))], most=200,
        )
        for code in current_app.config["LANGUAGES"]
    }  # fmt: skip
    return type("WordingForm", (WordingForm,), fields)()


@bp.route("/", methods=["GET", "POST"])
def index():
    form = _form()
    if form.validate_on_submit():
        try:
            reasons.add(form.names(), by=current_actor(), at=clock.now())
        except Refused as refusal:
            form.form_errors.append(str(refusal))
        else:
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
    flash(_("Saved."), "ok")
    return redirect(url_for(".index"), 303)
