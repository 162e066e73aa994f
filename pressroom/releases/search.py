"""Finding releases by their words, and by what readers filter on: topic, year, kind.

All of it stands in one full-text index, as terms without spaces: the language, a letter that says what the term
is, and its value ("frwaccredit", "eny2026"). What is asked for is terms that must all be there, so any
combination costs as little as one word, and ids that follow the hour of publication give the newest first.
Only public words are indexed; whether they are public yet, `queries.visible` decides when it is read.
"""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, column, delete, false, func, insert, literal_column, select, table, text

from pressroom import markup, stems
from pressroom.database import db
from pressroom.releases import queries
from pressroom.releases.models import Kind, Release, ReleaseText, SearchEntry, State, Topic, Words

BOUND = 1000  # beyond, readers are told "more than 1,000" and nothing is counted
MOST_STEMS = 20  # of what somebody types
MOST_YEARS = 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SAME_MOMENT = 2048  # ids that a microsecond has room for: they fit into 63 bits until 2112
NUMBER = re.compile(r"(?:n[°o]\.?\s*)?(\d{4}-\d{3,})", re.IGNORECASE)

_index = table("search_index", column("rowid"))
# Joined by an expression, not the column: that keeps SQLite from going through every release and asking the
# index about each of them.
_ENTRY_OF = SearchEntry.text_id + literal_column("''")
# One statement counts every alternative, each up to the bound.
_COUNTS = (
    "SELECT (SELECT count(*) FROM (SELECT 1 FROM search_index WHERE {found} "
    "AND rowid < :end LIMIT :most) AS found) FROM {each} ORDER BY each.key"
)


class _Asking(NamedTuple):
    """What databases say differently when the index (migration 0005) is asked."""

    found: str  # that an entry has all the terms of a match
    each: str  # the matches of a JSON list, as `each (key, value)`


_ASKING = {
    "sqlite": _Asking("search_index MATCH {}", "json_each(:matches) AS each"),
    "postgresql": _Asking(
        "search_index.terms @@ plainto_tsquery('simple', {})",
        "json_array_elements_text(CAST(:matches AS json)) WITH ORDINALITY AS each (value, key)",
    ),
}


class Facets(NamedTuple):
    """What a list can be narrowed to, each with the number of releases that would be left, counted up to
    BOUND + 1; what would leave none is not offered."""

    topics: list[tuple[Topic, int]]
    years: list[tuple[int, int]]
    kinds: list[tuple[Kind, int]]


def listed(
    language: str, now: datetime, *, words: str = "", topic: Topic | None = None, year: int | None = None,
    kind: Kind | None = None,
) -> Select[tuple[Release]]:  # fmt: skip
    """What anybody may read in `language`, newest first: with all of `words`, and whatever else is given. A
    release number alone finds that release."""
    statement = queries.listed(language, now)
    number = NUMBER.fullmatch(words)
    if number:
        statement, words = statement.where(Release.number == number[1]), ""
    wanted = _wanted(language, words, topic, year, kind)
    if wanted is None:
        return statement.where(false())
    if not wanted:
        return statement
    found = text(_asking().found.format(":match")).bindparams(match=_match(wanted))
    return (
        statement.join(SearchEntry, ReleaseText.id == _ENTRY_OF)
        .join(_index, _index.c.rowid == SearchEntry.id)
        .where(found, _index.c.rowid < _end(now))
        .order_by(None)
        .order_by(_index.c.rowid.desc())
    )


def count(
    language: str, now: datetime, most: int, *, words: str = "", topic: Topic | None = None,
    year: int | None = None, kind: Kind | None = None,
) -> int:  # fmt: skip
    """How many `listed` would give, counted up to `most` + 1. It asks the index alone: an entry is there as long
    as its text is public, and its id says from when."""
    if NUMBER.fullmatch(words):
        rows = listed(language, now, words=words, topic=topic, year=year, kind=kind)
        return db.session.scalar(select(func.count()).select_from(rows.subquery()))
    wanted = _wanted(language, words, topic, year, kind)
    return 0 if wanted is None else _counts([wanted or [every(language)]], now, most)[0]


def facets(
    language: str, now: datetime, topics: Iterable[Topic], *, words: str = "", topic: Topic | None = None,
    year: int | None = None, kind: Kind | None = None,
) -> Facets:  # fmt: skip
    """The alternatives in each group while what is asked for in the others stays."""
    topics, years, kinds = list(topics), _years(), list(Kind)
    asked = [
        *(_wanted(language, words, one, year, kind) for one in topics),
        *(_wanted(language, words, topic, one, kind) for one in years),
        *(_wanted(language, words, topic, year, one) for one in kinds),
    ]
    if None in asked or NUMBER.fullmatch(words):
        return Facets([], [], [])
    found = iter(_counts(asked, now, BOUND))

    def offered(alternatives):
        return [(one, count) for one, count in zip(alternatives, found, strict=False) if count]

    return Facets(offered(topics), offered(years), offered(kinds))


def refresh(release: Release) -> None:
    """Bring the index up to date with what is public of this release, now or from its hour on."""
    db.session.flush()
    of_release = select(ReleaseText.id).where(ReleaseText.release_id == release.id)
    db.session.execute(delete(SearchEntry).where(SearchEntry.text_id.in_(of_release)))
    for language, words in release.texts.items() if release.state is State.PUBLISHED else ():
        if words.public:
            found_by = terms(
                language, words.public.words, year=release.dated.year, kind=release.kind,
                topics=[topic.id for topic in release.topics],
            )  # fmt: skip
            entry = {"id": _free_id(release.public_from), "text_id": words.id, "terms": found_by}
            db.session.execute(insert(SearchEntry), entry)


def terms(language: str, words: Words, *, year: int, kind: str, topics: Iterable[str]) -> str:
    """Everything that a text is found by; `topics` are ids."""
    plain = "\n".join((words.headline, words.place, words.lead, markup.plain_text(words.body)))
    return " ".join([every(language), *said(language, plain), *filed(language, year, kind, topics)])


def every(language: str) -> str:
    """The term that every text in this language has."""
    return _prefix(language) + "a"


def said(language: str, plain: str) -> list[str]:
    """The terms of the words of a plain text."""
    return [f"{_prefix(language)}w{stem}" for stem in sorted(stems.stems(plain, language))]


def filed(language: str, year: int | None, kind: str | None, topics: Iterable[str]) -> list[str]:
    """The terms of what a text is filed under."""
    values = [
        *(["y" + str(year)] if year else []),
        *(["k" + kind] if kind else []),
        *("t" + one for one in topics),
    ]
    return [_prefix(language) + value for value in values]


def first_id(moment: datetime) -> int:
    """The lowest id of what is public from `moment` on."""
    return (moment - EPOCH) // MICROSECOND * SAME_MOMENT


def _wanted(language, words, topic, year, kind) -> list[str] | None:
    """The terms that must be there; None when `words` hold nothing that could be found."""
    asked = said(language, words)[:MOST_STEMS]
    if words and not asked:
        return None
    return [*asked, *filed(language, year, kind, [topic.id] if topic else [])]


def _counts(asked: list[list[str]], now: datetime, most: int) -> list[int]:
    """For each list of terms how many entries have all of them, up to `most` + 1."""
    matches, asking = json.dumps([_match(wanted) for wanted in asked]), _asking()
    statement = text(_COUNTS.format(found=asking.found.format("each.value"), each=asking.each))
    return list(db.session.scalars(statement, {"matches": matches, "end": _end(now), "most": most + 1}))


def _asking() -> _Asking:
    return _ASKING[db.engine.dialect.name]


def _match(wanted: list[str]) -> str:
    """Asks for all of them: between quotes no character has a meaning to SQLite; PostgreSQL ignores them."""
    return " ".join(f'"{term}"' for term in wanted)


def _prefix(language: str) -> str:
    return language.replace("-", "")


def _end(now: datetime) -> int:
    """Ids from here on are of what is not public yet."""
    return first_id(now) + SAME_MOMENT


def _free_id(moment: datetime) -> int:
    first = first_id(moment)
    last = select(func.max(SearchEntry.id)).where(SearchEntry.id.between(first, first + SAME_MOMENT - 1))
    return max(first, (db.session.scalar(last) or 0) + 1)


def _years() -> list[int]:
    """The years that date lines can name, the last first."""
    ends = (select(end(Release.dated)).scalar_subquery() for end in (func.min, func.max))
    first, last = db.session.execute(select(*ends)).one()  # each from its end of the index
    return list(range(last.year, first.year - 1, -1))[:MOST_YEARS] if last else []
