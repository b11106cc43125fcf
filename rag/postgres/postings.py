"""The postings of the words in PostgreSQL: written by segments, and merged as they grow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import psycopg

from rag.postgres.connections import PostgresConnection
from rag.records import StoredChunk
from rag.words.analysis import normalise

MERGED_AT_ONCE = 8
LARGEST_SEGMENT = 50_000  # chunks; what is as large is merged no further
MOST_OF_A_WORD = 32_767  # what a posting can count


@dataclass(frozen=True, slots=True)
class Level:
    """What the index holds: how many chunks, and how many words in each field of theirs.

    What was removed counts until it is merged away, as it does in the stems' counts.
    """

    library: str
    generation: int
    analysis: int
    chunks: int
    body: int
    headings: int


class Segment:
    """The postings of a batch of chunks, while they are gathered."""

    def __init__(self, analyzer: Any) -> None:
        self._analyzer = analyzer
        self._postings: dict[str, list[tuple[int, int, int, int, int]]] = {}
        self._chunks: list[tuple[int, int, int]] = []

    def add(self, chunk: StoredChunk, title: str) -> None:
        body = self._analyzer.analyze(normalise(chunk.text))
        headings = self._analyzer.analyze(normalise("\n".join((title, *chunk.headings))))
        self._chunks.append((chunk.id, len(body), len(headings)))
        in_body, in_headings = Counter(body), Counter(headings)
        lengths = (_shorten(len(body)), _shorten(len(headings)))
        for stem in in_body | in_headings:
            self._postings.setdefault(stem, []).append(
                (chunk.id, _cap(in_body[stem]), lengths[0], _cap(in_headings[stem]), lengths[1])
            )

    def write(self, connection: PostgresConnection, level: Level) -> Level:
        """Writes it; gives the level with its chunks."""
        if not self._chunks:
            return level
        (segment,) = connection.execute(
            "INSERT INTO word_segments (chunks) VALUES (?) RETURNING id", (len(self._chunks),)
        ).fetchone()
        numbers = self._write_stems(connection)
        cursor = connection.raw.cursor()
        with cursor.copy("COPY word_postings FROM STDIN") as copy:
            for stem in sorted(self._postings, key=lambda s: numbers[s]):
                copy.write_row(
                    (numbers[stem], segment, *map(list, zip(*self._postings[stem], strict=True)))
                )
        with cursor.copy("COPY word_chunks FROM STDIN") as copy:
            for id_, _, _ in self._chunks:
                copy.write_row((id_, segment))
        return replace(
            level,
            chunks=level.chunks + len(self._chunks),
            body=level.body + sum(body for _, body, _ in self._chunks),
            headings=level.headings + sum(headings for _, _, headings in self._chunks),
        )

    def _write_stems(self, connection: PostgresConnection) -> dict[str, int]:
        stems = sorted(self._postings)
        found = connection.raw.execute(
            """INSERT INTO word_stems (stem, body, headings)
            SELECT * FROM unnest(%s::text[], %s::int[], %s::int[])
            ON CONFLICT (stem) DO UPDATE SET body = word_stems.body + excluded.body,
            headings = word_stems.headings + excluded.headings RETURNING stem, id""",
            (
                stems,
                [sum(bool(p[1]) for p in self._postings[stem]) for stem in stems],
                [sum(bool(p[3]) for p in self._postings[stem]) for stem in stems],
            ),
        )
        return dict(found.fetchall())


def take_out(connection: PostgresConnection, ids: Sequence[int]) -> None:
    connection.raw.execute(
        """WITH gone AS (DELETE FROM word_chunks WHERE chunk = ANY(%s) RETURNING chunk, segment)
        INSERT INTO word_gone SELECT chunk, segment FROM gone""",
        (list(ids),),
    )


def merge(connection: PostgresConnection, level: Level) -> Level:
    """Merges segments of a size, where there are as many as are merged at once."""
    while True:
        found = connection.execute(
            "SELECT id, chunks FROM word_segments WHERE chunks < ? ORDER BY id", (LARGEST_SEGMENT,)
        ).fetchall()
        sizes: dict[int, list[int]] = {}
        for id_, chunks in found:  # by powers of 8
            sizes.setdefault((chunks.bit_length() - 1) // 3, []).append(id_)
        alike = next((ids for ids in sizes.values() if len(ids) >= MERGED_AT_ONCE), None)
        if alike is None:
            return level
        level = _merge_these(connection, level, alike)


def _merge_these(connection: PostgresConnection, level: Level, segments: list[int]) -> Level:
    raw = connection.raw
    level = _forget_gone(raw, level, segments)
    (merged,) = connection.execute(
        "INSERT INTO word_segments (chunks) SELECT greatest(count(*), 1) FROM word_chunks "
        "WHERE segment = ANY(?) RETURNING id",
        (segments,),
    ).fetchone()
    raw.execute(_MERGE, (merged, segments))
    for table in ("postings", "gone"):
        raw.execute(f"DELETE FROM word_{table} WHERE segment = ANY(%s)", (segments,))  # noqa: S608
    raw.execute("DELETE FROM word_segments WHERE id = ANY(%s)", (segments,))
    raw.execute("UPDATE word_chunks SET segment = %s WHERE segment = ANY(%s)", (merged, segments))
    return level


def _forget_gone(raw: psycopg.Connection[Any], level: Level, segments: list[int]) -> Level:
    """Takes what was removed from some segments out of all counts."""
    row = raw.execute(
        "SELECT count(*) FROM word_gone WHERE segment = ANY(%s)", (segments,)
    ).fetchone()
    chunks = int(row[0]) if row else 0
    if not chunks:
        return level
    lost = raw.execute(_GONE, (segments,)).fetchall()
    raw.execute(
        """UPDATE word_stems s SET body = s.body - l.body, headings = s.headings - l.headings
        FROM unnest(%s::int[], %s::int[], %s::int[]) AS l (stem, body, headings)
        WHERE s.id = l.stem""",
        [[row[column] for row in lost] for column in range(3)],
    )
    raw.execute("DELETE FROM word_stems WHERE body <= 0 AND headings <= 0")
    return replace(
        level,
        chunks=level.chunks - chunks,
        body=level.body - sum(row[3] for row in lost),
        headings=level.headings - sum(row[4] for row in lost),
    )


# Every posting of some segments, one a row.
_HITS = """(
    SELECT stem, segment, unnest(chunks) AS chunk, unnest(body) AS b, unnest(body_lengths) AS bl,
        unnest(headings) AS h, unnest(heading_lengths) AS hl
    FROM word_postings WHERE segment = ANY(%s)
) hit"""
IS_GONE = "EXISTS (SELECT 1 FROM word_gone g WHERE (g.chunk, g.segment) = (hit.chunk, hit.segment))"
_MERGE = f"""
INSERT INTO word_postings
SELECT stem, %s, array_agg(chunk), array_agg(b), array_agg(bl), array_agg(h), array_agg(hl)
FROM {_HITS} WHERE NOT {IS_GONE} GROUP BY stem
"""  # noqa: S608 - constants
_GONE = f"""
SELECT stem, count(*) FILTER (WHERE b > 0), count(*) FILTER (WHERE h > 0), sum(b), sum(h)
FROM {_HITS} WHERE {IS_GONE} GROUP BY stem
"""  # noqa: S608 - constants


def _shorten(length: int) -> int:
    """Gives a length as tantivy keeps it, in a byte: exact up to 40, then in steps of an eighth."""
    if length < 40:
        return length
    rest = length - 24
    step = rest.bit_length() - 4
    return _cap(24 + (rest >> step << step))


def _cap(count: int) -> int:
    return min(count, MOST_OF_A_WORD)
