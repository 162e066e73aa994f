"""The one way to a proof: through what the viewer may see, and never without a trace in the journal."""

from flask import Response, abort

from pressroom import audit, clock, storage
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.accreditation import queries
from pressroom.accreditation.models import Document
from pressroom.database import db, will_write
from pressroom.errors import page
from pressroom.i18n import gettext as _

bp = desk_blueprint("accreditation_proofs", __name__, roles=(Role.OFFICER, Role.REVIEWER))
# Nothing in a proof runs, loads or is kept; pictures were rebuilt from their pixels when they came.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@bp.get("/<event_id>/<application_id>/proofs/<document_id>")
def proof(event_id, application_id, document_id):
    """A picture to look at, anything else as a file to keep."""
    viewer = current_actor()
    application = queries.find(event_id, application_id, viewer) or abort(404)
    document = queries.document(application, document_id) or abort(404)
    if document.deleted_at:
        return page(
            410,
            heading=_("This proof has been deleted"),
            explanation=_(
                "Proofs are deleted soon after the decision. The request keeps the name of the file."
            ),
        )
    response, subject = _file(document), f"document:{document.id}"
    db.session.rollback()  # what has been read so far belongs to a transaction that does not write
    will_write(True)
    audit.record("document.view", subject, by=viewer, at=clock.now())
    db.session.commit()
    return response


def _file(document: Document) -> Response:
    what = document.file_key, document.media_type, document.name
    shown = document.media_type.startswith("image/")
    response = storage.send(*what, inline=True) if shown else storage.hand_over(*what)
    response.headers.update(HEADERS)
    return response
