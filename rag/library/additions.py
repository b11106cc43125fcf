"""Files, uploads, texts and pages of the web, taken in while the caller waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.files import safe_name
from rag.isolate import ParserProcess
from rag.library import walk
from rag.library.intake import Arrival, Intake, refuse
from rag.library.reports import Report, Tell, tell_nobody
from rag.library.upkeep import Upkeep
from rag.records import Source
from rag.store import NewDocument


class Additions:
    """Holds the library while it takes in; the worker comes with what it has prepared without."""

    def __init__(self, folder: Path, intake: Intake, parser: ParserProcess, upkeep: Upkeep) -> None:
        """``folder`` is the library's own, which is never taken in; ``parser`` the intake's."""
        self._folder = folder
        self._intake = intake
        self._parser = parser
        self._upkeep = upkeep

    def add_paths(self, paths: Sequence[Path], progress: Tell) -> Iterator[Report]:
        """Takes in files and whole folders, as the reports are asked for."""
        self._parser.start()
        with self._upkeep.changing(progress):
            yield from self._upkeep.levelling(self._add_each(paths, progress))

    def add_upload(self, data: bytes, name: str, progress: Tell) -> Report:
        """Takes in a file's bytes, and keeps them."""
        return self._add(data, Source(safe_name(name), "upload", "", len(data)), progress)

    def add_text(self, text: str, name: str, title: str | None) -> Report:
        """Takes in a text; ``title`` stands before its own."""
        data = text.encode()
        return self._add(data, Source(safe_name(name), "paste", "", len(data)), tell_nobody, title)

    def add_address(self, address: str, data: bytes, name: str, progress: Tell) -> Report:
        """Takes in what was fetched, in place of what came from this address before."""
        return self._add(data, Source(safe_name(name), "address", address, len(data)), progress)

    def store(self, arrival: Arrival, prepared: NewDocument | None, progress: Tell) -> Report:
        """Stores what the worker has prepared, or prepares it anew where that does not fit now.

        Raises:
            UnreadableDocument: with one sentence for the person who added the file.
        """
        with self._upkeep.storing(progress):
            return self._upkeep.conclude(self._intake.take_in(arrival, prepared, progress))

    def _add_each(self, paths: Sequence[Path], progress: Tell) -> Iterator[Report]:
        for found in walk.iterate_files(paths, self._folder):
            if isinstance(found, tuple):
                yield refuse(found[0], f"The folder cannot be listed ({found[1]}).")
            else:
                yield self._intake.add_file(found, progress)

    def _add(self, data: bytes, source: Source, progress: Tell, title: str | None = None) -> Report:
        self._parser.start()
        with self._upkeep.changing(progress):
            return self._upkeep.conclude(self._intake.add_bytes(data, source, title, progress))
