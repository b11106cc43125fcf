"""Fills PostgreSQL with passages made up at random and measures bytes, builds and questions.

    python -m benchmarks.postgres_scale --passages 100000

Texts are drawn from the words of the sample corpus as often as they stand there, 95 words each;
vectors are 384 numbers around 2,000 centres, which is kinder to HNSW than real ones. Recall is the
share of the exact first ten that HNSW finds.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles

import numpy as np

from rag.postgres import PgVectorIndex, PostgresStore, PostgresWords
from rag.postgres import vectors as room
from rag.records import Block, Chunk, ParsedDocument, Source
from rag.store import NewChunk, NewDocument
from tests.postgres.server import Server

DIMENSION, CENTRES, WORDS, PASSAGES_A_DOCUMENT = 384, 2_000, 95, 1_000
MODEL = "made up"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--memory", default="1GB", help="of the server's shared_buffers")
    options = parser.parse_args()
    server = Server().create().start(shared_buffers=options.memory, max_wal_size="8GB")
    try:
        measure(PostgresStore(server.make_schema("scale")), options)
    finally:
        server.stop()
    return 0


def measure(store: PostgresStore, options: argparse.Namespace) -> None:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(CENTRES, DIMENSION)).astype(np.float32)
    vocabulary = re.findall(r"\w+", " ".join(p.read_text() for p in Path("corpus").glob("*.md")))
    documents = -(-options.passages // PASSAGES_A_DOCUMENT)
    print(f"store: {timed(lambda: fill(store, documents, rng, centres, vocabulary)):.0f} s")
    words, near = PostgresWords(store.connections), PgVectorIndex(store.connections)
    print(f"words: {timed(lambda: words.follow(store)):.0f} s")
    exact = PgVectorIndex(store.connections)
    room.EXACT_UP_TO, limit = 10**9, room.EXACT_UP_TO
    exact.follow(store, MODEL, save=True)
    questions = [draw(rng, centres, 1)[0] for _ in range(options.questions)]
    told("vectors, exact", lambda i: exact.search(questions[i], 10), min(20, len(questions)))
    room.EXACT_UP_TO = min(limit, options.passages // 20)
    print(f"HNSW: {timed(lambda: near.follow(store, MODEL, save=True)):.0f} s")
    with store.connections.plain() as connection:
        connection.raw.execute("VACUUM ANALYZE")
    told("vectors, HNSW", lambda i: near.search(questions[i], 10), len(questions))
    ids = store.chunk_ids()
    tenth, few = ids[::10], ids[: room.EXACT_UP_TO]
    told("HNSW, a tenth chosen", lambda i: near.search(questions[i], 10, tenth), 20)
    told(f"exact, {len(few):,} chosen", lambda i: near.search(questions[i], 10, few), 20)
    for name, among in (("all", None), ("a tenth", tenth)):
        shares = [overlap(exact, near, question, among) for question in questions[:20]]
        print(f"recall at 10 among {name}: {np.mean(shares):.3f}")
    texts = [" ".join(random.Random(i).choices(vocabulary, k=8)) for i in range(len(questions))]
    told("words, 8 drawn as often as they stand", lambda i: words.search(texts[i], 10), len(texts))
    sizes(store)


def fill(
    store: PostgresStore, documents: int, rng: np.random.Generator, centres: np.ndarray,
    vocabulary: Sequence[str],
) -> None:  # fmt: skip
    drawing = random.Random(0)
    for number in range(documents):
        lines = [" ".join(drawing.choices(vocabulary, k=WORDS)) + "\n"
                 for _ in range(PASSAGES_A_DOCUMENT)]  # fmt: skip
        text, start, chunks = "".join(lines), 0, []
        for line in lines:
            content = hashlib.sha256(line.encode()).digest()[:16]
            chunks.append(NewChunk(Chunk(start, start + len(line), ()), None, content))
            start += len(line)
        rows = draw(rng, centres, len(chunks)).astype(np.float16)
        vectors = {new.content: row for new, row in zip(chunks, rows, strict=True)}
        sha256 = hashlib.sha256(text.encode()).hexdigest()
        parsed = ParsedDocument(text, "text/plain", (Block(0, len(text), "paragraph"),), ())
        new = NewDocument(sha256[:16], sha256, parsed, chunks, "lines", MODEL, vectors)
        store.put(new, Source(f"{number}.txt", "file", f"/made/{number}.txt", len(text), 1))
    store.choose_model(MODEL)


def draw(rng: np.random.Generator, centres: np.ndarray, count: int) -> np.ndarray:
    rows = centres[rng.integers(len(centres), size=count)]
    rows = rows + 0.7 * rng.normal(size=rows.shape).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def overlap(
    exact: PgVectorIndex, near: PgVectorIndex, question: np.ndarray, among: Sequence[int] | None
) -> float:
    limit, room.EXACT_UP_TO = room.EXACT_UP_TO, 10**9
    wanted = {id_ for id_, _ in exact.search(question, 10, among)}
    room.EXACT_UP_TO = limit
    return len(wanted & {id_ for id_, _ in near.search(question, 10, among)}) / len(wanted)


def told(what: str, ask: Callable[[int], object], count: int) -> None:
    seconds = [timed(lambda i=i: ask(i)) for i in range(count)]  # type: ignore[misc]
    print(f"{what}: median {1000 * median(seconds):.1f} ms, "
          f"95th percentile {1000 * quantiles(seconds, n=20)[-1]:.1f} ms", flush=True)  # fmt: skip


def timed(do: Callable[[], object]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


def sizes(store: PostgresStore) -> None:
    with store.connections.plain() as connection:
        found = connection.raw.execute(
            """SELECT c.relname, pg_table_size(c.oid), coalesce(
                (SELECT sum(pg_relation_size(indexrelid)) FROM pg_index WHERE indrelid = c.oid), 0)
            FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace
            AND c.relkind = 'r' ORDER BY pg_total_relation_size(c.oid) DESC LIMIT 8"""
        ).fetchall()
    for name, table, indexes in found:
        print(f"{name}: {table / 1e6:.0f} MB, its indexes {float(indexes) / 1e6:.0f} MB")


if __name__ == "__main__":
    sys.exit(main())
