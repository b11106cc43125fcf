"""What is removed is gone at once, can be put back for a time, and is then erased everywhere."""

from __future__ import annotations

import hashlib
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import UnknownDocument
from rag.library import Library, removals
from rag.library.derived import Derived
from rag.settings import Settings
from rag.store.removed import BELONGING
from tests.fakes import HashingEmbedder
from tests.test_library import TEXTS, outcomes, search_words, write
from tests.traces import find_bytes, find_traces

ROOT = Path(__file__).parents[1]
SECRET = "The xylophonist plays in Żółkiew.\n" * 40
RARE = "xylophonist"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def open_library(tmp_path: Path, embedder: HashingEmbedder, clock: Clock) -> Library:
    return Library.open(Settings(index=tmp_path / "index", chunk_characters=200), embedder, clock)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in TEXTS.items():
        write(tmp_path / "files" / name, text)
    return tmp_path / "files"


@pytest.fixture
def library(
    tmp_path: Path, folder: Path, embedder: HashingEmbedder, clock: Clock
) -> Iterator[Library]:
    """Three files, and an upload with a word that stands nowhere else."""
    library = open_library(tmp_path, embedder, clock)
    list(library.add([folder]))
    library.add_bytes(SECRET.encode(), "zanzibar.txt")
    library.refresh()
    yield library
    library.close()


def let_time_pass(library: Library, clock: Clock, seconds: float) -> None:
    """Does what the timer does then."""
    clock.now += seconds
    library._parts.removals._wake()


def describe(library: Library) -> object:
    """All that is known of all documents, ids of chunks aside."""
    chunks = library.store.chunks(library.store.chunk_ids())
    return (
        library.documents(),
        [sorted(map(str, library.store.sources(d.id))) for d in library.documents()],
        [library.store.contents(d.id) for d in library.documents()],
        [library.text(d.id) for d in library.documents()],
        sorted((c.document_id, c.start, c.page, c.headings, c.text) for c in chunks.values()),
        library.store.counts().vectors,
    )


@pytest.mark.usefixtures("each_engine")
def test_a_removal_takes_effect_at_once_and_is_undone_as_it_was(
    library: Library, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    before, embedded = describe(library), len(embedder.embedded)
    removed = library.remove(["zanzibar.txt", "sea.txt"], undo_seconds=30)
    assert search_words(library, "xylophonist") == search_words(library, "harbour") == []
    assert [d.name for d in library.documents()] == ["bank.md", "sky.txt"]
    assert [(d.name, d.until) for d in library.removed()] == [
        ("sea.txt", 1_000_030.0),
        ("zanzibar.txt", 1_000_030.0),
    ]
    assert library.check() == []
    ids = [document.id for document in removed]
    assert library.undo_removal(ids) == removed
    assert len(embedder.embedded) == embedded
    assert describe(library) == before
    assert search_words(library, "harbour")
    assert search_words(library, "xylophonist")
    assert library.removed() == []
    original = library.original(ids[0])
    assert original is not None
    assert original.read_bytes() == SECRET.encode()
    assert library.check() == []
    assert library.undo_removal(ids) == []


def test_nothing_remains_when_the_time_is_over(
    library: Library, clock: Clock, tmp_path: Path
) -> None:
    index = tmp_path / "index"
    document = library.document("zanzibar.txt")
    (chunk, *_) = library.store.chunk_ids([document.id])
    vector = library.store.vectors_of([chunk], "hashing")[chunk].astype("<f2").tobytes()
    assert {"table texts", "words", "originals"} <= find_traces(index, RARE)
    assert "vectors" in find_bytes(index, vector)
    library.remove(["zanzibar.txt"], undo_seconds=30)
    assert "table removed_rows" in find_traces(index, RARE)
    assert not {"table texts", "table chunks", "table sources"} & find_traces(index, "zanzibar")
    assert "vectors" not in find_bytes(index, vector)
    let_time_pass(library, clock, 29)
    assert library.removed()
    let_time_pass(library, clock, 2)
    assert library.removed() == []
    assert library.undo_removal([document.id]) == []
    library.close()
    for word in (RARE, "zanzibar", "Żółkiew", "ółkiew", document.sha256[:16]):
        assert find_traces(index, word) == set()
    assert find_bytes(index, vector) == set()


def test_a_removal_without_undo_leaves_nothing(library: Library, tmp_path: Path) -> None:
    library.remove(["zanzibar.txt"])
    assert library.removed() == []
    for word in (RARE, "zanzibar"):
        assert find_traces(tmp_path / "index", word) == set()


def test_large_libraries_are_purged_too(
    library: Library, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.library.derived.PURGED_AT_ONCE", 0)
    monkeypatch.setattr("rag.library.derived.REMAINS_SHARE", 1.0)
    library.remove(["zanzibar.txt"], undo_seconds=30)
    let_time_pass(library, clock, 31)
    assert find_traces(tmp_path / "index", RARE) == set()


@pytest.mark.usefixtures("each_engine")
def test_the_timer_erases_by_itself(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    erased = threading.Event()
    confirm = library.store.confirm_erased

    def confirm_and_tell(document_ids: list[str]) -> None:
        confirm(document_ids)
        erased.set()

    monkeypatch.setattr(library.store, "confirm_erased", confirm_and_tell)
    monkeypatch.setattr(removals, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr(library._parts.removals, "_clock", removals.time.time)
    library.remove(["zanzibar.txt"], undo_seconds=0.2)
    assert erased.wait(60)
    assert library.removed() == []


def test_the_time_begins_when_the_removal_is_done(
    library: Library, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_slowly(self: Derived) -> None:
        assert library.removed() == []
        clock.now += 60

    monkeypatch.setattr(Derived, "write", write_slowly)
    removed = library.remove(["zanzibar.txt", "sea.txt"], undo_seconds=30)
    monkeypatch.undo()
    assert {d.until for d in library.removed()} == {clock.now + 30}
    assert library.undo_removal([document.id for document in removed]) == removed
    assert library.check() == []


@pytest.mark.usefixtures("each_engine")
def test_two_removals_have_each_their_own_time(library: Library, clock: Clock) -> None:
    library.remove(["zanzibar.txt"], undo_seconds=30)
    clock.now += 20
    (sea,) = library.remove(["sea.txt"], undo_seconds=30)
    let_time_pass(library, clock, 15)
    assert [document.name for document in library.removed()] == ["sea.txt"]
    assert library.undo_removal([sea.id]) == [sea]
    assert library.check() == []


def test_it_is_erased_though_the_library_is_busy_when_the_time_is_over(
    library: Library, clock: Clock, folder: Path, tmp_path: Path
) -> None:
    library.remove(["zanzibar.txt"], undo_seconds=30)
    write(folder / "new.txt", "Something new.\n")
    reports = library.add([folder])
    next(reports)
    clock.now += 31
    assert len(list(reports)) == 3
    assert find_traces(tmp_path / "index", RARE) == set()


def test_a_reader_in_the_way_delays_it(
    library: Library, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.store.connections.BUSY_SECONDS", 0.05)
    library.remove(["zanzibar.txt"], undo_seconds=30)
    library.store._connections.close()
    library.store._connections._closed = False
    with closing(sqlite3.connect(tmp_path / "index/library.sqlite")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM documents").fetchone()
        let_time_pass(library, clock, 31)
        assert library.store.unerased()
    let_time_pass(library, clock, 0)
    assert library.store.unerased() == []
    assert find_traces(tmp_path / "index", RARE) == set()


# What has happened meanwhile.


@pytest.mark.usefixtures("each_engine")
def test_what_was_added_again_stays_and_gets_the_sources(
    library: Library, folder: Path, embedder: HashingEmbedder
) -> None:
    (sea,) = library.remove(["sea.txt"], undo_seconds=30)
    library.add_bytes(TEXTS["sea.txt"].encode(), "again.txt")
    (back,) = library.undo_removal([sea.id])
    assert back.names == ("again.txt", "sea.txt")
    assert back.added == library.document(sea.id).added
    assert set(outcomes(library.sync(folder)).values()) == {"unchanged"}
    assert library.check() == []


@pytest.mark.usefixtures("each_engine")
def test_a_path_that_stands_for_another_document_stays_with_it(
    library: Library, folder: Path
) -> None:
    library.add_bytes(TEXTS["sea.txt"].encode(), "copy.txt")
    sea, sky = library.remove(["sea.txt", "sky.txt"], undo_seconds=30)
    new_sea = write(folder / "sea.txt", "Fish swim in the sea.\n")
    new_sky = write(folder / "more/sky.txt", "The sky is blue.\n")
    list(library.add([new_sea, new_sky]))
    (back,) = library.undo_removal([sky.id, sea.id])
    assert (back.id, back.names) == (sea.id, ("copy.txt",))
    assert library.document(str(new_sea)).id != sea.id
    with pytest.raises(UnknownDocument):
        library.document(sky.id)
    assert library.check() == []


@pytest.mark.usefixtures("each_engine")
def test_removed_again_what_was_added_again_is_undone_once(library: Library) -> None:
    library.remove(["zanzibar.txt"], undo_seconds=30)
    library.add_bytes(SECRET.encode(), "other.txt")
    (again,) = library.remove(["other.txt"], undo_seconds=30)
    assert [document.name for document in library.removed()] == ["other.txt"]
    assert library.undo_removal([again.id])[0].names == ("other.txt",)
    assert library.check() == []


@pytest.mark.usefixtures("each_engine")
def test_other_rules_in_between_cut_anew(
    library: Library, tmp_path: Path, embedder: HashingEmbedder, clock: Clock
) -> None:
    (document,) = library.remove(["zanzibar.txt"], undo_seconds=30)
    other = HashingEmbedder("another", 32)
    with closing(Library.open(Settings(index=tmp_path / "index"), other, clock)) as beside:
        beside.add_bytes(b"More words.\n", "more.txt")
        assert beside.removed()
        (back,) = beside.undo_removal([document.id])
        assert back.chunks < document.chunks
        assert beside.check() == []


# Processes.


CHILD = """
import os, signal, sys
from pathlib import Path
from rag.library import Library, derived, originals, removals
from rag.settings import Settings
from rag.words import index as words
from tests.fakes import HashingEmbedder
def die(*_, **__): os.kill(os.getpid(), signal.SIGKILL)
folder, room, name, seconds = Path(sys.argv[1]), *sys.argv[2:4], float(sys.argv[4])
library = Library.open(Settings(index=folder, chunk_characters=200), HashingEmbedder())
setattr(eval(room), name, die)
library.remove(["zanzibar.txt"], undo_seconds=seconds)
die()
"""


@pytest.mark.parametrize("seconds", [0, 30])
@pytest.mark.parametrize(
    ("room", "name"),
    [
        ("derived.Derived", "write"),
        ("derived.Derived", "purge"),
        ("words.TantivyIndex", "_make_index"),
        ("words.TantivyIndex", "_stamped_files"),
        ("words.shutil", "move"),  # is not called: killed when all is done
    ],
)
def test_a_killed_process_leaves_nothing_after_the_next_opening(
    library: Library, tmp_path: Path, clock: Clock, room: str, name: str, seconds: float
) -> None:
    library.close()
    index = tmp_path / "index"
    died = subprocess.run(
        [sys.executable, "-c", CHILD, str(index), room, name, str(seconds)], cwd=ROOT, check=False
    )
    assert died.returncode == -signal.SIGKILL
    with closing(open_library(tmp_path, HashingEmbedder(), clock)) as again:
        assert [d.name for d in again.documents()] == ["bank.md", "sea.txt", "sky.txt"]
        assert again.removed() == []
        for word in (RARE, "zanzibar", hashlib.sha256(SECRET.encode()).hexdigest()):
            assert find_traces(index, word) == set()
        assert search_words(again, "harbour")
        assert again.check() == []


def test_opening_beside_a_living_process_takes_no_undo_away(
    library: Library, tmp_path: Path, clock: Clock
) -> None:
    (document,) = library.remove(["zanzibar.txt"], undo_seconds=30)
    with closing(open_library(tmp_path, HashingEmbedder(), clock)) as beside:
        assert [d.name for d in beside.removed()] == ["zanzibar.txt"]
        list(beside.sync(tmp_path / "files"))
        assert beside.check() == []
    assert library.undo_removal([document.id]) == [document]
    original = library.original(document.id)
    assert original is not None


def test_opening_erases_later_where_the_library_is_busy(
    library: Library, tmp_path: Path, folder: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.locks.PATIENCE", 0.0)
    library.remove(["zanzibar.txt"], undo_seconds=30)
    library.close()
    with closing(open_library(tmp_path, HashingEmbedder(), clock)) as writer:
        pass
    assert find_traces(tmp_path / "index", RARE) == set()
    del writer


@pytest.mark.usefixtures("each_engine")
def test_what_is_erased_embeds_nothing(
    library: Library, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.remove(["zanzibar.txt"], undo_seconds=30)
    library.close()
    monkeypatch.setattr(Derived, "write", lambda self: pytest.fail("a model may be loaded"))
    other = HashingEmbedder("another", 32)
    open_library(tmp_path, other, clock).close()
    assert other.embedded == []
    assert find_traces(tmp_path / "index", RARE) == set()


# The tables.


def test_every_table_that_refers_to_documents_is_carried(library: Library, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "index/library.sqlite")) as connection:
        referring = {
            (table, column)
            for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
            for _, _, target, column, *_ in connection.execute(f"PRAGMA foreign_key_list({table})")
            if target == "documents"
        }
    assert referring <= set(BELONGING)
