from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.statements import find_statements, split_cells

TABLE = """The tariffs apply from 2026.

| Operation | Tariff |
| --- | --- |
| Purchase | 0.3% |
| Transfer | 15 rubles |
"""
TYPED = """Operation\tWho pays\tTariff
Purchase\tThe seller\t0.3%
Transfer\tThe payer\t15 rubles
"""
LIST = """The law names three registers:

- one of miners
- one of operators of mining infrastructure
- one of addresses

It came into force in November."""


def read(text: str) -> list[tuple[str, str, str | None]]:
    return [
        (s.kind, text[s.start : s.end], text[slice(*s.read_with)] if s.read_with else None)
        for s in find_statements(text)
    ]


def test_a_row_is_read_with_the_heads_of_its_table() -> None:
    assert read(TABLE) == [
        ("sentence", "The tariffs apply from 2026.", None),
        ("row", "| Purchase | 0.3% |", "| Operation | Tariff |"),
        ("row", "| Transfer | 15 rubles |", "| Operation | Tariff |"),
    ]
    assert [heads for _, _, heads in read(TYPED)] == ["Operation\tWho pays\tTariff"] * 2


def test_a_first_row_with_figures_is_no_head() -> None:
    assert len(read("Japan\t2017\t42\nBrazil\t2023\t17\n")) == 2


def test_two_heads_over_rows_of_another_kind() -> None:
    assert len(read("Month\tShare\n9/2019\t75.5%\n4/2021\t46.0%\n")) == 2


def test_a_table_of_names_and_values_has_no_head() -> None:
    rows = read("Governor\tElvira Nabiullina\nSeat\tMoscow\n")
    assert [heads for _, _, heads in rows] == [None, None]


def test_an_item_is_read_with_the_line_that_leads_in() -> None:
    found = read(LIST)
    assert [kind for kind, _, _ in found] == ["sentence", "item", "item", "item", "sentence"]
    leads = [lead for kind, _, lead in found if kind == "item"]
    assert leads == ["The law names three registers:"] * 3


def test_the_next_sentence_ends_what_is_read_together() -> None:
    text = f"{TYPED}\nA word about something else stands here.\n\nRussia\tForbidden\n"
    assert read(text)[-1] == ("row", "Russia\tForbidden", None)


@given(st.text(alphabet="ab1.|\t\n-: ", max_size=200))
def test_places_are_inside_the_text(text: str) -> None:
    for statement in find_statements(text):
        assert 0 <= statement.start < statement.end <= len(text)
        assert statement.read_with is None or statement.read_with[1] <= statement.start


def test_cells() -> None:
    assert split_cells("| China | Forbidden |") == ["China", "Forbidden"]
    assert split_cells("China\tForbidden\t") == ["China", "Forbidden"]
    assert split_cells("A sentence.") == ["A sentence."]
