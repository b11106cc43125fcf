from __future__ import annotations

import pytest

from rag.embed import make_embedder
from rag.reader.sentences import SentenceReader
from rag.records import Passage
from rag.settings import Settings
from tests.passages import make_passage

PASSAGES = [
    make_passage(
        "What does the Central Bank want? The ministries wanted to tax; the Central Bank, headed "
        "by Elvira Nabiullina, wants an almost total ban and promotes its own digital ruble.",
        100,
    ),
    make_passage("The pilot of the digital ruble began on 15 August 2023 with 13 banks.", 0, "d2"),
]


@pytest.fixture(scope="module")
def reader() -> SentenceReader:
    return SentenceReader(make_embedder())


def read(reader: SentenceReader, question: str) -> tuple[str, float]:
    reading = reader.read(question, PASSAGES)
    span = reading.spans[0]
    passage = PASSAGES[span.passage]
    return passage.text[span.start - passage.start : span.end - passage.start], reading.confidence


def test_the_sentence_that_answers_comes_first(reader: SentenceReader) -> None:
    text, confidence = read(reader, "what does the Central Bank want?")
    assert "almost total ban" in text
    assert confidence > Settings().threshold
    assert "15 August 2023" in read(reader, "when did the digital ruble pilot begin?")[0]


def test_a_question_is_never_the_answer(reader: SentenceReader) -> None:
    reading = reader.read("what does the Central Bank want?", PASSAGES)
    start = PASSAGES[0].start
    assert all(span.start > start for span in reading.spans if span.passage == 0)


def test_a_question_off_the_subject_finds_no_trust(reader: SentenceReader) -> None:
    assert read(reader, "What is the capital of France?")[1] < Settings().threshold


def test_nothing_to_read(reader: SentenceReader) -> None:
    nothing: list[Passage] = []
    assert reader.read("who?", nothing).confidence == 0.0
    assert reader.read("who?", nothing).spans == ()


def test_a_title_that_reads_like_a_sentence_is_never_the_answer(reader: SentenceReader) -> None:
    title = "How the income from mining is taxed in 2025."
    text = f"{title}\n\nA company pays 25 percent of its mining income."
    reading = reader.read("how is mining income taxed?", [make_passage(text, title=title)])
    assert {text[span.start : span.end] for span in reading.spans} == {text[len(title) + 2 :]}
