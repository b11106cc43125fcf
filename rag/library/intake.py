"""One file at a time into the store."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from pathlib import Path

from rag.errors import UnreadableDocument
from rag.files import safe_name
from rag.library import walk
from rag.library.originals import Originals
from rag.library.prepare import Preparation
from rag.library.reports import Outcome, Report, Tell
from rag.library.twins import tell_of_twins
from rag.records import Document, Source
from rag.store import LibraryStore, NewDocument


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file's bytes, where they come from, and a title that stands before its own."""

    data: bytes
    source: Source
    title: str | None = None


class Intake:
    """What changes the store is only for the holder of the library's write lock."""

    def __init__(self, store: LibraryStore, preparation: Preparation, originals: Originals) -> None:
        self._store = store
        self._preparation = preparation
        self._originals = originals

    def add_file(self, path: Path, progress: Tell) -> Report:
        """Takes in a file, in place of what its path stood for before."""
        try:
            return self._add(read_file(path), progress)
        except UnreadableDocument as error:
            return refuse(path, str(error))

    def add_bytes(self, data: bytes, source: Source, title: str | None, progress: Tell) -> Report:
        """Takes in bytes that are no file on this machine.

        What comes from an address takes the place of what came from it before; all else stands
        beside whatever bears the same name.
        """
        try:
            return self._add(Arrival(data, source, title), progress)
        except UnreadableDocument as error:
            return Report(source.name, source.location, "refused", str(error))

    def _add(self, arrival: Arrival, progress: Tell) -> Report:
        started = time.monotonic()
        report = self.take_in(arrival, self.prepare(arrival, progress), progress)
        return replace(report, seconds=time.monotonic() - started)

    def prepare(self, arrival: Arrival, progress: Tell) -> NewDocument | None:
        """Makes a document ready without changing anything; None where it is there already.

        Raises:
            UnreadableDocument: with one sentence for the person who added the file.
        """
        if self._store.document(_hash(arrival)[:16]) is not None:
            return None
        return self._prepare(arrival, self._find_former(arrival), progress)

    def _prepare(self, arrival: Arrival, former: str | None, progress: Tell) -> NewDocument:
        return self._preparation.prepare(
            arrival.data, arrival.source.name, progress, arrival.title, former
        )

    def _find_former(self, arrival: Arrival) -> str | None:
        """Gives the id of the document for which the same place stood until now."""
        location = arrival.source.location
        former = self._store.source_at(location) if location else None
        return former[0] if former else None

    def take_in(self, arrival: Arrival, prepared: NewDocument | None, progress: Tell) -> Report:
        """Stores what was prepared, or prepares it anew where the library has changed since.

        Raises:
            UnreadableDocument: as ``prepare``.
        """
        source, sha256 = arrival.source, _hash(arrival)
        former = self._find_former(arrival)
        outcome: Outcome = "updated" if former else "added"
        document = self._store.document(sha256[:16])
        self._keep_original(arrival.data, sha256, source)
        if document is not None:
            outcome, reason = self._add_source(document, source, outcome)
            return _report(source, outcome, reason, document)
        if (
            prepared is None
            or prepared.former != former
            or not self._preparation.is_complete(prepared)
        ):
            prepared = self._prepare(arrival, former, progress)
        self._store.put(prepared, source)
        reason = tell_of_twins(self._store, prepared.id)
        return _report(source, outcome, reason, self._store.document(prepared.id))

    def _add_source(
        self, document: Document, source: Source, outcome: Outcome
    ) -> tuple[Outcome, str | None]:
        """Notes how a document that is there came in once more."""
        for known in self._store.sources(document.id):
            if _same_way(known, source):
                if known != source:
                    self._store.touch([source])
                return "unchanged", None
        self._store.add_source(document.id, source)
        if source.name in document.names:
            return ("unchanged" if outcome == "added" else outcome), None
        return outcome, f'The same content as "{document.name}": one document with both names.'

    def _keep_original(self, data: bytes, sha256: str, source: Source) -> None:
        if source.origin != "file":
            self._originals.keep(data, sha256, source.name)


def read_file(path: Path) -> Arrival:
    """Reads a file's bytes; raises UnreadableDocument."""
    source = walk.describe_file(path)
    return Arrival(walk.read_file(path), source)


def refuse(path: Path, reason: str) -> Report:
    """Gives the report of a file that was not taken in."""
    location = str(path).encode("utf-8", "replace").decode()
    return Report(safe_name(path.name), location, "refused", reason)


def _same_way(one: Source, other: Source) -> bool:
    return (one.origin, one.location, one.name) == (other.origin, other.location, other.name)


def _report(
    source: Source, outcome: Outcome, reason: str | None, document: Document | None
) -> Report:
    report = Report(source.name, source.location, outcome, reason)
    if document is None:
        return report
    return replace(
        report,
        document_id=document.id,
        characters=document.characters,
        chunks=document.chunks,
        pages=document.pages,
    )


def _hash(arrival: Arrival) -> str:
    return hashlib.sha256(arrival.data).hexdigest()
