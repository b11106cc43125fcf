"""A folder of documents and questions to scores, in one run."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from rag.assistant import Assistant, open_assistant
from rag.evaluate.folder import read_questions, take_in
from rag.evaluate.report import Run
from rag.evaluate.scored import Scored, judge
from rag.records import Turn
from rag.settings import Settings

RANKED = 100  # passages asked for, to rank documents by their best passage
TOLD_EVERY = 50  # questions
NOTHING_REFUSED = 0.0  # a threshold


def evaluate_folder(
    folder: Path,
    settings: Settings,
    tell: Callable[[str], None] = lambda _: None,
    library: Path | None = None,
    ids: Collection[str] | None = None,
) -> Run:
    """Builds a library from a folder, asks its questions and scores the answers.

    Args:
        folder: holds ``corpus.jsonl``, ``corpus.jsonl.gz`` or ``corpus/``, and ``questions.jsonl``
            or ``questions.jsonl.gz``.
        settings: as for asking; their library is not touched.
        tell: takes a line of progress now and then.
        library: where the library is kept, and used again by later runs; None for a temporary one.
        ids: of the questions to ask; None for all.
    """
    questions = read_questions(folder, ids)
    scored = []
    with _library_folder(library) as index, _opened(settings, index) as assistant:
        names = take_in(folder, assistant, tell)
        assistant.load()
        with _opened(replace(settings, threshold=NOTHING_REFUSED), index) as eager:
            for number, question in enumerate(questions, 1):
                scored.append(score_question(question, assistant, eager, names))
                if number % TOLD_EVERY == 0:
                    tell(f"{number} of {len(questions)} questions")
    chosen = {name: value for name, value in asdict(settings).items() if name != "index"}
    return Run(folder.resolve().name, chosen, tuple(scored))


@contextmanager
def _opened(settings: Settings, index: Path) -> Iterator[Assistant]:
    assistant = open_assistant(replace(settings, index=index))
    try:
        yield assistant
    finally:
        assistant.library.close()


@contextmanager
def _library_folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="footnote-evaluate-") as temporary:
        yield Path(temporary)


def score_question(
    question: Mapping[str, Any], assistant: Assistant, eager: Assistant, names: Mapping[str, str]
) -> Scored:
    """Asks one question and judges its answer.

    Args:
        eager: one that refuses nothing: a refused question is asked again, so that the run tells
            what another threshold would have given.
        names: ids in the library by those that the evidence names.
    """
    turns = [Turn(t["question"], t["answer"]) for t in question.get("turns") or []]
    scope = [names[name] for name in question.get("documents") or [] if name in names] or None
    answer = assistant.ask(question["question"], turns, scope)
    found = answer if answer.status == "answered" else eager.ask(question["question"], turns, scope)
    ranking = _rank_documents(assistant, answer.searched_for, scope)
    evidence = question.get("evidence") or []
    relevant = sorted({names[e["doc_id"]] for e in evidence if e["doc_id"] in names})
    gold = [
        (names.get(e["doc_id"], e["doc_id"]), e["start"], e["end"])
        for e in evidence
        if e.get("start") is not None
    ]
    return judge(question, answer, found, gold, ranking, relevant)


def _rank_documents(
    assistant: Assistant, question: str, scope: Collection[str] | None
) -> list[str]:
    passages = assistant.rank(question, RANKED, scope)
    return list(dict.fromkeys(passage.document.id for passage in passages))
