"""Conversations, in a database of their own that no rebuild of the library touches."""

from rag.history.conversations import (
    CitingQuestion,
    Conversation,
    Feedback,
    Found,
    Judgement,
    Message,
    Review,
    Thumb,
    Transcript,
)
from rag.history.database import SCHEMA
from rag.history.history import History, history_path
from rag.history.rows import TITLE_CHARACTERS

__all__ = [
    "SCHEMA",
    "TITLE_CHARACTERS",
    "CitingQuestion",
    "Conversation",
    "Feedback",
    "Found",
    "History",
    "Judgement",
    "Message",
    "Review",
    "Thumb",
    "Transcript",
    "history_path",
]
