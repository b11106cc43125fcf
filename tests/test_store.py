from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from rag.errors import LibraryBroken, LibraryBusy, UnknownDocument
from rag.records import Block, Page, RemovedDocument, Source
from rag.store import SQLiteStore, changes, connections, removed, schema
from tests.shelves import EMBEDDER, make_document, make_source, put


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteStore]:
    store = SQLiteStore(tmp_path / "library.sqlite")
    yield store
    store.close()


def test_keeps_what_was_put(store: SQLiteStore) -> None:
    text = "Ünï😀\x00code\nsecond line\n"
    document = make_document(
        text, title="A title", headings=("Top", "Näxt"), pages=(Page(1, 0, 11),)
    )
    store.put(document, make_source("b.txt"))
    kept = store.document(document.id)
    assert kept is not None
    assert (kept.name, kept.title, kept.names) == ("b.txt", "A title", ("b.txt",))
    assert (kept.pages, kept.characters, kept.chunks) == (1, len(text), 2)
    assert store.text(document.id) == text
    assert store.blocks(document.id) == list(document.parsed.blocks)
    assert store.pages(document.id) == [Page(1, 0, 11)]
    assert store.sources(document.id) == [make_source("b.txt")]
    chunks = store.chunks(store.chunk_ids([document.id]))
    assert "".join(chunk.text for chunk in chunks.values()) == text
    assert {chunk.headings for chunk in chunks.values()} == {("Top", "Näxt")}
    assert [content for _, content in store.contents(document.id)] == list(document.vectors)


def test_documents_are_ordered_and_found(store: SQLiteStore) -> None:
    b, a = put(store, "b.txt", "one\n"), put(store, "a.txt", "two\n")
    store.add_source(b, Source("b.txt", "upload", "", 4))
    put(store, "c.txt", "three\n")
    assert [d.name for d in store.documents()] == ["a.txt", "b.txt", "c.txt"]
    assert [d.id for d in store.find("b.txt")] == [d.id for d in store.find(b)] == [b]
    assert store.find("nothing") == []
    assert store.document("nothing") is None
    assert store.chunk_ids([a, "nothing"]) == store.chunk_ids([a])
    with pytest.raises(UnknownDocument, match="nothing"):
        store.text("nothing")


def test_the_same_bytes_under_two_names_are_one_document(store: SQLiteStore) -> None:
    id_ = put(store, "z.txt", "same\n")
    store.add_source(id_, make_source("a.txt"))
    (document,) = store.documents()
    assert document.names == ("a.txt", "z.txt")
    assert document.title == "a"
    assert store.remove_sources(["/shelf/a.txt"]) == []
    assert store.documents()[0].names == ("z.txt",)
    assert store.remove_sources(["/shelf/z.txt"]) == [id_]
    assert store.documents() == []


def test_a_changed_file_replaces_its_former_version(store: SQLiteStore) -> None:
    old = put(store, "a.txt", "shared\nold\n")
    new = put(store, "a.txt", "shared\nnew\n")
    assert [d.id for d in store.documents()] == [new]
    assert store.source_at("/shelf/a.txt") == (new, make_source("a.txt"))
    assert store.chunk_ids([old]) == []
    assert store.counts().vectors == 2


def test_ids_of_chunks_are_never_used_again(store: SQLiteStore) -> None:
    first = put(store, "a.txt", "one\n")
    used = store.chunk_ids()
    store.remove(first)
    put(store, "a.txt", "one\n")
    assert not set(used) & set(store.chunk_ids())


def test_sources_under_a_folder_are_those_below_it(store: SQLiteStore) -> None:
    for folder in ("/a/b", "/a/b/c", "/a/bc", "/a/b!", "/a"):
        store.put(make_document(f"{folder}\n"), make_source("x", folder))
    assert sorted(store.sources_under("/a/b")) == ["/a/b/c/x", "/a/b/x"]
    assert len(store.sources_under("/a/")) == 5
    assert len(store.sources_under("/")) == 5


def test_touching_a_source_is_no_change(store: SQLiteStore) -> None:
    put(store, "a.txt", "one\n")
    before = store.generation()
    store.touch([Source("a.txt", "file", "/shelf/a.txt", 10, 99)])
    assert store.source_at("/shelf/a.txt")[1].modified_ns == 99  # type: ignore[index]
    assert store.generation() == before


def test_changes_tell_what_came_and_went(
    store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = put(store, "a.txt", "one\ntwo\n")
    seen = store.generation()
    gone = store.chunk_ids([a])
    b = put(store, "b.txt", "three\n")
    store.remove(a)
    told = store.changes_since(seen)
    assert told is not None
    assert (told.generation, told.removed) == (store.generation(), tuple(gone))
    assert told.added == tuple(store.chunk_ids([b]))
    assert store.changes_since(store.generation() + 1) is None
    monkeypatch.setattr(changes, "REMEMBERED_REMOVALS", 1)
    put(store, "c.txt", "x\ny\nz\n")
    store.remove(store.find("c.txt")[0].id)
    assert store.changes_since(seen) is None


def test_vectors_are_kept_by_content_and_model(store: SQLiteStore) -> None:
    id_ = put(store, "a.txt", "one\ntwo\n")
    contents = [content for _, content in store.contents(id_)]
    assert store.known_vectors(EMBEDDER.name, [*contents, b"x"]) == set(contents)
    assert store.known_vectors("another", contents) == set()
    ids = store.chunk_ids()
    assert store.without_vector(EMBEDDER.name) == []
    assert store.without_vector("another") == ids
    found = store.vectors_of([*ids, 99], EMBEDDER.name)
    assert list(found) == ids
    assert found[ids[0]] @ EMBEDDER.embed_question("one\n") == pytest.approx(1, abs=2e-3)
    store.put_vectors("another", {contents[0]: np.ones(3, dtype=np.float16)})
    assert list(store.vectors_of(ids, "another")) == ids[:1]
    store.remove(id_)
    assert store.counts().vectors == 0


def test_a_vector_stays_while_another_chunk_needs_it(store: SQLiteStore) -> None:
    a = put(store, "a.txt", "shared\nalone\n")
    b = put(store, "b.txt", "shared\nother\n")
    assert store.counts().vectors == 3
    store.remove(a)
    assert store.counts().vectors == 2
    assert store.without_vector(EMBEDDER.name) == []
    assert store.chunk_ids() == store.chunk_ids([b])


def test_a_failed_change_leaves_nothing(
    store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = put(store, "a.txt", "old\n")
    before = store.generation()
    monkeypatch.setattr(changes, "put_vectors", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        store.put(make_document("new\n"), make_source("a.txt"))
    assert [d.id for d in store.documents()] == [old]
    assert store.generation() == before


def test_many_threads_read_while_one_writes(store: SQLiteStore) -> None:
    failures: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                for document in store.documents():
                    ids = store.chunk_ids([document.id])
                    texts = store.chunks(ids)
                    assert len(texts) in (0, 2)
        except BaseException as error:  # noqa: BLE001 - handed to the test
            failures.append(error)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for i in range(20):
        put(store, "a.txt", f"first {i}\nsecond {i}\n")
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert store.counts().documents == 1


def test_two_stores_on_one_file_see_each_other(store: SQLiteStore, tmp_path: Path) -> None:
    other = SQLiteStore(tmp_path / "library.sqlite")
    put(store, "a.txt", "one\n")
    assert other.library_id == store.library_id
    assert [d.name for d in other.documents()] == ["a.txt"]
    other.close()


def test_a_writer_in_the_way_is_told(
    store: SQLiteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "BUSY_SECONDS", 0.05)
    other = sqlite3.connect(tmp_path / "library.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = SQLiteStore(tmp_path / "library.sqlite")
    with pytest.raises(LibraryBusy, match="try again"):
        put(waiting, "a.txt", "one\n")
    assert waiting.documents() == []
    other.close()
    waiting.close()


def test_a_newer_library_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    SQLiteStore(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LibraryBroken, match="newer Footnote"):
        SQLiteStore(path)


def test_an_older_library_is_upgraded_or_left_as_it_was(tmp_path: Path) -> None:
    def add_column(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE documents ADD COLUMN language TEXT")

    def fail(connection: sqlite3.Connection) -> None:
        raise ZeroDivisionError

    path = tmp_path / "library.sqlite"
    store = SQLiteStore(path)
    put(store, "a.txt", "one\n")
    store.close()
    connection = connections.connect(path)
    newest = schema.NEWEST
    with pytest.raises(ZeroDivisionError):
        schema.upgrade(connection, (*schema.MIGRATIONS, add_column, fail))
    columns = connection.execute("SELECT count(*) FROM pragma_table_info('documents')").fetchone()
    schema.upgrade(connection, (*schema.MIGRATIONS, add_column))
    after = connection.execute("SELECT count(*) FROM pragma_table_info('documents')").fetchone()
    assert after[0] == columns[0] + 1
    assert connection.execute("PRAGMA user_version").fetchone() == (newest + 1,)
    assert connection.execute("SELECT language FROM documents").fetchall() == [(None,)]
    connection.close()


@pytest.mark.parametrize(
    "content", [b"not a database" * 100, b"SQLite format 3\x00" + b"\xff" * 5000]
)
def test_a_damaged_file_is_told_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "library.sqlite"
    path.write_bytes(content)
    with pytest.raises(LibraryBroken, match=r"library\.sqlite"):
        SQLiteStore(path)


def test_soundness_is_checked(store: SQLiteStore, tmp_path: Path) -> None:
    put(store, "a.txt", "one\n")
    assert store.problems() == []
    with sqlite3.connect(tmp_path / "library.sqlite") as connection:
        connection.execute("DELETE FROM documents")
    connection.close()
    assert any("refers to a row" in problem for problem in store.problems())


def test_nothing_removed_stays_on_disk(store: SQLiteStore, tmp_path: Path) -> None:
    put(store, "keep.txt", "".join(f"line {i}\n" for i in range(500)))
    secret = put(store, "secret-name.txt", "the xylophonist\n" * 300, title="xylophonist")
    store.remove(secret)
    assert store.erase_traces()
    for path in tmp_path.iterdir():
        data = path.read_bytes()
        assert b"xylophonist" not in data
        assert b"secret-name" not in data


def test_what_was_removed_is_put_back_as_it_was(store: SQLiteStore) -> None:
    text = "Ünï😀\x00code\nsecond line\n"
    id_ = put(store, "b.txt", text, title="A title", headings=("Näxt",), pages=(Page(1, 0, 9),))
    put(store, "keep.txt", "second line\n")
    before, seen = store.document(id_), store.generation()
    contents, vectors = store.contents(id_), store.counts().vectors
    old_chunks = store.chunk_ids([id_])
    store.remove(id_, until=99.0)
    assert store.document(id_) is None
    assert store.counts().vectors == 1
    assert store.removed() == [RemovedDocument(id_, "b.txt", 99.0)]
    assert (store.unerased(98.0), store.unerased(99.0)) == ([], [id_])
    assert store.put_back([id_, "nothing"]) == [id_]
    assert (store.document(id_), store.text(id_), store.contents(id_)) == (before, text, contents)
    assert store.blocks(id_) == [Block(0, len(text), "paragraph")]
    assert store.pages(id_) == [Page(1, 0, 9)]
    assert store.sources(id_) == [make_source("b.txt")]
    assert store.without_vector(EMBEDDER.name) == []
    assert store.counts().vectors == vectors
    assert not store.has_traces()
    told = store.changes_since(seen)
    assert told is not None
    assert told.removed == tuple(old_chunks)
    assert told.added == tuple(store.chunk_ids([id_]))
    assert (store.removed(), store.unerased(), store.put_back([id_])) == ([], [], [])
    assert store.problems() == []


def test_tables_that_came_later_are_carried_too(
    store: SQLiteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = (("pairs", "one"), ("pairs", "other"), ("notes", "document"))
    monkeypatch.setattr(removed, "BELONGING", (*removed.BELONGING, *added))
    a, b, c = (put(store, f"{name}.txt", f"{name}\n") for name in "abc")
    with closing(connections.connect(tmp_path / "library.sqlite")) as connection:
        connection.execute(
            "CREATE TABLE pairs (one TEXT REFERENCES documents (id) ON DELETE CASCADE, "
            "other TEXT REFERENCES documents (id) ON DELETE CASCADE, PRIMARY KEY (one, other))"
        )
        connection.execute(
            "CREATE TABLE notes (number INTEGER PRIMARY KEY, note, "
            "document TEXT REFERENCES documents (id) ON DELETE CASCADE)"
        )
        connection.executemany("INSERT INTO pairs VALUES (?, ?)", [(a, b), (b, c)])
        connection.execute("INSERT INTO notes VALUES (7, x'0102', ?)", (b,))
        store.remove(b, until=99.0)
        store.remove(c)
        assert (
            connection.execute("SELECT * FROM pairs UNION ALL SELECT 1, 1 FROM notes").fetchall()
            == []
        )
        assert store.put_back([b]) == [b]
        assert connection.execute("SELECT * FROM pairs").fetchall() == [(a, b)]
        assert connection.execute("SELECT note FROM notes").fetchall() == [(b"\x01\x02",)]


def test_a_library_that_starts_afresh_can_be_followed_by_no_index(store: SQLiteStore) -> None:
    put(store, "a.txt", "one\n")
    id_, seen = store.library_id, store.generation()
    store.start_afresh(above=40)
    assert store.library_id != id_
    assert store.generation() == 41
    assert store.changes_since(seen) is None
    assert store.changes_since(41) is not None
    store.start_afresh(above=0)
    assert store.generation() == 42
    assert store.problems() == []


def test_what_is_kept_of_a_removal_can_be_dropped(store: SQLiteStore, tmp_path: Path) -> None:
    id_ = put(store, "a.txt", "the xylophonist\n" * 300)
    store.add_source(id_, Source("a.txt", "upload", "", 9))
    sha256 = make_document("the xylophonist\n" * 300).sha256
    assert not store.has_traces()
    store.remove(id_, until=99.0)
    assert store.uploaded() == {sha256}
    store.drop_kept([id_])
    assert (store.uploaded(), store.removed(), store.put_back([id_])) == (set(), [], [])
    assert store.unerased() == [id_]
    assert store.has_traces()
    assert store.erase_traces()
    assert not store.has_traces()
    store.confirm_erased([id_])
    assert store.unerased() == []
    assert b"xylophonist" not in (tmp_path / "library.sqlite").read_bytes()
    store.remove("nothing", until=99.0)
    assert store.unerased() == []


def test_nothing_is_pickled(store: SQLiteStore, tmp_path: Path) -> None:
    put(store, "a.txt", "one\n")
    with sqlite3.connect(tmp_path / "library.sqlite") as connection:
        blocks, size = connection.execute(
            "SELECT blocks, (SELECT length(vector) FROM vectors) FROM texts"
        ).fetchone()
    connection.close()
    assert json.loads(blocks) == [[0, 4, "paragraph", 0]]
    assert size == 2 * EMBEDDER.dimension
