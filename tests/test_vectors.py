from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import vectors as room
from rag.store import SQLiteStore
from rag.vectors import FaissIndex, VectorIndex
from tests.shelves import EMBEDDER, put

TEXTS = {
    "bank.txt": "the central bank wants a ban\nmining needs much power\n",
    "sea.txt": "ships sail the sea\nthe harbour is deep\nfish swim\n",
    "sky.txt": "clouds bring rain\n",
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteStore]:
    store = SQLiteStore(tmp_path / "library.sqlite")
    for name, text in TEXTS.items():
        put(store, name, text)
    yield store
    store.close()


def open_index(store: SQLiteStore, folder: Path, save: bool = True) -> FaissIndex:
    index = FaissIndex(folder)
    index.follow(store, EMBEDDER.name, save)
    return index


def ask(index: VectorIndex, text: str, k: int = 3, among: list[int] | None = None) -> list[object]:
    return list(index.search(EMBEDDER.embed_question(text), k, among))


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("harm", ["cut", "garbled", "deleted", "misnamed"])
def test_a_harmed_file_is_built_anew(store: SQLiteStore, tmp_path: Path, harm: str) -> None:
    folder = tmp_path / "vectors"
    before = ask(open_index(store, folder), "ships on the sea")
    (path,) = folder.iterdir()
    data = path.read_bytes()
    if harm == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif harm == "garbled":
        path.write_bytes(data[:200] + bytes(20) + data[220:])
    elif harm == "deleted":
        path.unlink()
    else:
        path.rename(folder / "old.faiss")
    if harm in ("cut", "garbled"):
        assert FaissIndex(folder).problems() == [f"The vector index {path.name} is damaged."]
    assert ask(open_index(store, folder), "ships on the sea") == before
    assert files(folder) == [path.name]


def test_an_older_file_is_brought_level(store: SQLiteStore, tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    open_index(store, folder)
    old = files(folder)
    put(store, "new.txt", "a new passage\n")
    store.remove(store.find("sky.txt")[0].id)
    follower = open_index(store, folder)
    fresh = open_index(store, tmp_path / "fresh")
    assert ask(follower, "a new passage", 9) == ask(fresh, "a new passage", 9)
    assert files(folder) == files(tmp_path / "fresh") != old


def test_a_file_of_another_library_or_model_is_not_used(
    store: SQLiteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "vectors"
    open_index(store, folder)
    other = SQLiteStore(tmp_path / "other.sqlite")
    assert ask(open_index(other, folder), "sea") == []
    index = FaissIndex(folder)
    index.follow(store, "another model", save=False)
    assert ask(index, "sea") == []
    other.close()


def test_only_who_may_save_writes(store: SQLiteStore, tmp_path: Path) -> None:
    index = open_index(store, tmp_path / "vectors", save=False)
    assert len(ask(index, "sea")) == 3
    assert not (tmp_path / "vectors").exists()


def test_the_file_of_a_large_index_lags_behind_small_additions(
    store: SQLiteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "SMALL_CHUNKS", 0)
    monkeypatch.setattr(room, "LAG_SHARE", 0.5)
    folder = tmp_path / "vectors"
    index = open_index(store, folder)

    def put_and_look(lines: int) -> list[str]:
        put(store, "new.txt", "".join(f"passage {i}\n" for i in range(lines)))
        index.follow(store, EMBEDDER.name, save=True)
        return files(folder)

    before = files(folder)
    assert put_and_look(1) == before
    assert ask(open_index(store, folder, save=False), "passage", 9) == ask(index, "passage", 9)
    assert put_and_look(9) != before


def test_the_file_of_a_small_index_is_level(store: SQLiteStore, tmp_path: Path) -> None:
    folder = tmp_path / "vectors"
    index = open_index(store, folder)
    put(store, "new.txt", "a new passage\n")
    index.follow(store, EMBEDDER.name, save=True)
    (name,) = files(folder)
    assert f"-{store.generation()}-" in name


def test_what_is_removed_leaves_the_file_at_once(
    store: SQLiteStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "SMALL_CHUNKS", 0)
    folder = tmp_path / "vectors"
    index = open_index(store, folder)
    before = files(folder)
    store.remove(store.find("sky.txt")[0].id)
    index.follow(store, EMBEDDER.name, save=True)
    assert files(folder) != before
