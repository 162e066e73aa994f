"""The press office's list of releases, the page of each, and the facts that all its languages share."""

from flask import current_app, flash, redirect, request, url_for

from pressroom import audit, clock, pages
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import db
from pressroom.events import queries as event_queries
from pressroom.forms import one_line
from pressroom.i18n import gettext as _
from pressroom.releases import queries, workflow
from pressroom.releases.forms import facts_form
from pressroom.releases.screens import found, named, page
from pressroom.staff.queries import press_contacts

bp = desk_blueprint("releases_desk", __name__, roles=(Role.OFFICER,))


@bp.get("/")
def index():
    now = clock.now()
    among = next((stage for stage in queries.Stage if stage == request.args.get("stage")), None)
    words = one_line(request.args.get("q"))
    listed = pages.paginate(queries.on_the_desk(among, words, now))
    return page("index", page=listed, counts=queries.counts(now), among=among, words=words)


@bp.get("/<release_id>")
def show(release_id):
    release = found(release_id)
    return page(
        "show",
        release=release,
        actions=workflow.allowed(release, current_actor().role, clock.now()),
        obstacles=workflow.obstacles(release, current_app.config["LANGUAGES"]),
        to_publish=[(code, named([code])) for code in queries.to_publish(release)],
    )


@bp.route("/<release_id>/facts", methods=["GET", "POST"])
def facts(release_id):
    release = found(release_id)
    workflow.demand(release, "edit", by=current_actor(), at=clock.now())
    contacts = {contact.id: contact for contact in press_contacts()}
    events = {event.id: event for event in db.session.scalars(event_queries.every())}
    pictures = {asset.id: asset for asset in queries.pictures_on_offer(release)}
    form = facts_form(release, contacts=contacts, events=events, pictures=pictures)
    overtaken = form.validate_on_submit() and form.version.data != release.version
    if form.is_submitted() and not form.errors and not overtaken:
        workflow.set_facts(
            release, dated=form.dated.data, contact=contacts.get(form.contact.data), event=events.get(form.event.data),
            pictures=[pictures[key] for key in form.pictures.data], by=current_actor(), at=clock.now(),
        )  # fmt: skip
        db.session.commit()
        flash(_("Saved."), "ok")
        return redirect(url_for(".show", release_id=release_id), 303)
    if overtaken:
        form.version.raw_data, form.version.data = None, release.version
    last = audit.history(f"release:{release_id}")[-1]
    shown = page("facts", release=release, form=form, overtaken=overtaken, last=last)
    return shown, 409 if overtaken else 422 if form.errors else 200
