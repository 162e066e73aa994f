"""What one language of a release says and another does not, and what each of them lacks: asked of the newest words.

Nothing here is certain: a person looks, mends the text or dismisses the finding with a reason. So what may be
right is not reported: number words answer figures, a repetition may be left out, a sentence may move.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import NamedTuple

from babel.numbers import format_currency, format_decimal
from sqlalchemy import select

from pressroom import blocks, dates
from pressroom.database import db
from pressroom.i18n import locale, speaking
from pressroom.releases import mentions, numerals
from pressroom.releases.findings import Finding, Place
from pressroom.releases.mentions import Mention, Subject
from pressroom.releases.models import Dismissal, Release, Words

_ANY = object()
# A quotation of 40 characters must have one of 20 in the other language: names and short terms may go without.
_LONG, _SHORT = 40, 20
_FEW = 2  # paragraphs more or fewer are a matter of style


class _Passage(NamedTuple):
    language: str
    part: str
    number: int | None
    text: str
    mentions: list[Mention]


def findings(release: Release) -> list[Finding]:
    """Everything, the source compared with each other language whose words are complete, by subject."""
    words = {code: text.latest.words for code, text in release.texts.items() if text.latest.words.complete}
    passages = {code: _passages(code, said) for code, said in words.items()}
    source = release.source_language
    found = [one for said in passages.values() for one in _wrong_days(said, release.dated)]
    for code in sorted(set(words) - {source}) if source in words else ():
        found += _differences(passages[source], passages[code])
        found += _counts((source, code), [words[source], words[code]])
    found += _lacking(release)
    order = list(Subject)
    return _with_keys(sorted(found, key=lambda one: order.index(one.subject)))


def open_findings(release: Release) -> list[Finding]:
    """Those that nobody has dismissed."""
    known = dismissals(release)
    return [one for one in findings(release) if one.key not in known]


def dismissals(release: Release) -> dict[str, Dismissal]:
    """What was dismissed, by the key of the finding."""
    rows = db.session.scalars(select(Dismissal).where(Dismissal.release_id == release.id))
    return {row.finding: row for row in rows}


def _with_keys(found: list[Finding]) -> list[Finding]:
    """A key says what was found, not where: a paragraph inserted above changes none. Equal ones are counted."""
    seen: Counter = Counter()
    keyed = []
    for one in found:
        says = [f"{place.language}:{place.said}:{place.lacks}" for place in one.places]
        said = "\n".join([one.subject, *map(str, one.about), *says])
        seen[said] += 1
        keyed.append(one._replace(key=sha256(f"{seen[said]}\n{said}".encode()).hexdigest()[:32]))
    return keyed


def _passages(language: str, words: Words) -> list[_Passage]:
    """Headline, lead, then every heading and paragraph of the body with its number."""
    passages = [
        _Passage(language, part, None, text, mentions.read(text, language))
        for part, text in (("headline", words.headline), ("lead", words.lead))
    ]
    numbers: Counter = Counter()
    for leaf in blocks.leaves(blocks.read(words.body)):
        part = "heading" if leaf.name.startswith("h") else "paragraph"
        numbers[part] += 1
        text = leaf.text
        found = mentions.read(text, language) + _links(leaf)
        passages.append(_Passage(language, part, numbers[part], text, found))
    return passages


def _links(leaf: blocks.Block) -> list[Mention]:
    found, at = [], 0
    for text, marks in leaf.runs:
        href = dict(marks).get("a")
        if href:
            found.append(mentions.link(href, at, at + len(text)))
        at += len(text)
    return found


def _differences(one: list[_Passage], other: list[_Passage]) -> Iterator[Finding]:
    """What either mentions and the other does not; in passages that answer each other, also what both mention
    elsewhere, when each has as many things that the other lacks here: one was put for the other."""
    everywhere = _offered(one), _offered(other)
    for left, right in _zones(one, other):
        offered = _offered(left) | _words(left), _offered(right) | _words(right)
        lone = _lone(left, offered[1]), _lone(right, offered[0])
        for subject in Subject:
            ours, theirs = ([found for found in side if found[1].subject is subject] for side in lone)
            if len(ours) == len(theirs):
                pairs = list(zip(ours, theirs, strict=True))
            else:
                pairs = [(found, None) for found in ours if not _seeks(*found) & everywhere[1]]
                pairs += [(None, found) for found in theirs if not _seeks(*found) & everywhere[0]]
            for here, there in pairs:
                yield Finding(subject, "", (_place(here, there, left), _place(there, here, right)))


def _zones(one: list[_Passage], other: list[_Passage]):
    """Which passages answer which: one by one in two texts of the same outline, else the bodies as a whole."""
    if [passage.part for passage in one] == [passage.part for passage in other]:
        return [([left], [right]) for left, right in zip(one, other, strict=True)]
    heads = [([left], [right]) for left, right in zip(one[:2], other[:2], strict=True)]
    return [*heads, (one[2:], other[2:])]


def _lone(zone: list[_Passage], offered: set) -> list[tuple[_Passage, Mention]]:
    """What the zone mentions and nobody offers, once each."""
    lone = {}
    for passage in zone:
        for mention in passage.mentions:
            if not _seeks(passage, mention) & offered:
                lone.setdefault((mention.subject, mention.core, mention.qualifier), (passage, mention))
    return list(lone.values())


def _offered(zone: list[_Passage]) -> set:
    """Under what a mention of the other language finds these: its equal, or one that leaves the qualifier out."""
    offered = set()
    for passage in zone:
        for mention in passage.mentions:
            subject, core, qualifier = mention[:3]
            offered |= {(subject, core, qualifier), (subject, _said(passage, mention))}
            if qualifier is not None:
                offered.add((subject, core, _ANY))
            hour = _whole_hour(mention)
            if hour is not None:
                offered.add(("hour of", subject, hour))
    return offered


def _seeks(passage: _Passage, mention: Mention) -> set:
    subject, core, qualifier = mention[:3]
    sought = {(subject, core, qualifier), (subject, _said(passage, mention))}
    sought.add((subject, core, _ANY if qualifier is None else None))
    hour = _whole_hour(mention)
    if subject is Subject.NUMBER:
        sought |= {("in words", core), ("hour of", Subject.TIME, hour)}
    elif hour is not None:
        sought |= {("hour in words", hour), ("hour of", Subject.NUMBER, hour)}
    return sought


def _words(zone: list[_Passage]) -> set:
    """The numbers that the zone says in words; of an hour, on a dial of twelve."""
    said = {number for passage in zone for number in numerals.in_words(passage.text)}
    return {("in words", number) for number in said} | {
        ("hour in words", number % 12) for number in said if number < 24
    }


def _whole_hour(mention: Mention) -> int | None:
    """14:00, “2 pm” and « 14 heures » are all 2 on a dial."""
    if mention.subject is Subject.TIME:
        return mention.core[0] % 12 if mention.core[1] == 0 else None
    whole = mention.subject is Subject.NUMBER and mention.qualifier is None and mention.core in range(25)
    return int(mention.core) % 12 if whole else None


def _said(passage: _Passage, mention: Mention) -> str:
    return passage.text[mention.start : mention.end]


def _place(here, there, zone: list[_Passage]) -> Place:
    """Where it is said, or where it is not: in the passage that answers, when there is one."""
    if here:
        passage, mention = here
        addressed = mention.subject in (Subject.LINK, Subject.EMAIL)
        said = mention.core if addressed else _said(passage, mention)
        return Place(
            passage.language, passage.part, passage.number, said=said, text=passage.text, start=mention.start,
            end=mention.end,
        )  # fmt: skip
    passage = zone[0]
    lacks = _written(there[1], _said(*there), passage.language)
    if len(zone) > 1:
        return Place(passage.language, lacks=lacks)
    return Place(passage.language, passage.part, passage.number, lacks=lacks, text=passage.text)


def _written(mention: Mention, said: str, language: str) -> str:
    """What a mention is in another language, the way it writes such things."""
    subject, core, qualifier = mention[:3]
    with speaking(language):
        if isinstance(core, Decimal):
            return _amount(core, qualifier)
        if subject is Subject.TIME:
            return dates.hour(datetime(2000, 1, 1, *core, tzinfo=UTC), UTC)
        if subject is Subject.DATE:
            day = _date(qualifier or 2000, *core)
            return dates.day(day, "long" if core[1] else "month").removesuffix(" 2000") if day else said
    return core if subject in (Subject.LINK, Subject.EMAIL) else said


def _amount(number: Decimal, unit: str | None) -> str:
    if unit and len(unit) == 3:
        pattern = locale().currency_formats["standard"].pattern.replace(".00", ".##")
        return format_currency(number, unit, pattern, locale=locale(), currency_digits=False)
    written = format_decimal(number, "#,##0.###############", locale=locale())
    if unit:
        return locale().percent_formats[None].pattern.replace("#,##0", written).replace("%", unit)
    return written


def _date(year: int, month: int, day: int | None) -> date | None:
    try:
        return date(year, month, day or 1)
    except ValueError:
        return None


def _wrong_days(passages: list[_Passage], dated: date) -> Iterator[Finding]:
    """Days of the week that do not go with their date; without a year it is the one nearest to the date line."""
    for passage in passages:
        for mention in passage.mentions:
            if mention.weekday is None:
                continue
            years = [mention.qualifier] if mention.qualifier else range(dated.year - 1, dated.year + 2)
            days = [day for year in years if (day := _date(year, *mention.core))]
            day = min(days, key=lambda day: abs(day - dated), default=None)
            if day and day.weekday() != mention.weekday:
                yield Finding(Subject.WEEKDAY, "", (_place((passage, mention), None, []),), (day,))


def _counts(languages: tuple[str, str], words: list[Words]) -> Iterator[Finding]:
    trees = [blocks.read(said.body) for said in words]
    places = tuple(Place(language) for language in languages)
    long, short = (
        [sum(1 for _one in _quotations(tree, least)) for tree in trees] for least in (_LONG, _SHORT)
    )
    if long[0] > short[1] or long[1] > short[0]:
        yield Finding(Subject.QUOTES, "", places, tuple(short))
    paragraphs = [sum(1 for _leaf in blocks.leaves(tree)) for tree in trees]
    apart = abs(paragraphs[0] - paragraphs[1])
    if apart > _FEW and apart * 4 > max(paragraphs):
        yield Finding(Subject.PARAGRAPHS, "", places, tuple(paragraphs))


def _quotations(tree: list[blocks.Block], least: int) -> Iterator[str]:
    """Paragraphs that quote at least so many characters (« …, said she, … » is one), and block quotes."""
    for block in tree:
        if block.name == "blockquote":
            yield block.text
        elif block.runs:
            quoted = mentions.quoted(block.text)
            if len(quoted) >= least:
                yield quoted
        else:
            yield from _quotations(block.children, least)


def _lacking(release: Release) -> Iterator[Finding]:
    for picture in release.pictures:
        asset = picture.asset
        for code in sorted(release.texts) if asset.is_picture and not asset.decorative else ():
            if code not in asset.texts or not asset.texts[code].alt.strip():
                yield Finding(Subject.ALT, "", (Place(code),), (asset.name, asset.id))
        if not asset.credit.strip():
            yield Finding(Subject.CREDIT, "", (), (asset.name, asset.id))
    if release.contact is None:
        yield Finding(Subject.CONTACT, "")
