"""All that the desk sees of one application: what was sent, what is known besides, what may be decided and how.

The queue shows it beside the list, the application's own page alone; both take it from here.
"""

from datetime import datetime
from math import ceil

from flask import current_app

from pressroom import lookalikes
from pressroom.access import Actor, Role
from pressroom.accreditation import (
    decision_forms,
    details,
    duplicates,
    earlier,
    flags,
    places,
    remarks,
    retention,
    statuses,
    workflow,
)
from pressroom.accreditation.mailboxes import domain_of
from pressroom.accreditation.models import Application, Step
from pressroom.accreditation.reasons import ITEMS, named, readings
from pressroom.delivery import queries as mail
from pressroom.delivery.statuses import STATES
from pressroom.events.categories import name_of
from pressroom.i18n import gettext as _
from pressroom.pages import typeset

# What stands under “More”, in this order, and what the button says; the four decisions have places of their own.
MORE = ("take", "release", "offer", "reconsider", "reinstate", "amend", "close", "withdraw", "revoke")


def panel(application: Application, viewer: Actor, now: datetime, typed: dict | None = None) -> dict:
    """What accreditation/_panel.html shows; `typed` is the form, by its action, that came back with something to
    correct."""
    actions = workflow.allowed(application, viewer, now)
    merged = duplicates.merged_into(application, viewer)
    return {
        "application": application,
        "event": application.event,
        "zone": application.event.zone,
        "tags": statuses.for_desk(application),
        "now": now,
        "typed": typed or {},
        **_facts(application, viewer, now),
        **_decision(application, viewer, now, actions, typed or {}),
        **_talk(application, merged, typed or {}),
        "merged": merged,
        "history": [
            (step, statuses.STEPS[step.action], said(step), details.changed(step, application.event))
            for step in application.history
        ],
        "messages": mail.about(application.subject),
        "message_states": STATES,
    }


def _facts(application: Application, viewer: Actor, now: datetime) -> dict:
    domain = domain_of(application.email)
    readable = lookalikes.domain_in_letters(domain)
    return {
        "category": name_of(application.event, application.category),
        "answers": details.answers(application),
        "links": details.links(application),
        "days": details.days(application.days),
        "domain": "" if readable == domain else readable,
        "kept_until": retention.document_until(application),
        "flags": flags.flags([application], viewer, now)[application.id],
        "twins": duplicates.candidates(application, viewer),
        "survivor": duplicates.survivor(application, viewer),
        "past": earlier.of_person(application, viewer, now),
        "outlet_record": earlier.of_outlet(application, viewer),
        "tags_of": statuses.for_desk,
    }


def _decision(
    application: Application, viewer: Actor, now: datetime, actions: list[str], typed: dict
) -> dict:
    limits = places.of(application, now)
    return {
        "actions": actions,
        "more": [action for action in MORE if action in actions],
        "forms": {**{action: decision_forms.form_of(action, application) for action in actions}, **typed},
        "limits": [(_name(application, limit), limit) for limit in limits],
        "over": max((1 - limit.left for limit in limits if limit.left <= 0), default=0),
        "may_exceed": viewer.role in workflow.OFFICERS,
        "minutes": minutes_left(application, now),
        "second_look": workflow.second_look(application, viewer),
        "readings": readings(current_app.config["LANGUAGES"]),
        "labels": statuses.BUTTONS,
    }


def _talk(application: Application, merged: list[Application], typed: dict) -> dict:
    said = [remark for one in (application, *merged) for remark in one.remarks]
    said.sort(key=lambda remark: remark.at)
    forms = {what: decision_forms.RemarkForm(what) for what in decision_forms.REMARKS}
    forms["assign"] = decision_forms.AssignForm(application)
    return {
        "notes": [remark for remark in said if remark.is_internal],
        "thread": [remark for remark in said if not remark.is_internal],
        "talk": {**forms, **typed},
        "needs_are_open": remarks.needs_are_open(application),
        "Role": Role,
    }


def _name(application: Application, limit: places.Limit) -> str:
    """What a limit is on, in words."""
    if limit.of is places.Of.CATEGORY:
        return name_of(application.event, application.category)
    return (
        typeset(application.outlet, application.language) if limit.of is places.Of.OUTLET else _("The event")
    )


def said(step: Step) -> str:
    """What was said with a step, in one line."""
    words = (
        [str(named(step.reason))]
        if step.reason
        else [str(ITEMS[code]) for code in step.asked if code in ITEMS]
    )
    return " – ".join([*words, *([step.note] if step.note else [])])


def minutes_left(application: Application, now: datetime) -> int:
    """In how many minutes the message of the last decision leaves; 0 when it cannot be undone any more."""
    return ceil((application.undo_until - now).total_seconds() / 60) if application.is_pending(now) else 0
