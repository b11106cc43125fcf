"""The sides of a comparison, and which quotations speak of each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.quotation import Quotation
from rag.terms import extract_terms

CONTRAST = re.compile(
    r"\b(?:while|whereas|but|however|unlike|than|both|differ\w*|instead|contrast|opposite)\b|;",
    re.I,
)
# What a sentence speaks of stands before its verb, in a glossary before a full stop or colon, in a
# table in the first cell.
VERB = (
    r"(?:is|are|was|were|has|have|can|may|must|will|needs?|means?|refers?|stands?|lies?|works?|uses?"
    r"|runs?|belongs?|holds?|keeps?|serves?|pays?|costs?|comes?|allows?|forbids?|bans?|taxes|licen[sc]es"
    r"|wants?|favou?rs?)"
)
SUBJECT = re.compile(rf"(?P<subject>.{{2,60}}?)(?:,?\s{VERB}\b|[.:]\**\s|(?<!\])\s\|)", re.S)


def distinguish(sides: Sequence[str]) -> list[frozenset[str]]:
    """Gives the terms by which each side is known: those that the others lack."""
    terms = [frozenset(extract_terms(side)) for side in sides]
    return [
        own - frozenset().union(*(other for m, other in enumerate(terms) if m != n)) or own
        for n, own in enumerate(terms)
    ]


def find_contrast(
    quotations: Sequence[Quotation], marks: Sequence[frozenset[str]]
) -> Quotation | None:
    """Gives the first quotation that sets all sides against each other."""
    return next((q for q in find_naming_all(quotations, marks) if CONTRAST.search(q.text)), None)


def find_naming_all(
    quotations: Sequence[Quotation], marks: Sequence[frozenset[str]]
) -> list[Quotation]:
    """Gives the quotations that name every side."""
    everything = frozenset().union(*marks)
    return [q for q in quotations if everything <= set(extract_terms(q.text))]


def find_side(
    quotations: Sequence[Quotation], marks: Sequence[frozenset[str]], side: int
) -> Quotation | None:
    """Gives the first quotation whose subject is this side and no other."""
    for quotation in quotations:
        found = SUBJECT.match(quotation.text)
        subject = set(extract_terms(found["subject"] if found else ""))
        others = (mark for n, mark in enumerate(marks) if n != side)
        if marks[side] <= subject and not any(mark <= subject for mark in others):
            return quotation
    return None
