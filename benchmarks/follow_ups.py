"""Measures follow-up questions that are made to stand alone.

    python -m benchmarks.follow_ups rewrites --half dev
    python -m benchmarks.follow_ups retrieval --keep FOLDER
    python -m benchmarks.follow_ups whole

``rewrites`` compares the questions of ``trec_cast`` with those that a person wrote: F1 of the words
that both hold, and how many of the content words that the person added are there. Conversations,
not questions, are drawn into either half; rules are chosen on ``dev`` alone. First questions, which
nothing came before, are left out.

``retrieval`` asks the questions of ``mtrag_human_subset`` and gives the share of the documents with
evidence that are among the first five.

``whole`` puts questions of other sets, which stand alone, after an unrelated question: they should
come back as they are.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean, quantiles
from time import process_time
from typing import Any

from rag.assistant import open_assistant
from rag.conversation import Resolution, resolve
from rag.embed import make_embedder
from rag.records import Turn
from rag.retrieve import Retriever
from rag.settings import Settings
from rag.terms import extract_terms

DATA = Path(__file__).parents[2] / "shared" / "data" / "conversation"
DEPTH = 5  # documents
PASSAGES = 30  # of which the first five documents are taken
WHOLE = ("squad2_articles", "clapnq", "chunk_spans", "dragonball_law", "news_2025", "sec_10q")
UNRELATED = (Turn("What does the Central Bank want?", "It wants an almost total ban."),)
WORD = re.compile(r"[^\W_]+")


def read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).split(b"\n") if line]


# Against a person's rewrite.


def is_dev(conversation: str) -> bool:
    """Whether a conversation is one of those on which rules are chosen."""
    return hashlib.sha256(conversation.encode()).digest()[-1] % 2 == 0


def turns_of(row: dict[str, Any]) -> list[Turn]:
    answers = row["assistant_turns"] or [""] * len(row["user_turns"])
    return [
        Turn(question.strip(), answer)
        for question, answer in zip(row["user_turns"], answers, strict=True)
    ]


def token_f1(ours: str, theirs: str) -> float:
    a, b = (Counter(WORD.findall(text.lower())) for text in (ours, theirs))
    common = (a & b).total()
    return 2 * common / (a.total() + b.total()) if common else 0.0


def added_words(text: str, question: str) -> set[str]:
    return set(extract_terms(text)) - set(extract_terms(question))


def measure_rewrites(options: argparse.Namespace) -> None:
    rows = [
        row
        for row in read_rows(DATA / "trec_cast.jsonl.gz")
        if row["user_turns"]
        and (
            options.half == "all" or is_dev(row["id"].rsplit("_", 1)[0]) == (options.half == "dev")
        )
    ]
    ways: dict[str, list[str]] = {"last turn": [], "ours": [], "last turn and first turn": []}
    seconds = []
    for row in rows:
        started = process_time()
        ours = resolve(row["last"].strip(), turns_of(row)).question
        seconds.append(process_time() - started)
        ways["last turn"].append(row["last"])
        ways["ours"].append(ours)
        ways["last turn and first turn"].append(f"{row['last']} {row['user_turns'][0]}")
        if options.show:
            _show(row, ours)
    print(f"{len(rows)} questions with others before them, half: {options.half}\n")
    print("| question | token F1 | added words found | precision of added words | needless |")
    print("|---|---|---|---|---|")
    for way, questions in ways.items():
        print(f"| {way} | {' | '.join(f'{v:.3f}' for v in judge(rows, questions))} |")
    cuts = quantiles(seconds, n=20)
    print(f"\np50 {1000 * cuts[9]:.2f} ms, p95 {1000 * cuts[18]:.2f} ms")


def judge(rows: Sequence[dict[str, Any]], questions: Sequence[str]) -> tuple[float, ...]:
    """Token F1; recall and precision of added words; share of complete questions changed."""
    scores: list[float] = []
    found = wanted = added = changed = complete = 0
    for row, question in zip(rows, questions, strict=True):
        scores.append(token_f1(question, row["rewrite"]))
        theirs, ours = (added_words(text, row["last"]) for text in (row["rewrite"], question))
        found, wanted, added = (
            found + len(theirs & ours), wanted + len(theirs), added + len(ours)
        )  # fmt: skip
        if not theirs:
            complete, changed = complete + 1, changed + bool(ours)
    return fmean(scores), found / wanted, found / max(added, 1), changed / max(complete, 1)


def _show(row: dict[str, Any], ours: str) -> None:
    wanted = added_words(row["rewrite"], row["last"])
    given = added_words(ours, row["last"])
    mark = " " if wanted == given else "-" if wanted - given else "+"
    print(f"{mark} {row['id']}: {row['last']} → {ours}\n      {row['rewrite']}")


# Against documents.


def measure_retrieval(options: argparse.Namespace) -> None:
    folder = DATA / "mtrag_human_subset"
    settings = Settings(index=options.keep / "mtrag")
    library = open_assistant(settings).library
    ids = {}
    for row in read_rows(folder / "corpus.jsonl.gz"):
        report = library.add_text(row["text"], f"{row['doc_id']}.txt", row["title"])
        ids[row["doc_id"]] = report.document_id
    library.refresh()
    retriever = Retriever(library.store, library.vectors, library.words, make_embedder())
    questions = [
        row for row in read_rows(folder / "questions.jsonl.gz")
        if row["answerable"] and row["evidence"]
    ]  # fmt: skip
    later = [bool(row["turns"]) for row in questions]
    print(f"{len(questions)} questions, {sum(later)} with others before them\n")
    print(f"| asked | recall at {DEPTH} | of those with others before them |")
    print("|---|---|---|")
    for way, make in WAYS.items():
        recalls = []
        for row in questions:
            said = [turn["text"] for turn in row["turns"]]
            turns = [Turn(q, a) for q, a in zip(said[::2], said[1::2], strict=True)]
            asked = make(row["question"].strip(), turns)
            if options.show and way == "ours":
                print(f"{row['question']} → {asked.question}")
            passages = retriever.retrieve(asked.question, PASSAGES, before=asked.before)
            first = list(dict.fromkeys(p.document.id for p in passages))[:DEPTH]
            gold = {ids[e["doc_id"]] for e in row["evidence"]}
            recalls.append(len(gold & set(first)) / len(gold))
        after = [recall for recall, is_later in zip(recalls, later, strict=True) if is_later]
        print(f"| {way} | {fmean(recalls):.3f} | {fmean(after):.3f} |")


def join_questions(question: str, turns: Sequence[Turn]) -> Resolution:
    return Resolution(" ".join((*(turn.question for turn in turns), question)))


def join_turns(question: str, turns: Sequence[Turn]) -> Resolution:
    said = (f"{turn.question} {turn.answer}" for turn in turns)
    return Resolution(" ".join((*said, question)))


def resolve_alone(question: str, turns: Sequence[Turn]) -> Resolution:
    return Resolution(resolve(question, turns).question)


WAYS: dict[str, Callable[[str, Sequence[Turn]], Resolution]] = {
    "last turn": lambda question, _: Resolution(question),
    "all questions joined": join_questions,
    "all questions and answers joined": join_turns,
    "ours, without the question before": resolve_alone,
    "ours": resolve,
}


# Against questions that stand alone.


def measure_whole(_: argparse.Namespace) -> None:
    asked = [
        row["question"].strip()
        for name in WHOLE
        for row in read_rows(DATA.parent / "rag" / name / "questions.jsonl.gz")
    ]
    changed = sum(resolve(question, UNRELATED).question != question for question in asked)
    unclear = sum(bool(resolve(question, ()).ask_back) for question in asked)
    print(f"{len(asked)} questions; {changed} changed after another ({changed / len(asked):.3f}),")
    print(f"{unclear} asked back where nothing was before")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("rewrites", "retrieval", "whole"))
    parser.add_argument("--half", choices=("dev", "test", "all"), default="dev")
    parser.add_argument("--keep", type=Path, help="where the library is built")
    parser.add_argument("--show", action="store_true", help="print each question")
    options = parser.parse_args()
    if not DATA.is_dir():
        print(f"The data is not here: {DATA} is missing, so nothing is measured.", file=sys.stderr)
        return 1
    if options.what == "rewrites":
        measure_rewrites(options)
    elif options.what == "whole":
        measure_whole(options)
    elif options.keep is None:
        parser.error("retrieval needs --keep FOLDER")
    else:
        measure_retrieval(options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
