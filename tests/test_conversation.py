from __future__ import annotations

import pytest

from rag.conversation import stand_alone
from rag.records import Turn

BEFORE = (Turn("what does the Central Bank want?", "It wants an almost total ban."),)


@pytest.mark.parametrize(
    ("follow_up", "expected"),
    [
        ("and the finance ministry?", "what does the finance ministry want?"),
        ("what about RACIB?", "what does RACIB want?"),
        ("when did they say that?", "when did they say that (the Central Bank)?"),
        ("why?", "why: what does the Central Bank want?"),
    ],
)
def test_a_follow_up_is_made_to_stand_alone(follow_up: str, expected: str) -> None:
    assert stand_alone(follow_up, BEFORE) == expected


@pytest.mark.parametrize("question", ["Who is Elvira Nabiullina?", "When did China ban crypto?"])
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert stand_alone(question, BEFORE) == question


def test_the_first_question_is_left_alone() -> None:
    assert stand_alone("and the finance ministry?", ()) == "and the finance ministry?"
