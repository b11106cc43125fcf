"""The lines that are drawn on a PDF page, by which tables are ruled."""

from __future__ import annotations

import ctypes
import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

_THICKEST = 4.0  # points; a thicker bar is no rule
_SHORTEST = 6.0  # points, after pieces of one line are joined
_APART = 3.5  # points between the dashes of one line, or between the two lines of a double one
_MOST_SEGMENTS = 20_000  # on a page: more draw a map or a chart
_MOST_RULES = 600  # likewise
_FORMS_DEPTH = 3  # forms within forms that are looked into

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]
Drawn = tuple[int, Any, Matrix]
IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line in points: ``at`` is its height or its distance from the left edge."""

    at: float
    start: float
    end: float

    def covers(self, place: float) -> bool:
        """Whether the line passes this place on its way."""
        return self.start - 1 <= place <= self.end + 1


@dataclass(frozen=True, slots=True)
class Rules:
    """The lines of a page, those that run on in one another as one."""

    horizontal: list[Rule] = field(default_factory=list)
    vertical: list[Rule] = field(default_factory=list)


def read_rules(objects: Iterable[Drawn], rotation: int) -> Rules:
    """Finds a page's rules; none where so much is drawn that it is a map or a chart.

    Args:
        objects: of the page (``iterate_objects``).
        rotation: quarter turns of its letters, by which the places are turned as theirs are.
    """
    horizontal: list[Rule] = []
    vertical: list[Rule] = []
    for count, (one, other) in enumerate(_segments(objects)):
        if count == _MOST_SEGMENTS:
            return Rules()
        (x0, y0), (x1, y1) = _turn(one, rotation), _turn(other, rotation)
        if abs(y1 - y0) <= 0.5 < abs(x1 - x0):
            horizontal.append(Rule((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif abs(x1 - x0) <= 0.5 < abs(y1 - y0):
            vertical.append(Rule((x0 + x1) / 2, min(y0, y1), max(y0, y1)))
    rules = Rules(_joined(horizontal), _joined(vertical))
    return Rules() if len(rules.horizontal) + len(rules.vertical) > _MOST_RULES else rules


def _turn(point: Point, rotation: int) -> Point:
    x, y = point
    return ((x, y), (y, -x), (-x, -y), (-y, x))[rotation % 4]


def _joined(rules: list[Rule]) -> list[Rule]:
    """Makes one line of those that run on in one another, and leaves out the short ones."""
    at: list[float] = []
    for place in sorted({rule.at for rule in rules}):
        if not at or place - at[-1] > _APART:
            at.append(place)
    joined: list[Rule] = []
    by_place: dict[float, list[Rule]] = {}
    for rule in rules:
        by_place.setdefault(max(place for place in at if place <= rule.at), []).append(rule)
    for place, pieces in by_place.items():
        start = end = -math.inf
        for piece in [*sorted(pieces, key=lambda rule: rule.start), Rule(0, math.inf, math.inf)]:
            if piece.start > end + _APART:
                if end - start >= _SHORTEST:
                    joined.append(Rule(place, start, end))
                start = piece.start
            end = max(end, piece.end)
    return joined


# From the objects of the page to straight segments.


def iterate_objects(parent: Any, matrix: Matrix = IDENTITY, depth: int = 0) -> Iterator[Drawn]:
    """Yields what is drawn on a page, in forms too: kind, object, and the matrix around it."""
    from pypdfium2 import raw

    count, get = (
        (raw.FPDFFormObj_CountObjects, raw.FPDFFormObj_GetObject)
        if depth
        else (raw.FPDFPage_CountObjects, raw.FPDFPage_GetObject)
    )
    for index in range(count(parent)):
        drawn = get(parent, index)
        kind = raw.FPDFPageObj_GetType(drawn)
        if kind != raw.FPDF_PAGEOBJ_FORM:
            yield kind, drawn, matrix
        elif depth < _FORMS_DEPTH:
            yield from iterate_objects(drawn, times(matrix_of(drawn), matrix), depth + 1)


def _segments(objects: Iterable[Drawn]) -> Iterator[tuple[Point, Point]]:
    from pypdfium2 import raw

    for kind, drawn, matrix in objects:
        if kind == raw.FPDF_PAGEOBJ_PATH:
            yield from _path_segments(drawn, times(matrix_of(drawn), matrix))


def _path_segments(path: Any, matrix: Matrix) -> Iterator[tuple[Point, Point]]:
    """Yields the sides of a stroked path; of a filled one, those parts that are thin as a line."""
    from pypdfium2 import raw

    fill, stroke = ctypes.c_int(), ctypes.c_int()
    if not raw.FPDFPath_GetDrawMode(path, fill, stroke):
        return
    for corners in _outlines(path, matrix):
        if stroke.value:
            yield from itertools.pairwise(corners)
        elif fill.value and len(corners) > 2:
            left, right = min(x for x, _ in corners), max(x for x, _ in corners)
            bottom, top = min(y for _, y in corners), max(y for _, y in corners)
            x, y = (left + right) / 2, (bottom + top) / 2
            if top - bottom <= _THICKEST < right - left:
                yield (left, y), (right, y)
            elif right - left <= _THICKEST < top - bottom:
                yield (x, bottom), (x, top)


def _outlines(path: Any, matrix: Matrix) -> Iterator[list[Point]]:
    """Yields the corners of each part of a path; one with curves in it has none."""
    from pypdfium2 import raw

    corners: list[Point] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(raw.FPDFPath_CountSegments(path)):
        segment = raw.FPDFPath_GetPathSegment(path, index)
        kind = raw.FPDFPathSegment_GetType(segment)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        if kind == raw.FPDF_SEGMENT_MOVETO:
            if corners:
                yield corners
            corners = []
        elif kind == raw.FPDF_SEGMENT_BEZIERTO:
            corners = []
            continue
        corners.append(_apply(matrix, x.value, y.value))
        if raw.FPDFPathSegment_GetClose(segment):
            corners.append(corners[0])
    if corners:
        yield corners


def matrix_of(drawn: Any) -> Matrix:
    """Gives the matrix of an object of a page."""
    from pypdfium2 import raw

    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(drawn, found):
        return IDENTITY
    return found.a, found.b, found.c, found.d, found.e, found.f


def times(first: Matrix, then: Matrix) -> Matrix:
    """Gives the matrix that does what the first one does, then what the other does."""
    a, b, c, d, e, f = first
    p, q, r, s, t, u = then
    return (
        a * p + b * r,
        a * q + b * s,
        c * p + d * r,
        c * q + d * s,
        e * p + f * r + t,
        e * q + f * s + u,
    )


def _apply(matrix: Matrix, x: float, y: float) -> Point:
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
