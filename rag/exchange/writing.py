"""A chat → JSON that ``read_chat`` takes back."""

from __future__ import annotations

import json
from typing import Any

from rag.history import Message, Transcript
from rag.records import to_json

FORMAT = "footnote-chat"
VERSION = 1


def to_json_text(transcript: Transcript) -> str:
    """Gives a chat as JSON: questions, cited answers, and what people think of them."""
    data = {
        "format": FORMAT,
        "version": VERSION,
        "title": transcript.title,
        "created": transcript.created,
        "messages": [_describe(message) for message in transcript.messages],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _describe(message: Message) -> dict[str, Any]:
    return {
        "question": message.question,
        "asked": message.asked,
        "answered": message.answered,
        "documents": list(message.documents),
        "answer": to_json(message.answer) if message.answer else None,
        "feedback": to_json(message.feedback) if message.feedback else None,
        "reviews": [
            {"claim": claim, **to_json(review)} for claim, review in message.reviews.items()
        ],
    }
