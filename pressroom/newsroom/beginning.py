"""What a new office does before the first journalist writes to it, and what of it is done: always asked of the rows."""

from typing import NamedTuple

from babel.support import LazyProxy
from sqlalchemy import exists, func

from pressroom import audit
from pressroom.database import db
from pressroom.delivery.models import Message, State
from pressroom.events.models import Event
from pressroom.events.models import State as EventState
from pressroom.i18n import lazy as _l
from pressroom.staff.models import Office, PressContact, Staff


class Step(NamedTuple):
    """One thing to do: what it is, why, whether it is done, and on which page, at which place of it."""

    label: LazyProxy
    why: LazyProxy
    endpoint: str
    done: bool
    anchor: str | None = None


def steps(languages: tuple[str, ...]) -> list[Step]:
    """Everything, in the order that makes most sense; any other order does as well."""
    office = db.session.get(Office, 1)
    said = [office.texts.get(code) for code in languages] if office else []
    tried = Message.recipient.in_(db.select(Staff.email)) & (Message.state == State.ACCEPTED)
    read = (audit.Entry.subject == "text:all") & (audit.Entry.action == "text.read")
    return [
        Step(
            _l("Name the organisation in every language"), _l("It heads each page and signs each mail."),
            "settings_desk.office", bool(office) and all(office.names.get(code) for code in languages),
        ),
        Step(
            _l("Add a press contact"), _l("Readers see whom to call, and mails are answered to that person."),
            "settings_desk.add_contact", _any(PressContact.id.is_not(None)),
        ),
        Step(
            _l("Write the standing pages"), _l("The law asks for the legal notice; readers ask who you are."),
            "standing_desk.pages", bool(said) and all(text and text.publisher and text.director for text in said),
        ),
        Step(
            _l("Let mail leave, and send yourself a test"), _l("Until a mail server is named, every message stays here."),
            "beginning_desk.mail", _any(tried),
        ),
        Step(
            _l("Announce a first event, or load the example"), _l("The example can be taken away again, all of it."),
            "beginning_desk.index", _any(Event.state != EventState.DRAFT), "event",
        ),
        Step(
            _l("Invite a colleague"), _l("Whoever declines a request cannot be who looks at it again."),
            "staff_desk.index", db.session.scalar(db.select(func.count(Staff.id))) > 1,
        ),
        Step(
            _l("Read what the mails say"), _l("They speak for you, in every language."), "texts_desk.index", _any(read),
        ),
    ]  # fmt: skip


def _any(condition) -> bool:
    return db.session.scalar(db.select(exists().where(condition)))
