from __future__ import annotations

import pytest

from rag.answer.names import is_namesake

QUESTION = "what does the European Central Bank want?"


def test_half_a_name_is_a_namesake() -> None:
    assert is_namesake(QUESTION, "The Central Bank wants a ban.", "Moscow. The Central Bank.")


@pytest.mark.parametrize(
    ("quoted", "around"),
    [
        ("The European Central Bank wants a digital euro.", ""),
        ("The Central Bank wants a digital euro.", "The European view"),
        ("It wants a digital euro.", "Frankfurt"),
    ],
)
def test_the_whole_name_or_none_is_no_namesake(quoted: str, around: str) -> None:
    assert not is_namesake(QUESTION, quoted, around)


def test_a_title_is_no_part_of_a_name() -> None:
    assert not is_namesake("what did President Biden say?", "The president spoke.", "")


def test_a_questions_first_word_is_no_name() -> None:
    assert not is_namesake("Does Russia ban mining?", "Russia bans mining.", "")
