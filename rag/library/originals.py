"""Files that were added in the browser, kept under their hash for the source viewer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from pathlib import Path

from rag.files import TEMPORARY_PREFIX, write_durably

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}")


class Originals:
    """One file for each content, named ``<sha256><ending>``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, data: bytes, sha256: str, name: str) -> None:
        """Keeps the bytes, durably; nothing where they are kept already.

        Raises:
            LibraryFull, LibraryBroken: the disk has no room, or refused for another reason.
        """
        ending = Path(name).suffix.lower()
        file_name = sha256 + (ending if _ENDING.fullmatch(ending) else "")
        if (self._folder / file_name).exists():
            return

        def write(temporary: Path) -> str:
            temporary.write_bytes(data)
            return file_name

        write_durably(self._folder, write)

    def find(self, sha256: str) -> Path | None:
        return next((path for path in self._kept() if path.name.startswith(sha256)), None)

    def remove_all_but(self, wanted: Collection[str]) -> None:
        """Removes the files of other hashes than these."""
        for path in self._kept():
            if path.name[:64] not in wanted:
                path.unlink(missing_ok=True)

    def problems(self, wanted: Collection[str]) -> list[str]:
        """What is wrong with the files, a sentence each; ``wanted`` are the hashes to be there."""
        found = []
        kept = {path.name[:64]: path for path in self._kept()}
        for sha256 in sorted(wanted):
            path = kept.get(sha256)
            if path is None:
                found.append(f"The original {sha256} is missing: add its file again.")
            elif _hash(path) != sha256:
                found.append(f"The original {path.name} is damaged: add its file again.")
        found += [
            f"The original {path.name} belongs to no document."
            for sha256, path in kept.items()
            if sha256 not in wanted
        ]
        return found

    def drop_damaged(self) -> None:
        """Removes the files that are not what their names say, so that they can be kept anew."""
        for path in self._kept():
            if _hash(path) != path.name[:64]:
                path.unlink(missing_ok=True)

    def _kept(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return [
            p for p in sorted(self._folder.iterdir()) if not p.name.startswith(TEMPORARY_PREFIX)
        ]


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
