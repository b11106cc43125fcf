"""The words by BM25 in SQL: the same analysis, fields and formula as tantivy's, over tables.

Postings are kept in segments, as arrays: one row for each stem of a batch of chunks. Segments of a
size are merged eight at a time, as in any log-structured index, so that each posting is written
again a few times at most; what was removed is left out then, and until then by ``word_gone``.

The formula is that of Robertson and Zaragoza, "The Probabilistic Relevance Framework" (2009), with
the constants of tantivy and Lucene.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from rag.postgres.connections import PostgresConnection, PostgresConnections
from rag.postgres.postings import IS_GONE, Level, Segment, merge, take_out
from rag.words import MOST_QUERY_WORDS
from rag.words.analysis import ANALYSIS, make_analyzers, normalise
from rag.words.index import BODY_BOOST, HEADINGS_BOOST

if TYPE_CHECKING:
    from rag.words.contract import ChunkSource

K1, B = 1.2, 0.75
CHUNKS_AT_A_TIME = 5_000  # a segment of a first build; some 100 MB of memory
SERVED_AT_ONCE = 1_000  # chunks that a question takes in, in some 0.3 s


class PostgresWords:
    """See ``WordIndex``. All machines share it; who holds the library brings it level."""

    def __init__(
        self, connections: PostgresConnections, asked: PostgresConnections | None = None
    ) -> None:
        """``asked`` are those of a replica that searches read from."""
        self._connections = connections
        self._asked = asked or connections

    @cached_property
    def _analyzers(self) -> tuple[Any, Any]:
        return make_analyzers()

    # Asking.

    def search(
        self, query: str, k: int, documents: Collection[str] | None = None
    ) -> list[tuple[int, float]]:
        if k < 1 or (documents is not None and not documents):
            return []
        words = self._analyze_question(query)
        if not words:
            return []
        with self._asked.plain() as connection:
            level = _see_level(connection)
            stems = _find_stems(connection, words)
            if not stems:
                return []
            chosen = ""
            values: list[Any] = [
                [id_ for id_, _, _ in stems],
                [BODY_BOOST * _weigh(body, level.chunks) for _, body, _ in stems],
                [HEADINGS_BOOST * _weigh(headings, level.chunks) for _, _, headings in stems],
                _average(level.body, level.chunks),
                _average(level.headings, level.chunks),
            ]
            if documents is not None:
                chosen = "AND chunk IN (SELECT id FROM chunks WHERE document = ANY(%s))"
                values.append(sorted(documents))
            found = connection.raw.execute(_SEARCH.format(chosen), [*values, k]).fetchall()
        return [(id_, float(score)) for id_, score in found]

    def stem(self, word: str) -> str:
        stems = self._analyzers[1].analyze(normalise(word))
        return str(stems[0]) if len(stems) == 1 else ""

    def count(self, stem: str) -> int:
        with self._asked.plain() as connection:
            row = connection.execute(
                "SELECT body + headings FROM word_stems WHERE stem = ?", (stem,)
            ).fetchone()
        return int(row[0]) if row else 0

    def beginning_with(self, letters: str) -> list[tuple[str, int]]:
        with self._asked.plain() as connection:
            return connection.execute(
                "SELECT stem, body FROM word_stems WHERE starts_with(stem, ?) AND stem >= ? "
                "AND body > 0 ORDER BY stem",
                (letters, letters),
            ).fetchall()

    def read_ids(self) -> set[int]:
        with self._connections.plain() as connection:
            return {id_ for (id_,) in connection.execute("SELECT chunk FROM word_chunks")}

    def _analyze_question(self, text: str) -> list[str]:
        """Gives the distinct words to look for; stop words where there is nothing else."""
        indexed, asked = self._analyzers
        text = normalise(text)
        return list(dict.fromkeys(asked.analyze(text) or indexed.analyze(text)))

    # Following.

    def is_open(self, library: str) -> bool:
        with self._connections.plain() as connection:
            level = _see_level(connection)
        return (level.library, level.analysis) == (library, ANALYSIS)

    @property
    def generation(self) -> int:
        with self._connections.plain() as connection:
            return _see_level(connection).generation

    @property
    def deleted(self) -> int:
        with self._connections.plain() as connection:
            (count,) = connection.execute("SELECT count(*) FROM word_gone").fetchone()
        return int(count)

    def reopen(self, source: ChunkSource) -> bool:
        with self._connections.plain() as connection:
            level = _see_level(connection)
        return _is_of(level, source) and level.generation == source.generation()

    def follow(self, source: ChunkSource) -> None:
        with self._connections.writing() as connection:
            level = _read_level(connection, " FOR UPDATE")  # another writer is waited for
            if level is not None:
                self._bring_level(connection, level, source, None)

    def _bring_level(
        self,
        connection: PostgresConnection,
        level: Level,
        source: ChunkSource,
        most: int | None,
    ) -> None:
        """Brings it level where that takes in no more chunks than ``most``."""
        changes = source.changes_since(level.generation) if _is_of(level, source) else None
        come = source.chunk_ids() if changes is None else changes.added
        if most is not None and len(come) > most:
            return
        if changes is None:
            self._build(connection, source)
        elif changes.generation != level.generation:
            take_out(connection, [*changes.removed, *changes.added])
            level = self._take_in(connection, level, source, changes.added)
            _write_level(connection, replace(level, generation=changes.generation))

    def rebuild(self, source: ChunkSource) -> None:
        with self._connections.writing() as connection:
            _read_level(connection, " FOR UPDATE")
            self._build(connection, source)

    def serve(self, source: ChunkSource) -> None:
        """Takes in what little has come, unless another process just does; the rest is left."""
        with self._connections.writing() as connection:
            level = _read_level(connection, " FOR UPDATE SKIP LOCKED")
            if level is not None:
                self._bring_level(connection, level, source, SERVED_AT_ONCE)

    def problems(self, source: ChunkSource) -> list[str]:  # noqa: ARG002 - one place for all
        return []

    def _build(self, connection: PostgresConnection, source: ChunkSource) -> None:
        # Not truncated, for which those who ask would have to wait.
        for table in ("postings", "segments", "stems", "chunks", "gone"):
            connection.raw.execute(f"DELETE FROM word_{table}")  # noqa: S608 - constants
        generation = source.generation()
        empty = Level(source.library_id, generation, ANALYSIS, 0, 0, 0)
        _write_level(connection, self._take_in(connection, empty, source, source.chunk_ids()))

    def _take_in(
        self,
        connection: PostgresConnection,
        level: Level,
        source: ChunkSource,
        ids: Sequence[int],
    ) -> Level:
        titles: dict[str, str] = {}
        for start in range(0, len(ids), CHUNKS_AT_A_TIME):
            segment = Segment(self._analyzers[0])
            for chunks in source.iterate_chunks(ids[start : start + CHUNKS_AT_A_TIME]):
                for chunk in chunks:
                    if chunk.document_id not in titles:
                        document = source.document(chunk.document_id)
                        titles[chunk.document_id] = document.title if document else ""
                    segment.add(chunk, titles[chunk.document_id])
            level = merge(connection, segment.write(connection, level))
        return level


_SEARCH = f"""
WITH asked AS (
    SELECT * FROM unnest(%s::int[], %s::float8[], %s::float8[]) AS a (stem, body, headings)
), average AS (SELECT %s::float8 AS body, %s::float8 AS headings), hit AS (
    SELECT p.segment, a.body AS body_weight, a.headings AS heading_weight,
        unnest(p.chunks) AS chunk, unnest(p.body) AS b, unnest(p.body_lengths) AS bl,
        unnest(p.headings) AS h, unnest(p.heading_lengths) AS hl
    FROM asked a JOIN word_postings p USING (stem)
)
SELECT chunk, sum(
    body_weight * b / (b + {K1} * ({1 - B} + {B} * bl / average.body))
    + heading_weight * h / (h + {K1} * ({1 - B} + {B} * hl / average.headings))
)::float4 AS score
FROM hit, average
WHERE NOT {IS_GONE}
{{}} GROUP BY chunk ORDER BY score DESC, chunk LIMIT %s
"""  # noqa: S608 - constants


def _find_stems(connection: PostgresConnection, words: list[str]) -> list[tuple[int, int, int]]:
    """Gives number, and chunks with it in body and headings, of the stems that there are."""
    condition, values = connection.among("stem", words)
    found = connection.execute(
        f"SELECT id, body, headings FROM word_stems WHERE {condition}",  # noqa: S608 - constants
        (values,),
    ).fetchall()
    if len(words) > MOST_QUERY_WORDS:
        found = sorted((row for row in found if row[1]), key=lambda row: row[1])
    return found[:MOST_QUERY_WORDS]


def _weigh(chunks_with: int, chunks: int) -> float:
    """Gives the weight of a word, by how many chunks have it; that of removed ones may count."""
    all_ = max(chunks, chunks_with)
    return (K1 + 1) * math.log(1 + (all_ - chunks_with + 0.5) / (chunks_with + 0.5))


def _average(words: int, chunks: int) -> float:
    return max(words, 1) / max(chunks, 1)


def _is_of(level: Level, source: ChunkSource) -> bool:
    return (level.library, level.analysis) == (source.library_id, ANALYSIS)


def _read_level(connection: PostgresConnection, lock: str = "") -> Level | None:
    """Gives the level, held until the transaction ends; None where another holds it."""
    row = connection.execute(
        f"SELECT library, generation, analysis, chunks, body, headings FROM word_level{lock}"  # noqa: S608
    ).fetchone()
    return Level(*row) if row else None


def _see_level(connection: PostgresConnection) -> Level:
    level = _read_level(connection)
    return level or Level("", -1, 0, 0, 0, 0)


def _write_level(connection: PostgresConnection, level: Level) -> None:
    connection.execute(
        "UPDATE word_level SET library = ?, generation = ?, analysis = ?, chunks = ?, body = ?, "
        "headings = ?",
        (
            level.library,
            level.generation,
            level.analysis,
            level.chunks,
            level.body,
            level.headings,
        ),
    )
