"""Joins the written questions and fills in where their evidence stands in the extracted text.

Run ``python -m tests.evaluation.locate_evidence`` after a change of corpus/, of a parser, or of
questions-*.jsonl; it writes ``questions.jsonl`` beside them.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from rag.parse import parse_file

HERE = Path(__file__).parent
CORPUS = HERE.parents[1] / "corpus"


def locate(text: str, quote: str) -> tuple[int, int]:
    """Gives the one range of a text that reads as the quote, white space and cell marks aside."""
    gap = r"[\s|]+"
    pattern = gap.join(re.escape(word) for word in re.split(gap, quote.strip()) if word)
    found = [match.span() for match in re.finditer(pattern, text)]
    if len(found) != 1:
        raise ValueError(f"found {len(found)} times: {quote!r}")
    return found[0]


def locate_all(folder: Path) -> int:
    """Writes ``questions.jsonl`` of a folder; gives the number of quotes that were not found."""
    texts: dict[str, str] = {}
    rows: list[dict[str, Any]] = []
    missing = 0
    for path in sorted(folder.glob("questions-*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            located = []
            for evidence in row["evidence"]:
                name = evidence["doc_id"]
                if name not in texts:
                    texts[name] = parse_file(CORPUS / name).text
                try:
                    start, end = locate(texts[name], evidence["text"])
                except ValueError as error:
                    missing += 1
                    print(f"{row['id']} {name} {str(error)[:40]}", file=sys.stderr)
                    continue
                quote = texts[name][start:end]
                located.append({"doc_id": name, "start": start, "end": end, "text": quote})
            rows.append({**row, "evidence": located})
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    (folder / "questions.jsonl").write_text("".join(lines), encoding="utf-8")
    print(f"{folder.name}: {len(rows)} questions, {missing} quotes not found")
    return missing


if __name__ == "__main__":
    sys.exit(min(1, sum(locate_all(HERE / half) for half in ("dev", "final"))))
