"""Conversations, in a database of their own that no rebuild of the library touches."""

from rag.history.conversations import CitingQuestion, Conversation, Message
from rag.history.database import SCHEMA
from rag.history.history import TITLE_CHARACTERS, History, history_path

__all__ = [
    "SCHEMA",
    "TITLE_CHARACTERS",
    "CitingQuestion",
    "Conversation",
    "History",
    "Message",
    "history_path",
]
