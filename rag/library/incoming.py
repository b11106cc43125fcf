"""The bytes of uploads and pasted texts that wait to be read."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Protocol

from rag.errors import UnreadableDocument
from rag.files import disk_error, sync_to_disk


class Incoming(Protocol):
    """Keeps bytes under the id of their job; they count from when the store has the job."""

    def keep(self, job_id: str, data: bytes) -> None:
        """Keeps the bytes, durably.

        Raises:
            LibraryFull, LibraryBroken: the disk has no room, or refused for another reason.
        """
        ...

    def read(self, job_id: str, name: str) -> bytes:
        """Gives the bytes; raises UnreadableDocument where they are gone."""
        ...

    def remove(self, job_ids: Collection[str]) -> None: ...

    def remove_all_but(self, job_ids: Collection[str]) -> None:
        """Removes the bytes of other jobs than these."""
        ...


class FolderIncoming:
    """See ``Incoming``: one file for each job, named by its id."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, job_id: str, data: bytes) -> None:
        path = self._folder / job_id
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            sync_to_disk(path)
            sync_to_disk(self._folder)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise disk_error(error, self._folder) from error

    def read(self, job_id: str, name: str) -> bytes:
        try:
            return (self._folder / job_id).read_bytes()
        except OSError as error:
            raise UnreadableDocument(
                f'"{name}" is not there any more ({error.strerror}); add it again.'
            ) from error

    def remove(self, job_ids: Collection[str]) -> None:
        for job_id in job_ids:
            (self._folder / job_id).unlink(missing_ok=True)

    def remove_all_but(self, job_ids: Collection[str]) -> None:
        if self._folder.is_dir():
            self.remove({path.name for path in self._folder.iterdir()}.difference(job_ids))
