import re
from datetime import timedelta
from pathlib import Path

import pytest

import pressroom
from pressroom import audit, clock
from pressroom.access import SYSTEM, Actor, Role
from pressroom.accreditation import workflow as accreditation
from pressroom.accreditation.models import Remark
from pressroom.accreditation.models import State as ApplicationState
from pressroom.audit import Entry
from pressroom.database import db
from pressroom.delivery import outbox
from pressroom.delivery.models import State as MessageState
from pressroom.events import workflow as events
from pressroom.events.models import Event
from pressroom.kits import workflow as kits
from pressroom.kits.models import Kit
from pressroom.kits.models import State as KitState
from pressroom.newsroom import journal
from pressroom.releases import workflow as releases
from pressroom.releases.corrections import Note
from pressroom.releases.models import CorrectionKind, Words
from tests import builders


def home(app, role=Role.OFFICER, language="en"):
    page = builders.signed_in(app, role=role, language=language).get("/desk/")
    assert page.status_code == 200
    return page.text


def fill(app):
    """Two applications to review, one that is decided, a failed message, an open kit."""
    now = clock.now()
    event = builders.an_event()
    builders.an_application(event, submitted_at=now - timedelta(days=3))
    second = builders.an_application(event, submitted_at=now - timedelta(hours=1))
    builders.an_application(event, submitted_at=now, duplicate_of_id=second.id)
    builders.an_application(event, submitted_at=now - timedelta(days=9), state=ApplicationState.APPROVED)
    message = outbox.put(
        "staff_invited",
        to="a@outlet.example",
        language="en",
        about="staff:x",
        at=now,
        name="A",
        link="x",
        until=now,
    )
    message.state = MessageState.REFUSED
    builders.stored(Kit(event_id=event.id, state=KitState.OPEN, opened_at=now, created_at=now))


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OFFICER, Role.REVIEWER, Role.DOOR])
@pytest.mark.parametrize(
    ("language", "sentence"), [("en", "Nothing is waiting for you."), ("fr", "Rien ne vous attend.")]
)
def test_empty_home_says_so(app, role, language, sentence):
    assert sentence in home(app, role, language)


WAITING = {
    "en": (
        "2 requests to review, oldest: 3 days",
        "Forum on Competitiveness Clusters",
        "1 message not delivered or in doubt in the last 7 days",
        "1 open press kit",
    ),
    "fr": (
        "2 demandes à examiner, la plus ancienne\N{NO-BREAK SPACE}: 3\N{NO-BREAK SPACE}jours",
        "Forum des pôles de compétitivité",
        "1 message non remis ou incertain en 7\N{NO-BREAK SPACE}jours",
        "1 dossier de presse ouvert",
    ),
}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_officer_sees_what_waits(app, language):
    fill(app)

    page = home(app, language=language)

    assert [sentence for sentence in WAITING[language] if sentence not in page] == []
    event = db.session.scalars(db.select(Event)).one()
    assert f'<a href="/desk/accreditation/{event.id}#queue">2 ' in page
    assert '<li><a href="/desk/messages/">1 message' in page
    assert '<li><a href="/desk/kits/">1 ' in page


def test_whatever_of_a_request_waits_for_the_desk_is_said(app):
    event = builders.an_event()
    builders.an_application(event, needs="Une rampe", state=ApplicationState.APPROVED)
    builders.an_application(event, state=ApplicationState.OFFERED)
    written = builders.an_application(event, state=ApplicationState.DECLINED)
    written.remarks.append(
        Remark(is_internal=False, author_role=Role.APPLICANT, author_name="Ada", text="?", at=clock.now())
    )
    db.session.commit()

    page, queue = home(app), f"/desk/accreditation/{event.id}"

    assert f'{queue}?tab=needs#queue">1 need on site to answer</a>' in page
    assert f'{queue}?tab=waitlist#queue">1 place offered, not taken yet</a>' in page
    assert f'{queue}?tab=all&amp;unanswered=1#queue">1 applicant waits for an answer to a message</a>' in page
    assert "to review" not in page


def test_each_role_sees_only_what_it_may_open(app):
    fill(app)

    shown = {role: [s for s in WAITING["en"] if s in home(app, role)] for role in (Role.REVIEWER, Role.DOOR)}

    assert shown == {Role.REVIEWER: list(WAITING["en"][:2]), Role.DOOR: []}


def test_releases_of_the_next_seven_days_are_announced_to_officers_only(app):
    now = clock.now()
    builders.a_published_release(words=headline("Plus tard"), publish_at=now + timedelta(days=8))
    builders.a_published_release(words=headline("Déjà paru"))
    embargoed = builders.a_published_release(
        words=headline("Sous clef"), embargo_until=now + timedelta(days=2)
    )
    builders.a_published_release(words=headline("Demain"), publish_at=now + timedelta(days=1))

    page = home(app, language="fr")

    assert re.findall(r"(Programmé|Sous embargo) .*\s*<a href=\"[^\"]+\" lang=\"fr\">([^<]+)</a>", page) == [
        ("Programmé", "Demain"),
        ("Sous embargo", "Sous clef"),
    ]
    assert f'href="/desk/releases/{embargoed.id}"' in page
    assert "Sous clef" not in home(app, Role.REVIEWER, "fr") + home(app, Role.DOOR, "fr")


def test_translations_corrections_and_files_that_wait_are_told_to_officers_only(app):
    now = clock.now()
    release = builders.a_published_release(at=now - timedelta(hours=1))
    newer = release.texts["fr"].latest.words._replace(lead="Huit.")
    releases.save(release, "fr", newer, by=SYSTEM, at=now)
    notes = {"fr": Note("Huit."), "en": Note("Eight.")}
    releases.publish_changes(release, "fr", kind=CorrectionKind.UPDATE, notes=notes, by=SYSTEM, at=now)
    builders.an_asset(described=False)
    builders.an_asset()
    db.session.commit()
    told = (
        '<a href="/desk/releases/board">1 release with an outdated translation</a>',
        "Notice to readers: the text in English does not follow yet",
        f'<a href="/desk/releases/{release.id}"',
        '<a href="/desk/media/words">1 file to describe in the media library</a>',
    )

    shown = {role: [one for one in told if one in home(app, role)] for role in (Role.OFFICER, Role.DOOR)}

    assert shown == {Role.OFFICER: list(told), Role.DOOR: []}


def headline(text):
    return {"fr": Words(text, "Sophia Antipolis", "", "<p>Texte.</p>")}


def test_messages_that_failed_long_ago_are_left_alone(app):
    then = clock.now() - timedelta(days=8)
    message = outbox.put(
        "staff_invited",
        to="a@outlet.example",
        language="en",
        about="staff:x",
        at=then,
        name="A",
        link="x",
        until=then,
    )
    message.state = MessageState.EXPIRED
    db.session.commit()

    assert "Nothing is waiting for you." in home(app)


def test_a_message_that_came_back_waits_until_it_is_sent_again(app):
    message = builders.a_message(state=MessageState.BOUNCED)
    db.session.commit()
    assert "1 message not delivered or in doubt in the last 7 days" in home(app)

    outbox.again(message, to="new@outlet.example", by=SYSTEM, at=clock.now())
    db.session.commit()

    assert "not delivered or in doubt" not in home(app)


def test_last_five_actions_are_told_as_sentences_newest_first(app):
    by = Actor(Role.OFFICER, "Anna Berg", "a")
    actions = [
        "staff.add",
        "event.create",
        "event.announce",
        "release.save:fr",
        "release.publish",
        "kit.open",
    ]
    for action in actions:
        audit.record(action, "thing:1", by=by, at=clock.now())
    db.session.commit()

    page = home(app, Role.DOOR, "fr")

    told = re.findall(r"<p>([^<]+)</p>\s*<p class=\"muted\">Anna Berg</p>", page)
    assert told == [
        "Dossier de presse ouvert",
        "Communiqué publié ou programmé",
        "Texte d’un communiqué enregistré",
        "Événement annoncé",
        "Événement créé",
    ]


def test_action_without_a_sentence_is_shown_by_its_name(app):
    assert journal.sentence(Entry(action="thing.done")) == "thing.done"


def test_every_action_of_the_workflows_has_a_sentence():
    source = "".join(path.read_text() for path in Path(pressroom.__file__).parent.glob("*/*.py"))
    tables = {"accreditation": accreditation, "event": events, "kit": kits, "release": releases}
    taken = {f"{kind}.{action}" for kind, workflow in tables.items() for action in workflow.TRANSITIONS}
    named = set(re.findall(r'audit\.record\(\s*"([a-z_.]+)"', source))

    assert (taken - {"release.edit"}) | named <= set(journal.SENTENCES)
