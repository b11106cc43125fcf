from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.spelling import Speller, count_slips
from rag.store import SQLiteStore
from rag.words import TantivyIndex
from tests.shelves import put

TEXT = (
    "The ministries of finance and commerce want a strong law. A song was played. The strong "
    "ruble and strict regulation were praised in Kazakhstan by Elvira Nabiullina."
)


@pytest.fixture
def speller(tmp_path: Path) -> Iterator[Speller]:
    store = SQLiteStore(tmp_path / "library.sqlite")
    put(store, "a.md", TEXT)
    put(store, "b.md", "A strong bank pays for it.")
    index = TantivyIndex(tmp_path / "words")
    index.follow(store)
    yield Speller(index, store, {"commence", "france"}.__contains__)
    store.close()


@pytest.mark.parametrize(
    ("word", "spelt"),
    [
        ("comerce", "commerce"),
        ("rubel", "ruble"),
        ("regluation", "regulation"),
        ("kazakstan", "Kazakhstan"),
        ("Nabiulina", "Nabiullina"),
        ("stong", "strong"),
    ],
)
def test_a_misspelt_word_is_spelt_as_in_the_library(
    speller: Speller, word: str, spelt: str
) -> None:
    assert speller.correct(f"what of {word}, then?") == f"what of {spelt}, then?"


@pytest.mark.parametrize(
    "word",
    [
        "commerce",  # the library knows it
        "commence",  # the language does
        "finance’s",
        "law2",
        "rbel",  # too short to tell
        "COMERCE",  # may be initials
        "mozart",  # like nothing here
        "comercial",  # three slips
        "summarize",  # tells what is asked for
    ],
)
def test_other_words_stay(speller: Speller, word: str) -> None:
    assert speller.correct(word) == word


def test_without_an_index_nothing_is_corrected(tmp_path: Path) -> None:
    store = SQLiteStore(tmp_path / "library.sqlite")
    speller = Speller(TantivyIndex(tmp_path / "words"), store, lambda _: False)
    assert speller.correct("what of comerce?") == "what of comerce?"
    store.close()


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [("", "", 0), ("", "ab", 2), ("rubel", "ruble", 1), ("abc", "abd", 1), ("cart", "art", 1)],
)
def test_slips(one: str, other: str, slips: int) -> None:
    assert count_slips(one, other) == slips


@given(st.text(max_size=8), st.text(max_size=8))
def test_slips_are_the_same_both_ways(one: str, other: str) -> None:
    assert count_slips(one, other) == count_slips(other, one) <= max(len(one), len(other))
    assert (count_slips(one, other) == 0) == (one == other)
