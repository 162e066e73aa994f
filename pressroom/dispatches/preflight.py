"""What is checked before a dispatch goes to many people: what stands in the way, and what the sender should know."""

from collections import Counter
from datetime import datetime
from typing import NamedTuple

from flask import current_app

from pressroom import dates
from pressroom.config import SETTINGS
from pressroom.database import db
from pressroom.delivery.models import Dispatch, DispatchKind
from pressroom.dispatches import audience, composing, queries
from pressroom.events.models import Event
from pressroom.events.models import State as EventState
from pressroom.i18n import current_language, locale, ngettext
from pressroom.i18n import gettext as _
from pressroom.kits import queries as kits
from pressroom.kits.models import Kit
from pressroom.kits.models import State as KitState
from pressroom.releases import queries as releases
from pressroom.releases.models import Release
from pressroom.releases.models import State as ReleaseState
from pressroom.releases.queries import Stage

STOP, WARN = "stop", "warn"
MOST_ATTACHED = 7_000_000  # bytes of files: a usual server takes 10 MB, encoded
MOST_HTML = 90_000  # bytes: some mail programs cut off what is longer
OFF = (ReleaseState.WITHDRAWN, ReleaseState.KILLED)


class Finding(NamedTuple):
    """`level` is STOP or WARN, `code` what it is about, `sentence` what the desk reads."""

    level: str
    code: str
    sentence: str


def findings(dispatch: Dispatch, total: audience.Sum, now: datetime) -> list[Finding]:
    """All that is found, what stands in the way first."""
    found = [
        *_subject(dispatch, now), *_people(dispatch, total, now), *_languages(dispatch, total),
        *_moment(dispatch, now), *_sender(),
    ]  # fmt: skip
    if not any(one.level == STOP for one in found):
        found += _weight(dispatch, total, now)
    return sorted(found, key=lambda one: one.level != STOP)


def _stop(code: str, sentence: str) -> Finding:
    return Finding(STOP, code, sentence)


def _warn(code: str, sentence: str) -> Finding:
    return Finding(WARN, code, sentence)


def _subject(dispatch: Dispatch, now: datetime) -> list[Finding]:
    subject = queries.subject_of(dispatch)
    if dispatch.kind is DispatchKind.ADVISORY:
        return _own_words(dispatch)
    if subject is None:
        return [_stop("gone", _("What this mailing is about does not exist any more."))]
    if isinstance(subject, Kit):
        return _kit(subject, dispatch, now)
    release = queries.release_of(dispatch)
    if release.state in OFF and (isinstance(subject, Release) or subject.kind not in releases.TAKEN_OFF):
        return [_stop("withdrawn", _("This release has been withdrawn: it can no longer be sent."))]
    if release.state is ReleaseState.DRAFT:
        return [_stop("draft", _("This release is not published yet: publish or schedule it first."))]
    return []


def _own_words(dispatch: Dispatch) -> list[Finding]:
    whole = [text for text in dispatch.texts.values() if text.subject and text.words]
    if whole and len(whole) == len(dispatch.texts):
        return []
    return [_stop("words", _("Write the subject and the text of the message."))]


def _kit(kit: Kit, dispatch: Dispatch, now: datetime) -> list[Finding]:
    if kit.event.state is EventState.CANCELLED:
        return [
            _stop("cancelled", _("The event has been cancelled: its press kit is sent to nobody any more."))
        ]
    if kit.state is not KitState.OPEN:
        return [_stop("kit", _("This press kit is not open: its links would lead nowhere. Open it first."))]
    found, zone = [], current_app.config["TIMEZONE"]
    starts_at, expires_at = max(dispatch.starts_at or now, now), kits.expires_at(kit)
    if expires_at <= starts_at:
        return [_stop("expired", _("The links of this press kit have expired: choose a later day first."))]
    if expires_at < kit.event.ends_at:
        moment = dates.moment(expires_at, zone)
        found.append(
            _warn("expires", _("The links expire on %(moment)s, before the event is over.", moment=moment))
        )
    if kit.opens_at and kit.opens_at > starts_at:
        moment = dates.moment(kit.opens_at, zone)
        found.append(
            _warn("opens", _("The kit shows nothing before %(moment)s: until then the link says so.", moment=moment))
        )  # fmt: skip
    return found


def _awaits_people(dispatch: Dispatch, total: audience.Sum, now: datetime) -> bool:
    """Whether it is a kit, sent before anybody is accredited: those who will be get it as they come."""
    kit = queries.subject_of(dispatch)
    waits = isinstance(kit, Kit) and not queries.is_of_new_version(dispatch)
    return waits and not total.found and kit.event.ends_at > now


def _people(dispatch: Dispatch, total: audience.Sum, now: datetime) -> list[Finding]:
    found = []
    if not dispatch.audience:
        found.append(_stop("nobody", _("Choose who gets this mailing.")))
    elif not total.people and _awaits_people(dispatch, total, now):
        found.append(_warn("later", _("Nobody is accredited yet: whoever is from now on gets it by itself.")))
    elif not total.people:
        found.append(_stop("nobody", _("Nobody is left to write to: choose other people.")))
    event = db.session.get(Event, dispatch.event_id) if dispatch.event_id else None
    if event and event.state is EventState.CANCELLED and dispatch.kind is not DispatchKind.KIT:
        found.append(
            _warn("cancelled", _("The event to which these people are accredited has been cancelled."))
        )
    undoable = audience.pending(dispatch, now)
    if undoable:
        sentence = ngettext(
            "%(num)s person accepted a moment ago is left out, because that can still be undone, and gets it later.",
            "%(num)s people accepted a moment ago are left out, because that can still be undone, and get it later.",
            undoable,
        )
        found.append(_warn("undoable", sentence))
    return found


def _languages(dispatch: Dispatch, total: audience.Sum) -> list[Finding]:
    known = audience.languages(dispatch)
    missing = Counter(person.language for person in total.people if person.language not in known)
    names = locale().languages
    return [
        _warn("language", ngettext(
            "%(num)s person reads %(language)s, and there are no words in it: they get those in %(other)s, with a line that says so.",
            "%(num)s people read %(language)s, and there are no words in it: they get those in %(other)s, with a line that says so.",
            number, language=names[code], other=names[known[0]],
        ))
        for code, number in sorted(missing.items()) if known
    ]  # fmt: skip


def _moment(dispatch: Dispatch, now: datetime) -> list[Finding]:
    found = []
    if dispatch.starts_at and dispatch.starts_at <= now:
        found.append(_stop("passed", _("The moment that was chosen has passed: choose another one.")))
    release = queries.release_of(dispatch) if dispatch.kind is DispatchKind.RELEASE else None
    if release and releases.stage(release, now) in (Stage.SCHEDULED, Stage.EMBARGOED):
        moment = dates.instant(release.public_from, current_app.config["TIMEZONE"])
        embargoed = releases.stage(release, now) is Stage.EMBARGOED
        sentence = (
            _("The release is under embargo until %(moment)s. No message leaves before then, and all follow when this hour is moved.", moment=moment)
            if embargoed
            else _("The release is public from %(moment)s. No message leaves before then, and all follow when this hour is moved.", moment=moment)
        )  # fmt: skip
        found.append(_warn("embargo", sentence))
    if dispatch.send_by and dispatch.send_by <= max(now, queries.leaves_at(dispatch) or now):
        found.append(
            _stop("late", _("The last hour for sending has passed before the first message leaves."))
        )
    return found


def _sender() -> list[Finding]:
    if not current_app.config["MAIL_URL"]:
        return [_warn("test", _("Test mode: no message leaves, all of them can be read on the desk."))]
    if current_app.config["MAIL_FROM"] == SETTINGS["MAIL_FROM"].default:
        return [_stop("sender", _("The sender’s address is not set: messages would come from nobody."))]
    return []


def _weight(dispatch: Dispatch, total: audience.Sum, now: datetime) -> list[Finding]:
    """Of what the first reader of each language would get: the heaviest says it."""
    found: dict[str, Finding] = {}
    for language in sorted({person.language for person in total.people} or {current_language()}):
        person = next((one for one in total.people if one.language == language), None)
        sample = composing.sample(dispatch, person, language, now)
        attached = sum(file.size for file in sample.attachments)
        if attached > MOST_ATTACHED:
            sentence = _(
                "The files weigh %(size)s: many servers refuse more than 7 MB. Send the link only.",
                size=dates.size(attached),
            )
            found["files"] = _stop("heavy", sentence)
        if sample.size > MOST_HTML:
            sentence = _(
                "The message weighs %(size)s: mail programs cut it off beyond 90 kB. Shorten its words.",
                size=dates.size(sample.size),
            )
            found["html"] = _warn("long", sentence)
        if dispatch.attaches and dispatch.kind is DispatchKind.KIT and not sample.attachments:
            found["link"] = _warn(
                "link",
                _("The files are too heavy or not free to leave yet: the message carries the link only."),
            )
    return list(found.values())
