"""Subscribing to press releases, as visitors and the owners of addresses meet it."""

import json
import re
import statistics
import time
from datetime import timedelta

import pytest
import sqlalchemy

from pressroom import clock, engine, links
from pressroom.access import SYSTEM
from pressroom.alerts import queries
from pressroom.alerts.models import Subscription
from pressroom.database import db
from pressroom.delivery import strangers, suppressions
from pressroom.delivery.models import Copy, Message, Reason, State, Suppression
from pressroom.limits import limiter
from pressroom.releases import topics
from pressroom.releases import workflow as releases
from tests import builders
from tests.newsroom.reading import main
from tests.strict import Reader

ADDRESS = "noemie@telegraphe.example"
TYPED = {"email": ADDRESS, "language": "en"}


def subscriptions():
    db.session.rollback()
    return db.session.scalars(db.select(Subscription).order_by(Subscription.email)).all()


def messages():
    db.session.rollback()
    return db.session.scalars(db.select(Message).order_by(Message.created_at)).all()


def own(subscription, language="en"):
    """The path of a subscription's own page."""
    return f"/{language}/alerts/{links.mint('alerts', subscription.id)}"


def ask(client, on="en", **values):
    return client.post(f"/{on}/alerts", data={**TYPED, **values})


def state(subscription):
    db.session.refresh(subscription)
    if subscription.ended_at:
        return "ended"
    return "live" if subscription.confirmed_at else "waiting"


@pytest.fixture
def at(monkeypatch):
    """Sets the clock: `at(hours=3)` is three hours after the test began."""
    start = clock.now()

    def at_(**later):
        moment = start + timedelta(**later)
        monkeypatch.setattr(clock, "now", lambda: moment)
        return moment

    at_()
    return at_


def a_topic_that_is_known(name="Energy", position=1):
    topic = builders.a_topic(name, position=position)
    release = builders.a_published_release(at=clock.now() - timedelta(days=9))
    releases.set_facts(
        release, dated=release.dated, contact=release.contact, event=None, pictures=(), topics=[topic], by=SYSTEM, at=clock.now()
    )  # fmt: skip
    db.session.commit()
    return topic


# Asking -----------------------------------------------------------------------------------------------------


def test_from_an_address_to_alerts_with_one_mail_and_one_button(client):
    energy, _ = a_topic_that_is_known(), a_topic_that_is_known("Water", 2)

    answer = ask(client, "fr", email="Noemie@Telegraphe.EXAMPLE", language="en", topics=[energy.id])

    (waiting,) = subscriptions()
    assert (answer.status_code, answer.location) == (303, "/fr/alerts/asked")
    assert (waiting.email, waiting.language, [t.id for t in waiting.topics]) == (ADDRESS, "en", [energy.id])
    assert state(waiting) == "waiting"
    (mail,) = messages()
    assert (mail.notice, mail.recipient, mail.language, mail.scope) == ("alert_confirm", ADDRESS, "en", None)
    assert mail.subject == "Confirm your subscription to press releases"
    page = client.get(own(waiting))
    assert f"http://press.example{own(waiting)}" in mail.text
    assert ("Confirm my subscription" in page.text, "Energy" in main(page), "Water" in main(page)) == (
        True,
        True,
        False,
    )

    confirmed = client.post(f"{own(waiting)}/confirm", follow_redirects=True)

    assert state(waiting) == "live"
    assert "You get our alerts from now on." in confirmed.text


def test_no_word_that_a_visitor_typed_is_in_the_mail(client):
    ask(client, email="win-a-car@x.example", name="WIN A CAR", homepage="")

    (mail,) = messages()
    assert "car" not in (mail.subject + mail.text.replace(mail.recipient, "")).lower()
    assert mail.recipient not in mail.text


def test_the_single_field_of_other_pages_leads_to_the_form_and_writes_nothing(app):
    app.config["WTF_CSRF_ENABLED"] = True
    topic = a_topic_that_is_known()
    client = app.test_client()
    pages = {
        path: client.get(path)
        for path in ("/en/", "/en/releases/", f"/en/releases/?topic={topic.texts['en'].slug}")
    }

    for path, page in pages.items():
        assert 'action="/en/alerts/begin"' in page.text, path
        assert ("csrf_token" in main(page), page.headers.get("Set-Cookie")) == (False, None), path
        assert "public" in page.headers["Cache-Control"]
    assert f'name="topics" value="{topic.id}"' in pages[path].text
    page = client.post("/en/alerts/begin", data={"email": ADDRESS, "topics": topic.id})

    assert page.status_code == 200
    inputs = {tag.get("value"): tag for tag in Reader(page.text).all("input")}
    assert ADDRESS in inputs
    assert ("checked" in inputs["en"], "checked" in inputs["fr"], "checked" in inputs[topic.id]) == (
        True,
        False,
        True,
    )
    assert (subscriptions(), messages()) == ([], [])
    typed = {"email": ADDRESS, "language": "en", "topics": topic.id}
    token = next(tag["value"] for tag in Reader(page.text).all("input") if tag.get("name") == "csrf_token")
    assert client.post("/en/alerts", data={**typed, "csrf_token": token}).status_code == 303
    assert client.get("/en/alerts/begin").location == "/en/alerts"


@pytest.mark.parametrize(
    "typed", ["", "\0", "x" * 20_000, '"><script>alert(1)</script>', "a@x.example\nBcc: b@x.example"]
)
def test_anything_at_all_in_the_single_field_is_only_shown(client, typed):
    page = client.post("/en/alerts/begin", data={"email": typed, "topics": [typed, "x"]})

    assert (page.status_code, "<script>alert" in page.text) == (200, False)


def test_a_topic_that_readers_do_not_know_is_not_offered(client):
    known, hidden = a_topic_that_is_known(), builders.a_topic("Zarquon", position=2)
    builders.a_published_release(embargo_until=clock.now() + timedelta(days=1)).topics = [hidden]
    db.session.commit()

    page = client.get("/en/alerts")
    refused = ask(client, topics=[hidden.id])

    assert (known.id in page.text, "Zarquon" in page.text, hidden.id in page.text) == (True, False, False)
    assert (refused.status_code, subscriptions()) == (422, [])


@pytest.mark.parametrize(
    "address",
    ["", "x", "a@x", "a@x.example,b@y.example", "a@x.example\r\nBcc: b@y.example", "Name <a@x.example>", "a@x..example",
     "a@[127.0.0.1]", "é@x.example", "a@" + "x" * 250 + ".example"],
)  # fmt: skip
def test_what_is_not_one_address_is_refused_at_its_field(client, address):
    page = ask(client, email=address)

    assert (page.status_code, 'id="email-error"' in page.text) == (422, True)
    assert (subscriptions(), messages()) == ([], [])


def test_a_domain_in_letters_that_look_like_others_is_refused_with_a_sentence(client):
    page = ask(client, email="a@rеuters.example")
    honest = ask(client, email="a@médias.example")

    assert "This address has letters that are taken for others." in page.text
    assert (page.status_code, honest.status_code) == (422, 303)
    assert [one.email for one in subscriptions()] == ["a@xn--mdias-bsa.example"]


def test_a_program_is_asked_again(app, client, at):
    app.config.update(WTF_CSRF_ENABLED=True, TYPING_SECONDS=3)
    tags = Reader(client.get("/en/alerts").text).all("input")
    token = next(tag["value"] for tag in tags if tag.get("name") == "csrf_token")
    filled = client.post(
        "/en/alerts", data={**TYPED, "csrf_token": token, "homepage": "https://spam.example/"}
    )
    fast = client.post("/en/alerts", data={**TYPED, "csrf_token": token})

    assert "A field that nobody sees was filled in" in filled.text
    assert ("That was very fast." in fast.text, f'value="{ADDRESS}"' in fast.text) == (True, True)
    assert "This page had been open for too long" in client.post("/en/alerts", data=TYPED).text
    assert messages() == []
    at(seconds=6)
    assert client.post("/en/alerts", data={**TYPED, "csrf_token": token}).status_code == 303


def test_one_client_may_ask_so_often_and_keeps_what_was_typed(its_own, monkeypatch):
    monkeypatch.setattr(limiter, "enabled", True)
    client = its_own(WTF_CSRF_ENABLED=False, SENDING_LIMIT="2 per hour").test_client()
    limiter.reset()
    answers = [ask(client, email=email) for email in ("a@x.example", "wrong", "b@x.example", "c@x.example")]
    limiter.reset()

    assert [answer.status_code for answer in answers] == [303, 422, 303, 429]
    assert ("Too many attempts." in answers[3].text, 'value="c@x.example"' in answers[3].text) == (True, True)
    assert [one.email for one in subscriptions()] == ["a@x.example", "b@x.example"]


# What others learn ------------------------------------------------------------------------------------------


def test_a_page_says_the_same_of_every_address_and_only_the_mail_differs(client, at):
    """New, waiting, subscribed, ended: one answer, as many questions to the database, about the same time."""
    now, seen, asked = at(), {}, []
    classes = {
        "new": None, "waiting": {"confirmed_at": None}, "live": {}, "ended": {"ended_at": now - timedelta(hours=1)},
    }  # fmt: skip
    listen = lambda *call: asked.append(call[2])  # noqa: E731
    sqlalchemy.event.listen(db.engine, "before_cursor_execute", listen)
    for number in range(5):
        for name, values in classes.items():
            email = f"{name}{number}@x.example"
            if values is not None:
                builders.a_subscription(email, language="en", **values)
            asked.clear()
            began = time.perf_counter()
            answer = ask(client, email=email)
            took = time.perf_counter() - began
            page = client.get(answer.location)
            text = re.sub(r"nonce-[\w-]+|nonce=\"[\w-]+\"", "", page.text)
            seen.setdefault(name, []).append((took, len(asked), answer.status_code, answer.location, text))
    sqlalchemy.event.remove(db.engine, "before_cursor_execute", listen)

    for name in classes:
        assert {one[2:] for one in seen[name]} == {seen["new"][0][2:]}
        medians = [
            statistics.median(one[part] for one in seen[which]) for part in (0, 1) for which in (name, "new")
        ]
        assert 1 / 3 < medians[0] / medians[1] < 3  # generous: other things run beside a test
        assert 0.75 < medians[2] / medians[3] < 1.25
    assert {(m.notice, re.sub(r"\d@.*", "", m.recipient)) for m in messages()} == {
        ("alert_confirm", "new"), ("alert_confirm", "waiting"), ("alert_known", "live"), ("alert_confirm", "ended"),
    }  # fmt: skip


def test_whoever_subscribed_keeps_their_choices_whatever_strangers_ask(client):
    subscription = builders.a_subscription(language="fr")

    ask(client, language="en", topics=[])

    db.session.refresh(subscription)
    assert (state(subscription), subscription.language) == ("live", "fr")
    (mail,) = messages()
    assert (mail.notice, mail.language) == ("alert_known", "fr")
    assert own(subscription, "fr") in mail.text


def test_nobody_is_bombed_whatever_the_form(client, at):
    for hours, minutes in ((0, 0), (0, 14), (0, 16), (0, 20), (1, 0), (2, 0)):
        at(hours=hours, minutes=minutes)
        for address in ("victim@x.example", "Victim@x.example", "victim+1@x.example"):
            ask(client, email=address)
            assert client.post("/en/applications/find", data={"email": address}).status_code == 303
    assert len(messages()) == 3
    at(hours=25)
    ask(client, email="victim@x.example")
    assert len(messages()) == 4


# Confirming -------------------------------------------------------------------------------------------------


def test_opening_the_link_changes_nothing_and_pressing_twice_harms_nothing(client):
    waiting = builders.a_subscription(confirmed_at=None)

    for _ in range(5):
        assert client.head(own(waiting)).status_code == 200
        page = client.get(own(waiting))
    assert state(waiting) == "waiting"
    assert [page.headers[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")] == [
        "private, no-store", "no-referrer", "noindex, noarchive",
    ]  # fmt: skip
    answers = [client.post(f"{own(waiting)}/confirm", follow_redirects=True).status_code for _ in range(2)]

    assert (answers, state(waiting)) == ([200, 200], "live")


def test_what_nobody_confirms_is_gone_after_two_days_and_its_link_says_how_to_begin_again(app, client, at):
    ask(client)
    (waiting,) = subscriptions()
    path = own(waiting)
    at(hours=49)
    db.session.rollback()
    engine.run_due(app)

    page = client.get(path)

    assert (subscriptions(), messages()) == ([], [])
    assert (page.status_code, client.post(f"{path}/confirm").status_code) == (404, 404)
    assert ("This link does not open anything" in page.text, 'href="/en/alerts"' in main(page)) == (
        True,
        True,
    )
    assert page.text.count(path) <= 2  # the address itself is only in the print head


def test_confirming_lets_alerts_through_and_nothing_that_was_refused_otherwise(client):
    waiting = builders.a_subscription(confirmed_at=None)
    suppressions.add(ADDRESS, "alerts", Reason.UNSUBSCRIBED, at=clock.now())
    suppressions.add(ADDRESS, "", Reason.ASKED, note="By telephone", at=clock.now())
    db.session.commit()

    client.post(f"{own(waiting)}/confirm")

    kept = db.session.scalars(db.select(Suppression)).all()
    assert [(one.scope, one.reason, one.note) for one in kept] == [("contacts", Reason.ASKED, "By telephone")]


def test_an_address_that_failed_once_works_again_when_its_owner_presses_the_button(client):
    waiting = builders.a_subscription(confirmed_at=None)
    suppressions.add(ADDRESS, "", Reason.BOUNCED, at=clock.now())
    db.session.commit()

    client.post(f"{own(waiting)}/confirm")

    assert db.session.scalars(db.select(Suppression)).all() == []


# One's own page ---------------------------------------------------------------------------------------------


def test_preferences_without_signing_in(client):
    energy = a_topic_that_is_known()
    subscription = builders.a_subscription(language="fr")

    wrong = client.post(own(subscription), data={"language": "xx"})
    saved = client.post(
        own(subscription), data={"language": "en", "topics": [energy.id]}, follow_redirects=True
    )

    db.session.refresh(subscription)
    assert (wrong.status_code, "Choose a language" in wrong.text) == (422, True)
    assert "Your choices are saved." in saved.text
    assert (subscription.language, [t.id for t in subscription.topics]) == ("en", [energy.id])
    client.post(own(subscription), data={"language": "en"})
    db.session.refresh(subscription)
    assert subscription.topics == []


@pytest.mark.parametrize("reason", [Reason.BOUNCED, Reason.ASKED])
def test_whom_nothing_reaches_is_told_so_and_saving_brings_it_back(client, reason):
    subscription = builders.a_subscription(language="en")
    path, said = own(subscription), "Nothing is sent to this address at present"
    usual = client.get(path)
    suppressions.add(ADDRESS, "", reason, at=clock.now())
    db.session.commit()

    shown = client.get(path)
    saved = client.post(path, data={"language": "en"}, follow_redirects=True)

    assert [said in page.text for page in (usual, shown, saved)] == [False, True, False]
    assert suppressions.of([ADDRESS], "alerts") == set()
    assert suppressions.of([ADDRESS], "contacts") == ({ADDRESS} if reason is Reason.ASKED else set())


def test_a_topic_that_was_chosen_stays_on_offer(client):
    topic = builders.a_topic("Old matter")
    subscription = builders.a_subscription(topics=[topic])

    page = client.get(own(subscription))

    assert "Old matter" in main(page)
    client.post(own(subscription), data={"language": "fr", "topics": [topic.id]})
    db.session.refresh(subscription)
    assert subscription.topics == [topic]


def test_whose_only_topic_is_removed_gets_nothing_instead_of_everything_and_is_told_so(client):
    old = builders.a_topic("Old matter")
    one, waiting = (
        builders.a_subscription(email, language="en", topics=[old], **values)
        for email, values in ((ADDRESS, {}), ("b@x.example", {"confirmed_at": None}))
    )
    everybody = builders.a_subscription("all@x.example")
    topics.remove(old, by=SYSTEM, at=clock.now())
    db.session.commit()
    energy = a_topic_that_is_known()

    told = [db.session.scalars(queries.to_tell(ids)).all() for ids in ([], [energy.id])]
    page = client.get(own(one))

    assert told == [[everybody], [everybody]]
    assert "nothing comes to you" in main(page)
    assert "None: what was chosen has been removed" in main(client.get(own(waiting)))
    client.post(own(one), data={"language": "en", "topics": [energy.id]})
    assert db.session.scalars(queries.to_tell([energy.id])).all() == [everybody, one]
    client.post(own(one), data={"language": "en"})
    assert db.session.scalars(queries.to_tell([])).all() == [everybody, one]
    assert "nothing comes to you" not in main(client.get(own(one)))


def test_leaving_from_one_s_page_and_taking_it_back(app, client, at):
    subscription = builders.a_subscription()

    ended = client.post(f"{own(subscription)}/end", follow_redirects=True)

    assert (state(subscription), suppressions.of([ADDRESS], "alerts")) == ("ended", {ADDRESS})
    assert ("You get no more alerts." in ended.text, "keep sending" in ended.text) == (True, True)
    client.post(f"{own(subscription)}/confirm")
    assert (state(subscription), suppressions.of([ADDRESS], "alerts")) == ("live", set())
    path = own(subscription)
    client.post(f"{path}/end")
    at(hours=49)
    db.session.rollback()
    engine.run_due(app)
    assert (subscriptions(), client.get(path).status_code) == ([], 404)


def test_a_copy_of_one_s_data_tells_all_and_no_key(client):
    subscription = builders.a_subscription(topics=[builders.a_topic()])
    builders.a_message(recipient=ADDRESS.upper(), scope="alerts", subject="Les pôles", state=State.ACCEPTED)
    builders.a_message(recipient=ADDRESS, scope="", subject="Another matter")

    answer = client.post(f"{own(subscription)}/copy")

    data = json.loads(answer.text)
    assert answer.headers["Content-Disposition"] == "attachment; filename=alerts.json"
    assert {name: data[name] for name in ("email", "language", "topics", "ended_at")} == {
        "email": ADDRESS, "language": "fr", "topics": ["Energy"], "ended_at": None,
    }  # fmt: skip
    assert [(mail["subject"], mail["state"]) for mail in data["mails"]] == [("Les pôles", "accepted")]
    assert links.mint("alerts", subscription.id) not in answer.text
    assert subscription.link_digest not in answer.text


def test_erasing_leaves_nothing_but_what_protects_the_address(client):
    subscription = builders.a_subscription()
    path = own(subscription)
    ask(client)
    builders.a_message(recipient=ADDRESS, scope="alerts", state=State.ACCEPTED)
    other = builders.a_message(recipient=ADDRESS, scope="", state=State.ACCEPTED)
    db.session.execute(db.update(Message).filter_by(notice="alert_known").values(state=State.ACCEPTED))
    suppressions.add(ADDRESS, "alerts", Reason.UNSUBSCRIBED, at=clock.now())
    builders.stored(
        Copy(about="release:x:fr", revision=1, recipient=ADDRESS, language="fr", by="message", at=clock.now())
    )

    page = client.post(f"{path}/erase")

    assert (page.status_code, "Your data has been erased" in page.text) == (200, True)
    assert (subscriptions(), db.session.scalars(db.select(Suppression)).all()) == ([], [])
    assert {(m.recipient, m.about) for m in messages()} == {
        (ADDRESS, other.about), (strangers.stand_in(ADDRESS), "erased"),
    }  # fmt: skip
    assert db.session.scalars(db.select(Copy)).all() == []
    assert not strangers.may_write_to(ADDRESS, clock.now())
    assert client.post(f"{path}/erase").status_code == 404
