"""Excel workbooks and PowerPoint presentations."""

import datetime
from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pptx
import pytest
from pptx.util import Cm

from rag.errors import UnreadableDocument
from rag.parse import parse_bytes
from rag.records import ParsedDocument
from tests.parse.test_docx import ENTITY, rewrite
from tests.parse.test_formats import check_invariants


def blocks(document: ParsedDocument) -> list[tuple[str, int, str]]:
    check_invariants(document)
    return [(b.kind, b.level, document.text[b.start : b.end]) for b in document.blocks]


def make_xlsx(build: Callable[[Any], None]) -> bytes:
    workbook = openpyxl.Workbook()
    build(workbook)
    out = BytesIO()
    workbook.save(out)
    return out.getvalue()


def make_pptx(build: Callable[[Any], None]) -> bytes:
    presentation = pptx.Presentation()
    build(presentation)
    out = BytesIO()
    presentation.save(out)
    return out.getvalue()


def fill(workbook: Any) -> None:
    sheet = workbook.active
    sheet.title = "Regions"
    sheet.append(["Mining in 2025"])
    sheet.append([])
    sheet.append(["Region", "Since", "Share", "Power"])
    sheet.append(["Dagestan", datetime.date(2025, 1, 1), 0.125, 0.1 + 0.2])
    sheet.append(["Irkutsk", datetime.datetime(2025, 4, 1, 12, 30), 1, True])
    sheet["C4"].number_format = "0.0%"
    workbook.create_sheet("Sheet2").append([1, 2])


def test_sheets_are_read_row_by_row_under_the_names_of_their_columns() -> None:
    assert blocks(parse_bytes(make_xlsx(fill), "a.xlsx")) == [
        ("heading", 1, "Regions"),
        ("table_row", 0, "Mining in 2025"),
        ("heading", 2, "Region\tSince\tShare\tPower"),
        ("table_row", 0, "Dagestan\t2025-01-01\t12.5%\t0.3"),
        ("table_row", 0, "Irkutsk\t2025-04-01 12:30\t1\tTRUE"),
        ("table_row", 0, "1\t2"),
    ]


def test_a_cell_far_out_costs_nothing() -> None:
    def build(workbook: Any) -> None:
        workbook.active["A1"] = "here"
        workbook.active["XFD9999"] = "there"

    assert parse_bytes(make_xlsx(build), "a.xlsx").text.split() == ["here", "there"]


def test_a_formula_without_its_value_is_shown_itself() -> None:
    def build(workbook: Any) -> None:
        workbook.active.append([2, 3, "=A1+B1"])

    assert parse_bytes(make_xlsx(build), "a.xlsx").text == "2\t3\t=A1+B1"


def test_values_are_no_names_of_columns() -> None:
    def build(workbook: Any) -> None:
        for row in (["1", "2"], ["3", "4"]):
            workbook.active.append(row)

    assert [kind for kind, _, _ in blocks(parse_bytes(make_xlsx(build), "a.xlsx"))] == [
        "table_row",
        "table_row",
    ]


def draw(presentation: Any) -> None:
    first = presentation.slides.add_slide(presentation.slide_layouts[1])
    first.placeholders[1].text = "No mining\nNo trade"
    first.shapes.title.text = "The ban"
    first.notes_slide.notes_text_frame.text = "Say it slowly."
    second = presentation.slides.add_slide(presentation.slide_layouts[6])
    group = second.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, Cm(5), Cm(1)).text_frame.text = "In a group."
    table = second.shapes.add_table(2, 2, 0, 0, Cm(9), Cm(2)).table
    for cell, words in zip(table.iter_cells(), ["Who", "Wish", "Bank", "Ban"], strict=True):
        cell.text = words


def test_slides_are_pages() -> None:
    document = parse_bytes(make_pptx(draw), "a.pptx")
    assert blocks(document) == [
        ("heading", 1, "The ban"),
        ("list_item", 0, "No mining"),
        ("list_item", 0, "No trade"),
        ("paragraph", 0, "Say it slowly."),
        ("paragraph", 0, "In a group."),
        ("table_row", 0, "Who\tWish"),
        ("table_row", 0, "Bank\tBan"),
    ]
    second = document.pages[1]
    assert document.text[second.start : second.end].strip().startswith("In a group.")
    assert (document.title, document.date) == ("The ban", None)


@pytest.mark.parametrize(
    ("data", "name", "part"),
    [
        (make_xlsx(fill), "a.xlsx", "xl/workbook.xml"),
        (make_pptx(draw), "a.pptx", "ppt/presentation.xml"),
    ],
)
def test_hostile_packages_are_refused(data: bytes, name: str, part: str) -> None:
    for change, says in (
        (
            lambda xml: xml.replace(b"?>", b"?>" + ENTITY, 1) if b"?>" in xml else ENTITY + xml,
            "ent",
        ),
        (lambda xml: xml[: len(xml) // 2], "damaged"),
        (lambda xml: (ENTITY + xml).decode().encode("utf-16"), "declares entities"),
        (lambda xml: xml + b" " * (30 * 1024 * 1024), "would unpack to"),
    ):
        with pytest.raises(UnreadableDocument, match=says):
            parse_bytes(rewrite(data, part, change), name)
    with pytest.raises(UnreadableDocument, match="damaged"):
        parse_bytes(data[: len(data) // 2], name)


def test_a_slide_show_is_read_as_a_presentation() -> None:
    data = rewrite(
        make_pptx(draw),
        "[Content_Types].xml",
        lambda xml: xml.replace(
            b"presentationml.presentation.main", b"presentationml.slideshow.main"
        ),
    )
    assert parse_bytes(data, "a.pptx").title == "The ban"


@pytest.mark.parametrize("name", ["a.xlsx", "a.pptx"])
def test_parts_that_contradict_one_another_are_damage(name: str) -> None:
    data = make_xlsx(fill) if name == "a.xlsx" else make_pptx(draw)
    with pytest.raises(UnreadableDocument, match="damaged"):
        parse_bytes(rewrite(data, "[Content_Types].xml", lambda xml: b"<Types/>"), name)
