"""What a recipient finds before an embargo's end, after it, and when it moves: on the page, in files, in archives that
were built before."""

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.delivery.models import Copy, DispatchKind
from pressroom.dispatches import composing
from pressroom.kits.models import Acceptance
from pressroom.releases import workflow as releases
from pressroom.releases.models import Words
from tests import builders
from tests.kits.test_public import (
    DAY,
    HOUR,
    LANGUAGES,
    a_second_version,
    at,
    build,
    buttons,
    fetches,
    opened,
    page_of,
    take,
)  # fmt: skip

__all__ = ["at"]  # a fixture
CANARY = Words("CANARY headline", "CANARYVILLE", "CANARY lead", "<p>CANARY body</p>")


def leaks(client, grant):
    """Where the canary is found: on the pages, in the archive, in the file."""
    build()
    pages = [client.get(page_of(grant, language)).data for language in LANGUAGES]
    taken = [take(client, address).data for address in buttons(grant)[: 1 if grant.kit.embargo_until else 2]]
    return [b"canary" in data.lower() for data in (*pages, *taken)]


def an_embargoed(soon, **values):
    return builders.a_published_release(words={"fr": CANARY, "en": CANARY}, embargo_until=soon, **values)


def accept(client, grant):
    return client.post(f"{page_of(grant)}/accept", data={"accepted": "y"})


def test_a_release_under_embargo_is_in_a_kit_at_its_hour_and_not_before(client, at):
    soon = clock.now() + HOUR
    grant = builders.a_grant(builders.a_kit(releases=[an_embargoed(soon)]))

    assert leaks(client, grant) == [False] * 4
    at(soon)
    assert leaks(client, grant) == [True, True, True, False]
    assert "embargo" not in client.get(page_of(grant, "en")).text.lower()


def test_before_its_hour_it_opens_for_whoever_accepts_the_embargo_and_for_nobody_else(client, at):
    soon, now = clock.now() + HOUR, clock.now()
    kit = builders.a_kit(releases=[an_embargoed(soon)])
    grant, other = builders.a_grant(kit), builders.a_grant(kit)

    asked = client.get(page_of(grant, "en")).text
    unsaid = client.post(f"{page_of(grant)}/accept")
    answer = accept(client, grant)

    assert "1 more press release is under embargo" in asked
    assert "By reading on you agree to publish nothing before then." in asked
    assert unsaid.status_code == 422
    assert (answer.status_code, answer.location) == (303, page_of(grant))
    assert db.session.execute(db.select(Acceptance.grant_id, Acceptance.number)).all() == [(grant.id, 1)]
    assert now <= db.session.scalar(db.select(Acceptance.at)) <= clock.now()
    assert leaks(client, grant) == [True, True, True, False]
    assert leaks(client, other) == [False] * 4
    assert "Under embargo until" in client.get(page_of(grant, "en")).text
    download, others = (take(client, buttons(one)[0]) for one in (grant, other))
    names = opened(download)
    assert "filename=EMBARGO-" in download.headers["Content-Disposition"]
    assert "EMBARGO" not in others.headers["Content-Disposition"]
    marked = [name for name in names if name.startswith("EMBARGO-")]
    assert len(marked) == 2
    assert all(b"EMBARGO" in names[name].upper() for name in marked)
    assert client.get(f"/en/releases/{kit.current.releases[0].release_id}").status_code == 404


def test_an_archive_that_was_built_before_the_embargo_moved_gives_nothing_away(client, at):
    soon, later = clock.now() + HOUR, clock.now() + DAY
    release = an_embargoed(soon)
    grant = builders.a_grant(builders.a_kit(releases=[release]))
    at(soon)
    assert leaks(client, grant)[:3] == [True] * 3  # it is built, with all of it
    place = client.post(buttons(grant)[0]).location

    release.embargo_until = release.public_from = later
    db.session.commit()

    answers = [client.get(place, buffered=True), client.get(page_of(grant)), take(client, buttons(grant)[0])]
    assert [b"canary" in answer.data.lower() for answer in answers] == [False] * 3
    assert answers[0].status_code == 410
    assert leaks(client, grant) == [False] * 4
    at(later)
    assert leaks(client, grant)[:3] == [True] * 3


def test_a_withdrawn_release_is_in_nothing_from_the_next_request_on(client):
    release = builders.a_published_release(words={"fr": CANARY, "en": CANARY})
    grant = builders.a_grant(builders.a_kit(releases=[release]))
    assert leaks(client, grant)[:3] == [True] * 3
    notes = {"fr": "Un chiffre était faux.", "en": "A figure was wrong."}
    releases.withdraw(release, notes=notes, by=SYSTEM, at=clock.now())
    db.session.commit()

    answers = [client.get(page_of(grant)), take(client, buttons(grant)[0])]

    assert [b"canary" in answer.data.lower() for answer in answers] == [False, False]


def a_secret_kit(**hours):
    return builders.a_kit(
        files=[("CANARY.txt", b"CANARY")], fr="CANARY", en="CANARY", releases=[builders.a_published_release()],
        assets=[builders.an_asset(name="CANARY.png")], hours=hours,
    )  # fmt: skip


def test_a_kit_under_embargo_tells_nothing_before_it_is_accepted(client, at):
    soon = clock.now() + HOUR
    grant = builders.a_grant(a_secret_kit(embargo_until=soon))
    build()

    asked = client.get(page_of(grant, "en"))
    tried = [client.post(address) for address in buttons(grant)]

    assert asked.status_code == 200
    assert "It is under embargo until" in asked.text
    assert "canary" not in asked.text.lower()
    assert [(answer.status_code, answer.location) for answer in tried] == [(303, page_of(grant))] * 2
    assert fetches() == []
    accept(client, grant)
    assert leaks(client, grant) == [True] * 3
    assert "Under embargo until" in opened(take(client, buttons(grant)[0]))["cover-en.txt"].decode()
    at(soon)
    assert "Under embargo until" not in client.get(page_of(grant, "en")).text


def test_a_new_version_asks_for_the_embargo_anew(client):
    grant = builders.a_grant(a_secret_kit(embargo_until=clock.now() + HOUR))
    accept(client, grant)
    accept(client, grant)
    assert "CANARY" in client.get(page_of(grant)).text
    a_second_version(grant.kit, files=[("CANARY2.txt", b"2")], note={"fr": "a", "en": "b"})

    assert "CANARY" not in client.get(page_of(grant)).text
    accept(client, grant)
    assert "CANARY2" in client.get(page_of(grant)).text
    assert db.session.scalars(db.select(Acceptance.number).order_by(Acceptance.number)).all() == [1, 2]


def test_before_it_opens_a_kit_says_when_and_nothing_else(client, at):
    soon = clock.now() + HOUR
    grant = builders.a_grant(a_secret_kit(opens_at=soon, embargo_until=soon + HOUR))

    page = client.get(page_of(grant, "en"))
    tried = [accept(client, grant), *(client.post(address) for address in buttons(grant))]

    assert "The press kit opens on" in page.text
    assert "canary" not in page.text.lower()
    assert [answer.status_code for answer in tried] == [303] * 3
    assert db.session.scalar(db.select(db.func.count(Acceptance.number))) == 0
    at(soon)
    assert "A press kit under embargo" in client.get(page_of(grant, "en")).text


def test_a_picture_that_only_a_waiting_release_shows_comes_with_it(client, at):
    soon, asset, known = (
        clock.now() + HOUR,
        builders.an_asset(name="canary.png"),
        builders.an_asset(name="known.png"),
    )
    hidden = an_embargoed(soon, pictures=(asset, known))
    builders.a_published_release(pictures=(known,))
    kit = builders.a_kit(releases=[hidden], assets=[asset, known])
    grant, other = builders.a_grant(kit), builders.a_grant(kit)
    place = f"{page_of(grant)}/files/{next(file.id for file in kit.current.files if file.asset is asset)}"

    assert leaks(client, grant)[:3] == [False] * 3
    assert client.post(place).status_code == 404
    assert "known.png" in client.get(page_of(grant)).text
    accept(client, grant)
    assert (leaks(client, grant)[:3], leaks(client, other)[:3]) == ([True] * 3, [False] * 3)
    assert client.post(place).status_code == 303
    at(soon)
    assert leaks(client, other)[:3] == [True] * 3


def test_a_picture_of_a_release_that_is_only_scheduled_comes_at_its_hour(client, at):
    soon, asset = clock.now() + HOUR, builders.an_asset(name="canary.png")
    release = builders.a_published_release(pictures=(asset,), publish_at=soon)
    grant = builders.a_grant(builders.a_kit(releases=[release], assets=[asset]))

    assert leaks(client, grant)[:3] == [False] * 3
    at(soon)
    assert leaks(client, grant)[:3] == [True] * 3


def test_an_archive_holds_the_same_files_as_the_page_once_a_picture_is_known_otherwise(client):
    asset = builders.an_asset(name="canary.png")
    kit = builders.a_kit(releases=[an_embargoed(clock.now() + HOUR, pictures=(asset,))], assets=[asset])
    grant = builders.a_grant(kit)
    assert leaks(client, grant)[:3] == [False] * 3

    builders.a_published_release(pictures=(asset,))

    build()
    assert "canary.png" in opened(take(client, buttons(grant)[0]))


def test_whoever_accepts_an_embargo_is_known_to_have_these_words(client):
    hidden = an_embargoed(clock.now() + HOUR)
    grant = builders.a_grant(builders.a_kit(releases=[hidden, builders.a_published_release()]))

    for _ in range(2):
        accept(client, grant)

    copies = db.session.execute(db.select(Copy.about, Copy.recipient).order_by(Copy.about)).all()
    assert copies == [(f"release:{hidden.id}:{code}", grant.application.email) for code in ("en", "fr")]


def test_the_mail_says_the_embargo_also_of_a_kit_that_opens_later(app):
    soon, later = clock.now() + HOUR, clock.now() + DAY
    kits = [
        builders.a_kit(hours={"opens_at": soon, "embargo_until": later}),
        builders.a_kit(hours={"opens_at": soon}, releases=[an_embargoed(later)]),
        builders.a_kit(hours={"opens_at": soon}),
    ]
    mails = [
        composing.sample(builders.a_dispatch(DispatchKind.KIT, about=kit.subject), None, "en", clock.now())
        for kit in kits
    ]

    assert [mail.subject.startswith("[EMBARGO ") for mail in mails] == [True, True, False]
    assert ["Please publish nothing before then." in mail.text for mail in mails] == [True, True, False]
    assert ["canary" in mail.html.lower() for mail in mails] == [False] * 3
