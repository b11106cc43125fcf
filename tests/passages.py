"""Passages made by hand, for the tests of the rooms that answer."""

from __future__ import annotations

from rag.records import Document, Passage


def make_document(document_id: str = "d1", title: str = "T", name: str = "") -> Document:
    name = name or f"{document_id}.md"
    return Document(
        document_id, name, title, "s", None, None, "text/markdown", None,
        100, 1, "2026-01-01T00:00:00+00:00", (name,), (),
    )  # fmt: skip


def make_passage(
    text: str, start: int = 0, document_id: str = "d1", chunk_id: int = 1, title: str = "T"
) -> Passage:
    document = make_document(document_id, title)
    return Passage(chunk_id, document, start, start + len(text), text, (), None, 1.0)


def no_page(document_id: str, character: int) -> int | None:
    return None
