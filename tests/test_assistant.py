"""What the assistant says where a question is not clear, or not in English."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.library import Library
from rag.reader.sentences import SentenceReader
from rag.records import Turn
from rag.settings import Settings
from tests.fakes import HashingEmbedder

TEXT = "The Central Bank wants an almost total ban. Elvira Nabiullina heads the Central Bank.\n"
HEADS = Turn("Who heads the Central Bank?", "Elvira Nabiullina heads it.")


@pytest.fixture
def assistant(tmp_path: Path) -> Iterator[Assistant]:
    settings = Settings(index=tmp_path, threshold=0.0)
    embedder = HashingEmbedder()
    library = Library.open(settings, embedder)
    library.add_text(TEXT, "bank.txt", "The bank")
    yield Assistant(settings, library, embedder, SentenceReader(embedder))


def test_a_follow_up_shows_what_was_searched_for(assistant: Assistant) -> None:
    answer = assistant.ask("what does it want?", [HEADS])
    assert answer.searched_for == "what does the Central Bank want?"
    assert answer.citations


def test_what_is_not_clear_is_asked_back(assistant: Assistant) -> None:
    answer = assistant.ask("what does it want?")
    assert answer.status == "unclear"
    assert answer.text == "Who or what is “it”? Please name it in the question."
    assert answer.searched_for == "what does it want?"
    assert not answer.citations


def test_another_language_is_told_and_searched_for_all_the_same(assistant: Assistant) -> None:
    answer = assistant.ask("Was will die Central Bank?")
    assert answer.notice
    assert "German" in answer.notice
    assert answer.status == "answered"
    assert assistant.ask("what does the Central Bank want?").notice is None
