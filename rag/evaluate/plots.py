"""Small plots as SVG, drawn without a library; the page's style gives them their colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rag.evaluate.markup import Markup, tag

# Small enough that the words can still be read where a telephone shows the plot narrower.
WIDTH, HEIGHT = 440.0, 320.0
LEFT, RIGHT, TOP, BOTTOM = 50.0, 16.0, 16.0, 44.0
LABEL_HEIGHT = 15.0
DOT_RADIUS = 4.0
TICKS = 5  # about so many

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis from 0 to ``high``."""

    label: str
    high: float = 1.0

    def ticks(self) -> list[float]:
        """Round numbers from 0 on, none beyond ``high``."""
        rough = self.high / TICKS
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * nice for nice in (1, 2, 5, 10) if power * nice >= rough * (1 - 1e-9))
        return [step * number for number in range(math.floor(self.high / step + 1e-9) + 1)]


@dataclass(frozen=True, slots=True)
class Line:
    """Points joined in order; ``tone`` numbers its colour and its dashes, from 0."""

    name: str
    points: Sequence[Point]
    tone: int = 0


@dataclass(frozen=True, slots=True)
class Dot:
    """A point with an interval of its height, and what to say of it."""

    x: float
    y: float
    low: float
    high: float
    note: str
    tone: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """A named point of a line."""

    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Guide:
    """A straight line across the box at one value of either axis, with its name."""

    name: str
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True)
class Plot:
    """What is drawn. ``key`` is its own on a page; ``summary`` says in words what is to be seen."""

    key: str
    title: str
    summary: str
    x: Axis
    y: Axis
    lines: Sequence[Line] = ()
    dots: Sequence[Dot] = ()
    marks: Sequence[Mark] = ()
    guides: Sequence[Guide] = ()
    diagonal: bool = False

    def place(self, x: float, y: float) -> Point:
        """Gives the place on the paper; what lies outside the axes goes to their ends."""
        right = min(max(x / self.x.high, 0.0), 1.0)
        up = min(max(y / self.y.high, 0.0), 1.0)
        width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
        return round(LEFT + right * width, 2), round(TOP + (1 - up) * height, 2)


def draw(plot: Plot) -> Markup:
    """Gives the plot as one ``svg`` element."""
    parts = [
        tag("title", plot.title, id=f"{plot.key}-title"),
        tag("desc", plot.summary, id=f"{plot.key}-summary"),
        *_draw_axes(plot),
        *([_draw_path(plot, [(0, 0), (plot.x.high, plot.y.high)], "ideal")] * plot.diagonal),
        *(_draw_guide(plot, guide) for guide in plot.guides),
        *(_draw_path(plot, line.points, f"line tone{line.tone}") for line in plot.lines),
        *(_draw_dot(plot, dot) for dot in plot.dots),
        *(_name_guide(plot, guide, number) for number, guide in enumerate(plot.guides)),
        *(_draw_mark(plot, mark, number) for number, mark in enumerate(plot.marks)),
    ]
    return tag(
        "svg",
        *parts,
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        role="img",
        aria_labelledby=f"{plot.key}-title {plot.key}-summary",
    )


def draw_swatch(tone: int) -> Markup:
    """Gives a short piece of a line, for a legend."""
    stroke = tag("line", x1=0.0, y1=5.0, x2=28.0, y2=5.0, class_=f"line tone{tone}")
    return tag("svg", stroke, viewBox="0 0 28 10", class_="swatch", aria_hidden="true")


def _draw_axes(plot: Plot) -> list[Markup]:
    left, bottom = plot.place(0, 0)
    right, top = plot.place(plot.x.high, plot.y.high)
    parts = []
    for value in plot.x.ticks():
        x, _ = plot.place(value, 0)
        parts.append(tag("line", x1=x, y1=bottom, x2=x, y2=top, class_="grid"))
        parts.append(_write(_number(value), x, bottom + LABEL_HEIGHT, "middle"))
    for value in plot.y.ticks():
        _, y = plot.place(0, value)
        parts.append(tag("line", x1=left, y1=y, x2=right, y2=y, class_="grid"))
        parts.append(_write(_number(value), left - 6, y + 4, "end"))
    middle = (top + bottom) / 2
    parts.append(_write(plot.x.label, (left + right) / 2, HEIGHT - 8, "middle"))
    turned = tag(
        "text",
        plot.y.label,
        x=14.0,
        y=middle,
        text_anchor="middle",
        transform=f"rotate(-90 14 {middle:g})",
    )
    return [*parts, turned]


def _draw_path(plot: Plot, points: Sequence[Point], class_: str) -> Markup:
    places = " ".join(f"{x:g},{y:g}" for x, y in (plot.place(*point) for point in points))
    return tag("polyline", points=places, class_=class_)


def _draw_guide(plot: Plot, guide: Guide) -> Markup:
    (x1, y1), (x2, y2) = _ends(plot, guide)
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_="guide")


def _name_guide(plot: Plot, guide: Guide, number: int) -> Markup:
    """Writes names at the top one below the other, and those of levels at the right."""
    (x1, y1), (x2, y2) = _ends(plot, guide)
    if guide.x is not None:
        return _label(guide.name, x1, min(y1, y2) + LABEL_HEIGHT * (number + 1))
    return _write(guide.name, x2 - 4, min(y2 + LABEL_HEIGHT, HEIGHT), "end", "label")


def _ends(plot: Plot, guide: Guide) -> tuple[Point, Point]:
    if guide.x is not None:
        return plot.place(guide.x, 0), plot.place(guide.x, plot.y.high)
    level = guide.y or 0.0
    return plot.place(0, level), plot.place(plot.x.high, level)


def _draw_dot(plot: Plot, dot: Dot) -> Markup:
    x, y = plot.place(dot.x, dot.y)
    _, low = plot.place(dot.x, dot.low)
    _, high = plot.place(dot.x, dot.high)
    return tag(
        "g",
        tag("title", dot.note),
        tag("line", x1=x, y1=low, x2=x, y2=high, class_=f"interval tone{dot.tone}"),
        tag("circle", cx=x, cy=y, r=DOT_RADIUS, class_=f"dot tone{dot.tone}"),
    )


def _draw_mark(plot: Plot, mark: Mark, number: int) -> Markup:
    """Names stand one above the other at the foot: there the lines seldom come."""
    x, y = plot.place(mark.x, mark.y)
    _, bottom = plot.place(mark.x, 0)
    return tag(
        "g",
        tag("line", x1=x, y1=y, x2=x, y2=bottom, class_="guide"),
        tag("circle", cx=x, cy=y, r=DOT_RADIUS + 1.5, class_="mark"),
        _label(mark.name, x, max(bottom - 6 - LABEL_HEIGHT * number, TOP)),
    )


def _label(text: str, x: float, y: float) -> Markup:
    """Writes beside a place, towards the middle of the box."""
    if x > (LEFT + WIDTH - RIGHT) / 2:
        return _write(text, x - 6, y, "end", "label")
    return _write(text, x + 6, y, "start", "label")


def _write(text: str, x: float, y: float, anchor: str, class_: str = "tick") -> Markup:
    return tag("text", text, x=round(x, 2), y=round(y, 2), text_anchor=anchor, class_=class_)


def _number(value: float) -> str:
    return f"{value:,.10g}" if value < 1 else f"{value:,.6g}"


def top_of(values: Sequence[float]) -> float:
    """Gives an axis' end for values from 0 on: the largest, or 1 where there is none."""
    return max(values, default=0.0) or 1.0
