"""Reads real and hostile files and tells which get the fate and the phrases that are expected.

    python -m benchmarks.read_documents --format pdf html

Every file of ``../shared/data/documents`` is read in a process of its own, with limits on memory
and time, as some are bombs. A phrase counts as found where it stands in the extracted text,
whatever the white space; "by letters" counts it by its letters and digits alone, which forgives the
marks of cells and words that are joined over a line's end. "Unwanted" phrases must not be there.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import resource
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

from rag.errors import UnreadableDocument
from rag.parse import parse_file

DATA = Path(__file__).parents[2] / "shared" / "data" / "documents"
MEMORY_BYTES = 1024**3
SECONDS = 60
PRELOADED = (
    "trafilatura",
    "lxml.html",
    "pypdfium2",
    "docx",
    "pptx",
    "openpyxl",
)  # so that each process begins warm
RIGHT_FATES = {
    "parses": {"read"},
    "must_be_refused": {"refused"},
    "parses_or_refused": {"read", "refused"},
}


@dataclass(slots=True)
class Outcome:
    """What became of one file; ``words`` is its text, or the reason why there is none."""

    fate: str
    words: str
    seconds: float = 0.0
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class Score:
    """The figures of one format."""

    files: int = 0
    right: int = 0
    phrases: int = 0
    found: int = 0
    by_letters: int = 0
    unwanted: int = 0
    leaked: int = 0
    wrong: list[str] = field(default_factory=list)


def read_guarded(path: Path) -> Outcome:
    """Reads one file in a process of its own."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_read, args=(path, sender))
    started = time.monotonic()
    process.start()
    sender.close()
    try:
        outcome: Outcome = receiver.recv() if receiver.poll(SECONDS) else Outcome("timed out", "")
    except EOFError:
        outcome = Outcome("killed", "")
    process.kill()
    process.join()
    outcome.seconds = time.monotonic() - started
    return outcome


def _read(path: Path, sender: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        document = parse_file(path)
        sender.send(Outcome("read", document.text, warnings=document.warnings))
    except UnreadableDocument as error:
        sender.send(Outcome("refused", str(error)))
    except (Exception, MemoryError) as error:  # noqa: BLE001 - a crash is what is looked for
        sender.send(Outcome("crashed", f"{type(error).__name__}: {error}"))


def judge(row: dict[str, str], outcome: Outcome, score: Score) -> None:
    """Adds one file to the figures of its format."""
    name = Path(row["path"]).name
    score.files += 1
    if outcome.fate in RIGHT_FATES[row["expected"]]:
        score.right += 1
    else:
        score.wrong.append(f"{name}: {outcome.fate}, {row['expected']}: {outcome.words[:150]!r}")
    text = outcome.words if outcome.fate == "read" else ""
    spaced, letters = _spaced(text), _letters(text)
    for phrase in _phrases(row["must_contain"]):
        if not text and row["expected"] == "parses_or_refused":
            continue
        score.phrases += 1
        score.found += _spaced(phrase) in spaced
        score.by_letters += _letters(phrase) in letters
        if _spaced(phrase) not in spaced:
            only = " (by letters it is there)" if _letters(phrase) in letters else ""
            score.wrong.append(f"{name}: misses {phrase!r}{only}")
    for phrase in _phrases(row["must_not_contain"]):
        score.unwanted += 1
        if _spaced(phrase) in spaced:
            score.leaked += 1
            score.wrong.append(f"{name}: leaks {phrase!r}")


def _phrases(cell: str) -> list[str]:
    return [phrase for phrase in cell.split(" || ") if phrase.strip()]


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text))).lower()


def print_scores(scores: dict[str, Score]) -> None:
    print("| format | files | fate right | phrases | found | by letters | unwanted | leaked |")
    print("|---|---|---|---|---|---|---|---|")
    for name, score in [*sorted(scores.items()), ("all", _total(scores.values()))]:
        figures = (
            *(score.files, score.right, score.phrases, score.found, score.by_letters),
            *(score.unwanted, score.leaked),
        )
        print(f"| {name} | {' | '.join(map(str, figures))} |")
    for name, score in sorted(scores.items()):
        for line in score.wrong:
            print(f"* {name}: {line}")


def _total(scores: Iterable[Score]) -> Score:
    total = Score()
    for score in scores:
        for name in ("files", "right", "phrases", "found", "by_letters", "unwanted", "leaked"):
            setattr(total, name, getattr(total, name) + getattr(score, name))
    return total


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--format", nargs="*", help="only these, as the manifest calls them")
    parser.add_argument("--slow", type=float, default=5, help="name files that took more seconds")
    options = parser.parse_args()
    if not DATA.is_dir():
        print(f"The data is not here: {DATA} is missing, so nothing is read.", file=sys.stderr)
        return 1
    for module in PRELOADED:
        import_module(module)
    scores: defaultdict[str, Score] = defaultdict(Score)
    with (DATA / "manifest.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            r for r in csv.DictReader(file) if not options.format or r["format"] in options.format
        ]
    for row in rows:
        outcome = read_guarded(DATA / row["path"])
        judge(row, outcome, scores[row["format"] or "none"])
        if outcome.seconds > options.slow:
            print(f"{row['path']}: {outcome.seconds:.1f} s", file=sys.stderr)
    print_scores(scores)
    return 0


if __name__ == "__main__":
    sys.exit(main())
