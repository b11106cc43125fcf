"""Fitting what evidence weighs, on made-up questions."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from random import Random

import numpy as np
import pytest

from rag.answer.compose import COVERING_SCORE
from rag.reader.spans import Evidence, find_standing
from rag.records import Passage
from tests.passages import make_passage
from training.calibrate import Case, find_reach, fit, fit_logistic, is_right


def make_case(draw: Random, answerable: bool) -> Case:
    """Three spans; where the question is answerable the one with the highest margin is right."""
    margins = [draw.gauss(0, 1), draw.gauss(0, 1), draw.gauss(3 if answerable else 0, 1)]
    evidence = [
        Evidence(**{**{f.name: draw.random() for f in fields(Evidence)}, "margin": margin})
        for margin in margins
    ]
    right = np.array([False, False, answerable])
    return Case(
        evidence, right, 1.0, answerable, lambda scores: bool(right[int(np.argmax(scores))])
    )


def test_what_tells_right_from_wrong_weighs_most() -> None:
    draw = Random(5)
    cases = [make_case(draw, answerable=number % 2 == 0) for number in range(300)]
    found = fit(cases)
    weights = {name: abs(found["span"][name]) for name in (f.name for f in fields(Evidence))}
    assert max(weights, key=lambda name: weights[name]) == "margin"
    assert 0.8 < found["answer"]["right"] < 1
    best = [find_standing(case.evidence, found["span"])[0] for case in cases if case.right.any()]
    assert best.count(2) > 0.8 * len(best)


def test_the_reach_is_what_the_network_adds_to_nearly_all() -> None:
    evidence = Evidence(**{field.name: 0.0 for field in fields(Evidence)})
    margins = [replace(evidence, margin=float(number)) for number in range(101)]
    case = Case(margins, np.zeros(101, dtype=bool), 1.0, False, lambda scores: False)
    weights = {"margin": 2.0, "coverage": 5.0, "agreement": 3.0}
    quotable = math.log(2 / COVERING_SCORE - 1)
    assert find_reach([case], weights) == pytest.approx(2.0 * 99 + quotable)


def test_a_weight_counts_as_so_many_cases() -> None:
    features = np.array([[0.0], [1.0], [1.0], [2.0]])
    right = np.array([False, True, False, True])
    twice = fit_logistic(features, right, np.array([1.0, 2.0, 1.0, 1.0]))
    repeated = np.array([0, 1, 1, 2, 3])
    np.testing.assert_allclose(
        twice, fit_logistic(features[repeated], right[repeated], np.ones(5)), atol=1e-6
    )


def question_about(passage: Passage, start: int, end: int) -> dict[str, object]:
    gold = {"doc_id": "town.txt", "start": passage.start + start, "end": passage.start + end}
    return {"question": "Who runs it?", "answerable": True, "answer": None, "evidence": [gold]}


def test_a_quote_is_right_where_it_is_mostly_the_evidence() -> None:
    passage = make_passage("The mill is old. Anna Berg runs the mill. It has a wheel.", 100)
    asked = question_about(passage, 17, 41)
    names = {"town.txt": passage.document.id}
    assert is_right(asked, passage, 117, 126, names)
    assert not is_right(asked, passage, 100, 108, names)
    assert not is_right({**asked, "answerable": False}, passage, 117, 126, names)
    assert is_right({**asked, "evidence": [], "answer": ["Anna Berg"]}, passage, 117, 126, names)
