"""Compares a question with vectors, by FAISS: those of a file, and those that came since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.vectors.file import PAGE, VectorFile, id_slots

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Vectors = NDArray[np.float32]
    Halves = NDArray[np.float16]

Found = list[tuple[int, float]]


class FileScan:
    """The lists of a file, searched where they lie on the disk."""

    def __init__(self, file: VectorFile) -> None:
        faiss = load_faiss()
        self.file = file
        head = file.head
        self._lists = map_lists(file) if hasattr(faiss, "OnDiskInvertedLists") else copy_lists(file)
        self._coarse = make_flat(file.centroids)
        self._index = faiss.IndexIVFScalarQuantizer(
            self._coarse,
            head.dimension,
            head.lists,
            faiss.ScalarQuantizer.QT_fp16,
            faiss.METRIC_INNER_PRODUCT,
            False,  # the vectors themselves, not what they differ by from the centroids
        )
        self._index.is_trained = True
        self._index.replace_invlists(self._lists, False)
        self._index.ntotal = head.count

    def search(self, vector: Vectors, k: int, probes: int, chosen: Any = None) -> Found:
        """Gives the nearest vectors in the ``probes`` lists that are nearest.

        Args:
            chosen: a FAISS selector of ids.
        """
        faiss = load_faiss()
        parameters = faiss.SearchParametersIVF(nprobe=probes, sel=chosen)
        return ask(self._index, vector, min(k, self._index.ntotal), parameters)


class Additions:
    """Vectors in memory, all compared."""

    def __init__(self, dimension: int) -> None:
        faiss = load_faiss()
        exact = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        self._index = faiss.IndexIDMap(exact)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def ids(self) -> Ids:
        ids: Ids = load_faiss().vector_to_array(self._index.id_map)
        return ids

    @property
    def rows(self) -> Halves:
        """The vectors, in the order of ``ids``."""
        import numpy as np

        rows: Vectors = self._index.index.reconstruct_n(0, len(self))
        return rows.astype(np.float16)

    def add(self, ids: Ids, matrix: Vectors) -> None:
        self._index.add_with_ids(matrix, ids)

    def remove(self, ids: Ids) -> None:
        import numpy as np

        gone = ids[np.isin(ids, self.ids)]
        if gone.size:
            self._index.remove_ids(gone)

    def search(self, vector: Vectors, k: int, chosen: Any = None) -> Found:
        parameters = load_faiss().SearchParameters(sel=chosen) if chosen else None
        return ask(self._index, vector, min(k, len(self)), parameters)


def ask(index: Any, vector: Vectors, k: int, parameters: Any) -> Found:
    import numpy as np

    if k < 1:
        return []
    # One query is bound by memory; a second thread made it slower (docs/decisions/0024).
    # The number holds for the calling thread alone, hence each time.
    load_faiss().omp_set_num_threads(1)
    query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
    scores, ids = index.search(query, k, params=parameters)
    return [(int(i), float(s)) for i, s in zip(ids[0], scores[0], strict=True) if i >= 0]


def select(ids: Ids) -> Any:
    """Gives a FAISS selector of these ids: a bit for each up to the largest."""
    import numpy as np

    bits = np.zeros(int(ids.max(initial=0)) // 8 + 1, np.uint8)
    np.bitwise_or.at(bits, ids >> 3, (1 << (ids & 7)).astype(np.uint8))
    return load_faiss().IDSelectorBitmap(bits)


def leave_out(ids: Ids) -> Any:
    """Gives a FAISS selector of all but these ids."""
    faiss = load_faiss()
    return faiss.IDSelectorNot(faiss.IDSelectorBatch(ids))


def make_flat(centroids: Vectors) -> Any:
    import numpy as np

    flat = load_faiss().IndexFlatIP(centroids.shape[1])
    flat.add(np.ascontiguousarray(centroids, dtype=np.float32))
    return flat


def map_lists(file: VectorFile) -> Any:
    """Gives FAISS the lists of a file as they lie there."""
    faiss = load_faiss()
    lists = faiss.OnDiskInvertedLists()
    lists.filename, lists.totsize = str(file.path), file.head.file_bytes
    lists.nlist, lists.code_size = file.head.lists, file.head.slot_bytes
    lists.read_only = True
    lists.prefetch_nthread = 0  # threads for each question would cost more than they save
    for size, start in zip(file.sizes.tolist(), file.starts.tolist(), strict=True):
        one = faiss.OnDiskOneList()
        one.size = one.capacity = size
        one.offset = PAGE + start * file.head.slot_bytes
        lists.lists.push_back(one)
    lists.do_mmap()
    return lists


def copy_lists(file: VectorFile) -> Any:
    """Gives FAISS the lists of a file in memory: its build for Windows cannot map them."""
    import numpy as np

    faiss = load_faiss()
    head = file.head
    lists = faiss.ArrayInvertedLists(head.lists, head.slot_bytes)
    for number, (size, start) in enumerate(
        zip(file.sizes.tolist(), file.starts.tolist(), strict=True)
    ):
        end = start + size
        ids = file.rows[end : end + id_slots(size, head.slot_bytes)].copy().view("<i8").ravel()
        codes = np.ascontiguousarray(file.rows[start:end]).view(np.uint8)
        own = np.ascontiguousarray(ids[:size])
        lists.add_entries(number, size, faiss.swig_ptr(own), faiss.swig_ptr(codes))
    return lists


def load_faiss() -> Any:
    import faiss

    return faiss
