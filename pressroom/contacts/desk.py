"""The desk's list of journalists, and the page of each: who they are, what they agreed to, what reaches them."""

from flask import current_app, render_template, request

from pressroom import audit, clock, links, pages
from pressroom.access import Role, current_actor, desk_blueprint
from pressroom.contacts import finding, listing, queries, topics, workflow
from pressroom.contacts.forms import ConsentForm, NewContactForm, contact_form, version
from pressroom.contacts.models import Contact
from pressroom.database import db
from pressroom.dates import moment
from pressroom.delivery import sentences
from pressroom.i18n import countries, current_language
from pressroom.i18n import gettext as _
from pressroom.responses import onward

bp = desk_blueprint("contacts_desk", __name__, roles=(Role.OFFICER,))


@bp.get("/")
def index():
    asked = finding.from_args(request.args)
    page = pages.paginate(
        finding.found(asked).options(db.selectinload(Contact.lists)), size=50, count=lambda _most: finding.number(asked)
    )  # fmt: skip
    selects = listing.selects()
    return render_template(
        "contacts/desk_index.html",
        asked=asked, page=page, chosen=listing.chosen(asked, selects), selects=selects, lists=queries.lists(),
        found=listing.number_found(page.total), silenced=queries.suppressions(one.email for one in page.items),
        address=links.absolute("contacts_desk.index", **asked.arguments()), is_any=bool(page.total) or queries.is_any(),
    )  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
def new():
    form = NewContactForm(data={"language": current_language()} | request.args.to_dict())
    if form.validate_on_submit():
        with form.saying():  # somebody else may just have added the same address
            created = workflow.create(
                form.facts(), source=form.source.data, by=current_actor(), at=clock.now()
            )
            db.session.commit()
            said = _("%(name)s is among the contacts now.", name=created.name)
            return onward(".show", said, contact_id=created.id)
    return render_template("contacts/desk_edit.html", form=form, contact=None), 422 if form.errors else 200


@bp.get("/<contact_id>")
def show(contact_id):
    return _page(db.get_or_404(Contact, contact_id), ConsentForm(formdata=None))


@bp.route("/<contact_id>/edit", methods=["GET", "POST"])
def edit(contact_id):
    contact = db.get_or_404(Contact, contact_id, with_for_update=request.method == "POST")
    form = contact_form(contact)
    now_is = version(workflow.facts_of(contact))
    valid = form.validate_on_submit()
    overtaken = _overtaken(contact) if form.is_submitted() and form.version.data != now_is else ""
    if valid and not overtaken:
        workflow.change(contact, form.facts(), by=current_actor(), at=clock.now())
        db.session.commit()
        return onward(".show", _("Saved."), contact_id=contact.id)
    form.version.data = now_is  # whoever has been told may save over the other's words
    page = render_template("contacts/desk_edit.html", form=form, contact=contact, overtaken=overtaken)
    return page, 409 if overtaken else 422 if form.errors else 200


@bp.post("/<contact_id>/consent")
def consent(contact_id):
    contact, form = db.get_or_404(Contact, contact_id), ConsentForm()
    if not form.validate_on_submit():
        return _page(contact, form), 422
    workflow.note_consent(
        contact, form.given.data == "yes", form.source.data, by=current_actor(), at=clock.now()
    )
    db.session.commit()
    return onward(".show", _("Noted."), contact_id=contact.id)


def _page(contact: Contact, form: ConsentForm) -> str:
    known, chosen = topics.names(current_language()), set(topics.of(contact.id))
    return render_template(
        "contacts/desk_show.html",
        contact=contact, form=form, former=queries.former_addresses(contact.id), source=listing.source(contact.source),
        country=countries(current_language()).get(contact.country, contact.country),
        lists=[(one.id, one.name) for one in contact.lists],
        topics=[(id, name) for id, name in known.items() if id in chosen],
        silenced=queries.suppressions([contact.email]).get(contact.email.lower(), []),
        sentences=sentences,
    )  # fmt: skip


def _overtaken(contact: Contact) -> str:
    """Who has changed this meanwhile, in a sentence."""
    last = next(iter(reversed(audit.history(workflow.subject(contact)))), None)
    if last is None:
        return _(
            "Someone else has just changed this contact. What you typed is kept: save again to replace it."
        )
    return _(
        "%(name)s changed this contact on %(time)s. What you typed is kept: save again to replace it.",
        name=last.actor_name or _("The journalist"), time=moment(last.at, current_app.config["TIMEZONE"]),
    )  # fmt: skip
