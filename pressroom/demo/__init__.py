"""A lively fictional press office to look around in: loaded on the first start of `pressroom demo`, all through
what the pages themselves call. Its words and facts are in data/; everybody's address ends in .example."""

from datetime import datetime
from typing import NamedTuple

from flask import current_app
from sqlalchemy import or_

from pressroom import example
from pressroom.access import Actor, Role
from pressroom.database import db
from pressroom.demo import applications, journalists, office, post, publications, texts
from pressroom.demo.calendar import Calendar
from pressroom.errors import Refused
from pressroom.events.models import Event
from pressroom.i18n import gettext as _
from pressroom.releases.models import Release
from pressroom.staff import passwords
from pressroom.staff import queries as staff
from pressroom.staff.models import Staff

# Everybody knows it: it opens nothing but the example.
PASSWORD = "cigales-et-pins"


class SignIn(NamedTuple):
    """Two accounts of the example, with the same password."""

    officer: str
    admin: str
    password: str


def load(*, at: datetime) -> SignIn | None:
    """Store the example, its days counted from `at`, unless there is any release or account; never commits.

    Returns the example's sign-in as long as it works, None where other people work. Raises Refused in production.
    """
    if current_app.config["ENV"] == "production":
        raise Refused(_("The example has a password that everybody knows: it is not for production."))
    facts = texts.table("office")
    addresses = {person["role"]: person["email"] for person in facts["staff"]}
    sign_in = SignIn(addresses[Role.OFFICER], addresses[Role.ADMIN], PASSWORD)
    if db.session.scalar(db.select(or_(db.select(Staff.id).exists(), db.select(Release.id).exists()))):
        return sign_in if passwords.matches(staff.by_email(sign_in.officer), PASSWORD) else None
    calendar = Calendar(at, current_app.config["TIMEZONE"], facts["days"])
    actors = office.open_accounts(facts, password=PASSWORD, calendar=calendar)
    with example.recording():
        _store(facts, actors, calendar)
    return sign_in


def show(*, by: Actor, at: datetime) -> None:
    """Store the example in an office of its own people, for `by` to look around in; never commits. The journal, which
    outlives the example, does not say that it was `by` who did what is made up.

    Raises Refused when mail leaves, or when there is anything that the example could be taken for.
    """
    if current_app.config["MAIL_URL"]:
        raise Refused(_("The example can only be loaded in test mode: its people would be written to."))
    if db.session.scalar(db.select(or_(db.select(Event.id).exists(), db.select(Release.id).exists()))):
        raise Refused(_("There are releases or events already: the example is for an empty office."))
    facts = texts.table("office")
    with example.recording():
        actors = dict.fromkeys(Role, by._replace(name=_("The example")))
        _store(facts, actors, Calendar(at, current_app.config["TIMEZONE"], facts["days"]))


def _store(facts: dict, actors: dict[Role, Actor], calendar: Calendar) -> None:
    officer = actors[Role.OFFICER]
    contacts = office.list_contacts(facts, by=officer, calendar=calendar)
    events = office.announce_events(facts, contacts, by=officer, calendar=calendar)
    assets = publications.hang_pictures(by=officer, calendar=calendar)
    topics = publications.name_topics(facts, by=officer, calendar=calendar)
    releases = {
        fact["name"]: publications.write_release(
            fact, contacts[fact.get("contact", 0)], events.get(fact.get("event")),
            [assets[name] for name in fact.get("assets", ())], [topics[name] for name in fact["topics"]],
            by=officer, calendar=calendar,
        )
        for fact in facts["releases"]
    }  # fmt: skip
    applications.receive(events, actors, calendar=calendar)
    applications.talk(events["forum"], actors, calendar=calendar)
    applications.let_come(events["labs"], actors)
    regional, _abroad = journalists.bring_in(facts, topics, by=officer, calendar=calendar)
    journalists.subscribe(facts, topics, calendar=calendar)
    _mail(facts, events, releases, assets, regional, by=officer, calendar=calendar)


def _mail(
    facts: dict, events: dict, releases: dict, assets: dict, regional, *, by: Actor, calendar: Calendar
):
    """The kit and its mailing, the alert about the newest release, what is to leave."""
    told = facts["kit"]
    chosen = [releases[name] for name in told["releases"]]
    kit = publications.open_kit(events[told["event"]], chosen, by=by, calendar=calendar)
    post.mail_kit(kit, facts["answers"], by=by, at=kit.opened_at)
    later = [assets[name] for name in told["assets"]]
    publications.hand_out(kit, chosen, later, by=by, calendar=calendar)
    post.tell_subscribers(at=releases["forum"].public_from)
    post.prepare(facts, releases["programme"], events["forum"], regional, by=by, calendar=calendar)


def welcome(address: str, sign_in: SignIn | None) -> str:
    """What the terminal shows before the site is served at `address`: where to look, how to get in, how to stop."""
    lines = [
        "Pressroom is ready.", "",
        f"  In French       {address}/fr/",
        f"  In English      {address}/en/",
        f"  Press office    {address}/desk/",
    ]  # fmt: skip
    if sign_in:
        lines += [
            f"    officer       {sign_in.officer}",
            f"    administrator {sign_in.admin}",
            f"    password      {sign_in.password}",
        ]
    if not current_app.config["MAIL_URL"]:
        lines += [
            "",
            f"Mail is in test mode: nothing leaves, every message can be read at {address}/desk/messages/",
        ]
    return "\n".join([*lines, "Ctrl-C stops the site.", ""])
