"""Every notice about a request, as its reader gets it: what it says, what it never says, whose answer it is."""

import re
from datetime import timedelta

import pytest

from pressroom import clock, links
from pressroom.access import APPLICANT, Actor, Role
from pressroom.accreditation import notices, workflow
from pressroom.accreditation.models import DECISIONS, LIVE, State
from pressroom.accreditation.reasons import CLOSINGS, ITEMS
from pressroom.accreditation.workflow import TRANSITIONS
from pressroom.database import db
from pressroom.delivery import strangers
from pressroom.delivery.models import Message
from pressroom.events.models import ChangeKind, EventChange
from pressroom.events.models import State as EventState
from tests import builders, strict
from tests.delivery.test_outbox import NOTICES

CANARY = re.compile("canari|evil|onerror", re.IGNORECASE)
TYPED = {
    "name": "Canari **un** <a href=//evil>",
    "email": "canari@x.example",
    "outlet": "Canari [deux](http://evil.example)",
    "phone": "canari trois",
    "samples": ["https://evil.example/canari"],
    "needs": "Canari\n<img src=x onerror=1> www.evil.example",
    "answers": {"coverage_plan": "canari http://evil.example"},
}
OFFICER = Actor(Role.OFFICER, "Zoé Martin")
ABOUT_REQUESTS = [name for name in NOTICES if name.startswith(("accreditation_", "event_"))]
NOON = builders.NOON


def written(message):
    """Everything of a message that leaves or is kept, but the address that it goes to."""
    columns = {column.name: getattr(message, column.name) for column in Message.__table__.columns}
    return "\n".join(str(value) for name, value in columns.items() if name != "recipient")


def messages():
    return db.session.scalars(db.select(Message).order_by(Message.created_at, Message.id)).all()


def hosts(text):
    return set(re.findall(r"https?://([^/\s\"'<]+)", text))


def a_public_event(**values):
    return builders.an_event(
        contact_id=builders.a_press_contact().id, map_url="https://map.example/pins", now=NOON, **values
    )


def a_change(event, kind=ChangeKind.MOVED, **values):
    known = {
        "event_id": event.id, "kind": kind, "at": NOON, "starts_at": event.starts_at - timedelta(days=7),
        "ends_at": event.ends_at - timedelta(days=7), "places": {"fr": "Antibes", "en": "Antibes"},
        "notes": {"fr": "La salle est inondée.", "en": "The hall is flooded."},
    }  # fmt: skip
    return builders.stored(EventChange(**{**known, **values}))


def the_message(notice, application):
    """Compose a notice as it is composed in real life, with every word that can be said with it."""
    hour, before = timedelta(hours=1), messages()
    if notice == "accreditation_found":
        notices.found(application.email, language=application.language, at=NOON)
    elif notice == "accreditation_received":
        notices.receipt(application, at=NOON)
    elif notice == "accreditation_already":
        notices.receipt(builders.an_application(application.event, duplicate_of_id=application.id), at=NOON)
    elif notice.startswith("event_"):
        change = a_change(application.event, ChangeKind(notice.removeprefix("event_")))
        notices.event_change(application, change, since=change, at=NOON, once=f"change:{change.id}")
    else:
        notices.outcome(
            application, notice, at=NOON, asked=[ITEMS["proof"]], due=NOON + 24 * hour, note="À bientôt.",
            reason=CLOSINGS["over"], closing="over", review_until=NOON + 48 * hour,
            changes={"category": ["photo", "written"], "days": ["2026-12-24", ""], "outlet": ["A", "B"]},
        )  # fmt: skip
    db.session.commit()
    (message,) = [one for one in messages() if one not in before]
    return message


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("verified_at", [NOON, None], ids=["verified", "unverified"])
def test_every_notice_reads_well_and_betrays_nothing(app, language, verified_at):
    event, state = a_public_event(), State.APPROVED if verified_at else State.IN_REVIEW
    for notice in ABOUT_REQUESTS:
        application = builders.an_application(
            event, language=language, verified_at=verified_at, state=state, days=["2026-12-22"],
            offer_until=NOON + timedelta(days=1, minutes=5), **{**TYPED, "email": f"canari@{notice}.example"},
        )  # fmt: skip
        judge(notice, application, the_message(notice, application))


def judge(notice, application, message):
    language = application.language
    page = strict.Reader(message.html)
    title = application.event.words(language).title
    assert (message.notice, message.language, message.recipient) == (notice, language, application.email)
    assert f'<html lang="{language}">' in message.html
    assert page.crossed == []
    assert not re.search(r"<(img|script|link|iframe|form)\b", message.html)
    assert len(message.html.encode()) < 90_000
    assert [tag for tag, *_ in page.elements].count("h1") == 1
    assert hosts(message.text + message.html) <= {"press.example", "map.example"}
    assert not re.search("None|Undefined|%\\(", written(message).replace("\nNone", ""))
    assert notice == "accreditation_found" or title in message.subject
    for text in (message.text, message.html):
        assert application.reference in text
        assert notice == "accreditation_found" or "+33 1 99 00 00 01" in text.replace("\xa0", " ")
    if notice != "accreditation_found":
        assert message.reply_to == "Maël Quéré <mael.quere@press.example>"
    if application.verified_at is None:
        assert not CANARY.search(written(message))
    else:
        assert not CANARY.search("".join(page.links))
        assert [tag for tag, *_ in page.elements if tag in ("img", "script")] == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_two_notices_have_one_subject_and_they_stay_short(app, language):
    event, subjects = a_public_event(), {}
    title = event.words(language).title
    for notice in ABOUT_REQUESTS:
        application = builders.an_application(
            event, language=language, state=State.APPROVED, offer_until=NOON + timedelta(days=1)
        )
        subjects[notice] = the_message(notice, application).subject

    assert len(set(subjects.values())) == len(ABOUT_REQUESTS)
    assert {s: len(s) for s in subjects.values() if len(s.replace(title, "")) > 50} == {}
    assert {s for s in subjects.values() if "\n" in s or "  " in s} == set()


def test_every_step_of_the_table_has_its_notice():
    assert {step.notice for step in TRANSITIONS.values() if step.notice} <= set(NOTICES)
    assert {step.notice for name, step in TRANSITIONS.items() if name in DECISIONS} == set(
        notices.DECISION_NOTICES
    )


def test_the_receipt_asks_to_confirm_and_gives_the_private_page(app):
    application = builders.an_application(a_public_event(), verified_at=None)

    notices.receipt(application, at=NOON, once=f"receipt:{application.id}")
    db.session.commit()

    (mail,) = messages()
    assert mail.subject == "Confirmez votre adresse – Forum des pôles de compétitivité"
    for text in (mail.text, mail.html):
        assert f"http://press.example/fr/verify/{links.mint('verify', application.id)}" in text
        assert f"http://press.example/fr/applications/{links.mint('application', application.id)}" in text
        assert application.reference in text
        assert "Maël Quéré" in text
        assert "+33 1 99 00 00 01" in text
    assert mail.once == f"receipt:{application.id}"


def test_a_late_request_is_promised_nothing(app):
    event = a_public_event()
    texts = [
        the_message(
            "accreditation_received", builders.an_application(event, language="en", is_late=is_late)
        ).text
        for is_late in (False, True)
    ]

    assert ["You will have an answer by" in text for text in texts] == [True, False]


@pytest.mark.parametrize(
    ("action", "state", "values", "subject", "parts"),
    [
        ("approve", "received", {"note": "Gate B"}, "Request accepted – {event}", ["is accepted", "Where: 1 place des Pins", "https://map.example/pins", ".ics", "Bring your ID.", "/withdraw", "Gate B"]),
        ("decline", "received", {"reason": "capacity", "note": "Full"}, "Request not accepted – {event}", ["Reason: Capacity reached.", "Full", "until Sunday 29 November 2026, 13:00, Paris time (UTC+1)", "/en/releases/"]),
        ("ask", "received", {"asked": ["work"], "due": NOON + timedelta(days=9)}, "Please complete by 1 December – {event}", ["- A link to your work", "Please reply by 1 December 2026.", "we will close the request"]),
        ("waitlist", "received", {}, "Waiting list – {event}", ["All places are taken.", "/withdraw"]),
        ("offer", "waitlisted", {}, "A place is free: confirm by 23 November, 13:00 – {event}", ["Confirm it by Monday 23 November 2026, 13:00, Paris time (UTC+1).", "Confirm my place"]),
        ("close", "received", {"reason": "other"}, "Request closed – {event}", ["The request does not concern this event", "until Saturday 19 December 2026, 13:00, Paris time (UTC+1)"]),
        ("revoke", "approved", {"reason": "conflicting"}, "Accreditation cancelled – {event}", ["Reason: Conflicting details.", "Maël Quéré answers your questions: +33 1 99 00 00 01"]),
        ("reinstate", "revoked", {}, "Accreditation restored – {event}", ["Where: 1 place des Pins", "/withdraw"]),
        ("reconsider", "declined", {}, "Your request is being reviewed again – {event}", ["You need do nothing for now."]),
        ("amend", "approved", {"changes": {"outlet": "The Gazette", "category": "photo"}}, "Your accreditation has changed – {event}", ["- Outlet: The Gazette (before: Le Télégraphe)", "- Category: Photo (before: Written press)"]),
        ("withdraw", "approved", {}, "Request withdrawn – {event}", ["The press office has withdrawn your request", "as you asked"]),
    ],
)  # fmt: skip
def test_an_outcome_says_what_happened_and_what_can_be_done(app, action, state, values, subject, parts):
    application = builders.an_application(
        a_public_event(), language="en", state=State(state), name="Ada <b>Quill</b> & Co", submitted_at=NOON,
        decided_at=NOON, undo_until=None,
    )  # fmt: skip
    notices.receipt(application, at=NOON)

    workflow.act(application, action, by=OFFICER, at=NOON, **values)
    db.session.commit()

    receipt, mail = sorted(messages(), key=lambda message: message.notice != "accreditation_received")
    assert mail.subject == subject.format(event="Forum on Competitiveness Clusters")
    assert (mail.reply_to, mail.in_reply_to) == ("Maël Quéré <mael.quere@press.example>", receipt.message_id)
    assert "Ada <b>Quill</b> & Co," in mail.text
    assert "Ada &lt;b&gt;Quill&lt;/b&gt; &amp; Co," in mail.html
    assert [part for part in parts if part not in mail.text] == []
    assert "\n\n\n" not in mail.text


@pytest.mark.parametrize(
    ("action", "state", "subject", "part"),
    [
        ("accept_offer", "offered", "Request accepted – {event}", "Your place at {event} is confirmed."),
        ("withdraw", "approved", "Request withdrawn – {event}", "You have withdrawn your request for {event}."),
        ("answer", "info_requested", "Information received – {event}", "The press office is reviewing your request."),
        ("ask_review", "declined", "Your request is being reviewed again – {event}", "You need do nothing for now."),
        ("reopen", "withdrawn", "Request taken up again – {event}", "You will have an answer by 20 December 2026."),
    ],
)  # fmt: skip
def test_what_the_applicant_did_is_confirmed_without_their_own_words(app, action, state, subject, part):
    application = builders.an_application(
        a_public_event(), language="en", state=State(state), decided_at=NOON, offer_until=NOON + timedelta(days=1)
    )  # fmt: skip

    workflow.act(application, action, by=APPLICANT, at=NOON, note="Canari")
    db.session.commit()

    (mail,) = messages()
    title = "Forum on Competitiveness Clusters"
    assert mail.subject == subject.format(event=title)
    assert part.format(event=title) in mail.text
    assert "Canari" not in written(mail)


@pytest.mark.parametrize("state", [State.RECEIVED, State.OFFERED, State.APPROVED])
def test_a_private_address_is_for_the_accredited(app, state):
    event = a_public_event(venue_is_private=True)
    application = builders.an_application(event, state=state, offer_until=NOON + timedelta(days=1))

    mails = [the_message(n, application) for n in ("accreditation_offered", "event_moved", "event_postponed")]

    said = {"place des Pins" in mail.text + mail.html for mail in mails[:2]}
    assert said == {state is State.APPROVED}
    assert {"map.example" in mail.text for mail in mails[:2]} == {state is State.APPROVED}


def test_a_moved_event_says_what_is_new_and_what_was(app):
    event = a_public_event()
    application = builders.an_application(event, language="en", state=State.APPROVED)

    in_time = the_message("event_moved", application)
    in_space = a_change(event, starts_at=event.starts_at, ends_at=event.ends_at, places={"en": "Antibes"})
    notices.event_change(application, in_space, since=in_space, at=NOON, once="change:second")
    db.session.commit()

    assert in_time.subject == "New date: Forum on Competitiveness Clusters"
    for part in (
        "When: Tuesday 22 December 2026", "Before: Tuesday 15 December 2026", "Antibes", "The hall is flooded.",
        "Your accreditation stands",
    ):  # fmt: skip
        assert part in in_time.text
    (second,) = [mail for mail in messages() if mail.once == "change:second"]
    assert second.subject == "New place: Forum on Competitiveness Clusters"
    assert in_time.state.value == "cancelled"  # overtaken before it left


@pytest.mark.parametrize("notice", ["event_moved", "event_postponed"])
def test_nobody_who_has_to_answer_is_told_to_do_nothing(app, notice):
    event, said = a_public_event(), {}
    for state in LIVE:
        application = builders.an_application(
            event, language="en", state=state, offer_until=NOON + timedelta(days=1)
        )
        said[state] = "you need do nothing" in the_message(notice, application).text

    assert said == {state: state not in (State.INFO_REQUESTED, State.OFFERED) for state in LIVE}


@pytest.mark.parametrize(
    "notice",
    ["accreditation_approved", "accreditation_reinstated", "accreditation_offered", "accreditation_received",
     "accreditation_answered"],
)  # fmt: skip
def test_no_mail_promises_a_date_of_an_event_that_is_postponed(app, notice):
    event = a_public_event(state=EventState.POSTPONED)
    application = builders.an_application(
        event, language="en", state=State.APPROVED, offer_until=NOON + timedelta(days=1), days=["2026-12-22"]
    )

    mail = the_message(notice, application)

    assert not re.search("December|answer by|calendar", mail.text + mail.html)
    assert re.search("new date not known yet|once its new date is known", mail.text)


def test_a_decision_that_may_be_undone_takes_no_link_to_confirm_away(app):
    event = a_public_event()
    for notice in ("accreditation_received", "accreditation_found"):
        one = builders.an_application(event, verified_at=None)
        workflow.act(one, "decline", by=OFFICER, at=NOON, undo=timedelta(minutes=5), reason="capacity")
        db.session.commit()

        assert links.mint("verify", one.id) in the_message(notice, one).text


def test_a_name_makes_no_link(app):
    names = ["[Free](http://evil.example)", "www.evil.example", "<img src=x onerror=1>", '" onclick="x']
    for name in names:
        workflow.act(builders.an_application(name=name), "approve", by=OFFICER, at=NOON)
    db.session.commit()

    for mail in messages():
        assert hosts("".join(re.findall(r"<a [^>]*>", mail.html))) == {"press.example"}
        assert "<img" not in mail.html
        assert 'onclick="' not in mail.html


def test_an_event_without_a_contact_or_words_in_the_language_still_tells(app):
    application = builders.an_application(builders.an_event(languages=("fr",)), language="en")

    workflow.act(application, "approve", by=OFFICER, at=NOON)
    db.session.commit()

    (mail,) = messages()
    assert (mail.subject, mail.reply_to) == ("Request accepted – Forum des pôles de compétitivité", None)
    assert '<span lang="fr">Forum des pôles de compétitivité</span>' in mail.html


@pytest.mark.parametrize(
    ("notice", "send_by"),
    [
        ("accreditation_offered", NOON + timedelta(hours=3)),
        ("accreditation_reminder", NOON + timedelta(hours=5)),
        ("accreditation_eve", None),
        ("accreditation_approved", NOON + timedelta(hours=24)),
    ],
)
def test_what_would_come_too_late_is_given_up(app, notice, send_by):
    application = builders.an_application(
        offer_until=NOON + timedelta(hours=3), answer_due=NOON + timedelta(hours=5)
    )

    notices.outcome(application, notice, at=NOON, due=application.answer_due, asked=[])
    db.session.commit()

    assert messages()[0].send_by == (send_by or application.event.starts_at)


def test_a_sample_is_what_would_leave_and_writes_nothing(app):
    application = builders.an_application(a_public_event(), submitted_at=NOON)

    subject, text, html = notices.sample(application, "accreditation_waitlisted", at=NOON)
    english, *_ = notices.sample(application, "accreditation_waitlisted", at=NOON, language="en")

    assert messages() == []
    assert english == "Waiting list – Forum on Competitiveness Clusters"
    workflow.act(application, "waitlist", by=OFFICER, at=NOON)
    db.session.commit()
    assert [(m.subject, m.text, m.html) for m in messages()] == [(subject, text, html)]


def test_spellings_of_one_address_count_together(app):
    now = clock.now()
    builders.a_message(notice="accreditation_received", recipient="Victim+1@x.example", created_at=now)

    answers = {
        address: strangers.may_write_to(address, now)
        for address in (
            "victim@x.example",
            "VICTIM+2@X.example",
            "victi@x.example",
            "victims@x.example",
            "victim@y.example",
        )
    }

    assert answers == {
        "victim@x.example": False, "VICTIM+2@X.example": False,
        "victi@x.example": True, "victims@x.example": True, "victim@y.example": True,
    }  # fmt: skip
