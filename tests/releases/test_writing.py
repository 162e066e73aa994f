"""Writing in two languages: what changed in the source since, minor edits, two people at once, copies, facts,
previews in every form."""

import re
from datetime import date

import pytest

from pressroom import clock
from pressroom.access import SYSTEM, Actor, Role
from pressroom.database import db
from pressroom.releases import workflow
from pressroom.releases.models import Kind, Release, Words
from tests import builders
from tests.builders import NOON

EN = Words(
    "Clusters meet", "Sophia Antipolis", "One day.", "<p>The forum <em>opens</em>.</p><p>It is free.</p>"
)
FR = Words(
    "Les pôles se retrouvent", "Sophia Antipolis", "Une journée.", "<p>Le forum ouvre.</p><p>Gratuit.</p>"
)
COLLEAGUE = Actor(Role.OFFICER, "Maëlle Prigent")


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)


@pytest.fixture
def release():
    builders.a_press_contact()
    release = workflow.create(source_language="en", by=COLLEAGUE, at=NOON)
    workflow.save(release, "en", EN, by=COLLEAGUE, at=NOON)
    workflow.save(release, "fr", FR, by=COLLEAGUE, at=NOON)
    return builders.stored(release)


def say(release, language="en", **words):
    """A colleague saves other words."""
    text = release.texts[language]
    workflow.save(release, language, text.latest.words._replace(**words), by=COLLEAGUE, at=NOON)
    db.session.commit()


def again(release):
    db.session.rollback()
    return db.session.get(Release, release.id)


def flat(page):
    return " ".join(page.split())


def panel(client, release, language="fr"):
    """What the editor says has changed in the source since, removals in brackets; None when it says nothing."""
    page = client.get(f"/desk/releases/{release.id}/{language}").text
    if 'id="since"' not in page:
        return None
    shown = page.partition('id="since"')[2].partition("</section>")[0]
    shown = re.sub(r'<span class="visually-hidden".*?</span>', "", shown, flags=re.DOTALL)
    for mark, element in (("-", "del"), ("+", "ins")):
        shown = shown.replace(f"<{element}>", f"[{mark}").replace(f"</{element}>", f"{mark}]")
    return flat(re.sub(r"<[^>]+>", " ", shown))


def test_the_translator_sees_what_changed_in_the_source_since(desk, release):
    none_yet = panel(desk, release)
    say(release, lead="Two days.")
    say(release, body="<p>The forum <em>opens</em>.</p><p>It is free for students.</p>")

    shown = panel(desk, release)

    assert none_yet is None
    assert "since Lead [-One day-][+Two days+]. […] It is free[+ for students+]. Mark as up to date" in shown
    assert panel(desk, release, "en") is None


def test_a_mark_moves_only_the_pointer_and_only_to_what_was_seen(desk, release):
    say(release, lead="Two days.")
    page = desk.get(f"/desk/releases/{release.id}/fr").text
    seen = re.search(r'name="source_seen" value="(\d+)"', page)[1]
    say(release, lead="Three days.")
    address = f"/desk/releases/{release.id}/fr/up-to-date"

    done = desk.post(address, data={"source_seen": seen})
    text = again(release).texts["fr"]
    after = (text.latest_number, text.made_from_number)
    still = panel(desk, release)
    newest = desk.post(address, data={"source_seen": "3"})
    twice = desk.post(address, data={"source_seen": "99"})

    assert (done.status_code, done.location, after) == (303, f"/desk/releases/{release.id}/fr", (1, 2))
    assert "Three" in still
    assert (newest.status_code, again(release).texts["fr"].made_from_number, panel(desk, release)) == (
        303,
        3,
        None,
    )
    assert (twice.status_code, "This text already follows its source." in twice.text) == (409, True)


@pytest.mark.parametrize(("address", "status"), [("{id}/en", 409), ("{id}/de", 404), ("00000000/fr", 404)])
def test_only_a_translation_can_be_marked(desk, release, address, status):
    address = f"/desk/releases/{address.format(id=release.id)}/up-to-date"

    assert desk.post(address).status_code == status


def test_a_minor_edit_leaves_translations_valid(desk, release):
    address = f"/desk/releases/{release.id}/en"

    page = desk.get(address).text
    desk.post(address, data={**EN._replace(lead="One day!")._asdict(), "version": "1", "minor": "y"})

    assert "Minor edit: translations stay valid" in page
    assert "Minor edit: readers are told nothing" in desk.get(f"/desk/releases/{release.id}/fr").text
    text = again(release).texts["en"]
    assert (text.latest_number, text.major_number, text.latest.minor) == (2, 1, True)
    page = desk.get(f"/desk/releases/{release.id}/fr").text
    assert "The source text has changed since this translation was made." not in page
    assert "What changed in the source since" in page  # it may still be followed


@pytest.mark.parametrize(
    ("values", "follows"),
    [({"follows_source": "y"}, 2), ({}, 1), ({"follows_source": "y", "source_seen": "1"}, 1)],
)
def test_a_translation_follows_the_source_that_was_beside_it(desk, release, values, follows):
    say(release, lead="Two days.")

    page = desk.get(f"/desk/releases/{release.id}/fr").text
    desk.post(
        f"/desk/releases/{release.id}/fr",
        data={**FR._replace(lead="Deux jours.")._asdict(), "version": "1", **values},
    )

    assert "This translation follows the current source text" in page
    assert again(release).texts["fr"].made_from_number == follows


def test_a_translation_begun_before_the_source_changed_is_outdated_from_the_start(desk):
    builders.a_press_contact()
    release = workflow.create(source_language="en", by=COLLEAGUE, at=NOON)
    workflow.save(release, "en", EN, by=COLLEAGUE, at=NOON)
    builders.stored(release)
    page = desk.get(f"/desk/releases/{release.id}/fr").text
    seen = re.search(r'name="source_seen" type="hidden" value="(\d+)"', page)[1]
    say(release, lead="Two days.")

    desk.post(f"/desk/releases/{release.id}/fr", data={**FR._asdict(), "version": "0", "source_seen": seen})

    assert "The source text has changed since" in desk.get(f"/desk/releases/{release.id}/fr").text


def test_two_people_see_both_texts_and_what_differs_and_lose_none(app, desk, release):
    colleague = builders.signed_in(app, name="Ana Le Goff")
    address = f"/desk/releases/{release.id}/en"
    theirs, mine = EN._replace(lead="Two days."), EN._replace(lead="One long day.")
    colleague.post(address, data={**theirs._asdict(), "version": "1"})

    conflict = desk.post(address, data={**mine._asdict(), "version": "1"})
    page = flat(re.sub(r'<span class="visually-hidden".*?</span>', "", conflict.text, flags=re.DOTALL))

    assert (conflict.status_code, again(release).texts["en"].latest.words) == (409, theirs)
    assert "Ana Le Goff changed this page at 13:00. Your text is kept below." in page
    assert "One long day.</textarea>" in page
    assert '<p class="lead">Two days.</p>' in page
    difference = page.partition("What your text says differently")[2].partition("</section>")[0]
    assert {"Two", "days"} <= set(re.findall(r"\w+", " ".join(re.findall(r"<del>.*?</del>", difference))))
    assert {"One", "long", "day"} <= set(
        re.findall(r"\w+", " ".join(re.findall(r"<ins>.*?</ins>", difference)))
    )


def test_a_first_text_written_by_two_people_at_once_is_a_conflict_too(desk, release):
    address = f"/desk/releases/{release.id}/en"

    conflict = desk.post(address, data={**EN._replace(lead="Mine.")._asdict(), "version": "0"})

    assert (conflict.status_code, "Mine.</textarea>" in conflict.text) == (409, True)


def facts(release, **values):
    return {
        "kind": "release",
        "dated": "2026-12-01",
        "contact": "",
        "event": "",
        "version": str(release.version),
        **values,
    }


def test_kind_topics_and_together_are_facts(desk, release):
    topic, address = builders.a_topic("Energy"), f"/desk/releases/{release.id}/facts"

    done = desk.post(address, data=facts(release, kind="advisory", together="y", topics=[topic.id]))
    page = flat(desk.get(done.location).text)

    kept = again(release)
    assert (kept.kind, kept.together, kept.topics) == (Kind.ADVISORY, True, [topic])
    for shown in ("<dd>Media advisory</dd>", "<dd>Published together</dd>", "<dd>Energy</dd>"):
        assert shown in page
    assert "checked" in desk.get(address).text


@pytest.mark.parametrize("values", [{"kind": "poem"}, {"topics": ["x"]}])
def test_a_fact_that_cannot_be_is_refused(desk, release, values):
    page = desk.post(f"/desk/releases/{release.id}/facts", data=facts(release, **values))

    assert (page.status_code, page.text.count("error-message")) == (422, 1)


def test_of_two_people_changing_facts_each_sees_what_differs(desk, release):
    stale = facts(release, kind="speech", together="y")
    workflow.set_facts(
        release, dated=date(2026, 11, 30), contact=None, event=None, pictures=[], by=COLLEAGUE, at=NOON
    )
    db.session.commit()

    conflict = desk.post(f"/desk/releases/{release.id}/facts", data=stale)
    shown = conflict.text.partition('id="theirs"')[2].partition("</section>")[0]
    rows = [
        [flat(re.sub(r"<[^>]+>", "", cell)) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]
        for row in shown.split("<tr>")[2:]
    ]

    assert conflict.status_code == 409
    assert rows == [
        ["Kind", "Press release", "Speech"],
        ["Date in the dateline", "30 November 2026", "1 December 2026"],
        ["Publish all languages together", "No", "Yes"],
    ]
    assert 'value="2026-12-01"' in conflict.text


def test_a_copy_is_a_draft_of_its_own(desk, release):
    workflow.publish(release, by=SYSTEM, at=NOON)
    db.session.commit()

    done = desk.post(f"/desk/releases/{release.id}/duplicate")
    page = desk.get(done.location).text
    copy = db.session.get(Release, done.location.rpartition("/")[2])

    assert (done.status_code, copy.id != release.id) == (303, True)
    assert "This is the copy: a draft with the same words and facts." in page
    assert {code: (text.latest.words, text.public_number) for code, text in copy.texts.items()} == {
        "en": (EN, None),
        "fr": (FR, None),
    }


def checklist(client, release):
    page = (
        client.get(f"/desk/releases/{release.id}")
        .text.partition('id="checklist"')[2]
        .partition("</section>")[0]
    )
    return [
        (" ".join(text.split()), address)
        for address, text in re.findall(r'<li><a href="([^"]+)">(.*?)</a>', page, re.DOTALL)
    ]


def test_the_checklist_leads_to_where_each_thing_is_mended(desk, release):
    at = f"/desk/releases/{release.id}"
    complete = checklist(desk, release)
    release.contact, release.together = None, True
    say(release, lead="Two days.")
    together = checklist(desk, release)
    release.together = False
    db.session.commit()
    one_by_one = checklist(desk, release)

    assert complete == []
    assert together == [
        ("Choose a press contact.", f"{at}/facts"),
        ("Bring the text in French up to date: the languages are published together.", f"{at}/fr"),
    ]
    assert one_by_one == [
        ("Choose a press contact.", f"{at}/facts"),
        ("The text in French does not follow the source yet.", f"{at}/fr"),
    ]


def test_the_checklist_counts_what_differs_between_the_languages(desk, release):
    say(release, "fr", body="<p>Le forum ouvre à 9 h 30.</p><p>Gratuit.</p>")
    say(release, body="<p>The forum opens at 10:45.</p><p>It is free.</p>")
    workflow.mark_up_to_date(release, "fr", by=SYSTEM, at=NOON)
    db.session.commit()

    [(sentence, address)] = checklist(desk, release)

    assert "between the languages to look at" in sentence
    assert address == f"/desk/releases/{release.id}/parity"
    assert desk.get(address).status_code == 200


def test_a_picture_without_words_is_on_the_checklist(desk, release):
    asset = builders.an_asset(name="Salle.png")
    asset.texts["fr"].alt = ""
    plan = builders.an_asset(name="plan.pdf")
    plan.kind, plan.texts["fr"].alt = "document", ""
    workflow.set_facts(
        release, dated=NOON.date(), contact=release.contact, event=None, pictures=[asset, plan],
        by=SYSTEM, at=NOON,
    )  # fmt: skip
    db.session.commit()

    assert checklist(desk, release) == [
        ("Describe the picture “Salle.png” in French.", f"/desk/media/{asset.id}"),
    ]


def test_a_release_that_is_gone_has_a_reason_and_no_checklist(app, desk, release):
    workflow.publish(release, by=SYSTEM, at=NOON)
    workflow.withdraw(release, notes={"en": "Wrong.", "fr": "Faux."}, by=SYSTEM, at=NOON)
    db.session.commit()

    assert checklist(desk, release) == []
    for language, reason in (("en", "Wrong."), ("fr", "Faux.")):
        page = builders.signed_in(app, language=language).get(f"/desk/releases/{release.id}").text
        assert (language, reason in page) == (language, True)


def test_the_newest_words_are_seen_in_every_form(desk, release):
    say(release, "fr", lead="Deux journées.")
    at = f"/desk/releases/{release.id}/fr"

    page, paper, card, mail = (desk.get(f"{at}/preview{end}") for end in ("", "/print", "/card", "/mail"))
    pdf, png = desk.get(f"{at}/preview.pdf"), desk.get(f"{at}/preview.png")

    for shown in (page, paper, card, mail):
        tabs = re.findall(r'<a href="([^"]+)"( aria-current="true")?>(Page|Print|Card|Email)</a>', shown.text)
        assert [name for _address, _current, name in tabs] == ["Page", "Print", "Card", "Email"]
        assert [f"{address}" for address, current, _name in tabs if current] == [shown.request.path]
        assert "Preview of the newest words: not public" in shown.text
    assert "Deux journées." in page.text
    assert f'href="{at}/preview.pdf"' in paper.text
    assert f'src="{at}/preview.png"' in card.text
    assert "Deux journées." in mail.text
    assert (pdf.mimetype, pdf.data[:5]) == ("application/pdf", b"%PDF-")
    assert (png.mimetype, png.data[:8]) == ("image/png", b"\x89PNG\r\n\x1a\n")


def test_the_mail_of_an_embargoed_release_says_so_in_its_subject(desk, release):
    workflow.publish(release, embargo_until=NOON.replace(day=24), by=SYSTEM, at=NOON)
    db.session.commit()

    page = flat(desk.get(f"/desk/releases/{release.id}/en/preview/mail").text)

    assert "[EMBARGO 24 Nov 2026, 13:00] Clusters meet" in page


def test_words_that_are_public_are_not_called_a_preview(desk, release):
    address, said = (
        f"/desk/releases/{release.id}/en/preview",
        ("These words are public.", "words: not public"),
    )
    workflow.publish(release, by=SYSTEM, at=NOON)
    db.session.commit()
    public = desk.get(address).text
    say(release, lead="Two days.")
    ahead = desk.get(address).text

    assert [sentence in public for sentence in said] == [True, False]
    assert [sentence in ahead for sentence in said] == [False, True]


def test_a_headline_alone_can_be_previewed(desk):
    release = workflow.create(source_language="en", by=COLLEAGUE, at=NOON)
    workflow.save(release, "en", Words("Clusters meet", "", "", ""), by=COLLEAGUE, at=NOON)
    builders.stored(release)

    for end in ("", "/print", "/card", "/mail", ".pdf", ".png"):
        assert (end, desk.get(f"/desk/releases/{release.id}/en/preview{end}").status_code) == (end, 200)


@pytest.mark.parametrize("end", ["preview/fax", "preview.pdf", "preview/mail", "preview.png"])
def test_there_is_nothing_to_preview_of_what_does_not_exist(desk, release, end):
    assert desk.get(f"/desk/releases/00000000/fr/{end}").status_code == 404
    if end == "preview/fax":
        assert desk.get(f"/desk/releases/{release.id}/fr/{end}").status_code == 404
