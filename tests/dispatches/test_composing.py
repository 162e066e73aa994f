"""A dispatch in words: once for each language and relation, with what is each person's own filled in; written once."""

from datetime import timedelta

import pytest

from pressroom import clock, links
from pressroom.access import SYSTEM
from pressroom.accreditation.models import Application
from pressroom.contacts.models import Contact, contact_listing
from pressroom.database import db, new_id
from pressroom.delivery import words
from pressroom.delivery.models import Attachment, Body, DispatchKind, Doubt, Message, State
from pressroom.dispatches import composing
from pressroom.dispatches.workflow import Text
from pressroom.kits.models import Grant
from pressroom.releases import workflow as releases
from pressroom.releases.corrections import Note
from pressroom.releases.models import Correction, CorrectionKind, Words
from tests import builders
from tests.counting import counting


def composed(dispatch, now=None):
    composing.compose(dispatch, now or clock.now())
    db.session.commit()
    return db.session.scalars(
        db.select(Message).where(Message.dispatch_id == dispatch.id).order_by(Message.recipient)
    ).all()


def to(*contacts):
    return [{"who": "list", "list": builders.a_list(new_id(), *contacts).id}]


def of_release(release, **values):
    return builders.a_dispatch(DispatchKind.RELEASE, about=f"release:{release.id}", **values)


def said(dispatch, language="en", person=None):
    return composing.sample(dispatch, person, language, clock.now())


def a_correction(release, kind=CorrectionKind.CORRECTION, languages=("fr",), **notes):
    """The words change in `languages`, and readers of them and of `notes` are told."""
    now = clock.now()
    for code in languages:
        known = release.texts[code].latest.words
        releases.save(release, code, known._replace(lead="Deux jours."), by=SYSTEM, at=now)
    told = {code: Note("La durée était fausse.", "Une journée", "Deux jours") for code in languages} | notes
    releases.publish_changes(release, *languages, kind=kind, notes=told, by=SYSTEM, at=now)
    db.session.commit()
    return db.session.scalar(db.select(Correction).order_by(Correction.at.desc()))


def test_a_release_as_its_readers_get_it(app):
    release = builders.a_published_release()
    text = said(of_release(release, texts={"en": Text("", "Good morning,\nhere it is.")}))

    assert text.subject == "Clusters meet"
    assert text.text.split("\n\n") == [
        "Good morning,\nhere it is.",
        f"Press release no. {release.number} – Sophia Antipolis, {release.dated.day} {release.dated:%B %Y}",
        "Clusters meet",
        "One day.",
        "The forum opens.",
        f"Read the press release\nhttp://press.example/en/releases/{release.id}/clusters-meet",
        "Press contact",
        "Maël Quéré\n+33 1 99 00 00 01\nmael.quere@press.example",
        "You get this message because the press office knows you as a journalist. "
        "Get no more messages from us <http://press.example/u/essai>",
        "Press office\n",
    ]


def test_a_release_under_embargo_says_so_first_and_names_the_zone(app):
    now = clock.now()
    release = builders.a_published_release(at=now, embargo_until=now + timedelta(days=2))
    dispatch = of_release(release)

    french, english = said(dispatch, "fr"), said(dispatch, "en")

    assert french.subject.startswith("[EMBARGO ")
    assert english.subject.startswith("[EMBARGO ")
    assert french.text.startswith("Sous embargo jusqu’au ")
    assert "heure de Paris" in french.text.split("\n")[0]
    assert english.text.startswith("Under embargo until ")
    assert "Paris time" in english.text.split("\n")[0]
    assert "EMBARGO" not in composing.sample(dispatch, None, "fr", now + timedelta(days=2)).subject


def test_whoever_reads_another_language_is_told_which_one_it_is_in(app):
    release = builders.a_published_release(languages=("fr",))
    lea, tom = builders.a_contact("Léa"), builders.a_contact("Tom", language="en")

    messages = composed(of_release(release, to=to(lea, tom)))

    by_language = {message.language: words.of(message) for message in messages}
    assert {code: text.subject for code, text in by_language.items()} == {
        "fr": "Les pôles se retrouvent", "en": "Les pôles se retrouvent",
    }  # fmt: skip
    assert "This press release exists in French only." in by_language["en"].text
    assert '<div lang="fr">' in by_language["en"].html
    assert "Read the press release" in by_language["en"].text
    assert "exist" not in by_language["fr"].text


def test_a_long_release_is_cut_after_whole_paragraphs(app):
    body = "".join(f"<p>{number} {'mot ' * 60}</p>" for number in range(9)) + "<ul><li>Point</li></ul>"
    release = builders.a_published_release(words={"fr": Words("Titre", "Nice", "Chapeau", body)})

    text = said(of_release(release), "fr").text

    assert [number for number in range(9) if f"\n{number} mot" in text] == [0, 1, 2]
    assert "Point" not in text


def test_what_is_quoted_of_a_release_ends_before_its_first_list(app):
    """Items without their list, and the last one missing, read like a mistake."""
    body = "<p>One.</p><h2>Heading</h2><p>They get:</p><ul><li><p>a flat;</p></li><li><p>a desk.</p></li></ul><p>End.</p>"
    release = builders.a_published_release(
        languages=("en",), words={"en": Words("Title", "Nice", "Lead.", body)}
    )

    html = said(of_release(release)).html

    assert "<p>One.</p>" in html
    for left_out in ("Heading", "They get", "a flat", "a desk", "End."):
        assert left_out not in html


def test_words_are_rendered_once_for_each_language_and_relation(app):
    event, release = builders.an_event(), builders.a_published_release()
    for language in ("fr", "en"):
        builders.an_accredited(event, language=language)
        builders.a_subscription(f"{language}@presse.example", language=language)
    contacts = [builders.a_contact(name) for name in ("Léa", "Tom", "Zoé")]
    segments = [{"who": "accredited", "event": event.id}, {"who": "alerts"}, *to(*contacts)]

    messages = composed(of_release(release, to=segments))

    assert (len(messages), db.session.scalar(db.select(db.func.count(Body.id)))) == (7, 5)
    feet = {message.scope: words.of(message).text for message in messages if message.language == "fr"}
    leaves = {message.scope: message.personal["leave"] for message in messages if message.language == "fr"}
    assert set(feet) == {f"event:{event.id}", "alerts", "contacts"}
    assert all(leaves[scope] in foot for scope, foot in feet.items())
    subscription = next(message for message in messages if message.recipient == "fr@presse.example")
    assert (
        f"/fr/alerts/{links.mint('alerts', subscription.personal['subscription'])}"
        in words.of(subscription).text
    )


def test_a_message_is_what_the_dispatch_and_the_person_say(app):
    release, now = builders.a_published_release(), clock.now()
    contact = builders.a_contact("Léa", email="Lea@presse.example")
    dispatch = of_release(release, to=to(contact), doubt=Doubt.HOLD, send_by=now + timedelta(hours=3))

    (message,) = composed(dispatch, now)

    assert {
        "recipient": message.recipient, "notice": message.notice, "about": message.about, "state": message.state,
        "scope": message.scope, "doubt": message.doubt, "once": message.once, "send_by": message.send_by,
        "reply_to": message.reply_to, "text": message.text, "html": message.html, "subject": message.subject,
        "contact": message.personal["contact"], "digest": message.link_digest,
    } == {
        "recipient": "Lea@presse.example", "notice": "dispatch_release", "about": f"release:{release.id}",
        "state": State.QUEUED, "scope": "contacts", "doubt": Doubt.HOLD,
        "once": f"dispatch:{dispatch.id}:lea@presse.example", "send_by": now + timedelta(hours=3),
        "reply_to": "Maël Quéré <mael.quere@press.example>", "text": "", "html": "", "subject": "Les pôles se retrouvent",
        "contact": contact.id, "digest": links.digest(message.personal["leave"].rpartition("/")[2]),
    }  # fmt: skip


def test_composing_twice_writes_nobody_twice(app):
    dispatch = of_release(
        builders.a_published_release(), to=to(builders.a_contact("Léa"), builders.a_contact("Tom"))
    )

    assert len(composed(dispatch)) == 2
    assert composing.compose(dispatch, clock.now()) == 0
    assert len(dispatch.bodies) == 1


def test_two_long_addresses_that_begin_alike_are_two_people(app):
    names = [f"{'a' * 60}@{'b' * 60}.{end}.example" for end in ("fr", "en")]
    contacts = [builders.a_contact("Léa", email=email) for email in names]

    assert len(composed(builders.a_dispatch(to=to(*contacts)))) == 2


def test_what_is_written_later_says_what_is_public_by_then(app):
    event, release = builders.an_event(), builders.a_published_release()
    dispatch = of_release(release, to=[{"who": "accredited", "event": event.id}])
    builders.an_accredited(event)
    composed(dispatch)
    a_correction(release)
    builders.an_accredited(event)

    composed(dispatch)

    assert [(body.revision, "Deux jours." in body.text) for body in sorted(dispatch.bodies, key=lambda one: one.revision)] == [
        (1, False), (2, True),
    ]  # fmt: skip
    assert {body.holds for body in dispatch.bodies} == {f"release:{release.id}:fr"}


def test_a_correction_says_what_was_wrong_and_what_is_right(app):
    release = builders.a_published_release()
    correction = a_correction(release, en=Note("The duration was wrong.", "One day", "Two days"))
    dispatch = builders.a_dispatch(DispatchKind.CORRECTION, about=f"correction:{correction.id}")

    french, english = said(dispatch, "fr"), said(dispatch, "en")

    assert english.subject == "Correction: Clusters meet"
    assert "The duration was wrong.\n\nIt said: One day\n\nIt should say: Two days" in english.text
    assert "This text does not take account of it yet." in english.text
    assert "La durée était fausse." in french.text
    assert "Deux jours" in french.text
    render = composing.render(dispatch, "fr", "contact", clock.now())
    assert (render.holds, render.revision) == (f"release:{release.id}:fr", 2)
    assert composing.render(dispatch, "en", "contact", clock.now()).holds is None


@pytest.mark.parametrize("action", ["withdraw", "kill"])
def test_a_release_that_is_taken_off_is_named_and_of_a_killed_one_not_a_word_is_repeated(app, action):
    release = builders.a_published_release()
    notes = {"fr": "Le texte est faux.", "en": "The text is wrong."}
    getattr(releases, action)(release, notes=notes, by=SYSTEM, at=clock.now())
    db.session.commit()
    correction = db.session.scalar(db.select(Correction))
    dispatch = builders.a_dispatch(DispatchKind.CORRECTION, about=f"correction:{correction.id}")

    sample = said(dispatch, "en")

    if action == "withdraw":
        assert sample.subject == "Withdrawn: Clusters meet"
    else:
        assert sample.subject == f"Please do not use: press release no. {release.number}"
        assert not {"Clusters", "One day", "forum"} & set(sample.html.replace(".", " ").split())
    assert "The text is wrong." in sample.text


def test_a_kit_carries_each_persons_own_link_and_what_is_inside(app):
    event = builders.an_event()
    release = builders.a_published_release()
    kit = builders.a_kit(event, releases=[release], files=[("Plan.txt", b"x" * 2000)])
    application = builders.an_accredited(event, language="en", name="Tom <b>")

    (message,) = composed(builders.a_dispatch(DispatchKind.KIT, about=kit.subject))

    grant = db.session.scalar(db.select(Grant).filter_by(application_id=application.id))
    link = f"http://press.example/en/kits/{links.mint('kit', grant.id)}"
    text = words.of(message)
    assert text.subject == "Press kit: Forum on Competitiveness Clusters"
    assert text.text.startswith("Hello Tom <b>,")
    assert "Tom &lt;b&gt;" in text.html
    assert "<b>," not in text.html
    assert link in text.text
    assert f'href="{link}"' in text.html
    assert "- Clusters meet\n- Plan.txt (2\N{NO-BREAK SPACE}kB)" in text.text
    assert message.personal["application"] == application.id
    assert db.session.scalars(db.select(Attachment)).all() == []


def test_light_files_leave_with_the_message_when_that_was_chosen(app):
    event = builders.an_event()
    kit = builders.a_kit(event, files=[("Plan.txt", b"x" * 2000)])
    builders.an_accredited(event)

    composed(builders.a_dispatch(DispatchKind.KIT, about=kit.subject, attaches=True))

    (file,) = db.session.scalars(db.select(Attachment)).all()
    assert (file.name, file.size, file.file_key) == ("Plan.txt", 2000, kit.current.files[0].file_key)


def test_nothing_of_a_kit_that_is_under_embargo_is_attached_or_named(app):
    event, now = builders.an_event(), clock.now()
    secret = {"fr": Words("Fusion secrète", "Nice", "", "<p>Secret.</p>")}
    release = builders.a_published_release(
        at=now, embargo_until=now + timedelta(days=2), languages=("fr",), words=secret
    )
    kit = builders.a_kit(event, releases=[release])
    builders.an_accredited(event)

    (message,) = composed(builders.a_dispatch(DispatchKind.KIT, about=kit.subject, attaches=True))

    text = words.of(message)
    assert text.subject.startswith("[EMBARGO ")
    assert text.text.startswith("Sous embargo")
    assert "ecrète" not in text.html
    assert db.session.scalars(db.select(Attachment)).all() == []


def test_an_advisory_is_the_offices_own_words(app):
    dispatch = builders.a_dispatch(texts={"fr": Text("Point <presse>", "Un.\n\nDeux & trois.")})

    french, english = said(dispatch, "fr"), said(dispatch, "en")

    assert french.subject == "Point <presse>"
    assert french.text.startswith("Point <presse>\n\nUn.\n\nDeux & trois.\n\n")
    assert "Point &lt;presse&gt;" in french.html
    assert english.text.startswith("This message exists in French only.\n\n")


def test_a_sample_writes_nothing_and_leads_nowhere(app):
    kit = builders.a_kit()
    application = builders.an_accredited(kit.event)
    dispatch = builders.a_dispatch(DispatchKind.KIT, about=kit.subject)

    sample = said(dispatch, "en")

    assert "Hello Camille Morin," in sample.text
    assert words.OPENS not in sample.html + sample.text
    assert not (db.session.new)
    assert not (db.session.scalars(db.select(Grant)).all())
    assert db.session.get(Application, application.id)


def test_ten_thousand_messages_are_written_in_few_statements(app):
    listed, now = builders.a_list(), clock.now()
    values = {
        "phone": "",
        "language": "fr",
        "country": "",
        "notes": "",
        "source": "import",
        "created_at": now,
    }
    rows = [
        {"id": new_id(), "email": f"{number}@presse.example", "name": "N", "last_action_at": now, **values}
        for number in range(10_000)
    ]
    db.session.execute(db.insert(Contact), rows)
    db.session.execute(
        contact_listing.insert(), [{"contact_id": row["id"], "list_id": listed.id} for row in rows]
    )
    dispatch = of_release(builders.a_published_release(), to=[{"who": "list", "list": listed.id}])

    with counting() as asked:
        written = composing.compose(dispatch, now)

    assert (written, len(asked) < 100) == (10_000, True)
