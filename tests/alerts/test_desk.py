"""The desk's page of alerts: numbers, and ending a subscription for somebody who telephones."""

import re

from pressroom import audit
from pressroom.database import db
from pressroom.delivery import suppressions
from pressroom.delivery.models import Reason, Suppression
from tests import builders
from tests.alerts.test_public import state
from tests.newsroom.reading import main


def rows(page):
    """The cells of the first table, line by line."""
    body = main(page).partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", line, re.DOTALL)]
        for line in body.split("</tr>")[:-1]
    ]


def test_numbers_by_language_and_topic(desk):
    energy, water = builders.a_topic("Energy"), builders.a_topic("Water", position=2)
    then = builders.NOON
    for number, (language, topics, values) in enumerate(
        [("fr", [], {}), ("fr", [energy], {}), ("fr", [energy, water], {}), ("en", [water], {}),
         ("en", [], {"confirmed_at": None}), ("fr", [water], {"ended_at": then})]
    ):  # fmt: skip
        builders.a_subscription(f"n{number}@x.example", language=language, topics=topics, **values)

    page = desk.get("/desk/alerts/")

    # Language, subscribers, every topic, energy, water, not confirmed yet.
    assert rows(page) == [["English", "1", "0", "0", "1", "1"], ["français", "3", "1", "2", "1", "0"]]
    assert "@x.example" not in main(page)


def test_how_many_get_nothing_because_their_topic_is_gone(desk):
    for number in range(2):
        builders.a_subscription(f"n{number}@x.example", every_topic=False)
    builders.a_subscription("all@x.example")

    page = desk.get("/desk/alerts/?q=n1@")

    assert "2 people chose only what is no topic any more" in page.text
    assert rows(page) == [["français", "3", "1", "0"]]
    assert "None: what was chosen has been removed" in main(page)


def test_nobody_yet(desk):
    assert "No subscriber yet" in desk.get("/desk/alerts/").text


def test_somebody_telephones_to_leave(app, desk):
    subscription = builders.a_subscription("noemie@telegraphe.example")
    builders.a_subscription("other@x.example")

    found = desk.get("/desk/alerts/?q=NOEMIE")
    answer = desk.post(f"/desk/alerts/{subscription.id}/end", follow_redirects=True)

    assert ("noemie@telegraphe.example" in found.text, "other@x.example" in found.text) == (True, False)
    assert "noemie@telegraphe.example gets no more alerts." in answer.text
    assert state(subscription) == "ended"
    kept = db.session.scalars(db.select(Suppression)).all()
    assert [(one.scope, one.reason, one.actor) for one in kept] == [("alerts", Reason.ASKED, "Zoé Martin")]
    assert [entry.action for entry in audit.history(subscription.subject)] == ["alert.end"]
    assert suppressions.of(["NOEMIE@telegraphe.example"], "alerts") == {"noemie@telegraphe.example"}


def test_an_address_without_subscription_and_hostile_words(desk):
    assert "No subscription has “nobody@x.example”" in desk.get("/desk/alerts/?q=nobody@x.example").text
    for words in ("%00", "%25", "x" * 5000, "&page=999"):
        assert desk.get(f"/desk/alerts/?q={words}").status_code == 200
    assert desk.post("/desk/alerts/unknown/end").status_code == 404
