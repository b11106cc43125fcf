from __future__ import annotations

from pathlib import Path

import pytest

from rag.answer.material import (
    correct_spelling,
    find_named,
    gather_library,
    gather_named,
    gather_topic,
    speaks_of_a_document,
)
from rag.store import SQLiteStore
from tests.passages import make_document, make_passage
from tests.shelves import EMBEDDER, put

SHELF = [
    make_document("a", "The Digital Ruble: From Concept to Rollout", "digital-ruble-paper.pdf"),
    make_document("b", "Bitcoin Mining: Energy and Geography", "mining.pdf"),
    make_document("c", "Bank of Russia proposes a ban", "consultation-report-2022.html"),
]


@pytest.mark.parametrize(
    ("topic", "ids"),
    [
        ("the digital ruble", ["a"]),
        ("the digital rubel", ["a"]),
        ("the mining document", ["b"]),
        ("the consultation report", ["c"]),
        ("the annual report", []),
        ("the report", []),
        ("the history of Rome", []),
    ],
)
def test_what_a_name_means(topic: str, ids: list[str]) -> None:
    assert [document.id for document in find_named(SHELF, topic)] == ids


def test_a_name_that_fits_too_many_names_none() -> None:
    many = [make_document(str(n), f"Mining in region {n}", f"{n}.md") for n in range(9)]
    assert find_named(many, "mining") == []


def test_documents_and_what_they_speak_of() -> None:
    assert speaks_of_a_document("the annual report")
    assert not speaks_of_a_document("the ban on mining")


def test_spelling_is_corrected_by_titles_alone() -> None:
    assert correct_spelling("the digital rubel of Rome", SHELF) == "the digital ruble of Rome"


def test_a_topic_needs_one_passage_with_all_its_words(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "library.db")
    passages = [make_passage("Miners pay tax."), make_passage("A ban.", chunk_id=2)]
    found = gather_topic(store, EMBEDDER.name, "tax on miners", passages)
    assert found is not None
    assert [p.text for p in found.passages] == ["Miners pay tax."]
    assert gather_topic(store, EMBEDDER.name, "the tax in Rome", passages) is None


def test_a_library_gives_beginnings_and_few_documents_all(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "library.db")
    ids = [put(store, f"{n}.txt", f"One {n}.\nTwo.\nThree.\nFour.\nFive.\n") for n in range(5)]
    everything = gather_library(store, EMBEDDER.name)
    assert len(everything.passages) == 5 * 3
    chosen = gather_library(store, EMBEDDER.name, ids[:2])
    assert {p.document.id for p in chosen.passages} == set(ids[:2])
    assert len(chosen.passages) == 2 * 5
    assert len(gather_named(store, EMBEDDER.name, store.documents()[:1]).passages) == 5
