from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluate import measures


def test_normalise_answer() -> None:
    assert measures.normalise_answer("The  “Almost-total” ban, a.") == "almost total ban"


def test_contains_answer_wants_whole_words() -> None:
    assert measures.contains_answer(["It was 25% of all."], ["25"])
    assert not measures.contains_answer(["It was 125 of all."], ["25"])
    assert not measures.contains_answer(["anything"], ["the"])


def test_token_f1() -> None:
    assert measures.token_f1("a total ban", "total ban on crypto") == pytest.approx(2 * 2 / 6)
    assert measures.token_f1("", "x") == 0.0


def test_evidence_counts_each_character_once() -> None:
    gold = [("a", 0, 10), ("b", 5, 15)]
    cited = [("a", 0, 5), ("a", 3, 5), ("c", 0, 100)]
    assert measures.evidence_recall(cited, gold) == pytest.approx(5 / 20)
    assert measures.evidence_precision(cited, gold) == pytest.approx(5 / 105)
    assert measures.evidence_precision([], gold) == 0.0


def test_merge_ranges_joins_what_touches() -> None:
    assert measures.merge_ranges([("a", 5, 9), ("a", 0, 5), ("a", 20, 20)]) == [("a", 0, 9)]


def test_calibration_error_of_the_sure_and_wrong() -> None:
    assert measures.expected_calibration_error([1.0] * 4, [False] * 4) == 1.0
    assert measures.expected_calibration_error([0.5] * 30, [True, False] * 15, 1) == 0.0
    assert measures.expected_calibration_error([], []) == 0.0


def test_ranking() -> None:
    assert measures.recall_at(["a", "b", "c"], ["c", "x"], 3) == 0.5
    assert measures.ndcg_at(["a", "b"], ["a"]) == 1.0
    assert measures.ndcg_at(["b", "a"], ["a"]) == pytest.approx(0.6309, abs=1e-4)


def test_percentile() -> None:
    assert measures.percentile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.5
    assert measures.percentile([], 0.5) == 0.0


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), min_size=1, max_size=15))
def test_calibrated_bins_have_no_error(groups: list[tuple[int, int]]) -> None:
    """Each bin is one group of ten whose confidence is its share of right answers."""
    confidences, right = [], []
    for share in sorted(share for _, share in groups):
        confidences += [share / 10] * 10
        right += [number < share for number in range(10)]
    error = measures.expected_calibration_error(confidences, right, bins=len(groups))
    assert error == pytest.approx(0.0, abs=1e-12)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=80))
def test_bins_hold_every_answer_once_and_alike_many(answers: list[tuple[float, bool]]) -> None:
    confidences, right = [c for c, _ in answers], [r for _, r in answers]
    bins = measures.calibration_bins(confidences, right)
    assert sum(b.count for b in bins) == len(answers)
    assert sum(b.right for b in bins) == sum(right)
    counts = [b.count for b in bins]
    assert not counts or max(counts) - min(counts) <= 1
    assert 0 <= measures.expected_calibration_error(confidences, right) <= 1


@given(st.integers(0, 200), st.integers(0, 200))
def test_wilson_interval_holds_the_share(right: int, wrong: int) -> None:
    low, high = measures.wilson_interval(right, right + wrong)
    assert 0 <= low <= high <= 1
    if right + wrong:
        assert low - 1e-9 <= right / (right + wrong) <= high + 1e-9


def test_wilson_interval_against_a_known_value() -> None:
    assert measures.wilson_interval(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
