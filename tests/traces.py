"""Looks for a word in everything that a library on disk consists of."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from rag.words.analysis import make_analyzers, normalise

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


def find_traces(index: Path, word: str) -> set[str]:
    """Names the tables, and the files below the folder, that hold a word in whatever form."""
    forms = {form.lower() for form in _forms(word)}
    found = {
        path.relative_to(index).parts[0]
        for path in index.rglob("*")
        if path.is_file() and _holds(path.name.encode() + path.read_bytes(), forms)
    }
    if _count_passages(index / "words", word):
        found.add("words")
    for path in index.glob("*.sqlite"):
        with closing(sqlite3.connect(path)) as connection:
            found |= {
                f"table {table}"
                for (table,) in connection.execute("SELECT name FROM sqlite_master").fetchall()
                if _is_table(connection, table)
                for row in connection.execute(f'SELECT * FROM "{table}"')
                for value in row
                if _holds(value if isinstance(value, bytes) else str(value).encode(), forms)
            }
    return found


def find_bytes(index: Path, data: bytes) -> set[str]:
    """Names the files that hold some bytes."""
    return {
        path.relative_to(index).parts[0]
        for path in index.rglob("*")
        if path.is_file() and data in path.read_bytes()
    }


def _count_passages(words: Path, word: str) -> int:
    """Counts passages with a word, those that were deleted but not yet merged away as well.

    Where no passage has it the word is not in the dictionary of any segment, in whose automaton
    the bytes of a word could not be found.
    """
    from tantivy import Index

    if not (words / "meta.json").exists():
        return 0
    searcher = Index.open(str(words)).searcher()
    indexed, _ = make_analyzers()
    return sum(
        searcher.doc_freq(field, term)
        for term in indexed.analyze(normalise(word))
        for field in ("body", "headings")
    )


def _forms(word: str) -> Iterator[bytes]:
    for encoding in ENCODINGS:
        data = word.encode(encoding)
        yield data
        yield data.hex().encode()
        for shift in range(3):  # a word may begin anywhere in a group of three bytes
            coded = base64.b64encode(b"\0" * shift + data)[4 if shift else 0 : -4]
            if len(coded) > 6:  # less may be chance
                yield coded
    yield word.encode("utf-8")[::-1]


def _holds(data: bytes, forms: set[bytes]) -> bool:
    data = data.lower()
    return any(form in data for form in forms)


def _is_table(connection: sqlite3.Connection, name: str) -> bool:
    return bool(
        connection.execute(
            "SELECT 1 FROM sqlite_master WHERE name = ? AND type = 'table'", (name,)
        ).fetchone()
    )
