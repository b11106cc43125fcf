"""The jobs in the library's database, and the bytes that wait for them."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from rag.errors import LibraryFull, UnreadableDocument
from rag.library.incoming import FolderIncoming, Incoming
from rag.library.queue import JobQueue
from rag.postgres import PostgresIncoming, PostgresStore
from rag.records import Job
from rag.settings import LARGEST_FILE_BYTES
from rag.store import JobStore, SQLiteStore
from rag.store import jobs as rows
from rag.store.schema import MIGRATIONS, upgrade
from rag.store.sql import SQLStore
from tests.shelves import put


@pytest.fixture
def jobs(store: SQLStore) -> JobStore:
    return store.jobs


@pytest.fixture
def incoming(store: SQLStore, tmp_path: Path) -> Incoming:
    if isinstance(store, PostgresStore):
        return PostgresIncoming(store.connections)
    return FolderIncoming(tmp_path / "incoming")


@pytest.fixture
def queue(jobs: JobStore, incoming: Incoming, tmp_path: Path) -> JobQueue:
    return JobQueue(jobs, incoming, tmp_path)


def stages(jobs: JobStore) -> dict[str, str]:
    return {job.name: job.stage for job in jobs.jobs()}


def take(jobs: JobStore) -> Job:
    job = jobs.take()
    assert job is not None
    return job


def kept(incoming: Incoming, jobs: Collection[str]) -> set[str]:
    """Gives those of the jobs whose bytes are there."""
    found = set()
    for job in jobs:
        with suppress(UnreadableDocument):
            found.add(job if incoming.read(job, "a.txt") else "")
    return found


def test_jobs_are_taken_in_order_and_end(store: SQLStore, jobs: JobStore) -> None:
    jobs.add([Job("1", "paste", "a.txt", title="A"), Job("2", "address", "http://b", "http://b")])
    first, second = take(jobs), take(jobs)
    assert (first.id, first.kind, first.title, first.stage, first.tries) == (
        "1", "paste", "A", "reading", 1,
    )  # fmt: skip
    assert (second.id, second.stage) == ("2", "fetching")
    assert first.submitted
    assert jobs.take() is None
    jobs.note(replace(first, stage="embedding", done=3, total=7, note="waits", seconds=1.5))
    noted = jobs.jobs()[0]
    assert (noted.stage, noted.done, noted.total, noted.note) == ("embedding", 3, 7, "waits")
    document = put(store, "a.txt", "one\ntwo\n")
    ended = replace(first, stage="ready", document_id=document, chunks=2, pages=1, characters=8)
    jobs.end(ended)
    jobs.end(replace(second, stage="refused", note="No."))
    first, second = jobs.jobs()
    assert (first.stage, first.document_id, first.chunks, first.pages) == ("ready", document, 2, 1)
    assert first.is_over
    assert first.ended
    assert (second.stage, second.note) == ("refused", "No.")
    jobs.note(noted)  # too late
    jobs.end(replace(noted, stage="cancelled"))
    assert stages(jobs) == {"a.txt": "ready", "http://b": "refused"}
    assert jobs.counts() == {"ready": 1, "refused": 1}


def test_what_was_begun_before_comes_last(jobs: JobStore) -> None:
    jobs.add([Job("1", "upload", "a"), Job("2", "upload", "b")])
    take(jobs)
    jobs.recover(3, "It ended Footnote.")
    assert [take(jobs).id, take(jobs).id] == ["2", "1"]


def test_what_a_dead_worker_had_in_hand_is_tried_again_and_then_refused(jobs: JobStore) -> None:
    jobs.add([Job("1", "upload", "a")])
    for tries in (1, 2, 3):
        assert take(jobs).tries == tries
        jobs.recover(3, "It ended Footnote.")
    (job,) = jobs.jobs()
    assert (job.stage, job.note) == ("refused", "It ended Footnote.")
    jobs.retry(["1", "unknown"])
    assert take(jobs).tries == 1
    jobs.put_back("1")
    assert take(jobs).tries == 1


def test_what_waits_is_cancelled_at_once_and_what_is_in_hand_is_told(jobs: JobStore) -> None:
    jobs.add([Job("1", "upload", "a"), Job("2", "upload", "b"), Job("3", "upload", "c")])
    take(jobs)
    assert jobs.cancel(["1", "2", "unknown"]) == ["2"]
    assert stages(jobs) == {"a": "reading", "b": "cancelled", "c": "queued"}
    assert jobs.is_cancelling("1")
    assert not jobs.is_cancelling("3")
    assert jobs.jobs()[0].cancelling
    jobs.put_back("1")  # a worker that stops honours it too
    assert stages(jobs)["a"] == "cancelled"
    take(jobs)
    jobs.cancel(["3"])
    jobs.recover(3, "")
    assert stages(jobs)["c"] == "cancelled"
    jobs.retry(["1", "2", "3"])
    assert jobs.take() is None


def test_a_file_that_waits_already_is_not_added_again(jobs: JobStore) -> None:
    again = [Job("1", "file", "a", "/a"), Job("2", "file", "a", "/a"), Job("3", "sync", "a", "/a")]
    jobs.add(again)
    jobs.add([Job("4", "upload", "u"), Job("5", "upload", "u")])
    assert [job.id for job in jobs.jobs()] == ["1", "3", "4", "5"]
    take(jobs)  # it may have been read already
    jobs.add([Job("6", "file", "a", "/a")])
    assert [job.id for job in jobs.jobs()] == ["1", "3", "4", "5", "6"]


def test_a_job_goes_with_its_document(store: SQLStore, jobs: JobStore) -> None:
    document = put(store, "a.txt", "one\n")
    jobs.add([Job("1", "upload", "a"), Job("2", "upload", "b")])
    for job in (take(jobs), take(jobs)):
        jobs.end(replace(job, stage="ready", document_id=document))
        store.remove(document)
    (left,) = jobs.jobs()
    assert (left.id, left.document_id) == ("2", None)  # it was removed before this one ended


def test_old_jobs_that_are_over_are_forgotten(
    jobs: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "KEPT_ENDED", 2)
    jobs.add([Job(str(n), "upload", str(n), stage="cancelled") for n in range(4)])
    jobs.add([Job("refused", "upload", "r", stage="refused"), Job("4", "upload", "4")])
    jobs.add([])
    assert [job.id for job in jobs.jobs()] == ["2", "3", "refused", "4"]


def test_an_older_library_gets_the_table(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "library.sqlite", isolation_level=None)
    upgrade(connection, MIGRATIONS[:1])
    connection.close()
    store = SQLiteStore(tmp_path / "library.sqlite")
    assert store.jobs.jobs() == []
    store.close()


# The bytes.


def test_bytes_are_kept_until_the_job_is_over(queue: JobQueue, incoming: Incoming) -> None:
    upload = queue.submit_upload("../../a\u202eb.txt", b"words")
    assert upload.name == "ab.txt"
    paste = queue.submit_text("wörds", "n.md", "Title")
    assert incoming.read(paste.id, paste.name) == "wörds".encode()
    queue.cancel([upload.id])
    assert kept(incoming, [upload.id, paste.id]) == {paste.id}


def test_bytes_that_cannot_be_kept_are_not_submitted(
    queue: JobQueue, jobs: JobStore, incoming: Incoming, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def full(job_id: str, _: bytes) -> None:
        tried.append(job_id)
        raise LibraryFull("The disk has no room left.")

    monkeypatch.setattr(incoming, "keep", full)
    with pytest.raises(LibraryFull):
        queue.submit_upload("a.txt", b"words")
    with pytest.raises(UnreadableDocument, match="split it"):
        queue.submit_upload("b.txt", bytes(LARGEST_FILE_BYTES + 1))
    assert jobs.jobs() == []
    assert kept(incoming, tried) == set()


def test_a_full_disk_is_told_and_leaves_no_half_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("rag.library.incoming.sync_to_disk", full)
    with pytest.raises(LibraryFull, match="free some space"):
        FolderIncoming(tmp_path).keep("1", b"words")
    assert list(tmp_path.iterdir()) == []


def test_a_sweep_in_the_midst_of_a_submission_takes_nothing_away(
    queue: JobQueue, jobs: JobStore, incoming: Incoming
) -> None:
    sweep = threading.Thread(target=queue.sweep)

    def keep() -> None:
        incoming.keep("1", b"words")
        sweep.start()
        sweep.join(0.2)
        assert sweep.is_alive()  # it waits for the submission to be over

    jobs.add([Job("1", "upload", "a.txt")], before=keep)
    sweep.join()
    assert incoming.read("1", "a.txt") == b"words"


def test_leftovers_are_swept(queue: JobQueue, jobs: JobStore, incoming: Incoming) -> None:
    queue.sweep()
    waiting, refused = (queue.submit_upload(name, b"words") for name in ("a.txt", "b.txt"))
    incoming.keep("nobodys", b"words")
    all_ = [waiting.id, refused.id, "nobodys"]
    take(jobs)
    jobs.end(replace(waiting, stage="refused", note="No."))
    jobs.cancel([refused.id])  # and died before the bytes were removed
    queue.sweep()
    assert kept(incoming, all_) == {waiting.id}
    queue.clear_ended()
    assert kept(incoming, all_) == set()
    assert jobs.jobs() == []


def test_what_cannot_be_a_job_is_refused_at_once(queue: JobQueue, tmp_path: Path) -> None:
    (tmp_path / "big.txt").touch()
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(LARGEST_FILE_BYTES + 1)
    odd = tmp_path / "no\udcffunicode.txt"
    submitted = queue.submit_paths([tmp_path / "big.txt", tmp_path / "missing.txt", odd])
    assert [job.stage for job in submitted] == ["refused"] * 3
    assert all(job.note.endswith(".") for job in submitted)
