"""Folders that the library is made equal to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rag.errors import UnreadableDocument
from rag.library import walk
from rag.library.intake import Intake
from rag.library.plan import Plan, make_plan
from rag.library.reports import Report, Tell, tell_nobody
from rag.library.sync import finish_sync, sync_folder
from rag.library.upkeep import Upkeep
from rag.store import LibraryStore


class Folders:
    """Foretells what a sync would do, does it, or finishes what the worker has begun."""

    def __init__(self, own: Path, store: LibraryStore, intake: Intake, upkeep: Upkeep) -> None:
        """``own`` is the library's folder, which is never taken in."""
        self._own = own
        self._store = store
        self._intake = intake
        self._upkeep = upkeep

    def plan(self, folder: Path) -> Plan:
        """Gives what a sync would do; raises UnreadableDocument where there is no such folder."""
        root = str(walk.absolute(folder))
        known = {path: source for path, (_, source) in self._store.sources_under(root).items()}
        return make_plan(root, self.foretell(folder), known)

    def foretell(self, folder: Path, spare_emptied: bool = False) -> Iterator[Report]:
        """Gives the reports of a sync that changes nothing, as far as can be told unparsed."""
        root = _find_root(folder)
        yield from self._synced(root, True, tell_nobody, spare_emptied)

    def sync(self, folder: Path, progress: Tell, spare_emptied: bool) -> Iterator[Report]:
        """Makes what came from a folder equal to it, as the reports are asked for.

        Raises:
            UnreadableDocument: there is no such folder, or nothing in one that is to be spared.
        """
        root = _find_root(folder)
        with self._upkeep.changing(progress):
            reports = self._synced(root, False, progress, spare_emptied)
            yield from self._upkeep.levelling(reports)
            self._store.note_sync(str(root))

    def finish(self, folder: Path, progress: Tell) -> list[Report]:
        """Lets go of what is gone from a folder, once the worker has taken in what is new."""
        with self._upkeep.storing(progress):
            found = walk.find_files(folder, self._own)
            reports = list(finish_sync(folder, found, self._store))
            self._store.note_sync(str(folder))
            return reports

    def _synced(
        self, root: Path, dry_run: bool, progress: Tell, spare_emptied: bool
    ) -> Iterator[Report]:
        found = walk.find_files(root, self._own)
        if spare_emptied and not found.files and not found.unlisted:
            self._spare(root)
        return sync_folder(root, found, self._store, self._intake, dry_run, progress)

    def _spare(self, root: Path) -> None:
        lost = len(self._store.sources_under(str(root)))
        if lost:
            raise UnreadableDocument(
                f"The folder {root} is empty, and {lost} documents came from it: nothing was "
                "removed; mount its disk again, or sync it by hand to remove them."
            )


def _find_root(folder: Path) -> Path:
    root = walk.absolute(folder)
    if not root.is_dir():
        raise UnreadableDocument(f"There is no folder {root}: check the path; nothing was changed.")
    return root
