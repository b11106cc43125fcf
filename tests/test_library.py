from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from rag.errors import LibraryBusy, UnknownDocument, UnreadableDocument
from rag.files import safe_name
from rag.isolate import ParserProcess
from rag.library import Library, Progress, Report, derived, upkeep, walk
from rag.settings import Settings
from tests import faulty
from tests.disks import enlarge, small_disk  # noqa: F401 - a fixture
from tests.fakes import HashingEmbedder

TEXTS = {
    "bank.md": "# Bank\n\nThe central bank wants a ban on crypto.\n",
    "sea.txt": "Ships sail the sea.\n\nThe harbour is deep.\n",
    "more/sky.txt": "Clouds bring rain to the hills.\n",
}


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in TEXTS.items():
        write(tmp_path / "files" / name, text)
    return tmp_path / "files"


@pytest.fixture
def library(tmp_path: Path, embedder: HashingEmbedder) -> Iterator[Library]:
    library = open_library(tmp_path, embedder)
    yield library
    library.close()


@pytest.fixture
def filled(library: Library, folder: Path) -> Library:
    list(library.add([folder]))
    return library


def open_library(tmp_path: Path, embedder: HashingEmbedder, longest: int = 200) -> Library:
    chosen = Settings(index=tmp_path / "index", chunk_characters=longest)
    return Library.open(chosen, embedder)


def write(path: Path, text: str, age: float = 60.0) -> Path:
    """Writes a file whose time is old enough to be trusted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    os.utime(path, (time.time() - age, time.time() - age))
    return path


def outcomes(reports: Iterator[Report] | list[Report]) -> dict[str, str]:
    return {report.name: report.outcome for report in reports}


def search_words(library: Library, query: str) -> list[str]:
    library.refresh()
    found = library.store.chunks([id_ for id_, _ in library.words.search(query, 5)])
    return sorted(chunk.text.strip() for chunk in found.values())


def search_vectors(library: Library, embedder: HashingEmbedder, query: str) -> str:
    library.refresh()
    ((id_, _),) = library.vectors.search(embedder.embed_question(query), 1)
    return library.store.chunks([id_])[id_].text.strip()


# Taking in.


@pytest.mark.usefixtures("each_engine")
def test_takes_in_files_and_folders(
    library: Library, folder: Path, embedder: HashingEmbedder
) -> None:
    reports = list(library.add([folder / "sea.txt", folder]))
    assert [(r.name, r.outcome) for r in reports] == [
        ("sea.txt", "added"),
        ("bank.md", "added"),
        ("sky.txt", "added"),
        ("sea.txt", "unchanged"),
    ]
    assert all(r.document_id and r.characters and r.chunks for r in reports)
    assert [d.name for d in library.documents()] == ["bank.md", "sea.txt", "sky.txt"]
    assert search_words(library, "harbours")[0].endswith("The harbour is deep.")
    assert "rain" in search_vectors(library, embedder, "Clouds bring rain")
    assert library.check() == []


@pytest.mark.usefixtures("each_engine")
def test_a_file_that_cannot_be_read_is_refused_and_the_rest_goes_on(
    library: Library, folder: Path
) -> None:
    write(folder / "empty.txt", "")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.4 nothing more")
    (folder / "huge.txt").touch()
    os.truncate(folder / "huge.txt", 60 * 1024 * 1024)
    os.mkfifo(folder / "pipe")
    reports = [*library.add([folder]), *library.add([folder / "missing.txt", folder / "pipe"])]
    refused = {report.name: report.reason for report in reports if report.outcome == "refused"}
    assert sorted(refused) == ["broken.pdf", "empty.txt", "huge.txt", "missing.txt", "pipe"]
    assert all(reason and reason.endswith(".") for reason in refused.values())
    assert library.status().documents == 3


def test_a_parser_that_fails_refuses_one_file(tmp_path: Path) -> None:
    for name in ("a.txt", "crash.txt", "fault.txt", "z.txt"):
        write(tmp_path / "files" / name, f"The words of {name}.\n")
    parser = ParserProcess(60, faulty.PROGRAM)
    library = Library(tmp_path / "index", 200, HashingEmbedder, parser)
    reports = outcomes(library.add([tmp_path / "files"]))
    assert reports == {
        "a.txt": "added", "crash.txt": "refused", "fault.txt": "refused", "z.txt": "added",
    }  # fmt: skip
    assert library.check() == []
    library.close()
    parser.close()


def test_hidden_files_loops_and_the_library_itself_are_passed_by(
    tmp_path: Path, library: Library, folder: Path
) -> None:
    write(folder / ".hidden.txt", "hidden")
    write(folder / ".git/config.txt", "hidden")
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "nowhere").symlink_to(tmp_path / "gone")
    assert sorted(outcomes(library.add([tmp_path]))) == ["bank.md", "sea.txt", "sky.txt"]


@pytest.mark.usefixtures("each_engine")
def test_a_changed_file_replaces_its_former_version(filled: Library, folder: Path) -> None:
    old = filled.document("sea.txt").id
    write(folder / "sea.txt", "Fish swim in the sea.\n")
    assert outcomes(filled.add([folder / "sea.txt"])) == {"sea.txt": "updated"}
    assert filled.document("sea.txt").id != old
    assert search_words(filled, "harbour") == []
    with pytest.raises(UnknownDocument):
        filled.text(old)
    assert filled.check() == []


@pytest.mark.usefixtures("each_engine")
def test_the_same_content_under_two_names_is_one_document(filled: Library, folder: Path) -> None:
    write(folder / "copy.txt", TEXTS["sea.txt"])
    (report,) = filled.add([folder / "copy.txt"])
    assert (report.outcome, report.document_id) == ("added", filled.document("sea.txt").id)
    assert "sea.txt" in str(report.reason)
    assert filled.document("copy.txt").names == ("copy.txt", "sea.txt")
    assert filled.status().documents == 3


def test_nothing_is_embedded_twice(
    filled: Library, folder: Path, embedder: HashingEmbedder, tmp_path: Path
) -> None:
    embedded = len(embedder.embedded)
    filled.remove(["sky.txt"])
    list(filled.add([folder]))
    assert len(embedder.embedded) == embedded + 1
    shutil.rmtree(tmp_path / "index" / "vectors")
    again = open_library(tmp_path, embedder)
    again.refresh()
    assert len(embedder.embedded) == embedded + 1
    again.close()


def test_progress_is_told(library: Library, folder: Path) -> None:
    told: list[Progress] = []
    list(library.add([folder / "sea.txt"], told.append))
    assert [(p.stage, p.name) for p in told] == [("reading", "sea.txt"), ("embedding", "sea.txt")]
    assert told[-1].total == filled_chunks(library)


def filled_chunks(library: Library) -> int:
    return library.status().chunks


@pytest.mark.usefixtures("each_engine")
def test_a_long_batch_can_be_found_while_it_goes_on(
    library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "LEVEL_SECONDS", 0.0)
    reports = library.add([folder])
    next(reports)
    assert search_words(library, "central bank")
    next(reports)
    next(reports)  # what the second brought is levelled before the third is told of
    assert library.words.search("clouds", 5)
    assert list(reports) == []


def test_a_title_is_what_the_file_tells_or_its_name(filled: Library) -> None:
    assert filled.document("bank.md").title == "Bank"
    assert filled.document("sky.txt").title == "sky"


# Uploads.


def test_an_upload_is_kept_under_its_hash(library: Library, tmp_path: Path) -> None:
    data = b"Uploaded words.\n"
    report = library.add_bytes(data, "C:\\docs\\re\u202eport\x07.txt")
    assert (report.name, report.outcome, report.path) == ("report.txt", "added", "")
    sha256 = hashlib.sha256(data).hexdigest()
    assert (tmp_path / "index/originals" / f"{sha256}.txt").read_bytes() == data
    assert report.document_id is not None
    assert library.original(report.document_id) == tmp_path / "index/originals" / f"{sha256}.txt"
    assert library.add_bytes(data, "report.txt").outcome == "unchanged"
    assert library.check() == []
    library.remove(["report.txt"])
    assert list((tmp_path / "index/originals").iterdir()) == []


ODD_NAMES = [
    "two\nlines.txt", "re\u202etxt.pdf.txt", "bell\x07.txt", " spaced .txt", "cafe\u0301.txt",
    "%s%n{0}.txt", "a'; DROP TABLE sources; --.txt", "<script>alert(1)<script>.txt", "-rf.txt",
]  # fmt: skip


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_is_cleaned_and_its_original_stays_addressable(
    library: Library, tmp_path: Path, name: str
) -> None:
    path = write(tmp_path / "odd" / name, f"The words of {name!r}.\n")
    (report,) = library.sync(tmp_path / "odd")
    assert (report.outcome, report.name, report.path) == ("added", safe_name(name), str(path))
    document = library.document(str(report.document_id))
    assert document.names == (safe_name(name),)
    assert library.original(document.id) == path
    for selector in (str(path), name, safe_name(name)):
        assert library.document(selector) == document
    assert set(outcomes(library.sync(tmp_path / "odd")).values()) == {"unchanged"}
    assert library.remove([name]) == [document]


@pytest.mark.usefixtures("each_engine")
def test_uploads_are_found_by_the_name_they_had(library: Library) -> None:
    name = "re\u202eport\x07.txt"
    report = library.add_bytes(b"words\n", f"C:\\docs\\{name}")
    assert library.document(name).id == library.document("report.txt").id == report.document_id


def test_a_path_names_one_file_and_no_namesake(filled: Library, tmp_path: Path) -> None:
    for selector in ("elsewhere/sea.txt", "../sea.txt", "sea.txt\udcff", "\x00"):
        with pytest.raises(UnknownDocument):
            filled.document(selector)
    assert filled.document(str(tmp_path / "files/sea.txt")) == filled.document("sea.txt")


def test_a_name_that_is_no_unicode_is_refused_with_a_reason(
    library: Library, tmp_path: Path
) -> None:
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "a\udcff.txt").write_text("words")
    (report,) = library.add([tmp_path / "odd"])
    assert (report.name, report.outcome) == ("a.txt", "refused")
    assert "no valid Unicode; rename the file" in str(report.reason)


def test_two_uploads_of_one_name_are_two_documents(library: Library) -> None:
    first = library.add_bytes(b"one\n", "a.txt").document_id
    second = library.add_bytes(b"two\n", "a.txt").document_id
    with pytest.raises(UnknownDocument, match=f"(?s)({first}|{second}).*({first}|{second})"):
        library.remove(["a.txt"])
    assert library.remove([str(first)])[0].id == first
    assert library.document("a.txt").id == second


def test_an_upload_that_cannot_be_read_leaves_nothing(library: Library, tmp_path: Path) -> None:
    assert library.add_bytes(b"", "a.txt").outcome == "refused"
    assert library.add_bytes(b"\x00\x01\x02" * 99, "a.pdf").outcome == "refused"
    assert library.status().documents == 0
    assert not (tmp_path / "index/originals").exists()


def test_a_text_is_taken_in_as_it_is(library: Library) -> None:
    text = "  A text \n\n\nwith  spaces. "
    report = library.add_text(text, "doc-1.txt", "A title")
    document = library.document("doc-1.txt")
    assert (document.title, library.text(document.id)) == ("A title", text)
    assert report.document_id == document.id
    assert library.check() == []


# Folders.


@pytest.mark.usefixtures("each_engine")
def test_sync_follows_a_folder(filled: Library, folder: Path, tmp_path: Path) -> None:
    filled.add_bytes(b"An upload.\n", "upload.txt")
    write(tmp_path / "elsewhere" / "other.txt", "From another folder.\n")
    list(filled.add([tmp_path / "elsewhere"]))
    (folder / "sea.txt").rename(folder / "ocean.txt")
    (folder / "more" / "sky.txt").unlink()
    write(folder / "bank.md", "# Bank\n\nThe bank has changed its mind.\n")
    write(folder / "new.txt", "Something new.\n")
    expected = {
        "bank.md": "updated",
        "new.txt": "added",
        "ocean.txt": "added",
        "sea.txt": "removed",
        "sky.txt": "removed",
    }
    before = filled.store.generation()
    assert outcomes(filled.sync(folder, dry_run=True)) == expected
    assert filled.store.generation() == before
    assert outcomes(filled.sync(folder)) == expected
    names = [document.name for document in filled.documents()]
    assert names == ["bank.md", "new.txt", "ocean.txt", "other.txt", "upload.txt"]
    assert set(outcomes(filled.sync(folder)).values()) == {"unchanged"}
    assert search_words(filled, "rain") == []
    assert filled.check() == []


def test_sync_reads_nothing_where_nothing_changed(
    filled: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walk, "read_file", lambda path: pytest.fail(f"{path} was read"))
    before = filled.store.generation()
    assert set(outcomes(filled.sync(folder)).values()) == {"unchanged"}
    assert filled.store.generation() == before


def test_sync_sees_a_change_of_the_same_size_and_second(library: Library, folder: Path) -> None:
    write(folder / "a.txt", "one\n", age=0)
    list(library.sync(folder))
    facts = (folder / "a.txt").stat()
    (folder / "a.txt").write_text("two\n")
    os.utime(folder / "a.txt", ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert outcomes(library.sync(folder))["a.txt"] == "updated"


@pytest.mark.usefixtures("each_engine")
def test_sync_reads_a_touched_file_once(
    filled: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(folder / "sea.txt", TEXTS["sea.txt"], age=30)
    assert outcomes(filled.sync(folder))["sea.txt"] == "unchanged"
    monkeypatch.setattr(walk, "read_file", lambda path: pytest.fail(f"{path} was read"))
    assert outcomes(filled.sync(folder))["sea.txt"] == "unchanged"


@pytest.mark.usefixtures("each_engine")
def test_a_document_with_another_source_stays(filled: Library, folder: Path) -> None:
    filled.add_bytes(TEXTS["sea.txt"].encode(), "sea.txt")
    (folder / "sea.txt").unlink()
    removed = [r for r in filled.sync(folder) if r.outcome == "removed"]
    assert [r.reason for r in removed] == ["Its document stays, by its other sources."]
    assert filled.document("sea.txt").names == ("sea.txt",)


def test_a_missing_folder_is_an_error_and_removes_nothing(filled: Library, folder: Path) -> None:
    shutil.rmtree(folder)
    with pytest.raises(UnreadableDocument, match="no folder"):
        list(filled.sync(folder))
    assert filled.status().documents == 3


def test_a_folder_that_cannot_be_listed_removes_nothing(
    filled: Library, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scandir(path: Path) -> object:
        if path.name == "more":
            raise PermissionError(13, "Permission denied")
        return original(path)

    original = os.scandir
    monkeypatch.setattr(walk.os, "scandir", scandir)
    assert outcomes(filled.sync(folder))["more"] == "refused"
    assert filled.document("sky.txt")


def test_a_file_that_breaks_keeps_its_former_version(filled: Library, folder: Path) -> None:
    write(folder / "sea.txt", "")
    assert outcomes(filled.sync(folder))["sea.txt"] == "refused"
    assert filled.document("sea.txt").characters == len(TEXTS["sea.txt"])


# Taking out.


def test_what_is_removed_leaves_no_trace(
    library: Library, folder: Path, tmp_path: Path, embedder: HashingEmbedder
) -> None:
    list(library.add([folder]))
    library.add_bytes(b"The xylophonist plays.\n" * 40, "zanzibar.txt")
    library.refresh()
    vector = embedder.embed_passages(["zanzibar"])  # keeps the embedder from being the trace
    library.remove(["zanzibar.txt"])
    library.close()
    assert vector is not None
    for path in (tmp_path / "index").rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert b"xylophon" not in data.lower()
        assert b"zanzibar" not in data.lower() + path.name.encode()


@pytest.mark.parametrize("how", ["abandoned", "fault"])
def test_a_former_version_leaves_no_trace_though_the_batch_ends_early(
    library: Library, folder: Path, tmp_path: Path, how: str
) -> None:
    write(folder / "a.txt", "The xylophonist plays.\n" * 40)
    list(library.add([folder]))
    write(folder / "a.txt", "Nobody plays.\n")
    reports = library.add([folder], stumble if how == "fault" else lambda _: None)
    assert next(reports).outcome == "updated"
    if how == "fault":
        write(folder / "more/sky.txt", "Changed.\n")
        with pytest.raises(NameError):
            list(reports)
    reports.close()  # type: ignore[attr-defined]
    library.close()
    for path in (tmp_path / "index").rglob("*"):
        assert not path.is_file() or b"xylophon" not in path.read_bytes().lower()


@pytest.mark.usefixtures("each_engine")
def test_an_unknown_document_removes_none(filled: Library) -> None:
    with pytest.raises(UnknownDocument, match=r"nothing\.txt"):
        filled.remove(["sea.txt", "nothing.txt"])
    assert filled.status().documents == 3


# Derived indexes, rules and models.


@pytest.mark.parametrize("part", ["vectors", "words"])
@pytest.mark.parametrize("harm", ["deleted", "emptied", "cut"])
def test_harmed_indexes_come_back(
    filled: Library, tmp_path: Path, embedder: HashingEmbedder, part: str, harm: str
) -> None:
    before = [search_words(filled, "sea bank"), search_vectors(filled, embedder, "deep harbour")]
    filled.close()
    for path in sorted((tmp_path / "index" / part).iterdir()):
        if harm == "deleted":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2 if harm == "cut" else 0])
    again = open_library(tmp_path, embedder)
    if harm != "deleted":
        assert bool(again.check()) == (part == "vectors")  # a cut stamp is as good as none
        assert again.check(repair=True) == []
    found = [search_words(again, "sea bank"), search_vectors(again, embedder, "deep harbour")]
    assert found == before
    assert again.check() == []
    again.close()


@pytest.mark.usefixtures("each_engine")
def test_another_model_embeds_anew_and_keeps_the_rest(
    filled: Library, folder: Path, tmp_path: Path
) -> None:
    filled.close()
    other = HashingEmbedder("another", 32)
    again = open_library(tmp_path, other)
    assert "rain" in search_vectors(again, other, "Clouds bring rain")
    assert len(other.embedded) == again.status().chunks
    assert again.check() == []
    again.close()


@pytest.mark.usefixtures("each_engine")
def test_other_rules_cut_anew(filled: Library, folder: Path, tmp_path: Path) -> None:
    write(folder / "long.txt", "A sentence of some words. " * 30)
    list(filled.add([folder]))
    before = filled.status().chunks
    filled.close()
    again = open_library(tmp_path, HashingEmbedder(), longest=1_000)
    assert set(outcomes(again.sync(folder)).values()) == {"unchanged"}
    assert again.status().chunks < before
    assert again.check() == []
    again.close()


def test_check_finds_and_repairs(filled: Library, tmp_path: Path) -> None:
    upload = filled.add_bytes(b"An upload.\n", "upload.txt")
    filled.refresh()
    with sqlite3.connect(tmp_path / "index/library.sqlite") as connection:
        connection.execute("DELETE FROM chunks WHERE id = 1")
        connection.execute("UPDATE vectors SET vector = zeroblob(128) WHERE id = 2")
        connection.execute("INSERT INTO vectors VALUES (99, x'00', 1, x'00')")
        connection.execute("DELETE FROM vectors WHERE id = 3")
    connection.close()
    (tmp_path / "index/.tmp-leftover").write_text("x")
    problems = " ".join(filled.check())
    for words in ("do not cover", "wrong length", "belong to no passage", "have no vector"):
        assert words in problems
    assert filled.check(repair=True) == []
    assert not (tmp_path / "index/.tmp-leftover").exists()
    (original,) = (tmp_path / "index/originals").iterdir()
    original.write_bytes(b"other")
    assert "damaged" in filled.check()[0]
    assert "missing" in filled.check(repair=True)[0]
    assert filled.add_bytes(b"An upload.\n", "upload.txt").document_id == upload.document_id
    assert filled.check() == []


def test_check_finds_an_index_that_disagrees(filled: Library) -> None:
    filled.words.rebuild(filled.store)
    writer = filled.words._index.writer()
    writer.delete_documents_by_term("chunk", filled.store.chunk_ids()[0])
    writer.commit()
    filled.words._index.reload()
    filled.vectors._remove(np.array(filled.store.chunk_ids()[:1]))
    problems = filled.check()
    assert any("The vector index lacks 1" in problem for problem in problems)
    assert any("The word index lacks 1" in problem for problem in problems)
    assert filled.check(repair=True) == []


# Several at once.


def run_child(tmp_path: Path, code: str) -> subprocess.Popen[str]:
    program = (
        "import sys\nfrom pathlib import Path\n"
        "from tests.test_library import *\n"
        f"tmp_path = Path({str(tmp_path)!r})\n"
        "library = open_library(tmp_path, HashingEmbedder())\n" + code
    )
    return subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )


def test_a_second_process_is_told_who_is_at_work(
    filled: Library, folder: Path, tmp_path: Path
) -> None:
    write(folder / "new.txt", "Something about zebras.\n")
    code = (
        "reports = library.add([tmp_path / 'files'])\n"
        "print(next(reports).name, flush=True)\nsys.stdin.readline()\n"
        "print(len(list(reports)), flush=True)\n"
    )
    with run_child(tmp_path, code) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        with pytest.raises(LibraryBusy, match=rf"pid {child.pid}.*try again"):
            filled.remove(["sea.txt"])
        assert search_words(filled, "harbour")  # reading goes on
        child.stdin.write("\n")
        child.stdin.flush()
        assert child.stdout.readline() == "3\n"
    assert search_words(filled, "zebra") == ["Something about zebras."]
    assert filled.remove(["new.txt"])


def test_the_lock_of_a_killed_process_is_free(filled: Library, tmp_path: Path) -> None:
    code = "reports = library.add([tmp_path / 'files'])\nprint(next(reports).name, flush=True)\n"
    with run_child(tmp_path, code + "sys.stdin.readline()\n") as child:
        assert child.stdout is not None
        child.stdout.readline()
        child.kill()
    assert filled.remove(["sea.txt"])
    assert filled.check() == []


def test_two_processes_make_one_library(tmp_path: Path) -> None:
    code = "print(library.store.library_id, flush=True)\n"
    children = [run_child(tmp_path, code) for _ in range(3)]
    made = {child.communicate()[0] for child in children}
    assert len(made) == 1
    assert made != {""}


def test_a_reader_without_an_index_makes_its_own_while_another_writes(
    filled: Library, tmp_path: Path, embedder: HashingEmbedder
) -> None:
    shutil.rmtree(tmp_path / "index" / "words")
    shutil.rmtree(tmp_path / "index" / "vectors")
    writer = open_library(tmp_path, embedder)
    reports = writer.add([write(tmp_path / "new.txt", "Something about zebras.\n")])
    next(reports)
    reader = open_library(tmp_path, embedder)
    assert search_words(reader, "zebra") == ["Something about zebras."]
    assert "rain" in search_vectors(reader, embedder, "Clouds bring rain")
    assert not (tmp_path / "index" / "words").exists()
    assert list(reports) == []
    writer.remove(["new.txt"])
    assert search_words(reader, "zebra") == []
    writer.close()
    reader.close()


@pytest.mark.usefixtures("each_engine")
def test_asking_goes_on_while_another_thread_adds(
    library: Library, tmp_path: Path, embedder: HashingEmbedder
) -> None:
    for i in range(30):
        write(tmp_path / "files" / f"{i:02}.txt", f"Number {i} is a number.\n")
    failures: list[BaseException] = []
    done = threading.Event()

    def ask() -> None:
        try:
            while not done.is_set():
                library.refresh()
                library.words.search("number", 5)
                library.vectors.search(embedder.embed_question("number"), 5)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            failures.append(error)

    threads = [threading.Thread(target=ask, daemon=True) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        assert set(outcomes(library.add([tmp_path / "files"])).values()) == {"added"}
    finally:  # or a fault in the middle would leave them asking, and the run without an end
        done.set()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert library.check() == []


@pytest.mark.parametrize("index", ["words", "vectors"])
@pytest.mark.parametrize("way", ["file", "upload"])
def test_nobody_waits_while_a_long_document_is_indexed(
    filled: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: str, way: str
) -> None:
    assert search_words(filled, "harbour")
    at_work, go_on = threading.Event(), threading.Event()
    reads = {"words": "iterate_chunks", "vectors": "vectors_of"}[index]
    original = getattr(filled.store, reads)

    def read_slowly(ids: Sequence[int], *rest: str) -> object:
        if len(ids) > derived.MANY_CHUNKS:
            at_work.set()
            assert go_on.wait(60)
        return original(ids, *rest)

    monkeypatch.setattr(filled.store, reads, read_slowly)
    text = "\n\n".join(f"Zebra {i}. {'word ' * 30}" for i in range(derived.MANY_CHUNKS + 9))
    path = write(tmp_path / "long.txt", text)

    def take_in() -> None:
        if way == "file":
            list(filled.add([path]))
        else:
            filled.add_bytes(text.encode(), "long.txt")

    taking_in = threading.Thread(target=take_in, daemon=True)
    taking_in.start()
    try:
        assert at_work.wait(60)
        started = time.monotonic()
        assert search_words(filled, "harbour")
        assert search_vectors(filled, HashingEmbedder(), "deep harbour")
        assert time.monotonic() - started < 10  # the long one waits for the end of this
    finally:
        go_on.set()
    taking_in.join(60)
    assert len(search_words(filled, "zebra")) == 5
    assert filled.check() == []


def test_an_abandoned_batch_frees_the_library(library: Library, folder: Path) -> None:
    reports = library.add([folder])
    next(reports)
    reports.close()  # type: ignore[attr-defined]
    assert library.remove(["bank.md"])


class Stumbling(HashingEmbedder):
    """Fails on texts with a certain word, as a fault of ours would."""

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        if any("rain" in text for text in texts):
            raise NameError("a fault of ours")
        return super().embed_passages(texts)


def stumble(progress: Progress) -> None:
    if progress.name == "sky.txt":
        raise NameError("a fault of ours")


@pytest.mark.parametrize("where", ["embedder", "progress", "disk"])
def test_a_fault_of_ours_in_the_middle_leaves_nobody_waiting(
    tmp_path: Path, folder: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = open_library(tmp_path, Stumbling() if where == "embedder" else HashingEmbedder())
    if where == "disk":
        monkeypatch.setattr(
            derived.Derived, "write", lambda self: stumble(Progress("sky.txt", "storing"))
        )
    reports = library.add([folder], stumble if where == "progress" else lambda _: None)
    with pytest.raises(NameError):
        list(reports)
    monkeypatch.undo()
    freed: list[str] = []
    other = threading.Thread(
        target=lambda: freed.append(library.remove(["bank.md"])[0].name), daemon=True
    )
    other.start()
    other.join(5)
    assert freed == ["bank.md"]
    code = "print([r.outcome for r in library.add([tmp_path / 'files/bank.md'])], flush=True)\n"
    with run_child(tmp_path, code) as child:
        assert child.communicate(timeout=60)[0] == "['added']\n"
    assert library.check() == []
    library.close()


# The same as afresh.

NAMES = st.sampled_from(["a.txt", "b.txt", "sub/c.txt"])
WORDS = st.sampled_from(["red fish\n", "blue sky\n\ngreen sea\n", "old stone\n", "# Top\n\nnew\n"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), NAMES, WORDS),
        st.tuples(st.just("delete"), NAMES, st.none()),
        st.tuples(st.just("rename"), NAMES, NAMES),
        st.tuples(st.just("sync"), st.none(), st.none()),
        st.tuples(st.just("add"), NAMES, st.none()),
        st.tuples(st.just("remove"), NAMES, st.none()),
        st.tuples(st.just("remove for now"), NAMES, st.none()),
        st.tuples(st.just("undo"), st.none(), st.none()),
        st.tuples(st.just("reopen"), st.none(), st.none()),
    ),
    max_size=12,
)


def take_step(
    library: Library, folder: Path, step: tuple[str, str | None, str | None], clock: Iterator[int]
) -> None:
    kind, name, value = step
    path = folder / (name or "")
    if kind == "write":
        write(path, value or "", age=90_000 - next(clock))
    elif kind == "delete":
        path.unlink(missing_ok=True)
    elif kind == "rename" and path.exists():
        (folder / str(value)).parent.mkdir(exist_ok=True)
        path.rename(folder / str(value))
    elif kind == "sync":
        list(library.sync(folder))
    elif kind == "add":
        list(library.add([path]))
    elif kind in ("remove", "remove for now"):
        for document in library.store.find(path.name):
            library.remove([document.id], undo_seconds=0 if kind == "remove" else 30)
    elif kind == "undo":
        library.undo_removal([document.id for document in library.removed()])


def picture(library: Library, embedder: HashingEmbedder) -> object:
    """Everything that can be seen of a library, without ids of chunks and times."""
    library.refresh()
    documents = [
        (d.id, d.names, d.title, d.characters, d.chunks, library.text(d.id))
        for d in library.documents()
    ]
    chunks = library.store.chunks(library.store.chunk_ids())
    kept = {(c.document_id, c.start, c.end, c.headings, c.page, c.text) for c in chunks.values()}

    def described(found: list[tuple[int, float]]) -> set[tuple[str, int, float]]:
        return {(chunks[i].document_id, chunks[i].start, round(s, 3)) for i, s in found}

    words = [described(library.words.search(q, 20)) for q in ("fish sky", "stone", "a top")]
    vectors = described(library.vectors.search(embedder.embed_question("red sea"), 20))
    return documents, kept, words, vectors, library.store.counts().vectors


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_after_any_steps_the_library_equals_one_built_afresh(
    steps: list[tuple[str, str | None, str | None]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    tmp_path = tmp_path_factory.mktemp("steps")
    folder, embedder, clock = tmp_path / "files", HashingEmbedder(), iter(range(99))
    folder.mkdir()
    library = open_library(tmp_path, embedder)
    for step in steps:
        if step[0] == "reopen":
            library.close()
            library = open_library(tmp_path, embedder)
        else:
            take_step(library, folder, step, clock)
    list(library.sync(folder))
    fresh = open_library(tmp_path / "fresh", embedder)
    list(fresh.sync(folder))
    assert picture(library, embedder) == picture(fresh, embedder)
    assert library.check() == []
    library.close()
    fresh.close()


# A full disk.


def test_a_full_disk_takes_nothing_half_in(
    small_disk: Path,  # noqa: F811 - a fixture
    tmp_path: Path,
) -> None:
    from rag.errors import LibraryFull

    files = 20  # some 120 kB each, of a disk of 3 MB
    rng = np.random.default_rng(0)
    for i in range(files):
        words = " ".join(str(n) for n in rng.integers(0, 10**9, 12_000))
        write(tmp_path / "files" / f"{i:02}.txt", words)
    library = open_library(small_disk, HashingEmbedder(), longest=4_000)
    reported: list[str] = []
    with pytest.raises(LibraryFull, match="no room left"):
        for report in library.add([tmp_path / "files"]):
            assert report.outcome == "added"
            reported.append(report.name)
    assert [d.name for d in library.documents()] == reported
    library.refresh()
    with pytest.raises(LibraryFull, match="no room left"):
        library.add_bytes(b"more words " * 90_000, "more.txt")
    library.close()
    enlarge(small_disk)
    again = open_library(small_disk, HashingEmbedder(), longest=4_000)
    assert again.check() == []
    assert len(list(again.add([tmp_path / "files"]))) == files
    assert again.status().documents == files
    assert again.check() == []
    again.close()


def test_small_libraries_are_purged_at_once() -> None:
    assert derived.PURGED_AT_ONCE >= 10_000
