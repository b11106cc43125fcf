"""The store in a database, in the SQL that SQLite and PostgreSQL have in common."""

from __future__ import annotations

import json
import math
import os
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rag.errors import UnknownDocument
from rag.likeness import Fingerprint
from rag.records import (
    Block,
    Chunk,
    Document,
    Folder,
    Page,
    Particulars,
    RemovedDocument,
    Source,
    StoredChunk,
)
from rag.store import changes, facts, removed, rows
from rag.store.contract import Changes, Counts, JobStore, NewDocument, Traits
from rag.store.database import Connection, Connections

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CHUNKS_AT_A_TIME = 10_000  # some 10 MB of text; each batch reads the whole of a long document
CONTENTS_AT_A_TIME = 1_000  # SQLite takes 32,766 values in one statement, PostgreSQL 65,535


class SQLStore:
    """See ``LibraryStore``; what a database does in its own way is left to its own class.

    Attributes:
        jobs: what is on its way into the library.
    """

    def __init__(self, connections: Connections, jobs: JobStore) -> None:
        self._connections = connections
        self.jobs = jobs

    def close(self) -> None:
        self._connections.close()

    # What each database does in its own way.

    def count_bytes(self) -> int:
        raise NotImplementedError

    def problems(self) -> list[str]:
        raise NotImplementedError

    def overwrite_traces(self) -> bool:
        """Overwrites what was removed; False where a reader was in the way."""
        raise NotImplementedError

    def read_chunks(self, connection: Connection, ids: Sequence[int]) -> dict[int, StoredChunk]:
        return rows.read_chunks(connection, ids)

    # The library.

    @property
    def library_id(self) -> str:  # another one when a backup has been restored
        return str(self._meta("library"))

    def generation(self) -> int:
        return int(self._meta("generation") or 0)

    def counts(self) -> Counts:
        with self._connections.reading() as connection:
            row = connection.execute(
                "SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM chunks), "
                "(SELECT coalesce(sum(characters), 0) FROM documents), "
                "(SELECT count(*) FROM vectors)"
            ).fetchone()
        documents, chunks, characters, vectors = row
        return Counts(documents, chunks, characters, vectors, self.count_bytes())

    def model(self) -> str | None:
        model = self._meta("model")
        return None if model is None else str(model)

    def choose_model(self, name: str) -> None:
        with self._connections.writing() as connection:
            _put_meta(connection, {"model": name})

    def start_afresh(self, above: int) -> None:
        with self._connections.writing() as connection:
            generation = max(above, self.generation()) + 1
            facts = {"library": uuid.uuid4().hex, "generation": generation, "horizon": generation}
            _put_meta(connection, facts)
            connection.execute("DELETE FROM removed_chunks")

    def _meta(self, key: str) -> str | int | None:
        with self._connections.plain() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    # Documents.

    def documents(self) -> list[Document]:
        return sorted(
            self._documents("TRUE", ()), key=lambda document: (document.name, document.id)
        )

    def document(self, document_id: str) -> Document | None:
        return next(iter(self._documents("d.id = ?", (document_id,))), None)

    def find(self, selector: str) -> list[Document]:
        return self._documents(
            "d.id = ? OR d.id IN (SELECT document FROM sources WHERE name = ?)",
            (selector, selector),
        )

    def _documents(self, condition: str, values: Sequence[str]) -> list[Document]:
        names: dict[str, list[str]] = {}
        with self._connections.reading() as connection:
            found = connection.execute(
                f"SELECT {rows.DOCUMENT_COLUMNS} FROM documents d WHERE {condition} ORDER BY d.id",  # noqa: S608 - constants
                values,
            ).fetchall()
            for document_id, name in connection.execute(
                "SELECT s.document, s.name FROM documents d "  # noqa: S608 - constants
                f"JOIN sources s ON s.document = d.id WHERE {condition}",
                values,
            ):
                names.setdefault(document_id, []).append(name)
        return [rows.read_document(row, names.get(row[0], ())) for row in found]

    def text(self, document_id: str) -> str:
        return self._text_column("text", document_id)

    def blocks(self, document_id: str) -> list[Block]:
        return rows.read_blocks(self._text_column("blocks", document_id))

    def pages(self, document_id: str) -> list[Page]:
        return rows.read_pages(self._text_column("pages", document_id))

    def _text_column(self, column: str, document_id: str) -> str:
        with self._connections.plain() as connection:
            row = connection.execute(
                f"SELECT {column} FROM texts WHERE document = ?",  # noqa: S608 - constants
                (document_id,),
            ).fetchone()
        if row is None:
            raise UnknownDocument(
                f"The library has no document {document_id!r}: "
                "`python -m rag docs` lists those that it has."
            )
        return str(row[0])

    def sources(self, document_id: str) -> list[Source]:
        with self._connections.plain() as connection:
            found = connection.execute(
                f"SELECT {rows.SOURCE_COLUMNS} FROM sources WHERE document = ? ORDER BY id",  # noqa: S608 - a constant
                (document_id,),
            ).fetchall()
        return [rows.read_source(row) for row in found]

    def sources_under(self, folder: str) -> dict[str, tuple[str, Source]]:
        # All that begins with the folder and a separator, by the index: the character after the
        # separator bounds it from above.
        prefix = folder.rstrip(os.sep) + os.sep
        return self._located(
            "origin = 'file' AND location >= ? AND location < ?",
            (prefix, prefix[:-1] + chr(ord(os.sep) + 1)),
        )

    def source_at(self, location: str) -> tuple[str, Source] | None:
        return self._located(f"{changes.LOCATED} AND location = ?", (location,)).get(location)

    def _located(self, condition: str, values: Sequence[str]) -> dict[str, tuple[str, Source]]:
        with self._connections.plain() as connection:
            found = connection.execute(
                f"SELECT document, {rows.SOURCE_COLUMNS} FROM sources "  # noqa: S608 - constants
                f"WHERE {condition}",
                values,
            ).fetchall()
        sources = [(document, rows.read_source(fields)) for document, *fields in found]
        return {source.location: (document, source) for document, source in sources}

    def uploaded(self) -> set[str]:
        with self._connections.plain() as connection:
            found = connection.execute(
                "SELECT DISTINCT d.sha256 FROM documents d JOIN sources s ON s.document = d.id "
                "WHERE s.origin <> 'file' "
                "UNION SELECT json_extract(d.\"row\", '$.sha256') FROM removed_rows d "
                "JOIN removed_rows s USING (document) WHERE d.table_name = 'documents' "
                "AND s.table_name = 'sources' AND json_extract(s.\"row\", '$.origin') <> 'file'"
            ).fetchall()
        return {sha256 for (sha256,) in found}

    def own_title(self, document_id: str) -> str | None:
        return self.given(document_id).title or self.told(document_id).title

    def given(self, document_id: str) -> Particulars:
        with self._connections.plain() as connection:
            return facts.read_given(connection, document_id)

    def told(self, document_id: str) -> Particulars:
        with self._connections.plain() as connection:
            return facts.read_told(connection, document_id)

    def cut_otherwise(self, chunking: str) -> list[str]:
        with self._connections.plain() as connection:
            found = connection.execute(
                "SELECT id FROM documents WHERE chunking <> ? ORDER BY id", (chunking,)
            ).fetchall()
        return [id_ for (id_,) in found]

    # Likeness.

    def without_traits(self, rules: int) -> list[str]:
        with self._connections.plain() as connection:
            return facts.without_traits(connection, rules)

    def candidates(self, document_id: str | None = None) -> list[tuple[str, str]]:
        with self._connections.plain() as connection:
            return list(facts.find_candidates(connection, document_id))

    def fingerprints(self, document_ids: Collection[str]) -> dict[str, Fingerprint]:
        with self._connections.reading() as connection:
            return facts.read_fingerprints(connection, document_ids)

    # Chunks and vectors.

    def chunk_ids(self, document_ids: Collection[str] | None = None) -> list[int]:
        with self._connections.plain() as connection:
            condition, values = "TRUE", list[Any]()
            if document_ids is not None:
                condition, value = connection.among("document", document_ids)
                values = [value]
            found = connection.execute(
                f"SELECT id FROM chunks WHERE {condition} ORDER BY id",  # noqa: S608 - constants
                values,
            ).fetchall()
        return [id_ for (id_,) in found]

    def chunks(self, ids: Sequence[int]) -> dict[int, StoredChunk]:
        with self._connections.reading() as connection:
            return self.read_chunks(connection, ids)

    def iterate_chunks(self, ids: Sequence[int]) -> Iterator[list[StoredChunk]]:
        for start in range(0, len(ids), CHUNKS_AT_A_TIME):
            batch = ids[start : start + CHUNKS_AT_A_TIME]
            found = self.chunks(batch)
            yield [found[id_] for id_ in batch if id_ in found]

    def contents(self, document_id: str) -> list[tuple[Chunk, bytes]]:
        with self._connections.plain() as connection:
            found = connection.execute(
                'SELECT start, "end", headings, content FROM chunks WHERE document = ? '
                "ORDER BY start, id",
                (document_id,),
            ).fetchall()
        return [
            (Chunk(start, end, tuple(json.loads(headings))), content)
            for start, end, headings, content in found
        ]

    def counts_removed(self) -> int:
        return int(self._meta("removed") or 0)

    def changes_since(self, generation: int) -> Changes | None:
        with self._connections.reading() as connection:
            facts = dict(connection.execute("SELECT key, value FROM meta").fetchall())
            now = int(facts["generation"])
            if not int(facts["horizon"]) <= generation <= now:
                return None
            removed, added = (
                tuple(
                    id_
                    for (id_,) in connection.execute(
                        # The plus keeps SQLite from walking the whole table in order of its ids.
                        f"SELECT id FROM {table} WHERE generation > ? ORDER BY +id",  # noqa: S608 - constants
                        (generation,),
                    )
                )
                for table in ("removed_chunks", "chunks")
            )
        return Changes(now, removed, added)

    def known_vectors(self, model: str, contents: Collection[bytes]) -> set[bytes]:
        asked, known = list(contents), set[bytes]()
        with self._connections.plain() as connection:
            for start in range(0, len(asked), CONTENTS_AT_A_TIME):
                batch = asked[start : start + CONTENTS_AT_A_TIME]
                places = ",".join("?" * len(batch))
                found = connection.execute(
                    "SELECT content FROM vectors WHERE model = "  # noqa: S608 - question marks
                    f"(SELECT id FROM models WHERE name = ?) AND content IN ({places})",
                    (model, *batch),
                )
                known.update(content for (content,) in found)
        return known

    def vectors_of(self, chunk_ids: Sequence[int], model: str) -> dict[int, NDArray[np.float32]]:
        with self._connections.plain() as connection:
            condition, values = connection.among("c.id", chunk_ids)
            found = connection.execute(
                "SELECT c.id, v.vector FROM chunks c JOIN vectors v ON v.content = c.content "  # noqa: S608 - constants
                f"WHERE {condition} AND v.model = (SELECT id FROM models WHERE name = ?)",
                (values, model),
            ).fetchall()
            return {id_: connection.read_vector(value) for id_, value in found}

    def without_vector(self, model: str) -> list[int]:
        with self._connections.plain() as connection:
            found = connection.execute(
                "SELECT id FROM chunks c WHERE NOT EXISTS (SELECT 1 FROM vectors v WHERE "
                "v.content = c.content AND v.model = (SELECT id FROM models WHERE name = ?)) "
                "ORDER BY id",
                (model,),
            ).fetchall()
        return [id_ for (id_,) in found]

    # Changes.

    def put(self, document: NewDocument, source: Source | None = None) -> None:
        with self._connections.writing() as connection:
            generation = changes.raise_generation(connection)
            changes.put_document(connection, document, generation)
            if source is not None:
                changes.put_source(connection, document.id, source, generation)

    def add_source(self, document_id: str, source: Source) -> None:
        with self._connections.writing() as connection:
            generation = changes.raise_generation(connection)
            changes.put_source(connection, document_id, source, generation)

    def touch(self, sources: Collection[Source]) -> None:
        with self._connections.writing() as connection:
            connection.executemany(
                "UPDATE sources SET size = ?, modified_ns = ? "
                "WHERE location = ? AND origin = 'file'",
                [(source.size, source.modified_ns, source.location) for source in sources],
            )

    def remove_sources(self, locations: Collection[str]) -> list[str]:
        with self._connections.writing() as connection:
            generation = changes.raise_generation(connection)
            return changes.remove_sources(connection, locations, generation)

    def remove(self, *document_ids: str, until: float | None = None) -> None:
        with self._connections.writing() as connection:
            generation = changes.raise_generation(connection)
            for document_id in document_ids:
                removed.remove_document(connection, document_id, until, generation)

    def keep_until(self, document_ids: Collection[str], until: float) -> None:
        with self._connections.writing() as connection:
            removed.keep_until(connection, document_ids, until)

    def put_back(self, document_ids: Collection[str]) -> list[str]:
        with self._connections.writing() as connection:
            generation = changes.raise_generation(connection)
            return [id_ for id_ in document_ids if removed.put_back(connection, id_, generation)]

    def removed(self) -> list[RemovedDocument]:
        with self._connections.plain() as connection:
            return removed.find_kept(connection)

    def unerased(self, until: float = math.inf) -> list[str]:
        with self._connections.plain() as connection:
            found = connection.execute(
                "SELECT document FROM removed_documents WHERE until <= ? ORDER BY document",
                (until,),
            ).fetchall()
        return [id_ for (id_,) in found]

    def drop_kept(self, document_ids: Collection[str]) -> None:
        with self._connections.writing() as connection:
            removed.drop_kept(connection, document_ids)

    def confirm_erased(self, document_ids: Collection[str]) -> None:
        with self._connections.writing() as connection:
            removed.forget(connection, document_ids)

    def put_given(self, document_id: str, given: Particulars) -> None:
        with self._connections.writing() as connection:
            changes.raise_generation(connection)
            facts.put_given(connection, document_id, given)

    def put_traits(self, traits: Mapping[str, Traits]) -> None:
        with self._connections.writing() as connection:
            for document_id, found in traits.items():
                facts.put_traits(connection, document_id, found)

    def keep_pair(self, one: str, other: str) -> None:
        with self._connections.writing() as connection:
            facts.keep_pair(connection, one, other)

    def put_vectors(self, model: str, vectors: Mapping[bytes, NDArray[np.float16]]) -> None:
        with self._connections.writing() as connection:
            generation = changes.raise_generation(connection)
            changes.put_vectors(connection, model, vectors)
            changes.announce(connection, vectors, generation)

    def has_traces(self) -> bool:
        return self.counts_removed() != int(self._meta("erased") or 0)

    def erase_traces(self) -> bool:
        gone = self.counts_removed()
        if not self.overwrite_traces():
            return False
        with self._connections.writing() as connection:
            _put_meta(connection, {"erased": gone})
        return True

    # Folders.

    def folders(self) -> list[Folder]:
        with self._connections.plain() as connection:
            return facts.read_folders(connection)

    def put_folder(self, path: str, watching: bool) -> None:
        with self._connections.writing() as connection:
            facts.put_folder(connection, path, watching)

    def note_sync(self, path: str) -> None:
        with self._connections.writing() as connection:
            facts.note_sync(connection, path)

    def drop_folder(self, path: str) -> None:
        with self._connections.writing() as connection:
            facts.drop_folder(connection, path)

    # Soundness.

    def stray_vectors(self) -> int:
        with self._connections.plain() as connection:
            (count,) = connection.execute(
                f"SELECT count(*) FROM vectors WHERE {changes.STRAY}"  # noqa: S608 - a constant
            ).fetchone()
        return int(count)

    def drop_vectors(self, chunk_ids: Collection[int]) -> None:
        with self._connections.writing() as connection:
            changes.drop_vectors(connection, chunk_ids)


def _put_meta(connection: Connection, facts: Mapping[str, Any]) -> None:
    connection.executemany(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        facts.items(),
    )
