"""Topics: named in every language, in an order of their own, and gone only when nothing is filed under them."""

import re

import pytest

from pressroom import audit
from pressroom.access import SYSTEM
from pressroom.database import db
from pressroom.errors import Refused
from pressroom.releases import topics, workflow
from pressroom.releases.models import Kind, Topic, TopicText
from tests import builders
from tests.builders import NOON


def a_topic(fr="Énergie", en="Energy"):
    return builders.stored(topics.add({"fr": fr, "en": en}, by=SYSTEM, at=NOON))


def names(language="en"):
    return [topic.words(language).name for topic in topics.every()]


def file_under(release, *under, at=NOON):
    workflow.set_facts(
        release, dated=release.dated, contact=release.contact, event=None, pictures=[], topics=under, kind=Kind.RELEASE,
        by=SYSTEM, at=at,
    )  # fmt: skip
    return builders.stored(release)


def test_each_gets_an_address_in_each_language_that_stays(app):
    energy = a_topic("L’Énergie", "Energy")
    again = a_topic("L'énergie !", "The energy")

    topics.rename(energy, {"fr": "Climat", "en": "Climate"}, by=SYSTEM, at=NOON)
    db.session.commit()

    slugs = [(text.language, text.name, text.slug) for text in db.session.scalars(db.select(TopicText))]
    assert sorted(slugs) == [
        ("en", "Climate", "energy"), ("en", "The energy", "the-energy"),
        ("fr", "Climat", "l-energie"), ("fr", "L'énergie !", "l-energie-2"),
    ]  # fmt: skip
    assert [entry.action for entry in audit.history(f"topic:{energy.id}")] == ["topic.add", "topic.rename"]
    assert topics.every() == [energy, again]


def test_no_two_have_one_name(app):
    energy, sea = a_topic(), a_topic("Mer", "Sea")

    with pytest.raises(Refused, match="There is a topic “Energy” already."):
        topics.add({"fr": "Autre", "en": "Energy"}, by=SYSTEM, at=NOON)
    db.session.rollback()
    with pytest.raises(Refused, match="There is a topic “Énergie” already."):
        topics.rename(sea, {"fr": "Énergie", "en": "Sea"}, by=SYSTEM, at=NOON)
    db.session.rollback()
    topics.rename(energy, {"fr": "Énergie", "en": "Power"}, by=SYSTEM, at=NOON)

    assert names() == ["Power", "Sea"]


def test_moving_up_changes_places_with_the_one_before(app):
    first, second, third = (a_topic(name, name) for name in ("A", "B", "C"))

    topics.move_up(third, by=SYSTEM, at=NOON)
    assert names() == ["A", "C", "B"]
    topics.move_up(third, by=SYSTEM, at=NOON)
    topics.move_up(third, by=SYSTEM, at=NOON)
    topics.move_up(second, by=SYSTEM, at=NOON)

    assert names() == ["C", "B", "A"]
    assert topics.every() == [third, second, first]


def test_one_that_is_in_use_is_not_removed(app):
    used, unused = a_topic(), a_topic("Mer", "Sea")
    draft = workflow.create(source_language="fr", by=SYSTEM, at=NOON)
    file_under(draft, used)

    with pytest.raises(Refused, match="Releases are filed under this topic"):
        topics.remove(used, by=SYSTEM, at=NOON)
    topics.remove(unused, by=SYSTEM, at=NOON)
    db.session.commit()

    assert (topics.every(), topics.used()) == ([used], {used.id})
    assert db.session.scalars(db.select(TopicText.topic_id).distinct()).all() == [used.id]


def test_the_desk_adds_renames_moves_and_removes(app, desk):
    for fr, en in (("Énergie", "Energy"), ("Mer", "Sea")):
        desk.post("/desk/releases/topics/", data={"name_fr": fr, "name_en": en})
    energy, sea = topics.every()

    page = desk.get("/desk/releases/topics/")
    desk.post(f"/desk/releases/topics/{energy.id}", data={"name_fr": "Énergie", "name_en": "Power"})
    desk.post(f"/desk/releases/topics/{sea.id}/up")

    assert re.findall(r"/(?:fr|en)/topics/[\w-]+", page.text) == [
        "/fr/topics/energie", "/en/topics/energy", "/fr/topics/mer", "/en/topics/sea",
    ]  # fmt: skip
    assert names() == ["Sea", "Power"]

    desk.post(f"/desk/releases/topics/{sea.id}/remove")

    assert names() == ["Power"]


def test_what_is_missing_is_said_at_its_field(app, desk):
    a_topic()

    missing = desk.post("/desk/releases/topics/", data={"name_fr": "Mer", "name_en": " "})
    twice = desk.post("/desk/releases/topics/", data={"name_fr": "Mer", "name_en": "Energy"})

    assert (missing.status_code, twice.status_code) == (422, 422)
    assert 'id="name_en-error"' in missing.text
    assert 'value="Mer"' in missing.text
    assert "There is a topic “Energy” already." in twice.text
    assert names() == ["Energy"]


def test_the_page_offers_to_remove_only_what_nothing_is_filed_under(app, desk):
    used, unused = a_topic(), a_topic("Mer", "Sea")
    file_under(builders.a_published_release(), used)

    page = desk.get("/desk/releases/topics/")
    refused = desk.post(f"/desk/releases/topics/{used.id}/remove")

    assert re.findall(r'action="(/desk/releases/topics/\w+/remove)"', page.text) == [
        f"/desk/releases/topics/{unused.id}/remove"
    ]
    assert "Releases are filed under this topic" in refused.text
    assert topics.every() == [used, unused]


def test_an_unknown_topic_is_not_found(app, desk):
    assert desk.get("/desk/releases/topics/nothing").status_code == 404
    assert desk.post("/desk/releases/topics/nothing/remove").status_code == 404


def test_the_release_page_leads_to_its_topics(client):
    topic = a_topic("L’énergie", "Energy")
    release = file_under(builders.a_published_release(), topic)

    page = client.get(f"/fr/releases/{release.id}/{release.texts['fr'].slug}")

    assert '<a href="/fr/releases/?topic=l-energie">L’énergie</a>' in page.text


def test_a_topic_s_address_leads_to_its_list(client):
    topic = a_topic()
    file_under(builders.a_published_release(), topic)

    here, elsewhere = client.get("/fr/topics/energie"), client.get("/en/topics/energie")

    assert (here.status_code, here.location) == (301, "/fr/releases/?topic=energie")
    assert (elsewhere.status_code, elsewhere.location) == (301, "/en/releases/?topic=energy")
    assert client.get("/fr/topics/inconnu").status_code == 404


def test_a_topic_of_nothing_public_does_not_exist(client):
    coming = a_topic("Fuite", "Leak")
    file_under(builders.a_published_release(embargo_until=NOON.replace(year=2099)), coming)

    pages = [client.get(path) for path in ("/fr/topics/fuite", "/fr/releases/", "/fr/releases/?topic=fuite")]

    assert [page.status_code for page in pages] == [404, 200, 200]
    assert not any("Fuite" in page.text for page in pages)
    assert db.session.get(Topic, coming.id)
