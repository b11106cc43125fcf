"""A folder of documents and questions: reading it, and taking its documents into a library."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any

from rag.assistant import Assistant
from rag.errors import SettingError
from rag.files import safe_name

NAMED_AT_MOST = 3  # ids or names in an error
TOLD_EVERY = 100  # documents

Row = dict[str, Any]


def read_questions(folder: Path, ids: Collection[str] | None = None) -> list[Row]:
    """Reads the rows of ``questions.jsonl(.gz)`` that can be scored.

    Args:
        ids: of the questions wanted; None for all.

    Raises:
        SettingError: there is no such file, or an id is not in it.
    """
    path = _find(folder, "questions.jsonl", "questions.jsonl.gz")
    if path is None:
        raise SettingError(f"{folder} has no questions.jsonl: name a folder that has one.")
    rows = [row for row in read_rows(path) if row.get("answerable") is not None]
    if ids is None:
        return rows
    unknown = sorted(set(ids) - {str(row["id"]) for row in rows})
    if unknown:
        raise SettingError(
            f"{folder} has no question to score with the id {_name(unknown)}: mend the list of ids."
        )
    return [row for row in rows if str(row["id"]) in ids]


def read_ids(path: Path) -> set[str]:
    """Reads a file with one id a line."""
    return {line.strip() for line in _read(path).splitlines() if line.strip()}


def read_rows(path: Path) -> list[Row]:
    """Reads a file with one JSON object a line, packed by gzip where its name says so."""
    rows = []
    for number, line in enumerate(_read(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict):
            raise SettingError(f"{path}, line {number}, is not a JSON object: mend it.")
        rows.append(row)
    return rows


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise SettingError(f"{path} cannot be read ({error}): check the path.") from error


def take_in(folder: Path, assistant: Assistant, tell: Callable[[str], None]) -> dict[str, str]:
    """Takes the folder's documents into the assistant's library, unless they are there.

    Returns:
        The id in the library of each document that the questions may name.

    Raises:
        SettingError: there are no documents, or the library holds others.
    """
    documents = folder / "corpus"
    if documents.is_dir():
        names = {safe_name(path.name) for path in documents.rglob("*") if path.is_file()}
        return _take_in(names, _add_files(documents, assistant), assistant, tell)
    path = _find(folder, "corpus.jsonl", "corpus.jsonl.gz")
    if path is None:
        raise SettingError(
            f"{folder} has neither corpus.jsonl nor corpus/: name a folder that has one."
        )
    rows = read_rows(path)
    names = {safe_name(_text_name(row)) for row in rows}
    return _take_in(names, _add_texts(rows, assistant), assistant, tell)


def _take_in(
    names: set[str],
    added: Iterator[tuple[str, str | None]],
    assistant: Assistant,
    tell: Callable[[str], None],
) -> dict[str, str]:
    library = assistant.library
    _refuse_strangers([d.name for d in library.documents() if names.isdisjoint(d.names)])
    ids = {}
    for number, (doc_id, document_id) in enumerate(added, 1):
        if document_id:
            ids[doc_id] = document_id
        if number % TOLD_EVERY == 0:
            tell(f"{number} of {len(names)} documents")
    _refuse_strangers([d.name for d in library.documents() if d.id not in ids.values()])
    return ids


def _refuse_strangers(names: list[str]) -> None:
    """Others would be found too; and they may be somebody's, so that none is removed."""
    if names:
        raise SettingError(
            f"The library holds {_name(names)}, which the evaluated folder does not: name an "
            "empty folder for it."
        )


def _add_files(documents: Path, assistant: Assistant) -> Iterator[tuple[str, str | None]]:
    for report in assistant.library.add([documents]):
        yield report.name, report.document_id


def _add_texts(rows: list[Row], assistant: Assistant) -> Iterator[tuple[str, str | None]]:
    for row in rows:
        report = assistant.library.add_text(row["text"], _text_name(row), row["title"])
        yield row["doc_id"], report.document_id


def _text_name(row: Row) -> str:
    return f"{row['doc_id']}.txt"


def _find(folder: Path, *names: str) -> Path | None:
    return next((folder / name for name in names if (folder / name).is_file()), None)


def _name(names: list[str]) -> str:
    named = ", ".join(repr(name) for name in names[:NAMED_AT_MOST])
    more = len(names) - NAMED_AT_MOST
    return f"{named} and {more} more" if more > 0 else named
