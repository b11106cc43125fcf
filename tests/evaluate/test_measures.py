from __future__ import annotations

import pytest

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
