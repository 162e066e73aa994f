"""How long others may keep an answer: never past the moment at which a release appears, and nothing private."""

import itertools
from datetime import timedelta

import pytest

from pressroom import clock
from pressroom.access import SYSTEM, Role
from pressroom.database import db
from pressroom.releases import workflow
from tests import builders
from tests.builders import NOON
from tests.newsroom import canaries
from tests.newsroom.reading import address

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
LIFT = NOON + HOUR


@pytest.mark.parametrize(
    ("before", "kept"),
    [
        (HOUR, "public, max-age=60"),
        (20.9 * SECOND, "public, max-age=20"),
        (SECOND, "public, max-age=1"),
        (0.5 * SECOND, "public, max-age=0"),
        (0 * SECOND, "public, max-age=60"),
    ],
)
def test_a_page_is_kept_no_longer_than_until_the_next_release_appears(client, at, before, kept):
    release = builders.a_published_release(at=NOON - HOUR)
    builders.a_published_release(at=NOON, embargo_until=LIFT)
    builders.a_published_release(at=NOON, publish_at=LIFT + HOUR)
    at(LIFT - before)

    paths = ("/fr/", "/fr/releases/", address(release, "fr"), "/fr/feed.atom", "/fr/contacts")
    assert {client.get(path).headers["Cache-Control"] for path in paths} == {kept}


def test_an_answer_that_was_begun_before_and_finished_after_is_kept_by_nobody(client, at, monkeypatch):
    builders.a_published_release(at=NOON, embargo_until=LIFT)
    moments = (
        LIFT + 0.01 * n * SECOND for n in itertools.count(-2)
    )  # each look at the clock is a little later
    monkeypatch.setattr(clock, "now", lambda: next(moments))

    page = client.get("/en/releases/")

    assert ("Clusters meet" in page.text, page.headers["Cache-Control"]) == (False, "public, max-age=0")


def test_what_does_not_appear_by_itself_shortens_nothing(client, at):
    draft = builders.a_published_release(at=NOON, embargo_until=LIFT)
    workflow.unpublish(draft, by=SYSTEM, at=NOON)
    db.session.commit()
    at(LIFT - SECOND)

    assert client.get("/fr/").headers["Cache-Control"] == "public, max-age=60"


@pytest.fixture
def hidden(app, at):
    return canaries.plant(canaries.what_is_public())


def test_no_address_at_all_lets_anybody_keep_an_answer_past_the_next_release(app, hidden, at):
    at(canaries.LIFT - 30 * SECOND)

    kept = {
        (endpoint, answer.status_code, answer.headers.get("Cache-Control"), answer.headers.get("Expires"))
        for endpoint, path in canaries.addresses(app, languages=("en",))
        for answer in [app.test_client().get(path, buffered=True)]
    }  # fmt: skip

    allowed = {"public, max-age=30", "no-store", "private, no-store"}
    unsaid = (302, 303)  # kept by nobody unless told to (RFC 9110, 15.1)
    assert {
        one for one in kept if one[2] not in allowed and not (one[1] in unsaid and one[2] is None)
    } == set()
    assert {one for one in kept if one[3] or one[1] >= 400 and one[2].startswith("public")} == set()


def test_nobody_keeps_the_answer_that_there_is_nothing(client, hidden):
    release = hidden["embargoed"]
    paths = (
        address(release, "en"),
        f"/r/{release.id}",
        "/en/nothing",
        "/files/x/y",
        "/api/v1/releases/0nknown0",
    )

    answers = [client.get(path) for path in paths]

    assert [(one.status_code, one.headers["Cache-Control"]) for one in answers] == [(404, "no-store")] * 5


@pytest.mark.parametrize("role", [Role.OFFICER, Role.REVIEWER, Role.DOOR])
def test_what_staff_sees_is_kept_by_nobody_where_it_may_differ(app, client, hidden, role):
    staff = builders.signed_in(app, role=role)
    asset = hidden["embargoed"].pictures[0].asset
    paths = [
        f"/en/media/{asset.id}",
        *(f"/files/{one.key}/{one.filename}" for one in asset.renditions),
        "/desk/",
    ]

    answers = [staff.get(path, buffered=True) for path in paths]

    assert {answer.headers["Cache-Control"] for answer in answers} <= {"private, no-store", "no-store"}
    assert {client.get(path).status_code for path in paths[:-1]} == {404}


def test_whoever_is_signed_in_sees_at_once_what_readers_get(app, client, desk):
    release = builders.a_published_release(at=clock.now())
    paths = ("/en/", "/en/releases/", address(release, "en"), "/en/feed.atom")

    kept = {who: {who.get(path).headers["Cache-Control"] for path in paths} for who in (client, desk)}

    assert kept == {client: {"public, max-age=60"}, desk: {"private, no-store"}}


def test_a_validator_says_nothing_of_what_is_hidden(app, client, at):
    public = canaries.what_is_public()
    paths = ["/en/feed.atom", "/sitemap.xml", "/api/v1/releases", address(public.changed, "en") + ".txt"]
    known = [client.get(path).headers for path in paths]

    canaries.plant(public)
    again = [
        client.get(path, headers={"If-None-Match": headers["ETag"]})
        for path, headers in zip(paths, known, strict=True)
    ]

    assert [answer.status_code for answer in again] == [304] * 4
