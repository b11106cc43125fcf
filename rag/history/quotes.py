"""What kept answers quote: who cites a document, and how quotes are erased."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection

from rag.history.rows import dump_answer
from rag.records import answer_from_json
from rag.redact import redact

COUNTS = (
    "SELECT json_extract(citation.value, '$.document.id'), count(*)"
    " FROM messages, json_each(messages.answer, '$.citations') citation"
    " WHERE messages.answer IS NOT NULL GROUP BY 1"
)
CITING = (
    "SELECT c.id, m.question, m.asked FROM messages m"
    " JOIN conversations c ON c.id = m.conversation_id"
    " WHERE c.owner = ? AND m.answer IS NOT NULL AND EXISTS (SELECT 1"
    " FROM json_each(m.answer, '$.citations') citation"
    " WHERE json_extract(citation.value, '$.document.id') = ?)"
    " ORDER BY m.asked DESC, m.id DESC"
)


def erase(connection: sqlite3.Connection, document_ids: Collection[str]) -> int:
    """Erases what kept answers quote from documents; gives how many answers are concerned."""
    changed = 0
    found = connection.execute("SELECT id, answer FROM messages WHERE answer IS NOT NULL")
    for message_id, kept in found.fetchall():
        answer = answer_from_json(json.loads(kept))
        redacted = redact(answer, document_ids)
        if redacted != answer:
            changed += 1
            connection.execute(
                "UPDATE messages SET answer = ? WHERE id = ?",
                (dump_answer(redacted), message_id),
            )
    return changed
