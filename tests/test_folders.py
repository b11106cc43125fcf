"""Folders: what a sync would do, and what is followed by itself."""

from __future__ import annotations

import queue
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import UnreadableDocument
from rag.library import Followed, Library, Watcher, watch
from rag.library.walk import is_passed_by
from rag.library.watch import Gathering
from tests.fakes import HashingEmbedder
from tests.test_library import TEXTS, open_library, outcomes, write

PATIENCE = 60  # seconds; for machines that do much else


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in TEXTS.items():
        write(tmp_path / "files" / name, text)
    return tmp_path / "files"


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    library = open_library(tmp_path, HashingEmbedder())
    yield library
    library.close()


@pytest.fixture
def told() -> queue.Queue[Followed]:
    return queue.Queue()


@pytest.fixture
def watcher(library: Library, told: queue.Queue[Followed]) -> Iterator[Watcher]:
    watcher = Watcher(library, told.put, quiet=0.05)
    watcher.start()
    yield watcher
    watcher.stop()


def wait_for(told: queue.Queue[Followed], name: str, outcome: str) -> Followed:
    """Waits until a file is told of; several changes may be told of at once, or one by one."""
    deadline = time.monotonic() + PATIENCE
    while True:
        followed = told.get(timeout=max(deadline - time.monotonic(), 0))
        if (name, outcome) in {(r.name, r.outcome) for r in followed.reports}:
            return followed


def wait_for_problem(told: queue.Queue[Followed]) -> str:
    deadline = time.monotonic() + PATIENCE
    while True:
        followed = told.get(timeout=max(deadline - time.monotonic(), 0))
        if followed.problem:
            return followed.problem


# The plan.


def test_the_plan_of_a_sync_is_data(library: Library, folder: Path) -> None:
    assert library.plan(folder).counts == {
        "added": 3, "changed": 0, "renamed": 0, "removed": 0, "unchanged": 0, "refused": 0,
    }  # fmt: skip
    list(library.sync(folder))
    assert not library.plan(folder).is_needed
    (folder / "sea.txt").rename(folder / "ocean.txt")
    (folder / "more" / "sky.txt").unlink()
    write(folder / "bank.md", "# Bank\n\nThe bank has changed its mind.\n")
    write(folder / "new.txt", "Something new.\n")
    plan = library.plan(folder)
    assert {(change.kind, change.name, change.former) for change in plan.changes} == {
        ("changed", "bank.md", None),
        ("added", "new.txt", None),
        ("renamed", "ocean.txt", str(folder / "sea.txt")),
        ("removed", "sky.txt", None),
    }
    assert plan.is_needed
    assert not plan.empties
    assert library.status().documents == 3


def test_two_new_names_of_one_lost_file_are_one_renaming(library: Library, folder: Path) -> None:
    list(library.sync(folder))
    (folder / "sea.txt").rename(folder / "ocean.txt")
    shutil.copy(folder / "ocean.txt", folder / "water.txt")
    counts = library.plan(folder).counts
    assert (counts["renamed"], counts["added"], counts["removed"]) == (1, 1, 0)


def test_a_plan_says_where_nothing_would_be_left(library: Library, folder: Path) -> None:
    list(library.sync(folder))
    shutil.rmtree(folder)
    with pytest.raises(UnreadableDocument, match="no folder"):
        library.plan(folder)
    folder.mkdir()
    assert library.plan(folder).empties
    with pytest.raises(
        UnreadableDocument, match=r"is empty, and 3 documents .* nothing was removed"
    ):
        list(library.sync(folder, spare_emptied=True))
    assert library.status().documents == 3
    assert set(outcomes(library.sync(folder)).values()) == {"removed"}  # asked for by hand


def test_a_synced_folder_is_noted(library: Library, folder: Path) -> None:
    list(library.sync(folder, dry_run=True))
    assert library.store.folders() == []
    list(library.sync(folder))
    (noted,) = library.store.folders()
    assert (noted.path, noted.watching) == (str(folder), False)
    assert str(noted.synced) > "2020"
    library.store.drop_folder(noted.path)
    assert library.store.folders() == []
    assert library.status().documents == 3


# Names that are passed by.


@pytest.mark.parametrize(
    "name",
    [".hidden", ".~lock.a.odt#", "~$report.docx", "notes.txt~", "#notes.txt#", "a.TMP", "b.part",
     "c.pdf.crdownload", ".d.txt.swp", "e.swp"],
)  # fmt: skip
def test_temporary_files_are_passed_by(library: Library, folder: Path, name: str) -> None:
    assert is_passed_by(name)
    write(folder / name, "Not yet.\n")
    assert sorted(outcomes(library.sync(folder))) == ["bank.md", "sea.txt", "sky.txt"]


@pytest.mark.parametrize("name", ["a~b.txt", "#1.txt", "party.pdf", "tmp", "swap.md", "$~.txt"])
def test_other_names_are_not(name: str) -> None:
    assert not is_passed_by(name)


# Gathering.

A, B = Path("/a"), Path("/b")


def test_a_folder_is_due_once_it_has_been_quiet() -> None:
    gathering = Gathering(quiet=1.0, longest=5.0)
    assert gathering.next_due() is None
    gathering.note(A, 0.0)
    gathering.note(A, 0.9)
    gathering.note(B, 1.0)
    assert gathering.take_due(1.8) == []
    assert gathering.next_due() == 1.9
    assert gathering.take_due(1.95) == [A]
    assert gathering.take_due(2.0) == [B]


def test_a_folder_that_is_never_quiet_is_due_all_the_same() -> None:
    gathering = Gathering(quiet=1.0, longest=5.0)
    for tenth in range(49):
        gathering.note(A, tenth / 10)
        assert gathering.take_due(tenth / 10) == []
    gathering.note(A, 5.0)
    assert gathering.take_due(5.0) == [A]


@given(st.lists(st.tuples(st.sampled_from([A, B]), st.floats(0, 3)), max_size=30))
def test_no_event_is_lost(events: list[tuple[Path, float]]) -> None:
    gathering, now = Gathering(quiet=1.0, longest=4.0), 0.0
    waiting: dict[Path, float] = {}
    for folder, pause in events:
        now += pause
        for due in gathering.take_due(now):
            del waiting[due]
        assert all(now - first < 4.0 for first in waiting.values())
        gathering.note(folder, now)
        waiting.setdefault(folder, now)
    assert set(gathering.take_due(now + 1.0)) == set(waiting)


# Following.


def test_a_folder_is_followed(
    library: Library, folder: Path, watcher: Watcher, told: queue.Queue[Followed]
) -> None:
    watcher.follow(folder)
    assert len(wait_for(told, "sea.txt", "added").reports) == 3
    write(folder / "new.txt", "Something new.\n")
    wait_for(told, "new.txt", "added")
    write(folder / "new.txt", "Something else.\n")
    wait_for(told, "new.txt", "updated")
    (folder / "new.txt").rename(folder / "newer.txt")
    wait_for(told, "newer.txt", "added")
    (folder / "newer.txt").unlink()
    wait_for(told, "newer.txt", "removed")
    shutil.copytree(folder / "more", folder / "deep" / "deeper")
    write(folder / "deep" / "deeper" / "below.txt", "Far below.\n")
    wait_for(told, "below.txt", "added")
    watcher.stop()
    assert set(outcomes(library.sync(folder)).values()) == {"unchanged"}
    assert library.check() == []


def test_an_editor_that_writes_beside_and_renames_is_followed(
    folder: Path, watcher: Watcher, told: queue.Queue[Followed]
) -> None:
    watcher.follow(folder)
    wait_for(told, "sea.txt", "added")
    write(folder / ".sea.txt.tmp", "Fish swim in the sea.\n").rename(folder / "sea.txt")
    assert {r.name for r in wait_for(told, "sea.txt", "updated").reports} == {"sea.txt"}


def test_what_happens_during_a_sync_is_not_lost(
    library: Library, folder: Path, watcher: Watcher, told: queue.Queue[Followed]
) -> None:
    original, at_work = library.sync, []

    def sync(root: Path, **options: bool) -> Iterator[object]:
        yield from original(root, **options)
        if not at_work:  # the walk is over, the sync is not
            at_work.append(write(folder / "late.txt", "Too late for this one.\n"))

    library.sync = sync  # type: ignore[method-assign, assignment]
    watcher.follow(folder)
    wait_for(told, "sea.txt", "added")
    wait_for(told, "late.txt", "added")


def test_a_folder_that_is_missing_or_empty_removes_nothing(
    library: Library, folder: Path, watcher: Watcher, told: queue.Queue[Followed], tmp_path: Path
) -> None:
    watcher.follow(folder)
    wait_for(told, "sea.txt", "added")
    folder.rename(tmp_path / "elsewhere")
    assert "no folder" in wait_for_problem(told)
    assert library.status().documents == 3
    assert list(watcher.problems()) == [folder]
    folder.mkdir()
    assert "nothing was removed" in wait_for_problem(told)
    assert library.status().documents == 3
    for path in (tmp_path / "elsewhere").iterdir():
        path.rename(folder / path.name)
    (folder / "sea.txt").unlink()
    wait_for(told, "sea.txt", "removed")
    assert watcher.problems() == {}
    assert library.status().documents == 2


def test_a_followed_folder_is_followed_again_after_a_restart(
    library: Library, folder: Path, watcher: Watcher, told: queue.Queue[Followed]
) -> None:
    watcher.follow(folder)
    wait_for(told, "sea.txt", "added")
    watcher.stop()
    write(folder / "meanwhile.txt", "While nobody looked.\n")
    again = Watcher(library, told.put, quiet=0.05)
    again.start()
    wait_for(told, "meanwhile.txt", "added")
    write(folder / "after.txt", "And now.\n")
    wait_for(told, "after.txt", "added")
    again.unfollow(folder)
    again.stop()
    assert [f.watching for f in library.store.folders()] == [False]
    assert library.status().documents == 5


def test_what_is_followed_is_remembered_where_the_library_is_written(
    library: Library, folder: Path, told: queue.Queue[Followed], monkeypatch: pytest.MonkeyPatch
) -> None:
    # What questions read may be a replica, which is behind and takes no writes.
    monkeypatch.setattr(library, "store", object())
    watcher = Watcher(library, told.put, quiet=0.05)
    watcher.start()
    watcher.follow(folder)
    assert [f.watching for f in library.folders()] == [True]
    wait_for(told, "sea.txt", "added")
    watcher.unfollow(folder)
    assert [f.watching for f in library.folders()] == [False]
    watcher.stop()


def test_the_library_in_a_followed_folder_does_not_follow_itself(
    library: Library, tmp_path: Path, told: queue.Queue[Followed], monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[Path] = []
    original = Gathering.note
    monkeypatch.setattr(
        Gathering, "note", lambda self, f, now: (noted.append(f), original(self, f, now))
    )
    watcher = Watcher(library, told.put, quiet=0.05)
    watcher.start([tmp_path])
    write(tmp_path / "a.txt", "First.\n")
    wait_for(told, "a.txt", "added")
    library.add_bytes(b"Something else.", "b.txt")  # writes below the folder
    write(tmp_path / "z.txt", "Last.\n")
    wait_for(told, "z.txt", "added")
    watcher.stop()
    # Two of the start, and of each file's being made, written, closed and given a time.
    assert len(noted) <= 12


def test_what_no_event_tells_of_is_found_by_the_patrol(
    library: Library, folder: Path, told: queue.Queue[Followed], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "PATROL_SECONDS", 0.1)
    monkeypatch.setattr(watch, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(Watcher, "_handle", lambda *_: None)
    watcher = Watcher(library, told.put, quiet=0.01)
    watcher.start([folder])
    wait_for(told, "sea.txt", "added")
    write(folder / "silent.txt", "Nobody told of this.\n")
    wait_for(told, "silent.txt", "added")
    watcher.stop()


def test_a_busy_library_is_tried_again(
    library: Library, folder: Path, tmp_path: Path, told: queue.Queue[Followed],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(watch, "RETRY_SECONDS", 0.05)
    other = open_library(tmp_path, HashingEmbedder())
    reports = other.add([write(tmp_path / "held.txt", "Held.\n")])
    next(reports)
    watcher = Watcher(library, told.put, quiet=0.01)
    watcher.start([folder])
    with pytest.raises(queue.Empty):
        told.get(timeout=0.5)
    assert list(reports) == []
    wait_for(told, "sea.txt", "added")
    watcher.stop()
    other.close()
