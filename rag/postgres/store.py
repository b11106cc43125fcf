"""The store in PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from rag.postgres.connections import STAND_IN, PostgresConnections
from rag.postgres.jobs import PostgresJobs
from rag.postgres.schema import prepare
from rag.records import StoredChunk
from rag.store import rows
from rag.store.database import Connection
from rag.store.sql import SQLStore

# What was removed is let go of in these; the rest is small, or names no content.
_VACUUMED = (
    "documents, sources, texts, chunks, vectors, removed_rows, originals, incoming, "
    "word_postings, word_stems"
)
# Up to so many chunks are cut out of their texts by the server, which walks through a text anew for
# each; for more, each text travels once.
FEW_CHUNKS = 50


class PostgresStore(SQLStore):
    """See ``LibraryStore``. The tables are made where they are missing.

    Attributes:
        connections: for the vectors, words and locks of the same library.
        place: the worker's of this process.
    """

    def __init__(self, address: str) -> None:
        self.connections = connections = PostgresConnections(address)
        prepare(connections)
        jobs = PostgresJobs(connections)
        self.place = jobs.place
        super().__init__(connections, jobs)

    def text(self, document_id: str) -> str:
        return super().text(document_id).replace(STAND_IN, "\0")

    def count_bytes(self) -> int:
        with self.connections.plain() as connection:
            (count,) = connection.execute(
                "SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class "
                "WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'"
            ).fetchone()
        return int(count)

    def problems(self) -> list[str]:
        with self.connections.plain() as connection:
            found = connection.execute(
                "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
                "WHERE c.relnamespace = current_schema()::regnamespace AND NOT i.indisvalid"
            ).fetchall()
        return [f"The index {name} is not whole: rebuild it with REINDEX." for (name,) in found]

    def overwrite_traces(self) -> bool:
        # The bytes go as the server reuses their pages; its log and its backups keep them as long
        # as its administrator has set.
        with self.connections.plain() as connection:
            connection.raw.execute(f"VACUUM {_VACUUMED}")
        return True

    def read_chunks(self, connection: Connection, ids: Sequence[int]) -> dict[int, StoredChunk]:
        if len(ids) > FEW_CHUNKS:
            found_whole = rows.read_chunks(connection, ids)
            return {
                id_: replace(chunk, text=chunk.text.replace(STAND_IN, "\0"))
                for id_, chunk in found_whole.items()
            }
        # The server cuts them out: a long document's whole text need not travel.
        found = connection.execute(
            """SELECT c.id, c.document, c.start, c."end", c.headings, c.page,
            substring(t.text FROM c.start + 1 FOR c."end" - c.start)
            FROM chunks c JOIN texts t USING (document) WHERE c.id = ANY(?)
            ORDER BY c.document, c.start""",
            (list(ids),),
        )
        return {
            id_: StoredChunk(
                id_, document, start, end, tuple(json.loads(headings)), page,
                text.replace(STAND_IN, "\0"),
            )
            for id_, document, start, end, headings, page, text in found
        }  # fmt: skip
