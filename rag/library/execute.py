"""How each kind of job is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from rag.errors import UnreadableDocument
from rag.files import safe_name
from rag.isolate import ParserProcess
from rag.library.incoming import Incoming
from rag.library.intake import Arrival, Intake, read_file
from rag.library.reports import Progress, Report, Tell
from rag.records import Job, Origin, Source
from rag.store import NewDocument

T = TypeVar("T")

Fetch = Callable[[str], tuple[str, bytes]]
"""Gives the name and the bytes of what stands at a web address, or raises UnreadableDocument."""


class Attempt(Protocol):
    """One job in hand; either method may end it by raising what its owner understands."""

    def tell(self, progress: Progress, /) -> None:
        """Notes how far it has come."""
        ...

    def insist(self, step: Callable[[], T], /) -> T:
        """Does a step, again and again while the library cannot be changed."""
        ...


class Executor:
    """Reads and embeds without holding the library, which is held while storing alone."""

    def __init__(
        self,
        intake: Intake,
        incoming: Incoming,
        parser: ParserProcess,
        fetch: Fetch | None,
        store: Callable[[Arrival, NewDocument | None, Tell], Report],
        finish_sync: Callable[[Path, Tell], list[Report]],
    ) -> None:
        """``parser`` is the intake's; ``store`` and ``finish_sync`` change the library."""
        self._intake = intake
        self._incoming = incoming
        self._parser = parser
        self._fetch = fetch
        self._store = store
        self._finish_sync = finish_sync

    def execute(self, job: Job, attempt: Attempt) -> Report:
        """Does a job.

        Raises:
            UnreadableDocument: with one sentence for the person who submitted it.
        """
        if job.kind == "sync":
            return attempt.insist(lambda: self._sync(job, attempt.tell))
        arrival = self._receive(job)
        prepared = attempt.insist(lambda: self._intake.prepare(arrival, attempt.tell))

        def store() -> Report:
            attempt.tell(Progress(arrival.source.name, "storing"))
            return self._store(arrival, prepared, attempt.tell)

        return attempt.insist(store)

    def interrupt(self) -> None:
        """Ends the reading of the file in hand, which raises UnreadableDocument then."""
        self._parser.interrupt()

    def discard(self, job: Job) -> None:
        """Lets go of the bytes of a job that is over."""
        self._incoming.remove([job.id])

    def close(self) -> None:
        self._parser.close()

    def _receive(self, job: Job) -> Arrival:
        if job.kind == "file":
            return read_file(Path(job.location))
        if job.kind == "address":
            name, data = self._fetch_address(job.location)
            return Arrival(data, Source(safe_name(name), "address", job.location, len(data)))
        data = self._incoming.read(job.id, job.name)
        origin: Origin = "paste" if job.kind == "paste" else "upload"
        return Arrival(data, Source(job.name, origin, "", len(data)), job.title)

    def _fetch_address(self, url: str) -> tuple[str, bytes]:
        if self._fetch is None:
            raise UnreadableDocument(
                "Nothing is fetched from the web here; save the page as a file and add that."
            )
        return self._fetch(url)

    def _sync(self, job: Job, tell: Tell) -> Report:
        folder = Path(job.location)
        if not folder.is_dir():
            raise UnreadableDocument(
                f"There is no folder {folder} any more; check the path; nothing was removed."
            )
        tell(Progress(job.name, "storing"))
        reports = self._finish_sync(folder, tell)
        removed = sum(report.outcome == "removed" for report in reports)
        unlisted = [report.reason for report in reports if report.outcome == "refused"]
        told = f"{removed} of its files are gone, and were removed." if removed else None
        return Report(job.name, job.location, "updated", next(iter(unlisted), told))
