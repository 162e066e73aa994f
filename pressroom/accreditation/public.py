"""What a private link opens: the page where a request is followed, and the one that confirms its address."""

from flask import Blueprint, flash, redirect, render_template, request, url_for

from pressroom import clock, links, pages
from pressroom.access import APPLICANT
from pressroom.accreditation import notices, own_page, queries, workflow
from pressroom.accreditation.answers import FindForm
from pressroom.database import db
from pressroom.i18n import gettext as _
from pressroom.limits import PUBLIC_POST, limiter

bp = Blueprint("accreditation", __name__)
bp.after_request(pages.private)
post_limit = limiter.limit(PUBLIC_POST, methods=["POST"])


@bp.route("/<language:language>/applications/find", methods=["GET", "POST"])
@post_limit
def find(language):
    form = FindForm()
    if form.validate_on_submit():
        notices.found(form.email.data, language=language, at=clock.now())
        db.session.commit()
        flash(_("If there is a request for this address, a message is on its way."), "info")
        return redirect(url_for(".find", language=language), 303)
    page = render_template("accreditation/find.html", form=form, alternates=own_page.translations(".find"))
    return page, 422 if form.is_submitted() else 200


@bp.get("/<language:language>/applications/<token>")
def application(language, token):
    return own_page.show(own_page.of(token), token)


@bp.post("/<language:language>/applications/<token>/receipt")
@post_limit
def send_receipt(language, token):
    """Send the receipt, with its link to confirm the address, once more. The answer never tells whether it was."""
    application, now = own_page.of(token), clock.now()
    if "verify" in workflow.allowed(application, APPLICANT, now):
        notices.receipt(application, at=now)
        db.session.commit()
    flash(_("A message is on its way, unless one was sent to this address a few minutes ago."), "info")
    return own_page.back_to(application, language)


@bp.route("/<language:language>/verify/<token>", methods=["GET", "POST"])
@post_limit
def verify(language, token):
    """Opening the mailed link changes nothing: programs that look into mails open it too. The button does."""
    digest, now = links.digest(token), clock.now()
    application = queries.by_verification(digest) or own_page.gone(digest)
    if request.method == "POST":
        if application.verified_at is None:
            workflow.act(application, "verify", by=APPLICANT, at=now)
            db.session.commit()
        flash(_("Your email address is confirmed."), "ok")
        return own_page.back_to(application, language)
    return render_template(
        "accreditation/verify.html",
        application=application, event=application.event, page=own_page.address(application, language),
        actions=workflow.allowed(application, APPLICANT, now),
        replaced=bool(queries.live(application.email, application.event_id)),
        alternates=own_page.translations(".verify", token=token),
    )  # fmt: skip
