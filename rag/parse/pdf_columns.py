"""The lines of a PDF page that run across several columns → those of each column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.parse.pdf_lines import Cell, Line
from rag.parse.pdf_tables import alone

_NEAR_LINES = 8
_SAME_PLACE = 1.0  # points
_LEAST_COLUMN_LINES = 6
_LEAST_COLUMN_CHARACTERS = 18  # on average; the cells of a table are shorter
_LONGEST_MARK = 3  # characters: what may be the bullet or the number of an item


def split_at_columns(lines: Sequence[Line]) -> list[Line]:
    """Takes lines apart at narrow gaps, where what comes after begins at the place of a column.

    That is where a line near by begins, or a cell of one.
    """
    split: list[Line] = []
    for i, line in enumerate(lines):
        around = [*lines[max(i - _NEAR_LINES, 0) : i], *lines[i + 1 : i + 1 + _NEAR_LINES]]
        starts = [cell.left for other in around for cell in other.cells]
        cells = [new for cell in line.cells for new in _split_cell(cell, starts)]
        split.append(replace(line, cells=cells) if len(cells) > len(line.cells) else line)
    return split


def _split_cell(cell: Cell, starts: Sequence[float]) -> Iterator[Cell]:
    left: list[Cell] = []
    for part in cell.parts or (cell,):
        is_mark = len(left) == 1 and len(left[0].words) <= _LONGEST_MARK
        if left and not is_mark and any(abs(part.left - at) <= _SAME_PLACE for at in starts):
            yield _joined(left)
            left = []
        left.append(part)
    yield _joined(left)


def _joined(parts: list[Cell]) -> Cell:
    if len(parts) == 1:
        return parts[0]
    words = " ".join(part.words for part in parts)
    runs = tuple(run for part in parts for run in part.runs)
    return Cell(words, parts[0].left, parts[-1].right, tuple(parts), runs)


def by_columns(lines: list[Line]) -> list[Line]:
    """Puts lines that run across two columns into the order in which people read them."""
    ordered: list[Line] = []
    i = 0
    while i < len(lines):
        run = _column_run(lines, i)
        if len(run) < _LEAST_COLUMN_LINES or not _reads_as_columns(run):
            ordered.extend(run or [lines[i]])
        else:
            for side in (0, 1):
                ordered.extend(alone(line, line.cells[side]) for line in run)
        i += len(run) or 1
    return ordered


def _column_run(lines: list[Line], i: int) -> list[Line]:
    """Gives the lines from ``i`` on that have two cells with one gutter through all of them."""
    run: list[Line] = []
    gutter_left, gutter_right = float("-inf"), float("inf")
    for line in lines[i:]:
        if len(line.cells) != 2 or line.is_row:
            break
        gutter_left = max(gutter_left, line.cells[0].right)
        gutter_right = min(gutter_right, line.cells[1].left)
        if gutter_left >= gutter_right:
            break
        run.append(line)
    return run


def _reads_as_columns(run: list[Line]) -> bool:
    return all(
        sum(len(line.cells[side].words) for line in run) >= _LEAST_COLUMN_CHARACTERS * len(run)
        for side in (0, 1)
    )
