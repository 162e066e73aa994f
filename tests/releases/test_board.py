"""Which releases the list and the board show, in which order, and what each cell leads to."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import event

from pressroom import clock
from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.releases import workflow
from pressroom.releases.models import Kind, Words
from tests import builders
from tests.builders import NOON


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)


def words(headline, body="<p>The forum opens.</p>"):
    return Words(headline, "Brest", "", body)


def a_release(name, *, languages=("en", "fr"), at=NOON, outdated=False, publish=None, **facts):
    """A release whose headlines are "<name> in <language>"; `publish` are the hours that publishing takes."""
    release = workflow.create(source_language="en", by=SYSTEM, at=at)
    release.contact = release.contact or builders.a_press_contact()
    for code in languages:
        workflow.save(release, code, words(f"{name} in {code}"), by=SYSTEM, at=at)
    for fact, value in facts.items():
        setattr(release, fact, value)
    if publish is not None:
        workflow.publish(release, **publish, by=SYSTEM, at=at)
    if outdated:
        workflow.save(release, "en", words(f"{name} again in en"), by=SYSTEM, at=at)
    return builders.stored(release)


def board(client, query=""):
    """Each row of the board: its headline, then each language's state and what it leads to."""
    page = client.get(f"/desk/releases/board{query}")
    assert page.status_code == 200
    rows = page.text.partition("<tbody>")[2].partition("</tbody>")[0].split("<tr>")[1:]
    return [[plain(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)] for row in rows]


def plain(html):
    shown = re.sub(r'<span class="visually-hidden">.*?</span>', "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", shown).split())


def headlines(client, query=""):
    return [row[0] for row in board(client, query)]


def test_each_cell_says_where_the_words_stand_and_what_comes_next(desk):
    a_release("Both", publish={})
    a_release("Behind", publish={}, outdated=True)
    a_release("Alone", languages=("en",))
    unfinished = a_release("Unfinished", languages=())
    workflow.save(unfinished, "en", words("Unfinished in en", body=""), by=SYSTEM, at=NOON)
    gone = a_release("Gone", publish={})
    workflow.withdraw(gone, notes={"en": "Wrong.", "fr": "Faux."}, by=SYSTEM, at=NOON)
    db.session.commit()

    assert sorted(board(desk)) == [
        ["Alone in en", "Draft", "missing Write", "ready Publish…"],
        ["Behind again in en", "Published", "outdated Bring up to date", "changes not published Publish…"],
        ["Both in en", "Published", "published Edit", "published Edit"],
        ["Gone in en", "Withdrawn from publication", "–", "–"],
        ["Unfinished in en", "Draft", "missing Write", "draft Finish"],
    ]


def test_every_cell_leads_where_its_words_say(desk):
    release = a_release("Alone", languages=("en",))

    page = desk.get("/desk/releases/board").text
    addresses = re.findall(rf'href="(/desk/releases/{release.id}[^"]+)"', page)

    assert addresses == [f"/desk/releases/{release.id}/fr", f"/desk/releases/{release.id}/publish"]
    assert [desk.get(address).status_code for address in addresses] == [200, 200]
    assert "(français, Alone in en)" in page


def test_what_is_outdated_comes_first_then_the_newest(desk):
    a_release("Old and behind", at=NOON - timedelta(days=9), outdated=True)
    a_release("New and behind", at=NOON - timedelta(days=3), outdated=True)
    a_release("Newest", at=NOON - timedelta(days=1))
    a_release("Oldest", at=NOON - timedelta(days=20))
    minor = a_release("Spelling", at=NOON - timedelta(days=2))
    workflow.save(minor, "en", words("Speling in en"), minor=True, by=SYSTEM, at=NOON)
    gone = a_release("Gone", at=NOON - timedelta(days=4), publish={}, outdated=True)
    workflow.withdraw(gone, notes={"en": "Wrong.", "fr": "Faux."}, by=SYSTEM, at=NOON)
    db.session.commit()

    assert headlines(desk) == [
        "New and behind again in en", "Old and behind again in en", "Newest in en", "Speling in en",
        "Gone again in en", "Oldest in en",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?stage=draft", ["Speech in en", "Plain in en"]),
        ("?stage=embargoed", ["Secret in en"]),
        ("?stage=killed", []),
        ("?q=pla", ["Plain in en"]),
        ("?kind=speech", ["Speech in en"]),
        ("?topic={topic}", ["Secret in en"]),
        ("?stage=draft&topic={topic}", []),
        ("?stage=nonsense&kind=poem&topic=x&page=zero&q=", ["Secret in en", "Speech in en", "Plain in en"]),
        ("?page=999&q=%00", ["Secret in en", "Speech in en", "Plain in en"]),
    ],
)
def test_list_and_board_show_what_the_address_asks_for(desk, query, shown):
    topic = builders.a_topic()
    day = timedelta(days=1)
    a_release("Plain", at=NOON - 3 * day)
    a_release("Speech", at=NOON - 2 * day, kind=Kind.SPEECH)
    a_release("Secret", at=NOON - day, topics=[topic], publish={"embargo_until": NOON + day})
    query = query.format(topic=topic.id)

    listed = desk.get(f"/desk/releases/{query}").text

    assert headlines(desk, query) == shown
    assert re.findall(r'lang="en">(\w+ in en)</a>', listed) == shown


def test_filters_are_kept_from_one_tab_to_the_next(desk):
    topic = builders.a_topic()
    a_release("Speech", kind=Kind.SPEECH, topics=[topic])

    page = desk.get(f"/desk/releases/board?kind=speech&topic={topic.id}&q=speech").text

    assert (
        f'href="/desk/releases/board?stage=draft&amp;q=speech&amp;kind=speech&amp;topic={topic.id}"' in page
    )
    assert '<option value="speech" selected>Speech</option>' in page
    assert f'<option value="{topic.id}" selected>Energy</option>' in page


def test_nothing_to_show_is_said(app, desk):
    french = builders.signed_in(app, language="fr")
    empty = [desk.get("/desk/releases/board").text, french.get("/desk/releases/board").text]
    a_release("Plain")

    said = [
        desk.get(f"/desk/releases/board?{query}").text for query in ("q=gala", "kind=speech", "stage=killed")
    ]

    assert "Write your first release, or load the example." in empty[0]
    assert "Écrivez votre premier communiqué, ou chargez l’exemple." in empty[1]
    for page, sentence in zip(
        said,
        ("No release for “gala”.", "No release matches these filters.", "No release at this stage."),
        strict=True,
    ):
        assert (sentence in page, "Clear filters" in page) == (True, True)


def queries_of(client, address):
    count = 0

    def counts(*_arguments):
        nonlocal count
        count += 1

    event.listen(db.engine, "before_cursor_execute", counts)
    assert client.get(address).status_code == 200
    event.remove(db.engine, "before_cursor_execute", counts)
    return count


@pytest.mark.parametrize("address", ["/desk/releases/", "/desk/releases/board"])
def test_a_page_of_twenty_asks_no_more_of_the_database_than_one_of_five(desk, address):
    topic, counted = builders.a_topic(), []
    for number in range(20):
        a_release(f"Release {number}", outdated=number % 2 == 0, topics=[topic], publish={})
        if number in (4, 19):
            db.session.expire_all()
            counted.append(queries_of(desk, address))

    assert counted[0] == counted[1] < 20


def test_the_board_has_pages(desk):
    for number in range(21):
        a_release(f"Release {number}", languages=("en",))

    assert (len(headlines(desk)), len(headlines(desk, "?page=2"))) == (20, 1)
    assert 'rel="next"' in desk.get("/desk/releases/board").text


@pytest.mark.parametrize(
    "blueprint", ["/desk/releases/board", "/desk/releases/new", "/desk/releases/{id}/en", "/desk/releases/{id}/publish",
                  "/desk/releases/{id}/en/preview"],
)  # fmt: skip
def test_the_menu_marks_the_section_of_every_page_of_releases(desk, blueprint):
    release = a_release("Plain")

    page = desk.get(blueprint.format(id=release.id)).text

    current = re.findall(r'<li><a href="([^"]+)"\s+aria-current="(\w+)"', page.partition("</header>")[0])
    assert current == [("/desk/releases/", "true")]
