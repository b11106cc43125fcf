"""The vector index in Milvus: collections that are derived from the store and follow it."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from pymilvus import DataType, MilvusClient

from rag.errors import LibraryBroken, LibraryBusy
from rag.milvus.connection import MilvusConnection
from rag.vectors import IndexState

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.store import Changes
    from rag.vectors import VectorSource

    Vectors = NDArray[np.float32]

CATALOGUE = "footnote"  # the collection that has a row, a ``Level``, for each library
# Figures in docs/decisions/0025-milvus.md.
INDEX = {"index_type": "HNSW", "params": {"M": 16, "efConstruction": 200}}
BREADTH, MOST_BREADTH = 512, 8_192  # HNSW's ef: how many candidates a question keeps
# So many chosen passages are compared one by one, with the vectors that the store has: HNSW would
# miss many of few.
EXACT_UP_TO = 5_000
# Inner product, not Milvus's COSINE, which would divide by the lengths of vectors that float16 has
# made a little longer or shorter than 1: so the scores are those of the other engines.
METRIC = "IP"
ROWS_AT_A_TIME = 2_000  # of 4,096 numbers 33 MB; Milvus takes requests of 64 MB
IDS_AT_A_TIME = 100_000  # some 1 MB of a filter that the server has to read
SPARE = 20  # fetched beyond k, so that ties at its end are told apart by id
_BEING_BUILT = "The vectors are about to be built in Milvus; try again in a moment."


@dataclass(frozen=True, slots=True)
class Level:
    """Which collection holds the vectors of a library, and of which generation; "" if none does."""

    library: str
    model: str
    collection: str
    generation: int


class MilvusIndex:
    """See ``VectorIndex``. All machines share it; who holds the library brings it level.

    A collection may be ahead of the level that the catalogue notes, where a process died before it
    noted it: the changes since then say all that is to be done, and may be done twice.
    """

    def __init__(self, milvus: MilvusConnection, store: VectorSource) -> None:
        """``store`` is what questions read from."""
        self._store = store
        self._call = milvus.call
        self._told = milvus.told
        self._following = threading.Lock()
        self._level: Level | None = None

    # Asking.

    def search(
        self, vector: Vectors, k: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        level = self._level
        if level is None:
            raise LibraryBusy(_BEING_BUILT)
        if k < 1 or not level.collection or (among is not None and len(among) == 0):
            return []
        if among is not None and len(among) <= EXACT_UP_TO:
            return _best(self._compare(vector, among, level.model), k)
        try:
            return self._search(level.collection, vector, k, among)
        except LibraryBroken:  # another process has built it anew, or Milvus has not loaded it
            self._level = self._read_level(level.library, level.model)
            if self._level is None or not self._level.collection:
                raise
            return self._search(self._level.collection, vector, k, among)

    def _compare(
        self, vector: Vectors, among: Sequence[int], model: str
    ) -> list[tuple[int, float]]:
        rows = self._store.vectors_of(among, model)
        return [(id_, float(row @ vector)) for id_, row in rows.items()]

    def _search(
        self, collection: str, vector: Vectors, k: int, among: Sequence[int] | None
    ) -> list[tuple[int, float]]:
        if among is None:
            return _best(self._ask(collection, vector, k + SPARE, BREADTH), k)
        count = self._call("get_collection_stats", collection)["row_count"]
        found: list[tuple[int, float]] = []
        # The best of all are among the best of each part.
        for some in _split(among, IDS_AT_A_TIME):
            # The chosen ones among these candidates are as many as otherwise all are.
            breadth = min(BREADTH * count // len(some), MOST_BREADTH)
            chosen = f"id in [{','.join(map(str, some))}]"
            found += self._ask(collection, vector, k + SPARE, max(breadth, BREADTH), chosen)
        return _best(found, k)

    def _ask(
        self, collection: str, vector: Vectors, limit: int, breadth: int, chosen: str = ""
    ) -> list[tuple[int, float]]:
        (hits,) = self._call(
            "search",
            collection,
            [vector],
            filter=chosen,
            limit=limit,
            output_fields=["id"],
            search_params={"params": {"ef": max(limit, breadth)}},
        )
        return [(int(hit["id"]), float(hit["distance"])) for hit in hits]

    def read_all(self) -> dict[int, Vectors]:
        import numpy as np

        held: dict[int, Vectors] = {}
        if self._level is None or not self._level.collection:
            return held
        pages = self._call("query_iterator", self._level.collection, output_fields=["vector"])
        with self._told():
            while page := pages.next():
                held.update((row["id"], np.array(row["vector"], np.float32)) for row in page)
        return held

    def state(self, source: VectorSource, model: str) -> IndexState:
        level = self._read_level(source.library_id, model)
        index: dict[str, Any] = INDEX
        if level is not None and level.collection:
            index = self._call("describe_index", level.collection, "vector")
        return IndexState(f"{index['index_type']} in Milvus", None)

    # Following.

    def is_open(self, library: str) -> bool:
        return self._level is not None and self._level.library == library

    def is_level(self, source: VectorSource, model: str) -> bool:
        level = self._level
        return level is not None and (level.library, level.model, level.generation) == (
            source.library_id,
            model,
            source.generation(),
        )

    def follow(self, source: VectorSource, model: str, save: bool) -> None:
        """Brings Milvus level if it may; else what is there is searched, level or not.

        Raises:
            LibraryBusy: nothing is there, and another process is about to build it.
        """
        if self.is_level(source, model):
            return
        with self._following:
            level = self._read_level(source.library_id, model)
            if save:
                level = self._bring_level(level, source, model)
            elif level is None and source.chunk_ids():
                raise LibraryBusy(_BEING_BUILT)
            self._level = level

    def rebuild(self, source: VectorSource, model: str) -> None:
        with self._following:
            self._level = self._build(source, model)

    def prepare(self, is_stopped: Callable[[], bool]) -> bool:  # noqa: ARG002
        return False  # the server does what takes long

    def problems(self) -> list[str]:
        return []  # the server looks after its files

    def _bring_level(self, level: Level | None, source: VectorSource, model: str) -> Level:
        changes = None
        if level is not None and level.collection:
            changes = source.changes_since(level.generation)
        if level is None or changes is None:
            return self._build(source, model)
        if changes.generation != level.generation:
            self._apply(level, source, changes)
            level = replace(level, generation=changes.generation)
            self._write_level(level)
        return level

    def _apply(self, level: Level, source: VectorSource, changes: Changes) -> None:
        held: set[int] = set()
        for rows in _read(source, changes.added, level.model):
            self._call("upsert", level.collection, rows)
            held.update(row["id"] for row in rows)
        # Of those added some may have lost their vectors; of those removed some may be back.
        gone = sorted({*changes.removed, *changes.added} - held)
        for some in _split(gone, IDS_AT_A_TIME):
            self._call("delete", level.collection, ids=some)

    def _build(self, source: VectorSource, model: str) -> Level:
        """Fills a new collection, and lets it serve when it is whole."""
        # Read before the chunks: what comes in meanwhile is then followed next time.
        level = Level(source.library_id, model, "", source.generation())
        prefix = f"{CATALOGUE}_{level.library}_"
        for rows in _read(source, source.chunk_ids(), model):
            if not level.collection:
                level = replace(level, collection=prefix + uuid.uuid4().hex)
                schema = MilvusClient.create_schema()
                schema.add_field("id", DataType.INT64, is_primary=True)
                self._create(level.collection, schema, len(rows[0]["vector"]))
            self._call("insert", level.collection, rows)
        if level.collection:
            self._call("flush", level.collection)  # indexes it now, not when more has come
        self._write_level(level)
        # Former ones, and what a process that died has left half-made.
        for name in self._call("list_collections"):
            if name.startswith(prefix) and name != level.collection:
                self._call("drop_collection", name)
        return level

    # The catalogue: its row is written last, and all at once.

    def _read_level(self, library: str, model: str) -> Level | None:
        """Gives what is there of a library, ready to be searched; None where there is nothing."""
        if not self._call("has_collection", CATALOGUE):
            return None
        self._call("load_collection", CATALOGUE)
        for row in self._call("query", CATALOGUE, ids=[library]):
            level = Level(library, row["model"], row["collection"], row["generation"])
            if level.model != model:
                return None
            if level.collection:
                if not self._call("has_collection", level.collection):
                    return None
                self._call("load_collection", level.collection)
            return level
        return None

    def _write_level(self, level: Level) -> None:
        if not self._call("has_collection", CATALOGUE):
            schema = MilvusClient.create_schema()
            schema.add_field("library", DataType.VARCHAR, max_length=64, is_primary=True)
            schema.add_field("model", DataType.VARCHAR, max_length=4096)
            schema.add_field("collection", DataType.VARCHAR, max_length=255)
            schema.add_field("generation", DataType.INT64)
            self._create(CATALOGUE, schema, 2)
        # Milvus wants a vector in every collection.
        self._call("upsert", CATALOGUE, [{**asdict(level), "vector": [0.0, 0.0]}])

    def _create(self, name: str, schema: Any, dimension: int) -> None:
        schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
        index = MilvusClient.prepare_index_params()
        index.add_index("vector", index_name="vector", metric_type=METRIC, **INDEX)
        # Strong: a search finds what was written before it, by whatever process.
        options = {"schema": schema, "index_params": index, "consistency_level": "Strong"}
        self._call("create_collection", name, **options)


def _best(found: list[tuple[int, float]], k: int) -> list[tuple[int, float]]:
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:k]


def _split(ids: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))


def _read(source: VectorSource, ids: Sequence[int], model: str) -> Iterator[list[dict[str, Any]]]:
    """Gives the rows of those chunks that have vectors, some at a time."""
    for some in _split(ids, ROWS_AT_A_TIME):
        vectors = source.vectors_of(some, model)
        if vectors:
            yield [{"id": id_, "vector": vectors[id_]} for id_ in sorted(vectors)]
