import json
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from referencing import Registry, Resource

from pressroom import clock
from pressroom.access import SYSTEM, Role
from pressroom.database import db
from pressroom.events import workflow as event_workflow
from pressroom.events.models import Late
from pressroom.newsroom import cursors
from pressroom.newsroom.parameters import PARAMETERS
from pressroom.releases import workflow
from pressroom.releases.corrections import Note
from pressroom.releases.models import CorrectionKind, Kind, Topic, TopicText, Words
from tests import builders
from tests.builders import NOON
from tests.counting import statements

BASE = "http://press.example"
API = "/api/v1"
NINJS = "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json"
DESCRIPTION = json.loads((Path(cursors.__file__).with_name("openapi.json")).read_text())
# ninjs' own schema judges what it judges in the tests of `releases/ninjs.py`; here it is what names a language.
ANY_NINJS = {"type": "object", "required": ["uri", "standard", "language", "pubStatus"]}
REGISTRY = Registry().with_resources(
    [
        (NINJS, Resource.from_contents({"$schema": "https://json-schema.org/draft/2020-12/schema", **ANY_NINJS})),
        ("urn:api", Resource.from_contents({"$schema": "https://json-schema.org/draft/2020-12/schema", **DESCRIPTION})),
    ]
)  # fmt: skip


def address(release, language):
    return f"{BASE}/{language}/releases/{release.id}/{release.texts[language].slug}"


def asked(client, path, status=200, **options):
    """The answer's JSON, once it is what the description promises for this path and status."""
    page = client.get(API + path, **options)
    assert page.status_code == status
    assert page.headers["Access-Control-Allow-Origin"] == "*"
    template = "/releases/{release_id}" if path.startswith("/releases/") else path.partition("?")[0]
    promised = DESCRIPTION["paths"][template]["get"]["responses"][str(status)]
    if "$ref" in promised:
        promised = DESCRIPTION["components"]["responses"][promised["$ref"].rpartition("/")[2]]
    schema = json.dumps(promised["content"][page.mimetype]["schema"]).replace('"#/', '"urn:api#/')
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(json.loads(schema), registry=REGISTRY, format_checker=checker).validate(
        page.json
    )
    return page.json


def ids(body):
    return [item["id"] for item in body["items"]]


def every_page(client, path):
    """What the pages give, one after the other."""
    found, pages = [], 0
    while path:
        body = asked(client, path)
        found += ids(body)
        pages += 1
        path = body["next"] and body["next"].removeprefix(BASE + API)
    return found, pages


def a_topic(slug="energie"):
    texts = {"fr": TopicText(language="fr", name="Énergie", slug=slug), "en": TopicText(language="en", name="Energy", slug=f"{slug}-en")}  # fmt: skip
    return builders.stored(Topic(position=1, texts=texts))


def corrected(release, *languages, at):
    for code in languages:
        workflow.save(release, code, Words("Right", "Brest", "", "<p>Right.</p>"), by=SYSTEM, at=at)
    notes = {code: Note("The price was wrong.", "10 €", "12 €") for code in release.texts}
    workflow.publish_changes(
        release, *languages, kind=CorrectionKind.CORRECTION, notes=notes, by=SYSTEM, at=at
    )
    db.session.commit()


def taken_off(release, kind, *, at):
    getattr(workflow, kind)(
        release, notes={"fr": "Données fausses.", "en": "The data were wrong."}, by=SYSTEM, at=at
    )
    db.session.commit()


def test_a_release_in_the_list_says_its_facts_once_and_its_words_in_each_language(client, monkeypatch):
    event_ = builders.an_event(now=NOON)
    release = builders.a_published_release(at=NOON)
    release.topics, release.event, release.kind = [a_topic()], event_, Kind.ADVISORY
    db.session.commit()
    monkeypatch.setattr(clock, "now", lambda: NOON)

    def text(code, headline, lead):
        return {
            "language": code, "version": 1, "headline": headline, "place": "Sophia Antipolis", "lead": lead,
            "modified": "2026-11-22T12:00:00+00:00", "url": address(release, code),
        }  # fmt: skip

    assert asked(client, "/releases") == {
        "items": [
            {
                "id": release.id, "number": "2026-001", "kind": "advisory", "published": "2026-11-22T12:00:00+00:00",
                "modified": "2026-11-22T12:00:00+00:00", "dated": "2026-11-22", "source_language": "fr",
                "available_languages": ["fr", "en"], "missing": [], "outdated": [],
                "topics": [{"fr": {"slug": "energie", "name": "Énergie"}, "en": {"slug": "energie-en", "name": "Energy"}}],
                "event": event_.id, "url": f"{BASE}/r/{release.id}", "api_url": f"{BASE}/api/v1/releases/{release.id}",
                "texts": {"fr": text("fr", "Les pôles se retrouvent", "Une journée."), "en": text("en", "Clusters meet", "One day.")},
            }
        ],
        "next": None,
    }  # fmt: skip


def test_a_release_is_ninjs_in_each_language_with_what_is_missing_and_what_was_corrected(client):
    release = builders.a_published_release(at=NOON)
    french = builders.a_published_release(at=NOON, languages=("fr",))
    corrected(release, "fr", at=NOON + timedelta(hours=1))

    whole, alone = (
        asked(client, f"/releases/{release.id}"),
        asked(client, f"/releases/{release.id}?language=en"),
    )
    lonely = asked(client, f"/releases/{french.id}")

    assert {
        code: (text["language"], text["version"], text["pubStatus"]) for code, text in whole["texts"].items()
    } == {
        "fr": ("fr", "2", "usable"),
        "en": ("en", "1", "usable"),
    }
    assert alone == whole["texts"]["en"]
    assert client.get(f"{API}/releases/{release.id}?lang=en").headers["Content-Language"] == "en"
    assert (whole["available_languages"], whole["missing"], whole["outdated"]) == (["fr", "en"], [], ["en"])
    assert (lonely["available_languages"], lonely["missing"], lonely["outdated"]) == (["fr"], ["en"], [])
    said = {"note": "The price was wrong.", "wrong": "10 €", "right": "12 €"}
    assert whole["corrections"] == [
        {"kind": "correction", "at": "2026-11-22T13:00:00+00:00",
         "texts": {"fr": {**said, "followed": True}, "en": {**said, "followed": False}}}
    ]  # fmt: skip
    assert asked(client, f"/releases/{french.id}?lang=en", 404) == {"title": "Not Found", "status": 404}


def test_an_event_is_told_with_its_hours_and_how_to_come(client, monkeypatch):
    event_ = builders.an_event(now=NOON)
    builders.an_event(state="draft")
    monkeypatch.setattr(clock, "now", lambda: NOON)
    fr = event_.texts["fr"]

    (item,) = asked(client, "/events?language=fr")["items"]

    assert item["texts"]["fr"] == {
        "language": "fr", "title": fr.title, "summary": fr.summary, "description": fr.description, "place": fr.place,
        "address": fr.address, "conditions": "", "url": f"{BASE}/fr/events/{fr.slug}",
    }  # fmt: skip
    assert {name: item[name] for name in ("id", "state", "starts_at", "timezone", "available_languages")} == {
        "id": event_.id, "state": "announced", "starts_at": "2026-12-22T13:00:00+01:00", "timezone": "Europe/Paris",
        "available_languages": ["fr", "en"],
    }  # fmt: skip
    assert item["accreditation"]["window"] == "open"
    assert (item["venue_is_private"], item["map_url"], item["previous_starts_at"]) == (False, "", None)
    assert asked(client, "/events?limit=1")["next"] is None


def test_what_became_of_an_event_is_told_and_closed_categories_are_not(client, monkeypatch):
    event_ = builders.an_event(now=NOON, map_url="https://maps.example/pins", late=Late.TAKEN)
    event_.categories[0].is_open = False
    later = {name: getattr(event_, name) + timedelta(days=30) for name in ("starts_at", "ends_at")}
    officer = SYSTEM._replace(role=Role.OFFICER)
    event_workflow.act(event_, "move", facts=later, by=officer, at=NOON)
    builders.stored(event_)
    monkeypatch.setattr(clock, "now", lambda: event_.requests_close_at)

    (item,) = asked(client, "/events")["items"]

    assert (item["starts_at"], item["previous_starts_at"], item["map_url"]) == (
        "2027-01-21T13:00:00+01:00",
        "2026-12-22T13:00:00+01:00",
        "https://maps.example/pins",
    )
    assert item["accreditation"]["window"] == "late"
    assert item["accreditation"]["categories"] == ["photo", "broadcast", "agency", "online", "technical"]
    event_workflow.act(event_, "postpone", by=officer, at=NOON)
    builders.stored(event_)
    assert asked(client, "/events")["items"][0]["state"] == "postponed"


def test_a_list_is_narrowed_by_language_topic_kind_year_and_words(client):
    both = builders.a_published_release(at=NOON)
    french = builders.a_published_release(at=NOON - timedelta(days=400), languages=("fr",))
    both.topics, french.kind = [a_topic()], Kind.SPEECH
    for release in (both, french):
        db.session.commit()
        workflow.search.refresh(release)
    db.session.commit()

    found = {
        more: ids(asked(client, f"/releases?{more}"))
        for more in (
            "", "language=fr", "lang=en", "topic=energie", "topic=energie-en&lang=en", "topic=nothing", "kind=speech",
            "year=2025", "year=2026&kind=speech", "q=clusters", "q=clusters&lang=fr", "q=poles", "q=2026-001", "page=999",
        )
    }  # fmt: skip

    assert found == {
        "": [both.id, french.id], "language=fr": [both.id, french.id], "lang=en": [both.id], "topic=energie": [both.id],
        "topic=energie-en&lang=en": [both.id], "topic=nothing": [], "kind=speech": [french.id], "year=2025": [french.id],
        "year=2026&kind=speech": [], "q=clusters": [both.id], "q=clusters&lang=fr": [], "q=poles": [both.id, french.id],
        "q=2026-001": [both.id], "page=999": [both.id, french.id],
    }  # fmt: skip


def test_since_gives_what_appeared_changed_or_went(client, monkeypatch):
    old, changed, gone, new = (
        builders.a_published_release(at=NOON + timedelta(hours=hours)) for hours in (0, 1, 2, 9)
    )
    later = builders.a_published_release(at=NOON, languages=("fr",))
    corrected(changed, "fr", at=NOON + timedelta(hours=8))
    workflow.save(later, "en", Words("Late", "", "", "<p>Late.</p>"), by=SYSTEM, at=NOON)
    workflow.publish_changes(later, "en", by=SYSTEM, at=NOON + timedelta(hours=8))
    taken_off(gone, "kill", at=NOON + timedelta(hours=8))
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(hours=10))

    body = asked(client, "/releases?since=2026-11-22T20:00:00%2B01:00")

    assert sorted(ids(body)) == sorted([new.id, changed.id, later.id])
    assert body["taken_off"] == [
        {"id": gone.id, "number": gone.number, "state": "killed", "at": "2026-11-22T20:00:00+00:00",
         "reasons": {"fr": "Données fausses.", "en": "The data were wrong."}}
    ]  # fmt: skip
    assert ids(asked(client, "/releases?since=2026-11-22T21:30")) == []
    assert set(ids(asked(client, "/releases?since=2026-11-22"))) == {old.id, *ids(body)}
    assert asked(client, "/releases?since=2026-11-22T21:30:00+01:00")["items"] == asked(client, "/releases?since=2026-11-22T20:30:00Z")["items"]  # fmt: skip


@pytest.mark.parametrize("more", ["", "&lang=fr", "&q=poles&lang=fr", "&topic=energie"])
def test_the_pages_of_a_list_give_everything_once_whatever_appears_meanwhile(client, more):
    topic = a_topic()
    releases = [builders.a_published_release(at=NOON + timedelta(hours=n // 4)) for n in range(11)]
    for release in releases:
        release.topics = [topic]
        workflow.search.refresh(release)
    db.session.commit()

    found, pages = every_page(client, f"/releases?limit=3{more}")

    assert (sorted(found), pages) == (sorted(release.id for release in releases), 4)
    newest_first = [{one.id for one in releases if one.public_from == moment}
                    for moment in sorted({one.public_from for one in releases}, reverse=True)]  # fmt: skip
    start = 0
    for block in newest_first:
        assert set(found[start : start + len(block)]) == block
        start += len(block)
    first = asked(client, f"/releases?limit=3{more}")
    newer = builders.a_published_release(at=NOON + timedelta(days=1))
    assert newer.id not in ids(asked(client, first["next"].removeprefix(BASE + API)))


def test_events_have_pages_too(client):
    events = [builders.an_event(now=NOON + timedelta(days=number // 2)) for number in range(5)]

    found, pages = every_page(client, "/events?limit=2")

    assert (sorted(found), pages) == (sorted(one.id for one in events), 3)


def test_the_next_page_is_also_a_link(client):
    for _ in range(2):
        builders.a_published_release()

    page = client.get(f"{API}/releases?limit=1&lang=fr")

    assert page.headers["Link"] == f'<{page.json["next"]}>; rel="next"'
    assert "limit=1" in page.json["next"]
    assert "lang=fr" in page.json["next"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "xx"), ("lang", "\0"), ("kind", "poem"), ("year", "abc"), ("year", "20261"), ("year", "0000"), ("year", "٢٠٢٦"),
        ("limit", "0"), ("limit", "101"), ("limit", "ten"), ("cursor", "x"), ("cursor", "%%%"), ("cursor", "\0"), ("cursor", "é" * 9),
        ("cursor", "eA"), ("since", "yesterday"), ("since", "0001-01-01T00:00:00+14:00"), ("since", "9999-12-31T23:59:59-14:00"),
        ("q", "x" * 20_000),
    ],
)  # fmt: skip
def test_a_parameter_that_makes_no_sense_is_named(client, name, value):
    page = client.get(f"{API}/releases", query_string={name: value})

    assert (page.status_code, page.mimetype) == (400, "application/problem+json")
    assert page.json == {
        "title": "Bad Request", "status": 400, "parameter": name,
        "detail": f"The parameter {name} must be {PARAMETERS[name].meaning}.",
    }  # fmt: skip


@pytest.mark.parametrize(
    "query", ["topic=" + "x" * 20_000, "topic=%00", "q=%00", "q=%22*+AND+(", "utm=1", "limit="]
)
def test_strange_things_are_asked_for_and_nothing_breaks(client, query):
    builders.a_published_release()

    asked(client, f"/releases?{query}")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.sampled_from(sorted({*PARAMETERS, "topic"})), value=st.text(max_size=30))
def test_no_parameter_whatever_breaks_a_list(client, name, value):
    page = client.get(f"{API}/releases", query_string={name: value})

    assert page.status_code in (200, 400)


@given(
    moment=st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(3000, 1, 1)),
    ids=st.lists(st.from_regex("[0-9a-z]{8}", fullmatch=True), min_size=1),
)
def test_a_cursor_is_read_as_it_was_written(moment, ids):
    place = cursors.Place(moment.replace(tzinfo=cursors.EPOCH.tzinfo), tuple(ids))

    assert cursors.read(str(place)) == place


@pytest.mark.parametrize("path", ["unknown0", "EMBARGOED", "DRAFT", "x" * 3000, "%00", "..%2F", "a%20b"])
def test_what_is_not_public_is_unknown(client, monkeypatch, path):
    hidden = {
        "EMBARGOED": builders.a_published_release(at=NOON, embargo_until=NOON + timedelta(hours=1)),
        "DRAFT": workflow.create(source_language="fr", by=SYSTEM, at=NOON),
    }
    db.session.commit()
    monkeypatch.setattr(clock, "now", lambda: NOON)
    path = hidden[path].id if path in hidden else path

    page = client.get(f"{API}/releases/{path}")

    assert (page.status_code, page.json) == (404, {"title": "Not Found", "status": 404})
    assert page.headers.get("ETag") is None
    assert asked(client, "/releases?since=2020-01-01") == {"items": [], "next": None, "taken_off": []}


@pytest.mark.parametrize("kind", ["withdraw", "kill"])
def test_what_was_taken_off_is_gone_and_cancelled(client, kind):
    release = builders.a_published_release(at=NOON)
    taken_off(release, kind, at=NOON + timedelta(hours=1))
    path = f"/releases/{release.id}"

    whole, alone = asked(client, path, 410), asked(client, f"{path}?language=fr", 410)

    texts = whole.pop("texts")
    assert whole == {
        "id": release.id, "number": "2026-001", "state": {"withdraw": "withdrawn", "kill": "killed"}[kind],
        "at": "2026-11-22T13:00:00+00:00", "reasons": {"fr": "Données fausses.", "en": "The data were wrong."},
    }  # fmt: skip
    assert {code: text["pubStatus"] for code, text in texts.items()} == {"fr": "canceled", "en": "canceled"}
    assert alone == texts["fr"]
    assert "Une journée" not in client.get(API + path).text
    assert ids(asked(client, "/releases")) == []
    etag = client.get(API + path).headers.get("ETag")
    assert client.get(API + path, headers={"If-None-Match": etag or "*"}).status_code == 410


def test_an_answer_is_sent_again_only_when_it_changed(client, monkeypatch):
    builders.a_published_release(at=NOON)
    builders.a_published_release(at=NOON, embargo_until=NOON + timedelta(hours=1))
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(minutes=59, seconds=50))
    page = client.get(f"{API}/releases")
    ask = {"If-None-Match": page.headers["ETag"]}

    same, head = client.get(f"{API}/releases", headers=ask), client.head(f"{API}/releases")

    assert (same.status_code, same.data, same.headers["Cache-Control"]) == (304, b"", "public, max-age=10")
    assert (head.status_code, head.data, head.headers["ETag"]) == (200, b"", page.headers["ETag"])
    assert (page.headers["Cache-Control"], page.headers.get("Vary")) == ("public, max-age=10", None)
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(hours=1))
    assert len(client.get(f"{API}/releases", headers=ask).json["items"]) == 2


def test_any_site_s_script_may_read(client):
    page = client.options(
        f"{API}/releases", headers={"Origin": "https://a.example", "Access-Control-Request-Method": "GET"}
    )

    assert page.status_code == 200
    assert {name: value for name, value in page.headers if name.startswith("Access-Control")} == {
        "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
        "Access-Control-Allow-Headers": "If-None-Match", "Access-Control-Expose-Headers": "ETag, Link",
        "Access-Control-Max-Age": "86400",
    }  # fmt: skip
    assert client.get(f"{API}/releases").headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("DELETE", "/releases", 405), ("POST", "/releases", 405)],
)
def test_whatever_fails_a_program_gets_a_problem_in_english(client, method, path, status):
    page = client.open(API + path, method=method, headers={"Accept-Language": "fr"})

    assert (page.status_code, page.mimetype, page.json["status"]) == (
        status,
        "application/problem+json",
        status,
    )
    assert page.json["title"] in ("Not Found", "Method Not Allowed")


def test_the_description_names_every_address_and_every_parameter(app, client):
    rules = {
        rule.rule.removeprefix(API).replace("<", "{").replace(">", "}")
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
    }
    described = client.get(f"{API}/openapi.json").json

    assert rules == set(described["paths"])
    assert described == {**DESCRIPTION, "servers": [{"url": f"{BASE}{API}"}]}
    assert set(described["components"]["parameters"]) == {*PARAMETERS, "topic"}
    assert described["components"]["parameters"]["kind"]["schema"]["enum"] == list(Kind)
    assert described["openapi"] == "3.1.0"
    used = json.dumps(described)
    for kind, things in described["components"].items():
        assert [name for name in things if f'"#/components/{kind}/{name}"' not in used] == []


def test_a_hundred_items_cost_as_many_queries_as_one(client):
    def one_more():
        release = builders.a_published_release(at=NOON)
        release.topics, release.event = [a_topic(f"t{release.id}")], builders.an_event()
        corrected(release, "fr", at=NOON + timedelta(hours=1))
        taken_off(builders.a_published_release(at=NOON), "withdraw", at=NOON + timedelta(hours=1))

    one_more()
    paths = ("/releases", "/releases?language=fr", "/releases?since=2026-01-01", "/events")
    few = [statements(client, API + path) for path in paths]
    for _ in range(4):
        one_more()

    assert [statements(client, API + path) for path in paths] == few


def test_addresses_in_answers_lead_somewhere(client):
    release = builders.a_published_release()
    builders.an_event()

    (item,) = asked(client, "/releases")["items"]
    (event_,) = asked(client, "/events")["items"]

    found = [
        item["url"],
        item["api_url"],
        *(text["url"] for thing in (item, event_) for text in thing["texts"].values()),
    ]
    assert {client.get(urlsplit(url).path).status_code for url in found} == {200, 302}
    assert release.id in item["api_url"]
