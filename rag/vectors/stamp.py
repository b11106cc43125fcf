"""What a file of vectors holds, told by its name."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from pathlib import Path

ENDING = ".vectors"
FORMER_ENDING = ".faiss"  # of a former format; such a file is built anew
_FILE_NAME = re.compile(r"([0-9a-f]+)-(\d+)-([0-9a-f]{8})-([0-9a-f]{8})" + re.escape(ENDING))


@dataclass(frozen=True, slots=True)
class Stamp:
    """Stands in the file's name, so that the two cannot disagree.

    Attributes:
        crc: the checksum of the file's directory, which every opening looks at.
    """

    library: str
    generation: int
    model: str
    crc: int

    @property
    def file_name(self) -> str:
        return f"{self.library}-{self.generation}-{self.model}-{self.crc:08x}{ENDING}"

    @classmethod
    def read(cls, path: Path) -> Stamp | None:
        match = _FILE_NAME.fullmatch(path.name)
        if match is None:
            return None
        library, generation, model, crc = match.groups()
        return cls(library, int(generation), model, int(crc, 16))


def shorten(model: str) -> str:
    """Gives a model's name as it stands in the names of files."""
    return f"{zlib.crc32(model.encode()):08x}"
