"""The form as journalists will see it, for the press office: also of an event that is not announced yet."""

from flask import abort, render_template

from pressroom.access import Role, desk_blueprint
from pressroom.accreditation.forms import PROOF_RULES, form_for
from pressroom.database import db
from pressroom.events.models import Event
from pressroom.events.questions import QUESTIONS
from pressroom.i18n import speaking

bp = desk_blueprint("form_preview", __name__, roles=(Role.OFFICER,))


@bp.get("/<event_id>/form/<language:language>")
def show(event_id, language):
    event = db.get_or_404(Event, event_id)
    text = event.texts.get(language) or abort(404)
    with speaking(language):
        form = form_for(event, None, formdata=None)
        fields = render_template(
            "accreditation/_fields.html", form=form, questions=QUESTIONS, proof_rules=PROOF_RULES
        )
    return render_template("accreditation/form_preview.html", event=event, text=text, fields=fields)
