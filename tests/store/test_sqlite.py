"""What SQLite does in its own way."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import LibraryBroken, LibraryBusy
from rag.records import Source
from rag.store import SQLiteStore, connections, removed, schema
from tests.shelves import EMBEDDER, make_document, put


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteStore]:
    store = SQLiteStore(tmp_path / "library.sqlite")
    yield store
    store.close()


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
