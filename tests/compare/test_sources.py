from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from rag.answer import Part, cite, join_parts
from rag.compare import compare_sources
from rag.records import Answer, Passage, Sentence
from tests.passages import make_passage, no_page

QUESTION = "how many banks take part in the pilot?"
FIRST = "Thirteen banks take part in the pilot."
BLANK = Answer("i", "q", "q", "abstained", "The documents do not answer this.", 0.0)


def passage(text: str, document: str, date: str | None = None) -> Passage:
    made = make_passage(text, 0, document)
    return replace(made, document=replace(made.document, date=date))


def answer(*passages: Passage, key: str = "Thirteen", twins: Collection[str] = ()) -> Part:
    first = passages[0]
    place = first.text.index(key)
    citation = cite(first, 0, len(first.text), [(place, place + len(key))], 1, 0.9, no_page)
    sentence = Sentence(first.text, (1,), "verbatim")
    part = Part(QUESTION, 0.9, (sentence,), (citation,), passages=passages)
    return compare_sources(part, lambda _: twins, no_page)


def test_sources_that_state_the_same_are_counted() -> None:
    part = answer(
        passage(FIRST, "a"),
        passage("In the pilot 13 banks take part.", "b"),
        passage("The pilot has 13 banks that take part, all large.", "c"),
        passage("Banks lend money.", "d"),
    )
    assert [a.markers for a in part.agreements] == [(1, 2, 3)]
    assert [c.document.id for c in part.citations] == ["a", "b", "c"]
    assert part.conflicts == ()


def test_likely_duplicates_are_counted_once() -> None:
    same = passage("In the pilot 13 banks take part.", "b")
    assert answer(passage(FIRST, "a"), same, twins=["b"]).agreements == ()


def test_another_passage_of_the_same_document_does_not_count() -> None:
    assert (
        answer(passage(FIRST, "a"), passage("13 banks take part in the pilot.", "a")).agreements
        == ()
    )


def test_a_newer_document_that_says_something_else() -> None:
    newer = passage("Fifteen banks take part in the pilot.", "b", "2025-02-01")
    (conflict,) = answer(passage(FIRST, "a", "2023-08-21"), newer).conflicts
    assert conflict.markers == (1, 2)
    assert conflict.note == (
        "A newer document says something else: Thirteen banks, then Fifteen banks."
    )
    assert conflict.as_of == "2025-02-01"


def test_an_older_document_stands_first() -> None:
    older = passage("Twelve banks take part in the pilot.", "b", "2022-01-01")
    (conflict,) = answer(passage(FIRST, "a", "2023-08-21"), older).conflicts
    assert conflict.markers == (2, 1)
    assert conflict.note.startswith("An older document says something else: Twelve banks, then")


def test_without_dates_sources_disagree() -> None:
    other = passage("Fifteen banks take part in the pilot.", "b")
    (conflict,) = answer(passage(FIRST, "a"), other).conflicts
    assert (conflict.note, conflict.as_of) == (
        "Sources disagree: Thirteen banks, or Fifteen banks.",
        None,
    )


def test_two_documents_that_say_the_same_else_share_a_conflict() -> None:
    others = [passage("Fifteen banks take part in the pilot.", id_, "2025-02-01") for id_ in "bc"]
    (conflict,) = answer(passage(FIRST, "a", "2023-08-21"), *others).conflicts
    assert set(conflict.markers) == {1, 2, 3}


def test_a_conflict_of_two_sources_that_are_both_cited_is_told_once() -> None:
    first = passage(FIRST, "a", "2023-08-21")
    newer = passage("Fifteen banks take part in the pilot.", "b", "2025-02-01")
    cited = (
        cite(first, 0, len(first.text), [(0, 8)], 1, 0.9, no_page),
        cite(newer, 0, len(newer.text), [(0, 7)], 2, 0.9, no_page),
    )
    part = Part(QUESTION, 0.9, (), cited, passages=(first, newer))
    (conflict,) = compare_sources(part, lambda _: (), no_page).conflicts
    assert conflict.markers == (1, 2)


def test_what_does_not_answer_is_no_conflict() -> None:
    part = answer(
        passage("Thirteen banks and 600 people take part in the pilot.", "a"),
        passage("13 banks and 900 people take part in the pilot.", "b"),
    )
    assert part.conflicts == ()


def test_names_that_answer_agree() -> None:
    part = Part("who heads the central bank?", 0.9, passages=[])
    first = passage("Elvira Nabiullina heads the Central Bank.", "a")
    second = passage("The Central Bank has been headed by Elvira Nabiullina since 2013.", "b")
    citation = cite(first, 0, len(first.text), [(0, 17)], 1, 0.9, no_page)
    sentences = (Sentence(first.text, (1,), "verbatim"),)
    part = replace(part, sentences=sentences, citations=(citation,), passages=(first, second))
    (agreement,) = compare_sources(part, lambda _: (), no_page).agreements
    assert agreement.markers == (1, 2)


def test_parts_are_joined_with_what_their_sources_say() -> None:
    newer = passage("Fifteen banks take part in the pilot.", "b", "2025-02-01")
    part = answer(passage(FIRST, "a", "2023-08-21"), newer)
    other = replace(part, sentences=(Sentence("Another.", (1,), "verbatim"),))
    joined = join_parts(BLANK, [part, other])
    assert [c.markers for c in joined.conflicts] == [(1, 2), (3, 4)]
    assert [c.marker for c in joined.citations] == [1, 2, 3, 4]


def test_a_sentence_that_is_said_twice_takes_its_conflict_along() -> None:
    newer = passage("Fifteen banks take part in the pilot.", "b", "2025-02-01")
    part = answer(passage(FIRST, "a", "2023-08-21"), newer)
    joined = join_parts(BLANK, [part, part])
    assert [c.markers for c in joined.conflicts] == [(1, 2)]
    assert [c.marker for c in joined.citations] == [1, 2]
