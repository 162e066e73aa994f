"""Readers see what was corrected, what does not follow yet and why a release is gone; and every public version."""

import re
from datetime import timedelta

import feedparser
import pytest

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.releases import workflow
from pressroom.releases.corrections import Note
from pressroom.releases.models import CorrectionKind, State
from tests import builders
from tests.builders import NOON
from tests.newsroom.reading import BASE, address, links, main

K = CorrectionKind
HOUR = timedelta(hours=1)
EIGHT = Note("The jury had eight members.", "seven members", "eight members")
HUIT = Note("Le jury comptait huit membres : relu.", "sept membres", "huit membres")


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)


def flat(response):
    return re.sub("[ \n]+", " ", main(response))


def change(release, *codes, kind=None, notes=None, at=NOON, minor=False, **words):
    """Newer words, public in `codes` since `at`."""
    for code in codes:
        old = release.texts[code].latest.words
        new = old._replace(**(words or {"lead": old.lead + " Encore."}))
        workflow.save(release, code, new, minor=minor, by=SYSTEM, at=at)
    workflow.publish_changes(release, *codes, kind=kind, notes=notes, by=SYSTEM, at=at)
    db.session.commit()


def a_release(**values):
    return builders.a_published_release(at=NOON - 4 * HOUR, **values)


def test_a_correction_stands_above_the_text_in_each_language(client):
    release = a_release()
    change(release, "en", "fr", kind=K.CORRECTION, notes={"en": EIGHT, "fr": HUIT})

    english, french = (client.get(address(release, code)) for code in ("en", "fr"))

    for page, label, day, note, wrong, right in (
        (english, "CORRECTION", "22 November 2026", EIGHT.note, "seven members", "eight members"),
        (french, "RECTIFICATIF", "22 novembre 2026", "Le jury comptait huit membres\xa0: relu.", "sept membres", "huit membres"),
    ):  # fmt: skip
        text = flat(page)
        for shown in (
            label,
            f'<time datetime="2026-11-22">{day}</time>',
            note,
            f"<s>{wrong}</s>",
            f"<b>{right}</b>",
        ):
            assert shown in text
        assert text.index(label) < text.index("<h1>")
    assert "not yet take account" not in english.text


def test_earlier_changes_stand_behind_the_newest_one(client):
    release = a_release()
    change(release, "en", kind=K.UPDATE, notes={"en": Note("Two more speakers.")}, at=NOON - 2 * HOUR)
    change(release, "en", kind=K.CLARIFICATION, notes={"en": Note("Entry is free.")}, at=NOON - HOUR)
    change(release, "en", at=NOON, minor=True)

    page = flat(client.get(address(release, "en")))

    order = ["CLARIFICATION", "Entry is free.", "<details>", "UPDATE", "Two more speakers.", "<h1>"]
    assert [page.index(part) for part in order] == sorted(page.index(part) for part in order)
    assert "told" not in flat(client.get(address(release, "fr")))


@pytest.mark.parametrize(
    ("kind", "english", "french"),
    [
        (K.CORRECTION, "the correction of 22 November 2026;", "du rectificatif du 22 novembre 2026\u202f;"),
        (
            K.CLARIFICATION,
            "the clarification of 22 November 2026;",
            "de la précision du 22 novembre 2026\u202f;",
        ),
        (K.UPDATE, "the update of 22 November 2026;", "de la mise à jour du 22 novembre 2026\u202f;"),
    ],
)
def test_the_other_language_says_at_once_that_it_does_not_follow(client, kind, english, french):
    one, other = a_release(), a_release()
    change(one, "fr", kind=kind, notes={"en": EIGHT, "fr": HUIT})
    change(other, "en", kind=kind, notes={"en": EIGHT, "fr": HUIT})

    page, page_fr = flat(client.get(address(one, "en"))), flat(client.get(address(other, "fr")))

    assert (
        f"This version does not yet take account of {english} "
        f'<a href="{address(one, "fr")}" hreflang="fr">see the French version</a>.'
    ) in page
    assert (
        f"Cette version ne tient pas encore compte {french} "
        f'<a href="{address(other, "en")}" hreflang="en">voir la version anglaise</a>.'
    ) in page_fr
    assert EIGHT.note in page
    assert "CORRECTION" not in page

    workflow.save(one, "en", one.texts["en"].latest.words._replace(lead="Eight."), by=SYSTEM, at=NOON)
    workflow.publish_changes(one, "en", completes=one.corrections, by=SYSTEM, at=NOON)
    db.session.commit()
    assert "not yet take account" not in flat(client.get(address(one, "en")))


def test_a_preview_of_the_desk_says_nothing_of_what_readers_were_told(client, desk):
    release = a_release()
    change(release, "en", kind=K.CORRECTION, notes={"en": EIGHT, "fr": HUIT})

    for code in ("en", "fr"):
        assert "jury" not in desk.get(f"/desk/releases/{release.id}/{code}/preview").text


# Withdrawn and killed -------------------------------------------------------------------------------------


def take_off(release, act, **notes):
    notes = notes or {"en": "A sponsor’s name was wrong.", "fr": "Le nom d’un mécène était faux."}
    getattr(workflow, act)(release, notes=notes, by=SYSTEM, at=NOON)
    db.session.commit()


def test_a_withdrawn_release_stays_readable_with_its_reason_and_nothing_to_take_along(client):
    release = a_release(pictures=[builders.an_asset()])
    take_off(release, "withdraw")

    page = client.get(address(release, "fr"))
    text = flat(page)

    assert page.status_code == 200
    for shown in (
        "RETIRÉ",
        "22 novembre 2026",
        "Le nom d’un mécène était faux.",
        "mael.quere@press.example",
        "<h1><s>Les pôles se retrouvent</s></h1>",
        "Le forum <em>ouvre</em>.",
    ):
        assert shown in text
    assert text.index("était faux") < text.index("mael.quere") < text.index("<h1>")
    assert '<meta name="robots" content="noindex">' in page.text
    # What a mail or a chat shows of the link.
    assert re.search("<title>Retiré – Les pôles se retrouvent – ", page.text)
    assert '<meta name="description" content="Le nom d’un mécène était faux.">' in page.text
    for gone in ("ld+json", "og:title", "Texte brut", "<img", ".txt", ".pdf", 'hreflang="x-default"'):
        assert gone not in page.text
    assert [kind for kind, language, _url in links(page) if language] == []
    assert release.texts["fr"].public.headline not in client.get("/fr/releases/").text


def test_every_way_to_a_withdrawn_release_leads_to_its_page(client):
    release = a_release()
    only_french = a_release(languages=("fr",))
    for one in (release, only_french):
        take_off(one, "withdraw", **dict.fromkeys(one.texts, "A wrong name."))

    short = client.get(f"/r/{release.id}", headers={"Accept-Language": "fr"})
    assert (short.status_code, short.location) == (302, address(release, "fr"))
    wrong = client.get(f"/en/releases/{release.id}/other")
    assert (wrong.status_code, wrong.location) == (301, address(release, "en"))
    elsewhere = client.get(f"/en/releases/{only_french.id}/other")
    assert (elsewhere.status_code, elsewhere.location) == (302, address(only_french, "fr"))


def test_a_killed_release_is_gone_with_a_reason_at_every_address(client):
    release = a_release(words={})
    change(release, "en", kind=K.CORRECTION, notes={"en": EIGHT})
    paths = [
        address(release, "en"),
        f"/en/releases/{release.id}/other",
        f"/r/{release.id}",
        f"{address(release, 'en')}/versions",
        f"{address(release, 'en')}/versions/1",
    ]
    take_off(release, "kill", en="Not ours.", fr="Pas de nous.")

    for path in paths:
        page = client.get(path, headers={"Accept-Language": "en"})
        assert (page.status_code, page.headers["Cache-Control"]) == (410, "no-store")
        for shown in ("DO NOT USE", "22 November 2026", "Not ours.", "mael.quere@press.example"):
            assert shown in flat(page)
        for gone in ("Clusters meet", "clusters-meet", "opens", EIGHT.note):
            assert gone not in page.text.replace(path, "")
    french = client.get(address(release, "fr"))
    assert (french.status_code, "Pas de nous." in french.text) == (410, True)


def test_what_nobody_could_read_is_not_found_whatever_the_address(client):
    hidden = builders.a_published_release(at=NOON, embargo_until=NOON + HOUR)
    for path in ("", "/versions", "/versions/1"):
        there, unknown = (
            client.get(f"/en/releases/{release_id}/other{path}") for release_id in (hidden.id, "00000000")
        )
        assert (there.status_code, there.text.replace(hidden.id, "00000000")) == (404, unknown.text)


# The log and its feed ------------------------------------------------------------------------------------


def test_the_log_begins_empty(client):
    page, feed = client.get("/en/corrections"), feedparser.parse(client.get("/fr/corrections.atom").data)

    assert (page.status_code, "Nothing has been corrected so far." in page.text) == (200, True)
    assert (feed.bozo, feed.entries, feed.feed.language) == (False, [], "fr")


def test_the_log_names_what_was_changed_newest_first_in_a_language_that_it_has(client):
    release, french = a_release(), a_release(languages=("fr",), words={})
    change(release, "en", kind=K.CORRECTION, notes={"en": EIGHT, "fr": HUIT}, at=NOON - 2 * HOUR)
    change(french, "fr", kind=K.UPDATE, notes={"fr": Note("Une séance : en plus.")}, at=NOON - HOUR)
    take_off(release, "withdraw")

    text = flat(client.get("/en/corrections"))

    order = [
        "WITHDRAWN", f'<a href="{address(release, "en")}">Clusters meet</a>', "A sponsor’s name was wrong.",
        "UPDATE", f'<a href="{address(french, "fr")}" lang="fr" hreflang="fr">Les pôles se retrouvent</a>',
        '<p lang="fr">Une séance\xa0: en plus.</p>',
        "CORRECTION", "<s>seven members</s>",
    ]  # fmt: skip
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)


def test_of_what_was_killed_the_log_keeps_the_reason_alone(client):
    release = a_release()
    change(release, "en", kind=K.CORRECTION, notes={"en": EIGHT})
    take_off(release, "kill")

    page, feed = client.get("/en/corrections").text, client.get("/en/corrections.atom").text

    for text in (page, feed):
        assert "A sponsor’s name was wrong." in text
        assert f"Press release no. {release.number}" in text
        for gone in ("Clusters meet", "clusters-meet", EIGHT.note, "seven members"):
            assert gone not in text


def test_the_log_tells_nothing_of_what_is_under_embargo_or_back_in_the_drawer(client):
    hidden = builders.a_published_release(at=NOON - HOUR, embargo_until=NOON + HOUR)
    change(hidden, "en", kind=K.UPDATE, notes={"en": Note("CANARY")})
    assert hidden.state is State.PUBLISHED

    for path in ("/en/corrections", "/en/corrections.atom", "/fr/corrections"):
        page = client.get(path).text
        assert ("CANARY" in page, hidden.id in page) == (False, False)


@pytest.mark.parametrize("asked", ["999", "-1", "abc", "0%00", "9" * 400])
def test_the_log_has_pages_and_a_page_that_is_not_there_is_the_last(client, asked):
    release = a_release()
    for number in range(21):
        change(
            release,
            "en",
            kind=K.UPDATE,
            notes={"en": Note(f"Note {number}.")},
            at=NOON - timedelta(minutes=number),
        )

    first, second = (flat(client.get(f"/en/corrections?page={number}")) for number in (1, 2))
    page = client.get(f"/en/corrections?page={asked}")

    assert ("Note 0." in first, "Note 20." in first, "Note 20." in second) == (True, False, True)
    assert page.status_code == 200
    assert ("Note 20." in flat(page)) is asked.startswith("9")


def test_the_feed_has_one_entry_a_correction(client):
    release = a_release()
    change(release, "en", kind=K.CORRECTION, notes={"en": EIGHT, "fr": HUIT}, at=NOON - HOUR)
    take_off(release, "withdraw")

    response = client.get("/en/corrections.atom")
    feed = feedparser.parse(response.data)

    assert (response.mimetype, feed.bozo, feed.feed.updated) == (
        "application/atom+xml",
        False,
        NOON.isoformat(),
    )
    assert [(one.title, one.link, one.updated) for one in feed.entries] == [
        ("Withdrawn: Clusters meet", BASE + address(release, "en"), NOON.isoformat()),
        ("Correction: Clusters meet", BASE + address(release, "en"), (NOON - HOUR).isoformat()),
    ]
    assert (
        feed.entries[1].content[0].value == f"{EIGHT.note} Instead of “seven members”, read “eight members”."
    )
    assert len({one.id for one in feed.entries}) == 2
    again = client.get("/en/corrections.atom", headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


# Versions -------------------------------------------------------------------------------------------------


def test_every_public_version_is_listed_with_what_it_changed(client):
    release = a_release()
    change(release, "en", kind=K.CORRECTION, notes={"en": EIGHT}, at=NOON - 2 * HOUR, lead="Two days.")
    change(release, "en", minor=True, at=NOON - HOUR, lead="Two days!")
    workflow.save(release, "en", release.texts["en"].latest.words._replace(lead="SECRET"), by=SYSTEM, at=NOON)
    db.session.commit()

    page = client.get(f"{address(release, 'en')}/versions")
    text = flat(page)

    third, second, first = (part.partition("</li>")[0] for part in text.split("<h2>")[1:])
    for part, shown in (
        (third, ["Version 3, 22 November 2026, 12:00, Paris time (UTC+1) – current", "Minor edits", "</span>!"]),
        (second, ["Version 2, 22 November 2026, 11:00", "CORRECTION", EIGHT.note, "</span>One day<", "</span>Two days<"]),
        (first, ["Version 1, 22 November 2026, 09:00", "First publication", f'{address(release, "en")}/versions/1"']),
    ):  # fmt: skip
        assert [words for words in shown if words not in part] == []
    assert "Minor edits" not in second
    assert "Read version 3" not in text
    assert "SECRET" not in page.text
    assert '<meta name="robots" content="noindex">' in page.text
    assert (
        client.get(f"/en/releases/{release.id}/other/versions").location
        == f"{address(release, 'en')}/versions"
    )


def test_an_earlier_version_is_read_and_says_that_it_is_not_the_current_one(client):
    release = a_release()
    change(release, "en", kind=K.UPDATE, notes={"en": Note("More.")}, headline="Clusters part")
    workflow.save(release, "en", release.texts["en"].latest.words._replace(lead="SECRET"), by=SYSTEM, at=NOON)
    db.session.commit()
    versions = f"{address(release, 'en')}/versions"

    page = client.get(f"{versions}/1")

    assert (page.status_code, '<meta name="robots" content="noindex">' in page.text) == (200, True)
    for shown in (
        "This is version 1, of 22 November 2026, 09:00. It is not the current text.",
        "<h1>Clusters meet</h1>",
        "The forum <em>opens</em>.",
    ):
        assert shown in flat(page)
    assert "Clusters part" not in flat(page)
    assert client.get(f"{versions}/2").location == address(release, "en")
    assert client.get(f"/en/releases/{release.id}/other/versions/1").location == f"{versions}/1"
    for number in ("3", "0", "99999999999999999999"):
        assert client.get(f"{versions}/{number}").status_code == 404


def test_a_language_without_public_words_has_no_versions(client):
    release = a_release(languages=("fr",))

    assert client.get(f"/en/releases/{release.id}/x/versions").status_code == 404


def test_the_versions_of_a_withdrawn_release_stay_readable(client):
    release = a_release()
    change(release, "en", kind=K.UPDATE, notes={"en": Note("More.")})
    take_off(release, "withdraw")

    assert [client.get(f"{address(release, 'en')}/versions{tail}").status_code for tail in ("", "/1")] == [
        200,
        200,
    ]


def test_hostile_words_stay_words_in_the_feed(client):
    release = a_release()
    change(release, "en", kind=K.UPDATE, notes={"en": Note("A & B <b>bold</b> ]]> \x0b end")}, at=NOON - HOUR)

    feed = feedparser.parse(client.get("/en/corrections.atom").data)

    assert (feed.bozo, feed.entries[0].content[0].value) == (False, "A & B <b>bold</b> ]]>  end")
