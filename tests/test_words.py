from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.store import SQLiteStore
from rag.words import MOST_QUERY_WORDS, TantivyIndex
from tests.shelves import make_source, put

TEXTS = {
    "bank.txt": "The Central Bank of Russia wants an almost complete ban.\nMining needs power.\n",
    "sea.txt": "Ships sail the sea.\nThe harbour is deep.\nCafé Müller sells fish.\n",
    "sky.txt": "Clouds bring rain to 259-FZ.\nПравительство одобрило законопроект.\n",
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteStore]:
    store = SQLiteStore(tmp_path / "library.sqlite")
    for name, text in TEXTS.items():
        put(store, name, text)
    yield store
    store.close()


@pytest.fixture
def index(store: SQLiteStore, tmp_path: Path) -> TantivyIndex:
    return open_index(store, tmp_path / "words")


def open_index(store: SQLiteStore, folder: Path) -> TantivyIndex:
    index = TantivyIndex(folder)
    index.follow(store)
    return index


def found(store: SQLiteStore, index: TantivyIndex, query: str, **options: object) -> list[str]:
    ids = [id_ for id_, _ in index.search(query, 5, **options)]  # type: ignore[arg-type]
    chunks = store.chunks(ids)
    return [chunks[id_].text.strip() for id_ in ids]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("What does the central bank want?", "The Central Bank of Russia wants"),
        ("BANKS", "The Central Bank"),
        ("sailing ship", "Ships sail"),
        ("cafe muller", "Café Müller"),
        ("cafe\u0301", "Café Müller"),
        ("259-FZ", "Clouds bring rain to 259-FZ"),
        ("правительство", "Правительство"),
        ("ﬁsh", "Café Müller sells fish"),
    ],
)
def test_finds_by_words(store: SQLiteStore, index: TantivyIndex, query: str, text: str) -> None:
    assert found(store, index, query)[0].startswith(text)


@pytest.mark.parametrize(
    "query",
    [
        "", " ", "?", "the of and", "zzz", 'title:"bank" AND (', "body:bank -sea +",
        "a^b~2 [x TO y]",
        "bank\x00sea", "\ud83d", "* ? \\ /", "NOT", "🐟", "chunk:1",
    ],
)  # fmt: skip
def test_a_query_is_never_syntax(index: TantivyIndex, query: str) -> None:
    index.search(query, 5)


def test_operators_are_words(store: SQLiteStore, index: TantivyIndex) -> None:
    assert found(store, index, "sea NOT sail") == found(store, index, "sea sail")


def test_stop_words_count_where_nothing_else_is_asked(
    store: SQLiteStore, index: TantivyIndex
) -> None:
    assert found(store, index, "of an") == [
        "The Central Bank of Russia wants an almost complete ban."
    ]
    assert "The harbour is deep." not in found(store, index, "is the central bank")


def test_an_endless_question_is_quick(store: SQLiteStore, index: TantivyIndex) -> None:
    question = " ".join(f"word{i} sea" for i in range(5_000))[:50_000] + " harbour"
    started = time.perf_counter()
    assert found(store, index, question)[0] == "Ships sail the sea."
    assert "The harbour is deep." in found(store, index, question)
    assert time.perf_counter() - started < 2
    assert len(question) > MOST_QUERY_WORDS
    assert index.search("x" * 50_000, 5) == []


def test_searches_in_chosen_documents(store: SQLiteStore, index: TantivyIndex) -> None:
    sea, sky = (store.find(name)[0].id for name in ("sea.txt", "sky.txt"))
    everywhere = dict(index.search("harbour rain bank", 5))
    chosen = dict(index.search("harbour rain bank", 5, documents=[sea, sky]))
    assert len(chosen) == 2
    assert chosen.items() <= everywhere.items()
    assert index.search("harbour", 5, documents=[]) == []


def test_headings_and_titles_are_found(store: SQLiteStore, index: TantivyIndex) -> None:
    put(store, "report.txt", "Nothing else.\n", title="Zeppelin", headings=("Airships",))
    index.follow(store)
    assert found(store, index, "zeppelin") == found(store, index, "airship") == ["Nothing else."]


def test_a_new_name_is_found_where_it_serves_as_title(
    store: SQLiteStore, index: TantivyIndex
) -> None:
    store.add_source(store.find("sky.txt")[0].id, make_source("aaa-weather.txt"))
    index.follow(store)
    assert len(found(store, index, "weather")) == 2


@pytest.mark.parametrize("harm", ["cut", "garbled", "deleted", "no stamp", "bad stamp", "no meta"])
def test_harmed_files_are_built_anew(store: SQLiteStore, tmp_path: Path, harm: str) -> None:
    folder = tmp_path / "words"
    before = open_index(store, folder).search("sea bank rain", 9)
    path = max(folder.iterdir(), key=lambda path: path.stat().st_size * (path.suffix != ".json"))
    data = path.read_bytes()
    if harm == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif harm == "garbled":
        path.write_bytes(data[:9] + bytes([data[9] ^ 255]) + data[10:])
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


def test_an_older_index_is_brought_level(store: SQLiteStore, tmp_path: Path) -> None:
    open_index(store, tmp_path / "words")
    put(store, "new.txt", "A new passage on fishing.\n")
    store.remove(store.find("sky.txt")[0].id)
    follower = open_index(store, tmp_path / "words")
    assert follower.read_ids() == set(store.chunk_ids())
    assert found(store, follower, "fishing passage")[0] == "A new passage on fishing."
    assert found(store, follower, "rain") == []


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


def test_a_reader_takes_up_what_another_wrote(store: SQLiteStore, tmp_path: Path) -> None:
    writer = open_index(store, tmp_path / "words")
    reader = TantivyIndex(tmp_path / "words")
    assert reader.reopen(store)
    put(store, "new.txt", "Something about zebras.\n")
    assert not reader.reopen(store)
    assert reader.search("zebra", 5) == []
    writer.follow(store)
    assert reader.reopen(store)
    assert found(store, reader, "zebra") == ["Something about zebras."]
    writer.rebuild(store)
    put(store, "more.txt", "Something about lions.\n")
    writer.follow(store)
    assert reader.reopen(store)
    assert found(store, reader, "lion") == ["Something about lions."]


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
