"""An applicant's personal data: a copy of all of it, and its erasure, both behind buttons."""

from flask import Blueprint, render_template

from pressroom import archives, audit, clock, database, pages, storage
from pressroom.access import APPLICANT
from pressroom.accreditation import erasure, held, own_page
from pressroom.accreditation.models import LIVE
from pressroom.database import db
from pressroom.limits import post_limit
from pressroom.responses import download

bp = Blueprint("own_data", __name__)
bp.after_request(pages.private)
PAGE = "/<language:language>/applications/<token>/data"


@bp.get(PAGE)
def show(language, token):
    """What may be done with one's data, and what erasing takes away and leaves."""
    application = own_page.of(token)
    return render_template(
        "accreditation/own_data.html",
        application=application, event=application.event, token=token,
        lives=application.seen(clock.now()) in LIVE, alternates=own_page.translations(".show", token=token),
    )  # fmt: skip


@bp.post(f"{PAGE}/copy")
@post_limit
def export(language, token):
    """Everything that is held about this person because of this request, in one archive."""
    application, now = own_page.of(token), clock.now()
    content = archives.stream(held.members(application, now))
    response = download(content, f"{application.reference}.zip")
    response.content_length = len(content)
    audit.record("accreditation.export_own", application.subject, by=APPLICANT, at=now)
    db.session.commit()
    return response


@bp.post(f"{PAGE}/erase")
@post_limit
def erase(language, token):
    application = own_page.of(token)
    erasure.erase(application, by=APPLICANT, at=clock.now())
    db.session.commit()
    storage.sweep()
    db.session.commit()
    database.empty_log()
    return render_template("accreditation/erased.html")  # no address is left to lead to
