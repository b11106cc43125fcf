"""One file at a time into the store."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path

from rag.errors import UnreadableDocument
from rag.files import safe_name
from rag.library import walk
from rag.library.originals import Originals
from rag.library.prepare import Preparation
from rag.library.reports import Outcome, Report, Tell
from rag.library.twins import tell_of_twins
from rag.records import Document, Source
from rag.store import LibraryStore


class Intake:
    """Only for the holder of the library's write lock."""

    def __init__(self, store: LibraryStore, preparation: Preparation, originals: Originals) -> None:
        self._store = store
        self._preparation = preparation
        self._originals = originals

    def add_file(self, path: Path, progress: Tell) -> Report:
        """Takes in a file, in place of what its path stood for before."""
        try:
            source = walk.describe_file(path)
            data = walk.read_file(path)
            return self._take_in(data, source, None, progress)
        except UnreadableDocument as error:
            return refuse(path, str(error))

    def add_bytes(self, data: bytes, source: Source, title: str | None, progress: Tell) -> Report:
        """Takes in bytes that are no file on this machine.

        What comes from an address takes the place of what came from it before; all else stands
        beside whatever bears the same name.
        """
        try:
            return self._take_in(data, source, title, progress)
        except UnreadableDocument as error:
            return Report(source.name, source.location, "refused", str(error))

    def _take_in(self, data: bytes, source: Source, title: str | None, progress: Tell) -> Report:
        started = time.monotonic()
        former = self._store.source_at(source.location) if source.location else None
        outcome: Outcome = "updated" if former else "added"
        sha256 = hashlib.sha256(data).hexdigest()
        reason = None
        document = self._store.document(sha256[:16])
        if document is None:
            former_id = former[0] if former else None
            new = self._preparation.prepare(data, source.name, progress, title, former_id)
            self._keep_original(data, sha256, source)
            self._store.put(new, source)
            document = self._store.document(new.id)
            reason = tell_of_twins(self._store, new.id)
        else:
            self._keep_original(data, sha256, source)
            outcome, reason = self._add_source(document, source, outcome)
        return _report(source, outcome, reason, document, time.monotonic() - started)

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


def refuse(path: Path, reason: str) -> Report:
    """Gives the report of a file that was not taken in."""
    location = str(path).encode("utf-8", "replace").decode()
    return Report(safe_name(path.name), location, "refused", reason)


def _same_way(one: Source, other: Source) -> bool:
    return (one.origin, one.location, one.name) == (other.origin, other.location, other.name)


def _report(
    source: Source,
    outcome: Outcome,
    reason: str | None,
    document: Document | None,
    seconds: float,
) -> Report:
    report = Report(source.name, source.location, outcome, reason, seconds=seconds)
    if document is None:
        return report
    return Report(
        report.name,
        report.path,
        outcome,
        reason,
        document.id,
        document.characters,
        document.chunks,
        document.pages,
        seconds,
    )
