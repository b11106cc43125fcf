"""Negatives that the product's own retrieval brings."""

from __future__ import annotations

from dataclasses import replace

from tiny import CONTEXT, QUESTIONS, asked

from tests.fakes import HashingEmbedder
from training import retrieved

MILL = "The old mill stands near the river. Its bakery burnt down, and nobody founded another."
SAME = "It was Berg, Anna, who founded a bakery in Mill Town."


def test_a_passage_lacks_an_answer_only_without_its_words() -> None:
    assert retrieved.lacks(MILL, ["Anna Berg"])
    assert not retrieved.lacks(CONTEXT, ["the Anna Berg"])
    assert not retrieved.lacks(SAME, ["Anna Berg"])
    assert not retrieved.lacks(SAME, ["nobody", "Anna Berg"])


def test_the_best_passage_without_the_answer_becomes_a_negative() -> None:
    passages = [
        ("Mill Town", CONTEXT),
        ("Berg", SAME),
        ("Mill", MILL),
        ("Sea", "Ships sail on the sea."),
    ]
    mined = list(retrieved.mine([QUESTIONS[0]], passages, HashingEmbedder()))
    expected = replace(QUESTIONS[0], id="made-up/retrieved", title="Mill", context=MILL, answers=())
    assert mined == [replace(expected, kind="retrieved")]


def test_only_questions_whose_answer_has_terms_are_asked() -> None:
    examples = [*QUESTIONS, asked("Who may watch?", "with")]
    assert set(retrieved.sample(examples, 1)) == set(QUESTIONS[:3])
