"""Tables in PDFs: rows and cells stay whole however they are ruled, wrapped and written."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

from rag.parse import parse_bytes
from tests.parse.files import draw_pdf, write_lines

STYLES = getSampleStyleSheet()
GRID = [("GRID", (0, 0), (-1, -1), 0.5, colors.black)]
FRAME_AND_ROWS = [("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.black)]
ROWS = [
    ["Form of money", "Who owes it to its holder", "Where it is kept"],
    ["Notes and coins", "The central bank of the country", "At hand"],
    ["Money in an account", "A commercial bank that has a licence", "In the bank's own ledger"],
    ["Digital money", "The central bank", "On a platform of the central bank"],
]
WHOLE = [("table_row", "\t".join(row)) for row in ROWS]


def blocks(data: bytes) -> list[tuple[str, str]]:
    document = parse_bytes(data, "a.pdf")
    return [(b.kind, document.text[b.start : b.end]) for b in document.blocks]


def flow(*flowables: Any) -> bytes:
    out = BytesIO()
    SimpleDocTemplate(out, pagesize=A4, invariant=1).build(list(flowables))
    return out.getvalue()


def paragraphs(rows: Sequence[Sequence[str]], style: str = "BodyText") -> list[list[Any]]:
    return [[Paragraph(cell, STYLES[style]) for cell in row] for row in rows]


def table(rows: list[list[Any]], style: Sequence[Any], width: float = 80) -> Table:
    return Table(rows, colWidths=[width] * len(rows[0]), style=list(style))


def prose(words: str) -> Paragraph:
    return Paragraph(f"{words} " * 12, STYLES["BodyText"])


@pytest.mark.parametrize("valign", ["TOP", "MIDDLE", "BOTTOM"])
def test_wrapped_cells_between_rules(valign: str) -> None:
    style = [*GRID, ("VALIGN", (0, 0), (-1, -1), valign)]
    assert blocks(flow(table(paragraphs(ROWS), style))) == WHOLE


@pytest.mark.parametrize("style", [(), (("VALIGN", (0, 0), (-1, -1), "TOP"),)])
def test_wrapped_cells_without_rules(style: Sequence[Any]) -> None:
    assert blocks(flow(table(paragraphs(ROWS), style))) == WHOLE


def test_wrapped_cells_with_rules_between_rows_alone() -> None:
    style = [*FRAME_AND_ROWS, ("VALIGN", (0, 0), (-1, -1), "TOP")]
    assert blocks(flow(table(paragraphs(ROWS), style))) == WHOLE


def test_a_table_between_paragraphs_takes_no_word_of_them() -> None:
    before, after = "Money has three forms.", "They are worth the same."
    found = blocks(flow(prose(before), table(paragraphs(ROWS), GRID), prose(after)))
    assert found == [
        ("paragraph", " ".join([before] * 12)),
        *WHOLE,
        ("paragraph", " ".join([after] * 12)),
    ]


def test_a_wrapped_heading_stays_above_its_column() -> None:
    rows = [
        ["Country", "Year in which the law came into force"],
        ["Japan", "2017"],
        ["Switzerland", "2021"],
    ]
    bold = paragraphs(rows[:1], "Heading4") + paragraphs(rows[1:])
    assert blocks(flow(table(bold, GRID))) == [("table_row", "\t".join(row)) for row in rows]


def test_two_paragraphs_in_a_cell() -> None:
    rows = paragraphs([["Country", "Law"], ["Japan", ""], ["Malta", "None"]])
    rows[1][1] = [
        Paragraph("The act on payment services was amended.", STYLES["BodyText"]),
        Paragraph("It came into force in April.", STYLES["BodyText"]),
    ]
    assert blocks(flow(table(rows, GRID))) == [
        ("table_row", "Country\tLaw"),
        (
            "table_row",
            "Japan\tThe act on payment services was amended. It came into force in April.",
        ),
        ("table_row", "Malta\tNone"),
    ]


def test_an_empty_cell_keeps_its_place() -> None:
    rows = [["Country", "Law", "Year"], ["Japan", "", "2017"], ["Malta", "Act of its own", "2018"]]
    assert blocks(flow(table(paragraphs(rows), GRID))) == [
        ("table_row", "Country\tLaw\tYear"),
        ("table_row", "Japan\t\t2017"),
        ("table_row", "Malta\tAct of its own\t2018"),
    ]


def test_a_cell_over_several_rows_or_columns() -> None:
    rows = [["Year", "Banks", ""], ["2023", "13", "first wave"], ["", "12", "second wave"]]
    spans = [("SPAN", (1, 0), (2, 0)), ("SPAN", (0, 1), (0, 2)), ("VALIGN", (0, 1), (0, 1), "TOP")]
    assert blocks(flow(table(rows, [*GRID, *spans]))) == [
        ("table_row", "Year\tBanks"),
        ("table_row", "2023\t13\tfirst wave"),
        ("table_row", "12\tsecond wave"),
    ]


def test_a_word_divided_in_a_cell_is_made_whole() -> None:
    rows = [
        ["What", "Who"],
        ["The bank forbids mi-\nning in the land", "All of\nthem"],
        ["Mining", "One"],
    ]
    assert blocks(flow(table(rows, GRID, 150)))[1] == (
        "table_row",
        "The bank forbids mining in the land\tAll of them",
    )


def test_columns_ruled_without_rows_keep_a_row_a_line() -> None:
    rows = [["one", "1", "first"], ["two", "2", "second"], ["three", "3", "third"]]
    lines = [
        ("BOX", (0, 0), (-1, -1), 1, colors.black),
        ("LINEAFTER", (0, 0), (1, -1), 1, colors.black),
    ]
    head = [["Word", "Figure", "Place"]]
    below = [("LINEBELOW", (0, 0), (-1, 0), 1, colors.black)]
    found = blocks(flow(table(head + rows, [*lines, *below])))
    assert found == [("table_row", "\t".join(row)) for row in head + rows]


LEFT = [f"The left column has line {i} of its text" for i in range(9)]
RIGHT = [f"the right one goes on with line {i} of it" for i in range(9)]


# Five lines across both columns may as well be rows.
@pytest.mark.parametrize(("by_lines", "count"), [(True, 9), (False, 9), (False, 5)])
@pytest.mark.parametrize("ruled", [True, False])
def test_prose_in_two_columns_is_no_table(by_lines: bool, ruled: bool, count: int) -> None:

    def draw(canvas: Any) -> None:
        write_lines(canvas, ["A heading over both columns"], top=760, size=18)
        if ruled:
            canvas.line(60, 740, 540, 740)
            canvas.line(305, 740, 305, 560)
        if by_lines:
            for i in range(count):
                write_lines(canvas, [LEFT[i]], left=70, top=720 - 14 * i)
                write_lines(canvas, [RIGHT[i]], left=320, top=720 - 14 * i)
        else:
            write_lines(canvas, LEFT[:count], left=70, top=720)
            write_lines(canvas, RIGHT[:count], left=320, top=720)

    found = blocks(draw_pdf(draw))
    assert {kind for kind, _ in found} == {"heading", "paragraph"}
    words = " ".join(words for _, words in found[1:])
    assert words == " ".join(LEFT[:count] + RIGHT[:count])


def test_boxes_of_prose_are_no_table() -> None:
    words = "This box says what the bank thinks of it, at length and in whole sentences. " * 10
    boxes = paragraphs([[words, words], [words, words]])
    found = blocks(flow(table(boxes, GRID, 220)))
    assert {kind for kind, _ in found} == {"paragraph"}
    assert " ".join(" ".join(w for _, w in found).split()) == " ".join((words * 4).split())


def test_a_note_s_mark_and_a_fraction_are_no_cells() -> None:
    def draw(canvas: Any) -> None:
        for i in range(3):
            write_lines(canvas, ["As the bank says"], left=72, top=700 - 30 * i)
            write_lines(canvas, [f"{i}"], left=72 + 88, top=705 - 30 * i, size=6)
            write_lines(canvas, ["and as it does."], left=72 + 94, top=700 - 30 * i)

    assert all(kind == "paragraph" for kind, _ in blocks(draw_pdf(draw)))


def test_the_items_of_a_list_are_no_rows() -> None:
    def draw(canvas: Any) -> None:
        for i in range(4):
            write_lines(canvas, ["\u2022"], left=72, top=700 - 42 * i)
            write_lines(canvas, ["An item whose words go on", "below its first"], 85, 700 - 42 * i)

    found = blocks(draw_pdf(draw))
    assert found == [("list_item", "\u2022 An item whose words go on below its first")] * 4
