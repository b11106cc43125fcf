"""One answer held against what is known of its question, for whatever threshold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from rag.evaluate.measures import (
    Range,
    contains_answer,
    evidence_precision,
    evidence_recall,
    token_f1,
)
from rag.records import Answer

ENOUGH_EVIDENCE = 0.5  # evidence recall from which an answer counts as right


@dataclass(frozen=True, slots=True)
class Worth:
    """What an answer is worth; None where a measure does not apply to its question."""

    right: bool
    has_answer: bool | None = None
    recall: float | None = None
    precision: float | None = None
    answer_f1: float | None = None

    def refused(self, answerable: bool) -> Worth:
        """What it is worth to refuse the question instead."""
        return Worth(
            right=not answerable,
            has_answer=None if self.has_answer is None else False,
            recall=None if self.recall is None else 0.0,
            precision=None if self.precision is None else 0.0,
            answer_f1=None if self.answer_f1 is None else 0.0,
        )


@dataclass(frozen=True, slots=True)
class Scored:
    """One question and the answer that was found, whether it was given or refused.

    Attributes:
        offered: there was an answer to give.
        answered: it was given, being sure enough.
        confidence: that the answer found is right, 0 to 1.
        score: of the best citation found.
        found: what the answer found is worth.
        citations: name of the document, start and end of what was found.
        ranking: ids of documents, best first; empty in a run that was read back.
        relevant: ids of the documents that hold evidence.
        milliseconds: by the part of the work: retrieve, read and total.
    """

    id: str
    answerable: bool
    offered: bool
    answered: bool
    confidence: float
    score: float
    found: Worth
    citations: tuple[Range, ...]
    milliseconds: Mapping[str, float]
    ranking: Sequence[str] = ()
    relevant: Sequence[str] = ()

    @property
    def given(self) -> Worth:
        """What was given is worth: the answer found, or the refusal."""
        return self.found if self.answered else self.found.refused(self.answerable)

    @property
    def right(self) -> bool:
        return self.given.right

    def at(self, threshold: float) -> Scored:
        """The same question as another threshold would have decided it.

        The answer to a question of several parts is given or refused as a whole here.
        """
        return replace(self, answered=self.offered and self.confidence >= threshold)


def judge(
    question: Mapping[str, Any],
    answer: Answer,
    found: Answer,
    gold: Sequence[Range],
    ranking: Sequence[str] = (),
    relevant: Sequence[str] = (),
) -> Scored:
    """Holds an answer against what is known of its question.

    Args:
        found: the same answer, or, where it was refused, the one that no threshold held back.
        gold: the ranges that hold the evidence, by id of the document.
    """
    best = found.citations[0] if found.citations else None
    return Scored(
        id=str(question["id"]),
        answerable=bool(question["answerable"]),
        offered=found.status == "answered",
        answered=answer.status == "answered",
        confidence=found.confidence,
        score=best.score if best else 0.0,
        found=_weigh(question, found, gold),
        citations=tuple((c.document.name, c.start, c.end) for c in found.citations),
        milliseconds=answer.timings_ms,
        ranking=ranking,
        relevant=relevant,
    )


def _weigh(question: Mapping[str, Any], answer: Answer, gold: Sequence[Range]) -> Worth:
    if not question["answerable"]:
        return Worth(right=False)
    golden = _list_answers(question.get("answer"))
    cited = [(c.document.id, c.start, c.end) for c in answer.citations]
    has_answer = contains_answer([c.quote for c in answer.citations], golden) if golden else None
    recall = evidence_recall(cited, gold) if gold else None
    return Worth(
        right=bool(has_answer) or (recall is not None and recall >= ENOUGH_EVIDENCE),
        has_answer=has_answer,
        recall=recall,
        precision=evidence_precision(cited, gold) if gold else None,
        answer_f1=_best_f1(answer, golden) if golden else None,
    )


def _list_answers(answer: str | Sequence[str] | None) -> list[str]:
    if answer is None:
        return []
    return [answer] if isinstance(answer, str) else list(answer)


def _best_f1(answer: Answer, golden: Sequence[str]) -> float:
    first = " ".join(s.text for s in answer.citations[0].answer_spans) if answer.citations else ""
    return max(token_f1(first, text) for text in golden)


def scored_to_json(scored: Scored) -> dict[str, Any]:
    """Gives a line of ``answers.jsonl``: numbers and places, no text of documents or questions."""
    return {
        "id": scored.id,
        "answerable": scored.answerable,
        "answered": scored.answered,
        "confidence": scored.confidence,
        **asdict(scored.given),
        "milliseconds": scored.milliseconds.get("total", 0.0),
        "retrieve_milliseconds": scored.milliseconds.get("retrieve", 0.0),
        "read_milliseconds": scored.milliseconds.get("read", 0.0),
        "offered": scored.offered,
        "score": scored.score,
        "found": asdict(scored.found),
        "citations": [
            {"document": name, "start": start, "end": end} for name, start, end in scored.citations
        ],
    }


def scored_from_json(row: Mapping[str, Any]) -> Scored:
    """Makes the Scored that ``scored_to_json`` took apart, without its ranking."""
    return Scored(
        id=row["id"],
        answerable=row["answerable"],
        offered=row["offered"],
        answered=row["answered"],
        confidence=row["confidence"],
        score=row["score"],
        found=Worth(**row["found"]),
        citations=tuple((c["document"], c["start"], c["end"]) for c in row["citations"]),
        milliseconds={
            "retrieve": row["retrieve_milliseconds"],
            "read": row["read_milliseconds"],
            "total": row["milliseconds"],
        },
    )
