from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.store import LibraryStore, SQLiteStore
from rag.words import TantivyIndex, WordIndex
from tests.shelves import filled_store, put

TEXTS = {
    "bank.txt": "The Central Bank of Russia wants an almost complete ban.\nMining needs power.\n",
    "sea.txt": "Ships sail the sea.\nThe harbour is deep.\nCafé Müller sells fish.\n",
    "sky.txt": "Clouds bring rain to 259-FZ.\nПравительство одобрило законопроект.\n",
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteStore]:
    with filled_store(tmp_path, TEXTS) as store:
        yield store


def open_index(store: SQLiteStore, folder: Path) -> TantivyIndex:
    index = TantivyIndex(folder)
    index.follow(store)
    return index


def found(store: LibraryStore, index: WordIndex, query: str, **options: object) -> list[str]:
    ids = [id_ for id_, _ in index.search(query, 5, **options)]  # type: ignore[arg-type]
    chunks = store.chunks(ids)
    return [chunks[id_].text.strip() for id_ in ids]


def replace_file(path: Path, data: bytes) -> None:
    """Not in place: an index that is still open has mapped the old file, and would die of it."""
    new = path.with_name("new")
    new.write_bytes(data)
    new.replace(path)


@pytest.mark.parametrize("harm", ["cut", "garbled", "deleted", "no stamp", "bad stamp", "no meta"])
def test_harmed_files_are_built_anew(store: SQLiteStore, tmp_path: Path, harm: str) -> None:
    folder = tmp_path / "words"
    before = open_index(store, folder).search("sea bank rain", 9)
    path = max(folder.iterdir(), key=lambda path: path.stat().st_size * (path.suffix != ".json"))
    data = path.read_bytes()
    if harm == "cut":
        replace_file(path, data[: len(data) // 2])
    elif harm == "garbled":
        replace_file(path, data[:9] + bytes([data[9] ^ 255]) + data[10:])
    elif harm == "deleted":
        path.unlink()
    elif harm == "no meta":
        (folder / "meta.json").unlink()
    else:
        (folder / "stamp.json").write_text("{" if harm == "bad stamp" else "")
    if harm in ("cut", "garbled", "deleted"):
        (problem,) = TantivyIndex(folder).problems(store)
        assert path.name in problem
    assert open_index(store, folder).search("sea bank rain", 9) == before


def test_changes_applied_twice_do_no_harm(store: SQLiteStore, tmp_path: Path) -> None:
    folder = tmp_path / "words"
    open_index(store, folder)
    stamp = (folder / "stamp.json").read_bytes()
    put(store, "new.txt", "A new passage.\n")
    open_index(store, folder)
    (folder / "stamp.json").write_bytes(stamp)  # as if the writer had died before the stamp
    index = open_index(store, folder)
    assert index.read_ids() == set(store.chunk_ids())
    assert len(index.search("passage", 9)) == 1


def test_an_index_in_memory_gives_way_to_files(store: SQLiteStore, tmp_path: Path) -> None:
    index = TantivyIndex(tmp_path / "words")
    index.build_in_memory(store)
    assert found(store, index, "harbour") == ["The harbour is deep."]
    assert not (tmp_path / "words").exists()
    put(store, "new.txt", "Something about zebras.\n")
    open_index(store, tmp_path / "words")
    assert index.reopen(store)
    assert found(store, index, "zebra") == ["Something about zebras."]


def test_a_rebuilt_index_keeps_no_removed_word(store: SQLiteStore, tmp_path: Path) -> None:
    put(store, "secret.txt", "The password is xylophonist.\n")
    index = open_index(store, tmp_path / "words")
    store.remove(store.find("secret.txt")[0].id)
    index.follow(store)
    assert index.deleted == 1
    index.rebuild(store)
    assert index.deleted == 0
    for path in (tmp_path / "words").iterdir():
        assert b"xylophon" not in path.read_bytes()


@pytest.mark.parametrize("registered", [True, False])
def test_what_a_dead_writer_left_is_no_hindrance(
    store: SQLiteStore, tmp_path: Path, registered: bool
) -> None:
    folder = tmp_path / "words"
    open_index(store, folder)
    shutil.copytree(folder, tmp_path / "before")
    store.remove(store.find("sky.txt")[0].id)
    open_index(store, folder)
    # As if the writer had died after the list of deletions, before the commit: the next one would
    # give its own list the same name.
    (deletions,) = folder.glob("*.del")
    shutil.copy(deletions, tmp_path / "before")
    if registered:
        shutil.copy(folder / ".managed.json", tmp_path / "before")
    index = open_index(store, tmp_path / "before")
    assert index.read_ids() == set(store.chunk_ids())
