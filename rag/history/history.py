"""Keeps conversations, and finds what is in them."""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.errors import LibraryError
from rag.history import quotes
from rag.history.conversations import (
    CitingQuestion,
    Conversation,
    Feedback,
    Found,
    Message,
    Review,
    Transcript,
)
from rag.history.database import BUSY_SECONDS, prepare, told, transaction
from rag.history.rows import (
    CONVERSATIONS,
    MESSAGES,
    REVIEWS,
    dump_answer,
    insert_feedback,
    insert_message,
    insert_review,
    now,
    read_conversation,
    read_message,
    shorten_title,
)
from rag.history.search import excerpt, holds, split_terms
from rag.records import Answer
from rag.settings import Settings


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

    # Asking.

    def start(self, owner: str) -> str:
        """Starts a conversation and gives its id, which nobody can guess."""
        conversation_id, started = secrets.token_hex(16), now()
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO conversations (id, owner, created, changed) VALUES (?, ?, ?, ?)",
                (conversation_id, owner, started, started),
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
        asked = now()
        with self._transaction() as connection:
            touched = connection.execute(
                "UPDATE conversations SET changed = ?,"
                " title = CASE title WHEN '' THEN ? ELSE title END WHERE id = ?",
                (asked, shorten_title(question), conversation_id),
            )
            if touched.rowcount == 0:
                raise LibraryError("This conversation has been deleted; start a new chat.")
            message = Message(
                0, question, answer, asked, asked if answer else None, tuple(documents)
            )
            return insert_message(connection, conversation_id, message)

    def complete(self, message_id: int, answer: Answer) -> None:
        """Keeps the answer to a question; nothing happens where the question has gone."""
        with self._transaction() as connection:
            connection.execute(
                "UPDATE messages SET answer = ?, answered = ? WHERE id = ?",
                (dump_answer(answer), now(), message_id),
            )

    # What people think of answers; nothing happens where the question has gone.

    def keep_feedback(self, message_id: int, feedback: Feedback | None) -> None:
        """Keeps what a person thinks of an answer, in place of what was kept; None forgets it."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM feedback WHERE message_id = ?", (message_id,))
            if feedback is not None:
                insert_feedback(connection, message_id, feedback)

    def keep_review(self, message_id: int, claim: int, review: Review | None) -> None:
        """Keeps what a person has found of one claim, in place of what was kept.

        Args:
            claim: its place in the answer, from 0.
            review: None forgets it, as does one that says nothing.
        """
        with self._transaction() as connection:
            connection.execute(
                "DELETE FROM reviews WHERE message_id = ? AND claim = ?", (message_id, claim)
            )
            if review is not None and (review.judgement or review.note):
                insert_review(connection, message_id, claim, review)

    # Looking.

    def messages(self, conversation_id: str) -> list[Message]:
        """Gives the messages of a conversation, oldest first."""
        with self._lock:  # so that both are of one moment
            rows = self._rows(MESSAGES, (conversation_id,))
            found = self._rows(REVIEWS, (conversation_id,))
        reviews: dict[int, dict[int, Review]] = defaultdict(dict)
        for message_id, claim, judgement, note in found:
            reviews[message_id][claim] = Review(judgement, note)
        return [read_message(row, reviews.get(row[0], {})) for row in rows]

    def conversation(self, conversation_id: str) -> Conversation | None:
        """Gives one conversation, or None where there is no such."""
        rows = self._rows(CONVERSATIONS + " WHERE id = ?", (conversation_id,))
        return read_conversation(rows[0]) if rows else None

    def conversations(self, owner: str) -> list[Conversation]:
        """Gives the conversations of one owner that hold a question: pinned first, then newest."""
        rows = self._rows(
            CONVERSATIONS + " WHERE owner = ? AND title != ''"
            " ORDER BY pinned DESC, changed DESC, rowid DESC",
            (owner,),
        )
        return [read_conversation(row) for row in rows]

    def search(self, owner: str, words: str) -> list[Found]:
        """Gives the owner's conversations that hold all of the words, in their order.

        They stand together in the title, or in one question with its answer; case makes no
        difference.
        """
        terms = split_terms(words)
        if not terms:
            return [Found(one, None, "") for one in self.conversations(owner)]
        rows = self._rows(
            "SELECT m.conversation_id, m.id, m.question, json_extract(m.answer, '$.text')"
            " FROM messages m JOIN conversations c ON c.id = m.conversation_id"
            " WHERE c.owner = ? ORDER BY m.id",
            (owner,),
        )
        first: dict[str, tuple[int, str]] = {}
        for conversation_id, message_id, question, answer in rows:
            if conversation_id not in first:
                said = f"{question}  {answer or ''}"
                if holds(said, terms):
                    first[conversation_id] = message_id, excerpt(said, terms)
        return [
            Found(one, *first.get(one.id, (None, "")))
            for one in self.conversations(owner)
            if one.id in first or holds(one.title, terms)
        ]

    def citation_counts(self) -> dict[str, int]:
        """Gives how often each document is cited in all that is kept, by the documents' ids."""
        return dict(self._rows(quotes.COUNTS, ()))

    def citing(self, document_id: str, owner: str) -> list[CitingQuestion]:
        """Gives the owner's questions whose answers cite a document, newest first."""
        return [CitingQuestion(*row) for row in self._rows(quotes.CITING, (owner, document_id))]

    def judged(self) -> list[str]:
        """Gives the ids of the conversations, of all owners, in which somebody judged an answer."""
        rows = self._rows(
            "SELECT DISTINCT conversation_id FROM messages WHERE id IN (SELECT message_id FROM"
            " feedback UNION SELECT message_id FROM reviews) ORDER BY conversation_id",
            (),
        )
        return [row[0] for row in rows]

    # Keeping order. What is another's is not touched.

    def rename(self, conversation_id: str, owner: str, title: str) -> None:
        """Gives a conversation a title of the owner's own; an empty one changes nothing."""
        if line := shorten_title(title):
            self._change("UPDATE conversations SET title = ?", line, conversation_id, owner)

    def pin(self, conversation_id: str, owner: str, pinned: bool) -> None:
        """Has a conversation stand before all others, or no more."""
        self._change("UPDATE conversations SET pinned = ?", pinned, conversation_id, owner)

    def delete(self, conversation_id: str, owner: str) -> None:
        """Deletes a conversation for good: messages, quotes, feedback and reviews."""
        with self._transaction() as connection:
            connection.execute(
                "DELETE FROM conversations WHERE id = ? AND owner = ?", (conversation_id, owner)
            )
        self._forget()

    def erase_quotes(self, document_ids: Collection[str]) -> int:
        """Erases what kept answers quote from documents, in the chats of all owners, for good.

        Gives how many answers are concerned.
        """
        with self._transaction() as connection:
            changed = quotes.erase(connection, document_ids)
        if changed:
            self._forget()
        return changed

    # Taking elsewhere, and back.

    def transcript(self, conversation_id: str, message_id: int | None = None) -> Transcript | None:
        """Gives a conversation, or one message of it; None where there is no such."""
        known = self.conversation(conversation_id)
        messages = [m for m in self.messages(conversation_id) if message_id in (None, m.id)]
        if known is None or not messages:
            return None
        return Transcript(known.title, known.created, tuple(messages))

    def take_in(self, owner: str, transcript: Transcript) -> str:
        """Keeps a transcript as a new conversation of the owner, and gives its id."""
        conversation_id, title = secrets.token_hex(16), shorten_title(transcript.title)
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO conversations (id, owner, title, created, changed)"
                " VALUES (?, ?, ?, ?, ?)",
                (conversation_id, owner, title, transcript.created, now()),
            )
            for message in transcript.messages:
                message_id = insert_message(connection, conversation_id, message)
                if message.feedback:
                    insert_feedback(connection, message_id, message.feedback)
                for claim, review in message.reviews.items():
                    insert_review(connection, message_id, claim, review)
        return conversation_id

    def _change(self, statement: str, value: str | int, conversation_id: str, owner: str) -> None:
        with self._transaction() as connection:
            connection.execute(
                statement + " WHERE id = ? AND owner = ?", (value, conversation_id, owner)
            )

    def _forget(self) -> None:
        """Leaves nothing of what was erased beside the database, either."""
        self._rows("PRAGMA wal_checkpoint(TRUNCATE)", ())

    def _rows(self, query: str, values: tuple[str, ...]) -> list[tuple[Any, ...]]:
        with self._lock, told(self._path):
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, told(self._path), transaction(self._connection):
            yield self._connection
