"""Where the letters of a page stand, and how that is sent from one process to the other."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

WHOLE = 65_535  # the width and the height of a page, in the numbers that are sent
MOST_LETTERS = 200_000  # of a page; a dense page of newspaper has a tenth of it

Box = tuple[float, float, float, float]
"""Left, top, right, bottom: shares of the page's width and height, from its upper left corner."""


@dataclass(frozen=True, slots=True)
class PageLayout:
    """A page as it is seen, and its letters in the order in which the parser reads them.

    Attributes:
        pages: how many pages the file has.
        width, height: in points.
        letters: without white space.
        places: four numbers a letter, those of its Box times ``WHOLE``.
        cells: for each letter, the number of the cell (words without a wide gap) it stands in.
        line_ends: indices of the letters that end a line.
    """

    pages: int
    width: float
    height: float
    letters: str
    places: Sequence[int]
    cells: Sequence[int]
    line_ends: frozenset[int]

    def box(self, first: int, last: int) -> Box:
        """Gives the box round the letters from ``first`` to ``last``."""
        of = self.places[4 * first : 4 * last + 4]
        return (
            min(of[0::4]) / WHOLE,
            min(of[1::4]) / WHOLE,
            max(of[2::4]) / WHOLE,
            max(of[3::4]) / WHOLE,
        )


def take_apart(
    pages: int,
    size: tuple[float, float],
    cells: Sequence[tuple[str, bool]],
    places: Sequence[int],
) -> tuple[dict[str, Any], bytes]:
    """Gives a page as facts and bytes; a cell is its letters, and whether it ends a line."""
    facts = {
        "pages": pages,
        "width": size[0],
        "height": size[1],
        "letters": "".join(letters for letters, _ in cells),
        "cells": [(len(letters), ends_line) for letters, ends_line in cells],
    }
    numbers = array("H", places)
    if sys.byteorder == "big":
        numbers.byteswap()
    return facts, numbers.tobytes()


def put_together(facts: Mapping[str, Any], data: bytes) -> PageLayout:
    """Makes the layout, and believes nothing that it has not looked at.

    Raises:
        ValueError, TypeError, KeyError: this is no page.
    """
    letters, lengths = facts["letters"], [length for length, _ in facts["cells"]]
    if type(letters) is not str or any(type(n) is not int or n < 1 for n in lengths):
        raise TypeError("no page")
    if sum(lengths) != len(letters) or len(data) != 8 * len(letters):
        raise ValueError("letters and places differ in number")
    width, height = float(facts["width"]), float(facts["height"])
    if type(facts["pages"]) is not int or not all(0 < side < 1e9 for side in (width, height)):
        raise ValueError("no number of pages, or no size")
    places = array("H", data)
    if sys.byteorder == "big":
        places.byteswap()
    ends = zip(accumulate(lengths), facts["cells"], strict=True)
    return PageLayout(
        pages=facts["pages"],
        width=width,
        height=height,
        letters=letters,
        places=places,
        cells=array("L", [n for n, length in enumerate(lengths) for _ in range(length)]),
        line_ends=frozenset(end - 1 for end, (_, ends_line) in ends if ends_line),
    )
