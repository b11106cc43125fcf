"""Measures the answers on every data set, each question on the half that it belongs to.

    python -m benchmarks.measure_quality clapnq golden --keep FOLDER --half held-out

The calibration (``training/calibrate.py``) may see the dev halves alone; the figures of
docs/quality.md are those of the held-out halves. ``squad2_articles`` is split by the articles that
its README fixes, the sample corpus by its two files of questions, every other set by the hash of a
question's id. ``--ids`` writes the ids of the halves and measures nothing.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.measure_retrieval import DATA, draw_documents, read_rows
from rag.evaluate.folder import read_questions
from rag.evaluate.kept import write_run
from rag.evaluate.report import Run
from rag.evaluate.run import evaluate_folder
from rag.evaluate.thresholds import find_threshold, replay
from rag.settings import NAMED_THRESHOLDS, read_settings

GOLDEN = Path(__file__).parents[1] / "tests" / "evaluation"
ARTICLES = {"dev": {"Force", "Normans"}, "held-out": {"Islamism", "Harvard_University"}}
HALVES = ("dev", "held-out")
MOST_REFUSED_WRONGLY = (0.05, 0.1)
EVIDENCE_ONLY = "news_2025"  # embedding all of its 5,366 pages takes over an hour
COLUMNS = (
    "right", "quote_has_answer", "evidence_f1", "answer_f1", "refused_rightly",
    "refused_wrongly", "ece", "recall_at_5", "p50", "read_p50",
)  # fmt: skip


def half_of(question_id: str) -> str:
    """The half of a question that nothing else assigns."""
    return HALVES[hashlib.sha256(question_id.encode()).digest()[-1] % 2]


def folder_of(name: str, half: str, keep: Path) -> Path:
    """The folder to evaluate; that of news is made with the pages that hold evidence alone."""
    if name == "golden":
        return GOLDEN / {"dev": "dev", "held-out": "final"}[half]
    if name != EVIDENCE_ONLY:
        return DATA / name
    made = keep / f"{name}-evidence"
    made.mkdir(parents=True, exist_ok=True)
    questions = read_rows(DATA / name / "questions.jsonl.gz")
    rows = draw_documents(read_rows(DATA / name / "corpus.jsonl.gz"), questions, 0, 1)
    for file, content in (("corpus", rows), ("questions", questions)):
        lines = "\n".join(json.dumps(row) for row in content)
        (made / f"{file}.jsonl.gz").write_bytes(gzip.compress(lines.encode(), mtime=0))
    return made


def ids_of(name: str, half: str, folder: Path) -> list[str]:
    """The ids of one half, in order."""
    ids = [str(question["id"]) for question in read_questions(folder)]
    if name == "golden":
        return ids
    if name != "squad2_articles":
        return [i for i in ids if half_of(i) == half]
    rows = read_rows(DATA.parent / "reader" / "squad2_a.jsonl.gz")
    wanted = {str(row["id"]) for row in rows if row["title"] in ARTICLES[half]}
    return [i for i in ids if i in wanted]


def thin(ids: list[str], most: int) -> list[str]:
    """At most so many, evenly from all."""
    return ids[:: -(-len(ids) // most)] if most and len(ids) > most else ids


def row_of(name: str, run: Run) -> str:
    """One line of the table."""
    values: Iterable[Any] = [run.measures.get(column) for column in COLUMNS]
    at = [replay(run.scored, find_threshold(run.scored, m)) for m in MOST_REFUSED_WRONGLY]
    rightly = [point.refused_rightly for point in at]
    cells = [
        "–" if v is None else f"{v:.3f}" if v < 10 else f"{v:.0f}" for v in (*values, *rightly)
    ]
    return f"| {name} | {len(run.scored)} | {' | '.join(cells)} |"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+", help="data sets, for instance clapnq; golden")
    parser.add_argument(
        "--keep", type=Path, required=True, help="where libraries and runs are kept"
    )
    parser.add_argument("--half", choices=HALVES, default="dev")
    parser.add_argument("--questions", type=int, default=0, help="at most, evenly from all")
    parser.add_argument("--ids", action="store_true", help="write the ids of the half and stop")
    options = parser.parse_args()
    if not DATA.is_dir():
        print(f"The data is not here: {DATA} is missing, so nothing is measured.", file=sys.stderr)
        return 1
    rightly = [f"refused rightly at {most:.0%} wrongly" for most in MOST_REFUSED_WRONGLY]
    print(f"| data | questions | {' | '.join(c.replace('_', ' ') for c in (*COLUMNS, *rightly))} |")
    print("|---" * (len(COLUMNS) + 4) + "|")
    for name in options.names:
        folder = folder_of(name, options.half, options.keep)
        ids = thin(ids_of(name, options.half, folder), options.questions)
        if options.ids:
            (options.keep / f"{name}-{options.half}.ids").write_text("\n".join(ids) + "\n")
            continue
        settings = read_settings()
        library = options.keep / f"library-{name}"
        run = evaluate_folder(
            folder, settings, lambda line: print(line, file=sys.stderr), library, set(ids)
        )
        write_run(options.keep / f"run-{name}-{options.half}", run, NAMED_THRESHOLDS, sys.argv[1:])
        print(row_of(name, run), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
