from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.evaluate.markup import Markup, join, tag
from rag.evaluate.plots import (
    HEIGHT,
    WIDTH,
    Axis,
    Dot,
    Guide,
    Line,
    Mark,
    Plot,
    draw,
    draw_swatch,
    top_of,
)

values = st.floats(-10, 10)
points = st.tuples(values, values)


def places(svg: str) -> list[tuple[float, float]]:
    """Gives every place that a drawing names."""
    found = []
    for element in ElementTree.fromstring(svg).iter():
        for x, y in (("x", "y"), ("x1", "y1"), ("x2", "y2"), ("cx", "cy")):
            if x in element.attrib:
                found.append((float(element.attrib[x]), float(element.attrib[y])))
        for pair in element.get("points", "").split():
            x, y = pair.split(",")
            found.append((float(x), float(y)))
    return found


@given(
    st.lists(points, max_size=5),
    st.lists(st.tuples(values, values, values, values), max_size=5),
    st.lists(points, max_size=3),
    st.lists(values, max_size=3),
    st.floats(0.001, 1e6),
)
def test_everything_stays_inside_the_box(
    line: list[tuple[float, float]],
    dots: list[tuple[float, float, float, float]],
    marks: list[tuple[float, float]],
    guides: list[float],
    high: float,
) -> None:
    plot = Plot(
        "key",
        "A title",
        "A summary",
        Axis("x", high),
        Axis("y"),
        lines=[Line("line", line)],
        dots=[Dot(*dot, note="dot") for dot in dots],
        marks=[Mark("mark", *mark) for mark in marks],
        guides=[*(Guide("x", x=at) for at in guides), *(Guide("y", y=at) for at in guides)],
        diagonal=True,
    )
    for x, y in places(draw(plot)):
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT


@given(st.floats(0.001, 1e7))
def test_ticks_are_few_and_within_the_axis(high: float) -> None:
    ticks = Axis("x", high).ticks()
    assert 2 <= len(ticks) <= 6
    assert ticks[0] == 0
    assert ticks[-1] <= high * (1 + 1e-6)


def test_ticks_are_round() -> None:
    assert Axis("x").ticks() == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert Axis("x", 617.0).ticks() == [0, 200, 400, 600]


def test_a_plot_tells_its_name_and_what_is_seen() -> None:
    svg = ElementTree.fromstring(draw(Plot("k", "Title", "Summary", Axis("x"), Axis("y"))))
    named = {element.get("id"): element.text for element in svg.iter()}
    assert svg.get("role") == "img"
    assert [named[key] for key in (svg.get("aria-labelledby") or "").split()] == [
        "Title",
        "Summary",
    ]


def test_names_cannot_become_markup() -> None:
    evil = '<script>alert("1")</script>'
    plot = Plot(
        "k",
        evil,
        evil,
        Axis(evil),
        Axis(evil),
        dots=[Dot(0, 0, 0, 0, evil)],
        marks=[Mark(evil, 0, 0)],
        guides=[Guide(evil, x=0)],
    )
    svg = draw(plot)
    assert "<script" not in svg
    assert ElementTree.fromstring(svg).find("title").text == evil  # type: ignore[union-attr]


def test_swatch_is_hidden_from_those_who_listen() -> None:
    assert 'aria-hidden="true"' in draw_swatch(1)


def test_the_end_of_an_axis_without_values() -> None:
    assert (top_of([]), top_of([0.0]), top_of([2.0, 3.0])) == (1.0, 1.0, 3.0)


@given(st.text(), st.text())
def test_text_is_escaped_and_markup_is_not(text: str, value: str) -> None:
    made = tag("p", text, Markup("<b></b>"), data_x=value)
    assert made.count("<") == 4
    assert "<" not in join([text])
