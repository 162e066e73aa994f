"""Every notice, in every language, as the journalist reads it."""

import re
from pathlib import Path

from pressroom import clock
from pressroom.database import db
from pressroom.delivery import outbox
from pressroom.delivery.models import Message, State
from tests import builders

TEMPLATES = Path(outbox.__file__).parent.parent / "templates" / "mail"
NOTICES = sorted(path.name for path in TEMPLATES.iterdir() if path.is_dir())


def test_every_notice_has_its_two_parts():
    for notice in NOTICES:
        assert {path.name for path in (TEMPLATES / notice).glob("[!_]*")} == {"subject.txt", "body.html"}


def test_the_html_of_every_notice_loads_nothing_and_speaks_one_language():
    for notice in set(NOTICES) - {"dispatch_test"}:  # which shows another mail, whole
        source = (TEMPLATES / notice / "body.html").read_text()
        assert re.match(r'{% extends "mail/(_shell|_accreditation|_dispatch|\w+/body).html" %}', source)
        assert not re.search(r"<(img|script|link|iframe|style)\b|\|safe", source)


def test_a_message_and_its_wake_up_are_written_with_the_change(app):
    before = len(app.extensions["engine"].pending())
    outbox.put(
        "staff_invited",
        to="a@press.example",
        language="fr",
        about="staff:1",
        at=clock.now(),
        hold=300,
        **INVITED,
    )
    db.session.rollback()
    assert (
        db.session.scalar(db.select(db.func.count(Message.id))),
        len(app.extensions["engine"].pending()),
    ) == (0, before)

    message = outbox.put(
        "staff_invited",
        to="a@press.example",
        language="fr",
        about="staff:1",
        at=clock.now(),
        hold=300,
        **INVITED,
    )
    db.session.commit()

    assert (message.state, (message.next_at - message.created_at).seconds) == (State.HELD, 300)
    assert len(app.extensions["engine"].pending()) == before + 1
    assert re.fullmatch(r"<[0-9a-z]{20}@pressroom\.example>", message.message_id)


INVITED = {"name": "Zoé", "link": "http://press.example/desk/set-up/x", "until": builders.NOON}
