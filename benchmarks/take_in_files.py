"""Takes in many files in the background while questions are asked: fates, delays and memory.

Usage: python -m benchmarks.take_in_files [--folder FOLDER]

One process is the chat's: it has the sample corpus, the real models and the worker. The default
folder is ``../shared/data/documents/files``, with its hostile files. Its memory is what is resident
of it alone (``RssAnon``), without the files that it maps and without the process that parses.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rag.assistant import Assistant, open_assistant
from rag.records import Job
from rag.settings import Settings

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data" / "documents" / "files"
PAUSE_SECONDS = 1.0  # that a person takes before the next question
QUESTIONS = (
    "what does the Central Bank want?",
    "Who heads the Central Bank?",
    "why did China ban crypto?",
    "how is mining taxed?",
    "what is the capital of France?",
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--folder", type=Path, default=DATA)
    folder = parser.parse_args().folder
    if not folder.is_dir():
        print(f"The data is not here: {folder} is missing.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name:
        assistant = open_assistant(Settings(index=Path(name) / "index"))
        list(assistant.library.sync(ROOT / "corpus"))
        assistant.load()
        quiet = [ask(assistant, question) for question in QUESTIONS * 2]
        before = own_megabytes()
        jobs, busy, peak, seconds = take_in(assistant, folder)
        tell(jobs, seconds)
        print(f"problems: {assistant.library.check() or 'none'}")
        assistant.library.close()
    print(
        f"questions: median {statistics.median(quiet):.2f} s before; while files came in "
        f"{statistics.median(busy):.2f} s, at most {max(busy):.2f} s, of {len(busy)}, all answered "
        "or refused as before"
    )
    print(f"memory: {before:.0f} MB before, {peak:.0f} MB at most: {peak - before:.0f} MB more")
    return 0


def take_in(assistant: Assistant, folder: Path) -> tuple[list[Job], list[float], float, float]:
    """Gives the jobs at their end, the delays of the questions, peak memory, and the seconds."""
    library = assistant.library
    peaks = [own_megabytes()]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            peaks[0] = max(peaks[0], own_megabytes())

    threading.Thread(target=watch, daemon=True).start()
    started = time.monotonic()
    library.submit_paths([folder])
    library.start_worker()
    delays = []
    while any(not job.is_over for job in library.jobs()):
        delays.append(ask(assistant, QUESTIONS[len(delays) % len(QUESTIONS)]))
        time.sleep(PAUSE_SECONDS)
    over.set()
    return library.jobs(), delays, peaks[0], time.monotonic() - started


def ask(assistant: Assistant, question: str) -> float:
    """Asks as the chat does; gives the seconds that it took."""
    started = time.monotonic()
    answer = assistant.ask(question)
    wanted = "abstained" if "France" in question else "answered"
    if answer.status != wanted:
        print(f"{question!r} was {answer.status}", flush=True)
    return time.monotonic() - started


def own_megabytes() -> float:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("This system does not tell the memory of a process.")


def tell(jobs: Sequence[Job], seconds: float) -> None:
    print(f"{len(jobs)} files in {seconds:.0f} s: {dict(Counter(job.stage for job in jobs))}")
    slowest = sorted(jobs, key=lambda job: -job.seconds)[:3]
    print("slowest: " + ", ".join(f"{job.name} {job.seconds:.1f} s" for job in slowest))
    print(
        f"refused without a reason: {[j.name for j in jobs if j.stage == 'refused' and not j.note]}"
    )


if __name__ == "__main__":
    sys.exit(main())
