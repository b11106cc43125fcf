"""What a person does with jobs: submit, look, cancel, try again, clear."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from rag.errors import UnreadableDocument
from rag.files import safe_name
from rag.library import walk
from rag.library.incoming import Incoming
from rag.library.intake import refuse
from rag.library.reports import Report
from rag.records import Job, JobKind
from rag.settings import LARGEST_FILE_BYTES
from rag.store import JobStore

BRINGS = ("added", "updated")


class JobQueue:
    """Any thread of any process may use it; one worker somewhere does what is in it."""

    def __init__(self, jobs: JobStore, incoming: Incoming, folder: Path) -> None:
        """``folder`` is the library's own, which is never taken in."""
        self._jobs = jobs
        self._incoming = incoming
        self._folder = folder

    def submit_upload(self, name: str, data: bytes) -> Job:
        return self._submit_bytes(_make("upload", safe_name(name)), data)

    def submit_text(self, text: str, name: str, title: str | None) -> Job:
        return self._submit_bytes(_make("paste", safe_name(name), title=title), text.encode())

    def submit_address(self, url: str) -> Job:
        url = url.encode(errors="replace").decode().strip()
        job = _make("address", url, url)
        self._jobs.add([job])
        return job

    def submit_paths(self, paths: Sequence[Path]) -> list[Job]:
        jobs = [_make_for_file(found) for found in walk.iterate_files(paths, self._folder)]
        self._jobs.add(jobs)
        return jobs

    def submit_sync(self, folder: Path, changes: Sequence[Report]) -> list[Job]:
        """``changes`` are what a dry run foretells of the folder, an absolute path."""
        jobs = [_refused(c) for c in changes if c.outcome == "refused"]
        jobs += [_make("file", c.name, c.path) for c in changes if c.outcome in BRINGS]
        jobs.append(_make("sync", safe_name(folder.name), str(folder)))
        self._jobs.add(jobs)
        return jobs

    def cancel(self, job_ids: Collection[str]) -> None:
        self._incoming.remove(self._jobs.cancel(job_ids))

    def retry(self, job_ids: Collection[str]) -> None:
        self._jobs.retry(job_ids)

    def clear_ended(self) -> None:
        self._jobs.clear_ended()
        self.sweep()

    def sweep(self) -> None:
        """Removes the bytes that no job waits for."""
        with self._jobs.standstill() as waiting:
            self._incoming.remove_all_but(waiting)

    def _submit_bytes(self, job: Job, data: bytes) -> Job:
        if len(data) > LARGEST_FILE_BYTES:
            raise walk.too_large(job.name)
        try:
            self._jobs.add([job], before=lambda: self._incoming.keep(job.id, data))
        except BaseException:
            self._incoming.remove([job.id])
            raise
        return job


def _make(kind: JobKind, name: str, location: str = "", title: str | None = None) -> Job:
    return Job(uuid.uuid4().hex, kind, name, location, title)


def _make_for_file(found: Path | tuple[Path, str]) -> Job:
    if isinstance(found, tuple):
        return _refused(refuse(found[0], f"The folder cannot be listed ({found[1]})."))
    try:
        source = walk.describe_file(found)
    except UnreadableDocument as error:
        return _refused(refuse(found, str(error)))
    return _make("file", source.name, source.location)


def _refused(report: Report) -> Job:
    job = _make("file", report.name, report.path)
    return replace(job, stage="refused", note=report.reason or "")
