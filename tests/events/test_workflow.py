from datetime import UTC, datetime
from itertools import product

import pytest

from pressroom import audit
from pressroom.access import Actor, Role
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.events import workflow
from pressroom.events.models import State
from tests import builders

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
FACTS = {
    "starts_at": datetime(2026, 12, 18, 8, tzinfo=UTC),
    "ends_at": datetime(2026, 12, 18, 16, tzinfo=UTC),
    "timezone": "Europe/Paris",
    "requests_open_at": datetime(2026, 11, 20, 8, tzinfo=UTC),
    "requests_close_at": datetime(2026, 12, 11, 17, tzinfo=UTC),
    "answer_by": datetime(2026, 12, 14, 17, tzinfo=UTC),
    "categories": ["written", "photo"],
    "contact_id": None,
}


def by(role=Role.OFFICER):
    return Actor(role, "Zoé", "1")


def words(title):
    return {
        "title": title,
        "summary": "s",
        "place": "p",
        "address": "a",
        "description": "<p>d</p>",
        "conditions": "c",
    }


def created(**titles):
    event = workflow.create(FACTS, {code: words(title) for code, title in titles.items()}, by=by(), at=AT)
    db.session.commit()
    return event


@pytest.mark.parametrize(("state", "role", "action"), list(product(State, Role, workflow.TRANSITIONS)))
def test_only_the_steps_in_the_table_are_taken(app, state, role, action):
    event, step = builders.an_event(state=state, now=AT), workflow.TRANSITIONS[action]

    if state is step.source and role in (Role.OFFICER, Role.ADMIN):
        workflow.act(event, action, by=by(role), at=AT)
        db.session.commit()
        assert event.state is step.target
        assert [(entry.action, entry.actor_role) for entry in audit.history(f"event:{event.id}")] == [
            (f"event.{action}", role)
        ]
    else:
        with pytest.raises(Refused):
            workflow.act(event, action, by=by(role), at=AT)
        assert (event.state, audit.history(f"event:{event.id}")) == (state, [])


def test_an_event_that_is_over_is_not_announced(app):
    event = builders.an_event(state=State.DRAFT, ends_at=AT, now=AT)

    with pytest.raises(Refused):
        workflow.act(event, "announce", by=by(), at=AT)

    assert event.state is State.DRAFT


def test_a_new_event_is_a_draft_with_its_facts_and_words(app):
    event = created(fr="L’été des pôles", en="Summer of clusters")

    assert {name: getattr(event, name) for name in FACTS} == FACTS
    assert (event.state, event.created_at) == (State.DRAFT, AT)
    assert {
        code: {name: getattr(text, name) for name in (*words(""), "slug")}
        for code, text in event.texts.items()
    } == {
        "fr": {**words("L’été des pôles"), "slug": "l-ete-des-poles"},
        "en": {**words("Summer of clusters"), "slug": "summer-of-clusters"},
    }


def test_two_events_of_one_title_have_two_addresses(app):
    assert [created(fr="Forum").texts["fr"].slug for _n in range(3)] == ["forum", "forum-2", "forum-3"]


def test_the_address_follows_the_title_until_it_is_given_out(app):
    event = created(fr="Avant")
    workflow.edit(event, FACTS, {"fr": words("Pendant")}, by=by(), at=AT)
    db.session.commit()
    assert event.texts["fr"].slug == "pendant"

    workflow.act(event, "announce", by=by(), at=AT)
    workflow.edit(event, FACTS, {"fr": words("Après"), "en": words("After")}, by=by(), at=AT)
    db.session.commit()

    assert {code: (text.title, text.slug) for code, text in event.texts.items()} == {
        "fr": ("Après", "pendant"),
        "en": ("After", "after"),
    }


def test_words_alone_make_a_new_version(app):
    event = created(fr="Forum", en="Forum")

    workflow.edit(event, FACTS, {"fr": words("Forum")}, by=by(), at=AT)
    db.session.commit()

    assert (event.version, list(event.texts)) == (2, ["fr"])
