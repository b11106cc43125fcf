"""What Milvus adds to the contract of a vector index: crashes, long filters, other processes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.errors import LibraryBroken, LibraryBusy
from rag.milvus import MilvusConnection, MilvusIndex
from rag.milvus import index as room
from rag.store import SQLiteStore
from tests.shelves import EMBEDDER, filled_store, put
from tests.test_vectors import TEXTS, WORDS, ask

MODEL = EMBEDDER.name
WRITES = {"create_collection", "insert", "upsert", "delete", "flush", "drop_collection"}


class Died(Exception):
    """The process ended here."""


class Mortal:
    """A connection that breaks off after so many calls that write."""

    def __init__(self, milvus: MilvusConnection, writes: int) -> None:
        self._milvus = milvus
        self._left = writes
        self.told = milvus.told

    def call(self, method: str, *values: Any, **options: Any) -> Any:
        if method in WRITES:
            if self._left == 0:
                raise Died
            self._left -= 1
        return self._milvus.call(method, *values, **options)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteStore]:
    with filled_store(tmp_path, TEXTS) as store:
        yield store


def open_index(milvus: MilvusConnection, store: SQLiteStore, save: bool = True) -> MilvusIndex:
    index = MilvusIndex(milvus, store)
    index.follow(store, MODEL, save)
    return index


def holds(index: MilvusIndex, store: SQLiteStore) -> bool:
    held, wanted = index.read_all(), store.vectors_of(store.chunk_ids(), MODEL)
    return held.keys() == wanted.keys() and all((held[i] == row).all() for i, row in wanted.items())


def change(store: SQLiteStore, number: int = 0) -> None:
    """Removes a document and puts in another, ``number``."""
    store.remove(store.documents()[-1].id)
    put(store, f"{number}.txt", f"a new passage {number}\nand one more\n")


def collections(milvus: MilvusConnection, store: SQLiteStore) -> list[str]:
    return [n for n in milvus.call("list_collections") if f"_{store.library_id}_" in n]


@pytest.mark.parametrize("doing", ["build", "follow", "rebuild"])
def test_whoever_dies_in_the_middle_leaves_nothing_wrong(
    milvus: MilvusConnection,
    store: SQLiteStore,
    monkeypatch: pytest.MonkeyPatch,
    doing: str,
) -> None:
    monkeypatch.setattr(room, "ROWS_AT_A_TIME", 4)
    monkeypatch.setattr(room, "IDS_AT_A_TIME", 1)
    if doing != "build":
        open_index(milvus, store)
    for writes in range(20):
        if doing == "follow":
            change(store, writes)
        dying = MilvusIndex(Mortal(milvus, writes), store)  # type: ignore[arg-type]
        try:
            if doing == "rebuild":
                dying.rebuild(store, MODEL)
            else:
                dying.follow(store, MODEL, save=True)
        except Died:
            assert not dying.is_level(store, MODEL)
        else:
            assert writes > 3
            assert len(collections(milvus, store)) == 1
            return
        if doing == "follow":
            reader = open_index(milvus, store, save=False)
            assert not reader.is_level(store, MODEL)
            if writes % 2:  # what it may have put into Milvus goes before anybody follows
                store.remove(store.find(f"{writes}.txt")[0].id)
        follower = open_index(milvus, store)
        assert follower.is_level(store, MODEL)
        assert holds(follower, store)
        if doing == "build":
            for name in collections(milvus, store):
                milvus.call("drop_collection", name)
    raise AssertionError("It never came to its end.")


@pytest.mark.parametrize("exact_up_to", [0, 300])
def test_few_are_compared_one_by_one_and_a_long_list_is_asked_in_parts(
    milvus: MilvusConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exact_up_to: int
) -> None:
    monkeypatch.setattr(room, "EXACT_UP_TO", exact_up_to)
    store = SQLiteStore(tmp_path / "many.sqlite")
    rng = np.random.default_rng(0)
    for number in range(5):
        lines = (" ".join(rng.choice(WORDS, 12)) for _ in range(200))
        put(store, f"{number}.txt", "".join(f"{line} {number}\n" for line in lines))
    index = open_index(milvus, store)
    monkeypatch.setattr(room, "IDS_AT_A_TIME", 90)
    rows = store.vectors_of(store.chunk_ids(), MODEL)
    ids = list(rows)
    for among in (None, ids[::3], ids[:200], ids[-20:]):
        for _ in range(10):
            question = EMBEDDER.embed_question(" ".join(rng.choice(WORDS, 5)))
            scores = {id_: float(rows[id_] @ question) for id_ in among or ids}
            wanted = sorted(scores, key=lambda id_: (-scores[id_], id_))[:10]
            assert [id_ for id_, _ in index.search(question, 10, among)] == wanted
    store.close()


def test_ties_are_told_apart_by_id(milvus: MilvusConnection, store: SQLiteStore) -> None:
    for number in range(12):
        put(store, f"{number}.txt", f"the same\n{number}\n")
    index = open_index(milvus, store)
    same = sorted(id_ for id_, c in store.chunks(store.chunk_ids()).items() if "same" in c.text)
    assert [id_ for id_, _ in index.search(EMBEDDER.embed_question("the same"), 5)] == same[:5]


def test_what_another_process_builds_anew_is_found(
    milvus: MilvusConnection, store: SQLiteStore
) -> None:
    index = open_index(milvus, store)
    found = ask(index, "ships on the sea")
    MilvusIndex(milvus, store).rebuild(store, MODEL)
    assert [i for i, _ in ask(index, "ships on the sea")] == [i for i, _ in found]


def test_what_a_person_drops_is_told_once_and_built_anew(
    milvus: MilvusConnection, store: SQLiteStore
) -> None:
    index = open_index(milvus, store)
    milvus.call("drop_collection", *collections(milvus, store))
    with pytest.raises(LibraryBroken, match="ask again"):
        ask(index, "sea")
    with pytest.raises(LibraryBusy, match="about to be built"):
        ask(index, "sea")  # nothing is found as though there were nothing
    assert not index.is_level(store, MODEL)
    index.follow(store, MODEL, save=True)
    assert holds(index, store)


def test_only_who_may_save_writes(milvus: MilvusConnection, store: SQLiteStore) -> None:
    with pytest.raises(LibraryBusy, match="about to be built"):
        open_index(milvus, store, save=False)
    index = open_index(milvus, store)
    change(store)
    reader = open_index(milvus, store, save=False)
    assert reader.is_open(store.library_id)
    assert not reader.is_level(store, MODEL)
    index.follow(store, MODEL, save=True)
    reader.follow(store, MODEL, save=False)
    assert reader.is_level(store, MODEL)
    assert holds(reader, store)


def test_another_library_or_model_is_kept_apart(
    milvus: MilvusConnection, store: SQLiteStore, tmp_path: Path
) -> None:
    index = open_index(milvus, store)
    other = SQLiteStore(tmp_path / "other.sqlite")
    put(other, "one.txt", "another library\n")
    assert len(ask(open_index(milvus, other), "sea", 9)) == 1
    assert len(ask(index, "sea", 9)) == len(store.chunk_ids())
    index.follow(store, "another model", save=True)
    assert ask(index, "sea") == []
    index.follow(store, MODEL, save=True)
    assert holds(index, store)
    other.close()
