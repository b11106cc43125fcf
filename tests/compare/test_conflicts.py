"""The sample's own pairs, told as well as the benchmark promises."""

from __future__ import annotations

import pytest

from benchmarks.conflicts import HALVES, Pair, read_pairs


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return read_pairs()  # raises where a quotation does not stand in its document


@pytest.mark.parametrize("half", HALVES)
def test_disagreements_are_told(pairs: list[Pair], half: str) -> None:
    own = [pair for pair in pairs if pair.half == half]
    true = [pair for pair in own if pair.disagree]
    told = [pair for pair in own if pair.is_told]
    right = sum(pair.disagree for pair in told)
    assert len(true) >= 20 and len(own) - len(true) >= 20
    assert right / len(told) >= 0.8
    assert right / len(true) >= 0.6
