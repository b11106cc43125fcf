"""The lines of a PDF page → the same with the rows of its ruled tables whole.

A cell is what the nearest rules on all four sides enclose, so that merged cells are found too.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.parse.pdf_lines import ITEM, Cell, Line
from rag.parse.pdf_rules import Rule, Rules

_TOUCH = 3.0  # points within which rules meet
_PADDING = 6.0  # points between words and a rule
_SPREAD = 1.8  # times the height of the letters
_LONGEST_CELL = 600  # characters; boxes of more are a layout of prose


@dataclass(frozen=True, slots=True)
class Grid:
    """Rules that meet one another, and so enclose cells."""

    horizontal: list[Rule]
    vertical: list[Rule]


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    """The box of a cell in its grid: numbers of the rules around it, from the top left."""

    top: int
    left: int
    bottom: int
    right: int


def join_ruled_rows(lines: Sequence[Line], grids: Sequence[Grid]) -> list[Line]:
    """Makes one line of each row of each ruled table; a table stands where its first line did.

    Cells too long for a table keep their lines, cell by cell.
    """
    rest = list(lines)
    for grid in grids:
        inside: dict[_Place, list[Line]] = {}
        outside: list[Line] = []
        first = None
        for line in rest:
            pieces = [(alone(line, cell), _place(grid, cell, line)) for cell in line.cells]
            left = [cell for cell, (_, place) in zip(line.cells, pieces, strict=True) if not place]
            if len(left) < len(pieces) and first is None:
                first = len(outside)
            for piece, place in pieces:
                if place:
                    inside.setdefault(place, []).append(piece)
            if left:
                outside.append(line if len(left) == len(pieces) else replace(line, cells=left))
        if first is not None and _is_table(inside):
            rest = [*outside[:first], *_ruled_rows(grid, inside), *outside[first:]]
    return rest


def find_grids(rules: Rules) -> list[Grid]:
    """Gives the groups of rules that meet, where they enclose cells."""
    found: list[Grid] = []
    loose = list(rules.horizontal)
    others = list(rules.vertical)
    while loose:
        horizontal, vertical = [loose.pop()], list[Rule]()
        new_h, new_v = horizontal[:], vertical[:]
        while new_h or new_v:
            new_v = [v for v in others if any(_meet(h, v) for h in new_h)]
            others = [v for v in others if v not in new_v]
            new_h = [h for h in loose if any(_meet(h, v) for v in new_v)]
            loose = [h for h in loose if h not in new_h]
            horizontal += new_h
            vertical += new_v
        if len(horizontal) > 1 and vertical:
            found.append(_with_open_sides(Grid(horizontal, vertical)))
    return found


def _meet(horizontal: Rule, vertical: Rule) -> bool:
    return (
        horizontal.start - _TOUCH <= vertical.at <= horizontal.end + _TOUCH
        and vertical.start - _TOUCH <= horizontal.at <= vertical.end + _TOUCH
    )


def _with_open_sides(grid: Grid) -> Grid:
    """Closes the sides that a table leaves open, as many have no rule at their outer edges."""
    across = [x for r in grid.horizontal for x in (r.start, r.end)]
    across += [r.at for r in grid.vertical]
    along = [y for r in grid.vertical for y in (r.start, r.end)]
    along += [r.at for r in grid.horizontal]
    left, right, bottom, top = min(across), max(across), min(along), max(along)
    sides = (Rule(left, bottom, top), Rule(right, bottom, top))
    ends = (Rule(bottom, left, right), Rule(top, left, right))
    vertical = [s for s in sides if all(abs(s.at - r.at) > _TOUCH for r in grid.vertical)]
    horizontal = [e for e in ends if all(abs(e.at - r.at) > _TOUCH for r in grid.horizontal)]
    return Grid(
        sorted([*grid.horizontal, *horizontal], key=lambda rule: -rule.at),
        sorted([*grid.vertical, *vertical], key=lambda rule: rule.at),
    )


def _place(grid: Grid, cell: Cell, line: Line) -> _Place | None:
    """Gives the box in which the middle of some words stands; None outside the grid."""
    x, y = (cell.left + cell.right) / 2, (line.bottom + line.top) / 2
    above = [n for n, r in enumerate(grid.horizontal) if r.covers(x) and r.at >= y]
    below = [n for n, r in enumerate(grid.horizontal) if r.covers(x) and r.at < y]
    before = [n for n, r in enumerate(grid.vertical) if r.covers(y) and r.at <= x]
    after = [n for n, r in enumerate(grid.vertical) if r.covers(y) and r.at > x]
    if not (above and below and before and after):
        return None
    return _Place(above[-1], before[-1], below[0], after[0])


def alone(line: Line, cell: Cell) -> Line:
    """Gives one cell of a line as a line."""
    return Line([cell], line.bottom, line.top, line.size, line.is_bold)


def _is_table(inside: dict[_Place, list[Line]]) -> bool:
    if any(_is_spread(lines) for lines in inside.values()):
        return False
    tops = {place.top for place in inside}
    return len(tops) > 1 and any(
        one.top == other.top for one, other in itertools.pairwise(sorted(inside))
    )


def _ruled_rows(grid: Grid, inside: dict[_Place, list[Line]]) -> Iterator[Line]:
    for top, row in itertools.groupby(sorted(inside), key=lambda place: place.top):
        places = list(row)
        lines = [line for place in places for line in inside[place]]
        bottom = min(place.bottom for place in places)
        middle = (grid.horizontal[top].at + grid.horizontal[bottom].at) / 2
        cells = {place.left: join_cell(inside[place]) for place in places}
        sides = [n for n, rule in enumerate(grid.vertical) if rule.covers(middle)]
        for left, right in itertools.pairwise(sides):
            cells.setdefault(left, Cell("", grid.vertical[left].at, grid.vertical[right].at))
        if len(cells) < 2 or any(len(cell.words) > _LONGEST_CELL for cell in cells.values()):
            yield from lines
        elif _has_bare_rows(grid, {place: inside[place] for place in places}):
            yield from _bare_rows(lines)
        else:
            yield make_row([cells[left] for left in sorted(cells)], lines)


def _has_bare_rows(grid: Grid, row: dict[_Place, list[Line]]) -> bool:
    """Says whether rows stand between two rules, as where only columns are ruled.

    Then several cells side by side have single words below one another, or lines that end although
    the next word would have fitted on them.
    """
    long = [place for place, lines in row.items() if len(lines) > 1]
    if len(long) > 2 and all(" " not in line.words for place in long for line in row[place]):
        return True
    breaks = [
        _ended_early(above, line, grid.vertical[place.right].at)
        for place in long
        for above, line in itertools.pairwise(row[place])
        if not ITEM.match(line.words)
    ]
    has_many = len(long) > 2 or sum(len(row[place]) > 2 for place in long) > 1
    return has_many and sum(breaks) * 2 > len(breaks)


def _is_spread(lines: list[Line]) -> bool:
    """Says whether lines stand too far apart for one cell, as the numbers of a form's rows do."""
    steps = [above.bottom - line.bottom for above, line in itertools.pairwise(lines)]
    return len(lines) > 2 and sum(s > _SPREAD * lines[0].size for s in steps) * 2 > len(steps)


def _ended_early(above: Line, line: Line, edge: float) -> bool:
    letter = (line.right - line.left) / max(len(line.words), 1)
    word = line.words.split(maxsplit=1)[0]
    return above.right + letter * (len(word) + 2) + _PADDING < edge


def _bare_rows(lines: list[Line]) -> Iterator[Line]:
    """Yields a row for each height at which words stand."""
    row: list[Line] = []
    for line in sorted(lines, key=lambda line: -line.bottom):
        if row and row[0].bottom - line.bottom > 0.5 * line.size:
            yield _level_row(row)
            row = []
        row.append(line)
    yield _level_row(row)


def _level_row(lines: list[Line]) -> Line:
    cells = sorted((cell for line in lines for cell in line.cells), key=lambda cell: cell.left)
    return make_row(cells, lines) if len(cells) > 1 else lines[0]


def join_cell(lines: Sequence[Line]) -> Cell:
    """Makes one cell of its lines, with line breaks between those that stand below one another."""
    words = lines[0].words
    for above, line in itertools.pairwise(lines):
        is_beside = abs(above.bottom - line.bottom) < 0.3 * line.size
        words += f"{' ' if is_beside else chr(10)}{line.words}"
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    runs = tuple(run for line in lines for cell in line.cells for run in cell.runs)
    return Cell(words, left, right, runs=runs)


def make_row(cells: list[Cell], lines: Sequence[Line]) -> Line:
    """Makes a table's row of its cells and of the lines that they were made of."""
    return Line(
        cells,
        min(line.bottom for line in lines),
        max(line.top for line in lines),
        max(line.size for line in lines),
        all(line.is_bold for line in lines),
        is_row=True,
    )
