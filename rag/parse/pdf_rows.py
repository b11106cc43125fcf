"""The lines of a PDF page → the same with the wrapped rows of tables without rules whole.

Programs write a table cell by cell: a line that begins higher than the one before it, and to the
right of all that came, opens the next cell of the same row. Prose in columns does so once for a
long column, not row by row.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from rag.parse.pdf_lines import ITEM, Line
from rag.parse.pdf_tables import alone, join_cell, make_row

_TIGHT = 1.4  # times the height of the letters: the step from one line of a cell to the next
_LEAST_GAP = 0.6  # times the height of the letters, between two cells; between words it is less
_ALIKE = 0.75
_HIGHER = 2.5  # likewise: how much higher than the first cell another one begins
_MOST_LINES = 8  # of the first cell of a row
_NEAR = 3  # rows within which another of the same columns stands
_PROSE_LINES = 4  # cells that all have so many lines …
_PROSE_CHARACTERS = 20  # … of such length are columns of prose

_Row = list[Line]


def join_wrapped_rows(lines: Sequence[Line]) -> list[Line]:
    """Makes one line of each row whose cells have several lines.

    Args:
        lines: of a page, in reading order.
    """
    rows: list[_Row] = []
    for line in lines:
        if line.is_row or ITEM.match(line.words.replace("\t", " ")):
            rows.append([line])
        elif count := _opens_next_cell(rows, line):
            rows[-count:] = [[li for row in rows[-count:] for li in row] + [line]]
        elif rows and (_goes_on_below(rows[-1], line) or _first_cell_goes_on(rows[-1], line)):
            rows[-1].append(line)
        else:
            rows.append([line])
    columns = [_columns(row) for row in rows]
    joined: list[Line] = []
    for i, row in enumerate(rows):
        around = [*columns[max(i - _NEAR, 0) : i], *columns[i + 1 : i + 1 + _NEAR]]
        if len(row) > 1 and _is_table_row(columns[i], around):
            joined.append(make_row([join_cell(column) for column in columns[i]], row))
        else:
            joined.extend(row)
    return joined


def _opens_next_cell(rows: Sequence[_Row], line: Line) -> int:
    """Says of how many rows before a line all are cells of a row that goes on with it."""
    if not rows or line.bottom < rows[-1][-1].bottom + 0.5 * line.size:
        return 0
    if len(rows[-1]) == 1 and min(len(rows[-1][0].cells), len(line.cells)) > 1:
        return 0  # two rows that stand side by side, each of one line
    top, taken = float("-inf"), 0
    for count, row in enumerate(reversed(rows[-_MOST_LINES:]), start=1):
        gap = line.left - max(li.right for li in row)
        if row[0].is_row or gap < _LEAST_GAP * line.size:
            break
        if not _is_alike(row[-1].size, line.size):
            break  # what stands above or below a line, or a note's mark
        if count > 1 and not _is_below(row[-1], rows[-count + 1][0]):
            break
        top, taken = max(top, *(li.top for li in row)), count
        if top > line.top - 0.5 * line.size or len(_columns(row)) > 1:
            return count
    # The first cell may stand lower, in the middle or at the foot of its row.
    return taken if line.bottom - top < _HIGHER * line.size else 0


def _is_below(above: Line, line: Line) -> bool:
    """Says whether a line may be the next one of the same cell."""
    if not _is_alike(above.size, line.size):
        return False
    step = above.bottom - line.bottom
    overlap = line.left < above.right and above.left < line.right
    return overlap and 0.5 * line.size < step <= _TIGHT * max(line.size, above.size)


def _is_alike(size: float, other: float) -> bool:
    return min(size, other) > _ALIKE * max(size, other)


def _goes_on_below(row: _Row, line: Line) -> bool:
    """Says whether a line stands below cells of the row, but not below the first one."""
    columns = _columns(row)
    if len(columns) < 2 or line.left < max(li.right for li in columns[0]):
        return False
    if any(li.bottom > above.bottom for above, li in itertools.pairwise(row)):  # cell by cell
        right = max(li.right for li in row)
        is_last = _is_below(row[-1], alone(line, line.cells[0]))
        return is_last and all(cell.left > right for cell in line.cells[1:])
    is_near = 0 < row[-1].bottom - line.bottom <= _TIGHT * line.size
    below = [[c for c in columns[1:] if _overlap(c, alone(line, cell))] for cell in line.cells]
    # Figures alone may be a row of sums without a name.
    has_words = all(any(map(str.isalpha, cell.words)) for cell in line.cells)
    return is_near and has_words and all(len(found) == 1 for found in below)


def _first_cell_goes_on(row: _Row, line: Line) -> bool:
    """Says whether a line and the row before it share their first cell, by a small letter."""
    if not line.words[:1].islower() or abs(row[0].left - line.left) > line.size:
        return False
    one, other = len(_columns(row)), len(line.cells)
    if min(one, other) > 1 or one == other or not _is_below(row[-1], line):
        return False
    first, second = (row[0], line) if one > 1 else (line, row[0])
    return second.right < first.cells[1].left if len(first.cells) > 1 else False


def _columns(row: _Row) -> list[list[Line]]:
    """Gives the cells of a row from left to right, each with its lines."""
    columns: list[list[Line]] = []
    for line in row:
        for cell in line.cells:
            piece = alone(line, cell)
            column = next((c for c in columns if _overlap(c, piece)), None)
            if column is None:
                columns.append([piece])
            else:
                column.append(piece)
    return sorted(columns, key=lambda column: column[0].left)


def _overlap(column: Sequence[Line], piece: Line) -> bool:
    left, right = min(li.left for li in column), max(li.right for li in column)
    return piece.left < right and left < piece.right


def _is_table_row(columns: list[list[Line]], around: Sequence[list[list[Line]]]) -> bool:
    """Says whether a row near by has columns at the same places, and these hold no prose."""
    if len(columns) < 2 or all(_is_prose(column) for column in columns):
        return False
    return any(
        len(other) > 1 and sum(any(_overlap(c, p[0]) for p in other) for c in columns) > 1
        for other in around
    )


def _is_prose(column: Sequence[Line]) -> bool:
    characters = sum(len(line.words) for line in column)
    return len(column) >= _PROSE_LINES and characters >= _PROSE_CHARACTERS * len(column)
