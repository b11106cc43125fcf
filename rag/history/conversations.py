"""What is kept of a conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rag.records import Answer

Thumb = Literal["up", "down"]
Judgement = Literal["right", "wrong", "unclear"]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person thinks of an answer; ``comment`` may be empty."""

    thumb: Thumb
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """What a person has found of one claim; without a judgement it is a note alone."""

    judgement: Judgement | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One chat; times are ISO 8601 in UTC, ``title`` its first question or a person's own."""

    id: str
    owner: str
    title: str
    created: str
    changed: str
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """A question, and its answer where one was kept.

    Attributes:
        documents: ids of those that were asked; empty for all.
        reviews: what was found of the answer's claims, by their places in it from 0.
    """

    id: int
    question: str
    answer: Answer | None
    asked: str
    answered: str | None
    documents: tuple[str, ...] = ()
    feedback: Feedback | None = None
    reviews: Mapping[int, Review] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Transcript:
    """A chat, or one message of it, as it is taken elsewhere: without id and owner."""

    title: str
    created: str
    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A chat that holds the words searched for.

    Attributes:
        message_id: the first message that holds them; None where the title alone does.
        excerpt: the words with what stands round them; empty where the title holds them.
    """

    conversation: Conversation
    message_id: int | None
    excerpt: str


@dataclass(frozen=True, slots=True)
class CitingQuestion:
    """A question whose answer cites a document; ``asked`` is an ISO 8601 time in UTC."""

    conversation_id: str
    question: str
    asked: str
