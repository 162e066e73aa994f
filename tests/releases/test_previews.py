"""Who is given a link to a release that is not public, how long it opens, and what its holder is told."""

from datetime import UTC, datetime, timedelta

import pytest

from pressroom import audit, clock, links
from pressroom.access import Actor, Role
from pressroom.database import db
from pressroom.delivery.models import Copy, Message
from pressroom.delivery.models import State as MessageState
from pressroom.errors import Refused
from pressroom.releases import previews, workflow
from pressroom.releases.models import Preview, PreviewOpening, Words
from pressroom.releases.previews import Standing
from tests import builders
from tests.builders import NOON

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
LIFT = datetime(2026, 11, 24, 9, tzinfo=UTC)
OFFICER = Actor(Role.OFFICER, "Zoé Martin", "z" * 12)
NEWER = Words("Clusters meet again", "Sophia Antipolis", "Two days.", "<p>Newer.</p>")


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)


def embargoed(**values):
    return builders.a_published_release(at=NOON, **{"embargo_until": LIFT, **values})


def a_draft():
    release = embargoed()
    workflow.unpublish(release, by=OFFICER, at=NOON)
    return builders.stored(release)


def mails():
    return db.session.scalars(db.select(Message).order_by(Message.created_at, Message.id)).all()


def waiting():
    return [message for message in mails() if message.state in (MessageState.HELD, MessageState.QUEUED)]


@pytest.mark.parametrize(
    "release", [embargoed, a_draft, lambda: embargoed(embargo_until=None, publish_at=LIFT)]
)
def test_an_officer_gives_one_person_a_link_before_the_release_is_public(app, release):
    preview = builders.a_preview(release())

    token = previews.token_of(preview)
    assert preview.link_digest == links.digest(token)
    assert previews.by_token(token) is preview
    assert previews.by_token("t" * 22) is None
    assert previews.address(preview) == f"http://press.example/fr/previews/{token}"
    assert (preview.created_at, preview.expires_at) == (NOON, NOON + timedelta(days=14))
    assert audit.history(f"release:{preview.release_id}")[-1].action == "release.preview_add"


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda release: None, "This release needs no preview link: it is public, or it was."),
        (
            lambda release: workflow.withdraw(
                release, notes={"fr": "Non.", "en": "No."}, by=OFFICER, at=NOON
            ),
            "This release needs no preview link: it is public, or it was.",
        ),
    ],
)
def test_what_is_public_or_was_needs_no_link(app, act, sentence):
    release = embargoed(embargo_until=None)
    act(release)

    with pytest.raises(Refused, match=sentence):
        builders.a_preview(release)


def test_a_draft_without_complete_words_has_nothing_to_show(app):
    release = workflow.create(source_language="en", by=OFFICER, at=NOON)
    workflow.save(release, "en", NEWER._replace(body=""), by=OFFICER, at=NOON)

    with pytest.raises(Refused, match="Write a headline and a body in one language"):
        builders.a_preview(release)


def test_one_address_holds_one_open_link_to_a_release(app):
    preview = builders.a_preview(embargoed())

    with pytest.raises(Refused, match="There is a link for this address already"):
        builders.a_preview(preview.release)
    previews.revoke(preview, by=OFFICER, at=NOON)
    builders.a_preview(preview.release)
    builders.a_preview(preview.release, email="other@telegraphe.example")

    assert len(previews.of(preview.release)) == 3


@pytest.mark.parametrize(
    ("at", "expected"),
    [(LIFT - MINUTE, Standing.OPEN), (LIFT, Standing.LIFTED), (LIFT + 30 * DAY, Standing.LIFTED)],
)
def test_a_link_opens_until_everybody_may_read_the_release(app, at, expected):
    assert previews.standing(builders.a_preview(embargoed()), at) is expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [(NOON + 14 * DAY - MINUTE, Standing.OPEN), (NOON + 14 * DAY, Standing.EXPIRED)],
)
def test_a_link_opens_for_fourteen_days_at_most(app, at, expected):
    late = builders.a_preview(embargoed(embargo_until=NOON + 60 * DAY))
    undated = builders.a_preview(a_draft())

    assert [previews.standing(preview, at) for preview in (late, undated)] == [expected, expected]


def test_moving_the_embargo_moves_the_end_of_every_link(app):
    release = embargoed()
    preview, ends = builders.a_preview(release), []
    for lift in (LIFT + DAY, LIFT - DAY, NOON + 60 * DAY):
        workflow.unpublish(release, by=OFFICER, at=NOON)
        ends.append(previews.ends_at(preview))
        workflow.publish(release, embargo_until=lift, by=OFFICER, at=NOON)
        ends.append(previews.ends_at(preview))

    undated = NOON + 14 * DAY
    assert ends == [undated, LIFT + DAY, undated, LIFT - DAY, undated, undated]


@pytest.mark.parametrize("act", [workflow.withdraw, workflow.kill])
def test_a_link_to_a_release_that_was_taken_off_leads_nowhere(app, act):
    preview = builders.a_preview(embargoed())
    act(preview.release, notes={"fr": "Faux.", "en": "Wrong."}, by=OFFICER, at=LIFT)

    assert previews.standing(preview, LIFT + MINUTE) is Standing.EXPIRED


def test_a_revoked_link_stays_revoked_and_its_mail_does_not_leave(app):
    preview = builders.a_preview(embargoed())

    previews.revoke(preview, by=OFFICER, at=NOON + MINUTE)
    previews.revoke(preview, by=OFFICER, at=NOON + 2 * MINUTE)

    assert (preview.revoked_at, previews.standing(preview, NOON + MINUTE)) == (
        NOON + MINUTE,
        Standing.REVOKED,
    )
    assert [message.state for message in mails()] == [MessageState.CANCELLED]
    actions = [entry.action for entry in audit.history(f"release:{preview.release_id}")]
    assert actions.count("release.preview_revoke") == 1


def test_a_scheduled_release_is_shown_as_it_will_be_and_a_draft_by_its_newest_complete_words(app):
    scheduled, draft = embargoed(), a_draft()
    for release in (scheduled, draft):
        workflow.save(release, "en", NEWER, by=OFFICER, at=NOON)
        workflow.save(release, "en", NEWER._replace(body=""), by=OFFICER, at=NOON)

    shown = [
        {code: revision.number for code, revision in previews.shown(release).items()}
        for release in (scheduled, draft)
    ]

    assert shown == [{"en": 1, "fr": 1}, {"en": 2, "fr": 1}]
    assert [previews.fingerprint(release) for release in (scheduled, draft)] == ["en1-fr1", "en2-fr1"]


@pytest.mark.parametrize(
    ("language", "subject", "sentences"),
    [
        (
            "en",
            "Under embargo: a press release for you to read",
            ["It is under embargo until Tuesday 24 November 2026, 10:00, Paris time (UTC+1) – 09:00 UTC.", "Hello Noémie Kervella,"],
        ),
        (
            "fr",
            "Sous embargo : un communiqué à lire",
            ["Il est sous embargo jusqu’au mardi 24 novembre 2026 à 10 h, heure de Paris (UTC+1), soit 9 h UTC.", "Bonjour Noémie Kervella,"],
        ),
    ],
)  # fmt: skip
def test_the_mail_holds_the_link_and_the_terms_and_nothing_of_the_release(app, language, subject, sentences):
    preview = builders.a_preview(embargoed(), language=language)

    (mail,) = mails()
    assert (mail.notice, mail.recipient, mail.language, mail.state) == (
        "release_preview", "noemie@telegraphe.example", language, MessageState.QUEUED,
    )  # fmt: skip
    assert mail.reply_to == "Maël Quéré <mael.quere@press.example>"
    assert plain(mail.subject) == subject
    assert mail.send_by == NOON + DAY
    for body in (mail.text, mail.html):
        assert previews.address(preview) in body
        assert [sentence in plain(body) for sentence in sentences] == [True, True]
    told = (mail.subject, mail.text, mail.html)
    assert [word for word in ("Clusters", "pôles", "Sophia", "One day", "Une journée") for part in told if word in part] == []  # fmt: skip


def plain(text):
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_a_mail_about_a_draft_says_that_the_hour_is_still_to_come(app):
    builders.a_preview(a_draft(), language="en")

    (mail,) = mails()
    assert "the press office will tell you until when" in mail.text
    assert "It opens until Sunday 6 December 2026, 13:00, Paris time (UTC+1) – 12:00 UTC." in mail.text


def test_a_mail_that_waits_while_the_embargo_moves_never_leaves_with_the_former_hour(app):
    release = embargoed()
    builders.a_preview(release, language="en")
    workflow.unpublish(release, by=OFFICER, at=NOON)
    between = [
        (message.state, "2026" in message.text.replace("6 December 2026", "")) for message in waiting()
    ]

    workflow.publish(release, embargo_until=LIFT + DAY, by=OFFICER, at=NOON)

    (mail,) = waiting()
    assert between == [(MessageState.HELD, False)]
    assert "under embargo until Wednesday 25 November 2026, 10:00" in mail.text
    assert mail.subject == "The end of an embargo has changed"
    assert (len(mails()), mail.state, mail.next_at) == (3, MessageState.QUEUED, NOON)


def test_holders_are_told_when_an_embargo_moves_but_not_those_whose_link_is_closed(app):
    release = embargoed()
    for number in range(3):
        builders.a_preview(release, email=f"{number}@telegraphe.example")
    closed = previews.of(release)[0]
    previews.revoke(closed, by=OFFICER, at=NOON)

    workflow.unpublish(release, by=OFFICER, at=NOON)
    workflow.publish(release, embargo_until=LIFT - DAY, by=OFFICER, at=NOON)

    told = sorted(message.recipient for message in waiting())
    assert told == sorted({f"{n}@telegraphe.example" for n in range(3)} - {closed.email})


def test_publishing_at_once_tells_holders_no_hour_any_more(app):
    release = a_draft()
    builders.a_preview(release)

    workflow.publish(release, by=OFFICER, at=NOON)

    assert [message.state for message in mails()] == [MessageState.CANCELLED]


def test_the_right_address_opens_in_any_case_and_is_noted_with_what_was_handed_over(app):
    preview = builders.a_preview(embargoed())

    admitted = [
        previews.admit(preview, address, at=NOON)
        for address in ("other@telegraphe.example", "Noemie@telegraphe.example")
    ]
    db.session.commit()

    assert admitted == [False, True]
    assert preview.accepted_at == NOON
    openings = db.session.scalars(db.select(PreviewOpening).order_by(PreviewOpening.id)).all()
    assert [(one.granted, one.what, one.at) for one in openings] == [(False, "", NOON), (True, "", NOON)]
    assert handed() == [
        (f"release:{preview.release_id}:{language}", 1, preview.email, "fr", "preview")
        for language in ("en", "fr")
    ]


def handed():
    copies = db.session.scalars(db.select(Copy).order_by(Copy.id))
    return [(one.about, one.revision, one.recipient, one.language, one.by) for one in copies]


def test_what_is_taken_is_noted_and_only_words_are_copies(app):
    preview = builders.a_preview(embargoed())

    previews.note_taken(preview, "p" * 200, at=NOON)
    previews.note_taken(preview, "clusters-en.pdf", language="en", at=NOON)
    db.session.commit()

    assert [one.what for one in preview.openings] == ["p" * 150, "clusters-en.pdf"]
    assert [copy[:2] for copy in handed()] == [(f"release:{preview.release_id}:en", 1)]


def test_after_five_wrong_addresses_nobody_may_try_for_the_rest_of_the_hour(app):
    preview, waits = builders.a_preview(embargoed()), []
    for minute in range(5):
        waits.append(previews.seconds_to_wait(preview, NOON + minute * MINUTE))
        previews.admit(preview, "other@telegraphe.example", at=NOON + minute * MINUTE)

    later = [NOON + minutes * MINUTE for minutes in (4, 59, 60, 61)]
    assert waits == [0] * 5
    assert [previews.seconds_to_wait(preview, at) for at in later] == [56 * 60 + 1, 61, 0, 0]


def test_erasing_a_release_erases_its_links(app):
    preview = builders.a_preview(embargoed())
    previews.admit(preview, preview.email, at=NOON)
    db.session.commit()

    db.session.delete(preview.release)
    db.session.commit()

    assert db.session.scalars(db.select(Preview)).all() == []
