"""Takes in files while the disk runs full again and again: what was acknowledged is kept.

Usage: python benchmarks/full_disk.py [--folder ../shared/data/documents/files] [--megabytes 3]

The library stands on a small tmpfs, which is made larger by as much each time that it is full, as a
person would free some space; so the ingestion stops many times, at another place each time. Needs
root on Linux.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from rag.errors import LibraryError, LibraryFull
from tests.killing import complete, open_library, take_in

DATA = Path(__file__).parents[2] / "shared" / "data" / "documents" / "files"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--folder", type=Path, default=DATA)
    parser.add_argument("--megabytes", type=float, default=3)
    options = parser.parse_args()
    if sys.platform != "linux" or os.geteuid() != 0:
        print("A small disk can be mounted by root on Linux alone.", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as name:
        wanted, problems = take_in(Path(name) / "whole", options.folder)
        small = Path(name) / "small"
        with mounted(small, options.megabytes):
            stops, lost, unsound = fill(small, options.folder, options.megabytes)
            problems += complete(small / "index", options.folder, wanted)
    print(
        f"{len(wanted)} documents; the disk was full {stops} times; {lost} acknowledged documents "
        f"lost; {unsound} libraries unsound; {problems or 'the same as on a large disk'}."
    )
    return 1 if lost or unsound or problems else 0


def fill(disk: Path, folder: Path, megabytes: float) -> tuple[int, int, int]:
    """Takes in until it is done; gives the stops, and what was lost and unsound after them."""
    stops = lost = unsound = 0
    while True:
        kept: set[str] = set()
        try:
            library = open_library(disk / "index")
            for report in library.sync(folder):
                if report.document_id:
                    kept.add(report.document_id)
            library.close()
            return stops, lost, unsound
        except LibraryFull as error:
            stops += 1
            print(f"{stops}: {len(kept)} kept; {error}", flush=True)
        resize(disk, megabytes * (stops + 1))
        lost_now, unsound_now = examine(disk / "index", kept)
        lost, unsound = lost + lost_now, unsound + unsound_now


def examine(index: Path, kept: set[str]) -> tuple[int, int]:
    try:
        library = open_library(index)
        there = {document.id for document in library.documents()}
        problems = library.check()
        library.close()
    except LibraryError as error:
        print(f"unsound: {error}")
        return len(kept), 1
    print(*problems, sep="\n", end="")
    return len(kept - there), bool(problems)


@contextmanager
def mounted(disk: Path, megabytes: float) -> Iterator[None]:
    disk.mkdir()
    size = f"size={int(megabytes * 1024)}k"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", disk], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def resize(disk: Path, megabytes: float) -> None:
    size = f"remount,size={int(megabytes * 1024)}k"
    subprocess.run(["mount", "-o", size, disk], check=True)


if __name__ == "__main__":
    sys.exit(main())
