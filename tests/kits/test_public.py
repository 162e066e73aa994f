import io
import zipfile
from datetime import timedelta

import pytest

from pressroom import clock, links
from pressroom.access import SYSTEM
from pressroom.accreditation.models import State as ApplicationState
from pressroom.database import db
from pressroom.delivery.models import Copy
from pressroom.kits import workflow
from pressroom.kits.models import Fetch, Kit
from pressroom.releases.models import Words
from tests import builders

HOUR = timedelta(hours=1)
PRIVATE = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, noarchive",
    "Referrer-Policy": "no-referrer",
}


def page_of(grant, language="fr"):
    return f"/{language}/kits/{links.mint('kit', grant.id)}"


def buttons(grant):
    return [f"{page_of(grant)}/everything", f"{page_of(grant)}/files/{grant.kit.files[0].id}"]


def every_answer(client, grant):
    return [client.get(page_of(grant)), *(client.post(address, buffered=True) for address in buttons(grant))]


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def opened(answer):
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def fetches():
    return db.session.scalars(db.select(Fetch.what).order_by(Fetch.id)).all()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", ["Dossier de presse", "Bonjour à toutes et à tous.", "Forum des pôles", "Tout télécharger (ZIP)", "TXT, 15 o", "Les pôles se retrouvent", "Le forum <em>ouvre</em>", "Maël Quéré"]),
        ("en", ["Press kit", "Welcome to the forum.", "Forum on Competitiveness Clusters", "Download everything (ZIP)", "TXT, 15 B", "Clusters meet", "The forum <em>opens</em>", "Maël Quéré"]),
    ],
)  # fmt: skip
def test_the_page_says_what_is_inside_in_the_language_of_its_address(client, language, words):
    grant = builders.a_grant(builders.a_kit(releases=[builders.a_published_release()]))

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
    before = db.session.execute(
        db.select(Kit.version, db.func.count(Fetch.id)).outerjoin(Fetch, Fetch.id > 0)
    ).all()

    codes = [client.open(page_of(grant), method=method).status_code for method in ("GET", "HEAD")]
    codes += [client.open(address, method="GET").status_code for address in buttons(grant)]

    after = db.session.execute(
        db.select(Kit.version, db.func.count(Fetch.id)).outerjoin(Fetch, Fetch.id > 0)
    ).all()
    assert codes == [200, 200, 405, 405]
    assert after == before


def test_a_file_is_fetched_by_a_button_and_the_fetch_is_noted(client):
    kit = builders.a_kit(files=[("Programme – été.txt", "À 9 h".encode())])
    grant = builders.a_grant(kit)

    answer = client.post(f"{page_of(grant)}/files/{kit.files[0].id}", buffered=True)

    assert (answer.status_code, answer.data) == (200, "À 9 h".encode())
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"Programme  ete.txt\"; filename*=UTF-8''Programme%20%E2%80%93%20%C3%A9t%C3%A9.txt"
    )
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert {name: answer.headers[name] for name in PRIVATE} == PRIVATE
    assert fetches() == ["Programme – été.txt"]


def test_whoever_takes_everything_is_known_to_hold_these_words(client):
    public = builders.a_published_release()
    hidden = builders.a_published_release(embargo_until=clock.now() + HOUR)
    grant = builders.a_grant(builders.a_kit(releases=[public, hidden]))

    for address in (*buttons(grant), buttons(grant)[0]):
        client.post(address, buffered=True)

    person = grant.application
    assert [
        (one.about, one.revision, one.recipient, one.language, one.by)
        for one in db.session.scalars(db.select(Copy).order_by(Copy.about))
    ] == [(f"release:{public.id}:{code}", 1, person.email, person.language, "kit") for code in ("en", "fr")]


def test_everything_comes_as_one_valid_archive_of_known_length(client):
    release = builders.a_published_release(at=builders.NOON)
    kit = builders.a_kit(files=[("Plan.txt", b"Niveau 1"), ("plan.TXT", b"Niveau 2")], releases=[release])
    grant = builders.a_grant(kit)

    answer = client.post(f"{page_of(grant)}/everything", buffered=True)

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
    assert fetches() == ["*"]


def test_nothing_embargoed_is_in_a_kit_before_its_hour(client, monkeypatch):
    canary = Words("CANARY headline", "CANARYVILLE", "CANARY lead", "<p>CANARY body</p>")
    soon = clock.now() + HOUR
    release = builders.a_published_release(words={"fr": canary, "en": canary}, embargo_until=soon)
    grant = builders.a_grant(builders.a_kit(releases=[release]))

    def leaks():
        pages = [client.get(page_of(grant, language)).data for language in ("fr", "en")]
        archive = client.post(f"{page_of(grant)}/everything", buffered=True).data
        return [data.lower().count(b"canary") > 0 for data in (*pages, archive)]

    assert leaks() == [False, False, False]
    monkeypatch.setattr(clock, "now", lambda: soon)
    assert leaks() == [True, True, True]


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


@pytest.mark.parametrize("ending", [revoked, withdrawn, undone, approved_anew, closed])
def test_the_link_dies_with_what_it_stands_for(client, ending):
    grant = builders.a_grant()
    assert [answer.status_code for answer in every_answer(client, grant)] == [200, 200, 200]
    ending(grant)
    db.session.commit()

    answers = every_answer(client, grant)

    assert [answer.status_code for answer in answers] == [410, 410, 410]
    assert ["Ce lien n’ouvre plus le dossier de presse" in answer.text for answer in answers] == [True] * 3
    assert ["Bonjour à toutes" in answer.text for answer in answers] == [False] * 3
    assert answers[0].headers["Cache-Control"] == "private, no-store"
    assert fetches() == ["*", "Programme.txt"]


def test_a_dead_link_names_whom_to_call(client):
    builders.a_press_contact()
    grant = builders.a_grant()
    withdrawn(grant)
    db.session.commit()

    assert "+33 1 99 00 00 01" in client.get(page_of(grant, "en")).text


def test_a_link_that_was_never_given_is_not_found(client):
    grant, other = builders.a_grant(), builders.a_kit()
    wrong = page_of(grant)[:-1] + ("A" if page_of(grant)[-1] != "A" else "B")

    codes = [
        client.get(wrong).status_code,
        client.post(f"{wrong}/everything").status_code,
        client.post(f"{page_of(grant)}/files/{other.files[0].id}").status_code,
    ]

    assert codes == [404, 404, 404]
