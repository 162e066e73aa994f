from datetime import timedelta

from pressroom import clock
from pressroom.access import Actor, Role
from pressroom.accreditation import remarks, workflow
from pressroom.accreditation.models import Application, State
from pressroom.database import db
from pressroom.delivery.models import Message
from pressroom.events.models import State as EventState
from tests import builders
from tests.accreditation.test_public import DAY, decide, mails, offered, page_of, post, read

# Coming, or not -----------------------------------------------------------------------------------------


def test_withdrawing_takes_a_page_and_a_button_and_there_is_a_way_back(client):
    application = builders.an_accredited()

    page = client.get(page_of(application, rest="/withdraw")).text
    post(client, application, "withdraw")
    withdrawn = read(client, application)
    again = post(client, application, "withdraw")
    post(client, application, "reopen")

    db.session.expire_all()
    assert "Your place goes to somebody else" in page
    assert "You withdrew this request on" in withdrawn
    assert "Take up my request again" in withdrawn
    assert (again.status_code, application.state) == (409, State.RECEIVED)
    assert [notice for notice, *_ in mails()] == ["accreditation_withdrawn", "accreditation_reopened"]


def test_a_freed_place_is_for_the_next(client):
    application = builders.an_accredited()

    post(client, application, "withdraw")

    db.session.expire_all()
    assert application.passes_on is True


def test_nothing_is_taken_up_again_once_requests_are_closed(client):
    event = builders.an_event(requests_close_at=clock.now() - DAY)
    application = builders.an_application(event, state=State.WITHDRAWN, decided_at=clock.now())

    assert "Take up my request again" not in read(client, application)
    assert post(client, application, "reopen").status_code == 409


def test_one_live_request_an_address(client):
    event = builders.an_event()
    application = builders.an_application(
        event, email="n@x.example", state=State.WITHDRAWN, decided_at=clock.now()
    )
    builders.an_application(event, email="n@x.example")

    page = post(client, application, "reopen")

    assert page.status_code == 409
    assert "Another request of yours for this event is being handled already." in page.text


def test_whoever_has_not_confirmed_an_address_learns_nothing_of_its_requests(client):
    event = builders.an_event()
    known = builders.an_application(event, email="n@x.example")
    stranger = builders.an_application(
        event, email="n@x.example", state=State.WITHDRAWN, decided_at=clock.now(), verified_at=None
    )

    assert post(client, stranger, "reopen").status_code == 303
    assert (db.session.get(Application, stranger.id).duplicate_of_id, known.state) == (
        known.id,
        State.RECEIVED,
    )


def test_a_place_that_is_offered_is_taken_in_time(client, monkeypatch):
    in_time, too_late = builders.an_application(), builders.an_application()
    for application in (in_time, too_late):
        offered(application)

    taken = post(client, in_time, "place")
    monkeypatch.setattr(clock, "now", lambda: too_late.offer_until)

    db.session.expire_all()
    assert (taken.status_code, in_time.state) == (303, State.APPROVED)
    assert "The time to confirm it has passed." in read(client, too_late)
    assert "Confirm my place" not in read(client, too_late)
    assert post(client, too_late, "place").status_code == 409


# Talking ------------------------------------------------------------------------------------------------


def test_a_second_look_is_asked_for_once_and_in_time(client, monkeypatch):
    application = builders.an_application()
    decide(application, "decline", reason="capacity")

    empty = post(client, application, "review")
    asked_ = post(client, application, "review", **{"review-reason": "Je couvre aussi le débat."})
    again = post(client, application, "review", **{"review-reason": "Encore"})

    db.session.expire_all()
    assert [page.status_code for page in (empty, asked_, again)] == [422, 303, 409]
    assert "Say what is new, or what we misunderstood." in empty.text
    assert (application.state, application.history[-1].note) == (State.IN_REVIEW, "Je couvre aussi le débat.")
    assert "You asked for a second look: somebody else decides on your request." in read(client, application)

    late = builders.an_application()
    decide(late, "decline", reason="capacity")
    monkeypatch.setattr(clock, "now", lambda: workflow.review_until(late))
    assert "Ask for a second look" not in read(client, late)
    assert post(client, late, "review", **{"review-reason": "Trop tard"}).status_code == 409


def test_both_sides_write(client):
    application = builders.an_application()

    empty = post(client, application, "messages")
    sent = post(client, application, "messages", **{"message-text": "Puis-je venir à deux ?\n<b>Merci</b>"})
    remarks.message(application, "Oui, à deux.", by=Actor(Role.OFFICER, "Zoé Martin"), at=clock.now())
    db.session.commit()

    page = client.get(page_of(application)).text
    assert [answer.status_code for answer in (empty, sent)] == [422, 303]
    assert sent.location.endswith("#messages")
    assert '<p lang="fr">Puis-je venir à deux\u202f?</p>' in page
    assert "&lt;b&gt;Merci&lt;/b&gt;" in page
    assert "Oui, à deux." in page
    assert "Zoé Martin" not in page
    assert [(one.author_role, one.author_name, one.is_internal) for one in application.remarks] == [
        (Role.APPLICANT, "Noémie Kervella", False),
        (Role.OFFICER, "Zoé Martin", False),
    ]


def test_five_messages_wait_for_an_answer_at_most(client):
    application = builders.an_application()

    answers = [
        post(client, application, "messages", **{"message-text": f"{n}"}).status_code for n in range(6)
    ]
    assert "Your last messages wait for an answer." in read(client, application)
    remarks.message(application, "Patience", by=Actor(Role.OFFICER, "Zoé Martin"), at=clock.now())
    db.session.commit()

    assert answers == [303] * 5 + [409]
    assert post(client, application, "messages", **{"message-text": "Merci"}).status_code == 303


def test_the_request_can_be_kept_as_text(client):
    application = builders.an_application(needs="Une prise", name="Noémie <Kervella>")

    text = client.get(page_of(application, "fr", "/request.txt"))

    assert text.mimetype == "text/plain"
    assert text.headers["Content-Disposition"] == f"attachment; filename={application.reference}.txt"
    for part in (
        application.reference,
        "Noémie <Kervella>",
        "Une prise",
        page_of(application, "fr"),
        "Forum des pôles",
    ):
        assert part in text.text


def test_hostile_words_are_only_words(client):
    application = builders.an_application(name="<script>x</script>", outlet="\u202eexe", needs="<img src=x>")
    application.email = "n@x.example"
    db.session.commit()

    page = client.get(page_of(application)).text

    assert "<script>x" not in page
    assert "<img src=x" not in page
    assert post(client, application, "messages", **{"message-text": "a\x00b"}).status_code == 422
    assert db.session.scalars(db.select(Message)).all() == []


def test_what_was_kept_aside_is_never_lost(client):
    """A stranger's request for somebody's address gives way: that of the owner, sent later, takes its place."""
    event, values = builders.an_event(), {"email": "n@x.example", "verified_at": None}
    stranger = builders.an_application(event, **values)
    owner = builders.an_application(event, **values, duplicate_of_id=stranger.id)
    third = builders.an_application(event, **values, duplicate_of_id=stranger.id)

    post(client, stranger, "withdraw")
    aside = [db.session.get(Application, one.id).duplicate_of_id for one in (stranger, owner, third)]
    post(client, stranger, "reopen")
    again = [db.session.get(Application, one.id).duplicate_of_id for one in (stranger, owner, third)]

    assert (aside, again) == ([None, None, owner.id], [owner.id, None, owner.id])


def test_requests_kept_aside_follow_the_one_that_counts(client):
    event, values = builders.an_event(), {"email": "n@x.example", "verified_at": None}
    first = builders.an_application(event, **values, state=State.WITHDRAWN, decided_at=clock.now())
    aside = builders.an_application(event, **values, duplicate_of_id=first.id, state=State.WITHDRAWN)
    lives = builders.an_application(event, **values)

    post(client, first, "reopen")

    assert {db.session.get(Application, one.id).duplicate_of_id for one in (first, aside)} == {lives.id}


def test_a_form_that_is_not_the_one_sent_keeps_what_is_known(client):
    application = builders.an_application()
    decide(application, "ask", asked=["outlet"], due=clock.now() + DAY)

    page = post(client, application, "messages")

    assert page.status_code == 422
    assert 'value="Le Télégraphe"' in page.text


def test_a_pending_decision_opens_no_second_week_for_a_second_look(client):
    """Nothing of what can still be undone shows on the applicant's page, not even by a button that comes back."""
    application = builders.an_application(builders.an_event(starts_at=clock.now() + 60 * DAY))
    desk, now = Actor(Role.OFFICER, "Zoé Martin"), clock.now()
    workflow.act(application, "decline", by=desk, at=now - 8 * DAY, reason="capacity")
    db.session.commit()
    before = read(client, application)

    workflow.act(application, "reconsider", by=desk, at=now, undo=timedelta(minutes=5))
    db.session.commit()

    assert "Ask for a second look" not in before
    assert "Ask for a second look" not in read(client, application)
    assert post(client, application, "review", **{"review-reason": "Trop tard"}).status_code == 409


def test_what_was_written_outlives_the_session(app, client):
    event = builders.an_event()
    application, declined = builders.an_application(event), builders.an_application(event)
    decide(declined, "decline", reason="capacity")
    app.config["WTF_CSRF_ENABLED"] = True

    for one, rest, field in (
        (application, "messages", "message-text"),
        (declined, "review", "review-reason"),
    ):
        page = post(client, one, rest, **{field: "Trois jours de travail"})

        assert (page.status_code, page.text.count("Trois jours de travail</textarea>")) == (400, 1)
        assert "Press the button again." in page.text
    assert post(client, application, "withdraw").status_code == 400
    assert (application.remarks, application.state) == ([], State.RECEIVED)


def test_the_text_to_keep_says_all_that_was_sent(client):
    event = builders.an_event(state=EventState.POSTPONED)
    application = builders.an_application(event, answers={"job_title": "Grand reporter"})

    text = client.get(page_of(application, "fr", "/request.txt")).text

    assert "Nom et prénom : Noémie Kervella" in text.replace("\xa0", " ")
    assert ": Grand reporter" in text
    assert "Reporté" in text
    assert str(event.starts_at.year) not in text.partition("Votre référence")[0]
