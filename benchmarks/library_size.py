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
from collections.abc import Callable, Sequence
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
        tell(f"sync of {count} new files", clock(lambda: list(library.sync(folder))))
        tell("sync, a second time", clock(lambda: list(library.sync(folder))))
        tell("sync, a third time", clock(lambda: list(library.sync(folder))))
        counts = library.status()
        print(f"{counts.chunks} passages, {counts.bytes / 1e6:.0f} MB of SQLite")
        small = Library.open(Settings(index=Path(name) / "small"), embedder)
        empty, full = add_some((small, library), words, weights, rng)
        small.close()
        print(
            f"one more document: {empty:.1f} ms when empty, {full:.1f} ms now (medians), "
            f"{full / empty:.2f} times as much"
        )
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


def add_some(
    libraries: Sequence[Library], words: list[str], weights: list[float], rng: random.Random
) -> list[float]:
    """Gives the median milliseconds of adding a document and bringing the indexes level.

    The libraries take turns, so that whatever else the machine does befalls them alike.
    """
    times: list[list[float]] = [[] for _ in libraries]
    for number in range(ADDITIONS):
        for library, its_times in zip(libraries, times, strict=True):
            paragraphs = (" ".join(rng.choices(words, weights, k=100)) for _ in range(6))
            data = "\n\n".join(paragraphs).encode()

            def add(library: Library = library, data: bytes = data, number: int = number) -> None:
                library.add_bytes(data, f"upload {number}.txt")
                library.refresh()

            its_times.append(clock(add) * 1_000)
    return [statistics.median(its_times) for its_times in times]


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
