from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import SettingError
from rag.evaluate import compare
from rag.evaluate.measures import expected_calibration_error
from rag.evaluate.scored import Scored
from tests.evaluate.examples import questions, scored

FEW = 50  # resamples


def test_mcnemar_against_known_values() -> None:
    assert compare.mcnemar(0, 0) == 1.0
    assert compare.mcnemar(0, 6) == pytest.approx(2 / 64)
    assert compare.mcnemar(2, 8) == pytest.approx(0.109375)
    assert compare.mcnemar(1000, 1200) < 1e-4


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_is_a_probability_and_knows_no_side(one: int, two: int) -> None:
    p = compare.mcnemar(one, two)
    assert 0 < p <= 1
    assert p == compare.mcnemar(two, one)
    tail = sum(math.comb(one + two, k) for k in range(min(one, two) + 1))
    assert p == pytest.approx(min(1.0, 2 * tail / 2 ** (one + two)))


@given(questions(smallest=1))
@settings(max_examples=20, deadline=None)
def test_a_run_against_itself_shows_nothing(asked: list[Scored]) -> None:
    found = compare.compare_runs(asked, asked, "itself", FEW)
    assert (found.n, found.only_this, found.only_other, found.p) == (len(asked), 0, 0, 1.0)
    for change in found.differences.values():
        assert change.difference in (0.0, None)
        assert change.low in (0.0, None)
        assert change.high in (0.0, None)


def test_a_better_run_shows() -> None:
    this = [scored(f"q{n}", right=n % 10 > 0) for n in range(100)]
    other = [scored(f"q{n}", right=n % 2 > 0) for n in range(100)]
    found = compare.compare_runs(this, other, "other", 500)
    assert (found.only_this, found.only_other) == (40, 0)
    right = found.differences["right"]
    assert (right.this, right.other, right.difference) == (0.9, 0.5, 0.4)
    assert right.low is not None
    assert right.high is not None
    assert 0.25 < right.low < 0.4 < right.high < 0.55


def test_only_the_questions_of_both_count() -> None:
    this = [scored("a"), scored("b")]
    other = [scored("c", right=False), scored("b", right=False)]
    found = compare.compare_runs(this, other, "other", FEW)
    assert (found.n, found.only_this) == (1, 1)


def test_no_question_of_both() -> None:
    with pytest.raises(SettingError, match="share no question"):
        compare.compare_runs([scored("a")], [scored("b")], "other", FEW)


def test_the_same_runs_give_the_same_intervals() -> None:
    this = [scored(f"q{n}", right=n % 3 > 0) for n in range(30)]
    other = [scored(f"q{n}", right=n % 4 > 0) for n in range(30)]
    once = compare.compare_runs(this, other, "other", FEW)
    assert compare.compare_runs(this, other, "other", FEW) == once


def test_too_few_answers_give_no_interval_of_the_calibration_error() -> None:
    few = [scored(f"q{n}", right=n % 3 > 0) for n in range(40)]
    many = [scored(f"q{n}", right=n % 3 > 0) for n in range(200)]
    assert compare.compare_runs(few, few, "x", FEW).differences["ece"].low is None
    assert compare.compare_runs(many, many, "x", FEW).differences["ece"].low == 0.0


@given(questions(smallest=1, largest=60))
def test_the_quick_calibration_error_is_the_plain_one(asked: list[Scored]) -> None:
    answered = [s for s in asked if s.answered]
    quick = compare._calibration_error(compare._Columns(asked), np.arange(len(asked)))
    if not answered:
        assert math.isnan(quick)
        return
    plain = expected_calibration_error(
        [s.confidence for s in answered], [s.right for s in answered]
    )
    assert quick == pytest.approx(plain, abs=1e-9)
