"""A library to questions worth asking first, drawn from what its documents say of themselves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest
from typing import Protocol

from rag.records import Document

ASKED = re.compile(
    r"^[^\w\n]*(?:Q[.:]\s*|\d+[.)]\s*)?"
    r"(?P<question>(?:Who|What|When|Where|Which|Why|How|Is|Are|Does|Do|Did|Can|May)\b[^?\n]{8,90}\?)",
    re.MULTILINE,
)
# An acronym or a name of two words or three; "The risk is a …" defines nothing worth asking.
DEFINED = re.compile(
    r"(?:^|(?<=[.!?]\s))(?P<name>[A-Z]{3,}\w*|[A-Z][a-z]\w+(?: [A-Z][a-z]\w+){1,2})"
    r"(?: \([^()]*\))? (?:is|was) (?:an?|the) ",
    re.MULTILINE,
)
READ_CHARACTERS = 20_000  # of each document; what it is about stands at its beginning
EACH = 4  # of either kind, from one document
DOCUMENTS = 200  # at most; a first page needs four questions, not a survey


class ReadableLibrary(Protocol):
    """What suggesting asks of the library."""

    def documents(self) -> list[Document]: ...

    def text(self, document_id: str) -> str: ...


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
    text = library.text(document.id)[:READ_CHARACTERS]
    asked = [" ".join(found["question"].split()) for found in ASKED.finditer(text)]
    defined = [f"What is {found['name']}?" for found in DEFINED.finditer(text)]
    return asked[:EACH] + defined[:EACH]
