"""A follow-up and what was said before to a question that stands alone, by rule."""

from rag.conversation.resolve import Resolution, resolve

__all__ = ["Resolution", "resolve"]
