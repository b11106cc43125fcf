"""Each rule changes what it says, and declines where it cannot."""

from __future__ import annotations

import random

import pytest
from tiny import CONTEXT, asked

from training import negatives
from training.negatives import Case, Pool

POOL = Pool.of([("Mill Town", CONTEXT), ("Elsewhere", "In 1850 the poet Rosa Lind left Oak Hill.")])


def case(question: str, answer: str) -> Case:
    """The question on the made-up passage."""
    example = asked(question, answer)
    return Case(example.title, CONTEXT, question, example.answers[0].start, answer)


def test_entities_are_names_and_numbers_but_no_sentence_openings() -> None:
    assert negatives.entities("Bread is sold. Anna Berg came in 1931 to Mill Town.") == [
        "Anna Berg",
        "1931",
        "Mill Town",
    ]


def test_sentences_cover_the_text() -> None:
    ranges = negatives.sentence_ranges(CONTEXT)
    assert len(ranges) == 5
    assert "".join(CONTEXT[start:end] for start, end in ranges) == CONTEXT


@pytest.mark.parametrize("seed", range(8))
def test_a_swapped_entity_is_of_the_same_kind_and_not_the_answer(seed: int) -> None:
    changed = negatives.entity_swapped(
        case("Who founded the bakery in 1931?", "Anna Berg"), POOL, random.Random(seed)
    )
    assert changed is None or changed.question == "Who founded the bakery in 1850?"


def test_a_reversed_word_is_not_one_the_sentence_has() -> None:
    draw = random.Random(1)
    changed = negatives.word_reversed(case("Who closed the old oven?", "Karl Berg"), POOL, draw)
    assert changed is not None
    assert changed.question in ("Who opened the old oven?", "Who closed the new oven?")
    assert negatives.word_reversed(case("Who baked?", "Anna Berg"), POOL, draw) is None


def test_the_answering_sentence_is_removed_unless_the_answer_comes_again() -> None:
    draw = random.Random(1)
    gone = negatives.sentence_removed(case("When was it founded?", "1931"), POOL, draw)
    assert gone is not None
    assert "1931" not in gone.context
    assert "sells bread" in gone.context
    assert negatives.sentence_removed(case("What sells bread?", "bakery"), POOL, draw) is None


def test_another_question_word_is_asked_only_where_the_sentence_cannot_answer_it() -> None:
    sold = case("What does the bakery sell to schools?", "bread")
    seen = {
        changed.question.split(" does")[0]
        for seed in range(30)
        if (changed := negatives.asks_otherwise(sold, POOL, random.Random(seed)))
    }
    assert "When" in seen
    founded = case("Who did Anna Berg found it with?", "two friends")
    for seed in range(30):
        changed = negatives.asks_otherwise(founded, POOL, random.Random(seed))
        assert changed is None or not changed.question.startswith("When")


def test_a_question_is_denied_once() -> None:
    draw = random.Random(3)
    denied = negatives.negated(case("What does the bakery sell?", "bread"), POOL, draw)
    assert denied is not None
    assert denied.question in ("What doesn't the bakery sell?", "What does never the bakery sell?")
    assert negatives.negated(denied, POOL, draw) is None


def test_careless_questions_keep_their_words() -> None:
    question = "Who founded the bakery in 1931?"
    for seed in range(20):
        typed = negatives.careless(question, random.Random(seed))
        assert "?" not in typed
        assert "1931" in typed
