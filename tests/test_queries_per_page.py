"""How many questions each page asks of the database: a bound for every one, whatever the number of rows it shows."""

import pytest

from pressroom import clock
from pressroom.access import Role
from pressroom.database import db
from pressroom.media.models import Asset
from pressroom.releases import queries
from tests import builders
from tests.counting import counting

MOST_READ = 18
MOST_AT_THE_DESK = 20
# The journal asks once for each kind of thing that it names.
KINDS = {"/desk/journal/": 30}
# The home says what waits of everything.
MORE = {"/desk/": 44}


def pages(app, *, desk):
    """The addresses without arguments that anybody reads, or those of the desk."""
    for rule in app.url_map.iter_rules():
        ours = rule.rule.startswith(("/desk/", "/door/")) == desk and rule.endpoint != "static"
        if ours and "GET" in rule.methods and rule.arguments <= {"language"}:
            yield rule.rule.replace("<language:language>", "en")


def things(app):
    """The pages of one thing each, of the richest kind that the example has."""
    release = max(db.session.scalars(queries.listed("en", clock.now())), key=lambda one: len(one.pictures))
    asset = db.session.scalars(db.select(Asset).where(Asset.offered)).first() or release.pictures[0].asset
    path = f"/en/releases/{release.id}/{release.texts['en'].slug}"
    yield from (path, f"{path}/versions", *(f"{path}.{kind}" for kind in ("txt", "json", "pdf", "docx")))
    yield from (f"/en/media/{asset.id}", f"/api/v1/releases/{release.id}", f"/r/{release.id}")
    yield from ("/en/releases/?q=cluster&year=2026", "/en/releases/?page=2", "/api/v1/releases?limit=100")
    yield "/sitemap-releases-1.xml"


def asked(client, path):
    """(how many statements, the answer's status)"""
    db.session.remove()  # what was read before
    with counting() as seen:
        answer = client.get(path, buffered=True)
    return len([one for one in seen if not one.startswith("BEGIN")]), answer.status_code


def too_many(found, most):
    """The pages beyond the bound, and those that are no pages at all: nothing was counted there."""
    return {path: counted for path, counted in found.items() if counted[0] > most or counted[1] >= 400}


def test_no_page_that_anybody_reads_asks_more_than_a_few_questions(office):
    paths = [*pages(office, desk=False), *things(office)]

    found = {path: asked(office.test_client(), path) for path in paths}

    assert too_many(found, MOST_READ) == {}
    assert (len(found) > 30, max(count for count, _status in found.values()) > MOST_READ / 2) == (True, True)


def test_no_list_of_the_desk_asks_a_question_for_each_row(office):
    client = builders.signed_in(office, role=Role.ADMIN)

    found = {path: asked(client, path) for path in pages(office, desk=True) if path not in MORE}

    named = {path: found.pop(path) for path in KINDS}
    assert too_many(found, MOST_AT_THE_DESK) == {}
    assert [path for path in named if too_many(named, KINDS[path])] == []
    assert len(found) > 30


@pytest.mark.parametrize("path", MORE)
def test_those_who_ask_more_ask_as_much_however_much_there_is(office, path):
    client = builders.signed_in(office, role=Role.ADMIN)
    event = (
        builders.an_application().event
    )  # whose requests wait for somebody: each such event is asked about
    before = asked(client, path)[0]
    for number in range(4):
        builders.a_published_release()
        builders.an_application(db.session.merge(event))
        builders.a_contact()
        builders.a_topic(f"Topic {number}", position=10 + number)

    assert asked(client, path)[0] <= before <= MORE[path]
