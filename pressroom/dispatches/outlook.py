"""What will happen when the button is pressed, in plain words: how many get it, in which languages, when."""

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from babel.lists import format_list
from flask import current_app
from sqlalchemy import func

from pressroom import dates
from pressroom.database import db
from pressroom.delivery.models import Dispatch, Message
from pressroom.dispatches import queries
from pressroom.dispatches.audience import Sum
from pressroom.i18n import gettext as _
from pressroom.i18n import locale, ngettext


class Leaving(NamedTuple):
    """When a draft is to leave: at `moment`, None for as soon as it may; `follows`: at its release's hour."""

    moment: datetime | None
    follows: bool = False


class Already(NamedTuple):
    """How many of those who would get it have it already, how many do not, and when the last one was written to."""

    number: int
    others: int
    last_at: datetime


def leaving(dispatch: Dispatch, now: datetime) -> Leaving:
    """What is said of a draft: it leaves at the moment that was chosen, or with its release when that is later."""
    release = queries.release_of(dispatch)
    public_from = release.public_from if release else None
    if public_from and public_from > (dispatch.starts_at or now):
        return Leaving(public_from, follows=True)
    return Leaving(dispatch.starts_at)


def already(dispatch: Dispatch, found: Sum) -> Already | None:
    """Of those who would get it, who has it; of those left out because they have it, how many. None: nobody has it."""
    before = queries.already(dispatch)
    if before is None:
        return None
    if dispatch.skips_known:
        number = found.received_already
        return Already(number, len(found.people), before.last_at) if number else None
    arrived = (queries.same(dispatch), Message.state.in_(queries.RECEIVED))
    have = set(db.session.scalars(db.select(func.lower(Message.recipient)).where(*arrived)))
    number = sum(1 for person in found.people if person.email.lower() in have)
    return Already(number, len(found.people) - number, before.last_at) if number else None


def sentence(dispatch: Dispatch, found: Sum, leaving: Leaving) -> str:
    """“It leaves on …. 403 people get it: 300 in French, 103 in English. 9 addresses are left out.”"""
    return " ".join(filter(None, (_when(leaving), _who(found), _left_out(found))))


def button(leaving: Leaving, number: int) -> str:
    """What the button says: how many, and when. Without anybody it is for those who come."""
    if not number:
        return _("Send to whoever is accredited from now on")
    if leaving.moment is None:
        return ngettext("Send to %(num)s person now", "Send to %(num)s people now", number)
    moment = dates.moment(leaving.moment, current_app.config["TIMEZONE"])
    return ngettext(
        "Schedule for %(moment)s: %(num)s person",
        "Schedule for %(moment)s: %(num)s people",
        number,
        moment=moment,
    )


def _when(leaving: Leaving) -> str:
    zone, minutes = current_app.config["TIMEZONE"], current_app.config["UNDO_SECONDS"] // 60
    if leaving.follows:
        moment = dates.instant(leaving.moment, zone)
        return _(
            "It leaves when the release becomes public: on %(moment)s. If that hour moves, so does this.",
            moment=moment,
        )
    if leaving.moment:
        return _("It leaves on %(moment)s.", moment=dates.instant(leaving.moment, zone))
    if minutes:
        return ngettext(
            "It leaves %(num)s minute after you press the button: until then you can take it back.",
            "It leaves %(num)s minutes after you press the button: until then you can take it back.",
            minutes,
        )
    return _("It leaves as soon as you press the button.")


def _who(found: Sum) -> str:
    number, names = len(found.people), locale().languages
    by_language = Counter(person.language for person in found.people)
    if len(by_language) < 2:
        language = next((names[code] for code in by_language), "")
        return (
            ngettext(
                "%(num)s person gets it, in %(language)s.",
                "%(num)s people get it, in %(language)s.",
                number,
                language=language,
            )
            if number
            else _("Nobody gets it yet.")
        )
    parts = [
        _("%(number)s in %(language)s", number=n, language=names[code])
        for code, n in by_language.most_common()
    ]
    said = format_list(parts, locale=locale())
    return ngettext(
        "%(num)s person gets it: %(parts)s.", "%(num)s people get it: %(parts)s.", number, parts=said
    )


def _left_out(found: Sum) -> str:
    number = found.found - len(found.people)
    if not number:
        return ""
    return ngettext("%(num)s address is left out.", "%(num)s addresses are left out.", number)
