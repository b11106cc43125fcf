"""The measures, against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from tiny import QUESTIONS, asked, tokenizer

from training import measure
from training.encode import Batch, Row
from training.measure import Found


def test_exact_match_and_f1_as_squad_counts_them() -> None:
    example = asked("Who founded it?", "Anna Berg")
    assert measure.exact_and_f1("the Anna Berg!", example) == (1.0, 1.0)
    assert measure.exact_and_f1("Anna", example) == (0.0, pytest.approx(2 / 3))
    assert measure.exact_and_f1("", example) == (0.0, 0.0)
    assert measure.exact_and_f1("", asked("Who left?", "")) == (1.0, 1.0)
    assert measure.exact_and_f1("Anna", asked("Who left?", "")) == (0.0, 0.0)


def test_auroc_counts_pairs_and_ties() -> None:
    assert measure.auroc([3, 2, 1], [True, False, False]) == 1.0
    assert measure.auroc([1, 1], [True, False]) == 0.5
    assert measure.auroc([2, 3, 1, 4], [True, False, False, True]) == 0.75
    assert np.isnan(measure.auroc([1.0], [True]))


def test_the_threshold_separates_what_can_be_separated() -> None:
    found = [Found("Anna Berg", 2.0, 0, 0), Found("1931", 1.0, 0, 0), Found("bread", 0.5, 0, 0)]
    found.append(Found("Karl", -1.0, 0, 0))
    threshold = measure.best_threshold(found, QUESTIONS)
    assert -1.0 < threshold < 0.5
    figures = measure.figures(found, QUESTIONS, threshold)
    assert figures.f1 == figures.em == 100.0
    assert figures.auroc == 1.0
    assert measure.figures(found, QUESTIONS, 10.0).f1 == 25.0


def test_when_nothing_is_right_nothing_is_answered() -> None:
    found = [Found("wrong", 3.0, 0, 0), Found("wrong", 2.0, 0, 0)]
    unanswerable = [QUESTIONS[3], QUESTIONS[3]]
    assert measure.best_threshold(found, unanswerable) > 3.0
    assert measure.best_threshold([], []) == 0.0


def test_the_best_span_lies_in_the_passage_runs_forward_and_is_short() -> None:
    row = Row([0] * 60, 5, [(i, i + 1) for i in range(50)])
    start, end = np.zeros(60, dtype=np.float32), np.zeros(60, dtype=np.float32)
    start[[1, 10, 5]] = 9, 5, 4
    end[[7, 54]] = 5, 9
    assert measure.best_span(row, start, end) == (0, 2, 9.0)


def test_reading_takes_the_surest_window() -> None:
    def network(batch: Batch) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        wanted = tokenizer().token_to_id("1931")
        hit = (batch.ids == wanted).numpy().astype(np.float32) * batch.segments.numpy()
        return hit, hit, hit.sum(axis=1)

    long = asked("When was the bakery founded?", "1931")
    assert measure.read(network, tokenizer(), [long])[0].text == "1931"
