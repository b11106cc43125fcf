"""Sorts vectors into clusters, and measures how many of these a question has to look into.

An inverted file (IVF), after Sivic and Zisserman, "Video Google" (2003): a question is compared
with the vectors of the clusters whose centroids are nearest to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from rag.vectors.file import Head, VectorFile
from rag.vectors.rows import ROWS_AT_A_TIME, Rows
from rag.vectors.scan import FileScan, leave_out, load_faiss, make_flat

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.vectors.file import Batches, Ids

# Figures for all of these are in docs/decisions/0024-vectors-that-fit-their-size.md.
LISTS_A_ROOT = 2  # clusters: so many times the square root of the number of vectors
SAMPLE_A_LIST = 50  # vectors that each centroid is learnt from
ROUNDS = 10  # of k-means
QUESTIONS = 200  # that recall is measured by
NOISE = 3
DEPTH = 10
TARGET = 0.99  # of recall: 0.98 is promised, and 200 questions tell it to half a hundredth
SEED = 0


@dataclass(frozen=True, slots=True)
class Clusters:
    """Centroids, and the cluster of each vector that was in ``file`` at that time."""

    centroids: NDArray[np.float32]
    learnt_from: int
    file: VectorFile
    ids: Ids
    lists: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Measured:
    """So many probes find this share of the exact first ten in ``file``."""

    file: VectorFile
    probes: int
    recall: float


def learn_clusters(rows: Rows, file: VectorFile, is_stopped: Callable[[], bool]) -> Clusters | None:
    """Finds centroids by k-means on a sample, and the nearest to each vector; None if stopped."""
    import numpy as np

    faiss = load_faiss()
    faiss.omp_set_num_threads(1)  # the other processors are for those who ask
    count = max(1, min(round(LISTS_A_ROOT * len(rows) ** 0.5), len(rows) // 2))
    sample = np.random.default_rng(SEED).permutation(len(rows))[: SAMPLE_A_LIST * count]
    matrix = rows.take(np.sort(sample)).astype(np.float32)
    centroids = None
    for _ in range(ROUNDS):
        if is_stopped():
            return None
        means = faiss.Kmeans(
            matrix.shape[1], count, niter=1, spherical=True, seed=SEED,
            min_points_per_centroid=1, max_points_per_centroid=2 * SAMPLE_A_LIST,
        )  # fmt: skip
        means.train(matrix, init_centroids=centroids)
        centroids = means.centroids
    if centroids is None:
        return None
    lists = assign(rows, np.arange(len(rows)), centroids, is_stopped)
    return None if is_stopped() else Clusters(centroids, len(rows), file, rows.ids, lists)


def assign(
    rows: Rows,
    positions: NDArray[np.int64],
    centroids: NDArray[np.float32],
    is_stopped: Callable[[], bool] = lambda: False,
) -> NDArray[np.int64]:
    """Gives the nearest centroid of each vector at ``positions``, as far as it is let."""
    import numpy as np

    coarse = make_flat(centroids)
    nearest = np.zeros(len(positions), np.int64)
    for start in range(0, len(positions), ROWS_AT_A_TIME):
        if is_stopped():
            break
        some = positions[start : start + ROWS_AT_A_TIME]
        _, found = coarse.search(rows.take(some).astype(np.float32), 1)
        nearest[start : start + len(some)] = found[:, 0]
    return nearest


def sort_rows(
    rows: Rows, learnt: Clusters | None
) -> tuple[Iterator[Batches], NDArray[np.float32], Head] | None:
    """Gives vectors list by list, with the centroids of the lists; None where nothing was learnt.

    Args:
        learnt: what was learnt of late; without it, the lists of the file that they are in serve.
    """
    import numpy as np

    if learnt is not None:
        centroids, head = learnt.centroids, Head(0, 0, 0, 0, learnt_from=learnt.learnt_from)
        known = np.searchsorted(learnt.ids, rows.ids)
        known[known == len(learnt.ids)] = 0
        nearest = np.where(learnt.ids[known] == rows.ids, learnt.lists[known], -1)
    elif rows.file is not None and rows.file.head.lists > 1:
        centroids, head = rows.file.centroids, rows.file.head
        nearest = rows.file.lists_of(rows.places)
    else:
        return None
    came = np.flatnonzero((nearest < 0) | (rows.places < 0))
    nearest[came] = assign(rows, came, centroids)
    order = np.argsort(nearest, kind="stable")
    ends = np.cumsum(np.bincount(nearest, minlength=len(centroids)))[:-1]
    return (rows.batches(some) for some in np.split(order, ends)), centroids, head


def measure_recall(scan: FileScan, gone: Ids, is_stopped: Callable[[], bool]) -> Measured | None:
    """Finds the fewest probes that reach the target; None if stopped.

    A question stands apart from the passages that answer it: it is made by adding to the vector
    of one that is drawn a vector at random that is ``NOISE`` times as long. Of what was tried,
    this comes nearest to real questions.
    """
    import numpy as np

    file = scan.file
    rng = np.random.default_rng(SEED)
    kept = np.ones(len(file.ids), bool)
    kept[file.positions(gone)] = False
    drawn = file.rows[rng.choice(file.slots[kept], QUESTIONS)].astype(np.float32)
    noise = rng.standard_normal(drawn.shape, np.float32)
    questions = drawn + NOISE * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    questions /= np.linalg.norm(questions, axis=1, keepdims=True)
    live = leave_out(gone) if len(gone) else None

    def find(probes: int) -> Iterator[set[int]]:
        for question in questions:
            if is_stopped():
                return
            yield {id_ for id_, _ in scan.search(question, DEPTH, probes, live)}

    wanted = list(find(file.head.lists))
    for probes in steps(file.head.lists):
        found = list(find(probes))
        if is_stopped():
            return None
        hits = sum(len(one & other) for one, other in zip(wanted, found, strict=True))
        recall = hits / max(1, sum(map(len, wanted)))
        if recall >= TARGET:
            return Measured(file, probes, recall)
    return None


def steps(most: int) -> list[int]:
    """Gives 1, 2, 3, 4, 6, 8, 12, … and ``most``."""
    powers = [2**i for i in range(most.bit_length() + 1)]
    numbers = {n for low, high in pairwise(powers) for n in (low, (low + high) // 2)}
    return sorted({n for n in numbers if n < most} | {most})
