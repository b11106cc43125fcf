"""Files that were added in the browser, kept under their hash for the source viewer."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from rag.files import TEMPORARY_PREFIX, ending_of, write_durably


class Originals(Protocol):
    """Keeps the bytes of uploads."""

    def keep(self, data: bytes, sha256: str, name: str) -> None:
        """Keeps the bytes, durably; nothing where they are kept already.

        Raises:
            LibraryFull, LibraryBroken: the disk has no room, or refused for another reason.
        """
        ...

    def find(self, sha256: str) -> Path | None:
        """Gives a file with these bytes, on this machine."""
        ...

    def remove_all_but(self, wanted: Collection[str]) -> None:
        """Removes those of other hashes than these."""
        ...

    def problems(self, wanted: Collection[str]) -> list[str]:
        """What is wrong with them, a sentence each; ``wanted`` are the hashes to be there."""
        ...

    def drop_damaged(self) -> None:
        """Removes those that are not what their names say, so that they can be kept anew."""
        ...


class FolderOriginals:
    """See ``Originals``: one file for each content, named ``<sha256><ending>``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, data: bytes, sha256: str, name: str) -> None:
        file_name = sha256 + ending_of(name)
        if (self._folder / file_name).exists():
            return

        def write(temporary: Path) -> str:
            temporary.write_bytes(data)
            return file_name

        write_durably(self._folder, write)

    def find(self, sha256: str) -> Path | None:
        return next((path for path in self._kept() if path.name.startswith(sha256)), None)

    def remove_all_but(self, wanted: Collection[str]) -> None:
        for path in self._kept():
            if path.name[:64] not in wanted:
                path.unlink(missing_ok=True)

    def problems(self, wanted: Collection[str]) -> list[str]:
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
