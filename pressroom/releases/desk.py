"""The press office's list of releases, the board of their languages, the page of each, and the facts that all its
languages share."""

from flask import current_app, request, url_for

from pressroom import audit, clock, pages
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.database import BOUND, db
from pressroom.events import queries as event_queries
from pressroom.forms import sought
from pressroom.i18n import gettext as _
from pressroom.i18n import ngettext
from pressroom.releases import board, checklist, drafts, parity, queries, workflow
from pressroom.releases.checklist import Place
from pressroom.releases.forms import facts_form
from pressroom.releases.mentions import Subject
from pressroom.releases.models import Kind, Release
from pressroom.releases.renditions import KINDS
from pressroom.releases.screens import editor_address, found, named, office_now, page, when
from pressroom.releases.topics import every as every_topic
from pressroom.responses import onward
from pressroom.staff.queries import press_contacts

bp = desk_blueprint("releases_desk", __name__, roles=(Role.OFFICER,))
# What the checklist says of pictures and of the contact itself.
LACKING = (Subject.ALT, Subject.CREDIT, Subject.CONTACT)


@bp.get("/")
def index():
    return _overview("index", lambda chosen, now: [board.listed(chosen, now)])


@bp.get("/board", endpoint="board")
def by_language():
    return _overview("board", board.outdated_first)


def _overview(name: str, statements) -> str:
    now, topics = clock.now(), {topic.id: topic for topic in every_topic()}
    chosen = board.Filter(
        next((stage for stage in queries.Stage if stage == request.args.get("stage")), None),
        sought(),
        next((kind for kind in Kind if kind == request.args.get("kind")), None),
        next((key for key in topics if key == request.args.get("topic")), ""),
    )
    unsaved = [
        (draft, editor_address(None if draft.release_id == drafts.NEW else draft.release_id, draft.language), when(draft.at))
        for draft in drafts.every(by=current_actor())
    ]  # fmt: skip
    return page(
        name, page=pages.paginate(*statements(chosen, now), most=BOUND), counts=queries.counts(now), chosen=chosen, kinds=KINDS,
        topics=topics, unsaved=unsaved,
    )  # fmt: skip


@bp.get("/<release_id>")
def show(release_id):
    release, now = found(release_id), clock.now()
    of_site = current_app.config["LANGUAGES"]
    actions = workflow.allowed(release, current_actor().role, now)
    editable, to_publish = "edit" in actions, queries.to_publish(release)
    due = checklist.obstacles(release, of_site) if "publish" in actions else []
    if to_publish and "publish_changes" in actions:
        due = checklist.not_together(release, of_site)
    return page(
        "show",
        release=release,
        actions=actions,
        kinds=KINDS,
        named=named,
        due=_placed(release, due),
        advice=_placed(release, checklist.advice(release, of_site)) + _parity(release) if editable else [],
        to_publish=to_publish,
    )


def _placed(release: Release, points: list[checklist.Point]) -> list[tuple[str, str]]:
    """Each sentence with the address where it is mended."""
    places = {
        Place.TEXT: lambda code: editor_address(release.id, code),
        Place.FACTS: lambda _which: url_for(".facts", release_id=release.id),
        Place.PICTURE: lambda asset_id: url_for("media_desk.edit", asset_id=asset_id),
    }
    return [(point.sentence, places[point.place](point.which)) for point in points]


def _parity(release: Release) -> list[tuple[str, str]]:
    count = sum(found.subject not in LACKING for found in parity.open_findings(release))
    if not count:
        return []
    sentence = ngettext(
        "%(num)s difference between the languages to look at.",
        "%(num)s differences between the languages to look at.",
        count,
    )
    return [(sentence, url_for("releases_parity.show", release_id=release.id))]


@bp.post("/<release_id>/duplicate")
def duplicate(release_id):
    copy = workflow.duplicate(found(release_id), by=current_actor(), at=office_now())
    db.session.commit()
    return onward(".show", _("This is the copy: a draft with the same words and facts."), release_id=copy.id)


@bp.route("/<release_id>/facts", methods=["GET", "POST"])
def facts(release_id):
    release = found(release_id)
    workflow.demand(release, "edit", by=current_actor(), at=clock.now())
    offered = {
        "contacts": {contact.id: contact for contact in press_contacts()},
        "events": {event.id: event for event in db.session.scalars(event_queries.every())},
        "topics": {topic.id: topic for topic in every_topic()},
        "pictures": {asset.id: asset for asset in queries.pictures_on_offer(release)},
    }
    form = facts_form(release, **offered)
    overtaken = form.validate_on_submit() and form.version.data != release.version
    if form.is_submitted() and not form.errors and not overtaken:
        _set_facts(release, form, **offered)
        db.session.commit()
        return onward(".show", _("Saved."), release_id=release_id)
    theirs = form.differences(facts_form(release, **offered, formdata=None)) if overtaken else []
    if overtaken:
        form.version.raw_data, form.version.data = None, release.version
    last = audit.history(f"release:{release_id}")[-1]
    shown = page("facts", release=release, form=form, overtaken=overtaken, theirs=theirs, last=last)
    return shown, 409 if overtaken else 422 if form.errors else 200


def _set_facts(release: Release, form, *, contacts, events, topics, pictures) -> None:
    workflow.set_facts(
        release, kind=Kind(form.kind.data), dated=form.dated.data, contact=contacts.get(form.contact.data),
        event=events.get(form.event.data), topics=[topics[key] for key in form.topics.data],
        pictures=[pictures[key] for key in form.pictures.data], together=form.together.data, by=current_actor(),
        at=clock.now(),
    )  # fmt: skip
