"""An officer writes, translates, previews, publishes and withdraws a release, without JavaScript."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest

from pressroom import clock, markup
from pressroom.access import Actor, Role
from pressroom.database import db
from pressroom.releases import workflow
from pressroom.releases.models import Release, State, Words
from tests import builders
from tests.builders import NOON

EN = Words("Clusters meet", "Sophia Antipolis", "One day.", "<p>The forum <em>opens</em>.</p>")
FR = Words("Les pôles se retrouvent", "Sophia Antipolis", "Une journée.", "<p>Le forum <em>ouvre</em>.</p>")
OFFICER = Actor(Role.OFFICER, "Maëlle Prigent")


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)


def a_draft(**words):
    builders.a_press_contact()
    release = workflow.create(source_language="en", by=OFFICER, at=NOON)
    for language, value in (words or {"en": EN}).items():
        workflow.save(release, language, value, by=OFFICER, at=NOON)
    return builders.stored(release)


def typed(words, **values):
    return {**words._asdict(), "version": "0", **values}


def only_release():
    db.session.expire_all()
    return db.session.scalars(db.select(Release)).one()


def flat(response):
    """The page's text with its spaces made one."""
    return " ".join(response.text.split())


def test_the_empty_list_says_how_to_begin(app, desk):
    french = builders.signed_in(app, language="fr")

    assert "Write your first release, or load the example." in desk.get("/desk/releases/").text
    assert "Écrivez votre premier communiqué, ou chargez l’exemple." in french.get("/desk/releases/").text


def test_the_list_tells_stage_and_languages_and_counts_them(app, desk):
    a_draft(en=EN, fr=FR)
    builders.a_published_release(languages=("fr",), at=NOON)
    builders.a_published_release(languages=("en",), at=NOON, embargo_until=NOON + timedelta(days=1))

    page = flat(desk.get("/desk/releases/"))
    french = flat(builders.signed_in(app, language="fr").get("/desk/releases/?stage=published"))

    for shown in (
        "FR ready · EN ready",
        "FR published · EN missing",
        "FR missing · EN ready",
        ">Clusters meet</a>",
    ):
        assert shown in page
    assert 'aria-current="true">Publié <span class="number">1</span></a>' in french
    assert "FR publié · EN manquant" in french
    assert "Clusters meet" not in french


def test_the_list_is_searched_and_says_when_nothing_matches(desk):
    a_draft()

    found, none, nothing_there = (
        desk.get(f"/desk/releases/?{query}") for query in ("q=clusters", "q=gala", "stage=withdrawn")
    )

    assert ">Clusters meet</a>" in found.text
    assert "No release for “gala”." in none.text
    assert "No release at this stage." in nothing_there.text


def test_a_release_is_written_from_a_blank_page(desk):
    builders.a_press_contact()

    chosen = desk.post("/desk/releases/new", data={"language": "en"})
    blank = desk.get(chosen.location)
    saved = desk.post(chosen.location, data=typed(EN, body="## Heading\n\nSome *words*."))

    release = only_release()
    assert (chosen.status_code, chosen.location, blank.status_code) == (303, "/desk/releases/new/en", 200)
    assert (saved.status_code, saved.location) == (303, f"/desk/releases/{release.id}/en")
    assert (release.state, release.source_language, release.dated) == (State.DRAFT, "en", NOON.date())
    assert release.texts["en"].latest.words == EN._replace(body="<h2>Heading</h2><p>Some <em>words</em>.</p>")
    assert "Saved." in desk.get(saved.location).text


def test_a_release_is_dated_the_office_s_day(desk, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON.replace(hour=23, minute=30))

    desk.post("/desk/releases/new/fr", data=typed(FR))

    assert only_release().dated == NOON.date() + timedelta(days=1)


def test_hostile_html_is_cleaned_at_save(desk):
    release = a_draft()

    desk.post(
        f"/desk/releases/{release.id}/en",
        data=typed(
            EN,
            version="1",
            body='<p onclick="x()">Hi <a href="javascript:x()">you</a><script>x()</script></p>',
        ),
    )

    assert only_release().texts["en"].latest.body == "<p>Hi you</p>"


def test_a_refused_text_comes_back_as_it_was_typed(app, desk):
    release = a_draft()

    for body, sentence in (
        ("x" * (markup.MAX_BODY + 1), "Use at most 200000 characters."),
        ("&" * (markup.MAX_BODY // 2), "This text is too long: 200000 characters at most."),
    ):
        page = desk.post(
            f"/desk/releases/{release.id}/en",
            data=typed(EN, headline="", lead="Kept <b>lead</b>", version="1", body=body),
        )
        assert page.status_code == 422
        assert "<title>Error:" in page.text
        for shown in (
            "Enter a headline",
            sentence,
            "Kept &lt;b&gt;lead&lt;/b&gt;",
            body[:1000].replace("&", "&amp;"),
        ):
            assert shown in page.text
    assert only_release().texts["en"].latest_number == 1


def test_the_translator_sees_the_source_beside_the_form(app):
    release = a_draft()
    desk = builders.signed_in(app, language="fr")

    page = flat(desk.get(f"/desk/releases/{release.id}/fr"))

    assert 'lang="fr"' in page.partition('id="headline"')[2].partition(">")[0]
    assert '<div class="release-body" lang="en"> <h3>Clusters meet</h3>' in page
    assert desk.post(f"/desk/releases/{release.id}/fr", data=typed(FR)).status_code == 303
    assert only_release().texts["fr"].made_from_number == 1


def test_an_outdated_translation_is_marked_until_it_follows_the_source(desk):
    release = a_draft(en=EN, fr=FR)
    workflow.save(release, "en", EN._replace(lead="Newer."), by=OFFICER, at=NOON)
    db.session.commit()
    address, warning = (
        f"/desk/releases/{release.id}/fr",
        "The source text has changed since this translation was made.",
    )

    assert warning in desk.get(address).text
    assert "FR outdated · EN ready" in flat(desk.get("/desk/releases/"))
    desk.post(address, data=typed(FR, version="1", follows_source="y"))
    assert warning not in desk.get(address).text
    assert only_release().texts["fr"].latest_number == 1


def test_of_two_people_writing_at_once_nobody_loses_a_word(desk):
    release = a_draft()
    workflow.save(release, "en", EN._replace(lead="Theirs."), by=OFFICER, at=NOON)
    db.session.commit()
    address, mine = f"/desk/releases/{release.id}/en", typed(EN, lead="Mine.", version="1")

    conflict = desk.post(address, data=mine)
    kept = only_release().texts["en"].latest.lead
    again = desk.post(address, data={**mine, "version": "2"})

    assert (conflict.status_code, kept) == (409, "Theirs.")
    for shown in (
        "Maëlle Prigent changed this page at 13:00. Your text is kept below.",
        ">Theirs.</p>",
        "Mine.</textarea>",
        'name="version" type="hidden" value="2"',
    ):
        assert shown in conflict.text
    assert (again.status_code, only_release().texts["en"].latest.lead) == (303, "Mine.")


def test_the_preview_shows_the_newest_words_in_their_language(app):
    release = a_draft(en=EN, fr=FR)
    desk = builders.signed_in(app, language="en")

    saved = desk.post(
        f"/desk/releases/{release.id}/fr", data=typed(FR, version="1", lead="Nouveau.", preview="1")
    )
    page = desk.get(saved.location)

    assert saved.location == f"/desk/releases/{release.id}/fr/preview"
    for shown in (
        "Preview of the newest words: not public",
        "Nouveau.",
        "Contact presse",
        "22 novembre 2026",
        "<em>ouvre</em>",
    ):
        assert shown in page.text


@pytest.mark.parametrize(
    "address", ["00000000", "00000000/en", "{id}/fr/preview", "{id}/de", "00000000/publish"]
)
def test_what_does_not_exist_is_not_found(desk, address):
    release = a_draft()

    assert desk.get("/desk/releases/" + address.format(id=release.id)).status_code == 404


def upload(name, data):
    return (io.BytesIO(data), name)


MARKDOWN = (
    b"# Clusters meet\n\nSophia Antipolis, 18 October 2026\n\nThe forum *opens*.\n\n![Plan](plan.png)\n"
)


def test_a_file_becomes_a_draft_and_what_was_lost_is_said(desk):
    response = desk.post("/desk/releases/new", data={"language": "en", "file": upload("forum.md", MARKDOWN)})

    release, page = only_release(), desk.get(response.location)
    text = release.texts["en"].latest
    assert response.location == f"/desk/releases/{release.id}/en"
    assert (text.headline, text.place, release.dated) == (
        "Clusters meet",
        "Sophia Antipolis",
        date(2026, 10, 18),
    )
    assert "The forum <em>opens</em>." in text.lead + text.body
    assert "Pictures left out: 1." in page.text


def test_a_file_becomes_another_language_of_a_release(desk):
    release = a_draft()

    response = desk.post(
        f"/desk/releases/{release.id}/fr/upload",
        data={"file": upload("forum.txt", "Les pôles\n\nLe forum ouvre.\n".encode())},
    )

    release = only_release()
    assert response.location == f"/desk/releases/{release.id}/fr"
    assert (release.texts["fr"].latest.headline, release.dated) == ("Les pôles", NOON.date())


@pytest.mark.parametrize(
    ("name", "data"),
    [("notes.pdf", b"%PDF-1.7"), ("empty.docx", b""), ("broken.docx", b"PK\x03\x04 no"), ("x.txt", b"\0\1")],
)
def test_a_bad_file_brings_the_form_back_naming_file_and_reason(desk, name, data):
    release = a_draft()

    new = desk.post("/desk/releases/new", data={"language": "fr", "file": upload(name, data)})
    other = desk.post(f"/desk/releases/{release.id}/fr/upload", data={"file": upload(name, data)})

    assert (new.status_code, other.status_code) == (422, 422)
    assert f"“{name}”" in new.text
    assert f"“{name}”" in other.text
    assert (
        "checked"
        in new.text.partition('value="fr"')[0].rpartition("<input")[2]
        + new.text.partition('value="fr"')[2][:20]
    )
    assert list(only_release().texts) == ["en"]


def test_a_release_without_a_file_or_a_language_is_asked_for_one(desk):
    release = a_draft()

    assert "Choose a file" in desk.post(f"/desk/releases/{release.id}/fr/upload", data={}).text
    assert "Choose a language" in desk.post("/desk/releases/new", data={"language": "de"}).text


def facts(release, **values):
    return {"dated": "2026-12-01", "contact": "", "event": "", "version": str(release.version), **values}


def test_facts_are_edited_once_for_all_languages(desk):
    release, event = a_draft(), builders.an_event()
    contact = builders.a_press_contact(name="Ana Le Goff", position=2)
    one, two = builders.an_asset(), builders.an_asset()
    address = f"/desk/releases/{release.id}/facts"

    page = desk.get(address)
    response = desk.post(
        address, data=facts(release, contact=contact.id, event=event.id, pictures=[two.id, one.id])
    )

    release = only_release()
    assert "A full room (Ateliers Pins)" in page.text
    assert (response.status_code, release.dated, release.contact, release.event) == (
        303,
        date(2026, 12, 1),
        contact,
        event,
    )
    assert {picture.asset for picture in release.pictures} == {one, two}
    assert "Ana Le Goff" in desk.get(response.location).text


@pytest.mark.parametrize(
    "values", [{"dated": "soon"}, {"contact": "nobody"}, {"event": "none"}, {"pictures": ["x"]}]
)
def test_facts_that_cannot_be_are_refused_at_their_field(desk, values):
    release = a_draft()

    page = desk.post(f"/desk/releases/{release.id}/facts", data=facts(release, **values))

    assert (page.status_code, page.text.count("error-message")) == (422, 1)
    assert only_release().dated == NOON.date()


def test_facts_changed_by_somebody_else_are_shown_before_they_are_replaced(desk):
    release = a_draft()
    stale = facts(release)
    workflow.set_facts(
        release, dated=date(2026, 11, 30), contact=None, event=None, pictures=[], by=OFFICER, at=NOON
    )
    db.session.commit()

    conflict = desk.post(f"/desk/releases/{release.id}/facts", data=stale)

    assert (conflict.status_code, only_release().dated) == (409, date(2026, 11, 30))
    for shown in ("Maëlle Prigent changed this page at 13:00.", "30 November 2026", 'value="2026-12-01"'):
        assert shown in conflict.text
    assert desk.post(f"/desk/releases/{release.id}/facts", data=facts(release)).status_code == 303


def seen(desk, release):
    return (
        desk.get(f"/desk/releases/{release.id}/publish")
        .text.partition('name="seen"')[2]
        .partition('value="')[2]
        .partition('"')[0]
    )


def publish(desk, release, **values):
    data = {"when": "now", "languages": ["en"], "seen": seen(desk, release), **values}
    return desk.post(f"/desk/releases/{release.id}/publish", data=data)


def test_before_it_can_be_published_the_desk_says_what_is_missing(desk):
    release = a_draft(en=EN._replace(body=""))
    release.contact = None
    db.session.commit()

    pages = [desk.get(f"/desk/releases/{release.id}{end}").text for end in ("", "/publish")]

    for page in pages:
        assert "Write a headline and a body in one language." in page
        assert "Choose a press contact." in page
        assert 'name="when"' not in page


@pytest.mark.parametrize(
    ("language", "values", "sentence", "button"),
    [
        ("en", {}, "This release will go online now, in English and French.", "Publish now"),
        ("fr", {}, "Ce communiqué paraîtra maintenant, en anglais et français.", "Publier maintenant"),
        (
            "en", {"when": "later", "moment": "2026-11-24T10:00"},
            "On Tuesday 24 November 2026, 10:00, Paris time (UTC+1) – 09:00 UTC, this release will go online in English and French.",
            "Schedule for 24 November 2026, 10:00",
        ),
        (
            "fr", {"when": "embargo", "moment": "2026-11-24T10:00"},
            "Ce communiqué reste sous embargo jusqu’au mardi 24 novembre 2026 à 10 h, heure de Paris (UTC+1), soit 9 h UTC ; il paraîtra alors en anglais et français.",
            "Mettre sous embargo jusqu’au 24 novembre 2026, 10 h",
        ),
    ],
)  # fmt: skip
def test_the_button_says_what_will_happen_and_nothing_happens_before(app, language, values, sentence, button):
    release, desk = a_draft(en=EN, fr=FR), builders.signed_in(app, language=language)

    page = publish(desk, release, languages=["en", "fr"], **values)

    text = flat(page).replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert (page.status_code, sentence in text, f">{button}</button>" in text) == (200, True, True)
    assert only_release().state is State.DRAFT


def test_a_release_is_published_in_the_chosen_languages(client, desk):
    release = a_draft(en=EN, fr=FR)

    done = publish(desk, release, confirm="1")

    release = only_release()
    assert (done.status_code, done.location, release.number) == (
        303,
        f"/desk/releases/{release.id}",
        "2026-001",
    )
    assert {code: text.public_number for code, text in release.texts.items()} == {"en": 1, "fr": None}
    assert "Online since 22 November 2026, 13:00" in desk.get(done.location).text
    assert client.get(f"/en/releases/{release.id}/clusters-meet").status_code == 200


def test_releases_published_at_the_same_time_get_numbers_of_their_own(app, desk):
    desks = [builders.signed_in(app) for _number in range(4)]
    forms = [
        (f"/desk/releases/{release.id}/publish", seen(desk, release))
        for release in (a_draft() for _ in desks)
    ]

    def send(officer, form):
        return officer.post(
            form[0], data={"when": "now", "languages": ["en"], "seen": form[1], "confirm": "1"}
        ).status_code

    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(send, desks, forms))

    db.session.rollback()  # what was read before the others wrote
    numbers = db.session.scalars(db.select(Release.number).order_by(Release.number)).all()
    assert (answers, numbers) == ([303] * 4, ["2026-001", "2026-002", "2026-003", "2026-004"])


def test_an_embargoed_release_does_not_exist_for_readers(client, desk, monkeypatch):
    release = a_draft(en=EN)

    publish(desk, release, when="embargo", moment="2026-11-24T10:00", confirm="1")
    address = f"/en/releases/{release.id}/clusters-meet"

    hidden, unknown = client.get(address), client.get("/en/releases/00000000/clusters-meet")
    assert (hidden.status_code, hidden.text.replace(release.id, "00000000")) == (404, unknown.text)
    assert (
        "Under embargo until Tuesday 24 November 2026, 10:00, Paris time (UTC+1) – 09:00 UTC."
        in desk.get(f"/desk/releases/{release.id}").text
    )
    monkeypatch.setattr(clock, "now", lambda: NOON + timedelta(days=2))
    assert client.get(address).status_code == 200


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"when": "later"}, "Enter a date and a time"),
        ({"when": "embargo", "moment": "2026-11-22T12:59"}, "Choose a date in the future"),
        ({"when": "later", "moment": "2027-03-28T02:30"}, "This time does not exist on that day"),
        ({"when": "later", "moment": "2027-10-31T02:30"}, "This time happens twice on that day"),
        ({"when": "later", "moment": "tomorrow"}, "Enter the date and the time like this: 2026-11-24 10:00"),
        ({"when": "never"}, "Choose when"),
        ({"languages": []}, "Choose at least one language"),
        ({"languages": ["fr"]}, "is not a valid choice"),
        (
            {"seen": "1"},
            "Someone has changed this release in the meantime. Look at it again, then decide.",
        ),
    ],
)
def test_a_publication_that_cannot_be_is_refused_at_its_field(desk, values, sentence):
    release = a_draft()

    page = publish(desk, release, confirm="1", **values)

    assert (page.status_code, sentence in page.text) == (422, True)
    assert only_release().state is State.DRAFT


def test_choosing_again_brings_the_form_back_as_it_was(desk):
    release = a_draft()

    page = publish(desk, release, when="later", moment="2026-11-24T10:00", again="1")

    assert (page.status_code, 'value="2026-11-24T10:00"' in page.text, 'type="radio"' in page.text) == (
        200,
        True,
        True,
    )


def test_what_is_not_public_yet_goes_back_to_draft(desk):
    release = builders.a_published_release(at=NOON, publish_at=NOON + timedelta(hours=1))
    page = desk.get(f"/desk/releases/{release.id}").text

    done = desk.post(f"/desk/releases/{release.id}/unpublish")

    assert ("Back to draft" in page, "Goes online on Sunday 22 November 2026, 14:00" in page) == (True, True)
    assert (done.status_code, only_release().state) == (303, State.DRAFT)
    assert desk.post(f"/desk/releases/{release.id}/unpublish").status_code == 409


def test_reviewers_and_strangers_do_not_enter(app, client):
    assert client.get("/desk/releases/").status_code == 303
    assert builders.signed_in(app, role=Role.REVIEWER).get("/desk/releases/").status_code == 403
