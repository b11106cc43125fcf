"""Rows of the history's tables → what is kept of a conversation, and back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from rag.history.conversations import Conversation, Feedback, Message, Review
from rag.records import Answer, answer_from_json, to_json

TITLE_CHARACTERS = 80

CONVERSATIONS = "SELECT id, owner, title, created, changed, pinned FROM conversations"
MESSAGES = (
    "SELECT id, question, answer, asked, answered, documents, thumb, comment FROM messages"
    " LEFT JOIN feedback ON message_id = id WHERE conversation_id = ? ORDER BY id"
)
REVIEWS = (
    "SELECT message_id, claim, judgement, note FROM reviews"
    " JOIN messages ON messages.id = message_id WHERE conversation_id = ? ORDER BY claim"
)


def read_conversation(row: Iterable[Any]) -> Conversation:
    """Makes a conversation from a row of ``CONVERSATIONS``."""
    id_, owner, title, created, changed, pinned = row
    return Conversation(id_, owner, title, created, changed, bool(pinned))


def read_message(row: Iterable[Any], reviews: Mapping[int, Review]) -> Message:
    """Makes a message from a row of ``MESSAGES``."""
    id_, question, answer, asked, answered, documents, thumb, comment = row
    return Message(
        id_,
        question,
        load_answer(answer),
        asked,
        answered,
        () if documents is None else tuple(map(str, json.loads(documents))),
        Feedback(thumb, comment) if thumb else None,
        reviews,
    )


def dump_answer(answer: Answer | None) -> str | None:
    return None if answer is None else json.dumps(to_json(answer), ensure_ascii=False)


def load_answer(answer: str | None) -> Answer | None:
    return None if answer is None else answer_from_json(json.loads(answer))


def shorten_title(words: str) -> str:
    """Gives words as a title: one line that is not too long."""
    line = " ".join(words.split())
    return line if len(line) <= TITLE_CHARACTERS else line[: TITLE_CHARACTERS - 1] + "…"


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def insert_message(connection: sqlite3.Connection, conversation_id: str, message: Message) -> int:
    """Adds a message without its feedback and reviews, under an id of its own; gives that id."""
    added = connection.execute(
        "INSERT INTO messages (conversation_id, question, answer, asked, answered, documents)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            conversation_id,
            message.question,
            dump_answer(message.answer),
            message.asked,
            message.answered,
            json.dumps(message.documents) if message.documents else None,
        ),
    )
    return int(added.lastrowid or 0)


def insert_feedback(connection: sqlite3.Connection, message_id: int, feedback: Feedback) -> None:
    """Keeps feedback where its message is there."""
    connection.execute(
        "INSERT INTO feedback (message_id, thumb, comment, given)"
        " SELECT id, ?, ?, ? FROM messages WHERE id = ?",
        (feedback.thumb, feedback.comment, now(), message_id),
    )


def insert_review(
    connection: sqlite3.Connection, message_id: int, claim: int, review: Review
) -> None:
    """Keeps a review where its message is there."""
    connection.execute(
        "INSERT INTO reviews (message_id, claim, judgement, note, given)"
        " SELECT id, ?, ?, ?, ? FROM messages WHERE id = ?",
        (claim, review.judgement, review.note, now(), message_id),
    )
