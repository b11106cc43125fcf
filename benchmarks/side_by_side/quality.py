"""How good the passages are that a system retrieves, whatever it cuts and cleans.

Every system gives texts. They are found again in the documents with all white space left out, since
that is what splitters change; what cannot be found counts as read, and as nothing found.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from benchmarks.side_by_side.material import Material, Question
from rag.evaluate.measures import Range, evidence_recall, ndcg_at

DEPTH = 5  # passages
BUDGET = 5_000  # characters without white space, some 1,200 tokens, however long a passage is
RETRIEVED = 50  # passages, for a ranking of documents


class Judge:
    """Judges rankings over one set of documents."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._compact = {i: squeeze(text) for i, text in material.documents.items()}
        self._rows: list[tuple[float | None, float | None, float]] = []
        self._missed = self._seen = 0

    def judge(self, question: Question, passages: Sequence[dict[str, str]]) -> None:
        """Takes in one ranking, best first."""
        texts = [(passage["id"], squeeze(passage["text"])) for passage in passages]
        gold = self._gold(question)
        first = within = None
        if gold:
            first = evidence_recall(self._ranges(texts[:DEPTH]), gold)
            within = evidence_recall(self._ranges(_spend(texts, BUDGET)), gold)
        documents = list(dict.fromkeys(id_ for id_, _ in texts))
        relevant = {id_ for id_, _ in question.gold}
        self._rows.append((first, within, ndcg_at(documents, relevant)))

    def figures(self) -> dict[str, float | int | None]:
        """Means over all questions."""
        first, within, ndcg = (
            [v for v in column if v is not None] for column in zip(*self._rows, strict=True)
        )
        return {
            f"recall_at_{DEPTH}": fmean(first) if first else None,
            f"recall_in_{BUDGET}": fmean(within) if within else None,
            "ndcg_at_10": fmean(ndcg) if len(self._compact) > 10 else None,
            "questions": len(self._rows),
            "unlocated": self._missed / self._seen if self._seen else 0.0,
        }

    def _gold(self, question: Question) -> list[Range]:
        ranges = []
        for id_, place in question.gold:
            if place is not None:
                text = self._material.documents[id_]
                start, end = (len(squeeze(text[:offset])) for offset in place)
                ranges.append((id_, start, end))
        return ranges

    def _ranges(self, texts: Sequence[tuple[str, str]]) -> list[Range]:
        ranges = []
        for id_, text in texts:
            self._seen += 1
            start = self._compact[id_].find(text) if text else -1
            if start < 0:
                self._missed += 1
            else:
                ranges.append((id_, start, start + len(text)))
        return ranges


def squeeze(text: str) -> str:
    """The text without its white space."""
    return "".join(text.split())


def _spend(texts: Sequence[tuple[str, str]], budget: int) -> list[tuple[str, str]]:
    """The first texts until the budget is spent; the last is cut."""
    spent = []
    for id_, text in texts:
        if budget <= 0:
            break
        spent.append((id_, text[:budget]))
        budget -= len(text)
    return spent
