from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluate.scored import Scored
from rag.evaluate.thresholds import (
    area_under_risk_coverage,
    coverage_curve,
    find_threshold,
    replay,
    replay_all,
)
from tests.evaluate.examples import questions, scored, shares


def test_replay_counts_each_kind() -> None:
    asked = [
        scored("a", confidence=0.9),
        scored("b", confidence=0.2),
        scored("c", confidence=0.8, right=False),
        scored("d", answerable=False, confidence=0.3),
    ]
    at = replay(asked, 0.5)
    assert (at.coverage, at.selective_accuracy, at.right) == (0.5, 0.5, 0.5)
    assert (at.refused_rightly, at.refused_wrongly) == (1.0, 1 / 3)


def test_replay_of_nothing() -> None:
    assert replay([], 0.5).right is None
    assert coverage_curve([]) == []
    assert area_under_risk_coverage([]) is None


@given(questions())
def test_a_higher_threshold_never_answers_more(asked: list[Scored]) -> None:
    rows = replay_all(asked, [step / 10 for step in range(11)])
    for field in ("refused_rightly", "refused_wrongly"):
        found = [getattr(row, field) for row in rows]
        assert None in found or found == sorted(found)


@given(questions(), shares)
def test_the_highest_threshold_that_refuses_few(asked: list[Scored], most: float) -> None:
    threshold = find_threshold(asked, most)
    refused = replay(asked, threshold).refused_wrongly
    if threshold > 0.0 and refused is not None:
        assert refused <= most
    if threshold < 1.0:
        higher = replay(asked, threshold + 1e-9).refused_wrongly
        assert higher is not None
        assert higher > most


def test_find_threshold_by_hand() -> None:
    asked = [scored(str(n), confidence=n / 10) for n in range(10)]
    assert find_threshold(asked, 0.0) == 0.0
    assert find_threshold(asked, 0.3) == 0.3
    assert find_threshold(asked, 1.0) == 1.0
    assert find_threshold([scored(offered=False)], 0.5) == 0.0


@given(questions(smallest=1))
def test_the_curve_rises_in_coverage_and_is_what_replay_gives(asked: list[Scored]) -> None:
    curve = coverage_curve(asked)
    coverages = [point.coverage for point in curve]
    assert coverages == sorted(set(coverages))
    for point in curve:
        at = replay(asked, point.threshold)
        assert (point.coverage, point.accuracy) == (at.coverage, at.selective_accuracy)


@given(questions(smallest=1), st.randoms())
def test_the_curve_does_not_depend_on_the_order(asked: list[Scored], random: object) -> None:
    shuffled = sorted(asked, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert coverage_curve(shuffled) == coverage_curve(asked)


def test_area_under_the_curve() -> None:
    sure = [scored("a", confidence=0.9), scored("b", confidence=0.1, right=False)]
    unsure = [scored("a", confidence=0.1), scored("b", confidence=0.9, right=False)]
    assert area_under_risk_coverage(coverage_curve(sure)) == pytest.approx((0 + 1 / 2) / 2)
    assert area_under_risk_coverage(coverage_curve(unsure)) == pytest.approx((1 + 1 / 2) / 2)
