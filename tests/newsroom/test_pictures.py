import io
from datetime import date, timedelta
from html import unescape

import pytest
from PIL import Image
from sqlalchemy import event

from pressroom import clock, storage
from pressroom.access import SYSTEM, Role
from pressroom.database import db
from pressroom.media.licences import Licence
from pressroom.media.models import Kind
from pressroom.releases import workflow as releases
from pressroom.releases.models import Topic, TopicText
from tests import builders
from tests.media.files import a_pdf, a_picture, a_wav

HOUR = timedelta(hours=1)


def file_url(rendition):
    return f"/files/{rendition.key}/{rendition.filename.replace(' ', '%20')}"


def addresses(asset):
    return [*map(file_url, asset.renditions), f"/en/media/{asset.id}"]


def visit(client, address, **options):
    """Each request in an application context of its own, so that none inherits another's visitor."""
    with client.application.app_context():
        return client.get(address, buffered=True, **options)


def read(client, address):
    text = unescape(visit(client, address).text)
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def codes(client, asset):
    return {visit(client, address).status_code for address in addresses(asset)}


def withdrawn(release, at):
    releases.withdraw(release, notes={"fr": "Erreur", "en": "Error"}, by=SYSTEM, at=at)


def killed(release, at):
    releases.kill(release, notes={"fr": "Erreur", "en": "Error"}, by=SYSTEM, at=at)


@pytest.mark.parametrize("take_off", [withdrawn, killed])
def test_a_picture_is_seen_as_long_as_a_release_that_shows_it_is_public(client, monkeypatch, take_off):
    asset = builders.an_asset(size=(1400, 700))
    soon = clock.now() + HOUR
    release = builders.a_published_release(pictures=[asset], embargo_until=soon)

    assert codes(client, asset) == {404}
    monkeypatch.setattr(clock, "now", lambda: soon)
    assert codes(client, asset) == {200}
    take_off(release, soon)
    db.session.commit()
    assert codes(client, asset) == {404}
    builders.a_published_release(pictures=[asset])
    assert codes(client, asset) == {200}


def test_a_hidden_picture_answers_like_one_that_does_not_exist(client):
    asset = builders.an_asset()
    builders.a_published_release(pictures=[asset], embargo_until=clock.now() + HOUR)
    hidden, nothing = file_url(asset.download), f"/files/{'0' * 26}/Salle%20pleine.png"
    validator = {"If-None-Match": f'"{asset.download.key}"', "Range": "bytes=0-9"}

    answers = [visit(client, address, headers=validator) for address in (hidden, nothing)]

    pages = [answer.text.replace(asset.download.key, "0" * 26) for answer in answers]
    names = [sorted(answer.headers.keys()) for answer in answers]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert pages[0] == pages[1]
    assert names[0] == names[1]


def test_an_unused_picture_is_the_desks_alone(app, client, desk):
    asset = builders.an_asset()

    assert codes(client, asset) == {404}
    assert codes(desk, asset) == {200}
    assert codes(builders.signed_in(app, role=Role.REVIEWER), asset) == {404}


def test_what_is_offered_on_its_own_is_seen_once_it_has_its_words(client):
    logo = builders.an_asset(kind=Kind.LOGO, offered=True)
    waiting = builders.an_asset(described=False)
    waiting.offered = True
    builders.stored(waiting)

    assert codes(client, logo) == {200}
    assert codes(client, waiting) == {404}


def test_a_restricted_picture_shows_that_it_exists_and_how_to_ask(client, desk):
    builders.a_press_contact()
    asset = builders.an_asset(size=(1400, 700), restricted=True)
    sound = builders.an_asset(data=a_wav(), name="son.wav", restricted=True)
    release = builders.a_published_release(pictures=[asset, sound])

    got = {one.name.value for one in asset.renditions if visit(client, file_url(one)).status_code == 200}
    page = read(client, f"/en/media/{asset.id}")
    story = read(client, f"/en/releases/{release.id}/clusters-meet")

    assert got == {"thumb"}
    assert visit(client, file_url(sound.download)).status_code == 404
    assert codes(desk, asset) == codes(desk, sound) == {200}
    assert "Reserved for accredited media" in page
    assert "mael.quere@press.example" in page
    for text in (page, story, read(client, f"/en/media/{sound.id}"), read(client, "/en/media/")):
        assert asset.download.key not in text
        assert sound.download.key not in text
    assert asset.rendition("thumb").key in story


def test_a_file_is_served_harmless_and_for_a_minute(client):
    asset = builders.an_asset(data=a_picture(size=(1400, 700)), name="Salle pleine.jpg")
    builders.a_published_release(pictures=[asset], at=clock.now() - HOUR)
    web = asset.rendition("web")

    answer = visit(client, file_url(web))

    kept = (
        "Content-Type", "Content-Disposition", "Content-Security-Policy", "X-Content-Type-Options", "Cache-Control", "ETag",
    )  # fmt: skip
    assert [answer.headers[name] for name in kept] == [
        "image/jpeg",
        'inline; filename="Salle pleine-web.jpg"',
        "sandbox; default-src 'none'",
        "nosniff",
        "public, max-age=60",
        f'"{web.key}"',
    ]
    assert "Set-Cookie" not in answer.headers
    assert int(answer.headers["Content-Length"]) == web.size


@pytest.mark.parametrize(
    ("name", "data"), [("plan.pdf", a_pdf()), ("page.pdf", a_pdf() + b"<script>alert(1)</script>")]
)
def test_a_document_is_only_ever_saved(client, name, data):
    asset = builders.an_asset(data=data, name=name)
    builders.a_published_release(pictures=[asset])

    answer = visit(client, file_url(asset.download))

    assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert (answer.mimetype, b"<script>" in answer.data) == ("application/pdf", False)


def test_a_recording_is_heard_in_parts(client):
    asset = builders.an_asset(data=a_wav(), name="son.wav")
    builders.a_published_release(pictures=[asset])

    part = visit(client, file_url(asset.download), headers={"Range": "bytes=4-7"})

    data = storage.read(asset.download.key)
    assert (part.status_code, part.mimetype, part.data) == (206, "audio/wav", data[4:8])
    assert part.headers["Content-Range"] == f"bytes 4-7/{len(data)}"
    assert part.headers["Cache-Control"] == "no-cache"


def test_a_download_has_the_words_inside_and_is_found_unchanged_until_they_change(client):
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "CANARY"
    asset = builders.an_asset(data=a_picture(exif=exif, comment=b"CANARY"), name="Été.jpg")
    builders.a_published_release(pictures=[asset])
    address = f"{file_url(asset.download)}?download=1"

    first = visit(client, address)
    again = visit(client, address, headers={"If-None-Match": first.headers["ETag"]})
    part = visit(client, address, headers={"Range": "bytes=2-5"})
    asset.texts["fr"].caption = "Une autre légende."
    builders.stored(asset)
    mended = visit(client, address, headers={"If-None-Match": first.headers["ETag"]})

    assert (
        first.headers["Content-Disposition"]
        == "attachment; filename=Ete.jpg; filename*=UTF-8''%C3%89t%C3%A9.jpg"
    )
    assert all(
        words.encode() in first.data
        for words in ("L’ouverture du forum.", "The forum opens.", "Ateliers Pins")
    )
    assert b"CANARY" not in first.data
    assert Image.open(io.BytesIO(first.data)).size == (60, 40)
    assert (again.status_code, again.data) == (304, b"")
    assert (part.status_code, part.data) == (206, first.data[2:6])
    assert (mended.status_code, "Une autre légende.".encode() in mended.data) == (200, True)


def test_words_of_what_is_under_embargo_are_in_no_public_file(client):
    asset = builders.an_asset(data=a_picture(), name="a.jpg")
    builders.a_published_release(pictures=[asset])
    secret = builders.a_published_release(pictures=[asset], embargo_until=clock.now() + HOUR)

    answers = [visit(client, f"{file_url(one)}?download=1") for one in asset.renditions]

    assert all(secret.id.encode() not in answer.data for answer in answers)
    assert secret.id not in visit(client, f"/en/media/{asset.id}").text


def test_what_the_desk_fetches_stays_out_of_caches(desk):
    asset = builders.an_asset()
    builders.a_published_release(pictures=[asset])

    for address in [*addresses(asset), "/en/media/"]:
        assert visit(desk, address).headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("name", ["other.png", "..%2Fpressroom.db"])
def test_a_file_answers_to_its_own_name_only(client, name):
    asset = builders.an_asset()
    builders.a_published_release(pictures=[asset])

    assert visit(client, f"/files/{asset.download.key}/{name}").status_code == 404


def test_the_page_of_a_picture_tells_all_about_it(client):
    asset = builders.an_asset(
        data=a_picture(size=(1400, 700)), name="Salle pleine.jpg", licence=Licence.CC_BY, taken_on=date(2026, 12, 1), place="Nice"
    )  # fmt: skip
    release = builders.a_published_release(pictures=[asset])
    hidden = builders.a_published_release(pictures=[asset], embargo_until=clock.now() + HOUR)

    page = read(client, f"/fr/media/{asset.id}")

    assert f'<source srcset="{file_url(asset.sources("web")[0])}" type="image/webp">' in page
    assert (
        f'<img src="{file_url(asset.rendition("web"))}" width="1280" height="640" alt="Une salle pleine"'
        in page
    )
    assert "<p>L’ouverture du forum.</p>" in page
    assert '<p lang="en">The forum opens.</p>' in page
    assert "Crédit : Ateliers Pins." in page
    assert "https://creativecommons.org/licenses/by/4.0/" in page
    assert "1er décembre 2026" in page
    assert "Nice" in page
    assert "Télécharger (JPEG, 1400 × 700," in page
    assert "Télécharger (JPEG, 1280 × 640," in page
    assert 'data-copy="L’ouverture du forum. Crédit : Ateliers Pins."' in page
    assert f'href="/fr/releases/{release.id}/' in page
    assert hidden.id not in page
    assert f'<link rel="alternate" hreflang="en" href="http://press.example/en/media/{asset.id}">' in page


def test_a_document_and_a_recording_have_their_own_pages(client):
    words = {
        "fr": {"title": "L’indicatif", "caption": "", "transcript": "Trois notes.\n\nUn accord."},
        "en": {"title": "The tune", "caption": ""},
    }
    sound = builders.an_asset(data=a_wav(), name="son.wav", words=words)
    document = builders.an_asset(data=a_pdf(pages=2), name="plan.pdf", words=words, language="fr")
    release = builders.a_published_release(pictures=[sound, document])

    sound_page, document_page, story = (
        read(client, f"/en/media/{sound.id}"), read(client, f"/en/media/{document.id}"),
        read(client, f"/en/releases/{release.id}/clusters-meet"),
    )  # fmt: skip

    for page in (sound_page, story):
        assert (
            f'<audio controls preload="none" src="{file_url(sound.download)}" aria-label="The tune">' in page
        )
        assert '<div lang="fr"><p>Trois notes.</p><p>Un accord.</p></div>' in page
    for page in (document_page, story):
        assert "Download (PDF, 2 pages," in page
    assert "français" in document_page
    assert story.index("Documents</h2>") < story.index("Sound</h2>")
    assert "media-src 'self'" in visit(client, f"/en/media/{sound.id}").headers["Content-Security-Policy"]


def test_pictures_leave_with_a_release_that_is_withdrawn(desk):
    asset = builders.an_asset()
    release = builders.a_published_release(pictures=[asset])
    withdrawn(release, clock.now())
    db.session.commit()

    assert asset.rendition("web").key not in desk.get(f"/en/releases/{release.id}/clusters-meet").text


def test_the_library_lists_what_readers_may_see(client):
    shown, logo = (
        builders.an_asset(name="shown.png"),
        builders.an_asset(name="logo.png", kind=Kind.LOGO, offered=True),
    )
    unused, waiting, secret = (
        builders.an_asset(name="unused.png"), builders.an_asset(name="waiting.png", described=False),
        builders.an_asset(name="secret.png"),
    )  # fmt: skip
    builders.a_published_release(pictures=[shown])
    builders.a_published_release(pictures=[secret], embargo_until=clock.now() + HOUR)

    page = visit(client, "/en/media/").text

    assert [asset.id in page for asset in (shown, logo, unused, waiting, secret)] == [
        True,
        True,
        False,
        False,
        False,
    ]
    assert "2 files" in page


def test_an_empty_library_says_whom_to_write_to(client):
    builders.a_press_contact()

    page = visit(client, "/fr/media/").text

    assert "Maël Quéré" in page


def test_every_filter_is_in_the_address_and_tells_of_nothing_hidden(client):
    event = builders.an_event()
    topics = [Topic(position=n, texts={"en": TopicText(language="en", name=name, slug=name), "fr": TopicText(language="fr", name=name, slug=name)}) for n, name in enumerate(("Sea", "Hidden"))]  # fmt: skip
    old, plan, secret = (
        builders.an_asset(name="old.png", taken_on=date(2019, 5, 1)), builders.an_asset(name="plan.pdf", data=a_pdf()),
        builders.an_asset(name="secret.wav", data=a_wav(), taken_on=date(2011, 5, 1)),
    )  # fmt: skip
    sea, hidden = (
        builders.a_published_release(pictures=[old]),
        builders.a_published_release(pictures=[secret], embargo_until=clock.now() + HOUR),
    )
    builders.a_published_release(pictures=[plan])
    sea.topics, sea.event, hidden.topics = topics[:1], event, topics[1:]
    db.session.commit()

    def found(query):
        page = visit(client, f"/en/media/{query}").text
        return [asset.name for asset in (old, plan, secret) if asset.id in page]

    page = visit(client, "/en/media/").text
    assert found("") == ["old.png", "plan.pdf"]
    assert found("?kind=document") == ["plan.pdf"]
    assert (
        found("?year=2019") == found(f"?topic={topics[0].id}") == found(f"?event={event.id}") == ["old.png"]
    )
    assert found(f"?kind=document&topic={topics[0].id}") == []
    assert "Hidden" not in page
    assert "2011" not in page
    assert 'value="audio"' not in page
    chosen = visit(client, "/en/media/?kind=document&page=1").text
    assert 'href="/fr/media/?kind=document"' in chosen
    assert '<option value="document" selected>Documents</option>' in chosen
    assert 'content="noindex, follow"' in chosen


@pytest.mark.parametrize(
    "query", ["page=999", "page=abc", "year=abc", "year=20110501", "kind=%00", f"topic={'x' * 5000}", "event=%27%22", "kind=audio"]
)  # fmt: skip
def test_a_filter_that_means_nothing_is_no_filter(client, query):
    builders.a_published_release(pictures=[builders.an_asset()])

    answer = visit(client, f"/fr/media/?{query}")

    assert (answer.status_code, "une salle pleine" in answer.text.lower()) == (200, True)


def test_the_library_costs_as_many_queries_for_many_filters_as_for_one(client):
    asked = []
    event.listen(db.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))

    def another(name):
        release = builders.a_published_release(pictures=[builders.an_asset()])
        release.topics, release.event = [builders.a_topic(name)], builders.an_event()
        db.session.commit()

    def queries():
        asked.clear()
        assert visit(client, "/en/media/").status_code == 200
        return len(asked)

    another("Sea")
    few = queries()
    for name in ("Energy", "Water"):
        another(name)

    assert queries() == few


def test_a_long_library_has_pages_that_keep_the_filter(client):
    for number in range(25):
        builders.an_asset(name=f"{number}.pdf", data=a_pdf(), offered=True)

    first, second = (
        visit(client, "/en/media/?kind=document").text,
        visit(client, "/en/media/?kind=document&page=2").text,
    )

    assert first.count("Download (PDF, 1 page,") == 24
    assert 'href="/en/media/?kind=document&amp;page=2"' in first
    assert second.count("Download (PDF, 1 page,") == 1
