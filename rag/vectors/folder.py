"""The folder of the files of vectors: one serves, the others are former ones or of other models."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from rag.files import write_durably
from rag.vectors.file import Head, VectorFile, write_file
from rag.vectors.stamp import ENDING, FORMER_ENDING, Stamp, shorten

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from rag.vectors.file import Batches, Ids

CHECKED_AT_ONCE_BYTES = 16 * 1024 * 1024  # a larger file is looked through in the background

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Serving:
    """A file that serves, level with a generation of its library.

    Attributes:
        is_sound: whether all of it has been looked through, or it was written just now.
    """

    file: VectorFile
    generation: int
    is_sound: bool


class VectorFolder:
    """The files of one library and model, among others."""

    def __init__(self, folder: Path, library: str, model: str) -> None:
        self._folder = folder
        self._library = library
        self._model = shorten(model)

    def open_newest(self, above: int) -> Serving | None:
        """Opens the newest whole file of a generation above the one given."""
        for generation, path in self._own():
            if generation <= above:
                break
            file = VectorFile.open(path)
            is_small = file is not None and file.head.file_bytes <= CHECKED_AT_ONCE_BYTES
            if file is not None and (not is_small or file.is_sound()):
                return Serving(file, generation, is_small)
            if path.exists():  # else another process has just replaced it
                logger.warning("The vector index %s is damaged and is built anew.", path.name)
        return None

    def tell_former(self) -> None:
        """Says so where there are files of a former version, which are not read."""
        for path in self._folder.glob(f"*{FORMER_ENDING}"):
            logger.info("%s is of a former version: the vector index is built anew.", path.name)

    def write_plain(
        self, batches: Iterator[tuple[Ids, NDArray[np.floating]]], generation: int
    ) -> VectorFile | None:
        """Writes vectors that are all compared, and opens the file; None where there are none."""
        import numpy as np

        first = next(batches, None)
        if first is None:
            return None
        centroid = np.zeros((1, first[1].shape[1]), np.float32)
        lists = [chain([first], batches)]
        return self.write(lists, centroid, Head(0, 0, 0, 0), generation)

    def write(
        self,
        lists: Iterable[Batches],
        centroids: NDArray[np.float32],
        head: Head,
        generation: int,
    ) -> VectorFile | None:
        """Writes vectors list by list, and opens the file."""

        def write(temporary: Path) -> str:
            written = write_file(temporary, lists, centroids, head)
            return Stamp(self._library, generation, self._model, written.crc).file_name

        return VectorFile.open(write_durably(self._folder, write))

    def sweep(self, file: VectorFile | None) -> None:
        """Removes all files but the one that serves."""
        for path in list_files(self._folder):
            if file is None or path != file.path:
                # Windows keeps a file that a process has mapped; it goes with the next one.
                with suppress(PermissionError):
                    path.unlink(missing_ok=True)

    def _own(self) -> list[tuple[int, Path]]:
        """Gives generation and path of this library's and model's files, newest first."""
        own = []
        for path in list_files(self._folder):
            stamp = Stamp.read(path)
            if stamp and (stamp.library, stamp.model) == (self._library, self._model):
                own.append((stamp.generation, path))
        return sorted(own, reverse=True)


def list_files(folder: Path) -> list[Path]:
    return sorted(p for ending in (ENDING, FORMER_ENDING) for p in folder.glob(f"*{ending}"))


def find_damaged(folder: Path) -> list[Path]:
    """Looks through all files, and gives those that are not what was written."""
    return [path for path in sorted(folder.glob(f"*{ENDING}")) if not _is_sound(path)]


def _is_sound(path: Path) -> bool:
    file = VectorFile.open(path)
    if file is None:
        return not path.exists()  # another process has just replaced it
    return file.is_sound()
