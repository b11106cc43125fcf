"""Measures which ranking by words finds the evidence: BM25, or PostgreSQL's own full-text search.

    python -m benchmarks.postgres_words squad2_articles clapnq --documents 400

For each data set of ``../shared/data/rag`` the same passages are ranked by tantivy, by BM25 in
PostgreSQL (``rag/postgres/words.py``), and by its ``ts_rank`` and ``ts_rank_cd`` over ``tsvector``
with GIN, the question's words joined by OR. Recall at k is the share of the gold characters that
the first k passages hold. Nothing is embedded.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import fmean, median
from typing import Any

from benchmarks.measure_retrieval import DATA, DEPTHS, build, draw_documents, read_rows
from rag.evaluate.measures import evidence_recall
from rag.library import Library
from rag.postgres import PostgresConnections
from rag.settings import Settings
from rag.words import TantivyIndex
from tests.fakes import HashingEmbedder
from tests.postgres.server import Server

Search = Callable[[str, int], list[tuple[int, float]]]

_FULL_TEXT = """
CREATE TABLE full_text AS SELECT c.id, setweight(to_tsvector('english', coalesce(d.title, '') || ' '
    || c.headings), 'B') || setweight(to_tsvector('english',
    substring(t.text FROM c.start + 1 FOR c."end" - c.start)), 'A') AS words
FROM chunks c JOIN texts t USING (document) JOIN documents d ON d.id = c.document;
CREATE INDEX full_text_words ON full_text USING gin (words);
ANALYZE full_text;
"""
_RANK = """
SELECT id, {rank}(words, query, {norm}) AS score FROM full_text,
    to_tsquery('english', replace(plainto_tsquery('english', %s)::text, '&', '|')) query
WHERE words @@ query ORDER BY score DESC, id LIMIT %s
"""


def full_text(connections: PostgresConnections, rank: str, norm: int) -> Search:
    def search(question: str, k: int) -> list[tuple[int, float]]:
        with connections.plain() as connection:
            found: list[tuple[int, float]] = connection.raw.execute(
                _RANK.format(rank=rank, norm=norm), (question, k)
            ).fetchall()
            return found

    return search


def measure(name: str, options: argparse.Namespace, server: Server) -> None:
    questions = [q for q in read_rows(DATA / name / "questions.jsonl.gz") if q["evidence"]]
    located = [q for q in questions if all(e["start"] is not None for e in q["evidence"])]
    if len(located) > options.questions:
        located = random.Random(options.seed).sample(located, options.questions)
    rows = read_rows(DATA / name / "corpus.jsonl.gz")
    if options.documents:
        rows = draw_documents(rows, located, options.documents, options.seed)
    with tempfile.TemporaryDirectory() as index:
        settings = Settings(index=Path(index), library=server.make_schema(name))
        library = Library.open(settings, HashingEmbedder())
        ids = build(library, rows)
        library.refresh()
        tantivy = TantivyIndex(Path(index) / "tantivy")
        tantivy.follow(library.store)
        connections = PostgresConnections(settings.library)
        with connections.plain() as connection:
            connection.raw.execute(_FULL_TEXT)
        ways: dict[str, Search] = {
            "tantivy, BM25": tantivy.search,
            "PostgreSQL, BM25 in SQL": library.words.search,
            "PostgreSQL, ts_rank": full_text(connections, "ts_rank", 1),
            "PostgreSQL, ts_rank_cd": full_text(connections, "ts_rank_cd", 1),
        }
        print(f"\n{name}: {len(rows)} documents, {library.status().chunks} passages, "
              f"{len(located)} questions\n")  # fmt: skip
        print(f"| ranking | {' | '.join(f'recall at {k}' for k in DEPTHS)} | ms, median |")
        print("|---" * (len(DEPTHS) + 2) + "|")
        for way, search in ways.items():
            print(f"| {way} | {' | '.join(judge(library, search, located, ids))} |")
        connections.close()
        library.close()


def judge(
    library: Library, search: Search, questions: list[dict[str, Any]], ids: dict[str, str]
) -> list[str]:
    recalls, seconds = [], []
    for question in questions:
        gold = [(ids[e["doc_id"]], e["start"], e["end"]) for e in question["evidence"]
                if e["doc_id"] in ids]  # fmt: skip
        started = time.perf_counter()
        order = [id_ for id_, _ in search(question["question"], max(DEPTHS))]
        seconds.append(time.perf_counter() - started)
        chunks = library.store.chunks(order)
        ranges = [(chunks[i].document_id, chunks[i].start, chunks[i].end) for i in order]
        recalls.append([evidence_recall(ranges[:k], gold) for k in DEPTHS])
    columns = [f"{fmean(column):.3f}" for column in zip(*recalls, strict=True)]
    return [*columns, f"{1000 * median(seconds):.1f}"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--questions", type=int, default=400, help="at most, drawn at random")
    parser.add_argument("--documents", type=int, help="at most, those with evidence included")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not DATA.is_dir():
        print(f"The data is not here: {DATA} is missing, so nothing is measured.", file=sys.stderr)
        return 1
    server = Server().create().start()
    try:
        for name in options.names:
            measure(name, options, server)
    finally:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
