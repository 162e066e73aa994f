import re
from datetime import timedelta

import pytest

from pressroom import clock
from pressroom.access import Role
from pressroom.accreditation.models import ReviewerScope, State, Step
from pressroom.database import db
from pressroom.delivery.models import Message
from tests import builders


def address(event, rest=""):
    return f"/desk/accreditation/{event.id}/bulk{rest}"


def check(desk, event, action, applications, **typed):
    return desk.post(
        address(event), data={"action": action, "chosen": [one.id for one in applications], **typed}
    )


def seen(applications):
    """What the check page sends: each request with the version that it showed."""
    return [f"{one.id}.{one.version}" for one in applications]


def carry_out(desk, event, action, applications, chosen=None, **typed):
    chosen = chosen or seen(applications)
    return desk.post(address(event, "/carry-out"), data={"action": action, "chosen": chosen, **typed})


def states(*applications):
    db.session.expire_all()
    return [one.state.value for one in applications]


def mails():
    return [
        (mail.notice, mail.language)
        for mail in db.session.scalars(db.select(Message).order_by(Message.language))
    ]


def some(event, number, **values):
    now = clock.now()
    return [
        builders.an_application(event, **{"name": f"N{n:03}", "outlet": f"Média {n}", "submitted_at": now - timedelta(hours=1, seconds=-n), **values})
        for n in range(number)
    ]  # fmt: skip


def rows(page):
    """Name and why it is left out, of every row of the table."""
    return dict(re.findall(r'<tr>\s*<td><a href="[^"]*">([^<]*)</a>.*?data-label="Left out">([^<]*)</td>', page.text, re.DOTALL))  # fmt: skip


def test_the_check_says_to_how_many_it_applies_and_why_not_to_the_others(desk):
    event = builders.an_event()
    fit = some(event, 3)
    unverified = builders.an_application(event, name="Sans adresse", outlet="A", verified_at=None)
    accepted = builders.an_application(event, name="Déjà", outlet="B", state=State.APPROVED)
    pending = builders.an_application(event, name="À l’instant", outlet="C")
    desk.post(f"/desk/accreditation/{event.id}/{pending.id}/decline", data={"decline-reason": "late"})

    page = check(desk, event, "approve", [*fit, unverified, accepted, pending])

    assert page.status_code == 200
    assert "<h1>Accept 3 of 6 requests</h1>" in page.text
    assert "3 are left out:" in page.text
    assert ">Accept 3 requests</button>" in page.text
    assert rows(page) == {
        **{one.name: "No" for one in fit},
        "Sans adresse": "Email to verify",
        "Déjà": "Status: Accepted",
        "À l’instant": "The last decision can still be undone.",
    }
    assert states(*fit) == ["received"] * 3
    assert db.session.scalars(db.select(Message).filter_by(notice="accreditation_approved")).all() == []


def test_a_sample_in_each_language_without_anybody_s_private_link(desk):
    event = builders.an_event()
    one, other = builders.an_application(event, name="Ada Quill"), builders.an_application(event, language="en", outlet="B")  # fmt: skip

    page = check(desk, event, "approve", [one, other]).text

    samples = re.findall(
        r'<div class="mail-preview" lang="(\w+)"><pre><b>(.*?)</b>(.*?)</pre>', page, re.DOTALL
    )
    assert [(language, subject.partition(" –")[0]) for language, subject, _text in samples] == [
        ("en", "Request accepted"),
        ("fr", "Demande acceptée"),
    ]
    assert "Ada Quill" in samples[1][2]
    assert re.findall(r"/applications/([^/\s&]+)", page)
    assert set(re.findall(r"/applications/([^/\s&]+)", page)) == {"•••"}


def test_the_check_shows_what_becomes_of_every_quota_and_stops_at_it(desk):
    event = builders.an_event(quota=4, outlet_quota=2)
    event.category("photo").quota = 1
    db.session.commit()
    builders.an_accredited(event, name="Acquis", outlet="AFP")
    afp = some(event, 2, outlet="AFP", name="Agence")
    photo = some(event, 2, category="photo")

    page = check(desk, event, "approve", [*afp, *photo])

    table = re.findall(r'<tr><th scope="row">([^<]*)</th>((?:\s*<td.*?</td>)*)', page.text, re.DOTALL)
    assert {name: re.findall(r">(\d+)", cells) for name, cells in table} == {
        "The event": ["4", "1", "3"],
        "AFP": ["2", "1", "2"],
        "Photo": ["1", "0", "1"],
    }
    assert [name for name, _cells in table][:1] == ["The event"]
    assert sorted(rows(page).values()) == ["No", "No place is left: AFP", "No place is left: Photo"]
    carry_out(desk, event, "approve", [*afp, *photo])
    assert states(*afp, *photo) == ["approved", "received", "approved", "received"]


def test_the_first_that_came_get_the_last_places(desk):
    event = builders.an_event(quota=1)
    late, early = (builders.an_application(event, name=name, outlet=name, submitted_at=clock.now() - timedelta(hours=hours)) for name, hours in (("Tard", 1), ("Tôt", 2)))  # fmt: skip

    carry_out(desk, event, "approve", [late, early])

    assert states(early, late) == ["approved", "received"]


def test_nothing_is_done_twice(desk):
    event = builders.an_event()
    applications = some(event, 3)
    chosen = seen(applications)

    first = carry_out(desk, event, "approve", [], chosen)
    second = carry_out(desk, event, "approve", [], chosen)

    assert "Done for 3 of 3 requests" in first.text
    assert "Done for 0 of 3 requests" in second.text
    assert set(rows(second).values()) == {"Done already."}
    assert len(mails()) == 3
    assert db.session.scalar(db.select(db.func.count(Step.id))) == 3


def test_what_a_colleague_changed_meanwhile_is_left_alone(desk):
    event = builders.an_event()
    one, other = some(event, 2)
    chosen = seen([one, other])
    desk.post(f"/desk/accreditation/{event.id}/{one.id}/take", data={"version": one.version})

    page = carry_out(desk, event, "approve", [], chosen)

    assert states(one, other) == ["in_review", "approved"]
    assert rows(page)[one.name] == "It has changed since you looked at it."


def test_all_of_it_can_be_undone_within_five_minutes(desk):
    event = builders.an_event()
    applications = some(event, 3)
    page = carry_out(desk, event, "waitlist", applications)
    chosen = re.findall(r'name="chosen" value="([^"]+)"', page.text)
    assert states(*applications) == ["waitlisted"] * 3

    undone = desk.post(address(event, "/undo"), data={"chosen": chosen})

    assert states(*applications) == ["received"] * 3
    assert "Undone for 3 of 3 requests" in undone.text
    assert {message.state.value for message in db.session.scalars(db.select(Message))} == {"cancelled"}
    assert "Undone for 0 of 3" in desk.post(address(event, "/undo"), data={"chosen": chosen}).text


def test_after_five_minutes_it_says_why_it_cannot_be_undone(desk, monkeypatch):
    event = builders.an_event()
    page = carry_out(desk, event, "approve", some(event, 1))
    chosen = re.findall(r'name="chosen" value="([^"]+)"', page.text)
    now = clock.now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: now)

    undone = desk.post(address(event, "/undo"), data={"chosen": chosen})

    assert rows(undone) == {"N000": "Status: Accepted"}


@pytest.mark.parametrize(
    ("action", "typed", "sentence"),
    [
        ("decline", {}, "Choose a reason: the applicant will read it."),
        ("close", {}, "Say why the request is closed."),
        ("ask", {"ask-due": "2099-01-01"}, "Tick what is missing"),
    ],
)
def test_a_decision_that_needs_words_asks_for_them_first(desk, action, typed, sentence):
    event = builders.an_event()
    (application,) = some(event, 1)

    first = check(desk, event, action, [application])
    assert (first.status_code, sentence in first.text) == (200, False)
    assert "mail-preview" not in first.text
    for page in (
        check(desk, event, action, [application], typed="1", **typed),
        carry_out(desk, event, action, [application], **typed),
    ):
        assert (page.status_code, sentence in page.text) == (422, True)
    assert states(application) == ["received"]


@pytest.mark.parametrize(
    ("action", "typed", "state", "said"),
    [
        ("decline", {"decline-reason": "represented", "decline-note": "Merci quand même."}, "declined", "Média déjà représenté"),
        ("ask", {"ask-asked": "proof", "ask-due": "2099-01-01", "ask-note": ""}, "info_requested", "carte de presse"),
        ("close", {"close-reason": "other", "close-note": ""}, "closed", "The request does not concern this event"),
    ],
)  # fmt: skip
def test_words_are_shown_as_they_will_be_read_then_sent(desk, action, typed, state, said):
    event = builders.an_event()
    applications = some(event, 2, language="en" if action == "close" else "fr")

    shown = check(desk, event, action, applications, typed="1", **typed)
    assert said in shown.text
    assert typed.get("decline-note", "") in shown.text
    assert states(*applications) == ["received"] * 2

    carry_out(desk, event, action, applications, **typed)
    assert states(*applications) == [state] * 2
    assert len(mails()) == 2
    assert all(said in message.text for message in db.session.scalars(db.select(Message)))


def test_assigning_many(desk):
    event = builders.an_event()
    applications = [*some(event, 2), builders.an_application(event, outlet="X", state=State.DECLINED)]
    assert "Assign 3 of 3 requests" in check(desk, event, "assign", applications).text

    page = carry_out(desk, event, "assign", applications, **{"assign-staff_id": desk.staff_id})

    db.session.expire_all()
    assert {one.assignee_id for one in applications} == {desk.staff_id}
    assert "Undo all" not in page.text
    assert mails() == []


def test_the_table_shows_fifty_and_the_others_by_name(desk):
    event = builders.an_event(outlet_quota=None)
    applications = some(event, 53)

    page = check(desk, event, "waitlist", applications)

    assert len(rows(page)) == 50
    assert "3 more" in page.text
    assert page.text.count('name="chosen"') == 53
    assert "N052, Média 52" in page.text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"action": "approve"}, "Select at least one request."),
        ({"action": "approve", "chosen": ["x"] * 3 + [f"n{n}" for n in range(501)]}, "Select at most 500 requests at a time."),
        ({"action": "revoke", "chosen": "x"}, "Choose what to do with the requests that you selected."),
        ({"chosen": "x"}, "Choose what to do with the requests that you selected."),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_with_a_sentence(desk, data, sentence):
    event = builders.an_event()
    for rest in ("", "/carry-out"):
        page = desk.post(address(event, rest), data=data)
        assert (page.status_code, sentence in page.text) == (409, True)


def test_strange_ids_and_versions_are_no_failure(desk):
    event = builders.an_event()
    (one,) = some(event, 1)
    page = desk.post(address(event), data={"action": "approve", "chosen": [one.id, "\0", "a.b.c", f"{one.id}.{'9' * 40}"]})  # fmt: skip
    assert page.status_code == 200


def test_what_a_reviewer_may_not_see_is_neither_shown_nor_decided(app):
    event = builders.an_event()
    visible, hidden = some(event, 1)[0], builders.an_application(event, name="Zarquon", category="photo")
    elsewhere = builders.an_application(name="Vogon")
    reviewer = builders.signed_in(app, role=Role.REVIEWER)
    builders.stored(ReviewerScope(staff_id=reviewer.staff_id, event_id=event.id, category="written"))

    page = check(reviewer, event, "approve", [visible, hidden, elsewhere])
    done = carry_out(reviewer, event, "approve", [visible, hidden, elsewhere])

    assert "Accept 1 of 1 requests" in page.text
    assert not {"Zarquon", "Vogon"} & set(re.findall(r"\w+", page.text + done.text))
    assert states(visible, hidden, elsewhere) == ["approved", "received", "received"]
    assert check(reviewer, elsewhere.event, "approve", [elsewhere]).status_code == 404
    assert carry_out(reviewer, elsewhere.event, "approve", [elsewhere]).status_code == 404


def test_somebody_else_decides_on_a_second_look(desk):
    event = builders.an_event()
    (one,) = some(event, 1)
    builders.a_member_of_staff(role=Role.OFFICER, password_hash="x")
    at = clock.now() - timedelta(hours=1)
    one.state = State.IN_REVIEW
    for action, actor in (("decline", desk.staff_id), ("ask_review", None)):
        one.history.append(
            Step(
                action=action, source=State.RECEIVED, target=State.IN_REVIEW, actor_role=Role.OFFICER, actor_name="",
                actor_id=actor, asked=[], note="", at=at,
            )
        )  # fmt: skip
    db.session.commit()

    page = check(desk, event, "approve", [one])

    assert "somebody else than who declined must decide" in page.text
    carry_out(desk, event, "approve", [one])
    assert states(one) == ["in_review"]
