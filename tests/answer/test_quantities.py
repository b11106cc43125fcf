from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.quantities import find_quantities


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("15 August 2023", "August 15, 2023"),
        ("15 August 2023", "2023-08-15"),
        ("the 3rd of Jan 2024", "3 January 2024"),
        ("August 2023", "Aug. 2023"),
        ("1.4 billion dollars", "1,400 million dollars"),
        ("1.4bn", "1 400 000 000"),
        ("30 per cent", "30%"),
        ("0.30 percent", "0.3%"),
        ("ten regions", "10 regions"),
    ],
)
def test_the_same_quantity(one: str, other: str) -> None:
    assert find_quantities(one) == find_quantities(other) != frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [("15 August 2023", "16 August 2023"), ("1.4 billion", "14 billion"), ("30%", "30 rubles")],
)
def test_another_quantity(one: str, other: str) -> None:
    assert find_quantities(one) != find_quantities(other)


def test_names_with_numbers_are_no_sums() -> None:
    assert find_quantities("the law 259-FZ on USDC") == {"259"}
    assert find_quantities("no figure at all, one hopes") == frozenset()


@given(st.text(max_size=100))
def test_any_text_can_be_searched(text: str) -> None:
    assert all(find_quantities(text))


@given(st.integers(0, 10**12))
def test_thousands_may_be_grouped(number: int) -> None:
    assert find_quantities(f"{number:,}") == find_quantities(str(number)) == {str(number)}
