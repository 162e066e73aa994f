"""A release before its hour, for whoever holds a personal link, says who they are and accepts the embargo."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from pypdf import PdfReader

from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.delivery.models import Copy
from pressroom.releases import previews, workflow
from pressroom.releases.models import PreviewOpening, Words
from tests import builders
from tests.builders import NOON
from tests.newsroom.reading import main

PRIVATE = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, noarchive",
    "Referrer-Policy": "no-referrer",
}
LIFT = datetime(2026, 11, 24, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EMAIL = "noemie@telegraphe.example"
SECRET = ("Clusters", "pôles", "Sophia", "The forum", "Le forum", "A full room", "Ateliers Pins", "Salle")


@pytest.fixture
def preview(app, at):
    release = builders.a_published_release(
        at=NOON, embargo_until=LIFT, pictures=[builders.an_asset(name="Salle.png")]
    )
    return builders.a_preview(release)


def address(preview, language="en", end=""):
    return f"/{language}/previews/{previews.token_of(preview)}{end}"


def enter(client, preview, *, language="en", email=EMAIL, accepted="y"):
    return client.post(address(preview, language), data={"email": email, "accepted": accepted})


def openings():
    rows = db.session.scalars(db.select(PreviewOpening).order_by(PreviewOpening.id))
    return [(row.granted, row.what) for row in rows]


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def secrets_in(*pages):
    return [word for page in pages for word in SECRET if word in page.text]


def test_the_link_opens_a_page_that_asks_who_is_there_and_says_nothing_else(client, preview):
    pages = [client.get(address(preview, language)) for language in ("en", "fr")]

    assert [page.status_code for page in pages] == [200, 200]
    assert secrets_in(*pages) == []
    assert [preview.release_id in page.text or preview.name in page.text for page in pages] == [False, False]
    assert (
        "It is under embargo until Tuesday 24 November 2026, 10:00, Paris time (UTC+1) – 09:00 UTC."
        in main(pages[0])
    )
    assert {name: pages[0].headers[name] for name in PRIVATE} == PRIVATE
    assert openings() == []  # opening a mailed link changes nothing


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            [
                "Under embargo until Tuesday 24 November 2026, 10:00, Paris time (UTC+1) – 09:00 UTC. Please publish nothing before then.",
                "Copy for Noémie Kervella", "<h1>Clusters meet</h1>", "The forum <em>opens</em>.", "Credit: Ateliers Pins.",
            ],
        ),
        (
            "fr",
            [
                "Sous embargo jusqu’au mardi 24 novembre 2026 à 10 h, heure de Paris (UTC+1), soit 9 h UTC. Ne publiez rien avant.",
                "Exemplaire de Noémie Kervella", "<h1>Les pôles se retrouvent</h1>", "Le forum <em>ouvre</em>.", "Crédit : Ateliers Pins.",
            ],
        ),
    ],
)  # fmt: skip
def test_the_right_address_and_the_embargo_accepted_open_the_release(client, preview, language, sentences):
    entered = enter(client, preview, language=language)
    page = client.get(entered.location)

    assert (entered.status_code, entered.location) == (303, address(preview, language))
    assert [sentence in plain(page.text) for sentence in sentences] == [True] * len(sentences)
    assert 'role="region" aria-label="Embargo"' in page.text
    assert {name: page.headers[name] for name in PRIVATE} == PRIVATE
    assert openings() == [(True, "")]
    assert db.session.get(type(preview), preview.id).accepted_at == NOON


def test_the_other_language_is_one_link_away_and_one_that_does_not_exist_is_not_offered(client, at):
    both, one = (
        builders.a_preview(builders.a_published_release(at=NOON, embargo_until=LIFT, languages=languages))
        for languages in (("fr", "en"), ("fr",))
    )
    for preview in (both, one):
        enter(client, preview)

    assert f'href="{address(both, "fr")}" lang="fr"' in client.get(address(both, "en")).text
    page = client.get(address(one, "en"))
    assert (page.status_code, page.location) == (302, address(one, "fr"))
    assert address(one, "en") not in client.get(address(one, "fr")).text


@pytest.mark.parametrize(
    ("values", "sentence", "noted"),
    [
        ({"email": "other@telegraphe.example"}, "This is not the address that the link was made for.", [(False, "")]),
        ({"accepted": ""}, "Accept the embargo to read the press release", []),
        ({"email": "", "accepted": ""}, "Enter your email address", []),
        ({"email": "noemie"}, "Enter a full address, for example name@outlet.com", []),
        ({"email": f"{EMAIL}\x00"}, "Remove the line breaks and invisible characters.", []),
    ],
)  # fmt: skip
def test_what_does_not_open_it_brings_the_form_back(client, preview, values, sentence, noted):
    page = enter(client, preview, **values)

    assert (page.status_code, sentence in page.text) == (422, True)
    assert "<title>Error: " in page.text
    assert secrets_in(page, client.get(address(preview))) == []
    assert openings() == noted


def test_the_sixth_wrong_address_in_an_hour_is_one_too_many_even_if_the_right_one_follows(
    client, preview, at
):
    wrong = [enter(client, preview, email="other@telegraphe.example").status_code for _ in range(6)]
    right = enter(client, preview)

    assert wrong == [422] * 5 + [429]
    assert (right.status_code, right.headers["Retry-After"]) == (429, "3601")
    assert "Try again in 61 minutes." in right.text
    assert openings() == [(False, "")] * 5
    at(NOON + timedelta(hours=1))
    assert enter(client, preview).status_code == 303


def test_wrong_addresses_at_one_link_close_no_other(client, preview):
    other = builders.a_preview(preview.release, email="other@telegraphe.example")
    for _ in range(6):
        enter(client, preview, email="x@telegraphe.example")

    assert enter(client, other, email="other@telegraphe.example").status_code == 303


def test_what_one_person_opened_stays_closed_to_others_and_to_other_links(client, app, preview):
    other = builders.a_preview(preview.release, email="other@telegraphe.example")
    enter(client, preview)

    forwarded = app.test_client().get(address(preview))
    assert secrets_in(forwarded, client.get(address(other))) == []


def test_it_is_asked_again_after_four_hours(client, preview, at):
    enter(client, preview)

    at(NOON + timedelta(hours=4) - MINUTE)
    assert "Clusters meet" in client.get(address(preview)).text
    at(NOON + timedelta(hours=4))
    assert secrets_in(client.get(address(preview))) == []


def test_newer_words_are_asked_for_again_so_that_whoever_has_them_is_known(client, preview):
    enter(client, preview)
    newer = Words("Clusters meet twice", "Sophia Antipolis", "Two days.", "<p>Newer.</p>")
    workflow.save(preview.release, "en", newer, by=SYSTEM, at=NOON)
    db.session.commit()
    before = client.get(address(preview)).text
    workflow.publish_changes(preview.release, "en", by=SYSTEM, at=NOON)
    db.session.commit()

    asked = client.get(address(preview))
    enter(client, preview)
    after = client.get(address(preview)).text

    assert ("Clusters meet</h1>" in before, "Clusters" in asked.text, "meet twice</h1>" in after) == (
        True, False, True,
    )  # fmt: skip
    about = f"release:{preview.release_id}:en"
    numbers = db.session.scalars(db.select(Copy.revision).filter_by(about=about).order_by(Copy.id))
    assert numbers.all() == [1, 2]


def test_a_revoked_link_says_so_to_whoever_had_opened_it_and_names_the_contact(client, preview):
    enter(client, preview)
    previews.revoke(preview, by=SYSTEM, at=NOON)
    db.session.commit()

    answers = [client.get(address(preview)), enter(client, preview), *taken(client, preview)]

    assert [answer.status_code for answer in answers] == [410] * len(answers)
    assert secrets_in(*answers[:2]) == []
    assert "The press office has closed it." in answers[0].text
    assert "mael.quere@press.example" in answers[0].text
    assert {name: answers[0].headers[name] for name in PRIVATE} == PRIVATE


def taken(client, preview):
    """Everything that can be taken along."""
    picture = preview.release.pictures[0].asset
    web, full = picture.rendition("web"), picture.download
    return [
        client.post(address(preview, end="/text")),
        client.post(address(preview, end="/pdf")),
        client.get(address(preview, end=f"/files/{web.key}/{web.filename}"), buffered=True),
        client.post(address(preview, end=f"/files/{full.key}/{full.filename}"), buffered=True),
    ]


def test_a_link_whose_fourteen_days_are_over_says_so(client, at):
    preview = builders.a_preview(
        builders.a_published_release(at=NOON, embargo_until=NOON + timedelta(days=30)), at=NOON
    )
    at(NOON + timedelta(days=14))

    page = client.get(address(preview))

    assert (page.status_code, "Its time is over." in page.text) == (410, True)


def test_an_unknown_link_is_not_found_like_any_other_page(client, preview):
    unknown, nothing = client.get("/en/previews/" + "t" * 22), client.get("/en/kits/" + "t" * 22)

    assert (unknown.status_code, main(unknown).replace("previews", "kits")) == (404, main(nothing))


def test_after_the_embargo_every_link_leads_to_the_public_release(client, preview, at):
    revoked = builders.a_preview(preview.release, email="other@telegraphe.example")
    previews.revoke(revoked, by=SYSTEM, at=NOON)
    db.session.commit()
    at(LIFT)

    for link in (preview, revoked):
        page = client.get(address(link, "fr"))
        assert (page.status_code, page.location) == (
            303, f"/fr/releases/{preview.release_id}/{preview.release.texts['fr'].slug}",
        )  # fmt: skip
        assert client.get(page.location).status_code == 200


def test_moving_the_embargo_moves_what_the_page_says_and_when_it_closes(client, preview, at):
    enter(client, preview)
    workflow.unpublish(preview.release, by=SYSTEM, at=NOON)
    db.session.commit()
    undated = client.get(address(preview)).text
    workflow.publish(preview.release, embargo_until=LIFT + timedelta(days=1), by=SYSTEM, at=NOON)
    db.session.commit()
    later = client.get(address(preview)).text

    assert "Under embargo until a moment that the press office will give." in undated
    assert "Under embargo until Wednesday 25 November 2026, 10:00" in later
    at(LIFT)
    assert client.get(address(preview)).status_code == 200
    at(LIFT + timedelta(days=1))
    assert client.get(address(preview)).status_code == 303


def test_what_is_taken_carries_the_embargo_and_the_person_s_name_and_is_noted(client, preview):
    enter(client, preview)

    text, pdf, web, full = taken(client, preview)

    assert [answer.status_code for answer in (text, pdf, web, full)] == [200] * 4
    assert [answer.mimetype for answer in (text, pdf, web, full)] == [
        "text/plain", "application/pdf", "image/png", "image/png",
    ]  # fmt: skip
    head = plain(text.text).split("\n")[:2]
    assert head == [
        "Under embargo until Tuesday 24 November 2026, 10:00, Paris time (UTC+1) – 09:00 UTC. Please publish nothing before then.",
        "Copy for Noémie Kervella",
    ]  # fmt: skip
    assert "Clusters meet" in text.text
    printed = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.data)).pages)
    printed = re.sub(r"\s+", " ", printed)
    assert [words in printed for words in ("Copy for Noémie Kervella", "Under embargo until Tuesday 24 November 2026", "Clusters meet")] == [True] * 3  # fmt: skip
    assert text.headers["Content-Disposition"] == "attachment; filename=clusters-meet-en.txt"
    assert full.headers["Content-Disposition"].startswith("attachment")
    assert [{name: answer.headers[name] for name in PRIVATE} for answer in (text, pdf, web, full)] == [PRIVATE] * 4  # fmt: skip
    assert openings() == [
        (True, ""), (True, "clusters-meet-en.txt"), (True, "clusters-meet-en.pdf"), (True, "Salle.png"),
    ]  # fmt: skip


def test_nothing_can_be_taken_by_whoever_was_not_let_in(client, preview):
    answers = taken(client, preview)

    assert [(answer.status_code, answer.location) for answer in answers] == [(303, address(preview))] * len(
        answers
    )
    assert openings() == []


def test_a_link_opens_the_files_of_its_own_release_only(client, preview):
    enter(client, preview)
    hidden = builders.an_asset(name="Autre.png")
    builders.a_published_release(at=NOON, embargo_until=LIFT, pictures=[hidden])
    kept_back = builders.an_asset(name="Réservé.png", restricted=True)
    workflow.set_facts(
        preview.release, dated=NOON.date(), contact=preview.release.contact, event=None, by=SYSTEM, at=NOON,
        pictures=[*(one.asset for one in preview.release.pictures), kept_back],
    )  # fmt: skip
    db.session.commit()
    own = preview.release.pictures[0].asset.download

    answers = [
        client.get(address(preview, end=f"/files/{key}/{name}")).status_code
        for key, name in (
            (hidden.download.key, hidden.download.filename), (kept_back.download.key, kept_back.download.filename),
            (own.key, "other.png"), ("../" * 8, "passwd"), ("0" * 26, "x.png"),
        )
    ]  # fmt: skip

    assert answers == [404] * 5
    assert client.get(f"/files/{own.key}/{own.filename}").status_code == 404


def test_a_draft_can_be_read_too(client, at):
    release = builders.a_published_release(at=NOON, embargo_until=LIFT)
    workflow.unpublish(release, by=SYSTEM, at=NOON)
    preview = builders.a_preview(builders.stored(release))

    enter(client, preview)

    assert "<h1>Clusters meet</h1>" in client.get(address(preview)).text


# The desk's side of it.


def test_an_officer_makes_a_link_copies_it_and_sees_what_became_of_it(desk, client, at):
    release = builders.a_published_release(at=NOON, embargo_until=LIFT)
    page = f"/desk/releases/{release.id}/previews"
    assert f'href="{page}"' in desk.get(f"/desk/releases/{release.id}").text

    made = desk.post(page, data={"name": "Noémie Kervella", "email": EMAIL, "language": "fr"})
    (preview,) = previews.of(release)
    fresh = desk.get(made.location).text
    enter(client, preview, email="other@telegraphe.example")
    enter(client, preview)
    client.post(address(preview, end="/text"))
    used = desk.get(page).text

    assert (made.status_code, made.location) == (303, page)
    assert f'readonly value="{previews.address(preview)}"' in fresh
    assert "The link for Noémie Kervella is made, and the message is on its way." in fresh
    assert ("Not opened yet" in fresh, "Embargo accepted" in used) == (True, True)
    assert re.findall(r"<p>(Wrong address|Opened, embargo accepted|Downloaded: [^<]*)</p>", used) == [
        "Wrong address", "Opened, embargo accepted", "Downloaded: “clusters-meet-en.txt”",
    ]  # fmt: skip
    assert "Under embargo until Tuesday 24 November 2026, 10:00, Paris time (UTC+1) – 09:00 UTC." in used


def test_an_officer_revokes_a_link(desk, client, preview):
    page = f"/desk/releases/{preview.release_id}/previews"

    done = desk.post(f"{page}/{preview.id}/revoke")
    after = desk.get(done.location).text

    assert (done.status_code, done.location) == (303, page)
    assert ("Link revoked" in after, previews.address(preview) in after) == (True, False)
    assert client.get(address(preview)).status_code == 410


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"name": ""}, "Enter the person’s name"),
        ({"email": "noemie"}, "Enter a full address, for example name@outlet.com"),
        ({"language": "de"}, "Choose a language"),
        ({"email": EMAIL}, "There is a link for this address already."),
    ],
)
def test_a_link_that_cannot_be_made_keeps_what_was_typed(desk, preview, values, sentence):
    typed = {"name": "Ada Morvan", "email": "ada@telegraphe.example", "language": "fr", **values}

    page = desk.post(f"/desk/releases/{preview.release_id}/previews", data=typed)

    assert (page.status_code, sentence in page.text) == (422, True)
    assert f'value="{typed["email"]}"' in page.text
    assert previews.of(preview.release) == [preview]


def test_a_public_release_offers_no_new_link_but_keeps_the_account_of_the_old_ones(app, preview, at):
    at(LIFT)
    desk = builders.signed_in(app)
    page = desk.get(f"/desk/releases/{preview.release_id}/previews")
    refused = desk.post(page.request.path, data={"name": "A", "email": "a@x.example", "language": "fr"})

    assert ("The release is public" in page.text, 'name="email"' in page.text) == (True, False)
    assert (refused.status_code, "it is public, or it was" in refused.text) == (422, True)


def test_the_link_of_one_release_cannot_be_revoked_through_another(desk, preview):
    other = builders.a_published_release(at=NOON)

    answer = desk.post(f"/desk/releases/{other.id}/previews/{preview.id}/revoke")

    assert (answer.status_code, previews.of(preview.release)[0].revoked_at) == (404, None)
