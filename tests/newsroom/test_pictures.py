from datetime import timedelta

import pytest

from pressroom import clock
from pressroom.access import SYSTEM, Role
from pressroom.database import db
from pressroom.releases import workflow as releases
from tests import builders

HOUR = timedelta(hours=1)


def addresses(asset):
    name = asset.name.replace(" ", "%20")
    return [f"/files/{asset.full_key}/{name}", f"/files/{asset.web_key}/{name}", f"/en/media/{asset.id}"]


def visit(client, address, **options):
    """Each request in an application context of its own, so that none inherits another's visitor."""
    with client.application.app_context():
        return client.get(address, buffered=True, **options)


def codes(client, asset):
    return [visit(client, address).status_code for address in addresses(asset)]


def test_a_picture_is_seen_once_a_release_that_shows_it_is_public(client, monkeypatch):
    asset = builders.an_asset(size=(1400, 700))
    soon = clock.now() + HOUR
    release = builders.a_published_release(pictures=[asset], embargo_until=soon)

    assert codes(client, asset) == [404, 404, 404]
    monkeypatch.setattr(clock, "now", lambda: soon)
    assert codes(client, asset) == [200, 200, 200]
    releases.withdraw(release, reason="Erreur", by=SYSTEM, at=soon)
    db.session.commit()
    assert codes(client, asset) == [404, 404, 404]


def test_a_hidden_picture_answers_like_one_that_does_not_exist(client):
    asset = builders.an_asset()
    builders.a_published_release(pictures=[asset], embargo_until=clock.now() + HOUR)
    hidden, nothing = addresses(asset)[0], f"/files/{'0' * 26}/Salle%20pleine.png"
    validator = {"If-None-Match": f'"{asset.full_key}"'}

    answers = [visit(client, address, headers=validator) for address in (hidden, nothing)]

    pages = [answer.text.replace(asset.full_key, "0" * 26) for answer in answers]
    names = [sorted(answer.headers.keys()) for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert pages[0] == pages[1]
    assert names[0] == names[1]


def test_an_unused_picture_is_the_desks_alone(app, client, desk):
    asset = builders.an_asset()

    assert codes(client, asset) == [404, 404, 404]
    assert codes(desk, asset) == [200, 200, 200]
    assert codes(builders.signed_in(app, role=Role.REVIEWER), asset) == [404, 404, 404]


def test_a_file_is_served_harmless_and_for_a_minute(client):
    asset = builders.an_asset()
    builders.a_published_release(pictures=[asset])

    answer = visit(client, addresses(asset)[0])

    kept = (
        "Content-Type",
        "Content-Disposition",
        "Content-Security-Policy",
        "X-Content-Type-Options",
        "Cache-Control",
        "ETag",
    )
    assert [answer.headers[name] for name in kept] == [
        "image/png",
        'inline; filename="Salle pleine.png"',
        "sandbox; default-src 'none'",
        "nosniff",
        "public, max-age=60",
        f'"{asset.full_key}"',
    ]
    assert "Set-Cookie" not in answer.headers
    assert int(answer.headers["Content-Length"]) == asset.size


def test_a_file_is_downloaded_or_found_unchanged(client):
    asset = builders.an_asset(name="Été.png")
    builders.a_published_release(pictures=[asset])
    address = f"/files/{asset.full_key}/Été.png"

    download = visit(client, address + "?download=1")
    unchanged = visit(client, address, headers={"If-None-Match": f'"{asset.full_key}"'})

    assert (
        download.headers["Content-Disposition"]
        == "attachment; filename=Ete.png; filename*=UTF-8''%C3%89t%C3%A9.png"
    )
    assert (unchanged.status_code, unchanged.data) == (304, b"")


def test_what_the_desk_fetches_stays_out_of_caches(desk):
    asset = builders.an_asset()
    builders.a_published_release(pictures=[asset])

    assert visit(desk, addresses(asset)[0]).headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("name", ["other.png", "..%2Fpressroom.db"])
def test_a_file_answers_to_its_own_name_only(client, name):
    asset = builders.an_asset()
    builders.a_published_release(pictures=[asset])

    assert visit(client, f"/files/{asset.full_key}/{name}").status_code == 404


def test_the_page_of_a_picture_tells_all_about_it_in_its_language(client):
    asset = builders.an_asset(size=(1400, 700))
    builders.a_published_release(pictures=[asset])

    page = (
        visit(client, f"/fr/media/{asset.id}")
        .text.replace("\N{NO-BREAK SPACE}", " ")
        .replace("\N{NARROW NO-BREAK SPACE}", " ")
    )

    assert 'width="1280" height="640" alt="Une salle pleine"' in page
    assert "L’ouverture du forum." in page
    assert "Crédit : Ateliers Pins." in page
    assert "Télécharger (PNG, 1400 × 700," in page
    assert f'href="/en/media/{asset.id}" lang="en"' in page
