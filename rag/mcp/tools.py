"""What the tools do: all of them read, none of them changes anything.

Their docstrings are what an assistant is told of them.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rag.assistant import Assistant
from rag.mcp.results import (
    CitedAnswer,
    DocumentList,
    FoundPassages,
    SourceText,
    describe_answer,
    describe_document,
    describe_passage,
)
from rag.settings import LONGEST_QUESTION

MOST_DOCUMENTS = 1_000
MOST_PASSAGES = 50
LONGEST_QUOTE = 20_000  # characters
MOST_AROUND = 5_000  # characters on either side

Question = Annotated[str, Field(max_length=LONGEST_QUESTION)]
Documents = Annotated[
    list[str] | None, Field(description="ids or names of documents; all where it is left out")
]


class Tools:
    """The tools over one library."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._library = assistant.library

    def ask(
        self,
        question: Question,
        documents: Documents = None,
        threshold: Annotated[
            float | None,
            Field(ge=0, le=1, description="the confidence below which the answer is refused"),
        ] = None,
    ) -> CitedAnswer:
        """Answers a question from the person's documents, each sentence with its citations.

        The `markers` of a sentence name its `citations`, and its `verdict` says how they bear it
        out. Where `status` is `abstained`, the documents do not answer; `nearest` then holds what
        comes closest.
        """
        self._assistant.load()  # one loads, where several ask before it is done
        chosen = self._assistant.choose(documents)
        return describe_answer(self._assistant.ask(question, (), chosen, threshold=threshold))

    def search(
        self,
        query: Question,
        documents: Documents = None,
        count: Annotated[int, Field(ge=1, le=MOST_PASSAGES)] = 8,
    ) -> FoundPassages:
        """Finds the passages of the person's documents that bear on a question, best first."""
        self._assistant.load()
        found = self._assistant.rank(query, count, self._assistant.choose(documents))
        return FoundPassages(passages=[describe_passage(passage) for passage in found])

    def read_source(
        self,
        document: Annotated[str, Field(description="the id or a name of a document")],
        start: Annotated[int, Field(ge=0, description="the first character, as a citation says")],
        end: Annotated[int, Field(ge=0, description="the character after the last")],
        around: Annotated[int, Field(ge=0, le=MOST_AROUND, description="characters")] = 1_000,
    ) -> SourceText:
        """Reads the text around a citation, or any range of a document's text.

        Gives 20,000 characters at most, and `around` on either side.
        """
        found = self._library.document(document)
        text = self._library.text(found.id)
        start = min(start, len(text))
        end = max(start, min(end, start + LONGEST_QUOTE, len(text)))
        return SourceText(
            document_id=found.id,
            name=found.name,
            title=found.title,
            page=self._library.locate_page(found.id, start),
            start=start,
            end=end,
            before=text[max(0, start - around) : start],
            quote=text[start:end],
            after=text[end : end + around],
            characters=len(text),
        )

    def list_documents(
        self,
        first: Annotated[int, Field(ge=0, description="how many to pass over")] = 0,
        count: Annotated[int, Field(ge=1, le=MOST_DOCUMENTS)] = 100,
    ) -> DocumentList:
        """Lists the person's documents, in the order of their names."""
        documents = self._library.documents()
        shown = documents[first : first + count]
        return DocumentList(documents=list(map(describe_document, shown)), total=len(documents))
