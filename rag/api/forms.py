"""What is sent and what comes back, as far as the library's own records do not say it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from rag.records import Document, Job, StoredChunk
from rag.settings import LONGEST_QUESTION

MOST_DOCUMENTS = 1_000
MOST_PASSAGES = 100
LONGEST_TEXT = 100_000  # characters at once
MOST_TURNS = 50
LONGEST_TURN = 10_000  # characters

Text = Annotated[str, Field(max_length=LONGEST_TURN)]
# Python's white space; pydantic's `\S` does not know all of it.
SOME_WORD = r"[^\s\x1c-\x1f\x85]"


class Sent(BaseModel):
    """What a program sends: exactly as described, nothing guessed, nothing ignored."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Said(Sent):
    """A question that was asked before, and the text of its answer."""

    question: Text
    answer: Text


class Ask(Sent):
    """A question, and what it is asked of."""

    question: Annotated[str, Field(min_length=1, max_length=LONGEST_QUESTION, pattern=SOME_WORD)]
    documents: Annotated[list[str], Field(min_length=1, max_length=MOST_DOCUMENTS)] | None = Field(
        None, description="Ids or names of the documents to ask; all where it is left out."
    )
    threshold: Annotated[float, Field(ge=0, le=1)] | None = Field(
        None,
        description="The confidence below which the answer is refused, in place of the "
        "setting's. Where it is given the built-in reader answers.",
    )
    turns: Annotated[list[Said], Field(max_length=MOST_TURNS)] = Field(
        [], description="What was said before, oldest first, for a question that follows up."
    )


class Health(BaseModel):
    """The server is there; ``ready`` once a question would not wait for a model."""

    ready: bool


class Documents(BaseModel):
    """Some of the documents, in the order of their names, and how many there are."""

    documents: list[Document]
    total: int


class Passages(BaseModel):
    """Some of the passages that a document is cut into, and how many there are."""

    passages: list[StoredChunk]
    total: int


class TextRange(BaseModel):
    """A document's ``text[start:end]``, and how many characters all of it has."""

    document_id: str
    start: int
    end: int
    text: str
    characters: int


class Jobs(BaseModel):
    """What was given to the library to take in, first come first."""

    jobs: list[Job]
