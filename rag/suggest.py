"""A library to questions worth asking first, drawn from what its documents say of themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Protocol

from rag.records import Block, Document

QUESTION_HEADING = re.compile(
    r"^(?:who|what|when|where|which|why|how|is|are|does|do|did|can)\b.*\?$", re.I
)
DEFINED = re.compile(
    r"(?:^|(?<=[.!?]\s))(?:An? |The )?(?P<name>[A-Z][\w-]+(?: [\w-]+){0,2}) (?:is|are) (?:an?|the) "
)
READ_CHARACTERS = 20_000  # of each document; what it is about stands at its beginning
DOCUMENTS = 200  # at most; a first page needs four questions, not a survey


class ReadableLibrary(Protocol):
    """What suggesting asks of the library."""

    def documents(self) -> list[Document]: ...

    def text(self, document_id: str) -> str: ...

    def blocks(self, document_id: str) -> tuple[Block, ...]: ...


def propose_questions(library: ReadableLibrary) -> Iterator[str]:
    """Gives questions without repetitions, one document after the other in turn."""
    seen: set[str] = set()
    proposals = [_propose(library, document) for document in library.documents()[:DOCUMENTS]]
    for row in zip_longest(*proposals):
        for question in row:
            if question and question.lower() not in seen:
                seen.add(question.lower())
                yield question


def _propose(library: ReadableLibrary, document: Document) -> list[str]:
    text = library.text(document.id)
    headings = [
        " ".join(text[b.start : b.end].lstrip("# ").split())
        for b in library.blocks(document.id)
        if b.kind == "heading"
    ]
    asked = [heading for heading in headings if QUESTION_HEADING.match(heading)]
    defined = [f"What is {m['name']}?" for m in DEFINED.finditer(text, 0, READ_CHARACTERS)]
    return asked[:4] + defined[:4]
