"""A library whose vectors are in Milvus, from the setting to the answer, and what goes wrong."""

from __future__ import annotations

import fcntl
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from milvus_lite.adapter.grpc.server import start_server_in_thread
from milvus_lite.db import LOCK_FILENAME

import rag
from rag.errors import LibraryBroken, LibraryBusy, SettingError
from rag.library import Library
from rag.milvus import MilvusConnection, MilvusIndex
from rag.milvus import connection as room
from rag.retrieve import Retriever
from rag.settings import Settings, read_settings
from rag.store import SQLiteStore
from tests.fakes import HashingEmbedder
from tests.shelves import EMBEDDER, put
from tests.test_vectors import ask
from tests.test_worker import until


def find(library: Library, question: str) -> str:
    library.refresh()
    retriever = Retriever(library.store, library.vectors, library.words, HashingEmbedder())
    return retriever.retrieve(question, 1)[0].text


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_library_is_searched_in_milvus(
    request: pytest.FixtureRequest, milvus: MilvusConnection, tmp_path: Path, kind: str
) -> None:
    address = request.getfixturevalue("address") if kind == "postgresql" else ""
    chosen = Settings(index=tmp_path / "index", library=address, vectors=milvus.place)
    (tmp_path / "sea.txt").write_text("Ships sail the sea.\n")
    (tmp_path / "sky.txt").write_text("Clouds bring rain.\n")
    with_milvus = Library.open(chosen, HashingEmbedder())
    list(with_milvus.add([tmp_path / "sea.txt", tmp_path / "sky.txt"]))
    assert find(with_milvus, "ships") == "Ships sail the sea.\n"
    with_milvus.remove(["sky.txt"])
    assert find(with_milvus, "rain") == "Ships sail the sea.\n"
    assert with_milvus.vector_state().search == "HNSW in Milvus"
    assert with_milvus.check() == []
    assert not (tmp_path / "index" / "vectors").exists()
    (name,) = [
        name
        for name in milvus.call("list_collections")
        if f"_{with_milvus.store.library_id}_" in name
    ]
    milvus.call("delete", name, ids=with_milvus.store.chunk_ids())
    assert with_milvus.check() == ["The vector index lacks 1 passages and has 0 that are gone."]
    assert with_milvus.check(repair=True) == []
    with_milvus.close()


def test_a_server_that_is_not_there_is_told_in_a_sentence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    chosen = Settings(index=tmp_path / "index", vectors="http://me:s3cret@127.0.0.1:1/books")
    library = Library.open(chosen, HashingEmbedder())
    (tmp_path / "sea.txt").write_text("Ships sail the sea.\n")
    for act in (lambda: list(library.add([tmp_path / "sea.txt"])), library.refresh, library.check):
        with pytest.raises(
            LibraryBroken, match=r"Milvus at 127\.0\.0\.1:1 cannot be reached"
        ) as it:
            act()
        assert "s3cret" not in str(it.value) + caplog.text + repr(chosen)
    with pytest.raises(LibraryBroken, match="RAG_VECTORS"):
        library.vector_state()
    assert library.status().documents == 1  # the store is the truth, and has it
    library.close()


def test_a_server_that_goes_away_is_told_and_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "SECONDS", 0.5)
    store = SQLiteStore(tmp_path / "library.sqlite")
    put(store, "sea.txt", "ships sail the sea\n")
    server, database, port = start_server_in_thread(str(tmp_path / "data"))
    index = MilvusIndex(MilvusConnection(f"http://127.0.0.1:{port}"), store)
    index.follow(store, EMBEDDER.name, save=True)
    found = ask(index, "sea")
    server.stop(None).wait()
    database.close()
    with pytest.raises(LibraryBroken, match="cannot be reached"):
        ask(index, "sea")
    server, database, _ = start_server_in_thread(str(tmp_path / "data"), port=port)

    def is_back() -> bool:  # the client waits a little longer each time before it tries again
        with suppress(LibraryBroken):
            return ask(index, "sea") == found
        return False

    until(is_back)
    server.stop(None).wait()
    database.close()
    store.close()


def test_a_server_that_takes_its_time_is_told(
    milvus: MilvusConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    milvus.call("list_collections")
    monkeypatch.setattr(room, "SECONDS", -1.0)  # over before it begins, however quick Milvus is
    with pytest.raises(LibraryBusy, match="has not answered"):
        milvus.call("list_collections")


def test_a_file_that_another_process_has_open_is_told(tmp_path: Path) -> None:
    (tmp_path / "vectors.db").mkdir()
    with (tmp_path / "vectors.db" / LOCK_FILENAME).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(LibraryBusy, match="other process"):
            MilvusConnection(str(tmp_path / "vectors.db")).call("list_collections")


def test_addresses_and_paths_that_milvus_can_have() -> None:
    assert read_settings({}).vectors == ""
    for right in ("http://h:19530", "https://key@h/books", "vectors.db", "/var/lib/vectors.db"):
        assert read_settings({"RAG_VECTORS": right}).vectors == right
    for wrong in ("milvus", "tcp://me:s3cret@h:19530", "tcp://me:s3cret@h/x.db", "s3cret"):
        with pytest.raises(SettingError, match="RAG_VECTORS is neither") as refused:
            read_settings({"RAG_VECTORS": wrong})
        assert "s3cret" not in str(refused.value)


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("rag.milvus")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(rag, "milvus")
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(SettingError, match=r"pip install -r requirements-milvus\.txt"):
        Library.open(Settings(index=tmp_path, vectors="vectors.db"), HashingEmbedder())
