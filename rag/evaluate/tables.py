"""Tables of a page, and how its values are written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag.evaluate.markup import Markup, tag

NONE = "–"


def tabulate(caption: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Markup:
    """Gives a table whose first column names its rows; a narrow screen scrolls it sideways."""
    head = tag("tr", *(tag("th", name, scope="col") for name in heads))
    body = [
        tag("tr", tag("th", first, scope="row"), *(tag("td", cell) for cell in cells))
        for first, *cells in rows
    ]
    table = tag("table", tag("caption", caption), tag("thead", head), tag("tbody", *body))
    return tag("div", table, class_="scroll", role="region", tabindex="0", aria_label=caption)


def show_share(value: float | None) -> str:
    return NONE if value is None else f"{value:.3f}"


def show_interval(low: float, high: float) -> str:
    return f"{show_share(low)} to {show_share(high)}"


def show_difference(value: float | None) -> str:
    return NONE if value is None else f"{value + 0.0:+.3f}".replace("-", "−")


def show_milliseconds(value: float | None) -> str:
    return NONE if value is None else f"{value:,.0f} ms"
