"""What the library knows of a document besides its text: language, likeness, a person's words."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import EditError, UnknownDocument
from rag.library import Library
from rag.records import Particulars
from rag.store.schema import MIGRATIONS
from tests.fakes import HashingEmbedder
from tests.test_library import open_library, search_words, write

WORDS = "bank sea ship rain hill ban coin stone fish sky port law tax mine note rate".split()
STORY = " ".join(random.Random(0).choices(WORDS, k=300))
OTHER = " ".join(random.Random(1).choices(WORDS, k=300))


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def library(tmp_path: Path, embedder: HashingEmbedder) -> Iterator[Library]:
    library = open_library(tmp_path, embedder)
    yield library
    library.close()


def put(library: Library, name: str, text: str) -> str:
    return str(library.add_bytes(text.encode(), name).document_id)


def change(text: str, every: int) -> str:
    words = text.split()
    words[::every] = ["changed"] * len(words[::every])
    return " ".join(words)


# Language.


def test_the_language_is_found_when_a_document_comes_in(library: Library) -> None:
    put(library, "de.txt", "Die Zentralbank will ein Verbot, der Minister nicht.")
    put(library, "short.txt", "Ja.")
    assert library.document("de.txt").language == "de"
    assert library.document("short.txt").language is None


def test_documents_of_an_older_library_get_their_traits(
    tmp_path: Path, library: Library, embedder: HashingEmbedder
) -> None:
    one, other = put(library, "one.txt", STORY), put(library, "other.txt", STORY + " end")
    library.close()
    connection = sqlite3.connect(tmp_path / "index/library.sqlite")
    newer = "given traits bands kept_pairs folders removed_rows removed_documents jobs"
    for table in newer.split():
        connection.execute(f"DROP TABLE {table}")
    for index in ("sources_address", "sources_paste"):
        connection.execute(f"DROP INDEX {index}")
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()
    again = open_library(tmp_path, embedder)
    assert again.document(one).language is None
    put(again, "new.txt", "Something that has to be told at some length.")
    assert again.document("new.txt").language == again.document(one).language == "en"
    assert [twin.document_id for twin in again.twins(one)] == [other]
    assert again.check() == []
    again.close()
    assert len(MIGRATIONS) >= 2


# Likely duplicates.


def test_the_same_text_in_another_format_is_flagged(library: Library) -> None:
    first = put(library, "story.txt", STORY)
    page = f"<html><body><article><p>{STORY}</p></article></body></html>"
    report = library.add_bytes(page.encode(), "story.html")
    assert report.outcome == "added"
    assert report.reason == 'The same text as "story.txt": keep both or remove one.'
    (twin,) = library.twins(str(report.document_id))
    assert (twin.document_id, twin.share, twin.same_text) == (first, 1.0, True)


def test_nearly_the_same_text_is_flagged_and_another_is_not(library: Library) -> None:
    first = put(library, "first.txt", STORY)
    report = library.add_bytes(change(STORY, 50).encode(), "second.txt")
    (twin,) = library.twins(first)
    assert 0.7 < twin.share < 1.0
    assert not twin.same_text
    assert report.reason == (
        f'Nearly the same text as "first.txt" ({twin.share:.0%}): keep both or remove one.'
    )
    assert library.add_bytes(OTHER.encode(), "third.txt").reason is None
    assert library.add_bytes(change(STORY, 2).encode(), "fourth.txt").reason is None
    assert library.all_twins() == {
        first: library.twins(first),
        twin.document_id: library.twins(twin.document_id),
    }


def test_short_texts_are_flagged_where_they_are_equal(library: Library) -> None:
    one = put(library, "one.txt", "Red fish swim.")
    other = put(library, "other.txt", "red fish: swim!")
    put(library, "third.txt", "Red fish swam.")
    assert [twin.document_id for twin in library.twins(one)] == [other]
    put(library, "dots.txt", "...")
    assert library.add_bytes(b"!!!", "marks.txt").reason is None


def test_a_pair_that_is_kept_is_not_flagged_again(library: Library, tmp_path: Path) -> None:
    one, other = put(library, "one.txt", STORY), put(library, "other.txt", STORY + " end")
    third = put(library, "third.txt", STORY + " other end")
    library.keep_both(other, "one.txt")
    assert [twin.document_id for twin in library.twins(one)] == [third]
    assert [twin.document_id for twin in library.twins(other)] == [third]
    library.remove([third])
    assert library.all_twins() == {}
    with pytest.raises(UnknownDocument):
        library.keep_both(one, third)
    library.remove([other])
    put(library, "other.txt", STORY + " end")
    assert library.twins(one)  # it has come anew


def test_a_new_version_inherits_what_was_decided(library: Library, tmp_path: Path) -> None:
    put(library, "report.txt", STORY)
    path = write(tmp_path / "draft.txt", STORY + " one", age=90)
    list(library.add([path]))
    library.keep_both("report.txt", "draft.txt")
    library.edit("draft.txt", title="My draft", date="2022-01")
    write(path, STORY + " two", age=60)
    (report,) = library.add([path])
    assert (report.outcome, report.reason) == ("updated", None)
    document = library.document("draft.txt")
    assert (document.title, document.date) == ("My draft", "2022-01")
    assert library.check() == []


def test_a_version_is_not_flagged_as_a_duplicate_of_the_one_it_replaces(
    library: Library, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.txt", STORY, age=90)
    list(library.add([path]))
    write(path, STORY + " end")
    (report,) = library.add([path])
    assert (report.outcome, report.reason) == ("updated", None)
    assert library.all_twins() == {}


STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "remove", "keep"]), st.integers(0, 3), st.integers(0, 3)),
    max_size=10,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_likeness_is_mutual_and_of_documents_that_are_there(
    steps: list[tuple[str, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    texts = [STORY, STORY + " end", change(STORY, 40), OTHER]
    library = open_library(tmp_path_factory.mktemp("twins"), HashingEmbedder())
    kept: set[frozenset[str]] = set()
    ids: dict[int, str] = {}
    for kind, one, other in steps:
        if kind == "add":
            ids[one] = put(library, f"{one}.txt", texts[one])
        elif kind == "remove" and one in ids:
            gone = ids.pop(one)
            library.remove([gone])
            kept = {pair for pair in kept if gone not in pair}
        elif kind == "keep" and one in ids and other in ids:
            library.keep_both(ids[one], ids[other])
            kept.add(frozenset({ids[one], ids[other]}))
    alike = [ids[i] for i in (0, 1, 2) if i in ids]
    expected = {
        one: {other for other in alike if other != one and frozenset({one, other}) not in kept}
        for one in alike
    }
    found = {
        one: {twin.document_id for twin in twins} for one, twins in library.all_twins().items()
    }
    assert found == {one: others for one, others in expected.items() if others}
    assert library.check() == []
    library.close()


# A person's own title and date.


def test_a_title_of_ones_own_is_found_and_taken_back(
    library: Library, embedder: HashingEmbedder
) -> None:
    text = "# Bank\n\nThe central bank wants a ban.\n"
    id_ = put(library, "bank.md", text)
    edited = library.edit("bank.md", title="  The  xylophone\nplan ", date="2022")
    assert (edited.title, edited.date) == ("The xylophone plan", "2022")
    assert library.told(id_) == Particulars("Bank", None)
    assert search_words(library, "xylophone") == [text.strip()]
    assert any(embedded.startswith("The xylophone plan") for embedded in embedder.embedded)
    assert library.check() == []
    back = library.edit(id_, title=None)
    assert (back.title, back.date) == ("Bank", "2022")
    assert search_words(library, "xylophone") == []
    assert library.check() == []


def test_a_title_of_ones_own_survives_other_rules_and_another_model(
    library: Library, tmp_path: Path
) -> None:
    put(library, "story.txt", STORY)
    library.edit("story.txt", title="My story", date="2022-02-03")
    library.close()
    again = open_library(tmp_path, HashingEmbedder("another", 32), longest=1_000)
    put(again, "new.txt", OTHER)
    document = again.document("story.txt")
    assert (document.title, document.date) == ("My story", "2022-02-03")
    assert again.told(document.id) == Particulars(None, None)
    assert again.check() == []
    again.close()


def test_a_date_alone_cuts_nothing_anew(library: Library, embedder: HashingEmbedder) -> None:
    put(library, "story.txt", STORY)
    chunks, embedded = library.store.chunk_ids(), len(embedder.embedded)
    assert library.edit("story.txt", date="2022-01-20").date == "2022-01-20"
    assert (library.store.chunk_ids(), len(embedder.embedded)) == (chunks, embedded)
    assert library.edit("story.txt").date == "2022-01-20"
    assert library.edit("story.txt", date="").date is None


@pytest.mark.parametrize("wrong", ["2022-13", "2022-02-30", "22", "20 January", "2022-1-2", "٢٠٢٢"])
def test_a_wrong_date_changes_nothing(library: Library, wrong: str) -> None:
    put(library, "story.txt", STORY)
    with pytest.raises(EditError, match=r"is no date: write a year, .*\.$"):
        library.edit("story.txt", title="New", date=wrong)
    assert library.document("story.txt").title == "story"


def test_a_title_that_is_too_long_is_told(library: Library) -> None:
    put(library, "story.txt", STORY)
    with pytest.raises(EditError, match="shorten it"):
        library.edit("story.txt", title="x" * 301)


# Other ways in.


def test_a_text_that_is_pasted_is_kept_as_one(library: Library) -> None:
    id_ = library.add_text("Pasted words.", "note.txt").document_id
    assert [source.origin for source in library.store.sources(str(id_))] == ["paste"]
    assert library.add_text("Pasted words.", "note.txt").outcome == "unchanged"
    assert library.original(str(id_)) is not None
    assert library.check() == []


def test_an_address_stands_for_its_latest_version(library: Library, tmp_path: Path) -> None:
    address = "https://example.org/report"
    first = library.add_address(address, b"First words.", "report.txt")
    assert (first.outcome, first.path) == ("added", address)
    assert library.add_address(address, b"First words.", "report.txt").outcome == "unchanged"
    second = library.add_address(address, b"Other words.", "report.txt")
    assert second.outcome == "updated"
    assert [document.id for document in library.documents()] == [second.document_id]
    assert len(list((tmp_path / "index/originals").iterdir())) == 1
    other = library.add_address(f"{address}/2", b"Other words.", "report.txt")
    assert other.document_id == second.document_id
    assert [s.location for s in library.store.sources(str(second.document_id))] == [
        address, f"{address}/2",
    ]  # fmt: skip
    assert library.check() == []
