"""Before its hour a release is, for anybody, byte for byte one that does not exist."""

import io
import re
import zipfile
from datetime import timedelta

import pytest

from pressroom import engine, links
from pressroom.access import Role
from pressroom.database import db
from pressroom.delivery.models import Message
from tests import builders, rows
from tests.newsroom import canaries
from tests.newsroom.canaries import HIDDEN, LIFT, RANDOM, all_of, crawl, found, said, settled, word

SECOND = timedelta(seconds=1)
# What stands nowhere but in what is not public.
WORDS = {
    *(needle for state in HIDDEN for needle in all_of(state)),
    *(word(state, "topic", code) for state in HIDDEN for code in ("fr", "en")),
    *(word(state, part, code) for state in ("old", "newer") for part in canaries.PARTS for code in ("fr", "en")),
    *(word("sibling", part, "en") for part in canaries.PARTS),
    *(word("event", code) for code in ("fr", "en")),
    "zarquonholder",
}  # fmt: skip


@pytest.fixture
def public(app, at):
    return canaries.what_is_public()


@pytest.fixture
def hidden(public):
    return canaries.plant(public)


def traces(hidden):
    """The ids and keys of what is not public: these say that it exists, too."""
    pictures = [one.asset for release in hidden.values() for one in release.pictures]
    return {
        *(release.id for release in hidden.values()),
        *(asset.id for asset in pictures),
        *(file.key for asset in pictures for file in asset.renditions),
    }


@pytest.mark.parametrize("role", [None, Role.DOOR, Role.REVIEWER])
def test_no_address_says_anything_of_it_to_whoever_does_not_write_releases(app, client, hidden, role):
    reader = builders.signed_in(app, role=role) if role else client

    pages = crawl(reader, app, languages=("en",) if role else ("en", "fr"))

    events = (
        {word("event", code) for code in ("fr", "en")} if role is Role.REVIEWER else set()
    )  # they prepare those
    assert found(pages, *(WORDS - events), *traces(hidden)) == set()
    assert len(pages) > 300


def test_the_same_reader_would_see_it(app, hidden):
    """Without this, the test above would also pass on a crawl that reads nothing."""
    pages = crawl(builders.signed_in(app), app, without=("releases_proofs.", "renditions.", "corrections."))

    unseen = {needle for needle in WORDS if not any(needle in text for text in pages.values())}
    assert unseen == {needle for needle in WORDS if needle.startswith(word("old"))}


def test_a_second_after_its_hour_everybody_sees_it_although_nothing_ran(app, client, hidden, at):
    at(LIFT + SECOND)

    pages = crawl(client, app)

    for state in ("embargoed", "scheduled"):
        shown = all_of(state) | {word(state, "topic", code) for code in ("fr", "en")}
        assert {needle for needle in shown if not any(needle in text for text in pages.values())} == set()
    still = {"draft", "old", "newer", "sibling", "event"}
    assert found(pages, *(needle for needle in WORDS if needle[7:].startswith(tuple(still)))) == set()


# What somebody might ask a list for, who guesses.
QUESTIONS = [
    f"q={word('embargoed', 'headline', 'en')}", f"q={word('newer', 'body', 'fr')}", "q=known",
    f"topic={word('embargoed', 'topic', 'en')}", "topic=known-en", f"year={LIFT.year}", "year=2026", "kind=release",
    "page=2", "since=2026-01-01", "format=oembed",
]  # fmt: skip


def test_no_answer_changes_when_something_is_hidden(app, public):
    """Counts, years, topics, neighbours, sitemaps, validators, what is found: all are as if it did not exist.

    Only whoever holds the kit of something under embargo is told that there is one, to accept the terms first.
    """
    lists = [rule.endpoint for rule in app.url_map.iter_rules() if rule.arguments <= {"language"}]
    pages = [one for one in canaries.addresses(app, languages=("en",)) if not one[1].startswith("/desk")]
    asked = [address for _, address in pages] + [
        f"{address}?{question}" for endpoint, address in pages if endpoint in lists for question in QUESTIONS
    ]  # fmt: skip

    def answers():
        given = {address: app.test_client().get(address, buffered=True) for address in asked}
        return {address: settled(said(answer)) for address, answer in given.items()}

    before = answers()
    canaries.plant(public)
    after = answers()

    held = f"/en/kits/{links.mint('kit', public.grant.id)}"
    assert {address for address in asked if before[address] != after[address]} == {held}
    assert "1 more press release is under embargo" in after[held]
    assert {"/en/releases/?q=known", "/en/feed.atom", "/news-sitemap.xml"} <= set(asked)


ASKED = (
    ("GET", {}),
    ("HEAD", {}),
    ("GET", {"headers": {"Range": "bytes=0-99"}}),
    ("GET", {"headers": {"If-None-Match": "*"}}),
    ("GET", {"headers": {"If-Modified-Since": "Sun, 22 Nov 2026 11:00:00 GMT"}}),
    ("GET", {"query_string": {"download": "1"}}),
    ("POST", {}),
)


@pytest.mark.parametrize("state", HIDDEN)
def test_its_addresses_answer_as_if_it_had_never_been(app, client, hidden, state):
    release = hidden[state]
    names = {text.slug for text in release.texts.values()}
    pages = [
        address for endpoint, address in canaries.addresses(app, languages=("en",))
        if release.id in address and not address.startswith("/desk")
    ]  # fmt: skip

    def unnamed(text):
        for name in names:
            text = text.replace(name, "x" * len(name))  # as long: pages name their own address
        return text.replace(release.id, RANDOM)

    def answers(address):
        given = [client.open(address, method=how, buffered=True, **what) for how, what in ASKED]
        return [settled(unnamed(said(answer))) for answer in given]

    hidden_ones = {address: answers(address) for address in pages}
    unknown = {address: answers(unnamed(address)) for address in pages}

    assert {address for address in pages if hidden_ones[address] != unknown[address]} == set()
    assert {answer[:3] for given in hidden_ones.values() for answer in given} == {"404", "405"}
    assert len(pages) > 20


def test_its_pictures_topic_and_event_answer_as_if_they_had_never_been(client, hidden):
    asset = hidden["embargoed"].pictures[0].asset
    pairs = [
        *(
            (f"/files/{file.key}/{file.filename}{end}", f"/files/{'0' * 26}/{file.filename}{end}")
            for file in asset.renditions for end in ("", "?download=1")
        ),
        (f"/en/media/{asset.id}", "/en/media/000000000000"),
        (f"/en/topics/{word('embargoed', 'topic', 'en')}", "/en/topics/nothing"),
        (f"/en/topics/{word('embargoed', 'topic', 'en')}/feed.atom", "/en/topics/nothing/feed.atom"),
        (f"/en/events/{word('event', 'en')}", "/en/events/nothing"),
        (f"/en/events/{word('event', 'en')}.ics", "/en/events/nothing.ics"),
        (f"/en/events/{word('event', 'en')}/accreditation", "/en/events/nothing/accreditation"),
    ]  # fmt: skip

    def answer(address):
        response, path = client.get(address, buffered=True), address.partition("?")[0]
        text = settled(said(response)).replace(path.lower(), "")
        return response.status_code, re.sub(r"content-length: \d+", "", text)

    assert [pair for pair in pairs if answer(pair[0]) != answer(pair[1])] == []
    assert {client.get(address).status_code for pair in pairs for address in pair} == {404}


def test_a_kit_and_the_mails_about_it_hold_what_is_public_only(app, client, public, hidden, at):
    token = links.mint("kit", public.grant.id)
    engine.run_due(app)
    db.session.rollback()  # what was read before

    def taken():
        engine.run_due(app)
        db.session.rollback()
        data = client.post(f"/en/kits/{token}/everything", follow_redirects=True, buffered=True).data
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.namelist(), canaries.readable(data).lower()

    names, before = taken()
    mails = db.session.scalars(db.select(Message)).all()
    told = "\n".join(f"{mail.subject}{mail.text}{mail.html}" for mail in mails).lower()
    at(LIFT + SECOND)
    _, after = taken()

    assert [needle for needle in WORDS - {"zarquonholder"} if needle in before or needle in told] == []
    assert any("known-headline" in name for name in names)
    assert word("embargoed", "headline", "en") in after


def test_the_words_of_a_killed_release_are_nowhere(app, client, public):
    release = canaries.plant_killed()

    pages = crawl(client, app)
    headers = {word("killed", "headline", code) for code in ("fr", "en")}  # they are part of its address

    assert found(pages, *(all_of("killed") - headers)) == set()
    gone = {status(client, release, code) for code in ("fr", "en")}
    assert gone == {410}


def status(client, release, language):
    return client.get(f"/{language}/releases/{release.id}/{release.texts[language].slug}").status_code


def test_its_hour_is_kept_to_the_second_without_a_worker(client, hidden, at):
    for moment, expected in ((LIFT - SECOND, [404] * 3), (LIFT, [200, 200, 302])):
        at(moment)
        for release in (hidden["embargoed"], hidden["scheduled"]):
            answers = [status(client, release, code) for code in ("fr", "en")]
            assert [*answers, client.get(f"/r/{release.id}").status_code] == expected


def test_a_language_is_not_public_because_its_sibling_is(client, public, hidden):
    """No address of the other language answers, and nothing points to it."""
    french = public.french
    page = client.get(f"/fr/releases/{french.id}/{french.texts['fr'].slug}").text
    slug = french.texts["en"].slug

    assert (f"/en/releases/{french.id}" in page, slug in page) == (False, False)
    for end in ("", ".txt", ".pdf", ".json"):
        answer = client.get(f"/en/releases/{french.id}/{slug}{end}")
        assert word("sibling")[7:] not in answer.text.replace(slug, "")


def test_looking_for_it_writes_nothing_and_sends_nothing(app, client, hidden):
    before = rows.counted()
    for address in [a for _, a in canaries.addresses(app, languages=("en",)) if hidden["embargoed"].id in a]:
        client.get(address)

    assert rows.counted() == before
