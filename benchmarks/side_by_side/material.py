"""The documents and questions, drawn with a fixed seed, the same for every system."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure_retrieval import draw_documents, read_rows

SEED = 7
NEWS, SCIFACT, SPANS = "news_2025", "scifact", "chunk_spans"
# Documents, and at most so many questions; None for all. The evidence of news may fill two thirds.
SIZES = {NEWS: (300, None), SCIFACT: (600, 150), SPANS: (None, 150)}
EVIDENCE_SHARE = 2 / 3


@dataclass(frozen=True, slots=True)
class Question:
    """``gold`` has a document's id, and the range of the evidence where it is known."""

    text: str
    gold: list[tuple[str, tuple[int, int] | None]]


@dataclass(frozen=True, slots=True)
class Material:
    """``documents`` maps ids to texts, the title first, in the order in which they come in."""

    documents: dict[str, str]
    questions: list[Question]


def draw(data: Path, name: str, shrink: int = 1) -> Material:
    """Draws from ``data/rag/NAME``; ``shrink`` leaves that part of it, for a trial."""
    rows = read_rows(data / "rag" / name / "corpus.jsonl.gz")
    asked = read_rows(data / "rag" / name / "questions.jsonl.gz")
    asked = [q for q in asked if q["evidence"] and q.get("answerable") is not False]
    documents, questions = SIZES[name]
    rng = random.Random(SEED)
    rng.shuffle(asked)
    if documents:
        documents //= shrink
        asked = _with_evidence_in(asked, int(documents * EVIDENCE_SHARE))
    asked = asked[: (questions or len(asked)) // (1 if documents else shrink) or 1]
    if documents:
        rows = draw_documents(rows, asked, documents, SEED)
    elif shrink > 1:
        rows = [min(rows, key=lambda row: len(row["text"]))]
        asked = [q for q in asked if {e["doc_id"] for e in q["evidence"]} <= {rows[0]["doc_id"]}]
    rng.shuffle(rows)
    number = {row["doc_id"]: str(i) for i, row in enumerate(rows)}
    return Material(
        {number[row["doc_id"]]: _text(row) for row in rows},
        [_question(q, number, {row["doc_id"]: row for row in rows}) for q in asked],
    )


def _with_evidence_in(asked: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """The first questions whose evidence stands in so many documents together."""
    needed: set[str] = set()
    chosen = []
    for question in asked:
        more = needed | {e["doc_id"] for e in question["evidence"]}
        if len(more) <= most:
            needed = more
            chosen.append(question)
    return chosen


def _text(row: dict[str, Any]) -> str:
    return f"{row['title']}\n\n{row['text']}" if row["title"] else str(row["text"])


def _question(
    question: dict[str, Any], number: dict[str, str], rows: dict[str, dict[str, Any]]
) -> Question:
    gold: list[tuple[str, tuple[int, int] | None]] = []
    for evidence in question["evidence"]:
        row = rows[evidence["doc_id"]]
        before = len(_text(row)) - len(row["text"])
        place = None
        if evidence["start"] is not None:
            place = (evidence["start"] + before, evidence["end"] + before)
        gold.append((number[evidence["doc_id"]], place))
    return Question(question["question"], gold)
