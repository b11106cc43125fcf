"""What every word index does: one test for tantivy and PostgreSQL."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.postgres import PostgresStore, PostgresWords
from rag.postgres import words as in_sql
from rag.store.sql import SQLStore
from rag.words import MOST_QUERY_WORDS, TantivyIndex, WordIndex
from tests.shelves import make_source, put
from tests.test_words import TEXTS, found


@pytest.fixture
def open_index(store: SQLStore, tmp_path: Path) -> Callable[[], WordIndex]:
    """Opens an index of the store, as another process would."""

    def open_() -> WordIndex:
        if isinstance(store, PostgresStore):
            return PostgresWords(store.connections)
        return TantivyIndex(tmp_path / "words")

    return open_


@pytest.fixture
def index(store: SQLStore, open_index: Callable[[], WordIndex]) -> WordIndex:
    for name, text in TEXTS.items():
        put(store, name, text)
    index = open_index()
    index.follow(store)
    return index


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
def test_finds_by_words(store: SQLStore, index: WordIndex, query: str, text: str) -> None:
    assert found(store, index, query)[0].startswith(text)


@pytest.mark.parametrize(
    "query",
    [
        "", " ", "?", "the of and", "zzz", 'title:"bank" AND (', "body:bank -sea +",
        "a^b~2 [x TO y]",
        "bank\x00sea", "\ud83d", "* ? \\ /", "NOT", "🐟", "chunk:1",
    ],
)  # fmt: skip
def test_a_query_is_never_syntax(index: WordIndex, query: str) -> None:
    index.search(query, 5)


def test_operators_are_words(store: SQLStore, index: WordIndex) -> None:
    assert found(store, index, "sea NOT sail") == found(store, index, "sea sail")


def test_stop_words_count_where_nothing_else_is_asked(store: SQLStore, index: WordIndex) -> None:
    assert found(store, index, "of an") == [
        "The Central Bank of Russia wants an almost complete ban."
    ]
    assert "The harbour is deep." not in found(store, index, "is the central bank")


def test_an_endless_question_is_quick(store: SQLStore, index: WordIndex) -> None:
    question = " ".join(f"word{i} sea" for i in range(5_000))[:50_000] + " harbour"
    started = time.perf_counter()
    assert found(store, index, question)[0] == "Ships sail the sea."
    assert "The harbour is deep." in found(store, index, question)
    assert time.perf_counter() - started < 2
    assert len(set(question.split())) > MOST_QUERY_WORDS
    assert index.search("x" * 50_000, 5) == []


def test_searches_in_chosen_documents(store: SQLStore, index: WordIndex) -> None:
    sea, sky = (store.find(name)[0].id for name in ("sea.txt", "sky.txt"))
    everywhere = dict(index.search("harbour rain bank", 5))
    chosen = dict(index.search("harbour rain bank", 5, documents=[sea, sky]))
    assert len(chosen) == 2
    assert chosen.items() <= everywhere.items()
    assert index.search("harbour", 5, documents=[]) == []


def test_headings_and_titles_are_found(store: SQLStore, index: WordIndex) -> None:
    put(store, "report.txt", "Nothing else.\n", title="Zeppelin", headings=("Airships",))
    index.follow(store)
    assert found(store, index, "zeppelin") == found(store, index, "airship") == ["Nothing else."]


def test_a_new_name_is_found_where_it_serves_as_title(store: SQLStore, index: WordIndex) -> None:
    store.add_source(store.find("sky.txt")[0].id, make_source("aaa-weather.txt"))
    index.follow(store)
    assert len(found(store, index, "weather")) == 2


def test_an_older_index_is_brought_level(
    store: SQLStore, index: WordIndex, open_index: Callable[[], WordIndex]
) -> None:
    put(store, "new.txt", "A new passage on fishing.\n")
    store.remove(store.find("sky.txt")[0].id)
    follower = open_index()
    follower.follow(store)
    assert follower.read_ids() == set(store.chunk_ids())
    assert found(store, follower, "fishing passage")[0] == "A new passage on fishing."
    assert found(store, follower, "rain") == []
    assert follower.deleted == 2
    follower.rebuild(store)
    assert (follower.deleted, follower.beginning_with("rai")) == (0, [])
    assert follower.problems(store) == []


def test_a_reader_takes_up_what_another_wrote(
    store: SQLStore, index: WordIndex, open_index: Callable[[], WordIndex]
) -> None:
    reader = open_index()
    assert reader.reopen(store)
    put(store, "new.txt", "Something about zebras.\n")
    assert not reader.reopen(store)
    assert reader.search("zebra", 5) == []
    index.follow(store)
    assert reader.reopen(store)
    assert found(store, reader, "zebra") == ["Something about zebras."]
    index.rebuild(store)
    put(store, "more.txt", "Something about lions.\n")
    index.follow(store)
    assert reader.reopen(store)
    assert found(store, reader, "lion") == ["Something about lions."]


def test_an_index_of_another_library_answers_nothing(store: SQLStore, index: WordIndex) -> None:
    store.start_afresh(above=0)
    assert not index.reopen(store)
    assert not index.is_open(store.library_id)
    index.follow(store)
    assert index.is_open(store.library_id)
    assert index.generation == store.generation()
    assert found(store, index, "harbour") == ["The harbour is deep."]


def test_words_are_counted_and_listed(store: SQLStore, index: WordIndex) -> None:
    assert index.stem("Harbours") == "harbour"
    assert index.stem("the") == index.stem("two words") == ""
    assert (index.count("harbour"), index.count("nothing")) == (1, 0)
    assert index.beginning_with("s") == [("sail", 1), ("sea", 1), ("sell", 1), ("ship", 1)]


def test_postgresql_ranks_and_scores_as_tantivy_does(
    in_postgres: PostgresStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_sql, "CHUNKS_AT_A_TIME", 20)  # several segments, some of them merged
    store = in_postgres
    tantivy, words = TantivyIndex(tmp_path / "words"), PostgresWords(store.connections)
    rng = random.Random(3)
    vocabulary = [f"word{i}" for i in range(60)]
    weights = [1 / (i + 1) for i in range(60)]
    for number in range(30):
        lines = (rng.choices(vocabulary, weights, k=rng.randrange(1, 120)) for _ in range(8))
        text = "".join(" ".join(line) + f" own{number}\n" for line in lines)
        put(store, f"{number}.txt", text, title=" ".join(rng.choices(vocabulary, k=3)))
        if number % 3 == 0:
            words.follow(store)
    store.remove(*[document.id for document in store.documents()[:5]])
    words.follow(store)
    tantivy.follow(store)
    for _ in range(30):
        question = " ".join(rng.choices(vocabulary, k=4))
        chosen = [document.id for document in rng.sample(store.documents(), 9)]
        for documents in (None, chosen):
            # Words of what was removed weigh in both until they are merged away, in their own time.
            wanted, got = (dict(i.search(question, 999, documents)) for i in (tantivy, words))
            assert got.keys() == wanted.keys()
            assert got == pytest.approx(wanted, rel=0.5)
    words.rebuild(store)
    tantivy.rebuild(store)
    for _ in range(30):
        question = " ".join(rng.choices(vocabulary, k=4))
        wanted, got = tantivy.search(question, 20), words.search(question, 20)
        assert [score for _, score in got] == pytest.approx([score for _, score in wanted])
    assert words.read_ids() == tantivy.read_ids() == set(store.chunk_ids())
