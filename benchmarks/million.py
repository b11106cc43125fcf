"""Makes a library of a million passages and measures it: start, memory, questions, changes.

    python -m benchmarks.million --folder FOLDER

Texts are made up: 95 words a passage from 100,000 words of which few are frequent, 50 passages a
document. Vectors are 384 numbers around 2,000 centres, in 64 directions. A folder that has been
filled is used again. Start, changes and questions are measured in a process each; memory is what no
file is behind (``RssAnon``). The whole question is asked of the built-in reader
and compared with a library of 5,366 documents of six passages, in turns.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median, quantiles

import numpy as np

from benchmarks.postgres_scale import CENTRES, DIMENSION, draw, timed
from benchmarks.take_in_files import own_megabytes
from rag.assistant import Assistant
from rag.embed import Embedder, make_embedder
from rag.library import Library
from rag.library.prepare import RULES, content_hash, find_traits
from rag.reader import open_reader
from rag.records import Block, Chunk, ParsedDocument, Source
from rag.retrieve import Retriever
from rag.settings import Settings
from rag.store import NewChunk, NewDocument, SQLiteStore

WORDS_A_PASSAGE, VOCABULARY, QUESTION_WORDS = 95, 100_000, 8
SMALL = (5_366, 6)  # documents, passages a document
LARGE_DOCUMENT = 50
DIRECTIONS = 64
BASIS = np.linalg.qr(np.random.default_rng(4).normal(size=(DIMENSION, DIRECTIONS)))[0]
TRAITS_FROM = 1_000  # characters; of whole documents it would take longer than all else


class MadeUpVectors:
    """Gives vectors that are made up, as slowly as the bundled model gives its own."""

    name, dimension = "made up", DIMENSION

    def __init__(self) -> None:
        self._real = make_embedder("")
        self._centres = make_centres()

    def embed_passages(self, texts: Sequence[str]) -> np.ndarray:
        return np.concatenate([self._draw(text) for text in texts])

    def embed_question(self, text: str) -> np.ndarray:
        self._real.embed_question(text)
        return self._draw(text)[0]

    def knows(self, word: str) -> bool:
        return self._real.knows(word)

    def _draw(self, text: str) -> np.ndarray:
        seed = int.from_bytes(content_hash(text)[:4], "little")
        return draw_flat(np.random.default_rng(seed), self._centres, 1)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--part", choices=("start", "change", "ask"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        measure(options)
        return 0
    large = (options.passages // LARGE_DOCUMENT, LARGE_DOCUMENT)
    for name, size in (("small", SMALL), ("large", large)):
        if not (options.folder / name / "filled").exists():
            fill(options.folder / name, *size)
    for part in ("start", "change", "ask"):
        arguments = [sys.executable, "-m", "benchmarks.million", *sys.argv[1:], "--part", part]
        subprocess.run(arguments, check=True)
    return 0


# Filling.


def fill(folder: Path, documents: int, passages: int) -> None:
    store = SQLiteStore(folder / "library.sqlite")
    print(f"{documents * passages:,} passages")
    told("  stored", timed(lambda: fill_store(store, documents, passages)))
    store.close()
    library = open_library(folder)
    told("  words and vectors, all compared", timed(library.refresh))
    if documents * passages > 200_000:
        started = time.perf_counter()
        while library.vector_state().recall is None or library.vector_state().search == "exact":
            time.sleep(1)
        told("  vectors clustered and measured, in the background", time.perf_counter() - started)
    library.close()
    (folder / "filled").touch()


def fill_store(store: SQLiteStore, documents: int, passages: int) -> None:
    rng = np.random.default_rng(0)
    centres, words = make_centres(), Words(0)
    for number in range(documents):
        lines = [f"{line}\n" for line in words.draw(passages, WORDS_A_PASSAGE)]
        text, start, chunks = "".join(lines), 0, []
        for line in lines:
            chunk = Chunk(start, start + len(line), ())
            chunks.append(NewChunk(chunk, None, content_hash(line)))
            start += len(line)
        rows = draw_flat(rng, centres, passages).astype(np.float16)
        store.put(
            NewDocument(
                id=(sha256 := hashlib.sha256(text.encode()).hexdigest())[:16],
                sha256=sha256,
                parsed=ParsedDocument(text, "text/plain", (Block(0, len(text), "paragraph"),), ()),
                chunks=chunks,
                chunking=f"{RULES}:{Settings().chunk_characters}",
                model=MadeUpVectors.name,
                vectors={new.content: row for new, row in zip(chunks, rows, strict=True)},
                traits=find_traits(text[:TRAITS_FROM]),
            ),
            Source(f"{number}.txt", "upload", "", len(text), 1),
        )
    store.choose_model(MadeUpVectors.name)


class Words:
    """Draws made-up words, few of them often: the n-th in proportion to 1 / (n + 100)."""

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        shares = 1 / (np.arange(VOCABULARY) + 100)
        self._ends = np.cumsum(shares / shares.sum())
        letters = np.random.default_rng(1).integers(97, 123, (VOCABULARY, 9)).astype(np.uint8)
        lengths = np.random.default_rng(2).integers(4, 10, VOCABULARY)
        self._words = [bytes(w[:n]).decode() for w, n in zip(letters, lengths, strict=True)]

    def draw(self, lines: int, words: int) -> list[str]:
        numbers = np.searchsorted(self._ends, self._rng.random((lines, words)))
        return [" ".join(self._words[min(n, VOCABULARY - 1)] for n in line) for line in numbers]


def draw_flat(rng: np.random.Generator, centres: np.ndarray, count: int) -> np.ndarray:
    """Draws vectors that have fewer directions than numbers, as real ones do."""
    rows = draw(rng, centres, count) @ BASIS @ BASIS.T
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def make_centres() -> np.ndarray:
    return np.random.default_rng(3).normal(size=(CENTRES, DIMENSION)).astype(np.float32)


# Measuring.


def open_library(folder: Path, embedder: Embedder | None = None) -> Library:
    return Library.open(Settings(index=folder), embedder or MadeUpVectors())


def measure(options: argparse.Namespace) -> None:
    folder = options.folder / "large"
    questions = Words(7).draw(options.questions, QUESTION_WORDS)
    if options.part == "start":
        measure_start(folder, questions)
    elif options.part == "change":
        measure_changes(folder)
    else:
        measure_questions(options.folder, questions[:60])


def measure_start(folder: Path, questions: Sequence[str]) -> None:
    embedder = MadeUpVectors()
    embedder.embed_question("warm up")
    before = own_megabytes()
    started = time.perf_counter()
    library = open_library(folder, embedder)
    library.refresh()
    told("start: opened and level", time.perf_counter() - started)
    retriever = Retriever(library.store, library.vectors, library.words, embedder)
    told("start: and the first passages", timed(lambda: retriever.retrieve(questions[0], 10)))
    vectors = [embedder.embed_question(question) for question in questions]
    pace("retrieval", lambda i: retriever.retrieve(questions[i], 10), len(questions))
    pace("  of it the question's vector", lambda i: embedder.embed_question(questions[i]), 50)
    pace("  vectors", lambda i: library.vectors.search(vectors[i], 50), len(questions))
    pace("  words", lambda i: library.words.search(questions[i], 50), len(questions))
    memory(f"retrieval alone (the model of the questions took {before:.0f} MB before)")
    print("state:", library.vector_state())
    ids = library.store.chunk_ids()
    rows = read_rows(library, ids)
    for name, among in (
        ("all", None), ("a document", ids[:50]), ("5,000", ids[::200]), ("a tenth", ids[::10]),
        ("the newest tenth", ids[-len(ids) // 10 :]), ("a half", ids[::2]),
    ):  # fmt: skip
        pace(
            f"vectors among {name}",
            lambda i, a=among: library.vectors.search(vectors[i], 50, a),  # type: ignore[misc]
            30,
        )
        shares = [overlap(library, ids, rows, vector, among) for vector in vectors[:30]]
        print(f"  recall at 10: {np.mean(shares):.3f}", flush=True)
    names = [document.id for document in library.documents()]
    for count in (1, 100, len(names) // 10):
        pace(f"retrieval in {count:,} documents",
             lambda i, n=count: retriever.retrieve(questions[i], 10, names[:n]), 20)  # type: ignore[misc]  # fmt: skip
    library.close()


def read_rows(library: Library, ids: Sequence[int]) -> np.ndarray:
    rows = np.empty((len(ids), DIMENSION), np.float16)
    for start in range(0, len(ids), 10_000):
        some = library.store.vectors_of(ids[start : start + 10_000], MadeUpVectors.name)
        rows[start : start + len(some)] = [some[id_] for id_ in ids[start : start + 10_000]]
    return rows


def overlap(
    library: Library, ids: Sequence[int], rows: np.ndarray, vector: np.ndarray,
    among: Sequence[int] | None,
) -> float:  # fmt: skip
    """The share of the exact first ten that the index finds."""
    scores = np.concatenate([
        rows[start : start + 50_000].astype(np.float32) @ vector
        for start in range(0, len(rows), 50_000)
    ])  # fmt: skip
    if among is not None:
        left_out = np.ones(len(ids), bool)
        left_out[np.searchsorted(ids, among)] = False
        scores[left_out] = -2
    wanted = {ids[place] for place in np.argpartition(-scores, 10)[:10]}
    return len(wanted & {id_ for id_, _ in library.vectors.search(vector, 10, among)}) / 10


def measure_changes(folder: Path) -> None:
    library = open_library(folder)
    library.refresh()
    added = []
    text = " ".join(Words(8).draw(1, WORDS_A_PASSAGE))
    for number in range(5):
        own = f"{text} zebra{number}"
        added.append(timed(lambda n=number, t=own: library.add_text(t, f"new {n}.txt")))  # type: ignore[misc]
        told("one more document", added[-1])
        told("  and it is found", timed(library.refresh))
        (found, _), *_ = library.words.search(f"zebra{number}", 1)
        vector = library.store.vectors_of([found], MadeUpVectors.name)[found]
        assert library.vectors.search(vector, 1)[0][0] == found
        told("one document less", timed(lambda n=number: library.remove([f"new {n}.txt"])))  # type: ignore[misc]
        assert found not in dict(library.vectors.search(vector, 5))
        assert library.words.search(f"zebra{number}", 1) == []
    told("status", timed(library.status))
    told("documents()", timed(library.documents))
    memory("changing")
    library.close()


def measure_questions(folder: Path, questions: Sequence[str]) -> None:
    embedder = MadeUpVectors()
    assistants, seconds = {}, dict[str, list[float]]()
    for name in ("large", "small"):
        library = open_library(folder / name, embedder)
        settings = Settings(index=folder / name)
        reader = open_reader("", embedder)
        assistants[name] = Assistant(settings, library, embedder, reader)
        assistants[name].load()
        memory(f"at rest with the reader, {name} opened")
    for question in questions:
        for name, assistant in assistants.items():
            asked = f"What is {question.split()[0]} of {' '.join(question.split()[1:4])}?"
            seconds.setdefault(name, []).append(timed(lambda a=assistant, q=asked: a.ask(q)))  # type: ignore[misc]
    memory("asked")
    for name in assistants:
        told_paces(f"whole question, {name}", seconds[name])
    print(f"  ratio of the medians: {median(seconds['large']) / median(seconds['small']):.2f}")
    print(json.dumps(assistants["large"].status()["vectors"]))


def pace(what: str, do: Callable[[int], object], count: int) -> None:
    told_paces(what, [timed(lambda i=i: do(i)) for i in range(count)])  # type: ignore[misc]


def told_paces(what: str, seconds: Sequence[float]) -> None:
    print(f"{what}: median {1000 * median(seconds):.1f} ms, "
          f"95th percentile {1000 * quantiles(seconds, n=20)[-1]:.1f} ms", flush=True)  # fmt: skip


def told(what: str, seconds: float) -> None:
    print(f"{what}: {seconds:.2f} s", flush=True)


def memory(when: str) -> None:
    print(f"private memory, {when}: {own_megabytes():.0f} MB", flush=True)


if __name__ == "__main__":
    sys.exit(main())
