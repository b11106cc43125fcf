"""What the documents answer to one question, and several such parts as one answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from rag.records import Agreement, Answer, Citation, Conflict, Passage, Sentence


@dataclass(frozen=True, slots=True)
class Part:
    """What the documents answer to one question; without sentences it was not answered.

    Attributes:
        unanswered: what was asked for beside and not found, in words.
        notice: what is to be said beside the answer.
        passages: those that were read.
    """

    question: str
    confidence: float
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Citation, ...] = ()
    unanswered: tuple[str, ...] = ()
    notice: str | None = None
    passages: Sequence[Passage] = field(default=(), repr=False)
    agreements: tuple[Agreement, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


def join_parts(blank: Answer, parts: Sequence[Part]) -> Answer:
    """Gives one answer with what each part found, its citations numbered through.

    Args:
        blank: the answer as an abstention.
    """
    answered = [part for part in parts if part.sentences]
    if not answered:
        confidence = max(part.confidence for part in parts)
        return replace(
            blank,
            confidence=round(confidence, 4),
            nearest=parts[0].nearest,
            notice=parts[0].notice,
        )
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    agreements: list[Agreement] = []
    conflicts: list[Conflict] = []
    said: set[tuple[object, ...]] = set()
    for part in answered:
        fresh = _keep_fresh(part, said)
        said |= {_identify(sentence, fresh) for sentence in fresh.sentences}
        numbered = _number_from(fresh, len(citations) + 1)
        sentences += numbered.sentences
        citations += numbered.citations
        agreements += numbered.agreements
        conflicts += numbered.conflicts
    return replace(
        blank,
        status="answered",
        text=" ".join(sentence.text for sentence in sentences),
        confidence=round(min(part.confidence for part in answered), 4),
        sentences=tuple(sentences),
        citations=tuple(citations),
        agreements=tuple(agreements),
        conflicts=tuple(conflicts),
        notice=_tell_missing(parts),
    )


def _keep_fresh(part: Part, said: set[tuple[object, ...]]) -> Part:
    """Gives a part without the sentences that were said, and what only they rest on."""
    fresh = tuple(s for s in part.sentences if _identify(s, part) not in said)
    shown = {marker for sentence in fresh for marker in sentence.markers}
    agreements = tuple(a for a in part.agreements if shown.intersection(a.markers))
    conflicts = tuple(c for c in part.conflicts if shown.intersection(c.markers))
    kept = shown.union(*(a.markers for a in agreements), *(c.markers for c in conflicts))
    citations = tuple(c for c in part.citations if c.marker in kept)
    return replace(
        part, sentences=fresh, citations=citations, agreements=agreements, conflicts=conflicts
    )


def _number_from(part: Part, first: int) -> Part:
    """Gives a part whose citations are numbered on from ``first``."""
    numbers = {c.marker: n for n, c in enumerate(part.citations, first)}
    return replace(
        part,
        sentences=tuple(replace(s, markers=_renumber(s.markers, numbers)) for s in part.sentences),
        citations=tuple(replace(c, marker=numbers[c.marker]) for c in part.citations),
        agreements=tuple(Agreement(_renumber(a.markers, numbers)) for a in part.agreements),
        conflicts=tuple(replace(c, markers=_renumber(c.markers, numbers)) for c in part.conflicts),
    )


def _renumber(markers: Sequence[int], numbers: Mapping[int, int]) -> tuple[int, ...]:
    return tuple(numbers[marker] for marker in markers)


def _identify(sentence: Sentence, part: Part) -> tuple[object, ...]:
    """Gives words and places: "Yes." may be said twice, of two things."""
    cited = [c for c in part.citations if c.marker in sentence.markers]
    return sentence.text, *((c.document.id, c.start) for c in cited)


def _tell_missing(parts: Sequence[Part]) -> str | None:
    questions = [f"answer “{part.question}”" for part in parts if not part.sentences]
    sides = [f"tell what “{side}” is" for part in parts for side in part.unanswered]
    missing = questions + sides
    return f"The documents do not {' and do not '.join(missing)}." if missing else None
