"""The desk's page of alerts: how many subscribers there are, and who telephones to leave."""

from flask import abort, render_template

from pressroom import clock, pages
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.alerts import queries, workflow
from pressroom.alerts.models import Subscription
from pressroom.database import db
from pressroom.forms import sought
from pressroom.i18n import gettext as _
from pressroom.releases import topics
from pressroom.responses import onward

bp = desk_blueprint("alerts_desk", __name__, roles=(Role.OFFICER,))


@bp.get("/")
def index():
    words = sought()
    found = pages.paginate(queries.search(words), size=20) if words else None
    return render_template(
        "alerts/desk_index.html",
        words=words, page=found, topics=topics.every(), numbers=queries.numbers(),
    )  # fmt: skip


@bp.post("/<subscription_id>/end")
def end(subscription_id):
    """Somebody telephoned, or wrote, and wants no more alerts."""
    subscription = db.session.get(Subscription, subscription_id) or abort(404)
    workflow.end(subscription, by=current_actor(), at=clock.now())
    db.session.commit()
    said = _("%(email)s gets no more alerts.", email=subscription.email)
    return onward(".index", said, q=subscription.email)
