"""Measures how much of the evidence each way of ranking passages brings up.

    python -m benchmarks.measure_retrieval chunk_spans squad2_articles --keep FOLDER

For each data set of ``../shared/data/rag`` it builds a library with the real rooms and asks its
answerable questions of the words alone, the vectors alone, reciprocal rank fusion, and the weighted
sum for several weights. Recall at k is the share of the gold characters that the first k passages
hold; nDCG@10 is of documents, by their best passage.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from rag.assistant import open_assistant
from rag.embed import Embedder, make_embedder
from rag.evaluate.measures import Range, evidence_recall, ndcg_at
from rag.library import Library
from rag.retrieve import CANDIDATES, fuse
from rag.settings import Settings

DATA = Path(__file__).parents[2] / "shared" / "data" / "rag"
DEPTHS = (1, 5, 10)
WEIGHTS = (0.3, 0.4, 0.5, 0.6, 0.7)
RRF_CONSTANT = 60  # Cormack, Clarke and Büttcher 2009

Ranking = Mapping[int, float]
"""A score by chunk id."""


def read_rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(path.read_bytes()).split(b"\n") if line]


def draw_documents(
    rows: list[dict[str, Any]], questions: Sequence[dict[str, Any]], count: int, seed: int
) -> list[dict[str, Any]]:
    """The documents that questions need, and others drawn at random, ``count`` in all."""
    needed = {e["doc_id"] for q in questions for e in q["evidence"]}
    others = sorted(r["doc_id"] for r in rows if r["doc_id"] not in needed)
    drawn = random.Random(seed).sample(others, max(0, min(count - len(needed), len(others))))
    return [r for r in rows if r["doc_id"] in needed or r["doc_id"] in set(drawn)]


def build(library: Library, rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Takes the documents in; gives the library's id of each."""
    ids: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        report = library.add_text(row["text"], f"{row['doc_id']}.txt", row["title"])
        if report.document_id:
            ids[row["doc_id"]] = report.document_id
        if number % 200 == 0:
            print(f"{number} of {len(rows)} documents", file=sys.stderr)
    return ids


def rank(library: Library, embedder: Embedder, question: str) -> dict[str, Ranking]:
    """Every way of ranking the chunks for one question."""
    vector = embedder.embed_question(question)
    by_vector = dict(library.vectors.search(vector, CANDIDATES))
    by_words = dict(library.words.search(question, CANDIDATES))
    known = library.store.vectors_of(list(by_words), embedder.name)
    cosine = {**{i: float(row @ vector) for i, row in known.items()}, **by_vector}
    both = by_words.keys() | cosine.keys()
    reciprocal = dict.fromkeys(both, 0.0)
    for ranking in (by_words, by_vector):
        for place, chunk_id in enumerate(sorted(ranking, key=lambda i: -ranking[i]), 1):
            reciprocal[chunk_id] += 1 / (RRF_CONSTANT + place)
    sums = {f"sum {weight}": fuse(by_words, cosine, weight) for weight in WEIGHTS}
    return {"words": by_words, "vectors": by_vector, "reciprocal ranks": reciprocal, **sums}


def judge(
    library: Library, ranking: Ranking, gold: Sequence[Range], relevant: set[str]
) -> list[float | None]:
    """Recall at each depth (None without located evidence), and nDCG@10."""
    order = sorted(ranking, key=lambda i: (-ranking[i], i))
    chunks = library.store.chunks(order)
    ranges = [(chunks[i].document_id, chunks[i].start, chunks[i].end) for i in order]
    recalls = [evidence_recall(ranges[:k], gold) if gold else None for k in DEPTHS]
    documents = list(dict.fromkeys(document for document, _, _ in ranges))
    return [*recalls, ndcg_at(documents, relevant)]


def measure(name: str, options: argparse.Namespace) -> None:
    questions = [q for q in read_rows(DATA / name / "questions.jsonl.gz") if q["evidence"]]
    questions = [q for q in questions if q.get("answerable") is not False]
    if len(questions) > options.questions:
        questions = random.Random(options.seed).sample(questions, options.questions)
    rows = read_rows(DATA / name / "corpus.jsonl.gz")
    if options.documents:
        rows = draw_documents(rows, questions, options.documents, options.seed)
    folder = options.keep / f"{name}-{options.chunk_characters}-{len(rows)}"
    settings = Settings(index=folder, chunk_characters=options.chunk_characters)
    library = open_assistant(settings).library
    embedder = make_embedder()
    ids = build(library, rows)
    library.refresh()
    scores: dict[str, list[list[float | None]]] = {}
    for question in questions:
        evidence = [e for e in question["evidence"] if e["doc_id"] in ids]
        gold = [
            (ids[e["doc_id"]], e["start"], e["end"]) for e in evidence if e["start"] is not None
        ]
        relevant = {ids[e["doc_id"]] for e in evidence}
        for way, ranking in rank(library, embedder, question["question"]).items():
            scores.setdefault(way, []).append(judge(library, ranking, gold, relevant))
    print(
        f"\n{name}: {len(rows)} documents, {library.status().chunks} passages of up to "
        f"{options.chunk_characters} characters, {len(questions)} questions\n"
    )
    print(f"| ranking | {' | '.join(f'recall at {k}' for k in DEPTHS)} | nDCG@10 |")
    print("|---" * (len(DEPTHS) + 2) + "|")
    for way, rows_of_scores in scores.items():
        columns = [
            [v for v in column if v is not None] for column in zip(*rows_of_scores, strict=True)
        ]
        print(f"| {way} | {' | '.join(f'{fmean(c):.3f}' if c else '–' for c in columns)} |")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+", help="data sets, for instance chunk_spans")
    parser.add_argument("--keep", type=Path, required=True, help="where the libraries are built")
    parser.add_argument("--chunk-characters", type=int, default=Settings().chunk_characters)
    parser.add_argument("--questions", type=int, default=400, help="at most, drawn at random")
    parser.add_argument("--documents", type=int, help="at most, those with evidence included")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not DATA.is_dir():
        print(f"The data is not here: {DATA} is missing, so nothing is measured.", file=sys.stderr)
        return 1
    for name in options.names:
        measure(name, options)
    return 0


if __name__ == "__main__":
    sys.exit(main())
