"""Questions: one, or a file of them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from rag.assistant import Assistant, open_assistant
from rag.cli.commands import AddCommand
from rag.cli.exit_status import ABSTAINED, OK, WRONG_USAGE
from rag.cli.terminal import one_line, print_json, tell
from rag.errors import SettingError
from rag.records import Answer, Turn, to_json
from rag.settings import Settings


def add_commands(add: AddCommand) -> None:
    ask = add("ask", _ask, "answer a question, with citations")
    ask.add_argument("question", nargs="?", metavar="QUESTION")
    ask.add_argument("--json", action="store_true")
    ask.add_argument("--doc", action="append", metavar="DOCUMENT", help="ask this document only")
    ask.add_argument(
        "--model",
        metavar="NAME",
        help="reader, or for instance ollama:qwen3 (default: RAG_MODEL)",
    )
    ask.add_argument("--batch", metavar="FILE.jsonl", help="answer a file of questions")


def _ask(options: argparse.Namespace, settings: Settings) -> int:
    if bool(options.batch) == bool(options.question is not None):
        tell("Give one question, or --batch with a file of questions.")
        return WRONG_USAGE
    if options.model:
        settings = replace(settings, model=options.model)
    assistant = open_assistant(settings)
    assistant.check_model(assistant.model)
    if options.batch:
        return _ask_batch(assistant, Path(options.batch))
    documents = assistant.choose(options.doc)
    answer = assistant.ask(options.question, documents=documents)
    if options.json:
        print_json(to_json(answer))
    else:
        _print_answer(answer)
    return OK if answer.status == "answered" else ABSTAINED


def _ask_batch(assistant: Assistant, path: Path) -> int:
    rows = _read_rows(path)
    for row in rows:
        turns = [Turn(t["question"], t["answer"]) for t in row.get("turns") or []]
        documents = assistant.choose(row.get("documents"))
        answer = assistant.ask(row["question"], turns, documents, answer_id=str(row["id"]))
        print(json.dumps(to_json(answer), ensure_ascii=False), flush=True)
    return OK


def _read_rows(path: Path) -> list[dict[str, Any]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{path} cannot be read ({error}): check the path.") from error
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            rows.append({"id": row["id"], "question": str(row["question"]), **row})
        except (ValueError, KeyError, TypeError) as error:
            raise SettingError(
                f'{path}, line {number}, is not a JSON object with "id" and "question": mend it.'
            ) from error
    return rows


def _print_answer(answer: Answer) -> None:
    if answer.notice:
        tell(answer.notice)
    if answer.searched_for != answer.question:
        tell(f"Searched for: {answer.searched_for}")
    unsupported = sum(sentence.verdict == "unsupported" for sentence in answer.sentences)
    if unsupported:
        tell(
            f"Left out, as nothing in the documents supports it: {unsupported} written sentence(s)."
        )
    for sentence in answer.sentences:
        if sentence.verdict == "unsupported":
            continue
        markers = _mark(sentence.markers)
        partly = " (borne out in part)" if sentence.verdict == "partly" else ""
        print(f"{one_line(sentence.text)} {markers}{partly}")
    for agreement in answer.agreements:
        print(f"{len(agreement.markers)} sources agree: {_mark(agreement.markers)}")
    for conflict in answer.conflicts:
        as_of = f" As of {conflict.as_of}." if conflict.as_of else ""
        print(f"{conflict.note} {_mark(conflict.markers)}{as_of}")
    if not answer.sentences:
        print(answer.text)
        if answer.nearest:
            print("\nThe nearest passages:")
    for citation in answer.citations or answer.nearest:
        marker = f"[{citation.marker}] " if answer.citations else ""
        page = f", page {citation.page}" if citation.page else ""
        quote = one_line(citation.quote)
        shown = quote if len(quote) <= 300 else quote[:300] + " …"
        print(f"\n{marker}{one_line(citation.document.name)}{page}: “{shown}”")


def _mark(markers: Iterable[int]) -> str:
    return "".join(f"[{marker}]" for marker in markers)
