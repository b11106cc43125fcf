"""What a library of thousands of documents costs: adding one, following a folder, asking.

Usage: python benchmarks/library_size.py [--documents 5366]

Made-up texts and the tests' hashing embedder: parsing, cutting, storing and the indexes are
measured, the model is not.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rag.library import Library
from rag.settings import Settings
from tests.fakes import HashingEmbedder

ADDITIONS = 20
QUESTIONS = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--documents", type=int, default=5_366)
    count = parser.parse_args().documents
    rng = random.Random(0)
    words = [f"word{number}" for number in range(20_000)]
    weights = [1 / (number + 10) for number in range(20_000)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "files"
        write_files(folder, count, words, weights, rng)
        embedder = HashingEmbedder(dimension=384)
        library = Library.open(Settings(index=Path(name) / "index"), embedder)
        empty = add_some(library, words, weights, rng)
        tell(f"sync of {count} new files", clock(lambda: list(library.sync(folder))))
        tell("sync, a second time", clock(lambda: list(library.sync(folder))))
        tell("sync, a third time", clock(lambda: list(library.sync(folder))))
        counts = library.status()
        print(f"{counts.chunks} passages, {counts.bytes / 1e6:.0f} MB of SQLite")
        full = add_some(library, words, weights, rng)
        print(f"one more document: {empty:.1f} ms when empty, {full:.1f} ms now (medians)")
        ask(library, embedder, words, weights, rng)
        library.close()
        tell("open, and refresh", clock(lambda: reopen(name, embedder)))


def write_files(
    folder: Path, count: int, words: list[str], weights: list[float], rng: random.Random
) -> None:
    folder.mkdir()
    for number in range(count):
        paragraphs = (" ".join(rng.choices(words, weights, k=100)) + "." for _ in range(6))
        (folder / f"{number:05}.txt").write_text("\n\n".join(paragraphs))


def add_some(library: Library, words: list[str], weights: list[float], rng: random.Random) -> float:
    """Gives the median milliseconds of adding a document and bringing the indexes level."""
    times = []
    for number in range(ADDITIONS):
        data = "\n\n".join(" ".join(rng.choices(words, weights, k=100)) for _ in range(6)).encode()

        def add(data: bytes = data, name: str = f"upload {number}.txt") -> None:
            library.add_bytes(data, name)
            library.refresh()

        times.append(clock(add) * 1_000)
    return statistics.median(times)


def ask(
    library: Library,
    embedder: HashingEmbedder,
    words: list[str],
    weights: list[float],
    rng: random.Random,
) -> None:
    questions = [" ".join(rng.choices(words, weights, k=8)) for _ in range(QUESTIONS)]
    vectors = [embedder.embed_question(question) for question in questions]
    steps: dict[str, Callable[[int], object]] = {
        "refresh": lambda _: library.refresh(),
        "words": lambda i: library.words.search(questions[i], 50),
        "vectors": lambda i: library.vectors.search(vectors[i], 50),
        "documents()": lambda _: library.documents(),
    }
    for name, step in steps.items():
        times = sorted(clock(partial(step, i)) * 1_000 for i in range(QUESTIONS))
        print(f"{name}: p50 {times[QUESTIONS // 2]:.2f} ms, p95 {times[-5]:.2f} ms")


def reopen(name: str, embedder: HashingEmbedder) -> None:
    library = Library.open(Settings(index=Path(name) / "index"), embedder)
    library.refresh()
    library.close()


def clock(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def tell(what: str, seconds: float) -> None:
    print(f"{what}: {seconds:.2f} s", flush=True)


if __name__ == "__main__":
    main()
