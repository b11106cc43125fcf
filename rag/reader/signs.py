"""What a sentence shows, by its words alone, of answering a question."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rag.quote import find_quote
from rag.records import Passage
from rag.statements import find_statements
from rag.terms import extract_terms

ENOUGH_NEWS = 6  # terms that a sentence adds to the question; more are not better

NUMBER = re.compile(r"\d")
YEAR_OR_MONTH = re.compile(
    r"\b(?:1[5-9]|20)\d\d\b|\b(?:January|February|March|April|May|June|July|August|September"
    r"|October|November|December)\b"
)
NAME_INSIDE = re.compile(r"(?<=[\w,;–—-]\s)[A-Z][a-z]+|\b[A-Z]{2,}\b")
ASKED_FOR = (
    (re.compile(r"^\W*(?:who|whose|whom)\b", re.I), NAME_INSIDE),
    (re.compile(r"\b(?:when|what year|which year|what date|since when)\b", re.I), YEAR_OR_MONTH),
    (re.compile(r"\bhow (?:much|many|long|large|big|high)\b|\bpercentage\b", re.I), NUMBER),
)


@dataclass(frozen=True, slots=True)
class Signs:
    """All between 0 and 1.

    Attributes:
        coverage: share of the question's terms, by weight, in the sentence.
        context: the share that only its passage, headings or title have.
        fits: 1 where the sentence has a name, date or number, as the question asks for one.
        news: how much it tells beside the question's own words.
    """

    coverage: float
    context: float
    fits: float
    news: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a passage that may answer; ``start`` and ``end`` count in its text."""

    passage: int
    start: int
    end: int
    signs: Signs


def find_candidates(question: str, passages: Sequence[Passage]) -> list[Candidate]:
    """Gives every statement, in order, with what its words show; a title above states nothing.

    The signs are those of the clause that would be quoted. A term weighs the more the fewer of the
    passages have it.
    """
    terms = set(extract_terms(question))
    bags = [set(extract_terms(" ".join((p.document.title, *p.headings, p.text)))) for p in passages]
    frequency = Counter(term for bag in bags for term in bag)
    weight = {t: math.log(1 + (len(passages) + 1) / (frequency[t] + 0.5)) for t in terms}
    total = sum(weight.values()) or 1.0
    needed = _find_needed(question)
    found = []
    for index, passage in enumerate(passages):
        titles = [extract_terms(title) for title in (passage.document.title, *passage.headings)]
        for statement in find_statements(passage.text):
            start, end = statement.start, statement.end
            if extract_terms(passage.text[start:end]) in titles:
                continue
            first, last = find_quote(question, passage.text, start, end)
            clause = passage.text[first:last]
            own = set(extract_terms(clause))
            if statement.read_with:
                own |= set(extract_terms(passage.text[slice(*statement.read_with)]))
            signs = Signs(
                coverage=sum(weight[t] for t in terms & own) / total,
                context=sum(weight[t] for t in terms & (bags[index] - own)) / total,
                fits=float(needed is None or bool(needed.search(clause))),
                news=min(len(own - terms) / ENOUGH_NEWS, 1.0),
            )
            found.append(Candidate(index, start, end, signs))
    return found


def _find_needed(question: str) -> re.Pattern[str] | None:
    return next((needed for asked, needed in ASKED_FOR if asked.search(question)), None)
