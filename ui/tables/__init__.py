"""Draws tables: of documents, and of files on their way in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from ui.assets import mount


@dataclass(frozen=True)
class Column:
    """A column; numbers stand to the right, and some columns are left out on a phone."""

    title: str
    number: bool = False
    on_phone: bool = True
    one_line: bool = False


@dataclass(frozen=True)
class Cell:
    """What a cell shows; ``sort`` is what it is sorted by, ``note`` a smaller second line."""

    text: str
    sort: str | int = ""
    note: str = ""


@dataclass(frozen=True)
class Row:
    """A row, and the name by which a screen reader tells its check box."""

    id: str
    name: str
    cells: tuple[Cell, ...]


def draw_table(
    key: str,
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    selectable: bool = False,
    filterable: bool = False,
    on_select: Callable[[], None] = lambda: None,
) -> None:
    """Draws a table; what is chosen in it is to be had from ``chosen``."""
    data: dict[str, Any] = {
        "caption": caption,
        "columns": [asdict(column) for column in columns],
        "rows": [asdict(row) for row in rows],
        "selectable": selectable,
        "filterable": filterable,
    }
    mount(Path(__file__).parent, key, data, on_chosen_change=on_select)


def chosen(key: str) -> list[str]:
    """Gives the ids of the rows that are chosen in a table."""
    told: Any = getattr(st.session_state.get(key), "chosen", None)
    return [str(row) for row in told] if isinstance(told, list) else []
