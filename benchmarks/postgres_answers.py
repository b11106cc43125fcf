"""Asks the same questions of a library in a folder and of one in PostgreSQL, and compares.

    python -m benchmarks.postgres_answers [FOLDER]

FOLDER holds ``corpus/`` and ``questions.jsonl``, as tests/evaluation/dev does. The server is
started for it, see tests/postgres/server.py. An answer is the same where status, text and every
citation are.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from rag.assistant import Assistant, open_assistant
from rag.records import Answer, Turn
from rag.settings import Settings
from tests.postgres.server import Server


def take_in(settings: Settings, folder: Path) -> tuple[Assistant, float]:
    assistant = open_assistant(settings)
    started = time.monotonic()
    for report in assistant.library.add([folder]):
        if report.outcome != "added":
            print(report, file=sys.stderr)
    seconds = time.monotonic() - started
    assistant.load()
    return assistant, seconds


def essence(answer: Answer) -> tuple[Any, ...]:
    cited = [(c.document.id, c.start, c.end, c.quote) for c in answer.citations]
    return (answer.status, answer.text, cited)


def ask(assistant: Assistant, rows: Sequence[dict[str, Any]]) -> tuple[list[Answer], list[float]]:
    answers, seconds = [], []
    for row in rows:
        turns = [Turn(turn["question"], turn["answer"]) for turn in row.get("turns") or []]
        started = time.monotonic()
        answers.append(assistant.ask(row["question"], turns))
        seconds.append(time.monotonic() - started)
    return answers, seconds


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "tests/evaluation/dev")
    rows = [json.loads(line) for line in (folder / "questions.jsonl").read_text().splitlines()]
    with tempfile.TemporaryDirectory() as index:
        server = Server().create().start()
        try:
            plain = Settings(index=Path(index) / "folder")
            shared = replace(
                plain, index=Path(index) / "beside", library=server.make_schema("footnote")
            )
            embedded, embedded_s = take_in(plain, folder / "corpus")
            in_postgres, postgres_s = take_in(shared, folder / "corpus")
            (mine, mine_s), (theirs, theirs_s) = ask(embedded, rows), ask(in_postgres, rows)
            embedded.library.close()
            in_postgres.library.close()
        finally:
            server.stop()
    same = [essence(a) == essence(b) for a, b in zip(mine, theirs, strict=True)]
    print(f"taken in: folder {embedded_s:.0f} s, PostgreSQL {postgres_s:.0f} s")
    print(f"asked, median: folder {median(mine_s):.2f} s, PostgreSQL {median(theirs_s):.2f} s")
    print(f"{sum(same)} of {len(same)} answers are the same")
    for row, a, b, is_same in zip(rows, mine, theirs, same, strict=True):
        if not is_same:
            print(f"\n{row['question']}\n  folder: {a.text}\n  PostgreSQL: {b.text}")
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
