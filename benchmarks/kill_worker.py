"""Kills (-9) the background worker at random moments while another process waits for its place.

Usage: python benchmarks/kill_worker.py FOLDER [--kills 50] [--seed 0]

What has come in at the end is compared with what `add` takes in of the same folder when nobody
kills it. The embedder is the tests' hashing one.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rag.library import Library
from rag.library.worker import ENDED_TOO_OFTEN
from tests.killing import ROOT, open_library

CHILD = """
import sys, threading
from pathlib import Path
from tests.killing import open_library
library = open_library(Path(sys.argv[1]))
library.start_worker()
print("ready", flush=True)
threading.Event().wait(3600)
"""
LONGEST_LIFE = 2.0  # seconds between two kills, at most


def main() -> int:
    options = read_options()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        plain = open_library(Path(name) / "plain")
        added = Counter(report.outcome for report in plain.add([options.folder]))
        print(f"nobody kills: {dict(added)}", flush=True)
        library = open_library(Path(name) / "index")
        library.submit_paths([options.folder])
        kills = kill_often(library, Path(name) / "index", options.kills, rng)
        too_often = [job.id for job in library.jobs() if job.note == ENDED_TOO_OFTEN]
        library.retry(too_often)
        library.work_off()
        same = {d.id for d in plain.documents()} == {d.id for d in library.documents()}
        problems = library.check()
        print(
            f"{kills} kills: {library.count_jobs()}, {len(too_often)} were in hand at three of "
            f"them and retried; the same documents: {same}; problems: {problems}"
        )
        plain.close()
        library.close()
    return 0 if same and not problems else 1


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


def kill_often(library: Library, index: Path, kills: int, rng: random.Random) -> int:
    """Gives how often the worker was killed before all was done; the last one finishes."""
    children = {child.pid: child for child in (start_child(index), start_child(index))}
    killed = 0
    while any(not job.is_over for job in library.jobs()):
        time.sleep(rng.uniform(0, LONGEST_LIFE))
        works = children.get(int((index / "worker.pid").read_text() or 0))
        if killed < kills and works is not None:
            works.kill()
            works.wait()
            del children[works.pid]
            killed += 1
            after = start_child(index)
            children[after.pid] = after
    for child in children.values():
        child.kill()
        child.wait()
    return killed


def start_child(index: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(index)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


if __name__ == "__main__":
    sys.exit(main())
