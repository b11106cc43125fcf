"""A folder of documents and questions to scores: the measures of an evaluation, in one run."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rag.assistant import Assistant, open_assistant
from rag.errors import SettingError
from rag.evaluate.measures import (
    Range,
    contains_answer,
    evidence_precision,
    evidence_recall,
    expected_calibration_error,
    harmonic_mean,
    ndcg_at,
    percentile,
    recall_at,
    token_f1,
)
from rag.records import Answer, Turn
from rag.settings import Settings

RANKED = 100  # passages asked for, to rank documents by their best passage
RECALL_DEPTHS = (1, 5, 10)
ENOUGH_EVIDENCE = 0.5  # evidence recall from which an answer counts as right


@dataclass(frozen=True, slots=True)
class Scored:
    """One question, its answer, and what the answer is worth. None where it does not apply."""

    id: str
    answerable: bool
    answered: bool
    right: bool
    confidence: float
    has_answer: bool | None
    recall: float | None
    precision: float | None
    answer_f1: float | None
    ranking: Sequence[str]
    relevant: Sequence[str]
    milliseconds: float


def evaluate_folder(
    folder: Path, settings: Settings, tell: Callable[[str], None] = lambda _: None
) -> dict[str, Any]:
    """Builds a temporary library from a folder, asks its questions and scores the answers.

    Args:
        folder: holds ``corpus.jsonl``, ``corpus.jsonl.gz`` or ``corpus/``, and ``questions.jsonl``
            or ``questions.jsonl.gz``.
        settings: as for asking; their library is not touched.
        tell: takes a line of progress now and then.

    Returns:
        The measures by name, ``n`` and ``settings``.
    """
    questions = [q for q in read_questions(folder) if q.get("answerable") is not None]
    with tempfile.TemporaryDirectory(prefix="footnote-evaluate-") as temporary:
        assistant = open_assistant(replace(settings, index=Path(temporary)))
        names = _take_in(folder, assistant, tell)
        assistant.load()
        scored = []
        for number, question in enumerate(questions, 1):
            scored.append(score_question(question, assistant, names))
            if number % 50 == 0:
                tell(f"{number} of {len(questions)} questions")
    return {
        "n": len(scored),
        **summarise(scored),
        "settings": {k: str(v) for k, v in asdict(settings).items() if k != "index"},
    }


def read_questions(folder: Path) -> list[dict[str, Any]]:
    """Reads the rows of ``questions.jsonl(.gz)``."""
    for name in ("questions.jsonl", "questions.jsonl.gz"):
        if (folder / name).is_file():
            return _read_rows(folder / name)
    raise SettingError(f"{folder} has no questions.jsonl: name a folder that has one.")


def _read_rows(path: Path) -> list[dict[str, Any]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def _take_in(folder: Path, assistant: Assistant, tell: Callable[[str], None]) -> dict[str, str]:
    """Gives the id in the library of each document that the questions may name."""
    if (folder / "corpus").is_dir():
        reports = assistant.library.add([folder / "corpus"])
        return {r.name: r.document_id for r in reports if r.document_id}
    for name in ("corpus.jsonl", "corpus.jsonl.gz"):
        if (folder / name).is_file():
            rows = _read_rows(folder / name)
            ids = {}
            for number, row in enumerate(rows, 1):
                report = assistant.library.add_text(
                    row["text"], f"{row['doc_id']}.txt", row["title"]
                )
                if report.document_id:
                    ids[row["doc_id"]] = report.document_id
                if number % 100 == 0:
                    tell(f"{number} of {len(rows)} documents")
            return ids
    raise SettingError(
        f"{folder} has neither corpus.jsonl nor corpus/: name a folder that has one."
    )


def score_question(
    question: Mapping[str, Any], assistant: Assistant, names: Mapping[str, str]
) -> Scored:
    """Asks one question and judges its answer."""
    turns = [Turn(t["question"], t["answer"]) for t in question.get("turns") or []]
    answer = assistant.ask(question["question"], turns, answer_id=str(question["id"]))
    ranking = _rank_documents(assistant, answer.searched_for)
    evidence = question.get("evidence") or []
    relevant = sorted({names[e["doc_id"]] for e in evidence if e["doc_id"] in names})
    gold = [
        (names.get(e["doc_id"], e["doc_id"]), e["start"], e["end"])
        for e in evidence
        if e.get("start") is not None
    ]
    return judge(question, answer, gold, ranking, relevant)


def _rank_documents(assistant: Assistant, question: str) -> list[str]:
    passages = assistant.rank(question, RANKED)
    return list(dict.fromkeys(passage.document.id for passage in passages))


def judge(
    question: Mapping[str, Any],
    answer: Answer,
    gold: Sequence[Range],
    ranking: Sequence[str],
    relevant: Sequence[str],
) -> Scored:
    """Holds one answer against what is known of its question."""
    answerable = bool(question["answerable"])
    answered = answer.status == "answered"
    golden = _list_answers(question.get("answer"))
    cited = [(c.document.id, c.start, c.end) for c in answer.citations]
    has_answer = (
        contains_answer([c.quote for c in answer.citations], golden)
        if answerable and golden
        else None
    )
    recall = evidence_recall(cited, gold) if answerable and gold else None
    enough = bool(has_answer) or (recall is not None and recall >= ENOUGH_EVIDENCE)
    return Scored(
        id=str(question["id"]),
        answerable=answerable,
        answered=answered,
        right=(answered and answerable and enough) or (not answered and not answerable),
        confidence=answer.confidence,
        has_answer=has_answer,
        recall=recall,
        precision=evidence_precision(cited, gold) if recall is not None else None,
        answer_f1=_best_f1(answer, golden) if answerable and golden else None,
        ranking=ranking,
        relevant=relevant,
        milliseconds=answer.timings_ms["total"],
    )


def _list_answers(answer: str | Sequence[str] | None) -> list[str]:
    if answer is None:
        return []
    return [answer] if isinstance(answer, str) else list(answer)


def _best_f1(answer: Answer, golden: Sequence[str]) -> float:
    first = " ".join(s.text for s in answer.citations[0].answer_spans) if answer.citations else ""
    return max(token_f1(first, text) for text in golden)


def summarise(scored: Sequence[Scored]) -> dict[str, float | None]:
    """Gives the measures over all questions, rounded to four decimals; None without cases."""
    recall = _mean([s.recall for s in scored])
    precision = _mean([s.precision for s in scored])
    answered = [s for s in scored if s.answered]
    ranked = [s for s in scored if s.relevant]
    measures: dict[str, float | None] = {
        "right": _mean([s.right for s in scored]),
        "quote_has_answer": _mean([s.has_answer for s in scored]),
        "evidence_recall": recall,
        "evidence_precision": precision,
        "evidence_f1": None if recall is None else harmonic_mean(recall, precision or 0.0),
        "answer_f1": _mean([s.answer_f1 for s in scored]),
        "refused_rightly": _mean([not s.answered for s in scored if not s.answerable]),
        "refused_wrongly": _mean([not s.answered for s in scored if s.answerable]),
        "ece": expected_calibration_error(
            [s.confidence for s in answered], [s.right for s in answered]
        )
        if answered
        else None,
        **{
            f"recall_at_{k}": _mean([recall_at(s.ranking, s.relevant, k) for s in ranked])
            for k in RECALL_DEPTHS
        },
        "ndcg_at_10": _mean([ndcg_at(s.ranking, s.relevant, 10) for s in ranked]),
        "p50": percentile([s.milliseconds for s in scored], 0.5),
        "p95": percentile([s.milliseconds for s in scored], 0.95),
    }
    return {k: None if v is None else round(v, 4) for k, v in measures.items()}


def _mean(values: Sequence[float | bool | None]) -> float | None:
    counted = [float(value) for value in values if value is not None]
    return sum(counted) / len(counted) if counted else None


def render_table(result: Mapping[str, Any]) -> str:
    """Gives a run's measures as lines for a person."""
    rows = [(k.replace("_", " "), v) for k, v in result.items() if k != "settings"]
    return "\n".join(f"{name:<20} {'–' if value is None else value}" for name, value in rows)
