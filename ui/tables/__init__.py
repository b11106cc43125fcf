"""Draws tables: of documents, of files on their way in, and of what a folder would change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import streamlit as st

from ui.assets import mount
from ui.conversation import trigger


@dataclass(frozen=True)
class Column:
    """A column; numbers stand to the right.

    What is not ``on_phone`` is told there in a line of the first cell, by ``phone_words``.
    """

    title: str
    number: bool = False
    on_phone: bool = True
    one_line: bool = False
    phone_words: str = "{}"


@dataclass(frozen=True)
class Cell:
    """What a cell shows; ``sort`` is what it is sorted by, ``note`` a smaller second line."""

    text: str
    sort: str | int = ""
    note: str = ""


@dataclass(frozen=True)
class Row:
    """A row, and the name by which a screen reader tells its check box.

    Attributes:
        tags: what ``Filter`` finds it by.
    """

    id: str
    name: str
    cells: tuple[Cell, ...]
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Filter:
    """A choice of rows by their tags: ``every`` stands for all, ``options`` are the tags."""

    title: str
    every: str
    options: tuple[str, ...]


def draw_table(
    key: str,
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    selectable: bool = False,
    filterable: bool = False,
    filters: Sequence[Filter] = (),
    on_select: Callable[[], None] = lambda: None,
    on_open: Callable[[str], None] | None = None,
) -> None:
    """Draws a table; what is chosen in it is to be had from ``chosen``.

    With ``on_open`` the first cell of each row is a link, and a click gives the row's id.
    """

    def tell_opened() -> None:
        opened = trigger(key, "open")
        if on_open is not None and isinstance(opened, str):
            on_open(opened)

    tags = list(dict.fromkeys(option for one in filters for option in one.options))
    data: dict[str, Any] = {
        "key": key,
        "caption": caption,
        "columns": [[c.title, c.number, c.on_phone, c.one_line, _phone_words(c)] for c in columns],
        "rows": _pack(rows, columns, {tag: n for n, tag in enumerate(tags)}),
        "filters": [
            [one.title, one.every, [[tags.index(o), o] for o in one.options]] for one in filters
        ],
        "selectable": selectable,
        "filterable": filterable,
        "opens": on_open is not None,
    }
    mount(Path(__file__).parent, key, data, on_chosen_change=on_select, on_open_change=tell_opened)


def chosen(key: str) -> list[str]:
    """Gives the ids of the rows that are chosen in a table."""
    told: Any = getattr(st.session_state.get(key), "chosen", None)
    return [str(row) for row in told] if isinstance(told, list) else []


def _phone_words(column: Column) -> str:
    plain = column.phone_words == "{}"
    return f"{column.title}: {{}}" if plain and column.number else column.phone_words


def _pack(rows: Sequence[Row], columns: Sequence[Column], tags: dict[str, int]) -> list[list[Any]]:
    """Gives each row as a list without names: thousands of them go to the browser at once."""
    return [
        [
            row.id,
            "" if row.name == row.cells[0].text else row.name,
            [tags[tag] for tag in row.tags if tag in tags],
            *(_pack_cell(cell, column) for cell, column in zip(row.cells, columns, strict=True)),
        ]
        for row in rows
    ]


def _pack_cell(cell: Cell, column: Column) -> Any:
    if cell.note:
        return [cell.text, cell.sort, cell.note]
    if column.number and isinstance(cell.sort, int) and cell.text == f"{cell.sort:,}":
        return cell.sort
    return [cell.text, cell.sort] if cell.sort != "" else cell.text
