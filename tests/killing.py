"""Kills an ingestion at random moments and looks at what is left; also run by benchmarks/."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.library import Library
from rag.settings import Settings
from tests.fakes import HashingEmbedder

ROOT = Path(__file__).parents[1]

# Reports are told one by one, so that the parent knows what was acknowledged.
CHILD = """
import sys
from pathlib import Path
from tests.killing import open_library
library = open_library(Path(sys.argv[1]))
print("ready", flush=True)
for report in library.sync(Path(sys.argv[2])):
    print(report.outcome, report.document_id, report.name, sep="\\t", flush=True)
print("done", flush=True)
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found after one kill; ``finished`` where it came too late to interrupt."""

    seconds: float
    finished: bool
    acknowledged: int
    lost: tuple[str, ...]
    problems: tuple[str, ...]


def open_library(index: Path) -> Library:
    return Library.open(Settings(index=index), HashingEmbedder())


def write_files(folder: Path, count: int, rng: random.Random) -> None:
    """Writes texts of many lengths, or writes some of them anew."""
    folder.mkdir(parents=True, exist_ok=True)
    words = [f"word{i}" for i in range(500)]
    for number in range(count):
        text = " ".join(rng.choices(words, k=rng.choice((20, 400, 4_000))))
        (folder / f"{number:03}.txt").write_text(f"Report {number}\n\n{text}.\n")


def start_child(index: Path, folder: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(index), str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def measure_run(index: Path, folder: Path) -> float:
    """Gives how many seconds an ingestion takes that nobody kills."""
    with start_child(index, folder) as child:
        started = time.monotonic()
        child.communicate()
    return time.monotonic() - started


def kill_once(index: Path, folder: Path, seconds: float) -> Outcome:
    """Starts an ingestion, kills it after some seconds, and examines the library."""
    with start_child(index, folder) as child:
        time.sleep(seconds)
        child.kill()
        assert child.stdout is not None
        lines = child.stdout.read().splitlines()
    reports = [line.split("\t") for line in lines if line.count("\t") == 2]
    kept = {
        id_: name for outcome, id_, name in reports if outcome in ("added", "updated", "unchanged")
    }
    library = open_library(index)
    there = {document.id for document in library.documents()}
    problems = library.check()
    library.close()
    lost = tuple(name for id_, name in kept.items() if id_ not in there)
    return Outcome(seconds, "done" in lines, len(kept), lost, tuple(problems))


def take_in(index: Path, folder: Path) -> tuple[list[str], list[str]]:
    """Runs an ingestion to its end; gives what is there then, id and names, and what is wrong."""
    library = open_library(index)
    list(library.sync(folder))
    held = sorted(f"{document.id} {document.names}" for document in library.documents())
    problems = library.check()
    library.close()
    return held, problems


def complete(index: Path, folder: Path, wanted: Sequence[str] | None = None) -> list[str]:
    """Runs the ingestion to its end; gives what is wrong with the library then.

    ``wanted`` is what an ingestion that nobody killed has brought in; without it, every file.
    """
    held, problems = take_in(index, folder)
    if wanted is None:
        wanted = sorted(
            f"{hashlib.sha256(path.read_bytes()).hexdigest()[:16]} {(path.name,)}"
            for path in folder.iterdir()
        )
    if held != list(wanted):
        lost, strange = set(wanted) - set(held), set(held) - set(wanted)
        problems.append(f"Of {len(wanted)} documents {lost} are lost, {strange} too many.")
    return problems
