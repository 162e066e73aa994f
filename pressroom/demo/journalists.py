"""The example's journalists besides those accredited: contacts from a file, two lists of them, who subscribed to alerts."""

from datetime import datetime, timedelta

from flask import current_app

from pressroom.access import Actor
from pressroom.alerts import workflow as alerts
from pressroom.contacts import importing, queries
from pressroom.contacts import workflow as contacts
from pressroom.contacts.models import Contact, ContactList
from pressroom.contacts.tables import Table
from pressroom.database import db
from pressroom.demo import post, texts
from pressroom.demo.calendar import Calendar
from pressroom.releases.models import Topic

CONFIRMING_TAKES = timedelta(minutes=12)


def bring_in(
    facts: dict, topics: dict[str, Topic], *, by: Actor, calendar: Calendar
) -> tuple[ContactList, ContactList]:
    """Import the file with its two wrong rows; the list of those from here and that of the others."""
    told, rows = facts["import"], texts.rows("contacts")
    at = calendar.at - timedelta(days=told["days"])
    regional, abroad = (contacts.create_list(told[name], by=by, at=at) for name in ("regional", "abroad"))
    languages = current_app.config["LANGUAGES"]
    table = Table(list(rows[0]), [(at, list(row.values())) for at, row in enumerate(rows, start=2)])
    brought = importing.begin(told["file"], table, language=languages[0], by=by, at=at)
    importing.name_columns(
        brought, brought.columns, language=languages[0], consent=told["consent"], list_id=regional.id
    )
    importing.start(brought, languages=languages, by=by, at=at)
    while importing.go_on(brought, languages=languages, at=at):
        pass
    for row in rows:
        if contact := queries.find(row["courriel"]):
            chosen = tuple(topics[name].id for name in row["rubriques"].split())
            contacts.change(contact, contacts.facts_of(contact)._replace(topics=chosen), by=by, at=at)
    elsewhere = db.select(Contact.id).where(Contact.country.not_in(("", "FR")))
    contacts.put_on_list(abroad, elsewhere, by=by, at=at)
    contacts.take_off_list(regional, elsewhere, by=by, at=at)
    silent = queries.find(told["silent"]["email"])
    contacts.note_consent(silent, False, told["silent"]["why"], by=by, at=at + timedelta(days=2))
    return regional, abroad


def subscribe(facts: dict, topics: dict[str, Topic], *, calendar: Calendar) -> None:
    """Those who want alerts: some asked and confirmed, one has ended it since, one has not confirmed yet."""
    for one in facts["subscribers"]:
        at = calendar.at - timedelta(days=one["days"])
        chosen = [topics[name] for name in one.get("topics", ())]
        alerts.ask(one["email"], language=one["language"], topics=chosen, at=at)
        subscription = alerts.queries.of_address(one["email"])
        if one.get("confirmed", True):
            alerts.confirm(subscription, at=at + CONFIRMING_TAKES)
        if "ended" in one:
            alerts.end(subscription, at=_ago(calendar, one["ended"]))
    post.keep()


def _ago(calendar: Calendar, days: float) -> datetime:
    return calendar.at - timedelta(days=days)
