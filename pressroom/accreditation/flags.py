"""What should make whoever decides look twice: facts, each in a sentence; never a score.

Found for a whole page of requests with a number of queries that does not grow with it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import and_, func, or_
from sqlalchemy.orm import aliased

from pressroom import lookalikes
from pressroom.access import Actor
from pressroom.accreditation import places, queries
from pressroom.accreditation.mailboxes import DISPOSABLE, FREE, domain_of
from pressroom.accreditation.models import Application, Document, State
from pressroom.contacts.models import Contact, Outlet
from pressroom.contacts.outlets import outlet_key
from pressroom.database import db
from pressroom.dates import day
from pressroom.i18n import gettext as _
from pressroom.i18n import ngettext
from pressroom.slugs import fold

UNCONFIRMED_FOR = timedelta(hours=24)
LETTERS = ("assignment_file", "proof_file")  # the kinds of documents that a letter of assignment may be


class Flag(NamedTuple):
    code: str
    sentence: str


class Around(NamedTuple):
    """What is known around a page of requests, found with one query each."""

    domains: dict[str, dict[str, set[str]]]  # outlet's key: domain: the addresses that vouch for it
    spoofed: dict[str, str]  # outlet's key: the name of the outlet
    shared: set[str]  # ids of requests with a document of another applicant
    refused: dict[str, list[Application]]  # by email_key
    holders: dict[tuple[str, str], int]  # (event, outlet's key): places held
    twins: set[str]  # ids of requests whose name and outlet another one has


def flags(applications: Collection[Application], viewer: Actor, now: datetime) -> dict[str, list[Flag]]:
    """The facts of every one of these requests, by its id."""
    around = _around(applications, viewer, now)
    return {one.id: list(_of(one, around, now)) for one in applications}


def _of(one: Application, around: Around, now: datetime) -> Iterable[Flag]:
    for code, sentence in (
        *_about_address(one, around, now),
        *_about_letters(one, around),
        *_about_proofs(one, around),
        *_about_places(one, around),
        *_about_past(one, around),
    ):
        yield Flag(code, sentence)


def _about_address(one: Application, around: Around, now: datetime):
    domain = domain_of(one.email)
    known = {known for known, by in around.domains.get(one.outlet_key, {}).items() if by - {one.email_key}}
    if not known and (site := _site(one.answers.get("outlet_url", ""))):
        known = {site}  # only what the applicant says: less than what the office knows
    if domain in DISPOSABLE:
        yield "disposable", _("%(domain)s gives addresses that live for a short time.", domain=domain)
    elif domain in FREE:
        yield "free", _("The address is at %(domain)s, where anybody gets one.", domain=domain)
    elif known and not any(domain == one or domain.endswith(f".{one}") for one in known):
        yield (
            "domain",
            _("The address is at %(domain)s; %(outlet)s is known by %(known)s.")
            % {"domain": domain, "outlet": one.outlet, "known": ", ".join(sorted(known))},
        )
    if one.verified_at is None and one.submitted_at < now - UNCONFIRMED_FOR:
        yield "unconfirmed", _("The address has not been confirmed for more than 24 hours.")


def _about_letters(one: Application, around: Around):
    for label, text in ((_("Full name"), one.name), (_("Outlet"), one.outlet)):
        if lookalikes.warned(text):
            sentence = _(
                "%(field)s: some letters are not what they look like. In plain letters: “%(plain)s”."
            )
            yield "letters", sentence % {"field": label, "plain": lookalikes.plain(text)}
    known = around.spoofed.get(one.outlet_key)
    if known:
        sentence = _("The name of the outlet looks like %(known)s, written in other letters.")
        yield "outlet_letters", sentence % {"known": known}
    domain = domain_of(one.email)
    if lookalikes.misleads(domain):
        shown = lookalikes.domain_in_letters(domain)
        read = lookalikes.plain(shown)
        sentence = _("The address is at %(shown)s, in plain letters %(plain)s (%(domain)s).")
        yield "domain_letters", sentence % {"shown": shown, "plain": read, "domain": domain}


def _about_proofs(one: Application, around: Around):
    if one.id in around.shared:
        yield "document", _("Another applicant sent the same document.")
    expiry = _date(one.answers.get("press_card_expiry", ""))
    if expiry and expiry < one.event.ends_at.astimezone(one.event.zone).date():
        yield "card", _("The press card expires on %(date)s, before the end of the event.", date=day(expiry))
    freelance = one.answers.get("employment") == "freelance" or one.outlet_key in places.NO_OUTLET
    if freelance and not any(document.kind in LETTERS for document in one.documents):
        yield "letter", _("Freelance, without a letter of assignment.")


def _about_places(one: Application, around: Around):
    quota = places.outlet_quota(one.event, one.outlet_key)
    taken = around.holders.get((one.event_id, one.outlet_key), 0)
    if quota is not None and taken >= quota and one.state not in (State.APPROVED, State.OFFERED):
        sentence = ngettext(
            "%(outlet)s has %(num)s place already, of %(quota)s.",
            "%(outlet)s has %(num)s places already, of %(quota)s.",
            taken, outlet=one.outlet, quota=quota,
        )  # fmt: skip
        yield "outlet_full", sentence
    if one.is_late:
        yield "late", _("The request came after closing.")


def _about_past(one: Application, around: Around):
    if one.id in around.twins:
        yield "twin", _("Another request for this event has the same name and outlet.")
    for other in around.refused.get(one.email_key, []):
        if other.id == one.id:
            continue
        declined = _("A request of this address was declined on %(date)s.")
        revoked = _("An accreditation of this address was cancelled on %(date)s.")
        at = (other.decided_at or other.submitted_at).astimezone(other.event.zone).date()
        yield "refused", (revoked if other.state is State.REVOKED else declined) % {"date": day(at)}


def _site(address: str) -> str:
    """The domain of an outlet's site: "www." says nothing."""
    return (urlsplit(address).hostname or "").removeprefix("www.")


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


# What is known around them ---------------------------------------------------------------------------------


def _around(applications: Collection[Application], viewer: Actor, now: datetime) -> Around:
    keys = {one.outlet_key for one in applications} - places.NO_OUTLET
    return Around(
        _domains(keys), _spoofed(applications), _shared(applications), _refused(applications, viewer),
        _holders(applications, keys, now), _twins(applications, viewer),
    )  # fmt: skip


def _domains(keys: Collection[str]) -> dict[str, dict[str, set[str]]]:
    """Where the people of these outlets have their addresses: contacts who confirmed theirs, and the accepted."""
    contacts = db.select(Outlet.key, Contact.email).join(Outlet).where(Outlet.key.in_(keys))
    accepted = db.select(Application.outlet_key, Application.email).where(
        Application.outlet_key.in_(keys), Application.state == State.APPROVED
    )
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for key, email in db.session.execute(contacts.union(accepted)):
        domain = domain_of(email)
        if domain not in FREE | DISPOSABLE:
            found[key][domain].add(email.lower())
    return found


def _spoofed(applications: Collection[Application]) -> dict[str, str]:
    """The known outlets whose names these look like without being them."""
    read = {one.outlet_key: outlet_key(lookalikes.plain(one.outlet)) for one in applications}
    looks = {plain: key for key, plain in read.items() if plain != key}
    if not looks:
        return {}
    known = db.session.execute(db.select(Outlet.key, Outlet.name).where(Outlet.key.in_(looks))).all()
    return {looks[key]: name for key, name in known}


def _shared(applications: Collection[Application]) -> set[str]:
    own, other, theirs, mine = (aliased(model) for model in (Document, Document, Application, Application))
    return set(
        db.session.scalars(
            db.select(own.application_id)
            .join(other, and_(other.digest == own.digest, other.application_id != own.application_id))
            .join(theirs, theirs.id == other.application_id)
            .join(mine, mine.id == own.application_id)
            .where(
                own.application_id.in_([one.id for one in applications]),
                own.digest != "",
                theirs.email_key != mine.email_key,
                theirs.duplicate_of_id.is_(None),
            )
        )
    )


def _refused(applications: Collection[Application], viewer: Actor) -> dict[str, list[Application]]:
    found = defaultdict(list)
    for other in db.session.scalars(
        db.select(Application).where(
            Application.email_key.in_({one.email_key for one in applications}),
            Application.state.in_((State.DECLINED, State.REVOKED)),
            queries.seen_by(viewer),
        )
    ):
        found[other.email_key].append(other)
    return found


def _holders(
    applications: Collection[Application], keys: Collection[str], now: datetime
) -> dict[tuple[str, str], int]:
    rows = db.session.execute(
        db.select(Application.event_id, Application.outlet_key, func.count())
        .where(
            Application.event_id.in_({one.event_id for one in applications}),
            Application.outlet_key.in_(keys),
            places.holding(now),
        )
        .group_by(Application.event_id, Application.outlet_key)
    )
    return {(event, key): number for event, key, number in rows}


def _twins(applications: Collection[Application], viewer: Actor) -> set[str]:
    """Those whose name and outlet another live or settled request for the same event has."""
    named = {one.id: (one.event_id, one.outlet_key, fold(one.name)) for one in applications}
    same = [
        and_(
            Application.event_id == event, Application.outlet_key == key,
            Application.words.startswith(f"{name} ", autoescape=True),
        )
        for event, key, name in set(named.values())
    ]  # fmt: skip
    found = defaultdict(set)
    for other in db.session.execute(
        db.select(Application.id, Application.event_id, Application.outlet_key, Application.name).where(
            or_(False, *same), Application.merged_into_id.is_(None), queries.seen_by(viewer)
        )
    ):
        found[other.event_id, other.outlet_key, fold(other.name)].add(other.id)
    return {id for id, same in named.items() if found[same] - {id}}
