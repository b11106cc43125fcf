"""What the index's files hold, written beside them, and whether they still do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.files import checksum, write_durably
from rag.words.analysis import ANALYSIS

STAMP = "stamp.json"
META = "meta.json"  # tantivy's list of its segments; the only file of an index that ever changes


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the files hold. Written after them; to apply the same changes twice does no harm.

    Attributes:
        deleted: chunks whose words are still in the files, though never found.
        files: checksums of the files by name, ``meta.json`` among them.
    """

    library: str
    generation: int
    analysis: int
    deleted: int
    files: dict[str, int]


def read_stamp(folder: Path, library: str) -> Stamp | None:
    """Gives the stamp of an index of this library, made by this analysis; None where none is."""
    try:
        stamp = Stamp(**json.loads((folder / STAMP).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None  # missing, or not written to its end: as if there were no index
    return stamp if (stamp.library, stamp.analysis) == (library, ANALYSIS) else None


def write_stamp(
    folder: Path, library: str, generation: int, deleted: int, known: Mapping[str, int]
) -> Stamp:
    """Writes and gives the stamp of the files as they are; ``known`` are checksums from before."""
    names = [path.name for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    known = {name: crc for name, crc in known.items() if name != META}
    files = {
        name: known[name] if name in known else checksum(folder / name)
        for name in names
        if name != STAMP
    }
    stamp = Stamp(library, generation, ANALYSIS, deleted, files)

    def write(temporary: Path) -> str:
        temporary.write_text(json.dumps(asdict(stamp)), "utf-8")
        return STAMP

    write_durably(folder, write)
    return stamp


def find_damage(folder: Path, stamp: Stamp) -> list[str]:
    """Names the files that are not what was written.

    Where ``meta.json`` is another one, a commit came after the stamp and its writer died: then
    tantivy's own word is taken for which files there should be.
    """
    stamped = stamp.files
    found = _checksum_or_none(folder / META)
    if found is None:
        return [META]
    if found != stamped.get(META):
        stamped = {n: c for n, c in stamped.items() if n != META and (folder / n).exists()}
    return [name for name, crc in stamped.items() if _checksum_or_none(folder / name) != crc]


def _checksum_or_none(path: Path) -> int | None:
    try:
        return checksum(path)
    except OSError:
        return None
