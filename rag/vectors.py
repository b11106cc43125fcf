"""The vector index: chunks by cosine, derived from the store and kept in one FAISS file."""

from __future__ import annotations

import logging
import re
import threading
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from rag.files import checksum, write_durably
from rag.locks import ReadWriteLock

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.store import Changes

    Vectors = NDArray[np.float32]

# A small index is written whenever it has changed (384 dimensions: 8 MB, some 30 ms). The file of a
# larger one may lag behind the store by a share: opening makes up for it from the store, and one
# more document does not write out a gigabyte. What was removed is always taken out of the file.
SMALL_CHUNKS = 10_000
LAG_SHARE = 0.05
VECTORS_AT_A_TIME = 10_000  # 15 MB of float32

_FILE_NAME = re.compile(r"([0-9a-f]+)-(\d+)-([0-9a-f]{8})-([0-9a-f]{8})\.faiss")

logger = logging.getLogger(__name__)


class VectorSource(Protocol):
    """What the index is derived from."""

    @property
    def library_id(self) -> str: ...

    def generation(self) -> int: ...

    def chunk_ids(self) -> list[int]: ...

    def changes_since(self, generation: int) -> Changes | None: ...

    def vectors_of(self, chunk_ids: Sequence[int], model: str) -> dict[int, Vectors]: ...


class VectorIndex(Protocol):
    """Finds the chunks whose vectors are nearest; holds nothing that the store does not."""

    def search(
        self, vector: Vectors, k: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Gives at most ``k`` pairs of chunk id and cosine, best first, ties by id.

        Args:
            vector: of length 1, shape (dimension,).
            among: chunk ids to choose from; all where None.
        """
        ...

    def follow(self, source: VectorSource, model: str, save: bool) -> None:
        """Brings the index level with the source, building it anew where that is needed.

        Args:
            model: the embedding model whose vectors are wanted.
            save: whether this process may write the index down for others.
        """
        ...

    def rebuild(self, source: VectorSource, model: str) -> None:
        """Builds the index from the source alone and writes it down."""
        ...

    def is_open(self, library: str) -> bool:
        """Whether there is anything of this library to search in, level or not."""
        ...

    def is_level(self, source: VectorSource, model: str) -> bool:
        """Whether the index holds what the source does; costs one query."""
        ...

    def read_all(self) -> dict[int, Vectors]:
        """Gives every chunk id and vector of the index, to compare with the store."""
        ...

    def problems(self) -> list[str]:
        """What is wrong with the index as it is kept, a sentence each."""
        ...


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a file holds; stands in its name, so that the two cannot disagree."""

    library: str
    generation: int
    model: str
    crc: int

    @property
    def file_name(self) -> str:
        return f"{self.library}-{self.generation}-{self.model}-{self.crc:08x}.faiss"

    @classmethod
    def read(cls, path: Path) -> Stamp | None:
        match = _FILE_NAME.fullmatch(path.name)
        if match is None:
            return None
        library, generation, model, crc = match.groups()
        return cls(library, int(generation), model, int(crc, 16))


class FaissIndex:
    """See ``VectorIndex``: exact search over float16 vectors, in one file in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = ReadWriteLock()
        self._following = threading.Lock()
        self._index: Any = None
        self._model = ""
        self._library = ""
        self._generation = -1
        self._saved_generation = -1
        self._unsaved = 0  # chunks that came since the file was written
        self._must_save = False  # chunks went since, or there is no file

    # Asking.

    def search(
        self, vector: Vectors, k: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        import numpy as np

        faiss = _faiss()
        with self._lock.reading():
            count = self._index.ntotal if self._index is not None else 0
            if count == 0 or k < 1 or (among is not None and len(among) == 0):
                return []
            # One query is bound by memory; a second thread made it slower (engine-findings.md).
            # The number holds for the calling thread alone, hence each time.
            faiss.omp_set_num_threads(1)
            parameters = None
            if among is not None:
                chosen = faiss.IDSelectorBatch(np.asarray(among, dtype=np.int64))
                parameters = faiss.SearchParameters(sel=chosen)
            query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
            scores, ids = self._index.search(query, min(k, count), params=parameters)
        found = [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))

    def read_all(self) -> dict[int, Vectors]:
        """Gives every chunk id and vector of the index, to compare with the store."""
        with self._lock.reading():
            if self._index is None:
                return {}
            ids = self._held_ids()
            rows = self._index.index.reconstruct_n(0, self._index.ntotal)
        return dict(zip(ids.tolist(), rows, strict=True))

    # Following.

    def is_open(self, library: str) -> bool:
        """Whether there is anything of this library to search in, level or not."""
        return self._generation >= 0 and self._library == library

    def follow(self, source: VectorSource, model: str, save: bool) -> None:
        if self.is_level(source, model) and not (save and self._is_file_due()):
            return
        # The lock is held for moments: nobody waits while vectors are read or written out.
        with self._following:
            if (self._library, self._model) != (source.library_id, model):
                with self._lock.writing():
                    self._open(source.library_id, model)
            changes = source.changes_since(self._generation) if self._generation >= 0 else None
            if changes is None:
                with self._lock.writing():
                    self._build(source)
            else:
                self._apply(source, changes)
            if save and self._is_file_due():
                with self._lock.reading():
                    self._save()

    def rebuild(self, source: VectorSource, model: str) -> None:
        """Builds the index from the source alone and writes it."""
        with self._following:
            with self._lock.writing():
                self._library, self._model = source.library_id, model
                self._build(source)
            with self._lock.reading():
                self._save()

    def problems(self) -> list[str]:
        """What is wrong with the files as they lie on disk, a sentence each."""
        return [
            f"The vector index {path.name} is damaged."
            for path in self._files()
            if not _intact(path)
        ]

    def is_level(self, source: VectorSource, model: str) -> bool:
        """Whether the index holds what the source does; costs one query."""
        return (self._library, self._model, self._generation) == (
            source.library_id,
            model,
            source.generation(),
        )

    def _is_file_due(self) -> bool:
        if self._generation == self._saved_generation:
            return False
        size = self._index.ntotal if self._index is not None else 0
        lag = 0 if size <= SMALL_CHUNKS else LAG_SHARE * size
        return self._must_save or self._unsaved > lag

    def _open(self, library: str, model: str) -> None:
        """Loads the newest whole file of this library and model, if there is one."""
        self._index, self._generation, self._saved_generation = None, -1, -1
        self._library, self._model, self._unsaved, self._must_save = library, model, 0, True
        stamps = [(stamp.generation, path) for path in self._files() if (stamp := self._own(path))]
        for generation, path in sorted(stamps, reverse=True):
            self._index = _load(path)
            if self._index is not None:
                self._generation = self._saved_generation = generation
                self._must_save = False
                return
            logger.warning("The vector index %s is damaged and is built anew.", path.name)

    def _build(self, source: VectorSource) -> None:
        # Read before the chunks: what comes in meanwhile is then followed next time.
        generation = source.generation()
        self._index, self._generation, self._must_save, self._unsaved = None, -1, True, 0
        for batch in self._read(source, source.chunk_ids()):
            self._add(*batch)
        self._generation = generation

    def _apply(self, source: VectorSource, changes: Changes) -> None:
        with self._lock.writing():
            self._remove(changes.removed)
            # Some may be held: those that came while a build was under way, or got another vector.
            self._remove(changes.added)
        for batch in self._read(source, changes.added):
            with self._lock.writing():
                self._add(*batch)
        self._generation = changes.generation

    def _remove(self, ids: Sequence[int]) -> None:
        import numpy as np

        if self._index is None or not ids:
            return
        asked = np.asarray(ids, dtype=np.int64)
        gone = asked[np.isin(asked, self._held_ids())]
        if gone.size:
            self._index.remove_ids(gone)
            self._must_save = True

    def _held_ids(self) -> NDArray[np.int64]:
        ids: NDArray[np.int64] = _faiss().vector_to_array(self._index.id_map)
        return ids

    def _read(
        self, source: VectorSource, ids: Sequence[int]
    ) -> Iterator[tuple[list[int], Vectors]]:
        import numpy as np

        for start in range(0, len(ids), VECTORS_AT_A_TIME):
            rows = source.vectors_of(ids[start : start + VECTORS_AT_A_TIME], self._model)
            # In the order of the ids, as a fresh build has them: equal scores then cut off alike.
            order = sorted(rows)
            if order:
                yield order, np.stack([rows[id_] for id_ in order])

    def _add(self, ids: list[int], matrix: Vectors) -> None:
        import numpy as np

        if self._index is None:
            self._index = _make(matrix.shape[1])
        self._index.add_with_ids(matrix, np.asarray(ids, dtype=np.int64))
        self._unsaved += len(ids)

    # The file.

    def _save(self) -> None:
        target = None
        if self._index is not None:
            target = write_durably(self._folder, self._write)
        for path in self._files():
            if path != target:
                path.unlink(missing_ok=True)
        self._saved_generation, self._unsaved, self._must_save = self._generation, 0, False

    def _write(self, temporary: Path) -> str:
        _faiss().write_index(self._index, str(temporary))
        short = _short(self._model)
        return Stamp(self._library, self._generation, short, checksum(temporary)).file_name

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.faiss"))

    def _own(self, path: Path) -> Stamp | None:
        stamp = Stamp.read(path)
        if stamp and (stamp.library, stamp.model) == (self._library, _short(self._model)):
            return stamp
        return None


def _faiss() -> Any:
    import faiss

    return faiss


def _make(dimension: int) -> Any:
    faiss = _faiss()
    exact = faiss.IndexScalarQuantizer(
        dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    return faiss.IndexIDMap(exact)


def _load(path: Path) -> Any:
    """Gives the index in a file, or None where the file is not what was written."""
    if not _intact(path):
        return None
    try:
        return _faiss().read_index(str(path))
    except RuntimeError:
        return None


def _intact(path: Path) -> bool:
    stamp = Stamp.read(path)
    try:
        return stamp is not None and checksum(path) == stamp.crc
    except FileNotFoundError:
        return True  # another process has just replaced it


def _short(model: str) -> str:
    return f"{zlib.crc32(model.encode()):08x}"
