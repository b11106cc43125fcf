"""Draws what can be done with an answer: thumbs with a comment, copying and saving it."""

from __future__ import annotations

from pathlib import Path

from rag.history import Feedback
from rag.records import Answer, Citation
from ui import services
from ui.assets import mount
from ui.conversation import Message, trigger
from ui.downloads import FORMS, answer_address
from ui.words import clean, date_in_words, title_of

LONGEST_COMMENT = 2_000


def draw_feedback(conversation_id: str, message: Message, answer: Answer) -> None:
    """Draws the row under the answer to a message of a conversation."""
    key = f"feedback_{message.id}"

    def keep() -> None:
        message.feedback = read_feedback(trigger(key, "feedback"))
        services.history().keep_feedback(message.id, message.feedback)

    data = {
        "copy": plain_text(answer) if answer.citations else "",
        "thumb": message.feedback.thumb if message.feedback else "",
        "comment": message.feedback.comment if message.feedback else "",
        "longest": LONGEST_COMMENT,
        "save": [
            [name, answer_address(conversation_id, message.id, form)]
            for form, name in FORMS.items()
        ],
    }
    mount(Path(__file__).parent, key, data, on_feedback_change=keep)


def read_feedback(told: object) -> Feedback | None:
    """Gives what the browser told; None for a thumb that was taken back, and for all else."""
    if not isinstance(told, dict):
        return None
    thumb, comment = told.get("thumb"), told.get("comment")
    if thumb not in ("up", "down"):
        return None
    words = comment.strip()[:LONGEST_COMMENT] if isinstance(comment, str) else ""
    return Feedback(thumb, words)


def plain_text(answer: Answer) -> str:
    """Gives an answer with its numbered sources, to be put into a letter or a note."""
    said = [
        sentence.text + "".join(f" [{marker}]" for marker in sentence.markers)
        for sentence in answer.sentences
        if sentence.verdict != "unsupported"
    ]
    return "\n".join([" ".join(said), "", "Sources", *map(_source, answer.citations)])


def _source(citation: Citation) -> str:
    page = "" if citation.page is None else f"page {citation.page}"
    facts = (title_of(citation.document), page, date_in_words(citation.document.date))
    return f"[{citation.marker}] {', '.join(filter(None, facts))}: “{clean(citation.quote)}”"
