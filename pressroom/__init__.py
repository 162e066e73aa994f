"""Press releases in French and English, press accreditation, press kits."""

from flask import Flask, g
from flask_migrate import Migrate
from werkzeug.middleware.proxy_fix import ProxyFix

from pressroom import (
    access,
    arrivals,
    audit,
    config,
    database,
    demo,
    engine,
    erasures,
    errors,
    forms,
    health,
    i18n,
    limits,
    links,
    logs,
    page_cache,
    pages,
    tasks,
)
from pressroom.accreditation import applying, following, form_preview, own_data
from pressroom.accreditation import bulk as accreditation_bulk
from pressroom.accreditation import desk as accreditation_desk
from pressroom.accreditation import exporting as accreditation_exporting
from pressroom.accreditation import merging as accreditation_merging
from pressroom.accreditation import proofs as accreditation_proofs
from pressroom.accreditation import public as accreditation
from pressroom.accreditation import reasons_desk as accreditation_reasons
from pressroom.accreditation import removing as accreditation_removing
from pressroom.accreditation import scopes_desk as accreditation_scopes
from pressroom.accreditation import talking as accreditation_talking
from pressroom.accreditation import tasks as accreditation_tasks
from pressroom.alerts import desk as alerts_desk
from pressroom.alerts import public as alerts
from pressroom.contacts import desk as contacts_desk
from pressroom.contacts import importing_desk as contacts_importing
from pressroom.contacts import lists_desk as contacts_lists
from pressroom.contacts import merging as contacts_merging
from pressroom.contacts import outlets_desk as contacts_outlets
from pressroom.contacts import selections as contacts_selections
from pressroom.contacts import tasks as contacts_tasks
from pressroom.database import db
from pressroom.delivery import boxes, transport
from pressroom.delivery import desk as delivery_desk
from pressroom.delivery import tasks as delivery_tasks
from pressroom.dispatches import checking as dispatches_check
from pressroom.dispatches import desk as dispatches_desk
from pressroom.dispatches import erasing as contacts_erasing
from pressroom.dispatches import ledger as dispatches_ledger
from pressroom.dispatches import permits
from pressroom.dispatches import reports as dispatches_reports
from pressroom.dispatches import tasks as dispatches_tasks
from pressroom.events import desk as events_desk
from pressroom.events import public as events
from pressroom.kits import desk as kits_desk
from pressroom.kits import people as kits_people
from pressroom.kits import public as kits
from pressroom.kits import tasks as kits_tasks
from pressroom.media import desk as media_desk
from pressroom.media import tasks as media_tasks
from pressroom.newsroom import (
    api,
    beginning_desk,
    caching,
    corrections,
    feeds,
    journal_desk,
    pictures,
    previews,
    renditions,
    sitemaps,
    standing,
    structured,
    texts_desk,
)
from pressroom.newsroom import desk as newsroom_desk
from pressroom.newsroom import public as newsroom
from pressroom.releases import autosave as releases_autosave
from pressroom.releases import checking as releases_checking
from pressroom.releases import desk as releases_desk
from pressroom.releases import previewing as releases_previews
from pressroom.releases import proofs as releases_proofs
from pressroom.releases import publishing as releases_publishing
from pressroom.releases import tasks as releases_tasks
from pressroom.releases import topics_desk as releases_topics
from pressroom.releases import writing as releases_writing
from pressroom.staff import desk as staff_desk
from pressroom.staff import public as staff
from pressroom.staff import queries as staff_queries

DESK = {
    newsroom_desk.bp: "/desk",
    journal_desk.bp: "/desk/journal",
    releases_desk.bp: "/desk/releases",
    releases_writing.bp: "/desk/releases",
    releases_autosave.bp: "/desk/releases",
    releases_proofs.bp: "/desk/releases",
    releases_publishing.bp: "/desk/releases",
    releases_topics.bp: "/desk/releases/topics",
    releases_checking.bp: "/desk/releases",
    releases_previews.bp: "/desk/releases",
    events_desk.bp: "/desk/events",
    form_preview.bp: "/desk/events",
    accreditation_desk.bp: "/desk/accreditation",
    accreditation_reasons.bp: "/desk/accreditation/reasons",
    accreditation_proofs.bp: "/desk/accreditation",
    accreditation_exporting.bp: "/desk/accreditation",
    accreditation_bulk.bp: "/desk/accreditation",
    accreditation_talking.bp: "/desk/accreditation",
    accreditation_merging.bp: "/desk/accreditation",
    accreditation_removing.bp: "/desk/accreditation",
    kits_desk.bp: "/desk/kits",
    kits_people.bp: "/desk/kits",
    media_desk.bp: "/desk/media",
    contacts_desk.bp: "/desk/contacts",
    contacts_selections.bp: "/desk/contacts",
    contacts_lists.bp: "/desk/contacts/lists",
    contacts_importing.bp: "/desk/contacts/imports",
    contacts_outlets.bp: "/desk/contacts/outlets",
    contacts_merging.bp: "/desk/contacts",
    contacts_erasing.bp: "/desk/contacts",
    dispatches_ledger.bp: "/desk/contacts",
    dispatches_desk.bp: "/desk/dispatches",
    dispatches_check.bp: "/desk/dispatches",
    dispatches_reports.bp: "/desk/dispatches",
    delivery_desk.bp: "/desk/messages",
    alerts_desk.bp: "/desk/alerts",
    staff_desk.bp: "/desk/staff",
    accreditation_scopes.bp: "/desk/staff",
    staff_desk.settings: "/desk/settings",
    staff_desk.standing: "/desk/settings",
    texts_desk.bp: "/desk/texts",
    beginning_desk.bp: "/desk/settings/first-steps",
    staff_desk.profile: "/desk/profile",
}
# What anybody reads, the same for everybody.
READ = (newsroom, standing, corrections, feeds, sitemaps, api, pictures, renditions, events)
PUBLIC = (
    *READ,
    previews,
    applying,
    accreditation,
    following,
    own_data,
    alerts,
    kits,
    staff,
)
TASKS = (
    releases_tasks.fall_due,
    accreditation_tasks.fall_due,
    contacts_tasks.fall_due,
    kits_tasks.fall_due,
    dispatches_tasks.fall_due,
    delivery_tasks.fall_due,
    delivery_tasks.read_mailbox,
    media_tasks.fall_due,
    tasks.purge,
    audit.keep_head,
    erasures.keep,
)


def create_app(**overrides) -> Flask:
    app = Flask(__name__)
    app.config.from_mapping(config.load(overrides))
    if count := app.config["PROXY_COUNT"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)
    pages.init_app(app)
    links.init_app(app)
    database.init_app(app)
    Migrate(
        app,
        db,
        directory=str(i18n.CATALOGUES.parent / "migrations"),
        render_as_batch=True,
        compare_type=False,
    )
    access.init_app(app, load=staff_queries.signed_in)
    i18n.init_app(app, person_language=access.person_language)
    limits.init_app(app)
    forms.init_app(app)
    transport.init_app(app)
    boxes.init_app(app)
    engine.init_app(app, tasks=TASKS)
    structured.init_app(app)
    caching.init_app(app, [module.bp.name for module in READ])
    app.extensions["judge"] = permits.judge
    app.extensions["example"] = demo.show
    for module in PUBLIC:
        app.register_blueprint(module.bp)
    for blueprint, prefix in DESK.items():
        app.register_blueprint(blueprint, url_prefix=prefix)
    errors.init_app(app)
    app.context_processor(_name_the_office)
    # Around everything else, from the inside to the outside; what is kept goes out from the outermost layer.
    pages_kept = page_cache.PageCache(app, app.config["PAGE_CACHE_MB"] * 1024 * 1024)
    arrived = arrivals.Whole(health.Operators(app, pages_kept), app.config["MAX_CONTENT_LENGTH"])
    app.wsgi_app = logs.Requests(app, arrived, pages_kept.find)
    return app


def _name_the_office() -> dict:
    """Read once for all templates of a request."""
    if "office" not in g:
        g.office = staff_queries.shown_office()
    return {"office": g.office}
