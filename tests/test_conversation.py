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
        ("when did they say that?", "when did the Central Bank say that?"),
        ("but what is its plan?", "what is the Central Bank’s plan?"),
        ("why was this so?", "why was this so (the Central Bank)?"),
        ("and in 2023?", "what does the Central Bank want in 2023?"),
        ("and since when?", "since when: what does the Central Bank want?"),
        ("why?", "why: what does the Central Bank want?"),
    ],
)
def test_a_follow_up_is_made_to_stand_alone(follow_up: str, expected: str) -> None:
    assert stand_alone(follow_up, BEFORE) == expected


def test_she_is_whom_the_answer_names() -> None:
    turns = (Turn("Who heads the bank?", "Elvira Nabiullina, an economist, heads the bank."),)
    assert stand_alone("when was she born?", turns) == "when was Elvira Nabiullina born?"
    assert stand_alone("how old is it?", turns) == "how old is the bank?"


def test_what_is_spoken_of_stays_from_question_to_question() -> None:
    turns = (
        Turn("What did the bill of February 2022 propose?", "Licences."),
        Turn("was it adopted?", "It was not adopted."),
    )
    assert stand_alone("why did it fail?", turns) == "why did the bill of February 2022 fail?"


def test_another_place_or_time() -> None:
    turns = (Turn("How much did China mine in 2021?", "None."),)
    assert stand_alone("what about in 2023?", turns) == "How much did China mine in 2023?"


@pytest.mark.parametrize(
    "question",
    [
        "Who is Elvira Nabiullina?",
        "When did China ban crypto?",
        "Did Putin say that it was banned?",
    ],
)
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert stand_alone(question, BEFORE) == question


def test_the_first_question_is_left_alone() -> None:
    assert stand_alone("and the finance ministry?", ()) == "and the finance ministry?"
