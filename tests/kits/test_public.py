"""What a recipient's link opens, when, and what it never shows."""

import io
import zipfile
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from pressroom import clock, links
from pressroom.access import SYSTEM
from pressroom.accreditation.models import State as ApplicationState
from pressroom.database import db
from pressroom.delivery.models import Copy, Message
from pressroom.kits import drafting, queries, tasks, workflow
from pressroom.kits.models import Fetch, Kit
from tests import builders

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LANGUAGES = ("fr", "en")
PRIVATE = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, noarchive",
    "Referrer-Policy": "no-referrer",
}


def page_of(grant, language="fr"):
    return f"/{language}/kits/{queries.token_of(grant)}"


def buttons(grant):
    return [f"{page_of(grant)}/everything", f"{page_of(grant)}/files/{grant.kit.current.files[0].id}"]


def take(client, address):
    """Press a button and follow it to the download."""
    return client.post(address, follow_redirects=True, buffered=True)


def build():
    tasks.fall_due(clock.now())


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def opened(answer):
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def fetches():
    return db.session.execute(db.select(Fetch.what, Fetch.number).order_by(Fetch.id)).all()


@pytest.fixture
def at(monkeypatch):
    """Set the clock."""
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ["Dossier de presse", "Bonjour à toutes et à tous.", "Forum des pôles", "Tout télécharger (ZIP,", "TXT, 15 o", "SHA-256", "Version 1", "Les pôles se retrouvent", "Le forum <em>ouvre</em>", "Maël Quéré"]),
        ("en", ["Press kit", "Welcome to the forum.", "Forum on Competitiveness Clusters", "Download everything (ZIP,", "TXT, 15 B", "SHA-256", "Last updated on", "Version 1", "Clusters meet", "The forum <em>opens</em>", "Maël Quéré"]),
    ],
)  # fmt: skip
def test_the_page_says_what_is_inside_in_the_language_of_its_address(client, language, words):
    grant = builders.a_grant(builders.a_kit(releases=[builders.a_published_release()]))
    build()

    answer = client.get(page_of(grant, language))

    missing = [word for word in words if word.lower() not in plain(answer.text).lower()]
    assert answer.status_code == 200
    assert missing == []
    assert {name: answer.headers[name] for name in PRIVATE} == PRIVATE


def test_a_release_of_one_language_is_shown_in_it(client):
    grant = builders.a_grant(builders.a_kit(releases=[builders.a_published_release(languages=("fr",))]))

    page = client.get(page_of(grant, "en")).text

    assert '<article lang="fr">' in page
    assert "/fr/releases/" in page


def test_looking_changes_nothing(client):
    grant = builders.a_grant()
    build()
    counted = db.select(Kit.version, db.select(db.func.count(Fetch.id)).scalar_subquery())
    before = db.session.execute(counted).all()

    codes = [client.open(page_of(grant), method=method).status_code for method in ("GET", "HEAD")]
    codes += [client.open(address, method="GET").status_code for address in buttons(grant)]

    assert codes == [200, 200, 405, 405]
    assert db.session.execute(counted).all() == before


def test_while_the_archive_is_being_built_each_file_is_there_already(client):
    grant = builders.a_grant()

    page = client.get(page_of(grant, "en")).text
    answer = client.post(f"{page_of(grant, 'en')}/everything")

    assert "The press kit is being prepared: come back in a minute." in page
    assert "Download everything" not in page
    assert "Download “Programme.txt”" in page
    assert (answer.status_code, answer.location) == (303, page_of(grant, "en"))
    assert take(client, buttons(grant)[1]).data == b"09:00 Ouverture"
    build()
    assert "Download everything" in client.get(page_of(grant, "en")).text
    assert fetches() == [("Programme.txt", 1)]


def test_whoever_takes_everything_is_known_to_hold_these_words(client):
    public = builders.a_published_release()
    hidden = builders.a_published_release(embargo_until=clock.now() + HOUR)
    grant = builders.a_grant(builders.a_kit(releases=[public, hidden]))
    build()

    for address in (*buttons(grant), buttons(grant)[0]):
        take(client, address)

    person = grant.application
    assert [
        (one.about, one.revision, one.recipient, one.language, one.by)
        for one in db.session.scalars(db.select(Copy).order_by(Copy.about))
    ] == [(f"release:{public.id}:{code}", 1, person.email, person.language, "kit") for code in ("en", "fr")]


def test_everything_comes_as_one_valid_archive_of_known_length(client):
    release = builders.a_published_release(at=builders.NOON)
    kit = builders.a_kit(files=[("Plan.txt", b"Niveau 1"), ("plan.TXT", b"Niveau 2")], releases=[release])
    grant = builders.a_grant(kit)
    build()

    answer = take(client, f"{page_of(grant)}/everything")

    slugs = {language: text.slug for language, text in release.texts.items()}
    reach = "Maël Quéré\n{role}\n+33 1 99 00 00 01\nmael.quere@press.example\n{hours}"
    french = "\n\n".join([
        "Bureau de presse\nCommuniqué de presse n° 2026-001\nSophia Antipolis, 22 novembre 2026",
        "Les pôles se retrouvent", "Une journée.", "Le forum ouvre.", "– Fin –",
        "Contact presse\n" + reach.format(role="Relations médias", hours="du lundi au vendredi, 9 h à 18 h"),
        f"http://press.example/fr/releases/{release.id}/{slugs['fr']}\n",
    ])  # fmt: skip
    english = "\n\n".join([
        "Press office\nPress release no. 2026-001\nSophia Antipolis, 22 November 2026",
        "Clusters meet", "One day.", "The forum opens.", "– Ends –",
        "Press contact\n" + reach.format(role="Media relations", hours="Monday to Friday, 09:00 to 18:00"),
        f"http://press.example/en/releases/{release.id}/{slugs['en']}\n",
    ])  # fmt: skip
    assert {name: plain(data.decode()) for name, data in opened(answer).items()} == {
        "cover-en.txt": "Welcome to the forum.\n",
        "cover-fr.txt": "Bonjour à toutes et à tous.\n",
        "Plan.txt": "Niveau 1",
        "plan (2).TXT": "Niveau 2",
        f"{slugs['en']}-en.txt": english,
        f"{slugs['fr']}-fr.txt": french,
    }
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert answer.headers["Content-Disposition"] == f"attachment; filename={kit.event.texts['fr'].slug}.zip"
    assert answer.mimetype == "application/zip"
    assert fetches() == [("*", 1)]


def test_a_restricted_asset_comes_with_its_words_its_credit_and_its_terms(client):
    asset = builders.an_asset(restricted=True)
    grant = builders.a_grant(builders.a_kit(assets=[asset]))

    page = client.get(page_of(grant, "en")).text
    picture = next(file for file in grant.kit.current.files if file.asset_id)
    answer = take(client, f"{page_of(grant)}/files/{picture.id}")

    assert [word in page for word in ("The forum opens.", "Credit: Ateliers Pins.", picture.digest)] == [
        True
    ] * 3
    assert answer.mimetype == "image/png"
    assert "L’ouverture du forum.".encode() in answer.data


# Versions -------------------------------------------------------------------------------------------------


def a_second_version(kit, *, files, note):
    """What the desk does: other files, published with a note in each language."""
    for file in kit.current.files:
        drafting.take_out(kit, file, by=SYSTEM, at=clock.now())
    covers = {code: text.cover for code, text in kit.newest.texts.items()}
    taken = [builders.Taken(name, "text/plain", data) for name, data in files]
    drafting.fill(kit, covers=covers, releases=[], files=taken, by=SYSTEM, at=clock.now())
    workflow.publish(kit, note, languages=LANGUAGES, by=SYSTEM, at=clock.now())
    db.session.commit()


def test_behind_the_same_link_is_the_newest_version_and_what_it_changed(client):
    grant, late = builders.a_grant(), None
    late = builders.a_grant(grant.kit)
    build()
    take(client, buttons(grant)[0])
    note = {"fr": "Le plan est corrigé.", "en": "The map is corrected."}

    a_second_version(grant.kit, files=[("Plan.txt", b"right")], note=note)
    build()

    page, first_seen = client.get(page_of(grant, "en")).text, client.get(page_of(late, "en")).text
    assert ["Changed since you fetched version 1" in one for one in (page, first_seen)] == [True, False]
    assert ["The map is corrected." in one for one in (page, first_seen)] == [
        True,
        True,
    ]  # in the list of changes
    assert "Le plan est corrigé." in client.get(page_of(grant, "fr")).text
    assert opened(take(client, f"{page_of(grant)}/everything"))["Plan.txt"] == b"right"
    assert fetches() == [("*", 1), ("*", 2)]
    assert "Changed since" not in client.get(page_of(grant, "en")).text


def test_a_draft_is_seen_by_nobody_but_the_desk(client):
    grant = builders.a_grant()
    build()
    covers = {"fr": "CANARY", "en": "CANARY"}
    secret = builders.Taken("CANARY.txt", "text/plain", b"CANARY")
    drafting.fill(grant.kit, covers=covers, releases=[], files=[secret], by=SYSTEM, at=clock.now())
    db.session.commit()
    draft = grant.kit.draft.files[-1]
    build()

    pages = [client.get(page_of(grant, language)).data for language in LANGUAGES]

    assert [b"CANARY" in data for data in (*pages, take(client, buttons(grant)[0]).data)] == [False] * 3
    assert client.post(f"{page_of(grant)}/files/{draft.id}").status_code == 404


def test_a_file_of_an_older_version_leads_back_to_the_page(client):
    grant = builders.a_grant()
    old = buttons(grant)[1]
    a_second_version(grant.kit, files=[("Plan.txt", b"right")], note={"fr": "a", "en": "b"})

    answer = client.post(old, follow_redirects=True)

    assert (answer.status_code, answer.request.path) == (200, page_of(grant))
    assert fetches() == []


# The link -------------------------------------------------------------------------------------------------


def revoked(grant):
    grant.application.state = ApplicationState.REVOKED


def withdrawn(grant):
    grant.application.state = ApplicationState.WITHDRAWN


def undone(grant):
    grant.application.state, grant.application.undo_until = ApplicationState.RECEIVED, None


def approved_anew(grant):
    grant.application.undo_until = clock.now() + HOUR


def closed(grant):
    workflow.act(grant.kit, "close", languages=(), by=SYSTEM, at=clock.now())


def shut(grant):
    workflow.revoke(grant, by=SYSTEM, at=clock.now())


def over(grant):
    grant.kit.expires_at = clock.now()


@pytest.mark.parametrize("ending", [revoked, withdrawn, undone, approved_anew, closed, shut, over])
def test_the_link_dies_with_what_it_stands_for(client, ending):
    grant = builders.a_grant()
    build()
    assert [take(client, address).status_code for address in buttons(grant)] == [200, 200]
    places = [client.post(address).location for address in buttons(grant)]
    before = fetches()
    ending(grant)
    db.session.commit()

    answers = [client.get(page_of(grant)), *(client.post(address) for address in buttons(grant))]
    downloads = [client.get(place) for place in places]

    assert [answer.status_code for answer in (*answers, *downloads)] == [410] * 5
    assert ["Ce lien n’ouvre plus le dossier de presse" in answer.text for answer in answers] == [True] * 3
    assert ["Bonjour à toutes" in answer.text for answer in answers] == [False] * 3
    assert {name: answers[0].headers[name] for name in PRIVATE} == PRIVATE
    assert fetches() == before


def test_a_dead_link_names_whom_to_call(client):
    builders.a_press_contact()
    grant = builders.a_grant()
    withdrawn(grant)
    db.session.commit()

    page = client.get(page_of(grant, "en")).text

    assert "+33 1 99 00 00 01" in page
    assert "Ask for a new link" not in page


def test_a_link_that_was_never_given_is_not_found(client):
    grant, other = builders.a_grant(), builders.a_kit()
    wrong = page_of(grant)[:-1] + ("A" if page_of(grant)[-1] != "A" else "B")

    codes = [
        client.get(wrong).status_code,
        client.post(f"{wrong}/everything").status_code,
        client.post(f"{page_of(grant)}/files/{other.current.files[0].id}").status_code,
    ]

    assert codes == [404, 404, 404]


def test_links_last_for_thirty_days_after_the_event_unless_the_desk_says_otherwise(client, at):
    grant = builders.a_grant()
    ends = grant.kit.event.ends_at + 30 * DAY

    codes = []
    for moment in (ends - HOUR, ends):
        at(moment)
        codes.append(client.get(page_of(grant)).status_code)
    grant.kit.expires_at = ends + HOUR
    db.session.commit()

    assert (*codes, client.get(page_of(grant)).status_code) == (200, 410, 200)


def mails():
    return db.session.scalars(db.select(Message).order_by(Message.created_at)).all()


def test_whoever_finds_an_expired_link_gets_a_new_one_at_the_address_that_is_known(client, at):
    grant, now = builders.a_grant(), clock.now()
    at(now)
    grant.kit.expires_at = now
    db.session.commit()
    old = page_of(grant)
    assert "Ask for a new link" in client.get(f"/en{old[3:]}").text

    answers = [client.post(f"{old}/new-link", data={"email": "evil@x.example"}) for _ in range(2)]

    db.session.expire_all()
    [mail] = mails()
    assert [answer.status_code for answer in answers] == [303, 303]
    assert (mail.recipient, mail.language, mail.scope) == (
        grant.application.email, grant.application.language, None,
    )  # fmt: skip
    assert f"http://press.example{page_of(grant, grant.application.language)}" in mail.text
    assert page_of(grant) != old
    assert [client.get(page).status_code for page in (old, page_of(grant))] == [410, 200]
    until = (now + 7 * DAY).astimezone(ZoneInfo("Europe/Paris"))
    assert f"It works until {until:%-d %B %Y, %H:%M}" in plain(client.get(page_of(grant, "en")).text)
    at(now + 7 * DAY)
    assert client.get(page_of(grant)).status_code == 410


@pytest.mark.parametrize("times", [1, 2])
def test_a_link_that_was_replaced_brings_the_newer_one_to_its_owner(client, at, times):
    grant, now = builders.a_grant(), clock.now()
    old = page_of(grant)
    for _ in range(times):
        workflow.renew(grant, by=SYSTEM, at=now)
        db.session.commit()
    at(now + HOUR)

    page = client.get(f"/en{old[3:]}").text
    client.post(f"{old}/new-link")

    assert "A newer link was sent to you by email." in page
    assert len(mails()) == times + 1
    assert queries.token_of(grant) in mails()[-1].text
    assert client.get(page_of(grant)).status_code == 200


def test_nobody_gets_a_new_link_to_what_is_closed_to_them(client):
    grant = builders.a_grant()
    shut(grant)
    db.session.commit()

    answer = client.post(f"{page_of(grant)}/new-link")

    assert (answer.status_code, mails()) == (303, [])
    assert client.post(f"/fr/kits/{'t' * 22}/new-link").status_code == 404


def test_the_link_that_mails_give_is_the_same_ever_after_and_only_its_digest_is_stored(app):
    kit, application = builders.a_kit(), None
    application = builders.an_accredited(kit.event, language="en")

    given = {workflow.grant(kit, application, at=clock.now()) for _ in range(2)}

    grant = queries.grant_of(kit, application)
    token = links.mint("kit", grant.id)
    assert given == {f"http://press.example/en/kits/{token}"}
    assert grant.link_digest == links.digest(token)
