"""What is kept of a conversation."""

from __future__ import annotations

from dataclasses import dataclass

from rag.records import Answer


@dataclass(frozen=True, slots=True)
class Conversation:
    """One chat; times are ISO 8601 in UTC, ``title`` its first question."""

    id: str
    owner: str
    title: str
    created: str
    changed: str


@dataclass(frozen=True, slots=True)
class Message:
    """A question, and its answer where one was kept.

    ``documents`` are the ids of those that were asked; empty for all.
    """

    id: int
    question: str
    answer: Answer | None
    asked: str
    answered: str | None
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CitingQuestion:
    """A question whose answer cites a document; ``asked`` is an ISO 8601 time in UTC."""

    conversation_id: str
    owner: str
    question: str
    asked: str
