from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from pressroom import audit
from pressroom.access import Actor, Role
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.events import workflow
from pressroom.events.models import ChangeKind, EventChange, Late, Proof, State
from pressroom.events.workflow import CategoryFacts
from tests import builders

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOMENTS = {
    "starts_at": datetime(2026, 12, 18, 8, tzinfo=UTC),
    "ends_at": datetime(2026, 12, 18, 16, tzinfo=UTC),
    "timezone": "Europe/Paris",
    "requests_open_at": datetime(2026, 11, 20, 8, tzinfo=UTC),
    "requests_close_at": datetime(2026, 12, 11, 17, tzinfo=UTC),
    "answer_by": datetime(2026, 12, 14, 17, tzinfo=UTC),
}
PLAIN = {
    **MOMENTS, "late": Late.TAKEN, "quota": 40, "outlet_quota": None, "offer_hours": 12,
    "venue_is_private": True, "map_url": "https://maps.example/pins", "contact_id": None,
}  # fmt: skip
WRITTEN = CategoryFacts("written", {}, 20, Proof.EITHER, ("country",))
PHOTO = CategoryFacts("photo", {}, 8, Proof.FILE, ())
STUDENTS = CategoryFacts("", {"fr": "Presse étudiante", "en": "Student press"}, None, Proof.LINKS, ())
FACTS = {**PLAIN, "categories": [PHOTO, WRITTEN, STUDENTS], "outlet_quotas": {"Agence Azur": 4}}
LATER = {name: moment + timedelta(days=90) for name, moment in MOMENTS.items() if name != "timezone"}
ROLES = (Role.OFFICER, Role.ADMIN)


def by(role=Role.OFFICER):
    return Actor(role, "Zoé", "1")


def words(title, **values):
    return {
        "title": title, "summary": "s", "place": "p", "address": "a", "description": "<p>d</p>", "conditions": "c",
        **values,
    }  # fmt: skip


def created(facts=FACTS, **titles):
    event = workflow.create(facts, {code: words(title) for code, title in titles.items()}, by=by(), at=AT)
    db.session.commit()
    return event


def announced(**titles):
    event = created(**(titles or {"fr": "Forum", "en": "Forum"}))
    workflow.act(event, "announce", by=by(), at=AT)
    db.session.commit()
    return event


def take(event, action, *, at=AT, **said):
    """A step, with what it must say."""
    facts = {"facts": LATER} if action == "move" and not said else {}
    workflow.act(event, action, by=by(), at=at, **facts, **said)
    db.session.commit()


def categories(event):
    return [
        (one.code, one.names, one.position, one.is_open, one.quota, one.proof, one.asks)
        for one in event.categories
    ]


@pytest.mark.parametrize(("state", "role", "action"), list(product(State, Role, workflow.TRANSITIONS)))
def test_only_the_steps_in_the_table_are_taken(app, state, role, action):
    event, step = builders.an_event(state=state, now=AT), workflow.TRANSITIONS[action]
    facts = {"facts": LATER} if action == "move" else {}
    taken = state in step.sources and role in ROLES

    assert (action in workflow.allowed(event, role, AT)) is taken
    if taken:
        workflow.act(event, action, by=by(role), at=AT, **facts)
        db.session.commit()
        assert event.state is step.target
        assert [(change.kind, change.at, change.told) for change in event.changes] == (
            [(step.change, AT, False)] if step.change else []
        )
        assert [(entry.action, entry.actor_role) for entry in audit.history(f"event:{event.id}")] == [
            (f"event.{action}", role)
        ]
    else:
        with pytest.raises(Refused):
            workflow.act(event, action, by=by(role), at=AT, **facts)
        assert (event.state, event.changes, audit.history(f"event:{event.id}")) == (state, [], [])


def test_the_table_says_what_issue_and_design_say():
    table = {action: (set(step.sources), step.target) for action, step in workflow.TRANSITIONS.items()}
    standing = {State.ANNOUNCED, State.POSTPONED}

    assert table == {
        "announce": ({State.DRAFT}, State.ANNOUNCED),
        "move": (standing, State.ANNOUNCED),
        "postpone": ({State.ANNOUNCED}, State.POSTPONED),
        "cancel": (standing, State.CANCELLED),
    }


@pytest.mark.parametrize(("state", "actions"), [
    (State.DRAFT, []), (State.ANNOUNCED, []), (State.CANCELLED, []), (State.POSTPONED, ["move", "cancel"]),
])  # fmt: skip
def test_of_an_event_that_is_over_nothing_is_announced_unless_it_was_postponed(app, state, actions):
    event = builders.an_event(state=state, ends_at=AT, now=AT)

    assert workflow.allowed(event, Role.OFFICER, AT) == actions
    for action in set(workflow.TRANSITIONS) - set(actions):
        with pytest.raises(Refused):
            workflow.act(event, action, by=by(), at=AT, facts=LATER)
    assert event.state is state


def test_a_new_event_is_a_draft_with_its_facts_and_words(app):
    event = created(fr="L’été des pôles", en="Summer of clusters")

    assert {name: getattr(event, name) for name in PLAIN} == PLAIN
    assert categories(event) == [
        ("photo", {}, 1, True, 8, Proof.FILE, []),
        ("written", {}, 2, True, 20, Proof.EITHER, ["country"]),
        ("presse-etudiante", {"fr": "Presse étudiante", "en": "Student press"}, 3, True, None, Proof.LINKS, []),
    ]  # fmt: skip
    assert [(own.key, own.name, own.quota) for own in event.outlet_quotas] == [("agenceazur", "Agence Azur", 4)]  # fmt: skip
    assert (event.state, event.created_at) == (State.DRAFT, AT)
    assert {
        code: {name: getattr(text, name) for name in (*words(""), "slug")}
        for code, text in event.texts.items()
    } == {
        "fr": {**words("L’été des pôles"), "slug": "l-ete-des-poles"},
        "en": {**words("Summer of clusters"), "slug": "summer-of-clusters"},
    }


def test_two_people_of_an_outlet_may_come_unless_the_event_says_otherwise(app):
    facts = {name: value for name, value in FACTS.items() if name != "outlet_quota"}

    assert created(facts, fr="Forum").outlet_quota == 2
    assert created(fr="Forum").outlet_quota is None


def test_two_events_of_one_title_have_two_addresses(app):
    assert [created(fr="Forum").texts["fr"].slug for _n in range(3)] == ["forum", "forum-2", "forum-3"]


def test_two_categories_of_one_name_have_two_codes(app):
    named = CategoryFacts("", {"fr": "Photo"})
    event = created(
        {**FACTS, "categories": [named, named, named._replace(names={"fr": "Presse " * 8})]}, fr="F"
    )

    assert [one.code for one in event.categories] == ["photo-2", "photo-3", "presse-presse"]
    assert max(len(one.code) for one in event.categories) <= 20


def test_a_category_of_a_draft_goes_and_one_of_an_announced_event_is_closed_last(app):
    draft, public = created(fr="Forum"), announced(fr="Forum")
    wanted = {**FACTS, "categories": [STUDENTS._replace(code="presse-etudiante"), WRITTEN._replace(quota=5)]}

    for event in (draft, public):
        workflow.edit(event, wanted, {"fr": words("Forum")}, by=by(), at=AT)
        db.session.commit()
        db.session.refresh(event)

    kept = [
        ("presse-etudiante", {"fr": "Presse étudiante", "en": "Student press"}, 1, True, None, Proof.LINKS, []),
        ("written", {}, 2, True, 5, Proof.EITHER, ["country"]),
    ]  # fmt: skip
    assert categories(draft) == kept
    assert categories(public) == [*kept, ("photo", {}, 3, False, 8, Proof.FILE, [])]
    assert [one.code for one in public.open_categories] == ["presse-etudiante", "written"]

    workflow.edit(public, {**FACTS, "categories": [PHOTO]}, {"fr": words("Forum")}, by=by(), at=AT)
    db.session.commit()
    assert [one.code for one in public.open_categories] == ["photo"]


def test_outlets_with_a_number_of_their_own_are_replaced(app):
    event = created(fr="Forum")

    wanted = {**FACTS, "outlet_quotas": {"AGENCE AZUR": 6, "Radio Pins": 0}}
    workflow.edit(event, wanted, {"fr": words("Forum")}, by=by(), at=AT)
    db.session.commit()
    db.session.refresh(event)

    assert {own.name: own.quota for own in event.outlet_quotas} == {"AGENCE AZUR": 6, "Radio Pins": 0}


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


# Once it is announced --------------------------------------------------------------------------------


@pytest.mark.parametrize(("facts", "said"), [
    ({"starts_at": LATER["starts_at"]}, {}),
    ({"ends_at": LATER["ends_at"]}, {}),
    ({"timezone": "UTC"}, {}),
    ({}, {"place": "Antibes"}),
    ({}, {"address": "2 place des Pins"}),
    ({}, {"address": ""}),
])  # fmt: skip
def test_when_and_where_an_announced_event_takes_place_is_not_edited(app, facts, said):
    event = announced(fr="Forum")

    with pytest.raises(Refused, match="page of their own"):
        workflow.edit(event, {**FACTS, **facts}, {"fr": words("Forum", **said)}, by=by(), at=AT)


def test_an_announced_event_s_window_and_words_are_edited_and_an_address_is_added(app):
    event = announced(fr="Forum")
    event.texts["fr"].address = ""
    facts = {**FACTS, "requests_close_at": MOMENTS["requests_close_at"] + timedelta(hours=1)}

    workflow.edit(event, facts, {"fr": words("Forum !", address="1 place des Pins")}, by=by(), at=AT)
    db.session.commit()

    assert event.requests_close_at == facts["requests_close_at"]
    assert (event.texts["fr"].title, event.texts["fr"].address) == ("Forum !", "1 place des Pins")
    assert event.changes == []


def test_a_language_in_which_the_event_was_announced_stays(app):
    event = announced(fr="Forum", en="Forum")

    with pytest.raises(Refused, match="announced in this language"):
        workflow.edit(event, FACTS, {"fr": words("Forum")}, by=by(), at=AT)


def remembered(change):
    columns = ("kind", "at", "starts_at", "ends_at", "places", "notes", "told")
    return {name: getattr(change, name) for name in columns}


def test_a_move_remembers_what_was_and_says_why(app):
    event = announced(fr="Forum", en="Forum")
    places = {
        "fr": {"place": "Antibes", "address": "Palais"},
        "en": {"place": "Antibes", "address": "Palais"},
    }

    take(event, "move", facts=LATER, places=places, notes={"fr": "Travaux.", "en": ""})

    assert {name: getattr(event, name) for name in LATER} == LATER
    assert {code: (text.place, text.address) for code, text in event.texts.items()} == {
        "fr": ("Antibes", "Palais"), "en": ("Antibes", "Palais"),
    }  # fmt: skip
    assert remembered(event.last_change) == {
        "kind": ChangeKind.MOVED, "at": AT, "starts_at": MOMENTS["starts_at"], "ends_at": MOMENTS["ends_at"],
        "places": {"fr": "p", "en": "p"}, "notes": {"fr": "Travaux."}, "told": False,
    }  # fmt: skip


@pytest.mark.parametrize(("is_private", "place"), [(True, "p"), (False, "a")])
def test_what_is_remembered_of_the_place_is_what_readers_knew(app, is_private, place):
    event = announced()
    event.venue_is_private = is_private

    take(event, "postpone", notes={})

    assert event.last_change.places == {"fr": place, "en": place}


def test_a_place_alone_moves_the_event_and_makes_a_new_version(app):
    event = announced(fr="Forum")
    before = event.version

    take(event, "move", facts=MOMENTS, places={"fr": {"place": "Antibes", "address": "a"}})

    assert (event.texts["fr"].place, event.version, len(event.changes)) == ("Antibes", before + 1, 1)


def test_a_move_that_changes_nothing_or_leads_to_the_past_is_refused(app):
    event = announced(fr="Forum")
    same = {"fr": {"place": "p", "address": "a"}}

    with pytest.raises(Refused, match="Nothing has changed"):
        take(event, "move", facts=MOMENTS, places=same)
    db.session.rollback()
    with pytest.raises(Refused, match="date in the future"):
        take(event, "move", facts={**LATER, "starts_at": AT}, places=same)
    db.session.rollback()

    assert (event.starts_at, db.session.scalars(db.select(EventChange)).all()) == (MOMENTS["starts_at"], [])


def test_a_postponed_event_may_take_place_as_it_was_first_announced(app):
    event = announced(fr="Forum")
    take(event, "postpone", notes={"fr": "Grève."})

    take(event, "move", facts=MOMENTS, places={})

    assert (event.state, event.starts_at) == (State.ANNOUNCED, MOMENTS["starts_at"])
    assert [change.kind for change in event.changes] == [ChangeKind.POSTPONED, ChangeKind.MOVED]


def test_a_copy_is_a_draft_with_everything_but_what_became_of_the_event(app):
    event = announced(fr="Forum", en="Forum of clusters")
    workflow.edit(
        event, {**FACTS, "categories": [WRITTEN, STUDENTS._replace(code="presse-etudiante")]},
        {"fr": words("Forum"), "en": words("Forum of clusters")}, by=by(), at=AT,
    )  # fmt: skip
    take(event, "postpone", notes={"fr": "Grève."})

    copy = workflow.duplicate(event, by=by(), at=AT)
    db.session.commit()

    assert copy.id != event.id
    assert {name: getattr(copy, name) for name in PLAIN} == PLAIN
    assert categories(copy) == [row for row in categories(event) if row[3]]
    assert {own.name: own.quota for own in copy.outlet_quotas} == {"Agence Azur": 4}
    assert {code: (text.title, text.slug) for code, text in copy.texts.items()} == {
        "fr": ("Forum", "forum-2"), "en": ("Forum of clusters", "forum-of-clusters-2"),
    }  # fmt: skip
    assert (copy.state, copy.changes) == (State.DRAFT, [])
    assert [entry.action for entry in audit.history(f"event:{copy.id}")] == ["event.create"]
