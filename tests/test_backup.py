"""Backup and restore: whole or not at all, while others use the library, no stranger's files."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from rag.backup import finish_restore, restore, restore_backup, write, write_backup
from rag.errors import LibraryBroken, LibraryBusy, LibraryError, LibraryFull
from rag.history import History
from rag.library import Library
from rag.locks import WriteLock
from rag.settings import Settings
from tests.disks import mount_small_disk
from tests.fakes import HashingEmbedder
from tests.test_history import ANSWER
from tests.test_library import search_words
from tests.traces import find_traces

ROOT = Path(__file__).parents[1]
SEA = "Ships sail the sea. The harbour is deep.\n"
SKY = "Clouds bring rain to the hills.\n"


def open_library(index: Path) -> Library:
    return Library.open(Settings(index=index), HashingEmbedder())


def fill(index: Path, *texts: str, question: str = "") -> None:
    """Takes in texts as uploads named by their first words, and keeps a question in a chat."""
    with closing(open_library(index)) as library:
        for text in texts:
            library.add_bytes(text.encode(), f"{text.split()[0].lower()}.txt")
        library.refresh()
    with closing(History.open(index / "history.sqlite")) as history:
        if question:
            history.append(history.start("ann"), question, ANSWER)


def describe(index: Path) -> tuple[list[str], list[str]]:
    """The names of the documents and the questions of the chats; the library is sound."""
    with closing(open_library(index)) as library:
        names = [document.name for document in library.documents()]
        assert library.check() == []
    with closing(History.open(index / "history.sqlite")) as history:
        return names, [c.title for c in history.conversations("ann")]


@pytest.fixture
def index(tmp_path: Path) -> Path:
    fill(tmp_path / "index", SEA, SKY, question="How deep?")
    return tmp_path / "index"


@pytest.fixture
def file(index: Path, tmp_path: Path) -> Path:
    write_backup(index, tmp_path / "a.zip")
    return tmp_path / "a.zip"


# There and back.


def test_what_was_backed_up_comes_back(index: Path, file: Path, tmp_path: Path) -> None:
    fill(index, "Something new.\n", question="What is new?")
    with closing(open_library(index)) as library:
        library.remove(["ships.txt"])
    manifest = restore_backup(index, file)
    assert (manifest.documents, manifest.conversations) == (2, 1)
    assert describe(index) == (["clouds.txt", "ships.txt"], ["How deep?"])
    assert find_traces(index, "Something new") == set()
    with closing(open_library(index)) as library:
        assert search_words(library, "harbour")
        assert library.text(library.document("ships.txt").id) == SEA
        assert library.original(library.document("ships.txt").id) is not None
    assert not [p for p in index.iterdir() if p.name.startswith((".tmp", "restoring"))]


def test_into_an_empty_folder(index: Path, file: Path, tmp_path: Path) -> None:
    restore_backup(tmp_path / "elsewhere" / "index", file)
    assert describe(tmp_path / "elsewhere" / "index") == describe(index)


def test_over_a_damaged_library(index: Path, file: Path) -> None:
    (index / "library.sqlite").write_bytes(b"no database" * 999)
    (index / "history.sqlite").write_bytes((index / "history.sqlite").read_bytes()[:5000])
    restore_backup(index, file)
    assert describe(index) == (["clouds.txt", "ships.txt"], ["How deep?"])


def test_a_backup_without_conversations(tmp_path: Path) -> None:
    with closing(open_library(tmp_path / "index")) as library:
        library.add_bytes(SEA.encode(), "ships.txt")
    manifest = write_backup(tmp_path / "index", tmp_path / "a.zip")
    assert manifest.conversations == 0
    fill(tmp_path / "index", question="How deep?")
    restore_backup(tmp_path / "index", tmp_path / "a.zip")
    assert describe(tmp_path / "index") == (["ships.txt"], [])


def test_files_that_wait_to_be_read_are_in_it(index: Path, tmp_path: Path) -> None:
    (index / "incoming").mkdir()
    (index / "incoming" / "job-1").write_bytes(b"waits")
    write_backup(index, tmp_path / "a.zip")
    (index / "incoming" / "job-1").unlink()
    (index / "incoming" / "job-2").write_bytes(b"came later")
    restore_backup(index, tmp_path / "a.zip")
    assert [p.read_bytes() for p in (index / "incoming").iterdir()] == [b"waits"]


def test_an_existing_file_is_kept_unless_it_is_to_be_replaced(index: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    file.write_text("mine")
    with pytest.raises(LibraryError, match="exists already"):
        write_backup(index, file)
    assert file.read_text() == "mine"
    write_backup(index, file, overwrite=True)
    assert zipfile.is_zipfile(file)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.zip", "index"]


def test_no_library_no_backup(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="no library"):
        write_backup(tmp_path / "nothing", tmp_path / "a.zip")
    assert list(tmp_path.iterdir()) == []


def test_what_was_removed_is_not_backed_up(index: Path, tmp_path: Path) -> None:
    with closing(open_library(index)) as library:
        (sea,) = library.remove(["ships.txt"], undo_seconds=30)
        write_backup(index, tmp_path / "a.zip")
        assert library.undo_removal([sea.id]) == [sea]
    with zipfile.ZipFile(tmp_path / "a.zip") as backup:
        backup.extractall(tmp_path / "unpacked")
    assert find_traces(tmp_path / "unpacked", "harbour") == set()
    assert find_traces(tmp_path / "unpacked", "ships.txt") == set()


def test_it_is_tried_again_where_a_file_goes_meanwhile(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = write.copy_database
    with closing(open_library(index)) as library:

        def copy_and_remove(source: Path, target: Path) -> None:
            copy(source, target)
            if library.find("ships.txt"):
                library.remove(["ships.txt"])

        monkeypatch.setattr(write, "copy_database", copy_and_remove)
        assert write_backup(index, tmp_path / "a.zip").documents == 1
    restore_backup(tmp_path / "other", tmp_path / "a.zip")
    assert describe(tmp_path / "other") == (["clouds.txt"], ["How deep?"])


def test_a_missing_original_does_not_keep_from_backing_up(index: Path, tmp_path: Path) -> None:
    shutil.rmtree(index / "originals")
    assert write_backup(index, tmp_path / "a.zip").documents == 2


def test_a_backup_while_documents_come_in_is_of_one_moment(index: Path, tmp_path: Path) -> None:
    done = threading.Event()

    def take_in() -> None:
        with closing(open_library(index)) as library:
            for number in range(200):
                if done.is_set():
                    return
                library.add_bytes(f"Number {number} comes in.\n".encode(), f"{number:03}.txt")

    writer = threading.Thread(target=take_in)
    writer.start()
    try:
        for number in range(3):
            write_backup(index, tmp_path / f"{number}.zip")
    finally:
        done.set()
        writer.join()
    for number in range(3):
        restore_backup(tmp_path / f"restored-{number}", tmp_path / f"{number}.zip")
        names, _ = describe(tmp_path / f"restored-{number}")
        assert names == [f"{n:03}.txt" for n in range(len(names) - 2)] + ["clouds.txt", "ships.txt"]


# While the library is open.


def test_an_open_library_sees_the_restored_state_at_the_next_question(
    index: Path, tmp_path: Path
) -> None:
    with (
        closing(open_library(index)) as library,
        closing(History.open(index / "history.sqlite")) as history,
    ):
        before = library.store.library_id, library.store.generation()
        write_backup(index, tmp_path / "a.zip")
        (removed,) = library.remove(["ships.txt"], undo_seconds=30)
        library.add_bytes(b"Fish swim in the harbour.\n", "fish.txt")
        chat = history.start("ann")
        history.append(chat, "Fish?", ANSWER)
        assert search_words(library, "harbour") == ["Fish swim in the harbour."]
        restore_backup(index, tmp_path / "a.zip")
        assert search_words(library, "harbour") == [SEA.strip()]
        assert library.vectors.read_all().keys() == set(library.store.chunk_ids())
        assert library.store.library_id != before[0]
        assert library.store.generation() > before[1]
        assert (library.removed(), library.undo_removal([removed.id])) == ([], [])
        assert [c.title for c in history.conversations("ann")] == ["How deep?"]
        assert library.add_bytes(b"And more.\n", "more.txt").outcome == "added"
        history.append(history.start("ann"), "More?", ANSWER)
        assert library.check() == []
    assert describe(index)[1] == ["More?", "How deep?"]


def test_indexes_of_another_library_answer_nothing(index: Path, tmp_path: Path) -> None:
    """Not even while the library is held, when a question brings up indexes in memory alone."""
    fill(tmp_path / "other", SKY, SEA)
    write_backup(tmp_path / "other", tmp_path / "other.zip")
    with closing(open_library(index)) as library:
        assert search_words(library, "harbour") == [SEA.strip()]
        restore_backup(index, tmp_path / "other.zip")
        with WriteLock(index / "write.lock").held():
            assert search_words(library, "harbour") == [SEA.strip()]
            assert search_words(library, "clouds") == [SKY.strip()]
        assert search_words(library, "harbour") == [SEA.strip()]
        assert library.check() == []


CHAT = """
import sys
from tests.test_backup import *
library = open_library(Path(sys.argv[1]))
history = History.open(Path(sys.argv[1]) / "history.sqlite")
for line in sys.stdin:
    print(search_words(library, line), [c.title for c in history.conversations("ann")], flush=True)
"""


def test_another_process_sees_it_without_a_restart(index: Path, file: Path) -> None:
    command = [sys.executable, "-c", CHAT, str(index)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as chat:

        def ask(question: str) -> str:
            assert chat.stdin is not None
            assert chat.stdout is not None
            chat.stdin.write(question + "\n")
            chat.stdin.flush()
            return chat.stdout.readline()

        old = ask("harbour")
        assert SEA.strip() in old
        with closing(open_library(index)) as library:
            library.remove(["ships.txt"])
        fill(index, "Fish swim in the harbour.\n", question="Fish?")
        assert "Fish swim" in ask("harbour")
        restore_backup(index, file)
        assert ask("harbour") == old
        assert chat.stdin is not None
        chat.stdin.close()


def test_a_library_that_is_being_changed_is_left_alone(
    index: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restore, "PATIENCE_SECONDS", 0.0)
    with WriteLock(index / "write.lock").held(), pytest.raises(LibraryBusy):
        restore_backup(index, file)


# Kills.


KILLED = """
import os, signal, sys
from pathlib import Path
from rag.backup import restore, databases, restore_backup
left = int(sys.argv[3])
def count_down(event, args):
    global left
    if event in ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "sqlite3.connect"):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count_down)
restore_backup(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_a_kill_at_any_moment_leaves_the_old_or_the_new(
    index: Path, file: Path, tmp_path: Path
) -> None:
    """Dies at one after another of the steps that touch the disk."""
    changed = tmp_path / "changed"
    shutil.copytree(index, changed)
    with closing(open_library(changed)) as library:
        library.remove(["ships.txt"])
    fill(changed, "Something new.\n", question="What is new?")
    old, new = describe(changed), describe(index)
    seen, step = set(), 0
    while True:
        trial = tmp_path / f"trial-{step}"
        shutil.copytree(changed, trial)
        died = subprocess.run(
            [sys.executable, "-c", KILLED, str(trial), str(file), str(step)], cwd=ROOT, check=False
        )
        found = describe(trial)
        assert found in (old, new), step
        seen.add(found == new)
        assert not (trial / "restoring").exists()
        shutil.rmtree(trial)
        if died.returncode == 0:
            break
        assert died.returncode == -signal.SIGKILL
        step += 3
    assert seen == {True, False}


KILLED_IN_THE_MIDDLE = """
import os, signal, sqlite3, sys
from pathlib import Path
from rag.backup import restore, restore_backup
def die(target, source):
    original, copy = sqlite3.connect(source), sqlite3.connect(target)
    # Some pages, and then never to the end.
    original.backup(copy, pages=2, progress=lambda *_: os.kill(os.getpid(), signal.SIGKILL))
restore.replace_database = die
restore_backup(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_a_kill_while_the_database_is_written(index: Path, file: Path) -> None:
    fill(index, "Something new.\n", question="What is new?")
    died = subprocess.run(
        [sys.executable, "-c", KILLED_IN_THE_MIDDLE, str(index), str(file)], cwd=ROOT, check=False
    )
    assert died.returncode == -signal.SIGKILL
    assert (index / "restoring").exists()
    assert describe(index) == (["clouds.txt", "ships.txt"], ["How deep?"])


def test_a_restore_under_way_is_left_to_the_process_that_does_it(
    index: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restore, "_put_in_place", lambda index: None)
    restore_backup(index, file)
    monkeypatch.undo()
    monkeypatch.setattr("rag.locks.PATIENCE", 0.0)
    with WriteLock(index / "write.lock").held():
        finish_restore(index)
        assert (index / "restoring").exists()
    finish_restore(index)
    assert not (index / "restoring").exists()


# What is no backup, or means harm.


def repack(file: Path, change: Callable[[dict[str, bytes]], Any]) -> Path:
    """Writes the backup anew after a change of its members."""
    with zipfile.ZipFile(file) as backup:
        members = {name: backup.read(name) for name in backup.namelist()}
    change(members)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as backup:
        for name, data in members.items():
            backup.writestr(name, data)
    return file


def sign(members: dict[str, bytes], **facts: object) -> None:
    """Makes the manifest fit the members, as whoever means harm would."""
    manifest = json.loads(members["manifest.json"])
    manifest["files"] = {
        name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in members.items()
        if name != "manifest.json"
    }
    members["manifest.json"] = json.dumps(manifest | facts).encode()


def run_sql(members: dict[str, bytes], name: str, script: str, folder: Path) -> None:
    path = folder / "changed.sqlite"
    path.write_bytes(members[name])
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    members[name] = path.read_bytes()
    sign(members)


def add_member(name: str, signed: bool) -> Callable[[dict[str, bytes]], None]:
    def change(members: dict[str, bytes]) -> None:
        members[name] = b"x"
        if signed:
            sign(members)

    return change


def claim(**facts: object) -> Callable[[dict[str, bytes]], None]:
    return lambda members: sign(members, **facts)


def cut(members: dict[str, bytes]) -> None:
    members["library.sqlite"] = members["library.sqlite"][:-4096]


def flip(members: dict[str, bytes]) -> None:
    data = bytearray(members["library.sqlite"])
    data[5000] ^= 1
    members["library.sqlite"] = bytes(data)


def corrupt(members: dict[str, bytes]) -> None:
    members["library.sqlite"] = members["library.sqlite"][:4096] + bytes(
        len(members["library.sqlite"]) - 4096
    )
    sign(members)


def lengthen(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    manifest["files"]["library.sqlite"]["bytes"] += 1
    members["manifest.json"] = json.dumps(manifest).encode()


def shorten(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    manifest["files"]["library.sqlite"]["bytes"] = 1
    members["manifest.json"] = json.dumps(manifest).encode()


def swap(members: dict[str, bytes]) -> None:
    members["library.sqlite"] = members["history.sqlite"]
    sign(members)


HARM: dict[str, Callable[[dict[str, bytes]], Any]] = {
    "slip": add_member("../slipped.txt", signed=True),
    "slip under originals": add_member("originals/../../slipped.txt", signed=True),
    "absolute": add_member("/tmp/slipped.txt", signed=True),
    "a hidden file": add_member("incoming/.tmp-x", signed=True),
    "the lock": add_member("write.lock", signed=True),
    "an original of another name": add_member(f"originals/{'0' * 64}.txt", signed=True),
    "not listed": add_member("incoming/job-1", signed=False),
    "cut": cut,
    "a flipped bit": flip,
    "corrupt": corrupt,
    "longer": lengthen,
    "shorter": shorten,
    "another database": swap,
    "a number below zero": claim(documents=-1),
    "no number": claim(conversations="many"),
    "no list": claim(files=[]),
    "more than we know": claim(extra=1),
    "no manifest": lambda members: members.pop("manifest.json"),
    "no history": lambda members: members.pop("history.sqlite"),
    "deep": lambda members: members.update({"manifest.json": b"[" * 99_999}),
}


def snapshot(index: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(index)): p.read_bytes()
        for p in sorted(index.rglob("*"))
        if p.is_file() and not p.name.startswith("write.")
    }


@pytest.mark.parametrize("harm", HARM)
def test_a_harmed_backup_is_refused_and_nothing_is_touched(
    index: Path, file: Path, tmp_path: Path, harm: str
) -> None:
    repack(file, HARM[harm])
    before = snapshot(index)
    with pytest.raises(LibraryError, match=r"(choose another|is no backup)"):
        restore_backup(index, file)
    assert snapshot(index) == before
    assert not list(tmp_path.rglob("slipped*"))


@pytest.mark.parametrize(
    "script",
    [
        "CREATE TRIGGER t AFTER INSERT ON documents BEGIN DELETE FROM texts; END",
        "CREATE VIEW v AS SELECT * FROM documents",
        "DROP TABLE vectors",
        "ALTER TABLE documents ADD COLUMN more",
        "PRAGMA user_version = 0",
        "DELETE FROM documents",
    ],
)
def test_a_database_that_is_not_ours_is_refused(
    index: Path, file: Path, tmp_path: Path, script: str
) -> None:
    repack(file, lambda members: run_sql(members, "library.sqlite", script, tmp_path))
    before = snapshot(index)
    with pytest.raises(LibraryError, match="choose another"):
        restore_backup(index, file)
    assert snapshot(index) == before


@pytest.mark.parametrize("how", ["schema", "claimed schema", "format"])
def test_a_backup_of_a_newer_footnote_is_refused(
    index: Path, file: Path, tmp_path: Path, how: str
) -> None:
    if how == "format":
        repack(file, claim(format=99))
    elif how == "claimed schema":
        repack(file, claim(schemas={"library.sqlite": 99, "history.sqlite": 1}))
    else:
        script = "PRAGMA user_version = 99"
        repack(file, lambda members: run_sql(members, "history.sqlite", script, tmp_path))
    with pytest.raises(LibraryError):
        restore_backup(index, file)
    assert describe(index) == (["clouds.txt", "ships.txt"], ["How deep?"])


def test_a_backup_larger_than_the_disk_is_refused_before_it_is_unpacked(
    index: Path, file: Path
) -> None:
    def claim_much(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"])
        manifest["files"]["library.sqlite"]["bytes"] = 2**60
        members["manifest.json"] = json.dumps(manifest).encode()

    repack(file, claim_much)
    with pytest.raises(LibraryFull, match="nothing was changed"):
        restore_backup(index, file)


def test_a_bomb_is_stopped_at_the_length_that_it_claims(index: Path, file: Path) -> None:
    repack(file, lambda members: members.update({"history.sqlite": bytes(2**24)}))
    with pytest.raises(LibraryError, match="damaged"):
        restore_backup(index, file)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_zip_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(LibraryError, match="damaged"):
        restore_backup(tmp_path / "index", tmp_path / "a.zip")
    with pytest.raises(LibraryError, match="damaged"):
        restore_backup(tmp_path / "index", io.BytesIO(content))


def test_a_path_that_is_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="no file"):
        restore_backup(tmp_path / "index", tmp_path / "nothing.zip")
    with pytest.raises(LibraryError, match="folder"):
        restore_backup(tmp_path / "index", tmp_path)


@pytest.mark.parametrize("what", ["file", "size"])
def test_a_zip_that_contradicts_itself_is_refused(index: Path, file: Path, what: str) -> None:
    with zipfile.ZipFile(file, "a") as backup, pytest.warns(UserWarning, match="Duplicate"):
        backup.writestr("library.sqlite" if what == "file" else "manifest.json", b"x")
    with pytest.raises(LibraryError):
        restore_backup(index, file)
    assert describe(index) == (["clouds.txt", "ships.txt"], ["How deep?"])


# The disk.


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mount_small_disk(tmp_path / "disk", 2) as disk:
        yield disk


def test_a_full_disk_leaves_no_half_backup(index: Path, small_disk: Path) -> None:
    noise = os.urandom(800_000).hex()
    fill(index, noise, noise[1:])
    with pytest.raises(LibraryFull):
        write_backup(index, small_disk / "a.zip")
    assert list(small_disk.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_told(index: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryBroken):
        write_backup(index, tmp_path / "file" / "a.zip")
