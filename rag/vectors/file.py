"""One file of vectors, mapped into memory: opening it reads its directory alone.

A page of its own says what is in it (``Head``); then stand the vectors in float16, list after list,
in slots of one vector each. The ids of a list follow its vectors, which is how FAISS wants them
(``OnDiskInvertedLists``), and are filled up to whole slots, so that slots can be counted off. After
them stands the directory: the centroids, the lists' sizes, all ids in order and the slot of each.
Last come the checksums of blocks of slots: a vector that is erased changes that of one block.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Halves = NDArray[np.float16]
    Batches = Iterable[tuple[Ids, NDArray[np.floating]]]
    """Ids in ascending order with their vectors, some at a time."""

PAGE = 4096  # bytes; vectors begin at the second
HEAD_BYTES = 512  # a disk writes a sector wholly or not at all
BLOCK_SLOTS = 64  # for each checksum: 48 kB at 384 dimensions
_MAGIC = b"FNVEC001"


@dataclass(frozen=True, slots=True)
class Head:
    """What stands on the first page.

    Attributes:
        count, dimension, lists, slots: how many there are of each.
        crc: the checksum of the directory.
        learnt_from: how many vectors there were when the centroids were learnt.
        probes: how many lists a question looks into; 0 for all, as nothing has been measured.
        recall: the share of the exact first ten that it then finds.
        measured_on: how many vectors there were when this was measured.
    """

    count: int
    dimension: int
    lists: int
    slots: int
    crc: int = 0
    learnt_from: int = 0
    probes: int = 0
    recall: float | None = None
    measured_on: int = 0

    def to_bytes(self) -> bytes:
        text = json.dumps(asdict(self)).encode().ljust(HEAD_BYTES - len(_MAGIC) - 4)
        return _MAGIC + zlib.crc32(text).to_bytes(4, "little") + text

    @classmethod
    def from_bytes(cls, data: bytes) -> Head | None:
        start = len(_MAGIC)
        crc, text = data[start : start + 4], data[start + 4 :]
        if not data.startswith(_MAGIC) or zlib.crc32(text).to_bytes(4, "little") != crc:
            return None
        return cls(**json.loads(text))

    # Where the parts stand, in bytes.

    @property
    def slot_bytes(self) -> int:
        return 2 * self.dimension

    @property
    def directory_start(self) -> int:
        return PAGE + _up_to_whole(self.slots * self.slot_bytes, 8)

    @property
    def directory_bytes(self) -> int:
        return 4 * self.lists * self.dimension + 8 * (self.lists + 2 * self.count)

    @property
    def checksums_start(self) -> int:
        return self.directory_start + self.directory_bytes

    @property
    def blocks(self) -> int:
        return -(-self.slots // BLOCK_SLOTS)

    @property
    def file_bytes(self) -> int:
        return self.checksums_start + 4 * self.blocks


class VectorFile:
    """A file that is open; another process may erase vectors in it meanwhile.

    Attributes:
        centroids: one a list, float32, shape (lists, dimension).
        sizes: how many vectors each list has.
        ids: of all vectors, in ascending order.
        slots: where the vector of each of ``ids`` stands in ``rows``.
        rows: all slots, float16, mapped; those with ids among them mean nothing as numbers.
    """

    def __init__(self, path: Path, head: Head) -> None:
        import numpy as np

        self.path = path
        self.head = head
        self.rows: Halves = np.memmap(
            path, "<f2", mode="r", offset=PAGE, shape=(head.slots, head.dimension)
        )
        directory = np.memmap(
            path, np.uint8, mode="r", offset=head.directory_start, shape=(head.directory_bytes,)
        )
        if zlib.crc32(directory.data) != head.crc:
            raise ValueError("The directory is damaged.")
        split = 4 * head.lists * head.dimension
        self.centroids = directory[:split].view("<f4").reshape(head.lists, head.dimension)
        numbers = directory[split:].view("<i8")
        self.sizes: Ids = numbers[: head.lists]
        self.ids: Ids = numbers[head.lists : head.lists + head.count]
        self.slots: Ids = numbers[head.lists + head.count :]

    @classmethod
    def open(cls, path: Path) -> VectorFile | None:
        """Opens a file without reading its vectors; None where it is not what was written."""
        try:
            with path.open("rb") as file:
                head = Head.from_bytes(file.read(HEAD_BYTES))
            if head is None or path.stat().st_size != head.file_bytes:
                return None
            return cls(path, head)
        except (FileNotFoundError, ValueError):
            return None

    @cached_property
    def starts(self) -> Ids:
        """The first slot of each list."""
        import numpy as np

        taken = self.sizes + id_slots(self.sizes, self.head.slot_bytes)
        return np.concatenate(([0], np.cumsum(taken)[:-1])).astype(np.int64)

    def positions(self, ids: Ids) -> Ids:
        """Gives where ids stand in ``ids``; those that are not there are left out."""
        import numpy as np

        found = np.searchsorted(self.ids, ids)
        found[found == len(self.ids)] = 0
        return found[self.ids[found] == ids] if len(self.ids) else found[:0]

    def lists_of(self, slots: Ids) -> Ids:
        """Gives the list that each slot belongs to."""
        import numpy as np

        # Of lists without any vector, which take no slot, the last is the one that begins there.
        return np.searchsorted(self.starts, slots, side="right") - 1

    def is_sound(self, is_stopped: Callable[[], bool] = lambda: False) -> bool:
        """Reads all of it and compares the checksums; True where it is stopped."""
        import numpy as np

        # Read anew: those of blocks with erased vectors have been written since it was opened.
        with self.path.open("rb") as file:
            file.seek(self.head.checksums_start)
            kept = np.frombuffer(file.read(4 * self.head.blocks), "<u4")
            for block, crc in enumerate(_checksums(file, self.head, range(self.head.blocks))):
                if is_stopped():
                    return True
                if crc != kept[block]:
                    return False
        return True

    def erase(self, ids: Ids) -> None:
        """Overwrites the vectors of ids, durably; what is here already may be among them.

        A process that dies on the way may leave a block behind whose checksum does not fit: it is
        found to be damaged then, and is built anew.
        """
        slots = self.slots[self.positions(ids)]
        nothing = bytes(self.head.slot_bytes)
        with self.path.open("r+b") as file:
            for slot in slots.tolist():
                file.seek(PAGE + slot * self.head.slot_bytes)
                file.write(nothing)
            blocks = sorted({slot // BLOCK_SLOTS for slot in slots.tolist()})
            for block, crc in zip(blocks, _checksums(file, self.head, blocks), strict=True):
                file.seek(self.head.checksums_start + 4 * block)
                file.write(crc.to_bytes(4, "little"))
            _sync(file)

    def note(self, probes: int, recall: float) -> None:
        """Keeps what has been measured."""
        self.head = replace(self.head, probes=probes, recall=recall, measured_on=self.head.count)
        with self.path.open("r+b") as file:
            file.write(self.head.to_bytes())
            _sync(file)


def write_file(
    path: Path, lists: Iterable[Batches], centroids: NDArray[np.float32], head: Head
) -> Head:
    """Writes a file of vectors, one list after the other, and gives what stands on its page.

    Args:
        head: what was learnt and measured; the rest of it is counted.
        centroids: one for each list.
    """
    import numpy as np

    dimension = centroids.shape[1]
    sizes: list[int] = []
    ids: list[Ids] = []
    slots: list[Ids] = []
    next_slot = 0
    with path.open("w+b") as file:
        file.write(bytes(PAGE))
        for batches in lists:
            own: list[Ids] = []
            for some, rows in batches:
                file.write(np.ascontiguousarray(rows, "<f2").data)
                own.append(some)
            its_ids = np.concatenate(own) if own else np.empty(0, np.int64)
            size, filled = len(its_ids), id_slots(len(its_ids), 2 * dimension)
            file.write(its_ids.astype("<i8").tobytes().ljust(filled * 2 * dimension, b"\0"))
            ids.append(its_ids)
            slots.append(np.arange(next_slot, next_slot + size))
            next_slot += size + filled
            sizes.append(size)
        all_ids, all_slots = np.concatenate(ids), np.concatenate(slots)
        order = np.argsort(all_ids)
        parts = (np.array(sizes), all_ids[order], all_slots[order])
        numbers = b"".join(part.astype("<i8").tobytes() for part in parts)
        directory = centroids.astype("<f4").tobytes() + numbers
        head = replace(
            head,
            count=len(all_ids),
            dimension=dimension,
            lists=len(sizes),
            slots=next_slot,
            crc=zlib.crc32(directory),
        )
        file.seek(head.directory_start)
        file.write(directory)
        checksums = list(_checksums(file, head, range(head.blocks)))
        file.seek(head.checksums_start)
        file.write(np.array(checksums, "<u4").tobytes())
        file.seek(0)
        file.write(head.to_bytes())
    return head


def id_slots(size: Any, slot_bytes: int) -> Any:
    """Gives how many slots the ids of a list take, or of several."""
    return -(-8 * size // slot_bytes)


def _checksums(file: BinaryIO, head: Head, blocks: Iterable[int]) -> Iterator[int]:
    for block in blocks:
        file.seek(PAGE + block * BLOCK_SLOTS * head.slot_bytes)
        slots = min(BLOCK_SLOTS, head.slots - block * BLOCK_SLOTS)
        yield zlib.crc32(file.read(slots * head.slot_bytes))


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _up_to_whole(value: int, unit: int) -> int:
    return -(-value // unit) * unit
