from __future__ import annotations

import pytest

from rag.answer.quotation import Quotation
from rag.answer.sides import distinguish, find_contrast, find_naming_all, find_side
from rag.records import Span

MARKS = distinguish(("cash", "the digital ruble"))


def quote(text: str) -> Quotation:
    return Quotation(Span(0, 0, len(text), 0.9), 0, len(text), text, "verbatim")


@pytest.mark.parametrize(
    "text",
    [
        "The digital ruble is money of the central bank.",
        "Digital ruble. The bank's own money.",
        "Digital ruble | None | Planned",
    ],
)
def test_a_side_is_the_subject_of_its_sentence(text: str) -> None:
    assert find_side([quote("It is a kind of ruble."), quote(text)], MARKS, 1) == quote(text)


@pytest.mark.parametrize(
    "text",
    [
        "It is a digital ruble.",
        "Cash and the digital ruble are money.",
        "Cash made up a small part of all reserves that were held; the digital ruble is new.",
        "the ruble in the hand of whoever pays for whatever it may happen to be that costs money",
    ],
)
def test_what_speaks_of_something_else_is_no_side(text: str) -> None:
    assert find_side([quote(text)], MARKS, 1) is None


def test_a_contrast_names_every_side_and_sets_them_apart() -> None:
    apart = quote("Cash works offline, while the digital ruble does not.")
    beside = quote("The digital ruble equals cash, and is not a coin.")
    assert find_contrast([beside, apart], MARKS) == apart
    assert find_contrast([beside], MARKS) is None
    assert find_naming_all([beside, quote("Cash is king.")], MARKS) == [beside]


def test_sides_that_share_words_are_known_by_the_others() -> None:
    assert distinguish(("digital currency", "digital ruble")) == [{"currenc"}, {"rubl"}]
