"""The worker: one over all processes, and nothing lost or doubled whatever happens to it."""

from __future__ import annotations

import contextlib
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.errors import LibraryBusy, LibraryFull, ModelMissing, UnreadableDocument
from rag.isolate import ParserProcess
from rag.library import Library, worker
from rag.records import Job
from rag.settings import Settings
from tests import faulty
from tests.disks import enlarge, small_disk  # noqa: F401 - a fixture
from tests.fakes import HashingEmbedder
from tests.killing import ROOT, write_files

PATIENCE = 60.0  # seconds, of a machine that others use too

# A worker in a process of its own; it says so before it embeds, and then waits where a text tells
# it to, so that it can be killed at a known moment.
CHILD = """
import sys
import threading
from pathlib import Path
from rag.library import Library
from rag.settings import Settings
from tests.fakes import HashingEmbedder

class Telling(HashingEmbedder):
    def embed_passages(self, texts):
        print("embeds", flush=True)
        if any("wait here" in text for text in texts):
            sys.stdin.readline()
        return super().embed_passages(texts)

library = Library.open(Settings(index=Path(sys.argv[1])), Telling())
library.start_worker()
print("ready", flush=True)
threading.Event().wait(300)
"""


class Gate(HashingEmbedder):
    """Stops at texts that tell it to, until it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Event()
        self.opened = threading.Event()

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if any("wait here" in text for text in texts):
            self.reached.set()
            assert self.opened.wait(PATIENCE)
        return super().embed_passages(texts)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def library(tmp_path: Path, gate: Gate, monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    for name in ("NOTE_SECONDS", "IDLE_SECONDS", "TAKEOVER_SECONDS", "PAUSE_SECONDS"):
        monkeypatch.setattr(worker, name, 0.02)
    monkeypatch.setattr("rag.library.custody.THREAD_POLITENESS", 0.05)
    parser = ParserProcess(60, faulty.PROGRAM)
    library = Library(tmp_path / "index", 200, lambda: gate, parser)
    yield library
    gate.opened.set()
    library.close()


def open_another(tmp_path: Path) -> Library:
    return Library.open(Settings(index=tmp_path / "index"), HashingEmbedder())


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.01)


def are_over(library: Library) -> bool:
    return all(job.is_over for job in library.jobs())


def job_of(library: Library, name: str) -> Job:
    (job,) = [job for job in library.jobs() if job.name == name]
    return job


def stages(library: Library) -> dict[str, str]:
    return {job.name: job.stage for job in library.jobs()}


def waiting_bytes(tmp_path: Path) -> list[str]:
    folder = tmp_path / "index/incoming"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def names(library: Library) -> list[str]:
    return [document.name for document in library.documents()]


def test_takes_in_whatever_is_submitted(library: Library, tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files/file.txt").write_text("Ships sail.\n")
    library.start_worker()
    library.submit_upload("bank.md", b"# Bank\n\nThe bank wants a ban.\n")
    library.submit_upload("empty.txt", b"")
    library.submit_text("Clouds bring rain.", "note.md", "A note")
    library.submit_paths([tmp_path / "files"])
    library.submit_address("https://example.org/page")
    until(lambda: are_over(library))
    assert stages(library) == {
        "bank.md": "ready", "empty.txt": "refused", "note.md": "ready", "file.txt": "ready",
        "https://example.org/page": "refused",
    }  # fmt: skip
    bank, empty = job_of(library, "bank.md"), job_of(library, "empty.txt")
    document = library.document("bank.md")
    assert (bank.document_id, bank.characters, bank.chunks) == (
        document.id, document.characters, document.chunks,
    )  # fmt: skip
    assert bank.seconds > 0
    assert "empty" in empty.note
    assert "save the page" in job_of(library, "https://example.org/page").note
    assert library.document("note.md").title == "A note"
    assert waiting_bytes(tmp_path) == [empty.id]
    until(lambda: len(library.words.search("rain", 5)) == 1)  # without anybody asking
    assert library.check() == []
    library.clear_finished()
    assert library.jobs() == []
    assert waiting_bytes(tmp_path) == []


@pytest.mark.usefixtures("each_engine")
def test_what_was_in_already_is_told(library: Library) -> None:
    for name in ("a.txt", "a.txt", "b.txt"):
        library.submit_upload(name, b"Ships sail.\n")
    library.work_off()
    assert [job.stage for job in library.jobs()] == ["ready"] * 3
    assert [job.note for job in library.jobs()] == [
        "",
        "It was in the library already.",
        'The same content as "a.txt": one document with both names.',
    ]
    assert library.status().documents == 1


def test_a_page_is_fetched(tmp_path: Path) -> None:
    def fetch(url: str) -> tuple[str, bytes]:
        if "bad" in url:
            raise UnreadableDocument("There is no such page; check the address.")
        return "../page.html", b"<html><body><p>The harbour is deep.</p></body></html>"

    chosen = Settings(index=tmp_path / "index")
    library = Library.open(chosen, HashingEmbedder(), fetch=fetch)
    library.submit_address("https://example.org/page")
    library.submit_address("https://example.org/bad")
    library.work_off()
    assert stages(library) == {"page.html": "ready", "https://example.org/bad": "refused"}
    assert job_of(library, "https://example.org/bad").note.startswith("There is no such page")
    assert "harbour" in library.text(library.document("page.html").id)
    library.close()


@pytest.mark.usefixtures("each_engine")
def test_what_was_submitted_elsewhere_is_done_here(library: Library, tmp_path: Path) -> None:
    other = open_another(tmp_path)
    other.submit_upload("a.txt", b"Ships sail.\n")
    other.close()
    library.start_worker()
    until(lambda: are_over(library))
    assert names(library) == ["a.txt"]


@pytest.mark.usefixtures("each_engine")
def test_progress_can_be_seen_from_elsewhere(library: Library, tmp_path: Path, gate: Gate) -> None:
    other = open_another(tmp_path)
    library.start_worker()
    library.submit_upload("a.txt", b"wait here\n")
    assert gate.reached.wait(PATIENCE)
    until(lambda: job_of(other, "a.txt").stage == "embedding")
    seen = job_of(other, "a.txt")
    assert (seen.done, seen.total) == (0, 1)
    assert job_of(library, "a.txt").seconds >= seen.seconds
    gate.opened.set()
    until(lambda: are_over(other))
    other.close()


def test_a_fault_of_ours_refuses_one_file(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.submit_upload("fault.txt", b"words")
    library.submit_upload("crash.txt", b"words")
    library.submit_upload("good.txt", b"words")
    library.work_off()
    assert stages(library) == {
        "fault.txt": "refused", "crash.txt": "refused", "good.txt": "ready",
    }  # fmt: skip

    def fail(*_: object) -> None:
        raise NameError("a fault of ours")

    monkeypatch.setattr(library.store, "put", fail)
    library.submit_upload("ours.txt", b"other words")
    library.work_off()
    assert job_of(library, "ours.txt").note.startswith("Something went wrong in Footnote")


# Folders.


@pytest.mark.usefixtures("each_engine")
def test_sync_follows_a_folder(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for name in ("stays", "goes", "changes", "moves"):
        (folder / f"{name}.txt").write_text(f"The text that {name}.\n")
    library.submit_upload("goes.txt", b"Another of the same name.\n")
    assert len(library.submit_sync(folder)) == 5
    library.work_off()
    assert library.status().documents == 5
    (folder / "goes.txt").unlink()
    (folder / "changes.txt").write_text("The text that has changed.\n")
    (folder / "moves.txt").rename(folder / "moved.txt")
    library.clear_finished()
    submitted = library.submit_sync(folder)
    assert [(job.kind, job.name) for job in submitted] == [
        ("file", "changes.txt"), ("file", "moved.txt"), ("sync", "files"),
    ]  # fmt: skip
    library.work_off()
    assert job_of(library, "changes.txt").note == "It replaces its former version."
    assert job_of(library, "files").note == "2 of its files are gone, and were removed."
    assert names(library) == ["changes.txt", "goes.txt", "moved.txt", "stays.txt"]
    assert {report.outcome for report in library.sync(folder)} == {"unchanged"}
    assert library.check() == []


def test_a_folder_that_is_gone_removes_nothing(library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.txt").write_text("Ships sail.\n")
    library.submit_sync(folder)
    library.work_off()
    library.submit_sync(folder)
    shutil.rmtree(folder)
    library.work_off()
    assert "check the path" in library.jobs()[-1].note
    assert names(library) == ["a.txt"]
    with pytest.raises(UnreadableDocument, match="no folder"):
        library.submit_sync(folder)


# Cancel, and try again.


def test_a_file_in_hand_is_cancelled_while_it_is_read(library: Library, tmp_path: Path) -> None:
    library.start_worker()
    loop, waits = (library.submit_upload(name, b"words") for name in ("loop.txt", "waits.txt"))
    until(lambda: job_of(library, "loop.txt").stage == "reading")
    library.cancel([waits.id])
    assert job_of(library, "waits.txt").stage == "cancelled"
    library.cancel([loop.id])
    library.submit_upload("next.txt", b"Ships sail.\n")
    until(lambda: are_over(library))
    assert stages(library) == {
        "loop.txt": "cancelled", "waits.txt": "cancelled", "next.txt": "ready",
    }  # fmt: skip
    assert names(library) == ["next.txt"]
    assert waiting_bytes(tmp_path) == []


@pytest.mark.usefixtures("each_engine")
def test_a_file_in_hand_is_cancelled_from_another_process_while_it_is_embedded(
    library: Library, tmp_path: Path, gate: Gate
) -> None:
    other = open_another(tmp_path)
    library.start_worker()
    job = library.submit_upload("a.txt", b"wait here\n")
    assert gate.reached.wait(PATIENCE)
    other.cancel([job.id])
    assert job_of(library, "a.txt").cancelling
    until(lambda: bool((hand := library._parts.worker._hand) and hand.is_called_off))
    gate.opened.set()
    until(lambda: are_over(other))
    assert stages(other) == {"a.txt": "cancelled"}
    assert names(other) == []
    assert other.check() == []
    other.close()


def test_what_was_refused_is_tried_again(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "late.txt"
    library.submit_paths([path])
    library.work_off()
    late = job_of(library, "late.txt")
    assert late.stage == "refused"
    path.write_text("Ships sail.\n")
    library.retry([late.id])
    assert job_of(library, "late.txt").note == ""
    library.work_off()
    assert names(library) == ["late.txt"]


def test_bytes_that_are_gone_are_a_refusal(library: Library, tmp_path: Path) -> None:
    job = library.submit_upload("a.txt", b"words")
    (tmp_path / "index/incoming" / job.id).unlink()
    library.work_off()
    assert "add it again" in job_of(library, "a.txt").note


# Waiting.


@pytest.mark.usefixtures("each_engine")
def test_waits_while_another_changes_the_library(library: Library, tmp_path: Path) -> None:
    other = open_another(tmp_path)
    (tmp_path / "b.txt").write_text("Clouds bring rain.\n")
    adding = other.add([tmp_path / "b.txt"])
    next(adding)
    library.start_worker()
    library.submit_upload("a.txt", b"Ships sail.\n")
    until(lambda: "wait until" in job_of(library, "a.txt").note)
    assert job_of(library, "a.txt").stage == "storing"
    until(lambda: "wait until" in job_of(other, "a.txt").note)
    assert list(adding) == []
    until(lambda: are_over(library))
    assert (job_of(library, "a.txt").stage, job_of(library, "a.txt").note) == ("ready", "")
    assert names(library) == ["a.txt", "b.txt"]
    other.close()


@pytest.mark.parametrize("error", [LibraryFull, ModelMissing])
def test_waits_for_what_a_person_has_to_mend(
    library: Library, monkeypatch: pytest.MonkeyPatch, gate: Gate, error: type[Exception]
) -> None:
    monkeypatch.setattr(worker, "PAUSE_SECONDS", PATIENCE)  # it is retry that wakes it

    def fail(*_: object) -> None:
        raise error("There is no room; free some space.")

    with monkeypatch.context() as broken:
        broken.setattr(library.store if error is LibraryFull else gate,
                       "put" if error is LibraryFull else "embed_passages", fail)  # fmt: skip
        library.start_worker()
        job = library.submit_upload("a.txt", b"Ships sail.\n")
        library.submit_upload("b.txt", b"Clouds bring rain.\n")
        until(lambda: "free some space" in job_of(library, "a.txt").note)
        assert stages(library)["b.txt"] == "queued"
    library.retry([job.id])
    until(lambda: are_over(library))
    assert stages(library) == {"a.txt": "ready", "b.txt": "ready"}


def test_waits_where_the_row_cannot_be_written(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise LibraryFull("There is no room; free some space.")

    for method in ("take", "end"):
        with monkeypatch.context() as broken:
            broken.setattr(library.store.jobs, method, full)
            library.start_worker()
            library.submit_upload(f"{method}.txt", method.encode())
            until(lambda: "free some space" in library.jobs()[-1].note)
        until(lambda: are_over(library))
    assert stages(library) == {"take.txt": "ready", "end.txt": "ready"}


def test_waits_for_room_on_a_full_disk(
    small_disk: Path,  # noqa: F811 - a fixture
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker, "PAUSE_SECONDS", 0.05)
    rng = random.Random(0)
    for n in range(20):  # some 120 kB each, of a disk of 3 MB
        words = " ".join(str(rng.randrange(10**9)) for _ in range(12_000))
        (tmp_path / f"{n:02}.txt").write_text(words)
    library = Library.open(
        Settings(index=small_disk / "index", chunk_characters=4_000), HashingEmbedder()
    )
    files = sorted(tmp_path.glob("*.txt"))
    library.submit_paths(files)
    library.start_worker()
    until(lambda: any("no room" in job.note for job in library.jobs()))
    with pytest.raises(LibraryFull):
        library.submit_upload("more.txt", bytes(3_000_000))
    assert not are_over(library)
    enlarge(small_disk)
    until(lambda: are_over(library))
    assert {job.stage for job in library.jobs()} == {"ready"}
    library.stop_worker()
    assert names(library) == [path.name for path in files]
    assert library.check() == []
    library.close()


def test_nobody_waits_for_the_worker(library: Library, tmp_path: Path, gate: Gate) -> None:
    library.add_bytes(b"Ships sail.\n", "a.txt")
    library.start_worker()
    library.submit_upload("slow.txt", b"wait here\n")
    assert gate.reached.wait(PATIENCE)
    other = open_another(tmp_path)
    assert [document.name for document in other.remove(["a.txt"])] == ["a.txt"]
    assert other.add_bytes(b"Clouds bring rain.\n", "b.txt").outcome == "added"
    assert library.remove(["b.txt"])
    other.close()
    gate.opened.set()
    until(lambda: are_over(library))
    assert names(library) == ["slow.txt"]


@pytest.mark.usefixtures("each_engine")
def test_what_was_removed_while_a_file_was_prepared_is_embedded_anew(
    library: Library, gate: Gate
) -> None:
    shared = "Ships sail the sea. " * 9
    library.add_bytes(shared.encode(), "former.txt")
    library.start_worker()
    # It is prepared with the first passage's vector known, which then goes.
    library.submit_upload("new.txt", f"{shared}\n\nwait here\n".encode())
    assert gate.reached.wait(PATIENCE)
    library.remove(["former.txt"])
    gate.opened.set()
    until(lambda: are_over(library))
    assert names(library) == ["new.txt"]
    assert library.check() == []


# Ending.


@pytest.mark.usefixtures("each_engine")
def test_a_worker_that_stops_puts_back_what_is_in_hand(library: Library, tmp_path: Path) -> None:
    for _ in range(worker.MOST_TRIES + 1):
        library.start_worker()
        library.start_worker()
        if not library.jobs():
            library.submit_upload("loop.txt", b"words")
        until(lambda: job_of(library, "loop.txt").stage == "reading")
        with pytest.raises(LibraryBusy):
            library.work_off()
        library.stop_worker()
        library.stop_worker()
        assert (job_of(library, "loop.txt").stage, job_of(library, "loop.txt").tries) == (
            "queued", 0,
        )  # fmt: skip


@pytest.fixture
def start_child(tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    children: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        children.append(run_worker(tmp_path / "index"))
        return children[-1]

    yield start
    for child in children:
        if child.returncode is None:
            end_child(child)


def run_worker(index: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(index)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert read_line(child) == "ready"
    return child


def read_line(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


def end_child(child: subprocess.Popen[str]) -> list[str]:
    """Kills it; gives what it has said."""
    child.kill()
    said, _ = child.communicate()
    return said.split()


def test_one_process_works_and_another_takes_over(
    tmp_path: Path, start_child: Callable[[], subprocess.Popen[str]]
) -> None:
    watching = open_another(tmp_path)
    first, second = start_child(), start_child()
    for n in range(10):
        watching.submit_upload(f"{n}.txt", f"Text {n}".encode())
    watching.submit_upload("slow.txt", b"wait here\n")
    watching.submit_upload("last.txt", b"words\n")
    until(lambda: stages(watching)["slow.txt"] == "embedding")
    with pytest.raises(LibraryBusy):
        watching.work_off()
    holder = (tmp_path / "index/worker.pid").read_text()
    works, waits = (first, second) if holder == str(first.pid) else (second, first)
    said = end_child(works)
    assert said.count("embeds") == 11
    # The other begins it again, after the one that has not been tried yet.
    until(lambda: job_of(watching, "slow.txt").tries == 2)
    until(lambda: stages(watching)["last.txt"] == "ready")
    assert waits.stdin is not None
    waits.stdin.write("\n")
    waits.stdin.flush()
    until(lambda: are_over(watching))
    assert set(stages(watching).values()) == {"ready"}
    assert end_child(waits).count("embeds") == 2
    assert len(names(watching)) == 12
    assert waiting_bytes(tmp_path) == []
    assert watching.check() == []
    watching.close()


def test_a_file_that_kills_its_process_is_refused(
    tmp_path: Path, start_child: Callable[[], subprocess.Popen[str]]
) -> None:
    watching = open_another(tmp_path)
    poison = watching.submit_upload("poison.txt", b"wait here\n")
    for _ in range(worker.MOST_TRIES):
        child = start_child()
        assert read_line(child) == "embeds"
        end_child(child)
    watching.submit_upload("good.txt", b"words\n")
    child = start_child()
    until(lambda: are_over(watching))
    end_child(child)
    assert stages(watching) == {"poison.txt": "refused", "good.txt": "ready"}
    assert job_of(watching, "poison.txt").note == worker.ENDED_TOO_OFTEN
    watching.retry([poison.id])
    watching.work_off()
    assert names(watching) == ["good.txt", "poison.txt"]
    watching.close()


KILLS = 6


def test_kills_at_any_moment_lose_and_double_nothing(
    tmp_path: Path, start_child: Callable[[], subprocess.Popen[str]]
) -> None:
    rng = random.Random(3)
    folder = tmp_path / "files"
    write_files(folder, 40, rng)
    watching = open_another(tmp_path)
    watching.submit_sync(folder)
    for path in list(folder.iterdir())[:10]:
        watching.submit_upload(f"upload {path.name}", path.read_bytes() + b"more\n")
    for _ in range(KILLS):
        child = start_child()
        for _ in range(rng.randrange(1, 6)):  # texts that it still embeds
            if read_line(child) != "embeds":
                break
        end_child(child)
    watching.work_off()
    assert {job.stage for job in watching.jobs()} == {"ready"}
    assert len(names(watching)) == 50
    assert waiting_bytes(tmp_path) == []
    assert watching.check() == []
    watching.close()


# The promise.


class Killed(BaseException):
    """What a kill is to a test in one process: nothing in the worker catches it."""


class Mortal(HashingEmbedder):
    """Dies, where it is told to, when it has embedded so many texts."""

    def __init__(self) -> None:
        super().__init__()
        self.lives = -1

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.lives -= 1
        if self.lives == 0:
            raise Killed
        return super().embed_passages(texts)


CONTENTS = st.sampled_from(["red fish\n", "blue sky\n", "old stone\n", "", "green sea\n"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("submit"), CONTENTS),
        st.tuples(st.just("cancel"), st.integers(0, 9)),
        st.tuples(st.just("retry"), st.integers(0, 9)),
        st.tuples(st.just("work"), st.integers(1, 4)),
        st.tuples(st.just("reopen"), st.none()),
    ),
    max_size=15,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_after_any_steps_each_content_is_in_once_or_has_its_reason(
    steps: list[tuple[str, str | int | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    tmp_path = tmp_path_factory.mktemp("jobs")
    embedder = Mortal()
    chosen = Settings(index=tmp_path / "index")
    library = Library.open(chosen, embedder)
    submitted: dict[str, str] = {}
    for kind, value in steps:
        jobs = library.jobs()
        if kind == "submit":
            name = f"{len(submitted)}.txt"
            submitted[library.submit_upload(name, str(value).encode()).id] = str(value)
        elif kind == "cancel":
            library.cancel([job.id for job in jobs[: int(value or 0)][-1:]])
        elif kind == "retry":
            library.retry([job.id for job in jobs if job.stage == "refused"])
        elif kind == "work":
            embedder.lives = int(value or 0)
            with contextlib.suppress(Killed):
                library.work_off()
            embedder.lives = -1
        else:
            library.close()
            library = Library.open(chosen, embedder)
    library.work_off()
    jobs = library.jobs()
    assert {job.id for job in jobs} == submitted.keys()
    assert all(job.is_over for job in jobs)
    assert all(job.note for job in jobs if job.stage == "refused")
    ready = sorted({submitted[job.id] for job in jobs if job.stage == "ready"})
    assert sorted(library.text(document.id) for document in library.documents()) == ready
    refused = [job.id for job in jobs if job.stage == "refused"]
    assert waiting_bytes(tmp_path) == sorted(refused)
    assert library.check() == []
    library.close()
