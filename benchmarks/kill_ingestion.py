"""Kills (-9) an ingestion at random moments: nothing acknowledged is lost, and check is sound.

Usage: python benchmarks/kill_ingestion.py [--kills 50] [--files 40] [--seed 0] [--folder corpus]

A kill counts where it came before the end. Without ``--folder`` the files are made up, and half of
them change before each kill; at least every fifth kill the ingestion is completed, the library
compared with the folder (or, for a folder that has files to be refused, with what an ingestion
that nobody kills brings in), and an empty one begun. The embedder is the tests' hashing one, so
that the time goes into what can be harmed.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.killing import Outcome, complete, kill_once, measure_run, take_in, write_files


def main() -> int:
    options = read_options()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = options.folder or Path(name) / "files"
        if not options.folder:
            write_files(folder, options.files, rng)
        whole = measure_run(Path(name) / "measured", folder)
        wanted, problems = (
            take_in(Path(name) / "measured", folder) if options.folder else (None, [])
        )
        print(f"an ingestion that nobody kills: {whole:.2f} s, {problems or 'sound'}")
        outcomes, unfinished = kill_often(options, folder, Path(name) / "index", whole, rng, wanted)
    return tell(outcomes, unfinished)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--files", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path)
    return parser.parse_args()


def kill_often(
    options: argparse.Namespace,
    folder: Path,
    index: Path,
    whole: float,
    rng: random.Random,
    wanted: list[str] | None,
) -> tuple[list[Outcome], list[str]]:
    outcomes: list[Outcome] = []
    unfinished: list[str] = []
    interrupted = 0
    while interrupted < options.kills:
        if not options.folder:
            write_files(folder, options.files // 2, rng)
        outcomes.append(kill_once(index, folder, rng.uniform(0, whole)))
        print(f"{len(outcomes):3} {outcomes[-1]}", flush=True)
        interrupted += not outcomes[-1].finished
        if len(outcomes) % 5 == 0 or (options.folder and outcomes[-1].finished):
            unfinished += complete(index, folder, wanted)
            shutil.rmtree(index)
    return outcomes, unfinished


def tell(outcomes: list[Outcome], unfinished: list[str]) -> int:
    lost = sum(len(outcome.lost) for outcome in outcomes)
    unsound = sum(bool(outcome.problems) for outcome in outcomes)
    interrupted = sum(not outcome.finished for outcome in outcomes)
    acknowledged = sum(outcome.acknowledged for outcome in outcomes)
    print(
        f"{len(outcomes)} kills, {interrupted} of them in the middle; {acknowledged} documents "
        f"acknowledged, {lost} lost; {unsound} libraries unsound; "
        f"{len(unfinished)} problems after completing."
    )
    return 1 if lost or unsound or unfinished else 0


if __name__ == "__main__":
    sys.exit(main())
