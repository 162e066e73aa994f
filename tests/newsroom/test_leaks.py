"""Before its hour a release is, for anybody, byte for byte one that does not exist."""

from datetime import timedelta

import pytest

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.releases import workflow
from pressroom.releases.models import Words
from tests import builders
from tests.builders import NOON

CANARY = Words("CANARY headline", "CANARY place", "CANARY lead", "<p>CANARY body</p>")
LIFT = NOON + timedelta(hours=2)


def secret(**publication):
    """A release that says CANARY in every field, and whose picture does."""
    asset = builders.an_asset(credit="CANARY", name="CANARY.png")
    for text in asset.texts.values():
        text.alt = text.caption = "CANARY"
    return builders.a_published_release(
        at=NOON, words={"fr": CANARY, "en": CANARY}, pictures=[asset], **publication
    )


def draft():
    release = secret(embargo_until=LIFT)
    workflow.unpublish(release, by=SYSTEM, at=NOON)
    return builders.stored(release)


def withdrawn():
    release = secret()
    workflow.withdraw(release, reason="CANARY", by=SYSTEM, at=NOON)
    return builders.stored(release)


HIDDEN = {
    "embargoed": lambda: secret(embargo_until=LIFT),
    "scheduled": lambda: secret(publish_at=LIFT),
    "draft": draft,
    "withdrawn": withdrawn,
}
SHARED = [
    "/fr/",
    "/en/",
    "/fr/releases/",
    "/en/releases/",
    "/fr/feed.atom",
    "/en/feed.atom",
    "/fr/events/",
    "/fr/contacts",
]


def own(release_id, slug):
    return [
        f"/r/{release_id}",
        *(
            f"/{code}/releases/{release_id}/{end}"
            for code in ("fr", "en")
            for end in ("x", slug, f"{slug}.txt")
        ),
    ]


def seen(page, *, instead_of):
    headers = [
        (name, value)
        for name, value in page.headers
        if name not in ("Content-Security-Policy", "Content-Length")
    ]
    return page.status_code, headers, page.text.replace(instead_of, "________")


@pytest.mark.parametrize("kind", HIDDEN)
def test_what_is_not_public_is_an_unknown_release(client, monkeypatch, kind):
    release = HIDDEN[kind]()
    pictures = [placed.asset for placed in release.pictures]
    monkeypatch.setattr(clock, "now", lambda: LIFT - timedelta(seconds=1))
    slug = release.texts["fr"].slug

    known = [seen(client.get(path), instead_of=release.id) for path in own(release.id, slug)]
    unknown = [seen(client.get(path), instead_of="0nknown0") for path in own("0nknown0", slug)]

    assert {status for status, _headers, _text in known} == {404}
    assert known == unknown
    for path in SHARED:
        text = client.get(path).text
        assert "CANARY" not in text
        assert release.id not in text
        assert all(asset.web_key not in text and asset.full_key not in text for asset in pictures)


def test_at_its_hour_it_is_there_although_nothing_ran(client, monkeypatch):
    release = secret(embargo_until=LIFT)
    monkeypatch.setattr(clock, "now", lambda: LIFT)

    pages = [client.get(path) for path in own(release.id, release.texts["fr"].slug)]

    assert [page.status_code for page in pages] == [302, 301, 200, 200, 301, 200, 200]
    assert all("CANARY" in client.get(path).text for path in SHARED[:6])


def test_an_embargoed_release_does_not_show_at_its_event(client, monkeypatch):
    release, event = secret(embargo_until=LIFT), builders.an_event(now=NOON)
    release.event = event
    db.session.commit()
    monkeypatch.setattr(clock, "now", lambda: NOON)

    page = client.get(f"/fr/events/{event.texts['fr'].slug}")

    assert (page.status_code, "CANARY" in page.text) == (200, False)


def test_an_event_that_is_not_announced_does_not_show_at_its_release(client):
    release, event = builders.a_published_release(), builders.an_event(state="draft")
    event.texts["fr"].title = event.texts["fr"].place = "CANARY"
    release.event = event
    db.session.commit()

    page = client.get(f"/fr/releases/{release.id}/{release.texts['fr'].slug}")

    assert (page.status_code, "CANARY" in page.text, event.texts["fr"].slug in page.text) == (
        200,
        False,
        False,
    )
