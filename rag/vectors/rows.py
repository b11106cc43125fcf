"""The vectors of a file and those that came since, as one array in the order of their ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rag.vectors.file import VectorFile
from rag.vectors.scan import Additions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.vectors.file import Halves, Ids

ROWS_AT_A_TIME = 10_000  # 15 MB of float32


@dataclass(frozen=True, slots=True)
class Rows:
    """Reads vectors when they are asked for.

    Attributes:
        ids: in ascending order.
        places: where each stands: a slot of the file, or -1, -2, … for the first, second, …
            of ``added``.
    """

    ids: Ids
    places: Ids
    file: VectorFile | None
    added: Halves

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, positions: NDArray[np.int64] | slice) -> Halves:
        """Gives the vectors at positions of ``ids``."""
        import numpy as np

        places = self.places[positions]
        taken = np.empty((len(places), self.added.shape[1]), np.float16)
        came = places < 0
        taken[came] = self.added[-1 - places[came]]
        if self.file is not None:
            taken[~came] = self.file.rows[places[~came]]
        return taken

    def batches(self, positions: NDArray[np.int64]) -> Iterator[tuple[Ids, Halves]]:
        """Gives ids and vectors at positions, some at a time."""
        for start in range(0, len(positions), ROWS_AT_A_TIME):
            some = positions[start : start + ROWS_AT_A_TIME]
            yield self.ids[some], self.take(some)


def join_rows(file: VectorFile | None, gone: Ids, additions: Additions | None) -> Rows:
    """Puts together what is in a file but for what is gone from it, and what was added."""
    import numpy as np

    ids, places = np.empty(0, np.int64), np.empty(0, np.int64)
    if file is not None:
        kept = np.ones(len(file.ids), bool)
        kept[file.positions(gone)] = False
        ids, places = file.ids[kept], file.slots[kept]
    dimension = file.head.dimension if file else 0
    if additions is None:
        return Rows(ids, places, file, np.empty((0, dimension), np.float16))
    ids = np.concatenate((ids, additions.ids))
    places = np.concatenate((places, -1 - np.arange(len(additions))))
    order = np.argsort(ids)
    return Rows(ids[order], places[order], file, additions.rows)
