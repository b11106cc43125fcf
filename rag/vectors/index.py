"""The embedded index: a mapped file, what came since in memory, and what is gone from the file."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.locks import ReadWriteLock
from rag.vectors.clusters import Clusters, Measured, learn_clusters, measure_recall, sort_rows
from rag.vectors.contract import IndexState, VectorSource
from rag.vectors.file import VectorFile
from rag.vectors.folder import Serving, VectorFolder, find_damaged
from rag.vectors.rows import ROWS_AT_A_TIME, Rows, join_rows
from rag.vectors.scan import Additions, FileScan, leave_out, select

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.store import Changes
    from rag.vectors.file import Ids

    Vectors = NDArray[np.float32]

# So many vectors are compared one by one, also those of chosen documents: some 14 ms on one core.
# What is larger is clustered, and clustered anew when it has grown by a half.
EXACT_UP_TO = 200_000
GROWTH_SHARE = 0.5
# A small index is written whenever it has changed (384 dimensions: 8 MB, some 30 ms). The file of a
# larger one may lag behind the store by a share: opening makes up for it from the store, and one
# more document does not write out a gigabyte. What was removed is always taken out of the file.
SMALL_CHUNKS = 10_000
LAG_SHARE = 0.05

logger = logging.getLogger(__name__)


class FaissIndex:
    """See ``VectorIndex``: exact as long as that is quick, then clustered; in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._path = folder
        self._folder = VectorFolder(folder, "", "")
        self._lock = ReadWriteLock()
        self._following = threading.Lock()
        self._library = self._model = ""
        self._generation = self._saved_generation = -1
        self._file: VectorFile | None = None
        self._scan: FileScan | None = None
        self._additions: Additions | None = None
        self._gone: Any = ()  # ids that are not to be found in the file
        self._live: Any = None  # selects the others
        self._unerased: Any = ()  # those of the gone whose vectors the file still shows
        # What was prepared, for the file that served then.
        self._clusters: Clusters | None = None
        self._measured: Measured | None = None
        self._sound: VectorFile | None = None
        self._damaged: VectorFile | None = None

    # Asking.

    def search(
        self, vector: Vectors, k: int, among: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        import numpy as np

        if k < 1 or (among is not None and len(among) == 0):
            return []
        chosen = None if among is None else np.asarray(among, dtype=np.int64)
        found: list[tuple[int, float]] = []
        with self._lock.reading():
            if self._scan is not None:
                found += self._search_file(self._scan, vector, k, chosen)
            if self._additions is not None:
                selected = None if chosen is None else select(chosen)
                found += self._additions.search(vector, k, selected)
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:k]

    def _search_file(
        self, scan: FileScan, vector: Vectors, k: int, chosen: Ids | None
    ) -> list[tuple[int, float]]:
        import numpy as np

        head = scan.file.head
        probes = head.probes or head.lists
        if chosen is None:
            return scan.search(vector, k, probes, self._live)
        if len(self._gone):
            chosen = np.setdiff1d(chosen, self._gone)
        if len(chosen) <= EXACT_UP_TO:
            probes = head.lists
        else:  # the chosen ones in these are as many as all in those
            probes = min(head.lists, -(-probes * head.count // len(chosen)))
        return scan.search(vector, k, probes, select(chosen)) if len(chosen) else []

    def read_all(self) -> dict[int, Vectors]:
        import numpy as np

        rows = self._rows()
        held: dict[int, Vectors] = {}
        for ids, matrix in rows.batches(np.arange(len(rows))):
            held.update(zip(ids.tolist(), matrix.astype(np.float32), strict=True))
        return held

    def state(self, source: VectorSource, model: str) -> IndexState:
        file = self._file
        if (self._library, self._model) != (source.library_id, model):
            serving = VectorFolder(self._path, source.library_id, model).open_newest(above=-1)
            file = serving.file if serving else None
        head = file.head if file else None
        if head is None or head.lists == 1:
            return IndexState("exact", 1.0)
        return IndexState("IVF", head.recall, head.lists, head.probes or head.lists)

    # Following.

    def is_open(self, library: str) -> bool:
        return self._generation >= 0 and self._library == library

    def is_level(self, source: VectorSource, model: str) -> bool:
        return (self._library, self._model, self._generation) == (
            source.library_id,
            model,
            source.generation(),
        )

    def follow(self, source: VectorSource, model: str, save: bool) -> None:
        if self.is_level(source, model) and not (save and self._is_due()):
            return
        # The lock is held for moments: nobody waits while vectors are read or written out.
        with self._following:
            if (self._library, self._model) != (source.library_id, model):
                self._turn_to(source.library_id, model)
                self._open_newer()
            elif self._lags():
                self._open_newer()
            changes = None
            if self._generation >= 0 and not self._is_damaged():
                changes = source.changes_since(self._generation)
            if changes is None:
                self._build(source, save)
            else:
                self._apply(source, changes)
            if save and self._is_due():
                self._save()

    def rebuild(self, source: VectorSource, model: str) -> None:
        with self._following:
            if (self._library, self._model) != (source.library_id, model):
                self._turn_to(source.library_id, model)
            self._build(source, save=True)

    def problems(self) -> list[str]:
        """What is wrong with the files as they lie on disk, a sentence each."""
        return [f"The vector index {path.name} is damaged." for path in find_damaged(self._path)]

    def _turn_to(self, library: str, model: str) -> None:
        with self._lock.writing():
            self._serve(None)
            self._library, self._model = library, model
            self._generation = self._saved_generation = -1
        self._folder = VectorFolder(self._path, library, model)

    def _open_newer(self) -> None:
        """Opens the file that another process, or this one before, has written since."""
        if self._generation < 0:
            self._folder.tell_former()
        serving = self._folder.open_newest(above=self._saved_generation)
        if serving is not None:
            with self._lock.writing():
                self._serve(serving)

    def _build(self, source: VectorSource, save: bool) -> None:
        # Read before the chunks: what comes in meanwhile is then followed next time.
        generation = source.generation()
        batches = self._read(source, source.chunk_ids())
        if save:
            file = self._folder.write_plain(batches, generation)
            self._take(file, generation)
            return
        additions: Additions | None = None
        for ids, matrix in batches:
            additions = additions or Additions(matrix.shape[1])
            additions.add(ids, matrix)
        with self._lock.writing():
            self._serve(None)
            self._additions, self._generation = additions, generation

    def _apply(self, source: VectorSource, changes: Changes) -> None:
        import numpy as np

        # Of those added some may be held: they came while a build was under way, or got another
        # vector.
        with self._lock.writing():
            self._remove(np.array((*changes.removed, *changes.added), np.int64))
        for ids, matrix in self._read(source, changes.added):
            with self._lock.writing():
                if self._additions is None:
                    self._additions = Additions(matrix.shape[1])
                self._additions.add(ids, matrix)
        self._generation = changes.generation

    def _remove(self, ids: Ids) -> None:
        import numpy as np

        if self._additions is not None:
            self._additions.remove(ids)
        if self._file is not None:
            new = np.setdiff1d(self._file.ids[self._file.positions(ids)], self._gone)
            if new.size:
                self._gone = np.union1d(self._gone, new)
                self._unerased = np.union1d(self._unerased, new)
                self._live = leave_out(self._gone)

    def _read(self, source: VectorSource, ids: Sequence[int]) -> Iterator[tuple[Ids, Vectors]]:
        import numpy as np

        for start in range(0, len(ids), ROWS_AT_A_TIME):
            rows = source.vectors_of(ids[start : start + ROWS_AT_A_TIME], self._model)
            # In the order of the ids, as a fresh build has them: equal scores then cut off alike.
            order = sorted(rows)
            if order:
                yield np.array(order, np.int64), np.stack([rows[id_] for id_ in order])

    # What is kept on disk.

    def _is_due(self) -> bool:
        """Whether anything is to be written."""
        if self._has_prepared() or len(self._unerased) > 0:
            return True
        return self._generation != self._saved_generation and self._lags()

    def _lags(self) -> bool:
        """Whether the file is further behind than it may be."""
        count = self._count()
        behind = len(self._additions or ()) + len(self._gone)
        if count <= SMALL_CHUNKS or self._file is None:
            return self._generation != self._saved_generation
        return behind > LAG_SHARE * count

    def _count(self) -> int:
        held = self._file.head.count - len(self._gone) if self._file else 0
        return held + len(self._additions or ())

    def _save(self) -> None:
        file, measured = self._file, self._measured
        if file is not None and measured is not None and measured.file is file:
            file.note(measured.probes, measured.recall)
        self._measured = None
        if self._lags() or self._are_clusters_new():
            rows = self._rows()
            self._take(self._write(rows), self._generation)
        elif file is not None and len(self._unerased):
            file.erase(self._unerased)
            self._unerased = self._unerased[:0]

    def _write(self, rows: Rows) -> VectorFile | None:
        import numpy as np

        learnt = self._clusters if self._are_clusters_new() else None
        # Not back and forth with each passage that comes and goes, hence the half.
        found = sort_rows(rows, learnt) if len(rows) > EXACT_UP_TO / 2 else None
        if found is None:
            return self._folder.write_plain(rows.batches(np.arange(len(rows))), self._generation)
        return self._folder.write(*found, self._generation)

    def _take(self, file: VectorFile | None, generation: int) -> None:
        """Lets a file serve that was written just now, and removes the others."""
        serving = None if file is None else Serving(file, generation, is_sound=True)
        with self._lock.writing():
            self._serve(serving)
            self._generation = self._saved_generation = generation
        self._folder.sweep(file)

    def _serve(self, serving: Serving | None) -> None:
        """Lets a file serve, or none, and forgets what came after the former one."""
        import numpy as np

        self._file = file = serving.file if serving else None
        self._scan = FileScan(file) if file else None
        self._additions = None
        self._gone = self._unerased = np.empty(0, np.int64)
        self._live = None
        self._clusters = self._measured = self._damaged = None
        self._sound = file if serving and serving.is_sound else None
        self._saved_generation = -1
        if serving is not None:
            self._generation = self._saved_generation = serving.generation

    def _rows(self) -> Rows:
        with self._lock.reading():
            return join_rows(self._file, self._gone, self._additions)

    # What takes long.

    def prepare(self, is_stopped: Callable[[], bool]) -> bool:
        with self._lock.reading():
            file, scan, gone = self._file, self._scan, self._gone
        if file is None or scan is None:
            return False
        if self._sound is not file:
            if not file.is_sound(is_stopped):
                logger.warning("The vector index %s is damaged and is built anew.", file.path.name)
                self._damaged = file
                return True
            self._sound = file
        head = file.head
        if head.count > max(EXACT_UP_TO, (1 + GROWTH_SHARE) * head.learnt_from):
            if not self._are_clusters_new():
                self._clusters = learn_clusters(join_rows(file, gone, None), file, is_stopped)
        elif head.lists > 1 and head.measured_on != head.count:
            self._measured = measure_recall(scan, gone, is_stopped)
        return not is_stopped() and self._has_prepared()

    def _are_clusters_new(self) -> bool:
        return self._clusters is not None and self._clusters.file is self._file

    def _is_damaged(self) -> bool:
        return self._file is not None and self._damaged is self._file

    def _has_prepared(self) -> bool:
        measured = self._measured is not None and self._measured.file is self._file
        return self._are_clusters_new() or measured or self._is_damaged()
