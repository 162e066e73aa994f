"""The library of optional questions: what a category of an event may ask beyond the form's own fields.

A code is the name of the form's field and the key of the answer that is kept, so a code never changes its meaning.
An event lists the codes that each of its categories asks (`EventCategory.asks`); `asked` puts them in the order
of this library, which is the order of the form.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple

from pressroom.i18n import lazy as _l


class Kind(StrEnum):
    LINE = "line"
    TEXT = "text"
    DATE = "date"
    CHOICE = "choice"
    COUNTRY = "country"  # ISO 3166, two letters
    FILE = "file"  # judged as a proof is
    ADDRESS = "address"  # of e-mail
    WEB = "web"


class About(StrEnum):
    """The group of the form that a question belongs to."""

    YOU = "you"
    OUTLET = "outlet"
    SITE = "site"


class Question(NamedTuple):
    """`due`: an answer must be given, `due_when` (code, answer): only by those who gave that answer to that question.

    `least` and `most` are characters.
    """

    label: object
    kind: Kind
    about: About
    due: bool = False
    due_when: tuple[str, str] | None = None
    choices: Mapping[str, object] = {}
    hint: object = ""
    least: int = 0
    most: int = 200

    def is_due(self, answers: Mapping[str, str]) -> bool:
        """Whether somebody who answered the other questions so must answer this one."""
        return self.due or (self.due_when is not None and answers.get(self.due_when[0]) == self.due_when[1])


FREELANCE = ("employment", "freelance")
QUESTIONS = {
    "job_title": Question(_l("Job title"), Kind.LINE, About.YOU, due=True, most=120),
    "employment": Question(
        _l("How you work for this outlet"),
        Kind.CHOICE,
        About.YOU,
        due=True,
        choices={
            "staff": _l("On the staff"),
            "freelance": _l("On a freelance basis"),
            "own": _l("It is my own outlet"),
        },
    ),
    "editor_name": Question(
        _l("Name of the editor who sends you"), Kind.LINE, About.YOU, due_when=FREELANCE, most=120,
        hint=_l("Due if you are freelance"),
    ),
    "editor_email": Question(
        _l("Email address of that editor"), Kind.ADDRESS, About.YOU, due_when=FREELANCE,
        hint=_l("Due if you are freelance; we may write there to check"),
    ),
    "press_card_issuer": Question(
        _l("Press card: issued by"), Kind.LINE, About.YOU, most=120, hint=_l("If you have a press card")
    ),
    "press_card_no": Question(
        _l("Press card: number"), Kind.LINE, About.YOU, most=40, hint=_l("If you have a press card")
    ),
    "press_card_expiry": Question(
        _l("Press card: valid until"), Kind.DATE, About.YOU, hint=_l("If you have a press card")
    ),
    "assignment_file": Question(
        _l("Letter of assignment"), Kind.FILE, About.YOU, due_when=FREELANCE,
        hint=_l("On letterhead, signed, naming the event; expected if you are freelance"),
    ),
    "portfolio": Question(_l("Portfolio"), Kind.WEB, About.YOU, most=500),
    "country": Question(_l("Country of the outlet"), Kind.COUNTRY, About.OUTLET, due=True),
    "outlet_url": Question(_l("Website of the outlet"), Kind.WEB, About.OUTLET, due=True, most=500),
    "coverage_plan": Question(
        _l("What you plan to cover, and how"), Kind.TEXT, About.OUTLET, due=True, least=40, most=1500,
        hint=_l("Two or three sentences are enough"),
    ),
    "publish_by": Question(_l("Expected date of publication"), Kind.DATE, About.OUTLET),
    "attendance_mode": Question(
        _l("How you will follow the event"),
        Kind.CHOICE,
        About.SITE,
        due=True,
        choices={"on_site": _l("On site"), "remote": _l("Remotely")},
    ),
    "interview_requests": Question(
        _l("Interviews you would like"), Kind.TEXT, About.SITE, most=1000, hint=_l("With whom, and on what")
    ),
    "photo_position": Question(
        _l("Position you would like"), Kind.LINE, About.SITE, hint=_l("At the foot of the stage, for example")
    ),
    "equipment": Question(
        _l("Equipment you will bring"), Kind.TEXT, About.SITE, most=1000,
        hint=_l("One item a line: camera, tripod, lights"),
    ),
    "live_position": Question(
        _l("Live broadcast: what you need"), Kind.TEXT, About.SITE, most=1000,
        hint=_l("Position, power, radio frequencies, vehicle and its plate"),
    ),
}  # fmt: skip


def asked(codes: Iterable[str]) -> dict[str, Question]:
    """The questions of these codes in the library's order; a code that it no longer has is passed over."""
    wanted = set(codes)
    return {code: question for code, question in QUESTIONS.items() if code in wanted}
