"""Which row of a table names its columns."""

from __future__ import annotations

import re
from collections.abc import Sequence

_FIRST_ROWS = 20  # the table's width is told from these
_LEAST_SHARE = 0.6  # of the columns: a row with fewer cells is a title over the table
_LONGEST_HEAD = 80  # characters: a longer cell says something, it names nothing
_VALUE = re.compile(r"[-+(<>~]?[$€£¥]?\s*\d[\d.,:/\s%-]*\)?|true|false|n/?a|-", re.IGNORECASE)


def find_head(rows: Sequence[Sequence[str]]) -> int | None:
    """Gives the index of the row that names the columns; None where no row seems to.

    It is the first one that fills most columns, if its cells are short, differ, and hold no values,
    and rows follow it.
    """
    first = [[cell.strip() for cell in row if cell.strip()] for row in rows[:_FIRST_ROWS]]
    width = max(map(len, first), default=0)
    for i, cells in enumerate(first):
        if len(cells) >= max(2, width * _LEAST_SHARE):
            return i if i + 1 < len(rows) and _names_columns(cells) else None
    return None


def _names_columns(cells: Sequence[str]) -> bool:
    is_short = all(len(cell) <= _LONGEST_HEAD for cell in cells)
    return is_short and len(set(cells)) == len(cells) and not any(map(_VALUE.fullmatch, cells))
