"""Every page that a link leads to, read strictly: as a visitor, and as each member of staff, in both languages."""

from collections import Counter, deque
from urllib.parse import urljoin, urlsplit

import pytest
from babel.messages.pofile import read_po
from werkzeug.exceptions import HTTPException

from pressroom import typography
from pressroom.access import Role
from tests import builders, strict
from tests.test_translations import FRENCH

# Files that take a while to make, and are the same in whatever language the desk is read.
MADE = (".pdf", ".png", ".docx", ".zip")
# Pages of the desk from one view in one language, and as many again that differ by their query only: the others are
# of other people, of other requests, in lists with other filters.
MOST_ALIKE = 16


def crawl(client, start, *, within="/", made=None):
    """Every page of this site that links lead to from `start`, and none outside of `within`: address -> response.
    Files that are `made` already are not asked for again."""
    seen, waiting, made, alike = {}, deque([start]), {} if made is None else made, Counter()
    while waiting:
        address = waiting.popleft()
        if address in seen or not address.startswith(within):
            continue
        if address.startswith("/desk"):
            kind = _kind(client.application, address)
            alike[kind] += 1
            if alike[kind] > MOST_ALIKE:
                continue
        response = seen[address] = made.get(address) or client.get(address, buffered=True)
        if address.endswith(MADE):
            made[address] = response
        if response.status_code in (301, 302, 303):
            waiting.append(response.location)
        elif response.mimetype == "text/html":
            for href in strict.Reader(response.text).links:
                parts = urlsplit(urljoin(f"http://press.example{address}", href))
                if parts.netloc == "press.example" and not parts.path.startswith("/static/"):
                    waiting.append(parts.path + (f"?{parts.query}" if parts.query else ""))
    return seen


def _kind(app, address):
    """What pages that are alike share: their view, their language, and whether they were asked for more precisely."""
    path, _, query = address.partition("?")
    try:
        endpoint, values = app.url_map.bind("press.example").match(path)
    except HTTPException:
        return path
    return endpoint, values.get("language"), bool(query)


def html_pages(pages):
    return {
        address: page.text
        for address, page in pages.items()
        if page.mimetype == "text/html" and page.status_code == 200
    }


def english_sentences():
    """Sentences that a French page must not show: those whose French differs."""
    with FRENCH.open("rb") as source:
        messages = [m for m in read_po(source, locale="fr") if isinstance(m.id, str) and m.id]
    return {
        typography.french(m.id) for m in messages if m.string != m.id and " " in m.id and "%(" not in m.id
    }


@pytest.fixture(scope="module")
def seen():
    """What was crawled already: the example is the same for every test here."""
    return {}


@pytest.fixture
def visit(office, seen):
    """Every page that somebody comes to: `visit(None, "fr")` for a visitor, `visit(role, language)` for staff."""

    def visit_(role, language):
        if (role, language) not in seen:
            client = (
                builders.signed_in(office, role=role, language=language) if role else office.test_client()
            )
            made = seen.setdefault(role, {})
            within = {"within": "/desk/", "made": made} if role else {}
            seen[role, language] = crawl(client, "/desk/" if role else f"/{language}/", **within)
        return seen[role, language]

    return visit_


def judge(pages, language_of):
    """Address -> faults of every bad page."""
    found = {
        address: strict.faults(html, language_of(address)) for address, html in html_pages(pages).items()
    }
    return {address: faults for address, faults in found.items() if faults}


def test_no_link_of_the_public_site_is_dead_and_every_page_reads_well(visit):
    pages = visit(None, "fr")

    assert {address: page.status_code for address, page in pages.items() if page.status_code >= 400} == {}
    assert (
        judge(pages, lambda address: address.split("/")[1] if not address.startswith("/desk") else "fr") == {}
    )
    assert len(pages) > 40


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("role", [Role.ADMIN, Role.REVIEWER, Role.DOOR])
def test_no_link_of_the_desk_is_dead_and_every_page_reads_well(visit, role, language):
    pages = visit(role, language)
    desk = {address: page for address, page in pages.items() if address.startswith("/desk")}

    assert {address: page.status_code for address, page in desk.items() if page.status_code >= 400} == {}
    assert judge(desk, lambda _: language) == {}


def test_titles_tell_pages_apart(visit):
    pages = html_pages(visit(None, "fr"))
    titles = {}
    for address, html in pages.items():
        titles.setdefault(strict.title(html), set()).add(address.split("?")[0])

    assert {title: addresses for title, addresses in titles.items() if len(addresses) > 1} == {}


@pytest.mark.parametrize("role", [None, Role.ADMIN])
def test_a_french_page_shows_no_english_sentence(visit, role):
    sentences = english_sentences()
    pages = visit(role, "fr")
    chosen = {a: p for a, p in html_pages(pages).items() if a.startswith("/desk" if role else "/fr/")}

    shown = {
        (address, text) for address, html in chosen.items()
        for language, text in strict.Reader(html).texts if language == "fr" and text in sentences
    }  # fmt: skip

    assert shown == set()


def test_the_strict_reader_sees_what_it_should():
    bad = (
        '<!doctype html><html lang="en"><title>x</title><main><h1>a</h1><h1>b</h1><h3>c</h3><p id="a"><p id="a"></p></p><b><i></b></i>'
        '<input name="q"><form method="post"></form><img src="x"><a href="#nowhere">x</a><p style="color:red">x</p></main></html>'
    )

    assert strict.faults(bad, "fr") == [
        "crossed <b>", "html lang is not fr", "2 h1", "id a twice", "#nowhere leads nowhere", "input q has no label",
        "form None has no token", "a form without an address",
        "<p> inside a paragraph", "img x lacks alt, width or height",
        "<p> has a style or a handler of its own", "h1 is followed by h3",
    ]  # fmt: skip
