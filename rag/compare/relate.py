"""Two claims → whether they state the same, or cannot both be so.

A disagreement is told where both speak of the same (their content words overlap, no name, ordinal
or scope is the one's alone), and state of it figures of one unit, dates of one event, or a yes and
a no that do not go together. Different periods, plans beside results, parts beside wholes, bounds
that leave room for the other and figures that are rounded are no disagreement.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from rag.answer.polarity import PERMISSION, PERMITTED
from rag.compare.claims import DENIES_CLAUSE, DENIES_NEXT, Claim
from rag.compare.measures import Date, Figure
from rag.gate.words import OPPOSITES, to_term
from rag.terms import stem

# What two claims must share of their content terms: of the shorter one's, and of the longer one's.
FIGURE_SHARED = (0.5, 0.25)
DATE_SHARED = (0.6, 0.4)
POLARITY_SHARED = (0.7, 0.5)
FEWEST_SHARED = 2  # terms
COMMON_UNITS = frozenset(
    {"%", *map(to_term, "dollar euro ruble yen tenge pound people person time".split())}
)
MOST_TIMES = 10  # two figures that lie further apart measure something else
# What may happen to any law or body tells none apart.
EVENTS = frozenset(
    map(
        to_term,
        """law act bill rule provision amendment regulation draft report force effect apply come
        sign pass adopt approve publish submit announce propose president government bank ministry
        say state""".split(),
    )
)
NEXT_WORDS = re.compile(
    r"(?:\s+(?!(?:may|can|must|will|is|are|was|were|has|have|had)\b)[\w’'-]+){1,4}"
)

# Words by which two tell the same event, beside those that are inflected.
SAME = {
    stem(word): group[0]
    for group in (
        ("begin", "start", "launch", "commence", "open"),
        ("adopt", "pass", "approve"),
        ("ban", "forbid", "prohibit", "outlaw"),
        ("law", "act", "statute"),
        ("use", "consume", "consumption", "usage"),
        ("person", "people", "individual", "citizen"),
        ("apply", "effect", "force"),
        ("pay", "charge", "cost"),
        ("end", "finish", "expire"),
        ("found", "establish", "create"),
    )
    for word in group
}

Kind = Literal["figure", "date", "polarity"]


@dataclass(frozen=True, slots=True)
class Relation:
    """How two claims stand to each other.

    Attributes:
        agrees: both state the same; else one denies what the other states.
        kind: in what.
        said: the words of each that agree or differ; empty for a yes and a no.
        is_lasting: it is about what holds until it is changed, not about what once happened.
    """

    agrees: bool
    kind: Kind
    said: tuple[str, str] = ("", "")
    is_lasting: bool = False


def relate(one: Claim, other: Claim) -> Relation | None:
    """Tells whether two claims agree or disagree; None where there is no telling."""
    if not (one.is_statement and other.is_statement):
        return None
    if one.identifiers and other.identifiers and not one.identifiers & other.identifiers:
        return None
    if one.ordinals != other.ordinals and one.ordinals and other.ordinals:
        return None
    return _compare_figures(one, other) or _compare_dates(one, other) or _oppose(one, other)


def _speak_of_others(one: Claim, other: Claim) -> bool:
    """True where one clause names what the other does not know, or each has its own subject."""
    if one.names - other.known or other.names - one.known:
        return True
    mine, theirs = _folded(one.subject[:1]), _folded(other.subject[:1])
    return not (mine & _folded(other.known) or theirs & _folded(one.known))


# Figures.


def _compare_figures(one: Claim, other: Claim) -> Relation | None:
    """Compares figure by figure: one that fits agrees, a unit of which none fits disagrees."""
    agreed: Relation | None = None
    for a in one.figures:
        same = [b for b in other.figures if _is_same_measure(one, a, other, b)]
        fitting = [b for b in same if _fits(a, b)]
        if not same or not _share_enough(one, other, FIGURE_SHARED, (a, same[0])):
            continue
        b = (fitting or same)[0]
        dates = (*one.clause_at(a.start).dates, *other.clause_at(b.start).dates)
        is_lasting = not any(date.role == "point" for date in dates)
        found = Relation(bool(fitting), "figure", (_say(one, a), _say(other, b)), is_lasting)
        if fitting:
            agreed = agreed or found
        elif _is_like(one, other) and not any(
            _fits(c, b) for b in same for c in one.figures if c.unit == a.unit
        ):
            return found
    return agreed


def _is_same_measure(one: Claim, a: Figure, other: Claim, b: Figure) -> bool:
    if a.is_part != b.is_part or not (a.unit[0] in b.unit or b.unit[0] in a.unit):
        return False
    if (a.rate and b.rate and a.rate != b.rate) or _is_far(a.value, b.value):
        return False
    mine, theirs = one.clause_at(a.start), other.clause_at(b.start)
    return not _speak_of_others(mine, theirs) and _may_coincide(mine.dates, theirs.dates)


def _is_like(one: Claim, other: Claim) -> bool:
    """False for a plan beside what came of it, and for a part beside the whole."""
    return one.is_planned == other.is_planned and one.is_partial == other.is_partial


def _is_far(one: float, other: float) -> bool:
    small, large = sorted((abs(one), abs(other)))
    return large > MOST_TIMES * small


def _may_coincide(mine: Sequence[Date], theirs: Sequence[Date]) -> bool:
    """False for two periods, and for a moment beside what holds at no moment in particular."""
    points, other_points = ([d for d in dates if d.role == "point"] for dates in (mine, theirs))
    if points and other_points:
        return any(a.fits(b) for a in points for b in other_points)
    if points or other_points:
        rest = theirs if points else mine
        return any(a.fits(b) for a in points or other_points for b in rest)
    return True


def _fits(a: Figure, b: Figure) -> bool:
    if a.bound == b.bound != "exactly":
        return a.value == b.value
    return a.low <= b.high and b.low <= a.high


def _say(claim: Claim, figure: Figure) -> str:
    text = claim.body[figure.start :]
    length = figure.end - figure.start
    unit = "" if figure.unit == ("%",) else text[length:].split(",")[0].split(".")[0]
    return (text[:length] + " ".join(["", *unit.split()[:1]])).strip()


# Dates.


def _compare_dates(one: Claim, other: Claim) -> Relation | None:
    """Compares the dates of clauses that tell the same event."""
    different: Relation | None = None
    for a in one.dates:
        for b in other.dates:
            mine, theirs = one.clause_at(a.start), other.clause_at(b.start)
            if (
                a.role == b.role != "name"
                and not (mine.is_new or theirs.is_new)
                and mine.is_planned == theirs.is_planned
                and not _speak_of_others(mine, theirs)
                and _share_enough(mine, theirs, DATE_SHARED)
            ):
                said = (one.body[a.start : a.end], other.body[b.start : b.end])
                if a.fits(b):
                    return Relation(True, "date", said)
                is_clear = not (mine.has_pronoun or theirs.has_pronoun)
                if is_clear and not one.figures and not other.figures:
                    different = different or Relation(False, "date", said)
    return different


# Yes and no.


def _oppose(one: Claim, other: Claim) -> Relation | None:
    for mine in one.clauses:
        for theirs in other.clauses:
            if _is_opposite(mine, theirs):
                return Relation(False, "polarity", is_lasting=True)
    return None


def _is_opposite(one: Claim, other: Claim) -> bool:
    mine, theirs = _without_polarity(one), _without_polarity(other)
    shared = mine.keys() & theirs.keys()
    if len(shared - EVENTS) < FEWEST_SHARED:
        return False
    if not _is_enough(len(shared), len(mine), len(theirs), POLARITY_SHARED):
        return False
    if not _is_like(one, other):
        return False
    if (one.scopes - other.known) or (other.scopes - one.known):
        return False
    if _speak_of_others(one, other) or not _may_meet(one, other):
        return False
    opposed = sum(mine[term] != theirs[term] for term in shared)
    denied = _count_denials(one.text, shared) + _count_denials(other.text, shared)
    return (opposed + denied) % 2 == 1


def _count_denials(text: str, terms: Collection[str]) -> int:
    """Counts what denies the clause, or one of these terms in it."""
    count = len(DENIES_CLAUSE.findall(text))
    for denial in DENIES_NEXT.finditer(text):
        reached = NEXT_WORDS.match(text, denial.end())
        if reached and _without_polarity(Claim(reached[0])).keys() & set(terms):
            count += 1
    return count


def _may_meet(one: Claim, other: Claim) -> bool:
    """True for one time, and where something happened after the other said it had not."""
    if _may_coincide(one.dates, other.dates):
        return True
    older, newer = sorted((one, other), key=lambda claim: claim.published or "")
    happened = [date.iso for date in newer.dates if date.role == "point"]
    return bool(older.published and not older.dates and happened) and (
        max(happened) > str(older.published)
    )


def _without_polarity(claim: Claim) -> dict[str, int]:
    """Gives each term with 1 or -1; terms that are opposites are one."""
    signed: dict[str, int] = {}
    for term in claim.terms:
        if term in PERMISSION:
            signed[PERMITTED] = PERMISSION[term][1]
        elif term in OPPOSITES:
            others = OPPOSITES[term]
            own = OPPOSITES[min(others)]
            signed[min(own | others)] = 1 if min(own) < min(others) else -1
        else:
            signed[SAME.get(term, term)] = 1
    return signed


# Words.


def _share_enough(
    one: Claim,
    other: Claim,
    least: tuple[float, float],
    figures: tuple[Figure, Figure] | None = None,
) -> bool:
    """True where both speak of the same, beside what is counted."""
    mine, theirs = _folded(one.terms), _folded(other.terms)
    fewest = FEWEST_SHARED
    if figures:
        units = {figures[0].unit[0], figures[1].unit[0]}
        mine, theirs = mine - _folded(units), theirs - _folded(units)
        fewest = FEWEST_SHARED if units & COMMON_UNITS else 1
    both = (mine | theirs) & _folded(one.known) & _folded(other.known)
    if not both - _folded(EVENTS):
        return False
    return _is_enough(len(mine & theirs), len(mine), len(theirs), least, fewest)


def _is_enough(
    shared: int, mine: int, theirs: int, least: tuple[float, float], fewest: int = FEWEST_SHARED
) -> bool:
    short, long = sorted((mine, theirs))
    return shared >= max(fewest, least[0] * short, least[1] * long)


def _folded(terms: Collection[str]) -> frozenset[str]:
    return frozenset(SAME.get(term, term) for term in terms)
