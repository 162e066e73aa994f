"""Contacts that are probably one person, and outlets that are probably one house.

Looked for among all of them at once, in one pass each: nothing is compared with everything else.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

from sqlalchemy import select

from pressroom.contacts.models import Contact, Outlet, told_apart
from pressroom.database import db
from pressroom.i18n import lazy as _l
from pressroom.slugs import fold

MOST = 100  # pairs on the page: more are found once these are gone
MOST_ALIKE = 10  # contacts that share something: more than that share it by custom, like "redaction@"
WHY = {
    "name": _l("Same name and outlet"),
    "address": _l("Same name in two alike addresses"),
}
ARTICLES = {"le", "la", "les", "l", "the"}


class Pair(NamedTuple):
    """Two contacts, and a key of WHY for each thing that they share."""

    one: Contact
    other: Contact
    why: list[str]


def pairs() -> list[Pair]:
    """Contacts that are probably one person, MOST pairs at most, by name."""
    rows = db.session.execute(select(Contact.id, Contact.name, Contact.email, Contact.outlet_id)).all()
    shared: dict[tuple[str, str], list[str]] = defaultdict(list)
    for why, groups in (("name", _by_name(rows)), ("address", _by_address(rows))):
        for group in groups:
            for pair in combinations(sorted(set(group)), 2):
                if why not in shared[pair]:
                    shared[pair].append(why)
    names = {row.id: fold(row.name) for row in rows}
    first = sorted(shared.keys() - _told_apart(), key=lambda pair: (names[pair[0]], pair))[:MOST]
    wanted = select(Contact).where(Contact.id.in_({id for pair in first for id in pair}))
    contacts = {one.id: one for one in db.session.scalars(wanted.options(db.joinedload(Contact.outlet)))}
    return [Pair(contacts[one], contacts[other], shared[one, other]) for one, other in first]


def outlets() -> list[tuple[Outlet, Outlet]]:
    """Outlets whose names differ by an article or by one letter."""
    rows = db.session.execute(select(Outlet.id, Outlet.name).order_by(Outlet.name)).all()
    named = [(row.id, _house(row.name)) for row in rows]
    groups = _alike((id, name) for id, name in named if len(name) > 4)
    same = _groups((id, name) for id, name in named)
    alike = {pair for group in (*groups, *same) for pair in combinations(sorted(set(group)), 2)}
    found = sorted(alike - _told_apart())[:MOST]
    wanted = select(Outlet).where(Outlet.id.in_({id for pair in found for id in pair}))
    known = {one.id: one for one in db.session.scalars(wanted)}
    return [(known[one], known[other]) for one, other in found]


def _told_apart() -> set[tuple[str, str]]:
    return {tuple(pair) for pair in db.session.execute(select(told_apart))}


def _by_name(rows) -> Iterator[list[str]]:
    """Those of the same name, its parts in any order, who work for the same outlet, or of whom one has none."""
    for group in _groups((row, " ".join(sorted(fold(row.name).split()))) for row in rows):
        known: dict[str, list[str]] = defaultdict(list)
        for row in group:
            known[row.outlet_id or ""].append(row.id)
        nowhere = known.pop("", [])
        yield from ([*ids, *nowhere] for ids in known.values() or [[]])


def _by_address(rows) -> Iterator[list[str]]:
    """Those whose addresses are the same before the @, and differ by the ending or by one letter after it."""
    for group in _groups((row, row.email.lower().partition("@")[0].partition("+")[0]) for row in rows):
        domains = [(row.id, row.email.lower().rpartition("@")[2]) for row in group]
        yield from _groups((id, domain.rpartition(".")[0]) for id, domain in domains)
        yield from _alike(domains)


def _groups(keyed: Iterable[tuple]) -> list[list]:
    """What has the same key, where that is more than one and not many."""
    found = defaultdict(list)
    for thing, key in keyed:
        found[key].append(thing)
    return [group for key, group in found.items() if key and 1 < len(group) <= MOST_ALIKE]


def _alike(keyed: Iterable[tuple]) -> list[list]:
    """What has the same key but for one letter that is missing, another one, or in the place of its neighbour: words
    so close have a word in common that is left when one letter is taken out."""
    return _groups(
        (thing, shorter) for thing, key in keyed
        for shorter in {key, *(key[:at] + key[at + 1 :] for at in range(len(key)))}
    )  # fmt: skip


def _house(name: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in fold(name)).split()
    return "".join(word for word in words if word not in ARTICLES)
