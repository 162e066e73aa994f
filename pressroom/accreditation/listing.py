"""What stands around the queue's list: the promise, the tabs, what narrows the list and the way back from that."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from babel.numbers import format_decimal
from flask import current_app, request, url_for

from pressroom import dates
from pressroom.access import Actor
from pressroom.accreditation import batches, finding, remarks, statuses
from pressroom.accreditation.finding import BOUND, Asked, Counts
from pressroom.accreditation.indexing import NOBODY
from pressroom.events.categories import name_of
from pressroom.events.models import Event
from pressroom.i18n import countries, current_language, language_name, locale, ngettext
from pressroom.i18n import gettext as _
from pressroom.i18n import lazy as _l
from pressroom.pages import Page

TABS = {
    "review": _l("To review"),
    "asked": _l("Waiting for the applicant"),
    "waitlist": _l("Waiting list"),
    "accepted": _l("Accepted requests"),
    "closed": _l("Declined and closed"),
    "mail": _l("Mail problems"),
    "needs": _l("Needs to answer"),
    "all": _l("All requests"),
}
PROOFS = {"file": _l("With a file"), "links": _l("With links"), "none": _l("No proof")}
BULK = {
    "approve": _l("Accept"),
    "ask": _l("Ask for information"),
    "waitlist": _l("Put on the waiting list"),
    "decline": _l("Decline"),
    "close": _l("Close"),
    "assign": _l("Assign"),
}
TICKS = {
    "unverified": _l("Email to verify"),
    "again": _l("Information received"),
    "late": _l("Sent after closing"),
    "over": _l("Outlet over its limit"),
    "came": _l("Came to an earlier event"),
    "unanswered": _l("Message to answer"),
}


def context(event: Event, viewer: Actor, asked: Asked, now: datetime) -> dict:
    """What the list's own templates need, beside the page of applications."""
    counts = finding.count(event, viewer)
    return {
        "event": event,
        "asked": asked,
        "arguments": asked.arguments(),
        "back": back(asked),
        "tabs": tabs(event, asked, counts),
        "promise": promise(event, counts, now),
        "counts": counts.tabs,
        "age": lambda moment: dates.age(now - moment),
        "category_name": name_of,
        "tags_of": statuses.for_desk,
        "bulk": [(action, BULK[action]) for action in batches.ACTIONS if action in BULK],
    }


def came_from() -> Asked:
    """The list that a form was opened from: what `back` gave it to carry."""
    return finding.from_args(dict(parse_qsl(request.form.get("back", "")[:2000])))


def back(asked: Asked) -> str:
    """The list as a form carries it, so that a decision leads back into the same one."""
    return urlencode(asked.arguments())


def figure(number: int) -> str:
    """« 1 000+ » for what was only counted so far."""
    shown = format_decimal(min(number, BOUND), locale=locale())
    return f"{shown}+" if number > BOUND else shown


def number_found(page: Page) -> str:
    """“37 requests”, “1,000+ requests”."""
    number = format_decimal(page.total, locale=locale()) + ("+" if page.more else "")
    return ngettext("%(num)s request", "%(num)s requests", page.total, num=number)


def tabs(event: Event, asked: Asked, counts: Counts) -> list[tuple[str, str | None, str, bool]]:
    """Each tab's name, number, address, and whether it is the one that is open.

    Filters are kept; then no number is told, as it would not be that of the list behind the tab.
    """
    numbers = {} if asked.filters() else {tab: figure(number) for tab, number in counts.tabs.items()}
    return [
        (str(name), numbers.get(tab), _url(event, asked._replace(tab=tab)), tab == asked.tab)
        for tab, name in TABS.items()
    ]


def promise(event: Event, counts: Counts, now: datetime) -> str:
    """How many wait, for how long, and when they were promised an answer: also when that is over."""
    number, date = counts.tabs["review"], dates.moment(event.answer_by, event.zone)
    said = [ngettext("%(num)s request to review.", "%(num)s requests to review.", number, num=figure(number))]
    if counts.oldest:
        said.append(_("The oldest has been waiting for %(age)s.", age=dates.age(now - counts.oldest)))
    if number and now > event.answer_by:
        said.append(_("The answer was promised by %(date)s: it is late.", date=date))
    else:
        said.append(_("Answer promised by %(date)s.", date=date))
    return " ".join(said)


def chosen(event: Event, asked: Asked) -> list[tuple[str, str]]:
    """Everything that the list was narrowed by, in words, and the address without it."""
    return [
        (_in_words(event, name, value), _url(event, asked._replace(**{name: ""})))
        for name, value in asked.filters().items()
    ]


def _in_words(event: Event, name: str, value: str) -> str:
    if name in TICKS:
        return str(TICKS[name])
    if name == "q":
        return _("“%(words)s”", words=value)
    if name == "outlet":
        return _("Outlet: %(name)s", name=value)
    known = dict(options(event, name))
    return str(known.get(value, value))


def options(event: Event, name: str) -> Iterator[tuple[str, str]]:
    """The values of a filter, and their names."""
    if name == "category":
        yield from ((one.code, name_of(event, one.code)) for one in event.categories)
    elif name == "proof":
        yield from ((value, str(label)) for value, label in PROOFS.items())
    elif name == "language":
        yield from ((code, language_name(code)) for code in current_app.config["LANGUAGES"])
    elif name == "day":
        yield from ((day.isoformat(), dates.day(day, "full")) for day in event.days)
    elif name == "country":
        yield from countries(current_language()).items()
    elif name == "assigned":
        yield finding.ME, _("Assigned to me")
        yield NOBODY, _("Assigned to nobody")
        for person in remarks.colleagues():
            yield person.id, _("Assigned to %(name)s", name=person.name)


def selects(event: Event, asked: Asked) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """What the list can be narrowed by: name in the address, label, values; where there is something to choose."""
    offered = {
        "category": _("Role"),
        "proof": _("Proofs"),
        "assigned": _("Assigned"),
        "language": _("Language"),
        "day": _("Day"),
    }
    if any("country" in one.asks for one in event.categories) or asked.country:
        offered["country"] = _("Country")
    found = [(name, label, list(options(event, name))) for name, label in offered.items()]
    return [one for one in found if len(one[2]) > 1]


def _url(event: Event, asked: Asked) -> str:
    return url_for("accreditation_desk.queue", event_id=event.id, **asked.arguments())
