"""The link of every dispatched mail: a page with a button for people, one click for mail providers (RFC 8058)."""

from urllib.parse import urlencode

import pytest

from pressroom import clock, links
from pressroom.database import db, new_id
from pressroom.delivery import suppressions
from pressroom.delivery.models import Message, Reason, Suppression
from tests import builders
from tests.alerts.test_public import ADDRESS, own, state
from tests.newsroom.reading import main

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def a_mail(scope="alerts", **values):
    """A message of a dispatch, and the path of its link."""
    id = new_id()
    token = links.mint("leave", id)
    builders.a_message(id=id, recipient=ADDRESS, scope=scope, link_digest=links.digest(token), **values)
    return f"/u/{token}"


def kept_away():
    db.session.rollback()
    return [(one.recipient, one.scope, one.reason) for one in db.session.scalars(db.select(Suppression))]


def scopes():
    event = builders.an_event()
    return {
        "alerts": "Alerts: ",
        f"event:{event.id}": "Forum on Competitiveness Clusters",
        "contacts": "as a contact",
    }


@pytest.fixture
def stranger(app):
    """A mail provider: no cookies, no token of a form, and the rule for forms on."""
    app.config["WTF_CSRF_ENABLED"] = True
    return app.test_client(use_cookies=False)


@pytest.mark.parametrize("form", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_click_of_a_mail_provider(stranger, form):
    subscription, path = builders.a_subscription(), a_mail()

    answers = [stranger.post(path, data=ONE_CLICK, content_type=form) for _ in range(2)]

    for answer in answers:
        assert (answer.status_code, answer.headers.get("Set-Cookie"), answer.headers.get("Location")) == (
            200,
            None,
            None,
        )
    assert state(subscription) == "ended"
    assert kept_away() == [(ADDRESS, "alerts", Reason.UNSUBSCRIBED)]


def test_opening_the_link_says_what_will_end_and_changes_nothing(stranger):
    subscription = builders.a_subscription()
    for scope, words in scopes().items():
        path = a_mail(scope, language="en")
        for _ in range(3):
            assert stranger.head(path).status_code == 200
            page = stranger.get(path)
        assert (page.status_code, words in main(page), ADDRESS in main(page)) == (200, True, True)
        assert main(page).count("<button") == 1
        assert "An accreditation that you have or asked for is not touched" in main(page)
        assert (page.headers["Cache-Control"], page.headers["Referrer-Policy"]) == (
            "private, no-store",
            "no-referrer",
        )
        assert "Set-Cookie" not in page.headers

    assert (state(subscription), kept_away()) == ("live", [])


def test_one_kind_ends_and_no_other_and_it_is_taken_back_on_the_same_page(stranger):
    subscription = builders.a_subscription()
    for scope in scopes():
        path = a_mail(scope, language="en")
        page = stranger.post(path, data=ONE_CLICK)
        assert ("You get no more of these messages" in page.text, "keep sending" in page.text) == (True, True)
        assert kept_away() == [(ADDRESS, scope, Reason.UNSUBSCRIBED)]
        assert state(subscription) == ("ended" if scope == "alerts" else "live")

        for _ in range(2):
            page = stranger.post(f"{path}/keep")
            assert (page.status_code, page.headers.get("Set-Cookie")) == (200, None)
        assert "these messages come as before" in page.text
        assert (kept_away(), state(subscription)) == ([], "live")


def test_a_wish_for_one_event_stops_no_decision(stranger):
    event = builders.an_event()
    path = a_mail(f"event:{event.id}")

    stranger.post(path, data=ONE_CLICK)

    decision = builders.a_message(recipient=ADDRESS, scope="")
    assert suppressions.stops(decision) is None
    assert (
        suppressions.stops(db.session.scalar(db.select(Message).where(Message.link_digest.is_not(None))))
        is not None
    )


def test_it_speaks_the_language_of_the_mail(stranger):
    page = stranger.get(a_mail(language="fr"), headers={"Accept-Language": "en"})

    assert (page.headers["Content-Language"], '<html lang="fr">' in page.text) == ("fr", True)


def test_whoever_gets_alerts_finds_the_way_to_their_choices(stranger):
    subscription, path = builders.a_subscription(language="en"), a_mail(language="en")

    assert own(subscription) in main(stranger.get(path))


def test_an_ended_subscription_that_is_gone_can_be_begun_again(stranger):
    path = a_mail(language="en")  # its subscription was erased two days after it ended

    page = stranger.get(path)

    assert ("You get no more of these messages" in page.text, 'href="/en/alerts"' in main(page)) == (
        True,
        True,
    )
    assert stranger.post(path, data=ONE_CLICK).status_code == 200
    assert stranger.post(f"{path}/keep").status_code == 200
    assert kept_away() == []


def test_an_unknown_link_says_what_to_do_and_is_the_same_for_everybody(stranger):
    builders.a_press_contact()
    answers = [
        stranger.open(
            path,
            method=method,
            headers=[("Accept-Language", "en")],
            data=ONE_CLICK if method == "POST" else None,
        )
        for path in ("/u/" + "t" * 22, "/u/x", "/u/" + "t" * 22 + "/keep")
        for method in (("GET", "POST") if "keep" not in path else ("POST",))
    ]

    assert {answer.status_code for answer in answers} == {404}
    assert all("Nothing has changed: use the link of a newer message." in answer.text for answer in answers)
    assert all("mailto:mael.quere@press.example" in answer.text for answer in answers)


def test_a_telephone_call_is_not_undone_by_a_mail_provider_but_by_the_person(stranger):
    subscription, path = builders.a_subscription(), a_mail()
    suppressions.add(ADDRESS, "alerts", Reason.ASKED, at=clock.now())
    db.session.commit()

    assert (
        stranger.post(
            path, data=urlencode(ONE_CLICK), content_type="application/x-www-form-urlencoded"
        ).status_code
        == 200
    )

    assert kept_away() == [(ADDRESS, "alerts", Reason.ASKED)]
    assert state(subscription) == "ended"
