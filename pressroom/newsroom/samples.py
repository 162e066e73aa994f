"""Every notice as somebody could get it: what the desk shows and sends to itself before anybody else reads it.

The people, the places and the links are made up. Written again with placeholders where things change, a notice's own
words are what the press office starts from when it changes them.
"""

import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

from babel.support import LazyProxy
from flask import current_app, render_template

from pressroom.delivery import outbox, plain, texts
from pressroom.delivery.models import NoticeText
from pressroom.delivery.texts import Edited
from pressroom.events.models import Event, EventText, State
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.i18n import speaking

# What can be read and changed, in the order of a request's life: who gets it, and when.
NOTICES = {
    "accreditation_received": _l("Whoever has just sent a request: confirms the address"),
    "accreditation_already": _l("Whoever sends a second request for the same event"),
    "accreditation_found": _l("Whoever asks for the links of their requests"),
    "accreditation_question": _l("The applicant, when something is missing"),
    "accreditation_reminder": _l("The applicant, two days before what is missing is due"),
    "accreditation_answered": _l("The applicant, once the answer has come"),
    "accreditation_waitlisted": _l("The applicant, when all places are taken"),
    "accreditation_offered": _l("Whoever waits, when a place becomes free"),
    "accreditation_approved": _l("The applicant, when the request is accepted"),
    "accreditation_eve": _l("The accredited, the day before the event"),
    "accreditation_declined": _l("The applicant, when the request is declined"),
    "accreditation_reconsidered": _l("The applicant, when the decision is looked at again"),
    "accreditation_closed": _l("The applicant, when the request is closed without an answer"),
    "accreditation_changed": _l("The accredited, when the press office corrects something"),
    "accreditation_revoked": _l("The accredited, when the press office cancels the accreditation"),
    "accreditation_reinstated": _l("The accredited, when that is taken back"),
    "accreditation_withdrawn": _l("The applicant, when the request is withdrawn"),
    "accreditation_reopened": _l("The applicant, when the request is taken up again"),
    "accreditation_message": _l("The applicant, when the press office writes to them"),
    "accreditation_needs": _l("The applicant, when needs on site are answered"),
    "event_moved": _l("All who are concerned, when an event gets a new date or place"),
    "event_postponed": _l("All who are concerned, when an event is postponed"),
    "event_cancelled": _l("All who are concerned, when an event is cancelled"),
    "release_preview": _l("Whoever may read a press release before the embargo ends"),
    "kit_link": _l("Whoever asks for a new link to a press kit"),
    "alert_confirm": _l("Whoever subscribes to press releases: confirms the address"),
    "alert_known": _l("Whoever subscribes once more"),
    "staff_invited": _l("A new colleague: opens the account"),
}
# Two days that have no letter in common at either end, in French or in English: what differs is the date.
DAYS = (datetime(2031, 3, 9, 7, 15, tzinfo=UTC), datetime(2027, 6, 3, 17, 40, tzinfo=UTC))
MARK = "\ue010"
TITLES = {"fr": "Rencontres de la presse scientifique", "en": "Science press meeting"}
PLACES = {"fr": "Nice", "en": "Nice"}
REASON = _l("all places are taken")
ASKED = (_l("a copy of your press card"), _l("two links to your work"))


def sample(notice: str, language: str, *, edited: Edited | None = None) -> tuple[str, str, str]:
    """Subject, plain text and HTML of a notice as somebody could get it; in the words of `edited` when given."""
    return outbox.compose(notice, language, edited=edited, **context(notice, language))


def subject(notice: str, language: str, *, changed: NoticeText | None) -> str:
    """Its subject alone; `changed` is what the office has put in the place of its words."""
    if changed:
        return sample(notice, language, edited=changed)[0]
    with speaking(language):
        return " ".join(
            render_template(f"mail/{notice}/subject.txt", **context(notice, language)).split("\n")
        ).strip()


def context(notice: str, language: str) -> dict:
    """What a made-up person's mail fills the template with."""
    return _context(notice, language, DAYS[0])


def send(notice: str, language: str, *, to: str, at: datetime) -> str:
    """Leave the notice for the postman, to somebody of the press office; returns what to tell them."""
    outbox.put(
        notice, to=to, language=language, about=f"text:{notice}.{language}", at=at, scope=None,
        **context(notice, language),
    )  # fmt: skip
    if current_app.config["MAIL_URL"]:
        return _("A test is on its way to %(address)s.", address=to)
    return _("The test can be read under Messages: in test mode nothing leaves.")


def own_words(notice: str, language: str) -> Edited:
    """The words that the notice itself brings, with placeholders where things change."""
    first, second = (_taken_apart(notice, language, day) for day in DAYS)
    names = texts.placeholders(notice)
    changing = next((name for name in ("deadline", "moment") if name in names), "")
    return Edited(*(_with_gap(*pair, changing) for pair in zip(first, second, strict=True)))


def _taken_apart(notice: str, language: str, day: datetime) -> Edited:
    """The words with placeholders for all but the date."""
    context = _context(notice, language, day, title="{event}", reference="{reference}", reason="{reason}")
    with speaking(language):
        subject = render_template(f"mail/{notice}/subject.txt", **context)
        html = render_template(
            "mail/_original.html", original=f"mail/{notice}/body.html", mark=MARK,
            names=texts.placeholders(notice), **context,
        )  # fmt: skip
    _before, heading, words, date, _after = (part.strip() for part in plain.text_of(html).split(MARK))
    gap = "{deadline}" if "deadline" in texts.placeholders(notice) else "{moment}"
    heading, words = (part.replace(date, gap) if date else part for part in (heading, words))
    return Edited(*(_as_typed(part) for part in (" ".join(subject.split()), heading, words)))


def _with_gap(first: str, second: str, name: str) -> str:
    """The lines of the first, with a placeholder where the second's differ."""
    lines = zip(first.split("\n"), second.split("\n"), strict=True)
    return "\n".join(one if one == other else _differing(one, other, name) for one, other in lines)


def _differing(one: str, other: str, name: str) -> str:
    start = next(at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    end = next(at for at, (a, b) in enumerate(zip(reversed(one), reversed(other), strict=False)) if a != b)
    return f"{one[:start]}{{{name}}}{one[len(one) - end :]}"


def _as_typed(words: str) -> str:
    """With the spaces that a keyboard has: the others are set when the words are shown."""
    return re.sub("[\u00a0\u202f]", " ", words)


def _context(notice: str, language: str, day: datetime, *, title="", reference="4F7-K2M9", reason: str | LazyProxy = REASON) -> dict:  # fmt: skip
    """What the templates may ask for."""
    site, token = current_app.config["BASE_URL"], "x" * 22
    event = _event(title, day + timedelta(days=7) if notice == "event_moved" else day)
    own = f"{site}/{language}/applications/{token}"
    with speaking(language):
        request = {
            "name": "Camille Morel", "event": event, "reference": reference, "page": own, "leave": f"{own}/withdraw",
            "contact": SimpleNamespace(name="Maël Quéré", phone="+33 1 99 00 00 01", email="presse@office.example"),
            "calendar": f"{own}/event.ics", "releases": f"{site}/{language}/releases/",
            "verification": f"{site}/{language}/verify/{token}" if notice in ("accreditation_received", "accreditation_already") else None,
            "accredited": notice in ("accreditation_approved", "accreditation_eve", "accreditation_reinstated", "accreditation_changed")
            or notice.startswith("event_"),
            "awaited": False, "category": str(_l("Written press")), "days": [], "is_late": False,
            "answer_by": DAYS[0], "offer_until": day, "reopens_until": None, "review_until": day, "due": day,
            "reason": str(reason), "asked": [str(one) for one in ASKED], "note": "", "own": notice == "accreditation_withdrawn", "closing": "",
            "changed": [(str(_l("Name")), "C. Morel", "Camille Morel")], "new_date": True,
            "before": {"starts_at": day, "ends_at": day + timedelta(hours=3), "place": ""},
        }  # fmt: skip
    others = {
        "accreditation_found": {"requests": [request]},
        "release_preview": {**request, "link": f"{site}/{language}/previews/{token}", "changed": False, "until": day, "ends_at": day},
        "kit_link": {**request, "link": f"{site}/{language}/kits/{token}", "until": day},
        "alert_confirm": {"page": f"{site}/{language}/alerts/{token}"},
        "alert_known": {"page": f"{site}/{language}/alerts/{token}"},
        "staff_invited": {"name": request["name"], "link": f"{site}/desk/set-up/{token}", "until": day},
    }  # fmt: skip
    return others.get(notice, request)


def _event(title: str, day: datetime) -> Event:
    """An event that stands in no database."""
    event = Event(
        state=State.ANNOUNCED, starts_at=day, ends_at=day + timedelta(hours=3), timezone="Europe/Paris",
        map_url="", venue_is_private=False,
    )  # fmt: skip
    for language in current_app.config["LANGUAGES"]:
        words = title or TITLES.get(language, TITLES["en"])
        event.texts[language] = EventText(
            language=language, slug="sample", title=words, summary="", description="", conditions="",
            place=PLACES.get(language, "Nice"), address="1 place des Pins, Nice",
        )  # fmt: skip
    return event
