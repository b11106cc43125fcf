"""The vectors by pgvector, in the table in which the store keeps them: never behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rag.postgres.connections import PostgresConnection, PostgresConnections
from rag.vectors import IndexState

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.vectors import VectorSource

    Vectors = NDArray[np.float32]

# So many vectors are compared one by one, also those of chosen documents: exact, and quick enough;
# above it HNSW finds them. Figures in docs/decisions/0021-postgresql.md.
EXACT_UP_TO = 20_000
SPARE = 20  # fetched beyond k, and ordered again by the question's vector in full
BUILD_MEMORY = "512MB"  # of the server, while it builds HNSW


class PgVectorIndex:
    """See ``VectorIndex``: exact as long as that is quick, then HNSW over float16."""

    def __init__(
        self, connections: PostgresConnections, asked: PostgresConnections | None = None
    ) -> None:
        """``asked`` are those of a replica that searches read from."""
        self._connections = connections
        self._asked = asked or connections
        self._name = ""
        self._model = 0  # its number in the database
        self._dimension = 0
        self._has_hnsw = False

    # Asking.

    def search(
        self, vector: Vectors, k: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        if k < 1 or not self._model or (among is not None and len(among) == 0):
            return []
        query = f"[{','.join(map(str, vector.tolist()))}]"
        with self._asked.plain() as connection:
            if not self._has_hnsw or (among is not None and len(among) <= EXACT_UP_TO):
                found = self._search_all(connection, query, k, among)
            elif among is None:
                found = self._search_near(connection, query, k)
            else:
                found = self._search_filtered(connection, query, k, among)
        return [(id_, float(score)) for id_, score in found]

    def _search_all(
        self, connection: PostgresConnection, query: str, k: int, among: Sequence[int] | None
    ) -> list[tuple[int, float]]:
        chosen = "" if among is None else "AND c.id = ANY(%s)"
        return connection.raw.execute(
            f"""SELECT id, -(vector::vector <#> %s::vector) AS score FROM (
                SELECT c.id, v.vector FROM chunks c JOIN vectors v ON v.content = c.content
                WHERE v.model = {self._model} {chosen}
                ORDER BY v.vector <#> %s::halfvec, c.id LIMIT %s
            ) near ORDER BY score DESC, id LIMIT %s""",  # noqa: S608 - constants
            [query, *([] if among is None else [list(among)]), query, k + SPARE, k],
        ).fetchall()

    def _search_near(
        self, connection: PostgresConnection, query: str, k: int
    ) -> list[tuple[int, float]]:
        return connection.raw.execute(
            f"""SELECT c.id, -(v.vector::vector <#> %s::vector) AS score FROM (
                SELECT content, vector FROM vectors WHERE model = {self._model}
                ORDER BY {self._distance} LIMIT %s
            ) v JOIN chunks c ON c.content = v.content
            ORDER BY score DESC, c.id LIMIT %s""",  # noqa: S608 - constants
            (query, query, k + SPARE, k),
        ).fetchall()

    def _search_filtered(
        self, connection: PostgresConnection, query: str, k: int, among: Sequence[int]
    ) -> list[tuple[int, float]]:
        # The index goes on (hnsw.iterative_scan) until enough of them are among the chosen.
        return connection.raw.execute(
            f"""SELECT id, -(vector::vector <#> %s::vector) AS score FROM (
                SELECT c.id, v.vector FROM vectors v JOIN chunks c ON c.content = v.content
                WHERE v.model = {self._model} AND c.id = ANY(%s)
                ORDER BY {self._distance} LIMIT %s
            ) near ORDER BY score DESC, id LIMIT %s""",  # noqa: S608 - constants
            (query, list(among), query, k + SPARE, k),
        ).fetchall()

    def read_all(self) -> dict[int, Vectors]:
        """Gives every chunk id that can be found and its vector."""
        with self._connections.plain() as connection:
            found = connection.execute(
                "SELECT c.id, v.vector FROM chunks c JOIN vectors v ON v.content = c.content "
                "WHERE v.model = ?",
                (self._model,),
            )
            return {id_: connection.read_vector(value) for id_, value in found}

    # Following.

    def is_open(self, library: str) -> bool:  # noqa: ARG002 - there is but this one
        return True

    def is_level(self, source: VectorSource, model: str) -> bool:  # noqa: ARG002 - it always is
        return self._name == model and self._model > 0

    def follow(self, source: VectorSource, model: str, save: bool) -> None:  # noqa: ARG002
        """Chooses the model and, where it may, builds HNSW once there are many vectors."""
        with self._connections.plain() as connection:
            self._choose(connection, model)
            if save and self._model and not self._has_hnsw and self._are_many(connection):
                self._build(connection)

    def rebuild(self, source: VectorSource, model: str) -> None:  # noqa: ARG002
        with self._connections.plain() as connection:
            self._choose(connection, model)
            if self._has_hnsw:
                connection.raw.execute(f"REINDEX INDEX {self._index}")

    def prepare(self, is_stopped: Callable[[], bool]) -> bool:  # noqa: ARG002
        return False  # the server does what takes long

    def state(self, source: VectorSource, model: str) -> IndexState:  # noqa: ARG002
        if self._name != model:
            with self._connections.plain() as connection:
                self._choose(connection, model)
        return IndexState("HNSW", None) if self._has_hnsw else IndexState("exact", 1.0)

    def problems(self) -> list[str]:
        return []  # the store tells of its indexes

    @property
    def _index(self) -> str:
        return f"vectors_hnsw_{self._model}"

    @property
    def _distance(self) -> str:
        length = self._dimension
        return f"(vector::halfvec({length})) <#> %s::halfvec({length})"

    def _choose(self, connection: PostgresConnection, model: str) -> None:
        row = connection.execute(
            "SELECT model, vector_dims(vector) FROM vectors WHERE model = "
            "(SELECT id FROM models WHERE name = ?) LIMIT 1",
            (model,),
        ).fetchone()
        self._name, (self._model, self._dimension) = model, row or (0, 0)
        found = connection.execute(
            "SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(?) AND indisvalid",
            (self._index,),
        )
        self._has_hnsw = found.fetchone() is not None

    def _are_many(self, connection: PostgresConnection) -> bool:
        (count,) = connection.execute(
            "SELECT count(*) FROM (SELECT 1 FROM vectors WHERE model = ? LIMIT ?) few",
            (self._model, EXACT_UP_TO + 1),
        ).fetchone()
        return int(count) > EXACT_UP_TO

    def _build(self, connection: PostgresConnection) -> None:
        length = self._dimension
        with connection.raw.transaction():
            connection.raw.execute("SET LOCAL lock_timeout = 0")
            connection.raw.execute(f"SET LOCAL maintenance_work_mem = '{BUILD_MEMORY}'")
            connection.raw.execute(
                f"CREATE INDEX IF NOT EXISTS {self._index} ON vectors "
                f"USING hnsw ((vector::halfvec({length})) halfvec_ip_ops) "
                f"WHERE model = {self._model}"
            )
        self._has_hnsw = True
