"""Keeps conversations, and finds what is in them."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rag.errors import LibraryError
from rag.history.conversations import CitingQuestion, Conversation, Message
from rag.history.database import BUSY_SECONDS, prepare, told, transaction
from rag.records import Answer, answer_from_json, to_json
from rag.redact import redact
from rag.settings import Settings

TITLE_CHARACTERS = 80


def history_path(settings: Settings) -> Path:
    """Gives where the conversations beside a library are kept."""
    return settings.index / "history.sqlite"


class History:
    """Keeps conversations; one object serves any number of threads."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path) -> History:
        """Opens the history, makes it where there is none, and upgrades an older one.

        Raises:
            LibraryError: it cannot be opened, is damaged, or comes from a newer Footnote.
        """
        with told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            # Every use is inside the lock, so that threads may share the connection.
            connection = sqlite3.connect(
                path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None
            )
        try:
            with told(path):
                prepare(connection, path)
        except BaseException:
            connection.close()
            raise
        return cls(connection, path)

    def close(self) -> None:
        """Closes the database; the object is of no use after that."""
        with self._lock:
            self._connection.close()

    def start(self, owner: str) -> str:
        """Starts a conversation and gives its id, which nobody can guess."""
        conversation_id, now = secrets.token_hex(16), _now()
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO conversations (id, owner, created, changed) VALUES (?, ?, ?, ?)",
                (conversation_id, owner, now, now),
            )
        return conversation_id

    def append(
        self,
        conversation_id: str,
        question: str,
        answer: Answer | None,
        documents: Collection[str] = (),
    ) -> int:
        """Adds a question to a conversation, with its answer if there is one already.

        Args:
            documents: ids of the documents that are asked; empty for all.

        Raises:
            LibraryError: there is no such conversation (any more).
        """
        now = _now()
        with self._transaction() as connection:
            touched = connection.execute(
                "UPDATE conversations SET changed = ?,"
                " title = CASE title WHEN '' THEN ? ELSE title END WHERE id = ?",
                (now, _title(question), conversation_id),
            )
            if touched.rowcount == 0:
                raise LibraryError("This conversation has been deleted; start a new chat.")
            added = connection.execute(
                "INSERT INTO messages"
                " (conversation_id, question, answer, asked, answered, documents)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (
                    conversation_id,
                    question,
                    _dump(answer),
                    now,
                    now if answer else None,
                    json.dumps(list(documents)) if documents else None,
                ),
            )
            return int(added.lastrowid or 0)

    def complete(self, message_id: int, answer: Answer) -> None:
        """Keeps the answer to a question; nothing happens where the question has gone."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE messages SET answer = ?, answered = ? WHERE id = ?",
                (_dump(answer), _now(), message_id),
            )

    def messages(self, conversation_id: str) -> list[Message]:
        """Gives the messages of a conversation, oldest first."""
        rows = self._rows(
            "SELECT id, question, answer, asked, answered, documents FROM messages"
            " WHERE conversation_id = ? ORDER BY id",
            (conversation_id,),
        )
        return [
            Message(id_, question, _load(answer), asked, answered, _load_ids(documents))
            for id_, question, answer, asked, answered, documents in rows
        ]

    def conversation(self, conversation_id: str) -> Conversation | None:
        """Gives one conversation, or None where there is no such."""
        rows = self._rows(
            "SELECT id, owner, title, created, changed FROM conversations WHERE id = ?",
            (conversation_id,),
        )
        return Conversation(*rows[0]) if rows else None

    def conversations(self, owner: str) -> list[Conversation]:
        """Gives the conversations of one owner that hold a question, newest first."""
        rows = self._rows(
            "SELECT id, owner, title, created, changed FROM conversations"
            " WHERE owner = ? AND title != '' ORDER BY changed DESC, rowid DESC",
            (owner,),
        )
        return [Conversation(*row) for row in rows]

    def citation_counts(self) -> dict[str, int]:
        """Gives how often each document is cited in all that is kept, by the documents' ids."""
        rows = self._rows(
            "SELECT json_extract(citation.value, '$.document.id'), count(*)"
            " FROM messages, json_each(messages.answer, '$.citations') citation"
            " WHERE messages.answer IS NOT NULL GROUP BY 1",
            (),
        )
        return dict(rows)

    def citing(self, document_id: str) -> list[CitingQuestion]:
        """Gives the questions whose answers cite a document, newest first."""
        rows = self._rows(
            "SELECT c.id, c.owner, m.question, m.asked FROM messages m"
            " JOIN conversations c ON c.id = m.conversation_id"
            " WHERE m.answer IS NOT NULL AND EXISTS (SELECT 1"
            " FROM json_each(m.answer, '$.citations') citation"
            " WHERE json_extract(citation.value, '$.document.id') = ?)"
            " ORDER BY m.asked DESC, m.id DESC",
            (document_id,),
        )
        return [CitingQuestion(*row) for row in rows]

    def delete(self, conversation_id: str) -> None:
        """Deletes a conversation with its messages."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))

    def erase_quotes(self, document_ids: Collection[str]) -> int:
        """Erases what kept answers quote from documents, in the chats of all owners, for good.

        Gives how many answers are concerned.
        """
        changed = 0
        with self._transaction() as connection:
            found = connection.execute("SELECT id, answer FROM messages WHERE answer IS NOT NULL")
            for message_id, kept in found.fetchall():
                answer = answer_from_json(json.loads(kept))
                redacted = redact(answer, document_ids)
                if redacted != answer:
                    changed += 1
                    connection.execute(
                        "UPDATE messages SET answer = ? WHERE id = ?",
                        (_dump(redacted), message_id),
                    )
        if changed:
            self._rows("PRAGMA wal_checkpoint(TRUNCATE)", ())
        return changed

    def _rows(self, query: str, values: tuple[str, ...]) -> list[tuple[Any, ...]]:
        with self._lock, told(self._path):
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, told(self._path), transaction(self._connection):
            yield self._connection


def _title(question: str) -> str:
    words = " ".join(question.split())
    return words if len(words) <= TITLE_CHARACTERS else words[: TITLE_CHARACTERS - 1] + "…"


def _dump(answer: Answer | None) -> str | None:
    return None if answer is None else json.dumps(to_json(answer), ensure_ascii=False)


def _load(answer: str | None) -> Answer | None:
    return None if answer is None else answer_from_json(json.loads(answer))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _load_ids(documents: str | None) -> tuple[str, ...]:
    return () if documents is None else tuple(map(str, json.loads(documents)))
