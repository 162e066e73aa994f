"""What is kept ahead of Flask is what Flask would say to anybody: now, of this address, to whoever asks."""

import gzip
import inspect
from datetime import date, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from pressroom import audit, metrics, page_cache
from pressroom.access import SYSTEM, Actor, Role
from pressroom.accreditation import workflow as accreditation
from pressroom.database import db
from pressroom.events import workflow as events
from pressroom.events.models import State as EventState
from pressroom.media import workflow as media
from pressroom.page_cache import PageCache
from pressroom.releases import topics, workflow
from pressroom.releases.corrections import Note
from pressroom.releases.models import CorrectionKind, Words
from pressroom.staff import queries as offices
from pressroom.staff import workflow as staff
from pressroom.staff.models import Compliance
from tests import builders
from tests.builders import NOON
from tests.newsroom import canaries
from tests.newsroom.reading import address

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
LIFT = NOON + HOUR
ROOM = 2**25


class Host:
    """A web process of its own over the same database: `reached` are the paths that Flask was asked for."""

    def __init__(self, app, *, room=ROOM):
        self.reached, self._wsgi_app = [], app.wsgi_app
        app.wsgi_app = self._flask
        self.cache = PageCache(app, room)
        app.wsgi_app = self.cache

    def _flask(self, environ, start_response):
        self.reached.append(environ["PATH_INFO"])
        return self._wsgi_app(environ, start_response)


@pytest.fixture
def passed(monkeypatch):
    """`passed(seconds)`: so much time has passed since the process began."""

    def move(seconds):
        monkeypatch.setattr(page_cache, "monotonic", lambda: seconds)

    move(0.0)
    return move


@pytest.fixture
def make_host(app, monkeypatch):
    """Stands ahead of the application until the test is over."""
    monkeypatch.setattr(app, "wsgi_app", app.wsgi_app)
    return lambda **values: Host(app, **values)


@pytest.fixture
def host(make_host, at, passed):
    return make_host()


@pytest.fixture
def release(host):
    return builders.a_published_release(at=NOON - HOUR)


def elsewhere(headline):
    """Another process on another host publishes other words: nothing in this one notices it."""
    with db.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE revision SET headline = '{headline}'")
        seal = connection.exec_driver_sql("SELECT coalesce(max(id), 0) + 1 FROM journal").scalar()
        connection.execute(
            db.insert(audit.Entry),
            {
                "id": seal, "at": NOON, "actor_role": "system", "actor_name": "", "action": "x", "subject": "x:1",
                "previous": "", "mac": f"{seal:064}",
            },
        )  # fmt: skip


def test_what_anybody_reads_is_made_once(client, host, release):
    path = address(release, "en")

    first, second = client.get(path), client.get(path)

    assert (first.status_code, first.headers["Cache-Control"]) == (200, "public, max-age=60")
    assert (second.status_code, list(second.headers), second.data) == (200, list(first.headers), first.data)
    assert host.reached == [path]


def test_it_counts_down_what_is_left_of_the_minute(client, host, release, at):
    def kept(after):
        at(NOON + after)
        return client.get("/en/").headers["Cache-Control"], len(host.reached)

    answers = [kept(seconds * SECOND) for seconds in (0, 20.5, 59, 60, 90)]

    assert answers == [
        ("public, max-age=60", 1), ("public, max-age=39", 1), ("public, max-age=1", 1), ("public, max-age=60", 2),
        ("public, max-age=30", 2),
    ]  # fmt: skip


def test_the_same_request_again_gets_the_same_answer(client, host, release):
    etag = client.get("/en/").headers["ETag"]
    packed, known, other = {"Accept-Encoding": "gzip"}, {"If-None-Match": etag}, {"If-None-Match": '"other"'}

    def answers():
        asked = [("GET", {}), ("GET", packed), ("HEAD", {}), ("HEAD", packed), ("GET", known), ("GET", other)]
        given = [client.open("/en/", method=method, headers=headers) for method, headers in asked]
        return [(one.status_code, sorted(one.headers), one.data) for one in given]

    first = answers()

    assert [status for status, _, _ in first] == [200, 200, 200, 200, 304, 200]
    assert len({(status, str(headers), body) for status, headers, body in first}) == 5
    assert (answers(), len(host.reached)) == (first, 1)


def test_what_is_answered_again_counts_down_with_the_clock_and_goes_back_with_it(client, host, release, at):
    def left(after):
        at(NOON + after * SECOND)
        return client.get("/en/").headers["Cache-Control"].removeprefix("public, max-age=")

    answers = [left(seconds) for seconds in (0, 0.4, 0.6, 0.2, 1.0, 1.1, 0.9, 2.5)]

    assert answers == ["60", "59", "59", "59", "59", "58", "59", "57"]


def test_nothing_is_kept_across_the_end_of_an_embargo(client, host, at):
    release = builders.a_published_release(at=NOON, embargo_until=LIFT)
    paths = ("/en/", "/en/releases/", "/en/feed.atom", "/api/v1/releases", "/news-sitemap.xml")

    def seen(moment):
        at(moment)
        return {release.id in client.get(path).text for path in paths}, len(host.reached)

    answers = [seen(moment) for moment in (LIFT - 30 * SECOND, LIFT - SECOND, LIFT)]

    assert answers == [({False}, 5), ({False}, 5), ({True}, 10)]


def test_a_clock_that_is_set_back_takes_what_is_kept_with_it(client, host, at):
    path = address(builders.a_published_release(at=NOON, embargo_until=LIFT), "en")

    def answer(moment):
        at(moment)
        response = client.get(path)
        return response.status_code, response.headers.get("Cache-Control"), len(host.reached)

    answers = [answer(LIFT + 30 * SECOND), answer(LIFT - SECOND), answer(LIFT + 31 * SECOND)]

    assert answers == [(200, "public, max-age=60", 1), (404, "no-store", 2), (200, "public, max-age=59", 2)]


@pytest.mark.parametrize("turn", ["requests_open_at", "requests_close_at", "ends_at"])
def test_no_page_of_an_event_outlives_the_moment_at_which_requests_open_or_close(client, host, at, turn):
    hours = {"starts_at": NOON + 3 * HOUR, "ends_at": NOON + 4 * HOUR, "requests_open_at": NOON - HOUR}
    hours |= {
        "requests_close_at": NOON + 2 * HOUR,
        turn: NOON + 4 * HOUR if turn == "ends_at" else NOON + 1 * HOUR,
    }
    event = builders.an_event(now=NOON, **hours)
    at(getattr(event, turn) - 20 * SECOND)

    paths = ("/en/", "/en/events/", f"/en/events/{event.texts['en'].slug}", "/api/v1/events")

    assert {client.get(path).headers["Cache-Control"] for path in paths} == {"public, max-age=20"}


def test_what_another_host_publishes_is_read_within_a_quarter_of_a_second(client, host, release, passed):
    path = address(release, "en")

    def seen(second):
        passed(second)
        return "Poles apart" in client.get(path).text

    seen(0.0)
    elsewhere("Poles apart")

    assert [seen(second) for second in (0.1, 0.24, 0.26)] == [False, False, True]


def test_what_this_process_publishes_is_read_at_once(client, host, release):
    path = address(release, "en")
    client.get(path)

    workflow.save(release, "en", Words("Poles apart", "Sophia", "", "<p>Two.</p>"), by=SYSTEM, at=NOON)
    notes = {"en": Note("Another headline.")}
    workflow.publish_changes(release, "en", kind=CorrectionKind.UPDATE, notes=notes, by=SYSTEM, at=NOON)
    db.session.commit()

    assert "Poles apart" in client.get(path).text


def test_an_answer_that_a_change_overtook_is_kept_by_nobody(app, client, make_host, at, passed, monkeypatch):
    release, inner = builders.a_published_release(at=NOON - HOUR), app.wsgi_app

    def slow(environ, start_response):
        answer = list(inner(environ, start_response))
        elsewhere("Poles apart")
        monkeypatch.setattr(app, "wsgi_app", inner)
        return answer

    app.wsgi_app = slow
    host, path = make_host(), address(release, "en")
    host.cache._app = slow
    client.get(path)
    passed(1.0)
    host.cache._app = inner

    assert "Poles apart" in client.get(path).text


# Who gets what ---------------------------------------------------------------------------------------------

OWN = {
    "a session": {"headers": {"Cookie": "session=x"}},
    "authorization": {"headers": {"Authorization": "Basic eDp5"}},
    "a part": {"headers": {"Range": "bytes=0-9"}},
    "another method": {"method": "OPTIONS"},
    "a body": {"data": b"x"},
    "a very long address": {"query_string": {"x": "y" * 2000}},
}


@pytest.mark.parametrize("how", OWN)
def test_whoever_asks_for_more_than_an_address_is_answered_by_flask(app, host, release, how):
    client = app.test_client(use_cookies=False)
    for _ in range(2):
        client.get("/en/")

    for _ in range(2):
        client.open("/en/", **OWN[how])

    assert len(host.reached) == 3


def test_who_is_signed_in_meets_nothing_that_is_kept_and_leaves_nothing(app, client, host, release, at):
    desk = builders.signed_in(app)

    pages = [who.get("/en/") for who in (client, desk, client, desk)]

    assert [page.headers["Cache-Control"] for page in pages] == [
        "public, max-age=60",
        "private, no-store",
    ] * 2
    assert len(host.reached) == 3


def test_each_address_has_an_answer_of_its_own(client, host, release):
    asked = [
        {"path": "/en/"}, {"path": "/fr/"}, {"path": "/en/", "query_string": "x=1"}, {"path": "/en/", "query_string": "x=2"},
        {"path": "/en/", "base_url": "https://press.example"}, {"path": "/en/", "base_url": "http://other.example"},
        {"path": "//en/"},
    ]  # fmt: skip

    texts = [client.get(**one).text for one in asked]

    assert len(host.reached) == len(asked)
    assert [client.get(**one).text for one in asked] == texts
    assert ("http://other.example" in texts[5], "other.example" in texts[0]) == (True, False)


@pytest.mark.parametrize(
    "path",
    ["/desk/", "/desk/style.css", "/en/alerts", "/en/nothing", "/", "/en/applications/find", "/healthz"],
)
def test_what_is_personal_or_not_there_is_never_kept(client, host, release, path):
    for _ in range(2):
        client.get(path)

    assert host.reached == [path] * 2


@pytest.fixture
def asked_behind(its_own, at, passed):
    """A whole application behind one proxy, its pages kept: `asked_behind(path, **environ)` is its answer as WSGI gives it."""
    app = its_own(PAGE_CACHE_MB=1, PROXY_COUNT=1, METRICS_TOKEN="m" * 20)
    builders.a_published_release(at=NOON - HOUR)
    client = app.test_client(use_cookies=False)
    return lambda path, **environ: client.get(path, environ_overrides=environ)


def test_each_address_that_the_proxy_names_has_an_answer_of_its_own(asked_behind):
    said = [
        {}, {"HTTP_X_FORWARDED_PROTO": "https"}, {"HTTP_X_FORWARDED_HOST": "other.example"},
        {"HTTP_X_FORWARDED_HOST": "other.example", "HTTP_X_FORWARDED_PROTO": "https"},
    ]  # fmt: skip

    cold, warm = ([asked_behind("/en/", **one).data for one in said] for _ in range(2))

    assert warm == cold
    assert len({*cold}) == len(said)


def test_what_is_kept_goes_out_with_an_id_of_its_own_and_is_counted(asked_behind):
    known = {"HTTP_X_REQUEST_ID": "7c5b1d52-1b7c-4d0e"}

    def counted():
        lines = metrics.exposition({}).splitlines()
        return [
            line for line in lines if line.startswith('pressroom_requests_total{group="home",status="200"}')
        ]

    asked_behind("/en/")
    before = counted()
    given = [asked_behind("/en/", **one).headers.get_all("X-Request-ID") for one in ({}, {}, known)]

    assert [len(ids) for ids in given] == [1, 1, 1]
    assert given[2] == ["7c5b1d52-1b7c-4d0e"]
    assert given[0] != given[1]
    assert int(counted()[0].split()[1]) == int(before[0].split()[1]) + 3


def test_what_goes_out_first_of_all_is_for_whoever_says_no_more_than_an_address(asked_behind):
    more = [{"HTTP_AUTHORIZATION": "Basic eDp5"}, {"HTTP_RANGE": "bytes=0-9"}, {"HTTP_COOKIE": "session=x"}]

    answers = [asked_behind("/en/", **one) for one in ({}, {}, *more, {})]

    # Flask says no ETag of a page: it is made when the page is kept.
    assert ["ETag" in one.headers for one in answers] == [True, True, False, False, False, True]


STRANGE = {
    "Accept-Language": "fr", "Cookie": "language=fr; other=1", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https",
    "X-Original-URL": "/desk/", "X-HTTP-Method-Override": "POST", "Accept": "application/json", "User-Agent": "x",
    "HX-Request": "true", "Referer": "https://evil.example/", "Origin": "https://evil.example", "X-Request-ID": "x" * 12,
}  # fmt: skip


def test_no_answer_that_is_kept_depends_on_anything_but_its_address(app, make_host, at, passed):
    """An answer to somebody strange, kept for all, is what anybody else would have got."""
    canaries.plant(canaries.what_is_public())
    host, paths = make_host(), {}
    for endpoint, path in canaries.addresses(app, languages=("en",)):
        paths.setdefault((endpoint, "file" in path), path)

    def answer(path, **headers):
        given = app.test_client(use_cookies=False).get(path, headers=headers, buffered=True)
        return canaries.settled(canaries.said(given))

    kept, differing = 0, []
    for path in paths.values():
        del host.reached[:]
        answers = answer(path, **STRANGE), answer(path)
        if len(host.reached) == 1:
            kept += 1
            host.cache._kept.clear()
            if {*answers, answer(path)} != {answers[0]}:
                differing.append(path)

    assert (differing, kept > 20) == ([], True)


def test_how_often_one_reader_may_still_ask_is_told_to_nobody_else(client, host, release):
    answers = [client.get(f"{address(release, 'en')}.txt") for _ in range(2)]

    assert (len(host.reached), [name for name, _ in answers[1].headers if "RateLimit" in name]) == (1, [])


# How it leaves ---------------------------------------------------------------------------------------------


def test_it_is_sent_compressed_to_whoever_takes_that(client, host, release):
    plain = client.get("/en/")

    def asked(accepted):
        answer = client.get("/en/", headers={"Accept-Encoding": accepted})
        return answer.headers.get("Content-Encoding"), answer.headers["ETag"], answer.headers["Vary"]

    etag = plain.headers["ETag"]
    small, whole = ("gzip", f"W/{etag}", "Accept-Encoding"), (None, etag, "Accept-Encoding")
    accepted = [
        "gzip",
        "br, gzip;q=0.5",
        "GZIP",
        "gzip;q=0",
        "gzip; q=0.000",
        "identity",
        "",
        "xgzip",
        ";;,,",
    ]
    assert [asked(one) for one in accepted] == [small] * 3 + [whole] * 6
    packed = client.get("/en/", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert (packed.content_length, len(host.reached)) == (len(packed.data), 1)


def test_what_a_reader_has_already_is_not_sent_again(client, host, release):
    etag = client.get("/en/").headers["ETag"]

    def asked(known, **more):
        answer = client.get("/en/", headers={"If-None-Match": known, **more})
        return answer.status_code, len(answer.data) > 0, answer.headers["Cache-Control"]

    known = [etag, f"W/{etag}", f'"x", {etag}', "*"]
    assert [asked(one) for one in known] == [(304, False, "public, max-age=60")] * 4
    assert [asked(one)[:2] for one in ('"x"', "", "nonsense", etag[1:-1])] == [(200, True)] * 4
    assert asked(etag, **{"Accept-Encoding": "gzip"})[0] == 304
    assert len(host.reached) == 1


def test_a_feed_is_known_by_its_date_too_and_followers_alone_reach_flask_once(client, host, release):
    given = client.get("/en/feed.atom").headers
    by_date = client.get("/en/feed.atom", headers={"If-Modified-Since": given["Last-Modified"]})
    older = client.get("/en/feed.atom", headers={"If-Modified-Since": "Sun, 22 Nov 2020 11:00:00 GMT"})
    host.cache._kept.clear()
    followers = [client.get("/en/feed.atom", headers={"If-None-Match": given["ETag"]}) for _ in range(3)]

    assert (by_date.status_code, older.status_code) == (304, 200)
    assert [(one.status_code, one.headers["ETag"]) for one in followers] == [(304, given["ETag"])] * 3
    assert host.reached == ["/en/feed.atom"] * 2
    assert client.get("/en/feed.atom").status_code == 200


def test_head_is_get_without_a_body(client, host, release):
    first = client.head("/en/")
    page = client.get("/en/")
    again = client.head("/en/")

    assert (first.data, again.data, list(again.headers)) == (b"", b"", list(page.headers))
    assert len(host.reached) == 2


def test_a_wrong_slug_is_put_right_without_flask(client, host, release):
    answers = [client.get(f"/en/releases/{release.id}/x") for _ in range(2)]

    assert [(one.status_code, one.location) for one in answers] == [(301, address(release, "en"))] * 2
    assert len(host.reached) == 1


def test_static_files_are_kept_for_a_year_by_those_who_ask(client, host):
    client.get("/static/pressroom.css?v=1")
    answer = client.get("/static/pressroom.css?v=1", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert (answer.headers["Content-Encoding"], len(host.reached)) == ("gzip", 1)


# How much, and without a database ---------------------------------------------------------------------------


def test_what_nobody_wants_any_more_makes_room(client, make_host, at, passed):
    builders.a_published_release(at=NOON - HOUR)
    host = make_host(room=100_000)
    client.get("/en/")
    for number in range(30):
        client.get(f"/en/contacts?{number}")
        client.get("/en/")

    assert host.reached.count("/en/") == 1
    assert host.cache._size == sum(kept.size for kept in host.cache._kept.values()) <= 100_000
    assert len(host.cache._kept) < 20


def test_what_is_large_is_not_kept(client, host, monkeypatch):
    monkeypatch.setattr(page_cache, "LARGEST", 1000)

    for _ in range(2):
        client.get("/en/")

    assert len(host.reached) == 2


def test_while_the_database_is_away_readers_get_what_was_known_for_half_a_minute(
    client, host, release, passed, monkeypatch
):
    def away(*_arguments):
        raise OperationalError("SELECT", {}, Exception("gone"))

    client.get("/en/")
    monkeypatch.setattr(PageCache, "_read_seal", away)

    def reached(second):
        passed(second)
        client.get("/en/")
        return len(host.reached)

    assert [reached(second) for second in (5.0, 29.0, 31.0, 32.0)] == [1, 1, 2, 3]
    monkeypatch.undo()


# What stands for a change -----------------------------------------------------------------------------------

BY = {"by": Actor(Role.ADMIN, "Zoé"), "at": NOON}
SAID = {"en": "Said.", "fr": "Dit."}


def _newer(release):
    workflow.save(release, "en", Words("Other", "Sophia", "", "<p>Other.</p>"), **BY)


def _published(release):
    _newer(release)
    db.session.commit()
    workflow.publish_changes(release, "en", kind=CorrectionKind.UPDATE, notes={"en": Note("Said.")}, **BY)


def _facts(release):
    facts = {"dated": date(2026, 1, 1), "contact": release.contact, "event": None, "pictures": ()}
    workflow.set_facts(release, **facts, **BY)


def _awaited(release):
    """A correction in one language that the other does not follow, until somebody says that it does."""
    workflow.save(release, "fr", Words("Autre", "Sophia", "", "<p>Autre.</p>"), **BY)
    notes = {code: Note(said) for code, said in SAID.items()}
    workflow.publish_changes(release, "fr", kind=CorrectionKind.UPDATE, notes=notes, **BY)
    workflow.mark_up_to_date(release, "en", **BY)
    db.session.commit()
    [waiting] = [one for one in release.corrections if one.texts["en"].number is None]
    workflow.end_notice(release, "en", waiting.id, **BY)


def _followed(release):
    workflow.save(release, "fr", Words("Autre", "Sophia", "", "<p>Autre.</p>"), **BY)
    db.session.commit()
    workflow.mark_up_to_date(release, "en", **BY)


def _described(asset):
    words = {"en": {"alt": "Else", "caption": "Else."}}
    media.describe(asset, media.Facts(kind=asset.kind, credit="Somebody else", offered=True), words, **BY)


def _to_announce(event):
    event.state = EventState.DRAFT
    db.session.commit()
    events.act(event, "announce", **BY)


def _office():
    told = dict.fromkeys(("accessibility_email", "privacy_email"), "x@press.example")
    staff.describe_office(compliance=Compliance.NOT, audited_on=None, auditor="", texts={}, **told, **BY)


PERSON = {
    "name": "Ada",
    "email": "ada@press.example",
    "phone": "1",
    "languages": ["en"],
    "texts": {"en": ("Press", "")},
}
NAMES = {"en": "Sea", "fr": "Mer"}
# Whatever changes what readers see: on a release, an event, an asset, a topic, the office.
CHANGES = {
    "workflow.publish": lambda known: workflow.publish(known["draft"], **BY),
    "workflow.publish_changes": lambda known: _published(known["release"]),
    "workflow.end_notice": lambda known: _awaited(known["release"]),
    "workflow.mark_up_to_date": lambda known: _followed(known["release"]),
    "workflow.set_facts": lambda known: _facts(known["release"]),
    "workflow.withdraw": lambda known: workflow.withdraw(known["release"], notes=SAID, **BY),
    "workflow.kill": lambda known: workflow.kill(known["release"], notes=SAID, **BY),
    "workflow.unpublish": lambda known: workflow.unpublish(known["embargoed"], **BY),
    "topics.add": lambda known: topics.add(NAMES, **BY),
    "topics.rename": lambda known: topics.rename(known["topic"], NAMES, **BY),
    "topics.move_up": lambda known: topics.move_up(known["topic"], **BY),
    "topics.remove": lambda known: topics.remove(known["topic"], **BY),
    "events.act": lambda known: events.act(known["event"], "cancel", **BY),
    "events.act, announce": lambda known: _to_announce(known["event"]),
    "events.edit": lambda known: events.edit(known["event"], {"quota": 9}, {"en": {"title": "T"}, "fr": {}}, **BY),
    "media.add": lambda known: builders.an_asset(described=False),
    "media.describe": lambda known: _described(known["asset"]),
    "media.remove": lambda known: media.remove(known["asset"], **BY),
    "staff.name_office": lambda known: staff.name_office(NAMES, **BY),
    "staff.describe_office": lambda known: _office(),
    "staff.add_contact": lambda known: staff.add_contact(**PERSON, **BY),
    "staff.edit_contact": lambda known: staff.edit_contact(known["release"].contact, **PERSON, **BY),
    "accreditation.act": lambda known: accreditation.act(known["application"], "take", undo=HOUR, **BY),
}  # fmt: skip
# What shows readers nothing: what is asked, what only the desk sees, and what `publish` and the worker do besides.
UNSEEN = {
    "workflow": {"allowed", "demand", "create", "duplicate", "save", "obstacles", "number", "discard_changes", "dismiss", "reopen"},
    "topics": {"every", "seen", "used"},
    "events": {"allowed", "create", "changes_anything", "duplicate"},
    "media": {"kind_of"},
}  # fmt: skip


@pytest.fixture
def things(host, at):
    topic = builders.a_topic("Air")
    draft = builders.a_published_release(at=NOON - HOUR, embargo_until=LIFT)
    workflow.unpublish(draft, by=SYSTEM, at=NOON)
    event = builders.an_event(now=NOON)
    db.session.commit()
    return {
        "release": builders.a_published_release(at=NOON - HOUR), "draft": draft, "topic": builders.a_topic(position=2),
        "embargoed": builders.a_published_release(at=NOON - HOUR, embargo_until=LIFT), "event": event, "first": topic,
        "asset": builders.an_asset(), "application": builders.an_application(event),
    }  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_what_readers_see_drops_all_that_is_kept(client, host, things, change):
    assert offices.office()
    db.session.commit()
    client.get("/en/")
    client.get("/en/")
    before = len(host.reached)

    CHANGES[change](things)
    db.session.commit()
    client.get("/en/")

    assert (before, len(host.reached)) == (1, 2)


def test_no_change_was_forgotten_above():
    """Whoever adds a function that changes something says here whether readers see it."""
    modules = {"workflow": workflow, "topics": topics, "events": events, "media": media}

    said = {
        name: UNSEEN[name] | {key.partition(",")[0].partition(".")[2] for key in CHANGES if key.startswith(f"{name}.")}
        for name in modules
    }  # fmt: skip

    assert said == {
        name: {
            one
            for one, function in inspect.getmembers(module, inspect.isfunction)
            if function.__module__ == module.__name__ and not one.startswith("_")
        }
        for name, module in modules.items()
    }
