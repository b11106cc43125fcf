"""What reading apart costs, and what hostile or very large input does to the process that answers.

Usage: python benchmarks/hostile_input.py [--part cost|hostile|many|long] [--megabytes 5]

A quick embedder stands in for the model, so that the time goes into what is measured. Memory is
that of the process that answers, as Linux tells it.
"""

from __future__ import annotations

import argparse
import logging
import random
import statistics
import sys
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))

from rag.chunks import cut_chunks
from rag.errors import UnreadableDocument
from rag.isolate import ParserProcess
from rag.library import Library
from rag.parse import parse_bytes
from rag.settings import Settings
from tests.hostile import SECRET, WORDS, hostile_files

FILES = 500
LONG_WORDS = 10_000_000
BATCH_PAUSE = 0.02  # seconds between two questions


class QuickEmbedder:
    """Gives each text a direction of its own, at once."""

    name = "quick"
    dimension = 384

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self.embed_question(text) for text in texts], dtype=np.float32)

    def embed_question(self, text: str) -> NDArray[np.float32]:
        row = np.random.default_rng(zlib.crc32(text.encode())).standard_normal(self.dimension)
        return (row / np.linalg.norm(row)).astype(np.float32)

    def knows(self, _word: str) -> bool:
        return False


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parts = {"cost": tell_cost, "hostile": tell_hostile, "many": tell_many, "long": tell_long}
    parser.add_argument("--part", choices=parts, action="append")
    parser.add_argument("--megabytes", type=float, default=5.0)
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    for name in options.part or parts:
        with tempfile.TemporaryDirectory() as folder:
            parts[name](Path(folder), options.megabytes)


def tell_cost(_folder: Path, _megabytes: float) -> None:
    """What a small file costs in a process apart, above what it costs in this one."""
    text = "\n\n".join(["# A title", *(f"{' '.join(WORDS)} {i}." for i in range(60))]).encode()
    parser = ParserProcess(60)
    first = clock(lambda: parser.read(text, "a.md", 1_000))
    apart = [clock(lambda: parser.read(text, "a.md", 1_000)) for _ in range(200)]
    parser.close()

    def read_here() -> None:
        parsed = parse_bytes(text, "a.md")
        cut_chunks(parsed.text, parsed.blocks, 1_000)

    here = [clock(read_here) for _ in range(200)]
    print(
        f"{len(text):,} bytes of Markdown: {1e3 * statistics.median(here):.2f} ms here, "
        f"{1e3 * statistics.median(apart):.2f} ms apart (medians); the first, with the start of "
        f"the process, {1e3 * first:.0f} ms",
        flush=True,
    )


def tell_hostile(folder: Path, megabytes: float) -> None:
    """What becomes of each hostile file, and how long it takes."""
    secret = folder / "secret.txt"
    secret.write_text(SECRET)
    parser = ParserProcess(Settings().parse_seconds)
    outcomes: Counter[str] = Counter()
    slow: list[tuple[float, str, str]] = []
    growth = 0.0
    for name, data in hostile_files(secret, megabytes):
        before, started = resident(), time.perf_counter()
        with watching() as watch:
            try:
                parsed, _ = parser.read(data, name, 1_000)
                outcome = "LEAK" if SECRET in parsed.text else "read"
            except UnreadableDocument as error:
                outcome = f"refused: {error}"
        slow.append((time.perf_counter() - started, name, outcome))
        outcomes[outcome.split(":")[0]] += 1
        growth = max(growth, watch.peak - before)
    parser.close()
    print(f"hostile files, the large ones of {megabytes} MB: {dict(outcomes)}; the slowest:")
    for seconds, name, outcome in sorted(slow, reverse=True)[:8]:
        print(f"  {seconds:6.2f} s  {name}: {outcome[:120]}")
    print(f"  memory here grew by {growth:.0f} MB at most", flush=True)


def tell_many(folder: Path, _megabytes: float) -> None:
    """500 files at once, while questions are asked."""
    rng = random.Random(0)
    for number in range(FILES):
        text = " ".join(rng.choices(WORDS, k=rng.choice((50, 500, 5_000))))
        write(folder / "files" / f"{number:03}.txt", f"{text} report{number}.\n")
    tell_taking_in(folder, f"{FILES} files")


def tell_long(folder: Path, _megabytes: float) -> None:
    """A text of ten million words, while questions are asked."""
    rng = random.Random(0)
    words = [f"{a}{b}{c}" for a in "bdfg" for b in "aeiou" for c in "lmnrst"]
    with (folder / "long.txt").open("w") as file:
        for _ in range(LONG_WORDS // 100):
            file.write(" ".join(rng.choices(words, k=100)) + ".\n\n")
    write(folder / "files" / "long.txt", "").unlink()
    (folder / "long.txt").rename(folder / "files" / "long.txt")
    tell_taking_in(folder, f"one text of {LONG_WORDS:,} words")


def tell_taking_in(folder: Path, what: str) -> None:
    embedder = QuickEmbedder()
    library = Library.open(Settings(index=folder / "index"), embedder)
    for number in range(50):
        library.add_bytes(f"{' '.join(WORDS)} number {number}.\n".encode(), f"{number}.txt")
    library.refresh()
    alone = [clock(lambda: ask(library, embedder)) for _ in range(100)]
    bytes_ = sum(path.stat().st_size for path in (folder / "files").iterdir())
    before = resident()
    during: list[float] = []
    done = threading.Event()

    def keep_asking() -> None:
        while not done.is_set():
            during.append(clock(lambda: ask(library, embedder)))
            time.sleep(BATCH_PAUSE)

    asking = threading.Thread(target=keep_asking, daemon=True)
    with watching() as watch:
        asking.start()
        seconds = clock(lambda: tell_outcomes(library, folder / "files"))
        done.set()
        asking.join()
    counts = library.status()
    library.close()
    print(
        f"{what} ({bytes_ / 1e6:.1f} MB, {counts.chunks:,} passages) in {seconds:.1f} s; memory "
        f"here {before:.0f} MB before, {watch.peak:.0f} MB at most, {resident():.0f} MB after "
        f"({(watch.peak - before) * 1e6 / bytes_:.1f} times the files' size at most)"
    )
    print(
        f"  a question alone: p50 {percentile(alone, 50):.1f} ms, p95 {percentile(alone, 95):.1f}; "
        f"meanwhile ({len(during)} asked): p50 {percentile(during, 50):.1f} ms, p95 "
        f"{percentile(during, 95):.1f}, longest {max(during) * 1e3:.0f}",
        flush=True,
    )


def tell_outcomes(library: Library, folder: Path) -> None:
    outcomes = Counter(report.outcome for report in library.add([folder]))
    print(f"  {dict(outcomes)}")


def ask(library: Library, embedder: QuickEmbedder) -> None:
    library.refresh()
    found = library.words.search("the bank proposed a law on mining", 10)
    found += library.vectors.search(embedder.embed_question("the bank"), 10)
    library.store.chunks([id_ for id_, _ in found])


# Measuring.


class Watch:
    peak = 0.0


@contextmanager
def watching() -> Iterator[Watch]:
    """Notes the most memory that this process has while it goes on."""
    watch, done = Watch(), threading.Event()

    def look() -> None:
        while not done.wait(0.01):
            watch.peak = max(watch.peak, resident())

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        done.set()
        thread.join()


def resident() -> float:
    """Gives the megabytes that this process has in memory."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise LookupError("VmRSS")


def clock(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def percentile(seconds: list[float], share: int) -> float:
    return 1e3 * float(np.percentile(seconds, share))


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


if __name__ == "__main__":
    main()
